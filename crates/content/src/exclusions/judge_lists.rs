//! Whether a value is in a policy's list.
//!
//! A parent is listed as `path`; as `path<name` or `path<path` where its own parent has that name or lies there; as `path?service` where its command line says
//! `-s service`, without case. On Windows all of it is compared without case.

use super::subject::Subject;
use super::values::on_windows;

/// A value of several lines is in no list.
pub(super) fn listed(list: &[String], value: &str) -> bool {
    !value.contains('\n') && list.iter().any(|item| item == value)
}

/// Windows paths in lower case.
pub(super) fn path_key(path: &str) -> String {
    if on_windows(path) { path.to_lowercase() } else { path.to_owned() }
}

pub(super) fn path_listed(list: &[String], path: &str) -> bool {
    let path = path_key(path);
    let climbs = ["/../", r"\..\", r"/..\", r"\../"].iter().any(|up| path.contains(up));
    !path.contains('\n')
        && list.iter().map(|item| path_key(item)).any(|item| match item.strip_suffix('*') {
            Some(folder) => !climbs && path.starts_with(folder),
            None => item == path,
        })
}

/// The account without its domain.
pub(super) fn account_key(account: &str) -> &str {
    account.rsplit('\\').next().unwrap_or_default()
}

pub(super) fn account_listed(list: &[String], s: &Subject) -> bool {
    let key = account_key(&s.account);
    let lower = key.to_lowercase();
    listed(list, key) || (on_windows(&s.path) && !key.contains('\n') && list.iter().any(|item| item.to_lowercase() == lower))
}

pub(super) fn parent_listed(list: &[String], s: &Subject) -> bool {
    let windows = on_windows(&s.parent);
    let key = |text: &str| if windows { text.to_lowercase() } else { text.to_owned() };
    let parent = key(&s.parent);
    !parent.contains('\n')
        && list.iter().any(|item| {
            let item = path_key(item);
            match item.find(['<', '?']).and_then(|at| Some((item.get(..at)?, item.get(at..=at)?, item.get(at + 1..)?))) {
                None => item == parent,
                Some((own, "<", above)) => {
                    own == parent && !above.is_empty() && (above == key(&s.grandparent) || above == key(&s.grandparent_path))
                }
                Some((own, _, wanted)) => {
                    own == parent && service(&s.parent_command_line).is_some_and(|name| name == wanted.to_lowercase())
                }
            }
        })
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
