//! `parse_csv` and `parse_command_line`: an array of the fields of a line.

use crate::dynamic::DynValue;
use crate::functions::args::{kernel, nullable_texts};
use crate::functions::operand::ToText;
use crate::functions::{Arg, Call, Resolved};

pub(super) fn resolve(call: &Call) -> Resolved {
    let split: fn(&str) -> Vec<String> = match (call.name, call.args.len()) {
        ("parse_csv", 1) => csv,
        ("parse_command_line", 2) if call.text(1)? == "windows" => command_line,
        _ => return None,
    };
    let text = ToText::new(&call.args[0])?;
    kernel(call, move |args: &[Arg], rows| {
        let texts = text.read(&args[0], rows)?;
        Ok(nullable_texts(rows, |row, out| {
            let text = texts.get(row);
            out.push_str(&DynValue::Array(split(&text).into_iter().map(DynValue::String).collect()).encode());
            true
        }))
    })
}

/// The fields of the first record (RFC 4180).
fn csv(text: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let Some(field) = fields.last_mut() else { break };
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if field.is_empty() => quoted = true,
            ',' if !quoted => fields.push(String::new()),
            '\r' if !quoted && chars.peek() == Some(&'\n') => break,
            '\n' if !quoted => break,
            other => field.push(other),
        }
    }
    fields
}

/// The arguments as a Windows program sees them: `CommandLineToArgvW`, whose first argument knows no escapes.
fn command_line(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut chars = text.chars().peekable();
    let blank = |c: &char| matches!(c, ' ' | '\t');
    loop {
        while chars.peek().is_some_and(blank) {
            chars.next();
        }
        if chars.peek().is_none() {
            return out;
        }
        let mut arg = String::new();
        let mut quoted = false;
        while let Some(&c) = chars.peek() {
            if !quoted && blank(&c) {
                break;
            }
            chars.next();
            match c {
                '\\' => {
                    let mut slashes = 1;
                    while chars.peek() == Some(&'\\') {
                        chars.next();
                        slashes += 1;
                    }
                    if chars.peek() == Some(&'"') {
                        arg.extend(std::iter::repeat_n('\\', slashes / 2));
                        if slashes % 2 == 1 {
                            chars.next();
                            arg.push('"');
                        }
                    } else {
                        arg.extend(std::iter::repeat_n('\\', slashes));
                    }
                }
                '"' if quoted && chars.peek() == Some(&'"') => {
                    chars.next();
                    arg.push('"');
                }
                '"' => quoted = !quoted,
                other => arg.push(other),
            }
        }
        out.push(arg);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields() {
        assert_eq!(
            csv("aa,\"b,b,b\",cc,\"Escaping quotes: \"\"Title\"\"\",\"line1\nline2\""),
            ["aa", "b,b,b", "cc", "Escaping quotes: \"Title\"", "line1\nline2"]
        );
        assert_eq!(csv("record1,a,b,c\nrecord2,x,y,z"), ["record1", "a", "b", "c"]);
        assert_eq!(csv(""), [""]);
        assert_eq!(command_line(r#"echo "hello world!" print$?"#), ["echo", "hello world!", "print$?"]);
        assert_eq!(command_line(r#"  a\\b d"e f"g h  "\"" "#), [r"a\\b", "de fg", "h", "\""]);
    }
}
