//! `poolhound exclusion`: written, checked, tried, deployed, and watched.

use crate::scenarios::{ROWS, lay_out};
use crate::support::{poolhound as run, root};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// The approved rows of `scenario_rows.json`, and impostors where they are wanted, as Sentinel's tables.
fn evidence(impostors: bool) -> tempfile::TempDir {
    let rows: Vec<Value> = serde_json::from_str(ROWS).unwrap();
    let wanted: Vec<Value> = rows.into_iter().filter(|row| impostors || row["label"] == "legit").collect();
    let folder = tempfile::tempdir().unwrap();
    lay_out(&wanted, folder.path());
    folder
}

fn examples() -> PathBuf {
    root().join("examples/exclusions")
}

fn objects(out: &str) -> Vec<Value> {
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn of_type<'a>(all: &'a [Value], kind: &str) -> Vec<&'a Value> {
    all.iter().filter(|o| o["type"] == kind).collect()
}

#[test]
fn templates_are_sound_and_weak_policies_and_kql_are_refused() {
    let listed = run(["exclusion", "new"]);
    assert_eq!((listed.code, listed.stdout.lines().count()), (0, 9), "{}", listed.stderr);
    let folder = tempfile::tempdir().unwrap();
    for name in listed.stdout.lines().filter_map(|line| line.split_whitespace().next()) {
        fs::write(folder.path().join(format!("{name}.yaml")), run(["exclusion", "new", name]).stdout).unwrap();
    }
    let at = "2026-11-20";
    let sound = run(["exclusion", "lint", folder.path().to_str().unwrap(), "--now", at]);
    assert_eq!(sound.code, 0, "{}{}", sound.stdout, sound.stderr);
    assert!(sound.stdout.contains("one-fact distance"));

    let text = fs::read_to_string(folder.path().join("3-node.yaml")).unwrap();
    let weak = folder.path().join("weak.yaml");
    fs::write(&weak, text.replace("  sha256:", "  rule:")).unwrap();
    let kql = folder.path().join("mine.kql");
    fs::write(&kql, "DeviceProcessEvents\n| where FileName != 'rsync' and AccountName != 'backup'\n").unwrap();
    let refused = run(["exclusion", "lint", weak.to_str().unwrap(), kql.to_str().unwrap(), "--now", at, "--format", "jsonl"]);
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    let all = objects(&refused.stdout);
    assert!(of_type(&all, "policy")[0]["refusals"].to_string().contains("supply chain"), "{}", refused.stdout);
    assert!(of_type(&all, "query")[0]["remarks"][0]["line"] == 2, "{}", refused.stdout);
    assert_eq!(run(["exclusion", "new", "nothing"]).code, 2);
    // A wallet with a letter mistyped is paid by nobody: it is noted, at its line.
    let job = fs::read_to_string(folder.path().join("1-scheduled-pool-job-linux.yaml")).unwrap();
    assert!(!sound.stdout.contains("its checksum is wrong"), "{}", sound.stdout);
    let line = job.lines().position(|line| line.contains("48edfHu7V9Z8")).unwrap() + 1;
    fs::write(&weak, job.replace("48edfHu7V9Z8", "48edfHu7V9Z9")).unwrap();
    let noted = run(["exclusion", "lint", weak.to_str().unwrap(), "--now", at]);
    assert!(noted.code == 0 && noted.stdout.contains(&format!("line {line}: `48edfHu7V9Z9")), "{}", noted.stdout);
}

#[test]
fn every_mutant_of_every_approved_row_is_open() {
    let folder = evidence(false);
    let done =
        run(["exclusion", "mutate", folder.path().to_str().unwrap(), "--exclusions", examples().to_str().unwrap(), "--format", "jsonl"]);
    let all = objects(&done.stdout);
    let let_through: Vec<&Value> = of_type(&all, "mutant").into_iter().filter(|m| m["verdict"] != "open").collect();
    assert!(let_through.is_empty() && done.code == 0, "{let_through:?}\n{}", done.stderr);
    for policy in of_type(&all, "policy").iter().filter(|p| p["id"] != "browser-runtime") {
        assert!(policy["rows"].as_u64() > Some(0) && policy["mutants"].as_u64() > Some(30), "{policy}");
    }
}

#[test]
fn a_backtest_tells_what_is_hidden_and_what_changed() {
    let folder = evidence(true);
    let former = tempfile::tempdir().unwrap();
    for file in fs::read_dir(examples()).unwrap().map(|e| e.unwrap().path()).filter(|p| !p.ends_with("5-teaching.yaml")) {
        fs::copy(&file, former.path().join(file.file_name().unwrap())).unwrap();
    }
    let (evidence, now, before) = (folder.path().to_str().unwrap(), examples(), former.path().to_str().unwrap());
    let done = run(["exclusion", "backtest", evidence, "--exclusions", now.to_str().unwrap(), "--former", before, "--format", "jsonl"]);
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    let all = objects(&done.stdout);
    let teaching = of_type(&all, "policy").into_iter().find(|p| p["id"] == "teaching-simulation").unwrap().clone();
    assert!(teaching["rows"].as_u64() > Some(0) && teaching["refused"] == false && teaching["hours"].is_object(), "{teaching}");
    let changed = of_type(&all, "difference")[0];
    assert!(!changed["hidden_now"].as_object().unwrap().is_empty() && changed["no_longer_hidden"].as_object().unwrap().is_empty());
    assert!(changed["hidden_now"].to_string().contains("teaching-simulation"));
}

#[test]
fn explain_tells_what_held_and_what_would_be_needed() {
    let folder = evidence(true);
    let found = run(["hunt", folder.path().to_str().unwrap(), "--exclusions", examples().to_str().unwrap(), "--format", "jsonl", "-q"]);
    let open =
        objects(&found.stdout).into_iter().find(|f| f["type"] == "finding" && f["verdict"] == "open" && !f["exclusion"].is_null()).unwrap();
    let id = open["id"].as_str().unwrap();
    let done =
        run(["exclusion", "explain", id.get(..12).unwrap(), folder.path().to_str().unwrap(), "--exclusions", examples().to_str().unwrap()]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(done.stdout.contains(id) && done.stdout.contains("needed:") && done.stdout.contains("failed"), "{}", done.stdout);
    assert_eq!(run(["exclusion", "explain", "zz", folder.path().to_str().unwrap(), "--exclusions", examples().to_str().unwrap()]).code, 2);
}

#[test]
fn what_is_compiled_runs_and_says_what_it_cannot_do() {
    let out = tempfile::tempdir().unwrap();
    let (examples, to) = (examples(), out.path().to_str().unwrap());
    let all = run(["exclusion", "compile", examples.to_str().unwrap(), "--output", to]);
    assert_eq!(all.code, 0, "{}", all.stderr);
    let function = fs::read_to_string(out.path().join("functions/PoolhoundExplain.kql")).unwrap();
    assert!(function.contains("// policy wallet-node ") && function.contains("capability level: custom"));
    let policies = fs::read_to_string(out.path().join("watchlists/PoolhoundPolicies.csv")).unwrap();
    assert_eq!(policies.lines().count(), 10);
    let native = run(["exclusion", "compile", examples.to_str().unwrap(), "--output", to, "--level", "native"]);
    assert!(native.code == 1 && native.stderr.contains("`signer` needs DeviceFileCertificateInfo"), "{}", native.stderr);
}

#[test]
fn the_trail_tells_what_was_hidden_and_what_drifted() {
    let folder = evidence(false);
    let place = tempfile::tempdir().unwrap();
    let (trail, policies) = (place.path().join("audit.jsonl"), place.path().join("policies"));
    fs::create_dir(&policies).unwrap();
    let file = policies.join("node.yaml");
    fs::copy(examples().join("3-node.yaml"), &file).unwrap();
    let hunt = |trail: &Path| {
        run(["hunt", folder.path().to_str().unwrap(), "--exclusions", policies.to_str().unwrap(), "--audit", trail.to_str().unwrap(), "-q"])
    };
    assert_eq!(hunt(&trail).code, 1);
    let status = |extra: &[&str]| {
        let mut args = vec!["exclusion", "status", policies.to_str().unwrap(), "--audit", trail.to_str().unwrap()];
        args.extend(extra);
        run(args)
    };
    let fresh = status(&["--now", "2026-11-24"]);
    assert!(fresh.code == 0 && fresh.stdout.contains("active") && fresh.stdout.contains("hid "), "{}{}", fresh.stdout, fresh.stderr);
    let ended = status(&["--now", "2027-06-01"]);
    assert!(ended.code == 1 && ended.stdout.contains("expired"), "{}", ended.stdout);
    fs::write(&file, fs::read_to_string(&file).unwrap().replace("litecoin]", "litecoin, other]")).unwrap();
    assert!(status(&[]).stdout.contains("drifted"));
    let other = place.path().join("other.csv");
    fs::write(&other, "Host,Group\na,b\n").unwrap();
    let no_list = status(&["--deployed", other.to_str().unwrap()]);
    assert!(no_list.code == 2 && no_list.stderr.contains("neither of the watchlists"), "{}", no_list.stderr);
    // A line that was changed breaks the chain: nothing is appended, and the hunt says so before it begins.
    fs::write(&trail, fs::read_to_string(&trail).unwrap().replacen("wallet-node", "wallet-n0de", 1)).unwrap();
    let broken = hunt(&trail);
    assert!(broken.code == 2 && broken.stderr.contains("line 1"), "{}", broken.stderr);
}
