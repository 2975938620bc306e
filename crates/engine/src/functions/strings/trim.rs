//! `trim`, `trim_start`, `trim_end`: one match of a regular expression at an end.

use crate::functions::args::{kernel, strings};
use crate::functions::matching::compile_regex;
use crate::functions::operand::{Built, ToText, constant_text};
use crate::functions::{Arg, Call, FunctionError, Resolved};
use regex::Regex;

#[derive(Debug)]
struct Ends {
    start: Option<Regex>,
    end: Option<Regex>,
}

impl Ends {
    fn new(name: &str, pattern: &str) -> Result<Self, FunctionError> {
        let start = (name != "trim_end").then(|| compile_regex(name, &format!("\\A(?:{pattern})"))).transpose()?;
        let end = (name != "trim_start").then(|| compile_regex(name, &format!("(?:{pattern})\\z"))).transpose()?;
        Ok(Self { start, end })
    }

    fn trim<'a>(&self, text: &'a str) -> &'a str {
        let text = self.start.as_ref().and_then(|r| r.find(text)).and_then(|m| text.get(m.end()..)).unwrap_or(text);
        self.end.as_ref().and_then(|r| r.find(text)).and_then(|m| text.get(..m.start())).unwrap_or(text)
    }
}

pub(super) fn resolve(call: &Call) -> Resolved {
    let [pattern, text] = call.args else { return None };
    let (pattern_text, text) = (ToText::new(pattern)?, ToText::new(text)?);
    let name = call.name.to_owned();
    let built = Built::default();
    if let Some(constant) = pattern.constant.as_ref().and_then(constant_text)
        && let Err(error) = built.get(&constant, |pattern| Ends::new(&name, pattern))
    {
        return Some(Err(error));
    }
    kernel(call, move |args: &[Arg], rows| {
        let (patterns, texts) = (pattern_text.read(&args[0], rows)?, text.read(&args[1], rows)?);
        let mut failed = None;
        let out = strings(rows, |row, out| match built.get(&patterns.get(row), |pattern| Ends::new(&name, pattern)) {
            Ok(ends) => out.push_str(ends.trim(&texts.get(row))),
            Err(error) => failed = Some(error),
        });
        failed.map_or(Ok(out), Err)
    })
}
