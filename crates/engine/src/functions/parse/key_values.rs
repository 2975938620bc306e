//! `parse-kv`: pairs of keys and values in any order.

use super::Conversion;
use crate::functions::FunctionError;
use crate::functions::args::error;
use crate::functions::matching::compile_regex;
use arrow::array::{Array, ArrayRef, StringViewArray, StringViewBuilder};
use kql_bind::checked::KvPattern;
use regex::Regex;
use std::borrow::Cow;
use std::sync::Arc;

/// A compiled `parse-kv`.
#[derive(Debug)]
pub struct KvParser {
    keys: Vec<(String, Conversion)>,
    mode: Mode,
    quotes: Option<(String, String)>,
    escape: Option<String>,
}

/// How pairs are told apart.
#[derive(Debug)]
enum Mode {
    Delimited {
        pair: String,
        kv: String,
        /// A value reaches to the next key.
        greedy: bool,
    },
    /// Whatever is no letter or digit delimits; a value is the word after its key.
    Words,
    /// Two groups: key and value.
    Regex(Regex),
}

/// Compiles `parse-kv`. Without both delimiters any character that is no letter or digit is one.
pub fn compile_kv(pattern: &KvPattern) -> Result<KvParser, FunctionError> {
    let refuse = |what: &str| Err(error("parse-kv", what));
    let mode = match (&pattern.regex, pattern.pair_delimiter.is_empty(), pattern.kv_delimiter.is_empty()) {
        (Some(regex), ..) => {
            let regex = compile_regex("parse-kv", regex)?;
            if regex.captures_len() != 3 {
                return refuse("the regular expression must have two groups: the key and the value");
            }
            Mode::Regex(regex)
        }
        (None, true, true) => Mode::Words,
        (None, false, false) => {
            Mode::Delimited { pair: pattern.pair_delimiter.clone(), kv: pattern.kv_delimiter.clone(), greedy: pattern.greedy }
        }
        _ => return refuse("pair_delimiter and kv_delimiter must both be given or both be left out"),
    };
    let quotes = match pattern.quote.as_slice() {
        [] => None,
        [one] => match one.chars().collect::<Vec<_>>().as_slice() {
            [quote] => Some((quote.to_string(), quote.to_string())),
            [open, close] => Some((open.to_string(), close.to_string())),
            _ => return refuse("a quote of more than two characters is not built"),
        },
        [open, close] => Some((open.clone(), close.clone())),
        _ => return refuse("more than one pair of quotes is not built"),
    };
    let keys = pattern.keys.iter().map(|(name, t)| Ok((name.clone(), Conversion::new(*t)?))).collect::<Result<_, FunctionError>>()?;
    Ok(KvParser { keys, mode, quotes, escape: pattern.escape.clone().filter(|e| !e.is_empty()) })
}

impl KvParser {
    /// A column a key. Of equal keys the first counts; a missing one is empty, or null of a type.
    pub fn run(&self, texts: &StringViewArray) -> Result<Vec<ArrayRef>, FunctionError> {
        let mut builders: Vec<StringViewBuilder> = self.keys.iter().map(|_| StringViewBuilder::with_capacity(texts.len())).collect();
        for row in 0..texts.len() {
            let text = if texts.is_valid(row) { texts.value(row) } else { "" };
            let mut values: Vec<Option<Cow<'_, str>>> = vec![None; self.keys.len()];
            let each = |key: &str, value| {
                if let Some(slot) = self.position(key).and_then(|n| values.get_mut(n)) {
                    slot.get_or_insert(value);
                }
            };
            match &self.mode {
                Mode::Delimited { pair, kv, greedy } => self.delimited(text, pair, kv, *greedy, each),
                Mode::Words => self.words(text, each),
                Mode::Regex(regex) => by_regex(regex, text, each),
            }
            for (builder, value) in builders.iter_mut().zip(&values) {
                builder.append_value(value.as_deref().unwrap_or(""));
            }
        }
        self.keys.iter().zip(&mut builders).map(|((_, conversion), builder)| conversion.run(Arc::new(builder.finish()))).collect()
    }

    fn position(&self, key: &str) -> Option<usize> {
        self.keys.iter().position(|(name, _)| name == key)
    }

    fn delimited<'a>(&self, text: &'a str, pair: &str, kv: &str, greedy: bool, mut each: impl FnMut(&str, Cow<'a, str>)) {
        let blank_pair = pair.trim().is_empty();
        let mut rest = text;
        while !rest.is_empty() {
            rest = rest.trim_start();
            let quoted_key = self
                .quoted(rest)
                .and_then(|(key, tail)| Some((key, tail.strip_prefix(kv).or_else(|| tail.trim_start().strip_prefix(kv))?)));
            let (key, after) = match quoted_key {
                Some(found) => found,
                None => {
                    let pair_end = rest.find(pair);
                    match (rest.find(kv).filter(|k| pair_end.is_none_or(|p| *k < p)), pair_end) {
                        (Some(key_end), _) => {
                            let (key, after) = rest.split_at(key_end);
                            (Cow::Borrowed(key), after.get(kv.len()..).unwrap_or(""))
                        }
                        (None, Some(end)) => {
                            rest = rest.get(end + pair.len()..).unwrap_or("");
                            continue;
                        }
                        (None, None) => return,
                    }
                }
            };
            // Where a blank ends a pair, it cannot stand before a value.
            let start = if blank_pair { after } else { after.trim_start() };
            let (value, tail) = match self.quoted(start) {
                Some(found) => found,
                None => {
                    let end = if greedy { greedy_end(after, pair, kv) } else { after.find(pair) };
                    let (value, tail) = after.split_at(end.unwrap_or(after.len()));
                    (Cow::Borrowed(value.trim()), tail)
                }
            };
            each(key.trim(), value);
            rest = tail.find(pair).and_then(|at| tail.get(at + pair.len()..)).unwrap_or("");
        }
    }

    fn words<'a>(&self, text: &'a str, mut each: impl FnMut(&str, Cow<'a, str>)) {
        let mut key: Option<Cow<'a, str>> = None;
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let (word, tail) = if first.is_alphanumeric() {
                let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
                let (word, tail) = rest.split_at(end);
                (Cow::Borrowed(word), tail)
            } else if let Some(found) = self.quoted(rest) {
                found
            } else {
                rest = rest.get(first.len_utf8()..).unwrap_or("");
                continue;
            };
            match key.take() {
                Some(key) => each(&key, word),
                None => key = self.position(word.trim()).is_some().then_some(word),
            }
            rest = tail;
        }
    }

    /// The text in quotes at the start, and what follows the closing one.
    fn quoted<'a>(&self, text: &'a str) -> Option<(Cow<'a, str>, &'a str)> {
        let (open, close) = self.quotes.as_ref()?;
        let inside = text.strip_prefix(open.as_str())?;
        let Some(escape) = &self.escape else {
            let (value, tail) = inside.split_once(close.as_str())?;
            return Some((Cow::Borrowed(value), tail));
        };
        let mut value = String::new();
        let mut rest = inside;
        loop {
            if let Some(tail) = rest.strip_prefix(escape.as_str())
                && let Some(c) = tail.chars().next()
            {
                value.push(c);
                rest = tail.get(c.len_utf8()..)?;
            } else if let Some(tail) = rest.strip_prefix(close.as_str()) {
                return Some((Cow::Owned(value), tail));
            } else {
                let c = rest.chars().next()?;
                value.push(c);
                rest = rest.get(c.len_utf8()..)?;
            }
        }
    }
}

/// The end of a value that reaches to the last pair delimiter before the next key's delimiter; `None` for the end of the text.
fn greedy_end(text: &str, pair: &str, kv: &str) -> Option<usize> {
    text.match_indices(kv).find_map(|(at, _)| text.get(..at)?.rfind(pair))
}

fn by_regex<'a>(regex: &Regex, text: &'a str, mut each: impl FnMut(&str, Cow<'a, str>)) {
    for found in regex.captures_iter(text) {
        if let (Some(key), Some(value)) = (found.get(1), found.get(2)) {
            each(key.as_str().trim(), Cow::Borrowed(value.as_str().trim()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::AsArray;
    use model::KqlType;

    fn pattern(keys: [&str; 2], pair: &str, kv: &str, quote: &[&str]) -> KvPattern {
        KvPattern {
            keys: keys.iter().map(|k| ((*k).to_owned(), KqlType::String)).collect(),
            pair_delimiter: pair.into(),
            kv_delimiter: kv.into(),
            quote: quote.iter().map(|q| (*q).to_owned()).collect(),
            escape: None,
            regex: None,
            greedy: false,
        }
    }

    fn check(pattern: &KvPattern, text: &str, want: [&str; 2]) {
        let columns = compile_kv(pattern).unwrap().run(&StringViewArray::from(vec![text])).unwrap();
        let found: Vec<&str> = columns.iter().map(|c| c.as_string_view().value(0)).collect();
        assert_eq!(found, want, "{text}");
    }

    #[test]
    fn pairs() {
        let none: &[&str] = &[];
        for (text, pair, kv, quote, keys, want) in [
            ("x:10|y:20|z:30", "|", ":", none, ["x", "z"], ["10", "30"]),
            ("no delimiters here", ";", "=", none, ["foo", "x"], ["", ""]),
            ("[k1=v1][k2=v2]", "][", "=", none, ["k1", "k2"], ["", "v2]"]),
            ("name=\"John; Smith\";city=\"New York\"", ";", "=", &["\""], ["name", "city"], ["John; Smith", "New York"]),
            ("tag:urgent;tag:billing;owner:sam", ";", ":", none, ["tag", "owner"], ["urgent", "sam"]),
            ("key=value=extra", " ", "=", none, ["key", "a"], ["value=extra", ""]),
            ("k=hello world=foo bar", " ", "=", none, ["k", "world"], ["hello", "foo"]),
            ("EMPTY=;FILLED=yes", ";", "=", none, ["EMPTY", "FILLED"], ["", "yes"]),
            ("a= b=2", " ", "=", none, ["a", "b"], ["", "2"]),
            // Blanks around keys and values do not count.
            ("Id: 45 , Name : it is up", ",", ":", none, ["Id", "Name"], ["45", "it is up"]),
            ("Id: 'a, b' , Name:x", ",", ":", &["'"], ["Id", "Name"], ["a, b", "x"]),
            // Keys may stand in quotes.
            ("n=1 \"event time\"=\"10 00\" x", " ", "=", &["\""], ["event time", "n"], ["10 00", "1"]),
            ("n=(one two) (event time)=3", " ", "=", &["(", ")"], ["event time", "n"], ["3", "one two"]),
            // No delimiters: words.
            ("10:00 [INFO] Id:458, Name=it is up", "", "", none, ["Id", "Name"], ["458", "it"]),
            ("10:00 [INFO] Id:458, Name='it is up'", "", "", &["'"], ["Id", "Name"], ["458", "it is up"]),
        ] {
            check(&pattern(keys, pair, kv, quote), text, want);
        }
    }

    #[test]
    fn escapes_greed_and_expressions() {
        let plain = pattern(["a", "b"], " ", "=", &["\""]);
        check(&KvPattern { escape: Some("\\".into()), ..plain.clone() }, "a=\"say \\\"hi\\\"\" b=1", ["say \"hi\"", "1"]);
        check(&KvPattern { greedy: true, ..plain.clone() }, "a=John Doe b=5 5 c=New York", ["John Doe", "5 5"]);
        check(&KvPattern { regex: Some(r#""(\w+)"\s*:\s*"([^"]*)""#.into()), ..plain.clone() }, r#"{"a": "x y ", "b" :"z"}"#, ["x y", "z"]);
        for bad in [KvPattern { regex: Some("(a)".into()), ..plain.clone() }, KvPattern { kv_delimiter: String::new(), ..plain }] {
            assert!(compile_kv(&bad).is_err());
        }
    }
}
