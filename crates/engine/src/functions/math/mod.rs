//! Numbers: rounding, powers, trigonometry, bits. What has no real answer is null where Kusto's documentation says so, else NaN.

mod bits;
mod rounding;
mod special;
mod units;

use super::args::{booleans, kernel, numbers, reals};
use super::{Call, Resolved};
use arrow::array::ArrayRef;
use arrow::datatypes::Float64Type;
use model::KqlType;
use std::sync::Arc;

pub(crate) fn resolve(call: &Call) -> Resolved {
    match call.name {
        "abs" | "ceiling" | "round" | "sign" => rounding::resolve(call),
        "binary_and" | "binary_or" | "binary_xor" | "binary_not" | "binary_shift_left" | "binary_shift_right" | "bitset_count_ones" => {
            bits::resolve(call)
        }
        "beta_cdf" | "beta_pdf" | "beta_inv" => beta(call),
        "welch_test" => welch(call),
        "convert_angle"
        | "convert_energy"
        | "convert_force"
        | "convert_length"
        | "convert_mass"
        | "convert_speed"
        | "convert_temperature"
        | "convert_volume" => units::resolve(call),
        "isnan" | "isinf" | "isfinite" => tests_of_reals(call),
        _ => real_functions(call),
    }
}

fn is_number(kql_type: KqlType) -> bool {
    matches!(kql_type, KqlType::Int | KqlType::Long | KqlType::Real)
}

/// Total: a null is none of them.
fn tests_of_reals(call: &Call) -> Resolved {
    let holds: fn(f64) -> bool = match call.name {
        "isnan" => f64::is_nan,
        "isinf" => f64::is_infinite,
        _ => f64::is_finite,
    };
    match *call.types().as_slice() {
        [t] if is_number(t) => kernel(call, move |args, rows| {
            let value = reals(&args[0])?;
            Ok(booleans(rows, |row| Some(value.get(row).is_some_and(holds))))
        }),
        _ => None,
    }
}

fn beta(call: &Call) -> Resolved {
    let f: fn(f64, f64, f64) -> Option<f64> = match call.name {
        "beta_cdf" => |x, a, b| Some(special::beta_cdf(x, a, b)),
        "beta_pdf" => |x, a, b| Some(special::beta_pdf(x, a, b)),
        _ => special::beta_inverse,
    };
    match *call.types().as_slice() {
        [a, b, c] if [a, b, c].into_iter().all(is_number) => kernel(call, move |args, rows| {
            let (x, a, b) = (reals(&args[0])?, reals(&args[1])?, reals(&args[2])?);
            Ok(numbers::<Float64Type>(rows, |row| f(x.get(row)?, a.get(row)?, b.get(row)?)))
        }),
        _ => None,
    }
}

fn welch(call: &Call) -> Resolved {
    if call.args.len() != 6 || !call.types().into_iter().all(is_number) {
        return None;
    }
    kernel(call, |args, rows| {
        let columns = args.iter().map(reals).collect::<Result<Vec<_>, _>>()?;
        Ok(numbers::<Float64Type>(rows, |row| {
            let mut sample = [0.0; 6];
            for (slot, column) in sample.iter_mut().zip(&columns) {
                *slot = column.get(row)?;
            }
            Some(special::welch(sample))
        }))
    })
}

fn real_functions(call: &Call) -> Resolved {
    let types = call.types();
    if call.returns != KqlType::Real || !types.iter().copied().all(is_number) {
        return None;
    }
    let total: Option<fn(f64) -> f64> = match call.name {
        "exp" => Some(f64::exp),
        "exp2" => Some(f64::exp2),
        "exp10" => Some(|x| 10_f64.powf(x)),
        "sin" => Some(f64::sin),
        "cos" => Some(f64::cos),
        "tan" => Some(f64::tan),
        "cot" => Some(|x| 1.0 / x.tan()),
        "atan" => Some(f64::atan),
        "radians" => Some(|x| x * (std::f64::consts::PI / 180.0)),
        "degrees" => Some(|x| x * (180.0 / std::f64::consts::PI)),
        "erf" => Some(special::erf),
        "erfc" => Some(special::erfc),
        "gamma" => Some(special::gamma),
        "loggamma" => Some(special::log_gamma),
        _ => None,
    };
    let partial: Option<fn(f64) -> Option<f64>> = match call.name {
        "sqrt" => Some(|x| (x >= 0.0 || x.is_nan()).then(|| x.sqrt())),
        "log" => Some(|x| (x >= 0.0 || x.is_nan()).then(|| x.ln())),
        "log2" => Some(|x| (x >= 0.0 || x.is_nan()).then(|| x.log2())),
        "log10" => Some(|x| (x >= 0.0 || x.is_nan()).then(|| x.log10())),
        "acos" => Some(|x| (-1.0..=1.0).contains(&x).then(|| x.acos())),
        "asin" => Some(|x| (-1.0..=1.0).contains(&x).then(|| x.asin())),
        _ => None,
    };
    let of_two: Option<fn(f64, f64) -> f64> = match call.name {
        "pow" => Some(f64::powf),
        "atan2" => Some(f64::atan2),
        _ => None,
    };
    match (call.name, types.len(), total, partial, of_two) {
        ("pi", 0, ..) => kernel(call, |_, rows| Ok(numbers::<Float64Type>(rows, |_| Some(std::f64::consts::PI)))),
        (_, 1, Some(f), ..) => kernel(call, move |args, _| Ok(Arc::new(reals(&args[0])?.array.unary::<_, Float64Type>(f)) as ArrayRef)),
        (_, 1, _, Some(f), _) => kernel(call, move |args, rows| {
            let value = reals(&args[0])?;
            Ok(numbers::<Float64Type>(rows, |row| f(value.get(row)?)))
        }),
        (_, 2, .., Some(f)) => kernel(call, move |args, rows| {
            let (a, b) = (reals(&args[0])?, reals(&args[1])?);
            Ok(numbers::<Float64Type>(rows, |row| Some(f(a.get(row)?, b.get(row)?))))
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::functions::testing::{check, eval};
    use Value::{Bool, Int, Long, Null, Real};
    use model::{KqlType, Value};

    #[test]
    fn rounding() {
        check(&[
            ("abs", &[Long(-5)], Long(5)),
            ("abs", &[Int(-5)], Int(5)),
            ("abs", &[Real(-2.5)], Real(2.5)),
            ("ceiling", &[Real(-1.1)], Real(-1.0)),
            ("ceiling", &[Real(-0.5)], Real(-0.0)),
            ("round", &[Real(2.5)], Real(3.0)),
            ("round", &[Real(-2.5)], Real(-3.0)),
            ("round", &[Real(2.49999999)], Real(2.0)),
            ("round", &[Real(1.2345), Long(2)], Real(1.23)),
            ("round", &[Long(1250), Long(-2)], Long(1300)),
            ("round", &[Int(-1249), Long(-2)], Int(-1200)),
            ("round", &[Long(5), Long(2)], Long(5)),
            ("sign", &[Long(-42)], Real(-1.0)),
            ("sign", &[Real(f64::NAN)], Real(0.0)),
            ("sign", &[Real(-0.0)], Real(0.0)),
        ]);
    }

    #[test]
    fn powers_and_angles() {
        check(&[
            ("pow", &[Long(2), Long(10)], Real(1024.0)),
            ("pow", &[Real(-8.0), Real(1.0 / 3.0)], Real(f64::NAN)),
            ("sqrt", &[Long(16)], Real(4.0)),
            ("sqrt", &[Real(-1.0)], Null(KqlType::Real)),
            ("log10", &[Real(1000.0)], Real(3.0)),
            ("log2", &[Long(8)], Real(3.0)),
            ("exp", &[Long(0)], Real(1.0)),
            ("atan2", &[Long(-1), Long(0)], Real(-std::f64::consts::FRAC_PI_2)),
            ("degrees", &[Real(std::f64::consts::PI * 1.5)], Real(270.0)),
            ("isnan", &[Real(f64::NAN)], Bool(true)),
            ("isnan", &[Null(KqlType::Real)], Bool(false)),
            ("isfinite", &[Real(f64::INFINITY)], Bool(false)),
        ]);
    }

    #[test]
    fn special_functions() {
        for (name, x, expected) in [
            ("erf", 1.0, 0.842_700_792_949_714_9),
            ("erf", -3.0, -0.999_977_909_503_001_4),
            ("erfc", 3.0, 2.209_049_699_858_543_8e-5),
            ("erfc", -2.0, 1.995_322_265_018_952_8),
            ("loggamma", 5.0, 3.178_053_830_347_945_8),
            ("gamma", 5.0, 24.0),
            ("gamma", 0.5, 1.772_453_850_905_516),
        ] {
            let Some(Ok(Real(found))) = eval(name, &[Real(x)], KqlType::Real) else { panic!("{name}") };
            assert!((found - expected).abs() <= 1e-12 * f64::abs(expected), "{name}({x}) = {found}");
        }
    }

    #[test]
    fn distributions() {
        let near = |name: &str, args: &[Value], expected: f64| {
            let Some(Ok(Real(found))) = eval(name, args, KqlType::Real) else { panic!("{name}") };
            assert!((found - expected).abs() <= 1e-11 * expected.abs(), "{name}{args:?} = {found}");
        };
        // The uniform distribution, and one whose distribution function is a polynomial.
        near("beta_cdf", &[Real(0.25), Real(1.0), Real(1.0)], 0.25);
        near("beta_cdf", &[Real(0.5), Real(2.0), Real(3.0)], 0.6875);
        near("beta_pdf", &[Real(0.5), Real(2.0), Real(3.0)], 1.5);
        near("beta_inv", &[Real(0.6875), Real(2.0), Real(3.0)], 0.5);
        near("welch_test", &[Real(1.0), Real(4.0), Long(10), Real(1.0), Real(4.0), Long(10)], 1.0);
        check(&[
            ("beta_cdf", &[Real(1.5), Real(1.0), Real(1.0)], Real(f64::NAN)),
            ("beta_inv", &[Real(1.5), Real(1.0), Real(1.0)], Null(KqlType::Real)),
            ("beta_pdf", &[Real(0.1), Real(-1.0), Real(1.0)], Real(f64::NAN)),
        ]);
    }

    #[test]
    fn units() {
        let text = |s: &str| Value::String(s.to_owned());
        for (name, value, from, to, expected) in [
            ("convert_angle", 90.0, "Degree", "Milliradian", 500.0 * std::f64::consts::PI),
            ("convert_energy", 2.0, "KilowattHour", "Megajoule", 7.2),
            ("convert_force", 3.0, "Kilonewton", "Decanewton", 300.0),
            ("convert_length", 1.0, "Mil", "Meter", f64::NAN),
            ("convert_length", 2.54, "Centimeter", "Inch", 1.0),
            ("convert_mass", 1.0, "Kilopound", "Kilogram", 453.592_37),
            ("convert_speed", 36.0, "KilometerPerHour", "MeterPerSecond", 10.0),
            ("convert_temperature", 212.0, "DegreeFahrenheit", "DegreeCelsius", 100.0),
            ("convert_volume", 1.0, "Hectoliter", "CubicMeter", 0.1),
        ] {
            match eval(name, &[Real(value), text(from), text(to)], KqlType::Real) {
                Some(Ok(Real(found))) => assert!((found - expected).abs() <= 1e-12 * expected.abs(), "{name} {from} {to}: {found}"),
                // Not built.
                other => assert!(expected.is_nan() && matches!(other, None | Some(Err(_))), "{name} {from} {to}: {other:?}"),
            }
        }
    }

    #[test]
    fn bits() {
        check(&[
            ("binary_and", &[Long(6), Long(3)], Long(2)),
            ("binary_or", &[Long(5), Int(3)], Long(7)),
            ("binary_xor", &[Long(5), Long(1)], Long(4)),
            ("binary_not", &[Long(0)], Long(-1)),
            ("binary_shift_left", &[Long(1), Long(66)], Long(4)),
            ("binary_shift_right", &[Long(8), Long(2)], Long(2)),
            ("binary_shift_left", &[Long(1), Long(-1)], Null(KqlType::Long)),
            ("bitset_count_ones", &[Long(42)], Long(3)),
        ]);
    }
}
