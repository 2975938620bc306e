//! `split`.

use crate::dynamic::{DynValue, json_string};
use crate::functions::args::{kernel, nullable_texts};
use crate::functions::operand::{ToText, constant_text};
use crate::functions::{Arg, Call, Resolved};
use model::Value;

/// `split(text, delimiter [, index])`: an array; with an index, an array of that part alone, or null where there is none.
pub(super) fn resolve(call: &Call) -> Resolved {
    let (text, delimiter) = match call.args {
        [text, delimiter] | [text, delimiter, _] => (text, delimiter),
        _ => return None,
    };
    // Neither an empty delimiter nor a negative index is documented.
    if delimiter.constant.as_ref().and_then(constant_text).is_some_and(|d| d.is_empty()) {
        return None;
    }
    let index = match call.args.get(2).map(|i| &i.constant) {
        None => None,
        Some(Some(Value::Long(n))) => Some(usize::try_from(*n).ok()?),
        Some(Some(Value::Int(n))) => Some(usize::try_from(*n).ok()?),
        Some(_) => return None,
    };
    let (text, delimiter) = (ToText::new(text)?, ToText::new(delimiter)?);
    kernel(call, move |args: &[Arg], rows| {
        let (texts, delimiters) = (text.read(&args[0], rows)?, delimiter.read(&args[1], rows)?);
        Ok(nullable_texts(rows, |row, out| {
            let (text, delimiter) = (texts.get(row), delimiters.get(row));
            if delimiter.is_empty() {
                out.push_str(&DynValue::Array(vec![DynValue::String(text.into_owned())]).encode());
                return true;
            }
            out.push('[');
            if let Some(index) = index {
                let Some(part) = text.split(&*delimiter).nth(index) else { return false };
                json_string(out, part);
            } else {
                for (n, part) in text.split(&*delimiter).enumerate() {
                    if n > 0 {
                        out.push(',');
                    }
                    json_string(out, part);
                }
            }
            out.push(']');
            true
        }))
    })
}
