//! Which overload a call means, and what its arguments become.

use super::{Entry, Param, ParamKind, Returns, Signature};
use crate::types::{TypeSet, common, widens, wider};
use model::KqlType;

/// A call's form: the type of each argument after conversion, and of the result.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Chosen {
    /// `None` for an argument that is a `typeof`.
    pub(crate) args: Vec<Option<KqlType>>,
    /// `None` where the function returns no scalar.
    pub(crate) returns: Option<KqlType>,
    pub(crate) tuple: bool,
}

/// Why no overload fits.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Misfit {
    Count(String),
    /// The argument and the types that would do.
    Type(usize, TypeSet),
    /// Alternatives without a common type.
    NoCommon,
}

/// Chooses by the arguments' types (`None`: a `typeof`, whose type is given by `literal`).
pub(crate) fn choose(entry: &Entry, args: &[Option<KqlType>], literal: Option<KqlType>) -> Result<Chosen, Misfit> {
    let mut misfit = None;
    // An overload that takes a dynamic as it is goes before one that reads it as text.
    for loose in [false, true] {
        for signature in &entry.signatures {
            for params in layouts(&signature.params, args.len()) {
                match fit(entry, signature, &params, args, literal, loose) {
                    Ok(chosen) => return Ok(chosen),
                    Err(m) => {
                        if !matches!(misfit, Some(Misfit::Type(..))) {
                            misfit = Some(m);
                        }
                    }
                }
            }
        }
    }
    Err(misfit.unwrap_or_else(|| Misfit::Count(counts(entry))))
}

/// The parameters laid out for `n` arguments, in every way there is (at most two).
fn layouts(params: &[Param], n: usize) -> Vec<Vec<&Param>> {
    let Some(first) = params.iter().position(|p| p.max > 1) else {
        let least = params.iter().filter(|p| p.min > 0).count();
        return if (least..=params.len()).contains(&n) { vec![params.iter().take(n).collect()] } else { Vec::new() };
    };
    let block: Vec<&Param> = params[first..].iter().take_while(|p| p.max > 1).collect();
    let after = &params[first + block.len()..];
    let mut found = Vec::new();
    let required = after.iter().filter(|p| p.min > 0).count();
    let mut tails = vec![after.len()];
    if required < after.len() {
        tails.push(required);
    }
    for tail in tails {
        let Some(repeated) = n.checked_sub(first + tail) else { continue };
        let (least, most) = (block[0].min * block.len(), block[0].max.saturating_mul(block.len()));
        if repeated % block.len() != 0 || !(least..=most).contains(&repeated) {
            continue;
        }
        let mut layout: Vec<&Param> = params[..first].iter().collect();
        layout.extend(block.iter().copied().cycle().take(repeated));
        layout.extend(&after[..tail]);
        found.push(layout);
    }
    found
}

fn fit(
    entry: &Entry,
    signature: &Signature,
    params: &[&Param],
    args: &[Option<KqlType>],
    literal: Option<KqlType>,
    loose: bool,
) -> Result<Chosen, Misfit> {
    let mut becomes = Vec::with_capacity(args.len());
    for (i, (param, arg)) in params.iter().zip(args).enumerate() {
        becomes.push(match (param.kind, arg) {
            (ParamKind::TypeOf, None) => None,
            (ParamKind::TypeOf | ParamKind::Table, _) | (_, None) => return Err(Misfit::Type(i, param.accepts)),
            (_, Some(arg)) => Some(accept(param, *arg, loose).ok_or(Misfit::Type(i, param.accepts))?),
        });
    }
    let alternatives: Vec<usize> = (0..params.len()).filter(|i| params[*i].kind == ParamKind::Common).collect();
    let mut meet = None;
    if !alternatives.is_empty() {
        let types: Vec<KqlType> = alternatives.iter().filter_map(|i| becomes[*i]).collect();
        // `coalesce` and its kin take no dynamic among others.
        let gives_way = matches!(super::canonical(entry.name), "iff" | "case");
        let kind = common(&types, gives_way).ok_or(Misfit::NoCommon)?;
        meet = Some(kind);
        for i in alternatives {
            becomes[i] = Some(kind);
        }
    }
    let returns = match signature.returns {
        Returns::Type(kind) => Some(kind),
        Returns::Arg(n) => becomes.get(n).copied().flatten(),
        Returns::Common => meet,
        Returns::Literal => literal,
        Returns::Promoted => becomes.first().copied().flatten().map(|t| if t == KqlType::Int { KqlType::Long } else { t }),
        Returns::Widest => {
            let mut wide = KqlType::Long;
            for kind in becomes.iter().flatten() {
                wide = wider(wide, *kind).ok_or(Misfit::NoCommon)?;
            }
            becomes = becomes.iter().map(|_| Some(wide)).collect();
            Some(wide)
        }
        Returns::Tuple | Returns::Table => None,
    };
    settle(entry.name, signature, params, &mut becomes);
    Ok(Chosen { args: becomes, returns, tuple: signature.returns == Returns::Tuple })
}

/// The type that an argument takes on for a parameter.
fn accept(param: &Param, arg: KqlType, loose: bool) -> Option<KqlType> {
    if param.accepts.contains(arg) {
        return Some(arg);
    }
    if loose && arg == KqlType::Dynamic && param.accepts == TypeSet::of(&[KqlType::String]) {
        return Some(KqlType::String);
    }
    [KqlType::Long, KqlType::Real, KqlType::Decimal].into_iter().find(|t| param.accepts.contains(*t) && arg.is_numeric() && widens(arg, *t))
}

/// Conversions that Kusto makes though the parameter would take the argument as it is, so that an engine has fewer forms to know.
fn settle(name: &str, signature: &Signature, params: &[&Param], becomes: &mut [Option<KqlType>]) {
    let real = signature.returns == Returns::Type(KqlType::Real);
    for (i, (param, kind)) in params.iter().zip(becomes.iter_mut()).enumerate() {
        match kind {
            Some(k @ (KqlType::Int | KqlType::Long)) if real && param.accepts == TypeSet::NUMBER => *k = KqlType::Real,
            Some(k @ KqlType::Int) if param.accepts == TypeSet::INTEGER && !counts_bits(name) => *k = KqlType::Long,
            Some(k) if is_text(name, i) => *k = KqlType::String,
            _ => {}
        }
    }
}

/// Functions whose answer depends on how wide an integer is.
fn counts_bits(name: &str) -> bool {
    matches!(name, "tohex" | "bitset_count_ones")
}

/// Whether the function takes any scalar there, and reads it as text.
fn is_text(name: &str, arg: usize) -> bool {
    match name {
        "strcat" | "strcat_delim" | "strcmp" => true,
        "toupper" | "tolower" | "reverse" | "regex_quote" | "unicode_codepoints_from_string" | "to_utf8" | "isascii" | "isutf8" => arg == 0,
        "substring" | "split" | "parse_command_line" | "strlen" | "string_size" => arg == 0,
        "indexof" | "indexof_regex" => arg < 2,
        "strrep" => arg != 1,
        "strcat_array" | "array_strcat" => arg == 1,
        "has_any_index" | "has_ipv4" | "has_ipv4_prefix" | "has_any_ipv4" | "has_any_ipv4_prefix" => arg == 0,
        "ipv4_is_in_any_range" | "ipv6_is_in_any_range" => arg == 0,
        _ => false,
    }
}

/// `1 argument`, `2 to 4 arguments`, `at least 2 arguments`.
fn counts(entry: &Entry) -> String {
    let (mut least, mut most) = (usize::MAX, 0usize);
    for signature in &entry.signatures {
        least = least.min(signature.params.iter().map(|p| p.min).sum());
        most = most.max(signature.params.iter().fold(0usize, |n, p| n.saturating_add(p.max)));
    }
    let noun = |n: usize| if n == 1 { "argument" } else { "arguments" };
    match (least, most) {
        (a, b) if a == b => format!("{a} {}", noun(a)),
        (a, usize::MAX) => format!("at least {a} {}", noun(a)),
        (a, b) => format!("{a} to {b} arguments"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use KqlType::{Bool, DateTime, Dynamic, Int, Long, Real, String as Str, TimeSpan};

    #[test]
    fn overloads_are_chosen_by_type() {
        let cases: &[(&str, &[KqlType], Option<KqlType>)] = &[
            ("bin", &[DateTime, TimeSpan], Some(DateTime)),
            ("bin", &[Int, Long], Some(Long)),
            ("bin", &[Long, Real], Some(Real)),
            ("bin", &[DateTime, Long], None),
            ("iff", &[Bool, Int, Long], Some(Long)),
            ("iff", &[Bool, Long, Real], None),
            ("iff", &[Bool, Str, Dynamic], Some(Str)),
            ("iff", &[Long, Str, Str], None),
            ("case", &[Bool, Long, Bool, Long, Long], Some(Long)),
            ("case", &[Bool, Long, Bool, Long], None),
            ("coalesce", &[Str, Dynamic], None),
            ("strcat", &[Str, Long, Dynamic], Some(Str)),
            ("abs", &[Int], Some(Long)),
            ("extract", &[Str, Long, Dynamic], Some(Str)),
            ("startofday", &[Dynamic], None),
            ("array_sort_asc", &[Dynamic, Bool], Some(Dynamic)),
            ("strlen", &[], None),
        ];
        for (name, args, want) in cases {
            let args: Vec<_> = args.iter().copied().map(Some).collect();
            let got = super::super::function(name).map(|e| choose(e, &args, None));
            assert_eq!(got.and_then(Result::ok).and_then(|c| c.returns), *want, "{name} {args:?}");
        }
    }

    #[test]
    fn arguments_are_converted() {
        let entry = super::super::function("sqrt").unwrap();
        assert_eq!(choose(entry, &[Some(Long)], None).unwrap().args, [Some(Real)]);
        let entry = super::super::function("strcat").unwrap();
        assert_eq!(choose(entry, &[Some(Long), Some(Str)], None).unwrap().args, [Some(Str), Some(Str)]);
    }
}
