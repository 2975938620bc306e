//! One file a command. Each returns its exit code.

pub(crate) mod content;
pub(crate) mod exclusion;
pub(crate) mod hunt;
pub(crate) mod intel;
pub(crate) mod query;
pub(crate) mod tables;

use crate::cli::{Cli, LibraryArgs};
use crate::error::Error;
use crate::progress::complain;
use ::content::{ContentError, Externals, Library, LibraryCatalog};
use clap::CommandFactory;
use clap_complete::Shell;
use serde_json::{Map, Value};
use std::io::{self, Write};

pub(crate) fn completions(shell: Shell) -> Result<u8, Error> {
    clap_complete::generate(shell, &mut Cli::command(), "poolhound", &mut io::stdout());
    Ok(model::exit::CLEAN)
}

/// The content that the program carries. It is checked when the program is built.
fn embedded() -> Result<Library, Error> {
    Library::embedded().map_err(|errors| Error::Content(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))
}

/// Tells errors of content; whether there were any.
fn tell(errors: &[ContentError]) -> bool {
    errors.iter().for_each(|e| complain(&e.to_string()));
    !errors.is_empty()
}

/// The library with the user's watchlists, and the catalog over it; whether something was wrong with them.
fn catalog(library: &mut Library, args: &LibraryArgs) -> Result<(LibraryCatalog, bool), Error> {
    let mut faulty = false;
    for path in &args.watchlists {
        faulty |= tell(&library.add_watchlists(path));
    }
    let externals = match &args.externals {
        Some(manifest) => Externals::load(manifest).map_err(|e| Error::Content(e.to_string()))?,
        None => Externals::default(),
    };
    Ok((LibraryCatalog::new(library, externals), faulty))
}

/// An object for machines: `type` first.
fn object(kind: &str, fields: Value) -> Value {
    let mut object = Map::from_iter([("type".to_owned(), Value::from(kind))]);
    if let Value::Object(fields) = fields {
        object.extend(fields);
    }
    Value::Object(object)
}

/// One object a line, or all in one array.
fn write_objects(all: &[Value], lines: bool, out: &mut dyn Write) -> Result<(), Error> {
    if lines {
        for object in all {
            writeln!(out, "{object}")?;
        }
        return Ok(());
    }
    for (n, object) in all.iter().enumerate() {
        write!(out, "{}{object}", if n == 0 { "[\n" } else { ",\n" })?;
    }
    writeln!(out, "{}\n]", if all.is_empty() { "[" } else { "" })?;
    Ok(())
}
