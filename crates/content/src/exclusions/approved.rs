//! The row that a policy was written for.

use super::policy::{Destination, Policy};
use super::sample::sample;
use super::subject::{Peer, Subject};
use super::windows::Interval;
use chrono::{DateTime, Utc};
use model::ticks;

/// A row of which all facts hold that the policy asks for: the first item of each list, at the begin of the first window. `None` where the policy cannot hold at all.
pub fn approved(policy: &Policy) -> Option<Subject> {
    let must = &policy.must;
    let first = |list: &Option<Vec<String>>| list.as_ref().and_then(|l| l.first().cloned()).unwrap_or_default();
    let (time, group) = opening(policy)?;
    let groups: Vec<String> =
        if group.is_empty() { must.host_group.iter().flatten().take(1).cloned().collect() } else { vec![group.to_owned()] };
    let class = policy.explains.first()?.clone();
    let pattern = |pattern: &Option<String>| pattern.as_deref().and_then(sample).unwrap_or_default();
    let or = |text: String, other: String| if text.is_empty() { other } else { text };
    let path = or(first(&must.path).replace('*', "program.exe"), "/usr/bin/program".to_owned());
    let command = or(first(&must.command_line), pattern(&must.command_line_pattern));
    let mut row = Subject {
        first: Some(time),
        device: "host".to_owned(),
        process_known: true,
        groups: Some(groups).filter(|g| !g.is_empty()),
        sha256: or(first(&must.sha256), "ab".repeat(32)),
        signers: must.signer.as_ref().map(|list| list.iter().take(1).cloned().collect()),
        packages: must.package.as_ref().map(|list| list.iter().take(1).cloned().collect()),
        account: or(or(first(&must.account), pattern(&must.account_pattern)), "somebody".to_owned()),
        command_line: or(command, path.clone()),
        session: or(first(&must.session), "service".to_owned()),
        peers: must.destination.as_ref().and_then(peer).into_iter().collect(),
        rules: if class == "yara_file" { must.rule.iter().flatten().take(1).cloned().collect() } else { Vec::new() },
        classes: vec![class.clone()],
        evidence_class: class,
        path,
        ..Subject::default()
    };
    set_parent(&mut row, &or(first(&must.parent), "/usr/sbin/cron".to_owned()));
    if let Some(wallet) = must.wallet.as_ref().and_then(|list| list.first()) {
        if row.peers.is_empty() {
            row.peers.push(Peer {
                name: "pool.example.com".to_owned(),
                ip: "203.0.113.9".to_owned(),
                port: Some(3333),
                pool: String::new(),
            });
        }
        row.logins.push(format!("{wallet}.rig1"));
    }
    Some(row)
}

/// The first moment at which the policy holds, and the group of whose window it is.
fn opening(policy: &Policy) -> Option<(i64, &str)> {
    let (from, until) = policy.span().filter(|(from, until)| from < until)?;
    let Some(windows) = &policy.must.window else { return Some((at(from), "")) };
    let openings = windows.iter().filter_map(|window| {
        let intervals: Vec<Interval> = window.intervals(from, until).ok()?;
        Some((at(intervals.first()?.start.max(from)), window.host_group.as_str()))
    });
    openings.min()
}

/// Ticks of a moment.
pub(super) fn at(time: DateTime<Utc>) -> i64 {
    ticks::from_unix_seconds(0.0)
        .unwrap_or_default()
        .saturating_add(time.timestamp().saturating_mul(10_000_000))
        .saturating_add(i64::from(time.timestamp_subsec_nanos() / 100))
}

/// A peer that a destination allows.
pub(super) fn peer(destination: &Destination) -> Option<Peer> {
    let port = destination.ports.iter().flatten().next().copied();
    let host = destination.hosts.iter().flatten().next().and_then(|host| host.rsplit_once(':'));
    let network = destination.networks.iter().flatten().next().and_then(|network| network.split('/').next());
    let (name, ip, port) = match (host, network) {
        (Some((name, port)), _) => (name, "203.0.113.9", port.parse().ok()),
        (None, Some(address)) => ("peer.example.net", address, port.or(Some(3333))),
        (None, None) => ("peer.example.net", "203.0.113.9", Some(port?)),
    };
    Some(Peer { name: name.to_owned(), ip: ip.to_owned(), port, pool: String::new() })
}

/// A parent as policies write it.
pub(super) fn set_parent(row: &mut Subject, written: &str) {
    let at = written.find(['<', '?']).unwrap_or(written.len());
    let (own, above) = (written.get(..at).unwrap_or_default(), written.get(at + 1..).unwrap_or_default());
    own.clone_into(&mut row.parent);
    (row.parent_command_line, row.grandparent, row.grandparent_path) = (own.to_owned(), "systemd".to_owned(), String::new());
    if written.contains('?') {
        row.parent_command_line = format!("svchost.exe -k netsvcs -p -s {above}");
    } else if above.contains(['/', '\\']) {
        above.clone_into(&mut row.grandparent_path);
    } else if !above.is_empty() {
        above.clone_into(&mut row.grandparent);
    }
}
