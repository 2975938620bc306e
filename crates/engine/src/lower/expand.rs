//! `mv-expand` and `mv-apply`.

use super::{Lowered, Lowerer, Need, named, nth, refs, scalar};
use crate::error::{EngineError, Result};
use crate::node;
use crate::ops::expand::Expand;
use crate::ops::window::{Window, WindowCall};
use crate::value;
use datafusion::logical_expr::Expr;
use kql_bind::checked::{MvExpand, Rel};
use kql_syntax::Span;
use model::KqlType;
use std::sync::Arc;

impl Lowerer<'_> {
    pub(super) fn mv_expand(&mut self, rel: &Rel, expand: &MvExpand, need: &Need) -> Result<Lowered> {
        let wanted = expand_need(expand, need);
        let lowered = self.lower(&expand.input, &wanted)?;
        if lowered.empty {
            return self.nothing(&rel.schema);
        }
        self.expanded(lowered, expand, &wanted, need, rel.span)
    }

    /// The expansion of rows at hand.
    fn expanded(&mut self, lowered: Lowered, expand: &MvExpand, wanted: &Need, need: &Need, span: Span) -> Result<Lowered> {
        let kept: Vec<usize> = wanted
            .iter()
            .copied()
            .filter(|n| *n < expand.input.schema.columns.len() && need.contains(n) && !expand.outputs.contains(n))
            .collect();
        let mut exprs: Vec<(String, Expr)> = kept.iter().map(|&n| (value::column_name(n), nth(n))).collect();
        let (mut sources, mut outputs) = (Vec::new(), Vec::new());
        for column in &expand.columns {
            let source = self.fresh("x");
            exprs.push((source.clone(), self.scalar(&column.expr)?));
            sources.push(source);
            outputs.push(self.fresh("e"));
        }
        let limit = match &expand.limit {
            Some(l) => self.count(l)?.unwrap_or(usize::MAX),
            None => usize::MAX,
        };
        let item_index = expand.item_index.map(|_| self.fresh("i"));
        let lowered = self.select(lowered, exprs)?;
        let operator = Expand {
            sources,
            outputs: outputs.clone(),
            item_index: item_index.clone(),
            limit,
            bag_as_array: expand.bag_as_array,
            keep_null: true,
        };
        let plan = node::apply(Arc::new(operator), lowered.plan)?;
        let lowered = Lowered { plan, ..lowered };
        let mut exprs: Vec<(String, Expr)> = kept.iter().map(|&n| (value::column_name(n), nth(n))).collect();
        for ((column, output), made) in expand.columns.iter().zip(&expand.outputs).zip(outputs) {
            exprs.push((value::column_name(*output), converted(named(made), column.to, span)?));
        }
        if let (Some(position), Some(made)) = (expand.item_index, item_index) {
            exprs.push((value::column_name(position), named(made)));
        }
        self.select(lowered, exprs)
    }

    /// The body runs over all expanded rows at once; the number of the row that each came from keeps them apart. What goes through from
    /// outside is hidden beside that number.
    pub(super) fn mv_apply(&mut self, rel: &Rel, expand: &MvExpand, body: &Arc<Rel>, outer: &[usize], need: &Need) -> Result<Lowered> {
        let input_all = super::all(&expand.input.schema);
        let lowered = self.lower(&expand.input, &input_all)?;
        if lowered.empty {
            return self.nothing(&rel.schema);
        }
        let level = self.applies.len();
        let id = format!("__apply{level}");
        let operator = Window {
            calls: vec![WindowCall { function: "row_number", args: Vec::new(), returns: KqlType::Long, output: id.clone() }],
            partition: Vec::new(),
        };
        let plan = node::apply(Arc::new(operator), lowered.plan)?;
        let mut exprs: Vec<(String, Expr)> = input_all.iter().map(|&n| (value::column_name(n), nth(n))).collect();
        exprs.push((id.clone(), named(&id)));
        let mut hidden = lowered.hidden.clone();
        hidden.push(id);
        let mut passed = Vec::new();
        for (position, &n) in outer.iter().enumerate().filter(|(p, _)| need.contains(p)) {
            let name = format!("__outer{level}_{n}");
            exprs.push((name.clone(), nth(n)));
            hidden.push(name.clone());
            passed.push((position, name));
        }
        let numbered = self.select(Lowered { plan, hidden: lowered.hidden.clone(), empty: false }, exprs)?;
        let numbered = Lowered { hidden, ..numbered };
        let mut everything: Need = input_all;
        everything.extend(&expand.outputs);
        everything.extend(&expand.item_index);
        let wanted = expand_need(expand, &everything);
        let rows = self.expanded(numbered, expand, &wanted, &everything, rel.span)?;
        self.applies.push(rows);
        let body_need: Need = need.iter().filter(|n| **n >= outer.len()).map(|n| n - outer.len()).collect();
        let done = self.lower(body, &body_need);
        self.applies.pop();
        let done = done?;
        if done.empty {
            return self.nothing(&rel.schema);
        }
        let mut exprs: Vec<(String, Expr)> =
            passed.into_iter().map(|(position, name)| (value::column_name(position), named(name))).collect();
        exprs.extend(body_need.iter().map(|&n| (value::column_name(n + outer.len()), nth(n))));
        let hidden = done.hidden.iter().filter(|h| lowered.hidden.contains(h)).cloned().collect();
        self.select(Lowered { hidden, ..done }, exprs)
    }

    pub(super) fn apply_input(&mut self, rel: &Rel) -> Result<Lowered> {
        self.applies.last().cloned().ok_or_else(|| EngineError::not_built("rows of mv-apply outside of it", rel.span))
    }
}

fn expand_need(expand: &MvExpand, need: &Need) -> Need {
    let width = expand.input.schema.columns.len();
    let mut wanted: Need = need.iter().copied().filter(|n| *n < width && !expand.outputs.contains(n)).collect();
    expand.columns.iter().for_each(|c| refs::columns(&c.expr, &mut wanted));
    wanted
}

/// An element as the type that `to typeof(…)` asks for.
pub(super) fn converted(element: Expr, to: KqlType, span: Span) -> Result<Expr> {
    match conversion(to) {
        None => Ok(element),
        Some(name) => scalar::call(name, &[KqlType::Dynamic], vec![element], to, span),
    }
}

/// The function that converts to a type; `None` for dynamic.
pub(super) fn conversion(to: KqlType) -> Option<&'static str> {
    Some(match to {
        KqlType::Bool => "tobool",
        KqlType::Int => "toint",
        KqlType::Long => "tolong",
        KqlType::Real => "todouble",
        KqlType::Decimal => "todecimal",
        KqlType::DateTime => "todatetime",
        KqlType::TimeSpan => "totimespan",
        KqlType::Guid => "toguid",
        KqlType::String => "tostring",
        KqlType::Dynamic => return None,
    })
}
