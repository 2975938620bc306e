//! `poolhound intel lint`: what lists and rules know, and what is wrong with them.

use super::{Intel, object, placed, write_objects};
use crate::cli::{IntelLintArgs, ReportFormat};
use crate::error::Error;
use crate::output;
use ::content::intel::{Level, Linted, Remark, RemarkKind, lint};
use model::exit;
use report::safe;
use report::style::Style;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;

/// Remarks of one kind about one file, unless all are asked for.
const MAX_LISTED: usize = 6;

pub(super) fn run(args: &IntelLintArgs) -> Result<u8, Error> {
    if args.input.files.is_empty() {
        return Err(Error::Usage("lint needs lists or rules: poolhound intel lint FILE... (see poolhound intel lint --help)".to_owned()));
    }
    let intel = Intel::load(&args.input)?;
    let linted: Vec<Linted> = intel.listings.iter().map(|l| lint(l, &intel.pools, &intel.gate, &intel.since)).collect();
    let mut out = output::open(args.output.as_deref())?;
    match args.format {
        ReportFormat::Terminal => {
            let style = output::style(args.color, args.output.as_deref());
            linted.iter().try_for_each(|l| terminal(l, &intel.since, args, style, &mut *out))?;
        }
        ReportFormat::Json | ReportFormat::Jsonl => {
            write_objects(&objects(&linted, &intel, args.missing), args.format == ReportFormat::Jsonl, &mut *out)?;
        }
    }
    out.flush()?;
    Ok(if intel.faulty {
        exit::USAGE
    } else if linted.iter().any(Linted::has_faults) {
        exit::FINDINGS
    } else if linted.iter().any(|l| l.fault_count > 0) {
        exit::INCOMPLETE
    } else {
        exit::CLEAN
    })
}

fn terminal(linted: &Linted, since: &str, args: &IntelLintArgs, style: Style, out: &mut dyn Write) -> Result<(), Error> {
    let in_use = linted.known.len() + linted.partly.len() + linted.missing.len();
    let addresses = if linted.addresses > 0 { format!(", {} addresses", linted.addresses) } else { String::new() };
    writeln!(out, "{}  {}, {} names{addresses}", style.bold(&safe(&linted.file)), linted.form, linted.names)?;
    writeln!(
        out,
        "  knows {} of {in_use} pools in use since {since}; {} only by single hosts, {} not at all{}",
        linted.known.len(),
        linted.partly.len(),
        linted.missing.len(),
        if args.missing || linted.missing.is_empty() { "" } else { " (--missing names them)" }
    )?;
    let mut kinds: BTreeMap<RemarkKind, Vec<&Remark>> = BTreeMap::new();
    for remark in &linted.remarks {
        kinds.entry(remark.kind).or_default().push(remark);
    }
    for (kind, remarks) in kinds {
        let shown = if args.all { remarks.len() } else { MAX_LISTED };
        for remark in remarks.iter().take(shown) {
            let level = kind.level().name();
            let level = if kind.level() == Level::Fault { style.bold(level) } else { style.dim(level) };
            writeln!(out, "  {level}  {}: {}: {}", safe(&remark.place.to_string()), safe(&remark.text), safe(&remark.reason))?;
            writeln!(out, "         {}", style.dim(&format!("instead: {}", safe(&remark.remedy))))?;
        }
        if remarks.len() > shown {
            writeln!(out, "         … {} more of this kind (--all)", remarks.len() - shown)?;
        }
    }
    let shown = if args.all { linted.faults.len() } else { MAX_LISTED };
    for fault in linted.faults.iter().take(shown) {
        let text = if fault.text.is_empty() { String::new() } else { format!("{}: ", safe(&fault.text)) };
        writeln!(out, "  {}  {}: {text}{}", style.bold("unread"), safe(&fault.place.to_string()), safe(&fault.reason))?;
    }
    let hidden = linted.fault_count.saturating_sub(shown.min(linted.faults.len()) as u64);
    if hidden > 0 {
        writeln!(out, "         … {hidden} more that could not be read{}", if args.all { "" } else { " (--all)" })?;
    }
    if linted.ignored_count > 0 {
        writeln!(out, "  {} entries name no host to connect to", linted.ignored_count)?;
    }
    if args.missing {
        for pool in &linted.missing {
            writeln!(out, "  missing  {:<28} {:<24} {}", safe(&pool.domain), safe(&pool.operator), safe(&pool.coins.join(", ")))?;
        }
    }
    writeln!(out)?;
    Ok(())
}

fn objects(all: &[Linted], intel: &Intel, missing: bool) -> Vec<Value> {
    let mut objects = Vec::new();
    let (mut faults, mut notes, mut unread) = (0, 0, 0);
    for linted in all {
        let file = linted.file.as_str();
        let of = |level: Level| linted.remarks.iter().filter(|r| r.kind.level() == level).count();
        faults += of(Level::Fault);
        notes += of(Level::Note);
        unread += linted.fault_count;
        objects.push(object(
            "list",
            json!({
                "file": file, "form": linted.form, "entries": linted.entries, "names": linted.names, "addresses": linted.addresses,
                "in_use": linted.known.len() + linted.partly.len() + linted.missing.len(), "known": linted.known, "partly": linted.partly,
                "missing": linted.missing.len(), "faults": of(Level::Fault), "notes": of(Level::Note), "read_errors": linted.fault_count,
                "no_host": linted.ignored_count,
            }),
        ));
        for remark in &linted.remarks {
            let fields = placed(json!({"file": file}), &remark.place);
            let mut value = object("remark", fields);
            extend(
                &mut value,
                json!({"level": remark.kind.level().name(), "kind": remark.kind.name(), "text": remark.text, "reason": remark.reason, "remedy": remark.remedy}),
            );
            objects.push(value);
        }
        for fault in &linted.faults {
            let mut value = object("read_error", placed(json!({"file": file}), &fault.place));
            extend(&mut value, json!({"text": fault.text, "reason": fault.reason}));
            objects.push(value);
        }
        if missing {
            let pools = linted.missing.iter().map(|p| {
                let fields = json!({"file": file, "domain": p.domain, "operator": p.operator, "role": p.role, "coins": p.coins, "last_seen": p.last_seen});
                object("missing_pool", fields)
            });
            objects.extend(pools);
        }
    }
    let fields = json!({"files": all.len(), "in_use_since": intel.since, "faults": faults, "notes": notes, "read_errors": unread});
    objects.push(object("summary", fields));
    objects
}

fn extend(value: &mut Value, more: Value) {
    if let (Value::Object(fields), Value::Object(more)) = (value, more) {
        fields.extend(more);
    }
}
