//! IPFIX over TCP: one message after another, each behind its length.

use super::Env;
use crate::netflow::{self, At};
use crate::pcap::bytes::be16;

/// No message is longer.
const LONGEST: usize = 1 << 16;

/// What an exporter sends to a collector.
pub(super) struct Export {
    exporter: usize,
    kept: Vec<u8>,
    /// Bytes are missing: the next message is looked for.
    lost: bool,
}

impl Export {
    pub(super) fn new(exporter: usize) -> Self {
        Self { exporter, kept: Vec::new(), lost: false }
    }

    pub(super) fn held(&self) -> usize {
        self.kept.len()
    }

    /// Takes bytes; whether more are wanted.
    pub(super) fn push(&mut self, side: usize, bytes: &[u8], lost: bool, env: &mut Env<'_>) -> bool {
        if side != self.exporter {
            return true;
        }
        if lost {
            self.kept.clear();
            self.lost = true;
        }
        self.kept.extend_from_slice(bytes);
        let mut at = 0;
        while let Some(rest) = self.kept.get(at..).filter(|rest| !rest.is_empty()) {
            let begins = netflow::begins_ipfix(rest, env.seen.time);
            let length = be16(rest, 2).map_or(LONGEST, usize::from);
            let message = match (begins, rest.get(..length)) {
                (None, _) => break,
                (Some(true), None) if !self.lost => break,
                (Some(true), whole) => whole.and_then(|whole| netflow::parse(whole, 0)),
                (Some(false), _) => None,
            };
            let Some(message) = message else {
                if !self.lost {
                    return false;
                }
                // What may be one and is not whole yet is waited for, while nothing behind it can be.
                if begins == Some(true) && rest.len() < length {
                    break;
                }
                at += 1 + memchr::memchr(0, rest.get(1..).unwrap_or_default()).unwrap_or(rest.len() - 1);
                continue;
            };
            self.lost = false;
            *env.service = message.service();
            let place = At { record: env.seen.place.record, offset: env.seen.place.offset, each: false };
            let exporter = env.seen.ends.addresses.get(side).copied().unwrap_or_default();
            let rows = &mut env.rows.exported;
            env.collector.message(exporter, &message, place, &mut |flow| rows.push(|| flow));
            at += length;
        }
        self.kept.drain(..at);
        self.kept.len() <= LONGEST
    }
}
