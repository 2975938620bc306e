//! `poolhound exclusion mutate`: from each approved row one fact is changed at a time, and each mutant must be open.

use super::{Judged, object, report_to, write_objects};
use crate::cli::exclusion::MutateArgs;
use crate::cli::{EvidenceArgs, ReportFormat};
use crate::error::Error;
use crate::input::open;
use crate::local::{cancel_on_interrupt, engine};
use crate::progress::{Progress, complain};
use ::content::exclusions::{Mutant, Policy, Subject, explained_rows, mutants, stage, unasked};
use ::content::{Externals, Library, LibraryCatalog};
use ::hunt::texts;
use engine::LocalBackend;
use model::{Backend, Query, Verdict, exit};
use report::safe;
use report::style::Style;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Mutants that are judged in one go.
const MAX_MUTANTS: usize = 500_000;

/// A policy, its approved rows and what became of their mutants.
struct Tried<'a> {
    policy: &'a Policy,
    rows: usize,
    /// Each with the object of the row that it was made of, and whether it is explained.
    mutants: Vec<(Mutant, String, bool)>,
}

pub(super) fn run(args: &MutateArgs, quiet: bool) -> Result<u8, Error> {
    let judged = Judged::new(&args.judging, &args.judging.exclusions, &args.evidence, quiet)?;
    let mut tried: Vec<Tried<'_>> = judged.library.policies.iter().map(|(_, policy)| made(policy, &judged)).collect();
    let count: usize = tried.iter().map(|t| t.mutants.len()).sum();
    if count > MAX_MUTANTS {
        return Err(Error::Usage(format!(
            "{count} mutants are too many for one run: give fewer policies, or evidence of fewer days (--since)"
        )));
    }
    let explained = if count == 0 { BTreeSet::new() } else { explained(&judged.library, &tried, args)? };
    for (n, (_, _, is_explained)) in tried.iter_mut().flat_map(|t| &mut t.mutants).enumerate() {
        *is_explained = explained.contains(&n);
    }
    let (mut out, style) = report_to(&args.judging.report)?;
    match args.judging.report.format {
        ReportFormat::Terminal => terminal(&tried, args.all, style, &mut *out)?,
        format => write_objects(&machine(&tried), format == ReportFormat::Jsonl, &mut *out)?,
    }
    out.flush()?;
    judged.tell_unread();
    if tried.iter().all(|t| t.rows == 0) {
        complain("no row of the evidence is explained by these policies: there was nothing to change");
        return Ok(judged.exit_code(false).max(exit::INCOMPLETE));
    }
    Ok(judged.exit_code(!explained.is_empty()))
}

/// The mutants of the rows that the policy explains; of rows that are alike but for their time once.
fn made<'a>(policy: &'a Policy, judged: &Judged) -> Tried<'a> {
    let mut seen = BTreeSet::new();
    let mut all = Tried { policy, rows: 0, mutants: Vec::new() };
    for row in judged.rows.iter().filter(|r| r.verdict == Verdict::Explained && r.exclusion == policy.id) {
        for subject in &row.subjects {
            let bare = Subject { first: None, last: None, process: String::new(), device: String::new(), ..subject.clone() };
            if !seen.insert(format!("{bare:?}")) {
                continue;
            }
            all.rows += 1;
            all.mutants.extend(mutants(policy, subject).into_iter().map(|mutant| (mutant, row.object.clone(), false)));
        }
    }
    all
}

/// The numbers of the mutants that the policies explain, each judged by the very KQL that judges findings, over evidence made of it.
fn explained(library: &Library, tried: &[Tried<'_>], args: &MutateArgs) -> Result<BTreeSet<usize>, Error> {
    let failed = |e: std::io::Error| Error::Usage(format!("cannot write the mutants to a temporary folder: {e}"));
    let folder = match &args.judging.engine.temp_dir {
        Some(place) => tempfile::tempdir_in(place),
        None => tempfile::tempdir(),
    }
    .map_err(failed)?;
    lay_out(tried, folder.path()).map_err(failed)?;
    let catalog = LibraryCatalog::new(library, Externals::default());
    let nothing = EvidenceArgs { paths: vec![folder.path().to_owned()], table: None, timezone: None, host: None, since: None, until: None };
    let evidence = open(&nothing)?;
    let progress = Progress::new(true);
    let backend = LocalBackend::new(engine(&args.judging.engine, cancel_on_interrupt()), &catalog, Some(&evidence), &progress);
    let text = format!("{} | where HuntId startswith 'row-' and Verdict == 'explained' | project HuntId", explained_rows());
    let mut numbers = BTreeSet::new();
    for answer in backend.run(&[Query { id: "mutants".to_owned(), text, lineage: false }]) {
        let answer = answer.map_err(|e| Error::Usage(format!("the mutants could not be judged: {e}")))?;
        let ids = texts(&answer, "HuntId");
        numbers.extend(ids.iter().filter_map(|id| id.strip_prefix("row-")?.parse::<usize>().ok()));
    }
    Ok(numbers)
}

/// The mutants' evidence, a file a table.
fn lay_out(tried: &[Tried<'_>], folder: &Path) -> std::io::Result<()> {
    let mut files: BTreeMap<&str, BufWriter<File>> = BTreeMap::new();
    for (n, (mutant, ..)) in tried.iter().flat_map(|t| &t.mutants).enumerate() {
        for (table, record) in stage(n, &mutant.subject) {
            let file = match files.entry(table) {
                std::collections::btree_map::Entry::Occupied(file) => file.into_mut(),
                std::collections::btree_map::Entry::Vacant(slot) => {
                    slot.insert(BufWriter::new(File::create(folder.join(format!("{table}.ndjson")))?))
                }
            };
            writeln!(file, "{record}")?;
        }
    }
    files.values_mut().try_for_each(Write::flush)
}

fn terminal(tried: &[Tried<'_>], all: bool, style: Style, out: &mut dyn Write) -> Result<(), Error> {
    for Tried { policy, rows, mutants } in tried {
        let let_through = mutants.iter().filter(|(.., explained)| *explained).count();
        let state = match (rows, let_through) {
            (0, _) => "explains no row here".to_owned(),
            (_, 0) => format!("{} mutants of {rows} approved rows, all open", mutants.len()),
            _ => format!("{}: {let_through} of {} mutants of {rows} approved rows are explained", style.bold("refused"), mutants.len()),
        };
        writeln!(out, "{}  {state}", style.bold(&safe(&policy.id)))?;
        for (mutant, object, explained) in mutants {
            if *explained {
                writeln!(out, "  {}  {}: {} (of {})", style.bold("explained"), mutant.fact, safe(&mutant.what), safe(object))?;
            } else if all {
                writeln!(out, "  open       {}: {} (of {})", mutant.fact, safe(&mutant.what), safe(object))?;
            }
        }
        let unasked = unasked(policy);
        if *rows > 0 && !unasked.is_empty() {
            writeln!(out, "  {}", style.dim(&format!("not asked for, so not changed: {}", unasked.join(", "))))?;
        }
    }
    Ok(())
}

fn machine(tried: &[Tried<'_>]) -> Vec<Value> {
    let mut all = Vec::new();
    for Tried { policy, rows, mutants } in tried {
        let let_through = mutants.iter().filter(|(.., explained)| *explained).count();
        all.push(object(
            "policy",
            json!({"id": policy.id, "rows": rows, "mutants": mutants.len(), "explained": let_through, "not_asked": unasked(policy)}),
        ));
        all.extend(mutants.iter().map(|(mutant, of, explained)| {
            let verdict = if *explained { "explained" } else { "open" };
            object("mutant", json!({"policy": policy.id, "fact": mutant.fact, "what": mutant.what, "of": of, "verdict": verdict}))
        }));
    }
    all
}
