//! Findings, cases, coverage and the summary: the machine output of `hunt`, one object a line. Stable.

use serde::{Deserialize, Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

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

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fact {
    pub fact: Cow<'static, str>,
    pub state: FactState,
}

/// What a finding is about, by name, in alphabetical order: `account`, `command_line`, `domain`, `file`, `host`, `ip`, `pool`, `process`,
/// `remote_ip`, `remote_port`, `sha256`, `wallet`; absent where unknown. A list, as a million findings have one each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entities(Vec<(&'static str, String)>);

impl Entities {
    /// Empty values are absent.
    pub fn new(named: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        let mut all: Vec<_> = named.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        all.sort_by_key(|(name, _)| *name);
        all.shrink_to_fit();
        Self(all)
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// The host's name, else its address.
    pub fn host(&self) -> Option<&str> {
        self.get("host").or_else(|| self.get("ip"))
    }
}

impl Serialize for Entities {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// A text that many findings share.
fn shared<S: Serializer>(text: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

fn shared_all<S: Serializer>(texts: &Arc<[String]>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(texts.iter())
}

/// Where a record lies.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Provenance {
    #[serde(serialize_with = "shared")]
    pub file: Arc<str>,
    /// From 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    /// Bytes in the decompressed file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
}

/// What a hunt found about one host and one object.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// Made of hunt, host and object; the same in every run over the same activity.
    pub id: String,
    #[serde(serialize_with = "shared")]
    pub hunt: Arc<str>,
    #[serde(serialize_with = "shared")]
    pub title: Arc<str>,
    /// Why, in words, as the hunt's first row says it; empty where it says nothing.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
    pub severity: Severity,
    pub evidence_class: EvidenceClass,
    pub outcome: Outcome,
    pub verdict: Verdict,
    pub exclusion: Option<String>,
    /// The facts of the nearest exclusion, held or not.
    pub facts: Vec<Fact>,
    /// Open, and only the hash of the nearest exclusion failed: its program was updated, or replaced; the policy needs approval anew.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub reapprove: bool,
    /// ISO 8601, UTC; absent where no record has a time.
    pub first_seen: Option<String>,
    pub last_seen: Option<String>,
    /// Records behind it.
    pub count: u64,
    pub bytes: Option<u64>,
    pub duration_s: Option<f64>,
    pub entities: Entities,
    #[serde(serialize_with = "shared_all")]
    pub techniques: Arc<[String]>,
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
