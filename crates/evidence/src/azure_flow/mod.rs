//! Azure's flow logs as they lie in storage: of virtual networks (version 4) and of network security groups (versions 1 and 2).
//!
//! A blob is an object of `records`, each of which holds a minute of one network interface; the flows are texts of numbers within it.
//! Also read: such records one a line, and several blobs in one file.

mod join;
mod reader;
mod record;
mod tuple;

use crate::format::{Format, Head, Sniff};
use crate::json;
use std::sync::Arc;

pub(crate) struct AzureFlow;

/// As in read errors.
const READER: &str = "azure_flow";

impl Format for AzureFlow {
    fn name(&self) -> &'static str {
        READER
    }

    fn sniff(&self, head: &Head<'_>) -> Sniff {
        // The first line decides: a blob over several lines may have a record on one of them.
        let first = head.lines().map(<[u8]>::trim_ascii).find(|line| !line.is_empty()).unwrap_or_default();
        if first.first() == Some(&b'{') && is_record(first, head.options.caps.depth) {
            Sniff::Read(Arc::new(reader::FlowLog))
        } else {
            Sniff::No
        }
    }
}

/// Whether an object is a record of a flow log, as far as it can be read.
fn is_record(object: &[u8], depth: usize) -> bool {
    let (mut virtual_network, mut security_group, mut properties) = (0, false, false);
    // The record may be longer than what is looked at.
    let _ = json::members(object, depth, |name, value| match name.as_ref() {
        "flowRecords" | "flowLogVersion" => virtual_network += 1,
        "category" => security_group = json::text(value) == record::GROUP_EVENT,
        "properties" => properties = true,
        _ => {}
    });
    virtual_network == 2 || security_group && properties
}
