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

/// Never a name unless quoted: what Kusto's own parser (release 12.4.1) refuses as a column, a variable and a parameter.
const RESERVED: [&str; 117] = [
    "and",
    "anomalychart",
    "areachart",
    "asc",
    "bagexpansion",
    "barchart",
    "between",
    "boolean",
    "byte",
    "cachingpolicy",
    "callout",
    "cancel",
    "card",
    "char",
    "columnchart",
    "contains_cs",
    "containscs",
    "cycles",
    "dataexport",
    "datascope",
    "date",
    "datetime",
    "decimal",
    "decodeblocks",
    "desc",
    "double",
    "dynamic",
    "encodingpolicy",
    "endswith",
    "endswith_cs",
    "expandoutput",
    "extent_tags_retention",
    "external_data",
    "first",
    "flags",
    "float",
    "force_remote",
    "harddelete",
    "hardretention",
    "has_all",
    "has_any",
    "has_cs",
    "hasprefix",
    "hasprefix_cs",
    "hassuffix",
    "hassuffix_cs",
    "hotcache",
    "int",
    "int16",
    "int32",
    "int64",
    "int8",
    "isfuzzy",
    "journal",
    "ladderchart",
    "last",
    "like",
    "likecs",
    "linechart",
    "long",
    "missing",
    "nooptimization",
    "notcontains",
    "notcontainscs",
    "notlike",
    "notlikecs",
    "or",
    "others",
    "pathformat",
    "piechart",
    "pivotchart",
    "project",
    "queries",
    "query_results",
    "real",
    "relaxed",
    "restricted_view_access",
    "row_level_security",
    "rowstore",
    "rowstore_references",
    "rowstore_sealinfo",
    "rowstorepolicy",
    "rowstores",
    "scatterchart",
    "seal",
    "seals",
    "shards",
    "simple",
    "softdelete",
    "softretention",
    "stackedareachart",
    "startswith",
    "startswith_cs",
    "statistics",
    "storedqueryresultcontainers",
    "string",
    "tablepurge",
    "time",
    "timechart",
    "timeline",
    "timepivot",
    "timespan",
    "treemap",
    "uint",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
    "ulong",
    "union",
    "uniqueid",
    "unrestrictedviewers",
    "views",
    "with_itemindex",
    "with_match_id",
    "with_step_name",
    "writeaheadlog",
];

/// A name where one is given to a column (`by = 1`, `where: long`), but not where one is used.
const DECLARED_ONLY: [&str; 27] = [
    "accumulate",
    "as",
    "by",
    "contains",
    "datatable",
    "earliest",
    "externaldata",
    "find",
    "has",
    "in",
    "invoke",
    "latest",
    "materialize",
    "mdm",
    "of",
    "print",
    "sample",
    "search",
    "set",
    "sql",
    "title",
    "to",
    "toscalar",
    "totable",
    "verbose",
    "viewers",
    "where",
];

/// A name where one is used, but not where one is given: there it would be a setting.
const REFERENCED_ONLY: [&str; 3] = ["kind", "with_source", "withsource"];

pub(crate) fn is_operator(word: &str) -> bool {
    OPERATORS.contains(&word) || UNPLANNED.contains(&word)
}

/// What a name is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// A name for a column or parameter.
    Declare,
    /// A column, variable or function that exists.
    Refer,
    /// Both rules hold: `let name`.
    Both,
}

/// Whether a word must be quoted to be a name.
pub(crate) fn needs_quotes(word: &str, purpose: Use) -> bool {
    RESERVED.binary_search(&word).is_ok()
        || (purpose != Use::Declare && DECLARED_ONLY.contains(&word))
        || (purpose != Use::Refer && REFERENCED_ONLY.contains(&word))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        assert!(RESERVED.is_sorted());
    }

    #[test]
    fn names_and_keywords() {
        for (word, declare, refer) in [
            ("first", true, true),
            ("by", false, true),
            ("kind", true, false),
            ("count", false, false),
            ("Type", false, false),
            ("from", false, false),
        ] {
            assert_eq!((needs_quotes(word, Use::Declare), needs_quotes(word, Use::Refer)), (declare, refer), "{word}");
        }
    }

    #[test]
    fn near_words() {
        for (word, near) in [
            ("summarise", Some("summarize")),
            ("wher", Some("where")),
            ("exted", Some("extend")),
            ("pasre", Some("parse")),
            ("select", None),
            ("xy", None),
        ] {
            assert_eq!(nearest_operator(word), near, "{word}");
        }
    }
}
