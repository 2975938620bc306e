//! The lint beside a clock and a file; weaknesses one by one are in `tests/weaknesses`.

use super::*;
use std::fmt::Write as _;

fn example(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/exclusions").join(name);
    std::fs::read_to_string(path).unwrap()
}

fn at(day: &str) -> DateTime<Utc> {
    format!("{day}T12:00:00Z").parse().unwrap()
}

fn linted(text: &str, day: &str) -> Linted {
    lint(Path::new("no such file"), text, at(day))
}

fn said(faults: &[Fault]) -> String {
    faults.iter().fold(String::new(), |mut all, f| {
        let _ = writeln!(all, "{} {}: {}", f.line, f.what, f.remedy);
        all
    })
}

#[test]
fn the_examples_are_sound_and_say_how_far_an_impostor_is() {
    for (name, distance) in [
        ("1-scheduled-pool-job-linux.yaml", "another command line than those that `must_not` forbids (by anybody"),
        ("2-benchmark-windows.yaml", "another command line than those"),
        ("3-node.yaml", "another hour (by anybody"),
        ("4-backup-windows.yaml", "a changed program of the same maker (by who makes"),
        ("5-teaching.yaml", "another parent"),
        ("6-browser-runtime.yaml", "every single change is seen; `rule` alone stands in the way of: another YARA rule"),
    ] {
        let linted = linted(&example(name), "2026-11-18");
        assert_eq!(said(&linted.refusals), "", "{name}");
        let line = linted.distance.unwrap().to_string();
        assert!(line.contains(distance), "{name}: {line}");
    }
}

#[test]
fn the_day_matters() {
    let text = example("2-benchmark-linux.yaml");
    assert!(said(&linted(&text, "2026-11-18").warnings).contains("ends within 14 days: its last day is 2026-11-23"));
    let shorter = text.replace("2026-11-23", "2026-12-19");
    assert!(!said(&linted(&shorter, "2026-11-18").warnings).contains("14 days"));
    assert!(said(&linted(&text, "2026-11-24").warnings).contains("ended on"));
    assert!(said(&linted(&text, "2025-11-24").refusals).contains("a day to come"));
    // The last day that a scenario allows, and the one after.
    assert_eq!(said(&linted(&text.replace("2026-11-23", "2026-12-19"), "2026-11-18").refusals), "");
    let long = said(&linted(&text.replace("2026-11-23", "2026-12-20"), "2026-11-18").refusals);
    assert!(long.starts_with("13 scenario 2 (benchmark) may hold for 31 days") && long.contains("end it on 2026-12-19"), "{long}");
    // Without a day of approval the begin counts.
    assert!(said(&linted(&text.replace("approved: 2026-11-18\n", ""), "2026-11-18").refusals).contains("31 days"));
    assert!(said(&linted(&text.replace("from: 2026-01-01", "from: 2025-01-01"), "2026-11-18").refusals).contains("begins more than"));
}

#[test]
fn warnings_tell_and_do_not_refuse() {
    let text = example("1-scheduled-pool-job-linux.yaml");
    let hash = said(&linted(&text, "2026-11-18").warnings);
    assert!(hash.contains("known by its hash alone"), "{hash}");
    let found = linted(
        &text.replace("pool.supportxmr.com:443", "pool.mooo.com:443").replace("/usr/sbin/cron,", "/bin/bash, /usr/sbin/cron,"),
        "2026-11-18",
    );
    let warnings = said(&found.warnings);
    assert!(
        found.refusals.is_empty() && warnings.contains("dynamic-DNS zone (FreeDNS)") && warnings.contains("/bin/bash<cron"),
        "{warnings}"
    );
    assert!(said(&linted(&example("2-benchmark-windows.yaml"), "2026-11-18").warnings).contains("icacls"));
    let yara = text.replace("explains: [", "explains: [yara_file, ");
    assert!(said(&linted(&yara, "2026-11-18").warnings).contains("whatever rule matches"));
}

#[test]
fn two_policies_for_the_same_are_told() {
    let read = |id: &str, name: &str| {
        let mut policy = Policy::parse(name, &example(name)).unwrap();
        policy.id = id.to_owned();
        (name.to_owned(), policy)
    };
    let policies = [read("a", "3-node.yaml"), read("b", "3-node.yaml"), read("c", "4-backup-linux.yaml")];
    let found = overlaps(&policies);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].0, found[0].1), ("a", "b"));
    assert!(found[0].2.contains("process_name of /usr/bin/bitcoind"));
}

#[test]
fn one_id_in_two_files_names_both() {
    let read = |name: &str, id: &str| {
        let mut policy = Policy::parse(name, &example("3-node.yaml")).unwrap();
        policy.id = id.to_owned();
        (name.to_owned(), policy)
    };
    let policies = [read("a.yaml", "one"), read("b.yaml", "two"), read("c.yaml", "one"), read("d.yaml", "")];
    let found = doubles(&policies);
    assert_eq!(found.iter().map(|(file, _)| *file).collect::<Vec<_>>(), ["c.yaml"]);
    assert!(found[0].1.what.contains("`one` is the id of a.yaml as well"), "{found:?}");
}

#[test]
fn an_unreadable_policy_is_one_refusal() {
    let found = linted("id: [", "2026-11-18");
    assert!(found.policy.is_none() && found.refusals.len() == 1 && found.distance.is_none());
}

#[cfg(unix)]
#[test]
fn a_policy_that_everybody_may_write_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("p.yaml");
    std::fs::write(&file, example("3-node.yaml")).unwrap();
    let with = |path: &Path, mode: u32| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    with(&file, 0o644);
    assert_eq!(open_to_all(&file), None);
    with(&file, 0o646);
    assert!(open_to_all(&file).unwrap().remedy.contains("chmod o-w"));
    assert_eq!(crate::Library::default().add_exclusions(&file).len(), 1);
    with(&file, 0o644);
    with(folder.path(), 0o777);
    assert!(open_to_all(&file).unwrap().what.contains("replace"));
    with(folder.path(), 0o1777);
    assert_eq!(open_to_all(&file), None);
}

#[test]
fn every_single_change_may_be_seen() {
    let text = example("1-scheduled-pool-job-windows.yaml").replace(
        "  account: [svc-minex]",
        "  account: [svc-minex]\n  session: [batch]\n  command_line: ['minexd.exe --config C:\\ProgramData\\Minex\\pool.json']",
    );
    let distance = linted(&text, "2026-11-18").distance.unwrap();
    assert_eq!(distance.unseen().count(), 0, "{distance}");
    assert!(
        distance.to_string().starts_with("every single change is seen; `command_line` alone stands in the way of: another command line")
    );
    let mut policy = Policy::parse("p.yaml", &text).unwrap();
    policy.must.wallet = None;
    assert!(Distance::of(&policy).to_string().contains("another wallet at the same pool (by anybody who can run a program there)"));
}
