//! `parse`, `parse-kv` and plugins.

use super::{Lowered, Lowerer, Need};
use crate::error::{EngineError, Result};
use kql_bind::checked::{KvPattern, ParsePattern, Rel, Scalar};
use std::sync::Arc;

impl Lowerer<'_> {
    pub(super) fn parse(&mut self, rel: &Rel, _input: &Rel, _operand: &Scalar, _pattern: &Arc<ParsePattern>, _outputs: &[usize], _need: &Need) -> Result<Lowered> {
        Err(EngineError::not_built("parse", rel.span))
    }

    pub(super) fn parse_kv(&mut self, rel: &Rel, _input: &Rel, _operand: &Scalar, _pattern: &Arc<KvPattern>, _outputs: &[usize], _need: &Need) -> Result<Lowered> {
        Err(EngineError::not_built("parse-kv", rel.span))
    }

    pub(super) fn plugin(&mut self, rel: &Rel, name: &str, _input: &Arc<Rel>, _args: &[Scalar]) -> Result<Lowered> {
        Err(EngineError::not_built(name, rel.span))
    }
}
