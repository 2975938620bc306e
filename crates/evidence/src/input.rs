//! One file of evidence, wherever its bytes lie.

use crate::Caps;
use crate::archive::TarShare;
use crate::stream::{self, Counted, Source as Raw};
use crate::view::View;
use model::FileRef;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A file of evidence: on disk, or a member of an archive. Archives are never unpacked to disk.
pub struct Input {
    pub file: FileRef,
    /// Its number in [`model::Offer::files`], as in [`model::RecordId`].
    pub number: u32,
    /// Bytes on disk (compressed where it is).
    pub size: u64,
    pub(crate) place: Place,
    /// What a reader sees of it.
    pub(crate) view: View,
    /// Bytes read from disk since [`Input::take_progress`] last asked.
    pub(crate) consumed: Arc<AtomicU64>,
}

#[derive(Clone)]
pub(crate) enum Place {
    Path(PathBuf),
    Zip { archive: PathBuf, start: u64, size: u64, method: ZipMethod, crc: u32 },
    Tar { share: Arc<TarShare>, start: u64, size: u64 },
    Memory(Arc<[u8]>),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ZipMethod {
    Stored,
    Deflated,
    Zstd,
}

impl Input {
    #[cfg(test)]
    pub(crate) fn in_memory(name: &str, number: u32) -> Self {
        let file = FileRef { name: name.into() };
        Self { file, number, size: 0, place: Place::Memory(Arc::default()), view: View::default(), consumed: Arc::default() }
    }

    /// The path on disk, where the file is no member of an archive.
    pub fn path(&self) -> Option<&std::path::Path> {
        match &self.place {
            Place::Path(path) => Some(path),
            _ => None,
        }
    }

    /// A stream of the decompressed bytes, from where the evidence begins. UTF-16 with a byte order mark comes out as UTF-8; a mark of UTF-8 is left in.
    /// Errors of kind `InvalidData` with "bomb" in the text tell of a decompression cap.
    pub fn open(&self, caps: &Caps) -> io::Result<Box<dyn Read + Send>> {
        self.unpacked(caps).map(|(stream, _)| stream)
    }

    /// The same, and whether the file was compressed.
    pub(crate) fn unpacked(&self, caps: &Caps) -> io::Result<(Box<dyn Read + Send>, bool)> {
        let (mut stream, packed) = stream::decode(self.raw()?, caps)?;
        if self.view.start > 0 {
            io::copy(&mut (&mut stream).take(self.view.start), &mut io::sink())?;
        }
        Ok((stream, packed))
    }

    /// All decompressed bytes; an error when they are more than `caps.whole`.
    pub fn read_whole(&self, caps: &Caps) -> io::Result<Vec<u8>> {
        read_capped(self.open(caps)?, caps.whole)
    }

    /// Whether the bytes lie uncompressed in a file of their own, so that [`Input::path`] can be opened and sought.
    pub fn is_plain(&self, head: &[u8]) -> bool {
        self.path().is_some() && !stream::is_compressed(head)
    }

    /// Counts bytes that a reader took from the disk by itself.
    pub fn consumed(&self, bytes: u64) {
        self.consumed.fetch_add(bytes, Ordering::Relaxed);
    }

    /// The same file, seen otherwise.
    pub(crate) fn seen_as(&self, view: View) -> Arc<Self> {
        Arc::new(Self {
            file: self.file.clone(),
            number: self.number,
            size: self.size,
            place: self.place.clone(),
            view,
            consumed: Arc::default(),
        })
    }

    pub(crate) fn take_progress(&self) -> u64 {
        self.consumed.swap(0, Ordering::Relaxed)
    }

    /// The bytes as the archive or the disk hands them out, still compressed where the file itself is.
    pub(crate) fn raw(&self) -> io::Result<Raw> {
        match &self.place {
            Place::Path(path) => Ok(Raw::counted(open_file(path)?, &self.consumed)),
            Place::Zip { archive, start, size, method, crc } => {
                let mut file = open_file(archive)?;
                file.seek(SeekFrom::Start(*start))?;
                let counted = Counted::new(file.take(*size), Arc::clone(&self.consumed));
                stream::zip_member(counted, *method, *crc)
            }
            Place::Memory(bytes) => Ok(Raw::counted(io::Cursor::new(Arc::clone(bytes)), &self.consumed)),
            Place::Tar { share, start, size } => Ok(Raw::counted(share.member(*start, *size)?, &self.consumed)),
        }
    }
}

/// Opens a regular file, and nothing else: a FIFO would block, a device would have effects.
pub(crate) fn open_file(path: &std::path::Path) -> io::Result<File> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    File::open(path)
}

fn read_capped(stream: impl Read, cap: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take(cap + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > cap {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("more than {cap} bytes, the limit for this format")));
    }
    Ok(bytes)
}

/// A file that is no format of evidence, for the file scanner.
#[derive(Clone)]
pub struct OtherFile {
    pub file: FileRef,
    /// As [`Input::number`].
    pub number: u32,
    /// Bytes on disk.
    pub size: u64,
    /// Where it can be opened; `None` for a member of an archive.
    pub path: Option<PathBuf>,
    pub(crate) input: Arc<Input>,
    /// Its compression is to be undone under these caps.
    unpack: Option<Caps>,
}

impl OtherFile {
    pub(crate) fn new(input: Arc<Input>) -> Self {
        Self { file: input.file.clone(), number: input.number, size: input.size, path: input.path().map(Into::into), input, unpack: None }
    }

    /// What is in a compressed file, as its member.
    pub(crate) fn within(input: &Arc<Input>, name: &str, caps: Caps) -> Self {
        Self { file: input.file.member(name), path: None, unpack: Some(caps), ..Self::new(Arc::clone(input)) }
    }

    /// The file's bytes as they are (a member of an archive is taken out of it, and what is in a compressed file out of that);
    /// an error when they are more than `cap`.
    pub fn bytes(&self, cap: u64) -> io::Result<Vec<u8>> {
        match &self.unpack {
            Some(caps) => read_capped(self.input.open(caps)?, cap),
            None => read_capped(self.input.raw()?.into_reader(), cap),
        }
    }
}
