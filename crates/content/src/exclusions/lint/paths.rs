//! Folders that others than administrators write, and folders that hold too much.

use super::super::fault::Faults;
use super::super::policy::Policy;
use super::super::values::{self, on_windows};

/// Folders in which users can make or change files, with why and who says so. Lower case; a Windows folder is one on any drive. FHS is the Filesystem
/// Hierarchy Standard 3.0 (https://refspecs.linuxfoundation.org/fhs.shtml); the list of Windows' folders is kept by those who test AppLocker
/// (https://github.com/api0cradle/UltimateAppLockerByPassList).
const WRITABLE: [(&str, &str); 58] = [
    ("/tmp", "FHS 3.18: everybody's"),
    ("/var/tmp", "FHS 5.15: everybody's"),
    ("/dev", "FHS 3.6; /dev/shm and /dev/mqueue are everybody's"),
    ("/run/user", "XDG base directories: each user's own"),
    ("/run/lock", "FHS 5.9: everybody's on many systems"),
    ("/var/lock", "FHS 5.9: everybody's on many systems"),
    ("/var/crash", "FHS 5.6: everybody's on many systems"),
    ("/home", "FHS 3.8: each user's own"),
    ("/media", "FHS 3.11: what users plug in"),
    ("/run/media", "udisks: what users plug in"),
    ("/mnt", "FHS 3.12: what is mounted for a while"),
    ("/proc", "proc(5): a process has any name there"),
    ("/var/www", "the web server's account writes there: where web shells lie"),
    ("/usr/tmp", "on older systems /var/tmp: everybody's"),
    ("/usr/home", "FreeBSD: each user's own"),
    ("/export/home", "each user's own, where homes are shared over the network"),
    ("/var/lib/php/sessions", "the web server's account writes there: where web shells lie"),
    ("/srv/www", "the web server's account writes there: where web shells lie"),
    ("/srv/ftp", "FHS 3.17: what users send"),
    ("/var/ftp", "what users send"),
    ("/var/spool", "FHS 5.14: what users send to services (mail, print jobs, tables of cron)"),
    ("/var/mail", "FHS 5.11: each user's own"),
    ("/var/cache", "FHS 5.5: services' accounts write there"),
    ("/var/log", "FHS 5.10: services' accounts write there"),
    ("/var/lib/docker", "whoever makes a container's image fills it"),
    ("/var/lib/containers", "whoever makes a container's image fills it"),
    ("/var/lib/containerd", "whoever makes a container's image fills it"),
    ("/var/lib/kubelet", "whoever makes a container's volume fills it"),
    ("/var/lib/jenkins", "whoever commits has his programs built there"),
    ("/run/shm", "/dev/shm on older systems: everybody's"),
    ("/nfs/home", "each user's own, over the network"),
    ("/workspace", "what is built for whoever commits"),
    ("/var/lib/postgresql", "the data base's account writes there"),
    ("/var/lib/mysql", "the data base's account writes there"),
    ("/var/lib/redis", "the data base's account writes there"),
    ("/var/lib/mongodb", "the data base's account writes there"),
    ("/users", "macOS: each user's own"),
    ("/private/tmp", "macOS: everybody's"),
    ("/private/var/tmp", "macOS: everybody's"),
    ("/private/var/folders", "macOS: each user's own"),
    (r"\users", "Windows: each user's own; Public is everybody's"),
    (r"\documents and settings", "Windows: each user's own"),
    (r"\programdata", "Windows: users may make files there"),
    (r"\inetpub", "Windows: the web server's account writes there: where web shells lie"),
    (r"\temp", "Windows: below a drive's root users may make files"),
    (r"\$recycle.bin", "Windows: each user's own"),
    (r"\windows\temp", "Windows: users may make files there"),
    (r"\windows\tasks", "Windows: users may make files there"),
    (r"\windows\tracing", "Windows: users may make files there"),
    (r"\windows\debug\wia", "Windows: users may make files there"),
    (r"\windows\registration\crmlog", "Windows: users may make files there"),
    (r"\windows\system32\com\dmp", "Windows: users may make files there"),
    (r"\windows\system32\fxstmp", "Windows: users may make files there"),
    (r"\windows\system32\spool", "Windows: users send print jobs there, and may make files below it"),
    (r"\windows\system32\tasks", "Windows: users may make files there"),
    (r"\windows\system32\spool\drivers\color", "Windows: users may make files there"),
    (r"\windows\system32\microsoft\crypto\rsa\machinekeys", "Windows: users may make files there"),
    (r"\windows\syswow64\tasks", "Windows: users may make files there"),
];

/// Folders with the programs of many makers.
const WIDE: [&str; 21] = [
    "/usr/bin",
    "/usr/sbin",
    "/usr/lib",
    "/usr/lib64",
    "/usr/libexec",
    "/usr/local",
    "/usr/local/bin",
    "/usr/local/sbin",
    "/usr/local/lib",
    "/usr/share",
    "/var/lib",
    "/usr/games",
    r"\program files",
    r"\program files (x86)",
    r"\program files\common files",
    r"\program files\windowsapps",
    r"\windows\system32",
    r"\windows\syswow64",
    r"\windows\winsxs",
    r"\windows\system32\spool",
    r"\windows\system32\spool\drivers",
];

impl Policy {
    pub(super) fn check_paths(&self, faults: &mut Faults) {
        // What is no path at all is refused as such.
        for path in self.must.path.iter().flatten().filter(|path| values::path(path).is_ok()) {
            let key = key(path);
            if let Some((folder, why)) = writable(&key) {
                let what = format!("`{path}` lies where others than administrators write ({folder}: {why}): anybody puts a miner there");
                faults.add(
                    &["must", "path"],
                    path,
                    what,
                    r"install the program in a folder of its own, as /opt/minex/bin or C:\Program Files\Minex",
                );
            } else if let Some(folder) = key.strip_suffix('*')
                && too_wide(folder.trim_end_matches(['/', '\\']))
            {
                let what = format!("`{path}` holds the programs of many makers");
                faults.add(&["must", "path"], path, what, r"name the program's own folder, as /opt/minex/* or C:\Program Files\Veeam\*");
            }
        }
        for parent in self.must.parent.iter().flatten() {
            let own = parent.split(['<', '?']).next().unwrap_or_default();
            if let Some((folder, _)) = writable(&key(own)) {
                let what = format!("the parent `{parent}` lies where others than administrators write ({folder})");
                faults.add(&["must", "parent"], parent, what, "name the service that starts the program, as /usr/lib/systemd/systemd");
            }
        }
    }
}

/// In lower case, without a drive: `\users\x`.
fn key(path: &str) -> String {
    let path = if on_windows(path) { path.get(2..).unwrap_or_default().replace('/', "\\") } else { path.to_owned() };
    path.to_lowercase()
}

fn writable(key: &str) -> Option<(&'static str, &'static str)> {
    let folder = key.strip_suffix('*').unwrap_or(key);
    let below = |path: &str| folder.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '\\']));
    const TEMPORARY: (&str, &str) = ("/tmp/", "a folder for what is there for a while only");
    let temporary = folder.contains("/tmp/") || folder.contains(r"\temp\") || folder.contains(r"\tmp\");
    const SITES: (&str, &str) = ("a web site", "a web server's account or its visitors write there");
    let site = ["webapps", "htdocs", "uploads", "node_modules", "wwwroot"]
        .iter()
        .any(|part| folder.split(['/', '\\']).skip(1).any(|own| own == *part));
    const SHARED: (&str, &str) = (r"\public\", "a folder for everybody");
    let shared = folder.contains(r"\public\");
    let homes = folder.strip_prefix("/home").is_some_and(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with('/'));
    WRITABLE
        .into_iter()
        .find(|(path, _)| below(path))
        .or(temporary.then_some(TEMPORARY))
        .or(site.then_some(SITES))
        .or(shared.then_some(SHARED))
        .or(homes.then_some(("/home", "FHS 3.8: each user's own")))
}

/// A folder right below the root, or one of the known ones, or one above a folder that everybody writes.
fn too_wide(folder: &str) -> bool {
    let depth = folder.split(['/', '\\']).filter(|part| !part.is_empty()).count();
    let above = |path: &str| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '\\']));
    depth < 2 || WIDE.contains(&folder) || WRITABLE.iter().any(|(path, _)| above(path))
}

/// Parts of paths that are everywhere users write.
const PARTS: [&str; 5] = [r"\appdata", r"\temp\", r"\downloads", "/.cache", "/tmp/"];

/// A folder that a text of a query stands for, and what is there.
pub(super) fn named_folder(text: &str, whole: bool) -> Option<(String, &'static str)> {
    let key = key(text.trim_end_matches('*'));
    let bare = key.trim_end_matches(['/', '\\']);
    if bare.is_empty() {
        return None;
    }
    if let Some((folder, why)) = writable(bare) {
        return Some((folder.to_owned(), why));
    }
    if !whole {
        let part = PARTS
            .iter()
            .find(|part| format!("{bare}\\").contains(*part) || format!("/{bare}/").contains(*part) || **part == format!("\\{bare}"))?;
        return Some(((*part).to_owned(), "users write there"));
    }
    too_wide(bare).then(|| (bare.to_owned(), "the programs of many makers are there"))
}

/// A folder right below a drive's root, in which Windows lets every user change files unless somebody took that right away.
pub(super) fn at_drive_root(path: &str) -> bool {
    const GUARDED: [&str; 3] = [r"\program files\", r"\program files (x86)\", r"\windows\"];
    on_windows(path) && !GUARDED.iter().any(|guarded| key(path).starts_with(guarded))
}
