//! KQL's `dynamic`: the one module that knows how it is laid out.
//!
//! A value is text in one of two forms. *Unparsed*: JSON as it was read. *Typed*: U+0001, then JSON in which a scalar that JSON cannot
//! carry is a string of U+0001, a letter and its text: `d` datetime and `t` timespan in ticks, `g` guid, `m` decimal, `r` a real that is
//! not finite; `s` is an ordinary string that happens to begin with U+0001. Text that is not JSON is a string, as `parse_json` has it;
//! empty text is null. A null is an Arrow null in a column; kernels never write the text `null` at the top.

mod scan;
mod text;

pub use scan::{Step, path};
pub use text::{json_string, real_text, timespan_text, to_kusto_string};

use model::{Value, ticks};
use std::cmp::Ordering;
use std::fmt::Write;

/// Marks the typed form, and typed scalars inside it.
pub const MARK: char = '\u{1}';

/// Nesting beyond this is not parsed: such text is a string.
pub const MAX_DEPTH: usize = 128;

/// A dynamic value.
#[derive(Clone, Debug, PartialEq)]
pub enum DynValue {
    Null,
    Bool(bool),
    Long(i64),
    Real(f64),
    /// As .NET prints it.
    Decimal(String),
    String(String),
    /// Ticks.
    DateTime(i64),
    /// Ticks.
    TimeSpan(i64),
    /// Lower-case, with dashes.
    Guid(String),
    Array(Vec<DynValue>),
    /// In order of first appearance; keys are unique.
    Bag(Vec<(String, DynValue)>),
}

impl DynValue {
    /// Reads either form. Never fails: what is not JSON is a string, empty text is null.
    pub fn parse(text: &str) -> Self {
        match text.strip_prefix(MARK) {
            Some(typed) => scan::parse(typed, true).unwrap_or_else(|| Self::String(text.to_owned())),
            None if text.is_empty() => Self::Null,
            None => scan::parse(text, false).unwrap_or_else(|| Self::String(text.to_owned())),
        }
    }

    /// Reads JSON and nothing else.
    pub fn parse_strict(json: &str) -> Option<Self> {
        scan::parse(json, false)
    }

    /// The text of a column: plain JSON where it can carry the value, else the typed form. `null` for null: see [`Self::to_cell`].
    pub fn encode(&self) -> String {
        let mut out = String::new();
        if self.needs_types() {
            out.push(MARK);
            self.write(&mut out, Mode::Typed);
        } else {
            self.write(&mut out, Mode::Plain);
        }
        out
    }

    /// [`Self::encode`], or `None` for null.
    pub fn to_cell(&self) -> Option<String> {
        (!self.is_null()).then(|| self.encode())
    }

    /// JSON as Kusto answers a query with: datetimes in ISO 8601, timespans, guids and decimals as strings.
    pub fn to_json_text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, Mode::Output);
        out
    }

    /// `dynamic_to_json`: [`Self::to_json_text`] with the keys of all bags in ordinal order.
    pub fn to_sorted_json(&self) -> String {
        fn sorted(value: &DynValue) -> DynValue {
            match value {
                DynValue::Array(items) => DynValue::Array(items.iter().map(sorted).collect()),
                DynValue::Bag(pairs) => {
                    let mut pairs: Vec<_> = pairs.iter().map(|(k, v)| (k.clone(), sorted(v))).collect();
                    pairs.sort_by(|a, b| a.0.cmp(&b.0));
                    DynValue::Bag(pairs)
                }
                other => other.clone(),
            }
        }
        sorted(self).to_json_text()
    }

    /// `tostring` of it: a string without quotes, null as nothing, all else as JSON.
    pub fn to_kusto_string(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::String(s) | Self::Decimal(s) | Self::Guid(s) => s.clone(),
            Self::DateTime(t) => ticks::iso(*t),
            Self::TimeSpan(t) => timespan_text(*t),
            Self::Real(r) if !r.is_finite() => real_text(*r),
            other => other.to_json_text(),
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    pub fn as_array(&self) -> Option<&[DynValue]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    pub fn as_bag(&self) -> Option<&[(String, DynValue)]> {
        match self {
            Self::Bag(pairs) => Some(pairs),
            _ => None,
        }
    }

    /// The value of a key; `None` where there is none or it is no bag.
    pub fn get(&self, key: &str) -> Option<&DynValue> {
        self.as_bag()?.iter().find(|(k, _)| k == key).map(|(_, v)| v)
    }

    /// An element; negative counts from the end.
    pub fn at(&self, index: i64) -> Option<&DynValue> {
        let items = self.as_array()?;
        let index = if index < 0 { index + items.len() as i64 } else { index };
        usize::try_from(index).ok().and_then(|i| items.get(i))
    }

    /// What `gettype` answers.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Long(_) => "long",
            Self::Real(_) => "double",
            Self::Decimal(_) => "decimal",
            Self::String(_) => "string",
            Self::DateTime(_) => "datetime",
            Self::TimeSpan(_) => "timespan",
            Self::Guid(_) => "guid",
            Self::Array(_) => "array",
            Self::Bag(_) => "dictionary",
        }
    }

    /// The number, where it is one.
    pub fn as_real(&self) -> Option<f64> {
        match self {
            Self::Long(v) => Some(*v as f64),
            Self::Real(v) => Some(*v),
            Self::Decimal(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// A total order over values, for sets and maps; of no meaning in KQL. `1` and `1.0` differ.
    pub fn total_cmp(&self, other: &Self) -> Ordering {
        fn rank(v: &DynValue) -> u8 {
            match v {
                DynValue::Null => 0,
                DynValue::Bool(_) => 1,
                DynValue::Long(_) => 2,
                DynValue::Real(_) => 3,
                DynValue::Decimal(_) => 4,
                DynValue::String(_) => 5,
                DynValue::DateTime(_) => 6,
                DynValue::TimeSpan(_) => 7,
                DynValue::Guid(_) => 8,
                DynValue::Array(_) => 9,
                DynValue::Bag(_) => 10,
            }
        }
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Long(a), Self::Long(b)) | (Self::DateTime(a), Self::DateTime(b)) | (Self::TimeSpan(a), Self::TimeSpan(b)) => a.cmp(b),
            (Self::Real(a), Self::Real(b)) => a.total_cmp(b),
            (Self::Decimal(a), Self::Decimal(b)) | (Self::String(a), Self::String(b)) | (Self::Guid(a), Self::Guid(b)) => a.cmp(b),
            (Self::Array(a), Self::Array(b)) => {
                let first = a.iter().zip(b).map(|(x, y)| x.total_cmp(y)).find(|o| o.is_ne());
                first.unwrap_or_else(|| a.len().cmp(&b.len()))
            }
            (Self::Bag(a), Self::Bag(b)) => {
                let first = a.iter().zip(b).map(|(x, y)| x.0.cmp(&y.0).then_with(|| x.1.total_cmp(&y.1))).find(|o| o.is_ne());
                first.unwrap_or_else(|| a.len().cmp(&b.len()))
            }
            _ => rank(self).cmp(&rank(other)),
        }
    }

    fn needs_types(&self) -> bool {
        match self {
            Self::Decimal(_) | Self::DateTime(_) | Self::TimeSpan(_) | Self::Guid(_) => true,
            Self::Real(r) => !r.is_finite(),
            Self::Array(items) => items.iter().any(Self::needs_types),
            Self::Bag(pairs) => pairs.iter().any(|(_, v)| v.needs_types()),
            _ => false,
        }
    }

    fn write(&self, out: &mut String, mode: Mode) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
            Self::Long(v) => {
                let _ = write!(out, "{v}");
            }
            Self::Real(r) if r.is_finite() => {
                let text = real_text(*r);
                out.push_str(&text);
                if !text.bytes().any(|b| matches!(b, b'.' | b'E')) {
                    out.push_str(".0");
                }
            }
            Self::String(s) => {
                if mode == Mode::Typed && s.starts_with(MARK) {
                    json_string(out, &format!("{MARK}s{s}"));
                } else {
                    json_string(out, s);
                }
            }
            Self::Real(_) | Self::Decimal(_) | Self::Guid(_) | Self::DateTime(_) | Self::TimeSpan(_) => {
                let text = if mode == Mode::Typed { self.typed_text() } else { self.to_kusto_string() };
                json_string(out, &text);
            }
            Self::Array(items) => {
                out.push('[');
                for (n, item) in items.iter().enumerate() {
                    if n > 0 {
                        out.push(',');
                    }
                    item.write(out, mode);
                }
                out.push(']');
            }
            Self::Bag(pairs) => {
                out.push('{');
                for (n, (key, value)) in pairs.iter().enumerate() {
                    if n > 0 {
                        out.push(',');
                    }
                    json_string(out, key);
                    out.push(':');
                    value.write(out, mode);
                }
                out.push('}');
            }
        }
    }

    fn typed_text(&self) -> String {
        match self {
            Self::DateTime(t) => format!("{MARK}d{t}"),
            Self::TimeSpan(t) => format!("{MARK}t{t}"),
            Self::Guid(g) => format!("{MARK}g{g}"),
            Self::Decimal(m) => format!("{MARK}m{m}"),
            other => format!("{MARK}r{}", other.to_kusto_string()),
        }
    }

    /// What a string of the typed form stands for.
    fn from_typed_string(text: String) -> Self {
        let mut chars = text.chars();
        if chars.next() != Some(MARK) {
            return Self::String(text);
        }
        let (kind, rest) = (chars.next(), chars.as_str());
        let value = match kind {
            Some('d') => rest.parse().ok().map(Self::DateTime),
            Some('t') => rest.parse().ok().map(Self::TimeSpan),
            Some('g') => Some(Self::Guid(rest.to_owned())),
            Some('m') => Some(Self::Decimal(rest.to_owned())),
            Some('s') => Some(Self::String(rest.to_owned())),
            Some('r') => Some(Self::Real(match rest {
                "Infinity" => f64::INFINITY,
                "-Infinity" => f64::NEG_INFINITY,
                _ => f64::NAN,
            })),
            _ => None,
        };
        value.unwrap_or(Self::String(text))
    }
}

impl From<&Value> for DynValue {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null(_) => Self::Null,
            Value::Bool(b) => Self::Bool(*b),
            Value::Int(v) => Self::Long(i64::from(*v)),
            Value::Long(v) => Self::Long(*v),
            Value::Real(v) => Self::Real(*v),
            Value::Decimal(v) => Self::Decimal(v.clone()),
            Value::DateTime(v) => Self::DateTime(*v),
            Value::TimeSpan(v) => Self::TimeSpan(*v),
            Value::Guid(v) => Self::Guid(v.clone()),
            Value::String(v) => Self::String(v.clone()),
            Value::Dynamic(v) => Self::parse(v),
        }
    }
}

/// Which JSON is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Plain,
    Typed,
    Output,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes() {
        for (text, json, string) in [
            ("", "null", ""),
            ("null", "null", ""),
            (" 5 ", "5", "5"),
            ("5.0", "5.0", "5.0"),
            ("-0", "0", "0"),
            ("1e2", "100.0", "100.0"),
            ("1e16", "1E+16", "1E+16"),
            ("9223372036854775808", "9.223372036854776E+18", "9.223372036854776E+18"),
            ("true", "true", "true"),
            ("\"a\\u0041\\n\"", "\"aA\\n\"", "aA\n"),
            ("\"\\ud83d\\ude00\"", "\"😀\"", "😀"),
            ("{\"b\" : 1, \"a\" : [ 1 , {} ] }", "{\"b\":1,\"a\":[1,{}]}", "{\"b\":1,\"a\":[1,{}]}"),
            ("{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":3,\"b\":2}", "{\"a\":3,\"b\":2}"),
            ("hello", "\"hello\"", "hello"),
            ("[1,2", "\"[1,2\"", "[1,2"),
            ("[1,]", "\"[1,]\"", "[1,]"),
            ("01", "\"01\"", "01"),
            ("{\"a\":\"x\ty\"}", "\"{\\\"a\\\":\\\"x\\ty\\\"}\"", "{\"a\":\"x\ty\"}"),
            (
                "\u{1}{\"t\":\"\\u0001t864000000000\",\"n\":\"\\u0001rNaN\"}",
                "{\"t\":\"1.00:00:00\",\"n\":\"NaN\"}",
                "{\"t\":\"1.00:00:00\",\"n\":\"NaN\"}",
            ),
        ] {
            let value = DynValue::parse(text);
            assert_eq!(value.to_json_text(), json, "{text}");
            assert_eq!(value.to_kusto_string(), string, "{text}");
            assert_eq!(to_kusto_string(text), string, "{text}");
            assert_eq!(DynValue::parse(&value.encode()).to_json_text(), json, "{text}");
        }
    }

    #[test]
    fn typed_scalars_survive() {
        let value = DynValue::Bag(vec![
            ("d".into(), DynValue::DateTime(ticks::UNIX_EPOCH)),
            ("t".into(), DynValue::TimeSpan(-ticks::DAY - 1)),
            ("g".into(), DynValue::Guid("74be27de-1e4e-49d9-b579-fe0b331d3642".into())),
            ("m".into(), DynValue::Decimal("1.50".into())),
            ("s".into(), DynValue::String("\u{1}d5".into())),
            ("i".into(), DynValue::Array(vec![DynValue::Real(f64::INFINITY), DynValue::Long(5), DynValue::Real(5.0)])),
        ]);
        assert_eq!(DynValue::parse(&value.encode()), value);
        assert!(value.encode().starts_with(MARK));
        assert_eq!(path(&value.encode(), &[Step::Key("d")]).as_deref(), Some("\u{1}\"\\u0001d621355968000000000\""));
        assert_eq!(value.get("t").unwrap().to_kusto_string(), "-1.00:00:00.0000001");
        // The same string without a typed neighbour needs no escape.
        let plain = DynValue::String("\u{1}d5".into());
        assert_eq!(DynValue::parse(&plain.encode()), plain);
        assert_eq!(plain.encode(), "\"\\u0001d5\"");
    }

    #[test]
    fn depth_is_capped() {
        let ok = format!("{}1{}", "[".repeat(MAX_DEPTH - 1), "]".repeat(MAX_DEPTH - 1));
        assert!(matches!(DynValue::parse(&ok), DynValue::Array(_)));
        for deep in ["[".repeat(100_000), format!("{}1{}", "[".repeat(200), "]".repeat(200)), "{\"a\":".repeat(100_000)] {
            assert!(matches!(DynValue::parse(&deep), DynValue::String(_)));
            assert_eq!(path(&deep, &[Step::Index(0)]), None);
        }
    }
}
