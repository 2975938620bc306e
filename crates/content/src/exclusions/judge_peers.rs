//! Whether a peer is where a policy allows connections, or forbids them.
//!
//! Allowed is a listed name at its port; or an address of a listed network at a listed port, if ports are listed; or, where ports alone are listed, such a port of a
//! peer that is no pool by name. A listed name without a port (a lookup) is unknown. A peer that is known by its name alone is in no network, and one whose name is
//! another address than its own neither.
//!
//! For what is forbidden, whatever may be there and is not known is unknown: a name without an address may be in a network, a peer without a port may be at any.

use super::policy::Destination;
use super::subject::Peer;
use super::values::cidr;
use regex::Regex;
use std::net::IpAddr;
use std::sync::OnceLock;

/// The pool of a peer that is the machine itself, or its resolver.
pub(super) const LOCAL: &str = "local";

/// The name and the address, as they are compared; either may be empty.
struct End {
    name: String,
    address: String,
    /// The name is an address.
    numeric: bool,
}

/// 1 allowed, -1 not, 0 unknown.
pub(super) fn allowed(destination: &Destination, peer: &Peer) -> i8 {
    let end = end(peer);
    let (networks, ports) = (destination.networks.as_deref().unwrap_or_default(), destination.ports.as_deref().unwrap_or_default());
    let at_port = peer.port.is_some_and(|port| ports.contains(&port));
    let network = |is: bool| if is { 1 } else { -1 };
    if end.name.is_empty() && end.address.is_empty() {
        0
    } else if host(destination, &end, peer.port) {
        1
    } else if peer.port.is_none() && named(destination, &end) {
        0
    } else if networks.is_empty() {
        network(peer.pool.is_empty() && at_port)
    } else if end.numeric && end.name != end.address {
        -1
    } else {
        network(inside(networks, &end.address) && (ports.is_empty() || at_port))
    }
}

/// 1 there, -1 elsewhere, 0 unknown.
pub(super) fn there(destination: &Destination, peer: &Peer) -> i8 {
    let end = end(peer);
    let (networks, ports) = (destination.networks.as_deref().unwrap_or_default(), destination.ports.as_deref().unwrap_or_default());
    if end.name.is_empty() && end.address.is_empty() {
        return 0;
    }
    let by_name = match peer.port {
        Some(_) if host(destination, &end, peer.port) => 1,
        None if named(destination, &end) => 0,
        // An address may have any name.
        _ if destination.hosts.is_some() && end.name.is_empty() => 0,
        _ => -1,
    };
    let by_port = match peer.port {
        _ if ports.is_empty() => 1,
        Some(port) => {
            if ports.contains(&port) {
                1
            } else {
                -1
            }
        }
        None => 0,
    };
    let by_network = match networks.is_empty() {
        true if ports.is_empty() => -1,
        true => 1,
        false if end.address.is_empty() => 0,
        false => {
            if inside(networks, &end.address) {
                1
            } else {
                -1
            }
        }
    };
    by_name.max(by_network.min(by_port))
}

/// All of them: one that is not allowed fails, one that is not known leaves it open, and at least one must be known. The row's own peer may be
/// unknown where the process' peers tell. That a listed name was looked up says nothing beside them.
pub(super) fn worst(peers: &[(i8, bool)], own: Option<i8>) -> i8 {
    let own = own.unwrap_or(0);
    let worst = peers.iter().filter(|(fact, lookup)| *fact != 0 || !lookup).map(|(fact, _)| *fact).min();
    match worst {
        _ if own == -1 => -1,
        None => own,
        Some(worst) => worst,
    }
}

/// A name was asked for, and nobody connected to.
pub(super) fn looked_up(peer: &Peer) -> bool {
    peer.port.is_none() && !peer.name.is_empty()
}

fn host(destination: &Destination, end: &End, port: Option<u16>) -> bool {
    let Some(port) = port else { return false };
    let text = format!("{}:{port}", end.name);
    !end.name.is_empty() && destination.hosts.iter().flatten().any(|h| h.to_ascii_lowercase() == text)
}

fn named(destination: &Destination, end: &End) -> bool {
    let hosts = destination.hosts.iter().flatten();
    !end.name.is_empty() && hosts.map(|h| h.to_ascii_lowercase()).any(|h| h.rsplit_once(':').is_some_and(|(name, _)| name == end.name))
}

fn inside(networks: &[String], address: &str) -> bool {
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    networks.iter().filter_map(|n| cidr(n)).any(|own| own.contains(&address))
}

/// Names are compared without case and closing dots, and a URL by its host; an IPv4 address in IPv6's clothes is one.
fn end(peer: &Peer) -> End {
    let name = peer.name.to_lowercase();
    let name = name_of(&name).trim_end_matches('.').to_owned();
    let numeric = name.split('.').count() == 4 && name.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    let ip = peer.ip.to_lowercase();
    let own = ip.strip_prefix("::ffff:").unwrap_or(&ip);
    let address = if own.is_empty() && numeric { name.clone() } else { own.to_owned() };
    End { name, address, numeric }
}

/// The host of a URL or of `name:port`.
pub(super) fn name_of(text: &str) -> &str {
    static HOST: OnceLock<Option<Regex>> = OnceLock::new();
    let url = text.contains(['/', '@']) || text.rsplit_once(':').is_some_and(|(name, port)| !name.contains(':') && is_port(port));
    if !url {
        return text;
    }
    let host = HOST.get_or_init(|| Regex::new(r"^(?:[a-z][a-z0-9+.-]*://)?(?:[^/\\@?#]*@)?([^:/\\?#\s]*)").ok()).as_ref();
    host.and_then(|h| h.captures(text)).and_then(|c| c.get(1)).map_or("", |m| m.as_str())
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}
