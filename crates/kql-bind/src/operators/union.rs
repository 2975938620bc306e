//! `union`: by name, with columns of one name and several types kept apart.

use super::{setting, setting_text};
use crate::binder::{Any, Bind, Binder};
use crate::checked::{Rel, RelKind, Scalar};
use crate::naming::{Namer, matches_wildcard};
use crate::scope::{Binding, Ctx, Env};
use kql_syntax::Span;
use kql_syntax::ast::{Expr, ExprKind, Name, Setting};
use model::{Column, KqlType, Schema, Value};
use std::sync::Arc;

/// One input: what `withsource` calls it, and its rows.
struct Leg {
    source: String,
    rel: Arc<Rel>,
}

impl Binder<'_> {
    pub(super) fn union(&mut self, env: &Env, first: Option<Arc<Rel>>, options: &[Setting], tables: &[Expr], span: Span) -> Bind<Arc<Rel>> {
        let flag = |name: &str| setting(options, name).and_then(setting_text);
        let fuzzy = match flag("isfuzzy").as_deref() {
            None | Some("false" | "0") => false,
            Some("true" | "1") => true,
            _ => return self.fail("KS005", span, "`isfuzzy` is true or false"),
        };
        let inner = match flag("kind").as_deref() {
            None | Some("outer") => false,
            Some("inner") => true,
            _ => return self.fail("KS005", span, "a union is of the kind outer or inner"),
        };
        let mut legs = Vec::new();
        let mut missing = None;
        if let Some(rel) = first {
            legs.push(Leg { source: self.source_name(&rel, 0), rel });
        }
        for table in tables {
            match self.legs(env, table, &mut legs) {
                Ok(()) => {}
                // A fuzzy union goes on without what is not there.
                Err(error) if fuzzy && matches!(error.code, "KS204" | "KS211" | "PH0203" | "PH0205") => {
                    self.warn("KS205", table.span, format!("left out of the union: {}", error.message));
                    missing = Some(error);
                }
                Err(error) => return Err(error),
            }
        }
        if legs.is_empty() {
            return Err(missing.unwrap_or_else(|| self.error("KS204", span, "this union has no tables")));
        }
        let with_source = setting(options, "withsource").or_else(|| setting(options, "with_source")).and_then(setting_text);
        self.united(legs, inner, with_source.as_deref(), span)
    }

    fn legs(&mut self, env: &Env, table: &Expr, legs: &mut Vec<Leg>) -> Bind<()> {
        let pattern = match &table.kind {
            ExprKind::Wildcard(name) => name.text.as_str(),
            ExprKind::Star => "*",
            _ => {
                let rel = self.table(Ctx::constant(env), table)?;
                let source = match &table.kind {
                    // A `let` is not a table's name, but that of a view is.
                    ExprKind::Name(name) if matches!(env.get(&name.text), Some(Binding::Function(f)) if f.view) => name.text.clone(),
                    ExprKind::Name(name) if env.get(&name.text).is_none() && matches!(rel.kind, RelKind::Scan { .. }) => name.text.clone(),
                    _ => self.source_name(&rel, legs.len()),
                };
                legs.push(Leg { source, rel });
                return Ok(());
            }
        };
        let mut found = false;
        let views: Vec<_> = env
            .iter()
            .filter_map(|(name, binding)| match binding {
                Binding::Function(f) if f.view && f.parameters.is_empty() && matches_wildcard(pattern, name) => {
                    Some((name.to_owned(), f.clone()))
                }
                _ => None,
            })
            .collect();
        for (name, view) in views.into_iter().rev() {
            if let Any::Table(rel) = self.call(Ctx::constant(env), &view, &[], table.span, None)? {
                legs.push(Leg { source: name, rel });
                found = true;
            }
        }
        for name in self.catalog.tables() {
            if matches_wildcard(pattern, &name)
                && let Some(rel) = self.catalog_table(&name, table.span)
            {
                legs.push(Leg { source: name.to_string(), rel });
                found = true;
            }
        }
        if !found {
            return Err(self.unknown_table(env, &Name { text: pattern.to_owned(), span: table.span }));
        }
        Ok(())
    }

    fn united(&mut self, legs: Vec<Leg>, inner: bool, with_source: Option<&str>, span: Span) -> Bind<Arc<Rel>> {
        // Names in order of first appearance, each with its types in theirs.
        let mut names: Vec<(Arc<str>, Vec<KqlType>, usize)> = Vec::new();
        for leg in &legs {
            for column in &leg.rel.schema.columns {
                match names.iter_mut().find(|(n, ..)| *n == column.name) {
                    Some((_, kinds, count)) => {
                        *count += 1;
                        if !kinds.contains(&column.kql_type) {
                            kinds.push(column.kql_type);
                        }
                    }
                    None => names.push((column.name.clone(), vec![column.kql_type], 1)),
                }
            }
        }
        if inner {
            names.retain(|(.., count)| *count == legs.len());
            if let Some((name, ..)) = names.iter().find(|(_, kinds, _)| kinds.len() > 1) {
                return self.fail(
                    "PH0201",
                    span,
                    format!("an inner union over the column `{name}`, which has several types, cannot be run yet"),
                );
            }
        }
        let mut namer = Namer::default();
        let mut schema = Schema::default();
        // The name and type that each output column takes its values from.
        let mut sources: Vec<(Arc<str>, KqlType)> = Vec::new();
        if let Some(name) = with_source {
            if names.iter().any(|(n, ..)| **n == *name) {
                return self.fail("KS171", span, format!("there is already a column named `{name}`"));
            }
            schema.columns.push(Column::new(namer.apart(name), KqlType::String));
        }
        for (name, kinds, _) in &names {
            for kind in kinds {
                let output = if kinds.len() == 1 { name.to_string() } else { format!("{name}_{kind}") };
                schema.columns.push(Column::new(namer.apart(&output), *kind));
                sources.push((name.clone(), *kind));
            }
        }
        let mut inputs = Vec::with_capacity(legs.len());
        for leg in legs {
            let place = self.span(leg.rel.span);
            let mut exprs = Vec::with_capacity(schema.columns.len());
            if with_source.is_some() {
                exprs.push(Scalar::literal(Value::String(leg.source), place));
            }
            for (name, kind) in &sources {
                let at = leg.rel.schema.columns.iter().position(|c| c.name == *name && c.kql_type == *kind);
                exprs.push(match at {
                    Some(i) => Scalar::column(i, *kind, place),
                    None => self.missing(*kind, span),
                });
            }
            let same = with_source.is_none() && leg.rel.schema == schema;
            inputs.push(if same { leg.rel } else { self.rel(RelKind::Project { input: leg.rel, exprs }, schema.clone(), span) });
        }
        if inputs.len() == 1 {
            return Ok(inputs.remove(0));
        }
        Ok(self.rel(RelKind::Union { inputs }, schema, span))
    }
}

impl Binder<'_> {
    /// What `withsource` calls an input: by what `as` calls it, a table by its name, anything else by its place.
    fn source_name(&self, rel: &Arc<Rel>, place: usize) -> String {
        if let Some((name, _)) = self.named.iter().rev().find(|(_, named)| Arc::ptr_eq(named, rel)) {
            return name.clone();
        }
        match &rel.kind {
            RelKind::Scan { table } => table.to_string(),
            RelKind::Filter { input, .. } | RelKind::Take { input, .. } | RelKind::Sort { input, .. } | RelKind::Serialize { input } => {
                self.source_name(input, place)
            }
            _ => format!("union_arg{place}"),
        }
    }
}
