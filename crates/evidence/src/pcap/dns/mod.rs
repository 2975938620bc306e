//! Questions and answers of DNS, put together.

mod message;

pub(crate) use message::{Answer, Message, Question};

use super::ip;
use super::rows::{DnsRow, Kept, Seen};
use std::collections::VecDeque;

/// Questions of one flow that wait for an answer.
const WAITING: usize = 32;
/// What one costs beyond its name.
const OVERHEAD: usize = 320;

/// The questions of one flow that have no answer yet.
#[derive(Default)]
pub(crate) struct Exchange {
    waiting: VecDeque<DnsRow>,
    bytes: usize,
}

impl Exchange {
    /// What it costs to keep the questions.
    pub(crate) fn held(&self) -> usize {
        self.bytes
    }

    /// Takes a message. `client`: whether the client sent it; `seen` is of the flow and this packet.
    pub(crate) fn message(&mut self, message: Message, client: bool, seen: Seen, rows: &mut Kept<DnsRow>) {
        if !message.is_answer() {
            // A question in the other direction is of another exchange between the same ends, as in multicast.
            let seen = if client { seen } else { Seen { ends: seen.ends.turned(), ..seen } };
            if self.waiting.len() >= WAITING {
                self.give_up_oldest(rows);
            }
            let row = DnsRow { seen, id: message.id, flags: message.flags, question: message.question, answered: None, asked: true };
            self.bytes += cost(&row);
            // Most flows ask once.
            if self.waiting.is_empty() {
                self.waiting.reserve_exact(1);
            }
            self.waiting.push_back(row);
            return;
        }
        let asked = |row: &DnsRow| {
            row.id == message.id
                && match (&row.question, &message.question) {
                    (Some(asked), Some(answered)) => asked.name == answered.name && asked.kind == answered.kind,
                    _ => true,
                }
        };
        let row = self.waiting.iter().position(asked).and_then(|at| self.waiting.remove(at));
        let answered = Some((seen.time, message.answers));
        match row {
            Some(row) => {
                self.bytes -= cost(&row);
                rows.push(|| DnsRow { flags: message.flags, answered, ..row });
            }
            None => {
                // Multicast tells without being asked.
                let asked = client && !ip::address(seen.ends.addresses[1]).is_multicast();
                let seen = if asked { Seen { ends: seen.ends.turned(), ..seen } } else { seen };
                let row = DnsRow { seen, id: message.id, flags: message.flags, question: message.question, answered, asked: false };
                rows.push(|| row);
            }
        }
    }

    /// The flow has ended: what is left was not answered.
    pub(crate) fn finish(&mut self, rows: &mut Kept<DnsRow>) {
        while !self.waiting.is_empty() {
            self.give_up_oldest(rows);
        }
    }

    fn give_up_oldest(&mut self, rows: &mut Kept<DnsRow>) {
        if let Some(row) = self.waiting.pop_front() {
            self.bytes -= cost(&row);
            rows.push(|| row);
        }
    }
}

fn cost(row: &DnsRow) -> usize {
    OVERHEAD + row.question.as_ref().map_or(0, |question| question.name.len())
}

#[cfg(test)]
mod tests;
