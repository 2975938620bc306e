//! A window that moves over a file.

use std::io::{ErrorKind, Read};

pub(super) struct Window {
    /// `None` once it has ended or failed.
    stream: Option<Box<dyn Read + Send>>,
    bytes: Vec<u8>,
    /// What is not yet consumed.
    start: usize,
    end: usize,
    /// Of `start`, in the file.
    offset: u64,
    /// Why the stream ended before the file did; taken when it is told.
    pub(super) failed: Option<String>,
}

impl Window {
    /// Larger than anything that is asked for at once.
    pub(super) const SIZE: usize = 1 << 20;

    pub(super) fn new(stream: Box<dyn Read + Send>) -> Self {
        Self { stream: Some(stream), bytes: vec![0; Self::SIZE], start: 0, end: 0, offset: 0, failed: None }
    }

    /// The bytes from here on: at least `want` of them (at most [`Window::SIZE`]), unless the file ends before.
    pub(super) fn fill(&mut self, want: usize) -> &[u8] {
        if self.end - self.start < want {
            self.read(want);
        }
        self.rest()
    }

    fn read(&mut self, want: usize) {
        // At the end nothing is moved any more: whoever looks for something asks often.
        if self.stream.is_none() {
            return;
        }
        if self.start + want > self.bytes.len() {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        while self.end - self.start < want {
            let Some(stream) = &mut self.stream else { return };
            let Some(room) = self.bytes.get_mut(self.end..).filter(|room| !room.is_empty()) else { return };
            match stream.read(room) {
                Ok(0) => self.stream = None,
                Ok(n) => self.end += n,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.stream = None;
                    self.failed = Some(match error.kind() {
                        ErrorKind::UnexpectedEof => "the file is cut off".to_owned(),
                        _ => error.to_string(),
                    });
                }
            }
        }
    }

    /// What has been read and not consumed.
    pub(super) fn rest(&self) -> &[u8] {
        self.slice(self.start, self.end - self.start)
    }

    /// Bytes at a place of the window; they stay there until it is filled again.
    pub(super) fn slice(&self, at: usize, length: usize) -> &[u8] {
        self.bytes.get(at..at + length).unwrap_or_default()
    }

    /// Where the first byte that is not consumed lies in the window.
    pub(super) fn at(&self) -> usize {
        self.start
    }

    /// Where it lies in the file.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    pub(super) fn consume(&mut self, count: usize) {
        let count = count.min(self.end - self.start);
        self.start += count;
        self.offset += count as u64;
    }

    /// Passes over bytes that need not fit into the window; whether they were all there.
    pub(super) fn skip(&mut self, mut count: u64) -> bool {
        while count > 0 {
            let there = self.fill(1).len().min(usize::try_from(count).unwrap_or(usize::MAX));
            if there == 0 {
                return false;
            }
            self.consume(there);
            count -= there as u64;
        }
        true
    }
}
