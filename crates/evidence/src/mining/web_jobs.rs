//! Jobs that nodes and pools push over WebSocket to whoever asks for `/ws/WALLET` (DERO: cmd/rpcserver/websocket_getwork_server.go of
//! deroproject/derohe) or `/getwork/WALLET/WORKER` (Xelis: xelis_daemon/src/rpc of xelis-project/xelis-blockchain). The login is in what
//! is asked for, and no message has a method.

use super::coins;
use super::message::{Message, is_some_hex, number, text};
use super::session::{Session, Sign, sign};
use super::shares::Work;
use serde_json::{Map, Value};

const JOB: Sign = sign("job with blob and difficulty", 2.0);
const SHARE: Sign = sign("share with a block's blob", 2.0);
const WORK_SHARE: Sign = sign("share with miner_work", 2.0);
/// A name that templates of blocks have elsewhere, too.
const TEMPLATE_SHARE: Sign = sign("share with block_template", 1.0);
const REFUSED: Sign = sign("block_rejected", 0.5);

/// Digits of DERO's shortest block, and of Xelis' work.
const MINIBLOCK: usize = 64;
const WORK: usize = 160;
/// Of a share that is told by one of them alone.
const MOST_MEMBERS: usize = 4;
/// No pool counts more between two jobs.
const MOST_AT_ONCE: u64 = 64;

/// What DERO's jobs say of the miner's blocks so far.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    accepted: u64,
    rejected: u64,
}

pub(super) fn read(session: &mut Session, message: &Message<'_>) -> bool {
    let object = message.object;
    if is_job(object) {
        job(session, message);
    } else if let Some(job) = object.get("new_job").and_then(Value::as_object).filter(|job| is_work(job, "miner_work")) {
        xelis_job(session, message, job);
    } else if has_hex(object, "mbl_blob", MINIBLOCK) && object.contains_key("jobid") {
        session.sign(SHARE, message.at);
        told(session, message, "dero", true);
        session.share(message.side, None, text(object, "jobid"), message.at);
    } else if object.len() <= MOST_MEMBERS && (is_work(object, "miner_work") || is_work(object, "block_template")) {
        session.sign(if object.contains_key("miner_work") { WORK_SHARE } else { TEMPLATE_SHARE }, message.at);
        told(session, message, "xelis", true);
        session.share(message.side, None, "", message.at);
    } else if session.protocol_is("xelis") && object.contains_key("block_rejected") {
        session.sign(REFUSED, message.at);
        session.tally.answer(false, None);
    } else {
        return false;
    }
    true
}

/// Xelis' answer to a share is no more than a text.
pub(super) fn read_text(session: &mut Session, text: &[u8], at: i64) -> bool {
    let accepted = session.protocol_is("xelis") && serde_json::from_slice::<String>(text).is_ok_and(|text| text == "block_accepted");
    if accepted {
        session.tally.answer(true, session.jobs.current);
        session.seen(at);
    }
    accepted
}

/// DERO's have more members than any other message of mining.
pub(super) fn is_job(object: &Map<String, Value>) -> bool {
    let has_difficulty = object.contains_key("difficulty") || object.contains_key("difficultyuint64");
    has_difficulty && has_hex(object, "blockhashing_blob", MINIBLOCK) && !text(object, "jobid").is_empty() && object.contains_key("height")
}

fn has_hex(object: &Map<String, Value>, name: &str, digits: usize) -> bool {
    let text = text(object, name);
    text.len() >= digits && is_some_hex(text)
}

fn is_work(object: &Map<String, Value>, name: &str) -> bool {
    has_hex(object, name, WORK)
}

fn told(session: &mut Session, message: &Message<'_>, protocol: &'static str, by_miner: bool) {
    session.protocol(protocol, 2);
    let (algorithm, coin) = if protocol == "dero" { ("astrobwt", "DERO") } else { ("xelishash", "XEL") };
    session.algorithm(algorithm, 1);
    session.coin(coin);
    session.is_miners = true;
    session.mines(if by_miner { message.side } else { message.side.other() });
}

fn job(session: &mut Session, message: &Message<'_>) {
    let object = message.object;
    session.sign(JOB, message.at);
    told(session, message, "dero", false);
    let difficulty = ["difficultyuint64", "difficulty"].iter().find_map(|name| object.get(*name).and_then(number));
    let work = difficulty.filter(|d| *d > 0.0).map(Work::Hashes);
    let before = session.jobs.current;
    session.jobs.set(work);
    session.jobs.add(text(object, "jobid"));
    // Blocks that count are told with the next job; those of the time before the capture with its first.
    let count = |name: &str| object.get(name).and_then(Value::as_u64).unwrap_or_default();
    let now = Counts { accepted: count("blocks").saturating_add(count("miniblocks")), rejected: count("rejected") };
    if let Some(then) = session.counts.replace(now) {
        session.tally.accept_many(now.accepted.saturating_sub(then.accepted).min(MOST_AT_ONCE), before);
        for _ in 0..now.rejected.saturating_sub(then.rejected).min(MOST_AT_ONCE) {
            session.tally.answer(false, None);
        }
    }
}

fn xelis_job(session: &mut Session, message: &Message<'_>, job: &Map<String, Value>) {
    session.sign(JOB, message.at);
    told(session, message, "xelis", false);
    session.jobs.set(job.get("difficulty").and_then(number).filter(|d| *d > 0.0).map(Work::Hashes));
    if let Some(known) = coins::algorithm(text(job, "algorithm")) {
        session.algorithm(known, 3);
    }
}

/// The login in what was asked for: `/ws/WALLET`, `/ws/WALLET.WORKER`, `/getwork/WALLET/WORKER`.
pub(super) fn login_in(path: &str) -> &str {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    path.strip_prefix("/ws/").or_else(|| path.strip_prefix("/getwork/")).unwrap_or_default().trim_end_matches('/')
}
