//! Tinyproxy's own log: `CONNECT   Nov 24 09:00:01.123 [77]: Request (file descriptor 7): CONNECT host:443 HTTP/1.1`. Who asks stands in
//! the line before, `Connect (file descriptor 7): name [address]`, of the same process and descriptor.

use super::Found;
use super::common::{is_of_proxy, request_line};
use super::request::Request;
use crate::exports::time::{clock_ticks, month};
use crate::syslog::Stamp;
use std::borrow::Cow;
use std::collections::HashMap;

/// Connections whose client is remembered.
const CLIENTS: usize = 4_096;

const LEVELS: [&str; 7] = ["CONNECT", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL", "DEBUG"];

/// A line taken apart.
#[derive(Clone, Copy)]
struct Line<'a> {
    stamp: Stamp,
    pid: &'a str,
    message: &'a str,
}

fn line(text: &str) -> Option<Line<'_>> {
    let (level, rest) = text.split_once(' ')?;
    let rest = rest.trim_start();
    let month = month(rest.get(..3)?)?;
    let rest = rest.get(3..)?.trim_start();
    let (day, rest) = rest.split_once(' ')?;
    let (clock, rest) = rest.trim_start().split_once(' ')?;
    let (pid, message) = rest.strip_prefix('[')?.split_once("]: ")?;
    let day = day.parse().ok().filter(|day| (1..=31).contains(day))?;
    LEVELS.contains(&level).then_some(())?;
    Some(Line { stamp: Stamp::NoYear(month, day, clock_ticks(clock)?), pid, message })
}

/// The descriptor of a message, and what stands behind it.
fn described<'a>(message: &'a str, what: &str) -> Option<(&'a str, &'a str)> {
    message.strip_prefix(what)?.strip_prefix(" (file descriptor ")?.split_once("): ")
}

/// The clients of the connections under way, by process and descriptor.
#[derive(Clone, Default)]
pub(super) struct Clients(HashMap<(String, String), String>);

impl Clients {
    /// Takes in a line, and gives the client of the request that it is.
    pub(super) fn take(&mut self, text: &str) -> Option<String> {
        let Line { pid, message, .. } = line(text)?;
        if let Some((descriptor, who)) = described(message, "Connect") {
            let (name, address) = who.trim_end().rsplit_once(" [").unwrap_or((who, ""));
            let address = address.trim_end_matches(']');
            if self.0.len() >= CLIENTS {
                self.0.clear();
            }
            self.0.insert((pid.into(), descriptor.into()), if address.is_empty() { name } else { address }.to_owned());
            return None;
        }
        let (descriptor, _) = described(message, "Request")?;
        self.0.remove(&(pid.to_owned(), descriptor.to_owned()))
    }
}

/// The same through syslog, where the line before it, and so the client, is another process' business.
pub(super) fn in_syslog(message: &str) -> Found<'_> {
    let Some((_, request)) = described(message, "Request") else { return Found::Other };
    match request_line(request.trim_end()).filter(|(method, target, _)| is_of_proxy(method, target)) {
        Some((method, target, version)) => Found::Request(Request { method, target: Cow::Borrowed(target), version, ..Request::default() }),
        None => Found::Own,
    }
}

pub(super) fn parse<'a>(text: &'a str, client: &'a str) -> (Stamp, Found<'a>) {
    let Some(Line { stamp, message, .. }) = line(text) else { return (Stamp::None, Found::Unknown) };
    let Some((_, request)) = described(message, "Request") else { return (stamp, Found::Other) };
    let Some((method, target, version)) = request_line(request).filter(|(method, target, _)| is_of_proxy(method, target)) else {
        return (stamp, Found::Own);
    };
    // What came of it is not in the line.
    (stamp, Found::Request(Request { client, method, target: Cow::Borrowed(target), version, ..Request::default() }))
}
