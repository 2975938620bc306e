//! Another pool, another wallet.

use super::super::approved::peer;
use super::super::judge_peers::{allowed, name_of};
use super::super::policy::Destination;
use super::super::subject::{Peer, Subject};
use super::super::values::cidr;
use super::Mutants;
use super::names::lookalike;
use std::net::IpAddr;

pub(super) fn mutate(made: &mut Mutants<'_>) {
    destinations(made);
    offline(made);
    wallets(made);
}

fn public(name: &str) -> Peer {
    Peer { name: name.to_owned(), ip: "203.0.113.7".to_owned(), port: Some(10128), pool: String::new() }
}

/// A pool that the policy does not name, at an address that it does not allow.
fn foreign(destination: &Destination) -> Peer {
    const POOLS: [&str; 3] = ["gulf.moneroocean.stream", "pool.hashvault.pro", "xmr.2miners.com"];
    const ADDRESSES: [&str; 3] = ["203.0.113.7", "198.51.100.7", "192.0.2.7"];
    let others = POOLS.into_iter().flat_map(|name| ADDRESSES.map(|ip| Peer { ip: ip.to_owned(), ..public(name) }));
    others.into_iter().find(|peer| allowed(destination, peer) == -1).unwrap_or_else(|| public(""))
}

/// The row goes there, and nowhere else.
fn redirect(s: &mut Subject, peer: Peer) {
    if s.destination.is_some() {
        s.destination = Some(peer.clone());
    }
    s.peers = vec![peer];
}

/// In which way a peer is another one.
#[derive(Clone, Copy, PartialEq)]
enum Other {
    Address,
    Port,
    Name,
    /// A name that says another address than the peer has.
    Alias,
}

impl Other {
    /// Whether a destination that is written so must refuse it.
    fn refused(self, destination: &Destination, peer: &Peer) -> bool {
        let Destination { hosts, networks, ports } = destination;
        let inside = |network: &String| {
            let address = peer.ip.parse::<IpAddr>().ok();
            cidr(network).zip(address).is_some_and(|(own, other)| own.contains(&other))
        };
        let port_listed = peer.port.is_some_and(|port| ports.iter().flatten().any(|p| *p == port));
        match self {
            Self::Address => (hosts.is_some() || networks.is_some()) && !networks.iter().flatten().any(inside),
            // Beside networks without ports any port is right.
            Self::Port => !port_listed && (networks.is_none() || ports.is_some()),
            Self::Name => hosts.is_some() && networks.is_none() && ports.is_none(),
            Self::Alias => networks.is_some() || (hosts.is_some() && ports.is_none()),
        }
    }
}

fn destinations(made: &mut Mutants<'_>) {
    let (must, must_not) = (&made.policy.must.destination, &made.policy.must_not.destination);
    let own = made.row.peers.first().cloned().or_else(|| made.row.destination.clone()).unwrap_or_default();
    // What is before the host of a URL, or behind it, is not compared.
    let own = Peer { name: name_of(&own.name).trim_end_matches('.').to_owned(), ..own };
    let named = |name: String| Peer { name, ..own.clone() };
    let at = |ip: &str| Peer { name: String::new(), ip: ip.to_owned(), ..own.clone() };
    let elsewhere = foreign(must.as_ref().unwrap_or(&Destination::default()));
    let mut others = vec![
        (Other::Address, "at a public pool", elsewhere.clone()),
        (Other::Address, "at an address of no name", Peer { name: String::new(), ..elsewhere.clone() }),
        (Other::Port, "at another port", Peer { port: own.port.map(|p| p ^ 1), ..own.clone() }),
        (Other::Name, "at a longer name", named(format!("{}.example.net", own.name))),
        (Other::Name, "at a name with a space", named(format!("{} ", own.name))),
        (Other::Name, "at a name of several lines", named(format!("{}\nx", own.name))),
        (
            Other::Alias,
            "at a URL that names the pool as its user",
            named(format!("stratum+tcp://{}:3333@{}:10128", own.name, elsewhere.ip)),
        ),
        (Other::Address, "at another address and the pool's port", at("203.0.113.77")),
        (Other::Address, "at an address with a mask", at("203.0.113.7/0")),
        (Other::Address, "at an address of IPv6 with a mask", at("2001:db8::7/0")),
        (Other::Alias, "by a name that is another address", named(elsewhere.ip)),
    ];
    others.extend(lookalike(&own.name, 0).map(|name| (Other::Name, "a Cyrillic letter in the pool", named(name))));
    if let Some(destination) = must {
        for (n, (_, what, peer)) in others.into_iter().enumerate().filter(|(_, (other, _, peer))| other.refused(destination, peer)) {
            if n < 3 {
                made.add("destination", format!("a peer more {what}"), |s| s.peers.push(peer.clone()));
            }
            made.add("destination", what, |s| redirect(s, peer));
        }
        made.add("destination", "no peer known", |s| {
            s.destination = None;
            s.peers.clear();
            s.logins.clear();
        });
        if destination.hosts.is_some() && !own.name.is_empty() {
            made.add("destination", "a name that was looked up, and no connection", |s| {
                redirect(s, Peer { ip: String::new(), port: None, ..own });
            });
        }
    }
    let Some(forbidden) = must_not.as_ref().and_then(peer) else { return };
    made.add("not_destination", "at a peer that is forbidden as well", |s| s.peers.push(forbidden));
    made.add("not_destination", "a process that is not known", unknown);
}

/// Nothing is known of what a process did that is not known.
fn unknown(s: &mut Subject) {
    s.process_known = false;
    s.session.clear();
    s.peers.clear();
    s.logins.clear();
    (s.valid_wallet, s.started) = (false, None);
    s.classes.truncate(1);
}

fn offline(made: &mut Mutants<'_>) {
    made.add("offline", "a connection", |s| s.peers.push(public("")));
    made.add("offline", "the row's own connection", |s| s.destination = Some(public("")));
    made.add("offline", "a process that is not known", unknown);
    for fact in ["offline", "no_mining_protocol"] {
        made.add(fact, "a mining session", |s| {
            s.peers.insert(0, public("gulf.moneroocean.stream"));
            s.logins.push("845xH1".to_owned());
        });
    }
    made.add("no_mining_protocol", "a mining session without a login", |s| {
        s.peers.insert(0, public(""));
        s.logins.push(String::new());
    });
    made.add("no_mining_protocol", "a process that is not known", unknown);
    made.add("no_valid_wallet", "a mining session for a wallet that pays somebody", |s| {
        s.peers.insert(0, public(""));
        s.logins.insert(0, "845xH1".to_owned());
        s.valid_wallet = true;
    });
    made.add("no_valid_wallet", "a process that is not known", unknown);
}

fn wallets(made: &mut Mutants<'_>) {
    let own = made.row.logins.first().map_or(made.row.wallet.as_str(), String::as_str);
    let wallet = own.split(['.', '+', '/']).next().unwrap_or_default();
    let worker = own.get(wallet.len()..).unwrap_or_default();
    let pays = |s: &mut Subject, login: String| {
        if !s.wallet.is_empty() {
            s.wallet.clone_from(&login);
        }
        s.logins = vec![login];
        if s.peers.is_empty() {
            s.peers.push(public(""));
        }
    };
    let listed = made.policy.must.wallet.as_deref().unwrap_or_default();
    let mut others = vec![
        ("for another wallet", "845xH1bMoPrGLLhSJ1Nr".to_owned()),
        ("for a wallet that begins like it", format!("{wallet}x{worker}")),
        ("for the begin of the wallet", format!("{}{worker}", wallet.get(..wallet.len() / 2).unwrap_or_default())),
        ("for another with the wallet as worker", format!("845xH1.{wallet}")),
        ("for a wallet with a space", format!("{wallet} {worker}")),
        ("for a login of several lines", format!("{wallet}{worker}\n845xH1")),
    ];
    others.extend(lookalike(wallet, 0).map(|other| ("a Cyrillic letter in the wallet", format!("{other}{worker}"))));
    let swapped = if wallet.chars().any(char::is_lowercase) { wallet.to_uppercase() } else { wallet.to_lowercase() };
    others.push(("the wallet in letters of the other case", format!("{swapped}{worker}")));
    for (what, login) in others {
        let key = login.split(['.', '+', '/']).next().unwrap_or_default();
        if !listed.iter().any(|item| item == key) || login.contains('\n') {
            made.add("wallet", what, |s| pays(s, login));
        }
    }
    made.add("wallet", "a second session for another wallet", |s| {
        let peer = s.peers.first().cloned().unwrap_or_else(|| public(""));
        s.peers.push(peer);
        s.logins.push("845xH1".to_owned());
    });
    made.add("wallet", "no login seen", |s| {
        s.logins.clear();
        s.wallet.clear();
    });
    made.add("wallet", "a session without a login", |s| pays(s, String::new()));
    for wallet in made.policy.must_not.wallet.iter().flatten() {
        made.add("not_wallet", "a session for a forbidden wallet", |s| {
            let peer = s.peers.first().cloned().unwrap_or_else(|| public(""));
            s.peers.push(peer);
            s.logins.push(format!("{wallet}.rig"));
        });
    }
    made.add("not_wallet", "a process that is not known", unknown);
}
