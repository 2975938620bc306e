//! Names of users and groups, of the host's own lists: those of an image are not those of the machine that looks at it.

use super::join;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Lists are longer on no host.
const MOST_BYTES: u64 = 16 << 20;

#[derive(Debug, Default)]
pub(super) struct Owners {
    users: BTreeMap<u32, String>,
    groups: BTreeMap<u32, String>,
}

impl Owners {
    pub(super) fn read(root: &Path) -> Self {
        Self { users: names(root, "/etc/passwd"), groups: names(root, "/etc/group") }
    }

    /// Its name, else its number.
    pub(super) fn user(&self, id: u32) -> String {
        self.users.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }

    pub(super) fn group(&self, id: u32) -> String {
        self.groups.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }
}

/// `name:x:number:…`; of several with one number the first.
fn names(root: &Path, list: &str) -> BTreeMap<u32, String> {
    let path = join(root, list);
    let sound = fs::symlink_metadata(&path).is_ok_and(|m| m.is_file() && m.len() <= MOST_BYTES);
    let text = if sound { fs::read(&path).unwrap_or_default() } else { Vec::new() };
    let mut names = BTreeMap::new();
    for line in String::from_utf8_lossy(&text).lines() {
        let mut fields = line.split(':');
        if let (Some(name), Some(Ok(id))) = (fields.next(), fields.nth(1).map(str::parse)) {
            names.entry(id).or_insert_with(|| name.to_owned());
        }
    }
    names
}
