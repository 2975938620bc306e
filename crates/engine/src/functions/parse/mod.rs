//! `parse`, `parse-where` and `parse-kv`: text into columns.
//!
//! A capture is a string and then converted as the conversion functions do. In simple and regex mode a row matches only when every
//! conversion succeeds; in relaxed mode each capture stands alone. What does not match is an empty string, or null of a type.

mod key_values;
mod literals;
mod shapes;

pub use key_values::{KvParser, compile_kv};

use super::args::error;
use super::matching::compile_regex;
use super::strings::conversion;
use super::{Arg, ArgInfo, Call, FunctionError, Kernel};
use arrow::array::{Array, ArrayRef, BooleanArray, StringViewArray, StringViewBuilder};
use arrow::compute;
use kql_bind::checked::{ParseMode, ParsePart, ParsePattern};
use literals::Literals;
use model::KqlType;
use regex::Regex;
use std::ops::Range;
use std::sync::Arc;

/// A compiled pattern.
#[derive(Debug)]
pub struct Parser {
    matcher: Matcher,
    captures: Vec<Conversion>,
    /// Whether a conversion that fails leaves the others as they are.
    relaxed: bool,
}

#[derive(Debug)]
enum Matcher {
    Literals(Literals),
    /// Group `c0` is the first capture, and so on.
    Regex(Box<Regex>),
}

/// What a captured string becomes; no kernel for a string.
#[derive(Debug)]
pub(super) struct Conversion {
    kql_type: KqlType,
    kernel: Option<Arc<dyn Kernel>>,
}

impl Conversion {
    pub(super) fn new(kql_type: KqlType) -> Result<Self, FunctionError> {
        let kernel = match conversion(kql_type) {
            None => None,
            Some(name) => {
                let info = ArgInfo { kql_type: KqlType::String, constant: None };
                let found = super::resolve(&Call { name, args: &[info], returns: kql_type });
                Some(found.unwrap_or_else(|| Err(error("parse", format!("a column of type {kql_type} is not built"))))?)
            }
        };
        Ok(Self { kql_type, kernel })
    }

    pub(super) fn run(&self, texts: ArrayRef) -> Result<ArrayRef, FunctionError> {
        match &self.kernel {
            Some(kernel) => {
                let rows = texts.len();
                kernel.call(&[Arg::Column(texts)], rows)
            }
            None => Ok(texts),
        }
    }
}

/// Compiles a pattern; an error says what Kusto refuses, or what is not built.
pub fn compile(pattern: &ParsePattern) -> Result<Parser, FunctionError> {
    let parts = merge(&pattern.parts);
    check(&parts)?;
    let captures = parts.iter().filter_map(|part| match part {
        ParsePart::Capture { kql_type, .. } => Some(Conversion::new(*kql_type)),
        _ => None,
    });
    let captures = captures.collect::<Result<Vec<_>, _>>()?;
    let matcher = match &pattern.mode {
        ParseMode::Regex(flags) => Matcher::Regex(Box::new(compile_regex("parse", &shapes::regex_pattern(&parts, flags)?)?)),
        ParseMode::Simple | ParseMode::Relaxed if shapes::needs_shapes(&parts) => {
            Matcher::Regex(Box::new(compile_regex("parse", &shapes::simple_pattern(&parts)?)?))
        }
        ParseMode::Simple | ParseMode::Relaxed => Matcher::Literals(Literals::new(&parts)),
    };
    Ok(Parser { matcher, captures, relaxed: pattern.mode == ParseMode::Relaxed })
}

/// Texts that follow each other are one.
fn merge(parts: &[ParsePart]) -> Vec<ParsePart> {
    let mut out: Vec<ParsePart> = Vec::with_capacity(parts.len());
    for part in parts {
        match (out.last_mut(), part) {
            (Some(ParsePart::Text(before)), ParsePart::Text(text)) => before.push_str(text),
            (Some(ParsePart::Star), ParsePart::Star) => {}
            _ => out.push(part.clone()),
        }
    }
    out
}

fn check(parts: &[ParsePart]) -> Result<(), FunctionError> {
    for (n, part) in parts.iter().enumerate() {
        match (part, parts.get(n + 1)) {
            (ParsePart::Text(text), _) if text.is_empty() => return Err(error("parse", "a text in the pattern is empty")),
            (ParsePart::Capture { kql_type: KqlType::String, name }, Some(ParsePart::Star)) => {
                return Err(error("parse", format!("'*' after the string column {name} is ambiguous; put a text between them")));
            }
            (ParsePart::Capture { name, .. }, Some(ParsePart::Capture { .. }))
            | (ParsePart::Star, Some(ParsePart::Capture { name, .. })) => {
                return Err(error("parse", format!("nothing says where the column {name} begins or ends; put a text beside it")));
            }
            _ => {}
        }
    }
    Ok(())
}

impl Parser {
    /// The captures, in order, and whether each row matched.
    pub fn run(&self, texts: &StringViewArray) -> Result<(Vec<ArrayRef>, BooleanArray), FunctionError> {
        let rows = texts.len();
        let mut builders: Vec<StringViewBuilder> = self.captures.iter().map(|_| StringViewBuilder::with_capacity(rows)).collect();
        let mut matched = Vec::with_capacity(rows);
        let mut ranges: Vec<Range<usize>> = vec![0..0; self.captures.len()];
        let names: Vec<String> = (0..self.captures.len()).map(|n| format!("c{n}")).collect();
        for row in 0..rows {
            let text = if texts.is_valid(row) { texts.value(row) } else { "" };
            let hit = match &self.matcher {
                Matcher::Literals(literals) => literals.find(text, &mut ranges),
                Matcher::Regex(regex) => match regex.captures(text) {
                    Some(found) => {
                        for (range, name) in ranges.iter_mut().zip(&names) {
                            *range = found.name(name).map_or(0..0, |m| m.range());
                        }
                        true
                    }
                    None => false,
                },
            };
            for (builder, range) in builders.iter_mut().zip(&ranges) {
                builder.append_value(if hit { text.get(range.clone()).unwrap_or("") } else { "" });
            }
            matched.push(hit);
        }
        let strings: Vec<ArrayRef> = builders.iter_mut().map(|b| Arc::new(b.finish()) as ArrayRef).collect();
        let mut columns = self.captures.iter().zip(&strings).map(|(c, s)| c.run(Arc::clone(s))).collect::<Result<Vec<_>, _>>()?;
        if self.relaxed {
            return Ok((columns, BooleanArray::from(matched)));
        }
        for (conversion, column) in self.captures.iter().zip(&columns) {
            if conversion.kql_type != KqlType::String && column.null_count() > 0 {
                for (row, hit) in matched.iter_mut().enumerate() {
                    *hit &= column.is_valid(row);
                }
            }
        }
        let matched = BooleanArray::from(matched);
        if matched.true_count() < rows {
            for (conversion, column) in self.captures.iter().zip(&mut columns) {
                *column = blank(column, conversion.kql_type, &matched)?;
            }
        }
        Ok((columns, matched))
    }
}

/// The column with nothing in the rows that did not match.
fn blank(column: &ArrayRef, kql_type: KqlType, matched: &BooleanArray) -> Result<ArrayRef, FunctionError> {
    let nothing = super::args::nulls(kql_type, column.len());
    compute::kernels::zip::zip(matched, column, &nothing).map_err(|e| error("parse", e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::AsArray;
    use arrow::util::display::array_value_to_string;

    fn star() -> ParsePart {
        ParsePart::Star
    }

    fn text(text: &str) -> ParsePart {
        ParsePart::Text(text.to_owned())
    }

    fn column(name: &str, kql_type: KqlType) -> ParsePart {
        ParsePart::Capture { name: name.to_owned(), kql_type }
    }

    fn s(name: &str) -> ParsePart {
        column(name, KqlType::String)
    }

    fn l(name: &str) -> ParsePart {
        column(name, KqlType::Long)
    }

    /// Runs one text and wants its captures, `null` for a null.
    fn check(mode: &ParseMode, parts: &[ParsePart], input: &str, want: &[&str]) {
        let pattern = ParsePattern { mode: mode.clone(), parts: parts.to_vec(), only_matches: false };
        let parser = compile(&pattern).unwrap();
        let (columns, _) = parser.run(&StringViewArray::from(vec![input])).unwrap();
        let found: Vec<String> = columns
            .iter()
            .map(|c| match c.as_string_view_opt() {
                Some(_) if c.is_valid(0) => c.as_string_view().value(0).to_owned(),
                _ if c.is_null(0) => "null".to_owned(),
                _ => array_value_to_string(c, 0).unwrap(),
            })
            .collect();
        assert_eq!(found, want, "{mode:?} {parts:?} {input:?}");
    }

    #[test]
    fn simple() {
        let simple = &ParseMode::Simple;
        let relaxed = &ParseMode::Relaxed;
        for (parts, input, want) in [
            (vec![text("a=1"), s("v")], "a=1", vec![""]),
            (vec![text("a="), s("a"), text(", b="), s("b")], "a=1, b=xy", vec!["1", "xy"]),
            (vec![text("a="), s("a"), text(", b="), s("b")], "nomatch", vec!["", ""]),
            (vec![text("a"), s("v"), text("c"), star()], "aXcYc", vec!["X"]),
            (vec![text("a"), s("v"), text("c")], "aXcYc", vec!["XcY"]),
            (vec![text("a"), s("v"), text("b")], "abcbd", vec![""]),
            (vec![text("a"), s("v"), text("c")], "aXc\n", vec![""]),
            (vec![text("a"), s("v"), text("a")], "a", vec![""]),
            (vec![star(), text("x="), s("v"), text(","), star()], "y=1,x=2,x=9", vec!["2"]),
            (vec![text("a.b"), s("v")], "axbZ", vec![""]),
            (vec![s("p1"), text("X"), s("p2"), text("X"), s("p3")], "aXbXcXd", vec!["a", "b", "cXd"]),
            (vec![text("n="), l("n"), star(), text("m="), l("m")], "n=27 junk m=23", vec!["27", "23"]),
            (vec![text("n="), l("n"), star(), text("m="), l("m")], "n=xx junk m=23", vec!["null", "null"]),
            (
                vec![text("a="), l("a"), text(",b="), s("b"), text(",c="), l("c"), text(",d="), s("d")],
                "a=1,b=2,c=zz,d=4",
                vec!["null", "", "null", ""],
            ),
            (vec![text("a="), l("a"), text(",b="), s("b")], "a=,b=2", vec!["null", ""]),
            (vec![text("n="), l("n")], "n=27x", vec!["null"]),
            (vec![text("=é"), s("n"), text("é")], "=éaéé", vec!["aé"]),
        ] {
            check(simple, &parts, input, &want);
        }
        check(
            relaxed,
            &[text("a="), l("a"), text(",b="), s("b"), text(",c="), l("c"), text(",d="), s("d")],
            "a=1,b=2,c=zz,d=4",
            &["1", "2", "null", "4"],
        );
        check(relaxed, &[text("p|"), s("a"), text("-q|"), l("b"), star()], "p|1-q|xx", &["1", "null"]);
        check(relaxed, &[text("n="), l("n"), text(",m="), l("m")], "n=xx,m=23", &["null", "23"]);
    }

    #[test]
    fn regex() {
        let regex = |flags: &str| ParseMode::Regex(flags.to_owned());
        for (flags, parts, input, want) in [
            ("", vec![text("[A-Z]+"), s("mid"), text("[a-z]*")], "ABCdef", vec!["def"]),
            ("", vec![text("[a-z]"), l("d1"), text("[a-z]"), l("d2")], "a1b2c3", vec!["1", "2"]),
            ("", vec![text("a"), s("v"), text("c")], "aXcYc", vec!["XcY"]),
            ("U", vec![text("a"), s("v"), text("c"), star()], "aXcYc", vec!["X"]),
            ("U", vec![star(), text("x="), s("v"), text(",")], "y=1,x=2,x=9,", vec!["9"]),
            ("i", vec![text("a="), s("v")], "A=5", vec!["5"]),
            ("", vec![text("n="), l("n")], "n=27x", vec!["27"]),
            ("", vec![text("(foo)="), s("v"), text(",(bar)="), s("w")], "foo=9,bar=8", vec!["9", "8"]),
            ("", vec![text("v="), column("c", KqlType::Real), text("\\|Q")], "v=.5|Q", vec!["null"]),
            ("", vec![s("up"), text("[0-9]+"), s("tail")], "MixedCASE123end", vec!["MixedCASE12", "end"]),
        ] {
            check(&regex(flags), &parts, input, &want);
        }
    }

    #[test]
    fn refused() {
        for (mode, parts) in [
            (ParseMode::Simple, vec![text("n="), s("n"), star(), text("m="), s("m")]),
            (ParseMode::Simple, vec![text(""), s("n")]),
            (ParseMode::Simple, vec![s("a"), s("b")]),
            (ParseMode::Simple, vec![text("a="), column("d", KqlType::DateTime), star()]),
            (ParseMode::Regex(String::new()), vec![text("a="), column("d", KqlType::DateTime)]),
            (ParseMode::Regex("q".to_owned()), vec![text("a="), s("d")]),
            (ParseMode::Regex(String::new()), vec![text("(?=a)"), s("d")]),
        ] {
            assert!(compile(&ParsePattern { mode, parts: parts.clone(), only_matches: false }).is_err(), "{parts:?}");
        }
    }
}
