//! What an indicator points at: a host, maybe with a port, however it is written.

use std::fmt;
use std::net::IpAddr;

/// A name in lower case without a trailing dot, in its ASCII form; or an address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Host {
    Name(String),
    Address(IpAddr),
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(address) => address.fmt(f),
        }
    }
}

/// A host and what was written around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub host: Host,
    pub port: Option<u16>,
    /// A page at a host: `http(s)` with a path. The host is not what is meant.
    pub page: bool,
}

/// Longest text that is looked at: names have 253 characters, URLs of pools little more.
const MAX_TEXT: usize = 2_048;

impl Target {
    /// Reads `name`, `name:port`, `[v6]:port`, `scheme://user@host:port/path`; also defanged (`hxxp`, `[.]`). The error is the reason.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.len() > MAX_TEXT {
            return Err(format!("{} characters are too many for a name", text.len()));
        }
        let text = text.replace("[.]", ".").replace("(.)", ".").replace("[:]", ":");
        let (scheme, rest) = text.split_once("://").map_or((None, text.as_str()), |(s, r)| (Some(s.to_ascii_lowercase()), r));
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        if scheme.is_none() && !path.is_empty() {
            let digits = path.trim_start_matches('/');
            if !digits.is_empty() && digits.len() <= 3 && digits.bytes().all(|b| b.is_ascii_digit()) && authority.parse::<IpAddr>().is_ok()
            {
                return Err("a network, not a host: pools are told by name, or by address and port".to_owned());
            }
        }
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let (host, port) = split_port(authority)?;
        // A page without a scheme is one as well; a path behind stratum's or a socket's URL is part of the protocol.
        let page = !path.trim_matches('/').is_empty() && scheme.as_deref().is_none_or(|s| s.starts_with("http") || s.starts_with("hxxp"));
        Ok(Self { host: host_of(host)?, port, page })
    }

    /// The name, where it is one.
    pub fn name(&self) -> Option<&str> {
        match &self.host {
            Host::Name(name) => Some(name),
            Host::Address(_) => None,
        }
    }
}

fn split_port(authority: &str) -> Result<(&str, Option<u16>), String> {
    let port = |text: &str| match text {
        "" => Ok(None),
        text => text.parse::<u16>().ok().filter(|p| *p > 0).map(Some).ok_or_else(|| format!("`{text}` is no port")),
    };
    if let Some(inner) = authority.strip_prefix('[') {
        let (address, rest) = inner.split_once(']').ok_or("an address in brackets does not end")?;
        return Ok((address, port(rest.trim_start_matches(':'))?));
    }
    match authority.rsplit_once(':') {
        // More than one colon and no brackets: an IPv6 address.
        Some((host, text)) if !host.contains(':') => Ok((host, port(text)?)),
        _ => Ok((authority, None)),
    }
}

fn host_of(text: &str) -> Result<Host, String> {
    let text = text.trim_start_matches("*.").trim_start_matches('.').trim_end_matches('.');
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(Host::Address(address));
    }
    if text.is_empty() {
        return Err("no host".to_owned());
    }
    let name = if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        idna::domain_to_ascii(text).map_err(|_| "not a name (IDNA)".to_owned())?
    };
    if name.len() > 253 {
        return Err("longer than a name can be".to_owned());
    }
    for label in name.split('.') {
        if label.is_empty() {
            return Err("an empty label (two dots)".to_owned());
        }
        if label.len() > 63 {
            return Err("a label longer than 63 characters".to_owned());
        }
        if label.starts_with('-') || label.ends_with('-') {
            return Err("a label that begins or ends with `-`".to_owned());
        }
        if let Some(c) = label.chars().find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_')) {
            return Err(format!("`{}` cannot stand in a name", c.escape_default()));
        }
    }
    if !name.contains('.') {
        return Err("a single label, not a domain".to_owned());
    }
    if name.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit())) {
        return Err("neither a name nor an address".to_owned());
    }
    Ok(Host::Name(name))
}

/// The name and every name above it, the longest first: `a.b.c`, `b.c`, `c`.
pub(crate) fn suffixes(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(name), |rest| rest.split_once('.').map(|(_, above)| above))
}

/// Whether `name` is `zone` or lies under it.
pub(crate) fn within(name: &str, zone: &str) -> bool {
    name == zone || name.strip_suffix(zone).is_some_and(|rest| rest.ends_with('.'))
}

/// The domain that somebody registered: `pool.example.co.uk` gives `example.co.uk`; a public suffix gives itself.
pub(crate) fn registrable(name: &str) -> &str {
    psl::domain_str(name).unwrap_or(name)
}

/// Whether the name ends in a top-level domain that exists: tells names from file names.
pub(crate) fn has_known_suffix(name: &str) -> bool {
    psl::suffix(name.as_bytes()).is_some_and(|suffix| suffix.is_known())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match Target::parse(text) {
            Ok(t) => format!("{}{}{}", t.host, t.port.map(|p| format!(" {p}")).unwrap_or_default(), if t.page { " page" } else { "" }),
            Err(reason) => format!("! {reason}"),
        }
    }

    #[test]
    fn hosts_in_all_spellings() {
        assert_eq!(shown(" Pool.SupportXMR.com. "), "pool.supportxmr.com");
        assert_eq!(shown("stratum+ssl://wallet.rig:x@xmr.example.com:443"), "xmr.example.com 443");
        assert_eq!(shown("*.example.com"), "example.com");
        assert_eq!(shown("hxxps://pool[.]example[.]com/a/b"), "pool.example.com page");
        assert_eq!(shown("https://pool.example.com/"), "pool.example.com");
        assert_eq!(shown("wss://ws.example.com/proxy"), "ws.example.com");
        assert_eq!(shown("[2001:db8::1]:3333"), "2001:db8::1 3333");
        assert_eq!(shown("2001:db8::1"), "2001:db8::1");
        assert_eq!(shown("198.51.100.7:3333"), "198.51.100.7 3333");
        assert_eq!(shown("пул.example"), "xn--k1ahm.example");
    }

    #[test]
    fn what_is_no_host_is_said() {
        for (text, reason) in [
            ("198.51.100.0/24", "a network"),
            ("localhost", "single label"),
            ("a..b.com", "empty label"),
            ("a b.com", "cannot stand"),
            ("-a.com", "begins or ends"),
            ("a-.com", "begins or ends"),
            ("host.com:99999", "no port"),
            ("1.2.3", "neither"),
            ("", "no host"),
        ] {
            assert!(shown(text).starts_with("! ") && shown(text).contains(reason), "{text}: {}", shown(text));
        }
        assert!(shown(&"a".repeat(5000)).contains("too many"));
    }

    #[test]
    fn names_above_and_within() {
        assert_eq!(suffixes("a.b.c").collect::<Vec<_>>(), ["a.b.c", "b.c", "c"]);
        assert!(within("eu.example.com", "example.com") && within("example.com", "example.com"));
        assert!(!within("notexample.com", "example.com"));
        assert_eq!(registrable("a.b.example.co.uk"), "example.co.uk");
        assert!(has_known_suffix("a.example.com") && !has_known_suffix("minerd.exe"));
    }
}
