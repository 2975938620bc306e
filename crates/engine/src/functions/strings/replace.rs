//! `replace_string`, `replace_strings`, `translate`.

use crate::dynamic::DynValue;
use crate::functions::args::{kernel, strings, texts};
use crate::functions::operand::ToText;
use crate::functions::{Arg, Call, Resolved};
use model::KqlType;

pub(super) fn resolve(call: &Call) -> Resolved {
    match call.name {
        "replace_string" => one(call),
        "replace_strings" => many(call),
        _ => translate(call),
    }
}

fn one(call: &Call) -> Resolved {
    let [_, _, _] = call.args else { return None };
    let parts = ToText::all(call.args)?;
    kernel(call, move |args: &[Arg], rows| {
        let read = |n: usize| parts[n].read(&args[n], rows);
        let (sources, lookups, replacements) = (read(0)?, read(1)?, read(2)?);
        Ok(strings(rows, |row, out| {
            let (text, lookup) = (sources.get(row), lookups.get(row));
            if lookup.is_empty() {
                out.push_str(&text);
                return;
            }
            let replacement = replacements.get(row);
            let mut from = 0;
            for (at, found) in text.match_indices(&*lookup) {
                out.push_str(text.get(from..at).unwrap_or(""));
                out.push_str(&replacement);
                from = at + found.len();
            }
            out.push_str(text.get(from..).unwrap_or(""));
        }))
    })
}

/// A stretch of the text: as it was, or replaced, and then out of reach of the lookups that follow.
enum Stretch {
    Open(String),
    Closed(String),
}

/// Each lookup in turn; what one has matched, another does not touch. A replacement that is no string leaves its match as it is.
fn replace_all(text: &str, lookups: &[DynValue], replacements: &[DynValue], out: &mut String) {
    let mut stretches = vec![Stretch::Open(text.to_owned())];
    for (lookup, replacement) in lookups.iter().zip(replacements) {
        let DynValue::String(lookup) = lookup else { continue };
        if lookup.is_empty() {
            continue;
        }
        let replacement = match replacement {
            DynValue::String(text) => text,
            _ => lookup,
        };
        let mut next = Vec::with_capacity(stretches.len());
        for stretch in stretches {
            match stretch {
                Stretch::Open(text) if text.contains(lookup.as_str()) => {
                    for (n, part) in text.split(lookup.as_str()).enumerate() {
                        if n > 0 {
                            next.push(Stretch::Closed(replacement.clone()));
                        }
                        if !part.is_empty() {
                            next.push(Stretch::Open(part.to_owned()));
                        }
                    }
                }
                other => next.push(other),
            }
        }
        stretches = next;
    }
    for stretch in stretches {
        let (Stretch::Open(text) | Stretch::Closed(text)) = stretch;
        out.push_str(&text);
    }
}

fn many(call: &Call) -> Resolved {
    let [source, lookups, replacements] = call.args else { return None };
    if lookups.kql_type != KqlType::Dynamic || replacements.kql_type != KqlType::Dynamic {
        return None;
    }
    let source = ToText::new(source)?;
    kernel(call, move |args: &[Arg], rows| {
        let (sources, lookups, replacements) = (source.read(&args[0], rows)?, texts(&args[1])?, texts(&args[2])?);
        let list = |text: &str| match DynValue::parse(text) {
            DynValue::Array(items) => items,
            _ => Vec::new(),
        };
        let constant = (lookups.is_constant() && replacements.is_constant()).then(|| (list(lookups.text(0)), list(replacements.text(0))));
        Ok(strings(rows, |row, out| match &constant {
            Some((from, to)) => replace_all(&sources.get(row), from, to, out),
            None => replace_all(&sources.get(row), &list(lookups.text(row)), &list(replacements.text(row)), out),
        }))
    })
}

/// `translate(search, replacement, text)`: character for character; the last replacement stands for all further ones, and without any
/// the character goes.
fn translate(call: &Call) -> Resolved {
    let [_, _, _] = call.args else { return None };
    let parts = ToText::all(call.args)?;
    kernel(call, move |args: &[Arg], rows| {
        let read = |n: usize| parts[n].read(&args[n], rows);
        let (searches, replacements, sources) = (read(0)?, read(1)?, read(2)?);
        let table = |row: usize| (searches.get(row).chars().collect::<Vec<_>>(), replacements.get(row).chars().collect::<Vec<_>>());
        if searches.is_constant() && replacements.is_constant() {
            let (search, replacement) = table(0);
            let changed = |text: &str| changes(text, &search);
            return Ok(sources.rewritten(rows, changed, |text, out| translated(text, &search, &replacement, out)));
        }
        Ok(strings(rows, |row, out| {
            let (search, replacement) = table(row);
            translated(&sources.get(row), &search, &replacement, out);
        }))
    })
}

fn translated(text: &str, search: &[char], replacement: &[char], out: &mut String) {
    for c in text.chars() {
        match search.iter().position(|s| *s == c) {
            Some(n) => out.extend(replacement.get(n).or(replacement.last())),
            None => out.push(c),
        }
    }
}

/// Whether one of the characters may stand in the text; an ASCII text has none beyond ASCII.
fn changes(text: &str, search: &[char]) -> bool {
    match search {
        [one] => text.contains(*one),
        _ => (!text.is_ascii() || search.iter().any(char::is_ascii)) && text.contains(search),
    }
}
