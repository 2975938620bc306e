//! Any text as a query over the workspace that the program carries: checked, or refused with a reason that points into the text.

// Words of: kql-bind/src kql-syntax/src/keywords.rs model/src
#![no_main]

use content::{Externals, Library, LibraryCatalog};
use kql_syntax::Level;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static CATALOG: LazyLock<LibraryCatalog> =
    LazyLock::new(|| LibraryCatalog::new(&Library::embedded().expect("our own content is sound"), Externals::default()));

fuzz_target!(|text: &str| {
    let diagnostics = match kql_bind::bind(text, &*CATALOG) {
        Ok(bound) => bound.warnings,
        Err(diagnostics) => {
            assert!(diagnostics.iter().any(|d| d.level == Level::Error));
            diagnostics
        }
    };
    for d in &diagnostics {
        assert!(text.get(d.span.start as usize..d.span.end as usize).is_some(), "{d:?}");
    }
});
