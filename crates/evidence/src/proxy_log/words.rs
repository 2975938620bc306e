//! Words of a line: what stands between spaces or tabs, in quotes, or in brackets.

/// Takes the next word off a line. A quote ends where a space or the end follows, so that one within it does no harm.
pub(super) fn word<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let text = rest.trim_start_matches([' ', '\t']);
    let close = match text.as_bytes().first()? {
        b'"' => Some('"'),
        b'[' => Some(']'),
        _ => None,
    };
    if let Some(close) = close
        && let Some((inside, behind)) = closed(text.get(1..)?, close)
    {
        *rest = behind;
        return Some(inside);
    }
    let end = text.find([' ', '\t']).unwrap_or(text.len());
    let (word, behind) = text.split_at_checked(end)?;
    *rest = behind;
    Some(word)
}

/// What stands before a closing sign, and what behind it.
fn closed(text: &str, close: char) -> Option<(&str, &str)> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if c == '\\' && close == '"' {
            escaped = true;
        } else if c == close {
            let behind = text.get(at + c.len_utf8()..)?;
            if behind.is_empty() || behind.starts_with([' ', '\t']) {
                return Some((text.get(..at)?, behind));
            }
        }
    }
    None
}

/// All words of a line.
pub(crate) fn words(line: &str) -> Vec<&str> {
    let mut rest = line;
    std::iter::from_fn(|| word(&mut rest)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_lines() {
        for (line, expected) in [
            ("a  b\tc", &["a", "b", "c"][..]),
            (r#"a "b c" [d e] "" -"#, &["a", "b c", "d e", "", "-"]),
            (r#""a \" b" "c"d" e"#, &[r#"a \" b"#, r#"c"d"#, "e"]),
            (r#"[::1] "open [open"#, &["::1", "\"open", "[open"]),
            ("", &[]),
            ("é \"é\"", &["é", "é"]),
        ] {
            assert_eq!(words(line), expected, "{line}");
        }
    }
}
