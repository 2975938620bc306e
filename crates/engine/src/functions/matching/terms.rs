//! Many needles at once: the text is cut into terms, and each term is looked up. The cost does not grow with the number of needles.

use super::needle::{Needle, Place, term_after};
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use rustc_hash::FxHashMap;

/// Finds which of many needles `has` would find.
///
/// A needle that begins with a letter or digit can only begin where a term of the text begins, and that term is the needle's first one,
/// whole. All others (they begin with a delimiter, or are not ASCII) are searched for as text.
#[derive(Debug)]
pub(crate) struct TermIndex {
    /// By first term, in lower case.
    terms: FxHashMap<Box<[u8]>, Vec<Entry>>,
    /// Which pairs of first bytes there are: a bit for each.
    starts: Box<[u64; 1024]>,
    /// Which lengths there are; 63 and more share a bit.
    lengths: u64,
    others: Others,
    /// Non-ASCII needles, with their places in the list.
    foreign: Vec<(usize, Needle)>,
    /// The place of an empty needle, which is in every text.
    empty: Option<usize>,
}

#[derive(Debug)]
struct Entry {
    /// What follows the first term, in lower case.
    rest: Box<[u8]>,
    /// Whether the needle ends with a letter or digit that follows a delimiter.
    right: bool,
    /// The place in the list.
    place: usize,
}

#[derive(Debug)]
enum Others {
    Few(Vec<(usize, Needle)>),
    Many { automaton: Box<AhoCorasick>, places: Vec<(usize, bool)> },
}

const FEW: usize = 4;
/// Automata of more needle bytes than this are built as an NFA, which is smaller and slower.
const DFA_BYTES: usize = 1 << 16;

impl TermIndex {
    /// `None` for an automaton that is too large to build.
    pub(crate) fn new(needles: &[String]) -> Option<Self> {
        let mut index = Self {
            terms: FxHashMap::default(),
            starts: Box::new([0; 1024]),
            lengths: 0,
            others: Others::Few(Vec::new()),
            foreign: Vec::new(),
            empty: None,
        };
        let mut others = Vec::new();
        for (place, needle) in needles.iter().enumerate() {
            match needle.as_bytes() {
                [] => {
                    index.empty.get_or_insert(place);
                }
                _ if !needle.is_ascii() => index.foreign.push((place, Needle::new(needle, Place::Term, false))),
                [first, ..] if first.is_ascii_alphanumeric() => index.add(place, &needle.to_ascii_lowercase()),
                _ => others.push((place, needle)),
            }
        }
        index.others = if others.len() <= FEW {
            Others::Few(others.into_iter().map(|(place, needle)| (place, Needle::new(needle, Place::Term, false))).collect())
        } else {
            let bytes: usize = others.iter().map(|(_, needle)| needle.len()).sum();
            let automaton = AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .match_kind(MatchKind::Standard)
                .kind(Some(if bytes <= DFA_BYTES { AhoCorasickKind::DFA } else { AhoCorasickKind::ContiguousNFA }))
                .build(others.iter().map(|(_, needle)| needle.as_bytes()))
                .ok()?;
            let places = others.iter().map(|(place, needle)| (*place, needle.ends_with(|c: char| c.is_ascii_alphanumeric()))).collect();
            Others::Many { automaton: Box::new(automaton), places }
        };
        Some(index)
    }

    fn add(&mut self, place: usize, needle: &str) {
        let bytes = needle.as_bytes();
        let end = bytes.iter().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(bytes.len());
        let (term, rest) = bytes.split_at(end);
        let bit = start_bit(term);
        self.starts[bit / 64] |= 1 << (bit % 64);
        self.lengths |= length_bit(term.len());
        let right = rest.last().is_some_and(u8::is_ascii_alphanumeric);
        self.terms.entry(term.into()).or_default().push(Entry { rest: rest.into(), right, place });
    }

    /// Whether any needle is in the text.
    pub(crate) fn any(&self, hay: &str) -> bool {
        self.empty.is_some() || self.scan(hay, &mut |_| true)
    }

    /// The first place in the list whose needle is in the text.
    pub(crate) fn first(&self, hay: &str) -> Option<usize> {
        let mut first = self.empty;
        self.scan(hay, &mut |place| {
            first = Some(first.map_or(place, |f| f.min(place)));
            first == Some(0)
        });
        first
    }

    /// Calls `hit` with the place of each needle in the text until it answers true; returns whether it did.
    fn scan(&self, hay: &str, hit: &mut impl FnMut(usize) -> bool) -> bool {
        if self.lengths != 0 && self.scan_terms(hay, hit) {
            return true;
        }
        match &self.others {
            Others::Few(needles) => {
                if needles.iter().any(|(place, needle)| needle.is_in(hay) && hit(*place)) {
                    return true;
                }
            }
            Others::Many { automaton, places } => {
                for found in automaton.find_overlapping_iter(hay) {
                    let Some(&(place, right)) = places.get(found.pattern().as_usize()) else { continue };
                    if !(right && term_after(hay, found.end())) && hit(place) {
                        return true;
                    }
                }
            }
        }
        !self.foreign.is_empty() && !hay.is_ascii() && self.foreign.iter().any(|(place, needle)| needle.is_in(hay) && hit(*place))
    }

    fn scan_terms(&self, hay: &str, hit: &mut impl FnMut(usize) -> bool) -> bool {
        let bytes = hay.as_bytes();
        let class = |at: usize| bytes.get(at).map_or(DELIMITER, |b| CLASS[usize::from(*b)]);
        let mut at = 0;
        while at < bytes.len() {
            if class(at) == DELIMITER {
                at += 1;
                continue;
            }
            let start = at;
            while class(at) == TERM {
                at += 1;
            }
            let end = at;
            if class(at) == FOREIGN {
                at = foreign_end(hay, at);
                if at > end {
                    continue;
                }
                // The character delimits: the term ends before it.
                at += hay.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
            }
            let term = bytes.get(start..end).unwrap_or_default();
            if self.lengths & length_bit(term.len()) != 0 && self.lookup(hay, term, end, hit) {
                return true;
            }
        }
        false
    }

    fn lookup(&self, hay: &str, term: &[u8], end: usize, hit: &mut impl FnMut(usize) -> bool) -> bool {
        if term.is_empty() {
            return false;
        }
        let bit = start_bit(term);
        if self.starts[bit / 64] & (1 << (bit % 64)) == 0 {
            return false;
        }
        let mut lower = [0_u8; 64];
        let found = match lower.get_mut(..term.len()) {
            Some(lower) => {
                lower.copy_from_slice(term);
                lower.make_ascii_lowercase();
                self.terms.get(&*lower)
            }
            None => self.terms.get(&*term.to_ascii_lowercase()),
        };
        let Some(entries) = found else { return false };
        let rest = hay.as_bytes().get(end..).unwrap_or_default();
        entries.iter().any(|entry| {
            rest.get(..entry.rest.len()).is_some_and(|part| part.eq_ignore_ascii_case(&entry.rest))
                && !(entry.right && term_after(hay, end + entry.rest.len()))
                && hit(entry.place)
        })
    }
}

/// Where the run of letters and digits ends that begins at `at`, a character that is not ASCII.
fn foreign_end(hay: &str, at: usize) -> usize {
    let rest = hay.get(at..).unwrap_or_default();
    at + rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len())
}

const DELIMITER: u8 = 0;
const TERM: u8 = 1;
/// Part of a character that is not ASCII.
const FOREIGN: u8 = 2;

/// What each byte is.
static CLASS: [u8; 256] = {
    let mut table = [DELIMITER; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b if b.is_ascii_alphanumeric() => TERM,
            b if b.is_ascii() => DELIMITER,
            _ => FOREIGN,
        };
        byte += 1;
    }
    table
};

fn length_bit(length: usize) -> u64 {
    1 << length.min(63)
}

/// A number below 65,536 made of the first two bytes of a term, without case: bit 5 is all that tells an upper-case letter from its
/// lower-case one, and digits have it.
fn start_bit(term: &[u8]) -> usize {
    let byte = |n: usize| term.get(n).map_or(0, |b| usize::from(*b | 0x20));
    byte(0) << 8 | byte(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every text against every needle, one by one and all at once.
    #[test]
    fn agrees_with_has() {
        let needles: Vec<String> = [
            "pool",
            "Mine.Example",
            "-o",
            ".ru",
            "a_b",
            "café",
            "xmr",
            "96",
            "stratum+tcp",
            "stratum+tcp://",
            ":3333",
            "--donate-level",
            " x",
            "mine",
            "é",
            "x y z",
            "a",
            "mine.example.org",
        ]
        .map(String::from)
        .to_vec();
        let hays = [
            "",
            "pool",
            "POOL",
            "pools",
            "épool",
            "poolé",
            "pool é",
            "a mine.example b",
            "xmine.example",
            "mine.examples",
            "MINE.EXAMPLE.org:3333",
            "-o",
            "x -o y",
            "-ox",
            "a.ru",
            "a.rus",
            "a_b",
            "xa_b",
            "café",
            "CAFÉ au lait",
            "xmr😀",
            "😀xmr",
            "Standard_D96s_v5",
            "96",
            "stratum+tcp://pool",
            "stratum+tcpx",
            "host:3333",
            "host:33333",
            "xmrig --donate-level=1",
            "x",
            "a x",
            "é",
            "ée",
            "x y z",
            "x y zz",
            "٣a",
            "a٣",
        ];
        for size in [1, 3, needles.len()] {
            for list in needles.windows(size) {
                let index = TermIndex::new(list).unwrap();
                for hay in hays {
                    let want = list.iter().position(|n| Needle::new(n, Place::Term, false).is_in(hay));
                    assert_eq!(index.first(hay), want, "{hay:?} in {list:?}");
                    assert_eq!(index.any(hay), want.is_some(), "{hay:?} in {list:?}");
                }
            }
        }
    }
}
