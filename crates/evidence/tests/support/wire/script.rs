//! What two ends say to each other, before it is put into bytes.

use super::super::packets::Who;
use serde_json::Value;

pub(crate) enum Said {
    Json(Value),
    /// What no style of writing changes.
    Bytes(Vec<u8>),
}

/// What carries the messages.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carrier {
    Lines,
    /// Requests for this target with these fields, and answers with those.
    Http {
        target: &'static str,
        asks: &'static str,
        answers: &'static str,
    },
    /// Frames behind a request to this host, and for what stands behind it.
    WebSocket(&'static str),
    Raw,
}

/// What a reader has to find.
pub(crate) enum Truth {
    Mining(Facts),
    /// A node's business: told as that or not at all.
    Node,
    Nothing,
    /// Nothing, as the whole of it shows; a part of it is as mining would be.
    NothingAsAWhole,
}

#[derive(Clone, Default)]
pub(crate) struct Facts {
    pub(crate) protocol: &'static str,
    pub(crate) role: &'static str,
    pub(crate) login: String,
    pub(crate) wallet: &'static str,
    pub(crate) worker: &'static str,
    pub(crate) agent: &'static str,
    pub(crate) algorithm: &'static str,
    /// The pool's name where the messages tell it; nothing else is as sure.
    pub(crate) pool: &'static str,
    /// It stands in a head of HTTP.
    pub(crate) pool_in_head: bool,
    pub(crate) submitted: u64,
    pub(crate) accepted: u64,
    /// The first message of a capture that begins late; `None` where nothing could be known then.
    pub(crate) late: Option<usize>,
    /// Whether the login is said again behind that.
    pub(crate) login_again: bool,
    /// Whether either side alone tells the protocol.
    pub(crate) one_sided: bool,
}

pub(crate) struct Script {
    pub(crate) name: &'static str,
    pub(crate) carrier: Carrier,
    pub(crate) said: Vec<(Who, Said)>,
    pub(crate) truth: Truth,
}

/// The client's message.
pub(crate) fn c(message: Value) -> (Who, Said) {
    (Who::Client, Said::Json(message))
}

/// The server's.
pub(crate) fn s(message: Value) -> (Who, Said) {
    (Who::Server, Said::Json(message))
}

pub(crate) fn bytes(who: Who, bytes: impl AsRef<[u8]>) -> (Who, Said) {
    (who, Said::Bytes(bytes.as_ref().to_vec()))
}
