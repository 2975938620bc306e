//! Rules of KQL's types: sets of them, which widens to which, what arithmetic yields.

use model::KqlType;
use model::KqlType::{Bool, DateTime, Decimal, Dynamic, Int, Long, Real, String, TimeSpan};

/// A set of types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct TypeSet(u16);

impl TypeSet {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const ALL: Self = Self(0x3ff);
    pub(crate) const INTEGER: Self = Self::of(&[Int, Long]);
    pub(crate) const NUMBER: Self = Self::of(&[Int, Long, Real, Decimal]);
    pub(crate) const SUMMABLE: Self = Self::of(&[Int, Long, Real, Decimal, DateTime, TimeSpan]);
    pub(crate) const DYNAMIC: Self = Self::of(&[Dynamic]);

    pub(crate) const fn of(types: &[KqlType]) -> Self {
        let (mut bits, mut i) = (0, 0);
        while i < types.len() {
            bits |= 1 << types[i] as u16;
            i += 1;
        }
        Self(bits)
    }

    pub(crate) const fn contains(self, kind: KqlType) -> bool {
        self.0 & (1 << kind as u16) != 0
    }

    pub(crate) const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn without(self, kind: KqlType) -> Self {
        Self(self.0 & !(1 << kind as u16))
    }

    /// The names for a message: `int, long or real`.
    pub(crate) fn describe(self) -> std::string::String {
        let names: Vec<&str> = KqlType::ALL.iter().filter(|t| self.contains(**t)).map(|t| t.name()).collect();
        match names.as_slice() {
            [] => "nothing".to_owned(),
            [one] => (*one).to_owned(),
            [head @ .., last] => format!("{} or {last}", head.join(", ")),
        }
    }
}

/// How far a numeric type widens: int, long, real, decimal.
fn rank(kind: KqlType) -> Option<u8> {
    match kind {
        Int => Some(0),
        Long => Some(1),
        Real => Some(2),
        Decimal => Some(3),
        _ => None,
    }
}

/// The wider of two numeric types.
pub(crate) fn wider(a: KqlType, b: KqlType) -> Option<KqlType> {
    Some(if rank(a)? >= rank(b)? { a } else { b })
}

/// Whether a value of `from` becomes `to` without being asked for.
pub(crate) fn widens(from: KqlType, to: KqlType) -> bool {
    from == to || matches!((rank(from), rank(to)), (Some(a), Some(b)) if a < b)
}

/// The one type that all alternatives (of `iff`, `coalesce`, …) become. Of numbers only an int gives way, to a long: the real engine
/// refuses to mix them with reals.
pub(crate) fn common(types: &[KqlType], dynamic_gives_way: bool) -> Option<KqlType> {
    let mut found: Option<KqlType> = None;
    for &kind in types {
        found = Some(match found {
            None => kind,
            Some(f) if f == kind => f,
            Some(Dynamic) if dynamic_gives_way => kind,
            Some(f) if dynamic_gives_way && kind == Dynamic => f,
            Some(Int) if kind == Long => Long,
            Some(Long) if kind == Int => Long,
            Some(_) => return None,
        });
    }
    found
}

/// What both operands become, and the type of the result, for `+ - * / %`. `None` where Kusto has no such operator.
pub(crate) fn arithmetic(op: &str, left: KqlType, right: KqlType) -> Option<(KqlType, KqlType, KqlType)> {
    if let Some(wide) = wider(left, right) {
        // Two ints are added as longs.
        let wide = if wide == Int { Long } else { wide };
        return Some((wide, wide, wide));
    }
    let whole = |kind: KqlType| match kind {
        Int => Long,
        Decimal => Real,
        other => other,
    };
    let number = |kind: KqlType| kind.is_numeric();
    Some(match (op, left, right) {
        ("+" | "-" | "%", TimeSpan, TimeSpan) => (TimeSpan, TimeSpan, TimeSpan),
        ("/", TimeSpan, TimeSpan) => (TimeSpan, TimeSpan, Real),
        ("+" | "-", DateTime, TimeSpan) => (DateTime, TimeSpan, DateTime),
        ("+", TimeSpan, DateTime) => (TimeSpan, DateTime, DateTime),
        ("-", DateTime, DateTime) => (DateTime, DateTime, TimeSpan),
        ("%", DateTime, TimeSpan) => (DateTime, TimeSpan, TimeSpan),
        ("/", DateTime, TimeSpan) => (DateTime, TimeSpan, Real),
        ("*" | "/", TimeSpan, n) if number(n) => (TimeSpan, whole(n), TimeSpan),
        ("*", n, TimeSpan) if number(n) => (whole(n), TimeSpan, TimeSpan),
        // A dynamic takes the type of the other side.
        ("+" | "-" | "*" | "/" | "%", Dynamic, n) if number(n) => {
            let n = whole(n);
            (n, n, n)
        }
        ("+" | "-" | "*" | "/" | "%", n, Dynamic) if number(n) => {
            let n = whole(n);
            (n, n, n)
        }
        ("+" | "-", Dynamic, TimeSpan) => (TimeSpan, TimeSpan, TimeSpan),
        ("+" | "-", TimeSpan, Dynamic) => (TimeSpan, TimeSpan, TimeSpan),
        ("-", DateTime, Dynamic) | ("-", Dynamic, DateTime) => (DateTime, DateTime, TimeSpan),
        _ => return None,
    })
}

/// What both operands of `< <= > >=` become.
pub(crate) fn ordering(left: KqlType, right: KqlType) -> Option<(KqlType, KqlType)> {
    if let Some(wide) = wider(left, right) {
        return Some((wide, wide));
    }
    match (left, right) {
        (DateTime, DateTime) | (TimeSpan, TimeSpan) | (Bool, Bool) => Some((left, right)),
        // Compared as stored: `dynamic(1.5) > 1` holds.
        (Dynamic, n) if n.is_numeric() => Some((left, if n == Int { Long } else { n })),
        (n, Dynamic) if n.is_numeric() => Some((if n == Int { Long } else { n }, right)),
        _ => None,
    }
}

/// What both operands of `==` and `!=` become.
pub(crate) fn equality(left: KqlType, right: KqlType) -> Option<(KqlType, KqlType)> {
    match (left, right) {
        (Dynamic, Dynamic) => None,
        (a, b) if a == b => Some((a, b)),
        (Dynamic, String) | (String, Dynamic) => Some((String, String)),
        (Dynamic, n) => Some((left, if n == Int { Long } else { n })),
        (n, Dynamic) => Some((if n == Int { Long } else { n }, right)),
        (a, b) => wider(a, b).map(|w| (w, w)),
    }
}

/// The name of the .NET type behind a KQL type, as `getschema` tells it.
pub(crate) fn dotnet(kind: KqlType) -> &'static str {
    match kind {
        Bool => "System.SByte",
        Int => "System.Int32",
        Long => "System.Int64",
        Real => "System.Double",
        Decimal => "System.Data.SqlTypes.SqlDecimal",
        DateTime => "System.DateTime",
        TimeSpan => "System.TimeSpan",
        KqlType::Guid => "System.Guid",
        String => "System.String",
        Dynamic => "System.Object",
    }
}

/// The type with its article, for messages.
pub(crate) fn named(kind: KqlType) -> std::string::String {
    format!("{} {kind}", if kind == KqlType::Int { "an" } else { "a" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_follows_kusto() {
        let cases = [
            ("+", Int, Int, Some(Long)),
            ("*", Long, Real, Some(Real)),
            ("+", Decimal, Real, Some(Decimal)),
            ("-", DateTime, DateTime, Some(TimeSpan)),
            ("+", DateTime, DateTime, None),
            ("/", TimeSpan, TimeSpan, Some(Real)),
            ("*", Int, TimeSpan, Some(TimeSpan)),
            ("+", String, String, None),
            ("+", Dynamic, Dynamic, None),
            ("+", Dynamic, Int, Some(Long)),
        ];
        for (op, left, right, result) in cases {
            assert_eq!(arithmetic(op, left, right).map(|r| r.2), result, "{left} {op} {right}");
        }
    }

    #[test]
    fn alternatives_meet() {
        assert_eq!(common(&[Int, Long], true), Some(Long));
        assert_eq!(common(&[Long, Real], true), None);
        assert_eq!(common(&[String, Dynamic], true), Some(String));
        assert_eq!(common(&[String, Dynamic], false), None);
        assert_eq!(common(&[Long, String], true), None);
    }
}
