//! `make-series`.

use super::{Lowered, Lowerer};
use crate::error::{EngineError, Result};
use kql_bind::checked::{MakeSeries, Rel};

impl Lowerer<'_> {
    pub(super) fn make_series(&mut self, rel: &Rel, _series: &MakeSeries) -> Result<Lowered> {
        Err(EngineError::not_built("make-series", rel.span))
    }
}
