//! The audit trail of exclusions: which policies held from when to when, who answered for them, and what each hid in each run.
//!
//! A file of JSON lines that only grows. Each line carries the hash of the line before (`chain`), so that one that was changed, removed or put elsewhere is found.
//! Whoever can write the file can also write a new one from some line on: keep [`Audit::head`] somewhere else, and [`Audit::open_expecting`] tells whether
//! it still stands there. Knows no clock: the time comes in.

mod chain;
mod deployed;
mod event;
#[cfg(test)]
mod hostile_tests;
mod state;
mod status;
#[cfg(test)]
mod tests;

pub use deployed::{Deployed, is_deployed_list};
pub use event::{PolicyUse, RunRecord};
pub use status::{PolicyState, PolicyStatus};

use crate::exclusions::{Fault, Policy, open_to_all};
use chrono::{DateTime, Utc};
use state::State;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Why a trail cannot be read, or may not be written to.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    #[error("{}: {error}", file.display())]
    Io { file: PathBuf, error: io::Error },
    #[error("{}: it is no file to append to: name a file", file.display())]
    NoFile { file: PathBuf },
    #[error("{}: line {line}: {reason}. The trail is broken there and nothing is added to it: keep the file as evidence, find out who wrote to it, and begin a new one beside it", file.display())]
    Broken { file: PathBuf, line: u64, reason: String },
    #[error("{}: line {line} is cut off: it has no end, as when a machine fails while it writes. Copy the file, then `truncate -s {at}` takes the half line away", file.display())]
    Torn { file: PathBuf, line: u64, at: u64 },
    #[error("{}: no line has the hash {head}: lines were cut off its end, or it was written anew", file.display())]
    NoHead { file: PathBuf, head: String },
    #[error("{}: {reason}", file.display())]
    Unwritable { file: PathBuf, reason: String },
}

/// A trail whose whole chain was verified.
#[derive(Debug)]
pub struct Audit {
    file: PathBuf,
    state: State,
    /// Bytes that were read.
    length: u64,
}

impl Audit {
    /// A trail that says nothing and is written nowhere.
    pub fn empty() -> Self {
        Self { file: PathBuf::new(), state: State::default(), length: 0 }
    }

    /// Reads and verifies a trail. One that is not there yet is empty; it is made when something is recorded.
    pub fn open(file: &Path) -> Result<Self, AuditError> {
        Self::open_expecting(file, None)
    }

    /// The same, and demands that the line with that hash, noted elsewhere before, is still there.
    pub fn open_expecting(file: &Path, head: Option<&str>) -> Result<Self, AuditError> {
        let mut audit = Self { file: file.to_owned(), state: State::default(), length: 0 };
        let mut found = head.is_none();
        if audit.is_there()? {
            let open = File::open(file).map_err(|e| audit.io(e))?;
            open.lock_shared().map_err(|e| audit.io(e))?;
            audit.read_on(&open, |hash| found |= Some(hash) == head)?;
        }
        match head.filter(|_| !found) {
            Some(head) => Err(AuditError::NoHead { file: file.to_owned(), head: head.chars().take(64).collect() }),
            None => Ok(audit),
        }
    }

    /// Number and hash of the last line: to be noted where those who can write the file cannot write. `None` where it is empty.
    pub fn head(&self) -> Option<(u64, &str)> {
        (self.state.seq > 0).then_some((self.state.seq, self.state.hash.as_str()))
    }

    /// Where everybody may write it, or replace it.
    pub fn open_to_all(&self) -> Option<Fault> {
        open_to_all(&self.file).map(|fault| Fault { what: fault.what.replace("this policy", "this trail"), ..fault })
    }

    /// The time by which policies are judged: the clock's, or the trail's latest where the clock was set back.
    pub fn judged_at(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.state.judged_at(now)
    }

    /// Appends what changed since the last line, then the run. Others may have written meanwhile: their lines are verified first. Gives the
    /// number of lines.
    pub fn record(&mut self, policies: &[(String, Policy)], now: DateTime<Utc>, run: &RunRecord) -> Result<u64, AuditError> {
        self.is_there()?;
        let mut open = OpenOptions::new().create(true).read(true).append(true).open(&self.file).map_err(|e| self.io(e))?;
        // Let go of when `open` is closed.
        open.lock().map_err(|e| self.io(e))?;
        self.read_on(&open, |_| {})?;
        let events = self.state.news(policies, now, run);
        let count = events.len() as u64;
        let unwritable = |reason| AuditError::Unwritable { file: self.file.clone(), reason };
        let (lines, state) = chain::write(events, &self.state, now).map_err(unwritable)?;
        if let Err(error) = open.write_all(lines.as_bytes()).and_then(|()| open.sync_all()) {
            // Half a line would break the trail; if it cannot be taken back, the next reader says so.
            let _ = open.set_len(self.length);
            return Err(self.io(error));
        }
        self.length += lines.len() as u64;
        self.state = state;
        Ok(count)
    }

    fn read_on(&mut self, open: &File, each: impl FnMut(&str)) -> Result<(), AuditError> {
        let length = open.metadata().map_err(|e| self.io(e))?.len();
        if length < self.length {
            let reason = "the file became shorter while it was open: lines were cut off".to_owned();
            return Err(AuditError::Broken { file: self.file.clone(), line: self.state.seq, reason });
        }
        let mut open = open;
        open.seek(SeekFrom::Start(self.length)).map_err(|e| self.io(e))?;
        self.length = chain::read(BufReader::new(open), &mut self.state, self.length, each).map_err(|fault| self.fault(fault))?;
        Ok(())
    }

    /// Whether there is a file; a pipe or a folder is none.
    fn is_there(&self) -> Result<bool, AuditError> {
        match std::fs::metadata(&self.file) {
            Ok(data) if data.is_file() => Ok(true),
            Ok(_) => Err(AuditError::NoFile { file: self.file.clone() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(self.io(error)),
        }
    }

    fn io(&self, error: io::Error) -> AuditError {
        AuditError::Io { file: self.file.clone(), error }
    }

    fn fault(&self, fault: chain::Fault) -> AuditError {
        let file = self.file.clone();
        match fault {
            chain::Fault::Read(error) => AuditError::Io { file, error },
            chain::Fault::Broken { line, reason } => AuditError::Broken { file, line, reason },
            chain::Fault::Torn { line, at } => AuditError::Torn { file, line, at },
        }
    }
}
