//! IPv4. What is no address makes the answer null (an empty string where it is a string).

use super::address::V4;
use crate::dynamic::DynValue;
use crate::functions::args::{Cells, booleans, kernel, longs, nullable_texts, numbers, strings, texts};
use crate::functions::operand::{Operand, ToText};
use crate::functions::{Arg, Call, Resolved};
use arrow::array::{Int64Array, StringViewArray};
use arrow::datatypes::Int64Type;
use model::KqlType;
use std::cmp::Ordering;
use std::net::Ipv4Addr;

pub(super) fn resolve(call: &Call) -> Resolved {
    match call.name {
        "ipv4_is_private" => one(call, |ip| i64::from(ip.is_private())),
        "parse_ipv4" => one(call, |ip| i64::from(ip.masked(32))),
        "ipv4_netmask_suffix" => one(call, |ip| i64::from(ip.prefix)),
        "parse_ipv4_mask" => mask(call),
        "ipv4_compare" | "ipv4_is_match" => compare(call),
        "ipv4_is_in_range" => in_range(call),
        "ipv4_is_in_any_range" => in_any_range(call),
        "format_ipv4" | "format_ipv4_mask" => format(call),
        "ipv4_range_to_cidr_list" => cidr_list(call),
        _ => None,
    }
}

/// A number or a Boolean of one address.
fn one(call: &Call, number: fn(V4) -> i64) -> Resolved {
    let [arg] = call.args else { return None };
    let text = ToText::new(arg)?;
    let boolean = call.returns == KqlType::Bool;
    kernel(call, move |args: &[Arg], rows| {
        let cells = text.read(&args[0], rows)?;
        let value = |row: usize| V4::parse(&cells.get(row)).map(number);
        Ok(if boolean { booleans(rows, |row| value(row).map(|n| n != 0)) } else { numbers::<Int64Type>(rows, value) })
    })
}

/// A mask of 0 to 32 bits.
pub(super) fn prefix(cells: Option<&Cells<Int64Array>>, row: usize, most: u32) -> Option<u32> {
    match cells {
        None => Some(most),
        Some(cells) => u32::try_from(cells.get(row)?).ok().filter(|p| *p <= most),
    }
}

fn mask(call: &Call) -> Resolved {
    let [text, _] = call.args else { return None };
    let text = ToText::new(text)?;
    kernel(call, move |args: &[Arg], rows| {
        let (cells, masks) = (text.read(&args[0], rows)?, longs(&args[1])?);
        Ok(numbers::<Int64Type>(rows, |row| Some(i64::from(V4::parse(&cells.get(row))?.masked(prefix(Some(&masks), row, 32)?)))))
    })
}

fn compare(call: &Call) -> Resolved {
    if !matches!(call.args.len(), 2 | 3) {
        return None;
    }
    let (left, right) = (ToText::new(&call.args[0])?, ToText::new(&call.args[1])?);
    let boolean = call.name == "ipv4_is_match";
    kernel(call, move |args: &[Arg], rows| {
        let (left, right) = (left.read(&args[0], rows)?, right.read(&args[1], rows)?);
        let masks = args.get(2).map(longs).transpose()?;
        let order = |row: usize| Some(V4::parse(&left.get(row))?.compare(V4::parse(&right.get(row))?, prefix(masks.as_ref(), row, 32)?));
        Ok(if boolean {
            booleans(rows, |row| order(row).map(Ordering::is_eq))
        } else {
            numbers::<Int64Type>(rows, |row| order(row).map(|o| o as i64))
        })
    })
}

/// Whether the address is in the network: under the network's prefix.
fn is_in(address: V4, network: V4) -> bool {
    address.compare(network, 32).is_eq()
}

fn in_range(call: &Call) -> Resolved {
    let [address, network] = call.args else { return None };
    let (address, network) = (ToText::new(address)?, ToText::new(network)?);
    kernel(call, move |args: &[Arg], rows| {
        let (addresses, networks) = (address.read(&args[0], rows)?, network.read(&args[1], rows)?);
        let constant = networks.is_constant().then(|| V4::parse(&networks.get(0)));
        Ok(booleans(rows, |row| {
            let network = constant.unwrap_or_else(|| V4::parse(&networks.get(row)))?;
            Some(is_in(V4::parse(&addresses.get(row))?, network))
        }))
    })
}

/// The items of a row's lists: strings, and what dynamic arrays hold.
pub(super) fn items(lists: &[(Operand, Option<Cells<StringViewArray>>)], row: usize) -> Vec<String> {
    let mut out = Vec::new();
    for (text, dynamic) in lists {
        match dynamic {
            Some(cells) => match DynValue::parse(cells.text(row)) {
                DynValue::Array(list) => out.extend(list.iter().map(DynValue::to_kusto_string)),
                other => out.push(other.to_kusto_string()),
            },
            None => out.push(text.get(row).into_owned()),
        }
    }
    out
}

/// A Boolean for an address and networks in several arguments: whether any holds, null where none does and one is no network.
pub(super) fn any_range<A: Copy + 'static>(call: &Call, parse: fn(&str) -> Option<A>, is_in: fn(A, A) -> bool) -> Resolved {
    let (address, networks) = call.args.split_first()?;
    if networks.is_empty() || networks.iter().any(|n| !matches!(n.kql_type, KqlType::String | KqlType::Dynamic)) {
        return None;
    }
    let address = ToText::new(address)?;
    let dynamics: Vec<bool> = networks.iter().map(|n| n.kql_type == KqlType::Dynamic).collect();
    kernel(call, move |args: &[Arg], rows| {
        let addresses = address.read(&args[0], rows)?;
        let mut lists = Vec::new();
        for (arg, dynamic) in args.iter().skip(1).zip(&dynamics) {
            lists.push((Operand::strings(arg)?, dynamic.then(|| texts(arg)).transpose()?));
        }
        let parsed = |row: usize| items(&lists, row).iter().map(|text| parse(text)).collect::<Vec<_>>();
        let constant = lists.iter().all(|(text, _)| text.is_constant()).then(|| parsed(0));
        Ok(booleans(rows, |row| {
            let address = parse(&addresses.get(row))?;
            let own;
            let networks = match &constant {
                Some(networks) => networks,
                None => {
                    own = parsed(row);
                    &own
                }
            };
            if networks.iter().flatten().any(|network| is_in(address, *network)) {
                Some(true)
            } else {
                networks.iter().all(Option::is_some).then_some(false)
            }
        }))
    })
}

fn in_any_range(call: &Call) -> Resolved {
    any_range(call, V4::parse, is_in)
}

/// `format_ipv4(address [, mask])`: an address as text or number, under the mask.
fn format(call: &Call) -> Resolved {
    let (address, masks) = call.args.split_first()?;
    if masks.len() > 1 {
        return None;
    }
    let text = match address.kql_type {
        KqlType::Int | KqlType::Long => None,
        KqlType::String | KqlType::Dynamic => Some(ToText::new(address)?),
        _ => return None,
    };
    let with_mask = call.name == "format_ipv4_mask";
    kernel(call, move |args: &[Arg], rows| {
        let masks = args.get(1).map(longs).transpose()?;
        let addresses: Vec<Option<V4>> = match &text {
            Some(text) => {
                let cells = text.read(&args[0], rows)?;
                (0..rows).map(|row| V4::parse(&cells.get(row))).collect()
            }
            None => {
                let cells = longs(&args[0])?;
                (0..rows).map(|row| u32::try_from(cells.get(row)?).ok().map(|bits| V4 { bits, prefix: 32 })).collect()
            }
        };
        Ok(strings(rows, |row, out| {
            let (Some(Some(address)), Some(prefix)) = (addresses.get(row), prefix(masks.as_ref(), row, 32)) else { return };
            let shortest = prefix.min(address.prefix);
            out.push_str(&Ipv4Addr::from(address.masked(shortest)).to_string());
            if with_mask {
                out.push_str(&format!("/{shortest}"));
            }
        }))
    })
}

/// The networks that together are the addresses from the first to the last.
fn cidr_list(call: &Call) -> Resolved {
    let [first, last] = call.args else { return None };
    let (first, last) = (ToText::new(first)?, ToText::new(last)?);
    kernel(call, move |args: &[Arg], rows| {
        let (firsts, lasts) = (first.read(&args[0], rows)?, last.read(&args[1], rows)?);
        Ok(nullable_texts(rows, |row, out| {
            let (Some(first), Some(last)) = (V4::parse(&firsts.get(row)), V4::parse(&lasts.get(row))) else { return false };
            let (mut from, to) = (u64::from(first.bits), u64::from(last.bits));
            let mut list = Vec::new();
            while from <= to {
                let aligned = if from == 0 { 32 } else { from.trailing_zeros().min(32) };
                let fits = (to - from + 1).ilog2();
                let size = aligned.min(fits);
                list.push(DynValue::String(format!("{}/{}", Ipv4Addr::from(from as u32), 32 - size)));
                from += 1 << size;
            }
            out.push_str(&DynValue::Array(list).encode());
            true
        }))
    })
}
