//! Lists of flows as text: nfdump's CSV, JSON, its numbers between bars (`-o pipe`) and its lines for the eye; what
//! Argus' `ra` and `rabins` write (also known as binetflow), and SiLK's `rwcut`; to ASimNetworkSessionLogs.
//!
//! nfdump's CSV and Argus write local times without a zone, which are unknown until the zone is said.

mod aligned;
mod columns;
mod flow;
mod json;
mod pipe;
mod reader;

use crate::format::{Format, Head, Sniff};
use columns::Layout;
use std::sync::Arc;

pub(crate) struct FlowText;

/// As in read errors.
const READER: &str = "flow_text";

impl Format for FlowText {
    fn name(&self) -> &'static str {
        READER
    }

    fn sniff(&self, head: &Head<'_>) -> Sniff {
        let first = head.lines().find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
        // The lines that follow are looked at too: one may be of numbers by chance.
        if pipe::is_flow(first.trim_ascii())
            && head.lines().map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()).take(3).all(pipe::is_flow)
        {
            return Sniff::Read(Arc::new(reader::FlowList { layout: Arc::new(Layout::PIPE) }));
        }
        if json::is_flow(first.trim_ascii()) {
            return Sniff::Read(Arc::new(reader::FlowList { layout: Arc::new(Layout::JSON) }));
        }
        // nfdump may say before its header what it did.
        let mut heads = head.lines().map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()).take(4);
        let first = heads.find(|line| reader::is_header_of_text(line)).unwrap_or(first);
        Layout::of(first).map_or(Sniff::No, |layout| Sniff::Read(Arc::new(reader::FlowList { layout: Arc::new(layout) })))
    }
}
