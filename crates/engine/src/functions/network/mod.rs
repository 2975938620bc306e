//! Addresses and URLs.

mod address;
mod ipv4;
mod ipv6;
mod url;

use super::{Call, Resolved};

pub(crate) fn resolve(call: &Call) -> Resolved {
    match call.name {
        "parse_url" | "parse_urlquery" | "parseurl" | "parseurlquery" => url::resolve(call),
        name if name.contains("ipv6") => ipv6::resolve(call),
        name if name.contains("ipv4") => ipv4::resolve(call),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
