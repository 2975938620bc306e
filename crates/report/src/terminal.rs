//! Cases for an analyst: worst first; then what is explained, what the evidence could not show, and what could not be read.

use crate::campaigns;
use crate::style::Style;
use crate::text::{count, cut, safe, thousands, wrap};
use model::finding::Report;
use model::{Case, FactState, Finding, Severity, Verdict};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use unicode_width::UnicodeWidthStr;

/// Lists are no longer than that; `--format jsonl` has all.
const MAX_LISTED: usize = 12;

/// How much to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Every explained finding, every record, every skipped file.
    pub all: bool,
}

/// The whole report.
pub fn write(report: &Report, style: Style, shown: Shown, out: &mut dyn Write) -> io::Result<()> {
    let by_id: BTreeMap<&str, &Finding> = report.findings.iter().map(|f| (f.id.as_str(), f)).collect();
    for case in &report.cases {
        write_case(case, &by_id, style, shown, out)?;
    }
    campaigns::write(report, style, shown, out)?;
    explained(report, style, shown, out)?;
    blind_spots(report, style, shown, out)?;
    unread(report, style, shown, out)?;
    summary(report, style, out)
}

fn write_case(case: &Case, by_id: &BTreeMap<&str, &Finding>, style: Style, shown: Shown, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}  {}", style.severity(case.severity), style.bold(&safe(&case.host)))?;
    paragraph("  ", "  ", &safe(&case.story), style, out)?;
    writeln!(out)?;
    let findings: Vec<&&Finding> = case.findings.iter().filter_map(|id| by_id.get(id.as_str())).collect();
    for finding in limited(&findings, shown) {
        write_finding(finding, style, shown, out)?;
    }
    more(findings.len(), "findings", shown, out)?;
    writeln!(out, "  {}", style.bold("What to do"))?;
    for (n, step) in case.next_steps.iter().enumerate() {
        paragraph(&format!("  {}. ", n + 1), "     ", &safe(step), style, out)?;
    }
    writeln!(out)
}

fn write_finding(finding: &Finding, style: Style, shown: Shown, out: &mut dyn Write) -> io::Result<()> {
    let when = match (&finding.first_seen, &finding.last_seen) {
        (Some(first), Some(last)) if first != last => format!("{first} to {last}"),
        (Some(first), _) => first.clone(),
        _ => "time unknown".to_owned(),
    };
    let amount = finding.bytes.map(|b| format!(", {} bytes", thousands(b))).unwrap_or_default();
    let long = finding.duration_s.map(|s| format!(", {s:.0} s")).unwrap_or_default();
    let (title, class) = (safe(&finding.title), format!("{} · {}", finding.evidence_class.name(), finding.outcome.name()));
    let used = finding.severity.name().len() + title.width() + class.width() + 5;
    let gap = if used > style.width { "\n    " } else { "  " };
    writeln!(out, "  {} {title}{gap}{}", style.severity(finding.severity), style.dim(&class))?;
    writeln!(out, "    {when}, {}{amount}{long}", count(finding.count, "record", "records"))?;
    if !finding.detail.is_empty() {
        paragraph("    ", "      ", &safe(&finding.detail), style, out)?;
    }
    for (name, value) in finding.entities.iter() {
        if name != "host" {
            writeln!(out, "    {:<13}{}", name.replace('_', " "), cut(&safe(value), style.width.saturating_sub(18).max(20)))?;
        }
    }
    if let Some(exclusion) = &finding.exclusion {
        let facts = |word: &str, state: FactState| {
            let names: Vec<&str> = finding.facts.iter().filter(|f| f.state == state).map(|f| &*f.fact).collect();
            (!names.is_empty()).then(|| format!("{word} {}", names.join(", ")))
        };
        let (held, failed) = (facts("held", FactState::Held), facts("failed", FactState::Failed));
        let parts: Vec<String> = [failed, facts("unknown", FactState::Unknown), held].into_iter().flatten().collect();
        let line = match finding.verdict {
            Verdict::Explained => format!("explained by {exclusion}: {}", parts.join("; ")),
            Verdict::Open => format!("nearest exclusion {exclusion} does not explain it: {}", parts.join("; ")),
        };
        paragraph("    ", "    ", &safe(&line), style, out)?;
        if finding.reapprove {
            let line = "re-approve? Everything holds but the hash: the program was updated, or replaced. Compare the new file with its maker's, then approve its hash or leave this open.";
            paragraph("    ", "    ", line, style, out)?;
        }
    }
    let listed = if shown.all { finding.provenance.len() } else { 2 };
    for place in finding.provenance.iter().take(listed) {
        let record = place.record.map(|r| format!(" record {r}")).unwrap_or_default();
        let offset = place.offset.map(|o| format!(" byte {o}")).unwrap_or_default();
        writeln!(out, "    {}", style.dim(&safe(&format!("{}{record}{offset}", place.file))))?;
    }
    Ok(())
}

fn explained(report: &Report, style: Style, shown: Shown, out: &mut dyn Write) -> io::Result<()> {
    let explained: Vec<&Finding> = report.findings.iter().filter(|f| f.verdict == Verdict::Explained).collect();
    if explained.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", style.bold("Explained by exclusions"))?;
    let mut groups: BTreeMap<(&str, &str), Vec<&Finding>> = BTreeMap::new();
    for finding in &explained {
        let host = finding.entities.host().unwrap_or("unknown host");
        groups.entry((finding.exclusion.as_deref().unwrap_or("?"), host)).or_default().push(finding);
    }
    for ((exclusion, host), findings) in groups {
        let facts: Vec<&str> = findings[0].facts.iter().map(|f| &*f.fact).collect();
        let line = format!("{exclusion}: {} on {host} ({} held)", count(findings.len() as u64, "finding", "findings"), facts.join(", "));
        paragraph("  ", "    ", &safe(&line), style, out)?;
        if shown.all {
            for finding in findings {
                write_finding(finding, style, shown, out)?;
            }
        }
    }
    writeln!(out)
}

fn blind_spots(report: &Report, style: Style, shown: Shown, out: &mut dyn Write) -> io::Result<()> {
    // One line a set of blind hunts, with the hosts that share it; the line of the evidence as a whole comes first.
    let mut groups: Vec<(Vec<&str>, Vec<&str>)> = Vec::new();
    for line in report.coverage.iter().filter(|c| c.table.is_empty() && !c.hunts_without_data.is_empty()) {
        let hunts: Vec<&str> = line.hunts_without_data.iter().map(|h| h.hunt.as_str()).collect();
        match groups.iter_mut().find(|(known, _)| *known == hunts) {
            Some((_, hosts)) => hosts.push(&line.host),
            None => groups.push((hunts, vec![&line.host])),
        }
    }
    if groups.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", style.bold("What this evidence could not show"))?;
    for (hunts, hosts) in limited(&groups, shown) {
        let named: Vec<&str> = hosts.iter().map(|h| if h.is_empty() { "the evidence as a whole" } else { h }).collect();
        let hosts = if named.len() > 4 && !shown.all { format!("{} hosts", named.len()) } else { named.join(", ") };
        paragraph("  ", "    ", &safe(&format!("{hosts}: nothing to look at for {}", hunts.join(", "))), style, out)?;
    }
    more(groups.len(), "groups of hosts", shown, out)?;
    writeln!(out)
}

fn unread(report: &Report, style: Style, shown: Shown, out: &mut dyn Write) -> io::Result<()> {
    let summary = &report.summary;
    if report.read_errors.is_empty() && summary.skipped.is_empty() && summary.warnings.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", style.bold("What could not be read"))?;
    for error in limited(&report.read_errors, shown) {
        let record = error.record.map(|r| format!(" record {r}")).unwrap_or_default();
        let offset = error.offset.map(|o| format!(" byte {o}")).unwrap_or_default();
        paragraph("  ", "    ", &safe(&format!("{}{record}{offset}: {}", error.file, error.reason)), style, out)?;
    }
    more(report.read_errors.len(), "read errors", shown, out)?;
    for warning in limited(&summary.warnings, shown) {
        paragraph("  ", "    ", &safe(warning), style, out)?;
    }
    more(summary.warnings.len(), "warnings", shown, out)?;
    if shown.all {
        for skipped in &summary.skipped {
            paragraph("  skipped ", "    ", &safe(&format!("{}: {}", skipped.file, skipped.reason)), style, out)?;
        }
    } else {
        let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for skipped in &summary.skipped {
            reasons.entry(&skipped.reason).or_default().push(&skipped.file);
        }
        for (reason, files) in &reasons {
            let line = match files.as_slice() {
                [one] => format!("skipped {one}: {reason}"),
                many => format!("skipped {} files, as {}: {reason}", many.len(), many[0]),
            };
            paragraph("  ", "    ", &safe(&line), style, out)?;
        }
    }
    writeln!(out)
}

fn summary(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let summary = &report.summary;
    let severities: Vec<String> = Severity::ALL
        .into_iter()
        .rev()
        .filter_map(|s| {
            let n = report.cases.iter().filter(|c| c.severity == s).count();
            (n > 0).then(|| format!("{n} {}", s.name()))
        })
        .collect();
    let cases = if severities.is_empty() {
        "no case".to_owned()
    } else {
        format!("{} ({})", count(summary.cases, "case", "cases"), severities.join(", "))
    };
    let verdict = format!("{cases}, {} open, {} explained", count(summary.open, "finding", "findings"), thousands(summary.explained));
    writeln!(out, "{}", style.bold(&verdict))?;
    let tables: BTreeSet<&str> = summary.tables.iter().filter(|(_, n)| **n > 0).map(|(t, _)| t.as_str()).collect();
    let line = format!(
        "{} in {} and {}; {}, {}; now() was {}; {:.1} s",
        count(summary.records, "record", "records"),
        count(summary.files, "file", "files"),
        count(tables.len() as u64, "table", "tables"),
        count(summary.read_errors, "read error", "read errors"),
        count(summary.skipped.len() as u64, "file skipped", "files skipped"),
        if summary.now.is_empty() { "unknown" } else { &summary.now },
        summary.elapsed_ms as f64 / 1000.0
    );
    for line in wrap(&line, style.width) {
        writeln!(out, "{}", style.dim(&line))?;
    }
    if summary.incomplete {
        writeln!(out, "{}", style.bold("Stopped early: this is only what had been found by then."))?;
    }
    Ok(())
}

pub(crate) fn paragraph(first: &str, rest: &str, text: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for (n, line) in wrap(text, style.width.saturating_sub(rest.len()).max(20)).into_iter().enumerate() {
        writeln!(out, "{}{line}", if n == 0 { first } else { rest })?;
    }
    Ok(())
}

pub(crate) fn limited<T>(list: &[T], shown: Shown) -> &[T] {
    if shown.all { list } else { &list[..list.len().min(MAX_LISTED)] }
}

pub(crate) fn more(total: usize, what: &str, shown: Shown, out: &mut dyn Write) -> io::Result<()> {
    if !shown.all && total > MAX_LISTED {
        writeln!(out, "    … {} more {what}; --all or --format jsonl lists them", total - MAX_LISTED)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::finding::{ReadErrorRow, SkippedFile, Summary};
    use model::{Entities, EvidenceClass, Fact, Outcome, Provenance};

    fn report() -> Report {
        let finding = Finding {
            id: "f1".into(),
            hunt: "pool-dns".into(),
            title: "Pool lookup".into(),
            detail: "pool for XMR".into(),
            severity: Severity::Low,
            evidence_class: EvidenceClass::PoolDns,
            outcome: Outcome::Resolved,
            verdict: Verdict::Open,
            exclusion: Some("lab".into()),
            facts: vec![Fact { fact: "path".into(), state: FactState::Held }, Fact { fact: "hash".into(), state: FactState::Unknown }],
            reapprove: false,
            first_seen: Some("2026-11-18T02:05:00Z".into()),
            last_seen: Some("2026-11-18T02:05:00Z".into()),
            count: 1,
            bytes: None,
            duration_s: None,
            entities: Entities::new([("domain", "pool.example\u{1b}[2J".to_owned())]),
            techniques: Vec::new().into(),
            provenance: vec![Provenance { file: "dns.log".into(), record: Some(3), offset: Some(120) }],
        };
        let case = Case {
            id: "c".into(),
            host: "web-01".into(),
            severity: Severity::High,
            findings: vec!["f1".into()],
            story: "web-01 looked up pool.example.".into(),
            next_steps: vec!["Isolate web-01.".into()],
        };
        let summary = Summary {
            files: 1,
            records: 4,
            open: 1,
            cases: 1,
            skipped: vec![SkippedFile { file: "x.evtx".into(), reason: "no reader".into() }],
            ..Summary::default()
        };
        let read_errors = vec![ReadErrorRow { file: "b.log".into(), offset: Some(9), record: Some(1), reason: "not JSON".into() }];
        Report { findings: vec![finding], cases: vec![case], campaigns: Vec::new(), read_errors, coverage: Vec::new(), summary }
    }

    #[test]
    fn a_case_says_who_what_when_where_and_what_next() {
        let mut out = Vec::new();
        write(&report(), Style::PLAIN, Shown { all: false }, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        for part in [
            "High  web-01",
            "web-01 looked up pool.example.",
            "Low Pool lookup  pool_dns · resolved",
            "2026-11-18T02:05:00Z, 1 record",
            "domain       pool.example\\u{1b}[2J",
            "nearest exclusion lab does not explain it: unknown hash; held path",
            "dns.log record 3 byte 120",
            "1. Isolate web-01.",
            "b.log record 1 byte 9: not JSON",
            "skipped x.evtx: no reader",
            "1 case (1 High), 1 finding open, 0 explained",
        ] {
            assert!(text.contains(part), "`{part}` is not in\n{text}");
        }
        assert!(!text.contains('\u{1b}'));
    }
}
