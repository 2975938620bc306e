//! Lists of flows as text: nfdump's CSV and its numbers between bars (`-o pipe`), and what Argus' `ra` and `rabins` write (also known as binetflow), to ASimNetworkSessionLogs.
//!
//! nfdump's CSV and Argus write local times without a zone, which are unknown until the zone is said.

mod columns;
mod flow;
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
        Layout::of(first).map_or(Sniff::No, |layout| Sniff::Read(Arc::new(reader::FlowList { layout: Arc::new(layout) })))
    }
}
