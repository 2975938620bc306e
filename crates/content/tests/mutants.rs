//! From a row that each example policy approves, one thing is changed at a time: no mutant is explained.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use chrono::{DateTime, Utc};
use content::exclusions::{Judge, Peer, Policy, Subject};
use std::path::Path;

fn examples() -> Vec<Policy> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/exclusions");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| Policy::parse(&file.display().to_string(), &std::fs::read_to_string(file).unwrap()).unwrap()).collect()
}

fn ticks(time: DateTime<Utc>) -> i64 {
    (time.timestamp() + 62_135_596_800) * 10_000_000
}

/// What the owner of the policy asked to be approved.
fn approved(policy: &Policy) -> Subject {
    let must = &policy.must;
    let first = |list: &Option<Vec<String>>| list.as_ref().and_then(|l| l.first().cloned()).unwrap_or_default();
    let (from, until) = policy.span().unwrap();
    let window = must.window.iter().flatten().next();
    let start = window.map_or(from, |w| w.intervals(from, until).unwrap()[0].0);
    let group = window.map(|w| w.host_group.clone()).filter(|g| !g.is_empty()).unwrap_or_else(|| first(&must.host_group));
    let parent = first(&must.parent);
    let (parent, above) = parent.split_once(['<', '?']).map_or((parent.as_str(), ""), |(p, a)| (p, a));
    let peer = must.destination.as_ref().map(|d| {
        let host = first(&d.hosts);
        let network = first(&d.networks);
        let (name, port) = host.split_once(':').unwrap_or(("", ""));
        let port = port.parse().ok().or_else(|| d.ports.as_ref().and_then(|p| p.first().copied())).unwrap_or(3333);
        let ip = if network.is_empty() { "203.0.113.9" } else { network.split('/').next().unwrap_or_default() };
        Peer { name: name.to_owned(), ip: ip.to_owned(), port: Some(port), pool: String::new() }
    });
    Subject {
        evidence_class: policy.explains[0].clone(),
        first: Some(ticks(start)),
        last: None,
        device: "host".into(),
        process_known: true,
        groups: Some(vec![group]),
        path: first(&must.path).replace('*', "x.exe"),
        sha256: first(&must.sha256),
        signers: must.signer.clone(),
        packages: None,
        account: first(&must.account),
        command_line: "the approved command".into(),
        parent: parent.to_owned(),
        parent_command_line: format!("svchost.exe -k netsvcs -p -s {above}"),
        grandparent: above.to_owned(),
        destination: None,
        peers: peer.into_iter().collect(),
        logins: must.wallet.iter().flatten().take(1).map(|w| format!("{w}.rig1")).collect(),
        wallet: String::new(),
        rules: must.rule.clone().unwrap_or_default(),
        classes: vec![policy.explains[0].clone()],
        ..Subject::default()
    }
}

type Mutation = (&'static str, fn(&Policy, &mut Subject));

/// Each must open the row of every policy that asks for the fact named.
const MUTATIONS: &[(&str, Mutation)] = &[
    ("path", ("a temporary folder", |_, s| s.path = "/tmp/.x/miner".into())),
    ("path", ("a folder up", |_, s| s.path = s.path.replacen(['/', '\\'], "/../tmp/", 2))),
    ("path", ("a homoglyph", |_, s| s.path = s.path.replacen('i', "\u{456}", 1))),
    ("path", ("a trailing space", |p, s| if whole(p) { s.path.push(' ') } else { s.path.clear() })),
    ("path", ("no path", |_, s| s.path.clear())),
    (
        "path",
        ("a child process", |_, s| {
            s.parent = std::mem::take(&mut s.path);
            s.path = "/usr/bin/perl".into();
            s.sha256 = "ff".repeat(32);
        }),
    ),
    ("sha256", ("another binary", |_, s| s.sha256 = "fe".repeat(32))),
    ("sha256", ("no hash", |_, s| s.sha256.clear())),
    ("signer", ("another signer", |_, s| s.signers = Some(vec!["Veeam Software Group GmbH.".into()]))),
    ("signer", ("unsigned", |_, s| s.signers = Some(Vec::new()))),
    ("signer", ("not looked up", |_, s| s.signers = None)),
    ("host_group", ("another group", |_, s| s.groups = Some(vec!["domain-controllers".into()]))),
    ("host_group", ("no group", |_, s| s.groups = None)),
    ("account", ("another account", |_, s| s.account = "www-data".into())),
    ("account", ("one letter more", |_, s| s.account.push('x'))),
    ("account", ("no account", |_, s| s.account = r"CORP\".into())),
    ("parent", ("a web server", |_, s| s.parent = "/usr/sbin/apache2".into())),
    (
        "parent",
        ("the parent's name elsewhere", |_, s| s.parent = format!("/tmp/{}", s.parent.rsplit(['/', '\\']).next().unwrap_or_default())),
    ),
    ("parent", ("no parent", |_, s| s.parent.clear())),
    (
        "destination",
        ("a public pool", |_, s| {
            s.peers = vec![Peer {
                name: "gulf.moneroocean.stream".into(),
                ip: "203.0.113.7".into(),
                port: Some(10128),
                pool: "MoneroOcean".into(),
            }];
        }),
    ),
    (
        "destination",
        ("a second pool beside it", |_, s| s.peers.push(Peer { ip: "203.0.113.7".into(), port: Some(10128), ..Peer::default() })),
    ),
    (
        "destination",
        ("a longer name", |_, s| {
            s.peers[0] =
                Peer { name: "pool.supportxmr.com.example.net".into(), ip: "203.0.113.7".into(), port: Some(3334), pool: String::new() }
        }),
    ),
    ("destination", ("not known", |_, s| s.peers.clear())),
    ("wallet", ("another wallet", |_, s| s.logins = vec!["845xH1".into()])),
    ("wallet", ("a second wallet", |_, s| s.logins.push("845xH1".into()))),
    ("wallet", ("a wallet that begins like it", |_, s| s.logins = vec![s.logins[0].replace(".rig1", "x.rig1")])),
    ("wallet", ("no login seen", |_, s| s.logins.clear())),
    ("rule", ("a miner's rule beside it", |_, s| s.rules.push("xmrig".into()))),
    ("rule", ("no rule known", |_, s| s.rules.clear())),
    ("window", ("an hour before", |_, s| s.first = s.first.map(|t| t - 3600 * 10_000_000))),
    ("window", ("a moment before", |_, s| s.first = s.first.map(|t| t - 1))),
    ("window", ("into the next day", |_, s| s.last = s.first.map(|t| t + 24 * 3600 * 10_000_000))),
    ("window", ("no time", |_, s| s.first = None)),
    ("valid", ("after the end", |p, s| s.first = Some(ticks(p.span().unwrap().1)))),
    ("valid", ("before the begin", |p, s| s.first = Some(ticks(p.span().unwrap().0) - 1))),
    ("claimed", ("evidence that is not claimed", |_, s| s.classes.push("yara_memory".into()))),
    ("claimed", ("a class that is not claimed", |_, s| s.evidence_class = "yara_memory".into())),
    ("offline", ("a connection", |_, s| s.peers.push(Peer { ip: "203.0.113.7".into(), port: Some(443), ..Peer::default() }))),
    ("offline", ("a process that is not known", |_, s| s.process_known = false)),
    ("no_mining_protocol", ("a mining session", |_, s| s.logins.push(String::new()))),
    ("no_mining_protocol", ("a process that is not known", |_, s| s.process_known = false)),
    (
        "not_command_line",
        ("two pools", |_, s| s.command_line = "minexd -o pool.supportxmr.com:3333 -o stratum+tcp://evil.example:1 --url=x".into()),
    ),
    ("not_command_line", ("no command line", |_, s| s.command_line.clear())),
];

/// Whether the policy names files, not a folder.
fn whole(policy: &Policy) -> bool {
    !policy.must.path.iter().flatten().any(|p| p.ends_with('*'))
}

#[test]
fn no_mutant_of_an_approved_row_is_explained() {
    let mut count = 0;
    for policy in &examples() {
        let judge = Judge::new(policy);
        let row = approved(policy);
        assert!(judge.explains(&row), "{}: {:?}", policy.id, judge.facts(&row));
        let asked: Vec<&str> = judge.facts(&row).into_iter().map(|(fact, _)| fact).collect();
        for (fact, (name, change)) in MUTATIONS.iter().filter(|(fact, _)| asked.contains(fact)) {
            let mut mutant = row.clone();
            change(policy, &mut mutant);
            assert_ne!(mutant, row, "{}: {name} changes nothing", policy.id);
            assert!(!judge.explains(&mutant), "{}: {fact}: {name} is explained: {mutant:?}", policy.id);
            count += 1;
        }
    }
    assert!(count > 200, "{count}");
}

/// What is written otherwise and is the same.
#[test]
fn another_spelling_of_the_same_is_explained() {
    for policy in &examples() {
        let judge = Judge::new(policy);
        let mut row = approved(policy);
        row.sha256 = row.sha256.to_uppercase();
        row.account = format!(r"CORP\{}", row.account);
        if row.path.starts_with("C:") {
            row.path = row.path.to_uppercase();
        }
        for peer in &mut row.peers {
            peer.name = if peer.name.is_empty() { String::new() } else { format!("{}.", peer.name.to_uppercase()) };
            peer.ip = format!("::ffff:{}", peer.ip);
        }
        assert!(judge.explains(&row), "{}: {:?}", policy.id, judge.facts(&row));
    }
}
