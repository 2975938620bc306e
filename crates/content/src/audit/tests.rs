use super::*;
use crate::Watchlist;
use crate::exclusions::{compile, policy_hash};
use std::fs;

pub(super) fn policy(id: &str, until: &str) -> (String, Policy) {
    let mut policy = Policy { id: id.to_owned(), owner: "it@example.com".into(), ticket: "CHG-1".into(), ..Policy::default() };
    policy.valid.from = "2026-11-01".to_owned();
    until.clone_into(&mut policy.valid.until);
    (format!("{id}.yaml"), policy)
}

pub(super) fn at(time: &str) -> DateTime<Utc> {
    time.parse().unwrap()
}

fn used(policy: &str, findings: &[&str]) -> RunRecord {
    let names = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
    let of = PolicyUse {
        policy: policy.to_owned(),
        findings: names(findings),
        hosts: names(&["lab-1"]),
        classes: names(&["process_name"]),
        ..PolicyUse::default()
    };
    RunRecord { evidence: names(&["/evidence"]), engine: "poolhound 0.1.0".into(), policies: vec![of], ..RunRecord::default() }
}

/// The event of each line.
fn events(file: &Path) -> Vec<String> {
    let value = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap();
    fs::read_to_string(file).unwrap().lines().map(|line| value(line)["event"].as_str().unwrap().to_owned()).collect()
}

fn states(audit: &Audit, policies: &[(String, Policy)], now: &str) -> Vec<PolicyState> {
    audit.status(policies, at(now), &[]).into_iter().map(|status| status.state).collect()
}

/// A trail of a few runs, in a folder of its own.
pub(super) fn trail() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("trail.jsonl");
    let mut audit = Audit::open(&file).unwrap();
    let both = [policy("a", "2027-01-31"), policy("b", "2026-11-20")];
    audit.record(&both, at("2026-11-18T12:00:00Z"), &used("a", &["f1", "f2"])).unwrap();
    audit.record(&both, at("2026-11-21T12:00:00Z"), &used("a", &["f1"])).unwrap();
    audit.record(&both[..1], at("2026-11-22T12:00:00Z"), &RunRecord::default()).unwrap();
    (folder, file)
}

#[test]
fn what_changed_is_written_once_and_every_run() {
    let (_folder, file) = trail();
    let first = ["policy_enabled", "policy_enabled", "run", "policy_used"];
    assert_eq!(events(&file), [&first[..], &["policy_expired", "run", "policy_used", "policy_removed", "run"]].concat());
    let mut audit = Audit::open(&file).unwrap();
    let mut changed = policy("a", "2027-01-31");
    let was = policy_hash(&changed.1);
    changed.1.reason = "another".to_owned();
    let changed = [changed];
    assert_eq!(states(&audit, &changed, "2026-11-22T13:00:00Z"), [PolicyState::ChangedSince, PolicyState::Removed]);
    audit.record(&changed, at("2026-11-22T13:00:00Z"), &RunRecord::default()).unwrap();
    let text = fs::read_to_string(&file).unwrap();
    let line = text.lines().nth(9).unwrap();
    assert!(line.contains("policy_changed") && line.contains(&was) && line.contains(&policy_hash(&changed[0].1)), "{line}");
    assert!(line.contains(r#""owner":"it@example.com""#) && line.contains(r#""ticket":"CHG-1""#), "{line}");
    let all = Audit::open(&file).unwrap().status(&changed, at("2027-01-20T00:00:00Z"), &[]);
    let a = &all[0];
    assert_eq!((a.state, a.runs, a.hid, a.days_left, a.expires_soon), (PolicyState::Active, 2, 3, Some(12), true));
    assert_eq!((a.last_used.as_deref(), a.unused), (Some("2026-11-21T12:00:00Z"), true));
    assert_eq!((all[1].id.as_str(), all[1].state), ("b", PolicyState::Removed));
}

/// What a line says of the trail after a change of its text.
fn broken(change: impl Fn(&mut Vec<String>)) -> String {
    let (_folder, file) = trail();
    let mut lines: Vec<String> = fs::read_to_string(&file).unwrap().lines().map(str::to_owned).collect();
    change(&mut lines);
    let text = lines.join("\n") + "\n";
    fs::write(&file, &text).unwrap();
    let error = Audit::open(&file).unwrap_err();
    assert_eq!(fs::read_to_string(&file).unwrap(), text, "nothing is added");
    error.to_string()
}

#[test]
fn a_changed_removed_or_moved_line_is_found() {
    let changed = broken(|lines| lines[3] = lines[3].replace("f2", "f9"));
    assert!(changed.contains("line 4: its hash is not that of its text"), "{changed}");
    let removed = broken(|lines| drop(lines.remove(1)));
    assert!(removed.contains("line 2: it is number 3 where 2 should stand"), "{removed}");
    let swapped = broken(|lines| lines.swap(4, 5));
    assert!(swapped.contains("line 5: it is number 6 where 5"), "{swapped}");
    let blank = broken(|lines| lines.push(String::new()));
    assert!(blank.contains("line 10: it does not end with its hash"), "{blank}");
    // A line of another trail, sound in itself.
    let other = broken(|lines| {
        let (_folder, other) = trail();
        let mut audit = Audit::open(&other).unwrap();
        audit.record(&[], at("2026-11-23T12:00:00Z"), &RunRecord::default()).unwrap();
        let text = fs::read_to_string(&other).unwrap();
        let later: Vec<&str> = text.lines().collect();
        lines[8] = later[8].to_owned();
        lines.push(later[9].to_owned());
        lines.remove(8);
    });
    assert!(other.contains("line 9: it is number 10"), "{other}");
}

#[test]
fn lines_that_were_cut_off_are_found_with_the_head() {
    let (_folder, file) = trail();
    let head = Audit::open(&file).unwrap().head().map(|(_, hash)| hash.to_owned()).unwrap();
    assert!(Audit::open_expecting(&file, Some(&head)).is_ok());
    let text = fs::read_to_string(&file).unwrap();
    let shorter: Vec<&str> = text.lines().take(5).collect();
    let mut open = Audit::open(&file).unwrap();
    fs::write(&file, shorter.join("\n") + "\n").unwrap();
    assert!(Audit::open(&file).is_ok(), "nothing in the file itself tells");
    assert!(matches!(Audit::open_expecting(&file, Some(&head)), Err(AuditError::NoHead { .. })));
    let error = open.record(&[], at("2026-11-23T12:00:00Z"), &RunRecord::default()).unwrap_err();
    assert!(error.to_string().contains("became shorter"), "{error}");
}

#[test]
fn half_a_line_is_told_with_its_remedy() {
    let (_folder, file) = trail();
    let whole = fs::read(&file).unwrap();
    fs::write(&file, [&whole[..], br#"{"seq":10,"ti"#].concat()).unwrap();
    let error = Audit::open(&file).unwrap_err().to_string();
    assert!(error.contains("line 10 is cut off") && error.contains(&format!("truncate -s {}", whole.len())), "{error}");
    fs::OpenOptions::new().write(true).open(&file).unwrap().set_len(whole.len() as u64).unwrap();
    assert!(Audit::open(&file).is_ok());
}

#[test]
fn two_writers_take_turns() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("trail.jsonl");
    let now = at("2026-11-18T12:00:00Z");
    let (mut one, mut two) = (Audit::open(&file).unwrap(), Audit::open(&file).unwrap());
    assert_eq!(one.record(&[policy("a", "2027-01-31")], now, &RunRecord::default()).unwrap(), 2);
    // The second knows of the first's line by now.
    assert_eq!(two.record(&[policy("a", "2027-01-31")], now, &RunRecord::default()).unwrap(), 1);
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let mut audit = Audit::open(&file).unwrap();
            std::thread::spawn(move || {
                for _ in 0..10 {
                    audit.record(&[policy("a", "2027-01-31")], now, &used("a", &["f"])).unwrap();
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    let audit = Audit::open(&file).unwrap();
    assert_eq!(audit.head().map(|(seq, _)| seq), Some(3 + 80));
    assert_eq!(audit.status(&[policy("a", "2027-01-31")], now, &[])[0].hid, 40);
}

#[test]
fn uses_that_were_cut_off_are_missed_by_their_run() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("trail.jsonl");
    let run = RunRecord { explained: 2, ..used("a", &["f1", "f2"]) };
    Audit::open(&file).unwrap().record(&[policy("a", "2027-01-31")], at("2026-11-18T12:00:00Z"), &run).unwrap();
    assert_eq!(Audit::open(&file).unwrap().head().map(|(lines, _)| lines), Some(3));
    let text = fs::read_to_string(&file).unwrap();
    let kept: String = text.split_inclusive('\n').take(2).collect();
    fs::write(&file, kept).unwrap();
    let told = Audit::open(&file).unwrap_err().to_string();
    assert!(told.contains("line 3: the run before it explained 2 findings more"), "{told}");
}

#[test]
fn a_clock_set_back_brings_nothing_to_life() {
    let (_folder, file) = trail();
    let ends = [policy("c", "2026-11-30")];
    let mut audit = Audit::open(&file).unwrap();
    audit.record(&ends, at("2026-12-02T00:00:00Z"), &RunRecord::default()).unwrap();
    assert_eq!(events(&file)[9..], ["policy_enabled", "policy_expired", "policy_removed", "run"]);
    assert_eq!(states(&audit, &ends, "2026-11-25T00:00:00Z")[0], PolicyState::Expired);
    audit.record(&ends, at("2026-11-25T00:00:00Z"), &RunRecord::default()).unwrap();
    audit.record(&ends, at("2026-11-25T00:01:00Z"), &RunRecord::default()).unwrap();
    assert_eq!(events(&file)[13..], ["clock_set_back", "run", "run"]);
    let audit = Audit::open(&file).unwrap();
    assert_eq!(audit.judged_at(at("2026-11-25T00:00:00Z")), at("2026-12-02T00:00:00Z"));
    assert_eq!(states(&audit, &ends, "2026-11-25T00:00:00Z")[0], PolicyState::Expired);
    // A renewed one is another policy.
    assert_eq!(states(&audit, &[policy("c", "2027-01-31")], "2026-12-03T00:00:00Z")[0], PolicyState::ChangedSince);
}

#[test]
fn states_before_anything_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("trail.jsonl");
    fs::write(&file, "").unwrap();
    let mut audit = Audit::open(&file).unwrap();
    assert_eq!(audit.head(), None);
    let mut later = policy("later", "2027-01-31");
    later.1.valid.from = "2026-12-24".to_owned();
    let all = [policy("now", "2026-11-18"), later, policy("over", "2026-11-17")];
    let now = "2026-11-18T23:59:59Z";
    assert_eq!(states(&audit, &all, now), [PolicyState::NeverEnabled, PolicyState::NeverEnabled, PolicyState::Expired]);
    audit.record(&all, at(now), &RunRecord::default()).unwrap();
    assert_eq!(states(&audit, &all, now), [PolicyState::Active, PolicyState::Future, PolicyState::Expired]);
    assert_eq!(audit.status(&all, at(now), &[])[0].days_left, Some(0));
    assert_eq!(states(&audit, &all, "2026-11-19T00:00:00Z")[0], PolicyState::Expired);
    assert!(matches!(Audit::open(folder.path()), Err(AuditError::NoFile { .. })));
}

#[test]
fn an_update_asks_for_a_new_approval_until_it_has_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut audit = Audit::open(&folder.path().join("trail.jsonl")).unwrap();
    let now = at("2026-11-18T12:00:00Z");
    let mut run = used("a", &[]);
    run.policies[0].reapprove = vec!["f7".to_owned()];
    let mut all = [policy("a", "2027-01-31")];
    audit.record(&all, now, &run).unwrap();
    let status = audit.status(&all, now, &[]);
    assert_eq!((status[0].reapprove.as_slice(), status[0].runs), (&["f7".to_owned()][..], 0));
    all[0].1.must.sha256 = Some(vec!["ab".repeat(32)]);
    audit.record(&all, now, &RunRecord::default()).unwrap();
    assert_eq!(audit.status(&all, now, &[])[0].reapprove_count, 0);
}

#[test]
fn what_is_deployed_is_held_against_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let mut audit = Audit::open(&folder.path().join("trail.jsonl")).unwrap();
    let now = at("2026-11-18T12:00:00Z");
    let all = [policy("a", "2027-01-31"), policy("b", "2027-01-31"), policy("c", "2027-01-31")];
    audit.record(&all, now, &RunRecord::default()).unwrap();
    let ([mut list, windows], _) = compile(&all);
    let of = |list: &Watchlist| audit.status(&all, now, &[list.clone(), windows.clone()]);
    assert!(of(&list).iter().all(|s| s.deployed == Deployed::Same && !s.drift()));
    let paths = list.columns.iter().position(|c| c == "Paths").unwrap();
    // Widened in the workspace, with the policy's hash left as it was; one taken away; one that nobody wrote.
    list.rows[0][paths] = r#"["/tmp/x"]"#.to_owned();
    list.rows[1][0] = "smuggled".to_owned();
    let found: Vec<(String, Deployed)> = of(&list).into_iter().map(|s| (s.id, s.deployed)).collect();
    let wanted = [
        ("a", Deployed::Differs(vec!["Paths".into()])),
        ("b", Deployed::Missing),
        ("c", Deployed::Same),
        ("smuggled", Deployed::WithoutFile),
    ];
    assert_eq!(found, wanted.map(|(id, state)| (id.to_owned(), state)));
}
