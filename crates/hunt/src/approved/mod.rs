//! What exclusions judge, row by row: the verdict of the stored function beside all that is known of the row, for `exclusion explain`,
//! `backtest` and `mutate`.

mod backtest;
mod cells;
mod subjects;

pub use backtest::{Backtest, Contradiction, Hidden, backtest, difference};
pub use cells::texts;

use crate::columns::{explained, signed, union};
use crate::entities::{Row, Rows};
use crate::findings::{host, object};
use crate::ids::id;
use crate::run::{Problem, problem};
use content::Library;
use content::exclusions::Subject;
use model::{Backend, EvidenceClass, Fact, Query, Verdict};
use std::collections::BTreeMap;

/// A row of a hunt.
#[derive(Clone, Debug)]
pub struct JudgedRow {
    /// The id of the finding that the row is part of.
    pub finding: String,
    pub hunt: String,
    pub title: String,
    pub class: EvidenceClass,
    pub host: String,
    /// What it is about: a process, a peer, a file.
    pub object: String,
    /// Ticks.
    pub time: Option<i64>,
    pub verdict: Verdict,
    /// The policy that explains it, or the nearest one.
    pub exclusion: String,
    pub facts: Vec<Fact>,
    /// What policies judged: one, or one for each process that may be behind the row.
    pub subjects: Vec<Subject>,
}

/// Runs all hunts of a library and tells each row as its policies judge it.
pub fn judged_rows(backend: &dyn Backend, library: &Library) -> (Vec<JudgedRow>, Vec<Problem>) {
    let (mut hunts, mut problems) = (Vec::new(), Vec::new());
    for hunt in &library.hunts {
        match backend.check(&hunt.query) {
            Ok(_) => hunts.push(hunt),
            Err(error) => problems.push(problem(hunt, error)),
        }
    }
    let (lets, found) = union(&hunts);
    let numbered = format!("{lets}let Found = materialize({found}| serialize RowNumber = row_number());\n");
    let query = |id: &str, text: String| Query { id: id.to_owned(), text, lineage: false };
    let queries = [
        query("verdicts", explained(&hunts)),
        query("rows", format!("{numbered}Found")),
        query("subjects", format!("{numbered}Found | invoke Poolhound_Subjects()")),
        query("peers", "Poolhound_ProcessPeers()".to_owned()),
        query("sessions", "Poolhound_MiningSessions()".to_owned()),
    ];
    let mut answers = Vec::new();
    for (query, answer) in queries.iter().zip(backend.run(&queries)) {
        match answer {
            Ok(answer) => answers.push(answer),
            Err(error) => {
                problems.push(Problem { hunt: query.id.clone(), file: "PoolhoundExplain".to_owned(), error, query: query.text.clone() });
            }
        }
    }
    let ([verdicts, rows, subjects, peers, sessions], Some(hunt)) = (answers.as_slice(), hunts.first()) else {
        return (Vec::new(), problems);
    };
    // Rows that say the same are judged the same, whichever of them is meant.
    let verdicts = Rows::of(hunt, verdicts);
    let verdicts: BTreeMap<String, Row<'_>> = verdicts.iter().map(|row| (signed(&row), row)).collect();
    let subjects = subjects::read(subjects, peers, sessions);
    let numbers = cells::numbers(rows, "RowNumber");
    let mut judged = Vec::new();
    for (row, number) in Rows::of(hunt, rows).iter().zip(numbers) {
        let Some(of) = hunts.iter().find(|h| h.id == row.hunt) else { continue };
        let verdict = verdicts.get(&signed(&row));
        let object = object(of.evidence_class, &row);
        judged.push(JudgedRow {
            finding: id(&[&of.id, &host(&row).to_lowercase(), &object.to_lowercase()]),
            hunt: of.id.clone(),
            title: of.name.clone(),
            class: of.evidence_class,
            host: host(&row).to_owned(),
            object: object.into_owned(),
            time: row.time,
            verdict: if verdict.is_some_and(|v| v.verdict == Verdict::EXPLAINED) { Verdict::Explained } else { Verdict::Open },
            exclusion: verdict.map(|v| v.exclusion.to_owned()).unwrap_or_default(),
            facts: verdict.map(|v| crate::findings::facts(v.facts)).unwrap_or_default(),
            subjects: number.and_then(|n| subjects.get(&n)).cloned().unwrap_or_default(),
        });
    }
    (judged, problems)
}
