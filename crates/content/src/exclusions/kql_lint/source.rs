//! The queries of a file, and where their lines stand in it.

use super::{QueryRemark, QueryRemarkKind};
use kql_syntax::Span;
use serde_json::Value;

/// A query, and the file's line of each of its lines.
pub(super) struct Source {
    pub(super) query: String,
    /// Where each line of the query begins.
    starts: Vec<usize>,
    lines: Vec<u64>,
}

/// A query's line stands so near to the one before.
const NEAR: usize = 100;
/// So much of a condition is shown.
const SHOWN: usize = 120;

impl Source {
    pub(super) fn all(file: &str, text: &str) -> Result<Vec<Self>, QueryRemark> {
        let lower = file.to_ascii_lowercase();
        if !lower.ends_with(".yaml") && !lower.ends_with(".yml") {
            let lines = (1..=text.lines().count() as u64).collect();
            return Ok(vec![Self::new(text, lines)]);
        }
        let document: Value = serde_saphyr::from_str(text).map_err(|error| QueryRemark {
            line: error.location().map_or(1, |at| at.line().max(1)),
            kind: QueryRemarkKind::Unreadable,
            text: String::new(),
            hides: format!("this is no YAML ({})", error.without_snippet()),
            instead: "correct the file".to_owned(),
        })?;
        let mut queries = Vec::new();
        gather(&document, &mut queries);
        let (lines, mut from) = (text.lines().collect::<Vec<_>>(), 0);
        Ok(queries.into_iter().map(|query| Self::placed(query, &lines, &mut from)).collect())
    }

    fn new(query: &str, lines: Vec<u64>) -> Self {
        let starts = std::iter::once(0).chain(query.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { query: query.to_owned(), starts, lines }
    }

    /// YAML may indent and fold the lines of a query, but keeps their order.
    fn placed(query: &str, lines: &[&str], from: &mut usize) -> Self {
        let key = lines.iter().enumerate().skip(*from).find(|(_, line)| line.trim_start().trim_start_matches("- ").starts_with("query:"));
        let mut at = key.map_or(*from, |(n, _)| n);
        let placed = query
            .lines()
            .map(|line| {
                let wanted = line.trim();
                // A line of a query stands on one line of the file, soon after the one before.
                if !wanted.is_empty()
                    && let Some((n, _)) = lines.iter().enumerate().skip(at).take(NEAR).find(|(_, line)| line.contains(wanted))
                {
                    at = n;
                }
                at as u64 + 1
            })
            .collect();
        *from = at + 1;
        Self::new(query, placed)
    }

    pub(super) fn remark(&self, kind: QueryRemarkKind, span: Span, hides: impl Into<String>, instead: impl Into<String>) -> QueryRemark {
        let n = self.starts.partition_point(|start| *start <= span.start as usize).saturating_sub(1);
        let line = self.lines.get(n).or(self.lines.last()).copied().unwrap_or(1);
        QueryRemark { line, kind, text: self.shown(span), hides: hides.into(), instead: instead.into() }
    }

    /// The text there, on one line.
    pub(super) fn shown(&self, span: Span) -> String {
        let words = span.text(&self.query).split_whitespace().collect::<Vec<_>>().join(" ");
        if words.chars().count() <= SHOWN { words } else { words.chars().take(SHOWN).chain(['…']).collect() }
    }
}

/// All texts under keys `query`.
fn gather<'a>(value: &'a Value, queries: &mut Vec<&'a str>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match value {
                    Value::String(text) if key == "query" => queries.push(text),
                    value => gather(value, queries),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, queries)),
        _ => {}
    }
}
