//! Suricata's EVE: flow, dns, tls, http and alert, from one file to several tables.

mod alert;
mod dns;
mod flow;
mod http;
mod reader;
mod tls;

pub(crate) use dns::{CODES as DNS_CODES, TYPES as DNS_TYPES};
pub(crate) use dns::{code_number, type_number};

use crate::format::{Dataset, Format, Head, Sniff};
use crate::json;
use std::sync::Arc;

pub(crate) struct Eve;

/// As in read errors.
const READER: &str = "eve";

impl Format for Eve {
    fn name(&self) -> &'static str {
        READER
    }

    fn sniff(&self, head: &Head<'_>) -> Sniff {
        if head.bytes.trim_ascii_start().first() != Some(&b'{') {
            return Sniff::No;
        }
        let eve = head.lines().filter(|line| !line.trim_ascii().is_empty()).take(20).any(|line| {
            let (mut event, mut sign) = (false, false);
            // A damaged line is looked at as far as it goes.
            let _ = json::members(line, head.options.caps.depth, |name, value| match name.as_ref() {
                "event_type" => event = value.is_empty() || value.starts_with(b"\""),
                // Some write the time elsewhere; other programs' events have a type as well.
                "timestamp" | "flow_id" | "src_ip" | "dest_ip" => sign = true,
                _ => {}
            });
            event && sign
        });
        if eve { Sniff::Read(Arc::new(reader::EveLog) as Arc<dyn Dataset>) } else { Sniff::No }
    }
}
