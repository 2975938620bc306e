//! A `dynamic` with a scalar: the value in it counts where it is of the scalar's kind.

use super::comparison::{Op, by_row};
use crate::dynamic::{self, DynValue};
use crate::functions::args::{bools, kernel, longs, reals, texts};
use crate::functions::conversion;
use crate::functions::{Arg, Call, Resolved};
use model::KqlType;

pub(super) fn resolve(call: &Call, op: Op) -> Resolved {
    let (flipped, other) = match *call.types().as_slice() {
        [KqlType::Dynamic, other] => (false, other),
        [other, KqlType::Dynamic] => (true, other),
        _ => return None,
    };
    let op = if flipped { mirrored(op) } else { op };
    let sides = move |args: &[Arg]| if flipped { (args[1].clone(), args[0].clone()) } else { (args[0].clone(), args[1].clone()) };
    match other {
        KqlType::String => kernel(call, move |args, rows| {
            let (left, right) = sides(args);
            let (left, right) = (texts(&left)?, texts(&right)?);
            Ok(crate::functions::args::booleans(rows, |row| {
                let text = dynamic::to_kusto_string(left.text(row));
                Some(op.holds(Some(text.as_ref().cmp(right.text(row)))))
            }))
        }),
        KqlType::Int | KqlType::Long => kernel(call, move |args, rows| {
            let (left, right) = sides(args);
            let (left, right) = (texts(&left)?, longs(&right)?);
            Ok(crate::functions::args::booleans(rows, |row| {
                let (a, b) = (left.get(row).map(DynValue::parse), right.get(row));
                match a {
                    Some(DynValue::Real(x)) => super::comparison::one(op, Some(x), b.map(|b| b as f64)),
                    other => super::comparison::one(op, other.as_ref().and_then(conversion::dynamic_to_long), b),
                }
            }))
        }),
        KqlType::Real => kernel(call, move |args, rows| {
            let (left, right) = sides(args);
            let (left, right) = (texts(&left)?, reals(&right)?);
            Ok(by_row(
                op,
                rows,
                |row| left.get(row).map(DynValue::parse).as_ref().and_then(conversion::dynamic_to_real),
                |row| right.get(row),
            ))
        }),
        KqlType::Bool => kernel(call, move |args, rows| {
            let (left, right) = sides(args);
            let (left, right) = (texts(&left)?, bools(&right)?);
            Ok(by_row(
                op,
                rows,
                |row| left.get(row).map(DynValue::parse).as_ref().and_then(conversion::dynamic_to_bool),
                |row| right.get(row),
            ))
        }),
        KqlType::DateTime => kernel(call, move |args, rows| {
            let (left, right) = sides(args);
            let (left, right) = (texts(&left)?, longs(&right)?);
            Ok(by_row(
                op,
                rows,
                |row| left.get(row).map(DynValue::parse).as_ref().and_then(conversion::dynamic_to_datetime),
                |row| right.get(row),
            ))
        }),
        KqlType::TimeSpan => kernel(call, move |args, rows| {
            let (left, right) = sides(args);
            let (left, right) = (texts(&left)?, longs(&right)?);
            Ok(by_row(
                op,
                rows,
                |row| left.get(row).map(DynValue::parse).as_ref().and_then(conversion::dynamic_to_timespan),
                |row| right.get(row),
            ))
        }),
        KqlType::Guid => kernel(call, move |args, rows| {
            let (left, right) = sides(args);
            let (left, right) = (texts(&left)?, texts(&right)?);
            let guid = |row: usize| conversion::parse_guid(&dynamic::to_kusto_string(left.get(row)?));
            Ok(by_row(op, rows, guid, |row| right.get(row).map(str::to_owned)))
        }),
        KqlType::Decimal | KqlType::Dynamic => None,
    }
}

/// The operator with its sides exchanged.
fn mirrored(op: Op) -> Op {
    match op {
        Op::Lt => Op::Gt,
        Op::Le => Op::Ge,
        Op::Gt => Op::Lt,
        Op::Ge => Op::Le,
        same => same,
    }
}
