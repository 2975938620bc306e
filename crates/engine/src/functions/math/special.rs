//! The error function and the gamma function.

use std::f64::consts::PI;

/// Below this the series of erf is used, above it the continued fraction of erfc.
const TURN: f64 = 1.5;

pub(super) fn erf(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    let size = x.abs();
    let value = if size < TURN { erf_series(size) } else { 1.0 - erfc_fraction(size) };
    if x < 0.0 { -value } else { value }
}

pub(super) fn erfc(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    if x < 0.0 {
        return 1.0 + erf(-x);
    }
    if x < TURN { 1.0 - erf_series(x) } else { erfc_fraction(x) }
}

/// 2/√π · x · e^(-x²) · Σ (2x²)ⁿ / (1·3·…·(2n+1))
fn erf_series(x: f64) -> f64 {
    let (mut sum, mut term, mut n) = (1.0, 1.0, 0.0);
    while term > sum * 1e-17 {
        n += 1.0;
        term *= 2.0 * x * x / (2.0 * n + 1.0);
        sum += term;
    }
    2.0 / PI.sqrt() * x * (-x * x).exp() * sum
}

/// e^(-x²)/√π / (x + (1/2)/(x + 1/(x + (3/2)/(x + …, by Lentz's method.
fn erfc_fraction(x: f64) -> f64 {
    if x > 27.3 {
        return 0.0;
    }
    let (mut value, mut c, mut d) = (x, x, 0.0);
    for n in 1..500 {
        let a = f64::from(n) / 2.0;
        d = 1.0 / (x + a * d);
        c = x + a / c;
        value *= c * d;
        if (c * d - 1.0).abs() < 1e-16 {
            break;
        }
    }
    (-x * x).exp() / PI.sqrt() / value
}

/// Lanczos' coefficients for g = 7 and nine terms.
const LANCZOS: [f64; 9] = [
    0.999_999_999_999_809_9,
    676.520_368_121_885_1,
    -1_259.139_216_722_402_8,
    771.323_428_777_653_1,
    -176.615_029_162_140_6,
    12.507_343_278_686_905,
    -0.138_571_095_265_720_12,
    9.984_369_578_019_572e-6,
    1.505_632_735_149_311_6e-7,
];

/// The base, and the sum of the series, of Lanczos' formula at `x` of at least 0.5.
fn lanczos(x: f64) -> (f64, f64) {
    let x = x - 1.0;
    let sum = LANCZOS.iter().enumerate().skip(1).fold(LANCZOS[0], |sum, (n, c)| sum + c / (x + n as f64));
    (x + 7.5, sum)
}

pub(super) fn gamma(x: f64) -> f64 {
    if x < 0.5 {
        return PI / ((PI * x).sin() * gamma(1.0 - x));
    }
    if x.fract() == 0.0 && x <= 20.0 {
        return (1..x as i32).map(f64::from).product();
    }
    let (base, sum) = lanczos(x);
    (2.0 * PI).sqrt() * base.powf(x - 0.5) * (-base).exp() * sum
}

pub(super) fn log_gamma(x: f64) -> f64 {
    if x < 0.5 {
        return (PI / ((PI * x).sin() * gamma(1.0 - x))).abs().ln();
    }
    let (base, sum) = lanczos(x);
    0.5 * (2.0 * PI).ln() + (x - 0.5) * base.ln() - base + sum.ln()
}
