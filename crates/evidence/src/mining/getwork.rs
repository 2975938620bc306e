//! getwork and getblocktemplate, over HTTP and over plain lines. A node serves templates to pools and to explorers as well: without a
//! sign of a miner or of a pool, who asks for one is no miner.

use super::coins::{self, Program};
use super::http::Facts;
use super::message::{Carrier, Message, is_hex, is_some_hex, number, text};
use super::session::{Ask, ELSEWHERE, Session, Sign, sign};
use super::shares::{Work, boundary, boundary_bytes};
use serde_json::{Map, Value};

const GET_WORK: Sign = sign("getwork", 1.0);
const WORK: Sign = sign("work with data and target", 2.0);
const SOLVED: Sign = sign("solved work", 2.0);
const GET_TEMPLATE: Sign = sign("getblocktemplate", 1.0);
const TEMPLATE: Sign = sign("block template", 1.0);
const COINBASE: Sign = sign("block template with a pool's coinbase", 1.0);
const BLOCK: Sign = sign("submitblock", 1.0);
const PROGRAM: Sign = sign("HTTP of a miner's program", 1.0);
const HEADER: Sign = sign("mining header in HTTP", 1.0);

/// A header of 80 bytes, padded to 128.
const WORK_DIGITS: usize = 256;

pub(super) fn request(session: &mut Session, message: &Message<'_>, method: &str) -> bool {
    match method {
        "getwork" => {
            if is_hex(message.text(0), WORK_DIGITS) {
                session.sign(SOLVED, message.at);
                session.share(message.side, message.id(), "", message.at);
            } else {
                session.sign(GET_WORK, message.at);
                session.ask(message.side, message.id(), Ask::Work);
            }
            session.protocol("getwork", 2);
            // No node of today serves it.
            session.is_miners = true;
        }
        "getblocktemplate" | "get_block_template" => {
            session.sign(GET_TEMPLATE, message.at);
            session.protocol("getblocktemplate", 1);
            session.ask(message.side, message.id(), Ask::Template);
            if let Some(params) = message.params() {
                session.login(text(params, "wallet_address"), 2);
            }
            node_or_pool(session, message);
        }
        "submitblock" | "submit_block" if is_some_hex(message.text(0)) && message.text(0).len() >= 160 => {
            session.sign(BLOCK, message.at);
            session.protocol("getblocktemplate", 1);
            session.share(message.side, message.id(), "", message.at);
            node_or_pool(session, message);
        }
        _ => return false,
    }
    session.mines(message.side);
    if let Carrier::Http(facts) = message.carrier {
        from_head(session, message, facts);
    }
    true
}

/// Nodes speak HTTP; only pools take these over plain lines.
fn node_or_pool(session: &mut Session, message: &Message<'_>) {
    if message.is_http() {
        session.asks_node = true;
    } else {
        session.is_miners = true;
    }
}

/// What the head of the request says of who asks, and of whom.
pub(super) fn from_head(session: &mut Session, message: &Message<'_>, facts: &Facts) {
    session.agent(&facts.agent);
    if matches!(coins::program(&facts.agent), Program::Miner | Program::Proxy) {
        session.sign(PROGRAM, message.at);
        session.is_miners = true;
    }
    mining_header(session, message, facts);
    session.login(&facts.user, 1);
    let (host, port) = split_port(&facts.host);
    session.pool(host, port, 2);
}

fn mining_header(session: &mut Session, message: &Message<'_>, facts: &Facts) {
    if facts.mining_header {
        session.sign(HEADER, message.at);
        session.is_miners = true;
    }
    if !facts.stratum.is_empty() {
        let (host, port) = split_port(facts.stratum.rsplit_once("//").map_or(facts.stratum.as_str(), |(_, host)| host));
        session.pool(host, port, ELSEWHERE);
    }
}

/// `host:port`, `[::1]:80`; the port is 0 where there is none.
pub(super) fn split_port(address: &str) -> (&str, u16) {
    match address.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => match port.trim_end_matches('/').parse() {
            Ok(port) => (host.trim_matches(['[', ']']), port),
            Err(_) => (address, 0),
        },
        _ => (address, 0),
    }
}

pub(super) fn answer(session: &mut Session, message: &Message<'_>, ask: Option<Ask>) -> bool {
    if let Some(result) = message.result().as_object()
        && (take_work(session, message, result) || take_template(session, message, result, ask))
    {
        if let Carrier::Http(facts) = message.carrier {
            mining_header(session, message, facts);
        }
        session.mines(message.side.other());
        return true;
    }
    false
}

fn take_work(session: &mut Session, message: &Message<'_>, result: &Map<String, Value>) -> bool {
    let target = text(result, "target");
    if !is_hex(text(result, "data"), WORK_DIGITS) || !is_hex(target, 64) {
        return false;
    }
    let bytes: Vec<u8> = (0..32).filter_map(|at| u8::from_str_radix(target.get(at * 2..at * 2 + 2)?, 16).ok()).collect();
    session.jobs.set(boundary_bytes(&bytes));
    session.sign(WORK, message.at);
    session.protocol("getwork", 2);
    session.is_miners = true;
    true
}

fn take_template(session: &mut Session, message: &Message<'_>, result: &Map<String, Value>, ask: Option<Ask>) -> bool {
    let bitcoin = is_hex(text(result, "previousblockhash"), 64)
        && is_hex(text(result, "bits"), 8)
        && (result.contains_key("height") || result.contains_key("curtime"));
    let monero = is_some_hex(text(result, "blocktemplate_blob")) && result.contains_key("difficulty");
    if !bitcoin && !monero {
        return false;
    }
    session.sign(TEMPLATE, message.at);
    session.protocol("getblocktemplate", 1);
    if result.get("coinbasetxn").is_some_and(Value::is_object) {
        session.sign(COINBASE, message.at);
        session.is_miners = true;
    } else if message.is_http() || ask.is_none() {
        session.asks_node = true;
    }
    if let Ok(bits) = u32::from_str_radix(text(result, "bits"), 16) {
        session.header_bits(bits);
    }
    if monero {
        session.jobs.set(result.get("difficulty").and_then(number).filter(|d| *d > 0.0).map(Work::Hashes));
    } else {
        session.jobs.set(boundary(text(result, "target")));
    }
    true
}
