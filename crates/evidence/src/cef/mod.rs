//! Logs in ArcSight's Common Event Format, as firewalls and proxies send them by syslog, to CommonSecurityLog: with the columns that
//! Azure's own collector gives them.
//!
//! A line is an event, behind a header of syslog or bare. A whole syslog with such lines among others is [`crate::syslog`]'s, which
//! tells of them.

mod event;
mod fields;
mod reader;

use crate::format::{Format, Head, Sniff};
use std::sync::Arc;

pub(crate) use event::start;

pub(crate) struct Cef;

/// As in read errors.
const READER: &str = "cef";

/// Lines that are looked at; nine in ten must be events.
const SAMPLE: usize = 100;

impl Format for Cef {
    fn name(&self) -> &'static str {
        READER
    }

    fn sniff(&self, head: &Head<'_>) -> Sniff {
        let (mut lines, mut events) = (0, 0);
        for line in head.lines().filter(|line| !line.trim_ascii().is_empty()).take(SAMPLE) {
            lines += 1;
            let text = String::from_utf8_lossy(line);
            events += usize::from(start(&text).and_then(|at| event::Event::parse(text.get(at..)?)).is_some());
        }
        if events > 0 && events * 10 >= lines * 9 { Sniff::Read(Arc::new(reader::Log)) } else { Sniff::No }
    }
}
