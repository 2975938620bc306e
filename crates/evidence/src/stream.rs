//! Streams of decompressed bytes with caps.

use crate::Caps;
use crate::input::ZipMethod;
use flate2::read::{DeflateDecoder, MultiGzDecoder};
use std::io::{self, BufReader, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const BUFFER: usize = 256 << 10;

/// Bytes before the file's own compression is undone.
pub(crate) struct Source {
    reader: Box<dyn Read + Send>,
    /// Bytes taken from the archive or disk so far.
    taken: Arc<AtomicU64>,
}

impl Source {
    pub(crate) fn counted(reader: impl Read + Send + 'static, consumed: &Arc<AtomicU64>) -> Self {
        let counted = Counted::new(reader, Arc::clone(consumed));
        let taken = Arc::clone(&counted.taken);
        Self { reader: Box::new(counted), taken }
    }

    pub(crate) fn into_reader(self) -> Box<dyn Read + Send> {
        self.reader
    }
}

/// Counts what is read: for progress, and against bombs.
pub(crate) struct Counted<R> {
    inner: R,
    consumed: Arc<AtomicU64>,
    taken: Arc<AtomicU64>,
}

impl<R> Counted<R> {
    pub(crate) fn new(inner: R, consumed: Arc<AtomicU64>) -> Self {
        Self { inner, consumed, taken: Arc::default() }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.consumed.fetch_add(n as u64, Ordering::Relaxed);
        self.taken.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// A member of a ZIP archive, taken out of it and checked against its CRC.
pub(crate) fn zip_member<R: Read + Send + 'static>(raw: Counted<R>, method: ZipMethod, crc: u32) -> io::Result<Source> {
    let taken = Arc::clone(&raw.taken);
    let reader: Box<dyn Read + Send> = match method {
        ZipMethod::Stored => Box::new(raw),
        ZipMethod::Deflated => Box::new(DeflateDecoder::new(BufReader::with_capacity(BUFFER, raw))),
        ZipMethod::Zstd => Box::new(zstd::Decoder::new(raw)?),
    };
    Ok(Source { reader: Box::new(Checked { inner: reader, sum: flate2::Crc::new(), expected: crc, told: false }), taken })
}

/// Tells at the end of a member that its bytes are not the ones that were packed.
struct Checked {
    inner: Box<dyn Read + Send>,
    sum: flate2::Crc,
    expected: u32,
    told: bool,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        if let Some(part) = buffer.get(..n) {
            self.sum.update(part);
        }
        if n == 0 && !buffer.is_empty() && self.sum.sum() != self.expected && !self.told {
            self.told = true;
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the archive's check sum does not match: the member is damaged"));
        }
        Ok(n)
    }
}

/// How a file is compressed, by its first bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    None,
    Gzip,
    Zstd,
}

pub(crate) fn compression(head: &[u8]) -> Compression {
    match head {
        [0x1f, 0x8b, 8, ..] => Compression::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Compression::Zstd,
        _ => Compression::None,
    }
}

pub(crate) fn is_compressed(head: &[u8]) -> bool {
    compression(head) != Compression::None
}

/// How often a file may be compressed over and over.
const LAYERS: usize = 4;

/// Undoes the file's own compression, layer by layer, and UTF-16; and tells whether it was compressed.
pub(crate) fn decode(source: Source, caps: &Caps) -> io::Result<(Box<dyn Read + Send>, bool)> {
    let Source { mut reader, taken } = source;
    let mut packed = false;
    for _ in 0..LAYERS {
        let head = peek(&mut reader, 4)?;
        let kind = compression(&head);
        let whole = Cursor::new(head).chain(reader);
        let inner: Box<dyn Read + Send> = match kind {
            Compression::None => {
                reader = Box::new(whole);
                break;
            }
            Compression::Gzip => Box::new(MultiGzDecoder::new(BufReader::with_capacity(BUFFER, whole))),
            Compression::Zstd => Box::new(zstd::Decoder::new(whole)?),
        };
        packed = true;
        // Each layer is held to what was taken from the disk, so that bombs in bombs do not multiply.
        reader = Box::new(BombGuard { inner, taken: Arc::clone(&taken), out: 0, ratio: caps.ratio, floor: caps.bomb_floor });
    }
    Ok((utf8(reader)?, packed))
}

fn peek(reader: &mut impl Read, want: usize) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(want);
    reader.take(want as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// Ends a stream that grows out of all proportion.
struct BombGuard {
    inner: Box<dyn Read + Send>,
    taken: Arc<AtomicU64>,
    out: u64,
    ratio: u64,
    floor: u64,
}

impl Read for BombGuard {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.out += n as u64;
        if self.out > self.floor && self.out / self.taken.load(Ordering::Relaxed).max(1) > self.ratio {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("decompression bomb: more than {} bytes came out of each byte after {} MiB", self.ratio, self.floor >> 20),
            ));
        }
        Ok(n)
    }
}

fn utf8(mut reader: Box<dyn Read + Send>) -> io::Result<Box<dyn Read + Send>> {
    let head = peek(&mut reader, 2)?;
    let little = match head.as_slice() {
        [0xff, 0xfe] => true,
        [0xfe, 0xff] => false,
        _ => return Ok(Box::new(Cursor::new(head).chain(reader))),
    };
    Ok(Box::new(Utf16 { inner: BufReader::with_capacity(BUFFER, reader), little, high: None, pending: Vec::new(), at: 0 }))
}

/// UTF-16 as UTF-8; a half of a surrogate pair becomes U+FFFD.
struct Utf16 {
    inner: BufReader<Box<dyn Read + Send>>,
    little: bool,
    high: Option<u16>,
    pending: Vec<u8>,
    at: usize,
}

impl Utf16 {
    fn fill(&mut self) -> io::Result<()> {
        self.pending.clear();
        self.at = 0;
        let mut raw = Vec::with_capacity(BUFFER);
        (&mut self.inner).take(BUFFER as u64).read_to_end(&mut raw)?;
        let units = raw.chunks_exact(2).map(|pair| {
            let pair = [pair[0], pair[1]];
            if self.little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
        });
        let mut units: Vec<u16> = self.high.take().into_iter().chain(units).collect();
        if raw.len() == BUFFER && units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
            self.high = units.pop();
        }
        for unit in char::decode_utf16(units) {
            let mut utf8 = [0; 4];
            self.pending.extend_from_slice(unit.unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut utf8).as_bytes());
        }
        Ok(())
    }
}

impl Read for Utf16 {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.pending.len() {
            self.fill()?;
        }
        let rest = self.pending.get(self.at..).unwrap_or_default();
        let n = rest.len().min(buffer.len());
        buffer[..n].copy_from_slice(&rest[..n]);
        self.at += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: Vec<u8>, caps: &Caps) -> io::Result<Vec<u8>> {
        let consumed = Arc::default();
        let mut out = Vec::new();
        decode(Source::counted(Cursor::new(bytes), &consumed), caps)?.0.read_to_end(&mut out)?;
        Ok(out)
    }

    #[test]
    fn utf16_of_both_kinds_is_read_as_utf8() {
        for little in [true, false] {
            let units: Vec<u16> = "\u{feff}é𝄞 mine".encode_utf16().collect();
            let bytes = units.iter().flat_map(|u| if little { u.to_le_bytes() } else { u.to_be_bytes() }).collect();
            assert_eq!(read(bytes, &Caps::default()).unwrap(), "é𝄞 mine".as_bytes());
        }
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        io::copy(&mut &bytes[..], &mut packed).unwrap();
        packed.finish().unwrap()
    }

    #[test]
    fn what_was_packed_more_than_once_is_unpacked_as_often() {
        let twice = gzip(&zstd::encode_all(&b"text"[..], 1).unwrap());
        assert_eq!(read(twice, &Caps::default()).unwrap(), b"text");
        let packed = (0..=LAYERS).fold(b"text".to_vec(), |bytes, _| gzip(&bytes));
        assert!(is_compressed(&read(packed, &Caps::default()).unwrap()));
    }

    #[test]
    fn a_bomb_within_a_bomb_is_stopped() {
        let caps = Caps { ratio: 50, bomb_floor: 1 << 20, ..Caps::default() };
        let bomb = gzip(&gzip(&vec![0; 8 << 20]));
        assert!(read(bomb, &caps).unwrap_err().to_string().contains("bomb"));
    }

    #[test]
    fn a_bomb_is_stopped() {
        let caps = Caps { ratio: 50, bomb_floor: 1 << 20, ..Caps::default() };
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        io::copy(&mut io::repeat(0).take(8 << 20), &mut packed).unwrap();
        let error = read(packed.finish().unwrap(), &caps).unwrap_err();
        assert!(error.to_string().contains("bomb"), "{error}");
    }
}
