//! Python's packages: `RECORD` beside the package lists path, digest (`sha256=` and URL-safe base64) and size (packaging.python.org, "Recording installed projects").

use super::{Packaged, join, parent};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A package lists fewer files.
const MOST_BYTES: u64 = 64 << 20;
const SITES: [&str; 2] = ["site-packages", "dist-packages"];

pub(super) fn packages(root: &Path, found: &BTreeSet<String>, problems: &mut Vec<String>) -> Vec<Packaged> {
    let mut packages = Vec::new();
    for site in found.iter().filter_map(|path| site_of(path)).collect::<BTreeSet<&str>>() {
        let Ok(entries) = fs::read_dir(join(root, site)) else { continue };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let Some(told) = name.to_str().and_then(|name| name.strip_suffix(".dist-info")) else { continue };
            let (package, version) = told.split_once('-').unwrap_or((told, ""));
            let record = entry.path().join("RECORD");
            match fs::symlink_metadata(&record) {
                Ok(metadata) if metadata.is_file() && metadata.len() <= MOST_BYTES => {}
                Ok(_) => {
                    problems.push(format!("{site}/{told}.dist-info/RECORD: no plain file of at most {MOST_BYTES} bytes"));
                    continue;
                }
                Err(_) => continue,
            }
            let text = match fs::read(&record) {
                Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                Err(error) => {
                    problems.push(format!("{site}/{told}.dist-info/RECORD: {error}"));
                    continue;
                }
            };
            packages.extend(files(&text, site, package, version).filter(|file| found.contains(&file.path)));
        }
    }
    packages
}

/// The folder above it in which packages are installed side by side.
fn site_of(path: &str) -> Option<&str> {
    let mut at = path;
    while at != "/" {
        at = parent(at);
        if SITES.contains(&at.rsplit('/').next().unwrap_or_default()) {
            return Some(at);
        }
    }
    None
}

fn files<'a>(text: &'a str, site: &'a str, package: &'a str, version: &'a str) -> impl Iterator<Item = Packaged> + 'a {
    text.lines().filter_map(move |line| {
        let (path, rest) = line.split_once(",sha256=")?;
        let path = path.trim_matches('"');
        let sha256 = hex(rest.split(',').next()?)?;
        // What lies beside the folder (`../../../bin/x`) is written so.
        let (mut folder, mut path) = (site, path);
        while let Some(rest) = path.strip_prefix("../") {
            (folder, path) = (parent(folder), rest);
        }
        Some(Packaged {
            package: package.to_owned(),
            version: version.to_owned(),
            path: format!("{}/{path}", folder.trim_end_matches('/')),
            sha256,
            ..Packaged::default()
        })
    })
}

/// 32 bytes in URL-safe base64 without padding, in hexadecimal digits.
fn hex(text: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()?;
    (bytes.len() == 32).then(|| bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_lists_paths_and_digests() {
        let text = "pkg/a.so,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n\"../../../bin/x\",sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\npkg/RECORD,,\npkg/b,sha256=short,1\n";
        let site = "/usr/lib/python3/dist-packages";
        let found: Vec<Packaged> = files(text, site, "pkg", "1.0").collect();
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(
            found.iter().map(|f| (f.path.as_str(), f.sha256.as_str())).collect::<Vec<_>>(),
            [("/usr/lib/python3/dist-packages/pkg/a.so", empty), ("/usr/bin/x", empty)]
        );
        assert_eq!((site_of("/usr/lib/python3/dist-packages/pkg/a.so"), site_of("/usr/bin/x")), (Some(site), None));
    }
}
