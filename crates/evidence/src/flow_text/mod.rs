//! Lists of flows as text: nfdump's CSV, and what Argus' `ra` and `rabins` write (also known as binetflow), to ASimNetworkSessionLogs.
//!
//! Both write local times without a zone, which are unknown until the zone is said.

mod columns;
mod flow;
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
        Layout::of(first).map_or(Sniff::No, |layout| Sniff::Read(Arc::new(reader::FlowList { layout: Arc::new(layout) })))
    }
}
