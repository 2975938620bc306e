//! Records of flows as routers, firewalls and probes send them: NetFlow version 5 and version 9 (RFC 3954), and IPFIX (RFC 7011, with
//! the reverse fields of RFC 5103), to ASimNetworkSessionLogs.
//!
//! They are read where they go to a collector in a capture, IPFIX also over TCP (see [`crate::pcap`]), and from files of one message after another, which for
//! IPFIX is the file format of RFC 5655. Of a record, addresses, ports, protocol, flags, counts and times are taken; what else a template
//! has, and what it has of a maker's own, is passed over by its length. Options are read for sampling and for when the exporter
//! started, no more. Counts of sampled packets are not multiplied.
//!
//! Own code: what lies in a message takes 300 lines, its place in the file is needed, and what is kept of a hostile exporter must be
//! bounded in bytes.

mod collector;
mod element;
mod message;
mod reader;
mod record;
mod template;

use crate::format::{Format, Head, Sniff};
use crate::pcap::bytes;
pub(crate) use collector::{At, Collector};
use message::{Length, length};
pub(crate) use message::{begins_ipfix, is_sane, parse};
use std::sync::Arc;

pub(crate) struct NetFlow;

/// As in read errors.
const READER: &str = "netflow";

/// Ports that collectors listen on: IPFIX's own and those that exporters are commonly set to. Others use them as well, and collectors use
/// others, so that what is said decides; at another port its time has to agree, too.
pub(crate) const PORTS: [u16; 9] = [2_055, 2_056, 4_432, 4_739, 9_025, 9_026, 9_555, 9_995, 9_996];

/// Messages that are looked at.
const SAMPLE: usize = 32;

impl Format for NetFlow {
    fn name(&self) -> &'static str {
        READER
    }

    /// A whole message, and nothing else behind it as far as can be seen.
    fn sniff(&self, head: &Head<'_>) -> Sniff {
        let (mut rest, mut messages) = (head.bytes, 0);
        while messages < SAMPLE && !rest.is_empty() {
            match length(rest) {
                Length::Of(size) => {
                    messages += 1;
                    rest = rest.get(size..).unwrap_or_default();
                }
                Length::Open if messages > 0 || !head.complete => break,
                // The file may be cut off or damaged further on.
                Length::No if messages > 1 => break,
                Length::Open | Length::No => return Sniff::No,
            }
        }
        if messages > 0 { Sniff::Read(Arc::new(reader::Messages)) } else { Sniff::No }
    }
}
