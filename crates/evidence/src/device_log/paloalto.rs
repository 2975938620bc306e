//! Palo Alto's log as it goes out by syslog, and as its pages export it: values between commas, of which TRAFFIC and THREAT are read.

use super::parts::{address, count, name, port, seconds};
use super::{Found, Told};
use crate::direction::between;
use crate::exports::time::clock_ticks;
use crate::proxy_log::Request;
use crate::session::{Additional, Session, protocol_of};
use crate::syslog::Stamp;
use model::ticks;
use std::borrow::Cow;

/// More values than any kind of log has.
const CELLS: usize = 130;

/// What is not known before the kind of log is.
const RECEIVED: usize = 1;
const KIND: usize = 3;
const SUB_TYPE: usize = 4;

/// Whether a line names the columns, as exports begin.
pub(super) fn is_header(line: &str) -> bool {
    let names = line.trim_start_matches('\u{feff}').trim_start_matches('"');
    names.starts_with("Domain\",\"Receive Time") || names.starts_with("Domain,Receive Time")
}

pub(super) fn read(message: &str) -> Option<Told<'_>> {
    if is_header(message) {
        return Some(Told { names: NAMES, stamp: Stamp::None, host: "", found: Found::Other });
    }
    const KINDS: [&str; 13] = [
        "TRAFFIC",
        "THREAT",
        "URL",
        "SYSTEM",
        "CONFIG",
        "HIPMATCH",
        "GLOBALPROTECT",
        "USERID",
        "DECRYPTION",
        "AUTHENTICATION",
        "CORRELATION",
        "IPTAG",
        "SCTP",
    ];
    if !matches!(message.as_bytes().first(), Some(b'0'..=b'9' | b'"' | b',')) {
        return None;
    }
    let mut first = message.splitn(5, ',').map(|cell| cell.trim_matches('"'));
    let received = first.nth(RECEIVED)?;
    let kind = first.nth(1)?;
    if !KINDS.contains(&kind) {
        return None;
    }
    slashed(received)?;
    let cells = cells(message);
    let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
    let stamp = slashed(cell(6)).or_else(|| slashed(received)).map_or(Stamp::None, Stamp::Local);
    let found = match (kind, cell(SUB_TYPE)) {
        ("TRAFFIC", _) => traffic(&cells),
        ("THREAT" | "URL", "url") | ("URL", _) => request(&cells),
        ("THREAT", _) => threat(&cells),
        _ => Found::Other,
    };
    let host = if kind == "TRAFFIC" { cell(52) } else { "" };
    Some(Told { names: NAMES, stamp, host, found })
}

const NAMES: super::Names = ("Palo Alto Networks", "PAN-OS");

fn session<'a>(cells: &[&'a str]) -> Option<Session<'a>> {
    let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
    let (source, destination) = (address(cell(7))?, address(cell(8))?);
    let action = cell(30);
    let denied =
        ["deny", "drop", "drop-icmp", "block", "block-url", "block-ip", "sinkhole"].contains(&action) || action.starts_with("reset");
    Some(Session {
        original_type: cell(KIND),
        source,
        source_port: port(cell(24)),
        user: cell(12),
        destination,
        destination_port: port(cell(25)),
        protocol: protocol_of(cell(29)),
        application: cell(14),
        direction: between(source, destination),
        result: if denied { "Failure" } else { "Success" },
        action: if denied { "Deny" } else { "Allow" },
        original_action: action,
        rule: cell(11),
        ..Session::default()
    })
}

fn traffic<'a>(cells: &[&'a str]) -> Found<'a> {
    let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
    let Some(session) = session(cells) else { return Found::Broken("traffic whose address is not understood") };
    Found::Session(Session {
        sub_type: if cell(SUB_TYPE) == "start" { "Start" } else { "End" },
        duration: seconds(cell(36)),
        bytes: count(cell(31)),
        source_bytes: count(cell(32)),
        destination_bytes: count(cell(33)),
        packets: count(cell(34)),
        source_packets: count(cell(44)),
        destination_packets: count(cell(45)),
        original_details: cell(46),
        additional: vec![("Session", Additional::Text(cell(22))), ("Category", Additional::Text(cell(37)))],
        ..session
    })
}

fn request<'a>(cells: &[&'a str]) -> Found<'a> {
    let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
    let Some(session) = session(cells) else { return Found::Broken("a request whose address is not understood") };
    // `pool.example:3333/path`, without a scheme.
    let (host, path) = cell(31).split_once('/').unwrap_or((cell(31), ""));
    let scheme = if cell(14) == "web-browsing" || cell(25) == "80" { "http" } else { "https" };
    let numbered = if host.contains(':') || matches!(cell(25), "80" | "443" | "") { String::new() } else { format!(":{}", cell(25)) };
    Found::Request(Request {
        client: session.source,
        client_port: session.source_port,
        user: session.user,
        target: Cow::Owned(format!("{scheme}://{host}{numbered}/{path}")),
        server: session.destination,
        denied: session.action == "Deny",
        action: cell(30),
        category: cell(33),
        rule: session.rule,
        agent: cell(43),
        ..Request::default()
    })
}

fn threat<'a>(cells: &[&'a str]) -> Found<'a> {
    let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
    let Some(session) = session(cells) else { return Found::Broken("a threat whose address is not understood") };
    let told = cell(31);
    // A name that was asked for, or of a page; files have names without a host.
    let host = told.split(['/', ':']).next().unwrap_or_default();
    let asked = matches!(cell(SUB_TYPE), "spyware" | "dns" | "dns-security") && cell(25) == "53";
    Found::Session(Session {
        sub_type: "Start",
        destination_name: name(if host.contains('.') && told.contains('/') && !asked { host } else { "" }),
        additional: vec![
            ("Threat", Additional::Text(cell(32))),
            ("Subject", Additional::Text(told)),
            ("Category", Additional::Text(cell(33))),
            ("Severity", Additional::Text(cell(34))),
        ],
        ..session
    })
}

/// `2026/09/28 10:15:02`, of the device's zone.
fn slashed(text: &str) -> Option<i64> {
    let (date, clock) = text.split_once(' ')?;
    let mut parts = date.split('/').map(str::parse::<u32>);
    let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    let midnight = ticks::from_parts(i64::from(year), month, day, 0, 0, 0, 0)?;
    Some(midnight + clock_ticks(clock)?)
}

/// The values of a line; in quotes they may have commas.
fn cells(text: &str) -> Vec<&str> {
    let (mut rest, mut found) = (text, Vec::with_capacity(64));
    while found.len() < CELLS {
        let (cell, next) = match rest.strip_prefix('"') {
            Some(quoted) => {
                let end = memchr::memmem::find(quoted.as_bytes(), b"\",").unwrap_or(quoted.len());
                let (cell, next) = quoted.split_at_checked(end).unwrap_or((quoted, ""));
                (cell.trim_end_matches('"'), next.strip_prefix('"').unwrap_or(next))
            }
            None => rest.split_at_checked(rest.find(',').unwrap_or(rest.len())).unwrap_or((rest, "")),
        };
        found.push(cell);
        match next.strip_prefix(',') {
            Some(next) => rest = next,
            None => break,
        }
    }
    found
}
