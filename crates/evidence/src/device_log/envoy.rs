//! Envoy's access log as it is by default, and as Istio sets it up: `[time] "method path protocol" code flags …`. A connection that is no
//! HTTP has `- - -` for its request, and stands with its ends in Istio's form only.

use super::parts::{address, count, name, with_colon};
use super::{Found, Told};
use crate::direction::between;
use crate::proxy_log::{Request, said, words};
use crate::session::{Additional, Session};
use crate::syslog::Stamp;
use model::ticks;
use std::borrow::Cow;

/// Where what is of use stands among the words behind the time.
struct Form {
    received: usize,
    /// Client, where it has a word of its own.
    remote: Option<usize>,
    cluster: Option<usize>,
    server_name: Option<usize>,
}

const DEFAULT: Form = Form { received: 3, remote: None, cluster: None, server_name: None };
const ISTIO: Form = Form { received: 6, remote: Some(18), cluster: Some(15), server_name: Some(19) };

pub(super) fn read(message: &str) -> Option<Told<'_>> {
    let (time, rest) = message.strip_prefix('[')?.split_once("] \"")?;
    let at = ticks::parse_iso(time).filter(|_| time.len() > 18 && time.ends_with('Z'))?;
    let line = message.get(message.len() - rest.len() - 1..)?;
    let words = words(line);
    let form = match words.len() {
        12 => DEFAULT,
        20.. => ISTIO,
        _ => return None,
    };
    let word = |at: usize| said(words.get(at).copied().unwrap_or_default());
    let maybe = |at: Option<usize>| at.map(word).unwrap_or_default();
    let mut request = words.first()?.split(' ');
    let (method, target, protocol) = (said(request.next()?), said(request.next()?), said(request.next()?));
    let code = word(1);
    if code.len() > 3 || !code.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (received, sent) = (count(word(form.received)), count(word(form.received + 1)));
    let duration = count(word(form.received + 2));
    let (forwarded, agent) = (word(form.received + 4), word(form.received + 5));
    let (authority, upstream) = (word(form.received + 7), word(form.received + 8));
    let (client, client_port) = with_colon(maybe(form.remote)).map_or((forwarded, None), |(host, port)| (host, Some(port)));
    let (server, port) = with_colon(upstream).map_or((upstream, None), |(host, port)| (host, Some(port)));
    let cluster = maybe(form.cluster);
    // What others ask of the services here goes no way out.
    let out = !cluster.starts_with("inbound");
    let found = if method.is_empty() {
        let (source, destination) = (address(client).unwrap_or_default(), address(server).unwrap_or_default());
        Found::Session(Session {
            original_type: "tcp",
            sub_type: "Start",
            source,
            source_port: client_port,
            destination,
            destination_name: name(maybe(form.server_name)),
            destination_port: port,
            protocol: "TCP",
            duration,
            direction: between(source, destination),
            source_bytes: received,
            destination_bytes: sent,
            result: if destination.is_empty() { "Failure" } else { "Success" },
            original_details: word(2),
            additional: vec![("Cluster", Additional::Text(cluster))],
            ..Session::default()
        })
    } else if method == "CONNECT" || target.contains("://") || out && form.cluster.is_some() {
        let asked = if method == "CONNECT" && !authority.is_empty() { authority } else { target };
        Found::Request(Request {
            client,
            client_port,
            method,
            target: Cow::Borrowed(asked),
            host: Cow::Borrowed(authority),
            version: protocol.strip_prefix("HTTP/").unwrap_or_default(),
            server,
            status: code,
            rule: cluster,
            sent: received,
            received: sent,
            duration,
            agent,
            forwarded_for: forwarded,
            ..Request::default()
        })
    } else {
        Found::Other
    };
    Some(Told { names: ("CNCF", "Envoy"), stamp: Stamp::Ticks(at), host: "", found })
}
