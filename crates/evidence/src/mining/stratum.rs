//! Stratum v1 and what grew out of it: extensions, Zcash's and NiceHash's ways, EthereumStratum 1.0.0 and 2.0.0.

use super::coins;
use super::login;
use super::message::{Message, is_hex, is_marked_hex, is_some_hex, number, text};
use super::session::{Ask, ELSEWHERE, Session, Sign, sign};
use super::shares::{Work, boundary, decimal_target};
use super::stratum_shape as shape;
use serde_json::{Map, Value};

const SUBSCRIBE: Sign = sign("mining.subscribe", 2.0);
const AUTHORIZE: Sign = sign("mining.authorize", 2.0);
const NAME: Sign = sign("mining.authorize with a name", 1.0);
const SUBMIT: Sign = sign("mining.submit", 2.0);
const CONFIGURE: Sign = sign("mining.configure", 2.0);
const EXTRANONCE: Sign = sign("mining.extranonce.subscribe", 2.0);
const SUGGEST: Sign = sign("mining.suggest_difficulty", 2.0);
const HELLO: Sign = sign("mining.hello", 2.0);
const NOTIFY: Sign = sign("mining.notify", 2.0);
const DIFFICULTY: Sign = sign("mining.set_difficulty", 2.0);
const TARGET: Sign = sign("mining.set_target", 2.0);
const SET: Sign = sign("mining.set", 2.0);
const SET_EXTRANONCE: Sign = sign("mining.set_extranonce", 2.0);
const VERSION_MASK: Sign = sign("mining.set_version_mask", 2.0);
const OTHER: Sign = sign("another method of mining", 1.0);
const RECONNECT: Sign = sign("client.reconnect", 0.75);
const SHOWN: Sign = sign("client.show_message", 0.75);
const SUBSCRIBED: Sign = sign("answer to mining.subscribe", 2.0);

/// Names that miners and pools compare by their beginning.
const BEGUN: [&str; 2] = ["mining.notify", "mining.auth"];
/// What only mining has in its parameters, whatever the letters of the name.
const SURE: [Sign; 5] = [AUTHORIZE, NOTIFY, SUBMIT, CONFIGURE, HELLO];

pub(super) fn request(session: &mut Session, message: &Message<'_>, method: &str) -> bool {
    let family = method.get(..7).unwrap_or_default();
    if message.is_http() || !["mining.", "client."].iter().any(|known| known.eq_ignore_ascii_case(family)) {
        return false;
    }
    if named(session, message, method, true) {
        return true;
    }
    // Some programs take letters of either case.
    let lower = method.to_ascii_lowercase();
    let begun = || BEGUN.into_iter().find(|known| lower.starts_with(known) && *known != lower);
    lower != method && named(session, message, &lower, false) || begun().is_some_and(|known| named(session, message, known, false))
}

/// `exact`: the name is as the protocol has it.
fn named(session: &mut Session, message: &Message<'_>, method: &str, exact: bool) -> bool {
    let list = message.list();
    let (by_miner, found) = match method {
        "mining.subscribe" if shape::subscribe(message) => {
            subscribe(session, message);
            (true, SUBSCRIBE)
        }
        "mining.authorize" | "mining.auth" if shape::authorize(list) => {
            session.login(message.text(0), 3);
            session.ask(message.side, message.id(), Ask::Authorize);
            // Operators of many a thing log in with a name and a password.
            (true, if shape::is_miners_login(message.text(0)) { AUTHORIZE } else { NAME })
        }
        "mining.submit" if message.params().is_some_and(is_named_share) => {
            submit_named(session, message);
            (true, SUBMIT)
        }
        "mining.submit" if shape::share(list) => {
            submit(session, message);
            (true, SUBMIT)
        }
        "mining.configure" if shape::configure(list) => {
            session.ask(message.side, message.id(), Ask::Configure);
            (true, CONFIGURE)
        }
        "mining.extranonce.subscribe" if list.is_empty() && message.params().is_none() => (true, EXTRANONCE),
        "mining.suggest_difficulty" | "mining.suggest_target" if shape::suggestion(list) => (true, SUGGEST),
        "mining.hello" if shape::hello(message) => {
            hello(session, message);
            (true, HELLO)
        }
        "mining.multi_authorize" if shape::authorize_many(list) => {
            authorize_many(session, message);
            (true, AUTHORIZE)
        }
        "mining.get_transactions"
        | "mining.noop"
        | "mining.bye"
        | "mining.hashrate"
        | "mining.submit_hashrate"
        | "mining.multi_version"
        | "mining.capabilities"
        | "mining.suggest"
        | "mining.get_upstream" => (true, OTHER),
        // Between pools and proxies of one maker.
        "mining.passthrough" | "mining.node" | "mining.remote" if shape::program(list) => {
            session.agent(message.text(0));
            (true, OTHER)
        }
        "mining.set_goal" if shape::goal(list) => (false, OTHER),
        // Either side asks so, and it says nothing of which mines.
        "mining.ping" | "mining.pong" if list.is_empty() && message.params().is_none() => {
            session.sign(OTHER, message.at);
            return true;
        }
        "mining.notify" if is_named_job(message) => {
            session.jobs.add("");
            session.coin(if message.params().is_some() { "IRON" } else { "ALPH" });
            (false, NOTIFY)
        }
        "mining.notify" if shape::job(list) => {
            notify(session, message);
            (false, NOTIFY)
        }
        "mining.set_difficulty" if list.first().and_then(number).is_some_and(|n| n > 0.0) => {
            session.jobs.set(list.first().and_then(number).and_then(Work::difficulty));
            (false, DIFFICULTY)
        }
        "mining.set_target" if boundary(target(message)).is_some() => {
            session.jobs.set(boundary(target(message)));
            (false, TARGET)
        }
        "mining.set"
            if message.params().is_some_and(|p| p.contains_key("target") || p.contains_key("epoch") || p.contains_key("extranonce")) =>
        {
            set(session, message);
            (false, SET)
        }
        "mining.set_extranonce" if shape::is_hex(message.text(0)) => (false, SET_EXTRANONCE),
        "mining.set_version_mask" if is_hex(message.text(0), 8) => {
            session.algorithm("sha256d", 3);
            (false, VERSION_MASK)
        }
        "client.reconnect" => {
            let port = list.get(1).and_then(number).map_or(0, |port| port as u16);
            session.pool(message.text(0), port, ELSEWHERE);
            (false, RECONNECT)
        }
        "client.show_message" => (false, SHOWN),
        "client.get_version" => {
            session.ask(message.side, message.id(), Ask::Version);
            (false, SHOWN)
        }
        _ => return false,
    };
    session.sign(if exact || SURE.contains(&found) { found } else { OTHER }, message.at);
    session.protocol("stratum", 1);
    session.is_miners = true;
    session.mines(if by_miner { message.side } else { message.side.other() });
    true
}

/// Iron Fish's target has a name.
fn target<'a>(message: &Message<'a>) -> &'a str {
    message.params().map_or_else(|| message.text(0), |params| text(params, "target"))
}

/// A share whose parts have names: Alephium's and Iron Fish's.
fn is_named_share(params: &Map<String, Value>) -> bool {
    params.contains_key("jobId") && is_some_hex(text(params, "nonce"))
        || params.contains_key("miningRequestId") && is_some_hex(text(params, "randomness"))
}

fn submit_named(session: &mut Session, message: &Message<'_>) {
    let Some(params) = message.params() else { return };
    session.login(text(params, "worker"), 1);
    session.share(message.side, message.id(), "", message.at);
}

/// Alephium sends a job for each of its chains, Iron Fish the header alone.
fn is_named_job(message: &Message<'_>) -> bool {
    let each = |job: &Value| {
        let hex = |name| job.get(name).and_then(Value::as_str).is_some_and(is_some_hex);
        hex("headerBlob") && job.get("jobId").is_some() || hex("header") && job.get("miningRequestId").is_some()
    };
    match message.params() {
        Some(params) => params.contains_key("miningRequestId") && is_some_hex(text(params, "header")),
        None => !message.list().is_empty() && message.list().iter().all(each),
    }
}

/// A proxy logs in for all whom it serves at once. The first of them is the one to be named.
fn authorize_many(session: &mut Session, message: &Message<'_>) {
    for login in message.list().iter().filter_map(shape::login_of) {
        session.login(login, 2);
    }
    session.ask(message.side, message.id(), Ask::Authorize);
}

fn subscribe(session: &mut Session, message: &Message<'_>) {
    if let Some(params) = message.params() {
        session.agent(text(params, "agent"));
        session.login(text(params, "publicAddress"), 3);
        if session.worker.is_empty() {
            session.worker = super::session::clip(text(params, "name"));
        }
    } else if login::read(message.text(0)).looks_like_wallet() {
        // Conflux's miners log in with it.
        session.login(message.text(0), 2);
    } else {
        session.agent(message.text(0));
    }
    if message.text(1).starts_with("EthereumStratum/") {
        session.protocol("ethereum_stratum", 3);
    }
    // Zcash's miners name the pool that they believe to speak to.
    let host = message.text(2);
    if let Some(port) = message.list().get(3).and_then(number).filter(|port| (1.0..65_536.0).contains(port))
        && host.contains(['.', ':'])
    {
        let host = host.rsplit_once("//").map_or(host, |(_, host)| host);
        session.pool(host, port as u16, 4);
    }
    session.ask(message.side, message.id(), Ask::Subscribe);
}

fn hello(session: &mut Session, message: &Message<'_>) {
    session.protocol("ethereum_stratum", 3);
    if let Some(params) = message.params() {
        session.agent(text(params, "agent"));
        // The port is in hexadecimal there.
        let port = u16::from_str_radix(text(params, "port"), 16).unwrap_or_default();
        session.pool(text(params, "host"), port, 4);
    }
}

fn submit(session: &mut Session, message: &Message<'_>) {
    let list = message.list();
    // `[job, nonce, worker]` there, where others begin with the login.
    let of_version_2 = list.len() == 3 && is_some_hex(message.text(0)) && is_hex(message.text(1), 12) && !is_some_hex(message.text(2));
    if session.has(HELLO.name) || session.has(SET.name) || of_version_2 {
        session.protocol("ethereum_stratum", 2);
        session.share(message.side, message.id(), message.text(0), message.at);
        return;
    }
    session.login(message.text(0), 1);
    if list.len() == 6 && is_hex(message.text(4), 8) && is_hex(message.text(5), 8) {
        // Bits of the version: only double SHA-256 has any use for rolling them.
        session.algorithm("sha256d", 3);
    }
    if list.len() == 5 && is_hex(message.text(2), 8) && message.text(4).len() >= 100 && is_some_hex(message.text(4)) {
        // A whole solution instead of a nonce.
        session.algorithm("equihash", 3);
    }
    session.share(message.side, message.id(), message.text(1), message.at);
}

fn notify(session: &mut Session, message: &Message<'_>) {
    let list = message.list();
    let hex = |at: usize, digits| is_hex(message.text(at).trim_start_matches("0x"), digits);
    let flag = |at: usize| list.get(at).is_some_and(Value::is_boolean);
    let branch = |at: usize| list.get(at).is_some_and(Value::is_array);
    if branch(4) && hex(1, 64) && hex(5, 8) && hex(6, 8) && hex(7, 8) {
        if let Ok(bits) = u32::from_str_radix(message.text(6), 16) {
            session.header_bits(bits);
        }
    } else if branch(5) && hex(1, 64) && hex(2, 64) && hex(6, 8) {
        session.algorithm("lbry", 3);
    } else if hex(1, 8) && hex(2, 64) && hex(3, 64) && hex(4, 64) && hex(5, 8) && hex(6, 8) && flag(7) {
        // Verus has a solution behind that.
        // That is surer than a share's solution, which is of the same form in both.
        let (name, rank) = if message.text(8).is_empty() { ("equihash", 2) } else { ("verushash", 4) };
        session.algorithm(name, rank);
    } else if list.len() >= 6 && hex(1, 64) && hex(2, 64) && hex(3, 64) && flag(4) && list.get(5).is_some_and(Value::is_number) {
        session.algorithm("kawpow", 2);
        session.jobs.set(boundary(message.text(3)));
    } else if list.len() == 4 && is_some_hex(message.text(1)) && hex(2, 64) && matches!(message.text(3), "0" | "1") {
        session.protocol("ethereum_stratum", 2);
        session.algorithm("ethash", 1);
    } else if list.len() == 4 && hex(1, 64) && hex(2, 64) && flag(3) {
        session.protocol("ethereum_stratum", 2);
        session.algorithm("ethash", 2);
    } else if list.len() == 4
        && list.get(1).is_some_and(|height| number(height).is_some())
        && is_marked_hex(message.text(2), 64)
        && is_marked_hex(message.text(3), 64)
    {
        session.algorithm("octopus", 2);
        session.jobs.set(boundary(message.text(3)));
    } else if list.get(1).and_then(Value::as_array).is_some_and(|words| words.len() == 4 && words.iter().all(Value::is_number)) {
        session.algorithm("kheavyhash", 3);
    } else if list.get(1).is_some_and(Value::is_number) && hex(2, 64) && message.text(6).bytes().all(|b| b.is_ascii_digit()) && flag(8) {
        session.algorithm("autolykos2", 3);
        // Pools multiply this limit by the difficulty; some have done so already and then say 1, so that only there it is sure.
        if session.jobs.current.is_none_or(|work| work == Work::Difficulty(1.0) || matches!(work, Work::Hashes(_))) {
            session.jobs.set(decimal_target(message.text(6)));
        }
    }
    session.jobs.add(message.text(0));
}

fn set(session: &mut Session, message: &Message<'_>) {
    session.protocol("ethereum_stratum", 3);
    let Some(params) = message.params() else { return };
    session.jobs.set(boundary(text(params, "target")));
    if let Some(known) = coins::algorithm(text(params, "algo")) {
        session.algorithm(known, 3);
    }
}

pub(super) fn answer(session: &mut Session, message: &Message<'_>, ask: Option<Ask>) -> bool {
    if message.is_http() {
        return false;
    }
    let result = message.result();
    if let Some(Ask::Version) = ask {
        session.agent(result.as_str().unwrap_or_default());
        session.seen(message.at);
        return true;
    }
    if let Some(Ask::Configure) = ask {
        if result.get("version-rolling").and_then(Value::as_bool) == Some(true) {
            session.algorithm("sha256d", 3);
        }
        session.seen(message.at);
        return true;
    }
    if let Some(subscriptions) = result.as_array()
        && is_subscribed(subscriptions)
    {
        if subscriptions.iter().flat_map(|part| part.as_array().into_iter().flatten()).any(is_ethereum) {
            session.protocol("ethereum_stratum", 3);
        }
        session.sign(SUBSCRIBED, message.at);
        session.protocol("stratum", 1);
        session.is_miners = true;
        session.mines(message.side.other());
        return true;
    }
    match ask {
        Some(Ask::Subscribe | Ask::Authorize) => {
            session.seen(message.at);
            true
        }
        _ => false,
    }
}

fn is_ethereum(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.starts_with("EthereumStratum/"))
}

/// `[[["mining.set_difficulty", "…"], ["mining.notify", "…"]], "08000002", 4]`, or with one subscription that stands alone.
fn is_subscribed(result: &[Value]) -> bool {
    let Some(subscriptions) = result.first().and_then(Value::as_array) else { return false };
    let names = |value: &Value| value.as_str().is_some_and(|name| matches!(name, "mining.notify" | "mining.set_difficulty"));
    let any = subscriptions.first().is_some_and(names)
        || subscriptions.iter().filter_map(Value::as_array).any(|pair| pair.first().is_some_and(names));
    any && result
        .get(1)
        .and_then(Value::as_str)
        .is_some_and(|nonce| nonce.is_empty() || is_some_hex(nonce) || is_marked_hex(nonce, nonce.len().saturating_sub(2)))
}
