//! Columns that a query makes of conditions, by which it leaves rows out later: `extend known = …`, `case(…)`, `countif(…)`.

use super::atoms::{Compare, comparison, literal};
use kql_syntax::ast::{BinaryOp, Expr, ExprKind, Literal};
use std::collections::BTreeMap;

/// Columns by their names, with what they were made of.
#[derive(Clone, Debug, Default)]
pub(super) struct Computed<'a>(BTreeMap<&'a str, &'a Expr>);

/// What a comparison of such a column says.
pub(super) enum Told<'a> {
    /// The condition, and whether it is negated.
    Condition(&'a Expr, bool),
    /// Conditions with the word that each gives, the word that is looked for, and whether any other is.
    Words(Vec<(&'a Expr, String)>, &'a str, bool),
}

impl<'a> Computed<'a> {
    pub(super) fn add(&mut self, columns: &'a [Expr]) {
        for column in columns {
            if let ExprKind::Binary { op: BinaryOp::Assign, left, right, .. } = &column.kind
                && let ExprKind::Name(name) = &left.kind
            {
                self.0.insert(name.text.as_str(), right);
            }
        }
    }

    pub(super) fn told(&self, expr: &'a Expr) -> Option<Told<'a>> {
        match &expr.kind {
            ExprKind::Name(name) => self.condition(name.text.as_str()).map(|condition| Told::Condition(condition, false)),
            ExprKind::Binary { op, left, right, .. } => {
                let ExprKind::Name(name) = &left.kind else { return None };
                let made = *self.0.get(name.text.as_str())?;
                match (&right.kind, op) {
                    (ExprKind::Literal(Literal::Bool(word)), BinaryOp::Equal | BinaryOp::NotEqual) => {
                        Some(Told::Condition(self.condition(name.text.as_str())?, *word != (*op == BinaryOp::Equal)))
                    }
                    (ExprKind::Literal(Literal::String(word)), op) => {
                        let (compare, _, positive) = comparison(*op)?;
                        (compare == Compare::Equal).then_some(Told::Words(branches(made)?, word.as_str(), !positive))
                    }
                    (ExprKind::Literal(_), BinaryOp::Greater | BinaryOp::GreaterOrEqual) => Some(Told::Condition(counted(made)?, false)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// What a column of truth was made of; a column that is called as it was before is none.
    fn condition(&self, name: &str) -> Option<&'a Expr> {
        let made = *self.0.get(name)?;
        let conditional = match &made.kind {
            ExprKind::Binary { op, .. } => comparison(*op).is_some() || matches!(op, BinaryOp::And | BinaryOp::Or),
            ExprKind::In { .. } | ExprKind::Between { .. } | ExprKind::Parenthesized(_) => true,
            ExprKind::Call { name, .. } => name.text == "not" || name.text.starts_with("iif") || name.text.starts_with("iff"),
            _ => false,
        };
        conditional.then_some(made)
    }
}

/// The conditions of `case` and `iff`, each with its word. The last word has none.
fn branches(made: &Expr) -> Option<Vec<(&Expr, String)>> {
    let ExprKind::Call { name, args } = &made.kind else { return None };
    if !matches!(name.text.as_str(), "case" | "iff" | "iif") {
        return None;
    }
    args.chunks_exact(2).map(|pair| Some((&pair.first()?.value, literal(&pair.get(1)?.value)?))).collect()
}

/// The condition by which rows are counted: the last argument of `countif`, `dcountif`, `make_set_if` and their kin, but of the latter's size.
fn counted(made: &Expr) -> Option<&Expr> {
    let ExprKind::Call { name, args } = &made.kind else { return None };
    let at = match name.text.as_str() {
        "countif" => 0,
        "dcountif" | "sumif" | "count_distinctif" => 1,
        _ => return None,
    };
    args.get(at).map(|arg| &arg.value)
}
