//! `poolhound hunt`: read, hunt, explain, report.

use super::{catalog, embedded, tell};
use crate::cli::{HuntArgs, ReportFormat};
use crate::error::Error;
use crate::input::{Combined, open, scanner};
use crate::local::{Locator, cancel_on_interrupt, clock, engine, outcome};
use crate::output;
use crate::progress::{Progress, complain};
use content::Prices;
use content::audit::{Audit, PolicyUse, RunRecord};
use content::exclusions::moment;
use engine::{LocalBackend, RunOutcome};
use hunt::{Hunted, Problem, TableRows, coverage, hunt};
use model::finding::{ReadErrorRow, Report, SkippedFile};
use model::{Severity, Summary, Verdict, exit, ticks};
use report::terminal::Shown;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Instant;

pub(crate) fn run(args: &HuntArgs, quiet: bool) -> Result<u8, Error> {
    let started = Instant::now();
    if args.evidence.paths.is_empty() {
        return Err(Error::Usage("hunt needs evidence: poolhound hunt PATH... (see poolhound hunt --help)".to_owned()));
    }
    let mut library = embedded()?;
    if !args.hunts.is_empty() {
        library.hunts.clear();
    }
    let mut faults = Vec::new();
    for path in &args.hunts {
        faults.extend(library.add_hunts(path));
    }
    for path in &args.rules {
        faults.extend(library.add_rules(path));
    }
    for path in &args.exclusions {
        faults.extend(library.add_exclusions(path));
    }
    let mut faulty = tell(&faults);
    if library.hunts.is_empty() {
        return Err(Error::Usage("none of the hunts could be loaded".to_owned()));
    }
    let (catalog, bad_lists) = catalog(&mut library, &args.library)?;
    faulty |= bad_lists;

    // A trail that is broken is told before the work, not after it.
    let audit = args.audit.as_deref().map(Audit::open).transpose().map_err(|e| Error::Usage(e.to_string()))?;
    let prices = args.prices.as_deref().map(Prices::load).transpose().map_err(|e| Error::Usage(e.to_string()))?;
    let evidence = open(&args.evidence)?;
    let (sensor, bad_rules) = scanner(&evidence, &library, args.evidence.host.as_deref(), args.engine.now);
    bad_rules.iter().for_each(|e| complain(e));
    faulty |= !bad_rules.is_empty();
    let source = Combined { evidence: &evidence, sensor };
    let progress = Progress::new(quiet);
    let backend = LocalBackend::new(engine(&args.engine, cancel_on_interrupt()), &catalog, Some(&source), &progress);
    // Where records lie is known once the run is over, which is when the hunts ask for it.
    let told: OnceLock<(Option<RunOutcome>, Locator)> = OnceLock::new();
    let locate = |id| {
        let (_, locator) = told.get_or_init(|| {
            let mut outcome = outcome(&backend);
            let locator = outcome.as_mut().map_or_else(Locator::empty, Locator::new);
            (outcome, locator)
        });
        locator.locate(id)
    };
    let hunted = hunt(&backend, &library, prices.as_ref(), &locate);
    let outcome = told.into_inner().and_then(|(outcome, _)| outcome).or_else(|| outcome(&backend));
    drop(progress);
    let outcome = outcome.ok_or_else(|| Error::Usage("no hunt could be run".to_owned()))?;

    faulty |= tell_problems(&hunted.problems);
    let ranged = args.evidence.since.is_some() || args.evidence.until.is_some();
    if ranged && outcome.tables.values().all(|table| table.records == 0) {
        complain("no record lies within --since and --until: nothing was looked at");
    }
    let skipped_evidence = outcome.offer.skipped.iter().any(|s| s.evidence);
    let blind = blind(&hunted, &outcome, source.scanned());
    let mut report = report(hunted, &outcome, source.scanned(), started);
    report.summary.warnings.extend(faults.iter().map(|f| format!("not used: {f}")));
    if let Some(mut audit) = audit
        && let Err(error) = audit.record(&library.policies, moment(clock()), &run_record(args, &report))
    {
        complain(&error.to_string());
        faulty = true;
    }
    write(args, &report)?;
    Ok(exit_code(args, &report, skipped_evidence || blind, faulty))
}

/// What the trail is told of the run.
fn run_record(args: &HuntArgs, report: &Report) -> RunRecord {
    let mut policies: BTreeMap<&str, PolicyUse> = BTreeMap::new();
    for finding in &report.findings {
        let Some(id) = finding.exclusion.as_deref() else { continue };
        let explained = finding.verdict == Verdict::Explained;
        if !explained && !finding.reapprove {
            continue;
        }
        let policy = policies.entry(id).or_insert_with(|| PolicyUse { policy: id.to_owned(), ..PolicyUse::default() });
        if !explained {
            policy.reapprove.push(finding.id.clone());
            continue;
        }
        policy.findings.push(finding.id.clone());
        let (host, class) = (finding.entities.host(), finding.evidence_class.name());
        if let Some(host) = host.filter(|host| !policy.hosts.iter().any(|known| known == host)) {
            policy.hosts.push(host.to_owned());
        }
        if !policy.classes.iter().any(|c| c == class) {
            policy.classes.push(class.to_owned());
        }
    }
    RunRecord {
        evidence: args.evidence.paths.iter().map(|p| p.display().to_string()).collect(),
        engine: format!("poolhound {}", env!("CARGO_PKG_VERSION")),
        now: report.summary.now.clone(),
        findings: report.summary.findings,
        open: report.summary.open,
        explained: report.summary.explained,
        policies: policies.into_values().collect(),
    }
}

fn tell_problems(problems: &[Problem]) -> bool {
    for problem in problems {
        let before = problem.query.encode_utf16().take(problem.error.start).filter(|unit| *unit == u16::from(b'\n')).count();
        complain(&format!("{}: hunt `{}` cannot run: line {} of its query: {}", problem.file, problem.hunt, before + 1, problem.error));
    }
    !problems.is_empty()
}

fn report(hunted: Hunted, outcome: &RunOutcome, scanned: usize, started: Instant) -> Report {
    let mut rows = Vec::new();
    // What could not be read is a table to queries, but no evidence.
    let tables = || outcome.tables.iter().filter(|(name, _)| &***name != engine::pass::errors::TABLE);
    for (table, stats) in tables() {
        let named: u64 = stats.by_host.values().map(|s| s.rows).sum();
        for (host, span) in &stats.by_host {
            rows.push(TableRows { table: table.to_string(), host: host.to_lowercase(), rows: span.rows, from: span.from, to: span.to });
        }
        let unnamed = stats.records.saturating_sub(named);
        if unnamed > 0 {
            rows.push(TableRows { table: table.to_string(), host: String::new(), rows: unnamed, from: stats.all.from, to: stats.all.to });
        }
    }
    let skipped = outcome.offer.skipped.iter().map(|s| SkippedFile { file: s.file.name.to_string(), reason: s.reason.clone() });
    let read_errors = outcome.read_errors.iter().map(|e| ReadErrorRow {
        file: e.file.name.to_string(),
        offset: e.offset,
        record: e.record,
        reason: e.reason.clone(),
    });
    let warnings = outcome.warnings.iter().map(|(file, text)| format!("{}: {text}", file.name));
    let problems = hunted.problems.iter().map(|p| format!("{}: hunt `{}` could not run: {}", p.file, p.hunt, p.error));
    let count = |verdict: Verdict| hunted.findings.iter().filter(|f| f.verdict == verdict).count() as u64;
    let summary = Summary {
        now: ticks::iso_short(outcome.now),
        files: outcome.offer.files.len() as u64,
        records: tables().map(|(_, t)| t.records).sum(),
        tables: tables().filter(|(_, t)| t.records > 0).map(|(name, t)| (name.to_string(), t.records)).collect(),
        read_errors: outcome.read_error_count,
        skipped: skipped.collect(),
        warnings: warnings.chain(problems).collect(),
        findings: hunted.findings.len() as u64,
        open: count(Verdict::Open),
        explained: count(Verdict::Explained),
        cases: hunted.cases.len() as u64,
        incomplete: outcome.incomplete,
        elapsed_ms: started.elapsed().as_millis() as u64,
    };
    Report {
        coverage: coverage(&rows, looked_at(scanned), &hunted),
        findings: hunted.findings,
        cases: hunted.cases,
        campaigns: hunted.campaigns,
        read_errors: read_errors.collect(),
        summary,
    }
}

fn write(args: &HuntArgs, report: &Report) -> Result<(), Error> {
    let mut out = output::open(args.output.as_deref())?;
    match args.format {
        ReportFormat::Terminal => {
            report::terminal::write(report, output::style(args.color, args.output.as_deref()), Shown { all: args.all }, &mut out)?;
        }
        ReportFormat::Jsonl => report::json::lines(report, &mut out)?,
        ReportFormat::Json => report::json::array(report, &mut out)?,
    }
    out.flush()?;
    Ok(())
}

/// Where the file scanner's matches go.
const SCANNED: &[&str] = &["PoolhoundYara_CL"];

/// Tables that were looked for, whether or not they have a row: the scanner's, where it had files.
fn looked_at(scanned: usize) -> &'static [&'static str] {
    if scanned > 0 { SCANNED } else { &[] }
}

/// Whether no hunt had a row to look at.
fn blind(hunted: &Hunted, outcome: &RunOutcome, scanned: usize) -> bool {
    let seen = |table: &str| outcome.tables.get(table).is_some_and(|t| t.records > 0) || looked_at(scanned).contains(&table);
    hunted.scans.iter().all(|(_, tables)| !tables.iter().any(|t| seen(t)))
}

fn exit_code(args: &HuntArgs, report: &Report, unseen: bool, faulty: bool) -> u8 {
    let fails = |severity: Severity| severity >= args.fail_on;
    // A case can be worse than each of its findings.
    let open =
        report.findings.iter().any(|f| f.verdict == Verdict::Open && fails(f.severity)) || report.cases.iter().any(|c| fails(c.severity));
    if report.summary.incomplete && args.engine.timeout.is_none() {
        exit::INTERRUPTED
    } else if faulty {
        exit::USAGE
    } else if open {
        exit::FINDINGS
    } else if report.summary.incomplete || unseen || report.summary.read_errors > 0 {
        exit::INCOMPLETE
    } else {
        exit::CLEAN
    }
}
