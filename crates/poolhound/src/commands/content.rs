//! `poolhound content`: what the program carries.

use super::embedded;
use crate::cli::{ContentArgs, ContentCommand};
use crate::error::Error;
use crate::output;
use ::content::embedded_files;
use model::exit;
use std::fs;
use std::io::Write;
use std::path::Path;

pub(crate) fn run(args: &ContentArgs) -> Result<u8, Error> {
    match &args.command {
        ContentCommand::List => list()?,
        ContentCommand::Export { folder } => export(folder)?,
    }
    Ok(exit::CLEAN)
}

fn list() -> Result<(), Error> {
    let library = embedded()?;
    let mut out = output::open(None)?;
    for hunt in &library.hunts {
        writeln!(out, "{:<32} {:<14} {:<16} {}", hunt.id, hunt.severity.name(), hunt.evidence_class.name(), hunt.name)?;
    }
    out.flush()?;
    Ok(())
}

fn export(folder: &Path) -> Result<(), Error> {
    for (name, text) in embedded_files() {
        let path = folder.join(&name);
        let failed = |e: std::io::Error| Error::Usage(format!("cannot write {}: {e}", path.display()));
        if path.exists() {
            return Err(Error::Usage(format!("{} is there already; choose an empty folder", path.display())));
        }
        fs::create_dir_all(path.parent().unwrap_or(folder)).map_err(failed)?;
        fs::write(&path, text).map_err(failed)?;
    }
    Ok(())
}
