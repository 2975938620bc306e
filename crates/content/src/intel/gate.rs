//! What must never stand in a list of pools: names and addresses that are not one owner's.

use super::name::{Host, Target, suffixes};
use super::warninglist::Warninglist;
use crate::{ContentError, Watchlist};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Why a host is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// `public_suffix`, `dynamic_dns`, `hosting`, `cdn`, `site`, `exchange`, `shared_address`, `special_address`, `warninglist`.
    pub kind: String,
    pub reason: String,
    pub remedy: String,
}

/// The public suffix list, the watchlists `SharedZones` and `SharedAddresses`, and warning lists of MISP.
#[derive(Clone, Debug, Default)]
pub struct Gate {
    zones: BTreeMap<String, (String, String)>,
    networks: Vec<(Network, String, String)>,
    warninglists: Vec<Warninglist>,
}

impl Gate {
    /// Reads both watchlists by the names of their columns.
    pub fn new(zones: Option<&Watchlist>, addresses: Option<&Watchlist>) -> Result<Self, ContentError> {
        let mut gate = Self::default();
        if let Some(list) = zones {
            gate.zones.extend(cells(list, "Zone").map(|(zone, kind, provider)| (zone.to_ascii_lowercase(), (kind, provider))));
        }
        if let Some(list) = addresses {
            for (network, kind, provider) in cells(list, "Network") {
                let parsed =
                    Network::parse(&network).ok_or_else(|| ContentError::file(&list.alias, format!("`{network}` is no network")))?;
                gate.networks.push((parsed, kind, provider));
            }
        }
        Ok(gate)
    }

    /// Adds a warning list of MISP's: what stands on it is refused.
    pub fn add_warninglist(&mut self, file: &str, text: &str) -> Result<(), ContentError> {
        self.warninglists.push(Warninglist::parse(file, text)?);
        Ok(())
    }

    /// Why the target may not stand in a list, if so.
    pub fn refuses(&self, target: &Target) -> Option<Refusal> {
        let own = match &target.host {
            Host::Name(name) => self.name(name),
            Host::Address(address) => self.address(*address),
        };
        own.or_else(|| {
            self.warninglists.iter().find(|list| list.holds(&target.host)).map(|list| Refusal {
                kind: "warninglist".to_owned(),
                reason: format!("stands on the warning list `{}`", list.name),
                remedy: "leave it out: it is no sign of anything".to_owned(),
            })
        })
    }

    fn name(&self, name: &str) -> Option<Refusal> {
        let refusal = |kind: &str, reason: String, remedy: &str| Refusal { kind: kind.to_owned(), reason, remedy: remedy.to_owned() };
        for (depth, suffix) in suffixes(name).enumerate() {
            let Some((kind, provider)) = self.zones.get(suffix) else { continue };
            match (kind.as_str(), depth) {
                ("site", _) => {
                    let of = if depth == 0 { String::new() } else { format!("{suffix}, ") };
                    return Some(refusal(kind, format!("{of}a general site ({provider}): being there is not mining"), "leave it out"));
                }
                ("dynamic_dns", 0) => {
                    let reason = format!("a dynamic-DNS zone ({provider}): anyone gets a name under it");
                    return Some(refusal(kind, reason, "list the single names that a pool had under it, each whole"));
                }
                ("exchange", 0) => {
                    let reason = format!("the site of {provider}, where coins are traded: being there is not mining");
                    return Some(refusal(kind, reason, "list the names of its pool"));
                }
                (_, 0) => {
                    let reason = format!("a zone shared by all customers of {provider}");
                    return Some(refusal(kind, reason, "list the pool's own name, whole"));
                }
                _ => {}
            }
        }
        let suffix = psl::suffix(name.as_bytes())?;
        if suffix.as_bytes().len() != name.len() {
            return None;
        }
        let (kind, reason) = match suffix.typ() {
            _ if !suffix.is_known() => return None,
            Some(psl::Type::Private) => {
                ("public_suffix", "a zone under which anyone registers names (the private part of the public suffix list)")
            }
            _ => ("public_suffix", "a public suffix: it stands for everyone's names under it"),
        };
        Some(refusal(kind, reason.to_owned(), "list the single names under it, each whole"))
    }

    fn address(&self, address: IpAddr) -> Option<Refusal> {
        let address = address.to_canonical();
        if special(address) {
            return Some(Refusal {
                kind: "special_address".to_owned(),
                reason: "a private or special address: it means another host in every network".to_owned(),
                remedy: "leave it out".to_owned(),
            });
        }
        let (_, kind, provider) = self.networks.iter().find(|(network, ..)| network.holds(address))?;
        Some(Refusal {
            kind: "shared_address".to_owned(),
            reason: match kind.as_str() {
                "resolver" => format!("a public resolver ({provider}): every host asks it"),
                _ => format!("an address of {provider}, shared by all its customers"),
            },
            remedy: "list the pool's name".to_owned(),
        })
    }

    /// Whether the name lies under a zone that many share, so that its addresses prove nothing.
    pub fn behind_shared(&self, name: &str) -> bool {
        suffixes(name).skip(1).any(|suffix| self.zones.get(suffix).is_some_and(|(kind, _)| matches!(kind.as_str(), "cdn" | "hosting")))
    }
}

/// What exclusions ask, which name single hosts and networks.
impl Gate {
    /// The provider of the dynamic-DNS zone in which a name lies.
    pub(crate) fn dynamic_zone(&self, name: &str) -> Option<&str> {
        suffixes(name)
            .skip(1)
            .find_map(|suffix| self.zones.get(suffix).filter(|(kind, _)| kind == "dynamic_dns").map(|(_, provider)| provider.as_str()))
    }

    /// Who shares some address of a network among his customers.
    pub(crate) fn shared_block(&self, address: IpAddr, bits: u8) -> Option<&str> {
        let block = Network { address, bits };
        self.networks.iter().find(|(own, ..)| own.holds(address) || block.holds(own.address)).map(|(.., provider)| provider.as_str())
    }
}

/// Key, `Kind` and `Provider` of each row.
fn cells<'a>(list: &'a Watchlist, key: &'a str) -> impl Iterator<Item = (String, String, String)> + 'a {
    let columns = [key, "Kind", "Provider"].map(|name| list.columns.iter().position(|c| c.eq_ignore_ascii_case(name)));
    list.rows.iter().filter_map(move |row| {
        let [key, kind, provider] = columns.map(|at| at.and_then(|at| row.get(at)).cloned().unwrap_or_default());
        (!key.is_empty()).then_some((key, kind, provider))
    })
}

/// Addresses that no pool on the Internet has.
fn special(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_multicast()
                || v4.is_broadcast()
                || a == 0
                || a >= 240
                || a == 100 && (64..128).contains(&b)
        }
        IpAddr::V6(v6) => {
            v6.is_loopback() || v6.is_unspecified() || v6.is_multicast() || v6.is_unique_local() || v6.is_unicast_link_local()
        }
    }
}

/// An address block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// `address/bits`, or one address.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
        let address: IpAddr = address.trim().parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Some(most), |b| b.trim().parse().ok())?;
        (bits <= most).then_some(Self { address, bits })
    }

    pub(crate) fn holds(self, address: IpAddr) -> bool {
        let same = |a: u128, b: u128, width: u32| (a ^ b).checked_shr(width - u32::from(self.bits)).unwrap_or(0) == 0;
        match (self.address, address) {
            (IpAddr::V4(a), IpAddr::V4(b)) => same(a.to_bits().into(), b.to_bits().into(), 32),
            (IpAddr::V6(a), IpAddr::V6(b)) => same(a.to_bits(), b.to_bits(), 128),
            _ => false,
        }
    }
}

#[cfg(test)]
pub(crate) fn sample() -> Gate {
    let zones = "Zone,Kind,Provider\nmooo.com,dynamic_dns,FreeDNS\nfastly.net,cdn,Fastly\ngithub.com,site,GitHub\n";
    let addresses = "Network,Kind,Provider\n104.16.0.0/13,cdn,Cloudflare\n8.8.8.8/32,resolver,Google\n2606:4700::/32,cdn,Cloudflare\n";
    let list = |name: &str, text: &str| Watchlist::parse(name, name, text).unwrap();
    Gate::new(Some(&list("SharedZones", zones)), Some(&list("SharedAddresses", addresses))).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Option<String> {
        sample().refuses(&Target::parse(text).unwrap()).map(|r| r.kind)
    }

    #[test]
    fn what_many_share_is_refused_and_a_single_name_is_not() {
        for (text, expected) in [
            ("mooo.com", "dynamic_dns"),
            ("webhop.net", "public_suffix"),
            ("co.uk", "public_suffix"),
            ("workers.dev", "public_suffix"),
            ("fastly.net", "cdn"),
            ("raw.github.com", "site"),
            ("104.17.2.3", "shared_address"),
            ("2606:4700::1", "shared_address"),
            ("::ffff:104.17.2.3", "shared_address"),
            ("8.8.8.8", "shared_address"),
            ("10.1.2.3", "special_address"),
            ("100.64.0.1", "special_address"),
            ("127.0.0.1:3333", "special_address"),
        ] {
            assert_eq!(kind(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["pool.mooo.com", "coinpoolit.webhop.me", "supportxmr.com", "8.8.8.9", "104.24.0.1", "notmooo.com"] {
            assert_eq!(kind(text), None, "{text}");
        }
    }

    /// Our own list passes our own gate.
    #[test]
    fn no_row_of_ours_is_shared() {
        let library = crate::Library::embedded().unwrap();
        let list = |alias: &str| library.watchlists.iter().find(|w| w.alias == alias);
        let gate = Gate::new(list("SharedZones"), list("SharedAddresses")).unwrap();
        assert!(gate.zones.len() > 50 && gate.networks.len() > 40);
        let refused = list("MiningPools").unwrap().rows.iter().filter_map(|row| {
            let target = Target::parse(&row[0]);
            target.map_or_else(|e| Some((row[0].clone(), e)), |t| gate.refuses(&t).map(|r| (row[0].clone(), r.reason)))
        });
        assert_eq!(refused.collect::<Vec<_>>(), []);
    }

    #[test]
    fn networks() {
        assert!(Network::parse("0.0.0.0/0").unwrap().holds("1.2.3.4".parse().unwrap()));
        assert!(Network::parse("::/0").unwrap().holds("2001:db8::1".parse().unwrap()));
        assert_eq!(Network::parse("1.2.3.4/33"), None);
    }
}
