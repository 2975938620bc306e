//! Packages of RPM, from what `rpm` itself writes of its database ([`QUERY`]): the database has many forms.

use super::Packaged;
use std::collections::BTreeSet;
use std::path::Path;

/// The command whose output is read: a line a file, fields between tabs.
pub const QUERY: &str = r"rpm -qa --qf '[%{=NAME}\t%{=VERSION}-%{=RELEASE}\t%{=VENDOR}\t%{FILENAMES}\t%{FILEDIGESTS}\n]'";

pub(super) fn packages(file: &Path, text: &str, found: &BTreeSet<String>, problems: &mut Vec<String>) -> Vec<Packaged> {
    let mut packages = Vec::new();
    let mut wrong = 0_usize;
    for line in text.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [package, version, vendor, path, digest] = fields[..] else {
            wrong += usize::from(!line.trim().is_empty() && !line.starts_with("gpg-pubkey"));
            continue;
        };
        if !found.contains(path) {
            continue;
        }
        let (sha256, md5) = match digest.len() {
            64 => (digest.to_lowercase(), String::new()),
            32 => (String::new(), digest.to_lowercase()),
            // A folder or a link has no digest.
            _ => continue,
        };
        packages.push(Packaged { package: package.into(), version: version.into(), vendor: vendor.into(), path: path.into(), sha256, md5 });
    }
    if wrong > 0 {
        problems.push(format!("{}: {wrong} lines have not the five fields of: {QUERY}", file.display()));
    }
    packages
}
