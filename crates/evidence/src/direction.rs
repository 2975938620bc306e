//! Which way a session went, seen from the network that is defended.

use std::net::IpAddr;

/// ASIM's name of the direction between two addresses, by whether each is of a private network; empty where one is no address.
pub(crate) fn between(source: &str, destination: &str) -> &'static str {
    match (is_local(source), is_local(destination)) {
        (Some(true), Some(true)) => "Local",
        (Some(true), Some(false)) => "Outbound",
        (Some(false), Some(true)) => "Inbound",
        (Some(false), Some(false)) => "External",
        _ => "",
    }
}

/// The same of addresses that are no text.
pub(crate) fn between_addresses(source: IpAddr, destination: IpAddr) -> &'static str {
    match (is_local_address(source), is_local_address(destination)) {
        (true, true) => "Local",
        (true, false) => "Outbound",
        (false, true) => "Inbound",
        (false, false) => "External",
    }
}

/// Private, carrier, link-local, loopback, multicast or broadcast.
fn is_local(text: &str) -> Option<bool> {
    text.parse::<IpAddr>().ok().map(is_local_address)
}

pub(crate) fn is_local_address(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(a) => {
            let carrier = a.octets()[0] == 100 && a.octets()[1] & 0xc0 == 64;
            a.is_private() || a.is_loopback() || a.is_link_local() || a.is_multicast() || a.is_broadcast() || a.is_unspecified() || carrier
        }
        IpAddr::V6(a) => a.is_loopback() || a.is_unique_local() || a.is_unicast_link_local() || a.is_multicast() || a.is_unspecified(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions() {
        for (source, destination, direction) in [
            ("10.0.0.1", "8.8.8.8", "Outbound"),
            ("8.8.8.8", "192.168.1.1", "Inbound"),
            ("10.0.0.1", "172.16.0.1", "Local"),
            ("100.64.0.1", "224.0.0.251", "Local"),
            ("8.8.8.8", "9.9.9.9", "External"),
            ("fe80::1", "2001:db8::1", "Outbound"),
            ("::ffff:10.0.0.1", "8.8.8.8", "Outbound"),
            ("", "8.8.8.8", ""),
        ] {
            assert_eq!(between(source, destination), direction, "{source} {destination}");
        }
    }
}
