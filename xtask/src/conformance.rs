//! `docs/kql-conformance.md`: how many of the real engine's answers ours gives, by family. It may only get better.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::{fs, io};

#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Count {
    passed: usize,
    refused: usize,
    wrong: usize,
}

/// Cases that cannot be compared: these two have a null `guid` as the word `null`, where the same answers of the documentation (and Kusto's
/// JSON, and ours) have a null.
const INCOMPARABLE: [&str; 2] = ["agent-null-and-edge-0020-110500", "agent-joins-lookup-union-0038-be7639"];

/// Reads verdicts (a JSON object a line: `file`, `id`, `verdict`) and rewrites the table. Fails on a wrong answer, and where a
/// family passes less than the table says.
pub(crate) fn update(verdicts: &Path, table: &Path) -> io::Result<()> {
    let mut families: BTreeMap<(String, String), Count> = BTreeMap::new();
    for line in fs::read_to_string(verdicts)?.lines() {
        let verdict: Value = serde_json::from_str(line)?;
        let text = |name: &str| verdict[name].as_str().unwrap_or_default();
        if INCOMPARABLE.contains(&text("id")) {
            continue;
        }
        let count = families.entry((text("file").trim_end_matches(".jsonl").to_owned(), family(text("id")))).or_default();
        match text("verdict") {
            "passed" => count.passed += 1,
            "mismatched" | "accepted" => count.wrong += 1,
            _ => count.refused += 1,
        }
    }
    let wrong: usize = families.values().map(|c| c.wrong).sum();
    if wrong > 0 {
        return Err(io::Error::other(format!("{wrong} wrong answers")));
    }
    let before = passed(&fs::read_to_string(table).unwrap_or_default());
    for ((file, name), count) in &families {
        let old = before.get(&(file.clone(), name.clone())).copied().unwrap_or(0);
        if count.passed < old {
            return Err(io::Error::other(format!("{file}, {name}: {} passed, {old} before", count.passed)));
        }
    }
    fs::write(table, render(&families))
}

/// `agent-string-ops-0012-1a2b3c` is of `string-ops`; `bin-at-function-00` of `function`.
fn family(id: &str) -> String {
    let parts: Vec<&str> = id.split('-').collect();
    match parts.as_slice() {
        ["agent", middle @ .., _, _] => middle.join("-"),
        parts => ["aggregation", "operator", "function", "plugin", "statement"]
            .into_iter()
            .find(|kind| parts.contains(kind))
            .unwrap_or("other")
            .to_owned(),
    }
}

fn render(families: &BTreeMap<(String, String), Count>) -> String {
    let mut text = String::from(
        "# KQL: answers held against the real engine\n\nWritten by `cargo run -p xtask -- conformance VERDICTS`. *passed*: the real engine's answer, or its refusal. \
         *refused*: an error that names what is not available. There are no wrong answers: one fails the build. Two cases with a null guid are left out, \
         as one corpus writes it as the word `null` and the other as a null.\n\n\
         | cases | family | passed | refused |\n|---|---|---:|---:|\n",
    );
    let mut totals: BTreeMap<&str, Count> = BTreeMap::new();
    for ((file, name), count) in families {
        let total = totals.entry(file).or_default();
        total.passed += count.passed;
        total.refused += count.refused;
        // Writing to a string does not fail.
        let _ok = writeln!(text, "| {file} | {name} | {} | {} |", count.passed, count.refused);
    }
    text.push('\n');
    for (file, total) in totals {
        let all = total.passed + total.refused;
        let _ok = writeln!(text, "{file}: {} of {all} passed ({:.1} %).  ", total.passed, 100.0 * total.passed as f64 / all.max(1) as f64);
    }
    text
}

fn passed(table: &str) -> BTreeMap<(String, String), usize> {
    let cells = table.lines().filter_map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, file, family, passed, ..] = cells.as_slice() else { return None };
        Some((((*file).to_owned(), (*family).to_owned()), passed.parse().ok()?))
    });
    cells.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_as_it_was_written() {
        let families =
            BTreeMap::from([(("f".to_owned(), family("agent-string-ops-0012-1a2b3c")), Count { passed: 3, refused: 1, wrong: 0 })]);
        let text = render(&families);
        assert_eq!(passed(&text), BTreeMap::from([(("f".to_owned(), "string-ops".to_owned()), 3)]));
        assert!(text.contains("f: 3 of 4 passed (75.0 %)."), "{text}");
        assert_eq!(family("bin-at-function-00"), "function");
    }
}
