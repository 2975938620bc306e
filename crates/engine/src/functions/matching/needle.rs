//! One needle, prepared: case-insensitive substring search with a look at the two neighbours. No regex.

use memchr::{memchr2_iter, memmem};
use std::borrow::Cow;

/// What a needle must be in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A term, or several with what delimits them.
    Term,
    TermPrefix,
    TermSuffix,
    Anywhere,
    Start,
    End,
}

/// A prepared needle.
///
/// A term is a run of letters and digits of any script; an underscore delimits. A side of the needle that is itself no letter or digit
/// needs no boundary. The empty needle is everywhere.
#[derive(Clone, Debug)]
pub(crate) struct Needle {
    place: Place,
    search: Search,
    /// The needle, in lower case where case is ignored.
    text: String,
    left: bool,
    right: bool,
}

#[derive(Clone, Debug)]
enum Search {
    /// Bytes are compared: the case matters, or the needle has no letters.
    Exact(Box<memmem::Finder<'static>>),
    /// The needle is ASCII: the place of its rarest byte, and both cases of that.
    Ascii { at: usize, lower: u8, upper: u8 },
    /// Both sides are folded.
    Unicode(Box<memmem::Finder<'static>>),
}

impl Needle {
    pub(crate) fn new(needle: &str, place: Place, case_sensitive: bool) -> Self {
        let edge = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let left = matches!(place, Place::Term | Place::TermPrefix) && edge(needle.chars().next());
        let right = matches!(place, Place::Term | Place::TermSuffix) && edge(needle.chars().next_back());
        let finder = |text: &str| Box::new(memmem::Finder::new(text.as_bytes()).into_owned());
        let (search, text) = if case_sensitive || needle.chars().all(|c| c.is_ascii() && !c.is_ascii_alphabetic()) {
            (Search::Exact(finder(needle)), needle.to_owned())
        } else if needle.is_ascii() {
            let text = needle.to_ascii_lowercase();
            let (at, lower) = text.bytes().enumerate().min_by_key(|&(_, b)| commonness(b)).unwrap_or_default();
            (Search::Ascii { at, lower, upper: lower.to_ascii_uppercase() }, text)
        } else {
            let text = fold(needle);
            (Search::Unicode(finder(&text)), text)
        };
        Self { place, search, text, left, right }
    }

    pub(crate) fn is_in(&self, hay: &str) -> bool {
        if self.text.is_empty() {
            return true;
        }
        if hay.len() < self.text.len() && !matches!(self.search, Search::Unicode(_)) {
            return false;
        }
        match &self.search {
            Search::Exact(finder) => self.find_bytes(finder, hay),
            Search::Ascii { at, lower, upper } => self.find_ascii(hay, *at, *lower, *upper),
            Search::Unicode(finder) => !hay.is_ascii() && self.find_bytes(finder, &fold(hay)),
        }
    }

    fn find_bytes(&self, finder: &memmem::Finder<'_>, hay: &str) -> bool {
        match self.place {
            Place::Start => return hay.starts_with(&self.text),
            Place::End => return hay.ends_with(&self.text),
            Place::Anywhere => return finder.find(hay.as_bytes()).is_some(),
            _ => {}
        }
        let mut from = 0;
        while let Some(step) = hay.as_bytes().get(from..).and_then(|rest| finder.find(rest)) {
            let start = from + step;
            if self.stands_alone(hay, start) {
                return true;
            }
            from = start + 1;
        }
        false
    }

    fn find_ascii(&self, hay: &str, at: usize, lower: u8, upper: u8) -> bool {
        let (bytes, needle) = (hay.as_bytes(), self.text.as_bytes());
        let equal = |start: usize| bytes.get(start..start + needle.len()).is_some_and(|part| part.eq_ignore_ascii_case(needle));
        match self.place {
            Place::Start => return equal(0),
            Place::End => return equal(bytes.len() - needle.len()),
            _ => {}
        }
        // The rarest byte stands `at` bytes into the needle, so that it cannot be among the text's first ones.
        let Some(window) = bytes.get(at..bytes.len() - (needle.len() - 1 - at)) else { return false };
        memchr2_iter(lower, upper, window).any(|start| equal(start) && self.stands_alone(hay, start))
    }

    fn stands_alone(&self, hay: &str, start: usize) -> bool {
        (!self.left || !term_before(hay, start)) && (!self.right || !term_after(hay, start + self.text.len()))
    }
}

/// Whether a letter or digit ends at `at`.
pub(crate) fn term_before(hay: &str, at: usize) -> bool {
    match at.checked_sub(1).and_then(|i| hay.as_bytes().get(i)) {
        None => false,
        Some(b) if b.is_ascii() => b.is_ascii_alphanumeric(),
        Some(_) => hay.get(..at).and_then(|head| head.chars().next_back()).is_some_and(char::is_alphanumeric),
    }
}

/// Whether a letter or digit begins at `at`.
pub(crate) fn term_after(hay: &str, at: usize) -> bool {
    match hay.as_bytes().get(at) {
        None => false,
        Some(b) if b.is_ascii() => b.is_ascii_alphanumeric(),
        Some(_) => hay.get(at..).and_then(|tail| tail.chars().next()).is_some_and(char::is_alphanumeric),
    }
}

/// Lower case, one character for one.
pub(crate) fn fold(text: &str) -> String {
    text.chars().map(fold_char).collect()
}

fn fold_char(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// [`fold`], borrowed where there is nothing to change.
pub(crate) fn folded(text: &str) -> Cow<'_, str> {
    let same = text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase());
    if same { Cow::Borrowed(text) } else { Cow::Owned(fold(text)) }
}

/// How common a byte is in logs: a search looks for the rarest.
fn commonness(byte: u8) -> usize {
    const RARE_FIRST: &[u8] = b"~^`{}|<>!$#*+?@&'()[];%\\zqjx=\"_7968k45v,3:2w1byfgh-/0.umpdclrsniaote ";
    RARE_FIRST.iter().position(|&b| b == byte).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(place: Place, case_sensitive: bool, needle: &str, hays: &[(&str, bool)]) {
        let prepared = Needle::new(needle, place, case_sensitive);
        for (hay, want) in hays {
            assert_eq!(prepared.is_in(hay), *want, "{hay:?} {place:?} {needle:?}");
        }
    }

    #[test]
    fn terms() {
        check(
            Place::Term,
            false,
            "pool",
            &[
                ("pool", true),
                ("POOL.example", true),
                ("a_pool_b", true),
                ("pools", false),
                ("spool", false),
                ("épool", false),
                ("pool\u{301}", true),
                ("pools pool", true),
                ("", false),
                ("poo", false),
                ("xpoolpool pool", true),
                ("😀pool😀", true),
                ("pool9", false),
                ("pool٣", false),
            ],
        );
        check(Place::Term, false, "-o pool:", &[("x -o POOL:3333", true), ("x-o pool:3", true), ("x -o pool 3", false)]);
        check(Place::Term, false, "", &[("", true), ("a", true)]);
        check(Place::Term, false, "34", &[("12.34.56", true), ("123456", false), ("34", true)]);
        check(Place::Term, true, "Quick", &[("The.Quick.Brown", true), ("quick", false), ("Quicker", false)]);
        check(Place::Term, false, "aa", &[("aaa aa", true), ("aaa", false)]);
        check(Place::Term, false, "café", &[("CAFÉ RÉSUMÉ", true), ("cafe", false), ("cafés", false), ("un café", true)]);
        check(Place::TermPrefix, false, "pre", &[("a prefix", true), ("supre", false), ("PRE", true), ("a_prex", true)]);
        check(Place::TermSuffix, false, "end", &[("end.", true), ("ending", false), ("the end", true), ("weekEND-x", true)]);
        check(Place::Term, false, ".ru", &[("a.ru", true), ("a.rus", false), ("ru", false)]);
    }

    #[test]
    fn substrings() {
        check(Place::Anywhere, false, "ool", &[("sPOOLs", true), ("ol", false), ("ool", true), ("oool", true)]);
        check(Place::Anywhere, true, "ool", &[("sPOOLs", false), ("pools", true)]);
        check(Place::Anywhere, false, "É", &[("café", true), ("cafe", false)]);
        check(Place::Start, false, "Te", &[("test", true), ("a te", false), ("t", false)]);
        check(Place::End, false, "ST", &[("test", true), ("tests", false), ("t", false), ("é", false)]);
        check(Place::End, false, "", &[("test", true), ("", true)]);
        check(Place::Start, true, "é", &[("était", true), ("Était", false)]);
        check(Place::Start, false, "é", &[("était", true), ("Était", true)]);
    }
}
