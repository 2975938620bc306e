//! Ethereum's kin: eth-proxy over plain lines, and getWork over HTTP. Nodes serve some of these methods too, to pools and to miners of
//! their own: what is asked over HTTP without a wallet is asked of a node.

use super::coins::{self, Program};
use super::login;
use super::message::{Carrier, Message, is_marked_hex};
use super::session::{Ask, Session, Sign, sign};
use super::shares::boundary;
use super::{getwork, http::Facts};
use serde_json::Value;

/// So often a browser asks for work only if it mines.
const PATIENT: u32 = 4;

const LOGIN: Sign = sign("eth_submitLogin", 2.0);
const GET_WORK: Sign = sign("eth_getWork", 1.0);
const AGAIN: Sign = sign("eth_getWork again and again", 1.0);
const SUBMIT: Sign = sign("eth_submitWork", 2.0);
const HASHRATE: Sign = sign("eth_submitHashrate", 1.0);
const WORK: Sign = sign("work with header, seed and boundary", 1.5);
const MORE_WORK: Sign = sign("more work of one seed", 1.0);
const WALLET: Sign = sign("wallet in the address asked for", 1.0);

pub(super) fn request(session: &mut Session, message: &Message<'_>, method: &str) -> bool {
    let found = match method {
        "eth_submitLogin" | "eth_login" if !message.text(0).is_empty() => {
            session.login(message.text(0), 3);
            session.ask(message.side, message.id(), Ask::Login);
            session.is_miners = true;
            LOGIN
        }
        "eth_getWork" => {
            session.ask(message.side, message.id(), Ask::Work);
            session.polls = session.polls.saturating_add(1);
            if !message.is_http() {
                session.is_miners = true;
                if session.polls >= 3 {
                    session.sign(AGAIN, message.at);
                }
            }
            GET_WORK
        }
        "eth_submitWork" if is_solution(message) => {
            session.share(message.side, message.id(), message.text(1), message.at);
            session.is_miners = true;
            SUBMIT
        }
        "eth_submitHashrate" => {
            session.is_miners = true;
            HASHRATE
        }
        _ => return false,
    };
    session.sign(found, message.at);
    session.mines(message.side);
    if let Some(worker) = message.object.get("worker").and_then(Value::as_str) {
        // The name of a protocol's version, not of a worker.
        if worker == "eth1.0" {
            session.agent(worker);
        } else if session.worker.is_empty() {
            session.worker = super::session::clip(worker);
        }
    }
    protocol(session, message);
    if let Carrier::Http(facts) = message.carrier {
        address(session, facts, message.at);
        getwork::from_head(session, message, facts);
        session.asks_node = true;
    }
    true
}

fn protocol(session: &mut Session, message: &Message<'_>) {
    session.protocol(if message.is_http() { "getwork" } else { "eth_proxy" }, 1);
    session.algorithm("ethash", 2);
}

/// `/?miner=30@0x…@rig`, `/0x…/rig`: the wallet and the worker in what is asked for.
fn address(session: &mut Session, facts: &Facts, at: i64) {
    let mut parts = facts.target.split(['/', '?', '&', '=', '@', '.', '%', ';']).skip_while(|part| !login::is_hex_address(part));
    let Some(wallet) = parts.next() else { return };
    session.login(wallet, 2);
    if session.worker.is_empty() {
        session.worker = super::session::clip(parts.next().unwrap_or_default());
    }
    // Explorers have pages of addresses, which browsers look at; they do not go on asking for work.
    if coins::program(&facts.agent) != Program::Other || session.polls >= PATIENT {
        session.sign(WALLET, at);
        session.is_miners = true;
    }
}

fn is_solution(message: &Message<'_>) -> bool {
    is_marked_hex(message.text(0), 16) && is_marked_hex(message.text(1), 64) && is_marked_hex(message.text(2), 64)
}

pub(super) fn answer(session: &mut Session, message: &Message<'_>, ask: Option<Ask>) -> bool {
    if let Some(work) = message.result().as_array()
        && take_work(session, work, ask, message.at)
    {
        protocol(session, message);
        session.mines(message.side.other());
        return true;
    }
    if ask == Some(Ask::Login) {
        session.seen(message.at);
        return true;
    }
    false
}

/// `[header, seed, boundary, …]`. Lists of hashes are common in Ethereum's RPC; a boundary begins with zeros, and nothing else does.
fn take_work(session: &mut Session, work: &[Value], ask: Option<Ask>, at: i64) -> bool {
    let text = |at: usize| work.get(at).and_then(Value::as_str).filter(|text| is_marked_hex(text, 64));
    let (Some(header), Some(seed), Some(limit)) = (text(0), text(1), text(2)) else { return false };
    if work.len() > 5 || !limit.starts_with("0x00000") || header.starts_with("0x00000") || header == seed {
        return false;
    }
    if ask != Some(Ask::Work) && ask.is_some() {
        return false;
    }
    session.jobs.set(boundary(limit));
    session.jobs.add(header);
    session.sign(WORK, at);
    if session.seed.0 == seed && session.seed.1 != header {
        session.sign(MORE_WORK, at);
    }
    session.seed = (seed.to_owned(), header.to_owned());
    true
}
