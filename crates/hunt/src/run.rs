//! The walk from hunts to cases.

use crate::campaigns::{self, campaigns};
use crate::cases::cases;
use crate::columns::explained;
use crate::entities::Rows;
use crate::findings::{Found, Locate, findings};
use content::{Hunt, Library, Prices};
use model::campaign::Campaign;
use model::{Answer, Backend, Case, EvidenceClass, Finding, Query, QueryError, Verdict};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What hunting yielded.
#[derive(Clone, Debug, Default)]
pub struct Hunted {
    /// Open ones first, worst first.
    pub findings: Vec<Finding>,
    /// Worst first.
    pub cases: Vec<Case>,
    /// Open ones first, most work first.
    pub campaigns: Vec<Campaign>,
    pub problems: Vec<Problem>,
    /// The tables that each hunt that ran reads, by the hunt's id.
    pub scans: Vec<(String, Vec<Arc<str>>)>,
}

/// A hunt that could not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub hunt: String,
    pub file: String,
    pub error: QueryError,
    /// The text that the error's place refers to.
    pub query: String,
}

/// Runs all hunts of a library in one go, explains findings where the library has policies, and tells what was mined: with prices, what
/// that cost. `locate` tells where a record lies; it is asked after the run.
pub fn hunt(backend: &dyn Backend, library: &Library, prices: Option<&Prices>, locate: Locate<'_>) -> Hunted {
    let mut hunted = Hunted::default();
    let mut sound: Vec<&Hunt> = Vec::new();
    for hunt in &library.hunts {
        match backend.check(&hunt.query) {
            Ok(tables) => {
                hunted.scans.push((hunt.id.clone(), tables));
                sound.push(hunt);
            }
            Err(error) => hunted.problems.push(problem(hunt, error)),
        }
    }
    // What was mined is asked for in the same pass, where a hunt looks for it at all.
    let work = sound.iter().any(|h| h.evidence_class == EvidenceClass::StratumPayload) && backend.check(campaigns::QUERY).is_ok();
    let (mut found, answer) = if library.has_policies() && !sound.is_empty() {
        judged(backend, &sound, work, locate, &mut hunted.problems)
    } else {
        plain(backend, &sound, work, locate, &mut hunted.problems)
    };
    hunted.cases = cases(&found);
    // An id is a number in hexadecimal.
    found.sort_by_cached_key(|Found { finding, first }| {
        (finding.verdict == Verdict::Explained, Reverse(finding.severity), *first, u64::from_str_radix(&finding.id, 16).ok())
    });
    hunted.findings = found.into_iter().map(|f| f.finding).collect();
    hunted.campaigns = campaigns(answer.as_ref(), &library.hunts, &hunted.findings, prices);
    hunted
}

pub(crate) fn problem(hunt: &Hunt, error: QueryError) -> Problem {
    Problem { hunt: hunt.id.clone(), file: hunt.file.clone(), error, query: hunt.query.clone() }
}

/// The query for what was mined, last in a run.
fn of_work(work: bool) -> Option<Query> {
    work.then(|| Query { id: "campaigns".to_owned(), text: campaigns::QUERY.to_owned(), lineage: false })
}

/// The answer to [`of_work`], which is not a hunt's.
fn take_work(work: bool, answers: &mut Vec<Result<Answer, QueryError>>, problems: &mut Vec<Problem>) -> Option<Answer> {
    let answer = if work { answers.pop()? } else { return None };
    let told = |error| Problem {
        hunt: "campaigns".to_owned(),
        file: "Poolhound_MiningWork".to_owned(),
        error,
        query: campaigns::QUERY.to_owned(),
    };
    answer.map_err(|error| problems.push(told(error))).ok()
}

/// A query a hunt.
fn plain(
    backend: &dyn Backend,
    hunts: &[&Hunt],
    work: bool,
    locate: Locate<'_>,
    problems: &mut Vec<Problem>,
) -> (Vec<Found>, Option<Answer>) {
    let mut queries: Vec<Query> = hunts.iter().map(|h| Query { id: h.id.clone(), text: h.query.clone(), lineage: true }).collect();
    queries.extend(of_work(work));
    let mut answers = backend.run(&queries);
    let mined = take_work(work, &mut answers, problems);
    let mut found = Vec::new();
    for (hunt, answer) in hunts.iter().zip(answers) {
        match answer {
            Ok(answer) => {
                let rows = Rows::of(hunt, &answer);
                found.extend(findings(hunt, 0..rows.len(), |n| rows.get(n), answer.lineage.as_deref(), false, locate));
            }
            Err(error) => problems.push(problem(hunt, error)),
        }
    }
    (found, mined)
}

/// Hunts in groups whose query with exclusions is accepted: one group, unless it outgrows what can be planned.
fn groups<'a, 'h>(backend: &dyn Backend, hunts: &'a [&'h Hunt]) -> Vec<&'a [&'h Hunt]> {
    if hunts.len() < 2 || backend.check(&explained(hunts)).is_ok() {
        return vec![hunts];
    }
    let (first, rest) = hunts.split_at(hunts.len() / 2);
    let mut all = groups(backend, first);
    all.extend(groups(backend, rest));
    all
}

/// One query a group of hunts, whose rows exclusions have judged; all of them over one pass.
fn judged(
    backend: &dyn Backend,
    hunts: &[&Hunt],
    work: bool,
    locate: Locate<'_>,
    problems: &mut Vec<Problem>,
) -> (Vec<Found>, Option<Answer>) {
    let groups = groups(backend, hunts);
    let mut queries: Vec<Query> =
        groups.iter().map(|group| Query { id: "exclusions".to_owned(), text: explained(group), lineage: true }).collect();
    queries.extend(of_work(work));
    let mut answers = backend.run(&queries);
    let mined = take_work(work, &mut answers, problems);
    let (mut found, mut failed) = (Vec::new(), Vec::new());
    for ((group, query), answer) in groups.iter().zip(queries.iter()).zip(answers) {
        match answer {
            Ok(answer) => found.extend(judged_rows(group, &answer, locate)),
            Err(error) => {
                let query = query.text.clone();
                problems.push(Problem { hunt: "exclusions".to_owned(), file: "PoolhoundExplain".to_owned(), error, query });
                failed.extend_from_slice(group);
            }
        }
    }
    if !failed.is_empty() {
        // No finding is lost to a fault of the exclusions: all are open.
        found.extend(plain(backend, &failed, false, locate, problems).0);
    }
    (found, mined)
}

fn judged_rows(hunts: &[&Hunt], answer: &Answer, locate: Locate<'_>) -> Vec<Found> {
    let Some(first) = hunts.first() else { return Vec::new() };
    // All rows have the same columns, whichever hunt they are of.
    let rows = Rows::of(first, answer);
    let mut by_hunt: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (n, row) in rows.iter().enumerate() {
        by_hunt.entry(row.hunt).or_default().push(n);
    }
    let mut found = Vec::new();
    for hunt in hunts {
        if let Some(numbers) = by_hunt.remove(hunt.id.as_str()) {
            found.extend(findings(hunt, numbers.into_iter(), |n| rows.get(n), answer.lineage.as_deref(), true, locate));
        }
    }
    found
}
