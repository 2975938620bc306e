//! Where a file's bytes lie, and how several threads read them at once.

use super::MAGIC;
use crate::{Caps, Input};
use ::parquet::errors::Result;
use ::parquet::file::reader::{ChunkReader, Length};
use bytes::Bytes;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::sync::Arc;

#[derive(Clone)]
pub(super) enum Place {
    Disk(Arc<File>),
    Memory(Bytes),
}

impl Place {
    /// A file of its own is read where it lies; what is packed is unpacked into memory.
    pub(super) fn of(input: &Input, caps: &Caps) -> io::Result<Self> {
        if let Some(path) = input.path() {
            let file = crate::input::open_file(path)?;
            let mut magic = [0; 4];
            if read_at(&file, &mut magic, 0)? == 4 && magic == *MAGIC {
                return Ok(Self::Disk(Arc::new(file)));
            }
        }
        Ok(Self::Memory(input.read_whole(caps)?.into()))
    }
}

/// Reads from a place of the file without moving its cursor, which all handles of an open file share.
#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, at)
}

/// Reads from a place of the file, wherever its cursor is.
#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, at)
}

/// A reader with a cursor of its own.
struct Cursor {
    file: Arc<File>,
    at: u64,
}

impl Read for Cursor {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = read_at(&self.file, buffer, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

/// A reader that says once that it is at its end. Who asks again skips what a damaged file claims, billions of values of no byte each, and is refused.
struct Once<R> {
    inner: R,
    ended: bool,
}

impl<R: Read> Read for Once<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        if count == 0 && !buffer.is_empty() && std::mem::replace(&mut self.ended, true) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(count)
    }
}

impl Length for Place {
    fn len(&self) -> u64 {
        match self {
            Self::Disk(file) => Length::len(&**file),
            Self::Memory(bytes) => bytes.len() as u64,
        }
    }
}

impl ChunkReader for Place {
    type T = Box<dyn Read + Send>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        Ok(match self {
            Self::Disk(file) => Box::new(Once { inner: BufReader::new(Cursor { file: Arc::clone(file), at: start }), ended: false }),
            Self::Memory(bytes) => Box::new(Once { inner: ChunkReader::get_read(bytes, start)?, ended: false }),
        })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        match self {
            Self::Disk(file) => {
                // What a damaged file claims is not set aside before it is there.
                let mut bytes = Vec::with_capacity(length.min(1 << 20));
                Cursor { file: Arc::clone(file), at: start }.take(length as u64).read_to_end(&mut bytes)?;
                if bytes.len() < length {
                    return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
                }
                Ok(bytes.into())
            }
            Self::Memory(bytes) => bytes.get_bytes(start, length),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_told_once() {
        for place in [Place::Memory(Bytes::from_static(b"abc")), {
            let mut file = tempfile::tempfile().unwrap();
            io::Write::write_all(&mut file, b"abc").unwrap();
            Place::Disk(Arc::new(file))
        }] {
            let mut reader = place.get_read(1).unwrap();
            let mut rest = Vec::new();
            assert_eq!((reader.read_to_end(&mut rest).unwrap(), rest.as_slice()), (2, &b"bc"[..]));
            assert_eq!(reader.read(&mut [0; 8]).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        }
    }

    #[test]
    fn threads_that_read_one_file_do_not_disturb_each_other() {
        let mut file = tempfile::tempfile().unwrap();
        let bytes: Vec<u8> = (0..1_000_000u32).flat_map(u32::to_le_bytes).collect();
        io::Write::write_all(&mut file, &bytes).unwrap();
        let place = Place::Disk(Arc::new(file));
        std::thread::scope(|scope| {
            for first in 0..4u64 {
                let (place, bytes) = (&place, &bytes);
                scope.spawn(move || {
                    for n in 0..2_000u64 {
                        let start = (first * 1_000 + n * 1_999) % 3_999_000;
                        let expected = &bytes[start as usize..start as usize + 100];
                        assert_eq!(place.get_bytes(start, 100).unwrap(), expected);
                        let mut read = [0; 100];
                        place.get_read(start).unwrap().read_exact(&mut read).unwrap();
                        assert_eq!(read, expected);
                    }
                });
            }
        });
    }
}
