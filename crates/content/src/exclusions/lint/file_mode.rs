//! A policy that everybody may write is everybody's policy.

use super::super::fault::Fault;
use std::path::Path;

/// Where a file, or the folder that it lies in, may be written by everybody. A file that is not there has no faults.
#[cfg(unix)]
pub(crate) fn open_to_all(file: &Path) -> Option<Fault> {
    use std::os::unix::fs::PermissionsExt;
    const OTHERS_WRITE: u32 = 0o002;
    const STICKY: u32 = 0o1000;
    let mode = |path: &Path| std::fs::metadata(path).map(|data| data.permissions().mode()).ok();
    let fault = |what: &str, remedy: String| Some(Fault { line: 1, what: what.to_owned(), remedy });
    if mode(file)? & OTHERS_WRITE != 0 {
        return fault("everybody may write this policy", format!("chmod o-w {}", file.display()));
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // In a sticky folder nobody replaces another's file.
    if mode(folder).is_some_and(|mode| mode & OTHERS_WRITE != 0 && mode & STICKY == 0) {
        return fault("everybody may replace this policy: its folder is open to all", format!("chmod o-w {}", folder.display()));
    }
    None
}

/// Rights of other systems are not read here.
#[cfg(not(unix))]
pub(crate) fn open_to_all(_file: &Path) -> Option<Fault> {
    None
}
