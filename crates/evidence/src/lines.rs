//! Files of lines: cut into blocks in order, parsed in parallel.

use crate::exports::array::Cutter;
use crate::view::Shape;
use crate::{Chunks, Input, Job, ReadContext};
use std::io::Read;
use std::ops::Range;
use std::sync::Arc;

/// Bytes of a block, unless one line is longer.
const BLOCK: usize = 4 << 20;

/// Where a block may be cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// At every line feed.
    Lines,
    /// At line feeds outside double quotes, as in CSV; a record may span lines.
    Quoted,
}

/// Parses blocks of whole lines; called from many threads, in any order.
pub trait LineParser: Send + Sync {
    /// Every line of the block ends as a record given to `cx`, as an error, or as none of both (a comment).
    fn parse(&self, block: &Block, cx: &ReadContext<'_>);

    /// Called in the order of the file before `parse`, under the file's lock: for state that one block hands to the next, which goes
    /// into [`Block::state`].
    fn in_order(&self, _block: &mut Block, _cx: &ReadContext<'_>) {}

    /// Called once when all blocks are parsed.
    fn finish(&self, _cx: &ReadContext<'_>) {}
}

/// Whole lines of one file.
pub struct Block {
    pub input: Arc<Input>,
    pub bytes: Vec<u8>,
    /// Of the first byte, in the decompressed file.
    pub offset: u64,
    /// Number of the first line (with [`Split::Quoted`]: record) in the file, from 0.
    pub record: u64,
    pub split: Split,
    /// Where the records lie, where they are not the lines of `bytes`.
    pub(crate) parts: Option<Vec<Part>>,
    /// What [`LineParser::in_order`] left for [`LineParser::parse`].
    pub state: Option<Arc<dyn std::any::Any + Send + Sync>>,
}

/// A record that is no line of its own.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) range: Range<usize>,
    pub(crate) record: u64,
    pub(crate) offset: u64,
}

/// One line without its end; where lines are cut as CSV it may hold line feeds.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    pub bytes: &'a [u8],
    pub record: u64,
    pub offset: u64,
}

impl<'a> Line<'a> {
    /// The line without the zeros that a crash leaves before it, which are told.
    pub(crate) fn sound(&self, reader: &'static str, input: &Input, cx: &ReadContext<'_>) -> &'a [u8] {
        if self.bytes.first() != Some(&0) {
            return self.bytes;
        }
        let zeros = self.bytes.iter().take_while(|b| **b == 0).count();
        match self.bytes.get(zeros..) {
            Some(rest) if !rest.is_empty() => {
                cx.error(input, reader, Some(self.offset), Some(self.record), format!("{zeros} zero bytes before the record"));
                rest
            }
            _ => self.bytes,
        }
    }
}

impl Block {
    /// The lines without line ends and without a byte order mark; empty ones included.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let parts = self.parts.iter().flatten().filter_map(|part| {
            let bytes = self.bytes.get(part.range.clone())?;
            Some(Line { bytes, record: part.record, offset: part.offset })
        });
        let whole = if self.parts.is_none() { self.bytes.as_slice() } else { &[] };
        parts.chain(self.cut(whole))
    }

    fn cut<'b>(&'b self, bytes: &'b [u8]) -> impl Iterator<Item = Line<'b>> {
        let mut rest = bytes;
        let (mut record, mut offset) = (self.record, self.offset);
        let split = self.split;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let end = match split {
                Split::Lines => memchr::memchr(b'\n', rest),
                Split::Quoted => quoted_end(rest),
            };
            let (line, next) = match end {
                Some(end) => rest.split_at(end + 1),
                None => (rest, &[][..]),
            };
            let length = line.len() as u64;
            let mut bytes = line.strip_suffix(b"\n").unwrap_or(line);
            bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
            let mut at = offset;
            if at == 0
                && let Some(unmarked) = bytes.strip_prefix(b"\xef\xbb\xbf")
            {
                bytes = unmarked;
                at = 3;
            }
            let line = Line { bytes, record, offset: at };
            rest = next;
            record += 1;
            offset += length;
            Some(line)
        })
    }
}

/// The first line feed outside quotes.
fn quoted_end(bytes: &[u8]) -> Option<usize> {
    let mut inside = false;
    for at in memchr::memchr2_iter(b'"', b'\n', bytes) {
        match bytes[at] {
            b'"' => inside = !inside,
            _ if !inside => return Some(at),
            _ => {}
        }
    }
    None
}

/// Reads a stream and cuts it into blocks of whole lines.
pub struct LineChunks {
    input: Arc<Input>,
    reader: &'static str,
    stream: Option<Box<dyn Read + Send>>,
    parser: Arc<dyn LineParser>,
    split: Split,
    /// The start of a line whose end has not been read yet.
    tail: Vec<u8>,
    /// Of the tail's first byte.
    offset: u64,
    record: u64,
    cap: usize,
    /// Bytes to read at once.
    size: usize,
}

impl LineChunks {
    /// Starts reading a file; an error goes to `cx`.
    pub fn open(
        input: &Arc<Input>,
        reader: &'static str,
        split: Split,
        parser: Arc<dyn LineParser>,
        cx: &ReadContext<'_>,
    ) -> Option<Box<dyn Chunks>> {
        match input.open(&cx.options().caps) {
            Ok(stream) if input.view.shape == Shape::Plain => {
                Some(Box::new(Self::new(input, reader, split, parser, stream, cx.options().caps.line)))
            }
            Ok(stream) => {
                let cutter = Cutter::new(input, stream, reader, cx.options().caps.line);
                Some(Box::new(ObjectChunks { input: Arc::clone(input), reader, cutter, parser }))
            }
            Err(error) => {
                cx.error(input, reader, None, None, error.to_string());
                None
            }
        }
    }

    fn new(
        input: &Arc<Input>,
        reader: &'static str,
        split: Split,
        parser: Arc<dyn LineParser>,
        stream: Box<dyn Read + Send>,
        cap: usize,
    ) -> Self {
        Self {
            input: Arc::clone(input),
            reader,
            stream: Some(stream),
            parser,
            split,
            tail: Vec::new(),
            offset: input.view.start,
            record: input.view.lines,
            cap,
            size: BLOCK,
        }
    }

    /// The next whole lines; `None` at the end.
    fn block(&mut self, cx: &ReadContext<'_>) -> Option<Block> {
        let mut bytes = std::mem::take(&mut self.tail);
        // Bytes that are known to hold no place to cut.
        let mut searched = 0;
        loop {
            let before = bytes.len();
            let ended = self.fill(&mut bytes, before.saturating_add(self.size), cx);
            let cut = match self.split {
                Split::Lines => {
                    // An error may have taken an incomplete line off the end.
                    let from = searched.min(bytes.len());
                    memchr::memrchr(b'\n', &bytes[from..]).map(|at| from + at + 1)
                }
                Split::Quoted => last_quoted_end(&bytes),
            };
            searched = bytes.len();
            if let Some(cut) = cut {
                self.tail = bytes.split_off(cut);
                return Some(self.make(bytes));
            }
            if ended && bytes.len() <= self.cap {
                return (!bytes.is_empty()).then(|| self.make(bytes));
            }
            if bytes.len() > self.cap {
                bytes = self.skip_line(bytes, cx);
                searched = 0;
            }
        }
    }

    fn make(&mut self, bytes: Vec<u8>) -> Block {
        let block = Block {
            input: Arc::clone(&self.input),
            offset: self.offset,
            record: self.record,
            split: self.split,
            parts: None,
            state: None,
            bytes,
        };
        self.offset += block.bytes.len() as u64;
        self.record += match self.split {
            Split::Lines => memchr::memchr_iter(b'\n', &block.bytes).count() as u64,
            Split::Quoted => count_quoted(&block.bytes),
        };
        block
    }

    /// Reads until the buffer is about `target` long; whether the stream has ended.
    fn fill(&mut self, bytes: &mut Vec<u8>, target: usize, cx: &ReadContext<'_>) -> bool {
        let Some(stream) = &mut self.stream else { return true };
        let want = target - bytes.len();
        bytes.reserve(want);
        match stream.take(want as u64).read_to_end(bytes) {
            Ok(n) if n == want => false,
            Ok(_) => {
                self.stream = None;
                true
            }
            Err(error) => {
                self.stream = None;
                let at = self.offset + bytes.len() as u64;
                // What was cut off in the middle of a line is no record.
                let whole = memchr::memrchr(b'\n', bytes).map_or(0, |end| end + 1);
                let lost = bytes.len() - whole;
                bytes.truncate(whole);
                let reason = match error.kind() {
                    std::io::ErrorKind::UnexpectedEof => "the file is cut off".to_owned(),
                    _ => error.to_string(),
                };
                let rest = if lost > 0 { format!("; {lost} bytes of an incomplete line before it are lost") } else { String::new() };
                cx.error(&self.input, self.reader, Some(at), None, format!("{reason}: nothing after this place could be read{rest}"));
                true
            }
        }
    }

    /// Passes over a line that is too long; what comes after it is returned.
    fn skip_line(&mut self, mut bytes: Vec<u8>, cx: &ReadContext<'_>) -> Vec<u8> {
        let (offset, record) = (self.offset, self.record);
        let mut length = bytes.len() as u64;
        loop {
            bytes.clear();
            let ended = self.fill(&mut bytes, self.size, cx);
            match memchr::memchr(b'\n', &bytes) {
                Some(end) => {
                    length += end as u64 + 1;
                    bytes.drain(..=end);
                    break;
                }
                None => length += bytes.len() as u64,
            }
            if ended || cx.stopped() {
                bytes.clear();
                break;
            }
        }
        let limit = self.cap >> 20;
        let what = if self.split == Split::Lines { "line" } else { "record (or a quote that is never closed)" };
        cx.error(&self.input, self.reader, Some(offset), Some(record), format!("{what} of {length} bytes; the limit is {limit} MiB"));
        self.offset += length;
        self.record += 1;
        bytes
    }
}

impl Chunks for LineChunks {
    fn next(&mut self, cx: &ReadContext<'_>) -> Option<Job> {
        let mut block = self.block(cx)?;
        self.parser.in_order(&mut block, cx);
        Some(parse(&self.parser, block, self.reader))
    }

    fn finish(&mut self, cx: &ReadContext<'_>) {
        self.parser.finish(cx);
    }
}

fn parse(parser: &Arc<dyn LineParser>, block: Block, reader: &'static str) -> Job {
    let parser = Arc::clone(parser);
    Box::new(move |cx| match block.input.view.within {
        None => parser.parse(&block, cx),
        Some(within) => parser.parse(&within.open(block, reader, cx), cx),
    })
}

/// The objects of a stream of JSON, each as if it were a line.
struct ObjectChunks {
    input: Arc<Input>,
    reader: &'static str,
    cutter: Cutter,
    parser: Arc<dyn LineParser>,
}

impl Chunks for ObjectChunks {
    fn next(&mut self, cx: &ReadContext<'_>) -> Option<Job> {
        let piece = self.cutter.next(cx)?;
        let places = piece.objects.into_iter().zip(piece.record..);
        let parts = places.map(|(range, record)| Part { offset: piece.offset + range.start as u64, range, record });
        let mut block = Block {
            input: Arc::clone(&self.input),
            offset: piece.offset,
            record: piece.record,
            split: Split::Lines,
            parts: Some(parts.collect()),
            state: None,
            bytes: piece.bytes,
        };
        self.parser.in_order(&mut block, cx);
        Some(parse(&self.parser, block, self.reader))
    }

    fn finish(&mut self, cx: &ReadContext<'_>) {
        self.parser.finish(cx);
    }
}

/// Behind the last line feed outside quotes, when the first byte is outside.
fn last_quoted_end(bytes: &[u8]) -> Option<usize> {
    let (mut inside, mut last) = (false, None);
    for at in memchr::memchr2_iter(b'"', b'\n', bytes) {
        match bytes[at] {
            b'"' => inside = !inside,
            _ if !inside => last = Some(at + 1),
            _ => {}
        }
    }
    last
}

fn count_quoted(bytes: &[u8]) -> u64 {
    let (mut inside, mut count) = (false, 0);
    for at in memchr::memchr2_iter(b'"', b'\n', bytes) {
        match bytes[at] {
            b'"' => inside = !inside,
            _ if !inside => count += 1,
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;
    use model::{Batch, FileRef, ReadError, Sink, Wants};
    use std::collections::BTreeMap;
    use std::ops::ControlFlow;
    use std::sync::{Mutex, PoisonError};

    #[derive(Default)]
    struct Errors(Mutex<Vec<ReadError>>);

    impl Sink for Errors {
        fn batch(&self, _batch: Batch) -> ControlFlow<()> {
            ControlFlow::Continue(())
        }
        fn error(&self, error: ReadError) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(error);
        }
        fn warning(&self, _file: &FileRef, _text: String) {}
        fn records(&self, _table: &Arc<str>, _count: u64) {}
        fn progress(&self, _bytes: u64) {}
    }

    /// Keeps the lines of all blocks.
    #[derive(Default)]
    struct Keep(Mutex<Vec<(u64, u64, String)>>);

    impl LineParser for Keep {
        fn parse(&self, block: &Block, _cx: &ReadContext<'_>) {
            let lines = block.lines().map(|line| (line.record, line.offset, String::from_utf8_lossy(line.bytes).into_owned()));
            self.0.lock().unwrap().extend(lines);
        }
    }

    /// Hands out as many bytes at a time as it likes.
    struct Dribble(std::io::Cursor<Vec<u8>>, usize);

    impl Read for Dribble {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let most = self.1.min(buffer.len());
            self.0.read(&mut buffer[..most])
        }
    }

    fn cut(text: &str, split: Split, size: usize, dribble: usize, cap: usize) -> (Vec<(u64, u64, String)>, Vec<String>) {
        let (sink, options) = (Errors::default(), Options::default());
        let cx = ReadContext::new(&Wants::default(), &BTreeMap::new(), &[], &options, &sink);
        let keep = Arc::new(Keep::default());
        let input = Arc::new(Input::in_memory("x", 0));
        let stream = Box::new(Dribble(std::io::Cursor::new(text.as_bytes().to_vec()), dribble));
        let mut chunks = LineChunks::new(&input, "test", split, Arc::clone(&keep) as Arc<dyn LineParser>, stream, cap);
        chunks.size = size;
        while let Some(job) = chunks.next(&cx) {
            job(&cx);
        }
        cx.finish();
        let lines = keep.0.lock().unwrap().clone();
        let errors = sink.0.lock().unwrap().iter().map(|e| format!("{:?} {:?} {}", e.record, e.offset, e.reason)).collect();
        (lines, errors)
    }

    #[test]
    fn wherever_blocks_are_cut_the_lines_are_the_same() {
        let text = "\u{feff}one\r\n\n\"two\nlines\"\nthree,\"a\"\"\nb\"\nlast without an end";
        for (split, count) in [(Split::Lines, 7), (Split::Quoted, 5)] {
            let whole = cut(text, split, 1 << 20, 1 << 20, 1 << 20);
            assert_eq!(whole.0.len(), count, "{whole:?}");
            assert_eq!(whole.0[0], (0, 3, "one".to_owned()));
            for size in 1..text.len() {
                for dribble in [1, 3, 100] {
                    assert_eq!(cut(text, split, size, dribble, 1 << 20), whole, "{split:?} {size} {dribble}");
                }
            }
        }
    }

    #[test]
    fn a_line_beyond_the_cap_is_told_once_and_keeps_the_count() {
        let text = format!("a\n{}\nb\n{}", "x".repeat(100), "y".repeat(50));
        let (lines, errors) = cut(&text, Split::Lines, 16, 7, 40);
        assert_eq!(lines, [(0, 0, "a".to_owned()), (2, 103, "b".to_owned())]);
        assert_eq!(errors.len(), 2, "{errors:?}");
        assert!(errors[0].starts_with("Some(1) Some(2) line of 101 bytes"), "{errors:?}");
        assert!(errors[1].starts_with("Some(3) Some(105) line of 50 bytes"), "{errors:?}");
    }
}
