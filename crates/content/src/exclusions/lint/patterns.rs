//! Patterns that allow more than they seem to.

use super::super::fault::Faults;
use super::super::policy::Policy;
use super::words::free_word;
use regex_syntax::hir::{Class, ClassUnicodeRange, Hir, HirKind, Look};

/// Command lines of which a pattern that forbids should match none at once.
const ORDINARY: [&str; 4] =
    ["", "rsync -a /srv/ backup@host:/vault/", r#""C:\Program Files\Veeam\a.exe" -x"#, "/usr/bin/bitcoind -conf=/etc/bitcoin.conf"];
/// A class of more characters than the digits is everything that an account's name is made of.
pub(super) const DIGITS: usize = 10;
impl Policy {
    pub(super) fn check_patterns(&self, faults: &mut Faults) {
        let allowing = [
            ("account_pattern", &self.must.account_pattern, DIGITS, "student[0-9]{2}"),
            // On a command line a word may vary; what may be a space may be anything.
            (
                "command_line_pattern",
                &self.must.command_line_pattern,
                usize::MAX,
                "/usr/bin/rsync -a --delete /srv/[a-z]+/ backup@vault:/[a-z]+/",
            ),
        ];
        for (key, pattern, narrow, sound) in allowing {
            let Some(pattern) = pattern else { continue };
            let Ok(hir) = regex_syntax::parse(pattern) else { continue };
            let free = key == "command_line_pattern" && free_word(&hir);
            let what = if hir.properties().minimum_len().is_none_or(|least| least == 0) {
                format!("`{pattern}` matches an empty text: it has an empty alternative, or all of it may be absent")
            } else if open(&hir, false, narrow) || open(&hir, true, narrow) {
                format!("`{pattern}` is not anchored in effect: it begins or ends with what matches anything")
            } else if free {
                format!("`{pattern}` lets a word be anything: an option that starts a miner as well")
            } else {
                continue;
            };
            faults.add(&["must", key], pattern, what, format!("say what is allowed from the first character to the last, as {sound}"));
        }
        let Some(forbidden) = &self.must_not.command_line else { return };
        let what = if matches_anything(forbidden) {
            format!("`{forbidden}` matches every command line, so that the policy never explains anything")
        } else if self.names(forbidden) {
            format!("`{forbidden}` is found in the program's own path, so that the policy hardly ever explains anything")
        } else if finds_nothing(forbidden) {
            format!("`{forbidden}` is found in no command line, so that it forbids nothing")
        } else {
            return;
        };
        faults.add(&["must_not", "command_line"], forbidden, what, "name the options that are forbidden");
    }
}

impl Policy {
    /// Whether a pattern is found in the name of every program that is approved, which is mostly on its command line.
    fn names(&self, pattern: &str) -> bool {
        let names: Vec<&str> =
            self.must.path.iter().flatten().filter(|p| !p.ends_with('*')).filter_map(|p| p.rsplit(['/', '\\']).next()).collect();
        !names.is_empty() && regex::Regex::new(pattern).is_ok_and(|regex| names.iter().all(|name| regex.is_match(name)))
    }
}

/// Whether a pattern is found in every text.
pub(super) fn matches_anything(pattern: &str) -> bool {
    regex::Regex::new(pattern).is_ok_and(|regex| ORDINARY.iter().filter(|line| !line.is_empty()).all(|line| regex.is_match(line)))
}

/// Whether it matches nothing, or the empty text alone.
fn finds_nothing(pattern: &str) -> bool {
    regex_syntax::parse(pattern).is_ok_and(|hir| hir.properties().maximum_len() == Some(0) || never(&hir))
}

/// Whether no text matches: it asks for the begin behind something, for something behind the end, or for a word's edge within a word.
fn never(hir: &Hir) -> bool {
    let long = |part: &Hir| part.properties().minimum_len().is_none_or(|least| least > 0);
    match hir.kind() {
        HirKind::Capture(capture) => never(&capture.sub),
        HirKind::Alternation(parts) => parts.iter().all(never),
        HirKind::Repetition(run) => run.min > 0 && never(&run.sub),
        HirKind::Concat(parts) => {
            let before = |n: usize| parts.iter().take(n).any(long);
            let behind = |n: usize| parts.iter().skip(n + 1).any(long);
            let edge = |n: usize, look: Look| match (
                n.checked_sub(1).and_then(|n| parts.get(n)).and_then(last_sign),
                parts.get(n + 1).and_then(first_sign),
            ) {
                (Some(left), Some(right)) => {
                    let same = is_word(left) == is_word(right);
                    same == matches!(look, Look::WordAscii | Look::WordUnicode)
                        && matches!(look, Look::WordAscii | Look::WordUnicode | Look::WordAsciiNegate | Look::WordUnicodeNegate)
                }
                _ => false,
            };
            parts.iter().enumerate().any(|(n, part)| {
                never(part)
                    || (part.properties().look_set_prefix().contains(Look::Start) && before(n))
                    || (part.properties().look_set_suffix().contains(Look::End) && behind(n))
                    || matches!(part.kind(), HirKind::Look(look) if edge(n, *look))
            })
        }
        _ => hir.properties().minimum_len().is_none(),
    }
}

fn first_sign(hir: &Hir) -> Option<u8> {
    match hir.kind() {
        HirKind::Literal(text) => text.0.first().copied(),
        _ => None,
    }
}

fn last_sign(hir: &Hir) -> Option<u8> {
    match hir.kind() {
        HirKind::Literal(text) => text.0.last().copied(),
        _ => None,
    }
}

fn is_word(sign: u8) -> bool {
    sign.is_ascii_alphanumeric() || sign == b'_'
}

/// Whether it begins (or ends) with an unbounded run of a wide class of characters.
fn open(hir: &Hir, end: bool, narrow: usize) -> bool {
    match hir.kind() {
        HirKind::Capture(capture) => open(&capture.sub, end, narrow),
        HirKind::Alternation(parts) => parts.iter().any(|part| open(part, end, narrow)),
        HirKind::Concat(parts) => {
            let wide = |part: &&Hir| !matches!(part.kind(), HirKind::Look(_) | HirKind::Empty);
            let edge = if end { parts.iter().rev().find(wide) } else { parts.iter().find(wide) };
            edge.is_some_and(|edge| open(edge, end, narrow))
        }
        // So many repetitions are as good as none counted.
        HirKind::Repetition(run) => run.max.is_none_or(|most| most > 32) && wide(&run.sub, narrow) || open(&run.sub, end, narrow),
        _ => false,
    }
}

pub(super) fn wide(hir: &Hir, narrow: usize) -> bool {
    match hir.kind() {
        HirKind::Class(Class::Unicode(class)) => {
            let space = class.ranges().iter().any(|r| r.start() <= ' ' && ' ' <= r.end());
            space || class.ranges().iter().map(ClassUnicodeRange::len).sum::<usize>() > narrow
        }
        HirKind::Class(Class::Bytes(_)) => true,
        HirKind::Capture(capture) => wide(&capture.sub, narrow),
        HirKind::Alternation(parts) => parts.iter().any(|part| wide(part, narrow)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_that_no_text_matches() {
        for pattern in ["x^", "$x", "(a|b)^c", r"a\bb", r"a\B ", "(x^)+", "x^|$y", r"x\A"] {
            assert!(finds_nothing(pattern), "{pattern}");
        }
        for pattern in ["^x", "x$", "x?^", "$x?y?|-e", r"a\b ", r"\bxmrig\b", r"(^|\s)-o", r"a\Bb", "(?m)x$\n^y"] {
            assert!(!finds_nothing(pattern), "{pattern}");
        }
        assert!(finds_nothing("$^") && finds_nothing(r"[^\s\S]") && !finds_nothing("-e") && !finds_nothing("a*"));
    }
}
