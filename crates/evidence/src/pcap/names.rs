//! The names of addresses, by the answers of DNS that the capture holds.

use super::dns::Message;
use super::ip::Address;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Addresses whose names are kept, and bytes of the names together.
const ADDRESSES: usize = 65_536;
const BYTES: usize = 8 << 20;

#[derive(Default)]
pub(crate) struct Names {
    all: HashMap<Address, Arc<str>>,
    /// The oldest first.
    order: VecDeque<Address>,
    bytes: usize,
}

impl Names {
    /// Every address of an answer is known by the name that was asked for, not by one that it led to.
    pub(crate) fn learn(&mut self, message: &Message) {
        let Some(question) = message.question.as_ref().filter(|question| !question.name.is_empty()) else { return };
        let mut name: Option<Arc<str>> = None;
        for address in message.answers.iter().filter_map(|answer| answer.address) {
            let name = name.get_or_insert_with(|| question.name.as_str().into());
            self.bytes += name.len();
            match self.all.insert(address, Arc::clone(name)) {
                Some(before) => self.bytes -= before.len(),
                None => self.order.push_back(address),
            }
        }
        while self.order.len() > ADDRESSES || self.bytes > BYTES {
            let Some(address) = self.order.pop_front() else { break };
            if let Some(name) = self.all.remove(&address) {
                self.bytes -= name.len();
            }
        }
    }

    pub(crate) fn of(&self, address: &Address) -> Option<Arc<str>> {
        self.all.get(address).cloned()
    }
}
