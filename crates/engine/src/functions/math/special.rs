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

/// The regularised incomplete beta function, by its continued fraction.
pub(super) fn beta_regularized(x: f64, a: f64, b: f64) -> f64 {
    if x == 0.0 || x == 1.0 {
        return x;
    }
    let front = (log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp();
    if x < (a + 1.0) / (a + b + 2.0) { front * beta_fraction(x, a, b) / a } else { 1.0 - front * beta_fraction(1.0 - x, b, a) / b }
}

fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away_from_zero = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for m in 1..1_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        for term in [even, odd] {
            d = 1.0 / away_from_zero(1.0 + term * d);
            c = away_from_zero(1.0 + term / c);
            value *= c * d;
        }
        if (c * d - 1.0).abs() < 1e-16 {
            break;
        }
    }
    value
}

/// The distribution function of the beta distribution; NaN outside 0 to 1.
pub(super) fn beta_cdf(x: f64, a: f64, b: f64) -> f64 {
    if (0.0..=1.0).contains(&x) { beta_regularized(x, a, b) } else { f64::NAN }
}

/// Its density; NaN outside 0 to 1 and for parameters that are not positive.
pub(super) fn beta_pdf(x: f64, a: f64, b: f64) -> f64 {
    if !(0.0..=1.0).contains(&x) || a <= 0.0 || b <= 0.0 {
        return f64::NAN;
    }
    let density = log_gamma(a + b) - log_gamma(a) - log_gamma(b) + (a - 1.0) * x.ln() + (b - 1.0) * (1.0 - x).ln();
    density.exp()
}

/// Its inverse, by bisection; null outside 0 to 1, NaN for parameters that are not positive.
pub(super) fn beta_inverse(p: f64, a: f64, b: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&p) {
        return None;
    }
    if a <= 0.0 || b <= 0.0 {
        return Some(f64::NAN);
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..200 {
        let middle = (low + high) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if beta_regularized(middle, a, b) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some((low + high) / 2.0)
}

/// The two-sided p-value of Welch's test, from the mean, variance and size of two samples.
pub(super) fn welch(sample: [f64; 6]) -> f64 {
    let [mean_a, variance_a, size_a, mean_b, variance_b, size_b] = sample;
    let (a, b) = (variance_a / size_a, variance_b / size_b);
    let t = (mean_a - mean_b) / (a + b).sqrt();
    let freedom = (a + b) * (a + b) / (a * a / (size_a - 1.0) + b * b / (size_b - 1.0));
    beta_regularized(freedom / (freedom + t * t), freedom / 2.0, 0.5)
}
