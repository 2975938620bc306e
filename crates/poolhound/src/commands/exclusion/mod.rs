//! `poolhound exclusion`: policies of approved activities, written, checked, tried and deployed.

mod backtest;
mod compile;
mod explain;
#[cfg(unix)]
mod inventory;
mod lint;
mod mutate;
mod new;
mod status;

use super::{catalog, embedded, object, tell, write_objects};
use crate::cli::EvidenceArgs;
use crate::cli::exclusion::{ExclusionArgs, ExclusionCommand, JudgingArgs, ReportArgs};
use crate::error::Error;
use crate::input::{Combined, open, scanner};
use crate::local::{cancel_on_interrupt, engine, outcome};
use crate::output;
use crate::progress::{Progress, complain};
use ::content::Library;
use ::hunt::{JudgedRow, judged_rows};
use engine::{LocalBackend, RunOutcome};
use model::exit;
use report::style::Style;
use std::io::Write;
use std::path::PathBuf;

pub(crate) fn run(args: &ExclusionArgs, quiet: bool) -> Result<u8, Error> {
    match &args.command {
        ExclusionCommand::Lint(args) => lint::run(args),
        ExclusionCommand::Compile(args) => compile::run(args, quiet),
        ExclusionCommand::Explain(args) => explain::run(args, quiet),
        ExclusionCommand::Backtest(args) => backtest::run(args, quiet),
        #[cfg(unix)]
        ExclusionCommand::Inventory(args) => inventory::run(args, quiet),
        #[cfg(not(unix))]
        ExclusionCommand::Inventory(_) => {
            Err(Error::Usage("the inventory reads rights as Unix has them; it is not built for this system".to_owned()))
        }
        ExclusionCommand::New { name } => new::run(name.as_deref()),
        ExclusionCommand::Status(args) => status::run(args),
        ExclusionCommand::Mutate(args) => mutate::run(args, quiet),
    }
}

/// Rows of hunts, as policies judge them.
struct Judged {
    rows: Vec<JudgedRow>,
    library: Library,
    outcome: RunOutcome,
    /// Content was wrong or a query could not run; each was told.
    faulty: bool,
}

impl Judged {
    /// Runs the hunts over the evidence with the policies at `exclusions`.
    fn new(args: &JudgingArgs, exclusions: &[PathBuf], evidence: &EvidenceArgs, quiet: bool) -> Result<Self, Error> {
        if evidence.paths.is_empty() {
            return Err(Error::Usage("this needs evidence: PATH... (see --help)".to_owned()));
        }
        let mut library = embedded()?;
        if !args.hunts.is_empty() {
            library.hunts.clear();
        }
        let mut faulty = false;
        for path in &args.hunts {
            faulty |= tell(&library.add_hunts(path));
        }
        for path in exclusions {
            faulty |= tell(&library.add_exclusions(path));
        }
        if !library.has_policies() {
            return Err(Error::Usage("none of the policies could be loaded".to_owned()));
        }
        let (catalog, bad_lists) = catalog(&mut library, &args.library)?;
        let host = evidence.host.clone();
        let evidence = open(evidence)?;
        let (sensor, bad_rules) = scanner(&evidence, &library, host.as_deref(), args.engine.now);
        bad_rules.iter().for_each(|e| complain(e));
        let source = Combined { evidence: &evidence, sensor };
        let progress = Progress::new(quiet);
        let backend = LocalBackend::new(engine(&args.engine, cancel_on_interrupt()), &catalog, Some(&source), &progress);
        let (rows, problems) = judged_rows(&backend, &library);
        for problem in &problems {
            complain(&format!("{}: {} cannot run: {}", problem.file, problem.hunt, problem.error));
        }
        let outcome = outcome(&backend).ok_or_else(|| Error::Usage("no hunt could be run".to_owned()))?;
        drop(backend);
        drop(progress);
        Ok(Self { rows, library, outcome, faulty: faulty | bad_lists | !bad_rules.is_empty() | !problems.is_empty() })
    }

    /// The exit code, where `refused` says what the command found.
    fn exit_code(&self, refused: bool) -> u8 {
        if self.faulty {
            exit::USAGE
        } else if refused {
            exit::FINDINGS
        } else if self.outcome.incomplete || self.outcome.read_error_count > 0 || self.outcome.offer.skipped.iter().any(|s| s.evidence) {
            exit::INCOMPLETE
        } else {
            exit::CLEAN
        }
    }

    /// Says on the standard error what was not looked at.
    fn tell_unread(&self) {
        if self.outcome.read_error_count > 0 {
            complain(&format!("{} records could not be read", self.outcome.read_error_count));
        }
        for skipped in self.outcome.offer.skipped.iter().filter(|s| s.evidence) {
            complain(&format!("{}: skipped: {}", skipped.file.name, skipped.reason));
        }
    }
}

/// Where a report goes, and how it is dressed.
fn report_to(args: &ReportArgs) -> Result<(Box<dyn Write>, Style), Error> {
    Ok((output::open(args.output.as_deref())?, output::style(args.color, args.output.as_deref())))
}
