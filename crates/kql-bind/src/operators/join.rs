//! `join` and `lookup`.

use super::{setting, setting_text};
use crate::binder::{Bind, Binder};
use crate::checked::{JoinKind, Rel, RelKind, Scalar};
use crate::coerce::convert;
use crate::scope::{Ctx, Env};
use crate::types;
use kql_syntax::Span;
use kql_syntax::ast::{BinaryOp, Expr, ExprKind, Name, Setting};
use model::{Column, KqlType, Schema};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The columns of both sides that must be equal, by position.
type Keys = Vec<(usize, usize)>;

impl Binder<'_> {
    pub(super) fn join(&mut self, env: &Env, left: Arc<Rel>, options: &[Setting], right: &Expr, on: &[Expr], span: Span) -> Bind<Arc<Rel>> {
        let kind = match setting(options, "kind") {
            None => JoinKind::InnerUnique,
            Some(option) => match setting_text(option).as_deref() {
                Some("innerunique") => JoinKind::InnerUnique,
                Some("inner") => JoinKind::Inner,
                Some("leftouter") => JoinKind::LeftOuter,
                Some("rightouter") => JoinKind::RightOuter,
                Some("fullouter") => JoinKind::FullOuter,
                Some("leftsemi") => JoinKind::LeftSemi,
                Some("rightsemi") => JoinKind::RightSemi,
                Some("leftanti" | "leftantisemi" | "anti") => JoinKind::LeftAnti,
                Some("rightanti" | "rightantisemi") => JoinKind::RightAnti,
                _ => {
                    return self.fail(
                        "KS005",
                        option.value.span,
                        "a join is of the kind innerunique, inner, leftouter, rightouter, fullouter, leftsemi, rightsemi, leftanti or rightanti",
                    );
                }
            },
        };
        let right = self.table(Ctx::constant(env), right)?;
        let keys = self.join_keys(&left, &right, on, span)?;
        Ok(self.joined(left, right, kind, &keys, span))
    }

    pub(super) fn lookup(
        &mut self,
        env: &Env,
        left: Arc<Rel>,
        options: &[Setting],
        right: &Expr,
        on: &[Expr],
        span: Span,
    ) -> Bind<Arc<Rel>> {
        let kind = match setting(options, "kind").map(|o| (setting_text(o), o.value.span)) {
            None => JoinKind::LeftOuter,
            Some((text, span)) => match text.as_deref() {
                Some("leftouter") => JoinKind::LeftOuter,
                Some("inner") => JoinKind::Inner,
                _ => return self.fail("KS005", span, "a lookup is of the kind leftouter or inner"),
            },
        };
        let right = self.table(Ctx::constant(env), right)?;
        let keys = self.join_keys(&left, &right, on, span)?;
        let width = left.schema.columns.len();
        let gone: BTreeSet<usize> = keys.iter().map(|(_, r)| width + r).collect();
        // The key columns of the right side go; only what is left of it is renamed.
        let kept: Vec<Column> =
            right.schema.columns.iter().enumerate().filter(|(i, _)| !gone.contains(&(width + i))).map(|(_, c)| c.clone()).collect();
        let names = beside(&left.schema, &kept);
        let joined = self.joined(left, right, kind, &keys, span);
        let columns: Vec<usize> = (0..joined.schema.columns.len()).filter(|i| !gone.contains(i)).collect();
        let mut schema = Schema::new(joined.schema.columns.iter().take(width).cloned().collect());
        schema.columns.extend(names);
        Ok(self.pick_as(joined, &columns, schema, span))
    }

    fn joined(&mut self, left: Arc<Rel>, right: Arc<Rel>, kind: JoinKind, keys: &Keys, span: Span) -> Arc<Rel> {
        let place = self.span(span);
        let on = keys
            .iter()
            .map(|(l, r)| {
                let (a, b) = (left.schema.columns[*l].kql_type, right.schema.columns[*r].kql_type);
                let wide = types::wider(a, b).unwrap_or(a);
                (convert(Scalar::column(*l, a, place), wide), convert(Scalar::column(*r, b, place), wide))
            })
            .collect();
        let schema = match kind {
            JoinKind::LeftSemi | JoinKind::LeftAnti => left.schema.clone(),
            JoinKind::RightSemi | JoinKind::RightAnti => right.schema.clone(),
            _ => {
                let mut schema = left.schema.clone();
                schema.columns.extend(beside(&left.schema, &right.schema.columns));
                schema
            }
        };
        self.rel(RelKind::Join { left, right, kind, on }, schema, span)
    }

    fn join_keys(&mut self, left: &Rel, right: &Rel, on: &[Expr], span: Span) -> Bind<Keys> {
        if on.is_empty() {
            return self.fail("KS006", span, "this needs `on` and the columns that must be equal");
        }
        let mut keys = Vec::new();
        for condition in on {
            self.join_condition(left, right, condition, &mut keys)?;
        }
        Ok(keys)
    }

    fn join_condition(&mut self, left: &Rel, right: &Rel, condition: &Expr, keys: &mut Keys) -> Bind<()> {
        let (l, r) = match &condition.kind {
            ExprKind::Binary { op: BinaryOp::And, left: a, right: b, .. } => {
                self.join_condition(left, right, a, keys)?;
                return self.join_condition(left, right, b, keys);
            }
            ExprKind::Name(name) => (self.key(left, name, "left")?, self.key(right, name, "right")?),
            ExprKind::Binary { op: BinaryOp::Equal, left: a, right: b, .. } => match (side(a), side(b)) {
                (Some(("$left", a)), Some(("$right", b))) => (self.key(left, a, "left")?, self.key(right, b, "right")?),
                _ => return self.fail("KS183", condition.span, "a condition is written `$left.column == $right.column`"),
            },
            _ => {
                return self.fail(
                    "KS182",
                    condition.span,
                    "a condition is the name of a column of both sides, or `$left.column == $right.column`",
                );
            }
        };
        let (a, b) = (left.schema.columns[l].kql_type, right.schema.columns[r].kql_type);
        if a == KqlType::Dynamic || b == KqlType::Dynamic {
            return Err(Box::new(
                self.error("KS241", condition.span, "rows cannot be joined by a dynamic")
                    .with_help("say what it is: `extend key = tostring(…)`"),
            ));
        }
        if a != b && types::wider(a, b).is_none() {
            return self.fail(
                "KS242",
                condition.span,
                format!("the left column is {}, the right one {}", crate::types::named(a), crate::types::named(b)),
            );
        }
        keys.push((l, r));
        Ok(())
    }

    fn key(&self, side: &Rel, name: &Name, which: &str) -> Bind<usize> {
        match side.schema.index_of(&name.text) {
            Some(i) => Ok(i),
            None => {
                let error = self.error("KS142", name.span, format!("the {which} side has no column named `{}`", name.text));
                Err(match crate::suggest::nearest(&name.text, side.schema.columns.iter().map(|c| &*c.name)) {
                    Some(near) => Box::new(error.with_help(format!("did you mean `{near}`?"))),
                    None => error,
                })
            }
        }
    }
}

/// `$left.column`: the side and the column.
fn side(expr: &Expr) -> Option<(&str, &Name)> {
    match &expr.kind {
        ExprKind::Member { base, name } => match &base.kind {
            ExprKind::Name(side) => Some((side.text.as_str(), name)),
            _ => None,
        },
        ExprKind::Index { base, index } => match (&base.kind, &index.kind) {
            (ExprKind::Name(side), ExprKind::Name(name)) => Some((side.text.as_str(), name)),
            _ => None,
        },
        _ => None,
    }
}

/// Columns beside those of `left`: a name that is there already gets the first number that makes it new.
fn beside(left: &Schema, right: &[Column]) -> Vec<Column> {
    let mut used: BTreeSet<String> = left.columns.iter().chain(right).map(|c| c.name.to_string()).collect();
    let mut columns = Vec::with_capacity(right.len());
    for column in right {
        if left.index_of(&column.name).is_none() {
            columns.push(column.clone());
            continue;
        }
        let mut n = 1usize;
        let name = loop {
            let name = format!("{}{n}", column.name);
            if used.insert(name.clone()) {
                break name;
            }
            n += 1;
        };
        columns.push(Column::new(name, column.kql_type));
    }
    columns
}
