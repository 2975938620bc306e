//! What is refused when a policy is read, and the line that says so.

use crate::exclusions::Policy;

const POLICY: &str = r"# A comment
id: veeam
owner: it@example.com
approver: soc@example.com
ticket: CHG-1
reason: backup
valid: {from: 2026-11-01, until: 2026-11-23}
explains: [process_command]
must:
  path: ['C:\Program Files\Veeam\*', /usr/bin/rsync]
  host_group: [lab]
  signer: [Veeam Software Group GmbH]
  destination: {networks: [10.99.0.5/32, 10.0.0.1]}
  window:
    - {zone: UTC, days: [sat], from: '22:00', to: '24:00'}
    - {zone: Europe/Berlin, rrule: 'FREQ=MONTHLY;BYDAY=1SA;BYHOUR=22', minutes: 90, host_group: lab}
    - {zone: Europe/Berlin, cron: '0 3 * * 1-5', minutes: 90, grace_minutes: 5}
";

fn faults(from: &str, to: &str) -> Vec<String> {
    let text = POLICY.replace(from, to);
    assert!(from.is_empty() || text != POLICY, "{from}");
    Policy::parse("p.yaml", &text).map_or_else(|errors| errors.iter().map(ToString::to_string).collect(), |_| Vec::new())
}

#[test]
fn a_sound_policy_is_read() {
    assert_eq!(faults("", ""), Vec::<String>::new());
}

#[test]
fn each_mistake_is_named_with_its_line_and_a_remedy() {
    for (from, to, line, why) in [
        ("ticket: CHG-1\n", "", 2, "no ticket"),
        ("ticket: CHG-1", "ticket: ''", 5, "no ticket"),
        ("reason: backup", "reason: ' '", 6, "no reason"),
        ("approver: soc@", "approver: IT@", 4, "approver is the owner"),
        ("id: veeam", "scenario: 9\nid: veeam", 2, "no scenario 9"),
        ("until: 2026-11-23", "until: 2026-10-23", 7, "before"),
        ("until: 2026-11-23", "until: soon", 7, "soon"),
        (", until: 2026-11-23", "", 7, "no end"),
        ("ticket: CHG-1", "ticket: CHG-1\napproved: yesterday", 6, "yesterday"),
        ("[process_command]", "[process_command,\n  everything]", 9, "everything"),
        ("[process_command]", "[]", 8, "does not say"),
        ("/usr/bin/rsync", "\n    /opt/*/x", 11, "only at the end"),
        ("/usr/bin/rsync", "'*'", 10, "full path"),
        ("/usr/bin/rsync", "bin/x", 10, "full path"),
        ("/usr/bin/rsync", "/opt/../x", 10, "`..`"),
        ("/usr/bin/rsync", "/opt/x*", 10, "only at the end"),
        ("/usr/bin/rsync", r"'C:\'", 10, "full path"),
        ("/usr/bin/rsync", r"'C:\PROGRA~1\x.exe'", 10, "short name"),
        ("/usr/bin/rsync", "''", 10, "empty item"),
        ("host_group: [lab]", "host_group: []", 11, "empty"),
        ("  signer:", "  sha256: [abc]\n  signer:", 12, "SHA-256"),
        ("  signer:", "  session: [ssh]\n  signer:", 12, "kind of session"),
        ("  signer:", "  parent: [cron]\n  signer:", 12, "bare name"),
        ("  signer:", "  parent: ['/bin/sh<']\n  signer:", 12, "behind `<`"),
        ("  signer:", "  parent: ['/usr/bin/*']\n  signer:", 12, "bare name"),
        ("  signer:", "  parent: ['C:\\svchost.exe?a b']\n  signer:", 12, "letters and digits"),
        ("  signer:", "  account_pattern: 'a('\n  signer:", 12, "not a regex"),
        ("  signer:", "  account:\n  signer:", 12, "no value"),
        ("  signer:", "  account_pattern: ~\n  signer:", 12, "no value"),
        ("  signer:", "  acount: [x]\n  signer:", 12, "acount"),
        ("  signer:", "  command_line: [\"a\\nb\"]\n  signer:", 12, "several lines"),
        ("10.0.0.1]", "10.0.0.0/99]", 13, "not a network"),
        ("10.0.0.1]", "10.0.0.1/8]", 13, "all of 10.0.0.0/8"),
        ("networks: [", "ports: [], networks: [", 13, "`ports`"),
        ("networks: [", "ports: [0], networks: [", 13, "no port"),
        ("networks: [", "hosts: [pool.example.com], networks: [", 13, "name with a port"),
        ("networks: [", "hosts: [':1'], networks: [", 13, "name with a port"),
        ("networks: [", "hosts: ['10.0.0.1:1'], networks: [", 13, "address"),
        ("networks: [", "hosts: ['pool.example.com.:1'], networks: [", 13, "write pool.example.com:1"),
        ("networks: [10.99.0.5/32, 10.0.0.1]", "", 13, "no host"),
        ("minutes: 90, host_group: lab", "minutes: 90, host_group: other", 16, "`other`"),
        ("minutes: 90, host_group: lab", "host_group: lab", 16, "minutes"),
        ("  signer: [Veeam Software Group GmbH]\n", "", 9, "no fact of the supply chain"),
        ("0 3 * * 1-5", "0 3 * *", 17, "five fields"),
        ("0 3 * * 1-5", "0 3 1 1 *", 17, "never opens"),
    ] {
        let found = faults(from, to);
        let start = format!("p.yaml: line {line}: ");
        assert!(found.iter().any(|f| f.starts_with(&start) && f.contains(why)), "{to:?} ({line}, {why}): {found:?}");
        assert!(found.iter().all(|f| f.matches(": ").count() >= 3), "no remedy: {found:?}");
    }
}

#[test]
fn all_faults_of_a_file_are_told_at_once() {
    let found = faults("owner: it@example.com\napprover: soc@example.com\nticket: CHG-1", "ticket: ''");
    assert_eq!(found.len(), 3, "{found:?}");
    let found = Policy::parse("p.yaml", "{}").unwrap_err();
    assert!(found.len() >= 8, "{found:?}");
    assert!(Policy::parse("p.yaml", "a: [").unwrap_err()[0].to_string().starts_with("p.yaml: line"));
    let many = POLICY
        .replace("0 3 * * 1-5", "*/2 * * * *")
        .replace("minutes: 90, grace_minutes: 5", "minutes: 1")
        .replace("until: 2026-11-23", "until: 2028-11-23");
    assert!(Policy::parse("p.yaml", &many).unwrap_err().iter().any(|e| e.to_string().contains("20000")));
}
