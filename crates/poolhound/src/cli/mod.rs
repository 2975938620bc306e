//! Flags.

pub(crate) mod exclusion;

use chrono_tz::Tz;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use model::{Severity, ticks};
use std::path::PathBuf;
use std::time::Duration;

const EXIT_CODES: &str = "Exit codes:
  0    everything was read and nothing is open
  1    open findings at or above --fail-on
  2    wrong command line or content
  3    nothing open, but evidence was skipped or could not be read, or no hunt had anything to look at
  130  interrupted";

const HUNT_EXAMPLES: &str = "Examples:
  poolhound hunt /evidence
  poolhound hunt zeek/ DeviceProcessEvents.csv --exclusions policies/ --audit audit.jsonl
  poolhound hunt export.csv --table DeviceNetworkEvents --timezone Europe/Berlin
  poolhound hunt /evidence --hunts my-hunts/ --format jsonl --output findings.jsonl
  poolhound hunt /evidence --fail-on medium && echo clean";

const TABLES_EXAMPLES: &str = "Examples:
  poolhound tables /evidence
  poolhound tables export.csv --table DeviceNetworkEvents --json";

const CONTENT_EXAMPLES: &str = "Examples:
  poolhound content list
  poolhound content export my-content/ && poolhound hunt /evidence --hunts my-content/";

const INTEL_EXAMPLES: &str = "Examples:
  poolhound intel lint my-rule.yaml blocklist.txt --missing
  poolhound intel coverage blocklist.txt sigma/net_connection_win_pua_cryptominer.yml
  poolhound intel import misp-event.json --output MiningPools.csv && poolhound hunt /evidence --watchlists MiningPools.csv

Exit codes:
  0  everything was read; lint: no faults
  1  lint: something finds what is not meant, or never anything
  2  wrong command line, or a file that cannot be opened
  3  no faults, but something in the files could not be read";

const QUERY_EXAMPLES: &str = "Examples:
  poolhound query 'DnsEvents | summarize count() by Name | top 10 by count_' DnsEvents.csv
  poolhound query 'print now()' --now 2026-11-18T02:05:00Z
  poolhound query --file hunt.kql /evidence --format csv --output rows.csv
  poolhound query --batch queries.jsonl /evidence";

/// Finds cryptominers in evidence: packet and flow logs, endpoint logs, Sentinel exports, files.
///
/// Evidence becomes tables with Sentinel's names, hunts are Sentinel's own KQL. Nothing leaves the machine.
#[derive(Parser, Debug)]
#[command(name = "poolhound", version, after_help = EXIT_CODES, max_term_width = 110)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Say nothing but results and errors
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Log what is done (twice: more) to the standard error
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Read evidence, hunt for miners, explain what is approved, report
    #[command(after_help = format!("{HUNT_EXAMPLES}\n\n{EXIT_CODES}"))]
    Hunt(HuntArgs),
    /// Run any KQL over the same tables
    #[command(after_help = QUERY_EXAMPLES)]
    Query(QueryArgs),
    /// List the tables in the evidence with their columns and counts
    #[command(after_help = TABLES_EXAMPLES)]
    Tables(TablesArgs),
    /// The hunts, functions, watchlists and rules that the program carries
    #[command(after_help = CONTENT_EXAMPLES)]
    Content(ContentArgs),
    /// Judge lists of mining pools, and take indicators into our own
    #[command(after_help = INTEL_EXAMPLES)]
    Intel(IntelArgs),
    /// Policies of approved activities: write, check, try and deploy them
    #[command(after_help = exclusion::EXAMPLES)]
    Exclusion(exclusion::ExclusionArgs),
    /// Print completions for a shell
    #[command(after_help = "Example:\n  poolhound completions bash > /etc/bash_completion.d/poolhound")]
    Completions { shell: Shell },
}

#[derive(Args, Debug)]
pub(crate) struct EvidenceArgs {
    /// Files and folders of evidence; .gz, .zst, .zip and .tar are looked into
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The table that exports belong to where neither name nor columns tell
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    pub(crate) table: Option<String>,
    /// The zone of local times that carry none, as Europe/Berlin; without it they are unknown
    #[arg(long, value_name = "ZONE", help_heading = "Input")]
    pub(crate) timezone: Option<Tz>,
    /// The host that scanned files come from; with --now that is also the time at which exclusions judge them
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    pub(crate) host: Option<String>,
    /// Leave out records before that time
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Input")]
    pub(crate) since: Option<i64>,
    /// Leave out records from that time on
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Input")]
    pub(crate) until: Option<i64>,
}

#[derive(Args, Debug)]
pub(crate) struct EngineArgs {
    /// What now() is; by default the end of the evidence
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Engine")]
    pub(crate) now: Option<i64>,
    /// Threads; by default one a core
    #[arg(long, value_name = "N", help_heading = "Engine")]
    pub(crate) threads: Option<usize>,
    /// Memory for kept rows and queries, as 512M or 2G; beyond it rows go to --temp-dir [default: a quarter of the machine's, at least 1G]
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = "Engine")]
    pub(crate) memory: Option<u64>,
    /// Give up after that time, as 90s, 10m or 2h, with what was found so far
    #[arg(long, value_name = "TIME", value_parser = duration, help_heading = "Engine")]
    pub(crate) timeout: Option<Duration>,
    /// Where rows go beyond --memory
    #[arg(long, value_name = "DIR", help_heading = "Engine")]
    pub(crate) temp_dir: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct LibraryArgs {
    /// More watchlists (CSV, named by file); one of the same name replaces
    #[arg(long, value_name = "PATH", help_heading = "Content")]
    pub(crate) watchlists: Vec<PathBuf>,
    /// Local copies of what `externaldata` asks for: lines `url`, `file`, `sha256` of a YAML list
    #[arg(long, value_name = "FILE", help_heading = "Content")]
    pub(crate) externals: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct HuntArgs {
    #[command(flatten)]
    pub(crate) evidence: EvidenceArgs,
    /// Policies of approved activities that explain findings
    #[arg(long, value_name = "PATH", help_heading = "Content")]
    pub(crate) exclusions: Vec<PathBuf>,
    /// Append to an audit trail what policies were enabled, changed or expired, and what each of them hid
    #[arg(long, value_name = "FILE", requires = "exclusions", help_heading = "Content")]
    pub(crate) audit: Option<PathBuf>,
    /// Prices of a day (YAML): what mining cost the machines' owner and brought its operator, see examples/prices.yaml
    #[arg(long, value_name = "FILE", help_heading = "Content")]
    pub(crate) prices: Option<PathBuf>,
    /// Hunts (Sentinel YAML) instead of the built-in ones
    #[arg(long, value_name = "PATH", help_heading = "Content")]
    pub(crate) hunts: Vec<PathBuf>,
    /// More YARA rules
    #[arg(long, value_name = "PATH", help_heading = "Content")]
    pub(crate) rules: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) library: LibraryArgs,
    #[command(flatten)]
    pub(crate) engine: EngineArgs,
    /// Exit with 1 only for open findings at or above that severity
    #[arg(long, value_name = "SEVERITY", value_parser = severity, default_value = "low", help_heading = "Output")]
    pub(crate) fail_on: Severity,
    /// How to report
    #[arg(long, value_enum, default_value_t = ReportFormat::Terminal, help_heading = "Output")]
    pub(crate) format: ReportFormat,
    /// Write the report to a file
    #[arg(long, short, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    /// Show everything: explained findings, all records, all skipped files
    #[arg(long, help_heading = "Output")]
    pub(crate) all: bool,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = Colour::Auto, help_heading = "Output")]
    pub(crate) color: Colour,
}

#[derive(Args, Debug)]
pub(crate) struct QueryArgs {
    /// The KQL; with --file or --batch, the first PATH
    #[arg(value_name = "KQL")]
    pub(crate) query: Option<String>,
    #[command(flatten)]
    pub(crate) evidence: EvidenceArgs,
    /// Read the KQL from a file
    #[arg(long, value_name = "FILE", conflicts_with = "batch")]
    pub(crate) file: Option<PathBuf>,
    /// Answer lines {"id", "query"} with lines {"id", "columns", "rows", "error"}
    #[arg(long, value_name = "FILE")]
    pub(crate) batch: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) library: LibraryArgs,
    #[command(flatten)]
    pub(crate) engine: EngineArgs,
    /// How to print the answer
    #[arg(long, value_enum, default_value_t = QueryFormat::Table, help_heading = "Output")]
    pub(crate) format: QueryFormat,
    /// Write the answer to a file
    #[arg(long, short, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = Colour::Auto, help_heading = "Output")]
    pub(crate) color: Colour,
}

#[derive(Args, Debug)]
pub(crate) struct TablesArgs {
    #[command(flatten)]
    pub(crate) evidence: EvidenceArgs,
    /// Print one JSON object a table
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct ContentArgs {
    #[command(subcommand)]
    pub(crate) command: ContentCommand,
}

#[derive(Subcommand, Debug)]
pub(crate) enum ContentCommand {
    /// List the hunts with severity and evidence class
    List,
    /// Write all content to a folder, to read or to change it
    Export {
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

#[derive(Args, Debug)]
pub(crate) struct IntelArgs {
    #[command(subcommand)]
    pub(crate) command: IntelCommand,
}

#[derive(Subcommand, Debug)]
pub(crate) enum IntelCommand {
    /// What lists and rules know of the pools in use, and what is wrong with them
    #[command(after_help = INTEL_EXAMPLES)]
    Lint(IntelLintArgs),
    /// Pools in use by list; our own list by coin and role
    #[command(after_help = INTEL_EXAMPLES)]
    Coverage(IntelCoverageArgs),
    /// Turn indicators (lists, CSV, STIX 2.1, MISP, exports of Sentinel) into rows of the watchlist MiningPools
    #[command(after_help = INTEL_EXAMPLES)]
    Import(IntelImportArgs),
}

#[derive(Args, Debug)]
pub(crate) struct IntelInput {
    /// Lists and rules: plain, hosts, adblock, CSV, JSON, STIX, MISP, Zeek intel; Sigma, Sentinel (YAML, KQL), Suricata
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Watchlists that replace ours of the same name (MiningPools, SharedZones, SharedAddresses)
    #[arg(long, value_name = "PATH", help_heading = "Content")]
    pub(crate) watchlists: Vec<PathBuf>,
    /// Warning lists of MISP (JSON): what stands on them is no indicator
    #[arg(long, value_name = "FILE", help_heading = "Content")]
    pub(crate) warninglist: Vec<PathBuf>,
    /// A pool is in use if a public document named it since that day; by default the year before our newest document
    #[arg(long, value_name = "DATE", value_parser = day, help_heading = "Content")]
    pub(crate) in_use_since: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct IntelLintArgs {
    #[command(flatten)]
    pub(crate) input: IntelInput,
    /// Name the pools in use that a list does not know
    #[arg(long, help_heading = "Output")]
    pub(crate) missing: bool,
    /// Show every remark
    #[arg(long, help_heading = "Output")]
    pub(crate) all: bool,
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
pub(crate) struct IntelCoverageArgs {
    #[command(flatten)]
    pub(crate) input: IntelInput,
    /// How to print the table
    #[arg(long, value_enum, default_value_t = QueryFormat::Table, help_heading = "Output")]
    pub(crate) format: QueryFormat,
    /// Write the table to a file
    #[arg(long, short, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = Colour::Auto, help_heading = "Output")]
    pub(crate) color: Colour,
}

#[derive(Args, Debug)]
pub(crate) struct IntelImportArgs {
    #[command(flatten)]
    pub(crate) input: IntelInput,
    /// Only the imported rows; by default ours are written as well, so that hunts can use the file in place of ours
    #[arg(long)]
    pub(crate) alone: bool,
    /// Also indicators of feeds (STIX, MISP, Sentinel) that say nothing of mining
    #[arg(long)]
    pub(crate) any_threat: bool,
    /// The time by which expiry is judged; by default the clock
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) now: Option<i64>,
    /// Rows as CSV, or rows and what was left out as JSON
    #[arg(long, value_enum, default_value_t = ImportFormat::Csv, help_heading = "Output")]
    pub(crate) format: ImportFormat,
    /// Write to a file; hunts take it where it is named MiningPools.csv
    #[arg(long, short, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ImportFormat {
    Csv,
    /// One JSON object a line
    Jsonl,
    /// One JSON array
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// Cases for people
    Terminal,
    /// One JSON object a line
    Jsonl,
    /// One JSON array
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum QueryFormat {
    Table,
    Json,
    Jsonl,
    Csv,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    Auto,
    Always,
    Never,
}

fn severity(text: &str) -> Result<Severity, String> {
    Severity::from_name(text).ok_or_else(|| "one of informational, low, medium, high".to_owned())
}

fn time(text: &str) -> Result<i64, String> {
    ticks::parse_iso(text).ok_or_else(|| "a time as 2026-11-18T02:05:00Z or a date".to_owned())
}

fn day(text: &str) -> Result<String, String> {
    let day = ticks::parse_iso(text).map(ticks::iso).and_then(|iso| iso.get(..10).map(str::to_owned));
    day.ok_or_else(|| "a date as 2026-01-31".to_owned())
}

fn duration(text: &str) -> Result<Duration, String> {
    let (digits, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let seconds = match unit {
        "s" | "" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err("a time as 90s, 10m or 2h".to_owned()),
    };
    let amount: u64 = digits.parse().map_err(|_| "a time as 90s, 10m or 2h".to_owned())?;
    amount.checked_mul(seconds).map(Duration::from_secs).ok_or_else(|| "too long".to_owned())
}

fn size(text: &str) -> Result<u64, String> {
    let (digits, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let shift = match unit.trim_end_matches(['i', 'B', 'b']).to_ascii_uppercase().as_str() {
        "" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        "T" => 40,
        _ => return Err("a size as 512M or 2G".to_owned()),
    };
    let amount: u64 = digits.parse().map_err(|_| "a size as 512M or 2G".to_owned())?;
    amount.checked_mul(1 << shift).filter(|s| *s > 0).ok_or_else(|| "a size as 512M or 2G".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn flags_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn sizes_and_times() {
        assert_eq!(size("512M"), Ok(512 << 20));
        assert_eq!(size("2GiB"), Ok(2 << 30));
        assert!(size("lots").is_err() && size("0").is_err());
        assert_eq!(duration("10m"), Ok(Duration::from_secs(600)));
        assert!(duration("10y").is_err());
    }
}
