//! `make_list`, `make_set`, `make_bag`.

use super::{Aggregator, Spec, grow};
use crate::dynamic::DynValue;
use crate::error::EngineError;
use crate::value;
use arrow::array::{ArrayRef, StringViewArray};
use model::{KqlType, Value};
use rustc_hash::FxHashSet;
use std::sync::Arc;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    List,
    ListWithNulls,
    Set,
    Bag,
}

#[derive(Debug, Default)]
struct State {
    items: Vec<DynValue>,
    seen: FxHashSet<String>,
    pairs: Vec<(String, DynValue)>,
}

#[derive(Debug)]
pub(crate) struct Collect {
    kind: Kind,
    of: KqlType,
    max: usize,
    states: Vec<State>,
    size: usize,
}

/// Kusto's own limit of elements.
const MAX_ITEMS: usize = 1_048_576;

impl Collect {
    pub(crate) fn new(spec: &Spec) -> Self {
        let kind = match spec.name {
            "make_set" => Kind::Set,
            "make_bag" => Kind::Bag,
            "make_list_with_nulls" => Kind::ListWithNulls,
            _ => Kind::List,
        };
        let max = match spec.args.get(1).and_then(|a| a.constant.as_ref()) {
            Some(Value::Long(n)) => usize::try_from(*n).unwrap_or(MAX_ITEMS),
            Some(Value::Int(n)) => usize::try_from(*n).unwrap_or(MAX_ITEMS),
            _ => MAX_ITEMS,
        };
        Self { kind, of: spec.args[0].kql_type, max: max.min(MAX_ITEMS), states: Vec::new(), size: 0 }
    }
}

impl Aggregator for Collect {
    fn update(&mut self, args: &[ArrayRef], groups: &[usize], total: usize) -> Result<(), EngineError> {
        grow(&mut self.states, total);
        for (row, &g) in groups.iter().enumerate() {
            let state = &mut self.states[g];
            let value = DynValue::from(&value::from_array(&args[0], self.of, row));
            // A list keeps the nulls among dynamics.
            let keeps = self.kind == Kind::ListWithNulls || (self.kind == Kind::List && self.of == KqlType::Dynamic);
            if value.is_null() && !keeps {
                continue;
            }
            // The elements of an array are taken one by one.
            match self.kind {
                Kind::List | Kind::ListWithNulls => {
                    let elements = match value {
                        DynValue::Array(items) => items,
                        one => vec![one],
                    };
                    for element in elements {
                        if state.items.len() < self.max {
                            self.size += 40;
                            state.items.push(element);
                        }
                    }
                }
                Kind::Set => {
                    let elements = match value {
                        DynValue::Array(items) => items,
                        one => vec![one],
                    };
                    for element in elements {
                        let key = element.encode();
                        if state.items.len() < self.max && !state.seen.contains(&key) {
                            self.size += 80 + 2 * key.len();
                            state.seen.insert(key);
                            state.items.push(element);
                        }
                    }
                }
                Kind::Bag => {
                    let DynValue::Bag(pairs) = value else { continue };
                    for (key, v) in pairs {
                        if state.pairs.len() < self.max && !state.seen.contains(&key) {
                            self.size += 80 + 2 * key.len();
                            state.seen.insert(key.clone());
                            state.pairs.push((key, v));
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn finish(&mut self, total: usize) -> Result<ArrayRef, EngineError> {
        grow(&mut self.states, total);
        self.size = 0;
        let states = std::mem::take(&mut self.states);
        let bag = self.kind == Kind::Bag;
        Ok(Arc::new(StringViewArray::from_iter_values(
            states.into_iter().map(|s| if bag { DynValue::Bag(s.pairs).encode() } else { DynValue::Array(s.items).encode() }),
        )))
    }

    fn size(&self) -> usize {
        self.size + self.states.capacity() * 96
    }
}
