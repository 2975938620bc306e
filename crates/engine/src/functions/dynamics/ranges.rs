//! `range(start, stop [, step])`: an array.

use super::arrays::LONGEST;
use super::{Row, dynamic};
use crate::dynamic::DynValue;
use crate::functions::{Call, Resolved};
use model::{KqlType, ticks};

pub(super) fn resolve(call: &Call) -> Resolved {
    if call.name != "range" || !matches!(call.args.len(), 2 | 3) {
        return None;
    }
    let types = call.types();
    let integer = |t: &KqlType| matches!(t, KqlType::Int | KqlType::Long);
    let number = |t: &KqlType| integer(t) || *t == KqlType::Real;
    match types.as_slice() {
        all if all.iter().all(integer) => dynamic(call, |a| whole(a, 1, DynValue::Long)),
        all if all.iter().all(number) => dynamic(call, reals),
        [KqlType::TimeSpan, KqlType::TimeSpan] | [KqlType::TimeSpan, KqlType::TimeSpan, KqlType::TimeSpan] => {
            dynamic(call, |a| whole(a, ticks::HOUR, DynValue::TimeSpan))
        }
        [KqlType::DateTime, KqlType::DateTime] | [KqlType::DateTime, KqlType::DateTime, KqlType::TimeSpan] => {
            dynamic(call, |a| whole(a, ticks::HOUR, DynValue::DateTime))
        }
        _ => None,
    }
}

/// Both ends included; at most [`LONGEST`] elements. Without a way from start to stop it is empty.
fn whole(a: &Row, default_step: i64, wrap: fn(i64) -> DynValue) -> Option<DynValue> {
    let number = |value: &DynValue| match value {
        DynValue::Long(n) | DynValue::TimeSpan(n) | DynValue::DateTime(n) => Some(*n),
        _ => None,
    };
    let (start, stop) = (number(&a[0])?, number(&a[1])?);
    let step = a.get(2).map_or(Some(default_step), |v| number(v))?;
    if step == 0 {
        return None;
    }
    let values = std::iter::successors(Some(start), |n| n.checked_add(step)).take_while(|n| if step > 0 { *n <= stop } else { *n >= stop });
    Some(DynValue::Array(values.take(LONGEST).map(wrap).collect()))
}

fn reals(a: &Row) -> Option<DynValue> {
    let (start, stop) = (a[0].as_real()?, a[1].as_real()?);
    let step = a.get(2).map_or(Some(1.0), |v| v.as_real())?;
    if step == 0.0 || !(start.is_finite() && stop.is_finite() && step.is_finite()) {
        return None;
    }
    let values = (0..LONGEST).map(|n| start + n as f64 * step).take_while(|v| if step > 0.0 { *v <= stop } else { *v >= stop });
    Some(DynValue::Array(values.map(DynValue::Real).collect()))
}
