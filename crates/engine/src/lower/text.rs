//! `parse`, `parse-kv` and plugins.

use super::{Lowered, Lowerer, Need, expand, named, nth, refs, scalar};
use crate::error::{ARGUMENT, EngineError, Result};
use crate::functions::parse;
use crate::ops::parse::{How, Parse};
use crate::{node, value};
use datafusion::logical_expr::Expr;
use kql_bind::checked::{KvPattern, ParsePart, ParsePattern, PathStep, Rel, Scalar, ScalarKind};
use model::KqlType;
use std::sync::Arc;

impl Lowerer<'_> {
    pub(super) fn parse(
        &mut self,
        rel: &Rel,
        input: &Rel,
        operand: &Scalar,
        pattern: &Arc<ParsePattern>,
        outputs: &[usize],
        need: &Need,
    ) -> Result<Lowered> {
        let parser = parse::compile(pattern).map_err(|e| EngineError::at(ARGUMENT, rel.span, e.to_string()))?;
        let types =
            pattern.parts.iter().filter_map(|p| if let ParsePart::Capture { kql_type, .. } = p { Some(*kql_type) } else { None }).collect();
        let how = How::Pattern { parser: Arc::new(parser), only_matches: pattern.only_matches };
        self.parsed(rel, input, operand, (how, format!("{pattern:?}"), types), outputs, need)
    }

    pub(super) fn parse_kv(
        &mut self,
        rel: &Rel,
        input: &Rel,
        operand: &Scalar,
        pattern: &Arc<KvPattern>,
        outputs: &[usize],
        need: &Need,
    ) -> Result<Lowered> {
        let parser = parse::compile_kv(pattern).map_err(|e| EngineError::at(ARGUMENT, rel.span, e.to_string()))?;
        let types = pattern.keys.iter().map(|(_, t)| *t).collect();
        self.parsed(rel, input, operand, (How::Pairs(Arc::new(parser)), format!("{pattern:?}"), types), outputs, need)
    }

    fn parsed(
        &mut self,
        rel: &Rel,
        input: &Rel,
        operand: &Scalar,
        (how, text, types): (How, String, Vec<KqlType>),
        outputs: &[usize],
        need: &Need,
    ) -> Result<Lowered> {
        let width = input.schema.columns.len();
        let kept: Need = need.iter().copied().filter(|n| *n < width && !outputs.contains(n)).collect();
        let mut wanted = kept.clone();
        refs::columns(operand, &mut wanted);
        let lowered = self.lower(input, &wanted)?;
        if lowered.empty {
            return self.nothing(&rel.schema);
        }
        let source = self.fresh("t");
        let mut operand_expr = self.scalar(operand)?;
        if operand.kql_type != KqlType::String {
            operand_expr = scalar::call("tostring", &[operand.kql_type], vec![operand_expr], KqlType::String, operand.span)?;
        }
        let mut exprs: Vec<(String, Expr)> = kept.iter().map(|&n| (value::column_name(n), nth(n))).collect();
        exprs.push((source.clone(), operand_expr));
        let lowered = self.select(lowered, exprs)?;
        let made: Vec<(String, KqlType)> = types.into_iter().map(|t| (self.fresh("p"), t)).collect();
        let operator = Parse { how, text, source, outputs: made.clone() };
        let plan = node::apply(Arc::new(operator), lowered.plan)?;
        let mut exprs: Vec<(String, Expr)> = kept.iter().map(|&n| (value::column_name(n), nth(n))).collect();
        exprs.extend(outputs.iter().zip(made).map(|(n, (name, _))| (value::column_name(*n), named(name))));
        self.select(Lowered { plan, ..lowered }, exprs)
    }

    /// `bag_unpack`: the declared columns, each from the bag's key of that name.
    pub(super) fn plugin(&mut self, rel: &Rel, name: &str, input: &Arc<Rel>, args: &[Scalar]) -> Result<Lowered> {
        let bag = match (name, args.first().map(|a| &a.kind)) {
            ("bag_unpack", Some(ScalarKind::Column(n))) => *n,
            _ => return Err(EngineError::not_built(&format!("evaluate {name}"), rel.span)),
        };
        let lowered = self.lower(input, &super::all(&input.schema))?;
        if lowered.empty {
            return self.nothing(&rel.schema);
        }
        let mut exprs = Vec::new();
        for (n, column) in rel.schema.columns.iter().enumerate() {
            let held = input.schema.index_of(&column.name).filter(|i| *i != bag && input.schema.columns[*i].kql_type == column.kql_type);
            let expr = match held {
                Some(i) => nth(i),
                None => {
                    let element = scalar::path(nth(bag), &[PathStep::Key(column.name.to_string())])?;
                    expand::converted(element, column.kql_type, rel.span)?
                }
            };
            exprs.push((value::column_name(n), expr));
        }
        self.select(lowered, exprs)
    }
}
