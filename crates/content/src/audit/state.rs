//! What a trail says so far, and what is to be added to it.

use super::chain::zeros;
use super::event::{Event, Paper, PolicyUse, Run, RunRecord, Used, text};
use crate::exclusions::{Policy, policy_hash};
use chrono::{DateTime, Duration, SecondsFormat, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// More policies than that no trail speaks of.
const MAX_POLICIES: usize = 20_000;
/// So many findings that ask for a new approval are shown; all are counted.
const MAX_SHOWN: usize = 20;
/// Two hunts that end together, or a clock that is being set right, are no clock set back.
const JITTER: Duration = Duration::minutes(10);

#[derive(Clone, Debug)]
pub(super) struct State {
    /// Of the last line; 0 where there is none.
    pub(super) seq: u64,
    pub(super) hash: String,
    /// The clock of the last line, and the latest of any.
    last: Option<DateTime<Utc>>,
    pub(super) latest: Option<DateTime<Utc>>,
    pub(super) policies: BTreeMap<String, Known>,
    /// Findings that the last run explained and of which no policy has told yet.
    owed: u64,
}

/// What the trail knows of a policy.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) hash: String,
    /// Since when it is enabled; `None` where it was removed.
    pub(super) enabled: Option<DateTime<Utc>>,
    /// Its end was written down.
    expired: bool,
    pub(super) last_used: Option<DateTime<Utc>>,
    pub(super) runs: u64,
    pub(super) hid: u64,
    pub(super) reapprove: Vec<String>,
    pub(super) reapprove_count: u64,
}

impl Default for State {
    fn default() -> Self {
        Self { seq: 0, hash: zeros(), last: None, latest: None, policies: BTreeMap::new(), owed: 0 }
    }
}

impl State {
    /// The time by which policies are judged: a clock set back brings none to life again.
    pub(super) fn judged_at(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.latest.map_or(now, |latest| latest.max(now))
    }

    pub(super) fn advance(&mut self, hash: &str, time: DateTime<Utc>) {
        self.seq += 1;
        hash.clone_into(&mut self.hash);
        self.last = Some(time);
        self.latest = Some(self.judged_at(time));
    }

    /// Takes in an event. Nothing of a hostile file is kept beyond its caps.
    pub(super) fn apply(&mut self, event: &Event, time: DateTime<Utc>) -> Result<(), String> {
        if !matches!(event, Event::PolicyUsed(_)) {
            self.settled()?;
        }
        match event {
            Event::PolicyEnabled(paper) => self.know(paper, time, true)?,
            Event::PolicyChanged { to, .. } => self.know(to, time, false)?,
            Event::PolicyRemoved { policy, .. } => {
                if let Some(known) = self.policies.get_mut(policy) {
                    known.enabled = None;
                }
            }
            Event::PolicyExpired { policy, .. } => {
                if let Some(known) = self.policies.get_mut(policy) {
                    known.expired = true;
                }
            }
            Event::PolicyUsed(used) => {
                self.owed = self.owed.saturating_sub(used.count);
                if let Some(known) = self.policies.get_mut(&used.policy) {
                    known.used(used, time);
                }
            }
            Event::Run(run) => self.owed = run.explained,
            Event::ClockSetBack { .. } => {}
        }
        Ok(())
    }

    /// Whether the policies of the last run tell of all that it explained: else lines behind it were taken away.
    pub(super) fn settled(&self) -> Result<(), String> {
        match self.owed {
            0 => Ok(()),
            owed => Err(format!("the run before it explained {owed} findings more than its policies tell of: lines are missing")),
        }
    }

    fn know(&mut self, paper: &Paper, time: DateTime<Utc>, anew: bool) -> Result<(), String> {
        if text(&paper.policy) != paper.policy || text(&paper.policy_hash) != paper.policy_hash {
            return Err("the name of its policy is too long".to_owned());
        }
        let known = self.policies.remove(&paper.policy);
        if known.is_none() && self.policies.len() >= MAX_POLICIES {
            return Err(format!("it speaks of more than {MAX_POLICIES} policies"));
        }
        let enabled = known.as_ref().and_then(|k| k.enabled).filter(|_| !anew).unwrap_or(time);
        let (last_used, runs, hid) = known.map_or((None, 0, 0), |k| (k.last_used, k.runs, k.hid));
        let hash = paper.policy_hash.clone();
        let known = Known { hash, enabled: Some(enabled), expired: false, last_used, runs, hid, reapprove: Vec::new(), reapprove_count: 0 };
        self.policies.insert(paper.policy.clone(), known);
        Ok(())
    }

    /// What changed since the last line, and the run.
    pub(super) fn news(&self, policies: &[(String, Policy)], now: DateTime<Utc>, run: &RunRecord) -> Vec<Event> {
        let mut events = Vec::new();
        if let Some(last) = self.last.filter(|last| now < *last - JITTER) {
            events.push(Event::ClockSetBack { before: iso(last), now: iso(now) });
        }
        let judged = self.judged_at(now);
        let mut hashes = BTreeMap::new();
        for (file, policy) in policies {
            let paper = Paper::of(file, policy);
            if hashes.contains_key(&paper.policy) {
                continue;
            }
            hashes.insert(paper.policy.clone(), paper.policy_hash.clone());
            let known = self.policies.get(&paper.policy).filter(|known| known.enabled.is_some());
            let told = known.is_some_and(|known| known.expired && known.hash == paper.policy_hash);
            let ended = policy.span().map(|(_, until)| until).filter(|until| *until <= judged && !told);
            let (id, hash) = (paper.policy.clone(), paper.policy_hash.clone());
            match known {
                None => events.push(Event::PolicyEnabled(paper)),
                Some(known) if known.hash != hash => events.push(Event::PolicyChanged { from_hash: known.hash.clone(), to: paper }),
                Some(_) => {}
            }
            events.extend(ended.map(|ended| Event::PolicyExpired { policy: id, policy_hash: hash, ended: iso(ended) }));
        }
        let gone = self.policies.iter().filter(|(id, known)| known.enabled.is_some() && !hashes.contains_key(*id));
        events.extend(gone.map(|(id, known)| Event::PolicyRemoved { policy: id.clone(), policy_hash: known.hash.clone() }));
        events.push(Event::Run(Run::of(run, hashes.len())));
        let did = |of: &&PolicyUse| !of.findings.is_empty() || !of.reapprove.is_empty();
        let used = run.policies.iter().filter(did);
        events.extend(used.map(|of| Event::PolicyUsed(Used::of(of, hashes.get(&text(&of.policy)).cloned().unwrap_or_default()))));
        events
    }

    /// Ids of enabled policies that are not among those given.
    pub(super) fn others<'a>(&'a self, given: &'a BTreeSet<String>) -> impl Iterator<Item = (&'a String, &'a Known)> {
        self.policies.iter().filter(|(id, _)| !given.contains(*id))
    }
}

impl Known {
    fn used(&mut self, used: &Used, time: DateTime<Utc>) {
        if used.count > 0 {
            self.last_used = self.last_used.max(Some(time));
            self.runs += 1;
            self.hid = self.hid.saturating_add(used.count);
        }
        if used.reapprove_count > 0 {
            self.reapprove = used.reapprove.iter().take(MAX_SHOWN).map(|id| text(id)).collect();
            self.reapprove_count = used.reapprove_count;
        }
    }
}

impl Paper {
    fn of(file: &str, policy: &Policy) -> Self {
        let span = policy.span();
        let moment = |of: Option<DateTime<Utc>>| of.map(iso).unwrap_or_default();
        Self {
            policy: text(&policy.id),
            policy_hash: policy_hash(policy),
            file: text(file),
            owner: text(&policy.owner),
            approver: text(&policy.approver),
            ticket: text(&policy.ticket),
            valid_from: moment(span.map(|(from, _)| from)),
            valid_until: moment(span.map(|(_, until)| until)),
        }
    }
}

pub(super) fn iso(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
