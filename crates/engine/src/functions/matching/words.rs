//! `has`, `contains`, `startswith`, `endswith`, `hasprefix`, `hassuffix`, with `_cs` and `!`: a text and one needle.

use super::needle::{Needle, Place};
use crate::functions::args::kernel;
use crate::functions::operand::{Built, Operand, ToText, constant_text};
use crate::functions::{Arg, Call, FunctionError, Resolved};
use arrow::array::{Array, ArrayRef, BooleanArray};
use arrow::buffer::BooleanBuffer;
use std::convert::Infallible;
use std::sync::Arc;

/// The parts of an operator's name: whether it is negated, where the needle must be, whether case matters.
fn parts(name: &str) -> Option<(bool, Place, bool)> {
    let (negated, name) = match name.strip_prefix('!') {
        Some(rest) => (true, rest),
        None => (false, name),
    };
    let (case_sensitive, name) = match name.strip_suffix("_cs") {
        Some(rest) => (true, rest),
        None => (false, name),
    };
    let place = match name {
        "has" => Place::Term,
        "hasprefix" => Place::TermPrefix,
        "hassuffix" => Place::TermSuffix,
        "contains" => Place::Anywhere,
        "startswith" => Place::Start,
        "endswith" => Place::End,
        _ => return None,
    };
    Some((negated, place, case_sensitive))
}

pub(super) fn resolve(call: &Call) -> Resolved {
    let (negated, place, case_sensitive) = parts(call.name)?;
    let [hay, needle] = call.args else { return None };
    let (hay, pattern) = (ToText::new(hay)?, ToText::new(needle)?);
    let known = needle.constant.as_ref().and_then(constant_text).map(|text| Arc::new(Needle::new(&text, place, case_sensitive)));
    let built = Built::default();
    kernel(call, move |args: &[Arg], rows| {
        let [left, right] = args else { return Ok(crate::functions::args::booleans(rows, |_| None)) };
        let hays = hay.read(left, rows)?;
        if let Some(needle) = &known {
            return Ok(test(&hays, rows, negated, |_, text| needle.is_in(text)));
        }
        let needles = pattern.read(right, rows)?;
        let build = |text: &str| Ok::<_, Infallible>(Needle::new(text, place, case_sensitive));
        if needles.is_constant() {
            let Ok(needle) = built.get(&needles.get(0), build);
            return Ok(test(&hays, rows, negated, |_, text| needle.is_in(text)));
        }
        Ok(test(&hays, rows, negated, |row, text| once(&needles.get(row), place, case_sensitive, text)))
    })
}

/// A needle that is looked for in one text only, so that preparing it would cost more than it saves.
fn once(needle: &str, place: Place, case_sensitive: bool, text: &str) -> bool {
    if text.is_empty() || needle.is_empty() {
        return needle.is_empty();
    }
    match place {
        Place::Anywhere if case_sensitive => is_within(text.as_bytes(), needle.as_bytes()),
        Place::Start if case_sensitive => text.starts_with(needle),
        Place::End if case_sensitive => text.ends_with(needle),
        _ => Needle::new(needle, place, case_sensitive).is_in(text),
    }
}

/// Short texts are looked through without any preparation.
fn is_within(text: &[u8], needle: &[u8]) -> bool {
    const SHORT: usize = 512;
    let Some(first) = needle.first() else { return true };
    if text.len() > SHORT {
        return memchr::memmem::find(text, needle).is_some();
    }
    memchr::memchr_iter(*first, text).any(|at| text.get(at..).is_some_and(|rest| rest.starts_with(needle)))
}

/// A Boolean a row, never null.
pub(super) fn test(hays: &Operand, rows: usize, negated: bool, matches: impl Fn(usize, &str) -> bool) -> ArrayRef {
    let bits = match hays.column() {
        Some(column) if column.null_count() == 0 => BooleanBuffer::collect_bool(rows, |row| matches(row, column.value(row)) != negated),
        _ => BooleanBuffer::collect_bool(rows, |row| matches(row, &hays.get(row)) != negated),
    };
    Arc::new(BooleanArray::new(bits, None))
}

/// As [`test`], for a test that can fail.
pub(super) fn try_test(
    hays: &Operand,
    rows: usize,
    matches: impl Fn(usize, &str) -> Result<bool, FunctionError>,
) -> Result<ArrayRef, FunctionError> {
    let bits: Vec<bool> = (0..rows).map(|row| matches(row, &hays.get(row))).collect::<Result<_, _>>()?;
    Ok(Arc::new(BooleanArray::from(bits)))
}
