//! AWS's VPC flow logs as text, versions 2 to 5 and later, to the table AWSVPCFlow: with a header in any order (S3), or without one in
//! AWS's own order (CloudWatch).

mod header;
mod reader;

use crate::format::{Format, Head, Sniff};
use std::sync::Arc;

pub(crate) struct VpcFlow;

/// As in read errors.
const READER: &str = "vpc_flow";

impl Format for VpcFlow {
    fn name(&self) -> &'static str {
        READER
    }

    fn sniff(&self, head: &Head<'_>) -> Sniff {
        let mut lines = head.lines().filter(|line| !line.is_empty());
        let Some(first) = lines.next() else { return Sniff::No };
        if let Some(names) = header::names(first) {
            return Sniff::Read(Arc::new(reader::FlowLog { names }));
        }
        let Some(names) = header::of_record(first) else { return Sniff::No };
        let (mut looked, mut sound) = (0, 0);
        for line in lines.take(50) {
            looked += 1;
            sound += usize::from(header::of_record(line).is_some() || header::names(line).is_some());
        }
        if sound * 10 >= looked * 9 { Sniff::Read(Arc::new(reader::FlowLog { names })) } else { Sniff::No }
    }
}
