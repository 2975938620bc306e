//! Text.

mod bytes;
mod captures;
mod codepoints;
mod concat;
mod csv;
mod encode;
mod measure;
mod paths;
mod punycode;
mod replace;
mod slices;
mod split;
mod trim;
mod xml;

use super::args::{kernel, strings};
use super::operand::ToText;
use super::{Arg, Call, Resolved};

pub(crate) use captures::conversion;
pub(crate) use encode::percent_decode;

pub(crate) fn resolve(call: &Call) -> Resolved {
    match call.name {
        "strcat" | "strcat_delim" | "strcat_array" | "array_strcat" | "strrep" => concat::resolve(call),
        "strlen" | "string_size" | "isascii" | "isutf8" | "strcmp" | "countof" | "indexof" | "indexof_regex" => measure::resolve(call),
        "toupper" => fold(call, |b| b.is_ascii_lowercase() || !b.is_ascii(), str::make_ascii_uppercase, upper),
        "tolower" => fold(call, |b| b.is_ascii_uppercase() || !b.is_ascii(), str::make_ascii_lowercase, lower),
        "reverse" => map(call, |text, out| out.extend(text.chars().rev())),
        "regex_quote" => map(call, |text, out| out.push_str(&regex::escape(text))),
        "substring" => slices::resolve(call),
        "trim" | "trim_start" | "trim_end" => trim::resolve(call),
        "extract" | "extract_all" | "extractall" | "replace_regex" | "replace" => captures::resolve(call),
        "replace_string" | "replace_strings" | "translate" => replace::resolve(call),
        "split" => split::resolve(call),
        "parse_csv" | "parse_command_line" => csv::resolve(call),
        "parse_path" | "parse_version" => paths::resolve(call),
        "format_bytes" => bytes::resolve(call),
        "parse_xml" => xml::resolve(call),
        "unicode_codepoints_from_string" | "unicode_codepoints_to_string" | "make_string" => codepoints::resolve(call),
        "punycode_from_string" | "punycode_to_string" | "punycode_domain_from_string" | "punycode_domain_to_string" => {
            punycode::resolve(call)
        }
        _ => encode::resolve(call),
    }
}

/// A string from a string.
fn map(call: &Call, write: impl Fn(&str, &mut String) + Send + Sync + 'static) -> Resolved {
    let [arg] = call.args else { return None };
    let text = ToText::new(arg)?;
    kernel(call, move |args: &[Arg], rows| {
        let cells = text.read(&args[0], rows)?;
        Ok(strings(rows, |row, out| write(&cells.get(row), out)))
    })
}

/// Another case: most text is ASCII, which needs no tables, and much of it has that case already.
fn fold(call: &Call, changes: fn(u8) -> bool, ascii: fn(&mut str), other: fn(char) -> char) -> Resolved {
    let [arg] = call.args else { return None };
    let text = ToText::new(arg)?;
    kernel(call, move |args: &[Arg], rows| {
        let changed = |text: &str| text.bytes().fold(false, |any, byte| any | changes(byte));
        Ok(text.read(&args[0], rows)?.rewritten(rows, changed, |text, out| {
            if text.is_ascii() {
                out.push_str(text);
                ascii(out);
            } else {
                out.extend(text.chars().map(other));
            }
        }))
    })
}

/// Upper case, one character for one, as .NET's invariant culture has it.
fn upper(c: char) -> char {
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

fn lower(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

#[cfg(test)]
mod tests;
