//! Nimiq's pools: messages in JSON over WebSocket, each named by its `message`. A miner registers with an address and a way to mine
//! (`smart`, `nano`, `dumb`), gets settings with a target, and sends shares (src/PoolAgent.js of nimiq/mining-pool). The words are those
//! of any service, so that each counts only with what Nimiq's have. No pool answers a share that it takes.

use super::message::{Message, number, text};
use super::session::{Session, Sign, sign};
use super::shares::compact_target;
use serde_json::{Map, Value};

const REGISTER: Sign = sign("register with a genesis block", 2.0);
const REGISTERED: Sign = sign("registered", 0.5);
const SETTINGS: Sign = sign("settings with extra data and target", 2.0);
const BLOCK: Sign = sign("new block to mine on", 2.0);
const HEADER: Sign = sign("new block's header", 1.0);
const SHARE: Sign = sign("share with proofs", 2.0);
const BARE_SHARE: Sign = sign("share", 1.0);
const BALANCE: Sign = sign("balance of a miner", 1.0);

/// Letters of a header in base 64, and of a hash.
const HEADER_LETTERS: usize = 150;
const HASH_LETTERS: usize = 40;

pub(super) fn read(session: &mut Session, message: &Message<'_>) -> bool {
    let (object, at) = (message.object, message.at);
    let by_miner = match text(object, "message") {
        "register" if is_register(object) => {
            session.login(text(object, "address"), 3);
            session.sign(REGISTER, at);
            if session.worker.is_empty() {
                session.worker = super::session::clip(text(object, "deviceName"));
            }
            session.agent(object.get("deviceData").and_then(Value::as_object).map_or("", |data| text(data, "userAgent")));
            true
        }
        "registered" if object.len() == 1 => {
            session.sign(REGISTERED, at);
            false
        }
        "settings" if is_long(object, "extraData", 8) && object.get("targetCompact").is_some_and(Value::is_u64) => {
            session
                .jobs
                .set(object.get("targetCompact").and_then(Value::as_u64).and_then(|bits| compact_target(u32::try_from(bits).ok()?)));
            session.sign(SETTINGS, at);
            false
        }
        "new-block" if ["bodyHash", "accountsHash", "previousBlock"].iter().all(|name| is_long(object, name, HASH_LETTERS)) => {
            session.sign(BLOCK, at);
            false
        }
        "new-block" if is_long(object, "blockHeader", HEADER_LETTERS) => {
            session.sign(HEADER, at);
            false
        }
        "share" if is_long(object, "blockHeader", HEADER_LETTERS) && object.contains_key("minerAddrProof") => {
            share(session, message, SHARE)
        }
        "share" if is_long(object, "block", HEADER_LETTERS) || object.get("nonce").and_then(number).is_some() => {
            share(session, message, BARE_SHARE)
        }
        "balance" if object.contains_key("confirmedBalance") && object.contains_key("payoutRequestActive") => {
            session.sign(BALANCE, at);
            false
        }
        "error" if session.protocol_is("nimiq") => return refused(session, message),
        _ => return false,
    };
    session.protocol("nimiq", 2);
    session.algorithm("argon2d", 1);
    session.coin("NIM");
    session.is_miners = true;
    session.mines(if by_miner { message.side } else { message.side.other() });
    true
}

fn share(session: &mut Session, message: &Message<'_>, found: Sign) -> bool {
    session.sign(found, message.at);
    session.share(message.side, None, "", message.at);
    true
}

fn refused(session: &mut Session, message: &Message<'_>) -> bool {
    let reason = text(message.object, "reason");
    if ["invalid share", "share expired", "submitted share"].iter().any(|known| reason.starts_with(known)) {
        session.tally.answer(false, None);
    }
    session.seen(message.at);
    true
}

fn is_register(object: &Map<String, Value>) -> bool {
    let has_mode = matches!(text(object, "mode"), "smart" | "nano" | "dumb");
    has_mode && text(object, "address").starts_with("NQ") && is_long(object, "genesisHash", HASH_LETTERS)
}

/// A text in base 64 of so many letters at least.
fn is_long(object: &Map<String, Value>, name: &str, letters: usize) -> bool {
    let text = text(object, name);
    text.len() >= letters && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=-_.".contains(&b))
}
