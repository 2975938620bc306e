//! Linux' netfilter: what the targets LOG and ULOG of iptables and `log` of nftables write, through the kernel's log or bare:
//! `prefix IN=eth0 OUT=eth1 MAC=… SRC=10.0.0.5 DST=203.0.113.9 LEN=60 … PROTO=TCP SPT=50000 DPT=3333 … SYN URGP=0`.

use super::parts::{address, count, port, value};
use super::{Found, Told};
use crate::direction::between;
use crate::session::{Additional, Session, protocol_of};
use crate::syslog::Stamp;
use memchr::memmem;

pub(super) fn read(message: &str) -> Option<Told<'_>> {
    let bytes = message.as_bytes();
    memmem::find(bytes, b" DST=")?;
    let at = message.find("IN=")?;
    let (before, packet) = message.split_at_checked(at)?;
    // `PHYSIN=` comes behind the interfaces.
    let (source, destination) = (value(packet, "SRC")?, value(packet, "DST")?);
    let protocol = value(packet, "PROTO")?;
    // The kernel's own clock, `[123.456]`, is no part of what the rule writes.
    let prefix = before.trim();
    let prefix = match prefix.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((clock, rest)) if clock.trim().bytes().all(|b| b.is_ascii_digit() || b == b'.') => rest.trim(),
        _ => prefix,
    };
    let word = |known: &str| prefix.to_ascii_uppercase().split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == known);
    let denied = ["BLOCK", "BLOCKED", "DROP", "DROPPED", "DENY", "DENIED", "REJECT", "REJECTED"].into_iter().any(word);
    let found = match (address(source), address(destination)) {
        (Some(source), Some(destination)) => Found::Session(Session {
            original_type: "packet",
            // The first packet, as most rules are set up.
            sub_type: "Start",
            source,
            source_port: value(packet, "SPT").and_then(port),
            destination,
            destination_port: value(packet, "DPT").and_then(port),
            protocol: protocol_of(protocol),
            direction: between(source, destination),
            source_bytes: value(packet, "LEN").and_then(count),
            source_packets: Some(1),
            result: if denied { "Failure" } else { "Success" },
            action: if denied { "Deny" } else { "Allow" },
            rule: prefix.trim_end_matches(':'),
            additional: vec![
                ("InInterface", Additional::Text(value(packet, "IN").unwrap_or_default())),
                ("OutInterface", Additional::Text(value(packet, "OUT").unwrap_or_default())),
            ],
            ..Session::default()
        }),
        _ => Found::Broken("a packet whose address is not understood"),
    };
    Some(Told { names: ("Netfilter", "netfilter"), stamp: Stamp::None, host: "", found })
}
