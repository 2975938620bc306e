//! The chain: each line carries the hash of the line before, and its own over all that stands before it.
//!
//! The hash of a line is SHA-256 over the line without `,"hash":"…"`, so that other tools can check it:
//! `sed 's/,"hash":"[0-9a-f]*"}$/}/'` gives the text, and `sha256sum` (of it, without the line feed) the hash.

use super::event::{Entry, Event};
use super::state::State;
use chrono::{DateTime, SecondsFormat, Utc};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::{self, BufRead, Read};

/// A line is never longer, its line feed included.
pub(super) const MAX_LINE: usize = 1 << 20;
const HEX: usize = 64;

/// Why a trail cannot be read on, and in which of its lines.
#[derive(Debug)]
pub(super) enum Fault {
    Read(io::Error),
    Broken {
        line: u64,
        reason: String,
    },
    /// The last line has no end; `at` is where it begins.
    Torn {
        line: u64,
        at: u64,
    },
}

/// Takes in lines up to the end, each only after it was checked. `each` is told every hash. Gives the number of bytes.
pub(super) fn read(mut reader: impl BufRead, state: &mut State, from: u64, mut each: impl FnMut(&str)) -> Result<u64, Fault> {
    let mut line = Vec::new();
    let mut at = from;
    loop {
        line.clear();
        let length = reader.by_ref().take(MAX_LINE as u64).read_until(b'\n', &mut line).map_err(Fault::Read)?;
        let number = state.seq + 1;
        let broken = |reason: String| Fault::Broken { line: number, reason };
        if length == 0 {
            state.settled().map_err(broken)?;
            return Ok(at);
        }
        let Some(text) = line.strip_suffix(b"\n") else {
            return Err(if length == MAX_LINE {
                broken(format!("it is longer than {MAX_LINE} bytes"))
            } else {
                Fault::Torn { line: number, at }
            });
        };
        let (entry, hash) = check(text, state).map_err(broken)?;
        let time = moment(&entry.time).ok_or_else(|| broken("its time is none".to_owned()))?;
        state.apply(&entry.event, time).map_err(broken)?;
        state.advance(&hash, time);
        each(&hash);
        at += length as u64;
    }
}

/// A line that follows what was read.
fn check(line: &[u8], state: &State) -> Result<(Entry, String), String> {
    let line = std::str::from_utf8(line).map_err(|_| "it is not text in UTF-8")?;
    let (canonical, hash) = parted(line).ok_or("it does not end with its hash")?;
    if digest(&canonical) != hash {
        return Err("its hash is not that of its text: it was changed".to_owned());
    }
    let entry: Entry = serde_json::from_str(&canonical).map_err(|e| format!("it is no entry of a trail ({e})"))?;
    if entry.seq != state.seq + 1 {
        return Err(format!(
            "it is number {} where {} should stand: lines were removed, added or put in another order",
            entry.seq,
            state.seq + 1
        ));
    }
    if entry.previous != state.hash {
        return Err("it follows another line than the one before it: that one was replaced".to_owned());
    }
    Ok((entry, hash.to_owned()))
}

/// The text that is hashed, and the hash.
fn parted(line: &str) -> Option<(String, &str)> {
    let rest = line.strip_suffix("\"}")?;
    let (before, hash) = rest.split_at_checked(rest.len().checked_sub(HEX)?)?;
    let before = before.strip_suffix(",\"hash\":\"")?;
    hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')).then(|| (format!("{before}}}"), hash))
}

/// The lines of events that follow what was read, and what the state is then.
pub(super) fn write(events: Vec<Event>, state: &State, now: DateTime<Utc>) -> Result<(String, State), String> {
    let (mut state, mut out) = (state.clone(), String::new());
    let time = now.to_rfc3339_opts(SecondsFormat::Micros, true);
    // As it will be read.
    let at = moment(&time).ok_or("the clock's time cannot be written down")?;
    for event in events {
        let entry = Entry { seq: state.seq + 1, time: time.clone(), event, previous: state.hash.clone() };
        let canonical = serde_json::to_string(&entry).map_err(|e| e.to_string())?;
        let hash = digest(&canonical);
        let body = canonical.strip_suffix('}').unwrap_or(&canonical);
        let length = out.len();
        writeln!(out, "{body},\"hash\":\"{hash}\"}}").map_err(|e| e.to_string())?;
        if out.len() - length > MAX_LINE {
            return Err(format!("a line of the trail would be longer than {MAX_LINE} bytes"));
        }
        state.apply(&entry.event, at)?;
        state.advance(&hash, at);
    }
    Ok((out, state))
}

pub(super) fn moment(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.with_timezone(&Utc))
}

pub(super) fn zeros() -> String {
    "0".repeat(HEX)
}

pub(super) fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
