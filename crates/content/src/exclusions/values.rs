//! Single values of a policy: can they be what they should?

use super::spelling::{invisible, mixed_scripts};
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr};

/// What is wrong, and what to write instead.
type Checked = Result<(), (String, String)>;

/// Kinds of logon sessions, as `LogonType` has them, in lower case with `_` between words.
pub(super) const SESSIONS: [&str; 13] = [
    "interactive",
    "remote_interactive",
    "cached_interactive",
    "cached_remote_interactive",
    "network",
    "network_cleartext",
    "new_credentials",
    "batch",
    "service",
    "unlock",
    "cached_unlock",
    "proxy",
    "system",
];

fn wrong(what: impl Into<String>, remedy: impl Into<String>) -> Checked {
    Err((what.into(), remedy.into()))
}

/// Windows paths are compared without case, others with it.
pub(super) fn on_windows(path: &str) -> bool {
    matches!(path.as_bytes(), [drive, b':', ..] if drive.is_ascii_alphabetic())
}

/// Lower case as Windows compares names: one letter for one. A sign that is no letter to its file systems (of Kelvin, Ångström and Ohm, the capital ß, the Greek capital
/// theta) stays, or it would be taken for the letter that it becomes in lower case.
pub(super) fn lower(text: &str) -> String {
    let fold = |c: char| {
        let mut lower = c.to_lowercase();
        match (lower.next(), lower.next()) {
            (Some(one), None) if !"\u{212a}\u{212b}\u{2126}\u{1e9e}\u{3f4}".contains(c) => one,
            _ => c,
        }
    };
    text.chars().map(fold).collect()
}

/// A whole path from its root, or a folder below the root with `*` at its end.
pub(super) fn path(path: &str) -> Checked {
    const REMEDY: &str = r"write /opt/minex/bin/minexd, or a whole folder as C:\Program Files\Veeam\*";
    let bare = path.strip_suffix('*').unwrap_or(path);
    let below_root = match bare.as_bytes() {
        [b'/', rest @ ..] => !rest.is_empty(),
        [drive, b':', b'\\', rest @ ..] => drive.is_ascii_alphabetic() && !rest.is_empty(),
        _ => false,
    };
    if !below_root {
        return wrong(format!("`{path}` is not a full path below the root"), REMEDY);
    }
    if bare.contains(['*', '?']) || (bare.len() < path.len() && !bare.ends_with(['/', '\\'])) {
        return wrong(format!("`{path}`: `*` may stand only at the end, after a separator"), REMEDY);
    }
    let short = |part: &str| part.split('~').nth(1).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    if on_windows(path) && bare.split('\\').any(short) {
        return wrong(format!("`{path}` has a short name (8.3) in it"), "write the long name, which the system reports");
    }
    if bare.split(['/', '\\']).any(|part| part == "..") {
        return wrong(format!("`{path}` has `..` in it"), "write the path as the system reports it");
    }
    as_reported(path, bare)
}

/// A path in another spelling than the endpoint's is in no list of paths; one that only looks like another is meant to deceive.
fn as_reported(path: &str, bare: &str) -> Checked {
    const REMEDY: &str = "write the path as the endpoint writes it, as the column FolderPath shows it";
    if let Some(sign) = path.chars().find(|c| invisible(*c)) {
        return wrong(
            format!("`{}` has a sign in it that nobody sees", path.escape_debug()),
            format!("write it without {}", sign.escape_unicode()),
        );
    }
    if let Some(letter) = mixed_scripts(path) {
        let what = format!("`{path}` has a letter of another script in it, which looks like a Latin one ({})", letter.escape_unicode());
        return wrong(what, REMEDY);
    }
    let windows = on_windows(path);
    let parts: Vec<&str> = bare.split(|c| c == '/' || (windows && c == '\\')).skip(1).collect();
    // A folder ends in its separator before `*`.
    let parts = if bare.len() < path.len() { parts.split_last().map_or(&[][..], |(_, rest)| rest) } else { &parts[..] };
    if parts.contains(&".") || parts.contains(&"") {
        return wrong(format!("`{path}` has `/./`, two separators side by side, or one at its end"), REMEDY);
    }
    let loose = |part: &&str| part.ends_with(|c: char| c == '.' || c.is_whitespace());
    if parts.last().is_some_and(loose) || (windows && parts.iter().any(loose)) {
        return wrong(format!("`{path}` has a space or a point at the end of a name"), REMEDY);
    }
    if windows && path.get(2..).is_some_and(|rest| rest.contains(':')) {
        return wrong(format!("`{path}` names a stream beside the file's own content"), "write the file alone");
    }
    if path.starts_with("/memfd:") || path.trim_end_matches('*').ends_with(" (deleted)") {
        return wrong(format!("`{path}` is a file that is gone, or never was: its content may be anything"), "name the installed program");
    }
    if !windows && path.contains('\\') {
        return wrong(format!("`{path}` has a `\\` in it, which no path of Linux has"), REMEDY);
    }
    if windows && path.contains('/') {
        return wrong(format!("`{path}` has a `/` in it"), REMEDY);
    }
    Ok(())
}

/// `path`, `path<name`, `path<path`, `path?service`.
pub(super) fn parent(text: &str) -> Checked {
    const REMEDY: &str = r"write /usr/sbin/cron, /bin/sh<cron (a shell whose own parent is cron), /bin/sh</usr/sbin/cron, or C:\Windows\System32\svchost.exe?Schedule";
    let (own, rest) = text.find(['<', '?']).map_or((text, None), |at| (text.get(..at).unwrap_or_default(), text.get(at + 1..)));
    if own.contains('*') || path(own).is_err() {
        return wrong(format!("`{text}`: a parent by its bare name is anybody's: a name is what miners borrow"), REMEDY);
    }
    if rest.is_some_and(|rest| rest.trim().is_empty() || rest.contains(['<', '?', '*'])) {
        return wrong(format!("`{text}`: what stands behind `<` or `?` is not one name, path or service"), REMEDY);
    }
    if rest.is_some_and(|rest| rest.chars().any(invisible) || mixed_scripts(rest).is_some()) {
        return wrong(
            format!("`{text}`: what stands behind `<` or `?` has a sign in it that is not seen, or that looks like another"),
            REMEDY,
        );
    }
    if text.contains('?') && rest.is_some_and(|service| !service.chars().all(|c| c.is_alphanumeric() || c == '_')) {
        return wrong(format!("`{text}`: a service has a name of letters and digits"), REMEDY);
    }
    Ok(())
}

pub(super) fn sha256(hash: &str) -> Checked {
    if hash.len() != 64 || !hash.bytes().all(|b| b.is_ascii_hexdigit()) {
        return wrong(format!("`{hash}` is not a SHA-256"), "write 64 hexadecimal digits, as sha256sum prints them");
    }
    let of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    if hash.eq_ignore_ascii_case(of_nothing) || hash.bytes().all(|b| b == b'0') {
        return wrong(
            format!("`{hash}` is the hash of no program: of an empty file, or of none"),
            "write the digest of the program itself, as sha256sum prints it",
        );
    }
    Ok(())
}

/// Groups in which every host is that nobody put elsewhere (`UnassignedGroup` is Defender's own), or all are. Lower case.
const OF_EVERYBODY: [&str; 15] = [
    "all",
    "all devices",
    "all hosts",
    "all servers",
    "all workstations",
    "all computers",
    "domain computers",
    "everyone",
    "any",
    "default",
    "everything",
    "none",
    "unassigned",
    "unassignedgroup",
    "ungrouped",
];

/// A value of a list that is compared whole, letter by letter.
pub(super) fn whole(key: &str, item: &str) -> Checked {
    if item.contains(['*', '?']) {
        let remedy = match key {
            "account" => "list them, or write an `account_pattern` as student[0-9]{2}",
            _ => "list each by its whole name",
        };
        return wrong(format!("`{item}`: values of `{key}` are compared whole, so that `*` and `?` stand for nothing else"), remedy);
    }
    if let Some((_, alone)) = item.rsplit_once('\\').filter(|_| key == "account") {
        return wrong(format!("`{item}`: accounts are compared without their domain"), format!("write {alone}"));
    }
    if key == "account" && ["everyone", "authenticated users", "users"].contains(&item.trim().to_lowercase().as_str()) {
        return wrong(format!("`{item}` is no account: it is everybody"), "name the account that runs the program");
    }
    if key == "host_group" && OF_EVERYBODY.contains(&item.trim().to_lowercase().as_str()) {
        return wrong(
            format!("the host group `{item}` holds every host that nobody put elsewhere"),
            "make a group of the hosts that are meant",
        );
    }
    Ok(())
}

/// A policy's name goes into files, watchlists and reports.
pub(super) fn id(id: &str) -> Checked {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if id.len() > 100 || !id.chars().all(plain) || !id.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return wrong(
            format!("the id `{}` is no plain name", id.chars().take(100).collect::<String>().escape_debug()),
            "take up to 100 letters, digits, `-`, `_` and `.` of ASCII, a letter or a digit first",
        );
    }
    Ok(())
}

pub(super) fn session(kind: &str) -> Checked {
    if !SESSIONS.contains(&kind) {
        return wrong(format!("`{kind}` is not a kind of session"), format!("take one of {}", SESSIONS.join(", ")));
    }
    Ok(())
}

/// Lists are compared line by line; a value of two lines is never in one.
pub(super) fn one_line(item: &str) -> Checked {
    if item.contains(['\n', '\r']) {
        return wrong("a value of several lines matches nothing", "write each value in a line of its own");
    }
    Ok(())
}

/// `name:port`.
pub(super) fn host(host: &str) -> Checked {
    let (name, port) = host.rsplit_once(':').unwrap_or((host, ""));
    if name.is_empty() || !port.parse::<u16>().is_ok_and(|p| p > 0) {
        return wrong(format!("`{host}` is not a name with a port"), "write pool.example.com:3333");
    }
    if name.parse::<Ipv4Addr>().is_ok() || name.contains(['[', ']']) {
        return wrong(format!("`{host}` is an address, not a name"), "list it under `networks` as 10.99.0.5/32, its port under `ports`");
    }
    // A name within the company.
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.len() < 64 && name.chars().all(bare) {
        return Ok(());
    }
    match crate::intel::Target::parse(name) {
        Ok(target) if target.name() == Some(name.to_ascii_lowercase().as_str()) && !name.ends_with('.') => Ok(()),
        Ok(target) => wrong(format!("`{host}` is not how a name is compared"), format!("write {}:{port}", target.host)),
        Err(reason) => wrong(format!("`{host}` is not a name with a port ({reason})"), "write pool.example.com:3333"),
    }
}

/// A network by its own address: `10.99.0.5/8` would be all of 10.0.0.0/8.
pub(super) fn network(text: &str) -> Checked {
    let Some(network) = cidr(text) else {
        return wrong(format!("`{text}` is not a network"), "write 10.0.0.0/8 or 2001:db8:7::/64, or one address as 10.99.0.5/32");
    };
    let own = network.trunc();
    if own != network {
        let alone = IpNet::from(network.addr());
        return wrong(format!("`{text}` stands for all of {own}"), format!("write {own}, or {alone} for the one address"));
    }
    if network.addr().to_canonical() != network.addr() {
        return wrong(
            format!("`{text}` is IPv4 in the clothes of IPv6, which are taken off before addresses are compared"),
            "write it as 10.99.0.5/32",
        );
    }
    Ok(())
}

/// A network; a lone address is one of all its bits.
pub(super) fn cidr(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}
