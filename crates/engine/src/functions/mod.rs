//! Kusto's functions and operators as kernels over Arrow arrays.
//!
//! A function is resolved once per query, with its argument types and its constants; what a constant allows to be built (a matcher, a regex,
//! a table) is built then, and [`Kernel::call`] does no such work. One file a function or a small family, under its category.

pub mod args;
pub mod conditional;
pub mod conversion;
pub mod datetime;
pub mod decimal;
pub mod dynamics;
pub mod format;
pub mod hashing;
pub mod matching;
pub mod math;
pub mod network;
mod operand;
pub mod operators;
pub mod parse;
pub mod strings;
#[cfg(test)]
mod testing;

pub use dynamics::path;

use arrow::array::ArrayRef;
use model::{KqlType, Value};
use std::fmt::Debug;
use std::sync::Arc;

/// What is known of an argument when a query is planned.
#[derive(Clone, Debug, PartialEq)]
pub struct ArgInfo {
    pub kql_type: KqlType,
    /// The argument's value where it is the same for all rows.
    pub constant: Option<Value>,
}

/// The form that is asked for: Kusto's name, the arguments, and the type that the binder gave the call.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    pub name: &'a str,
    pub args: &'a [ArgInfo],
    pub returns: KqlType,
}

/// An argument at run time. Layouts are those of [`KqlType::arrow`].
#[derive(Clone, Debug)]
pub enum Arg {
    /// As many values as the batch has rows.
    Column(ArrayRef),
    /// One value for all rows.
    Constant(ArrayRef),
}

/// A typed form, ready to run.
pub trait Kernel: Debug + Send + Sync {
    /// Returns `rows` values of the call's type. A string array has no nulls.
    fn call(&self, args: &[Arg], rows: usize) -> Result<ArrayRef, FunctionError>;
}

/// An argument that no data can make good (a regex that does not parse, a part that does not exist), or a limit that was hit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{function}: {reason}")]
pub struct FunctionError {
    pub function: String,
    pub reason: String,
}

/// `None`: not built. The caller refuses the query by the function's name.
pub type Resolved = Option<Result<Arc<dyn Kernel>, FunctionError>>;

/// The kernel of a typed form, by asking each category in turn.
pub fn resolve(call: &Call) -> Resolved {
    const CATEGORIES: [fn(&Call) -> Resolved; 11] = [
        operators::resolve,
        matching::resolve,
        conditional::resolve,
        conversion::resolve,
        decimal::resolve,
        strings::resolve,
        dynamics::resolve,
        datetime::resolve,
        math::resolve,
        network::resolve,
        hashing::resolve,
    ];
    CATEGORIES.iter().find_map(|category| category(call))
}
