//! One message of DNS. By hand, as messages are often cut off: what there is of one is read.

use crate::pcap::bytes::{be16, be32};
use crate::pcap::ip::Address;
use std::fmt::Write;
use std::net::{Ipv4Addr, Ipv6Addr};

#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) id: u16,
    pub(crate) flags: u16,
    pub(crate) question: Option<Question>,
    pub(crate) answers: Vec<Answer>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    /// In small letters, as names differ by letters alone for other reasons than meaning.
    pub(crate) name: String,
    pub(crate) kind: u16,
    class: u16,
}

impl Question {
    pub(crate) fn class(&self) -> u16 {
        // Multicast keeps a flag in the upper bit.
        self.class & 0x7fff
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The data as text.
    pub(crate) text: String,
    pub(crate) ttl: u32,
    pub(crate) address: Option<Address>,
}

const HEADER: usize = 12;
/// Answers of one message that are kept.
const ANSWERS: usize = 256;
/// Jumps in one name.
const JUMPS: usize = 32;
/// Bytes of a name (RFC 1035), and of any other data as text.
const NAME: usize = 255;
const TEXT: usize = 1_024;

mod kind {
    pub(super) const A: u16 = 1;
    pub(super) const NS: u16 = 2;
    pub(super) const CNAME: u16 = 5;
    pub(super) const SOA: u16 = 6;
    pub(super) const PTR: u16 = 12;
    pub(super) const MX: u16 = 15;
    pub(super) const TXT: u16 = 16;
    pub(super) const AAAA: u16 = 28;
    pub(super) const SRV: u16 = 33;
    pub(super) const DNAME: u16 = 39;
    pub(super) const OPT: u16 = 41;
    pub(super) const SPF: u16 = 99;
}

impl Message {
    pub(crate) fn is_answer(&self) -> bool {
        self.flags & 0x8000 != 0
    }

    /// `None` for bytes that are no message. `whole`: nothing was cut off behind them.
    pub(crate) fn parse(bytes: &[u8], whole: bool) -> Option<Self> {
        let (id, flags) = (be16(bytes, 0)?, be16(bytes, 2)?);
        let (questions, answers) = (be16(bytes, 4)?, be16(bytes, 6)?);
        let (operation, reply) = (flags >> 11 & 15, flags & 0x8000 != 0);
        be16(bytes, HEADER - 2)?;
        // Other operations change zones and tell of changes; more than one question is only asked in multicast.
        if !matches!(operation, 0) || questions == 0 && !reply || questions > 64 {
            return None;
        }
        let mut message = Self { id, flags, question: None, answers: Vec::new() };
        let mut at = HEADER;
        for number in 0..questions {
            let Some((question, next)) = question(bytes, at) else {
                return (!whole).then_some(message);
            };
            if number == 0 {
                message.question = Some(question);
            }
            at = next;
        }
        for _ in 0..usize::from(answers).min(ANSWERS) {
            let Some((answer, next)) = answer(bytes, at) else { break };
            message.answers.extend(answer);
            at = next;
        }
        // Multicast answers nothing that was asked for in the same message: the first record's owner stands for it.
        if message.question.is_none() && answers > 0 {
            message.question = question(bytes, HEADER).map(|(question, _)| question);
        }
        Some(message)
    }
}

fn question(bytes: &[u8], at: usize) -> Option<(Question, usize)> {
    let (name, at) = name(bytes, at)?;
    Some((Question { name, kind: be16(bytes, at)?, class: be16(bytes, at + 2)? }, at + 4))
}

/// A record, and where it ends; one that carries no answer is passed over.
fn answer(bytes: &[u8], at: usize) -> Option<(Option<Answer>, usize)> {
    let at = skip_name(bytes, at)?;
    let (kind, ttl, length) = (be16(bytes, at)?, be32(bytes, at + 4)?, usize::from(be16(bytes, at + 8)?));
    let start = at + 10;
    let data = bytes.get(start..start + length)?;
    let mut address = None;
    let text = match (kind, data) {
        (kind::OPT, _) => return Some((None, start + length)),
        (kind::A, [a, b, c, d]) => {
            let ip = Ipv4Addr::new(*a, *b, *c, *d);
            address = Some(ip.to_ipv6_mapped().octets());
            ip.to_string()
        }
        (kind::AAAA, _) if length == 16 => {
            let octets: Address = data.try_into().ok()?;
            address = Some(octets);
            Ipv6Addr::from(octets).to_string()
        }
        (kind::NS | kind::CNAME | kind::PTR | kind::SOA | kind::DNAME, _) => name(bytes, start)?.0,
        (kind::MX, _) => name(bytes, start + 2)?.0,
        (kind::SRV, _) => name(bytes, start + 6)?.0,
        (kind::TXT | kind::SPF, _) => strings(data),
        _ => format!("<type {kind}, {length} bytes>"),
    };
    Some((Some(Answer { text, ttl, address }), start + length))
}

/// The strings of a TXT record, one after another.
fn strings(mut data: &[u8]) -> String {
    let mut out = String::new();
    while let Some((length, rest)) = data.split_first() {
        let (string, next) = rest.split_at(usize::from(*length).min(rest.len()));
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&String::from_utf8_lossy(string));
        if out.len() > TEXT {
            break;
        }
        data = next;
    }
    out
}

/// A name in small letters without the last dot, and where it ends.
fn name(bytes: &[u8], start: usize) -> Option<(String, usize)> {
    let mut out = String::new();
    let (mut at, mut end, mut length, mut jumps) = (start, None, 0, 0);
    loop {
        let size = usize::from(*bytes.get(at)?);
        match size {
            0 => break,
            1..=63 => {
                length += size + 1;
                if length > NAME {
                    return None;
                }
                if !out.is_empty() {
                    out.push('.');
                }
                put_label(bytes.get(at + 1..at + 1 + size)?, &mut out);
                at += size + 1;
            }
            0xc0.. => {
                end.get_or_insert(at + 2);
                jumps += 1;
                if jumps > JUMPS {
                    return None;
                }
                at = usize::from(be16(bytes, at)? & 0x3fff);
            }
            _ => return None,
        }
    }
    Some((out, end.unwrap_or(at + 1)))
}

/// Dots and backslashes within a label, and what is no printable character, are escaped as in zone files.
fn put_label(label: &[u8], out: &mut String) {
    for byte in label {
        match byte {
            b'.' | b'\\' => {
                out.push('\\');
                out.push(char::from(*byte));
            }
            0x21..=0x7e => out.push(char::from(byte.to_ascii_lowercase())),
            _ => {
                let _ = write!(out, "\\{byte:03}");
            }
        }
    }
}

fn skip_name(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match usize::from(*bytes.get(at)?) {
            0 => return Some(at + 1),
            size @ 1..=63 => at += size + 1,
            0xc0.. => return Some(at + 2),
            _ => return None,
        }
    }
}
