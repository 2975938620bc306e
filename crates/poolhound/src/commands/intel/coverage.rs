//! `poolhound intel coverage`: which list knows which pool.

use super::{Intel, object, write_objects};
use crate::cli::{IntelCoverageArgs, QueryFormat};
use crate::error::Error;
use crate::output;
use ::content::intel::{Coverage, Known, coverage};
use model::exit;
use report::table;
use serde_json::{Map, Value, json};
use std::io::Write;
use std::path::Path;

pub(super) fn run(args: &IntelCoverageArgs) -> Result<u8, Error> {
    let intel = Intel::load(&args.input)?;
    let found = coverage(&intel.listings, &intel.pools, &intel.since);
    let mut out = output::open(args.output.as_deref())?;
    let mut header = ["Pool", "Operator", "Role", "Coins", "LastSeen"].map(str::to_owned).to_vec();
    header.extend(
        found.lists.iter().map(|l| report::safe(&Path::new(l).file_name().map_or_else(|| l.as_str().into(), |n| n.to_string_lossy()))),
    );
    match args.format {
        QueryFormat::Csv => table::csv(&header, &|| rows(&found), &mut *out)?,
        QueryFormat::Table => {
            let style = output::style(args.color, args.output.as_deref());
            table::write(&header, &|| rows(&found), style, &mut *out)?;
            writeln!(out)?;
            for (list, (yes, partly)) in found.lists.iter().zip(counts(&found)) {
                writeln!(
                    out,
                    "{} knows {yes} of {} pools in use since {}, {partly} more by single hosts",
                    report::safe(list),
                    found.pools.len(),
                    found.since
                )?;
            }
            writeln!(out)?;
            let of = |text: &str| text.to_owned();
            let roles =
                || found.roles.iter().map(|r| vec![r.role.clone(), r.rows.to_string(), r.current.to_string(), r.retired.to_string()]);
            table::write(&["Our rows", "All", "Since", "Retired"].map(of), &|| Box::new(roles()), style, &mut *out)?;
            writeln!(out)?;
            let coins = || found.coins.iter().map(|(coin, n)| vec![coin.clone(), n.to_string()]);
            table::write(&["Coin", "Pools in use"].map(of), &|| Box::new(coins()), style, &mut *out)?;
        }
        QueryFormat::Json | QueryFormat::Jsonl => write_objects(&objects(&found), args.format == QueryFormat::Jsonl, &mut *out)?,
    }
    out.flush()?;
    let unread = intel.listings.iter().any(|l| l.fault_count > 0);
    Ok(match (intel.faulty, unread) {
        (true, _) => exit::USAGE,
        (false, true) => exit::INCOMPLETE,
        (false, false) => exit::CLEAN,
    })
}

fn word(known: Known) -> &'static str {
    match known {
        Known::Yes => "yes",
        Known::Partly => "partly",
        Known::No => "no",
    }
}

fn rows(found: &Coverage) -> Box<dyn Iterator<Item = Vec<String>> + '_> {
    Box::new(found.pools.iter().map(|(pool, known)| {
        let mut row = vec![pool.domain.clone(), pool.operator.clone(), pool.role.clone(), pool.coins.join(";"), pool.last_seen.clone()];
        row.extend(known.iter().map(|k| word(*k).to_owned()));
        row
    }))
}

/// How many pools each list knows, wholly and partly.
fn counts(found: &Coverage) -> Vec<(usize, usize)> {
    let of = |list: usize, wanted: Known| found.pools.iter().filter(|(_, known)| known.get(list) == Some(&wanted)).count();
    (0..found.lists.len()).map(|list| (of(list, Known::Yes), of(list, Known::Partly))).collect()
}

fn objects(found: &Coverage) -> Vec<Value> {
    let mut objects = Vec::new();
    for (pool, known) in &found.pools {
        let lists: Map<String, Value> = found.lists.iter().cloned().zip(known.iter().map(|k| Value::from(word(*k)))).collect();
        let fields = json!({"domain": pool.domain, "operator": pool.operator, "role": pool.role, "coins": pool.coins, "names": pool.names, "last_seen": pool.last_seen, "lists": lists});
        objects.push(object("pool", fields));
    }
    objects.extend(
        found.lists.iter().zip(counts(found)).map(|(list, (yes, partly))| {
            object("list", json!({"file": list, "known": yes, "partly": partly, "in_use": found.pools.len()}))
        }),
    );
    objects.extend(
        found.roles.iter().map(|r| object("role", json!({"role": r.role, "rows": r.rows, "current": r.current, "retired": r.retired}))),
    );
    objects.extend(found.coins.iter().map(|(coin, n)| object("coin", json!({"coin": coin, "pools": n}))));
    objects.push(object("summary", json!({"pools": found.pools.len(), "in_use_since": found.since})));
    objects
}
