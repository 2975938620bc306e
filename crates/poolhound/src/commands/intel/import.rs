//! `poolhound intel import`: indicators to rows of the watchlist `MiningPools`.

use super::{Intel, object, placed, write_objects};
use crate::cli::{ImportFormat, IntelImportArgs};
use crate::error::Error;
use crate::local::clock;
use crate::output;
use crate::progress::complain;
use ::content::intel::{Import, ImportOptions, import};
use model::{exit, ticks};
use report::{safe, table};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::Write;

/// Entries left out for one reason that are named on the terminal; `--format jsonl` has all.
const MAX_LISTED: usize = 20;

pub(super) fn run(args: &IntelImportArgs, quiet: bool) -> Result<u8, Error> {
    if args.input.files.is_empty() {
        return Err(Error::Usage("import needs indicators: poolhound intel import FILE... (see poolhound intel import --help)".to_owned()));
    }
    let intel = Intel::load(&args.input)?;
    let now = ticks::iso(args.now.unwrap_or_else(clock));
    let options = ImportOptions { today: now.get(..10).unwrap_or_default().to_owned(), any_threat: args.any_threat };
    let found = import(&intel.listings, &intel.pools, &intel.gate, &options);
    let rows = if args.alone { found.rows.clone() } else { found.merged(&intel.own) };
    let mut out = output::open(args.output.as_deref())?;
    match args.format {
        ImportFormat::Csv => {
            let header: Vec<String> = Import::columns().iter().map(|c| (*c).to_owned()).collect();
            table::csv(&header, &|| Box::new(rows.clone().into_iter()), &mut *out)?;
        }
        ImportFormat::Json | ImportFormat::Jsonl => write_objects(&objects(&found), args.format == ImportFormat::Jsonl, &mut *out)?,
    }
    out.flush()?;
    if !quiet {
        tell(&found, args);
    }
    Ok(if intel.faulty {
        exit::USAGE
    } else if found.unreadable > 0 {
        exit::INCOMPLETE
    } else {
        exit::CLEAN
    })
}

/// What was left out, to the standard error.
fn tell(found: &Import, args: &IntelImportArgs) {
    let mut by_reason: BTreeMap<&str, u64> = BTreeMap::new();
    for left in &found.left_out {
        let count = by_reason.entry(left.why.name()).or_default();
        *count += 1;
        if *count <= MAX_LISTED as u64 {
            let text = if left.text.is_empty() { String::new() } else { format!(" {}:", safe(&left.text)) };
            complain(&format!(
                "left out: {}: {}:{text} {} [{}]",
                safe(&left.file),
                safe(&left.place.to_string()),
                safe(&left.reason),
                left.why.name()
            ));
        }
    }
    for (reason, count) in by_reason.iter().filter(|(_, count)| **count > MAX_LISTED as u64) {
        complain(&format!("… {} more left out as {reason} (--format jsonl names all)", count - MAX_LISTED as u64));
    }
    let left: u64 = by_reason.values().sum::<u64>() + found.unlisted;
    complain(&format!("{} entries: {} in {} new rows, {left} left out", found.entries, found.taken, found.rows.len()));
    if let Some(path) = &args.output
        && args.format == ImportFormat::Csv
        && !args.alone
        && path.file_stem().is_none_or(|stem| !stem.eq_ignore_ascii_case("MiningPools"))
    {
        complain("hunts know a watchlist by its file's name: rename it to MiningPools.csv for --watchlists");
    }
}

fn objects(found: &Import) -> Vec<Value> {
    let mut objects: Vec<Value> = Vec::new();
    for row in &found.rows {
        let fields: Map<String, Value> =
            Import::columns().iter().map(|c| (*c).to_owned()).zip(row.iter().map(|v| Value::from(v.as_str()))).collect();
        objects.push(object("row", Value::Object(fields)));
    }
    for left in &found.left_out {
        let fields = json!({"file": left.file, "text": left.text, "why": left.why.name(), "reason": left.reason});
        objects.push(placed(object("left_out", fields), &left.place));
    }
    let left = found.left_out.len() as u64 + found.unlisted;
    objects.push(object("summary", json!({"entries": found.entries, "taken": found.taken, "rows": found.rows.len(), "left_out": left, "unlisted": found.unlisted, "read_errors": found.unreadable})));
    objects
}
