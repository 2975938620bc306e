//! Messages as libraries for web pages carry them over WebSocket: `42["job",{…}]` (Socket.IO), `a["{…}"]` (SockJS).

use serde_json::{Map, Value};

/// Texts in one frame of SockJS that are read.
const MOST: usize = 64;
const LONGEST_MARK: usize = 64;

/// The list that stands behind a library's mark; all of the frame where there is none.
pub(super) fn list_in(frame: &[u8]) -> &[u8] {
    // A number, the name of a space, and the number of an answer.
    let in_mark = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b',' | b'-' | b'_');
    let begins = frame.first().is_some_and(|first| first.is_ascii_digit() || *first == b'a');
    let mark = if begins { frame.iter().take(LONGEST_MARK).take_while(|byte| in_mark(byte)).count() } else { 0 };
    match frame.get(mark..) {
        Some(list @ [b'[', ..]) => list,
        _ => frame,
    }
}

/// The messages in it: an event's name is what others call the type.
pub(super) fn messages(list: Vec<Value>) -> Vec<Map<String, Value>> {
    let mut parts = list.into_iter();
    match (parts.next(), parts.next()) {
        (Some(Value::String(name)), Some(Value::Object(params))) if !name.starts_with('{') => {
            // A message of its own, or what belongs to the event: no message is both.
            let event = [("type".to_owned(), Value::String(name)), ("params".to_owned(), Value::Object(params.clone()))];
            vec![params, event.into_iter().collect()]
        }
        (Some(first), second) => {
            let texts = [Some(first), second].into_iter().flatten().chain(parts).take(MOST);
            texts.filter_map(|text| serde_json::from_str(text.as_str()?).ok()).collect()
        }
        (None, _) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(frame: &str) -> String {
        let list: Vec<Value> = serde_json::from_slice(list_in(frame.as_bytes())).unwrap_or_default();
        serde_json::to_string(&messages(list)).unwrap()
    }

    #[test]
    fn what_libraries_carry_is_read() {
        for (frame, expected) in [
            (r#"42["job",{"blob":"x"}]"#, r#"[{"blob":"x"},{"type":"job","params":{"blob":"x"}}]"#),
            (r#"42/miners,7["job",{"blob":"x"}]"#, r#"[{"blob":"x"},{"type":"job","params":{"blob":"x"}}]"#),
            (
                r#"42["message",{"type":"auth","params":{}}]"#,
                r#"[{"type":"auth","params":{}},{"type":"message","params":{"type":"auth","params":{}}}]"#,
            ),
            (r#"a["{\"type\":\"auth\"}","{\"a\":1}"]"#, r#"[{"type":"auth"},{"a":1}]"#),
            (r#"42["message","{\"id\":1}"]"#, r#"[{"id":1}]"#),
            (r#"2"#, "[]"),
            (r#"a[]"#, "[]"),
        ] {
            assert_eq!(read(frame), expected, "{frame}");
        }
    }
}
