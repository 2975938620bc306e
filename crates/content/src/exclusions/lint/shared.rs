//! What the lint of policies knows, for the lint of queries.

use super::super::values::{cidr, network};
use super::destinations::{gate, is_private};
use super::{paths, patterns};
use crate::intel::{Host, Target};

/// Why a name is not one owner's.
pub(in super::super) fn refused_name(name: &str) -> Option<String> {
    let target = Target { host: Host::Name(name.to_owned()), port: None, page: false };
    gate().refuses(&target).map(|refusal| refusal.reason)
}

/// Whose a network is, if it is shared or of many.
pub(in super::super) fn block_sharer(text: &str) -> Option<String> {
    let block = cidr(text).filter(|_| network(text).is_ok() && !is_private(text))?;
    match gate().shared_block(block.addr(), block.prefix_len()) {
        _ if block.prefix_len() == 0 => Some("every address there is".to_owned()),
        Some(provider) => Some(format!("shared by all customers of {provider}")),
        None if block.prefix_len() < if block.addr().is_ipv4() { 16 } else { 48 } => Some("public and of many owners".to_owned()),
        None => None,
    }
}

/// The folder of users, or of many makers, that a text of a query stands for, and why. `whole` is whether it is a path's begin.
pub(in super::super) fn writable_folder(text: &str, whole: bool) -> Option<(String, &'static str)> {
    paths::named_folder(text, whole)
}

pub(in super::super) fn pattern_matches_anything(pattern: &str) -> bool {
    patterns::matches_anything(pattern)
}
