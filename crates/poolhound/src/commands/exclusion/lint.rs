//! `poolhound exclusion lint`: weak policies are refused, and weak exclusions in KQL are found.

use super::{object, report_to, write_objects};
use crate::cli::ReportFormat;
use crate::cli::exclusion::LintArgs;
use crate::error::Error;
use crate::local::clock;
use crate::progress::complain;
use ::content::exclusions::{Control, Fault, Linted, Policy, QueryRemark, doubles, lint, lint_query, moment, overlaps};
use ::content::files;
use evidence::wallet;
use model::exit;
use report::safe;
use report::style::Style;
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;

/// One file, judged.
enum Judgement {
    Policy(Box<Linted>),
    Query(Vec<QueryRemark>),
}

pub(super) fn run(args: &LintArgs) -> Result<u8, Error> {
    if args.paths.is_empty() {
        return Err(Error::Usage("lint needs policies or KQL: poolhound exclusion lint PATH... (see --help)".to_owned()));
    }
    let now = moment(args.now.unwrap_or_else(clock));
    let (mut judged, mut unread) = (Vec::new(), false);
    for path in &args.paths {
        for (file, text) in files(path, &["yaml", "yml", "kql", "csl"]) {
            match text {
                Ok(text) if is_query(&file, &text) => judged.push((file.clone(), Judgement::Query(lint_query(&file, &text)))),
                Ok(text) => {
                    let mut linted = lint(Path::new(&file), &text, now);
                    mistyped_wallets(&mut linted, &text);
                    judged.push((file.clone(), Judgement::Policy(Box::new(linted))));
                }
                Err(error) => {
                    complain(&error.to_string());
                    unread = true;
                }
            }
        }
    }
    let policies: Vec<(String, Policy)> = judged
        .iter()
        .filter_map(|(file, j)| match j {
            Judgement::Policy(linted) => Some((file.clone(), linted.policy.clone()?)),
            Judgement::Query(_) => None,
        })
        .collect();
    let overlaps = overlaps(&policies);
    for (file, fault) in doubles(&policies) {
        for (_, judgement) in judged.iter_mut().filter(|(name, _)| name == file) {
            if let Judgement::Policy(linted) = judgement {
                linted.refusals.push(fault.clone());
            }
        }
    }
    let (mut out, style) = report_to(&args.report)?;
    match args.report.format {
        ReportFormat::Terminal => {
            judged.iter().try_for_each(|(file, j)| terminal(file, j, style, &mut *out))?;
            for (one, other, what) in &overlaps {
                writeln!(out, "{}  {} and {}: {}", style.bold("overlap"), safe(one), safe(other), safe(what))?;
            }
        }
        format => {
            let mut all: Vec<Value> = judged.iter().map(|(file, j)| machine(file, j)).collect();
            all.extend(overlaps.iter().map(|(one, other, what)| object("overlap", json!({"policies": [one, other], "what": what}))));
            write_objects(&all, format == ReportFormat::Jsonl, &mut *out)?;
        }
    }
    out.flush()?;
    let refused = judged.iter().any(|(_, j)| match j {
        Judgement::Policy(linted) => !linted.refusals.is_empty(),
        Judgement::Query(remarks) => !remarks.is_empty(),
    });
    Ok(if unread {
        exit::USAGE
    } else if refused {
        exit::FINDINGS
    } else {
        exit::CLEAN
    })
}

/// The shortest address of a coin is that of Bitcoin.
const ADDRESS: usize = 26;

/// Notes wallets that are as long as an address, and none of a coin that is known: a letter may be wrong, and then the policy explains nothing.
fn mistyped_wallets(linted: &mut Linted, text: &str) {
    let wallets = linted.policy.iter().flat_map(|policy| policy.must.wallet.iter().flatten());
    let alike = |wallet: &&String| {
        let bare = wallet.rsplit_once(':').map_or(wallet.as_str(), |(_, bare)| bare);
        // Addresses in hexadecimal digits mostly have no checksum.
        let hexadecimal = bare.trim_start_matches("0x").bytes().all(|b| b.is_ascii_hexdigit());
        bare.len() >= ADDRESS && bare.bytes().all(|b| b.is_ascii_alphanumeric()) && bare.bytes().any(|b| b.is_ascii_digit()) && !hexadecimal
    };
    let wrong: Vec<Fault> = wallets
        .filter(alike)
        .filter(|wallet| wallet::find(wallet).is_empty())
        .map(|wallet| Fault {
            line: text.lines().position(|line| line.contains(wallet.as_str())).map_or(1, |at| at as u64 + 1),
            what: format!("`{wallet}` looks like an address, and is none of a coin that is known: its checksum is wrong"),
            remedy: "copy it anew from where it is paid; a coin that is not known may have such addresses".to_owned(),
        })
        .collect();
    linted.warnings.extend(wrong);
}

/// KQL by its file's name, or Sentinel's YAML with a query in it.
fn is_query(file: &str, text: &str) -> bool {
    let kql = Path::new(file).extension().is_some_and(|e| e.eq_ignore_ascii_case("kql") || e.eq_ignore_ascii_case("csl"));
    kql || text.lines().any(|line| line.starts_with("query:"))
}

fn terminal(file: &str, judged: &Judgement, style: Style, out: &mut dyn Write) -> Result<(), Error> {
    match judged {
        Judgement::Policy(linted) => {
            let name = linted.policy.as_ref().map(|p| format!("  {}", safe(&p.id))).unwrap_or_default();
            let state = if linted.refusals.is_empty() { "sound" } else { "refused" };
            writeln!(out, "{}{name}  {state}", style.bold(&safe(file)))?;
            for (level, faults) in [("refused", &linted.refusals), ("note", &linted.warnings)] {
                for fault in faults {
                    let level = if level == "refused" { style.bold(level) } else { style.dim(level) };
                    writeln!(out, "  {level}  line {}: {}", fault.line, safe(&fault.what))?;
                    if !fault.remedy.is_empty() {
                        writeln!(out, "           {}", style.dim(&format!("instead: {}", safe(&fault.remedy))))?;
                    }
                }
            }
            if let Some(distance) = &linted.distance {
                writeln!(out, "  one-fact distance: {}", safe(&distance.to_string()))?;
            }
        }
        Judgement::Query(remarks) => {
            let state = if remarks.is_empty() { "no weak exclusion found".to_owned() } else { format!("{} weak", remarks.len()) };
            writeln!(out, "{}  KQL  {state}", style.bold(&safe(file)))?;
            for remark in remarks {
                writeln!(out, "  {}  line {}: {}", style.bold("weak"), remark.line, safe(&remark.text))?;
                writeln!(out, "        hides: {}", safe(&remark.hides))?;
                writeln!(out, "        {}", style.dim(&format!("instead: {}", safe(&remark.instead))))?;
            }
        }
    }
    Ok(())
}

fn machine(file: &str, judged: &Judgement) -> Value {
    match judged {
        Judgement::Policy(linted) => {
            let faults =
                |all: &[Fault]| -> Vec<Value> { all.iter().map(|f| json!({"line": f.line, "what": f.what, "remedy": f.remedy})).collect() };
            let change = |c: &::content::exclusions::Change| json!({"change": c.what, "by": Control::name(c.by), "seen_by": c.seen_by});
            let distance = linted.distance.as_ref().map(|d| {
                json!({"text": d.to_string(), "unseen": d.unseen().map(change).collect::<Vec<_>>(), "weakest": d.weakest().map(change)})
            });
            object(
                "policy",
                json!({"file": file, "id": linted.policy.as_ref().map(|p| p.id.as_str()), "refused": !linted.refusals.is_empty(),
                    "refusals": faults(&linted.refusals), "warnings": faults(&linted.warnings), "distance": distance}),
            )
        }
        Judgement::Query(remarks) => {
            let remarks: Vec<Value> = remarks
                .iter()
                .map(|r| json!({"line": r.line, "kind": r.kind.name(), "text": r.text, "hides": r.hides, "instead": r.instead}))
                .collect();
            object("query", json!({"file": file, "remarks": remarks}))
        }
    }
}
