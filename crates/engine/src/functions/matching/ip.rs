//! `has_ipv4` and its kin: whole IPv4 addresses in text.

use super::needle::{term_after, term_before};
use super::words::test;
use crate::dynamic::DynValue;
use crate::functions::args::{kernel, texts};
use crate::functions::operand::ToText;
use crate::functions::{Arg, Call, Resolved};
use model::KqlType;

/// The leading bytes of an address: four, or fewer for a prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wanted(Vec<u8>);

impl Wanted {
    /// An address; with `prefix`, also `10.` and the like: whole numbers, each with its dot.
    fn parse(text: &str, prefix: bool) -> Option<Self> {
        if let Some((bytes, end)) = address(text.as_bytes())
            && end == text.len()
        {
            return Some(Self(bytes.to_vec()));
        }
        let head = text.strip_suffix('.').filter(|_| prefix)?;
        let bytes = head
            .split('.')
            .map(|part| octet(part.as_bytes()).filter(|(_, n)| *n == part.len()).map(|(b, _)| b))
            .collect::<Option<Vec<_>>>()?;
        (bytes.len() < 4).then_some(Self(bytes))
    }
}

/// A number of at most 255 in one to three digits, and its length.
fn octet(bytes: &[u8]) -> Option<(u8, usize)> {
    let digits = bytes.iter().take(3).take_while(|b| b.is_ascii_digit()).count();
    if digits == 0 || bytes.get(digits).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let value = bytes.iter().take(digits).fold(0_u32, |n, b| n * 10 + u32::from(b - b'0'));
    u8::try_from(value).ok().map(|v| (v, digits))
}

/// An address at the start, and its length.
fn address(bytes: &[u8]) -> Option<([u8; 4], usize)> {
    let mut out = [0; 4];
    let mut at = 0;
    for (n, byte) in out.iter_mut().enumerate() {
        if n > 0 {
            if bytes.get(at) != Some(&b'.') {
                return None;
            }
            at += 1;
        }
        let (value, length) = octet(bytes.get(at..)?)?;
        *byte = value;
        at += length;
    }
    Some((out, at))
}

/// Whether any address in the text, with no letter or digit beside it, begins with one of the wanted.
fn has_any(text: &str, wanted: &[Wanted]) -> bool {
    if wanted.is_empty() {
        return false;
    }
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() || term_before(text, at) {
            at += 1;
            continue;
        }
        if let Some((found, length)) = address(&bytes[at..])
            && !term_after(text, at + length)
            && wanted.iter().any(|w| found.starts_with(&w.0))
        {
            return true;
        }
        at += 1;
    }
    false
}

pub(super) fn resolve(call: &Call) -> Resolved {
    let prefix = call.name.ends_with("_prefix");
    let (hay, items) = call.args.split_first()?;
    let hay = ToText::new(hay)?;
    if items.is_empty() || items.iter().any(|i| !matches!(i.kql_type, KqlType::String | KqlType::Dynamic)) {
        return None;
    }
    let dynamics: Vec<bool> = items.iter().map(|i| i.kql_type == KqlType::Dynamic).collect();
    kernel(call, move |args: &[Arg], rows| {
        let hays = hay.read(&args[0], rows)?;
        let lists = args.iter().skip(1).map(texts).collect::<Result<Vec<_>, _>>()?;
        let wanted_of = |row: usize| {
            let mut out = Vec::new();
            for (cells, dynamic) in lists.iter().zip(&dynamics) {
                if *dynamic {
                    if let DynValue::Array(list) = DynValue::parse(cells.text(row)) {
                        out.extend(list.iter().filter_map(|i| Wanted::parse(&i.to_kusto_string(), prefix)));
                    }
                } else {
                    out.extend(Wanted::parse(cells.text(row), prefix));
                }
            }
            out
        };
        if lists.iter().all(|l| l.is_constant()) {
            let wanted = wanted_of(0);
            return Ok(test(&hays, rows, false, |_, text| has_any(text, &wanted)));
        }
        Ok(test(&hays, rows, false, |row, text| has_any(text, &wanted_of(row))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_in_text() {
        for (text, needle, prefix, want) in [
            ("05:04:54 127.0.0.1 GET /favicon.ico 404", "127.0.0.1", false, true),
            ("05:04:54127.0.0.1 GET", "127.0.0.1", false, false),
            ("05:04:54 127.0.0.256 GET", "127.0.0.256", false, false),
            ("05:04:54 127.0.0.1 GET", "127.0.", true, true),
            ("05:04:54 127.0.0.1 GET", "127.0", true, false),
            ("05:04:54 127.0.0.256 GET", "127.0.", true, false),
            ("05:04:54127.0.0.1 GET", "127.0.", true, false),
            ("to 10.1.2.3.", "10.1.2.3", false, true),
            ("to 10.1.2.34", "10.1.2.3", false, false),
            ("to=10.1.2.3:80", "10.1.2.3", true, true),
        ] {
            let wanted: Vec<_> = Wanted::parse(needle, prefix).into_iter().collect();
            assert_eq!(has_any(text, &wanted), want, "{text} {needle}");
        }
    }
}
