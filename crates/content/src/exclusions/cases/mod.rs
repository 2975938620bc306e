//! Rows made up for a policy: every combination of facts that hold, fail and are missing, so that the compiled policy can be held against the judge.
//!
//! A row is put together of slots, each a few columns that belong together. For each slot there are values of every state, taken from the policy, from the mutants and from
//! a list of hostile texts; what is chosen depends on the seed alone.

mod held;
mod hostile;
mod random;

use super::approved::approved;
use super::judge_lists::{account_key, path_listed};
use super::mutate::{asked, mutants};
use super::policy::Policy;
use super::subject::{Peer, Subject};
use random::Random;

/// Columns that are changed together.
struct Slot {
    facts: &'static [&'static str],
    copy: fn(&Subject, &mut Subject),
}

/// A row of which one slot is to be taken, by the state of the slot's facts.
struct Values<'a> {
    slot: &'a Slot,
    asked: bool,
    states: [Vec<Subject>; 3],
}

const HELD: usize = 0;
/// Missing is the next one.
const FAILED: usize = 1;

const SLOTS: [Slot; 15] = [
    Slot {
        facts: &["path", "not_path"],
        copy: |from, to| {
            to.path.clone_from(&from.path);
            to.others_write = from.others_write;
        },
    },
    Slot { facts: &["sha256", "not_sha256"], copy: |from, to| to.sha256.clone_from(&from.sha256) },
    Slot { facts: &["signer", "not_signer"], copy: |from, to| to.signers.clone_from(&from.signers) },
    Slot { facts: &["package", "not_package"], copy: |from, to| to.packages.clone_from(&from.packages) },
    Slot { facts: &["host_group", "not_host_group"], copy: |from, to| to.groups.clone_from(&from.groups) },
    Slot { facts: &["account", "not_account"], copy: |from, to| to.account.clone_from(&from.account) },
    Slot {
        facts: &["parent", "not_parent"],
        copy: |from, to| {
            to.parent.clone_from(&from.parent);
            to.parent_command_line.clone_from(&from.parent_command_line);
            to.grandparent.clone_from(&from.grandparent);
            to.grandparent_path.clone_from(&from.grandparent_path);
        },
    },
    Slot { facts: &["session", "not_session"], copy: |from, to| to.session.clone_from(&from.session) },
    Slot {
        facts: &["destination", "offline", "not_destination"],
        copy: |from, to| {
            to.peers.clone_from(&from.peers);
            to.destination.clone_from(&from.destination);
        },
    },
    Slot {
        facts: &["wallet", "no_mining_protocol", "no_valid_wallet", "not_wallet"],
        copy: |from, to| {
            to.valid_wallet = from.valid_wallet;
            to.logins.clone_from(&from.logins);
            to.wallet.clone_from(&from.wallet);
        },
    },
    Slot { facts: &["command_line", "not_command_line"], copy: |from, to| to.command_line.clone_from(&from.command_line) },
    Slot { facts: &["rule"], copy: |from, to| to.rules.clone_from(&from.rules) },
    Slot { facts: &["window", "valid"], copy: |from, to| (to.first, to.last, to.started) = (from.first, from.last, from.started) },
    Slot {
        facts: &["claimed"],
        copy: |from, to| {
            to.classes.clone_from(&from.classes);
            to.evidence_class.clone_from(&from.evidence_class);
        },
    },
    Slot {
        facts: &["offline", "no_mining_protocol", "no_valid_wallet", "not_destination", "not_wallet"],
        copy: |from, to| to.process_known = from.process_known,
    },
];

/// That many rows; none of a policy that can never hold. Where all combinations of states fit into `count` they are all there; else all that hold, each single one
/// that fails or is missing, with its values, each pair, and a choice of the others.
pub fn cases(policy: &Policy, count: usize, seed: u64) -> Vec<Subject> {
    let Some(base) = approved(policy) else { return Vec::new() };
    let all = values(policy, &base);
    let asked: Vec<usize> = (0..all.len()).filter(|n| all.get(*n).is_some_and(|v| v.asked)).collect();
    let mut made = Cases { policy, base: &base, values: &all, random: Random(seed), rows: Vec::new() };
    for _ in 0..(count / 50).max(1) {
        made.add(&[]);
    }
    // Half of the rows at most.
    let most = count / (asked.len() * 4).max(1);
    for slot in &asked {
        made.each(*slot, most);
    }
    for (n, first) in asked.iter().enumerate() {
        for second in asked.iter().skip(n + 1) {
            for states in 0..4 {
                made.add(&[(*first, FAILED + states % 2), (*second, FAILED + states / 2)]);
            }
        }
    }
    let combinations = u32::try_from(asked.len()).ok().and_then(|n| 3_usize.checked_pow(n)).filter(|all| *all <= count);
    for n in 0..combinations.unwrap_or(0) {
        let state = |k: usize| n / 3_usize.pow(u32::try_from(k).unwrap_or(0)) % 3;
        let chosen: Vec<(usize, usize)> = asked.iter().enumerate().map(|(k, slot)| (*slot, state(k))).collect();
        made.add(&chosen);
    }
    // The first are never cut off by a small count, but those after them are.
    while made.rows.len() < count {
        let weight = made.random.below(4) + 1;
        let broken: Vec<(usize, usize)> = (0..all.len())
            .filter_map(|slot| {
                let breaks = made.random.below(12) < weight;
                breaks.then(|| (slot, FAILED + made.random.below(2)))
            })
            .collect();
        made.add(&broken);
    }
    made.rows.truncate(count);
    made.rows
}

struct Cases<'a> {
    policy: &'a Policy,
    base: &'a Subject,
    values: &'a [Values<'a>],
    random: Random,
    rows: Vec<Subject>,
}

impl Cases<'_> {
    /// A row of slots in these states, all others held.
    fn add(&mut self, states: &[(usize, usize)]) {
        let mut row = self.base.clone();
        for (slot, values) in self.values.iter().enumerate() {
            let state = states.iter().find(|(other, _)| *other == slot).map_or(HELD, |(_, state)| *state);
            if let Some(from) = values.states.get(state).and_then(|list| self.random.pick(list)) {
                (values.slot.copy)(from, &mut row);
            }
        }
        self.push(row);
    }

    /// The values of one slot beside the approved row; of each state no more than `most`, chosen among all.
    fn each(&mut self, slot: usize, most: usize) {
        let Some(values) = self.values.get(slot) else { return };
        for list in &values.states {
            for n in 0..list.len().min(most) {
                let Some(from) = (if list.len() > most { self.random.pick(list) } else { list.get(n) }) else { continue };
                let mut row = self.base.clone();
                (values.slot.copy)(from, &mut row);
                self.push(row);
            }
        }
    }

    fn push(&mut self, mut row: Subject) {
        settle(self.policy, &mut row);
        self.rows.push(row);
    }
}

/// What cannot be seen of a row together with the rest of it is unknown, as [`super::stage`] says.
fn settle(policy: &Policy, row: &mut Subject) {
    if !row.process_known {
        row.peers.clear();
        row.logins.clear();
        row.classes = vec![row.evidence_class.clone()];
    }
    if row.path.is_empty() || !row.process_known {
        row.started = None;
        row.session.clear();
        row.grandparent_path.clear();
    }
    if account_key(&row.account).is_empty() {
        row.session.clear();
    }
    // The inventory is looked up where policies' programs lie, by a whole digest.
    let elsewhere = policy.must.path.as_ref().is_some_and(|list| !path_listed(list, &row.path));
    if elsewhere || row.path.is_empty() || (row.sha256.len() != 64 && !row.process_known) {
        row.packages = None;
    }
    if row.path.is_empty() || row.evidence_class != "yara_file" {
        row.rules.clear();
    }
    // What the inventory says is looked up where policies' programs lie.
    row.others_write &= !elsewhere && !row.path.is_empty();
    row.valid_wallet &= row.logins.first().is_some_and(|login| !login.is_empty());
    if !row.logins.is_empty() && row.peers.is_empty() {
        // A session is with somebody.
        row.peers.push(Peer::default());
    }
    for peer in &mut row.peers {
        // Only a hunt names a pool.
        peer.pool.clear();
    }
    row.destination = row.destination.take().filter(|peer| !peer.name.is_empty() || !peer.ip.is_empty());
    // An address that the endpoint knows by a name has that name.
    let named: Vec<Peer> = row.peers.iter().filter(|peer| !peer.name.is_empty()).cloned().collect();
    let known = |peer: &Peer| {
        named.iter().find(|other| peer.name.is_empty() && !peer.ip.is_empty() && (&other.ip, other.port) == (&peer.ip, peer.port))
    };
    row.peers.retain(|peer| known(peer).is_none());
    if let Some(own) = row.destination.as_mut()
        && let Some(other) = known(own)
    {
        own.name.clone_from(&other.name);
    }
    if !row.classes.contains(&row.evidence_class) {
        row.classes.push(row.evidence_class.clone());
    }
}

/// The values of each slot.
fn values<'a>(policy: &Policy, base: &Subject) -> Vec<Values<'a>> {
    let facts = asked(policy);
    let mutants = mutants(policy, base);
    let (held, missing) = (held::rows(policy, base), missing(base));
    let hostile = hostile::rows(policy, base);
    let of = |slot: &'a Slot| {
        let own = |rows: &[(&'static str, Subject)]| {
            rows.iter().filter(|(fact, _)| slot.facts.contains(fact)).map(|(_, row)| row.clone()).collect()
        };
        let mut failed: Vec<Subject> = own(&hostile);
        failed.extend(mutants.iter().filter(|mutant| slot.facts.contains(&mutant.fact)).map(|mutant| mutant.subject.clone()));
        Values { slot, asked: slot.facts.iter().any(|fact| facts.contains(fact)), states: [own(&held), failed, own(&missing)] }
    };
    SLOTS.iter().map(of).collect()
}

/// Each fact's value missing.
fn missing(base: &Subject) -> Vec<(&'static str, Subject)> {
    let without = |fact: &'static str, change: fn(&mut Subject)| {
        let mut row = base.clone();
        change(&mut row);
        (fact, row)
    };
    vec![
        without("path", |s| s.path.clear()),
        without("sha256", |s| s.sha256.clear()),
        without("signer", |s| s.signers = None),
        without("package", |s| s.packages = None),
        without("host_group", |s| s.groups = None),
        without("account", |s| s.account.clear()),
        without("parent", |s| s.parent.clear()),
        without("parent", |s| (s.grandparent, s.grandparent_path, s.parent_command_line) = Default::default()),
        without("session", |s| s.session.clear()),
        without("destination", |s| (s.peers, s.destination) = (Vec::new(), None)),
        without("wallet", |s| (s.logins, s.wallet) = (Vec::new(), String::new())),
        without("command_line", |s| s.command_line.clear()),
        without("rule", |s| s.rules.clear()),
        without("valid", |s| s.first = None),
        without("claimed", |s| s.classes = vec![s.evidence_class.clone()]),
        without("not_wallet", |s| s.process_known = false),
    ]
}

#[cfg(test)]
mod tests;
