//! `externaldata`: a pinned local copy of what stands elsewhere.

use super::setting_text;
use crate::binder::{Bind, Binder};
use crate::checked::{Rel, RelKind};
use crate::scope::Ctx;
use kql_syntax::Span;
use kql_syntax::ast::{Expr, Setting, TypeName};
use std::sync::Arc;

impl Binder<'_> {
    pub(super) fn external_data(
        &mut self,
        ctx: Ctx<'_>,
        columns: &[TypeName],
        addresses: &[Expr],
        options: &[Setting],
        span: Span,
    ) -> Bind<Arc<Rel>> {
        let schema = self.schema(columns)?;
        let mut settings = Vec::with_capacity(options.len());
        for option in options {
            let Some(value) = setting_text(option) else {
                return self.fail("KS109", option.value.span, "a literal is expected here");
            };
            settings.push((option.name.text.clone(), value));
        }
        let mut inputs = Vec::with_capacity(addresses.len());
        for address in addresses {
            let url = self.constant_text(ctx, address)?;
            match self.catalog.external(&url, &schema, &settings) {
                Ok(table) => inputs.push(self.rel(RelKind::Table(Arc::new(table)), schema.clone(), span)),
                Err(why) => return self.fail("PH0207", address.span, format!("`{url}` cannot be read: {why}")),
            }
        }
        match inputs.len() {
            0 => self.fail("KS005", span, "`externaldata` needs an address"),
            1 => Ok(inputs.remove(0)),
            _ => Ok(self.rel(RelKind::Union { inputs }, schema, span)),
        }
    }
}
