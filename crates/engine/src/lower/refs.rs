//! What the checked form refers to.

use super::Need;
use crate::ops::window::is_window;
use crate::udf::is_volatile;
use kql_bind::checked::{MvExpand, Rel, RelKind, Scalar, ScalarKind};
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// Adds the input columns that a scalar reads.
pub(crate) fn columns(scalar: &Scalar, into: &mut Need) {
    match &scalar.kind {
        ScalarKind::Column(n) => {
            into.insert(*n);
        }
        ScalarKind::Call { args, .. } => args.iter().for_each(|a| columns(a, into)),
        ScalarKind::Path { base, .. } => columns(base, into),
        ScalarKind::Literal(_) | ScalarKind::Now | ScalarKind::ToScalar(_) | ScalarKind::List(_) => {}
    }
}

/// What a relation's rows rest on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rests {
    pub evidence: bool,
    pub now: bool,
    pub volatile: bool,
    pub apply: bool,
    /// Has operators that are worth computing once.
    pub costly: bool,
    /// Shared relations that were looked at: once is enough, and they may lie in each other many times over.
    seen: FxHashSet<usize>,
}

/// What a relation rests on; `offered` says whether a table has evidence.
pub(crate) fn rests(rel: &Rel, offered: &dyn Fn(&str) -> bool) -> Rests {
    let mut found = Rests::default();
    walk(rel, offered, &mut found, 0);
    found
}

fn walk(rel: &Rel, offered: &dyn Fn(&str) -> bool, found: &mut Rests, depth: usize) {
    if depth > super::MAX_DEPTH {
        found.volatile = true;
        return;
    }
    let mut s = |scalar: &Scalar| of_scalar(scalar, offered, found, depth + 1);
    let inputs: Vec<&Arc<Rel>> = match &rel.kind {
        RelKind::Scan { table } => {
            found.evidence |= offered(table);
            Vec::new()
        }
        RelKind::Table(_) | RelKind::Values { .. } | RelKind::Unit | RelKind::Empty => Vec::new(),
        RelKind::ApplyInput => {
            found.apply = true;
            Vec::new()
        }
        RelKind::Range { from, to, step } => {
            [from, to, step].into_iter().for_each(s);
            Vec::new()
        }
        RelKind::Filter { input, predicate } => {
            s(predicate);
            vec![input]
        }
        RelKind::Project { input, exprs } => {
            exprs.iter().for_each(s);
            vec![input]
        }
        RelKind::Aggregate { input, keys, aggregates } => {
            keys.iter().for_each(&mut s);
            aggregates.iter().flat_map(|a| &a.args).for_each(s);
            found.costly = true;
            vec![input]
        }
        RelKind::Sort { input, keys, limit } => {
            keys.iter().for_each(|k| s(&k.expr));
            limit.iter().for_each(s);
            found.costly = true;
            vec![input]
        }
        RelKind::Take { input, count } => {
            s(count);
            // Which rows are taken must be the same in all places.
            found.costly = true;
            vec![input]
        }
        RelKind::Distinct { input } | RelKind::Serialize { input } => {
            found.costly = true;
            vec![input]
        }
        RelKind::Shared { id, input } => {
            if found.seen.insert(*id) {
                vec![input]
            } else {
                Vec::new()
            }
        }
        RelKind::Join { left, right, on, .. } => {
            on.iter().for_each(|(l, r)| {
                s(l);
                s(r);
            });
            found.costly = true;
            vec![left, right]
        }
        RelKind::Union { inputs } => inputs.iter().collect(),
        RelKind::MvExpand(e) => {
            expand(e, &mut s);
            vec![&e.input]
        }
        RelKind::MvApply { expand: e, body, .. } => {
            expand(e, &mut s);
            found.costly = true;
            let outer = found.apply;
            walk(body, offered, found, depth + 1);
            // The body's own input is not one from outside.
            found.apply = outer;
            vec![&e.input]
        }
        RelKind::Parse { input, operand, .. } | RelKind::ParseKv { input, operand, .. } => {
            s(operand);
            vec![input]
        }
        RelKind::MakeSeries(m) => {
            m.aggregates.iter().for_each(|(a, d)| {
                a.args.iter().for_each(&mut s);
                d.iter().for_each(&mut s);
            });
            m.keys.iter().chain([&m.axis, &m.step]).chain(&m.from).chain(&m.to).for_each(s);
            found.costly = true;
            vec![&m.input]
        }
        RelKind::Plugin { input, args, .. } => {
            args.iter().for_each(s);
            found.costly = true;
            vec![input]
        }
    };
    for input in inputs {
        walk(input, offered, found, depth + 1);
    }
}

fn expand(e: &MvExpand, s: &mut dyn FnMut(&Scalar)) {
    e.columns.iter().for_each(|c| s(&c.expr));
    e.limit.iter().for_each(s);
}

fn of_scalar(scalar: &Scalar, offered: &dyn Fn(&str) -> bool, found: &mut Rests, depth: usize) {
    match &scalar.kind {
        ScalarKind::Literal(_) | ScalarKind::Column(_) => {}
        ScalarKind::Call { name, args } => {
            found.volatile |= is_volatile(name);
            found.costly |= is_window(name);
            args.iter().for_each(|a| of_scalar(a, offered, found, depth));
        }
        ScalarKind::Path { base, .. } => of_scalar(base, offered, found, depth),
        ScalarKind::Now => found.now = true,
        ScalarKind::ToScalar(rel) | ScalarKind::List(rel) => walk(rel, offered, found, depth),
    }
}

/// Whether a query asks for the run's now anywhere.
pub(crate) fn uses_now(rel: &Rel) -> bool {
    rests(rel, &|_| true).now
}

/// The tables that a query reads, by name.
pub(crate) fn tables(rel: &Rel) -> Vec<Arc<str>> {
    let names = std::cell::RefCell::new(std::collections::BTreeSet::new());
    rests(rel, &|t| {
        names.borrow_mut().insert(Arc::from(t));
        true
    });
    names.into_inner().into_iter().collect()
}
