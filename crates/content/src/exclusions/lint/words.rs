//! Words of a command line that a pattern leaves to whoever writes it.

use super::patterns::{DIGITS, wide};
use regex_syntax::hir::{Class, Hir, HirKind};

/// Options whose value is a program, or says what to run: of rsync, ssh, tar, find and their kin.
const STARTERS: [&str; 12] = [
    "--rsh",
    "-e",
    "--rsync-path",
    "proxycommand",
    "localcommand",
    "--to-command",
    "--checkpoint-action",
    "--use-compress-program",
    "-exec",
    "--info-script",
    "--plugin",
    "--exec",
];
/// No pattern for a command line takes as many.
const MOST_STEPS: usize = 10_000;

/// Whether a word of a command line may be an option of anybody's choice: after a space stands what may begin with `-`.
pub(super) fn free_word(hir: &Hir) -> bool {
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
    /// What stands before, of each alternative: the literal text since the last class.
    before: Vec<String>,
}

/// Alternatives beyond that are not told apart.
const MOST_BEFORE: usize = 16;

impl Words {
    /// Adds a literal to what stands before.
    fn behind<'t>(&mut self, text: &'t [u8]) -> &'t [u8] {
        if self.before.is_empty() {
            self.before.push(String::new());
        }
        for before in &mut self.before {
            before.push_str(&String::from_utf8_lossy(text).to_lowercase());
        }
        text
    }

    /// Whether what stands before is an option whose value says what to run.
    fn starts_what_follows(&self) -> bool {
        self.before.iter().any(|before| {
            let option = before.trim_end_matches([' ', '=', '"', '\'']).rsplit([' ', '"', '\'']).next();
            option.is_some_and(|option| STARTERS.contains(&option))
        })
    }

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
            HirKind::Literal(text) => self.behind(&text.0).iter().fold(at, |at, sign| match sign {
                b'"' => Place { word_begins: at.word_begins && !at.quoted, option_begins: false, quoted: !at.quoted },
                b' ' => Place { word_begins: !at.quoted, option_begins: false, ..at },
                b'-' => Place { word_begins: false, option_begins: at.word_begins || at.option_begins, ..at },
                _ => Place { word_begins: false, option_begins: false, ..at },
            }),
            HirKind::Class(class) => {
                self.free |= wide(hir, DIGITS) && ((at.word_begins && holds(class, '-')) || at.option_begins || self.starts_what_follows());
                if holds(class, ' ') || holds(class, '=') {
                    self.behind(b" ");
                } else {
                    self.before.clear();
                }
                let quoted = at.quoted && !holds(class, '"');
                Place { word_begins: holds(class, ' ') && !quoted, option_begins: false, quoted }
            }
            HirKind::Capture(capture) => self.walk(&capture.sub, at),
            HirKind::Concat(parts) => parts.iter().fold(at, |at, part| self.walk(part, at)),
            HirKind::Alternation(parts) => {
                let (before, mut behind) = (self.before.clone(), Vec::new());
                let place = parts.iter().map(|part| {
                    self.before.clone_from(&before);
                    let place = self.walk(part, at);
                    behind.append(&mut self.before);
                    place
                });
                let place = place.reduce(either).unwrap_or(at);
                behind.truncate(MOST_BEFORE);
                self.before = behind;
                place
            }
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
            "rsync -a --rsh=[a-z/]+ x",
            "rsync -a (?:-e|--rsh) ?[a-z/]+ x",
            r"ssh -o ProxyCommand=[\w/]+ x",
            "find /srv -exec [a-z/]+",
        ] {
            assert!(free(pattern), "{pattern}");
        }
        for pattern in [
            "/usr/bin/rsync -a --delete /srv/[a-z]+/ backup@vault:/[a-z/-]+",
            r"rsync( --exclude=\S+)*",
            "rsync( [a-z]+)*",
            "x -[0-9]+",
            "rsync  *-a",
            "rsync -e ssh -a /srv/[a-z]+/",
            "rsync --rsh=ssh /srv/[a-z]+/",
            "rsync -a /srv-e/[a-z]+",
            r#""[A-Z]:\\[^"]+" --job [0-9a-f]{4}"#,
        ] {
            assert!(!free(pattern), "{pattern}");
        }
        assert!(free(&format!("{}\"{}", "(".repeat(60), "){2}".repeat(60))));
    }
}
