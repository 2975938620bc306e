//! What a format implements.

use crate::{Input, Options, ReadContext};
use model::TableSchema;
use std::sync::Arc;

/// A format of evidence. One folder each.
pub trait Format: Send + Sync {
    /// As in [`model::ReadError::reader`].
    fn name(&self) -> &'static str;

    /// Decides by content first and by name second whether a file is of this format. Never fails, never blocks.
    fn sniff(&self, head: &Head<'_>) -> Sniff;
}

/// The start of a file, decompressed.
pub struct Head<'a> {
    /// Up to [`Head::SIZE`] bytes. A byte order mark of UTF-8 is taken off.
    pub bytes: &'a [u8],
    /// Whether `bytes` is the whole file.
    pub complete: bool,
    /// The file's own name without folders and without `.gz` or `.zst`.
    pub name: &'a str,
    /// The same name as the file carries it on disk, folders and archive included; for messages.
    pub input: &'a Arc<Input>,
    pub options: &'a Options,
}

impl Head<'_> {
    pub const SIZE: usize = 64 << 10;

    /// The lines of the head that are whole, without line ends.
    pub fn lines(&self) -> impl Iterator<Item = &[u8]> {
        let whole = match (self.complete, memchr::memrchr(b'\n', self.bytes)) {
            (true, _) => self.bytes,
            (false, Some(end)) => self.bytes.get(..end).unwrap_or_default(),
            // One line longer than the head: what there is of it.
            (false, None) => self.bytes,
        };
        whole.split(|b| *b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
    }
}

/// What a format says of a file.
pub enum Sniff {
    /// Not of this format.
    No,
    Read(Arc<dyn Dataset>),
    /// Of this format, but not to be read; `evidence` as in [`model::Skipped`].
    Skip {
        reason: String,
        evidence: bool,
    },
}

/// A file that will be read.
pub trait Dataset: Send + Sync {
    /// As in [`model::ReadError::reader`].
    fn reader(&self) -> &'static str;

    /// The tables it may yield, with all their columns: those of Sentinel's schema first, then what the file has beyond it.
    fn tables(&self) -> Vec<TableSchema>;

    /// Files of one folder that are read together name their part in it; see [`ReadContext::family`].
    fn family(&self) -> Option<&'static str> {
        None
    }

    /// Starts reading. Errors go to `cx`; `None` when nothing can be read.
    fn open(&self, input: &Arc<Input>, cx: &ReadContext<'_>) -> Option<Box<dyn Chunks>>;
}

/// Hands out a file's pieces one after another, under a lock; the pieces themselves run in parallel.
pub trait Chunks: Send {
    /// The next piece of work; `None` at the end. Only reads and cuts: decoding belongs into the job.
    fn next(&mut self, cx: &ReadContext<'_>) -> Option<Job>;

    /// Called once when all jobs are done.
    fn finish(&mut self, _cx: &ReadContext<'_>) {}
}

/// Decodes one piece and gives its records to the context.
pub type Job = Box<dyn FnOnce(&ReadContext<'_>) + Send>;
