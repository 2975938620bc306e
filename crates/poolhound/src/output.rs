//! Where results go, and whether in colour.

use crate::cli::Colour;
use crate::error::Error;
use report::style::Style;
use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write, stdout};
use std::path::Path;

/// The file, else the standard output.
pub(crate) fn open(path: Option<&Path>) -> Result<Box<dyn Write>, Error> {
    match path {
        None => Ok(Box::new(BufWriter::new(stdout()))),
        Some(path) => {
            let file = File::create(path).map_err(|e| Error::Usage(format!("cannot write {}: {e}", path.display())))?;
            Ok(Box::new(BufWriter::new(file)))
        }
    }
}

/// Colours on a terminal only, and never with NO_COLOR.
pub(crate) fn style(colour: Colour, path: Option<&Path>) -> Style {
    let terminal = path.is_none() && stdout().is_terminal();
    let wanted = match colour {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => terminal && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()),
    };
    let width = if terminal { console_width() } else { Style::PLAIN.width };
    Style { colour: wanted, width }
}

fn console_width() -> usize {
    let told = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    let columns = told.or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)));
    columns.unwrap_or(Style::PLAIN.width).clamp(60, 160)
}
