//! The shapes of what Stratum's methods take, in all dialects. Their names are those of other services as well (mining is what is done to
//! data and to ore): a name counts only with parameters that mining has.

use super::login;
use super::message::{Message, is_some_hex, text};
use serde_json::Value;

/// Extensions that `mining.configure` asks for (BIP 310), and those of firmware.
const EXTENSIONS: [&str; 5] = ["version-rolling", "minimum-difficulty", "subscribe-extranonce", "info", "version_rolling"];
/// Digits of a hash.
const HASH: usize = 64;

/// `["miner/1.0"]`, `["miner/1.0", session, host, port]`, `[wallet, password]`, or nothing; members with names at Iron Fish.
pub(super) fn subscribe(message: &Message<'_>) -> bool {
    if let Some(params) = message.params() {
        return ["agent", "publicAddress"].iter().any(|name| !text(params, name).is_empty());
    }
    let Some(list) = message.object.get("params").and_then(Value::as_array) else { return false };
    list.len() <= 6
        && list.iter().all(|part| part.is_string() || part.is_null() || part.is_number())
        && !list.first().is_some_and(Value::is_number)
}

/// A login, and a password that may be missing.
pub(super) fn authorize(list: &[Value]) -> bool {
    let named = list.first().and_then(Value::as_str).is_some_and(|name| !name.is_empty());
    named && list.len() <= 4 && list.iter().all(|part| part.is_string() || part.is_null() || part.is_number())
}

/// A login, as a text or before its password.
pub(super) fn login_of(part: &Value) -> Option<&str> {
    part.as_str().or_else(|| part.as_array()?.first()?.as_str()).filter(|name| !name.is_empty())
}

/// Logins of miners, each with a password or without.
pub(super) fn authorize_many(list: &[Value]) -> bool {
    list.iter().any(|part| login_of(part).is_some_and(is_miners_login))
}

/// A program's name and version.
pub(super) fn program(list: &[Value]) -> bool {
    list.len() == 1 && list.first().and_then(Value::as_str).is_some_and(|name| name.contains('/'))
}

/// The name of a coin or an algorithm, with what is known of it.
pub(super) fn goal(list: &[Value]) -> bool {
    list.len() <= 2 && list.first().is_some_and(Value::is_string) && list.get(1).is_none_or(Value::is_object)
}

/// A wallet, or an account with a worker.
pub(super) fn is_miners_login(text: &str) -> bool {
    let login = login::read(text);
    login.looks_like_wallet() || !login.worker.is_empty() || login.account.len() >= 26
}

/// `[worker, job, …]` and then hexadecimal numbers, which one dialect puts first.
pub(super) fn share(list: &[Value]) -> bool {
    let Some((worker, rest)) = list.split_first() else { return false };
    if !worker.is_string() || !(3..=8).contains(&list.len()) || !rest.first().is_some_and(|job| job.is_string() || job.is_number()) {
        return false;
    }
    let numbers = rest.get(1..).unwrap_or_default();
    let of_version_2 = list.len() == 3 && [list.first(), list.get(1)].into_iter().flatten().all(|part| part.as_str().is_some_and(is_hex));
    of_version_2 || numbers.iter().all(is_part) && numbers.iter().any(|part| part.as_str() != Some(""))
}

/// Of a share: a number in digits, none, a solution in parts, or a proof in other letters.
fn is_part(part: &Value) -> bool {
    match part {
        Value::String(text) => text.is_empty() || is_hex(text) || is_long(text),
        Value::Array(parts) => !parts.is_empty() && parts.iter().all(|part| part.is_number() || part.as_str().is_some_and(is_hex)),
        Value::Number(_) => true,
        _ => false,
    }
}

/// A job has a hash in it, or the words of one.
pub(super) fn job(list: &[Value]) -> bool {
    let named = list.first().is_some_and(|job| job.is_string() || job.is_number());
    let hashed = |part: &Value| match part {
        Value::String(text) => text.trim_start_matches("0x").len() >= HASH && is_hex(text) || is_long(text),
        Value::Array(words) => words.len() >= 4 && words.iter().all(Value::is_number),
        _ => false,
    };
    // Header and time in one: what bridges give to Kaspa's machines, and to those of its kin.
    let of_machines = list.len() == 2 && list.get(1).and_then(Value::as_str).is_some_and(|text| text.len() == 80 && is_hex(text));
    named && (of_machines || list.len() >= 3 && list.iter().any(hashed))
}

pub(super) fn configure(list: &[Value]) -> bool {
    let names = list.first().and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    names.into_iter().any(|name| EXTENSIONS.contains(&name))
}

/// A difficulty, or a limit.
pub(super) fn suggestion(list: &[Value]) -> bool {
    list.len() <= 2
        && list
            .first()
            .is_some_and(|first| first.is_number() || first.as_str().is_some_and(|text| text.parse::<f64>().is_ok() || is_hex(text)))
}

/// The program, and what it believes to speak to.
pub(super) fn hello(message: &Message<'_>) -> bool {
    let Some(params) = message.params() else { return false };
    text(params, "proto").starts_with("EthereumStratum")
        || !text(params, "agent").is_empty() && (params.contains_key("host") || params.contains_key("port"))
}

/// Digits, with or without a mark.
pub(super) fn is_hex(text: &str) -> bool {
    is_some_hex(text.strip_prefix("0x").unwrap_or(text))
}

/// One word as long as a hash, with digits in it.
fn is_long(text: &str) -> bool {
    text.len() >= 48 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=_-".contains(&b)) && text.bytes().any(|b| b.is_ascii_digit())
}
