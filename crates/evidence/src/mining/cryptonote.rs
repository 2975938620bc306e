//! CryptoNote's pools: `login`, `job`, `submit`, `keepalived`; and Grin's, which use the same words.
//!
//! The words are those of many services, so no word counts alone: a login needs a miner's program, algorithms or a wallet in it, a job
//! its blob and target, a share its nonce and hash.

use super::coins::{self, Program};
use super::login;
use super::message::{Message, is_hex, is_some_hex, number, text};
use super::session::{self, Ask, Session, Sign, sign};
use super::shares::{Work, cryptonote_target, number_target};
use serde_json::{Map, Value};

const LOGIN: Sign = sign("login", 1.0);
const MINERS_LOGIN: Sign = sign(session::MINERS_LOGIN, 1.0);
const ALGORITHMS: Sign = sign("login with algorithms", 1.0);
const WALLET: Sign = sign(session::WALLET_LOGIN, 1.0);
const PROGRAM: Sign = sign("login of a program", 0.5);
const RIG: Sign = sign("login of a rig", 0.5);
const JOB: Sign = sign("job with blob and target", 2.0);
const SHARE: Sign = sign("share with nonce and hash", 2.0);
const KEPT_ALIVE: Sign = sign("keepalived", 1.0);
const IS_KEPT_ALIVE: Sign = sign("answer to keepalived", 1.0);
const GRIN_JOB: Sign = sign("job with pre_pow", 2.0);
const GRIN_SHARE: Sign = sign("share with pow", 2.0);

const OTHER_JOB: Sign = sign("job with target and height", 1.0);

/// The shortest blob is a hash, of which Tari's miners make the header themselves.
const SHORTEST_BLOB: usize = 64;

pub(super) fn request(session: &mut Session, message: &Message<'_>, method: &str) -> bool {
    if message.is_http() {
        return false;
    }
    let Some(params) = message.params() else { return false };
    match method {
        "login" => login(session, message, params),
        "job" => job(session, message, params),
        "submit" => submit(session, message, params),
        "keepalived" => {
            session.sign(KEPT_ALIVE, message.at);
            session.protocol("cryptonote", 1);
            session.mines(message.side);
            true
        }
        _ => false,
    }
}

fn login(session: &mut Session, message: &Message<'_>, params: &Map<String, Value>) -> bool {
    let name = text(params, "login");
    let agent = text(params, "agent");
    let program = coins::program(agent);
    let has_algorithms = params.contains_key("algo");
    if name.is_empty() || program == Program::Other || !(params.contains_key("pass") || !agent.is_empty() || has_algorithms) {
        return false;
    }
    session.login(name, 3);
    session.sign(LOGIN, message.at);
    session.agent(agent);
    match program {
        Program::Miner | Program::Proxy => session.sign(MINERS_LOGIN, message.at),
        _ if agent.contains('/') => session.sign(PROGRAM, message.at),
        _ => {}
    }
    let named: Vec<&str> = match params.get("algo") {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(one)) => vec![one.as_str()],
        _ => Vec::new(),
    };
    let known: Vec<&'static str> = named.iter().filter_map(|name| coins::algorithm(name)).collect();
    if !known.is_empty() {
        session.sign(ALGORITHMS, message.at);
    }
    if let ([only], 1) = (known.as_slice(), named.len()) {
        session.algorithm(only, 2);
    }
    // Ethereum's accounts log in to many services.
    if login::read(name).looks_like_wallet() && !name.starts_with("0x") {
        session.sign(WALLET, message.at);
    }
    if !text(params, "rigid").is_empty() {
        session.sign(RIG, message.at);
        session.worker = super::session::clip(text(params, "rigid"));
    }
    session.protocol("cryptonote", 1);
    session.is_miners = true;
    session.mines(message.side);
    session.ask(message.side, message.id(), Ask::Login);
    true
}

/// Takes a job that has all that a CryptoNote job has.
pub(super) fn take_job(session: &mut Session, job: &Map<String, Value>) -> bool {
    let blob = text(job, "blob");
    let known = coins::algorithm(text(job, "algo"));
    let target = text(job, "target");
    let work = if known == Some("rx/yada") { number_target(target) } else { cryptonote_target(target) };
    // Yadacoin's targets are decimal numbers, all others are in hex.
    if blob.len() < SHORTEST_BLOB || !is_some_hex(blob) || !is_some_hex(target) || !job.contains_key("job_id") {
        return false;
    }
    session.jobs.set(work);
    session.jobs.add(&id(job));
    if let Some(known) = known {
        session.algorithm(known, 3);
    }
    if let Some(version) = blob.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
        session.block_version = version;
    }
    true
}

/// A job's name, which some pools give as a number.
fn id(job: &Map<String, Value>) -> String {
    match job.get("job_id") {
        Some(Value::String(id)) => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        _ => String::new(),
    }
}

fn job(session: &mut Session, message: &Message<'_>, params: &Map<String, Value>) -> bool {
    if take_job(session, params) {
        session.sign(JOB, message.at);
        session.protocol("cryptonote", 2);
    } else if take_grin_job(session, params) {
        session.sign(GRIN_JOB, message.at);
        session.protocol("grin", 3);
    } else if is_other_job(params) {
        session.sign(OTHER_JOB, message.at);
        session.protocol("cryptonote", 1);
    } else {
        return false;
    }
    session.is_miners = true;
    session.mines(message.side.other());
    true
}

/// Other coins took the words over and send what they hash in other members: Bytom, Arweave.
fn is_other_job(job: &Map<String, Value>) -> bool {
    let target = text(job, "target");
    let is_hash = |value: &Value| value.as_str().is_some_and(|text| text.len() >= 64 && is_some_hex(text));
    let whole = job.contains_key("job_id") && job.contains_key("height") && is_some_hex(target) && matches!(target.len(), 8 | 16 | 64);
    whole && job.iter().any(|(name, value)| name != "target" && is_hash(value))
}

fn take_grin_job(session: &mut Session, job: &Map<String, Value>) -> bool {
    let header = text(job, "pre_pow");
    if header.len() < SHORTEST_BLOB || !is_some_hex(header) || !job.contains_key("job_id") {
        return false;
    }
    session.jobs.set(job.get("difficulty").and_then(number).and_then(Work::difficulty));
    session.jobs.add(&id(job));
    true
}

/// A share's nonce: 4 bytes, 8 of some coins.
pub(super) fn is_share(params: &Map<String, Value>) -> bool {
    let nonce = text(params, "nonce");
    let hash = ["result", "hash"].iter().any(|name| is_hex(text(params, name), 64));
    (is_hex(nonce, 8) || is_hex(nonce, 16)) && hash && params.contains_key("job_id")
}

fn submit(session: &mut Session, message: &Message<'_>, params: &Map<String, Value>) -> bool {
    if is_share(params) {
        session.sign(SHARE, message.at);
        session.protocol("cryptonote", 2);
        if let Some(known) = coins::algorithm(text(params, "algo")) {
            session.algorithm(known, 3);
        }
    } else if params.get("pow").and_then(Value::as_array).is_some_and(|pow| pow.len() >= 32) && params.contains_key("nonce") {
        session.sign(GRIN_SHARE, message.at);
        session.protocol("grin", 3);
    } else {
        return false;
    }
    session.is_miners = true;
    session.mines(message.side);
    session.share(message.side, message.id(), &id(params), message.at);
    true
}

pub(super) fn answer(session: &mut Session, message: &Message<'_>, ask: Option<Ask>) -> bool {
    if message.is_http() {
        return false;
    }
    let Some(result) = message.result().as_object() else { return false };
    if let Some(job) = result.get("job").and_then(Value::as_object).or(Some(result)) {
        if take_job(session, job) {
            session.sign(JOB, message.at);
            session.protocol("cryptonote", 2);
            session.is_miners = true;
            session.mines(message.side.other());
            return true;
        }
        if take_grin_job(session, job) {
            session.sign(GRIN_JOB, message.at);
            session.protocol("grin", 3);
            session.mines(message.side.other());
            return true;
        }
        if is_other_job(job) {
            session.sign(OTHER_JOB, message.at);
            session.mines(message.side.other());
            return true;
        }
    }
    let status = text(result, "status");
    if status == "KEEPALIVED" {
        session.sign(IS_KEPT_ALIVE, message.at);
        session.protocol("cryptonote", 1);
        session.mines(message.side.other());
        return true;
    }
    // Where the miner's side is not seen, the pool's word stands for the share.
    if ask.is_none() && session.has(JOB.name) && status == "OK" && session.tally.submitted() == 0 && !session.has(LOGIN.name) {
        session.tally.answer(true, session.jobs.current);
        session.seen(message.at);
        return true;
    }
    false
}
