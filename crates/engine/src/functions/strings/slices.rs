//! `substring`.

use crate::functions::args::{kernel, longs, strings};
use crate::functions::operand::ToText;
use crate::functions::{Arg, Call, Resolved};
use model::KqlType;

/// `substring(text, start [, length])`: a negative start counts from the end; what is out of range is empty.
pub(super) fn resolve(call: &Call) -> Resolved {
    let (text, numbers) = call.args.split_first()?;
    if numbers.is_empty() || numbers.len() > 2 || numbers.iter().any(|n| !matches!(n.kql_type, KqlType::Int | KqlType::Long)) {
        return None;
    }
    let text = ToText::new(text)?;
    kernel(call, move |args: &[Arg], rows| {
        let (texts, starts) = (text.read(&args[0], rows)?, longs(&args[1])?);
        let lengths = args.get(2).map(longs).transpose()?;
        Ok(strings(rows, |row, out| {
            let length = lengths.as_ref().map_or(Some(i64::MAX), |l| l.get(row));
            if let (Some(start), Some(length)) = (starts.get(row), length) {
                out.push_str(slice(&texts.get(row), start, length));
            }
        }))
    })
}

fn slice(text: &str, start: i64, length: i64) -> &str {
    let start = if start < 0 { start.saturating_add(text.chars().count() as i64) } else { start };
    let (Ok(start), Ok(length)) = (usize::try_from(start), usize::try_from(length)) else { return "" };
    if text.is_ascii() {
        let end = start.saturating_add(length).min(text.len());
        return text.get(start..end).unwrap_or("");
    }
    let Some((from, _)) = text.char_indices().nth(start) else { return "" };
    let rest = text.get(from..).unwrap_or("");
    let end = rest.char_indices().nth(length).map_or(rest.len(), |(at, _)| at);
    rest.get(..end).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::slice;

    #[test]
    fn slices() {
        for (text, start, length, want) in [
            ("hello", 1, -1, ""),
            ("hello", 0, 0, ""),
            ("hello", 10, 5, ""),
            ("abc", 2, 10, "c"),
            ("abc", -2, 5, "bc"),
            ("x", -2, 5, ""),
            ("hello", -100, 3, ""),
            ("𝓗ello", 0, 2, "𝓗e"),
            ("𝓗ello", -4, 2, "el"),
            ("hello", 5, 1, ""),
            ("héé", 1, i64::MAX, "éé"),
            ("hello", i64::MIN, i64::MAX, ""),
        ] {
            assert_eq!(slice(text, start, length), want, "{text} {start} {length}");
        }
    }
}
