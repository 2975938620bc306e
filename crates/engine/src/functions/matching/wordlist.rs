//! `has_any`, `has_all`, `has_any_index`: a text and a list of needles.

use super::needle::{Needle, Place};
use super::terms::TermIndex;
use super::words::{test, try_test};
use crate::dynamic::DynValue;
use crate::functions::args::{error, kernel, numbers, texts};
use crate::functions::operand::{Built, Operand, ToText, constant_text};
use crate::functions::{Arg, ArgInfo, Call, FunctionError, Resolved};
use arrow::array::ArrayRef;
use arrow::datatypes::Int64Type;
use model::{KqlType, Value};
use std::sync::Arc;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Any,
    All,
    Index,
}

/// What a list comes to.
#[derive(Debug)]
enum Matcher {
    /// Every text.
    Always,
    One(Needle),
    Any(TermIndex),
    All(Vec<Needle>),
}

impl Matcher {
    /// A null needle is in every text; in `has_all` it drops out.
    fn new(which: Which, needles: Vec<Option<String>>) -> Result<Self, FunctionError> {
        if which == Which::All {
            let all: Vec<_> = needles.iter().flatten().map(|n| Needle::new(n, Place::Term, false)).collect();
            return Ok(if all.is_empty() { Self::Always } else { Self::All(all) });
        }
        if which == Which::Any && needles.iter().any(|n| n.as_ref().is_none_or(String::is_empty)) {
            return Ok(Self::Always);
        }
        let needles: Vec<String> = needles.into_iter().map(Option::unwrap_or_default).collect();
        if let ([one], Which::Any) = (needles.as_slice(), which) {
            return Ok(Self::One(Needle::new(one, Place::Term, false)));
        }
        TermIndex::new(&needles).map(Self::Any).ok_or_else(|| error("has_any", "the list is too large; make it shorter"))
    }

    fn is_in(&self, hay: &str) -> bool {
        match self {
            Self::Always => true,
            Self::One(needle) => needle.is_in(hay),
            Self::Any(index) => index.any(hay),
            Self::All(needles) => needles.iter().all(|n| n.is_in(hay)),
        }
    }

    fn first(&self, hay: &str) -> i64 {
        match self {
            Self::Any(index) => index.first(hay).map_or(-1, |n| n as i64),
            other => i64::from(other.is_in(hay)) - 1,
        }
    }
}

pub(super) fn resolve(call: &Call) -> Resolved {
    let which = match call.name {
        "has_any" => Which::Any,
        "has_all" => Which::All,
        _ => Which::Index,
    };
    let (operand, items) = call.args.split_first()?;
    let hay = ToText::new(operand)?;
    if items.iter().any(|i| !matches!(i.kql_type, KqlType::String | KqlType::Dynamic)) {
        return None;
    }
    if let Some(values) = constants(items) {
        let matcher = match Matcher::new(which, needles_of(&values)) {
            Ok(matcher) => Arc::new(matcher),
            Err(error) => return Some(Err(error)),
        };
        return kernel(call, move |args: &[Arg], rows| {
            let hays = hay.read(&args[0], rows)?;
            Ok(run(which, &hays, rows, &matcher))
        });
    }
    let dynamics: Vec<bool> = items.iter().map(|i| i.kql_type == KqlType::Dynamic).collect();
    let built = Built::default();
    kernel(call, move |args: &[Arg], rows| {
        let hays = hay.read(&args[0], rows)?;
        let lists = args.iter().skip(1).map(texts).collect::<Result<Vec<_>, _>>()?;
        let list_of = |row: usize| {
            let mut needles = Vec::new();
            for (cells, dynamic) in lists.iter().zip(&dynamics) {
                match cells.get(row) {
                    Some(text) if *dynamic => flatten(&DynValue::parse(text), &mut needles),
                    other => needles.push(other.map(str::to_owned)),
                }
            }
            needles
        };
        if lists.iter().all(|l| l.is_constant()) {
            let key: Vec<&str> = lists.iter().map(|l| l.text(0)).collect();
            let matcher = built.get(&key.join("\u{0}"), |_| Matcher::new(which, list_of(0)))?;
            return Ok(run(which, &hays, rows, &matcher));
        }
        if which == Which::Index {
            let mut out = Vec::with_capacity(rows);
            for row in 0..rows {
                out.push(Some(Matcher::new(which, list_of(row))?.first(&hays.get(row))));
            }
            return Ok(numbers::<Int64Type>(rows, |row| out[row]));
        }
        try_test(&hays, rows, |row, text| Ok(Matcher::new(which, list_of(row))?.is_in(text)))
    })
}

fn run(which: Which, hays: &Operand, rows: usize, matcher: &Matcher) -> ArrayRef {
    match which {
        Which::Index => numbers::<Int64Type>(rows, |row| Some(matcher.first(&hays.get(row)))),
        _ => test(hays, rows, false, |_, text| matcher.is_in(text)),
    }
}

/// The values, where all are known.
pub(super) fn constants(items: &[ArgInfo]) -> Option<Vec<&Value>> {
    items.iter().map(|i| i.constant.as_ref()).collect()
}

/// The items of a list of constants, dynamic arrays taken apart.
fn needles_of(values: &[&Value]) -> Vec<Option<String>> {
    let mut out = Vec::new();
    for value in values {
        match value {
            Value::Dynamic(text) => flatten(&DynValue::parse(text), &mut out),
            Value::Null(KqlType::Dynamic) => out.push(None),
            other => out.push(constant_text(other).map(|text| text.into_owned())),
        }
    }
    out
}

fn flatten(value: &DynValue, out: &mut Vec<Option<String>>) {
    match value {
        DynValue::Array(items) => out.extend(items.iter().map(|i| (!i.is_null()).then(|| i.to_kusto_string()))),
        DynValue::Null => out.push(None),
        other => out.push(Some(other.to_kusto_string())),
    }
}
