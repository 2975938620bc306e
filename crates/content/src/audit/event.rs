//! What is written down: one event a line, every text and list of it bounded.

use serde::{Deserialize, Serialize};

/// No text is longer, so that no line is longer than [`super::chain::MAX_LINE`], whatever it holds.
const MAX_TEXT: usize = 256;
const MAX_ID: usize = 64;
const MAX_EVIDENCE: usize = 500;
const MAX_FINDINGS: usize = 1_000;
const MAX_REAPPROVE: usize = 500;
const MAX_HOSTS: usize = 100;
const MAX_HOST: usize = 128;
const MAX_CLASSES: usize = 32;

/// What a hunt says of itself to the trail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunRecord {
    /// Files and folders that were read, as they were named.
    pub evidence: Vec<String>,
    /// Name and version of the program.
    pub engine: String,
    /// What `now()` was in the run: the end of the evidence, not the clock.
    pub now: String,
    pub findings: u64,
    pub open: u64,
    pub explained: u64,
    /// One for each policy that explained something, or would have but for its hash.
    pub policies: Vec<PolicyUse>,
}

/// What one policy hid in a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyUse {
    /// Its id.
    pub policy: String,
    /// Ids of the findings that it explained.
    pub findings: Vec<String>,
    pub hosts: Vec<String>,
    /// Evidence classes.
    pub classes: Vec<String>,
    /// Ids of the findings in which its hash alone failed: the program was updated, or replaced.
    pub reapprove: Vec<String>,
}

/// A line of the trail, but for its hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// From 1.
    pub(super) seq: u64,
    /// Of the clock.
    pub(super) time: String,
    #[serde(flatten)]
    pub(super) event: Event,
    /// The hash of the line before; zeros in the first.
    pub(super) previous: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(super) enum Event {
    PolicyEnabled(Paper),
    PolicyChanged {
        from_hash: String,
        #[serde(flatten)]
        to: Paper,
    },
    PolicyRemoved {
        policy: String,
        policy_hash: String,
    },
    PolicyExpired {
        policy: String,
        policy_hash: String,
        ended: String,
    },
    /// The clock was earlier than the line before.
    ClockSetBack {
        before: String,
        now: String,
    },
    Run(Run),
    /// What a policy did in the run of the `run` line before.
    PolicyUsed(Used),
}

/// Who answers for a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Paper {
    pub(super) policy: String,
    pub(super) policy_hash: String,
    pub(super) file: String,
    pub(super) owner: String,
    pub(super) approver: String,
    pub(super) ticket: String,
    pub(super) valid_from: String,
    pub(super) valid_until: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Run {
    engine: String,
    now: String,
    evidence: Vec<String>,
    evidence_count: u64,
    policies: u64,
    findings: u64,
    open: u64,
    pub(super) explained: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Used {
    pub(super) policy: String,
    pub(super) policy_hash: String,
    /// Of findings explained; `findings` has the first of them.
    pub(super) count: u64,
    findings: Vec<String>,
    hosts: Vec<String>,
    host_count: u64,
    classes: Vec<String>,
    pub(super) reapprove: Vec<String>,
    pub(super) reapprove_count: u64,
}

impl Run {
    pub(super) fn of(run: &RunRecord, policies: usize) -> Self {
        Self {
            engine: text(&run.engine),
            now: text(&run.now),
            evidence: first(&run.evidence, MAX_EVIDENCE, MAX_TEXT),
            evidence_count: run.evidence.len() as u64,
            policies: policies as u64,
            findings: run.findings,
            open: run.open,
            explained: run.explained,
        }
    }
}

impl Used {
    pub(super) fn of(of: &PolicyUse, hash: String) -> Self {
        Self {
            policy: text(&of.policy),
            policy_hash: hash,
            count: of.findings.len() as u64,
            findings: first(&of.findings, MAX_FINDINGS, MAX_ID),
            hosts: first(&of.hosts, MAX_HOSTS, MAX_HOST),
            host_count: of.hosts.len() as u64,
            classes: first(&of.classes, MAX_CLASSES, MAX_ID),
            reapprove: first(&of.reapprove, MAX_REAPPROVE, MAX_ID),
            reapprove_count: of.reapprove.len() as u64,
        }
    }
}

fn first(items: &[String], most: usize, length: usize) -> Vec<String> {
    items.iter().take(most).map(|item| cut(item, length)).collect()
}

/// As much of a text as the trail keeps.
pub(super) fn text(text: &str) -> String {
    cut(text, MAX_TEXT)
}

fn cut(text: &str, length: usize) -> String {
    text.get(..text.floor_char_boundary(length)).unwrap_or(text).to_owned()
}
