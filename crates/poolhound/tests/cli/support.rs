//! Running the program, and reading what it says.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a run of the program gave.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The workspace's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The larger corpora; `None`, told, where they are not at hand.
pub(crate) fn corpora(what: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("POOLHOUND_CORPORA").map_or_else(|| root().join("../shared/corpora"), PathBuf::from);
    if folder.join(what).exists() {
        return Some(folder.join(what));
    }
    println!("left out: corpora/{what} is not at hand");
    None
}

pub(crate) fn poolhound<I: AsRef<std::ffi::OsStr>>(args: impl IntoIterator<Item = I>) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_poolhound")).args(args).stdin(Stdio::null()).output().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// `hunt --format jsonl` with these arguments: exit code and lines.
pub(crate) fn hunt<I: AsRef<std::ffi::OsStr>>(args: impl IntoIterator<Item = I>) -> Hunt {
    let mut all: Vec<std::ffi::OsString> = vec!["hunt".into(), "--format".into(), "jsonl".into()];
    all.extend(args.into_iter().map(|a| a.as_ref().to_owned()));
    let run = poolhound(all);
    let lines: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect();
    assert_eq!(lines.last().map(|l| &l["type"]), Some(&Value::from("summary")), "{}{}", run.stdout, run.stderr);
    Hunt { code: run.code, lines, stderr: run.stderr }
}

pub(crate) struct Hunt {
    pub(crate) code: i32,
    pub(crate) lines: Vec<Value>,
    pub(crate) stderr: String,
}

impl Hunt {
    pub(crate) fn of(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.lines.iter().filter(move |l| l["type"] == kind)
    }

    pub(crate) fn summary(&self) -> &Value {
        self.lines.last().unwrap()
    }

    /// Host and severity of each case, in order.
    pub(crate) fn cases(&self) -> Vec<(String, String)> {
        self.of("case").map(|c| (c["host"].as_str().unwrap().to_owned(), c["severity"].as_str().unwrap().to_owned())).collect()
    }

    /// Hunts of the open findings whose host (or address) is that one.
    pub(crate) fn open_on(&self, host: &str) -> Vec<&str> {
        let entity = |f: &Value, name: &str| f["entities"][name].as_str().is_some_and(|e| e.eq_ignore_ascii_case(host));
        self.of("finding")
            .filter(|f| f["verdict"] == "open" && (entity(f, "host") || entity(f, "ip")))
            .map(|f| f["hunt"].as_str().unwrap())
            .collect()
    }
}
