//! What names mean at a place of the query.

use crate::checked::{Aggregate, Rel, Scalar};
use kql_syntax::ast::{Parameter, Script};
use model::Schema;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// What a `let` or a parameter stands for.
#[derive(Clone, Debug)]
pub(crate) enum Binding {
    /// An expression over the columns of the row scope `row`; 0 where it uses none. `size` counts its parts.
    Scalar {
        value: Scalar,
        row: usize,
        size: usize,
    },
    Table(Arc<Rel>),
    Function(Rc<UserFunction>),
}

/// A function that the query or the workspace defines.
#[derive(Debug)]
pub(crate) struct UserFunction {
    pub(crate) name: String,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Script,
    /// Where it was defined; names in its body are looked up there.
    pub(crate) env: Env,
    /// Its text is not the query's.
    pub(crate) stored: bool,
    pub(crate) view: bool,
}

/// Names in lexical scope, the innermost first. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Env(Option<Rc<Node>>);

#[derive(Debug)]
struct Node {
    name: String,
    binding: Binding,
    outer: Env,
}

impl Env {
    #[must_use]
    pub(crate) fn with(&self, name: &str, binding: Binding) -> Self {
        Self(Some(Rc::new(Node { name: name.to_owned(), binding, outer: self.clone() })))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Binding> {
        self.iter().find(|(n, _)| *n == name).map(|(_, b)| b)
    }

    /// From the innermost outwards.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Binding)> {
        std::iter::successors(self.0.as_deref(), |node| node.outer.0.as_deref()).map(|node| (node.name.as_str(), &node.binding))
    }
}

/// The columns at hand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'c> {
    pub(crate) schema: &'c Schema,
    /// Tells row scopes apart.
    pub(crate) id: usize,
    /// The input itself, for what depends on its order.
    pub(crate) input: &'c Rel,
}

/// Gathers the aggregates of a `summarize`.
#[derive(Debug)]
pub(crate) struct Collector<'c> {
    /// The rows that are aggregated.
    pub(crate) row: Row<'c>,
    /// Position of the first aggregate in the output: the number of keys.
    pub(crate) first: usize,
    /// The columns that are keys as they are, which `*` does not mean.
    pub(crate) keys: Vec<usize>,
    pub(crate) found: RefCell<Vec<Aggregate>>,
}

/// Where an expression stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ctx<'c> {
    pub(crate) env: &'c Env,
    /// `None` where no column may be named.
    pub(crate) row: Option<Row<'c>>,
    /// In a `summarize`, outside an aggregate's arguments; `row` is `None` there.
    pub(crate) aggregates: Option<&'c Collector<'c>>,
    /// The row scope for bindings that use columns.
    pub(crate) row_id: usize,
}

impl<'c> Ctx<'c> {
    pub(crate) fn constant(env: &'c Env) -> Self {
        Self { env, row: None, aggregates: None, row_id: 0 }
    }

    pub(crate) fn over(env: &'c Env, row: Row<'c>) -> Self {
        Self { env, row: Some(row), aggregates: None, row_id: row.id }
    }

    pub(crate) fn aggregating(env: &'c Env, collector: &'c Collector<'c>, id: usize) -> Self {
        Self { env, row: None, aggregates: Some(collector), row_id: id }
    }
}
