//! Each fact held, failed and unknown.

use super::*;
use crate::exclusions::Peer;

const POLICY: &str = r"
id: p
owner: it@example.com
approver: soc@example.com
ticket: CHG-1
reason: A job of the lab
valid: {from: 2026-11-01, until: 2026-11-30}
explains: [process_name, stratum_payload]
must:
  host_group: [lab]
  path: ['C:\Program Files\Veeam\*', /opt/x/*, /usr/bin/rsync]
  sha256: [AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA]
  signer: [Acme]
  package: [rsync]
  account: [Backup]
  account_pattern: 'student\d\d'
  parent: [/usr/sbin/cron, '/bin/sh<cron', '/bin/dash</usr/sbin/cron', 'C:\Windows\System32\svchost.exe?Schedule']
  session: [service]
  destination: {hosts: ['pool.example.com:3333'], networks: [10.0.0.0/8], ports: [22, 873]}
  wallet: [48walletA, 'a.bcd']
  command_line: ['rsync -a']
  command_line_pattern: 'rsync -a [a-z]+'
  rule: [bitcoin]
  window:
    - {zone: UTC, days: [wed], from: '03:00', to: '05:00', host_group: lab}
must_not:
  command_line: stratum
  path: [/usr/bin/evil]
  account: [root]
  session: [network]
  destination: {networks: [10.9.0.0/16]}
  wallet: [evil]
";

fn subject() -> Subject {
    Subject {
        evidence_class: "process_name".into(),
        first: Some(at("2026-11-18T03:00:00Z")),
        last: None,
        device: "d".into(),
        process_known: true,
        groups: Some(vec!["x".into(), "lab".into()]),
        path: "/usr/bin/rsync".into(),
        sha256: "a".repeat(64),
        signers: Some(vec!["Acme".into()]),
        packages: Some(vec!["rsync".into()]),
        account: r"CORP\Backup".into(),
        command_line: "rsync -a".into(),
        parent: "/usr/sbin/cron".into(),
        session: "service".into(),
        wallet: String::new(),
        peers: vec![peer("10.1.2.3", "10.1.2.3", 22)],
        logins: vec!["48walletA.rig/1".into()],
        rules: vec!["bitcoin".into()],
        classes: vec!["process_name".into()],
        ..Subject::default()
    }
}

fn at(text: &str) -> i64 {
    ticks(text.parse().unwrap())
}

fn peer(name: &str, ip: &str, port: u16) -> Peer {
    Peer { name: name.into(), ip: ip.into(), port: Some(port).filter(|p| *p > 0), pool: String::new() }
}

fn fact(policy: &Policy, name: &str, change: impl FnOnce(&mut Subject)) -> i8 {
    let mut subject = subject();
    change(&mut subject);
    judge(policy, &subject).into_iter().find(|(n, _)| *n == name).unwrap_or_else(|| panic!("{name}")).1
}

/// `$name: held, …` of one fact, one line a change of the row.
macro_rules! facts {
    ($policy:expr, $name:literal: $($expected:literal $change:expr),+ $(,)?) => {
        $(assert_eq!(fact(&$policy, $name, $change), $expected, "{}: {}", $name, stringify!($change));)+
    };
}

#[test]
fn the_row_itself_is_explained() {
    let policy = Policy::parse("p.yaml", POLICY).unwrap();
    let facts = judge(&policy, &subject());
    assert!(facts.iter().all(|(_, fact)| *fact == 1), "{facts:?}");
    assert_eq!(facts.len(), 21);
    assert!(explains(&policy, &subject()));
    assert!(!explains(&policy, &Subject { evidence_class: "pool_dns".into(), ..subject() }));
    let bare = Policy { explains: vec!["process_name".into()], ..Policy::default() };
    assert_eq!(judge(&bare, &subject()), [("valid", -1), ("claimed", 1)]);
}

#[test]
fn facts_of_the_program() {
    let policy = Policy::parse("p.yaml", POLICY).unwrap();
    facts!(policy, "path": 0 |s| s.path.clear(), -1 |s| s.path = "/tmp/rsync".into(), -1 |s| s.path = "/usr/bin/RSYNC".into(),
        1 |s| s.path = r"c:\program files\VEEAM\a.exe".into(), -1 |s| s.path = r"C:\Program Files\Veeam\..\a.exe".into(),
        -1 |s| s.path = "/opt/x/../../tmp/a".into(), 1 |s| s.path = "/opt/x/a".into(), -1 |s| s.path = "/opt/x/a\n".into());
    facts!(policy, "sha256": 0 |s| s.sha256.clear(), -1 |s| s.sha256 = "b".repeat(64));
    facts!(policy, "signer": 0 |s| s.signers = None, -1 |s| s.signers = Some(Vec::new()), -1 |s| s.signers = Some(vec!["acme".into()]));
    facts!(policy, "package": 0 |s| s.packages = None, -1 |s| s.packages = Some(Vec::new()));
    facts!(policy, "rule": 0 |s| s.rules.clear(), -1 |s| s.rules.push("xmrig".into()));
    facts!(policy, "not_path": 0 |s| s.path.clear(), -1 |s| s.path = "/usr/bin/evil".into());
}

#[test]
fn facts_of_who_runs_it() {
    let policy = Policy::parse("p.yaml", POLICY).unwrap();
    facts!(policy, "host_group": 0 |s| s.groups = None, 0 |s| s.groups = Some(Vec::new()), -1 |s| s.groups = Some(vec!["x".into()]));
    facts!(policy, "account": 0 |s| s.account.clear(), 0 |s| s.account = r"CORP\".into(), -1 |s| s.account = "backup".into(), 1 |s| s.account = "student04".into(),
        -1 |s| s.account = "student04x".into(), -1 |s| s.account = "student04\n".into(),
        1 |s| { s.account = "backup".into(); s.path = r"C:\x.exe".into() });
    facts!(policy, "parent": 0 |s| s.parent.clear(), -1 |s| s.parent = "/bin/sh".into(), -1 |s| s.parent = "/bin/sh<cron".into(),
        1 |s| { s.parent = "/bin/sh".into(); s.grandparent = "cron".into() },
        -1 |s| { s.parent = "/bin/dash".into(); s.grandparent = "cron".into() },
        1 |s| { s.parent = "/bin/dash".into(); s.grandparent_path = "/usr/sbin/cron".into() },
        1 |s| { s.parent = r"c:\windows\system32\SVCHOST.EXE".into(); s.parent_command_line = "svchost.exe -k netsvcs -p -s Schedule".into() },
        -1 |s| { s.parent = r"C:\Windows\System32\svchost.exe".into(); s.parent_command_line = "svchost.exe -s Themes -s Schedule".into() },
        -1 |s| s.parent = r"C:\Windows\System32\svchost.exe".into());
    facts!(policy, "session": 0 |s| s.session.clear(), -1 |s| s.session = "batch".into());
    facts!(policy, "command_line": 0 |s| s.command_line.clear(), -1 |s| s.command_line = "rsync -a X".into(), 1 |s| s.command_line = "rsync -a x".into(),
        -1 |s| s.command_line = "x rsync -a x".into(), -1 |s| s.command_line = "rsync -a x\nrm".into());
    facts!(policy, "not_command_line": 0 |s| s.command_line.clear(), -1 |s| s.command_line = "rsync -a\nstratum".into());
    facts!(policy, "not_account": 0 |s| s.account.clear(), -1 |s| s.account = r"CORP\root".into());
}

#[test]
fn facts_of_where_it_goes() {
    let policy = Policy::parse("p.yaml", POLICY).unwrap();
    facts!(policy, "destination": 0 |s| s.peers.clear(), -1 |s| s.peers.push(peer("x.com", "1.2.3.4", 22)), -1 |s| s.destination = Some(peer("", "8.8.8.8", 22)),
        1 |s| s.destination = Some(peer("stratum+tcp://w@Pool.Example.com.:3333/", "1.2.3.4", 3333)),
        1 |s| s.destination = Some(peer("pool.example.com:3333", "", 3333)),
        1 |s| s.destination = Some(peer("pool.example.com", "", 0)), 0 |s| s.peers = vec![peer("pool.example.com", "", 0)],
        -1 |s| s.destination = Some(peer("pool.example.com", "1.2.3.4", 443)), 1 |s| s.peers = vec![peer("", "::ffff:10.0.0.1", 873)],
        -1 |s| s.peers = vec![peer("10.0.0.1", "1.2.3.4", 22)], -1 |s| s.peers = vec![peer("vault", "", 22)], -1 |s| s.peers = vec![peer("", "10.0.0.1", 80)]);
    facts!(policy, "not_destination": -1 |s| s.peers.push(peer("", "10.9.1.1", 22)), 0 |s| s.peers.push(peer("vault", "", 22)), 0 |s| s.process_known = false,
        1 |s| s.peers.clear());
    let ports = Policy::parse(
        "p.yaml",
        &POLICY.replace(", stratum_payload", "").replacen(
            "{hosts: ['pool.example.com:3333'], networks: [10.0.0.0/8], ports: [22, 873]}",
            "{ports: [8333]}",
            1,
        ),
    )
    .unwrap();
    facts!(ports, "destination": 1 |s| s.peers = vec![peer("", "8.8.8.8", 8333)],
        -1 |s| s.peers = vec![Peer { pool: "P".into(), ..peer("", "8.8.8.8", 8333) }], -1 |s| s.peers = vec![peer("", "8.8.8.8", 0)]);
    facts!(policy, "wallet": 0 |s| s.logins.clear(), 1 |s| { s.logins.clear(); s.wallet = "48walletA".into() }, -1 |s| s.wallet = "evil".into(), 1 |s| s.logins.push("a.bcd".into()),
        0 |s| s.logins.push(String::new()), -1 |s| s.logins.push("a".into()), -1 |s| s.logins.push("48walletA\n".into()));
    facts!(policy, "not_wallet": -1 |s| s.logins.push("evil+1".into()), 0 |s| s.logins.push(String::new()), 0 |s| { s.logins.clear(); s.process_known = false },
        1 |s| s.logins.clear());
    let mut offline = Policy::parse("p.yaml", &POLICY.replace("must_not:", "must_not:\n  mining_protocol: true")).unwrap();
    // Beside a destination no policy that is read may say so.
    offline.must_not.online = true;
    facts!(offline, "offline": -1 |_| (), 1 |s| s.peers.clear(), 0 |s| { s.peers.clear(); s.process_known = false }, -1 |s| { s.peers.clear(); s.destination = Some(peer("a", "", 0)) });
    facts!(offline, "no_mining_protocol": -1 |_| (), 1 |s| s.logins.clear(), 0 |s| { s.logins.clear(); s.process_known = false },
        -1 |s| { s.logins.clear(); s.evidence_class = "stratum_payload".into() });
}

#[test]
fn facts_of_time_and_claim() {
    let policy = Policy::parse("p.yaml", POLICY).unwrap();
    facts!(policy, "window": 0 |s| s.first = None, -1 |s| s.first = Some(at("2026-11-18T02:59:59Z")), 1 |s| s.last = Some(at("2026-11-18T04:59:59Z")),
        -1 |s| s.last = Some(at("2026-11-18T05:00:00Z")), -1 |s| s.groups = Some(vec!["x".into()]), -1 |s| s.last = Some(at("2026-11-25T04:00:00Z")));
    facts!(policy, "valid": 0 |s| s.first = None, -1 |s| s.first = Some(at("2026-10-31T23:59:59Z")), 1 |s| s.first = Some(at("2026-11-30T23:59:59Z")),
        -1 |s| s.first = Some(at("2026-12-01T00:00:00Z")), -1 |s| s.last = Some(at("2026-12-01T00:00:00Z")));
    facts!(policy, "claimed": -1 |s| s.classes.push("pool_dns".into()), 1 |s| s.classes.clear());
}
