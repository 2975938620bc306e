//! What is to be told of a file once it has been read: things that hold for many lines, with their number.

use crate::{Input, ReadContext};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Counts of one piece of a file, or of a whole one. What is counted stands behind the number: "3 lines have …".
#[derive(Default)]
pub(crate) struct Notes(BTreeMap<&'static str, u64>);

impl Notes {
    pub(crate) fn note(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }

    /// A record's time, or none with a note why.
    pub(crate) fn known(&mut self, time: Result<Option<i64>, &'static str>) -> Option<i64> {
        time.unwrap_or_else(|why| {
            self.note(why);
            None
        })
    }
}

/// The notes of all pieces of a file.
#[derive(Default)]
pub(crate) struct AllNotes(Mutex<Notes>);

impl AllNotes {
    pub(crate) fn add(&self, notes: Notes) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (what, count) in notes.0 {
            *all.0.entry(what).or_default() += count;
        }
    }

    pub(crate) fn tell(&self, input: &Input, cx: &ReadContext<'_>) {
        let notes = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for (what, count) in notes.0 {
            cx.warning(input, format!("{count} {what}"));
        }
    }
}
