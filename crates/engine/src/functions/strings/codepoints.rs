//! `unicode_codepoints_from_string`, `unicode_codepoints_to_string` and its old name `make_string`.

use crate::dynamic::DynValue;
use crate::functions::args::{kernel, nullable_texts, strings};
use crate::functions::operand::{Column, ToText};
use crate::functions::{Arg, Call, Resolved};
use model::KqlType;

pub(super) fn resolve(call: &Call) -> Resolved {
    if call.name == "unicode_codepoints_from_string" {
        let [text] = call.args else { return None };
        let text = ToText::new(text)?;
        return kernel(call, move |args: &[Arg], rows| {
            let texts = text.read(&args[0], rows)?;
            Ok(nullable_texts(rows, |row, out| {
                let list = texts.get(row).chars().map(|c| DynValue::Long(i64::from(u32::from(c)))).collect();
                out.push_str(&DynValue::Array(list).encode());
                true
            }))
        });
    }
    let types = call.types();
    if types.is_empty() || types.iter().any(|t| !matches!(t, KqlType::Int | KqlType::Long | KqlType::Dynamic)) {
        return None;
    }
    kernel(call, move |args: &[Arg], rows| {
        let columns = types.iter().zip(args).map(|(t, arg)| Column::read(*t, arg)).collect::<Result<Vec<_>, _>>()?;
        Ok(strings(rows, |row, out| {
            for column in &columns {
                push(&column.get(row), out);
            }
        }))
    })
}

fn push(value: &DynValue, out: &mut String) {
    match value {
        DynValue::Long(n) => out.extend(u32::try_from(*n).ok().and_then(char::from_u32)),
        DynValue::Array(items) => items.iter().filter(|i| i.as_array().is_none()).for_each(|item| push(item, out)),
        _ => {}
    }
}
