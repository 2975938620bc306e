//! Rules in YAML: Sigma's selections, and the KQL of Sentinel's rules.

use super::{Finder, kql};
use crate::intel::name::has_known_suffix;
use crate::intel::{Facts, Listing, Matching, Place, Target};
use serde_json::Value;

/// No value of a rule lies deeper.
const MAX_DEPTH: usize = 32;

pub(super) fn read(file: &str, text: &str) -> Listing {
    let mut listing = Listing::new(file, "rule");
    // Several documents in one file, as Sigma's collections are.
    for (before, part) in documents(text) {
        match serde_saphyr::from_str::<Value>(part) {
            Ok(rule) => document(&mut listing, &rule, part, before),
            Err(error) => {
                let told = error.to_string();
                listing.fault(Place::Line(before + 1), "", format!("no YAML: {}", told.lines().next().unwrap_or_default()));
            }
        }
    }
    listing
}

/// The documents, each with the number of lines before it.
fn documents(text: &str) -> Vec<(u64, &str)> {
    let mut parts = Vec::new();
    let (mut start, mut at, mut lines, mut before) = (0, 0, 0, 0);
    for line in text.split_inclusive('\n') {
        if line.trim_end() == "---" {
            parts.push((before, text.get(start..at).unwrap_or_default()));
            (start, before) = (at + line.len(), lines + 1);
        }
        at += line.len();
        lines += 1;
    }
    parts.push((before, text.get(start..).unwrap_or_default()));
    // A mark at the top, as many files have it, parts nothing.
    parts.retain(|(_, part)| !part.trim().is_empty());
    parts
}

fn document(listing: &mut Listing, rule: &Value, text: &str, before: u64) {
    if let Some(query) = rule["query"].as_str() {
        listing.form = "Sentinel rule";
        kql::names(listing, query, &mut Finder::new(text), before);
    } else if let Some(detection) = rule["detection"].as_object() {
        listing.form = "Sigma rule";
        let mut walk = Walk { listing, finder: Finder::new(text), before, passes: false };
        for (name, selection) in detection {
            // What a filter names is let through, not looked for.
            if name != "condition" && name != "timeframe" {
                walk.passes = name.starts_with("filter");
                walk.selection(selection, Matching::Anywhere, 0);
            }
        }
    } else if !rule.is_null() {
        listing.fault(Place::Line(before + 1), "", "neither a Sigma rule (`detection`) nor a Sentinel rule (`query`)");
    }
}

struct Walk<'a> {
    listing: &'a mut Listing,
    finder: Finder<'a>,
    before: u64,
    /// The selection is a filter.
    passes: bool,
}

impl Walk<'_> {
    fn selection(&mut self, value: &Value, matching: Matching, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        match value {
            Value::Object(fields) => {
                for (field, value) in fields {
                    self.selection(value, by_modifiers(field), depth + 1);
                }
            }
            Value::Array(all) => all.iter().for_each(|v| self.selection(v, matching, depth + 1)),
            Value::String(text) => self.name(text, matching),
            _ => {}
        }
    }

    fn name(&mut self, text: &str, matching: Matching) {
        let (inner, matching) = wildcards(text, matching);
        let line = self.before + self.finder.line_of(text);
        match self.passes {
            true => let_through(self.listing, line, inner),
            false => add_name(self.listing, line, inner, matching),
        }
    }
}

/// Adds a literal of a rule, if it is a name; rules hold other words as well.
pub(super) fn add_name(listing: &mut Listing, line: u64, text: &str, matching: Matching) {
    if let Ok(target) = Target::parse(text)
        && target.name().is_none_or(has_known_suffix)
        && !text.contains(['\\', ' '])
    {
        listing.add(Place::Line(line), text, matching, Facts::default());
    } else if is_fragment(text) {
        listing.fragment(Place::Line(line), text, matching);
    } else if matching == Matching::Regex && of_names(text) {
        listing.ignore(Place::Line(line), text, "a regular expression of names: list the names, each whole");
    }
}

/// Tells of a name that a rule compares with to let it through.
pub(super) fn let_through(listing: &mut Listing, line: u64, text: &str) {
    let name = text.trim_matches(['*', '.']);
    if Target::parse(name).is_ok_and(|target| target.name().is_none_or(has_known_suffix)) && !name.contains(['\\', ' ']) {
        listing.ignore(Place::Line(line), text, "what the rule lets through, not what it looks for");
    }
}

/// Whether a regular expression is of names: it ends in a domain that exists.
pub(super) fn of_names(pattern: &str) -> bool {
    let plain = pattern.replace("\\.", ".").replace("[.]", ".");
    let end = plain.trim_end_matches(['$', ')', '?', '/', 'i', 'b', '\\', '*', '.', '|']);
    end.rsplit(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-')).next().is_some_and(|name| {
        let name = name.trim_start_matches('.');
        plain.contains('.')
            && (name.contains('.') && has_known_suffix(name) || plain.ends_with(name) && has_known_suffix(&format!("a.{name}")))
    })
}

/// Words of mining that rules look for within names.
const WORDS: [&str; 12] = ["pool", "pools", "mine", "miner", "miners", "mining", "xmr", "monero", "stratum", "hash", "coin", "crypto"];

/// Whether a literal is a part of names of pools, and not of a program's or a command's.
fn is_fragment(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let bare = lower.trim_matches(['.', '-']);
    let sound = lower.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
    let file = bare
        .rsplit_once('.')
        .is_some_and(|(_, end)| matches!(end, "exe" | "dll" | "sh" | "py" | "ps1" | "bat" | "js" | "json" | "bin" | "elf" | "so" | "wasm"));
    sound && !file && (WORDS.contains(&bare) || lower.contains('.') && WORDS.iter().any(|word| lower.contains(word)))
}

fn by_modifiers(field: &str) -> Matching {
    let mut modifiers = field.split('|').skip(1);
    let named = modifiers.find_map(|m| match m {
        "contains" => Some(Matching::Anywhere),
        "endswith" => Some(Matching::End),
        "startswith" => Some(Matching::Start),
        "re" => Some(Matching::Regex),
        _ => None,
    });
    named.unwrap_or(Matching::Exact)
}

/// `*name*` is `contains`, `*name` is `endswith`; a `*.` in front keeps label boundaries.
fn wildcards(text: &str, matching: Matching) -> (&str, Matching) {
    let inner = text.trim_matches('*');
    let (front, back) = (text.starts_with('*'), text.ends_with('*'));
    match (matching, front, back) {
        (Matching::Exact, true, true) => (inner, Matching::Anywhere),
        (Matching::Exact, true, false) => (inner, Matching::End),
        (Matching::Exact, false, true) => (inner, Matching::Start),
        _ => (inner, matching),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sigma_by_modifiers_wildcards_and_filters() {
        let text = "title: x\ndetection:\n  selection:\n    QueryName|endswith:\n      - 'monero.net'\n      - '.zpool.ca'\n    query: '*a.com*'\n  \
            words:\n    - 'stratum+tcp://'\n    - b.com\n  filter_main:\n    query: c.com\n  condition: selection and not filter_main\n";
        let listing = read("x.yml", text);
        let shown: Vec<_> = listing.entries.iter().map(|e| format!("{} {} {}", e.place, e.text, e.matching.name())).collect();
        assert_eq!(shown, ["line 5 monero.net endswith", "line 6 .zpool.ca endswith", "line 7 a.com contains", "line 10 b.com contains"]);
        assert_eq!(listing.form, "Sigma rule");
    }

    #[test]
    fn sentinels_rule_and_broken_yaml() {
        let text = "name: x\nquery: |\n  DnsEvents\n  | where Name has_any (\"a.com\",\n    \"b.com\")\n";
        let listing = read("x.yaml", text);
        let shown: Vec<_> = listing.entries.iter().map(|e| format!("{} {} {}", e.place, e.text, e.matching.name())).collect();
        assert_eq!(shown, ["line 4 a.com has", "line 5 b.com has"]);
        assert_eq!(read("x.yaml", "a: [\n").fault_count, 1);
        let two = read("x.yml", "---\ndetection:\n  s:\n    q: a.com\n---\ndetection:\n  s:\n    q: b.com\n");
        assert_eq!(two.entries.iter().map(|e| e.place.to_string()).collect::<Vec<_>>(), ["line 4", "line 8"], "{two:?}");
    }
}
