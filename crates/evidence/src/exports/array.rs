//! Cuts a stream of JSON objects (an array of them, or one after another over several lines) into pieces of whole objects.

use super::broken_stream;
use super::wrapper::Wrapper;
use crate::view::Shape;
use crate::{Input, ReadContext};
use std::io::Read;
use std::ops::Range;
use std::sync::Arc;

const PIECE: usize = 2 << 20;

/// Whole objects.
pub(crate) struct Piece {
    pub(crate) bytes: Vec<u8>,
    pub(crate) objects: Vec<Range<usize>>,
    /// Of the first byte, in the decompressed file.
    pub(crate) offset: u64,
    /// The number of the first object in the file, from 0.
    pub(crate) record: u64,
}

pub(crate) struct Cutter {
    input: Arc<Input>,
    stream: Option<Box<dyn Read + Send>>,
    buffer: Vec<u8>,
    offset: u64,
    record: u64,
    scan: Scan,
    reader: &'static str,
    cap: usize,
}

impl Cutter {
    pub(crate) fn new(input: &Arc<Input>, stream: Box<dyn Read + Send>, reader: &'static str, cap: usize) -> Self {
        Self {
            input: Arc::clone(input),
            stream: Some(stream),
            buffer: Vec::new(),
            offset: input.view.start,
            record: 0,
            scan: Scan::of(input.view.shape),
            reader,
            cap,
        }
    }

    pub(crate) fn next(&mut self, cx: &ReadContext<'_>) -> Option<Piece> {
        loop {
            let ended = self.fill(cx);
            let mut objects = Vec::new();
            self.scan.run(&self.buffer, &mut objects);
            if let Some(flaw) = self.scan.flaw.take() {
                let place = self.offset + flaw as u64;
                cx.error(&self.input, self.reader, Some(place), None, "text between the records that is no JSON object; it is passed over");
            }
            if let Some(end) = objects.last().map(|last| last.end) {
                let rest = self.buffer.split_off(end);
                let bytes = std::mem::replace(&mut self.buffer, rest);
                let piece = Piece { bytes, offset: self.offset, record: self.record, objects };
                self.offset += end as u64;
                self.record += piece.objects.len() as u64;
                self.scan.rebase(end);
                return Some(piece);
            }
            let reason = match self.scan.start {
                Some(_) if ended => "the file ends within a record".to_owned(),
                Some(_) if self.buffer.len() > self.cap => {
                    format!("a record longer than {} MiB; the rest of the file is not read", self.cap >> 20)
                }
                None if ended => {
                    if self.scan.wrapper.take().is_some_and(|wrapper| wrapper.is_open()) {
                        let at = self.offset + self.buffer.len() as u64;
                        cx.error(&self.input, self.reader, Some(at), None, "the file ends before its list of records does");
                    }
                    return None;
                }
                None => {
                    // Nothing but white space, commas and wrapping.
                    self.offset += self.buffer.len() as u64;
                    self.buffer.clear();
                    self.scan.at = 0;
                    continue;
                }
                Some(_) => continue,
            };
            let at = self.offset + self.scan.start.unwrap_or(0) as u64;
            cx.error(&self.input, self.reader, Some(at), Some(self.record), reason);
            self.stream = None;
            self.buffer.clear();
            self.scan = Scan::of(self.input.view.shape);
            return None;
        }
    }

    fn fill(&mut self, cx: &ReadContext<'_>) -> bool {
        let Some(stream) = &mut self.stream else { return true };
        self.buffer.reserve(PIECE);
        match stream.take(PIECE as u64).read_to_end(&mut self.buffer) {
            Ok(n) if n == PIECE => return false,
            Ok(_) => {}
            Err(error) => {
                let at = self.offset + self.buffer.len() as u64;
                cx.error(&self.input, self.reader, Some(at), None, broken_stream(&error));
            }
        }
        self.stream = None;
        true
    }
}

/// How far a buffer was looked at.
#[derive(Default)]
pub(crate) struct Scan {
    at: usize,
    /// Of the object that is open.
    start: Option<usize>,
    depth: u64,
    inside: bool,
    /// Where the first text was that does not belong between objects.
    flaw: Option<usize>,
    /// Whether the text before was such as well.
    flawed: bool,
    /// What the records are wrapped in; they are looked for in its arrays only.
    wrapper: Option<Wrapper>,
}

impl Scan {
    pub(crate) fn of(shape: Shape) -> Self {
        Self { wrapper: (shape == Shape::Wrapped).then(Wrapper::default), ..Self::default() }
    }

    /// Where the object that is open begins.
    pub(crate) fn open(&self) -> Option<usize> {
        self.start
    }

    /// Finds the objects that end within the bytes.
    pub(crate) fn run(&mut self, bytes: &[u8], objects: &mut Vec<Range<usize>>) {
        while let Some(b) = bytes.get(self.at) {
            if self.start.is_none()
                && let Some(wrapper) = &mut self.wrapper
                && !wrapper.in_records(*b)
            {
                self.at += 1;
                continue;
            }
            if self.inside {
                match bytes.get(self.at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
                    None => {
                        self.at = bytes.len();
                        return;
                    }
                    Some(found) if bytes[self.at + found] == b'"' => {
                        self.at += found + 1;
                        self.inside = false;
                    }
                    Some(found) if self.at + found + 1 >= bytes.len() => {
                        // The escaped byte is yet to come.
                        self.at += found;
                        return;
                    }
                    Some(found) => self.at += found + 2,
                }
                continue;
            }
            match (b, self.start) {
                (b'"', Some(_)) => self.inside = true,
                (b'{', None) => {
                    self.start = Some(self.at);
                    self.depth = 1;
                    self.flawed = false;
                }
                (b'{' | b'[', Some(_)) => self.depth += 1,
                (b'}' | b']', Some(start)) => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        objects.push(start..self.at + 1);
                        self.start = None;
                    }
                }
                (_, Some(_)) | (b' ' | b'\t' | b'\r' | b'\n' | b',' | b'[' | b']', None) => {}
                (0xef | 0xbb | 0xbf, None) if self.at < 3 => {}
                (_, None) => {
                    if !self.flawed && self.flaw.is_none() {
                        self.flaw = Some(self.at);
                    }
                    self.flawed = true;
                }
            }
            self.at += 1;
        }
    }

    /// The buffer lost its first bytes.
    fn rebase(&mut self, by: usize) {
        self.at -= by;
        self.start = self.start.map(|start| start - by);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objects(text: &[u8], split: usize) -> Vec<String> {
        let (mut scan, mut found) = (Scan::default(), Vec::new());
        scan.run(&text[..split], &mut found);
        scan.run(text, &mut found);
        found.into_iter().map(|range| String::from_utf8_lossy(&text[range]).into_owned()).collect()
    }

    #[test]
    fn objects_are_found_wherever_the_stream_is_split() {
        let text = br#"[ {"a":"}\"{"}, {"b":[{}]},
          {"c":"\\"}
        ]"#;
        for split in 0..text.len() {
            assert_eq!(objects(text, split), [r#"{"a":"}\"{"}"#, r#"{"b":[{}]}"#, r#"{"c":"\\"}"#], "split at {split}");
        }
    }
}
