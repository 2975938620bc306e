//! `poolhound exclusion explain`: which facts of which policy held for a finding, which failed, and what would be needed.

use super::{Judged, object, report_to, write_objects};
use crate::cli::ReportFormat;
use crate::cli::exclusion::ExplainArgs;
use crate::error::Error;
use crate::progress::complain;
use ::content::exclusions::{Judge, Policy, Subject, asked, seen};
use ::hunt::JudgedRow;
use model::{FactState, Verdict, exit, ticks};
use report::safe;
use report::style::Style;
use serde_json::{Value, json};
use std::io::Write;

/// Rows of one finding that are told apart, and policies for each.
const MAX_ROWS: usize = 5;
const MAX_POLICIES: usize = 3;

pub(super) fn run(args: &ExplainArgs, quiet: bool) -> Result<u8, Error> {
    let judged = Judged::new(&args.judging, &args.judging.exclusions, &args.evidence, quiet)?;
    let wanted = args.finding.to_ascii_lowercase();
    let rows: Vec<&JudgedRow> = judged.rows.iter().filter(|row| row.finding.starts_with(&wanted)).collect();
    let Some(first) = rows.first() else {
        let what = format!("no finding's id begins with `{}`: `poolhound hunt --format jsonl` lists them", args.finding);
        return Err(Error::Usage(what));
    };
    if rows.iter().any(|row| row.finding != first.finding) {
        return Err(Error::Usage(format!("several findings' ids begin with `{}`: give more of it", args.finding)));
    }
    let judges: Vec<(&Policy, Judge<'_>)> = judged.library.policies.iter().map(|(_, policy)| (policy, Judge::new(policy))).collect();
    // Open rows say what an exclusion lacked; rows that are alike say it once.
    let (mut shown, mut more): (Vec<(&JudgedRow, &Subject)>, usize) = (Vec::new(), 0);
    for row in rows.iter().filter(|r| r.verdict == Verdict::Open).chain(rows.iter().filter(|r| r.verdict == Verdict::Explained)) {
        for subject in &row.subjects {
            let alike = |other: &Subject| {
                Subject { first: None, last: None, ..other.clone() } == Subject { first: None, last: None, ..subject.clone() }
            };
            if shown.iter().any(|(_, other)| alike(other)) {
                continue;
            }
            if shown.len() < MAX_ROWS {
                shown.push((row, subject));
            } else {
                more += 1;
            }
        }
    }
    let told: Vec<(&JudgedRow, &Subject, Vec<Nearest<'_>>)> =
        shown.into_iter().map(|(row, subject)| (row, subject, nearest(subject, row, &judges))).collect();
    let (mut out, style) = report_to(&args.judging.report)?;
    match args.judging.report.format {
        ReportFormat::Terminal => terminal(first, rows.len(), &told, style, &mut *out)?,
        format => write_objects(&machine(first, rows.len(), &told), format == ReportFormat::Jsonl, &mut *out)?,
    }
    out.flush()?;
    if more > 0 {
        complain(&format!("{more} more rows of the finding are told apart by what is known of them, and not shown"));
    }
    judged.tell_unread();
    Ok(if judged.faulty { exit::USAGE } else { exit::CLEAN })
}

/// A policy, and how its facts came out.
struct Nearest<'a> {
    policy: &'a Policy,
    claimed: bool,
    facts: Vec<(&'static str, i8)>,
}

/// The policies that come nearest, best first: the one that the hunt names, then by the facts that hold.
fn nearest<'a>(subject: &Subject, row: &JudgedRow, judges: &[(&'a Policy, Judge<'a>)]) -> Vec<Nearest<'a>> {
    let named = row.exclusion.as_str();
    // Where the stored function judged the row by the policy its word counts: it also knows the process' other rows.
    let told = |policy: &Policy, fact: &'static str, state: i8| {
        let judged = row.facts.iter().find(|f| policy.id == named && row.subjects.len() == 1 && f.fact == fact);
        let state = judged.map_or(state, |f| match f.state {
            FactState::Held => 1,
            FactState::Failed => -1,
            FactState::Unknown => 0,
        });
        (fact, state)
    };
    let mut all: Vec<Nearest<'a>> = judges
        .iter()
        .map(|(policy, judge)| Nearest {
            policy,
            claimed: policy.explains.contains(&subject.evidence_class),
            facts: judge.facts(subject).into_iter().map(|(fact, state)| told(policy, fact, state)).collect(),
        })
        .filter(|n| n.policy.id == named || n.facts.iter().any(|(fact, state)| NEAR.contains(fact) && *state == 1))
        .collect();
    let held = |n: &Nearest<'_>| n.facts.iter().filter(|(_, state)| *state == 1).count();
    all.sort_by_key(|n| (n.policy.id != named, !n.claimed, std::cmp::Reverse(held(n)), n.policy.id.clone()));
    all.truncate(MAX_POLICIES);
    all
}

/// A policy is near if one of these holds.
const NEAR: [&str; 4] = ["path", "sha256", "signer", "package"];

fn word(state: i8) -> &'static str {
    match state {
        1 => "held",
        -1 => "failed",
        _ => "unknown",
    }
}

fn terminal(
    row: &JudgedRow,
    rows: usize,
    told: &[(&JudgedRow, &Subject, Vec<Nearest<'_>>)],
    style: Style,
    out: &mut dyn Write,
) -> Result<(), Error> {
    writeln!(out, "{}  {}", style.bold(&row.finding), safe(&row.title))?;
    writeln!(out, "  host {}, {}, {} rows, class {}", safe(&row.host), safe(&row.object), rows, row.class.name())?;
    for (row, subject, nearest) in told {
        let verdict = if row.verdict == Verdict::Explained { "explained" } else { "open" };
        writeln!(out, "\n{}  {}", row.time.map(ticks::iso_short).unwrap_or_default(), style.bold(verdict))?;
        if nearest.is_empty() {
            writeln!(out, "  no policy is near: none shares its path, hash, signer or package")?;
        }
        for near in nearest {
            writeln!(
                out,
                "  {}  {} ({}, until {})",
                style.bold(&safe(&near.policy.id)),
                safe(&near.policy.title),
                safe(&near.policy.ticket),
                safe(&near.policy.valid.until)
            )?;
            if !near.claimed {
                writeln!(out, "    {}  it does not explain {}", style.bold("failed "), row.class.name())?;
            }
            for (fact, state) in &near.facts {
                let state_word = format!("{:<7}", word(*state));
                let state_word = if *state == 1 { style.dim(&state_word) } else { style.bold(&state_word) };
                writeln!(out, "    {state_word}  {fact:<18} {}", safe(&seen(fact, subject)))?;
                if *state != 1 {
                    writeln!(out, "             {}", style.dim(&format!("needed: {}", safe(&asked(near.policy, fact)))))?;
                }
            }
        }
    }
    Ok(())
}

fn machine(first: &JudgedRow, rows: usize, told: &[(&JudgedRow, &Subject, Vec<Nearest<'_>>)]) -> Vec<Value> {
    let mut all = vec![object(
        "finding",
        json!({"id": first.finding, "hunt": first.hunt, "title": first.title, "host": first.host, "object": first.object,
            "evidence_class": first.class.name(), "rows": rows}),
    )];
    for (row, subject, nearest) in told {
        let policies: Vec<Value> = nearest
            .iter()
            .map(|near| {
                let fact = |(fact, state): &(&str, i8)| {
                    json!({"fact": fact, "state": word(*state), "seen": seen(fact, subject), "asked": asked(near.policy, fact)})
                };
                json!({"id": near.policy.id, "claims_class": near.claimed, "facts": near.facts.iter().map(fact).collect::<Vec<_>>()})
            })
            .collect();
        all.push(object(
            "row",
            json!({"time": row.time.map(ticks::iso_short), "verdict": if row.verdict == Verdict::Explained { "explained" } else { "open" },
                "exclusion": Some(&row.exclusion).filter(|e| !e.is_empty()), "policies": policies}),
        ));
    }
    all
}
