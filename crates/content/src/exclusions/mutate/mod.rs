//! From a row that a policy approves, one fact changed at a time: whoever explains one of the mutants lets an impostor through.
//!
//! Only facts that the policy asks for are changed: what it does not ask for is told by [`unasked`], and is for the lint to judge.

mod names;
mod peers;
mod program;
mod start;
mod time;

pub(super) use time::{Open, intervals};

use super::judge::judge;
use super::policy::Policy;
use super::subject::Subject;
use super::weights::{WEIGHTS, weights};
use model::EvidenceClass;

/// An impostor's row.
#[derive(Clone, Debug, PartialEq)]
pub struct Mutant {
    /// The fact that it breaks, as the judge names it.
    pub fact: &'static str,
    /// What was changed, for people.
    pub what: String,
    pub subject: Subject,
}

/// All of them must be open.
pub fn mutants(policy: &Policy, subject: &Subject) -> Vec<Mutant> {
    let mut made = Mutants { policy, row: subject, asked: asked(policy), all: Vec::new() };
    program::mutate(&mut made);
    start::mutate(&mut made);
    peers::mutate(&mut made);
    time::mutate(&mut made);
    claims(&mut made);
    made.all
}

/// The facts that a policy asks for, as the judge names them.
pub(super) fn asked(policy: &Policy) -> Vec<&'static str> {
    judge(policy, &Subject::default()).into_iter().map(|(fact, _)| fact).collect()
}

/// Facts that a policy could ask for and does not.
pub fn unasked(policy: &Policy) -> Vec<&'static str> {
    let asked = weights(policy);
    let has = |fact: &str| asked.iter().any(|weight| weight.fact.starts_with(fact));
    WEIGHTS.iter().map(|weight| weight.fact).filter(|fact| *fact != "destination_ports" && !has(fact)).collect()
}

struct Mutants<'a> {
    policy: &'a Policy,
    row: &'a Subject,
    asked: Vec<&'static str>,
    all: Vec<Mutant>,
}

impl<'a> Mutants<'a> {
    fn asks(&self, fact: &str) -> bool {
        self.asked.contains(&fact)
    }

    /// A row with that change, where the policy asks for the fact and the change is one.
    fn add(&mut self, fact: &'static str, what: impl Into<String>, change: impl FnOnce(&mut Subject)) {
        if !self.asks(fact) {
            return;
        }
        let mut subject = self.row.clone();
        change(&mut subject);
        if subject != *self.row {
            self.all.push(Mutant { fact, what: what.into(), subject });
        }
    }

    /// A text in every spelling that is another text, where the policy asks for the fact; `listed` are the policy's own values.
    fn spellings(&mut self, fact: &'static str, text: &str, listed: &'a Option<Vec<String>>, set: impl Fn(&mut Subject, String)) {
        for (what, spelled) in names::spellings(text) {
            if !listed.iter().flatten().any(|item| *item == spelled) {
                self.add(fact, what, |s| set(s, spelled));
            }
        }
    }
}

/// What else the process is found for, or the row itself.
fn claims(made: &mut Mutants<'_>) {
    let claimed = &made.policy.explains;
    let Some(other) = EvidenceClass::ALL.map(EvidenceClass::name).into_iter().find(|name| !claimed.iter().any(|c| c == name)) else {
        return;
    };
    // Rows about a process that is not known are about nothing in common.
    if made.row.process_known {
        made.add("claimed", format!("found as {other} as well"), |s| s.classes.push(other.to_owned()));
    }
    made.add("claimed", format!("found as {other}"), |s| {
        s.classes = vec![other.to_owned()];
        other.clone_into(&mut s.evidence_class);
    });
}

#[cfg(test)]
pub(super) mod tests;
