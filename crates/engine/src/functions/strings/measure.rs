//! Numbers about text: lengths, counts and positions, all in code points.

use crate::functions::args::{booleans, kernel, longs, numbers};
use crate::functions::matching::compile_regex;
use crate::functions::operand::{Built, ToText, constant_text};
use crate::functions::{Arg, Call, FunctionError, Resolved};
use arrow::datatypes::Int64Type;
use model::KqlType;
use regex::Regex;
use std::cmp::Ordering;

pub(super) fn resolve(call: &Call) -> Resolved {
    match call.name {
        "strlen" => number(call, |text| text.chars().count()),
        "string_size" => number(call, str::len),
        "isascii" => test(call, str::is_ascii),
        // A string is always UTF-8 here.
        "isutf8" => test(call, |_| true),
        "strcmp" => compare(call),
        "countof" => count(call),
        _ => index(call),
    }
}

fn number(call: &Call, measure: impl Fn(&str) -> usize + Send + Sync + 'static) -> Resolved {
    let [arg] = call.args else { return None };
    let text = ToText::new(arg)?;
    kernel(call, move |args: &[Arg], rows| {
        let cells = text.read(&args[0], rows)?;
        Ok(numbers::<Int64Type>(rows, |row| Some(measure(&cells.get(row)) as i64)))
    })
}

fn test(call: &Call, test: impl Fn(&str) -> bool + Send + Sync + 'static) -> Resolved {
    let [arg] = call.args else { return None };
    let text = ToText::new(arg)?;
    kernel(call, move |args: &[Arg], rows| {
        let cells = text.read(&args[0], rows)?;
        Ok(booleans(rows, |row| Some(test(&cells.get(row)))))
    })
}

fn compare(call: &Call) -> Resolved {
    let [_, _] = call.args else { return None };
    let texts = ToText::all(call.args)?;
    kernel(call, move |args: &[Arg], rows| {
        let (left, right) = (texts[0].read(&args[0], rows)?, texts[1].read(&args[1], rows)?);
        Ok(numbers::<Int64Type>(rows, |row| {
            Some(match left.get(row).encode_utf16().cmp(right.get(row).encode_utf16()) {
                Ordering::Less => -1,
                Ordering::Equal => 0,
                Ordering::Greater => 1,
            })
        }))
    })
}

/// Occurrences that may overlap; of a regex, ones that do not.
fn count(call: &Call) -> Resolved {
    let (is_regex, [text, search]) = match call.args {
        [text, search] => (false, [text, search]),
        [text, search, _] => match call.text(2)? {
            "regex" => (true, [text, search]),
            "normal" => (false, [text, search]),
            _ => return None,
        },
        _ => return None,
    };
    if search.constant.as_ref().and_then(constant_text).is_some_and(|s| s.is_empty()) {
        return None;
    }
    let (text, search_text) = (ToText::new(text)?, ToText::new(search)?);
    if is_regex
        && let Some(pattern) = search.constant.as_ref().and_then(constant_text)
        && let Err(error) = compile_regex(call.name, &pattern)
    {
        return Some(Err(error));
    }
    let built: Built<Regex> = Built::default();
    kernel(call, move |args: &[Arg], rows| {
        let (texts, searches) = (text.read(&args[0], rows)?, search_text.read(&args[1], rows)?);
        if is_regex {
            let counts = (0..rows)
                .map(|row| {
                    let regex = built.get(&searches.get(row), |pattern| compile_regex("countof", pattern))?;
                    Ok(regex.find_iter(&texts.get(row)).count() as i64)
                })
                .collect::<Result<Vec<_>, FunctionError>>()?;
            return Ok(numbers::<Int64Type>(rows, |row| counts.get(row).copied()));
        }
        Ok(numbers::<Int64Type>(rows, |row| {
            let (text, search) = (texts.get(row), searches.get(row));
            let bytes = text.as_bytes();
            let mut from = 0;
            let mut count = 0;
            while let Some(at) = bytes.get(from..).and_then(|rest| memchr::memmem::find(rest, search.as_bytes())) {
                if search.is_empty() {
                    break;
                }
                count += 1;
                from += at + 1;
            }
            Some(count)
        }))
    })
}

/// `indexof(text, lookup [, start [, length [, occurrence]]])`: -1 where it is not, null for an empty lookup and options out of range.
/// A match counts when it begins within the range; it may end beyond it.
fn index(call: &Call) -> Resolved {
    let is_regex = call.name == "indexof_regex";
    let (operands, options) = call.args.split_at_checked(2)?;
    if options.len() > 3 || options.iter().any(|o| !matches!(o.kql_type, KqlType::Int | KqlType::Long)) {
        return None;
    }
    let (text, lookup) = (ToText::new(&operands[0])?, ToText::new(&operands[1])?);
    if is_regex
        && let Some(pattern) = operands[1].constant.as_ref().and_then(constant_text)
        && let Err(error) = compile_regex(call.name, &pattern)
    {
        return Some(Err(error));
    }
    let built: Built<Regex> = Built::default();
    kernel(call, move |args: &[Arg], rows| {
        let (texts, lookups) = (text.read(&args[0], rows)?, lookup.read(&args[1], rows)?);
        let options = args.iter().skip(2).map(longs).collect::<Result<Vec<_>, _>>()?;
        let option = |n: usize, row: usize, default: i64| options.get(n).map_or(Some(default), |cells| cells.get(row));
        let places = (0..rows)
            .map(|row| {
                let (text, lookup) = (texts.get(row), lookups.get(row));
                let (Some(start), Some(length), Some(occurrence)) = (option(0, row, 0), option(1, row, -1), option(2, row, 1)) else {
                    return Ok(None);
                };
                if lookup.is_empty() || length < -1 || occurrence < 1 || (is_regex && start < 0) {
                    return Ok(None);
                }
                let Some((before, rest)) = tail(&text, start) else { return Ok(Some(-1)) };
                let at = if is_regex {
                    let regex = built.get(&lookup, |pattern| compile_regex("indexof_regex", pattern))?;
                    regex.find_iter(rest).nth(occurrence as usize - 1).map(|m| m.start())
                } else {
                    nth(rest, &lookup, occurrence)
                };
                let place = at.and_then(|at| rest.get(..at)).map(|head| head.chars().count() as i64);
                Ok(Some(place.filter(|p| length < 0 || *p < length).map_or(-1, |p| before + p)))
            })
            .collect::<Result<Vec<Option<i64>>, FunctionError>>()?;
        Ok(numbers::<Int64Type>(rows, |row| places.get(row).copied().flatten()))
    })
}

/// The text from `start` (negative: from the end), and how many characters are before it.
fn tail(text: &str, start: i64) -> Option<(i64, &str)> {
    let all = text.chars().count() as i64;
    let start = if start < 0 { (start + all).max(0) } else { start };
    if start > all {
        return None;
    }
    let at = text.char_indices().nth(usize::try_from(start).ok()?).map_or(text.len(), |(at, _)| at);
    Some((start, text.get(at..)?))
}

fn nth(text: &str, lookup: &str, occurrence: i64) -> Option<usize> {
    let mut from = 0;
    for n in 1..=occurrence {
        let at = from + memchr::memmem::find(text.as_bytes().get(from..)?, lookup.as_bytes())?;
        if n == occurrence {
            return Some(at);
        }
        from = at + 1;
    }
    None
}
