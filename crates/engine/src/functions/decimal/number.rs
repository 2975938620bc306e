//! A decimal number: whole digits and how many of them follow the point.

use std::cmp::Ordering;
use std::fmt::Write;

/// `digits` · 10^-`scale`. Kept without zeros at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    digits: i128,
    scale: u32,
}

/// Digits of a quotient.
const QUOTIENT_DIGITS: u32 = 34;
const MOST_SCALE: u32 = 38;

impl Number {
    fn new(mut digits: i128, mut scale: u32) -> Self {
        while scale > 0 && digits % 10 == 0 {
            digits /= 10;
            scale -= 1;
        }
        Self { digits, scale }
    }

    pub fn from_long(value: i64) -> Self {
        Self { digits: i128::from(value), scale: 0 }
    }

    /// By the shortest text of the real.
    pub fn from_real(value: f64) -> Option<Self> {
        value.is_finite().then(|| Self::parse(&format!("{value:e}"))).flatten()
    }

    /// `-12.5`, `.5`, `1e3`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (negative, mantissa) = match mantissa.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let mut digits: i128 = 0;
        for byte in whole.bytes().chain(fraction.trim_end_matches('0').bytes()) {
            if !byte.is_ascii_digit() {
                return None;
            }
            digits = digits.checked_mul(10)?.checked_add(i128::from(byte - b'0'))?;
        }
        if negative {
            digits = -digits;
        }
        let scale = i64::try_from(fraction.trim_end_matches('0').len()).ok()? - i64::from(exponent);
        if digits == 0 {
            return Some(Self { digits, scale: 0 });
        }
        if scale < 0 {
            let factor = 10_i128.checked_pow(u32::try_from(-scale).ok()?)?;
            return Some(Self { digits: digits.checked_mul(factor)?, scale: 0 });
        }
        let scale = u32::try_from(scale).ok().filter(|s| *s <= MOST_SCALE)?;
        Some(Self::new(digits, scale))
    }

    /// Appends plain digits: no exponent, no zeros at the end.
    pub fn write(self, out: &mut String) {
        if self.digits < 0 {
            out.push('-');
        }
        let size = self.digits.unsigned_abs();
        let unit = 10_u128.pow(self.scale);
        let _ = write!(out, "{}", size / unit);
        if self.scale > 0 {
            let _ = write!(out, ".{:0width$}", size % unit, width = self.scale as usize);
        }
    }

    pub fn negated(self) -> Self {
        Self { digits: self.digits.saturating_neg(), ..self }
    }

    pub fn absolute(self) -> Self {
        Self { digits: self.digits.saturating_abs(), ..self }
    }

    /// The multiple of `size` at or below; `None` where the size is not positive.
    pub fn down_to(self, size: Self) -> Option<Self> {
        let (value, unit, scale) = self.aligned(size)?;
        (unit > 0).then(|| Self::new(value - value.rem_euclid(unit), scale))
    }

    /// Both with the larger scale.
    fn aligned(self, other: Self) -> Option<(i128, i128, u32)> {
        let scale = self.scale.max(other.scale);
        let lifted = |n: Self| n.digits.checked_mul(10_i128.checked_pow(scale - n.scale)?);
        Some((lifted(self)?, lifted(other)?, scale))
    }

    pub fn plus(self, other: Self) -> Option<Self> {
        let (a, b, scale) = self.aligned(other)?;
        Some(Self::new(a.checked_add(b)?, scale))
    }

    pub fn times(self, other: Self) -> Option<Self> {
        let product = Self::new(self.digits.checked_mul(other.digits)?, self.scale + other.scale);
        (product.scale <= MOST_SCALE).then_some(product)
    }

    /// To 34 digits, half away from zero; `None` for a division by zero.
    pub fn over(self, other: Self) -> Option<Self> {
        if other.digits == 0 {
            return None;
        }
        let (mut rest, divisor) = (self.digits.unsigned_abs(), other.digits.unsigned_abs());
        let mut quotient = rest / divisor;
        rest %= divisor;
        let mut scale = i64::from(self.scale) - i64::from(other.scale);
        while rest > 0 && quotient < 10_u128.pow(QUOTIENT_DIGITS - 1) && scale < i64::from(MOST_SCALE) {
            rest = rest.checked_mul(10)?;
            quotient = quotient * 10 + rest / divisor;
            rest %= divisor;
            scale += 1;
        }
        if rest >= divisor - rest {
            quotient += 1;
        }
        let digits = i128::try_from(quotient).ok()?;
        let digits = if (self.digits < 0) == (other.digits < 0) { digits } else { -digits };
        if scale < 0 {
            return Some(Self { digits: digits.checked_mul(10_i128.checked_pow(u32::try_from(-scale).ok()?)?)?, scale: 0 });
        }
        Some(Self::new(digits, u32::try_from(scale).ok()?))
    }

    /// Never negative; `None` for a division by zero.
    pub fn modulo(self, other: Self) -> Option<Self> {
        let (a, b, scale) = self.aligned(other)?;
        (b != 0).then(|| Self::new(a.rem_euclid(b), scale))
    }

    pub fn compare(self, other: Self) -> Ordering {
        match self.aligned(other) {
            Some((a, b, _)) => a.cmp(&b),
            // Too far apart in size to be lifted to one scale.
            None => {
                let real = |n: Self| n.digits as f64 / 10_f64.powi(n.scale as i32);
                real(self).total_cmp(&real(other))
            }
        }
    }
}
