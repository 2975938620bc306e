//! HAProxy's log of TCP (its manual, section 8.2.2): `client:port [time] frontend backend/server Tw/Tc/Tt bytes state connections queues`;
//! and its HTTP log where there are requests through a proxy.

use super::parts::{count, with_colon};
use super::{Found, Told};
use crate::proxy_log;
use crate::session::{Additional, Session};
use crate::syslog::Stamp;

pub(super) fn read(message: &str) -> Option<Told<'_>> {
    let told = |stamp, found| Told { names: ("HAProxy Technologies", "HAProxy"), stamp, host: "", found };
    let mut words = message.split_ascii_whitespace();
    let (client, port) = with_colon(words.next()?)?;
    let came = words.next()?.strip_prefix('[')?.strip_suffix(']')?;
    let came = proxy_log::haproxy_time(came)?;
    if message.trim_end().ends_with('"')
        && let Some((stamp, request)) = proxy_log::haproxy_request(message)
    {
        return Some(told(stamp, request.map_or(Found::Other, Found::Request)));
    }
    // From here on it is HAProxy's, whose lines can be set up otherwise.
    let session = connection(client, port, words);
    Some(told(
        Stamp::Local(came),
        session.map_or(Found::Broken("a connection in a form of HAProxy's log that is not known"), Found::Session),
    ))
}

fn connection<'a>(client: &'a str, port: i64, mut words: impl Iterator<Item = &'a str>) -> Option<Session<'a>> {
    let (frontend, backend, timers) = (words.next()?, words.next()?, words.next()?);
    let (bytes, state) = (words.next()?, words.next()?);
    let (pool, server) = backend.split_once('/')?;
    let number = |text: &str| text.trim_start_matches('+').parse::<i64>().ok();
    // Waited, connected, and the whole; what is set up to stand before is passed over.
    let mut timers = timers.rsplit('/');
    let (total, connected, _waited) = (number(timers.next()?)?, number(timers.next()?)?, number(timers.next()?)?);
    if !(2..=4).contains(&state.len()) {
        return None;
    }
    // `--` where all went well; who broke the session off, and when.
    let failed = server == "<NOSRV>" || connected < 0;
    Some(Session {
        original_type: "tcplog",
        // Begun when it came.
        sub_type: "Start",
        source: client,
        source_port: Some(port),
        protocol: "TCP",
        duration: Some(total).filter(|n| *n >= 0),
        destination_bytes: count(bytes.trim_start_matches('+')),
        // A server that is named as hosts are.
        destination_name: super::parts::name(if server.contains('.') { server } else { "" }),
        result: if failed { "Failure" } else { "Success" },
        original_details: state,
        action: if failed { "" } else { "Allow" },
        rule: frontend,
        additional: vec![("Backend", Additional::Text(pool)), ("Server", Additional::Text(server))],
        ..Session::default()
    })
}
