//! Patterns that allow more than they seem to.

use super::super::fault::Faults;
use super::super::policy::Policy;
use regex_syntax::hir::{Class, ClassUnicodeRange, Hir, HirKind};

/// Command lines of which a pattern that forbids should match none at once.
const ORDINARY: [&str; 4] =
    ["", "rsync -a /srv/ backup@host:/vault/", r#""C:\Program Files\Veeam\a.exe" -x"#, "/usr/bin/bitcoind -conf=/etc/bitcoin.conf"];
/// A class of more characters than the digits is everything that an account's name is made of.
const DIGITS: usize = 10;
/// No pattern for a command line takes as many.
const MOST_STEPS: usize = 10_000;

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
    regex_syntax::parse(pattern).is_ok_and(|hir| hir.properties().minimum_len().is_none() || hir.properties().maximum_len() == Some(0))
}

/// Whether a word of a command line may be an option of anybody's choice: after a space stands what may begin with `-`.
fn free_word(hir: &Hir) -> bool {
    let mut words = Words::default();
    words.walk(hir, Place::default());
    words.free
}

/// Where a pattern stands after what was read of it.
#[derive(Clone, Copy, Default)]
struct Place {
    word_begins: bool,
    /// Behind the dashes of an option, whose name may then be any.
    option_begins: bool,
    /// Between double quotation marks a space begins no word.
    quoted: bool,
}

#[derive(Default)]
struct Words {
    free: bool,
    steps: usize,
}

impl Words {
    /// Goes through a pattern from left to right.
    fn walk(&mut self, hir: &Hir, at: Place) -> Place {
        // A repetition is gone through twice, and those within it each time: what nobody can read is not approved.
        self.steps += 1;
        if self.steps > MOST_STEPS {
            self.free = true;
            return at;
        }
        let either = |a: Place, b: Place| Place {
            word_begins: a.word_begins || b.word_begins,
            option_begins: a.option_begins || b.option_begins,
            quoted: a.quoted && b.quoted,
        };
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => at,
            HirKind::Literal(text) => text.0.iter().fold(at, |at, sign| match sign {
                b'"' => Place { word_begins: at.word_begins && !at.quoted, option_begins: false, quoted: !at.quoted },
                b' ' => Place { word_begins: !at.quoted, option_begins: false, ..at },
                b'-' => Place { word_begins: false, option_begins: at.word_begins || at.option_begins, ..at },
                _ => Place { word_begins: false, option_begins: false, ..at },
            }),
            HirKind::Class(class) => {
                self.free |= wide(hir, DIGITS) && ((at.word_begins && holds(class, '-')) || at.option_begins);
                let quoted = at.quoted && !holds(class, '"');
                Place { word_begins: holds(class, ' ') && !quoted, option_begins: false, quoted }
            }
            HirKind::Capture(capture) => self.walk(&capture.sub, at),
            HirKind::Concat(parts) => parts.iter().fold(at, |at, part| self.walk(part, at)),
            HirKind::Alternation(parts) => parts.iter().map(|part| self.walk(part, at)).reduce(either).unwrap_or(at),
            HirKind::Repetition(run) => {
                let once = self.walk(&run.sub, at);
                let again = if run.max.is_none_or(|most| most > 1) { either(once, self.walk(&run.sub, once)) } else { once };
                if run.min == 0 { either(again, at) } else { again }
            }
        }
    }
}

fn holds(class: &Class, sign: char) -> bool {
    match class {
        Class::Unicode(class) => class.ranges().iter().any(|r| r.start() <= sign && sign <= r.end()),
        Class::Bytes(class) => class.ranges().iter().any(|r| char::from(r.start()) <= sign && sign <= char::from(r.end())),
    }
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

fn wide(hir: &Hir, narrow: usize) -> bool {
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
    fn words_that_may_be_any_option() {
        let free = |pattern: &str| free_word(&regex_syntax::parse(pattern).unwrap());
        for pattern in [
            r"rsync( \S+)*",
            r"rsync \S+ vault:/x",
            "rsync .* vault:/x",
            "rsync (-a|[^ ]+) x",
            r"rsync(\s[\w-]+){2}",
            "rsync(?: ?[a-z-]+)* x",
            r"rsync --\w+=\S+ x",
            "rsync -[a-z]+ x",
            r#"rsync "[^"]+" x"#,
        ] {
            assert!(free(pattern), "{pattern}");
        }
        for pattern in [
            "/usr/bin/rsync -a --delete /srv/[a-z]+/ backup@vault:/[a-z/-]+",
            r"rsync( --exclude=\S+)*",
            "rsync( [a-z]+)*",
            "x -[0-9]+",
            "rsync  *-a",
            r#""[A-Z]:\\[^"]+" --job [0-9a-f]{4}"#,
        ] {
            assert!(!free(pattern), "{pattern}");
        }
        assert!(free(&format!("{}\"{}", "(".repeat(60), "){2}".repeat(60))));
        assert!(finds_nothing("$^") && finds_nothing(r"[^\s\S]") && !finds_nothing("-e") && !finds_nothing("a*"));
    }
}
