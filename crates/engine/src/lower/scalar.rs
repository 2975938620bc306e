//! Scalars.

use super::{Lowerer, address, nth, refs};
use crate::dynamic::{self, DynValue};
use crate::env::Phase;
use crate::error::{ARGUMENT, EngineError, INTERNAL, Result};
use crate::functions::{Arg, ArgInfo, FunctionError, Kernel};
use crate::ops::window::is_window;
use crate::{udf, value};
use arrow::array::{Array, ArrayRef, AsArray, StringViewBuilder};
use arrow::datatypes::{DataType, Field};
use datafusion::common::ScalarValue;
use datafusion::logical_expr::Expr;
use datafusion::logical_expr::expr::Placeholder;
use kql_bind::checked::{PathStep, Rel, Scalar, ScalarKind};
use kql_syntax::Span;
use model::{KqlType, Value};
use std::sync::Arc;

impl Lowerer<'_> {
    /// A scalar over the columns of its input.
    pub(crate) fn scalar(&mut self, scalar: &Scalar) -> Result<Expr> {
        self.depth += 1;
        if self.depth > super::MAX_DEPTH * 4 {
            return Err(EngineError::at(crate::error::LIMIT, scalar.span, "the expression nests too deep"));
        }
        let expr = self.scalar_kind(scalar).map_err(|e| e.or_at(scalar.span));
        self.depth -= 1;
        expr
    }

    fn scalar_kind(&mut self, scalar: &Scalar) -> Result<Expr> {
        match &scalar.kind {
            ScalarKind::Literal(v) => Ok(value::literal(v)),
            ScalarKind::Column(n) => Ok(nth(*n)),
            ScalarKind::Call { name, args } => {
                if is_window(name) {
                    return Err(EngineError::not_built(&format!("{name} in this place"), scalar.span));
                }
                let exprs = args.iter().map(|a| self.scalar(a)).collect::<Result<Vec<_>>>()?;
                let types: Vec<KqlType> = args.iter().map(|a| a.kql_type).collect();
                call(name, &types, exprs, scalar.kql_type, scalar.span)
            }
            ScalarKind::Path { base, steps } => {
                let base = self.scalar(base)?;
                path(base, steps)
            }
            ScalarKind::Now => Ok(match self.env.phase {
                Phase::Before => unknown(KqlType::DateTime),
                Phase::After { now, .. } => value::literal(&Value::DateTime(now)),
            }),
            ScalarKind::ToScalar(rel) => match self.scalar_of(rel)? {
                Some(v) => Ok(value::literal(&v)),
                None => Ok(unknown(scalar.kql_type)),
            },
            ScalarKind::List(rel) => match self.list_of(rel)? {
                Some(v) => Ok(value::literal(&v)),
                None => Ok(unknown(KqlType::Dynamic)),
            },
        }
    }

    /// A condition of which only truth counts: its conjunctions and disjunctions are the plan's own, so that they can be taken apart.
    pub(crate) fn condition(&mut self, scalar: &Scalar) -> Result<Expr> {
        if let ScalarKind::Call { name, args } = &scalar.kind {
            let combine: Option<fn(Expr, Expr) -> Expr> = match *name {
                "and" => Some(Expr::and),
                "or" => Some(Expr::or),
                _ => None,
            };
            if let Some(combine) = combine {
                self.depth += 1;
                if self.depth > super::MAX_DEPTH * 4 {
                    return Err(EngineError::at(crate::error::LIMIT, scalar.span, "the expression nests too deep"));
                }
                let parts = args.iter().map(|a| self.condition(a)).collect::<Result<Vec<_>>>()?;
                self.depth -= 1;
                return parts.into_iter().reduce(combine).ok_or_else(|| EngineError::internal("an operator without operands"));
            }
        }
        self.scalar(scalar)
    }

    /// The value of a scalar that has no columns; `None` while it waits for the end of the pass.
    pub(crate) fn constant(&mut self, scalar: &Scalar) -> Result<Option<Value>> {
        match self.scalar(scalar)? {
            Expr::Literal(v, _) => value::from_scalar(&v, scalar.kql_type).map(Some).ok_or_else(|| {
                EngineError::at(INTERNAL, scalar.span, format!("a constant of type {} is not {}", v.data_type(), scalar.kql_type))
            }),
            other if has_unknown(&other) => Ok(None),
            _ => Err(EngineError::at(ARGUMENT, scalar.span, "a constant is needed here")),
        }
    }

    /// A whole number that is not negative; `None` while unknown.
    pub(crate) fn count(&mut self, scalar: &Scalar) -> Result<Option<usize>> {
        let number = match self.constant(scalar)? {
            None => return Ok(None),
            Some(Value::Long(n)) => n,
            Some(Value::Int(n)) => i64::from(n),
            Some(Value::Real(n)) => n as i64,
            Some(_) => return Err(EngineError::at(ARGUMENT, scalar.span, "a whole number is needed here")),
        };
        usize::try_from(number).map(Some).map_err(|_| EngineError::at(ARGUMENT, scalar.span, "the number must not be negative"))
    }

    fn scalar_of(&mut self, rel: &Arc<Rel>) -> Result<Option<Value>> {
        if let Some(v) = self.computed.scalars.get(&address(rel)) {
            return Ok(Some(v.clone()));
        }
        let Some(rows) = self.compute(rel)? else { return Ok(None) };
        let kql_type = rel.schema.columns.first().map_or(KqlType::Dynamic, |c| c.kql_type);
        let first = rows.batches.iter().find(|b| b.num_rows() > 0 && b.num_columns() > 0);
        let found = match first {
            Some(batch) => value::from_array(batch.column(0), kql_type, 0),
            None if kql_type == KqlType::String => Value::String(String::new()),
            None => Value::Null(kql_type),
        };
        self.computed.scalars.insert(address(rel), found.clone());
        Ok(Some(found))
    }

    fn list_of(&mut self, rel: &Arc<Rel>) -> Result<Option<Value>> {
        if let Some(v) = self.computed.lists.get(&address(rel)) {
            return Ok(Some(v.clone()));
        }
        let Some(rows) = self.compute(rel)? else { return Ok(None) };
        let kql_type = rel.schema.columns.first().map_or(KqlType::Dynamic, |c| c.kql_type);
        let mut items = Vec::new();
        for batch in &rows.batches {
            for row in 0..batch.num_rows() {
                items.push(DynValue::from(&value::from_array(batch.column(0), kql_type, row)));
            }
        }
        let found = Value::Dynamic(DynValue::Array(items).encode());
        self.computed.lists.insert(address(rel), found.clone());
        Ok(Some(found))
    }

    /// The rows of a relation, now. Before the pass, `None` for what rests on evidence: its scans are then wanted too.
    pub(crate) fn compute(&mut self, rel: &Arc<Rel>) -> Result<Option<super::Rows>> {
        let rests = refs::rests(rel, &|t| self.env.offered(t));
        if rests.apply {
            return Err(EngineError::not_built("a subquery over the rows of mv-apply", rel.span));
        }
        if matches!(self.env.phase, Phase::Before) && (rests.evidence || rests.now) {
            self.compute_root(rel)?;
            return Ok(None);
        }
        let cacheable = !rests.evidence && !rests.now && !rests.volatile;
        if let Some(rows) = self.computed.constants.get(&address(rel)) {
            return Ok(Some(rows.clone()));
        }
        let plan = self.aside(|inner| inner.query(rel))?;
        let rows = super::Rows { batches: self.env.execute(&plan, Some(rel.schema.columns.len()))? };
        if cacheable {
            self.computed.constants.insert(address(rel), rows.clone());
        }
        Ok(Some(rows))
    }

    /// Before the pass: makes the scans of a relation wanted.
    pub(super) fn compute_root(&mut self, rel: &Arc<Rel>) -> Result<()> {
        if self.rooted.insert(address(rel)) {
            let plan = self.aside(|inner| inner.query(rel))?;
            self.roots.push(plan);
        }
        Ok(())
    }

    /// Lowers beside the query at hand: without lineage, outside of `mv-apply`.
    fn aside<T>(&mut self, f: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let lineage = std::mem::replace(&mut self.lineage, false);
        let done = self.outside(f);
        self.lineage = lineage;
        done
    }

    /// Lowers what stands in an `mv-apply` but does not look at its rows.
    pub(super) fn outside<T>(&mut self, f: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let applies = std::mem::take(&mut self.applies);
        let done = f(self);
        self.applies = applies;
        done
    }

    /// All columns of a relation that has no evidence, as rows at hand.
    pub(crate) fn constant_rows(&mut self, rel: &Arc<Rel>) -> Result<Option<super::Rows>> {
        let rests = refs::rests(rel, &|t| self.env.offered(t));
        let unknown = rests.now && matches!(self.env.phase, Phase::Before);
        if rests.evidence || rests.apply || rests.volatile || unknown {
            return Ok(None);
        }
        self.compute(rel)
    }
}

/// A value that is not known before the pass.
pub(crate) fn unknown(kql_type: KqlType) -> Expr {
    let field = Field::new("unknown", kql_type.arrow(), kql_type.nullable());
    Expr::Placeholder(Placeholder::new_with_field(format!("$unknown_{kql_type}"), Some(Arc::new(field))))
}

pub(crate) fn has_unknown(expr: &Expr) -> bool {
    use datafusion::common::tree_node::TreeNode;
    expr.exists(|e| Ok(matches!(e, Expr::Placeholder(_)))).unwrap_or(true)
}

/// Whether an argument waits: what holds an unknown is an unknown or a waiting call itself.
fn is_waiting(expr: &Expr) -> bool {
    match expr {
        Expr::Placeholder(_) => true,
        Expr::ScalarFunction(f) => {
            let name = f.func.name();
            name.starts_with(WAITING) || (name.starts_with("path ") && f.args.first().is_some_and(is_waiting))
        }
        _ => false,
    }
}

const WAITING: &str = "__waiting_";

/// A call over plan expressions; computed at once where all of them are constant.
pub(crate) fn call(name: &str, types: &[KqlType], exprs: Vec<Expr>, returns: KqlType, span: Span) -> Result<Expr> {
    let infos: Vec<ArgInfo> = types
        .iter()
        .zip(&exprs)
        .map(|(t, e)| ArgInfo {
            kql_type: *t,
            constant: match e {
                Expr::Literal(v, _) => value::from_scalar(v, *t),
                _ => None,
            },
        })
        .collect();
    if exprs.iter().any(is_waiting) {
        return waiting(name, &infos, returns, exprs, span);
    }
    let constants: Option<Vec<ScalarValue>> =
        exprs.iter().map(|e| if let Expr::Literal(v, _) = e { Some(v.clone()) } else { None }).collect();
    if let Some(constants) = constants.filter(|_| !udf::is_volatile(name)) {
        let kernel = udf::resolve(name, &infos, returns, Some(span))?;
        let args = constants.iter().map(|v| v.to_array().map(Arg::Constant)).collect::<Result<Vec<_>, _>>()?;
        let out = kernel.call(&args, 1).map_err(|e| EngineError::at(ARGUMENT, span, e.to_string()))?;
        if out.len() != 1 || *out.data_type() != returns.arrow() {
            return Err(EngineError::at(INTERNAL, span, format!("`{name}` gave {} values of {}", out.len(), out.data_type())));
        }
        return Ok(Expr::Literal(ScalarValue::try_from_array(&out, 0)?, None));
    }
    udf::call(name, infos, returns, exprs, span)
}

/// A call that waits for the end of the pass. What is not built is refused already now.
fn waiting(name: &str, infos: &[ArgInfo], returns: KqlType, exprs: Vec<Expr>, span: Span) -> Result<Expr> {
    match udf::resolve(name, infos, returns, Some(span)) {
        Err(e) if e.code == crate::error::NOT_BUILT => Err(e),
        _ => Ok(udf::own(format!("{WAITING}{name}"), Arc::new(Waiting), (returns.arrow(), returns.nullable()), exprs)),
    }
}

#[derive(Debug)]
struct Waiting;

impl Kernel for Waiting {
    fn call(&self, _args: &[Arg], _rows: usize) -> Result<ArrayRef, FunctionError> {
        Err(FunctionError { function: "a function".into(), reason: "was run before its arguments were known".into() })
    }
}

#[derive(Debug)]
struct Path {
    steps: Vec<PathStep>,
}

impl Kernel for Path {
    fn call(&self, args: &[Arg], _rows: usize) -> Result<ArrayRef, FunctionError> {
        let steps: Vec<dynamic::Step> = self
            .steps
            .iter()
            .map(|s| match s {
                PathStep::Key(key) => dynamic::Step::Key(key),
                PathStep::Index(index) => dynamic::Step::Index(*index),
            })
            .collect();
        let (Some(Arg::Column(cells)) | Some(Arg::Constant(cells))) = args.first() else {
            return Err(FunctionError { function: "[]".into(), reason: "nothing to take an element of".into() });
        };
        let cells = cells.as_string_view();
        let mut out = StringViewBuilder::with_capacity(cells.len());
        for row in 0..cells.len() {
            if cells.is_null(row) {
                out.append_null();
            } else {
                out.append_option(dynamic::path(cells.value(row), &steps));
            }
        }
        Ok(Arc::new(out.finish()))
    }
}

/// Constant steps into a dynamic.
pub(crate) fn path(base: Expr, steps: &[PathStep]) -> Result<Expr> {
    let kernel = Path { steps: steps.to_vec() };
    if let Expr::Literal(v, _) = &base {
        let out = kernel.call(&[Arg::Constant(v.to_array()?)], 1).map_err(|e| EngineError::new(ARGUMENT, e.to_string()))?;
        return Ok(Expr::Literal(ScalarValue::try_from_array(&out, 0)?, None));
    }
    Ok(udf::own(format!("path {steps:?}"), Arc::new(kernel), (DataType::Utf8View, true), vec![base]))
}
