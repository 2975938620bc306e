//! Who beside administrators can put another file at a path.

use super::join;
use super::owners::Owners;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

const BY_GROUP: u32 = 0o020;
const BY_ALL: u32 = 0o002;

/// The first folder or file on the way from the root to the path that somebody beside `root` writes, and who; empty where there is none. The bits of a group are the mask of access
/// lists as well (acl(5)), so that a right that such a list gives is seen in them.
pub(super) fn writable_by(root: &Path, path: &str, owners: &Owners) -> Result<String, String> {
    let mut at = String::new();
    for part in path.split('/') {
        if part.is_empty() && !at.is_empty() {
            continue;
        }
        if !part.is_empty() {
            at.push('/');
            at.push_str(part);
        }
        let shown = if at.is_empty() { "/" } else { at.as_str() };
        let metadata = fs::symlink_metadata(join(root, shown)).map_err(|error| format!("{shown}: {error}"))?;
        if metadata.is_symlink() {
            return Err(format!("{shown} is a link: name the path to which it leads"));
        }
        let who = if metadata.mode() & BY_ALL != 0 {
            "everybody".to_owned()
        } else if metadata.uid() != 0 {
            format!("user {}", owners.user(metadata.uid()))
        } else if metadata.mode() & BY_GROUP != 0 {
            format!("group {}", owners.group(metadata.gid()))
        } else {
            continue;
        };
        return Ok(format!("{who} ({shown})"));
    }
    Ok(String::new())
}
