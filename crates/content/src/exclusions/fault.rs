//! What is wrong with a policy, where, and what to write instead.

use crate::ContentError;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Of the policy's file, from 1.
    pub line: u64,
    pub what: String,
    /// What to write instead.
    pub remedy: String,
}

impl Fault {
    pub fn error(&self, file: &str) -> ContentError {
        ContentError::Line { file: file.to_owned(), line: self.line, reason: format!("{}: {}", self.what, self.remedy) }
    }
}

/// A fault of which only the key is known yet, not the line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    /// The keys from the outside in: `must`, `path`.
    keys: Vec<&'static str>,
    /// The value that is wrong, where it is one of several.
    item: String,
    what: String,
    remedy: String,
}

/// Gathers faults.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Found>);

impl Faults {
    pub(super) fn add(&mut self, keys: &[&'static str], item: &str, what: impl Into<String>, remedy: impl Into<String>) {
        self.0.push(Found { keys: keys.to_vec(), item: item.to_owned(), what: what.into(), remedy: remedy.into() });
    }

    /// In the order of the file, each once.
    pub(super) fn placed(self, text: &str) -> Vec<Fault> {
        let mut faults: Vec<Fault> =
            self.0.into_iter().map(|f| Fault { line: line_of(text, &f.keys, &f.item), what: f.what, remedy: f.remedy }).collect();
        faults.sort();
        faults.dedup();
        faults
    }
}

/// The line of the value, else of the innermost key that is there, else of the policy's id, else the first.
fn line_of(text: &str, keys: &[&str], item: &str) -> u64 {
    let lines: Vec<&str> = text.lines().collect();
    let mut at: Option<(usize, usize)> = None;
    let mut whole = true;
    for key in keys {
        let found = match at {
            None => lines.iter().enumerate().find_map(|(n, line)| Some((n, outer_key(line, key)?))),
            Some(from) => section(&lines, from).find_map(|(n, from, line)| Some((n, inner_key(line, from, key)?))),
        };
        match found {
            Some(place) => at = Some(place),
            None => {
                whole = false;
                break;
            }
        }
    }
    let key = at.map(|(n, _)| n);
    let value = at.filter(|_| whole && !item.is_empty()).and_then(|from| {
        section(&lines, from).find(|(_, start, line)| line.get(*start..).is_some_and(|rest| rest.contains(item))).map(|(n, ..)| n)
    });
    let id = || lines.iter().position(|line| outer_key(line, "id").is_some());
    value.or(key).or_else(id).unwrap_or_default() as u64 + 1
}

/// The lines from a place to the next outer key, with the column from which each counts. Comments are left out.
fn section<'a>(lines: &'a [&'a str], (line, column): (usize, usize)) -> impl Iterator<Item = (usize, usize, &'a str)> {
    lines
        .iter()
        .enumerate()
        .skip(line)
        .take_while(move |(n, text)| *n == line || text.is_empty() || text.starts_with([' ', '\t', '#', '-', '}', ']']))
        .filter(|(_, text)| !text.trim_start().starts_with('#'))
        .map(move |(n, text)| (n, if n == line { column } else { 0 }, *text))
}

/// The column behind a key at the line's start.
fn outer_key(line: &str, key: &str) -> Option<usize> {
    let rest = line.strip_prefix(key)?;
    rest.trim_start().starts_with(':').then_some(key.len() + 1)
}

/// The column behind a key within a line.
fn inner_key(line: &str, from: usize, key: &str) -> Option<usize> {
    line.match_indices(key).find_map(|(at, _)| {
        let before = line.get(..at)?.chars().next_back();
        let after = line.get(at + key.len()..)?;
        let alone = before.is_none_or(|c| matches!(c, ' ' | '\t' | '{' | ',' | '[')) && after.trim_start().starts_with(':');
        (at >= from && alone).then_some(at + key.len() + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_blocks_and_in_flow_style() {
        let text = "# path: x\nid: a\nmust:\n  path: [/a, /b]\n  # sha256: c\n  sha256:\n    - c\n    - d\n  destination: {hosts: [h:1],\n    ports: [9]}\nmust_not:\n  path: [/b]\n";
        for (keys, item, line) in [
            (&["must", "path"][..], "/b", 4),
            (&["must", "sha256"], "d", 8),
            (&["must", "sha256"], "", 6),
            (&["must", "destination", "ports"], "9", 10),
            (&["must", "signer"], "", 3),
            (&["must_not", "path"], "/b", 12),
            (&["owner"], "", 2),
        ] {
            assert_eq!(line_of(text, keys, item), line, "{keys:?} {item}");
        }
        assert_eq!(line_of("", &["owner"], ""), 1);
    }
}
