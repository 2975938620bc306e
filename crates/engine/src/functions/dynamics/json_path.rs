//! The paths of `extract_json`, `bag_has_key` and others: `$.a.b[0]['c']`.

use crate::dynamic::{self, DynValue, Step};
use std::borrow::Cow;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Key(String),
    Index(i64),
}

/// A path; it begins with `$`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct JsonPath(Vec<Part>);

impl JsonPath {
    /// `None` for what does not begin with `$`, and for wildcards, filters and all else that is more than a path.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut rest = text.strip_prefix('$')?;
        let mut parts = Vec::new();
        while !rest.is_empty() {
            if let Some(tail) = rest.strip_prefix('.') {
                let end = tail.find(['.', '[']).unwrap_or(tail.len());
                let (name, after) = tail.split_at(end);
                if name.is_empty() || name == "*" {
                    return None;
                }
                parts.push(Part::Key(name.to_owned()));
                rest = after;
            } else {
                let (inside, after) = rest.strip_prefix('[')?.split_once(']')?;
                let quoted = ['\'', '"'].into_iter().find_map(|q| inside.strip_prefix(q)?.strip_suffix(q));
                parts.push(match quoted {
                    Some(name) => Part::Key(name.to_owned()),
                    None => Part::Index(inside.parse().ok()?),
                });
                rest = after;
            }
        }
        Some(Self(parts))
    }

    /// The value in a column's text.
    pub(super) fn find<'a>(&self, text: &'a str) -> Option<Cow<'a, str>> {
        let steps: Vec<Step<'_>> = self
            .0
            .iter()
            .map(|part| match part {
                Part::Key(key) => Step::Key(key),
                Part::Index(index) => Step::Index(*index),
            })
            .collect();
        dynamic::path(text, &steps)
    }

    fn walk<'a>(&self, value: &'a DynValue) -> Option<&'a DynValue> {
        self.0.iter().try_fold(value, |value, part| match part {
            Part::Key(key) => value.get(key),
            Part::Index(index) => value.at(*index),
        })
    }

    /// Sets the value, making bags on the way; false where something else is in the way.
    pub(super) fn set(&self, root: &mut DynValue, value: DynValue) -> bool {
        let mut at = root;
        for part in &self.0 {
            let Part::Key(key) = part else { return false };
            let DynValue::Bag(pairs) = at else { return false };
            let n = match pairs.iter().position(|(known, _)| known == key) {
                Some(n) => n,
                None => {
                    pairs.push((key.clone(), DynValue::Bag(Vec::new())));
                    pairs.len() - 1
                }
            };
            at = &mut pairs[n].1;
        }
        *at = value;
        !self.0.is_empty()
    }

    pub(super) fn remove(&self, root: &mut DynValue) {
        let Some((Part::Key(last), before)) = self.0.split_last() else { return };
        let mut at = root;
        for part in before {
            let next = match (part, at) {
                (Part::Key(key), DynValue::Bag(pairs)) => pairs.iter_mut().find(|(known, _)| known == key).map(|(_, v)| v),
                (Part::Index(n), DynValue::Array(items)) => usize::try_from(*n).ok().and_then(|n| items.get_mut(n)),
                _ => None,
            };
            match next {
                Some(value) => at = value,
                None => return,
            }
        }
        if let DynValue::Bag(pairs) = at {
            pairs.retain(|(known, _)| known != last);
        }
    }
}

/// Whether there is a value under a key or path.
pub(super) fn is_there(value: &DynValue, key: &str) -> bool {
    match JsonPath::parse(key) {
        Some(path) => path.walk(value).is_some(),
        None => value.get(key).is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let bag = DynValue::parse(r#"{"a":{"b":[10,{"c d":1}]},"n":null}"#);
        for (path, there) in [
            ("$.a.b", true),
            ("$.a.b[1]['c d']", true),
            ("$.a.x", false),
            ("$['a'][\"b\"][0]", true),
            ("$.a.b[2]", false),
            ("a", true),
            ("$", true),
            ("a.b", false),
            ("n", true),
        ] {
            assert_eq!(is_there(&bag, path), there, "{path}");
        }
        for bad in ["$.", "$..a", "$.*", "$[", "$[a]", "$a", "$[?(@.x)]"] {
            assert_eq!(JsonPath::parse(bad), None, "{bad}");
        }
        let mut changed = bag;
        JsonPath::parse("$.a.b[1]['c d']").unwrap().remove(&mut changed);
        assert!(JsonPath::parse("$.x.y").unwrap().set(&mut changed, DynValue::Long(1)));
        assert_eq!(changed.to_json_text(), r#"{"a":{"b":[10,{}]},"n":null,"x":{"y":1}}"#);
    }
}
