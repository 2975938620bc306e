//! A comparison of a column, and what it is made of.

use kql_syntax::ast::{BinaryOp, Dynamic, Expr, ExprKind, Literal};
use kql_syntax::span::Span;

/// How an atom compares, said without negation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compare {
    Equal,
    Has,
    Contains,
    Starts,
    Ends,
    Regex,
    /// `<`, `>`, `between`: of moments it is an end.
    Range,
    /// `ipv4_is_in_range` and its kin.
    Network,
}

/// One comparison of a column.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Atom {
    pub(super) column: String,
    pub(super) compare: Compare,
    /// The operator without negation, as KQL writes it.
    pub(super) operator: &'static str,
    /// The texts that are written; none where they come from elsewhere.
    pub(super) values: Vec<String>,
    /// The value as written.
    pub(super) value: Span,
    pub(super) span: Span,
}

pub(super) fn atom(column: &str, compare: Compare, operator: &'static str, values: Vec<String>, value: Span, span: Span) -> Atom {
    Atom { column: column.to_owned(), compare, operator, values, value, span }
}

pub(super) fn literal(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Literal(Literal::String(text)) => Some(text.clone()),
        _ => None,
    }
}

pub(super) fn strings(value: &Dynamic) -> Vec<String> {
    match value {
        Dynamic::Scalar(scalar) => match scalar.as_ref() {
            Literal::String(text) => vec![text.clone()],
            _ => Vec::new(),
        },
        Dynamic::Array(items) => items.iter().flat_map(strings).collect(),
        Dynamic::Null | Dynamic::Bag(_) => Vec::new(),
    }
}

/// A condition that is held against `true` or `false`, or told by `iff`, and whether that negates it: `(A == 'x') == false`.
pub(super) fn flag(expr: &Expr) -> Option<(&Expr, bool)> {
    match &expr.kind {
        ExprKind::Binary { op, left, right, .. } => {
            let equal = match op {
                BinaryOp::Equal => true,
                BinaryOp::NotEqual => false,
                _ => return None,
            };
            let (inner, word) = match (truth(left), truth(right)) {
                (None, Some(word)) => (left, word),
                (Some(word), None) => (right, word),
                _ => return None,
            };
            // A column that is a flag is no condition of ours.
            let condition =
                matches!(inner.kind, ExprKind::Parenthesized(_) | ExprKind::Call { .. } | ExprKind::Binary { .. } | ExprKind::In { .. });
            // What is asked of an address is null where there is none, so that a sound query holds it against `true`.
            let of_address = matches!(&inner.kind, ExprKind::Call { name, .. } if name.text.starts_with("ipv"));
            let negates = word != equal;
            (condition && (negates || !of_address)).then_some((inner, negates))
        }
        ExprKind::Call { name, args } if matches!(name.text.as_str(), "iff" | "iif") => match args.as_slice() {
            [condition, yes, no] => match (truth(&yes.value), truth(&no.value)) {
                (Some(true), Some(false)) => Some((&condition.value, false)),
                (Some(false), Some(true)) => Some((&condition.value, true)),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

fn truth(expr: &Expr) -> Option<bool> {
    match &expr.kind {
        ExprKind::Literal(Literal::Bool(word)) => Some(*word),
        ExprKind::Parenthesized(inner) => match &inner.kind {
            ExprKind::Literal(Literal::Bool(word)) => Some(*word),
            _ => None,
        },
        _ => None,
    }
}

/// The columns in an expression, through functions as `tolower` and `tostring`.
pub(super) fn columns(expr: &Expr) -> Vec<&str> {
    match &expr.kind {
        ExprKind::Name(name) | ExprKind::Member { name, .. } => vec![name.text.as_str()],
        ExprKind::Index { base, index } => literal_key(index).map_or_else(|| columns(base), |key| vec![key]),
        ExprKind::Parenthesized(inner) => columns(inner),
        ExprKind::Call { args, .. } => args.iter().flat_map(|arg| columns(&arg.value)).collect(),
        ExprKind::Binary { op: BinaryOp::Equal, left, .. } => columns(left),
        _ => Vec::new(),
    }
}

fn literal_key(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Literal(Literal::String(text)) => Some(text.as_str()),
        _ => None,
    }
}

/// How an operator compares, how it is written without negation, and whether it is without.
pub(super) fn comparison(op: BinaryOp) -> Option<(Compare, &'static str, bool)> {
    use BinaryOp as B;
    Some(match op {
        B::Equal => (Compare::Equal, "==", true),
        B::NotEqual => (Compare::Equal, "==", false),
        B::EqualTilde => (Compare::Equal, "=~", true),
        B::NotEqualTilde => (Compare::Equal, "=~", false),
        B::Has | B::HasCs | B::HasPrefix | B::HasPrefixCs | B::HasSuffix | B::HasSuffixCs => (Compare::Has, "has", true),
        B::NotHas | B::NotHasCs | B::NotHasPrefix | B::NotHasPrefixCs | B::NotHasSuffix | B::NotHasSuffixCs => (Compare::Has, "has", false),
        B::Contains | B::ContainsCs => (Compare::Contains, "contains", true),
        B::NotContains | B::NotContainsCs => (Compare::Contains, "contains", false),
        B::StartsWith | B::StartsWithCs => (Compare::Starts, "startswith", true),
        B::NotStartsWith | B::NotStartsWithCs => (Compare::Starts, "startswith", false),
        B::EndsWith | B::EndsWithCs => (Compare::Ends, "endswith", true),
        B::NotEndsWith | B::NotEndsWithCs => (Compare::Ends, "endswith", false),
        B::MatchesRegex => (Compare::Regex, "matches regex", true),
        B::Less | B::LessOrEqual | B::Greater | B::GreaterOrEqual => (Compare::Range, "<", true),
        _ => return None,
    })
}
