//! Debian's packages: `/var/lib/dpkg/info/NAME.md5sums` has a digest and a path a line (deb-md5sums(5)), `/var/lib/dpkg/status` the versions.

use super::{Packaged, join};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Folders that lead elsewhere since they were merged (`/bin` is `/usr/bin`), while packages still list them.
const MERGED: [&str; 4] = ["/bin/", "/sbin/", "/lib/", "/lib64/"];

pub(super) fn packages(root: &Path, found: &BTreeSet<String>, problems: &mut Vec<String>) -> Vec<Packaged> {
    let folder = join(root, "/var/lib/dpkg/info");
    let Ok(entries) = fs::read_dir(&folder) else { return Vec::new() };
    let versions = versions(root);
    let merged: Vec<&str> = MERGED
        .into_iter()
        .filter(|old| fs::symlink_metadata(join(root, old.trim_end_matches('/'))).is_ok_and(|m| m.is_symlink()))
        .collect();
    let mut packages = Vec::new();
    for entry in entries.flatten() {
        let name = entry.file_name();
        // Of several architectures: `libc6:amd64`.
        let Some(package) = name.to_str().and_then(|n| n.strip_suffix(".md5sums")).map(|n| n.split(':').next().unwrap_or(n)) else {
            continue;
        };
        if !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        let lines = match File::open(entry.path()) {
            Ok(file) => BufReader::new(file).split(b'\n'),
            Err(error) => {
                problems.push(format!("/var/lib/dpkg/info/{package}.md5sums: {error}"));
                continue;
            }
        };
        for line in lines {
            let line = match line {
                Ok(line) => line,
                Err(error) => {
                    problems.push(format!("/var/lib/dpkg/info/{package}.md5sums: {error}; the rest of it was not read"));
                    break;
                }
            };
            // A name that is no UTF-8 is none that a policy can write.
            let Ok(line) = String::from_utf8(line) else { continue };
            let Some((md5, path)) = line.split_once("  ") else { continue };
            let path = format!("/{path}");
            let path = if merged.iter().any(|old| path.starts_with(old)) { format!("/usr{path}") } else { path };
            if found.contains(&path) && md5.len() == 32 {
                let (version, vendor) = versions.get(package).cloned().unwrap_or_default();
                packages.push(Packaged {
                    package: package.to_owned(),
                    version,
                    vendor,
                    path,
                    md5: md5.to_lowercase(),
                    sha256: String::new(),
                });
            }
        }
    }
    packages
}

/// Version and maintainer by package.
fn versions(root: &Path) -> BTreeMap<String, (String, String)> {
    let mut versions = BTreeMap::new();
    let Ok(file) = File::open(join(root, "/var/lib/dpkg/status")) else { return versions };
    let (mut package, mut version, mut vendor) = (String::new(), String::new(), String::new());
    let lines = BufReader::new(file).split(b'\n').map_while(Result::ok);
    for line in lines.map(|line| String::from_utf8_lossy(&line).into_owned()).chain([String::new()]) {
        match line.split_once(": ") {
            Some(("Package", value)) => value.clone_into(&mut package),
            Some(("Version", value)) => value.clone_into(&mut version),
            Some(("Maintainer", value)) => value.clone_into(&mut vendor),
            None if line.is_empty() && !package.is_empty() => {
                versions.insert(std::mem::take(&mut package), (std::mem::take(&mut version), std::mem::take(&mut vendor)));
            }
            _ => {}
        }
    }
    versions
}
