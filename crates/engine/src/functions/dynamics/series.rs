//! `series_…`: numbers in an array, element by element. A null, or what is no number, stays null.

use super::{Row, dynamic, real};
use crate::dynamic::DynValue;
use crate::functions::{Call, Resolved};
use model::{KqlType, Value};

pub(super) fn resolve(call: &Call) -> Resolved {
    let name = call.name.strip_prefix("series_")?;
    let first = call.args.first()?.kql_type == KqlType::Dynamic;
    let numeric = |at: usize| call.args.get(at).is_some_and(|a| a.kql_type.is_numeric() || a.kql_type == KqlType::Dynamic);
    match (name, call.args.len()) {
        ("sum", 1) if first => real(call, |a| numbers(&a[0]).map(|n| n.iter().flatten().sum())),
        ("product", 1) if first => real(call, |a| numbers(&a[0]).map(|n| n.iter().flatten().product())),
        ("magnitude", 1) if first => real(call, |a| numbers(&a[0]).map(|n| n.iter().flatten().map(|x| x * x).sum::<f64>().sqrt())),
        ("dot_product", 2) if first && numeric(1) => real(call, |a| pairs(&a[0], &a[1]).map(|p| p.iter().map(|(x, y)| x * y).sum())),
        ("cosine_similarity", 2) if first && numeric(1) => real(call, |a| {
            let pairs = pairs(&a[0], &a[1])?;
            let length = |side: fn(&(f64, f64)) -> f64| pairs.iter().map(|p| side(p) * side(p)).sum::<f64>().sqrt();
            Some(pairs.iter().map(|(x, y)| x * y).sum::<f64>() / (length(|p| p.0) * length(|p| p.1)))
        }),
        ("pearson_correlation", 2) if first && numeric(1) => real(call, pearson),
        ("fill_forward", 1) if first => dynamic(call, |a| Some(DynValue::Array(carry(a[0].as_array()?.iter())))),
        ("fill_backward", 1) if first => dynamic(call, |a| {
            let mut items = carry(a[0].as_array()?.iter().rev());
            items.reverse();
            Some(DynValue::Array(items))
        }),
        ("fill_const", 2) if first => dynamic(call, |a| {
            let fill = |item: &DynValue| if item.is_null() { a[1].clone().into_owned() } else { item.clone() };
            Some(DynValue::Array(a[0].as_array()?.iter().map(fill).collect()))
        }),
        // What else counts as missing is not built: null alone does.
        ("fill_linear", 1..=4) if first && call.args.get(1).is_none_or(|a| matches!(a.constant, Some(Value::Null(_)))) => {
            dynamic(call, fill_linear)
        }
        ("fir", 2..=4) if first => dynamic(call, fir),
        ("iir", 3) if first => dynamic(call, iir),
        ("fit_line_dynamic", 1) if first => dynamic(call, fit_line),
        ("stats_dynamic", 1) if first => dynamic(call, stats),
        (_, 1) if first => {
            let apply = unary(name)?;
            dynamic(call, move |a| {
                Some(DynValue::Array(numbers(&a[0])?.into_iter().map(|n| n.map_or(DynValue::Null, |x| DynValue::Real(apply(x)))).collect()))
            })
        }
        (_, 2) if numeric(0) && numeric(1) => {
            let apply = binary(name)?;
            dynamic(call, move |a| zip(&a[0], &a[1], apply))
        }
        _ => None,
    }
}

fn unary(name: &str) -> Option<fn(f64) -> f64> {
    Some(match name {
        "abs" => f64::abs,
        "acos" => f64::acos,
        "asin" => f64::asin,
        "atan" => f64::atan,
        "ceiling" => f64::ceil,
        "cos" => f64::cos,
        "exp" => f64::exp,
        "floor" => f64::floor,
        "log" => f64::ln,
        "sign" => |x| {
            if x > 0.0 {
                1.0
            } else if x < 0.0 {
                -1.0
            } else {
                0.0
            }
        },
        "sin" => f64::sin,
        "tan" => f64::tan,
        _ => return None,
    })
}

type Binary = fn(&DynValue, &DynValue) -> DynValue;

/// Integers stay integers, but for `/` and the power.
fn binary(name: &str) -> Option<Binary> {
    fn whole(a: &DynValue, b: &DynValue, on_longs: fn(i64, i64) -> i64, on_reals: fn(f64, f64) -> f64) -> DynValue {
        match (a, b) {
            (DynValue::Long(x), DynValue::Long(y)) => DynValue::Long(on_longs(*x, *y)),
            _ => reals(a, b, on_reals),
        }
    }
    fn reals(a: &DynValue, b: &DynValue, on_reals: fn(f64, f64) -> f64) -> DynValue {
        match (a.as_real(), b.as_real()) {
            (Some(x), Some(y)) => DynValue::Real(on_reals(x, y)),
            _ => DynValue::Null,
        }
    }
    fn compare(a: &DynValue, b: &DynValue, test: fn(&f64, &f64) -> bool) -> DynValue {
        match (a.as_real(), b.as_real()) {
            (Some(x), Some(y)) => DynValue::Bool(test(&x, &y)),
            _ => DynValue::Null,
        }
    }
    Some(match name {
        "add" => |a, b| whole(a, b, i64::wrapping_add, |x, y| x + y),
        "subtract" => |a, b| whole(a, b, i64::wrapping_sub, |x, y| x - y),
        "multiply" => |a, b| whole(a, b, i64::wrapping_mul, |x, y| x * y),
        "divide" => |a, b| reals(a, b, |x, y| x / y),
        "pow" => |a, b| reals(a, b, f64::powf),
        "equals" => |a, b| compare(a, b, f64::eq),
        "not_equals" => |a, b| compare(a, b, f64::ne),
        "less" => |a, b| compare(a, b, f64::lt),
        "less_equals" => |a, b| compare(a, b, f64::le),
        "greater" => |a, b| compare(a, b, f64::gt),
        "greater_equals" => |a, b| compare(a, b, f64::ge),
        _ => return None,
    })
}

fn numbers(value: &DynValue) -> Option<Vec<Option<f64>>> {
    Some(value.as_array()?.iter().map(DynValue::as_real).collect())
}

/// The elements of two arrays side by side; a scalar stands beside each. Null where neither is an array.
fn zip(a: &DynValue, b: &DynValue, apply: Binary) -> Option<DynValue> {
    let length = a.as_array().into_iter().chain(b.as_array()).map(<[DynValue]>::len).max()?;
    let at = |side: &DynValue, n: usize| match side {
        DynValue::Array(items) => items.get(n).cloned().unwrap_or(DynValue::Null),
        scalar => scalar.clone(),
    };
    Some(DynValue::Array((0..length).map(|n| apply(&at(a, n), &at(b, n))).collect()))
}

/// The numbers of two arrays of one length.
fn pairs(a: &DynValue, b: &DynValue) -> Option<Vec<(f64, f64)>> {
    let (a, b) = (a.as_array()?, b.as_array()?);
    if a.len() != b.len() {
        return None;
    }
    a.iter().zip(b).map(|(x, y)| x.as_real().zip(y.as_real())).collect()
}

fn pearson(a: &Row) -> Option<f64> {
    let pairs = pairs(&a[0], &a[1])?;
    let count = pairs.len() as f64;
    let mean_x = pairs.iter().map(|p| p.0).sum::<f64>() / count;
    let mean_y = pairs.iter().map(|p| p.1).sum::<f64>() / count;
    let together: f64 = pairs.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    let spread_x: f64 = pairs.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    let spread_y: f64 = pairs.iter().map(|(_, y)| (y - mean_y).powi(2)).sum();
    Some(together / (spread_x.sqrt() * spread_y.sqrt()))
}

/// Nulls take the value before them.
fn carry<'a>(items: impl Iterator<Item = &'a DynValue>) -> Vec<DynValue> {
    let mut last = DynValue::Null;
    items
        .map(|item| {
            if !item.is_null() {
                last = item.clone();
            }
            last.clone()
        })
        .collect()
}

/// `series_fill_linear(array [, missing [, fill_edges [, constant]]])`: the constant where there is no value at all.
fn fill_linear(a: &Row) -> Option<DynValue> {
    let items = a[0].as_array()?;
    let edges = !matches!(a.get(2).map(|v| &**v), Some(DynValue::Bool(false)));
    let constant = a.get(3).map_or(DynValue::Long(0), |v| v.clone().into_owned());
    let known: Vec<(usize, f64)> = items.iter().enumerate().filter_map(|(n, item)| Some((n, item.as_real()?))).collect();
    let (Some(first), Some(last)) = (known.first(), known.last()) else {
        return Some(DynValue::Array(vec![constant; items.len()]));
    };
    let whole = items.iter().all(|i| matches!(i, DynValue::Long(_) | DynValue::Null));
    let wrap = |x: f64| if whole { DynValue::Long(x as i64) } else { DynValue::Real(x) };
    let out = items.iter().enumerate().map(|(n, item)| {
        if !item.is_null() {
            return item.clone();
        }
        match known.partition_point(|(at, _)| *at < n) {
            0 => {
                if edges {
                    wrap(first.1)
                } else {
                    DynValue::Null
                }
            }
            after if after == known.len() => {
                if edges {
                    wrap(last.1)
                } else {
                    DynValue::Null
                }
            }
            after => {
                let ((x0, y0), (x1, y1)) = (known[after - 1], known[after]);
                wrap(y0 + (y1 - y0) * (n - x0) as f64 / (x1 - x0) as f64)
            }
        }
    });
    Some(DynValue::Array(out.collect()))
}

/// `series_fir(array, filter [, normalize [, center]])`: without the third argument a filter without negative numbers is normalised.
fn fir(a: &Row) -> Option<DynValue> {
    let series = numbers(&a[0])?.into_iter().collect::<Option<Vec<_>>>()?;
    let filter = numbers(&a[1])?.into_iter().collect::<Option<Vec<_>>>()?;
    let flag = |at: usize, default: bool| match a.get(at).map(|v| &**v) {
        Some(DynValue::Bool(b)) => *b,
        _ => default,
    };
    let total: f64 = filter.iter().sum();
    let scale = if flag(2, filter.iter().all(|f| *f >= 0.0)) && total != 0.0 { total } else { 1.0 };
    let shift = if flag(3, false) { filter.len().saturating_sub(1) / 2 } else { 0 };
    let value = |n: usize| {
        let terms = filter.iter().enumerate().filter_map(|(j, f)| Some(f * series.get((n + shift).checked_sub(j)?)?));
        DynValue::Real(terms.sum::<f64>() / scale)
    };
    Some(DynValue::Array((0..series.len()).map(value).collect()))
}

/// `series_iir(array, numerators, denominators)`.
fn iir(a: &Row) -> Option<DynValue> {
    let list = |at: usize| numbers(&a[at])?.into_iter().collect::<Option<Vec<f64>>>();
    let (series, above, below) = (list(0)?, list(1)?, list(2)?);
    let first = below.first().filter(|f| **f != 0.0)?;
    let mut out: Vec<f64> = Vec::with_capacity(series.len());
    for n in 0..series.len() {
        let input: f64 = above.iter().enumerate().filter_map(|(j, b)| Some(b * series.get(n.checked_sub(j)?)?)).sum();
        let past: f64 = below.iter().enumerate().skip(1).filter_map(|(k, c)| Some(c * out.get(n.checked_sub(k)?)?)).sum();
        out.push((input - past) / first);
    }
    Some(DynValue::Array(out.into_iter().map(DynValue::Real).collect()))
}

/// The line of least squares over 1, 2, 3, …
fn fit_line(a: &Row) -> Option<DynValue> {
    let values = numbers(&a[0])?.into_iter().collect::<Option<Vec<f64>>>()?;
    if values.len() < 2 {
        return None;
    }
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let middle = (count + 1.0) / 2.0;
    let offset = |n: usize| (n + 1) as f64 - middle;
    let spread: f64 = (0..values.len()).map(|n| offset(n).powi(2)).sum();
    let slope = values.iter().enumerate().map(|(n, y)| offset(n) * (y - mean)).sum::<f64>() / spread;
    let interception = mean - slope * middle;
    let line: Vec<f64> = (0..values.len()).map(|n| interception + slope * (n + 1) as f64).collect();
    let variance = values.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / (count - 1.0);
    let rest = values.iter().zip(&line).map(|(y, fit)| (y - fit).powi(2)).sum::<f64>() / (count - 1.0);
    let parts = [
        ("slope", DynValue::Real(slope)),
        ("interception", DynValue::Real(interception)),
        ("rsquare", DynValue::Real(1.0 - rest / variance)),
        ("variance", DynValue::Real(variance)),
        ("rvariance", DynValue::Real(rest)),
        ("line_fit", DynValue::Array(line.into_iter().map(DynValue::Real).collect())),
    ];
    Some(DynValue::Bag(parts.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()))
}

fn stats(a: &Row) -> Option<DynValue> {
    let values = numbers(&a[0])?.into_iter().collect::<Option<Vec<f64>>>()?;
    let count = values.len() as f64;
    let extreme = |better: fn(&f64, &f64) -> bool| {
        values.iter().enumerate().fold(None, |best: Option<(usize, f64)>, (n, x)| match best {
            Some((_, y)) if !better(x, &y) => best,
            _ => Some((n, *x)),
        })
    };
    let (least, most) = (extreme(f64::lt)?, extreme(f64::gt)?);
    let sum: f64 = values.iter().sum();
    let mean = sum / count;
    let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (count - 1.0);
    let parts = [
        ("min", DynValue::Real(least.1)),
        ("min_idx", DynValue::Long(least.0 as i64)),
        ("max", DynValue::Real(most.1)),
        ("max_idx", DynValue::Long(most.0 as i64)),
        ("avg", DynValue::Real(mean)),
        ("stdev", DynValue::Real(variance.sqrt())),
        ("variance", DynValue::Real(variance)),
        ("sum", DynValue::Real(sum)),
        ("len", DynValue::Long(values.len() as i64)),
    ];
    Some(DynValue::Bag(parts.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()))
}
