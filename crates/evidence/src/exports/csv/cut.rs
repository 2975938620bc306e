//! Cuts a stream of CSV into pieces of whole records.
//!
//! A quote opens a field only at the field's start, as the record reader has it: so a stray quote in a field without quotes does not
//! swallow what follows. A quote that is never closed costs one line.

use crate::{Input, ReadContext};
use std::io::Read;
use std::sync::Arc;

const PIECE: usize = 2 << 20;

/// Whole records.
pub(crate) struct Piece {
    pub(crate) bytes: Vec<u8>,
    /// Of the first byte, in the decompressed file.
    pub(crate) offset: u64,
    /// Line feeds outside quotes before it.
    pub(crate) line: u64,
}

pub(crate) struct Cutter {
    input: Arc<Input>,
    stream: Option<Box<dyn Read + Send>>,
    delimiter: u8,
    /// Starts at a record.
    buffer: Vec<u8>,
    offset: u64,
    line: u64,
    scan: Scan,
    /// The stream broke: what stands behind the last whole record is none.
    broken: bool,
    cap: usize,
}

/// How far a buffer was looked at.
#[derive(Clone, Copy, Default)]
struct Scan {
    at: usize,
    inside: bool,
    /// Behind the last line feed outside quotes.
    boundary: usize,
    /// Line feeds outside quotes before the boundary.
    lines: u64,
}

impl Cutter {
    pub(crate) fn new(input: &Arc<Input>, stream: Box<dyn Read + Send>, delimiter: u8, cap: usize) -> Self {
        Self {
            input: Arc::clone(input),
            stream: Some(stream),
            delimiter,
            buffer: Vec::new(),
            offset: input.view.start,
            line: input.view.lines,
            scan: Scan::default(),
            broken: false,
            cap,
        }
    }

    pub(crate) fn next(&mut self, cx: &ReadContext<'_>) -> Option<Piece> {
        loop {
            let ended = self.fill(cx);
            self.scan.run(&self.buffer, self.delimiter, self.offset == 0, ended);
            if self.scan.boundary > 0 {
                return Some(self.take(self.scan.boundary));
            }
            if ended && self.broken {
                let lost = std::mem::take(&mut self.buffer).len();
                if lost > 0 {
                    cx.error(&self.input, super::NAME, Some(self.offset), Some(self.line), format!("an incomplete record of {lost} bytes"));
                }
                return None;
            }
            if ended && !self.scan.inside {
                return (!self.buffer.is_empty()).then(|| self.take(self.buffer.len()));
            }
            if !ended && self.buffer.len() <= self.cap {
                continue;
            }
            if !self.recover(ended, cx) {
                return None;
            }
        }
    }

    /// Passes over the record at the start, which does not end; false when there is nothing behind it.
    fn recover(&mut self, ended: bool, cx: &ReadContext<'_>) -> bool {
        let what = match (ended, self.scan.inside) {
            (true, _) => "a quoted field that is never closed".to_owned(),
            (false, true) => format!("a quoted field that is not closed within {} MiB", self.cap >> 20),
            (false, false) => format!("a record longer than {} MiB", self.cap >> 20),
        };
        cx.error(&self.input, super::NAME, Some(self.offset), Some(self.line), format!("{what}; reading goes on at the next line"));
        loop {
            if let Some(end) = memchr::memchr(b'\n', &self.buffer) {
                self.buffer.drain(..=end);
                self.offset += end as u64 + 1;
                self.line += 1;
                self.scan = Scan::default();
                return true;
            }
            self.offset += self.buffer.len() as u64;
            self.buffer.clear();
            self.scan = Scan::default();
            if self.fill(cx) && self.buffer.is_empty() || cx.stopped() {
                return false;
            }
        }
    }

    fn take(&mut self, end: usize) -> Piece {
        let rest = self.buffer.split_off(end);
        let piece = Piece { bytes: std::mem::replace(&mut self.buffer, rest), offset: self.offset, line: self.line };
        self.offset += end as u64;
        self.line += self.scan.lines;
        self.scan.at = self.scan.at.saturating_sub(end);
        (self.scan.boundary, self.scan.lines) = (0, 0);
        piece
    }

    /// Reads about a piece more; whether the stream has ended.
    fn fill(&mut self, cx: &ReadContext<'_>) -> bool {
        let Some(stream) = &mut self.stream else { return true };
        self.buffer.reserve(PIECE);
        match stream.take(PIECE as u64).read_to_end(&mut self.buffer) {
            Ok(n) if n == PIECE => return false,
            Ok(_) => {}
            Err(error) => {
                self.broken = true;
                let at = self.offset + self.buffer.len() as u64;
                let reason = super::super::broken_stream(&error);
                cx.error(&self.input, super::NAME, Some(at), None, reason);
            }
        }
        self.stream = None;
        true
    }
}

impl Scan {
    fn run(&mut self, bytes: &[u8], delimiter: u8, first: bool, ended: bool) {
        while let Some(rest) = bytes.get(self.at..).filter(|rest| !rest.is_empty()) {
            let quote = memchr::memchr(b'"', rest);
            if self.inside {
                let Some(found) = quote else {
                    self.at = bytes.len();
                    return;
                };
                match rest.get(found + 1) {
                    None if !ended => {
                        self.at += found;
                        return;
                    }
                    Some(b'"') => self.at += found + 2,
                    _ => {
                        self.at += found + 1;
                        self.inside = false;
                    }
                }
                continue;
            }
            let outside = rest.get(..quote.unwrap_or(rest.len())).unwrap_or_default();
            if let Some(last) = memchr::memrchr(b'\n', outside) {
                self.boundary = self.at + last + 1;
                self.lines += memchr::memchr_iter(b'\n', outside).count() as u64;
            }
            let Some(found) = quote else {
                self.at = bytes.len();
                return;
            };
            let place = self.at + found;
            let before = place.checked_sub(1).and_then(|before| bytes.get(before));
            self.inside = before.is_none_or(|b| *b == delimiter || matches!(b, b'\n' | b'\r'))
                || (first && place == 3 && bytes.starts_with(b"\xef\xbb\xbf"));
            self.at = place + 1;
        }
    }
}
