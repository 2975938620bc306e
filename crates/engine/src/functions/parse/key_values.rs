//! `parse-kv`: pairs of keys and values in any order.

use super::Conversion;
use crate::functions::FunctionError;
use crate::functions::args::error;
use arrow::array::{Array, ArrayRef, StringViewArray, StringViewBuilder};
use kql_bind::checked::KvPattern;
use std::borrow::Cow;
use std::sync::Arc;

/// A compiled `parse-kv`.
#[derive(Debug)]
pub struct KvParser {
    keys: Vec<(String, Conversion)>,
    pair_delimiter: String,
    kv_delimiter: String,
    quotes: Option<(String, String)>,
    escape: Option<String>,
}

/// Compiles `parse-kv`; pairs by a regular expression, greedy values and missing delimiters are not built.
pub fn compile_kv(pattern: &KvPattern) -> Result<KvParser, FunctionError> {
    let refuse = |what: &str| Err(error("parse-kv", format!("{what} is not built")));
    if pattern.regex.is_some() {
        return refuse("the property regex");
    }
    if pattern.greedy {
        return refuse("the property greedy");
    }
    if pattern.pair_delimiter.is_empty() || pattern.kv_delimiter.is_empty() {
        return refuse("leaving out pair_delimiter or kv_delimiter");
    }
    let quotes = match pattern.quote.as_slice() {
        [] => None,
        [one] => match one.chars().collect::<Vec<_>>().as_slice() {
            [quote] => Some((quote.to_string(), quote.to_string())),
            [open, close] => Some((open.to_string(), close.to_string())),
            _ => return refuse("a quote of more than two characters"),
        },
        [open, close] => Some((open.clone(), close.clone())),
        _ => return refuse("more than one pair of quotes"),
    };
    let keys = pattern.keys.iter().map(|(name, t)| Ok((name.clone(), Conversion::new(*t)?))).collect::<Result<_, FunctionError>>()?;
    Ok(KvParser {
        keys,
        pair_delimiter: pattern.pair_delimiter.clone(),
        kv_delimiter: pattern.kv_delimiter.clone(),
        quotes,
        escape: pattern.escape.clone().filter(|e| !e.is_empty()),
    })
}

impl KvParser {
    /// A column a key. Of equal keys the first counts; a missing one is empty, or null of a type.
    pub fn run(&self, texts: &StringViewArray) -> Result<Vec<ArrayRef>, FunctionError> {
        let mut builders: Vec<StringViewBuilder> = self.keys.iter().map(|_| StringViewBuilder::with_capacity(texts.len())).collect();
        for row in 0..texts.len() {
            let text = if texts.is_valid(row) { texts.value(row) } else { "" };
            let mut values: Vec<Option<Cow<'_, str>>> = vec![None; self.keys.len()];
            self.pairs(text, |key, value| {
                if let Some(slot) = self.keys.iter().position(|(name, _)| name == key).and_then(|n| values.get_mut(n)) {
                    slot.get_or_insert(value);
                }
            });
            for (builder, value) in builders.iter_mut().zip(&values) {
                builder.append_value(value.as_deref().unwrap_or(""));
            }
        }
        self.keys.iter().zip(&mut builders).map(|((_, conversion), builder)| conversion.run(Arc::new(builder.finish()))).collect()
    }

    fn pairs<'a>(&self, text: &'a str, mut each: impl FnMut(&'a str, Cow<'a, str>)) {
        let mut rest = text;
        while !rest.is_empty() {
            let pair_end = rest.find(&self.pair_delimiter);
            let key_end = rest.find(&self.kv_delimiter).filter(|k| pair_end.is_none_or(|p| *k < p));
            let Some(key_end) = key_end else {
                match pair_end {
                    Some(end) => {
                        rest = rest.get(end + self.pair_delimiter.len()..).unwrap_or("");
                        continue;
                    }
                    None => return,
                }
            };
            let key = rest.get(..key_end).unwrap_or("");
            let after = rest.get(key_end + self.kv_delimiter.len()..).unwrap_or("");
            let (value, tail) = match self.quoted(after) {
                Some(found) => found,
                None => {
                    let end = after.find(&self.pair_delimiter).unwrap_or(after.len());
                    let (value, tail) = after.split_at(end);
                    (Cow::Borrowed(value), tail)
                }
            };
            each(key, value);
            rest = tail.find(&self.pair_delimiter).and_then(|at| tail.get(at + self.pair_delimiter.len()..)).unwrap_or("");
        }
    }

    /// The value in quotes at the start, and what follows the closing one.
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

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::AsArray;
    use model::KqlType;

    #[test]
    fn pairs() {
        for (text, pair, kv, quote, keys, want) in [
            ("x:10|y:20|z:30", "|", ":", None, ["x", "z"], ["10", "30"]),
            ("no delimiters here", ";", "=", None, ["foo", "x"], ["", ""]),
            ("[k1=v1][k2=v2]", "][", "=", None, ["k1", "k2"], ["", "v2]"]),
            ("name=\"John; Smith\";city=\"New York\"", ";", "=", Some("\""), ["name", "city"], ["John; Smith", "New York"]),
            ("tag:urgent;tag:billing;owner:sam", ";", ":", None, ["tag", "owner"], ["urgent", "sam"]),
            ("key=value=extra", " ", "=", None, ["key", "a"], ["value=extra", ""]),
            ("k=hello world=foo bar", " ", "=", None, ["k", "world"], ["hello", "foo"]),
            ("EMPTY=;FILLED=yes", ";", "=", None, ["EMPTY", "FILLED"], ["", "yes"]),
        ] {
            let pattern = KvPattern {
                keys: keys.iter().map(|k| ((*k).to_owned(), KqlType::String)).collect(),
                pair_delimiter: pair.into(),
                kv_delimiter: kv.into(),
                quote: quote.map(str::to_owned).into_iter().collect(),
                escape: None,
                regex: None,
                greedy: false,
            };
            let columns = compile_kv(&pattern).unwrap().run(&StringViewArray::from(vec![text])).unwrap();
            let found: Vec<&str> = columns.iter().map(|c| c.as_string_view().value(0)).collect();
            assert_eq!(found, want, "{text}");
        }
    }
}
