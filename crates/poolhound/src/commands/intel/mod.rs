//! `poolhound intel`: lists of mining pools, others' and ours.

mod coverage;
mod import;
mod lint;

use super::{embedded, object, tell, write_objects};
use crate::cli::{IntelArgs, IntelCommand, IntelInput};
use crate::error::Error;
use crate::progress::complain;
use ::content::Watchlist;
use ::content::intel::{Gate, Listing, MAX_FILE, Place, Pools, read};
use serde_json::Value;
use std::fs::File;
use std::io::Read;
use std::path::Path;

pub(crate) fn run(args: &IntelArgs, quiet: bool) -> Result<u8, Error> {
    match &args.command {
        IntelCommand::Lint(args) => lint::run(args),
        IntelCommand::Coverage(args) => coverage::run(args),
        IntelCommand::Import(args) => import::run(args, quiet),
    }
}

/// Our list and what it is held against.
struct Intel {
    own: Watchlist,
    pools: Pools,
    gate: Gate,
    since: String,
    listings: Vec<Listing>,
    /// A file could not be opened, or a watchlist is wrong; each was told.
    faulty: bool,
}

impl Intel {
    fn load(input: &IntelInput) -> Result<Self, Error> {
        let mut library = embedded()?;
        let mut faulty = false;
        for path in &input.watchlists {
            faulty |= tell(&library.add_watchlists(path));
        }
        let find = |alias: &str| library.watchlists.iter().find(|w| w.alias.eq_ignore_ascii_case(alias));
        let own = find("MiningPools").cloned().ok_or_else(|| Error::Content("there is no watchlist MiningPools".to_owned()))?;
        let content = |e: ::content::ContentError| Error::Content(e.to_string());
        let mut gate = Gate::new(find("SharedZones"), find("SharedAddresses")).map_err(content)?;
        for path in &input.warninglist {
            let text = bytes(path).map_err(|reason| Error::Usage(format!("{}: {reason}", path.display())))?;
            gate.add_warninglist(&path.display().to_string(), &String::from_utf8_lossy(&text)).map_err(content)?;
        }
        let pools = Pools::new(&own);
        let since = input.in_use_since.clone().unwrap_or_else(|| pools.in_use_since());
        let mut listings = Vec::new();
        for path in &input.files {
            match bytes(path) {
                Ok(bytes) => listings.push(read(&path.display().to_string(), &bytes)),
                Err(reason) => {
                    complain(&format!("{}: {reason}", path.display()));
                    faulty = true;
                }
            }
        }
        Ok(Self { own, pools, gate, since, listings, faulty })
    }
}

/// The bytes of a file that is not too large. Only regular files: a pipe might never end.
fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let meta = std::fs::metadata(path).map_err(|e| e.to_string())?;
    if !meta.is_file() {
        return Err("not a file".to_owned());
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes)).map_err(|e| e.to_string())?;
    Ok(bytes)
}

/// Adds `line`, or `object` and `id`, to an object.
fn placed(mut object: Value, place: &Place) -> Value {
    if let Value::Object(fields) = &mut object {
        match place {
            Place::Line(line) => drop(fields.insert("line".to_owned(), Value::from(*line))),
            Place::Object(number, id) => {
                fields.insert("object".to_owned(), Value::from(*number));
                fields.insert("id".to_owned(), Value::from(id.as_str()));
            }
        }
    }
    object
}
