//! Miners in web pages: those of Coinhive's kind (`type` and `params`), and of webminerpool's (`identifier`).

use super::coins;
use super::cryptonote::{is_share, take_job};
use super::login;
use super::message::{Message, number, text};
use super::session::{Session, Sign, sign};

/// Site keys are what many services of web pages ask for.
const AUTH: Sign = sign("auth with a site key", 1.0);
const MINERS_AUTH: Sign = sign("auth of a miner in a page", 1.0);
const AUTHED: Sign = sign("authed with a token and hashes", 1.5);
const JOB: Sign = sign("job with blob and target", 2.0);
const SHARE: Sign = sign("share with nonce and hash", 2.0);
const ACCEPTED: Sign = sign("hash_accepted", 1.5);
const HANDSHAKE: Sign = sign("handshake with login and pool", 2.0);
const SOLVED: Sign = sign("hashsolved", 1.0);

pub(super) fn read(session: &mut Session, message: &Message<'_>) -> bool {
    if message.is_http() {
        return false;
    }
    let done = if message.object.get("identifier").is_some_and(serde_json::Value::is_string) {
        identifier(session, message)
    } else {
        kind(session, message)
    };
    if done {
        session.protocol("web_miner", 3);
        session.is_miners = true;
    }
    done
}

fn kind(session: &mut Session, message: &Message<'_>) -> bool {
    let (Some(params), at) = (message.params(), message.at) else { return false };
    match text(message.object, "type") {
        "auth" if params.contains_key("site_key") => {
            session.login(text(params, "site_key"), 3);
            session.sign(AUTH, at);
            // Coinhive's, whose kin all have it.
            if matches!(text(params, "type"), "anonymous" | "user" | "token") && params.contains_key("goal") {
                session.sign(MINERS_AUTH, at);
            }
            if session.worker.is_empty() {
                session.worker = super::session::clip(text(params, "user"));
            }
            session.mines(message.side);
        }
        "authed" if params.contains_key("token") && params.contains_key("hashes") => {
            session.sign(AUTHED, at);
            session.mines(message.side.other());
        }
        "job" if take_job(session, params) => {
            session.sign(JOB, at);
            session.mines(message.side.other());
        }
        "submit" if is_share(params) => {
            session.sign(SHARE, at);
            session.mines(message.side);
            session.share(message.side, None, text(params, "job_id"), at);
        }
        "hash_accepted" if params.get("hashes").and_then(number).is_some() => {
            session.sign(ACCEPTED, at);
            session.tally.answer(true, session.jobs.current);
            session.mines(message.side.other());
        }
        _ => return false,
    }
    true
}

fn identifier(session: &mut Session, message: &Message<'_>) -> bool {
    let (object, at) = (message.object, message.at);
    match text(object, "identifier") {
        "handshake" if object.contains_key("login") && object.contains_key("pool") || is_wallet(text(object, "login")) => {
            session.login(text(object, "login"), 3);
            session.sign(HANDSHAKE, at);
            session.pool(text(object, "pool"), 0, 4);
            session.mines(message.side);
        }
        "job" if take_job(session, object) => {
            session.sign(JOB, at);
            session.mines(message.side.other());
        }
        "solved" | "submit" if is_share(object) => {
            session.sign(SHARE, at);
            session.mines(message.side);
            session.share(message.side, None, text(object, "job_id"), at);
        }
        "hashsolved" => {
            session.sign(SOLVED, at);
            session.tally.answer(true, session.jobs.current);
            session.mines(message.side.other());
        }
        _ => return false,
    }
    if let Some(known) = coins::algorithm(text(object, "algo")) {
        session.algorithm(known, 2);
    }
    true
}

fn is_wallet(text: &str) -> bool {
    !login::read(text).wallet.is_empty()
}
