//! How each policy stands.

use super::deployed::{Deployed, deployed};
use super::state::{Known, iso};
use super::{Audit, event};
use crate::Watchlist;
use crate::exclusions::{Policy, policy_hash};
use chrono::{DateTime, Duration, Utc};
use serde::Serialize;
use std::collections::BTreeSet;

/// So long before its end a policy should be renewed.
const SOON: Duration = Duration::days(14);
/// What nobody used for so long is perhaps needed no more.
const UNUSED: Duration = Duration::days(30);

/// What a policy is, the worst that holds first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyState {
    /// The trail knows it, the files do not; or it is deployed without a file.
    Removed,
    Expired,
    /// No run recorded it yet.
    NeverEnabled,
    /// Its file is another than the last run recorded.
    ChangedSince,
    Future,
    Active,
}

/// A policy, by its file and by the trail. Times are UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyStatus {
    pub id: String,
    /// Empty where it has none.
    pub file: String,
    pub state: PolicyState,
    /// Of the file; where there is none, the last recorded one.
    pub hash: String,
    /// That of the last run that had it.
    pub recorded_hash: Option<String>,
    /// Whole days until its end; 0 on its last, negative after it.
    pub days_left: Option<i64>,
    /// Within 14 days.
    pub expires_soon: bool,
    pub last_used: Option<String>,
    /// Runs in which it explained something, and findings that it explained, counted in each run.
    pub runs: u64,
    pub hid: u64,
    /// It holds, was enabled 30 days ago or more, and explained nothing in the last 30.
    pub unused: bool,
    pub deployed: Deployed,
    /// Findings of the last run that had any in which its hash alone failed: the first of them, and how many there were.
    pub reapprove: Vec<String>,
    pub reapprove_count: u64,
}

impl PolicyStatus {
    /// The file, the trail and the workspace do not say the same.
    pub fn drift(&self) -> bool {
        self.state == PolicyState::ChangedSince || !matches!(self.deployed, Deployed::NotAsked | Deployed::Same)
    }
}

impl Audit {
    /// Of all policies given, in their order, then of those that the trail knows alone, then of those that are deployed without a file. `workspace` are
    /// exported watchlists of compiled policies; none asks for nothing.
    pub fn status(&self, policies: &[(String, Policy)], now: DateTime<Utc>, workspace: &[Watchlist]) -> Vec<PolicyStatus> {
        let judged = self.judged_at(now);
        let asked = if workspace.is_empty() { None } else { Some(deployed(policies, workspace)) };
        let in_workspace = |id: &str| match &asked {
            Some(found) => found.get(id).cloned().unwrap_or(Deployed::Missing),
            None => Deployed::NotAsked,
        };
        let (mut given, mut all) = (BTreeSet::new(), Vec::new());
        for (file, policy) in policies {
            if !given.insert(event::text(&policy.id)) {
                continue;
            }
            let known = self.state.policies.get(&event::text(&policy.id));
            all.push(PolicyStatus { deployed: in_workspace(&policy.id), ..of_file(file, policy, known, judged) });
        }
        for (id, known) in self.state.others(&given) {
            let deployed = match in_workspace(id) {
                Deployed::Missing => Deployed::Same,
                other => other,
            };
            all.push(PolicyStatus { deployed, ..with_trail(id, PolicyState::Removed, known.hash.clone(), Some(known)) });
        }
        let told: BTreeSet<String> = all.iter().map(|status: &PolicyStatus| status.id.clone()).collect();
        let without = asked.iter().flatten().filter(|(id, deployed)| **deployed == Deployed::WithoutFile && !told.contains(*id));
        all.extend(without.map(|(id, deployed)| PolicyStatus {
            deployed: deployed.clone(),
            ..with_trail(id, PolicyState::Removed, String::new(), None)
        }));
        all
    }
}

fn of_file(file: &str, policy: &Policy, known: Option<&Known>, judged: DateTime<Utc>) -> PolicyStatus {
    let hash = policy_hash(policy);
    let enabled = known.and_then(|k| k.enabled);
    let state = match (policy.span(), known) {
        (None, _) => PolicyState::Expired,
        (Some((_, until)), _) if until <= judged => PolicyState::Expired,
        _ if enabled.is_none() => PolicyState::NeverEnabled,
        (_, Some(known)) if known.hash != hash => PolicyState::ChangedSince,
        (Some((from, _)), _) if from > judged => PolicyState::Future,
        _ => PolicyState::Active,
    };
    let left = policy.span().map(|(_, until)| until - judged);
    let long_ago = |time: DateTime<Utc>| judged - time >= UNUSED;
    let holds = matches!(state, PolicyState::Active | PolicyState::ChangedSince);
    PolicyStatus {
        file: file.to_owned(),
        days_left: left.map(|left| left.num_seconds().div_euclid(24 * 60 * 60)),
        expires_soon: left.is_some_and(|left| left > Duration::zero() && left <= SOON),
        unused: holds && enabled.is_some_and(long_ago) && known.and_then(|k| k.last_used).is_none_or(long_ago),
        ..with_trail(&policy.id, state, hash, known)
    }
}

/// What the trail says of it.
fn with_trail(id: &str, state: PolicyState, hash: String, known: Option<&Known>) -> PolicyStatus {
    PolicyStatus {
        id: id.to_owned(),
        file: String::new(),
        state,
        hash,
        recorded_hash: known.map(|k| k.hash.clone()),
        days_left: None,
        expires_soon: false,
        last_used: known.and_then(|k| k.last_used).map(iso),
        runs: known.map_or(0, |k| k.runs),
        hid: known.map_or(0, |k| k.hid),
        unused: false,
        deployed: Deployed::NotAsked,
        reapprove: known.map_or_else(Vec::new, |k| k.reapprove.clone()),
        reapprove_count: known.map_or(0, |k| k.reapprove_count),
    }
}
