//! House rules as tests: the floors of the crates, the length of files, hunts with evidence, words that stay out.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A crate imports only crates of lower floors.
const FLOORS: &[(&str, u8)] = &[
    ("kql-syntax", 0),
    ("model", 0),
    ("kql-bind", 1),
    ("evidence", 1),
    ("sensors", 1),
    ("report", 1),
    ("content", 2),
    ("engine", 2),
    ("hunt", 3),
    ("poolhound", 4),
];

/// Beyond the floors: what a crate must not know, even from below.
const FORBIDDEN: &[(&str, &[&str])] = &[
    ("kql-bind", &["datafusion", "evidence"]),
    ("evidence", &["datafusion", "tokio"]),
    ("report", &["arrow", "datafusion"]),
    ("hunt", &["evidence", "sensors", "engine", "datafusion"]),
    ("model", &["tokio", "datafusion"]),
    ("kql-syntax", &["arrow", "model"]),
];

const MAX_LINES: usize = 1_000;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Each workspace crate with its direct dependencies, those for tests left out.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output =
        Command::new(cargo).args(["metadata", "--no-deps", "--format-version", "1", "--offline"]).current_dir(root()).output().unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let name = |value: &Value| value["name"].as_str().unwrap_or_default().to_owned();
    let packages = metadata["packages"].as_array().unwrap();
    let direct = |package: &Value| {
        let all = package["dependencies"].as_array().unwrap().iter();
        all.filter(|d| d["kind"].as_str() != Some("dev")).map(name).collect()
    };
    packages.iter().map(|p| (name(p), direct(p))).collect()
}

#[test]
fn crates_import_only_lower_floors() {
    let floors: BTreeMap<&str, u8> = FLOORS.iter().copied().collect();
    let dependencies = dependencies();
    for (name, floor) in FLOORS {
        let direct = dependencies.get(*name).unwrap_or_else(|| panic!("{name} is not in the workspace"));
        for other in direct {
            if let Some(other_floor) = floors.get(other.as_str()) {
                assert!(other_floor < floor, "{name} (floor {floor}) imports {other} (floor {other_floor})");
            }
        }
        for (_, forbidden) in FORBIDDEN.iter().filter(|(of, _)| of == name) {
            for other in *forbidden {
                assert!(!direct.iter().any(|d| d == other), "{name} must not know {other}");
            }
        }
    }
    let known = dependencies.keys().filter(|n| n.as_str() != "xtask");
    assert_eq!(known.map(String::as_str).collect::<Vec<_>>(), {
        let mut all: Vec<_> = floors.into_keys().collect();
        all.sort_unstable();
        all
    });
}

fn files(below: &str, kinds: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(below)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().and_then(|e| e.to_str()).is_some_and(|e| kinds.contains(&e)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn no_file_is_too_long() {
    let long: Vec<String> = ["crates", "xtask", "fuzz"]
        .iter()
        .flat_map(|folder| files(folder, &["rs"]))
        .filter_map(|path| {
            let lines = fs::read_to_string(&path).unwrap().lines().count();
            (lines > MAX_LINES).then(|| format!("{}: {lines} lines", path.display()))
        })
        .collect();
    assert_eq!(long, Vec::<String>::new());
}

#[test]
fn every_hunt_has_positive_and_negative_evidence() {
    let hunts: Vec<_> = fs::read_dir(root().join("content/hunts")).unwrap().flatten().map(|e| e.path()).filter(|p| p.is_dir()).collect();
    assert!(hunts.len() >= 14, "only {} hunts", hunts.len());
    for hunt in hunts {
        for part in ["hunt.yaml", "evidence/positive", "evidence/negative"] {
            assert!(hunt.join(part).exists(), "{} has no {part}", hunt.display());
        }
    }
}

#[test]
fn no_path_of_a_machine_is_in_the_project() {
    for path in ["crates", "xtask", "content", "docs", "examples", "fuzz"]
        .iter()
        .flat_map(|folder| files(folder, &["rs", "md", "yaml", "toml", "csv"]))
    {
        let text = fs::read_to_string(&path).unwrap_or_default();
        for word in [concat!("/wo", "rk/"), concat!("/ro", "ot/.cargo")] {
            assert!(!text.contains(word), "{} names {word}", path.display());
        }
    }
}
