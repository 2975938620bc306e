//! Destinations that are not one owner's.

use super::super::fault::Faults;
use super::super::policy::Policy;
use super::super::values::{cidr, mask};
use super::lists::embedded;
use crate::intel::{Gate, Host, Target};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::OnceLock;

/// A public network of more addresses than 256 is many owners'.
const SHORTEST: u8 = 24;
/// Networks that a company may have for itself (RFC 1918, RFC 6598, link-local and loopback).
const PRIVATE: [&str; 6] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8"];

/// The public suffix list, and the watchlists that the program carries.
pub(super) fn gate() -> &'static Gate {
    static GATE: OnceLock<Gate> = OnceLock::new();
    GATE.get_or_init(|| Gate::new(embedded("SharedZones").as_ref(), embedded("SharedAddresses").as_ref()).unwrap_or_default())
}

pub(super) fn is_private(network: &str) -> bool {
    let within = |(address, length): (Ipv4Addr, u8), (own, bits): (Ipv4Addr, u8)| {
        length >= bits && (address.to_bits() ^ own.to_bits()) & mask(bits) == 0
    };
    cidr(network).is_some_and(|network| PRIVATE.iter().filter_map(|own| cidr(own)).any(|own| within(network, own)))
}

/// The dynamic-DNS zone in which a name lies.
pub(super) fn dynamic_zone(host: &str) -> Option<(&str, &'static str)> {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    gate().dynamic_zone(name).map(|provider| (name, provider))
}

impl Policy {
    pub(super) fn check_destinations(&self, faults: &mut Faults) {
        let Some(destination) = &self.must.destination else { return };
        for host in destination.hosts.iter().flatten() {
            let Ok(target) = Target::parse(host) else { continue };
            if !matches!(target.host, Host::Name(_)) {
                continue;
            }
            if let Some(refusal) = gate().refuses(&target) {
                let what = format!("`{host}` is not one owner's: {}", refusal.reason);
                faults.add(&["must", "destination", "hosts"], host, what, "name a host of the one whom the company approved");
            }
        }
        for network in destination.networks.iter().flatten() {
            let Some((address, length)) = cidr(network).filter(|_| !is_private(network)) else { continue };
            let what = match gate().shared_block(IpAddr::V4(address), length) {
                _ if length == 0 => format!("`{network}` is every address there is"),
                Some(provider) => format!("`{network}` is shared by all customers of {provider}"),
                None if length < SHORTEST => format!("`{network}` is public and of many owners"),
                None => continue,
            };
            let remedy = "name the host as name:port below `hosts`, or the very address as 203.0.113.9/32 with its port below `ports`";
            faults.add(&["must", "destination", "networks"], network, what, remedy);
        }
    }
}
