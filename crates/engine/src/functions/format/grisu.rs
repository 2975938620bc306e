//! The digits of a real, as Kusto's engine finds them.
//!
//! The engine's digits are those of Florian Loitsch's Grisu2 in a form that leaves out the last rounding where more than eight digits
//! follow the integral part: `0.1 + 0.2` is written `0.30000000000000007`. They always read back as the same number.

/// The significant bits of 10^(-348 + 8 i), rounded to 64 bits.
const POWERS: [u64; 87] = [
    0xfa8fd5a0081c0288,
    0xbaaee17fa23ebf76,
    0x8b16fb203055ac76,
    0xcf42894a5dce35ea,
    0x9a6bb0aa55653b2d,
    0xe61acf033d1a45df,
    0xab70fe17c79ac6ca,
    0xff77b1fcbebcdc4f,
    0xbe5691ef416bd60c,
    0x8dd01fad907ffc3c,
    0xd3515c2831559a83,
    0x9d71ac8fada6c9b5,
    0xea9c227723ee8bcb,
    0xaecc49914078536d,
    0x823c12795db6ce57,
    0xc21094364dfb5637,
    0x9096ea6f3848984f,
    0xd77485cb25823ac7,
    0xa086cfcd97bf97f4,
    0xef340a98172aace5,
    0xb23867fb2a35b28e,
    0x84c8d4dfd2c63f3b,
    0xc5dd44271ad3cdba,
    0x936b9fcebb25c996,
    0xdbac6c247d62a584,
    0xa3ab66580d5fdaf6,
    0xf3e2f893dec3f126,
    0xb5b5ada8aaff80b8,
    0x87625f056c7c4a8b,
    0xc9bcff6034c13053,
    0x964e858c91ba2655,
    0xdff9772470297ebd,
    0xa6dfbd9fb8e5b88f,
    0xf8a95fcf88747d94,
    0xb94470938fa89bcf,
    0x8a08f0f8bf0f156b,
    0xcdb02555653131b6,
    0x993fe2c6d07b7fac,
    0xe45c10c42a2b3b06,
    0xaa242499697392d3,
    0xfd87b5f28300ca0e,
    0xbce5086492111aeb,
    0x8cbccc096f5088cc,
    0xd1b71758e219652c,
    0x9c40000000000000,
    0xe8d4a51000000000,
    0xad78ebc5ac620000,
    0x813f3978f8940984,
    0xc097ce7bc90715b3,
    0x8f7e32ce7bea5c70,
    0xd5d238a4abe98068,
    0x9f4f2726179a2245,
    0xed63a231d4c4fb27,
    0xb0de65388cc8ada8,
    0x83c7088e1aab65db,
    0xc45d1df942711d9a,
    0x924d692ca61be758,
    0xda01ee641a708dea,
    0xa26da3999aef774a,
    0xf209787bb47d6b85,
    0xb454e4a179dd1877,
    0x865b86925b9bc5c2,
    0xc83553c5c8965d3d,
    0x952ab45cfa97a0b3,
    0xde469fbd99a05fe3,
    0xa59bc234db398c25,
    0xf6c69a72a3989f5c,
    0xb7dcbf5354e9bece,
    0x88fcf317f22241e2,
    0xcc20ce9bd35c78a5,
    0x98165af37b2153df,
    0xe2a0b5dc971f303a,
    0xa8d9d1535ce3b396,
    0xfb9b7cd9a4a7443c,
    0xbb764c4ca7a44410,
    0x8bab8eefb6409c1a,
    0xd01fef10a657842c,
    0x9b10a4e5e9913129,
    0xe7109bfba19c0c9d,
    0xac2820d9623bf429,
    0x80444b5e7aa7cf85,
    0xbf21e44003acdd2d,
    0x8e679c2f5e44ff8f,
    0xd433179d9c8cb841,
    0x9e19db92b4e31ba9,
    0xeb96bf6ebadf77d9,
    0xaf87023b9bf0ee6b,
];

/// A number f * 2^e.
#[derive(Clone, Copy)]
struct Float {
    f: u64,
    e: i32,
}

impl Float {
    fn normalized(self) -> Self {
        let shift = self.f.leading_zeros();
        Self { f: self.f << shift, e: self.e - shift as i32 }
    }

    fn times(self, other: Self) -> Self {
        let product = u128::from(self.f) * u128::from(other.f);
        Self { f: (product >> 64) as u64 + (product >> 63 & 1) as u64, e: self.e + other.e + 64 }
    }

    /// The power of ten that brings a number of exponent `e` to one of -61 to -32, and its decimal exponent, negated.
    fn power(e: i32) -> (Self, i32) {
        let k = (f64::from(-61 - e) * 0.301_029_995_663_981_14 + 347.0).ceil() as i32;
        let index = ((k >> 3) + 1).clamp(0, 86);
        let decimal = -348 + index * 8;
        // floor(decimal * log2(10)) - 63
        let binary = ((i64::from(decimal) * 1_741_647) >> 19) as i32 - 63;
        (Self { f: POWERS[index as usize], e: binary }, -decimal)
    }
}

/// Digits as ASCII and the power of ten of the last one.
pub(super) struct Digits {
    buffer: [u8; 24],
    len: usize,
    pub(super) exponent: i32,
}

impl Digits {
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.buffer[..self.len]
    }

    fn push(&mut self, digit: u64) {
        if (digit != 0 || self.len > 0) && self.len < self.buffer.len() {
            self.buffer[self.len] = b'0' + digit as u8;
            self.len += 1;
        }
    }

    fn round(&mut self, delta: u64, mut rest: u64, unit: u64, distance: u64) {
        while rest < distance && delta - rest >= unit && (rest + unit < distance || distance - rest > rest + unit - distance) {
            self.buffer[self.len - 1] -= 1;
            rest += unit;
        }
    }
}

/// The digits of a finite, positive number.
pub(super) fn digits(value: f64) -> Digits {
    const HIDDEN: u64 = 1 << 52;
    let bits = value.to_bits();
    let (biased, fraction) = ((bits >> 52 & 0x7ff) as i32, bits & (HIDDEN - 1));
    let number = if biased == 0 { Float { f: fraction, e: -1074 } } else { Float { f: fraction | HIDDEN, e: biased - 1075 } };
    let upper = Float { f: (number.f << 1) + 1, e: number.e - 1 }.normalized();
    let lower = if number.f == HIDDEN {
        Float { f: (number.f << 2) - 1, e: number.e - 2 }
    } else {
        Float { f: (number.f << 1) - 1, e: number.e - 1 }
    };
    let lower = Float { f: lower.f << (lower.e - upper.e), e: upper.e };
    let (power, exponent) = Float::power(upper.e);
    let (scaled, high, low) = (number.normalized().times(power), upper.times(power), lower.times(power));
    let high_f = high.f - 1;
    let mut delta = high_f - (low.f + 1);
    let shift = -high.e;
    let one = 1_u64 << shift;
    let distance = high_f.wrapping_sub(scaled.f);
    let (mut integral, mut fractional) = (high_f >> shift, high_f & (one - 1));
    let mut out = Digits { buffer: [0; 24], len: 0, exponent };
    let mut kappa = integral.checked_ilog10().map_or(1, |n| n + 1);
    while kappa > 0 {
        let unit = 10_u64.pow(kappa - 1);
        out.push(integral / unit);
        integral %= unit;
        kappa -= 1;
        let rest = (integral << shift) + fractional;
        if rest <= delta {
            out.exponent += kappa as i32;
            out.round(delta, rest, unit << shift, distance);
            return out;
        }
    }
    let mut after = 0;
    loop {
        fractional = fractional.wrapping_mul(10);
        delta = delta.wrapping_mul(10);
        out.push(fractional >> shift);
        fractional &= one - 1;
        after += 1;
        if fractional < delta || after > 20 {
            out.exponent -= after;
            let distance = if after < 9 { distance.wrapping_mul(10_u64.pow(after as u32)) } else { 0 };
            out.round(delta, fractional, one, distance);
            return out;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: f64) -> (String, i32) {
        let found = digits(value);
        (String::from_utf8_lossy(found.as_bytes()).into_owned(), found.exponent)
    }

    #[test]
    fn known_digits() {
        for (value, expected, exponent) in [
            (0.1 + 0.2, "30000000000000007", -17),
            (1.0 / 3.0, "3333333333333333", -16),
            (1.5, "15", -1),
            (1e16, "1", 16),
            (5e-324, "5", -324),
            (123_456.789, "123456789", -3),
            (f64::MAX, "17976931348623157", 292),
        ] {
            assert_eq!(text(value), (expected.to_owned(), exponent));
        }
    }

    #[test]
    fn digits_read_back() {
        let mut bits = 0x1234_5678_9abc_def0_u64;
        for _ in 0..20_000 {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let value = f64::from_bits(bits).abs();
            if value.is_finite() && value > 0.0 {
                let (found, exponent) = text(value);
                assert_eq!(format!("{found}e{exponent}").parse::<f64>(), Ok(value));
            }
        }
    }
}
