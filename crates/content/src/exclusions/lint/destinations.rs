//! Destinations that are not one owner's.

use super::super::fault::Faults;
use super::super::policy::Policy;
use super::super::values::cidr;
use super::lists::embedded;
use crate::intel::{Gate, Host, Target};
use ipnet::IpNet;
use std::sync::OnceLock;

/// A public network of more addresses than 256 is many owners'; of IPv6 a link (RFC 4291) is the least that an owner has.
const SHORTEST: [u8; 2] = [24, 64];
/// Networks that a company may have for itself (RFC 1918, RFC 6598, RFC 4193, link-local and loopback).
const PRIVATE: [&str; 9] =
    ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8", "fc00::/7", "fe80::/10", "::1/128"];

/// Public networks together, in addresses.
const MOST_PUBLIC: u64 = 256;
/// Zones of services that lead from a public name to a host behind somebody's router, or hide where a host is; each with its documentation.
const TUNNELS: [(&str, &str); 26] = [
    ("ngrok.io", "ngrok.com/docs"),
    ("ngrok.app", "ngrok.com/docs"),
    ("ngrok.dev", "ngrok.com/docs"),
    ("ngrok-free.app", "ngrok.com/docs"),
    ("ngrok-free.dev", "ngrok.com/docs"),
    ("trycloudflare.com", "developers.cloudflare.com/cloudflare-one"),
    ("serveo.net", "serveo.net"),
    ("localhost.run", "localhost.run/docs"),
    ("lhr.life", "localhost.run/docs"),
    ("loca.lt", "theboroer.github.io/localtunnel-www"),
    ("localtunnel.me", "theboroer.github.io/localtunnel-www"),
    ("bore.pub", "github.com/ekzhang/bore"),
    ("pinggy.link", "pinggy.io/docs"),
    ("pinggy.online", "pinggy.io/docs"),
    ("playit.gg", "playit.gg/support"),
    ("ply.gg", "playit.gg/support"),
    ("portmap.io", "portmap.io"),
    ("portmap.host", "portmap.io"),
    ("devtunnels.ms", "learn.microsoft.com/azure/developer/dev-tunnels"),
    ("zrok.io", "docs.zrok.io"),
    ("ts.net", "tailscale.com/kb/1223/funnel"),
    ("workers.dev", "developers.cloudflare.com/workers"),
    ("nip.io", "nip.io: the name says the address"),
    ("sslip.io", "sslip.io: the name says the address"),
    ("onion", "RFC 7686: Tor"),
    ("i2p", "geti2p.net/docs"),
];

/// The public suffix list, and the watchlists that the program carries.
pub(super) fn gate() -> &'static Gate {
    static GATE: OnceLock<Gate> = OnceLock::new();
    GATE.get_or_init(|| Gate::new(embedded("SharedZones").as_ref(), embedded("SharedAddresses").as_ref()).unwrap_or_default())
}

pub(super) fn is_private(network: &str) -> bool {
    cidr(network).is_some_and(|network| PRIVATE.iter().filter_map(|own| cidr(own)).any(|own| own.contains(&network)))
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
            // A name of one word is the company's own, or the top of everybody's.
            let name = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name).to_ascii_lowercase();
            let target = Target { host: Host::Name(name.clone()), port: None, page: false };
            let reason = gate().refuses(&target).map(|refusal| refusal.reason).or_else(|| through_a_tunnel(&name));
            if let Some(reason) = reason {
                let what = format!("`{host}` is not one owner's: {reason}");
                faults.add(&["must", "destination", "hosts"], host, what, "name a host of the one whom the company approved");
            }
        }
        self.check_public_networks(faults);
        self.check_loopback(faults);
        for network in destination.networks.iter().flatten() {
            let Some(block) = cidr(network).filter(|_| !is_private(network)) else { continue };
            let what = match gate().shared_block(block.addr(), block.prefix_len()) {
                _ if block.prefix_len() == 0 => format!("`{network}` is every address there is"),
                Some(provider) => format!("`{network}` is shared by all customers of {provider}"),
                None if block.prefix_len() < shortest(&block) => format!("`{network}` is public and of many owners"),
                None => continue,
            };
            let remedy = "name the host as name:port below `hosts`, or the very address as 203.0.113.9/32 with its port below `ports`";
            faults.add(&["must", "destination", "networks"], network, what, remedy);
        }
    }

    /// The host itself is no destination: a relay there goes on to anywhere.
    fn check_loopback(&self, faults: &mut Faults) {
        let Some(destination) = &self.must.destination else { return };
        let remedy = "name where the relay itself goes, and approve the relay";
        for host in destination.hosts.iter().flatten() {
            let name = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name).to_ascii_lowercase();
            if name == "localhost" || name.ends_with(".localhost") || name.starts_with("localhost.") {
                faults.add(
                    &["must", "destination", "hosts"],
                    host,
                    format!("`{host}` is the host itself, where any relay listens"),
                    remedy,
                );
            }
        }
        for network in destination.networks.iter().flatten() {
            if cidr(network).is_some_and(|network| network.addr().is_loopback()) {
                faults.add(
                    &["must", "destination", "networks"],
                    network,
                    format!("`{network}` is the host itself, where any relay listens"),
                    remedy,
                );
            }
        }
    }

    /// Many small public networks are a large one.
    fn check_public_networks(&self, faults: &mut Faults) {
        let networks = self.must.destination.iter().flat_map(|d| d.networks.iter().flatten());
        let public = networks.filter(|network| !is_private(network)).filter_map(|network| cidr(network));
        // A link of IPv6 counts as an address.
        let size = |n: IpNet| if n.addr().is_ipv4() { 1 << (32 - u32::from(n.prefix_len())) } else { 1 };
        let addresses: u64 = public.filter(|n| n.prefix_len() >= shortest(n)).map(size).sum();
        if addresses > MOST_PUBLIC {
            let what = format!("the policy's public networks are {addresses} addresses together, which are many owners'");
            faults.add(&["must", "destination", "networks"], "", what, format!("name the hosts, or {MOST_PUBLIC} addresses at most"));
        }
    }
}

fn shortest(network: &IpNet) -> u8 {
    let [v4, v6] = SHORTEST;
    if network.addr().is_ipv4() { v4 } else { v6 }
}

/// Whoever opens a tunnel is behind its name, and somebody else tomorrow.
fn through_a_tunnel(name: &str) -> Option<String> {
    let name = name.trim_end_matches('.');
    let below = |zone: &&(&str, &str)| name.strip_suffix(zone.0).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    TUNNELS.iter().find(below).map(|(zone, whose)| format!("`{zone}` leads to whoever opens a tunnel there ({whose})"))
}

#[cfg(test)]
mod tests {
    use super::through_a_tunnel;

    #[test]
    fn tunnels_by_whole_labels() {
        for name in ["0.tcp.eu.ngrok.io", "bore.pub", "abcdefghij234567.onion", "x.trycloudflare.com."] {
            assert!(through_a_tunnel(name).is_some(), "{name}");
        }
        for name in ["notngrok.io", "pool.example.com", "ngrok.io.example.com"] {
            assert!(through_a_tunnel(name).is_none(), "{name}");
        }
    }
}
