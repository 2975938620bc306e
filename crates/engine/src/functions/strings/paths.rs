//! `parse_path` and `parse_version`.

use crate::dynamic::DynValue;
use crate::functions::args::{kernel, nullable_texts};
use crate::functions::operand::ToText;
use crate::functions::{Arg, Call, Resolved};

pub(super) fn resolve(call: &Call) -> Resolved {
    let [text] = call.args else { return None };
    let text = ToText::new(text)?;
    let write: fn(&str) -> Option<String> = if call.name == "parse_path" { |text| Some(path(text).encode()) } else { version };
    kernel(call, move |args: &[Arg], rows| {
        let texts = text.read(&args[0], rows)?;
        Ok(nullable_texts(rows, |row, out| match write(&texts.get(row)) {
            Some(text) => {
                out.push_str(&text);
                true
            }
            None => false,
        }))
    })
}

/// The parts of a Windows, UNC, `file://` or Unix path.
fn path(text: &str) -> DynValue {
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let separator = |c: char| matches!(c, '/' | '\\');
    let bytes = rest.as_bytes();
    let root_length = match bytes {
        [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic() => 3,
        _ => 0,
    };
    let root = rest.get(..root_length).unwrap_or("");
    let (directory, file) = match rest.rfind(separator) {
        Some(at) => (rest.get(..at).unwrap_or(""), rest.get(at + 1..).unwrap_or("")),
        None => ("", rest),
    };
    let (file, stream) = file.split_once(':').unwrap_or((file, ""));
    let directory_name = directory.rsplit(separator).next().unwrap_or("");
    let extension = file.rsplit_once('.').map_or("", |(_, e)| e);
    let parts = [
        ("Scheme", scheme),
        ("RootPath", root),
        ("DirectoryPath", directory),
        ("DirectoryName", directory_name),
        ("Filename", file),
        ("Extension", extension),
        ("AlternateDataStreamName", stream),
    ];
    DynValue::Bag(parts.into_iter().map(|(key, value)| (key.to_owned(), DynValue::String(value.to_owned()))).collect())
}

/// One to four numbers of up to eight digits, as one decimal number that sorts as the version does.
fn version(text: &str) -> Option<String> {
    let parts: Vec<u64> = text.split('.').map(|part| (part.len() <= 8).then(|| part.parse().ok()).flatten()).collect::<Option<_>>()?;
    if parts.len() > 4 || text.contains(['+', '-']) {
        return None;
    }
    let number = (0..4).fold(0_u128, |n, i| n * 100_000_000 + u128::from(parts.get(i).copied().unwrap_or(0)));
    Some(number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        for (text, want) in [
            ("0.0.0.5", Some("5")),
            ("1.2.3.4", Some("1000000020000000300000004")),
            ("1", Some("1000000000000000000000000")),
            ("1.x", None),
            ("", None),
        ] {
            assert_eq!(version(text).as_deref(), want, "{text}");
        }
    }
}
