//! Columns that a query makes of conditions, by which it leaves rows out later: `extend known = …`, `case(…)`, `countif(…)`.

use super::atoms::{Compare, columns, comparison, literal};
use super::find::DEEPEST;
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
    Words(Vec<(&'a Expr, String)>, String, bool),
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

    /// A parameter, by what a function is called with.
    pub(super) fn bind(&mut self, name: &'a str, value: &'a Expr) {
        self.0.insert(name, value);
    }

    /// The column of the rows that a column is another name for, in another case or in part.
    pub(super) fn column(&self, name: &'a str) -> &'a str {
        let mut name = name;
        for _ in 0..DEEPEST {
            let Some(next) = self.0.get(name).and_then(|made| renamed(made)).filter(|next| *next != name) else { break };
            name = next;
        }
        name
    }

    pub(super) fn told(&self, expr: &'a Expr) -> Option<Told<'a>> {
        match &expr.kind {
            ExprKind::Name(name) => match self.condition(name.text.as_str()) {
                Some(condition) => Some(Told::Condition(condition, false)),
                None => self.words(self.0.get(name.text.as_str())?, "true".to_owned(), false),
            },
            ExprKind::Call { .. } => self.words(expr, "true".to_owned(), false),
            ExprKind::Binary { op, left, right, .. } => {
                let made = match &left.kind {
                    ExprKind::Name(name) => *self.0.get(name.text.as_str())?,
                    ExprKind::Parenthesized(inner) => inner,
                    _ => left,
                };
                match (&right.kind, op) {
                    (ExprKind::Literal(Literal::Bool(word)), BinaryOp::Equal | BinaryOp::NotEqual) if conditional(made) => {
                        Some(Told::Condition(made, *word != (*op == BinaryOp::Equal)))
                    }
                    (ExprKind::Literal(_), BinaryOp::Greater | BinaryOp::GreaterOrEqual) if counted(made).is_some() => {
                        Some(Told::Condition(counted(made)?, false))
                    }
                    (ExprKind::Literal(_), op) => {
                        let (compare, _, positive) = comparison(*op)?;
                        self.words(made, word(right).filter(|_| compare == Compare::Equal)?, !positive)
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn words(&self, made: &'a Expr, wanted: String, negates: bool) -> Option<Told<'a>> {
        Some(Told::Words(branches(made)?, wanted, negates))
    }

    /// What a column of truth was made of; a column that is called as it was before is none.
    fn condition(&self, name: &str) -> Option<&'a Expr> {
        self.0.get(name).copied().filter(|made| conditional(made))
    }
}

fn conditional(made: &Expr) -> bool {
    match &made.kind {
        ExprKind::Binary { op, .. } => comparison(*op).is_some() || matches!(op, BinaryOp::And | BinaryOp::Or),
        ExprKind::In { .. } | ExprKind::Between { .. } | ExprKind::Parenthesized(_) => true,
        ExprKind::Call { name, args } => {
            name.text == "not" || (matches!(name.text.as_str(), "iff" | "iif") && args.iter().skip(1).all(|arg| is_truth(&arg.value)))
        }
        _ => false,
    }
}

fn is_truth(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Literal(Literal::Bool(_)))
}

/// The column, where an expression is one, or a part or another case of one.
fn renamed(made: &Expr) -> Option<&str> {
    const SAME: [&str; 10] =
        ["tolower", "toupper", "tostring", "trim", "trim_start", "trim_end", "extract", "replace_string", "replace_regex", "coalesce"];
    match &made.kind {
        ExprKind::Name(_) | ExprKind::Member { .. } => columns(made).into_iter().next(),
        ExprKind::Parenthesized(inner) => renamed(inner),
        ExprKind::Call { name, .. } if SAME.contains(&name.text.as_str()) => columns(made).into_iter().next(),
        _ => None,
    }
}

/// The conditions of `case` and `iff`, each with its word, and of a condition that was made a number. The last word has none.
fn branches(made: &Expr) -> Option<Vec<(&Expr, String)>> {
    let ExprKind::Call { name, args } = &made.kind else { return None };
    match (name.text.as_str(), args.as_slice()) {
        ("case" | "iff" | "iif", args) => {
            args.chunks_exact(2).map(|pair| Some((&pair.first()?.value, word(&pair.get(1)?.value)?))).collect()
        }
        ("toint" | "tolong" | "int" | "long", [condition]) if conditional(&condition.value) => {
            Some(vec![(&condition.value, "1".to_owned())])
        }
        ("tobool" | "toboolean", [condition]) if conditional(&condition.value) => Some(vec![(&condition.value, "true".to_owned())]),
        _ => None,
    }
}

/// A literal as a word.
fn word(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Literal(Literal::Bool(truth)) => Some(truth.to_string()),
        ExprKind::Literal(Literal::Long(number)) => Some(number.to_string()),
        ExprKind::Literal(Literal::Int(number)) => Some(number.to_string()),
        ExprKind::Literal(Literal::Real(number)) => Some(number.to_string()),
        _ => literal(expr),
    }
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
