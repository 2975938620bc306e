//! `poolhound exclusion backtest`: what policies would have hidden.

use super::{Judged, object, report_to, write_objects};
use crate::cli::ReportFormat;
use crate::cli::exclusion::BacktestArgs;
use crate::error::Error;
use crate::progress::complain;
use ::hunt::{Backtest, Hidden, JudgedRow, backtest, difference};
use model::ticks;
use report::safe;
use report::style::Style;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

/// Hosts, accounts and contradictions that are listed for people.
const MAX_LISTED: usize = 10;

/// Findings by id, with what they are about.
type Findings = BTreeMap<String, String>;

pub(super) fn run(args: &BacktestArgs, quiet: bool) -> Result<u8, Error> {
    if args.days == Some(0) {
        return Err(Error::Usage("--days 0 leaves nothing to look at: give 1 or more".to_owned()));
    }
    let judged = Judged::new(&args.judging, &args.judging.exclusions, &args.evidence, quiet)?;
    let from = args.days.map(|days| judged.outcome.now.saturating_sub(i64::from(days).saturating_mul(ticks::DAY)));
    let rows = since(&judged.rows, from);
    let span = evidence_span(&judged);
    let found = backtest(&rows);
    let changed = match args.former.as_slice() {
        [] => None,
        former => Some(difference(&rows, &since(&Judged::new(&args.judging, former, &args.evidence, quiet)?.rows, from))),
    };
    let known: BTreeSet<&str> = judged.library.policies.iter().map(|(_, p)| p.id.as_str()).collect();
    let unused: Vec<&str> = known.into_iter().filter(|id| !found.policies.contains_key(*id)).collect();
    let (mut out, style) = report_to(&args.judging.report)?;
    match args.judging.report.format {
        ReportFormat::Terminal => terminal(&found, &unused, changed.as_ref(), span, style, &mut *out)?,
        format => write_objects(&machine(&found, &unused, changed.as_ref(), span), format == ReportFormat::Jsonl, &mut *out)?,
    }
    out.flush()?;
    judged.tell_unread();
    // Fewer days than were asked for are a weaker test.
    if let (Some(days), Some(from), Some((first, _))) = (args.days, from, span)
        && first > from.saturating_add(ticks::DAY)
    {
        let there = (judged.outcome.now.saturating_sub(first)).div_euclid(ticks::DAY) + 1;
        complain(&format!("the evidence begins at {}: of the last {days} days no more than {there} were tried", ticks::iso_short(first)));
    }
    Ok(judged.exit_code(found.policies.values().any(|hidden| hidden.contradicted > 0)))
}

/// The first and the last time of the records; when an inventory was taken is none.
fn evidence_span(judged: &Judged) -> Option<(i64, i64)> {
    const INVENTORY: [&str; 2] = ["PoolhoundFile_CL", "PoolhoundPackage_CL"];
    let tables = || judged.outcome.tables.iter().filter(|(name, _)| !INVENTORY.contains(&&***name));
    let spans = || tables().filter_map(|(_, table)| table.all.from.zip(table.all.to));
    Some((spans().map(|(first, _)| first).min()?, spans().map(|(_, last)| last).max()?))
}

fn since(rows: &[JudgedRow], from: Option<i64>) -> Vec<JudgedRow> {
    rows.iter().filter(|row| from.is_none_or(|from| row.time.is_none_or(|time| time >= from))).cloned().collect()
}

fn terminal(
    found: &Backtest,
    unused: &[&str],
    changed: Option<&(Findings, Findings)>,
    span: Option<(i64, i64)>,
    style: Style,
    out: &mut dyn Write,
) -> Result<(), Error> {
    let hidden: u64 = found.policies.values().map(|h| h.rows).sum();
    writeln!(out, "{} rows of hunts: {hidden} explained, {} open", found.rows, found.open)?;
    if let Some((first, last)) = span {
        writeln!(out, "evidence from {} to {}", ticks::iso_short(first), ticks::iso_short(last))?;
    }
    for (id, hidden) in &found.policies {
        let state = if hidden.contradicted > 0 { style.bold("refused") } else { "sound".to_owned() };
        writeln!(out, "\n{}  {state}  {} rows of {} findings", style.bold(&safe(id)), hidden.rows, hidden.findings.len())?;
        counted("classes", &hidden.by_class, out)?;
        counted("hosts", &hidden.by_host, out)?;
        counted("accounts", &hidden.by_account, out)?;
        writeln!(out, "  hours (UTC)  {}", hours(hidden))?;
        for against in hidden.contradictions.iter().take(MAX_LISTED) {
            writeln!(out, "  {}  {}: {}", style.bold("other evidence"), safe(&against.host), safe(&against.hidden))?;
            writeln!(out, "      same {}, open: {} ({})", against.shared, safe(&against.open), against.finding)?;
        }
        let more = hidden.contradicted.saturating_sub(MAX_LISTED.min(hidden.contradictions.len()) as u64);
        if more > 0 {
            writeln!(out, "      … {more} more")?;
        }
    }
    for id in unused {
        writeln!(out, "\n{}  hid nothing", style.bold(&safe(id)))?;
    }
    if let Some((more, less)) = changed {
        writeln!(out, "\nagainst the former version: {} findings are hidden now, {} no longer", more.len(), less.len())?;
        for (sign, findings) in [("+", more), ("-", less)] {
            for (id, what) in findings.iter().take(MAX_LISTED) {
                writeln!(out, "  {sign} {id}  {}", safe(what))?;
            }
            if findings.len() > MAX_LISTED {
                writeln!(out, "  {sign} … {} more", findings.len() - MAX_LISTED)?;
            }
        }
    }
    Ok(())
}

fn counted(what: &str, counts: &BTreeMap<String, u64>, out: &mut dyn Write) -> Result<(), Error> {
    let mut sorted: Vec<(&String, &u64)> = counts.iter().collect();
    sorted.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), *name));
    let name = |text: &str| if text.is_empty() { "unknown".to_owned() } else { safe(text) };
    let listed: Vec<String> = sorted.iter().take(MAX_LISTED).map(|(n, count)| format!("{} {count}", name(n))).collect();
    let more = if sorted.len() > MAX_LISTED { format!(", … {} more", sorted.len() - MAX_LISTED) } else { String::new() };
    writeln!(out, "  {what:<11}  {}{more}", listed.join(", "))?;
    Ok(())
}

/// `02:00 12, 03:00 4`.
fn hours(hidden: &Hidden) -> String {
    hidden.by_hour.iter().map(|(hour, count)| format!("{hour:02}:00 {count}")).collect::<Vec<_>>().join(", ")
}

fn machine(found: &Backtest, unused: &[&str], changed: Option<&(Findings, Findings)>, span: Option<(i64, i64)>) -> Vec<Value> {
    let mut all = Vec::new();
    for (id, hidden) in &found.policies {
        let against: Vec<Value> = hidden
            .contradictions
            .iter()
            .map(|c| json!({"host": c.host, "hidden": c.hidden, "open": c.open, "shared": c.shared, "finding": c.finding}))
            .collect();
        let hours: BTreeMap<String, u64> = hidden.by_hour.iter().map(|(hour, count)| (format!("{hour:02}"), *count)).collect();
        all.push(object(
            "policy",
            json!({"id": id, "refused": hidden.contradicted > 0, "rows": hidden.rows, "findings": hidden.findings, "hosts": hidden.by_host,
                "accounts": hidden.by_account, "hours": hours, "classes": hidden.by_class, "contradicted": hidden.contradicted, "contradictions": against}),
        ));
    }
    all.extend(unused.iter().map(|id| object("policy", json!({"id": id, "refused": false, "rows": 0}))));
    if let Some((more, less)) = changed {
        all.push(object("difference", json!({"hidden_now": more, "no_longer_hidden": less})));
    }
    all.push(object(
        "summary",
        json!({"rows": found.rows, "open": found.open, "evidence_from": span.map(|(first, _)| ticks::iso_short(first)),
            "evidence_until": span.map(|(_, last)| ticks::iso_short(last))}),
    ));
    all
}
