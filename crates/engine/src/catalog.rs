//! What names mean: the caller's catalog, the evidence, the built-in tables.

use model::{Catalog, NamedTable, Offer, Schema, StoredFunction, TableSchema, tables};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The caller's catalog with the tables that the evidence offers and those known by name.
pub struct Merged<'a> {
    inner: &'a dyn Catalog,
    offered: BTreeMap<Arc<str>, TableSchema>,
}

impl<'a> Merged<'a> {
    pub fn new(inner: &'a dyn Catalog, offer: &Offer) -> Self {
        Self { inner, offered: offer.tables.iter().map(|t| (Arc::clone(&t.name), t.clone())).collect() }
    }
}

impl Catalog for Merged<'_> {
    fn table(&self, name: &str) -> Option<TableSchema> {
        self.offered.get(name).cloned().or_else(|| self.inner.table(name)).or_else(|| tables::builtin(name).cloned())
    }

    fn tables(&self) -> Vec<Arc<str>> {
        let mut names: BTreeSet<Arc<str>> = self.inner.tables().into_iter().collect();
        names.extend(self.offered.keys().cloned());
        names.extend(tables::all().map(|t| Arc::clone(&t.name)));
        names.into_iter().collect()
    }

    fn function(&self, name: &str) -> Option<StoredFunction> {
        self.inner.function(name)
    }

    fn functions(&self) -> Vec<Arc<str>> {
        self.inner.functions()
    }

    fn watchlist(&self, alias: &str) -> Option<NamedTable> {
        self.inner.watchlist(alias)
    }

    fn external(&self, url: &str, columns: &Schema, options: &[(String, String)]) -> Result<NamedTable, String> {
        self.inner.external(url, columns, options)
    }
}

/// A catalog of nothing: only built-in tables and what the evidence offers have a meaning.
pub struct Nothing;

impl Catalog for Nothing {
    fn table(&self, _name: &str) -> Option<TableSchema> {
        None
    }

    fn tables(&self) -> Vec<Arc<str>> {
        Vec::new()
    }

    fn function(&self, _name: &str) -> Option<StoredFunction> {
        None
    }

    fn functions(&self) -> Vec<Arc<str>> {
        Vec::new()
    }

    fn watchlist(&self, _alias: &str) -> Option<NamedTable> {
        None
    }

    fn external(&self, url: &str, _columns: &Schema, _options: &[(String, String)]) -> Result<NamedTable, String> {
        Err(format!("there is no local copy of {url}"))
    }
}
