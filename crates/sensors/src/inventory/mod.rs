//! What a host's own files say of programs: who may write them, and which package they are of.
//!
//! In go paths as policies name them and the root below which they lie (`/`, or a mounted image), out come rows of `PoolhoundFile_CL` and `PoolhoundPackage_CL`
//! as JSON. No link is followed, and nothing is run.

mod dpkg;
mod owners;
mod rights;
mod rpm;
mod wheel;

pub use rpm::QUERY as RPM_QUERY;

use owners::Owners;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// So many files and folders below a policy's folder are looked at.
const MOST_ENTRIES: usize = 100_000;
/// Folders within folders.
const MOST_DEPTH: usize = 64;

/// A file of a package, with a digest of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Packaged {
    pub(crate) package: String,
    pub(crate) version: String,
    pub(crate) vendor: String,
    pub(crate) path: String,
    pub(crate) sha256: String,
    pub(crate) md5: String,
}

/// A host's files, below `root`.
#[derive(Debug)]
pub struct Inventory {
    root: PathBuf,
    host: String,
    /// As `TimeGenerated`.
    time: String,
    owners: Owners,
    /// By path, so that a file that several policies name is one row.
    files: BTreeMap<String, Value>,
    /// Files of which packages are looked up.
    found: BTreeSet<String>,
    packages: BTreeSet<Packaged>,
    /// Places at which nothing is.
    pub absent: Vec<String>,
    /// What could not be looked at, each with its reason.
    pub problems: Vec<String>,
}

impl Inventory {
    /// `root` is `/` or where an image is mounted.
    pub fn new(root: &Path, host: &str, time: &str) -> Self {
        Self {
            root: root.to_owned(),
            host: host.to_owned(),
            time: time.to_owned(),
            owners: Owners::read(root),
            files: BTreeMap::new(),
            found: BTreeSet::new(),
            packages: BTreeSet::new(),
            absent: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Looks at a file, or at all below a folder (`/opt/minex/*`). One that is not there is no problem: it may be there later, so its folder is looked at.
    pub fn add(&mut self, place: &str) {
        let (path, whole) = place.strip_suffix("/*").map_or((place, false), |folder| (folder, true));
        match self.metadata(path) {
            Ok(Some(metadata)) if whole && metadata.is_dir() => self.below(path),
            Ok(Some(metadata)) => self.entry(path, &metadata),
            Ok(None) => self.absent.push(place.to_owned()),
            Err(reason) => self.problems.push(reason),
        }
        let folder = parent(path);
        if let Ok(Some(metadata)) = self.metadata(folder) {
            self.entry(folder, &metadata);
        }
    }

    /// Reads which packages the files are of that were found: Debian's, Python's, and those of a list that `rpm` wrote ([`RPM_QUERY`]).
    pub fn add_packages(&mut self, rpm: Option<(&Path, &str)>) {
        let (root, found) = (self.root.clone(), self.found.clone());
        self.packages.extend(dpkg::packages(&root, &found, &mut self.problems));
        self.packages.extend(wheel::packages(&root, &found, &mut self.problems));
        if let Some((file, text)) = rpm {
            self.packages.extend(rpm::packages(file, text, &found, &mut self.problems));
        }
    }

    /// Rows of `PoolhoundFile_CL`.
    pub fn file_rows(&self) -> impl Iterator<Item = &Value> {
        self.files.values()
    }

    /// Rows of `PoolhoundPackage_CL`.
    pub fn package_rows(&self) -> impl Iterator<Item = Value> {
        self.packages.iter().map(|p| {
            json!({"Type": "PoolhoundPackage_CL", "TimeGenerated": self.time, "Computer": self.host, "Package": p.package, "Version": p.version, "Vendor": p.vendor,
                "FilePath": p.path, "SHA256": p.sha256, "MD5": p.md5})
        })
    }

    fn below(&mut self, folder: &str) {
        let walk = walkdir::WalkDir::new(join(&self.root, folder)).follow_links(false).max_depth(MOST_DEPTH).sort_by_file_name();
        for (n, entry) in walk.into_iter().enumerate() {
            if n == MOST_ENTRIES {
                self.problems.push(format!("{folder}: more than {MOST_ENTRIES} files and folders; the others were not looked at"));
                break;
            }
            match entry {
                Ok(entry) if entry.path_is_symlink() => {}
                Ok(entry) => {
                    let Some(path) = entry.path().strip_prefix(&self.root).ok().and_then(Path::to_str).map(|path| format!("/{path}"))
                    else {
                        self.problems.push(format!("{}: its name is no UTF-8", entry.path().display()));
                        continue;
                    };
                    match entry.metadata() {
                        Ok(metadata) => self.entry(&path, &metadata),
                        Err(error) => self.problems.push(format!("{path}: {error}")),
                    }
                }
                Err(error) => self.problems.push(error.to_string()),
            }
        }
    }

    fn entry(&mut self, path: &str, metadata: &Metadata) {
        let writable_by = match rights::writable_by(&self.root, path, &self.owners) {
            Ok(by) => by,
            Err(reason) => return self.problems.push(reason),
        };
        let mut sha256 = String::new();
        if metadata.is_file() {
            match digest(&join(&self.root, path), metadata) {
                Ok(digest) => sha256 = digest,
                Err(error) => self.problems.push(format!("{path}: {error}")),
            }
            self.found.insert(path.to_owned());
        }
        let kind = if metadata.is_dir() { "folder" } else { "file" };
        let row = json!({"Type": "PoolhoundFile_CL", "TimeGenerated": self.time, "Computer": self.host, "FilePath": path, "Kind": kind,
            "Owner": self.owners.user(metadata.uid()), "OwnerGroup": self.owners.group(metadata.gid()), "Mode": format!("{:04o}", metadata.mode() & 0o7777),
            "WritableBy": writable_by, "SHA256": sha256});
        self.files.insert(path.to_owned(), row);
    }

    /// `None` where nothing is; a link is a problem: the endpoint writes the path to which it leads.
    fn metadata(&self, path: &str) -> Result<Option<Metadata>, String> {
        // What lies behind a link is looked at nowhere: it may be out of the image.
        for folder in ancestors(path) {
            if fs::symlink_metadata(join(&self.root, folder)).is_ok_and(|metadata| metadata.is_symlink()) {
                return Err(format!("{path}: {folder} is a link: name the path to which it leads"));
            }
        }
        match fs::symlink_metadata(join(&self.root, path)) {
            Ok(metadata) if metadata.is_symlink() => Err(format!("{path} is a link: name the path to which it leads")),
            Ok(metadata) => Ok(Some(metadata)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(format!("{path}: {error}")),
        }
    }
}

/// A path of the host below the root.
pub(crate) fn join(root: &Path, path: &str) -> PathBuf {
    root.join(path.trim_start_matches('/'))
}

/// The folders above it, the highest first, without the root.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').filter(|(at, _)| *at > 0).filter_map(|(at, _)| path.get(..at))
}

/// The folder in which it lies; `/` of what lies there.
pub(crate) fn parent(path: &str) -> &str {
    match path.rfind('/') {
        Some(0) | None => "/",
        Some(at) => path.get(..at).unwrap_or("/"),
    }
}

/// Of the very file that was looked at: whoever puts a link in its place meanwhile has nothing else read.
fn digest(path: &Path, seen: &Metadata) -> io::Result<String> {
    let mut file = File::open(path)?;
    let opened = file.metadata()?;
    if (opened.dev(), opened.ino()) != (seen.dev(), seen.ino()) {
        return Err(io::Error::other("was put in place of another while it was looked at"));
    }
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hash.finalize().iter().map(|b| format!("{b:02x}")).collect()),
            n => hash.update(buffer.get(..n).unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests;
