//! Cells to columns: text or JSON values become Arrow columns in the layout of their KQL type.
//!
//! A value that does not fit its column's type becomes null and is counted; a record is never dropped for it.

use super::json::{self, Kind};
use super::time::{self, Time, TimeStyle};
use crate::ColumnBuilder;
use model::KqlType;

/// How a value went into its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    Good,
    /// A time of an unknown zone; null.
    LocalTime,
    /// Not of the column's type; null.
    Bad,
}

/// Puts values into a column under construction.
#[derive(Default)]
pub(crate) struct Values {
    plain: String,
    quoted: String,
}

impl Values {
    /// A cell of text, as CSV has it.
    pub(crate) fn text(&mut self, column: &mut ColumnBuilder, kind: KqlType, text: &str, style: TimeStyle) -> Fit {
        if kind == KqlType::String {
            column.text(text);
            return Fit::Good;
        }
        let text = text.trim();
        if is_no_value(text) {
            column.missing();
            return Fit::Good;
        }
        let fits = match kind {
            KqlType::Bool => to_bool(text).map(|v| column.bool(v)).is_some(),
            KqlType::Int => to_long(text).filter(|v| i32::try_from(*v).is_ok()).map(|v| column.long(v)).is_some(),
            KqlType::Long => to_long(text).map(|v| column.long(v)).is_some(),
            KqlType::Real => text.parse().ok().map(|v| column.real(v)).is_some(),
            KqlType::TimeSpan => time::timespan(text).map(|v| column.long(v)).is_some(),
            KqlType::Guid => to_guid(text).map(|v| column.text(&v)).is_some(),
            KqlType::Decimal => text.parse::<f64>().ok().map(|_| column.text(text)).is_some(),
            KqlType::DateTime => match style.parse(text) {
                Time::Ticks(at) => {
                    column.long(at);
                    true
                }
                Time::Bad => false,
                Time::Local => {
                    column.missing();
                    return Fit::LocalTime;
                }
            },
            KqlType::String | KqlType::Dynamic => {
                if json::is_nested_json(text) || matches!(text, "true" | "false") || is_json_number(text) || is_json_string(text) {
                    column.text(text);
                } else {
                    self.quoted.clear();
                    json::quote(text, &mut self.quoted);
                    column.text(&self.quoted);
                }
                true
            }
        };
        if fits {
            return Fit::Good;
        }
        column.missing();
        Fit::Bad
    }

    /// A value of valid JSON, as written.
    pub(crate) fn json(&mut self, column: &mut ColumnBuilder, kind: KqlType, raw: &str, style: TimeStyle) -> Fit {
        match (json::kind(raw), kind) {
            (Kind::Null, _) => column.missing(),
            (Kind::Text(text), _) => {
                let mut scratch = std::mem::take(&mut self.plain);
                let plain = json::unescape(text, &mut scratch);
                let mut fit = Fit::Good;
                match kind {
                    // Log Analytics hands out dynamic values as JSON in a string.
                    KqlType::Dynamic if json::is_nested_json(plain) || is_json_string(plain) => column.text(plain),
                    KqlType::Dynamic => column.text(raw),
                    _ => fit = self.text(column, kind, plain, style),
                }
                self.plain = scratch;
                return fit;
            }
            (Kind::Nested(text), KqlType::Dynamic | KqlType::String) => column.text(text),
            (Kind::Number(text), KqlType::Dynamic) => column.text(text),
            (Kind::Number(text), _) => return self.text(column, kind, text, style),
            (Kind::Bool(_), KqlType::Dynamic | KqlType::String) => column.text(raw),
            (Kind::Bool(value), KqlType::Bool | KqlType::Int | KqlType::Long) => match kind {
                KqlType::Bool => column.bool(value),
                _ => column.long(i64::from(value)),
            },
            (Kind::Nested(_) | Kind::Bool(_), _) => {
                column.missing();
                return Fit::Bad;
            }
        }
        Fit::Good
    }
}

/// The words that exporters write where there is no value.
fn is_no_value(text: &str) -> bool {
    matches!(text, "" | "null" | "NULL" | "None" | "nan" | "NaN" | "NaT" | "N/A" | "-")
}

fn to_bool(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" | "1" | "1.0" => Some(true),
        "false" | "False" | "FALSE" | "0" | "0.0" => Some(false),
        _ => None,
    }
}

/// Also what spreadsheets and data frames make of integers: `443.0`; and `0x1f`.
fn to_long(text: &str) -> Option<i64> {
    if let Ok(value) = text.parse::<i64>() {
        return Some(value);
    }
    if let Some(hex) = text.strip_prefix("0x") {
        return u64::from_str_radix(hex, 16).ok().map(|v| v as i64);
    }
    if let Ok(value) = text.parse::<u64>() {
        return Some(value as i64);
    }
    let real = text.parse::<f64>().ok()?;
    (real.fract() == 0.0 && real.abs() < 9.2e18).then_some(real as i64)
}

/// Lower-case with dashes; braces are dropped.
pub(crate) fn to_guid(text: &str) -> Option<String> {
    let text = text.trim_start_matches(['{', '(']).trim_end_matches(['}', ')']);
    let digits: Vec<u8> = text.bytes().filter(|b| *b != b'-').collect();
    if digits.len() != 32 || !digits.iter().all(u8::is_ascii_hexdigit) || !matches!(text.len(), 32 | 36) {
        return None;
    }
    let mut out = String::with_capacity(36);
    for (i, digit) in digits.iter().enumerate() {
        if matches!(i, 8 | 12 | 16 | 20) {
            out.push('-');
        }
        out.push(char::from(digit.to_ascii_lowercase()));
    }
    Some(out)
}

/// Whether text is a string in JSON's own writing, as exporters write dynamic values that are strings.
fn is_json_string(text: &str) -> bool {
    text.len() > 1 && text.starts_with('"') && text.ends_with('"') && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

fn is_json_number(text: &str) -> bool {
    text.bytes().next().is_some_and(|b| b.is_ascii_digit() || b == b'-') && serde_json::from_str::<serde_json::Number>(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Array, ArrayRef, AsArray};
    use arrow::datatypes::{Float64Type, Int32Type, Int64Type};

    fn show(array: &ArrayRef, kind: KqlType) -> String {
        if array.is_null(0) {
            return "null".into();
        }
        match kind {
            KqlType::Bool => array.as_boolean().value(0).to_string(),
            KqlType::Int => array.as_primitive::<Int32Type>().value(0).to_string(),
            KqlType::Long | KqlType::TimeSpan => array.as_primitive::<Int64Type>().value(0).to_string(),
            KqlType::DateTime => model::ticks::iso_short(array.as_primitive::<Int64Type>().value(0)),
            KqlType::Real => array.as_primitive::<Float64Type>().value(0).to_string(),
            _ => array.as_string_view().value(0).to_string(),
        }
    }

    #[test]
    fn cells_become_values_of_their_columns_type() {
        use Fit::{Bad, Good};
        for (kind, text, expected, fit) in [
            (KqlType::Bool, "True", "true", Good),
            (KqlType::Bool, "0", "false", Good),
            (KqlType::Bool, "yes", "null", Bad),
            (KqlType::Int, "443.0", "443", Good),
            (KqlType::Int, "5000000000", "null", Bad),
            (KqlType::Long, "0x1f", "31", Good),
            (KqlType::Long, "18446744073709551615", "-1", Good),
            (KqlType::Long, "null", "null", Good),
            (KqlType::Long, "12a", "null", Bad),
            (KqlType::Real, "51.5", "51.5", Good),
            (KqlType::DateTime, "2/28/2023 8:15:27 AM", "2023-02-28T08:15:27Z", Good),
            (KqlType::DateTime, "later", "null", Bad),
            (KqlType::TimeSpan, "00:00:01", "10000000", Good),
            (KqlType::Guid, "{ABCDEF00-0000-0000-0000-000000000001}", "abcdef00-0000-0000-0000-000000000001", Good),
            (KqlType::Guid, "abc", "null", Bad),
            (KqlType::String, " as it is ", " as it is ", Good),
            (KqlType::String, "null", "null", Good),
            (KqlType::String, "", "", Good),
            (KqlType::Dynamic, "{\"a\": 1}", "{\"a\": 1}", Good),
            (KqlType::Dynamic, "['x']", "\"['x']\"", Good),
            (KqlType::Dynamic, "12", "12", Good),
            (KqlType::Dynamic, r#""str""#, r#""str""#, Good),
            (KqlType::Dynamic, r#""a" or "b""#, r#""\"a\" or \"b\"""#, Good),
            (KqlType::Dynamic, r#"""#, r#""\"""#, Good),
            (KqlType::Dynamic, "", "null", Good),
        ] {
            let mut column = ColumnBuilder::new(kind, 1);
            assert_eq!(Values::default().text(&mut column, kind, text, TimeStyle::UTC), fit, "{kind} {text}");
            assert_eq!(show(&column.finish(), kind), expected, "{kind} {text}");
        }
    }

    #[test]
    fn json_values_become_values_of_their_columns_type() {
        use Fit::{Bad, Good};
        for (kind, raw, expected, fit) in [
            (KqlType::String, r#""a\nb""#, "a\nb", Good),
            (KqlType::String, "12.50", "12.50", Good),
            (KqlType::String, "true", "true", Good),
            (KqlType::String, "null", "", Good),
            (KqlType::String, r#"{"a":1}"#, r#"{"a":1}"#, Good),
            (KqlType::Dynamic, r#"{"a":1}"#, r#"{"a":1}"#, Good),
            (KqlType::Dynamic, r#""{\"a\":1}""#, r#"{"a":1}"#, Good),
            (KqlType::Dynamic, r#""plain\n""#, r#""plain\n""#, Good),
            (KqlType::Dynamic, "7", "7", Good),
            (KqlType::Dynamic, r#""\"str\"""#, r#""str""#, Good),
            (KqlType::Dynamic, r#""say \"str\"""#, r#""say \"str\"""#, Good),
            (KqlType::Long, r#""7""#, "7", Good),
            (KqlType::Long, "7", "7", Good),
            (KqlType::Long, "7.5", "null", Bad),
            (KqlType::Long, "[7]", "null", Bad),
            (KqlType::Int, "true", "1", Good),
            (KqlType::Bool, "1", "true", Good),
            (KqlType::Bool, "false", "false", Good),
            (KqlType::DateTime, r#""2023-02-28T08:15:27Z""#, "2023-02-28T08:15:27Z", Good),
            (KqlType::DateTime, "1678936138", "2023-03-16T03:08:58Z", Good),
            (KqlType::DateTime, "true", "null", Bad),
        ] {
            let mut column = ColumnBuilder::new(kind, 1);
            assert_eq!(Values::default().json(&mut column, kind, raw, TimeStyle::UTC), fit, "{kind} {raw}");
            assert_eq!(show(&column.finish(), kind), expected, "{kind} {raw}");
        }
    }
}
