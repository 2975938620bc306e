//! Rows of which a fact holds, in each way that the policy allows and in each spelling that is the same.

use super::super::approved::set_parent;
use super::super::mutate::{Open, intervals};
use super::super::policy::{Destination, Policy};
use super::super::sample::sample;
use super::super::subject::{Peer, Subject};
use super::super::values::on_windows;

/// So many windows are enough; a policy may have thousands.
const WINDOWS: usize = 60;

type Rows = Vec<(&'static str, Subject)>;

pub(super) fn rows(policy: &Policy, base: &Subject) -> Rows {
    let mut rows: Rows = super::SLOTS.iter().filter_map(|slot| Some((*slot.facts.first()?, base.clone()))).collect();
    // Of the slot that knows the process.
    rows.push(("not_wallet", base.clone()));
    program(policy, base, &mut rows);
    start(policy, base, &mut rows);
    place(policy, base, &mut rows);
    times(policy, base, &mut rows);
    rows
}

fn add(rows: &mut Rows, base: &Subject, fact: &'static str, change: impl FnOnce(&mut Subject)) {
    let mut row = base.clone();
    change(&mut row);
    rows.push((fact, row));
}

fn program(policy: &Policy, base: &Subject, rows: &mut Rows) {
    let must = &policy.must;
    for path in must.path.iter().flatten() {
        let path = path.replace('*', "folder/program x.exe");
        if on_windows(&path) {
            add(rows, base, "path", |s| s.path = path.to_uppercase());
        }
        add(rows, base, "path", |s| s.path = path);
    }
    for hash in must.sha256.iter().flatten() {
        add(rows, base, "sha256", |s| s.sha256 = hash.to_uppercase());
        add(rows, base, "sha256", |s| s.sha256 = hash.to_lowercase());
    }
    for signer in must.signer.iter().flatten() {
        add(rows, base, "signer", |s| s.signers = Some(vec![signer.clone()]));
        add(rows, base, "signer", |s| s.signers = Some(vec!["Another CA".to_owned(), signer.clone()]));
    }
    for package in must.package.iter().flatten() {
        add(rows, base, "package", |s| s.packages = Some(vec![package.clone()]));
        add(rows, base, "package", |s| s.packages = Some(vec!["another".to_owned(), package.clone()]));
    }
    add(rows, base, "rule", |s| s.rules = must.rule.clone().unwrap_or_default());
    for class in &policy.explains {
        add(rows, base, "claimed", |s| {
            class.clone_into(&mut s.evidence_class);
            s.classes = policy.explains.clone();
        });
        add(rows, base, "claimed", |s| {
            class.clone_into(&mut s.evidence_class);
            s.classes = vec![class.clone()];
        });
    }
}

fn start(policy: &Policy, base: &Subject, rows: &mut Rows) {
    let must = &policy.must;
    for group in must.host_group.iter().flatten() {
        add(rows, base, "host_group", |s| s.groups = Some(vec![group.clone()]));
        add(rows, base, "host_group", |s| s.groups = Some(vec!["all-hosts".to_owned(), group.clone()]));
    }
    add(rows, base, "host_group", |s| s.groups.clone_from(&must.host_group));
    let patterned = must.account_pattern.as_deref().and_then(sample);
    for account in must.account.iter().flatten().chain(&patterned) {
        add(rows, base, "account", |s| account.clone_into(&mut s.account));
        add(rows, base, "account", |s| s.account = format!(r"CORP\{account}"));
        if on_windows(&base.path) {
            add(rows, base, "account", |s| s.account = account.to_uppercase());
        }
    }
    for parent in must.parent.iter().flatten() {
        add(rows, base, "parent", |s| set_parent(s, parent));
        if on_windows(parent) {
            add(rows, base, "parent", |s| set_parent(s, &parent.to_uppercase()));
        }
    }
    for kind in must.session.iter().flatten() {
        add(rows, base, "session", |s| kind.clone_into(&mut s.session));
    }
    let patterned = must.command_line_pattern.as_deref().and_then(sample);
    for command in must.command_line.iter().flatten().chain(&patterned) {
        add(rows, base, "command_line", |s| command.clone_into(&mut s.command_line));
    }
}

/// Peers that a destination allows, and the same otherwise written.
pub(super) fn peers(destination: &Destination) -> Vec<Peer> {
    let new = |name: &str, ip: &str, port: Option<u16>| Peer { name: name.to_owned(), ip: ip.to_owned(), port, pool: String::new() };
    let mut peers = Vec::new();
    for host in destination.hosts.iter().flatten() {
        let (name, port) = host.rsplit_once(':').unwrap_or((host, ""));
        let port = port.parse().ok();
        let upper = name.to_uppercase();
        let written = [
            name.to_owned(),
            format!("{upper}.."),
            format!("https://user:word@{name}:8080/path?x#y"),
            format!("{name}:9"),
            format!("{name}/x"),
        ];
        peers.extend(written.iter().flat_map(|name| [new(name, "203.0.113.9", port), new(name, "", port)]));
    }
    let ports: Vec<Option<u16>> = match &destination.ports {
        Some(ports) => ports.iter().copied().map(Some).collect(),
        None => vec![Some(3333), None],
    };
    for network in destination.networks.iter().flatten() {
        let address = network.split('/').next().unwrap_or_default();
        for port in &ports {
            let written = [
                new("", address, *port),
                new(address, address, *port),
                new("vault", &if address.contains(':') { address.to_uppercase() } else { format!("::FFFF:{address}") }, *port),
                new(address, "", *port),
            ];
            peers.extend(written);
        }
    }
    if destination.networks.is_none() && destination.ports.is_some() {
        peers.extend(
            ports.iter().flat_map(|port| [new("", "198.51.100.4", *port), new("peer", "2001:db8::1", *port), new("peer", "", *port)]),
        );
    }
    peers
}

fn place(policy: &Policy, base: &Subject, rows: &mut Rows) {
    let (must, must_not) = (&policy.must, &policy.must_not);
    let allowed = must.destination.as_ref().map(peers).unwrap_or_default();
    for (n, peer) in allowed.iter().enumerate() {
        add(rows, base, "destination", |s| s.peers = vec![peer.clone()]);
        add(rows, base, "destination", |s| (s.peers, s.destination) = (Vec::new(), Some(peer.clone())));
        let next = allowed.get(n + 1).unwrap_or(peer).clone();
        add(rows, base, "destination", |s| (s.peers, s.destination) = (vec![next, peer.clone()], Some(peer.clone())));
    }
    if must.destination.is_none() && must_not.online {
        add(rows, base, "offline", |s| (s.peers, s.destination) = (Vec::new(), None));
    }
    for wallet in must.wallet.iter().flatten() {
        let short = wallet.split(['.', '+', '/']).next().unwrap_or_default();
        let logins = [wallet.clone(), format!("{wallet}.rig1"), format!("{wallet}+5000"), format!("{wallet}/rig/x@y.example")];
        for login in logins {
            add(rows, base, "wallet", |s| (s.logins, s.wallet) = (vec![login.clone()], String::new()));
            add(rows, base, "wallet", |s| (s.logins, s.wallet) = (Vec::new(), login.clone()));
            add(rows, base, "wallet", |s| (s.logins, s.wallet) = (vec![login.clone(), wallet.clone()], wallet.clone()));
        }
        add(rows, base, "wallet", |s| (s.logins, s.wallet) = (vec![short.to_owned()], String::new()));
    }
}

fn times(policy: &Policy, base: &Subject, rows: &mut Rows) {
    let Some((from, until)) = policy.span().map(|(from, until)| (super::super::approved::at(from), super::super::approved::at(until)))
    else {
        return;
    };
    let groups = policy.must.host_group.clone().unwrap_or_default();
    let mut open = intervals(policy, &groups);
    if policy.must.window.is_none() {
        open = vec![Open { start: from, close: until, end: until }];
    }
    // The first, the last, and some between: they are where clocks change, and where the policy begins and ends.
    let step = (open.len() / WINDOWS).max(1);
    let last = open.last().copied();
    for Open { start, close, end } in open.into_iter().step_by(step).chain(last) {
        let middle = start + (close - start) / 2;
        for (first, last, started) in [
            (start, None, None),
            (close - 1, None, Some(start)),
            (start, Some(end - 1), None),
            (middle, Some(middle), Some(middle)),
            // Seen in the grace, begun before it.
            (end - 1, None, Some(close - 1)),
            (close.min(end - 1), Some(end - 1), Some(start)),
        ] {
            if last.unwrap_or(first) < until {
                add(rows, base, "valid", |s| (s.first, s.last, s.started) = (Some(first), last, started));
            }
        }
    }
}
