//! Flags of `poolhound exclusion`.

use super::{Colour, EngineArgs, EvidenceArgs, LibraryArgs, ReportFormat, time};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

pub(super) const EXAMPLES: &str = "Examples:
  poolhound exclusion new 4-backup-linux > policies/backup.yaml
  poolhound exclusion lint policies/ my-rule.yaml
  poolhound exclusion backtest /evidence --exclusions policies/ --days 30 --former policies-of-yesterday/
  poolhound exclusion mutate /evidence --exclusions policies/
  poolhound exclusion explain 3db9766a5269bf52 /evidence --exclusions policies/
  poolhound exclusion compile policies/ --output deploy/ --level certificates
  poolhound exclusion inventory policies/ --output inventory/ && poolhound hunt /evidence inventory/ --exclusions policies/
  poolhound hunt /evidence --exclusions policies/ --audit audit.jsonl && poolhound exclusion status policies/ --audit audit.jsonl

Exit codes:
  0  sound: nothing refused, nothing contradicted, every mutant open
  1  refused: a weak policy, a hidden row with other evidence of mining, a mutant that is explained, a policy that has drifted
  2  wrong command line, or a file that cannot be read
  3  nothing refused, but evidence was skipped or could not be read";

#[derive(Args, Debug)]
pub(crate) struct ExclusionArgs {
    #[command(subcommand)]
    pub(crate) command: ExclusionCommand,
}

#[derive(Subcommand, Debug)]
pub(crate) enum ExclusionCommand {
    /// Print a template of a policy; without a name list them
    #[command(after_help = EXAMPLES)]
    New { name: Option<String> },
    /// Refuse weak policies, and find weak exclusions in KQL that you already have
    #[command(after_help = EXAMPLES)]
    Lint(LintArgs),
    /// Write the stored functions and watchlists that judge findings in a workspace
    #[command(after_help = EXAMPLES)]
    Compile(CompileArgs),
    /// Which facts held, which failed, and what would be needed
    #[command(after_help = EXAMPLES)]
    Explain(ExplainArgs),
    /// What policies would have hidden, and what speaks against it
    #[command(after_help = EXAMPLES)]
    Backtest(BacktestArgs),
    /// Change each approved row, one fact at a time, and demand an open finding
    #[command(after_help = EXAMPLES)]
    Mutate(MutateArgs),
    /// Write what this host (or an image of one) says of the policies' programs: who may write them, which package they are of
    #[command(after_help = EXAMPLES)]
    Inventory(InventoryArgs),
    /// What expires, what nobody used, what drifted
    #[command(after_help = EXAMPLES)]
    Status(StatusArgs),
}

/// How and where a result is written.
#[derive(Args, Debug)]
pub(crate) struct ReportArgs {
    /// How to report
    #[arg(long, value_enum, default_value_t = ReportFormat::Terminal, help_heading = "Output")]
    pub(crate) format: ReportFormat,
    /// Write the report to a file
    #[arg(long, short, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = Colour::Auto, help_heading = "Output")]
    pub(crate) color: Colour,
}

#[derive(Args, Debug)]
pub(crate) struct LintArgs {
    /// Policies (YAML), and KQL: files that end in .kql, or Sentinel's YAML with a query
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The day by which expiry is judged; by default the clock
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) now: Option<i64>,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

/// What a workspace has for policies to be judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Level {
    /// Sentinel's and Defender's own tables
    Native,
    /// … and DeviceFileCertificateInfo: who signed a file
    Certificates,
    /// … and Poolhound's custom tables: mining sessions, packages, YARA matches
    Custom,
}

#[derive(Args, Debug)]
pub(crate) struct CompileArgs {
    /// Policies
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The folder to write to
    #[arg(long, short, value_name = "DIR")]
    pub(crate) output: PathBuf,
    /// What the workspace has; a policy that needs more is refused
    #[arg(long, value_enum, default_value_t = Level::Custom)]
    pub(crate) level: Level,
}

/// Evidence and policies to judge it by.
#[derive(Args, Debug)]
pub(crate) struct JudgingArgs {
    /// Policies of approved activities
    #[arg(long, value_name = "PATH", required = true, help_heading = "Content")]
    pub(crate) exclusions: Vec<PathBuf>,
    /// Hunts (Sentinel YAML) instead of the built-in ones
    #[arg(long, value_name = "PATH", help_heading = "Content")]
    pub(crate) hunts: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) library: LibraryArgs,
    #[command(flatten)]
    pub(crate) engine: EngineArgs,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    /// The finding's id, or its beginning, as `hunt` prints it
    #[arg(value_name = "FINDING")]
    pub(crate) finding: String,
    #[command(flatten)]
    pub(crate) evidence: EvidenceArgs,
    #[command(flatten)]
    pub(crate) judging: JudgingArgs,
}

#[derive(Args, Debug)]
pub(crate) struct BacktestArgs {
    #[command(flatten)]
    pub(crate) evidence: EvidenceArgs,
    /// Only rows of the last N days of the evidence
    #[arg(long, value_name = "N", help_heading = "Input")]
    pub(crate) days: Option<u32>,
    /// The policies' former version, to tell what changes
    #[arg(long, value_name = "PATH", help_heading = "Content")]
    pub(crate) former: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) judging: JudgingArgs,
}

#[derive(Args, Debug)]
pub(crate) struct MutateArgs {
    #[command(flatten)]
    pub(crate) evidence: EvidenceArgs,
    /// Tell every mutant, not only those that are explained
    #[arg(long, help_heading = "Output")]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) judging: JudgingArgs,
}

#[derive(Args, Debug)]
pub(crate) struct InventoryArgs {
    /// Policies, whose paths are looked at
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The folder to write PoolhoundFile_CL.jsonl and PoolhoundPackage_CL.jsonl to
    #[arg(long, short, value_name = "DIR")]
    pub(crate) output: PathBuf,
    /// Where the host's files begin: an image that is mounted there
    #[arg(long, value_name = "DIR", default_value = "/")]
    pub(crate) root: PathBuf,
    /// The host's name, as the endpoint writes it; by default that of its own files
    #[arg(long, value_name = "NAME")]
    pub(crate) host: Option<String>,
    /// What `rpm` wrote of its packages (the command is in the guide)
    #[arg(long, value_name = "FILE")]
    pub(crate) rpm: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct StatusArgs {
    /// Policies
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The audit trail that `hunt --audit` writes
    #[arg(long, value_name = "FILE")]
    pub(crate) audit: Option<PathBuf>,
    /// A hash that `status` told of the trail before, kept elsewhere: the trail must still have it
    #[arg(long, value_name = "HASH", requires = "audit")]
    pub(crate) head: Option<String>,
    /// The watchlists PoolhoundPolicies and PoolhoundWindows as they are deployed (CSV), to find drift
    #[arg(long, value_name = "FILE")]
    pub(crate) deployed: Vec<PathBuf>,
    /// The day by which expiry is judged; by default the clock
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) now: Option<i64>,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}
