//! Patterns as regular expressions: regex mode, and simple mode where a typed column stands before a `*`. There nothing but the type
//! says where the column ends. The shapes are those that were measured on the real engine; a type without one is refused.

use crate::functions::FunctionError;
use crate::functions::args::error;
use kql_bind::checked::ParsePart;
use model::KqlType;

const INTEGER: &str = r"\s*[-+]?\d+";
const GUID: &str = concat!(
    r"\s*(?:\{[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}\}",
    r"|[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12})"
);
const DATETIME: &str = concat!(
    r"\s*(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}/\d{1,2}/\d{1,4})",
    r"(?:[Tt ]\s*\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d*)?)?)?(?:[Zz]|[-+]\d{1,2}(?::\d{1,2})?)?"
);
const TIMESPAN: &str = r"\s*-?(?:\d+\.\d{1,2}:\d{1,2}:\d{1,2}|\d{1,2}:\d{1,2}(?::\d{1,2})?)(?:\.\d*)?";

/// In simple mode, before a `*`.
fn simple_shape(kql_type: KqlType) -> Option<&'static str> {
    Some(match kql_type {
        KqlType::Int | KqlType::Long => INTEGER,
        KqlType::Real | KqlType::Decimal => r"\s*[-+]?(?:\d+\.?\d*|\.\d+)",
        KqlType::Bool => r"\s*(?:(?i:true|false)|[-+]?\d+)",
        KqlType::Guid => GUID,
        _ => return None,
    })
}

/// In regex mode, everywhere.
fn regex_shape(kql_type: KqlType) -> &'static str {
    match kql_type {
        KqlType::String | KqlType::Dynamic => ".*",
        KqlType::Int | KqlType::Long => INTEGER,
        KqlType::Real | KqlType::Decimal => r"\s*[-+]?\d+(?:\.\d+)?",
        KqlType::Bool => r"\s*(?i:true|false)",
        KqlType::Guid => GUID,
        KqlType::DateTime => DATETIME,
        KqlType::TimeSpan => TIMESPAN,
    }
}

/// Whether a typed column stands before a `*`.
pub(super) fn needs_shapes(parts: &[ParsePart]) -> bool {
    parts.windows(2).any(|pair| matches!(pair, [ParsePart::Capture { .. }, ParsePart::Star]))
}

pub(super) fn simple_pattern(parts: &[ParsePart]) -> Result<String, FunctionError> {
    let mut out = r"(?s)\A".to_owned();
    let mut captures = 0;
    for (n, part) in parts.iter().enumerate() {
        match part {
            ParsePart::Star => out.push_str(".*?"),
            ParsePart::Text(text) => out.push_str(&regex::escape(text)),
            ParsePart::Capture { name, kql_type } => {
                let shape = match parts.get(n + 1) {
                    Some(ParsePart::Star) => {
                        let shape = simple_shape(*kql_type).ok_or_else(|| {
                            error("parse", format!("'*' after the column {name} of type {kql_type} is not built; put a text between them"))
                        })?;
                        // Before a `*` that ends the pattern the shape may match nothing.
                        if n + 2 == parts.len() { format!("(?:{shape})?") } else { shape.to_owned() }
                    }
                    _ => ".*?".to_owned(),
                };
                out.push_str(&format!("(?P<c{captures}>{shape})"));
                captures += 1;
            }
        }
    }
    out.push_str(r"\z");
    Ok(out)
}

pub(super) fn regex_pattern(parts: &[ParsePart], flags: &str) -> Result<String, FunctionError> {
    if let Some(flag) = flags.chars().find(|f| !"ismU".contains(*f)) {
        return Err(error("parse", format!("the flag {flag} is not built; i, s, m and U are")));
    }
    let mut out = if flags.is_empty() { String::new() } else { format!("(?{flags})") };
    // Under `m` a line may begin where the pattern does.
    out.push('^');
    let mut captures = 0;
    for (n, part) in parts.iter().enumerate() {
        match part {
            ParsePart::Star => out.push_str(".*?"),
            ParsePart::Text(text) => out.push_str(&format!("(?:{text})")),
            ParsePart::Capture { name, kql_type } => {
                let temporal = matches!(kql_type, KqlType::DateTime | KqlType::TimeSpan);
                if temporal && (n + 1 == parts.len() || flags.contains('U')) {
                    return Err(error(
                        "parse",
                        format!("the column {name} of type {kql_type} at the end of a regex pattern, or under the flag U, is not built"),
                    ));
                }
                out.push_str(&format!("(?P<c{captures}>{})", regex_shape(*kql_type)));
                captures += 1;
            }
        }
    }
    Ok(out)
}
