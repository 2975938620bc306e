//! What names mean in a workspace with a library's content: functions and watchlists of the library, pinned copies of external data.

use crate::{Externals, Library};
use model::{Catalog, NamedTable, Schema, StoredFunction, TableSchema, tables};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The built-in tables, and a library's functions and watchlists.
pub struct LibraryCatalog {
    functions: BTreeMap<Arc<str>, StoredFunction>,
    watchlists: BTreeMap<String, NamedTable>,
    externals: Externals,
}

impl LibraryCatalog {
    pub fn new(library: &Library, externals: Externals) -> Self {
        Self {
            functions: library.functions.iter().map(|f| (f.name.clone(), f.clone())).collect(),
            watchlists: library.watchlists.iter().map(|w| (w.alias.to_lowercase(), w.table())).collect(),
            externals,
        }
    }
}

impl Catalog for LibraryCatalog {
    fn table(&self, name: &str) -> Option<TableSchema> {
        tables::builtin(name).cloned()
    }

    fn tables(&self) -> Vec<Arc<str>> {
        tables::all().map(|t| t.name.clone()).collect()
    }

    fn function(&self, name: &str) -> Option<StoredFunction> {
        self.functions.get(name).cloned()
    }

    fn functions(&self) -> Vec<Arc<str>> {
        self.functions.keys().cloned().collect()
    }

    fn watchlist(&self, alias: &str) -> Option<NamedTable> {
        self.watchlists.get(&alias.to_lowercase()).cloned()
    }

    fn external(&self, url: &str, columns: &Schema, options: &[(String, String)]) -> Result<NamedTable, String> {
        self.externals.table(url, columns, options)
    }
}
