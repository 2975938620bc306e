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
        host: "".into(),
        time: None,
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

const WALLET: &str = "48edfHu7V9Z84YzzMa6fUueoELZ9ZRXq9VetWzYGzKt52XU5xvqgzYnDK9URnRoJMk1j8nLwEVsaSWJ4fhdUyZijBGUicoD";

fn named(text: &str) -> Vec<String> {
    matches(Box::leak(text.replace("<W>", WALLET).into_bytes().into_boxed_slice()))
}

#[test]
fn configurations_and_start_files_of_miners() {
    for (text, rule) in [
        (
            "{\"autosave\": true, \"donate-level\": 1, \"pools\": [{\"algo\":\"rx/0\",\"url\":\"x.example:3333\",\"user\":\"<W>\",\"pass\":\"x\"}]}",
            "miner_config_json",
        ),
        ("{\"pools\":[{\"url\":\"x.example:3333\",\"user\":\"<W>\",\"pass\":\"x\"}]}", "miner_config_json"),
        ("{\"pools\":[{\"user\":\"R\",\"url\":\"stratum+tcp://x.example:6060\",\"pass\":\"x\"}],\"algo\":\"kawpow\"}", "miner_config_json"),
        (
            "\"pool_list\" :\n[\n{\"pool_address\" : \"x.example:3333\", \"wallet_address\" : \"<W>\", \"use_nicehash\" : false },\n],\n",
            "miner_config_text",
        ),
        ("POOL: eth.example:4444, WALLET: 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed, PSW: x\n", "miner_config_text"),
        ("[Ethash]\nwallet = 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\nrigName = r\npool1 = x.example:4444\n", "miner_config_text"),
        ("[Service]\nExecStart=/opt/.x/kworker -o x.example:3333 -u <W> --donate-level=1\n", "miner_start_script"),
        ("*/5 * * * * root /tmp/.x/k -o x.example:3333 -u <W>\n", "miner_start_script"),
        ("@echo off\nt-rex.exe -a kawpow -o stratum+tcp://x.example:6060 -u R -p x\n", "miner_start_script"),
        (
            "k.exe --algo ETCHASH --pool x.example:1010 --user 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed.rig\r\npause\r\n",
            "miner_start_script",
        ),
    ] {
        assert_eq!(named(text), [rule], "{text}");
    }
}

#[test]
fn ordinary_configurations_are_left_alone() {
    for text in [
        "{\"pools\":[{\"url\":\"db.example:5432\",\"user\":\"app\",\"pass\":\"x\"}],\"ConnectionStrings\":{}}",
        "{\"name\":\"pool-site\",\"dependencies\":{\"react\":\"18\"},\"pools\":[\"a\"],\"wallet\":\"connect\"}",
        "{\"address\":\"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\",\"pools\":[{\"fee\":3000}],\"user\":\"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\"}",
        "services:\n  db:\n    image: postgres\n    ports: [\"3333:3333\"]\n    command: [\"-o\", \"x.example:5432\", \"-u\", \"app\"]\n",
        "global:\n  scrape_interval: 15s\nscrape_configs:\n  - job_name: pool\n    static_configs:\n      - targets: ['x.example:9090']\n",
        "upstream pool { server 10.0.0.5:3333; }\nserver { listen 443; proxy_pass http://pool; }\n",
        "# xmrig\nUse xmrig -o pool.example:3333 -u WALLET_ADDRESS to mine. stratum+tcp://\n",
        "## Start\n```\nxmrig.exe --url x.example:3333 --user <W>\n```\n",
        "alert tcp any any -> any any (msg:\"COINMINER\"; content:\"stratum+tcp://x\"; content:\"donate-level\"; sid:1;)",
        "*/5 * * * * root rsync -a -e \"ssh -o Port=22\" /srv backup@x.example:/vault\n",
        "[wallet]\nname = main\n[pool]\npool1 = x.example:5432\n",
        "0.0.0.0 pool.supportxmr.com\n0.0.0.0 xmr.nanopool.org\n",
    ] {
        assert_eq!(named(text), Vec::<String>::new(), "{text}");
    }
}
