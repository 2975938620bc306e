//! Kusto's functions, aggregates and plugins by name: how they may be called, what they return, how a column is named after them.
//!
//! The facts stand in `functions.txt`; every name of Kusto is there, whether an engine has it or not.

use crate::types::TypeSet;
use model::KqlType;
use std::collections::BTreeMap;
use std::sync::LazyLock;

mod choose;
pub(crate) use choose::{Misfit, choose};

static TEXT: &str = include_str!("functions.txt");

/// Everything under one name.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) naming: Naming,
    /// Overloads, the preferred first.
    pub(crate) signatures: Vec<Signature>,
}

/// How a column is named after a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    None,
    /// As the first argument.
    First,
    /// As the only argument.
    Only,
    /// The function's name, `_`, the first argument.
    NameAndFirst,
    /// A prefix, `_`, the first argument.
    PrefixAndFirst(&'static str),
    /// A prefix, `_`, the first argument, `_`, the second.
    PrefixAndBoth(&'static str),
    Fixed(&'static str),
    /// As the column that the first argument names, where there is one.
    Column,
}

#[derive(Debug)]
pub(crate) struct Signature {
    pub(crate) returns: Returns,
    pub(crate) params: Vec<Param>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Returns {
    Type(KqlType),
    /// As the argument.
    Arg(usize),
    /// The common type of the alternatives.
    Common,
    Widest,
    /// As the first argument, but an int is a long.
    Promoted,
    /// The type that the last argument, a `typeof`, names.
    Literal,
    /// Several columns.
    Tuple,
    /// A table, or something that is no scalar.
    Table,
}

#[derive(Debug)]
pub(crate) struct Param {
    pub(crate) accepts: TypeSet,
    pub(crate) kind: ParamKind,
    pub(crate) min: usize,
    pub(crate) max: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ParamKind {
    Value,
    /// One of the alternatives that meet in a common type.
    Common,
    /// A type of KQL: `typeof(long)`.
    TypeOf,
    /// A column by name.
    Column,
    /// `*` or a value.
    Star,
    Table,
}

#[derive(Debug, Default)]
struct Catalogue {
    functions: BTreeMap<&'static str, Entry>,
    aggregates: BTreeMap<&'static str, Entry>,
    plugins: BTreeMap<&'static str, Entry>,
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    let mut catalogue = Catalogue::default();
    for line in TEXT.lines().filter(|l| !l.starts_with('#')) {
        let mut words = line.split(' ');
        let (Some(kind), Some(name)) = (words.next(), words.next()) else { continue };
        let map = match kind {
            "f" => &mut catalogue.functions,
            "a" => &mut catalogue.aggregates,
            _ => &mut catalogue.plugins,
        };
        let naming = words.next().map_or(Naming::None, naming);
        let entry = map.entry(name).or_insert_with(|| Entry { name, naming, signatures: Vec::new() });
        if let Some(returns) = words.next() {
            entry.signatures.push(Signature { returns: self::returns(returns), params: words.map(param).collect() });
        }
    }
    catalogue
});

pub(crate) fn function(name: &str) -> Option<&'static Entry> {
    CATALOGUE.functions.get(name)
}

pub(crate) fn aggregate(name: &str) -> Option<&'static Entry> {
    CATALOGUE.aggregates.get(name)
}

/// The plugin's name, where there is one of that name.
pub(crate) fn plugin(name: &str) -> Option<&'static str> {
    CATALOGUE.plugins.get(name).map(|e| e.name)
}

/// Names of functions and aggregates, sorted.
pub fn function_names() -> impl Iterator<Item = &'static str> {
    CATALOGUE.functions.keys().copied().chain(CATALOGUE.aggregates.keys().copied())
}

/// Names of plugins, sorted.
pub fn plugin_names() -> impl Iterator<Item = &'static str> {
    CATALOGUE.plugins.keys().copied()
}

/// The present name of what Kusto has under several.
pub(crate) fn canonical(name: &'static str) -> &'static str {
    match name {
        "iif" => "iff",
        "array_iif" => "array_iff",
        "todouble" => "toreal",
        "toboolean" => "tobool",
        "totime" => "totimespan",
        "notnull" => "isnotnull",
        "notempty" => "isnotempty",
        "parsejson" | "todynamic" | "toobject" => "parse_json",
        "arraylength" => "array_length",
        "extractjson" => "extract_json",
        "extractall" => "extract_all",
        "base64_decodestring" => "base64_decode_tostring",
        "base64_encodestring" => "base64_encode_tostring",
        "parseurl" => "parse_url",
        "parseurlquery" => "parse_urlquery",
        "weekofyear" => "week_of_year",
        "datepart" => "datetime_part",
        "pack" | "pack_dictionary" => "bag_pack",
        "floor" => "bin",
        "array_strcat" => "strcat_array",
        "make_string" => "unicode_codepoints_to_string",
        "to_utf8" => "unicode_codepoints_from_string",
        "makelist" => "make_list",
        "makeset" => "make_set",
        "make_dictionary" => "make_bag",
        "argmax" => "arg_max",
        "argmin" => "arg_min",
        "any" => "take_any",
        "anyif" => "take_anyif",
        "cnt" => "count",
        other => other,
    }
}

fn naming(word: &'static str) -> Naming {
    match word {
        "-" => Naming::None,
        "first" => Naming::First,
        "only" => Naming::Only,
        "column" => Naming::Column,
        "name+first" => Naming::NameAndFirst,
        other if other.ends_with("+both") => Naming::PrefixAndBoth(other.trim_end_matches("+both")),
        other => match (other.strip_prefix('='), other.strip_suffix("+first")) {
            (Some(text), _) => Naming::Fixed(text),
            (None, Some(prefix)) => Naming::PrefixAndFirst(prefix),
            (None, None) => Naming::None,
        },
    }
}

fn returns(word: &str) -> Returns {
    match word {
        "common" => Returns::Common,
        "widest" => Returns::Widest,
        "promoted" => Returns::Promoted,
        "literal" => Returns::Literal,
        "tuple" => Returns::Tuple,
        other => match (other.strip_prefix('$').and_then(|n| n.parse().ok()), KqlType::from_name(other)) {
            (Some(n), _) => Returns::Arg(n),
            (None, Some(kind)) => Returns::Type(kind),
            (None, None) => Returns::Table,
        },
    }
}

fn param(word: &str) -> Param {
    let (word, min, max) = if let Some(word) = word.strip_suffix('?') {
        (word, 0, 1)
    } else if let Some((word, range)) = word.split_once('{') {
        let (min, max) = range.trim_end_matches('}').split_once(',').unwrap_or_default();
        (word, min.parse().unwrap_or(0), max.parse().unwrap_or(usize::MAX))
    } else {
        (word, 1, 1)
    };
    let (types, mark) = word.split_once('!').unwrap_or((word, ""));
    let mut kind = match mark {
        "column" => ParamKind::Column,
        "star" | "anystar" => ParamKind::Star,
        _ => ParamKind::Value,
    };
    let mut accepts = TypeSet::NONE;
    for name in types.split('/') {
        accepts = accepts.union(match name {
            "number" => TypeSet::NUMBER,
            "integer" => TypeSet::INTEGER,
            "summable" => TypeSet::SUMMABLE,
            "scalar" | "any" => TypeSet::ALL,
            "notdynamic" | "orderable" => TypeSet::ALL.without(KqlType::Dynamic),
            "notreal" => TypeSet::ALL.without(KqlType::Real).without(KqlType::Bool),
            "array" | "bag" => TypeSet::DYNAMIC,
            "common" => {
                kind = ParamKind::Common;
                TypeSet::ALL
            }
            "commonorderable" => {
                kind = ParamKind::Common;
                TypeSet::ALL.without(KqlType::Dynamic)
            }
            "type" => {
                kind = ParamKind::TypeOf;
                TypeSet::NONE
            }
            "table" => {
                kind = ParamKind::Table;
                TypeSet::NONE
            }
            other => KqlType::from_name(other).map_or(TypeSet::NONE, |t| TypeSet::of(&[t])),
        });
    }
    Param { accepts, kind, min, max }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_understood() {
        assert!(CATALOGUE.functions.len() >= 420, "{}", CATALOGUE.functions.len());
        assert!(CATALOGUE.aggregates.len() >= 55, "{}", CATALOGUE.aggregates.len());
        assert_eq!(CATALOGUE.plugins.len(), 47);
        for entry in CATALOGUE.functions.values().chain(CATALOGUE.aggregates.values()) {
            assert!(!entry.signatures.is_empty(), "{}", entry.name);
            for param in entry.signatures.iter().flat_map(|s| &s.params) {
                let typed = param.accepts != TypeSet::NONE || matches!(param.kind, ParamKind::TypeOf | ParamKind::Table);
                assert!(typed, "{}: a parameter of no type", entry.name);
            }
        }
    }

    #[test]
    fn a_canonical_name_is_a_name() {
        for name in function_names() {
            let now = canonical(name);
            assert!(function(now).is_some() || aggregate(now).is_some(), "{name} -> {now}");
        }
    }
}
