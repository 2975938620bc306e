//! Kernels as DataFusion's scalar functions.

use crate::error::{ARGUMENT, EngineError, NOT_BUILT};
use crate::functions::{self, Arg, ArgInfo, Call, Kernel};
use crate::value;
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{ColumnarValue, Expr, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};
use kql_syntax::Span;
use model::{KqlType, Value};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// One typed form with its constants.
#[derive(Debug)]
pub(crate) struct KernelUdf {
    name: String,
    args: Vec<ArgInfo>,
    /// Layout and whether nulls may come out.
    returns: (DataType, bool),
    /// For resolving again; `None` for a kernel of the engine's own.
    kql: Option<(String, KqlType)>,
    kernel: Arc<dyn Kernel>,
    signature: Signature,
    span: Option<Span>,
}

impl PartialEq for KernelUdf {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.returns == other.returns && self.args == other.args
    }
}

impl Eq for KernelUdf {}

impl Hash for KernelUdf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
        self.args.len().hash(state);
    }
}

/// Functions whose value is another one in each row.
pub(crate) fn is_volatile(name: &str) -> bool {
    matches!(name, "rand" | "new_guid" | "random")
}

/// A call of a KQL function, resolved.
pub(crate) fn call(name: &str, infos: Vec<ArgInfo>, returns: KqlType, args: Vec<Expr>, span: Span) -> Result<Expr, EngineError> {
    let kernel = resolve(name, &infos, returns, Some(span))?;
    Ok(build(
        KernelUdf {
            name: name.to_owned(),
            returns: (returns.arrow(), returns.nullable()),
            kql: Some((name.to_owned(), returns)),
            kernel,
            signature: signature(infos.len(), is_volatile(name)),
            args: infos,
            span: Some(span),
        },
        args,
    ))
}

/// Kernels with large constants, as matchers of lists: the same list stands in many places of many queries.
static LARGE: LazyLock<Mutex<BTreeMap<String, Arc<dyn Kernel>>>> = LazyLock::new(Mutex::default);
const LARGE_CONSTANT: usize = 256;
/// Kernels that are remembered; all are forgotten beyond that.
const MAX_LARGE: usize = 512;

/// What tells a kernel with a large constant apart; `None` for others.
fn large_key(name: &str, infos: &[ArgInfo], returns: KqlType) -> Option<String> {
    let large = infos.iter().any(|i| matches!(&i.constant, Some(Value::Dynamic(v) | Value::String(v)) if v.len() >= LARGE_CONSTANT));
    (large && !is_volatile(name)).then(|| {
        let mut key = format!("{name} {returns}");
        for info in infos {
            key.push(' ');
            key.push_str(info.kql_type.name());
            match &info.constant {
                Some(Value::Dynamic(v) | Value::String(v)) => {
                    let _ = write!(key, "={}:{v}", v.len());
                }
                Some(other) => {
                    let _ = write!(key, "={other:?}");
                }
                None => {}
            }
        }
        key
    })
}

/// The kernel of a typed form, or the refusal.
pub(crate) fn resolve(name: &str, infos: &[ArgInfo], returns: KqlType, span: Option<Span>) -> Result<Arc<dyn Kernel>, EngineError> {
    let key = large_key(name, infos, returns);
    if let Some(key) = &key
        && let Some(kernel) = LARGE.lock().unwrap_or_else(PoisonError::into_inner).get(key)
    {
        return Ok(Arc::clone(kernel));
    }
    match functions::resolve(&Call { name, args: infos, returns }) {
        Some(Ok(kernel)) => {
            if let Some(key) = key {
                let mut large = LARGE.lock().unwrap_or_else(PoisonError::into_inner);
                if large.len() >= MAX_LARGE {
                    large.clear();
                }
                large.insert(key, Arc::clone(&kernel));
            }
            Ok(kernel)
        }
        Some(Err(e)) => Err(EngineError { span, ..EngineError::new(ARGUMENT, e.to_string()) }),
        None => {
            let types: Vec<_> = infos.iter().map(|a| a.kql_type.name()).collect();
            let message = format!("`{name}({})` is not available in the local engine", types.join(", "));
            Err(EngineError { span, ..EngineError::new(NOT_BUILT, message) })
        }
    }
}

/// A call of a kernel of the engine's own. `name` must say all that tells it from others.
pub(crate) fn own(name: String, kernel: Arc<dyn Kernel>, returns: (DataType, bool), args: Vec<Expr>) -> Expr {
    let signature = signature(args.len(), false);
    build(KernelUdf { name, args: Vec::new(), returns, kql: None, kernel, signature, span: None }, args)
}

fn signature(args: usize, volatile: bool) -> Signature {
    let volatility = if volatile { Volatility::Volatile } else { Volatility::Immutable };
    if args == 0 { Signature::nullary(volatility) } else { Signature::user_defined(volatility) }
}

fn build(udf: KernelUdf, args: Vec<Expr>) -> Expr {
    Expr::ScalarFunction(ScalarFunction::new_udf(Arc::new(ScalarUDF::new_from_impl(udf)), args))
}

impl ScalarUDFImpl for KernelUdf {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, arg_types: &[DataType]) -> Result<Vec<DataType>> {
        Ok(arg_types.to_vec())
    }

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        Ok(self.returns.0.clone())
    }

    fn return_field_from_args(&self, _args: ReturnFieldArgs) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(&self.name, self.returns.0.clone(), self.returns.1)))
    }

    /// An argument that turned out to be constant makes another kernel of it.
    fn simplify(&self, args: Vec<Expr>, _info: &SimplifyContext) -> Result<ExprSimplifyResult> {
        let Some((name, returns)) = &self.kql else { return Ok(ExprSimplifyResult::Original(args)) };
        let mut infos = self.args.clone();
        let mut learned = false;
        for (info, arg) in infos.iter_mut().zip(&args) {
            if let (None, Expr::Literal(v, _)) = (&info.constant, arg)
                && let Some(constant) = value::from_scalar(v, info.kql_type)
            {
                info.constant = Some(constant);
                learned = true;
            }
        }
        if !learned {
            return Ok(ExprSimplifyResult::Original(args));
        }
        match functions::resolve(&Call { name, args: &infos, returns: *returns }) {
            Some(Ok(kernel)) => Ok(ExprSimplifyResult::Simplified(build(
                KernelUdf {
                    name: name.clone(),
                    args: infos,
                    returns: self.returns.clone(),
                    kql: self.kql.clone(),
                    kernel,
                    signature: self.signature.clone(),
                    span: self.span,
                },
                args,
            ))),
            _ => Ok(ExprSimplifyResult::Original(args)),
        }
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        let constant = !args.args.is_empty() && args.args.iter().all(|a| matches!(a, ColumnarValue::Scalar(_)));
        let converted = args
            .args
            .iter()
            .map(|a| match a {
                ColumnarValue::Array(array) => Ok(Arg::Column(Arc::clone(array))),
                ColumnarValue::Scalar(v) => v.to_array().map(Arg::Constant),
            })
            .collect::<Result<Vec<_>>>()?;
        let wanted = if constant && self.signature.volatility != Volatility::Volatile { 1 } else { rows };
        let out = self
            .kernel
            .call(&converted, wanted)
            .map_err(|e| EngineError { span: self.span, ..EngineError::new(ARGUMENT, e.to_string()) })?;
        if out.len() != wanted || *out.data_type() != self.returns.0 || (!self.returns.1 && out.null_count() > 0) {
            return exec_err!(
                "`{}` gave {} values of {} with {} nulls where {wanted} of {} were due",
                self.name,
                out.len(),
                out.data_type(),
                out.null_count(),
                self.returns.0
            );
        }
        if wanted == rows && !constant {
            return Ok(ColumnarValue::Array(out));
        }
        datafusion::common::ScalarValue::try_from_array(&out, 0).map(ColumnarValue::Scalar)
    }
}
