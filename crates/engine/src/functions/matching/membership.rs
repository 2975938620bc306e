//! `in`, `!in`, `in~`, `!in~`: an operand and a list, which is made into a set once.

use super::needle::{fold, folded};
use super::wordlist::constants;
use crate::dynamic::DynValue;
use crate::functions::args::{Cells, booleans, kernel, longs, reals, texts};
use crate::functions::operand::{Built, Column, Operand, ToText};
use crate::functions::{Arg, Call, FunctionError, Resolved};
use arrow::array::{ArrayRef, Float64Array, Int64Array, StringViewArray};
use model::{KqlType, ticks};
use rustc_hash::FxHashSet;

/// How operand and items are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    /// Without case.
    Folded,
    Guid,
    Bool,
    Integer,
    Real,
    DateTime,
    TimeSpan,
}

impl Kind {
    fn new(operand: KqlType, items: &[KqlType], folded: bool) -> Option<Self> {
        let real = operand == KqlType::Real || items.contains(&KqlType::Real);
        let kind = match operand {
            KqlType::String | KqlType::Dynamic if folded => Self::Folded,
            KqlType::String | KqlType::Dynamic => Self::Text,
            _ if folded => return None,
            KqlType::Guid => Self::Guid,
            KqlType::Bool => Self::Bool,
            KqlType::Int | KqlType::Long | KqlType::Real if real => Self::Real,
            KqlType::Int | KqlType::Long => Self::Integer,
            KqlType::DateTime => Self::DateTime,
            KqlType::TimeSpan => Self::TimeSpan,
            _ => return None,
        };
        let fits = |item: &KqlType| match (kind, item) {
            (_, KqlType::Dynamic) => true,
            (Self::Text | Self::Folded, KqlType::String) | (Self::Guid, KqlType::Guid | KqlType::String) | (Self::Bool, KqlType::Bool) => {
                true
            }
            (Self::Text, _) => operand == KqlType::Dynamic && *item != KqlType::Decimal,
            (Self::Integer, KqlType::Int | KqlType::Long) | (Self::Real, KqlType::Int | KqlType::Long | KqlType::Real) => true,
            (Self::DateTime, KqlType::DateTime) | (Self::TimeSpan, KqlType::TimeSpan) => true,
            _ => false,
        };
        items.iter().all(fits).then_some(kind)
    }
}

/// The items of a list.
#[derive(Debug, Default)]
struct Set {
    texts: FxHashSet<String>,
    integers: FxHashSet<i64>,
    /// Bits of reals; neither NaN nor -0.
    reals: FxHashSet<u64>,
    /// Whether a null is among the items.
    null: bool,
}

impl Set {
    /// Adds an item; false where it is of a type that is not compared with the operand's.
    fn insert(&mut self, kind: Kind, item: &DynValue) -> bool {
        match (kind, item) {
            (Kind::Text | Kind::Folded, DynValue::Null) => {
                self.texts.insert(String::new());
            }
            (_, DynValue::Null) => self.null = true,
            (Kind::Text, other) => {
                self.texts.insert(other.to_kusto_string());
            }
            (Kind::Folded, other) => {
                self.texts.insert(fold(&other.to_kusto_string()));
            }
            (Kind::Guid, DynValue::Guid(text) | DynValue::String(text)) => {
                self.texts.insert(text.to_ascii_lowercase());
            }
            (Kind::Bool, DynValue::Bool(b)) => {
                self.integers.insert(i64::from(*b));
            }
            (Kind::Integer, DynValue::Long(v)) | (Kind::DateTime, DynValue::DateTime(v)) | (Kind::TimeSpan, DynValue::TimeSpan(v)) => {
                self.integers.insert(*v);
            }
            (Kind::DateTime, DynValue::String(text)) => match ticks::parse_iso(text) {
                Some(t) => {
                    self.integers.insert(t);
                }
                None => return false,
            },
            (Kind::Integer, DynValue::Real(v)) => {
                if v.fract() == 0.0 {
                    self.integers.insert(*v as i64);
                }
            }
            (Kind::Real, DynValue::Long(_) | DynValue::Real(_)) => {
                if let Some(v) = item.as_real().filter(|v| !v.is_nan()) {
                    self.reals.insert((v + 0.0).to_bits());
                }
            }
            _ => return false,
        }
        true
    }

    /// Adds a list's items, or the one value.
    fn insert_all(&mut self, kind: Kind, list: &DynValue) -> bool {
        match list {
            DynValue::Array(items) => {
                // Those that fit are added whatever the others are.
                let misfits = items.iter().filter(|item| !self.insert(kind, item)).count();
                misfits == 0
            }
            other => self.insert(kind, other),
        }
    }
}

/// The operand's values.
enum Values {
    Text(Operand),
    Guid(Cells<StringViewArray>),
    Integer(Cells<Int64Array>),
    Real(Cells<Float64Array>),
}

impl Values {
    fn read(kind: Kind, text: &ToText, arg: &Arg, rows: usize) -> Result<Self, FunctionError> {
        Ok(match kind {
            Kind::Text | Kind::Folded => Self::Text(text.read(arg, rows)?),
            Kind::Guid => Self::Guid(texts(arg)?),
            Kind::Real => Self::Real(reals(arg)?),
            _ => Self::Integer(longs(arg)?),
        })
    }

    fn is_in(&self, kind: Kind, row: usize, set: &Set) -> Option<bool> {
        let found = match self {
            Self::Text(cells) if kind == Kind::Folded => return Some(set.texts.contains(&*folded(&cells.get(row)))),
            Self::Text(cells) => return Some(set.texts.contains(&*cells.get(row))),
            Self::Guid(cells) => cells.get(row).map(|g| set.texts.contains(g)),
            Self::Integer(cells) => cells.get(row).map(|v| set.integers.contains(&v)),
            Self::Real(cells) => cells.get(row).map(|v| set.reals.contains(&(v + 0.0).to_bits())),
        };
        // A null is in no list, and of a list with a null nobody knows.
        if found.is_none() && set.null { None } else { Some(found.unwrap_or(false)) }
    }
}

pub(super) fn resolve(call: &Call) -> Resolved {
    let negated = call.name.starts_with('!');
    let (operand, items) = call.args.split_first()?;
    let types: Vec<KqlType> = items.iter().map(|i| i.kql_type).collect();
    let kind = Kind::new(operand.kql_type, &types, call.name.ends_with('~'))?;
    let text = if matches!(kind, Kind::Text | Kind::Folded) { ToText::new(operand)? } else { ToText::Text };
    if let Some(values) = constants(items) {
        let mut set = Set::default();
        for value in values {
            if !set.insert_all(kind, &DynValue::from(value)) {
                return None;
            }
        }
        return kernel(call, move |args: &[Arg], rows| Ok(run(&Values::read(kind, &text, &args[0], rows)?, kind, negated, rows, |_| &set)));
    }
    let built: Built<Set> = Built::default();
    kernel(call, move |args: &[Arg], rows| {
        let values = Values::read(kind, &text, &args[0], rows)?;
        let items = args.get(1..).unwrap_or_default();
        if let ([Arg::Constant(list)], [KqlType::Dynamic]) = (items, types.as_slice()) {
            let list = texts(&Arg::Constant(list.clone()))?;
            let set = built.get(list.get(0).unwrap_or("null"), |text| {
                let mut set = Set::default();
                set.insert_all(kind, &DynValue::parse(text));
                Ok::<_, FunctionError>(set)
            })?;
            return Ok(run(&values, kind, negated, rows, |_| &set));
        }
        let columns = items.iter().zip(&types).map(|(arg, t)| Column::read(*t, arg)).collect::<Result<Vec<_>, _>>()?;
        let mut sets = Vec::with_capacity(rows);
        for row in 0..rows {
            let mut set = Set::default();
            for column in &columns {
                set.insert_all(kind, &column.get(row));
            }
            sets.push(set);
        }
        Ok(run(&values, kind, negated, rows, |row| &sets[row]))
    })
}

fn run<'a>(values: &Values, kind: Kind, negated: bool, rows: usize, set: impl Fn(usize) -> &'a Set) -> ArrayRef {
    booleans(rows, |row| values.is_in(kind, row, set(row)).map(|found| found != negated))
}
