//! `format_bytes`.

use crate::functions::args::{kernel, longs, strings};
use crate::functions::{Arg, Call, Resolved};
use model::{KqlType, Value};

const UNITS: [&str; 7] = ["Bytes", "KB", "MB", "GB", "TB", "PB", "EB"];

/// `format_bytes(value [, precision [, unit]])`.
pub(super) fn resolve(call: &Call) -> Resolved {
    let (value, options) = call.args.split_first()?;
    if !matches!(value.kql_type, KqlType::Int | KqlType::Long) || options.len() > 2 {
        return None;
    }
    let precision = match options.first().map(|o| &o.constant) {
        None => 0,
        Some(Some(Value::Long(n))) => usize::try_from(*n).ok().filter(|n| *n <= 15)?,
        Some(Some(Value::Int(n))) => usize::try_from(*n).ok().filter(|n| *n <= 15)?,
        Some(_) => return None,
    };
    let unit = match call.args.len() {
        3 => Some(UNITS.iter().position(|u| u.eq_ignore_ascii_case(call.text(2).unwrap_or("")))?),
        _ => None,
    };
    kernel(call, move |args: &[Arg], rows| {
        let values = longs(&args[0])?;
        Ok(strings(rows, |row, out| {
            if let Some(value) = values.get(row) {
                out.push_str(&text(value, precision, unit));
            }
        }))
    })
}

fn text(value: i64, precision: usize, unit: Option<usize>) -> String {
    let mut scaled = value as f64;
    let mut n = 0;
    while unit.map_or(scaled.abs() >= 1024.0 && n + 1 < UNITS.len(), |u| n < u) {
        scaled /= 1024.0;
        n += 1;
    }
    let mut number = format!("{scaled:.precision$}");
    if number.contains('.') {
        number.truncate(number.trim_end_matches('0').trim_end_matches('.').len());
    }
    format!("{number} {}", UNITS.get(n).copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn texts() {
        for (value, precision, unit, want) in [
            (564, 0, None, "564 Bytes"),
            (10332, 1, None, "10.1 KB"),
            (20010332, 0, None, "19 MB"),
            (20010332, 2, None, "19.08 MB"),
            (20010332, 0, Some(1), "19541 KB"),
        ] {
            assert_eq!(text(value, precision, unit), want);
        }
    }
}
