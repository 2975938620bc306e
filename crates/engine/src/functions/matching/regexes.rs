//! `matches regex`, and how all functions read regular expressions.
//!
//! The real engine's classes are Unicode's (`\d` matches `１`, `\s` a no-break space), as this crate's are.

use super::words::test;
use crate::functions::args::{error, kernel};
use crate::functions::operand::{Built, ToText, constant_text};
use crate::functions::{Arg, Call, FunctionError, Resolved};
use regex::{Regex, RegexBuilder};

/// What a compiled expression may take, in bytes.
const SIZE_LIMIT: usize = 16 << 20;

/// Compiles an expression for `function`.
pub(crate) fn compile_regex(function: &str, pattern: &str) -> Result<Regex, FunctionError> {
    RegexBuilder::new(pattern)
        .size_limit(SIZE_LIMIT)
        .dfa_size_limit(SIZE_LIMIT)
        .build()
        .map_err(|e| error(function, format!("the regular expression {pattern:?} is not valid: {}", last_line(&e.to_string()))))
}

/// The reason, without the picture of the pattern above it.
fn last_line(text: &str) -> &str {
    text.lines().next_back().unwrap_or(text).trim_start_matches("error: ")
}

pub(super) fn resolve(call: &Call) -> Resolved {
    let [hay, pattern] = call.args else { return None };
    let (hay, pattern_text) = (ToText::new(hay)?, ToText::new(pattern)?);
    if let Some(constant) = pattern.constant.as_ref().and_then(constant_text) {
        let regex = match compile_regex(call.name, &constant) {
            Ok(regex) => regex,
            Err(error) => return Some(Err(error)),
        };
        return kernel(call, move |args: &[Arg], rows| Ok(test(&hay.read(&args[0], rows)?, rows, false, |_, text| regex.is_match(text))));
    }
    let built: Built<Regex> = Built::default();
    kernel(call, move |args: &[Arg], rows| {
        let hays = hay.read(&args[0], rows)?;
        let patterns = pattern_text.read(&args[1], rows)?;
        super::words::try_test(&hays, rows, |row, text| {
            let pattern = patterns.get(row);
            // The empty expression is everywhere; columns are full of it.
            Ok(pattern.is_empty() || built.get(&pattern, |p| compile_regex("matches regex", p))?.is_match(text))
        })
    })
}
