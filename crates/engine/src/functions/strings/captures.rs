//! `extract`, `extract_all`, `replace_regex`: what a regular expression captures.

use crate::dynamic::DynValue;
use crate::functions::args::{error, kernel, longs, nullable_texts, strings};
use crate::functions::matching::compile_regex;
use crate::functions::operand::{Built, ToText, constant_text};
use crate::functions::{Arg, ArgInfo, Call, FunctionError, Kernel, Resolved};
use model::{KqlType, Value};
use regex::Regex;
use std::sync::Arc;

pub(super) fn resolve(call: &Call) -> Resolved {
    match call.name {
        "extract" => extract(call),
        "extract_all" | "extractall" => extract_all(call),
        _ => replace(call),
    }
}

/// The compiled expression, where it is a constant.
fn constant_regex(call: &Call, info: &ArgInfo) -> Result<Option<Regex>, FunctionError> {
    info.constant.as_ref().and_then(constant_text).map(|pattern| compile_regex(call.name, &pattern)).transpose()
}

/// `extract(regex, group, text [, typeof(…)])`. What does not match is empty, or null of a type.
fn extract(call: &Call) -> Resolved {
    let [pattern, group, text, ..] = call.args else { return None };
    if !matches!(group.kql_type, KqlType::Int | KqlType::Long) {
        return None;
    }
    match constant_regex(call, pattern) {
        Err(error) => return Some(Err(error)),
        Ok(Some(regex)) => {
            let wanted = match &group.constant {
                Some(Value::Long(v)) => Some(*v),
                Some(Value::Int(v)) => Some(i64::from(*v)),
                _ => None,
            };
            if let Some(wanted) = wanted
                && !usize::try_from(wanted).is_ok_and(|n| n < regex.captures_len())
            {
                return Some(Err(error(
                    "extract",
                    format!("the regular expression has {} capture groups, and no group {wanted}", regex.captures_len() - 1),
                )));
            }
        }
        Ok(None) => {}
    }
    let convert: Option<Arc<dyn Kernel>> = match call.returns {
        KqlType::String => None,
        other => {
            let info = ArgInfo { kql_type: KqlType::String, constant: None };
            Some(super::super::resolve(&Call { name: conversion(other)?, args: &[info], returns: other })?.ok()?)
        }
    };
    let (pattern, text) = (ToText::new(pattern)?, ToText::new(text)?);
    let built: Built<Regex> = Built::default();
    kernel(call, move |args: &[Arg], rows| {
        let (patterns, groups, texts) = (pattern.read(&args[0], rows)?, longs(&args[1])?, text.read(&args[2], rows)?);
        let mut failed = None;
        let out = strings(rows, |row, out| match built.get(&patterns.get(row), |p| compile_regex("extract", p)) {
            Ok(regex) => {
                let text = texts.get(row);
                let group = groups.get(row).and_then(|g| usize::try_from(g).ok());
                let found = match group {
                    Some(0) => regex.find(&text).map(|m| m.range()),
                    Some(n) => regex.captures(&text).and_then(|c| c.get(n)).map(|m| m.range()),
                    None => None,
                };
                out.push_str(found.and_then(|range| text.get(range)).unwrap_or(""));
            }
            Err(error) => failed = Some(error),
        });
        if let Some(error) = failed {
            return Err(error);
        }
        match &convert {
            Some(kernel) => kernel.call(&[Arg::Column(out)], rows),
            None => Ok(out),
        }
    })
}

/// The conversion function to a type, from a string.
pub(crate) fn conversion(to: KqlType) -> Option<&'static str> {
    Some(match to {
        KqlType::Bool => "tobool",
        KqlType::Int => "toint",
        KqlType::Long => "tolong",
        KqlType::Real => "todouble",
        KqlType::Decimal => "todecimal",
        KqlType::DateTime => "todatetime",
        KqlType::TimeSpan => "totimespan",
        KqlType::Guid => "toguid",
        KqlType::Dynamic => "todynamic",
        KqlType::String => return None,
    })
}

/// A group of an expression, by number or name.
fn group_of(regex: &Regex, wanted: &DynValue) -> Option<usize> {
    match wanted {
        DynValue::Long(n) => usize::try_from(*n).ok().filter(|n| (1..regex.captures_len()).contains(n)),
        DynValue::String(name) => regex.capture_names().position(|n| n == Some(name)),
        _ => None,
    }
}

/// `extract_all(regex [, groups], text)`: an array of captures, or of arrays where there is more than one group; null for no match.
fn extract_all(call: &Call) -> Resolved {
    let (pattern, groups, text) = match call.args {
        [pattern, text] => (pattern, None, text),
        [pattern, groups, text] => (pattern, Some(groups), text),
        _ => return None,
    };
    let regex = match constant_regex(call, pattern) {
        Err(error) => return Some(Err(error)),
        Ok(regex) => regex?,
    };
    if regex.captures_len() < 2 {
        return Some(Err(error(
            "extract_all",
            "the regular expression has no capture group; put parentheses around what is to be extracted",
        )));
    }
    let wanted: Vec<usize> = match groups {
        None => (1..regex.captures_len()).collect(),
        Some(ArgInfo { constant: Some(Value::Dynamic(list)), .. }) => {
            let DynValue::Array(list) = DynValue::parse(list) else { return None };
            let groups = list.iter().map(|g| group_of(&regex, g)).collect::<Option<Vec<_>>>();
            match groups.filter(|g| !g.is_empty()) {
                Some(groups) => groups,
                None => return Some(Err(error("extract_all", "a capture group that is asked for is not in the regular expression"))),
            }
        }
        Some(_) => return None,
    };
    let text_at = call.args.len() - 1;
    let text = ToText::new(text)?;
    kernel(call, move |args: &[Arg], rows| {
        let texts = text.read(&args[text_at], rows)?;
        Ok(nullable_texts(rows, |row, out| {
            let text = texts.get(row);
            let mut found = Vec::new();
            for captures in regex.captures_iter(&text) {
                let capture = |n: &usize| DynValue::String(captures.get(*n).map_or("", |m| m.as_str()).to_owned());
                found.push(match wanted.as_slice() {
                    [one] => capture(one),
                    many => DynValue::Array(many.iter().map(capture).collect()),
                });
            }
            if found.is_empty() {
                return false;
            }
            out.push_str(&DynValue::Array(found).encode());
            true
        }))
    })
}

/// One piece of a replacement.
#[derive(Debug)]
enum Piece {
    Text(String),
    Group(usize),
}

/// A replacement with `\1` for groups, `\0` for the whole match, `\\` for a backslash.
fn pieces(text: &str) -> Vec<Piece> {
    let mut out = vec![];
    let mut plain = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        match chars.next() {
            Some(d @ '0'..='9') => {
                out.push(Piece::Text(std::mem::take(&mut plain)));
                out.push(Piece::Group(d as usize - '0' as usize));
            }
            Some('\\') => plain.push('\\'),
            Some(other) => {
                plain.push('\\');
                plain.push(other);
            }
            None => plain.push('\\'),
        }
    }
    out.push(Piece::Text(plain));
    out
}

fn replace(call: &Call) -> Resolved {
    // `replace` has the text last.
    let order = match (call.name, call.args.len()) {
        ("replace_regex", 3) => [0, 1, 2],
        ("replace", 3) => [2, 0, 1],
        _ => return None,
    };
    if let Err(error) = constant_regex(call, &call.args[order[1]]) {
        return Some(Err(error));
    }
    let texts = ToText::all(call.args)?;
    let built: Built<Regex> = Built::default();
    let name = call.name.to_owned();
    kernel(call, move |args: &[Arg], rows| {
        let read = |n: usize| texts[order[n]].read(&args[order[n]], rows);
        let (sources, patterns, replacements) = (read(0)?, read(1)?, read(2)?);
        let constant = replacements.is_constant().then(|| pieces(&replacements.get(0)));
        let mut failed = None;
        let out = strings(rows, |row, out| match built.get(&patterns.get(row), |p| compile_regex(&name, p)) {
            Ok(regex) => {
                let own;
                let pieces = match &constant {
                    Some(pieces) => pieces,
                    None => {
                        own = pieces(&replacements.get(row));
                        &own
                    }
                };
                rewrite(&regex, &sources.get(row), pieces, out);
            }
            Err(error) => failed = Some(error),
        });
        failed.map_or(Ok(out), Err)
    })
}

fn rewrite(regex: &Regex, text: &str, pieces: &[Piece], out: &mut String) {
    let mut from = 0;
    for captures in regex.captures_iter(text) {
        let Some(whole) = captures.get(0) else { continue };
        out.push_str(text.get(from..whole.start()).unwrap_or(""));
        for piece in pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Group(n) => out.push_str(captures.get(*n).map_or("", |m| m.as_str())),
            }
        }
        from = whole.end();
    }
    out.push_str(text.get(from..).unwrap_or(""));
}
