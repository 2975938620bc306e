//! Arithmetic, comparison and logical operators, and the tests for null and empty.

mod arithmetic;
mod comparison;
mod dynamic_comparison;
mod emptiness;
mod logic;
mod range;
#[cfg(test)]
mod tests;
pub mod text_equality;

use super::{Call, Resolved};

pub(crate) fn resolve(call: &Call) -> Resolved {
    match call.name {
        "+" | "-" | "*" | "/" | "%" => arithmetic::resolve(call),
        "==" | "!=" | "<" | "<=" | ">" | ">=" => comparison::resolve(call),
        "=~" | "!~" => text_equality::resolve(call),
        "and" | "or" | "not" => logic::resolve(call),
        "between" | "!between" => range::resolve(call),
        "around" => range::around(call),
        "isnull" | "isnotnull" | "notnull" | "isempty" | "isnotempty" | "notempty" => emptiness::resolve(call),
        _ => None,
    }
}
