//! What is read from a list or a rule: entries with their places and all that is said of them.

use super::{Matching, Target};
use std::fmt;

/// Where in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// From 1.
    Line(u64),
    /// The number of an object or attribute, from 1, with its identifier where it has one.
    Object(u64, String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Object(number, id) if id.is_empty() => write!(f, "object {number}"),
            Self::Object(number, id) => write!(f, "object {number} ({id})"),
        }
    }
}

/// One indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub place: Place,
    /// As written, of bounded length.
    pub text: String,
    pub target: Target,
    pub matching: Matching,
    pub facts: Facts,
}

/// What a source says of an indicator. Empty where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    pub coin: String,
    pub ports: Vec<u16>,
    pub role: String,
    pub operator: String,
    pub source: String,
    pub reference: String,
    /// Dates, `YYYY-MM-DD`.
    pub first_seen: String,
    pub last_seen: String,
    pub retired_on: String,
    pub valid_until: String,
    pub confidence: Option<u8>,
    /// The owner of this list says that the row's addresses are shared.
    pub shared_address: bool,
    /// The name itself is a page for people.
    pub website: bool,
    /// Why the source itself does not want it used: revoked, inactive, deleted, a known false positive, not for detection.
    pub withdrawn: Option<String>,
    /// Whether it speaks of mining; `None` where the form has no room for that.
    pub mining: Option<bool>,
}

/// What could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub place: Place,
    pub text: String,
    pub reason: String,
}

/// A file as read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    pub file: String,
    /// What it was taken for.
    pub form: &'static str,
    pub entries: Vec<Entry>,
    /// The first ten thousand of them.
    pub faults: Vec<Fault>,
    /// All of them.
    pub fault_count: u64,
    /// What was read and is no host to connect to, or says itself that it is none: hashes, exceptions, senders. The first ten thousand of them.
    pub ignored: Vec<Fault>,
    pub ignored_count: u64,
    /// Parts of names that a rule compares with; no indicators, but what they hit is judged.
    pub fragments: Vec<Fragment>,
}

/// A part of a name, as `pool.` in `contains 'pool.'`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment {
    pub place: Place,
    pub text: String,
    pub matching: Matching,
}

/// No more faults of a file are kept; the rest is counted.
const MAX_FAULTS: usize = 10_000;
/// No more entries of a file are read.
const MAX_ENTRIES: usize = 250_000;
/// No more of a hostile text is kept or shown.
const MAX_SHOWN: usize = 200;

impl Listing {
    pub(crate) fn new(file: &str, form: &'static str) -> Self {
        Self { file: file.to_owned(), form, ..Self::default() }
    }

    pub(crate) fn fault(&mut self, place: Place, text: &str, reason: impl Into<String>) {
        self.fault_count += 1;
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(Fault { place, text: clip(text), reason: reason.into() });
        }
    }

    pub(crate) fn ignore(&mut self, place: Place, text: &str, reason: impl Into<String>) {
        self.ignored_count += 1;
        if self.ignored.len() < MAX_FAULTS {
            self.ignored.push(Fault { place, text: clip(text), reason: reason.into() });
        }
    }

    pub(crate) fn fragment(&mut self, place: Place, text: &str, matching: Matching) {
        if self.fragments.len() < MAX_FAULTS {
            self.fragments.push(Fragment { place, text: clip(text), matching });
        }
    }

    /// Adds an entry, or a fault where the text is no host.
    pub(crate) fn add(&mut self, place: Place, text: &str, matching: Matching, facts: Facts) {
        match Target::parse(text) {
            Ok(_) if self.entries.len() >= MAX_ENTRIES => self.fault(place, text, format!("more than {MAX_ENTRIES} entries")),
            Ok(target) => self.entries.push(Entry { place, text: clip(text), target, matching, facts }),
            Err(reason) => self.fault(place, text, reason),
        }
    }
}

/// The text, cut at a length that people read.
pub(crate) fn clip(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}
