//! Names of columns: what an expression is called that was given no name, and how names are kept apart.

use crate::catalogue::{self, Naming};
use kql_syntax::ast::{Expr, ExprKind, Literal};
use model::Schema;
use std::collections::BTreeSet;

/// Stands in a name for a part that Kusto makes at random: the element of a computed index.
const RANDOM: char = '\u{1}';

/// Whether Kusto would make part of the name at random, so that nobody can rely on it.
pub(crate) fn is_random(name: &str) -> bool {
    name.contains(RANDOM)
}

/// The name that Kusto gives a column after its expression, if the expression has one.
pub(crate) fn name_of(expr: &Expr, row: Option<&Schema>) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name.text.clone()),
        ExprKind::Parenthesized(inner) => name_of(inner, row),
        ExprKind::Member { base, name } => Some(match name_of(base, row) {
            Some(base) => format!("{base}_{}", name.text),
            None => name.text.clone(),
        }),
        ExprKind::Index { base, index } => {
            let step = match &index.kind {
                ExprKind::Literal(Literal::String(text)) => text.clone(),
                ExprKind::Literal(Literal::Long(n)) => n.to_string(),
                _ => RANDOM.to_string(),
            };
            match name_of(base, row) {
                Some(base) => Some(format!("{base}_{step}")),
                None => Some(step).filter(|s| !s.is_empty()),
            }
        }
        ExprKind::Call { name, args } => {
            let entry = catalogue::aggregate(&name.text).or_else(|| catalogue::function(&name.text))?;
            let first = args.first().and_then(|a| name_of(&a.value, row));
            match entry.naming {
                Naming::None => None,
                Naming::First => first,
                Naming::Only => first.filter(|_| args.len() == 1),
                Naming::NameAndFirst => Some(format!("{}_{}", entry.name, first.unwrap_or_default())),
                Naming::PrefixAndFirst(prefix) => Some(format!("{prefix}_{}", first.unwrap_or_default())),
                Naming::PrefixAndBoth(prefix) => {
                    let second = args.get(1).and_then(|a| name_of(&a.value, row));
                    Some(format!("{prefix}_{}_{}", first.unwrap_or_default(), second.unwrap_or_default()))
                }
                Naming::Fixed(text) => Some(text.to_owned()),
                Naming::Column => match args.first().map(|a| &a.value.kind) {
                    Some(ExprKind::Literal(Literal::String(column))) if row.is_some_and(|r| r.index_of(column).is_some()) => {
                        Some(column.clone())
                    }
                    _ => None,
                },
            }
        }
        _ => None,
    }
}

/// Gives out the names of an operator's output columns.
#[derive(Debug, Default)]
pub(crate) struct Namer {
    used: BTreeSet<String>,
    /// Those that the query wrote itself.
    written: BTreeSet<String>,
    unnamed: usize,
}

impl Namer {
    /// A namer that knows the columns that are there already.
    pub(crate) fn over(schema: &Schema) -> Self {
        Self { used: schema.columns.iter().map(|c| c.name.to_string()).collect(), ..Self::default() }
    }

    /// A name as written; `None` where it was written before.
    pub(crate) fn written(&mut self, name: &str) -> Option<String> {
        if !self.written.insert(name.to_owned()) {
            return None;
        }
        Some(self.apart(name))
    }

    /// A name that came with the expression, made different from all others; or `Column1`, `Column2`, …
    pub(crate) fn derived(&mut self, name: Option<String>) -> String {
        match name {
            Some(name) => self.apart(&name),
            None => loop {
                self.unnamed += 1;
                let name = format!("Column{}", self.unnamed);
                if self.used.insert(name.clone()) {
                    return name;
                }
            },
        }
    }

    /// The name, or the name with the first free number behind it.
    pub(crate) fn apart(&mut self, name: &str) -> String {
        if self.used.insert(name.to_owned()) {
            return name.to_owned();
        }
        let mut n = 1usize;
        loop {
            let next = format!("{name}{n}");
            if self.used.insert(next.clone()) {
                return next;
            }
            n += 1;
        }
    }
}

/// Whether a name fits a pattern with `*` for anything.
pub(crate) fn matches_wildcard(pattern: &str, name: &str) -> bool {
    let parts: Vec<&str> = pattern.split('*').collect();
    let [first, middle @ .., last] = parts.as_slice() else { return pattern == name };
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    for part in middle {
        match rest.find(part).and_then(|at| rest.get(at + part.len()..)) {
            Some(tail) => rest = tail,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards() {
        for (pattern, name, want) in [
            ("a*", "abc", true),
            ("*_s", "x_s", true),
            ("a*c", "abc", true),
            ("a*c", "ac", true),
            ("a*b*c", "axbyc", true),
            ("a*", "ba", false),
            ("a", "a", true),
            ("ab*b", "ab", false),
        ] {
            assert_eq!(matches_wildcard(pattern, name), want, "{pattern} {name}");
        }
    }

    #[test]
    fn names_are_kept_apart() {
        let mut namer = Namer::default();
        assert_eq!(namer.apart("a"), "a");
        assert_eq!(namer.apart("a"), "a1");
        assert_eq!(namer.derived(None), "Column1");
        assert_eq!(namer.written("x").as_deref(), Some("x"));
        assert_eq!(namer.written("x"), None);
    }
}
