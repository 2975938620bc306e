//! Members of ZIP and TAR archives, found without unpacking anything to disk.

use crate::Caps;
use crate::input::{Place, ZipMethod, open_file};
use crate::stream::{self, Compression};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use zip::CompressionMethod;

/// A member as it was found.
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) size: u64,
    pub(crate) found: Found,
}

pub(crate) enum Found {
    Place(Place),
    /// Cannot be read, and why.
    Skip(String),
}

/// What kind of archive a file is, by its first bytes.
pub(crate) enum Kind {
    Zip,
    Tar,
    /// Compressed; whether a TAR lies inside only its decompressed head tells.
    No,
}

pub(crate) fn kind(head: &[u8]) -> Kind {
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        Kind::Zip
    } else if is_tar(head) {
        Kind::Tar
    } else {
        Kind::No
    }
}

/// `ustar` stands at byte 257 of a TAR's first header.
fn is_tar(head: &[u8]) -> bool {
    head.get(257..262) == Some(b"ustar")
}

/// The members of a ZIP archive in the archive's order, directories left out.
pub(crate) fn zip_members(path: &Path, caps: &Caps) -> io::Result<Vec<Member>> {
    let mut archive = zip::ZipArchive::new(BufReader::new(open_file(path)?)).map_err(io::Error::other)?;
    if archive.len() > caps.files {
        return Err(io::Error::other(format!("more than {} members", caps.files)));
    }
    let mut members = Vec::with_capacity(archive.len());
    for index in 0..archive.len() {
        let member = match archive.by_index_raw(index) {
            Ok(file) if file.is_dir() => continue,
            Ok(file) => {
                let name = String::from_utf8_lossy(file.name_raw()).into_owned();
                let (size, crc, start) = (file.compressed_size(), file.crc32(), file.data_start());
                let method = match file.compression() {
                    CompressionMethod::Stored => Some(ZipMethod::Stored),
                    CompressionMethod::Deflated => Some(ZipMethod::Deflated),
                    other if other == zstd_method() => Some(ZipMethod::Zstd),
                    _ => None,
                };
                let found = match (method, start) {
                    _ if file.encrypted() => Found::Skip("encrypted in the archive: unpack it with its password".into()),
                    _ if file.is_symlink() => Found::Skip("a link in an archive is not followed".into()),
                    (Some(method), Some(start)) => Found::Place(Place::Zip { archive: path.to_path_buf(), start, size, method, crc }),
                    (None, _) => Found::Skip(format!("packed with {}: no reader for that; unpack it", method_name(file.compression()))),
                    (_, None) => Found::Skip("the archive does not say where the member lies".into()),
                };
                Member { name, size, found }
            }
            Err(error) => Member { name: format!("#{index}"), size: 0, found: Found::Skip(format!("damaged in the archive: {error}")) },
        };
        members.push(member);
    }
    Ok(members)
}

/// A method's name, by its number in the ZIP specification.
#[expect(deprecated, reason = "the only way to see the number of a method whose feature is not built in")]
fn method_name(method: CompressionMethod) -> String {
    let name = match method {
        CompressionMethod::Unsupported(number) => match number {
            1 => "Shrink",
            2..=5 => "Reduce",
            6 => "Implode",
            9 => "Deflate64",
            12 => "bzip2",
            14 => "LZMA",
            95 => "xz",
            98 => "PPMd",
            number => return format!("method {number} of ZIP"),
        },
        method => return format!("{method:?}"),
    };
    name.to_owned()
}

#[expect(deprecated, reason = "the only way to name a method whose feature is not built in")]
fn zstd_method() -> CompressionMethod {
    CompressionMethod::Unsupported(93)
}

/// A TAR archive, plain or compressed. The members of a compressed one are reached by reading up to them; the stream is kept
/// between members, so that reading all in their order costs one pass.
pub(crate) struct TarShare {
    path: PathBuf,
    compressed: bool,
    caps: Caps,
    parked: Mutex<Option<Parked>>,
}

struct Parked {
    stream: Box<dyn Read + Send>,
    at: u64,
}

impl TarShare {
    fn stream(&self) -> io::Result<Box<dyn Read + Send>> {
        let consumed = Arc::default();
        Ok(stream::decode(stream::Source::counted(open_file(&self.path)?, &consumed), &self.caps)?.0)
    }

    /// A stream of the bytes from `start`.
    pub(crate) fn member(self: &Arc<Self>, start: u64, size: u64) -> io::Result<Box<dyn Read + Send>> {
        if !self.compressed {
            let mut file = open_file(&self.path)?;
            file.seek(SeekFrom::Start(start))?;
            return Ok(Box::new(file.take(size)));
        }
        let parked = self.parked.lock().unwrap_or_else(PoisonError::into_inner).take().filter(|parked| parked.at <= start);
        let mut parked = match parked {
            Some(parked) => parked,
            None => Parked { stream: self.stream()?, at: 0 },
        };
        let skipped = io::copy(&mut (&mut parked.stream).take(start - parked.at), &mut io::sink())?;
        parked.at += skipped;
        if parked.at != start {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the archive ends before the member"));
        }
        Ok(Box::new(TarMember { share: Arc::clone(self), parked: Some(parked), left: size }))
    }
}

/// Gives the stream back to the archive when done, for the next member.
struct TarMember {
    share: Arc<TarShare>,
    parked: Option<Parked>,
    left: u64,
}

impl Read for TarMember {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(parked) = &mut self.parked else { return Ok(0) };
        let n = (&mut parked.stream).take(self.left).read(buffer)?;
        if n == 0 && self.left > 0 && !buffer.is_empty() {
            self.left = 0;
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the archive ends within the member"));
        }
        parked.at += n as u64;
        self.left -= n as u64;
        Ok(n)
    }
}

impl Drop for TarMember {
    fn drop(&mut self) {
        let mut slot = self.share.parked.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.is_none() {
            *slot = self.parked.take();
        }
    }
}

/// The members of a TAR archive in the archive's order, and what stopped the walk, if anything did.
pub(crate) fn tar_members(path: &Path, compression: Compression, caps: &Caps) -> io::Result<(Vec<Member>, Option<io::Error>)> {
    let share = Arc::new(TarShare {
        path: path.to_path_buf(),
        compressed: compression != Compression::None,
        caps: *caps,
        parked: Mutex::new(None),
    });
    let mut archive = tar::Archive::new(share.stream()?);
    let mut members = Vec::new();
    let mut failure = None;
    for entry in archive.entries()? {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                failure = Some(error);
                break;
            }
        };
        let kind = entry.header().entry_type();
        if kind.is_dir() {
            continue;
        }
        if members.len() >= caps.files {
            failure = Some(io::Error::other(format!("more than {} members", caps.files)));
            break;
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let (start, size) = (entry.raw_file_position(), entry.size());
        let found = if kind.is_file() || kind == tar::EntryType::Continuous {
            Found::Place(Place::Tar { share: Arc::clone(&share), start, size })
        } else {
            Found::Skip(format!("{} in an archive: not read", special(kind)))
        };
        members.push(Member { name, size, found });
    }
    Ok((members, failure))
}

fn special(kind: tar::EntryType) -> &'static str {
    match kind {
        tar::EntryType::Symlink | tar::EntryType::Link => "a link",
        tar::EntryType::Fifo => "a FIFO",
        tar::EntryType::Char | tar::EntryType::Block => "a device",
        tar::EntryType::GNUSparse => "a sparse file",
        _ => "a special entry",
    }
}
