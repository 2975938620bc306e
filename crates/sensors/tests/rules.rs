//! The built-in rules: they compile, stay within 64 atoms a file, and match what they are for.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use model::{Batch, FileRef, ReadError, Sink, Source, Wants, tables};
use sensors::{FileScan, Ruleset, Target};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex};

fn rules() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/yara");
    let files = std::fs::read_dir(folder).unwrap().flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "yar"));
    let mut all: Vec<_> =
        files.map(|p| (p.file_stem().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(&p).unwrap())).collect();
    all.sort();
    all
}

#[test]
fn each_file_compiles_within_64_atoms() {
    for (name, text) in rules() {
        let (ruleset, errors) = Ruleset::compile([(name.as_str(), text.as_str())]);
        assert_eq!(errors, [], "{name}");
        assert!(ruleset.atoms() <= 64, "{name} has {} atoms", ruleset.atoms());
    }
}

#[derive(Default)]
struct Matched(Mutex<Vec<String>>);

impl Sink for Matched {
    fn batch(&self, batch: Batch) -> ControlFlow<()> {
        use arrow::array::AsArray;
        let rules = batch.rows.column_by_name("RuleName").unwrap().as_string_view();
        self.0.lock().unwrap().extend(rules.iter().flatten().map(str::to_owned));
        ControlFlow::Continue(())
    }
    fn error(&self, error: ReadError) {
        panic!("{error:?}");
    }
    fn warning(&self, _: &FileRef, _: String) {}
    fn records(&self, _: &Arc<str>, _: u64) {}
    fn progress(&self, _: u64) {}
}

fn matches(bytes: &'static [u8]) -> Vec<String> {
    let target = Target {
        file: FileRef { name: "f".into() },
        number: 0,
        size: bytes.len() as u64,
        path: None,
        open: Box::new(move |_| Ok(bytes.to_vec())),
    };
    let rulesets = rules().iter().map(|(name, text)| Ruleset::compile([(name.as_str(), text.as_str())]).0).collect();
    let table = tables::builtin("PoolhoundYara_CL").unwrap();
    let matched = Matched::default();
    FileScan::new(vec![target], rulesets).read(&Wants { tables: [(table.name.clone(), table.schema.clone())].into() }, 1, &matched);
    matched.0.into_inner().unwrap()
}

/// `1 of ($f*) and 1 of ($s*)`: any pair, in any order; one alone does nothing.
#[test]
fn the_rule_bitcoin_is_a_pair() {
    for (bytes, expected) in [
        (&b"xx OpenCL.dll .. stratum xx"[..], true),
        (b"STRATUM .. nvcuda.dll", true),
        (b"opengl32.DLL BitCoin", true),
        (b"cpuminer 2.2.2X-Mining-Extensions\0OpenCL.dll", true),
        (b"cpuminer 2.2.3X-Mining-Extensions\0OpenCL.dll", true),
        (b"Ufasoft bitcoin-miner/0.20 OpenCL.dll", true),
        (b"OpenCL.dll nvcuda.dll opengl32.dll", false),
        (b"bitcoin stratum cpuminer 2.2.2X-Mining-Extensions", false),
        (b"", false),
    ] {
        assert_eq!(matches(bytes).contains(&"bitcoin".to_owned()), expected, "{}", String::from_utf8_lossy(bytes));
    }
}
