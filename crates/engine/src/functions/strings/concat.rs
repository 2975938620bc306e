//! `strcat`, `strcat_delim`, `strcat_array`, `strrep`.

use crate::dynamic::DynValue;
use crate::functions::args::{kernel, longs, strings, texts};
use crate::functions::operand::ToText;
use crate::functions::{Arg, Call, Resolved};
use model::KqlType;

/// How often `strrep` repeats at most.
const MOST: i64 = 1024;

pub(super) fn resolve(call: &Call) -> Resolved {
    match call.name {
        "strcat" => join(call, 0),
        "strcat_delim" => join(call, 1),
        "strcat_array" | "array_strcat" => array(call),
        _ => repeat(call),
    }
}

/// All arguments, with the first `delimiters` (none or one) between them.
fn join(call: &Call, delimiters: usize) -> Resolved {
    if call.args.len() <= delimiters {
        return None;
    }
    let parts = ToText::all(call.args)?;
    kernel(call, move |args: &[Arg], rows| {
        let cells = parts.iter().zip(args).map(|(part, arg)| part.read(arg, rows)).collect::<Result<Vec<_>, _>>()?;
        let (delimiter, cells) = cells.split_at(delimiters);
        Ok(strings(rows, |row, out| {
            for (n, cell) in cells.iter().enumerate() {
                if n > 0
                    && let [delimiter] = delimiter
                {
                    out.push_str(&delimiter.get(row));
                }
                out.push_str(&cell.get(row));
            }
        }))
    })
}

fn array(call: &Call) -> Resolved {
    let [list, delimiter] = call.args else { return None };
    if list.kql_type != KqlType::Dynamic {
        return None;
    }
    let delimiter = ToText::new(delimiter)?;
    kernel(call, move |args: &[Arg], rows| {
        let (lists, delimiters) = (texts(&args[0])?, delimiter.read(&args[1], rows)?);
        Ok(strings(rows, |row, out| {
            if let DynValue::Array(items) = DynValue::parse(lists.text(row)) {
                for (n, item) in items.iter().enumerate() {
                    if n > 0 {
                        out.push_str(&delimiters.get(row));
                    }
                    out.push_str(&item.to_kusto_string());
                }
            }
        }))
    })
}

fn repeat(call: &Call) -> Resolved {
    let (value, rest) = call.args.split_first()?;
    if rest.is_empty() || rest.len() > 2 || !matches!(rest[0].kql_type, KqlType::Int | KqlType::Long) {
        return None;
    }
    let value = ToText::new(value)?;
    let delimiter = rest.get(1).map(ToText::new);
    let delimiter = match delimiter {
        Some(None) => return None,
        Some(some) => some,
        None => None,
    };
    kernel(call, move |args: &[Arg], rows| {
        let (values, times) = (value.read(&args[0], rows)?, longs(&args[1])?);
        let delimiters = match (&delimiter, args.get(2)) {
            (Some(text), Some(arg)) => Some(text.read(arg, rows)?),
            _ => None,
        };
        Ok(strings(rows, |row, out| {
            for n in 0..times.get(row).unwrap_or(0).min(MOST) {
                if n > 0
                    && let Some(delimiters) = &delimiters
                {
                    out.push_str(&delimiters.get(row));
                }
                out.push_str(&values.get(row));
            }
        }))
    })
}
