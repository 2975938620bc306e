//! Finds the files under the given paths, members of archives included, in an order that depends on names alone.

use crate::archive::{self, Found, Kind};
use crate::input::{Place, open_file};
use crate::stream::{self, Compression};
use crate::{EvidenceError, Options};
use model::{FileRef, ReadError, Skipped};
use std::io::Read;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Everything found, in the order of names.
#[derive(Default)]
pub(crate) struct Discovered {
    pub(crate) files: Vec<Candidate>,
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) errors: Vec<ReadError>,
}

/// A file that can be opened.
pub(crate) struct Candidate {
    pub(crate) file: FileRef,
    pub(crate) place: Place,
    /// Bytes on disk.
    pub(crate) size: u64,
    /// Whether its members are candidates of their own, so that it is for the file scanner only.
    pub(crate) looked_into: bool,
}

pub(crate) fn discover(paths: &[PathBuf], options: &Options) -> Result<Discovered, EvidenceError> {
    if paths.is_empty() {
        return Err(EvidenceError::NoPath);
    }
    let mut found = Discovered::default();
    for path in paths {
        if path.symlink_metadata().is_err() {
            return Err(EvidenceError::Missing(path.clone()));
        }
        found.root(path, options)?;
    }
    found.files.sort_by(|a, b| a.file.cmp(&b.file));
    found.files.dedup_by(|a, b| a.file == b.file);
    found.skipped.sort_by(|a, b| a.file.cmp(&b.file));
    found.skipped.dedup();
    Ok(found)
}

impl Discovered {
    /// A path that the user named: a link there is followed, for the user meant it.
    fn root(&mut self, path: &Path, options: &Options) -> Result<(), EvidenceError> {
        let root = path.canonicalize().ok();
        let walk = WalkDir::new(path).follow_links(false).follow_root_links(true).sort_by_file_name();
        for entry in walk {
            if self.files.len() > options.caps.files {
                return Err(EvidenceError::TooManyFiles(options.caps.files));
            }
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) if entry.path_is_symlink() && entry.depth() > 0 => self.link(entry.path(), root.as_deref()),
                Ok(entry) => self.path(entry.path(), options),
                Err(error) => {
                    let place = error.path().unwrap_or(path).to_path_buf();
                    let reason = match error.loop_ancestor() {
                        Some(_) => "a loop of links".to_owned(),
                        None => error.io_error().map_or_else(|| error.to_string(), |e| format!("cannot be listed: {}", plain(e))),
                    };
                    self.unreadable(&place, reason);
                }
            }
        }
        Ok(())
    }

    /// A link within the evidence. What it points at inside the root is read there; what lies outside is not evidence handed in.
    fn link(&mut self, path: &Path, root: Option<&Path>) {
        let reason = match path.canonicalize() {
            Ok(target) if root.is_some_and(|root| target.starts_with(root)) => {
                let what = if target.is_dir() {
                    "a link to a folder of the evidence, read there"
                } else {
                    "a link to a file of the evidence, read there"
                };
                return self.skip(FileRef::path(path), what, false);
            }
            Ok(_) => "a link that leads out of the evidence is not followed".to_owned(),
            Err(error) if error.raw_os_error() == Some(40) || error.to_string().contains("too many") => "a loop of links".to_owned(),
            Err(error) => format!("a link that leads nowhere: {}", plain(&error)),
        };
        self.skip(FileRef::path(path), &reason, true);
    }

    fn path(&mut self, path: &Path, options: &Options) {
        let file = FileRef::path(path);
        let meta = match std::fs::metadata(path) {
            Ok(meta) => meta,
            Err(error) => return self.unreadable(path, format!("cannot be opened: {}", plain(&error))),
        };
        if !meta.is_file() {
            return self.skip(file, special(&meta), true);
        }
        if meta.len() == 0 {
            return self.skip(file, "empty", false);
        }
        let head = match head(path) {
            Ok(head) => head,
            Err(error) => return self.unreadable(path, format!("cannot be read: {}", plain(&error))),
        };
        let compression = stream::compression(&head);
        match archive::kind(&head) {
            Kind::Zip if !zip_document(path) => self.zip(path, &file, options),
            Kind::Tar => self.tar(path, &file, Compression::None, options),
            _ if compression != Compression::None && holds_tar(path, options) => self.tar(path, &file, compression, options),
            _ => {
                let looked_into = named(path, "zip") && self.zip_behind(path, &file, options);
                self.files.push(Candidate { file, place: Place::Path(path.to_path_buf()), size: meta.len(), looked_into });
            }
        }
    }

    fn zip(&mut self, path: &Path, file: &FileRef, options: &Options) {
        match archive::zip_members(path, &options.caps) {
            Ok(members) => self.members(file, members),
            Err(error) => self.unreadable(path, format!("damaged ZIP archive: {error}")),
        }
    }

    /// The members of an archive that other bytes stand before, as in one that unpacks itself.
    fn zip_behind(&mut self, path: &Path, file: &FileRef, options: &Options) -> bool {
        let members = archive::zip_members(path, &options.caps).unwrap_or_default();
        let found = !members.is_empty();
        self.members(file, members);
        found
    }

    fn tar(&mut self, path: &Path, file: &FileRef, compression: Compression, options: &Options) {
        match archive::tar_members(path, compression, &options.caps) {
            Ok((members, failure)) => {
                self.members(file, members);
                if let Some(error) = failure {
                    self.error(file, format!("damaged TAR archive, the members after this are lost: {error}"));
                }
            }
            Err(error) => self.unreadable(path, format!("damaged TAR archive: {error}")),
        }
    }

    fn members(&mut self, archive: &FileRef, members: Vec<archive::Member>) {
        for member in members {
            let file = archive.member(&member.name.replace('\\', "/"));
            match member.found {
                Found::Place(_) if member.size == 0 => self.skip(file, "empty", false),
                Found::Place(place) => self.files.push(Candidate { file, place, size: member.size, looked_into: false }),
                Found::Skip(reason) => self.skip(file, &reason, true),
            }
        }
    }

    fn skip(&mut self, file: FileRef, reason: &str, evidence: bool) {
        self.skipped.push(Skipped { file, reason: reason.to_owned(), evidence });
    }

    /// An error, for the reader of the run, and a skipped file, for its exit code.
    fn unreadable(&mut self, path: &Path, reason: String) {
        let file = FileRef::path(path);
        self.error(&file, reason.clone());
        self.skipped.push(Skipped { file, reason, evidence: true });
    }

    fn error(&mut self, file: &FileRef, reason: String) {
        self.errors.push(ReadError { file: file.clone(), offset: None, record: None, reader: "discover", reason });
    }
}

/// An error of the system without the number that Rust adds.
pub(crate) fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((words, _)) => words.to_owned(),
        None => text,
    }
}

fn head(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(512);
    open_file(path)?.take(512).read_to_end(&mut head)?;
    Ok(head)
}

/// Whether a compressed file holds a TAR archive.
fn holds_tar(path: &Path, options: &Options) -> bool {
    let consumed = std::sync::Arc::default();
    let Ok(file) = open_file(path) else { return false };
    let Ok((stream, _)) = stream::decode(stream::Source::counted(file, &consumed), &options.caps) else { return false };
    let mut inner = Vec::with_capacity(512);
    stream.take(512).read_to_end(&mut inner).is_ok() && matches!(archive::kind(&inner), Kind::Tar)
}

/// Office files are ZIP archives that the file scanner looks at as a whole. Packages of programs are looked into: a miner in one is compressed.
fn zip_document(path: &Path) -> bool {
    ["docx", "xlsx", "pptx", "docm", "xlsm", "odt", "ods"].iter().any(|extension| named(path, extension))
}

fn named(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|own| own.eq_ignore_ascii_case(extension))
}

#[cfg(unix)]
fn special(meta: &std::fs::Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    let kind = meta.file_type();
    if kind.is_fifo() {
        "a FIFO is not opened"
    } else if kind.is_socket() {
        "a socket is not opened"
    } else {
        "a device is not opened"
    }
}

#[cfg(not(unix))]
fn special(_meta: &std::fs::Metadata) -> &'static str {
    "not a regular file: not opened"
}
