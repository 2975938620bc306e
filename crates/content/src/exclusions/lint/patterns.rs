//! Patterns that allow more than they seem to.

use super::super::fault::Faults;
use super::super::policy::Policy;
use regex_syntax::hir::{Hir, HirKind};

/// Command lines of which a pattern that forbids should match none at once.
const ORDINARY: [&str; 4] =
    ["", "rsync -a /srv/ backup@host:/vault/", r#""C:\Program Files\Veeam\a.exe" -x"#, "/usr/bin/bitcoind -conf=/etc/bitcoin.conf"];
/// A class of more characters than the digits is everything that an account's name is made of.
const DIGITS: usize = 10;

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
            let what = if hir.properties().minimum_len().is_none_or(|least| least == 0) {
                format!("`{pattern}` matches an empty text: it has an empty alternative, or all of it may be absent")
            } else if open(&hir, false, narrow) || open(&hir, true, narrow) {
                format!("`{pattern}` is not anchored in effect: it begins or ends with what matches anything")
            } else {
                continue;
            };
            faults.add(&["must", key], pattern, what, format!("say what is allowed from the first character to the last, as {sound}"));
        }
        let Some(forbidden) = &self.must_not.command_line else { return };
        if matches_anything(forbidden) {
            let what = format!("`{forbidden}` matches every command line, so that the policy never explains anything");
            faults.add(&["must_not", "command_line"], forbidden, what, "name the options that are forbidden");
        }
    }
}

/// Whether a pattern is found in every text: it may match nothing at all.
pub(super) fn matches_anything(pattern: &str) -> bool {
    regex::Regex::new(pattern).is_ok_and(|regex| ORDINARY.iter().all(|line| regex.is_match(line)))
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
        HirKind::Class(regex_syntax::hir::Class::Unicode(class)) => {
            let space = class.ranges().iter().any(|r| r.start() <= ' ' && ' ' <= r.end());
            space || class.ranges().iter().map(regex_syntax::hir::ClassUnicodeRange::len).sum::<usize>() > narrow
        }
        HirKind::Class(regex_syntax::hir::Class::Bytes(_)) => true,
        HirKind::Capture(capture) => wide(&capture.sub, narrow),
        HirKind::Alternation(parts) => parts.iter().any(|part| wide(part, narrow)),
        _ => false,
    }
}
