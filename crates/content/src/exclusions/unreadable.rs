//! Why a policy's text is no policy, in words for who writes one: those of the YAML library are for who programs with it.

use super::fault::Fault;
use serde_saphyr::Error;

/// A text without anything in it.
pub(super) fn empty(text: &str) -> Option<Fault> {
    let said = |line: &str| {
        let line = line.trim_start_matches('\u{feff}').trim();
        !(line.is_empty() || line.starts_with('#') || matches!(line, "---" | "..." | "~" | "null"))
    };
    (!text.lines().any(said)).then(|| Fault {
        line: 1,
        what: "the file is empty: it holds no policy".to_owned(),
        remedy: "begin with a template, as `poolhound exclusion new` prints them".to_owned(),
    })
}

/// The library's error at its line, with what to write instead.
pub(super) fn fault(error: &Error, text: &str) -> Fault {
    let error = error.without_snippet();
    let (line, column) = error.location().map_or((1, 1), |at| (at.line().max(1), at.column().max(1)));
    let written = usize::try_from(line.saturating_sub(1)).ok().and_then(|line| text.lines().nth(line)).unwrap_or_default();
    let (what, remedy) = words(error, key_and_value(written, usize::try_from(column).unwrap_or(1)));
    Fault { line, what, remedy: remedy.to_owned() }
}

/// The key before a column of a line, and what stands from the column on.
fn key_and_value(line: &str, column: usize) -> (String, String) {
    let before: String = line.chars().take(column.saturating_sub(1)).collect();
    let value: String = line.chars().skip(column.saturating_sub(1)).collect();
    let rest = |value: &str| value.split(" #").next().unwrap_or_default().trim().to_owned();
    // Of a key without a value its colon is told.
    if let Some(value) = value.strip_prefix(':') {
        return (last_key(&before), rest(value));
    }
    // A value in brackets has the key before them.
    let before = match before.rfind('[').filter(|at| before.rfind(']').is_none_or(|end| end < *at)) {
        Some(at) => before.get(..at).unwrap_or_default(),
        None => &before,
    };
    (before.trim_end().strip_suffix(':').map(last_key).unwrap_or_default(), rest(&value))
}

fn last_key(before: &str) -> String {
    before.rsplit([' ', '\t', '{', ',', '[', '-']).next().unwrap_or_default().to_owned()
}

const SCHEMA: &str = "write it as docs/exclusion.schema.json says";

/// What the library says of a text that is no YAML, what that comes from mostly, and what to write instead.
const SYNTAX: [(&str, &str, &str); 5] = [
    ("mapping values are not allowed", "a colon stands within a text", "put the text in quotation marks"),
    ("tabs disallowed", "a tab stands where spaces belong", "indent with spaces"),
    (
        "parsing a quoted scalar",
        "a backslash in double quotation marks stands for another sign",
        r"put the text in single ones, as 'C:\Program Files\Veeam\*'",
    ),
    (
        "did not find expected key",
        "the line is indented otherwise than those before it, or a bracket is not closed",
        "indent keys that belong together alike",
    ),
    ("illegal placement of ':'", "a bracket or a quotation mark before this place is not closed", "close it"),
];

fn words(error: &Error, (key, value): (String, String)) -> (String, &'static str) {
    let of = if key.is_empty() { "what stands here".to_owned() } else { format!("`{key}`") };
    let absent = value.trim_end_matches([',', '}']).is_empty() || matches!(value.as_str(), "~" | "null" | "Null" | "NULL");
    let found = match value.chars().next() {
        _ if absent => "no value",
        Some('[' | '-') => "a list",
        Some('{') => "keys with values",
        _ => "a single value",
    };
    match error {
        Error::MultipleDocuments { .. } => ("the file holds a second document behind `---`".to_owned(), "write one policy a file"),
        Error::DuplicateMappingKey { key, .. } => {
            let key = key.as_deref().unwrap_or("a key");
            (format!("`{key}` stands twice, and only one of the two could hold"), "write it once, with all that belongs to it")
        }
        Error::Eof { .. } => ("the text ends too early: a bracket or a quotation mark is not closed".to_owned(), SCHEMA),
        Error::Message { msg, .. } if msg.starts_with("it has no value") => {
            (format!("{of} has no value"), "leave it out, or say what is allowed")
        }
        Error::Message { msg, .. } if msg.starts_with("`false` forbids nothing") => {
            (format!("{of}: `false` forbids nothing, and reads as if it did"), "write true, or leave it out")
        }
        Error::NullIntoString { .. } => (format!("{of} has no value"), "leave it out, or say what is allowed"),
        Error::Unexpected { .. } if absent && !key.is_empty() => (format!("{of} has no value"), "leave it out, or say what is allowed"),
        Error::Unexpected { expected: "sequence start", .. } => {
            (format!("{of} is a list, and {found} stands there"), "write it in brackets, as [one] or [one, two]")
        }
        Error::Unexpected { expected: "mapping start", .. } if key.is_empty() => (
            format!("{found} stands where keys with values belong"),
            "write keys with their values, as `poolhound exclusion new` prints them",
        ),
        Error::Unexpected { expected: "mapping start", .. } => (format!("{of} has keys of its own, and {found} stands there"), SCHEMA),
        Error::Unexpected { expected: "string scalar", .. } => {
            (format!("{of} is a single text, and {found} stands there"), "write one text")
        }
        Error::InvalidScalar { ty: "u16" | "u32" | "u8", .. } => (
            format!("{of}: a number out of its range, or none, stands there"),
            "write a whole number that is not negative, a port or minutes up to 65535",
        ),
        Error::InvalidScalar { ty: "bool" | "boolean", .. } | Error::InvalidBooleanStrict { .. } => {
            (format!("{of} is neither true nor false"), "write true or false")
        }
        error => {
            let text = error.to_string();
            // The line is told already.
            let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
            let known = SYNTAX.iter().find(|(said, ..)| text.contains(said));
            known.map_or_else(|| (text.to_owned(), SCHEMA), |(_, what, remedy)| ((*what).to_owned(), remedy))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Policy;

    #[test]
    fn each_fault_of_yaml_is_told_at_its_line() {
        for (text, line, why) in [
            ("", 1, "empty"),
            ("# nothing\n---\n", 1, "empty"),
            ("~\n", 1, "empty"),
            ("id: a\n---\nid: b\n", 3, "a second document"),
            ("id: a\nowner: b\nid: c\n", 3, "`id` stands twice"),
            ("must:\n  path: [/a]\n  path: [/b]\n", 3, "`path` stands twice"),
            ("id: a\nexplains: process_name\n", 2, "`explains` is a list, and a single value stands there"),
            ("must:\n  host_group: lab # a group\n", 2, "`host_group` is a list"),
            ("id: a\nmust:\n", 2, "no value"),
            ("must: all\n", 1, "`must` has keys of its own, and a single value stands there"),
            ("- id: a\n", 1, "a list stands where keys"),
            ("hello\n", 1, "a single value stands where keys"),
            ("id: a\nowner: [a, b]\n", 2, "`owner` is a single text, and a list stands there"),
            ("must:\n  destination: {ports: [70000]}\n", 2, "out of its range"),
            ("must:\n  destination: {ports: [22, abc]}\n", 2, "`ports`: a number out of its range, or none"),
            ("must_not:\n  online: perhaps\n", 2, "`online` is neither true nor false"),
            ("id: a\nreason: Nightly: backup\n", 2, "a colon stands within a text"),
            ("must:\n\tpath: [/a]\n", 2, "a tab stands"),
            ("must:\n  path: [\"C:\\x\"]\n", 2, "a backslash in double"),
            ("must:\n  account: [a]\n   path: [/a]\n", 3, ""),
            ("ower: x\n", 1, "unknown field `ower`"),
            ("id: [", 1, ""),
        ] {
            let errors = Policy::parse("p.yaml", text).unwrap_err();
            let said = errors.first().map(ToString::to_string).unwrap_or_default();
            assert!(errors.len() == 1 && said.starts_with(&format!("p.yaml: line {line}: ")) && said.contains(why), "{text:?}: {said}");
            for word in ["from_str", "Options", "sequence start", "mapping start", "scalar", " at line "] {
                assert!(!said.contains(word), "{text:?}: {said}");
            }
        }
    }
}
