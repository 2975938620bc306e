//! Where a record came from.
//!
//! Every batch of evidence ends with two hidden columns. [`RECORD_COLUMN`] identifies the record for the whole run and orders
//! records by file and place; [`OFFSET_COLUMN`] is its byte offset in the (decompressed) file.

use std::path::Path;
use std::sync::Arc;

/// `Int64`, not null: a [`RecordId`].
pub const RECORD_COLUMN: &str = "__record";
/// `Int64`, not null: bytes from the start of the decompressed file; -1 where the format has none.
pub const OFFSET_COLUMN: &str = "__offset";

/// One record of one file: the file's number in the run's sorted list in the upper 23 bits, the record's number in the file
/// (from 0) in the lower 40.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordId(pub i64);

impl RecordId {
    const RECORD_BITS: u32 = 40;

    pub fn new(file: u32, record: u64) -> Self {
        Self((i64::from(file) << Self::RECORD_BITS) | (record & ((1 << Self::RECORD_BITS) - 1)) as i64)
    }

    pub fn file(self) -> u32 {
        (self.0 >> Self::RECORD_BITS) as u32
    }

    pub fn record(self) -> u64 {
        (self.0 & ((1 << Self::RECORD_BITS) - 1)) as u64
    }
}

/// A file of evidence as the user would name it: a path, and behind `!` the member of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileRef {
    pub name: Arc<str>,
}

impl FileRef {
    /// Bytes that are not UTF-8 are shown as U+FFFD.
    pub fn path(path: &Path) -> Self {
        Self { name: path.to_string_lossy().replace('\\', "/").into() }
    }

    pub fn member(&self, member: &str) -> Self {
        Self { name: format!("{}!{member}", self.name).into() }
    }
}
