//! Columns of an answer by name, row by row over all batches.

use crate::entities::{number, text};
use arrow::array::{Array, ArrayRef, AsArray};
use model::Answer;
use serde_json::Value;

/// A number a row.
pub(super) fn numbers(answer: &Answer, name: &str) -> Vec<Option<i64>> {
    each(answer, name, number, || None)
}

/// A text a row; empty where there is none.
pub fn texts(answer: &Answer, name: &str) -> Vec<String> {
    each(answer, name, text, String::new)
}

/// Whether it is true, a row.
pub(super) fn flags(answer: &Answer, name: &str) -> Vec<bool> {
    let flag = |column: &ArrayRef, n: usize| column.as_boolean_opt().is_some_and(|flags| flags.is_valid(n) && flags.value(n));
    each(answer, name, flag, || false)
}

/// The texts of a dynamic array a row; `None` where there is no array.
pub(super) fn lists(answer: &Answer, name: &str) -> Vec<Option<Vec<String>>> {
    let list = |json: String| match serde_json::from_str(&json) {
        Ok(Value::Array(items)) => {
            Some(items.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), ToOwned::to_owned)).collect())
        }
        _ => None,
    };
    texts(answer, name).into_iter().map(list).collect()
}

fn each<T>(answer: &Answer, name: &str, get: impl Fn(&ArrayRef, usize) -> T, missing: impl Fn() -> T) -> Vec<T> {
    let at = answer.schema.index_of(name);
    let mut all = Vec::new();
    for batch in &answer.batches {
        let column = at.and_then(|n| batch.columns().get(n));
        all.extend((0..batch.num_rows()).map(|n| column.map_or_else(&missing, |c| get(c, n))));
    }
    all
}
