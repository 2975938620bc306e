//! Lists and rules in their usual forms, told apart by what is in them. Reading never fails: what cannot be read is a fault with its place.

mod json;
mod kql;
mod lines;
mod misp;
mod pattern;
mod rows;
mod rule;
mod stix;
mod suricata;
mod table;

use super::{Listing, Place};
use std::borrow::Cow;

/// No list is that large; a tree of JSON takes some ten times its text in memory.
pub const MAX_FILE: u64 = 32 << 20;
/// A line of a list is not longer.
const MAX_LINE: usize = 64 << 10;

/// Reads a file of any known form. `file` is its name: the ending helps where the contents do not tell.
pub fn read(file: &str, bytes: &[u8]) -> Listing {
    if bytes.len() as u64 > MAX_FILE {
        let mut listing = Listing::new(file, "none");
        let reason = format!("{} bytes are more than the {MAX_FILE} that a list may have", bytes.len());
        listing.fault(Place::Line(1), "", reason);
        return listing;
    }
    let text = text(bytes);
    let text = text.trim_start_matches('\u{feff}');
    let ending = file.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase()).unwrap_or_default();
    let mut listing = match form(text, &ending) {
        Form::Json => json::read(file, text),
        Form::Rule => rule::read(file, text),
        Form::Kql => kql::read(file, text),
        Form::Suricata => suricata::read(file, text),
        Form::ZeekIntel => table::zeek_intel(file, text),
        Form::Table(delimiter) => table::read(file, text, delimiter),
        Form::Lines => lines::read(file, text),
    };
    // A download that failed is an empty list, too.
    if listing.entries.is_empty() && listing.fragments.is_empty() && listing.fault_count == 0 && listing.ignored_count == 0 {
        listing.fault(Place::Line(1), "", "nothing in it that is a list's or a rule's entry");
    }
    listing
}

/// UTF-8, or UTF-16 with its mark, as exports of Windows programs are.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    let wide = |unit: fn([u8; 2]) -> u16| {
        let units = bytes.as_chunks::<2>().0.iter().map(|pair| unit(*pair));
        Cow::Owned(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
    };
    match bytes {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ => String::from_utf8_lossy(bytes),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Json,
    /// YAML with `detection` (Sigma) or `query` (Sentinel).
    Rule,
    Kql,
    Suricata,
    ZeekIntel,
    Table(u8),
    Lines,
}

fn form(text: &str, ending: &str) -> Form {
    let start = text.trim_start();
    // `[2001:db8::1]:3333` is a host.
    if start.starts_with('{')
        || start.starts_with('[') && start.trim_start_matches(['[', ' ', '\n', '\r', '\t']).starts_with(['{', '"', ']'])
    {
        return Form::Json;
    }
    if text.lines().take(20).any(|l| l.starts_with("#fields\t")) {
        return Form::ZeekIntel;
    }
    let told = || text.lines().map(str::trim_start).filter(|l| !l.is_empty());
    let has = |key: &str| text.lines().any(|l| l.starts_with(key));
    if matches!(ending, "yaml" | "yml") || has("detection:") || has("query:") {
        return Form::Rule;
    }
    let rule = |l: &str| ["alert ", "drop ", "reject ", "rejectsrc ", "rejectdst "].iter().any(|a| l.starts_with(a)) && l.contains("sid:");
    if told().filter(|l| !l.starts_with('#')).take(5).any(rule) {
        return Form::Suricata;
    }
    let kql =
        |l: &str| l.starts_with("| ") || l.starts_with("let ") && l.contains('=') || l.contains("datatable(") || l.contains("dynamic([");
    if matches!(ending, "kql" | "csl") || told().take(200).any(kql) {
        return Form::Kql;
    }
    match told().find(|l| !l.starts_with('#')).and_then(table::delimiter) {
        Some(delimiter) => Form::Table(delimiter),
        None => Form::Lines,
    }
}

/// Finds the lines of texts that a parser gave without their places: each is looked for behind the one before it.
pub(super) struct Finder<'a> {
    text: &'a str,
    at: usize,
    line: u64,
    misses: u32,
}

/// After so many texts that stand nowhere as they are (escaped, or in parts), looking costs more than it tells.
const MAX_MISSES: u32 = 200;

impl<'a> Finder<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, line: 1, misses: 0 }
    }

    /// The line where the text stands next, as a whole; where it stands nowhere behind, the line that was reached.
    pub(super) fn line_of(&mut self, needle: &str) -> u64 {
        if self.misses > MAX_MISSES {
            return self.line;
        }
        let Some(at) = self.next(needle) else { return self.line };
        self.line += newlines(self.text.get(self.at..at).unwrap_or_default());
        let line = self.line;
        // The same text may stand again behind it.
        self.line += newlines(needle);
        self.at = at + needle.len();
        line
    }

    fn next(&mut self, needle: &str) -> Option<usize> {
        let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '*'));
        let rest = self.text.get(self.at..)?;
        let whole = |at: &usize| {
            let (before, after) = (rest.get(..*at), rest.get(at + needle.len()..));
            !part(before.and_then(|s| s.chars().next_back())) && !part(after.and_then(|s| s.chars().next()))
        };
        let found = rest.match_indices(needle).map(|(at, _)| at).take(1_000).find(whole);
        self.misses += u32::from(found.is_none());
        found.or_else(|| rest.find(needle)).map(|at| self.at + at)
    }
}

pub(super) fn newlines(text: &str) -> u64 {
    text.bytes().filter(|b| *b == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_told_by_their_contents() {
        for (text, ending, expected) in [
            ("supportxmr.com\n", "txt", Form::Lines),
            ("0.0.0.0 supportxmr.com", "", Form::Lines),
            ("||supportxmr.com^", "txt", Form::Lines),
            ("Domain,Coin\na.com,XMR", "txt", Form::Table(b',')),
            ("# note\nhost;port\na.com;1", "", Form::Table(b';')),
            ("[\"a.com\"]", "", Form::Json),
            ("[2001:db8::1]:3333", "txt", Form::Lines),
            ("{\"type\":\"bundle\"}", "txt", Form::Json),
            ("title: x\ndetection:\n  a: b", "txt", Form::Rule),
            ("name: x\nquery: |\n  T", "", Form::Rule),
            ("let x = dynamic(['a.com']);\nT | where N has_any (x)", "txt", Form::Kql),
            ("alert dns any any -> any any (msg:\"x\"; sid:1;)", "txt", Form::Suricata),
            ("#fields\tindicator\tindicator_type\na.com\tIntel::DOMAIN", "dat", Form::ZeekIntel),
        ] {
            assert_eq!(form(text, ending), expected, "{text}");
        }
    }

    #[test]
    fn utf16_and_oversized() {
        let wide: Vec<u8> = "\u{feff}supportxmr.com\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read("a.txt", &wide).entries.len(), 1);
        let huge = vec![b'a'; MAX_FILE as usize + 1];
        assert!(read("a.txt", &huge).faults[0].reason.contains("more than"));
    }

    /// What a rule names and does not look for by name, and what stands in a list in an odd form: all of it is an entry or is told.
    #[test]
    fn nothing_is_dropped_without_a_word() {
        let shown = |file: &str, text: &str| {
            let listing = read(file, text.as_bytes());
            let entries: Vec<_> = listing.entries.iter().map(|e| format!("{} {:?}", e.target.host, e.facts.ports)).collect();
            let told: Vec<_> = listing.ignored.iter().chain(&listing.faults).map(|f| format!("{} {}", f.place, f.text)).collect();
            (entries, told)
        };
        let owned = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
        let kql = "DnsEvents\n| where Name has \"a.com\" and Name !has \"b.com\"\n| where Name matches regex @\"\\.c\\.com$\" and Name !startswith \"word\"\n";
        assert_eq!(shown("x.kql", kql), (owned(&["a.com []"]), owned(&["line 2 b.com", "line 3 \\.c\\.com$"])));
        let sigma = "detection:\n  s:\n    Host: a.com\n    Host|re: '.*\\.c\\.com$'\n    Image|re: '.*\\\\xmrig$'\n  filter:\n    Host: b.com\n  condition: s and not filter\n";
        assert_eq!(shown("x.yml", sigma), (owned(&["a.com []"]), owned(&["line 4 .*\\.c\\.com$", "line 7 b.com"])));
        let rules = "alert dns any any -> any 53 (dns.query; content:\"a.com\"; content:!\"b.com\"; pcre:\"/c\\.com$/i\"; sid:1;)\n\
            alert tcp $HOME_NET any -> [198.51.100.7,!198.51.100.8,198.51.100.0/24] 3333 (sid:2;)\n";
        let (entries, told) = shown("x.rules", rules);
        assert_eq!(entries, ["a.com []", "198.51.100.7 [3333]"]);
        assert_eq!(told, ["line 1 b.com", "line 1 \"/c\\.com$/i\"", "line 2 198.51.100.0/24"]);
        assert_eq!(
            shown("x.csv", "a.com,3333\n\"b.com\";4444;XMR\nno host,x\n"),
            (owned(&["a.com [3333]", "b.com [4444]"]), owned(&["line 3 no host,x"]))
        );
        assert_eq!(shown("x.csv", "indicator|comment\na.com|XMR\n").0, ["a.com []"]);
    }
}
