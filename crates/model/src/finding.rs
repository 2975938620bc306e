//! Findings, cases, coverage and the summary: the machine output of `hunt`, one object a line. Stable.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How much a finding or a case matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    Informational,
    Low,
    Medium,
    High,
}

impl Severity {
    pub const ALL: [Self; 4] = [Self::Informational, Self::Low, Self::Medium, Self::High];

    pub fn name(self) -> &'static str {
        match self {
            Self::Informational => "Informational",
            Self::Low => "Low",
            Self::Medium => "Medium",
            Self::High => "High",
        }
    }

    /// Without regard to case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.name().eq_ignore_ascii_case(name))
    }
}

/// The kind of proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceClass {
    PoolDns,
    PoolConnection,
    PoolTls,
    IdsAlert,
    StratumPayload,
    FlowShape,
    ProcessCommand,
    ProcessName,
    YaraFile,
    YaraMemory,
    Persistence,
    Wallet,
}

impl EvidenceClass {
    pub const ALL: [Self; 12] = [
        Self::PoolDns,
        Self::PoolConnection,
        Self::PoolTls,
        Self::IdsAlert,
        Self::StratumPayload,
        Self::FlowShape,
        Self::ProcessCommand,
        Self::ProcessName,
        Self::YaraFile,
        Self::YaraMemory,
        Self::Persistence,
        Self::Wallet,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::PoolDns => "pool_dns",
            Self::PoolConnection => "pool_connection",
            Self::PoolTls => "pool_tls",
            Self::IdsAlert => "ids_alert",
            Self::StratumPayload => "stratum_payload",
            Self::FlowShape => "flow_shape",
            Self::ProcessCommand => "process_command",
            Self::ProcessName => "process_name",
            Self::YaraFile => "yara_file",
            Self::YaraMemory => "yara_memory",
            Self::Persistence => "persistence",
            Self::Wallet => "wallet",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.name() == name)
    }
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Connected,
    Resolved,
    Failed,
    Blocked,
    Sinkholed,
    Nxdomain,
    Unknown,
}

impl Outcome {
    pub const ALL: [Self; 7] =
        [Self::Connected, Self::Resolved, Self::Failed, Self::Blocked, Self::Sinkholed, Self::Nxdomain, Self::Unknown];

    pub fn name(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Resolved => "resolved",
            Self::Failed => "failed",
            Self::Blocked => "blocked",
            Self::Sinkholed => "sinkholed",
            Self::Nxdomain => "nxdomain",
            Self::Unknown => "unknown",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.name() == name)
    }

    /// Whether the attempt was stopped: its finding is then Informational.
    pub fn stopped(self) -> bool {
        matches!(self, Self::Blocked | Self::Sinkholed | Self::Nxdomain)
    }
}

/// Whether an exclusion explains the finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Open,
    Explained,
}

impl Verdict {
    /// As queries write it.
    pub const EXPLAINED: &'static str = "explained";
}

/// How one fact of an exclusion came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactState {
    Held,
    Failed,
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    pub fact: String,
    pub state: FactState,
}

/// Where a record lies.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Provenance {
    pub file: String,
    /// From 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    /// Bytes in the decompressed file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
}

/// What a hunt found about one host and one object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Made of hunt, host and object; the same in every run over the same activity.
    pub id: String,
    pub hunt: String,
    pub title: String,
    /// Why, in words, as the hunt's first row says it; empty where it says nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    pub severity: Severity,
    pub evidence_class: EvidenceClass,
    pub outcome: Outcome,
    pub verdict: Verdict,
    pub exclusion: Option<String>,
    /// The facts of the nearest exclusion, held or not.
    pub facts: Vec<Fact>,
    /// Open, and only the hash of the nearest exclusion failed: its program was updated, or replaced; the policy needs approval anew.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reapprove: bool,
    /// ISO 8601, UTC; absent where no record has a time.
    pub first_seen: Option<String>,
    pub last_seen: Option<String>,
    /// Records behind it.
    pub count: u64,
    pub bytes: Option<u64>,
    pub duration_s: Option<f64>,
    /// `host`, `ip`, `account`, `process`, `command_line`, `sha256`, `file`, `domain`, `remote_ip`, `remote_port`, `wallet`, `pool`;
    /// absent where unknown.
    pub entities: BTreeMap<String, String>,
    pub techniques: Vec<String>,
    pub provenance: Vec<Provenance>,
}

/// The findings about one host put together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    pub id: String,
    pub host: String,
    pub severity: Severity,
    /// Ids of its findings, worst first.
    pub findings: Vec<String>,
    pub story: String,
    pub next_steps: Vec<String>,
}

/// A hunt that had nothing to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HuntWithoutData {
    pub hunt: String,
    pub why: String,
}

/// What the evidence shows of one host in one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Empty for the evidence as a whole.
    pub host: String,
    pub table: String,
    pub from: Option<String>,
    pub to: Option<String>,
    pub rows: u64,
    pub hunts_without_data: Vec<HuntWithoutData>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedFile {
    pub file: String,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadErrorRow {
    pub file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    pub reason: String,
}

/// The last line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// What `now()` was; ISO 8601.
    pub now: String,
    pub files: u64,
    pub records: u64,
    pub tables: BTreeMap<String, u64>,
    pub read_errors: u64,
    pub skipped: Vec<SkippedFile>,
    /// Exports that end at a row limit, hunts that could not run, and the like.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    pub findings: u64,
    pub open: u64,
    pub explained: u64,
    pub cases: u64,
    pub incomplete: bool,
    pub elapsed_ms: u64,
}

/// Everything that a hunt over evidence yields.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Worst first; explained ones last.
    pub findings: Vec<Finding>,
    /// Worst first.
    pub cases: Vec<Case>,
    /// Open ones first, most work first.
    pub campaigns: Vec<crate::campaign::Campaign>,
    pub read_errors: Vec<ReadErrorRow>,
    pub coverage: Vec<Coverage>,
    pub summary: Summary,
}
