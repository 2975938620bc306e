//! `format_datetime` and `format_timespan`: the elements and delimiters that Kusto documents, and no others.

use crate::functions::args::{error, kernel, longs, refuse, strings, texts};
use crate::functions::{Call, FunctionError, Resolved};
use model::KqlType;
use model::ticks::{self, DAY, HOUR, MINUTE, SECOND};
use std::fmt::Write;

/// One element of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    Text(char),
    Year(usize),
    Month(usize),
    Day(usize),
    Hour12(usize),
    Hour(usize),
    Minute(usize),
    Second(usize),
    /// So many digits.
    Fraction(usize),
    /// So many digits, without zeros at the end.
    ShortFraction(usize),
    HalfOfDay,
}

pub(super) fn resolve(call: &Call) -> Resolved {
    let span = call.name == "format_timespan";
    match (span, call.types().as_slice()) {
        (false, [KqlType::DateTime, KqlType::String]) | (true, [KqlType::TimeSpan, KqlType::String]) => {}
        _ => return None,
    }
    let known = match call.text(1).map(|format| elements(format, span)) {
        Some(Err(reason)) => return refuse(call, reason),
        Some(Ok(elements)) => Some(elements),
        None => None,
    };
    let name = call.name.to_owned();
    kernel(call, move |args, rows| {
        let (value, format) = (longs(&args[0])?, texts(&args[1])?);
        let mut failure: Option<FunctionError> = None;
        let text = strings(rows, |row, out| {
            let Some(value) = value.get(row) else { return };
            match &known {
                Some(known) => write(out, known, value, span),
                None => match elements(format.text(row), span) {
                    Ok(found) => write(out, &found, value, span),
                    Err(reason) => failure = Some(error(&name, reason)),
                },
            }
        });
        match failure {
            Some(failure) => Err(failure),
            None => Ok(text),
        }
    })
}

/// Each element is as long as it can be.
fn elements(format: &str, span: bool) -> Result<Vec<Element>, String> {
    let mut found = Vec::new();
    let mut rest = format.chars().peekable();
    while let Some(c) = rest.next() {
        let longest = match c {
            'y' if !span => 4,
            'd' if span => 8,
            'M' | 'h' | 't' if span && c != 'h' => 0,
            'd' | 'M' | 'h' | 'H' | 'm' | 's' | 't' => 2,
            'f' | 'F' => 7,
            ' ' | '/' | '-' | ':' | ',' | '.' | '_' | '[' | ']' => {
                found.push(Element::Text(c));
                continue;
            }
            _ => 0,
        };
        if longest == 0 {
            return Err(format!("`{c}` is no element of a format"));
        }
        let mut count = 1;
        while count < longest && rest.next_if_eq(&c).is_some() {
            count += 1;
        }
        match (c, count) {
            // There is no element of three: two and one.
            ('y', 3) => found.extend([Element::Year(2), Element::Year(1)]),
            ('y', _) => found.push(Element::Year(count)),
            ('d', _) => found.push(Element::Day(count)),
            ('M', _) => found.push(Element::Month(count)),
            ('h', _) => found.push(Element::Hour12(count)),
            ('H', _) => found.push(Element::Hour(count)),
            ('m', _) => found.push(Element::Minute(count)),
            ('s', _) => found.push(Element::Second(count)),
            ('f', _) => found.push(Element::Fraction(count)),
            ('F', _) => found.push(Element::ShortFraction(count)),
            ('t', 2) => found.push(Element::HalfOfDay),
            _ => return Err(format!("`{c}` is no element of a format")),
        }
    }
    Ok(found)
}

fn write(out: &mut String, elements: &[Element], value: i64, span: bool) {
    if span && value < 0 {
        out.push('-');
    }
    let size = if span { value.checked_abs().unwrap_or(i64::MAX) } else { value };
    let (year, month, day) = if span { (0, 0, 0) } else { ticks::civil(size) };
    let hour = size / HOUR % 24;
    let fraction = |digits: usize| size % SECOND / 10_i64.pow(7 - digits as u32);
    for element in elements {
        let _ = match *element {
            Element::Text(c) => out.write_char(c),
            Element::Year(4) => write!(out, "{year:04}"),
            Element::Year(width) => write!(out, "{:0width$}", year % 100),
            Element::Month(width) => write!(out, "{month:0width$}"),
            Element::Day(width) if span => write!(out, "{:0width$}", size / DAY),
            Element::Day(width) => write!(out, "{day:0width$}"),
            // A span has no halves of a day.
            Element::Hour12(width) if span => write!(out, "{hour:0width$}"),
            Element::Hour12(width) => write!(out, "{:0width$}", (hour + 11) % 12 + 1),
            Element::Hour(width) => write!(out, "{hour:0width$}"),
            Element::Minute(width) => write!(out, "{:0width$}", size / MINUTE % 60),
            Element::Second(width) => write!(out, "{:0width$}", size / SECOND % 60),
            Element::Fraction(width) => write!(out, "{:0width$}", fraction(width)),
            Element::ShortFraction(width) => {
                let digits = format!("{:0width$}", fraction(width));
                out.write_str(digits.trim_end_matches('0'))
            }
            Element::HalfOfDay => out.write_str(if hour < 12 { "AM" } else { "PM" }),
        };
    }
}
