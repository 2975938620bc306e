//! Why a query could not be run, on its way to a [`QueryError`].

use datafusion::error::DataFusionError;
use kql_syntax::Span;
use model::QueryError;

/// An error with a code and, where known, a place in the query's text.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct EngineError {
    /// `PH…`: see the constants.
    pub code: &'static str,
    pub message: String,
    pub span: Option<Span>,
    /// Whether the run was stopped by the user or the time limit.
    pub stopped: bool,
}

/// A function or operator that this engine does not have.
pub const NOT_BUILT: &str = "PH001";
/// Memory, rows or time ran out.
pub const LIMIT: &str = "PH002";
/// An argument that no data can make good.
pub const ARGUMENT: &str = "PH003";
/// The run was stopped.
pub const STOPPED: &str = "PH004";
/// A fault of the engine.
pub const INTERNAL: &str = "PH900";

pub type Result<T, E = EngineError> = std::result::Result<T, E>;

impl EngineError {
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), span: None, stopped: false }
    }

    pub fn at(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self { span: Some(span), ..Self::new(code, message) }
    }

    /// What the engine does not have, by name.
    pub fn not_built(what: &str, span: Span) -> Self {
        Self::at(NOT_BUILT, span, format!("`{what}` is not available in the local engine"))
    }

    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(INTERNAL, message)
    }

    pub fn limit(message: impl Into<String>) -> Self {
        Self::new(LIMIT, message)
    }

    pub fn stopped(message: impl Into<String>) -> Self {
        Self { stopped: true, ..Self::new(STOPPED, message) }
    }

    /// The place, where none is known yet.
    #[must_use]
    pub fn or_at(mut self, span: Span) -> Self {
        self.span.get_or_insert(span);
        self
    }

    /// In the terms of the query's text.
    pub fn to_query_error(&self, text: &str) -> QueryError {
        let (start, length) = self.span.map_or((0, 0), |span| span.utf16(text));
        QueryError { code: self.code.to_owned(), message: self.message.clone(), start, length }
    }
}

impl From<EngineError> for DataFusionError {
    fn from(error: EngineError) -> Self {
        Self::External(Box::new(error))
    }
}

impl From<DataFusionError> for EngineError {
    fn from(error: DataFusionError) -> Self {
        match error.find_root() {
            DataFusionError::External(inner) => match inner.downcast_ref::<Self>() {
                Some(own) => own.clone(),
                None => Self::internal(inner.to_string()),
            },
            DataFusionError::ResourcesExhausted(what) => Self::limit(format!("the memory limit was reached: {what}")),
            other => Self::internal(other.to_string()),
        }
    }
}

impl From<arrow::error::ArrowError> for EngineError {
    fn from(error: arrow::error::ArrowError) -> Self {
        Self::internal(error.to_string())
    }
}
