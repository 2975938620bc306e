//! What is left of a JSON message whose end was not captured: the members that are there as a whole.

/// Deeper ones are none of mining's.
const DEEPEST: usize = 16;

/// The message up to its last whole value, with its brackets closed; `None` where there is none.
pub(super) fn salvage(cut: &[u8]) -> Option<Vec<u8>> {
    let mut open: Vec<u8> = Vec::new();
    // Where the last whole value ends, and what was open there.
    let mut whole: Option<(usize, Vec<u8>)> = None;
    let (mut inside, mut escaped, mut is_value) = (false, false, false);
    for (at, byte) in cut.iter().copied().enumerate() {
        if inside {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => {
                    inside = false;
                    if is_value {
                        whole = Some((at + 1, open.clone()));
                    }
                }
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => inside = true,
            b'{' | b'[' => {
                if open.len() >= DEEPEST {
                    return None;
                }
                open.push(if byte == b'{' { b'}' } else { b']' });
                is_value = byte == b'[';
            }
            b'}' | b']' => {
                open.pop().filter(|closes| *closes == byte)?;
                whole = Some((at + 1, open.clone()));
            }
            b':' => is_value = true,
            b',' => {
                whole = Some((at, open.clone()));
                is_value = open.last() == Some(&b']');
            }
            _ => {}
        }
    }
    let (end, open) = whole?;
    let mut message = cut.get(..end)?.to_vec();
    message.extend(open.iter().rev());
    Some(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_values_are_kept() {
        for (cut, kept) in [
            (
                r#"{"id":1,"method":"login","params":{"login":"4abc","pass":"x","agent":"XM"#,
                r#"{"id":1,"method":"login","params":{"login":"4abc","pass":"x"}}"#,
            ),
            (r#"{"id":1,"method":"login","params":{"login":"4abc""#, r#"{"id":1,"method":"login","params":{"login":"4abc"}}"#),
            (r#"{"id":1,"method":"login","params":{"login":"4ab"#, r#"{"id":1,"method":"login"}"#),
            (
                r#"{"id":2,"method":"mining.authorize","params":["1P7.rig","x"#,
                r#"{"id":2,"method":"mining.authorize","params":["1P7.rig"]}"#,
            ),
            (r#"{"a":"x\"y","b":[1,{"c":2}],"d":tr"#, r#"{"a":"x\"y","b":[1,{"c":2}]}"#),
            (r#"{"a":12,"b":34"#, r#"{"a":12}"#),
        ] {
            assert_eq!(salvage(cut.as_bytes()).map(|kept| String::from_utf8(kept).unwrap()).as_deref(), Some(kept), "{cut}");
            assert!(serde_json::from_str::<serde_json::Value>(kept).is_ok());
        }
        for cut in ["", "{", r#"{"id"#, r#"{"id":1"#, "]", &"[".repeat(50_000)] {
            assert_eq!(salvage(cut.as_bytes()), None, "{cut:.20}");
        }
    }
}
