//! `poolhound exclusion status`: what expires, what nobody used, what drifted.

use super::{object, report_to, tell, write_objects};
use crate::cli::ReportFormat;
use crate::cli::exclusion::StatusArgs;
use crate::error::Error;
use crate::local::clock;
use ::content::audit::{Audit, Deployed, PolicyState, PolicyStatus, is_deployed_list};
use ::content::exclusions::moment;
use ::content::{Library, Watchlist};
use model::exit;
use report::safe;
use report::style::Style;
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::Path;

pub(super) fn run(args: &StatusArgs) -> Result<u8, Error> {
    if args.paths.is_empty() {
        return Err(Error::Usage("status needs policies: poolhound exclusion status PATH... (see --help)".to_owned()));
    }
    let mut library = Library::default();
    let mut faulty = false;
    for path in &args.paths {
        faulty |= tell(&library.add_exclusions(path));
    }
    let audit = match &args.audit {
        Some(file) if !file.exists() => {
            return Err(Error::Usage(format!("{}: there is no such trail yet: `poolhound hunt --audit` begins one", file.display())));
        }
        Some(file) => Audit::open_expecting(file, args.head.as_deref()).map_err(|e| Error::Usage(e.to_string()))?,
        None => Audit::empty(),
    };
    let workspace = args.deployed.iter().map(|file| watchlist(file)).collect::<Result<Vec<_>, _>>()?;
    let now = moment(args.now.unwrap_or_else(clock));
    let judged_at = audit.judged_at(now);
    let all = audit.status(&library.policies, now, &workspace);
    let (mut out, style) = report_to(&args.report)?;
    match args.report.format {
        ReportFormat::Terminal => {
            if judged_at > now {
                writeln!(out, "the clock is behind the trail's last entry: judged at {}", judged_at.format("%Y-%m-%dT%H:%M:%SZ"))?;
            }
            all.iter().try_for_each(|status| terminal(status, args.audit.is_some(), style, &mut *out))?;
            if let Some((lines, hash)) = audit.head() {
                writeln!(out, "the trail has {lines} lines; keep the hash of the last elsewhere, for --head: {hash}")?;
            }
        }
        format => {
            let mut objects: Vec<Value> = all.iter().map(|s| object("policy", serde_json::to_value(s).unwrap_or_default())).collect();
            objects.extend(audit.head().map(|(lines, hash)| json!({"type": "trail", "lines": lines, "head": hash})));
            write_objects(&objects, format == ReportFormat::Jsonl, &mut *out)?;
        }
    }
    out.flush()?;
    // Without a trail no policy was ever enabled, which says nothing.
    let bad = |s: &PolicyStatus| s.drift() || matches!(s.state, PolicyState::Expired | PolicyState::Removed) || s.reapprove_count > 0;
    Ok(if faulty {
        exit::USAGE
    } else if all.iter().any(bad) {
        exit::FINDINGS
    } else {
        exit::CLEAN
    })
}

fn watchlist(file: &Path) -> Result<Watchlist, Error> {
    let text = fs::read_to_string(file).map_err(|e| Error::Usage(format!("{}: {e}", file.display())))?;
    let stem = file.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let list = Watchlist::parse(&file.display().to_string(), &stem, &text).map_err(|e| Error::Usage(e.to_string()))?;
    if is_deployed_list(&list) {
        return Ok(list);
    }
    Err(Error::Usage(format!(
        "{}: neither of the watchlists PoolhoundPolicies and PoolhoundWindows: it has no column PolicyId with PolicyHash or WindowStart",
        file.display()
    )))
}

fn terminal(status: &PolicyStatus, trailed: bool, style: Style, out: &mut dyn Write) -> Result<(), Error> {
    let state = match status.state {
        PolicyState::NeverEnabled if !trailed => "in its time".to_owned(),
        state => state_name(state).to_owned(),
    };
    let left = status.days_left.map(|days| match days {
        ..-1 => format!(", ended {} days ago", -days),
        -1 => ", ended within the last day".to_owned(),
        1 => ", 1 day left".to_owned(),
        _ => format!(", {days} days left"),
    });
    writeln!(out, "{}  {state}{}", style.bold(&safe(&status.id)), left.unwrap_or_default())?;
    if status.expires_soon {
        writeln!(out, "  {}  it ends within 14 days: renew it, or let what it explains open", style.bold("expires soon"))?;
    }
    if trailed {
        match &status.last_used {
            Some(last) => writeln!(out, "  hid {} in {}, last {last}", counted(status.hid, "finding"), counted(status.runs, "run"))?,
            None => writeln!(out, "  hid nothing yet")?,
        }
    }
    if status.unused {
        writeln!(out, "  {}  it explained nothing in 30 days: is the activity over?", style.bold("unused"))?;
    }
    if status.state == PolicyState::ChangedSince {
        let recorded = status.recorded_hash.as_deref().unwrap_or_default();
        writeln!(out, "  {}  the file ({}) is not what the last run recorded ({recorded})", style.bold("drifted"), status.hash)?;
    }
    if !matches!(status.deployed, Deployed::NotAsked | Deployed::Same) {
        writeln!(out, "  {}  the workspace differs: {}", style.bold("drifted"), safe(&deployed(&status.deployed)))?;
    }
    if status.reapprove_count > 0 {
        let ids = status.reapprove.join(", ");
        writeln!(
            out,
            "  {}  everything held but the hash in {} findings ({ids}): a new version of the program? Approve its hash, or rest the policy on signer or package",
            style.bold("re-approve"),
            status.reapprove_count
        )?;
    }
    Ok(())
}

fn deployed(how: &Deployed) -> String {
    match how {
        Deployed::NotAsked | Deployed::Same => "the same".to_owned(),
        Deployed::Missing => "it has no row of it".to_owned(),
        Deployed::Differs(columns) => format!("other values in {}", columns.join(", ")),
        Deployed::WithoutFile => "a row without a file".to_owned(),
    }
}

fn state_name(state: PolicyState) -> &'static str {
    match state {
        PolicyState::Removed => "removed",
        PolicyState::Expired => "expired",
        PolicyState::NeverEnabled => "never enabled",
        PolicyState::ChangedSince => "changed since the last run",
        PolicyState::Future => "not yet valid",
        PolicyState::Active => "active",
    }
}

fn counted(n: u64, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}
