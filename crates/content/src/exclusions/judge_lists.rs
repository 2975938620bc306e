//! Whether a value is in a policy's list.
//!
//! A parent is listed as `path`; as `path<name` or `path<path` where its own parent has that name or lies there; as `path?service` where its command line says
//! `-s service`, without case. On Windows all of it is compared without case.

use super::subject::Subject;
use super::values::{lower, on_windows};

/// A value of several lines is in no list.
pub(super) fn listed(list: &[String], value: &str) -> bool {
    !value.contains('\n') && list.iter().any(|item| item == value)
}

/// Windows paths in lower case.
pub(super) fn path_key(path: &str) -> String {
    if on_windows(path) { lower(path) } else { path.to_owned() }
}

pub(super) fn path_listed(list: &[String], path: &str) -> bool {
    let path = path_key(path);
    list.iter().map(|item| path_key(item)).any(|item| match item.strip_suffix('*') {
        Some(folder) => !strange(&path) && path.starts_with(folder),
        None => !path.contains('\n') && item == path,
    })
}

/// 1 where a list forbids a path, -1 where it does not. Where a strange path leads is not known, unless it begins in a folder that is forbidden.
pub(super) fn path_forbidden(list: &[String], path: &str) -> i8 {
    let path = path_key(path);
    let there = list.iter().map(|item| path_key(item)).any(|item| match item.strip_suffix('*') {
        Some(folder) => path.starts_with(folder),
        None => item == path,
    });
    match (there, strange(&path)) {
        (true, _) => 1,
        (false, true) => 0,
        (false, false) => -1,
    }
}

/// It climbs, has several lines, or is a stream of a file.
fn strange(path: &str) -> bool {
    let stream = on_windows(path) && path.get(2..).is_some_and(|rest| rest.contains(':'));
    stream || ["/../", r"\..\", r"/..\", r"\../", "\n"].iter().any(|odd| path.contains(odd))
}

/// The account without its domain.
pub(super) fn account_key(account: &str) -> &str {
    account.rsplit('\\').next().unwrap_or_default()
}

pub(super) fn account_listed(list: &[String], s: &Subject) -> bool {
    let key = account_key(&s.account);
    listed(list, key) || (on_windows(&s.path) && !key.contains('\n') && list.iter().any(|item| lower(item) == lower(key)))
}

/// A login up to its first `.`, `+` or `/`, or whole.
pub(super) fn login_listed(list: &[String], login: &str) -> bool {
    let wallet = login.split(['.', '+', '/']).next().unwrap_or_default();
    !login.contains('\n') && (listed(list, wallet) || listed(list, login))
}

pub(super) fn parent_listed(list: &[String], s: &Subject) -> bool {
    let windows = on_windows(&s.parent);
    let key = |text: &str| if windows { lower(text) } else { text.to_owned() };
    let parent = key(&s.parent);
    !parent.contains('\n')
        && list.iter().any(|item| {
            let item = path_key(item);
            match item.find(['<', '?']).and_then(|at| Some((item.get(..at)?, item.get(at..=at)?, item.get(at + 1..)?))) {
                None => item == parent,
                Some((own, "<", above)) => {
                    let path = key(&s.grandparent_path);
                    own == parent && !above.is_empty() && (above == path || (above == key(&s.grandparent) && may_be(&path, above)))
                }
                Some((own, _, wanted)) => {
                    own == parent && service(&s.parent_command_line).is_some_and(|name| name == wanted.to_lowercase())
                }
            }
        })
}

/// Whether a program that is known by name may lie there: nothing is known, or it has that name where only administrators write.
fn may_be(path: &str, name: &str) -> bool {
    const SYSTEM: [&str; 9] =
        ["/usr/", "/bin/", "/sbin/", "/lib/", "/lib64/", "/opt/", r":\windows\", r":\program files\", r":\program files (x86)\"];
    if path.is_empty() {
        return true;
    }
    let (folder, file) = path.rsplit_once(['/', '\\']).unwrap_or(("", path));
    let rest = path.get(1..).filter(|_| path.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)).unwrap_or(path);
    let loose = folder.split(['/', '\\']).any(|part| matches!(part, "tmp" | "temp" | "." | ".."));
    file == name && !loose && SYSTEM.iter().any(|place| rest.starts_with(place))
}

/// The service of `svchost.exe -k netsvcs -p -s Schedule`, in lower case: the word behind the first `-s`.
fn service(command_line: &str) -> Option<String> {
    command_line.match_indices("-s").find_map(|(at, _)| {
        let before = command_line.get(..at)?.chars().next_back()?;
        let rest = command_line.get(at + 2..)?;
        let name: String = rest.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        (before.is_whitespace() && rest.starts_with(char::is_whitespace) && !name.is_empty()).then(|| name.to_lowercase())
    })
}
