//! Beam: lines in JSON whose members stand beside the method. `login` with an `api_key`, `job` with its `input`, `solution` with nonce and
//! output, and `result` for both (pow/stratum.cpp of BeamMW/beam). Nodes speak it to pools in the same words.

use super::message::{Message, is_hex, is_some_hex, number, text};
use super::session::{Ask, Session, Sign, sign};
use serde_json::Value;

const LOGIN: Sign = sign("login with an api_key", 1.0);
const JOB: Sign = sign("job with input and difficulty", 2.0);
const SOLUTION: Sign = sign("solution with nonce and output", 2.0);
const RESULT: Sign = sign("result with a code and a nonce's prefix", 1.0);

/// What a result's code says of a share.
const ACCEPTED: f64 = 1.0;

pub(super) fn request(session: &mut Session, message: &Message<'_>, method: &str) -> bool {
    if message.is_http() || message.object.contains_key("params") {
        return false;
    }
    let object = message.object;
    let by_miner = match method {
        "login" if !text(object, "api_key").is_empty() => {
            session.login(text(object, "api_key"), 3);
            session.sign(LOGIN, message.at);
            session.ask(message.side, message.id(), Ask::Login);
            true
        }
        "job" if is_hex(text(object, "input"), 64) && object.get("difficulty").is_some_and(Value::is_number) => {
            session.sign(JOB, message.at);
            false
        }
        "solution" if is_hex(text(object, "nonce"), 16) && text(object, "output").len() >= 100 && is_some_hex(text(object, "output")) => {
            session.sign(SOLUTION, message.at);
            session.share(message.side, message.id(), text(object, "id"), message.at);
            true
        }
        "result" => return result(session, message),
        _ => return false,
    };
    told(session, message, by_miner);
    true
}

fn result(session: &mut Session, message: &Message<'_>) -> bool {
    let Some(code) = message.object.get("code").and_then(number) else { return false };
    match session.asked(message.side, message.id()) {
        Some(Ask::Share(work)) => {
            session.tally.answer(code == ACCEPTED, work);
            session.seen(message.at);
        }
        Some(_) => session.seen(message.at),
        None if !text(message.object, "nonceprefix").is_empty() => {
            session.sign(RESULT, message.at);
            told(session, message, false);
        }
        None => return false,
    }
    true
}

fn told(session: &mut Session, message: &Message<'_>, by_miner: bool) {
    session.protocol("beam", 2);
    session.algorithm("equihash", 1);
    session.coin("BEAM");
    session.is_miners = true;
    session.mines(if by_miner { message.side } else { message.side.other() });
}
