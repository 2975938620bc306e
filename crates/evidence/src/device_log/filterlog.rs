//! The packet filter's log of pfSense and OPNsense, which `filterlog` writes: numbers and words between commas, whose places depend on
//! the version of IP.

use super::parts::{address, count, port};
use super::{Found, Told};
use crate::direction::between;
use crate::session::{Additional, Session, protocol_of};
use crate::syslog::Stamp;

/// `rule,subrule,anchor,tracker,interface,reason,action,direction,version,…`
pub(super) fn read(message: &str) -> Option<Told<'_>> {
    let cells: Vec<&str> = message.trim().split(',').take(32).collect();
    let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
    let (action, direction) = (cell(6), cell(7));
    if !matches!(direction, "in" | "out" | "in/out") || !action.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') {
        return None;
    }
    // `tos,ecn,ttl,id,offset,flags,number,name,length` or `class,label,hops,name,number,length`, then the addresses.
    let (protocol, length) = match cell(8) {
        "4" => (cell(16), 17),
        "6" => (cell(12), 14),
        _ => return Some(told(Found::Other)),
    };
    let (source, destination) = (cell(length + 1), cell(length + 2));
    let denied = matches!(action, "block" | "reject");
    Some(told(match (address(source), address(destination)) {
        (Some(source), Some(destination)) => Found::Session(Session {
            original_type: "packet",
            sub_type: "Start",
            source,
            source_port: port(cell(length + 3)).filter(|_| is_of_ports(protocol)),
            destination,
            destination_port: port(cell(length + 4)).filter(|_| is_of_ports(protocol)),
            protocol: protocol_of(protocol),
            direction: between(source, destination),
            source_bytes: count(cell(length)),
            source_packets: Some(1),
            result: if denied { "Failure" } else { "Success" },
            action: if denied { "Deny" } else { "Allow" },
            original_action: action,
            rule: cell(3),
            additional: vec![("Interface", Additional::Text(cell(4))), ("Dir", Additional::Text(direction))],
            ..Session::default()
        }),
        _ => Found::Broken("a packet whose address is not understood"),
    }))
}

/// The same where nothing says whose it is.
pub(super) fn bare(message: &str) -> Option<Told<'_>> {
    let message = message.strip_prefix("filterlog: ").unwrap_or(message);
    let action = message.split(',').nth(6)?;
    let numbered = message.split(',').next().is_some_and(|rule| !rule.is_empty() && rule.bytes().all(|b| b.is_ascii_digit()));
    if numbered && matches!(action, "pass" | "block" | "reject" | "match" | "rdr" | "nat") { read(message) } else { None }
}

fn is_of_ports(protocol: &str) -> bool {
    ["tcp", "udp", "sctp"].iter().any(|known| protocol.eq_ignore_ascii_case(known))
}

fn told(found: Found<'_>) -> Told<'_> {
    Told { names: ("Netgate", "pfSense"), stamp: Stamp::None, host: "", found }
}
