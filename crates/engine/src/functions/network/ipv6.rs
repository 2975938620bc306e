//! IPv6, and IPv4 addresses as part of it.

use super::address::V6;
use super::ipv4::{any_range, prefix};
use crate::functions::args::{booleans, kernel, longs, numbers, strings};
use crate::functions::operand::ToText;
use crate::functions::{Arg, Call, Resolved};
use arrow::datatypes::Int64Type;
use std::cmp::Ordering;

pub(super) fn resolve(call: &Call) -> Resolved {
    match call.name {
        "parse_ipv6" | "parse_ipv6_mask" => parse(call),
        "ipv6_compare" | "ipv6_is_match" => compare(call),
        "ipv6_is_in_range" if call.args.len() == 2 => any_range(call, V6::parse, is_in),
        "ipv6_is_in_any_range" => any_range(call, V6::parse, is_in),
        _ => None,
    }
}

fn is_in(address: V6, network: V6) -> bool {
    address.compare(network, 128).is_eq()
}

/// The address in full, under the mask; empty for what is no address.
fn parse(call: &Call) -> Resolved {
    let expected = if call.name == "parse_ipv6" { 1 } else { 2 };
    if call.args.len() != expected {
        return None;
    }
    let text = ToText::new(&call.args[0])?;
    kernel(call, move |args: &[Arg], rows| {
        let cells = text.read(&args[0], rows)?;
        let masks = args.get(1).map(longs).transpose()?;
        Ok(strings(rows, |row, out| {
            if let (Some(address), Some(prefix)) = (V6::parse(&cells.get(row)), prefix(masks.as_ref(), row, 128)) {
                let bits = address.masked(prefix);
                let groups: Vec<String> = (0..8).map(|n| format!("{:04x}", (bits >> (112 - 16 * n)) & 0xFFFF)).collect();
                out.push_str(&groups.join(":"));
            }
        }))
    })
}

fn compare(call: &Call) -> Resolved {
    if !matches!(call.args.len(), 2 | 3) {
        return None;
    }
    let (left, right) = (ToText::new(&call.args[0])?, ToText::new(&call.args[1])?);
    let boolean = call.name == "ipv6_is_match";
    kernel(call, move |args: &[Arg], rows| {
        let (left, right) = (left.read(&args[0], rows)?, right.read(&args[1], rows)?);
        let masks = args.get(2).map(longs).transpose()?;
        let order = |row: usize| Some(V6::parse(&left.get(row))?.compare(V6::parse(&right.get(row))?, prefix(masks.as_ref(), row, 128)?));
        Ok(if boolean {
            booleans(rows, |row| order(row).map(Ordering::is_eq))
        } else {
            numbers::<Int64Type>(rows, |row| order(row).map(|o| o as i64))
        })
    })
}
