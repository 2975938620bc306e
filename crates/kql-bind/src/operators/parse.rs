//! `parse`, `parse-where`, `parse-kv`: columns out of text.

use super::{setting, setting_text};
use crate::binder::{Bind, Binder};
use crate::checked::{KvPattern, ParseMode, ParsePart, ParsePattern, Rel, RelKind, Scalar};
use crate::coerce::convert;
use crate::scope::Env;
use kql_syntax::Span;
use kql_syntax::ast::{Expr, Name, PatternPart, Setting, TypeName};
use model::{Column, KqlType, Schema};
use std::sync::Arc;

impl Binder<'_> {
    #[expect(clippy::too_many_arguments, reason = "the parts of the operator as the tree has them")]
    pub(super) fn parse(
        &mut self,
        env: &Env,
        input: Arc<Rel>,
        only_matches: bool,
        options: &[Setting],
        operand: &Expr,
        pattern: &[PatternPart],
        span: Span,
    ) -> Bind<Arc<Rel>> {
        let flags = setting(options, "flags").and_then(setting_text).unwrap_or_default();
        let mode = match setting(options, "kind").map(|s| (setting_text(s), s.value.span)) {
            None => ParseMode::Simple,
            Some((text, at)) => match text.as_deref() {
                Some("simple") => ParseMode::Simple,
                Some("relaxed") => ParseMode::Relaxed,
                Some("regex") => ParseMode::Regex(flags),
                _ => return self.fail("KS005", at, "a pattern is of the kind simple, relaxed or regex"),
            },
        };
        let operand = self.text_operand(env, &input, operand)?;
        let mut schema = input.schema.clone();
        let (mut parts, mut outputs) = (Vec::with_capacity(pattern.len()), Vec::new());
        for (i, part) in pattern.iter().enumerate() {
            let next = pattern.get(i + 1);
            match part {
                PatternPart::Star(at) => {
                    if matches!(next, Some(PatternPart::Star(_) | PatternPart::Capture { .. })) {
                        return self.fail("KS102", *at, "a text must follow `*`");
                    }
                    parts.push(ParsePart::Star);
                }
                PatternPart::Text(text, _) => parts.push(ParsePart::Text(text.clone())),
                PatternPart::Capture { name, kind } => {
                    let kql_type = self.type_named(kind.as_ref())?;
                    // A typed column ends where its type does; a string before a `*` could end anywhere.
                    let open = matches!(next, Some(PatternPart::Capture { .. }))
                        || (kql_type == KqlType::String && matches!(next, Some(PatternPart::Star(_))));
                    if open {
                        return self.fail("KS101", name.span, "a text must follow a column");
                    }
                    let at = self.output(&mut schema, &outputs, name, kql_type)?;
                    outputs.push(at);
                    parts.push(ParsePart::Capture { name: name.text.clone(), kql_type });
                }
            }
        }
        let pattern = Arc::new(ParsePattern { mode, parts, only_matches });
        Ok(self.rel(RelKind::Parse { input, operand, pattern, outputs }, schema, span))
    }

    pub(super) fn parse_kv(
        &mut self,
        env: &Env,
        input: Arc<Rel>,
        operand: &Expr,
        columns: &[TypeName],
        options: &[Setting],
        span: Span,
    ) -> Bind<Arc<Rel>> {
        let operand = self.text_operand(env, &input, operand)?;
        let mut schema = input.schema.clone();
        let (mut keys, mut outputs) = (Vec::new(), Vec::new());
        for column in columns {
            let Some(name) = &column.name else {
                return self.fail("KS005", column.kind.span, "a key needs a name and a type");
            };
            let kind = self.type_named(Some(&column.kind))?;
            let at = self.output(&mut schema, &outputs, name, kind)?;
            outputs.push(at);
            keys.push((name.text.clone(), kind));
        }
        let text = |name: &str| setting(options, name).and_then(setting_text);
        let pattern = KvPattern {
            keys,
            pair_delimiter: text("pair_delimiter").unwrap_or_default(),
            kv_delimiter: text("kv_delimiter").unwrap_or_default(),
            quote: text("quote").map(quotes).unwrap_or_default(),
            escape: text("escape"),
            regex: text("regex"),
            greedy: text("greedy").as_deref() == Some("true"),
        };
        Ok(self.rel(RelKind::ParseKv { input, operand, pattern: Arc::new(pattern), outputs }, schema, span))
    }

    fn text_operand(&mut self, env: &Env, input: &Arc<Rel>, operand: &Expr) -> Bind<Scalar> {
        let value = self.over(env, input, |this, ctx| this.scalar(ctx, operand))?;
        Ok(convert(value, KqlType::String))
    }

    fn type_named(&self, kind: Option<&Name>) -> Bind<KqlType> {
        match kind {
            None => Ok(KqlType::String),
            Some(name) => match KqlType::from_name(&name.text) {
                Some(kind) => Ok(kind),
                None => self.fail("KS005", name.span, format!("there is no type named `{}`", name.text)),
            },
        }
    }

    /// Where a captured column goes: in place of one of its name, or behind all.
    fn output(&self, schema: &mut Schema, outputs: &[usize], name: &Name, kind: KqlType) -> Bind<usize> {
        match schema.index_of(&name.text) {
            Some(i) if outputs.contains(&i) => self.fail("KS171", name.span, format!("there is already a column named `{}`", name.text)),
            Some(i) => {
                schema.columns[i].kql_type = kind;
                Ok(i)
            }
            None => {
                schema.columns.push(Column::new(name.text.as_str(), kind));
                Ok(schema.columns.len() - 1)
            }
        }
    }
}

/// The quote characters: one for both ends, or an opening and a closing one.
fn quotes(text: String) -> Vec<String> {
    if text.chars().count() == 2 { text.chars().map(String::from).collect() } else { vec![text] }
}
