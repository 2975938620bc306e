//! One event taken apart: `CEF:0|vendor|product|version|class|name|severity|key=value key=value`.

use std::borrow::Cow;

/// More pairs than any device sends; the rest of a hostile line is left.
const PAIRS: usize = 500;

/// Where an event begins in a line, if there is one: at its start, or behind what syslog puts before it.
pub(crate) fn start(line: &str) -> Option<usize> {
    let at = line.find("CEF:")?;
    let behind = line.get(at + 4..)?;
    let version = behind.bytes().take_while(u8::is_ascii_digit).count();
    let whole = (1..=2).contains(&version) && behind.as_bytes().get(version) == Some(&b'|');
    let apart = at == 0 || line.get(..at).is_some_and(|before| before.ends_with([' ', '\t', ':', ']']));
    (whole && apart).then_some(at)
}

/// What a line says; nothing is longer than the line.
#[derive(Debug, Default)]
pub(super) struct Event<'a> {
    /// Vendor, product, version, class of the event, its name, its severity.
    pub(super) head: [Cow<'a, str>; 6],
    /// In the line's order; a name may come again.
    pub(super) pairs: Vec<(&'a str, Cow<'a, str>)>,
}

impl<'a> Event<'a> {
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let mut rest = text.strip_prefix("CEF:")?.split_once('|')?.1;
        let mut head: [Cow<'a, str>; 6] = Default::default();
        for part in &mut head {
            let end = bar(rest)?;
            *part = plain(rest.get(..end)?);
            rest = rest.get(end + 1..)?;
        }
        Some(Self { head, pairs: pairs(rest) })
    }

    pub(super) fn get(&self, name: &str) -> &str {
        self.pairs.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }
}

/// The next bar that ends a part of the head.
fn bar(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let ends = byte == b'|' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}

/// Values may hold spaces: a value ends where the next name with its sign begins.
fn pairs(text: &str) -> Vec<(&str, Cow<'_, str>)> {
    let (bytes, mut signs, mut escaped) = (text.as_bytes(), Vec::new(), false);
    let mut word = 0;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'=' if !escaped && word < at && bytes.get(word..at).is_some_and(|name| name.iter().all(|b| is_of_name(*b))) => {
                signs.push((word, at));
                // What follows up to the next space is of the value.
                word = usize::MAX;
            }
            b' ' | b'\t' => word = at + 1,
            _ => {}
        }
        escaped = *byte == b'\\' && !escaped;
        if signs.len() >= PAIRS {
            break;
        }
    }
    let ends = signs.iter().skip(1).map(|(start, _)| *start).chain(std::iter::once(text.len()));
    let pair =
        |((start, sign), end): (&(usize, usize), usize)| Some((text.get(*start..*sign)?, plain(text.get(*sign + 1..end)?.trim_end())));
    signs.iter().zip(ends).filter_map(pair).collect()
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'[' | b']')
}

/// Without escapes.
fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let (mut out, mut chars) = (String::with_capacity(text.len()), text.chars());
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some(c @ ('\\' | '=' | '|')) => out.push(c),
                // Paths of Windows are not always escaped.
                Some(c) => out.extend(['\\', c]),
                None => out.push('\\'),
            },
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(line: &str) -> String {
        let Some(event) = start(line).and_then(|at| Event::parse(line.get(at..)?)) else { return "none".to_owned() };
        let pairs: Vec<_> = event.pairs.iter().map(|(name, value)| format!("{name}<{value}>")).collect();
        format!("{} {}", event.head.join("/"), pairs.join(" "))
    }

    #[test]
    fn events_are_taken_apart() {
        for (line, expected) in [
            ("CEF:0|a|b|1|c|d e|3|src=10.0.0.5 msg=two words dst=1.2.3.4", "a/b/1/c/d e/3 src<10.0.0.5> msg<two words> dst<1.2.3.4>"),
            ("<134>Nov 18 00:00:01 fw CEF:0|a|b|1|c|d|3|act=x", "a/b/1/c/d/3 act<x>"),
            (r"CEF:1|a\|x|b\\|1|c|d|3|request=http://h/?q\=1 k=v", r"a|x/b\/1/c/d/3 request<http://h/?q=1> k<v>"),
            // Devices forget to escape.
            ("CEF:0|a|b|1|c|d|3|request=http://h/?q=1&r=2 act=x", "a/b/1/c/d/3 request<http://h/?q=1&r=2> act<x>"),
            (r"CEF:0|a|b|1|c|d|3|filePath=C:\Temp\x.exe ad.key[0]=1", r"a/b/1/c/d/3 filePath<C:\Temp\x.exe> ad.key[0]<1>"),
            ("CEF:0|a|b|1|c|d|3|", "a/b/1/c/d/3 "),
            ("CEF:0|a|b|1|c|d", "none"),
            ("CEF:x|a|b|1|c|d|3|", "none"),
            ("xCEF:0|a|b|1|c|d|3|", "none"),
            ("Nov 18 00:00:01 fw program: no event", "none"),
            ("CEF:0|é|b|1|c|d|3|é=1 k=é", "é/b/1/c/d/3 k<é>"),
        ] {
            assert_eq!(show(line), expected, "{line}");
        }
    }

    #[test]
    fn a_hostile_line_has_few_pairs() {
        let line = format!("CEF:0|a|b|1|c|d|3|{}", "k=v ".repeat(100_000));
        assert_eq!(Event::parse(&line).unwrap().pairs.len(), PAIRS);
    }
}
