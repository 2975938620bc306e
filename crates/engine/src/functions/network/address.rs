//! Addresses with an optional `/n`, as Kusto reads them.

/// An IPv4 address and how many bits of it count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct V4 {
    pub(super) bits: u32,
    pub(super) prefix: u32,
}

impl V4 {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = split(text.trim(), 32)?;
        let mut parts = address.split('.');
        let mut bits = 0;
        for _ in 0..4 {
            bits = bits << 8 | octet(parts.next()?)?;
        }
        parts.next().is_none().then_some(Self { bits, prefix })
    }

    /// The address under `prefix` bits and its own.
    pub(super) fn masked(self, prefix: u32) -> u32 {
        let prefix = prefix.min(self.prefix);
        self.bits & u32::MAX.checked_shl(32 - prefix).unwrap_or(0)
    }

    /// Both addresses under the shortest of all prefixes.
    pub(super) fn compare(self, other: Self, prefix: u32) -> std::cmp::Ordering {
        let prefix = prefix.min(self.prefix).min(other.prefix);
        self.masked(prefix).cmp(&other.masked(prefix))
    }

    /// 10/8, 172.16/12 or 192.168/16.
    pub(super) fn is_private(self) -> bool {
        let bits = self.masked(32);
        bits >> 24 == 10 || bits >> 20 == 0xAC1 || bits >> 16 == 0xC0A8
    }
}

/// An IPv6 address, or an IPv4 one mapped into it, and how many bits of it count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct V6 {
    pub(super) bits: u128,
    pub(super) prefix: u32,
    /// Written `::1.2.3.4`: compared as the IPv4 address.
    dotted: bool,
}

impl V6 {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(v4) = V4::parse(text) {
            return Some(Self { bits: MAPPED | u128::from(v4.bits), prefix: v4.prefix + 96, dotted: false });
        }
        let (address, mut prefix) = split(text, 128)?;
        // A prefix after the dotted notation counts the dotted part's bits.
        let dotted = address.contains('.');
        if dotted && prefix <= 32 {
            prefix += 96;
        }
        let address: std::net::Ipv6Addr = address.parse().ok()?;
        let bits = u128::from(address);
        Some(Self { bits, prefix, dotted: dotted && bits >> 32 == 0 })
    }

    pub(super) fn masked(self, prefix: u32) -> u128 {
        let prefix = prefix.min(self.prefix);
        self.bits & u128::MAX.checked_shl(128 - prefix).unwrap_or(0)
    }

    pub(super) fn compare(self, other: Self, prefix: u32) -> std::cmp::Ordering {
        let prefix = prefix.min(self.prefix).min(other.prefix);
        self.mapped().masked(prefix).cmp(&other.mapped().masked(prefix))
    }

    fn mapped(self) -> Self {
        if self.dotted { Self { bits: self.bits | MAPPED, ..self } } else { self }
    }
}

/// What precedes an IPv4 address in an IPv6 one.
const MAPPED: u128 = 0xFFFF_0000_0000;

/// The address, and its prefix or all bits.
fn split(text: &str, all: u32) -> Option<(&str, u32)> {
    match text.split_once('/') {
        None => Some((text, all)),
        Some((address, prefix)) if prefix.bytes().all(|b| b.is_ascii_digit()) => {
            Some((address, prefix.parse().ok().filter(|p| *p <= all)?))
        }
        Some(_) => None,
    }
}

fn octet(text: &str) -> Option<u32> {
    (text.len() <= 3 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok().filter(|n| *n <= 255)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (text, want) in [
            ("192.168.1.1/24", Some((0xC0A8_0101, 24))),
            ("1.2.3.4", Some((0x0102_0304, 32))),
            ("1.2.3.4/0", Some((0x0102_0304, 0))),
            ("1.2.3", None),
            ("1.2.3.256", None),
            ("1.2.3.4.5", None),
            ("1.2.3.4/33", None),
            ("1.2.3.4/", None),
            ("", None),
            ("a.b.c.d", None),
            ("1.2.3.-4", None),
            ("::1", None),
        ] {
            assert_eq!(V4::parse(text).map(|a| (a.bits, a.prefix)), want, "{text}");
        }
        assert_eq!(V4::parse("1.2.3.4/0").unwrap().masked(32), 0);
        for (text, want) in [
            ("::192.168.255.255/24", Some((0xC0A8_FFFF, 120))),
            ("192.168.255.255/24", Some((0xFFFF_C0A8_FFFF, 120))),
            ("fe80::1/64", Some((0xFE80 << 112 | 1, 64))),
            ("x::1", None),
        ] {
            assert_eq!(V6::parse(text).map(|a| (a.bits, a.prefix)), want, "{text}");
        }
    }
}
