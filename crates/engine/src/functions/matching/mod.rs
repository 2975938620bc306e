//! Search in text: `has`, `contains`, `in`, `matches regex` and their kin.

mod ip;
mod membership;
mod needle;
mod regexes;
mod terms;
mod wordlist;
mod words;

pub(crate) use regexes::compile_regex;

use super::{Call, Resolved};

pub(crate) fn resolve(call: &Call) -> Resolved {
    match call.name {
        "matches regex" => regexes::resolve(call),
        "in" | "!in" | "in~" | "!in~" => membership::resolve(call),
        "has_any" | "has_all" | "has_any_index" => wordlist::resolve(call),
        "has_ipv4" | "has_any_ipv4" | "has_ipv4_prefix" | "has_any_ipv4_prefix" => ip::resolve(call),
        _ => words::resolve(call),
    }
}

#[cfg(test)]
mod tests;
