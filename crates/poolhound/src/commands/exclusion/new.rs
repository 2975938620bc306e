//! `poolhound exclusion new`: templates of policies.

use crate::error::Error;
use crate::output;
use ::content::exclusions::{template, templates};
use model::exit;
use std::io::Write;

pub(super) fn run(name: Option<&str>) -> Result<u8, Error> {
    let mut out = output::open(None)?;
    match name {
        Some(name) => match template(name) {
            Some(text) => write!(out, "{text}")?,
            None => {
                let names: Vec<String> = templates().into_iter().map(|(name, _)| name).collect();
                return Err(Error::Usage(format!("there is no template `{name}`: one of {}", names.join(", "))));
            }
        },
        None => {
            for (name, text) in templates() {
                let title = text.lines().find_map(|line| line.strip_prefix("title:")).unwrap_or_default();
                writeln!(out, "{name:<34} {}", title.trim().trim_matches(['\'', '"']))?;
            }
        }
    }
    out.flush()?;
    Ok(exit::CLEAN)
}
