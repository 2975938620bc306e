//! The walk from hunts to cases.

use crate::cases::cases;
use crate::columns::explained;
use crate::entities::rows;
use crate::findings::{Found, findings};
use content::{Hunt, Library};
use model::{Backend, Case, Finding, Provenance, Query, QueryError, RecordId, Verdict};
use std::sync::Arc;

/// What hunting yielded.
#[derive(Clone, Debug, Default)]
pub struct Hunted {
    /// Open ones first, worst first.
    pub findings: Vec<Finding>,
    /// Worst first.
    pub cases: Vec<Case>,
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

/// Runs all hunts of a library in one go, and explains findings where the library has policies. `locate` tells where a record
/// lies; it is asked after the run.
pub fn hunt(backend: &dyn Backend, library: &Library, locate: &dyn Fn(RecordId) -> Option<Provenance>) -> Hunted {
    let text = |hunt: &Hunt| if library.has_policies() { explained(hunt) } else { hunt.query.clone() };
    let queries: Vec<Query> = library.hunts.iter().map(|h| Query { id: h.id.clone(), text: text(h), lineage: true }).collect();
    let mut hunted = Hunted::default();
    let mut found: Vec<Found> = Vec::new();
    let answers = backend.run(&queries);
    for ((hunt, query), answer) in library.hunts.iter().zip(queries).zip(answers) {
        match answer {
            Ok(answer) => {
                let rows = rows(hunt, &answer);
                let lineage = answer.lineage.as_deref();
                found.extend(findings(hunt, &rows, lineage, library.has_policies(), locate));
                hunted.scans.push((hunt.id.clone(), answer.scans));
            }
            Err(error) => hunted.problems.push(Problem { hunt: hunt.id.clone(), file: hunt.file.clone(), error, query: query.text }),
        }
    }
    hunted.cases = cases(&found);
    found.sort_by(|a, b| {
        let key = |f: &Found| (f.finding.verdict == Verdict::Explained, std::cmp::Reverse(f.finding.severity));
        key(a).cmp(&key(b)).then_with(|| a.first.cmp(&b.first)).then_with(|| a.finding.id.cmp(&b.finding.id))
    });
    hunted.findings = found.into_iter().map(|f| f.finding).collect();
    hunted
}
