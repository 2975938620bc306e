//! A JSON message and what it is to which protocol.

use super::http::Facts;
use super::session::{Ask, Session};
use super::shares::Work;
use super::{Side, beam, cryptonote, ethereum, event, getwork, nimiq, nodes, repair, stratum, web_jobs, web_miner};
use serde_json::{Map, Value};

/// No message of a mining protocol has more members; log records have.
const MOST_MEMBERS: usize = 8;
/// Of a message with more than that nothing is read.
const LONGEST_RECORD: usize = 64;
/// Of a batch only so many are read.
const LONGEST_BATCH: usize = 4_096;

/// What a message came in.
#[derive(Clone, Copy)]
pub(super) enum Carrier<'a> {
    Lines,
    WebSocket,
    Http(&'a Facts),
}

pub(super) struct Message<'a> {
    pub(super) side: Side,
    pub(super) at: i64,
    pub(super) carrier: Carrier<'a>,
    pub(super) object: &'a Map<String, Value>,
}

impl Side {
    pub(super) fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

/// The members of `params`, in order; of none an empty list.
const NONE: &[Value] = &[];

impl<'a> Message<'a> {
    pub(super) fn id(&self) -> Option<&'a Value> {
        self.object.get("id")
    }

    pub(super) fn list(&self) -> &'a [Value] {
        self.object.get("params").and_then(Value::as_array).map_or(NONE, Vec::as_slice)
    }

    /// Iron Fish calls it `body`.
    pub(super) fn params(&self) -> Option<&'a Map<String, Value>> {
        self.object.get("params").or_else(|| self.object.get("body")).and_then(Value::as_object)
    }

    pub(super) fn text(&self, at: usize) -> &'a str {
        self.list().get(at).and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn result(&self) -> &'a Value {
        self.object.get("result").unwrap_or(&Value::Null)
    }

    pub(super) fn has_error(&self) -> bool {
        !matches!(self.object.get("error"), None | Some(Value::Null | Value::Bool(false)))
    }

    pub(super) fn is_http(&self) -> bool {
        matches!(self.carrier, Carrier::Http(_))
    }
}

pub(super) fn text<'a>(object: &'a Map<String, Value>, name: &str) -> &'a str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A number, or a text that is one.
pub(super) fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok()).filter(|n: &f64| n.is_finite())
}

pub(super) fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && is_some_hex(text)
}

pub(super) fn is_some_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// `0x` and so many digits.
pub(super) fn is_marked_hex(text: &str, digits: usize) -> bool {
    text.strip_prefix("0x").is_some_and(|rest| is_hex(rest, digits))
}

/// Reads a message, or a batch of them. Whether it was of any use.
pub(super) fn read(session: &mut Session, bytes: &[u8], side: Side, at: i64, carrier: Carrier<'_>) -> bool {
    let mut parsed = serde_json::from_slice(bytes);
    let mut fixed = String::new();
    if parsed.is_err() {
        fixed = repair::repaired(bytes);
        parsed = serde_json::from_str(&fixed);
    }
    match parsed {
        Ok(Value::Object(object)) => {
            one(session, &Message { side, at, carrier, object: &object }) || {
                // A member that stands twice is to some readers what it is first, to others what it is last.
                let text = if fixed.is_empty() { bytes } else { fixed.as_bytes() };
                repair::with_first(text, &object).is_some_and(|object| one(session, &Message { side, at, carrier, object: &object }))
            }
        }
        Ok(Value::Array(batch)) if matches!(carrier, Carrier::WebSocket) && matches!(batch.first(), Some(Value::String(_))) => {
            let mut useful = false;
            for object in event::messages(batch) {
                useful |= one(session, &Message { side, at, carrier, object: &object });
            }
            useful
        }
        Ok(Value::Array(batch)) => {
            let mut useful = false;
            for object in batch.iter().take(LONGEST_BATCH).filter_map(Value::as_object) {
                useful |= one(session, &Message { side, at, carrier, object });
            }
            useful
        }
        _ => false,
    }
}

/// Members of a program's own records. A log in JSON may hold each message that a pool or a proxy heard, with such a member beside it; a
/// miner's message may have any member, too, as no pool minds it. A log is told by one side alone: see [`Session::says`].
const OF_RECORDS: [&str; 17] = [
    "@timestamp",
    "@version",
    "timestamp",
    "ts",
    "time",
    "level",
    "severity",
    "logger",
    "msg",
    "event_type",
    "src",
    "src_ip",
    "dst",
    "dest_ip",
    "host",
    "hostname",
    "source",
];

fn is_record(object: &Map<String, Value>) -> bool {
    object.len() > MOST_MEMBERS && !web_jobs::is_job(object) || OF_RECORDS.iter().any(|name| object.contains_key(*name))
}

fn one(session: &mut Session, message: &Message<'_>) -> bool {
    if message.object.len() > LONGEST_RECORD {
        return false;
    }
    let known = session.signs();
    let useful = heard(session, message);
    if session.signs() > known {
        session.says(message.side, is_record(message.object));
    }
    useful
}

fn heard(session: &mut Session, message: &Message<'_>) -> bool {
    // Grin's answers repeat the method.
    let answers = message.object.contains_key("result") && !message.object.contains_key("params");
    if let Some(method) = message.object.get("method").and_then(Value::as_str).filter(|_| !answers) {
        if nodes::is_rpc(method) {
            session.asks_node = true;
            return false;
        }
        return stratum::request(session, message, method)
            || cryptonote::request(session, message, method)
            || beam::request(session, message, method)
            || ethereum::request(session, message, method)
            || getwork::request(session, message, method);
    }
    // Their shares have a result, too.
    let answer = message.object.contains_key("result");
    let may_be_pushed = !answer && !message.is_http();
    if web_miner::read(session, message) || may_be_pushed && (nimiq::read(session, message) || web_jobs::read(session, message)) {
        return true;
    }
    if answer || message.object.contains_key("error") && message.object.contains_key("id") {
        let ask = session.asked(message.side, message.id());
        if let Some(Ask::Share(work)) = ask
            && message.result().get("job").is_none()
        {
            share_answer(session, message, work);
            return true;
        }
        session.unheeded |= ask == Some(Ask::Login);
        return stratum::answer(session, message, ask)
            || cryptonote::answer(session, message, ask)
            || ethereum::answer(session, message, ask)
            || getwork::answer(session, message, ask);
    }
    false
}

/// Counts the answer to a share, whoever's protocol it is: `true`, Grin's `"ok"`, CryptoNote's `{"status": "OK"}`; a block is accepted by
/// nothing at all.
fn share_answer(session: &mut Session, message: &Message<'_>, work: Option<Work>) {
    let accepted = match message.result() {
        Value::Null => session.protocol_is("getblocktemplate"),
        Value::Bool(answer) => *answer,
        Value::String(answer) => answer.eq_ignore_ascii_case("ok"),
        Value::Object(result) => text(result, "status").eq_ignore_ascii_case("ok"),
        // Conflux's pools answer with a list.
        Value::Array(list) => matches!(list.as_slice(), [Value::Bool(true)]),
        Value::Number(_) => false,
    };
    session.tally.answer(accepted && !message.has_error(), work);
    session.seen(message.at);
}
