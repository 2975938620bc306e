//! The words of the language.

/// Query operators that have a tree.
pub(crate) const OPERATORS: [&str; 45] = [
    "as",
    "consume",
    "count",
    "distinct",
    "evaluate",
    "extend",
    "filter",
    "getschema",
    "invoke",
    "join",
    "limit",
    "lookup",
    "make-series",
    "mv-apply",
    "mv-expand",
    "mvapply",
    "mvexpand",
    "order",
    "parse",
    "parse-kv",
    "parse-where",
    "print",
    "project",
    "project-away",
    "project-by-names",
    "project-keep",
    "project-rename",
    "project-reorder",
    "range",
    "render",
    "sample",
    "sample-distinct",
    "search",
    "serialize",
    "sort",
    "summarize",
    "take",
    "top",
    "union",
    "where",
    "datatable",
    "externaldata",
    "external_data",
    "make_series",
    "mv_expand",
];

/// Query operators of Kusto that are stepped over.
pub(crate) const UNPLANNED: [&str; 21] = [
    "__executeAndCache",
    "__partitionby",
    "assert-schema",
    "execute-and-cache",
    "facet",
    "find",
    "fork",
    "graph-mark-components",
    "graph-match",
    "graph-shortest-paths",
    "graph-to-table",
    "graph-where-edges",
    "graph-where-nodes",
    "macro-expand",
    "make-graph",
    "partition",
    "partition-by",
    "reduce",
    "scan",
    "top-hitters",
    "top-nested",
];

/// Never a name unless quoted, as Kusto has it.
const RESERVED: [&str; 50] = [
    "and",
    "asc",
    "between",
    "boolean",
    "contains_cs",
    "containscs",
    "date",
    "datetime",
    "decimal",
    "desc",
    "double",
    "dynamic",
    "endswith",
    "endswith_cs",
    "first",
    "flags",
    "float",
    "has_all",
    "has_any",
    "has_cs",
    "hasprefix",
    "hasprefix_cs",
    "hassuffix",
    "hassuffix_cs",
    "int",
    "int16",
    "int32",
    "int64",
    "int8",
    "isfuzzy",
    "last",
    "like",
    "likecs",
    "long",
    "notcontains",
    "notcontainscs",
    "notlike",
    "notlikecs",
    "or",
    "others",
    "real",
    "startswith",
    "startswith_cs",
    "string",
    "time",
    "timespan",
    "uint",
    "ulong",
    "union",
    "uniqueid",
];

/// A name where one is given (`by = 1`, `where: long`), but not where one is used.
const DECLARED_ONLY: [&str; 23] = [
    "accumulate",
    "as",
    "by",
    "contains",
    "datatable",
    "externaldata",
    "find",
    "has",
    "in",
    "invoke",
    "materialize",
    "of",
    "print",
    "sample",
    "search",
    "set",
    "title",
    "to",
    "toscalar",
    "totable",
    "where",
    "project",
    "filter",
];

pub(crate) fn is_operator(word: &str) -> bool {
    OPERATORS.contains(&word) || UNPLANNED.contains(&word)
}

pub(crate) fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

/// Words that cannot begin an expression.
pub(crate) fn is_no_reference(word: &str) -> bool {
    is_reserved(word) || (DECLARED_ONLY.contains(&word) && !matches!(word, "project" | "filter"))
}

/// The operator a misspelt word most likely meant.
pub(crate) fn nearest_operator(word: &str) -> Option<&'static str> {
    nearest(word, OPERATORS.iter().chain(&UNPLANNED).copied())
}

/// The candidate that differs least, if it differs little.
pub(crate) fn nearest(word: &str, candidates: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let word: Vec<char> = word.chars().take(40).flat_map(char::to_lowercase).collect();
    let limit = match word.len() {
        0..=2 => return None,
        3..=5 => 1,
        _ => 2,
    };
    candidates.map(|candidate| (distance(&word, candidate), candidate)).filter(|(d, _)| *d <= limit).min().map(|(_, candidate)| candidate)
}

/// Letters to insert, drop, change or swap.
fn distance(a: &[char], b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let get = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX / 2);
            let mut best = (get(&row, j) + usize::from(x != y)).min(get(&row, j + 1) + 1).min(get(&next, j) + 1);
            if i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x) {
                best = best.min(get(&before, j - 1) + 1);
            }
            next.push(best);
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or(usize::MAX)
}
