//! Operators that choose, drop, rename and reorder columns.

use crate::binder::{Bind, Binder};
use crate::checked::{Rel, RelKind, Scalar};
use crate::naming::matches_wildcard;
use crate::scope::{Ctx, Env};
use kql_syntax::Span;
use kql_syntax::ast::{BinaryOp, Expr, ExprKind, NameOrder, OrderedName};
use model::{Column, Schema};
use std::cmp::Ordering;
use std::sync::Arc;

impl Binder<'_> {
    pub(super) fn project_away(&mut self, env: &Env, input: Arc<Rel>, columns: &[Expr], span: Span) -> Bind<Arc<Rel>> {
        let gone = self.chosen(env, &input, columns)?;
        let kept: Vec<usize> = (0..input.schema.columns.len()).filter(|i| !gone.contains(i)).collect();
        Ok(self.pick(input, &kept, span))
    }

    pub(super) fn project_keep(&mut self, env: &Env, input: Arc<Rel>, columns: &[Expr], span: Span) -> Bind<Arc<Rel>> {
        let mut kept = self.chosen(env, &input, columns)?;
        kept.sort_unstable();
        kept.dedup();
        Ok(self.pick(input, &kept, span))
    }

    /// The columns that names and wildcards mean, in the order they are written.
    fn chosen(&mut self, env: &Env, input: &Rel, columns: &[Expr]) -> Bind<Vec<usize>> {
        let mut chosen = Vec::new();
        for expr in columns {
            match &expr.kind {
                ExprKind::Wildcard(pattern) => chosen.extend(fitting(&input.schema, &pattern.text)),
                ExprKind::Star => chosen.extend(0..input.schema.columns.len()),
                _ => chosen.push(self.over(env, input, |this, ctx: Ctx<'_>| this.column_of(ctx, expr))?),
            }
        }
        Ok(chosen)
    }

    /// The input with only these columns.
    pub(crate) fn pick(&mut self, input: Arc<Rel>, columns: &[usize], span: Span) -> Arc<Rel> {
        let names = columns.iter().map(|i| input.schema.columns[*i].clone()).collect();
        self.pick_as(input, columns, Schema::new(names), span)
    }

    /// The input with these columns under the names of `schema`.
    pub(crate) fn pick_as(&mut self, input: Arc<Rel>, columns: &[usize], schema: Schema, span: Span) -> Arc<Rel> {
        let place = self.span(span);
        let exprs = columns.iter().map(|i| Scalar::column(*i, input.schema.columns[*i].kql_type, place)).collect();
        self.rel(RelKind::Project { input, exprs }, schema, span)
    }

    pub(super) fn project_rename(&mut self, input: Arc<Rel>, columns: &[Expr], span: Span) -> Bind<Arc<Rel>> {
        let mut schema = input.schema.clone();
        let mut renamed = Vec::new();
        for expr in columns {
            let ExprKind::Binary { op: BinaryOp::Assign, left, right, .. } = &expr.kind else {
                return self.fail("KS109", expr.span, "`project-rename` needs `new = old`");
            };
            let ExprKind::Name(new) = &left.kind else {
                return self.fail("KS109", left.span, "a new name is expected here");
            };
            let old = self.over(&Env::default(), &input, |this, ctx| this.column_of(ctx, right))?;
            if renamed.contains(&old) {
                return self.fail("KS171", right.span, "this column is renamed twice");
            }
            renamed.push(old);
            if input.schema.index_of(&new.text).is_some_and(|i| i != old) {
                return self.fail("KS171", new.span, format!("there is already a column named `{}`", new.text));
            }
            schema.columns[old].name = new.text.as_str().into();
        }
        for (i, column) in schema.columns.iter().enumerate() {
            if schema.columns[..i].iter().any(|c| c.name == column.name) {
                return self.fail("KS171", span, format!("two columns would be named `{}`", column.name));
            }
        }
        let all: Vec<usize> = (0..schema.columns.len()).collect();
        Ok(self.pick_as(input, &all, schema, span))
    }

    pub(super) fn project_reorder(&mut self, input: Arc<Rel>, columns: &[OrderedName], span: Span) -> Bind<Arc<Rel>> {
        let mut order: Vec<usize> = Vec::new();
        for OrderedName { column, order: sorted } in columns {
            let found = match &column.kind {
                ExprKind::Wildcard(_) | ExprKind::Star => {
                    let pattern = if let ExprKind::Wildcard(name) = &column.kind { name.text.as_str() } else { "*" };
                    let mut found: Vec<usize> = fitting(&input.schema, pattern).filter(|i| !order.contains(i)).collect();
                    sort(&input.schema.columns, &mut found, *sorted);
                    found
                }
                _ => vec![self.over(&Env::default(), &input, |this, ctx| this.column_of(ctx, column))?],
            };
            for i in found {
                if !order.contains(&i) {
                    order.push(i);
                }
            }
        }
        let rest: Vec<usize> = (0..input.schema.columns.len()).filter(|i| !order.contains(i)).collect();
        order.extend(rest);
        Ok(self.pick(input, &order, span))
    }
}

fn fitting<'s>(schema: &'s Schema, pattern: &'s str) -> impl Iterator<Item = usize> + 's {
    schema.columns.iter().enumerate().filter(move |(_, c)| matches_wildcard(pattern, &c.name)).map(|(i, _)| i)
}

fn sort(columns: &[Column], found: &mut [usize], order: Option<NameOrder>) {
    let name = |i: &usize| &*columns[*i].name;
    match order {
        None => {}
        Some(NameOrder::Asc) => found.sort_by(|a, b| name(a).cmp(name(b))),
        Some(NameOrder::Desc) => found.sort_by(|a, b| name(b).cmp(name(a))),
        Some(NameOrder::GrannyAsc) => found.sort_by(|a, b| granny(name(a), name(b))),
        Some(NameOrder::GrannyDesc) => found.sort_by(|a, b| granny(name(b), name(a))),
    }
}

/// Text with numbers in it, the numbers by their value: `a2` before `a10`.
fn granny(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.chars().peekable(), b.chars().peekable());
    loop {
        match (a.peek().copied(), b.peek().copied()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let digits = |it: &mut std::iter::Peekable<std::str::Chars<'_>>| {
                    let mut text = String::new();
                    while let Some(d) = it.next_if(char::is_ascii_digit) {
                        text.push(d);
                    }
                    text.trim_start_matches('0').to_owned()
                };
                let (x, y) = (digits(&mut a), digits(&mut b));
                match x.len().cmp(&y.len()).then_with(|| x.cmp(&y)) {
                    Ordering::Equal => {}
                    other => return other,
                }
            }
            (Some(x), Some(y)) => {
                if x != y {
                    return x.cmp(&y);
                }
                a.next();
                b.next();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grannies_count() {
        assert_eq!(granny("a2", "a10"), Ordering::Less);
        assert_eq!(granny("a10b", "a10"), Ordering::Greater);
    }
}
