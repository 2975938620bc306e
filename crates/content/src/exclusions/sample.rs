//! A text that a pattern matches.

use regex::Regex;
use regex_syntax::hir::{Class, Hir, HirKind};

/// A counted repetition of more makes no text.
const MOST: usize = 4096;
/// What a class is asked for first.
const USUAL: [char; 12] = ['a', 'x', '0', '7', 'A', ' ', '-', '_', '/', '.', '=', ':'];

/// The plainest text that matches; `None` where the pattern asks for more than its letters say.
pub(super) fn sample(pattern: &str) -> Option<String> {
    let mut text = String::new();
    write(&regex_syntax::parse(pattern).ok()?, &mut text)?;
    Regex::new(pattern).ok()?.is_match(&text).then_some(text)
}

fn write(hir: &Hir, text: &mut String) -> Option<()> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(std::str::from_utf8(&literal.0).ok()?),
        HirKind::Class(Class::Unicode(class)) => {
            let holds = |c: char| class.ranges().iter().any(|r| r.start() <= c && c <= r.end());
            text.push(USUAL.into_iter().chain('a'..='z').find(|c| holds(*c)).or_else(|| class.ranges().first().map(|r| r.start()))?);
        }
        HirKind::Class(Class::Bytes(class)) => text.push(class.ranges().first().map(|r| char::from(r.start()))?),
        HirKind::Repetition(run) => {
            for _ in 0..run.min {
                write(&run.sub, text)?;
                if text.len() > MOST {
                    return None;
                }
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, text)?,
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| write(part, text))?,
        HirKind::Alternation(parts) => write(parts.first()?, text)?,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_of_patterns() {
        for (pattern, text) in [
            ("student[0-9]{2}", "student00"),
            (r"^(?:rsync --[a-z]+)$", "rsync --a"),
            (r"(^|\s)(-o|--url)[\s=].*\s(-o)[\s=]", "-o  -o "),
            ("(?i)stratum", "stratum"),
        ] {
            assert_eq!(sample(pattern).as_deref(), Some(text));
        }
        assert_eq!(sample(r"a\bb"), None);
        assert_eq!(sample("("), None);
        assert_eq!(sample("(?:a{1000}){1000}"), None);
    }
}
