//! Lists, rules and feeds as users have them, against our own watchlists.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use content::Library;
use content::intel::{Gate, Import, ImportOptions, Linted, Listing, Pools, import, lint, read};
use std::fs;
use std::path::Path;

fn listing(name: &str) -> Listing {
    read(name, &fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/intel").join(name)).unwrap())
}

fn ours() -> (Pools, Gate) {
    let library = Library::embedded().unwrap();
    let find = |alias: &str| library.watchlists.iter().find(|w| w.alias == alias);
    (Pools::new(find("MiningPools").unwrap()), Gate::new(find("SharedZones"), find("SharedAddresses")).unwrap())
}

fn linted(name: &str) -> Linted {
    let (pools, gate) = ours();
    lint(&listing(name), &pools, &gate, &pools.in_use_since())
}

fn imported(name: &str) -> Import {
    let (pools, gate) = ours();
    import(&[listing(name)], &pools, &gate, &ImportOptions { today: "2026-11-24".to_owned(), any_threat: false })
}

fn rows(import: &Import) -> Vec<String> {
    import.rows.iter().map(|row| [&row[0], &row[2], &row[5], &row[11], &row[12], &row[13]].map(String::as_str).join(",")).collect()
}

fn left(import: &Import) -> Vec<String> {
    import.left_out.iter().map(|l| format!("{} {}", l.text, l.why.name())).collect()
}

fn remarks(linted: &Linted) -> Vec<String> {
    linted.remarks.iter().map(|r| format!("{} {} {}", r.place, r.kind.name(), r.text)).collect()
}

/// The registered domains that RainbowMiner (commit 3fe3632972, 2026-07-24) mines at.
const RAINBOW_MINER: &str = "2miners.com acc-pool.pw acepool.top aionpool.tech beenode.org c3pool.com crazypool.org epicmine.io ethwmine.com f2pool.com gteh.org \
    gtpool.io hashcryptos.com hashpool.site hashvault.pro hellominer.com herominers.com keva.one leafpool.com luckpool.net luckypool.io luxor.tech miner.rocks \
    mining-dutch.nl mining4people.com miningrigrentals.com mintpond.com molepool.com moneroocean.stream nanopool.org neuropool.net nicehash.com poolbinance.com \
    poolin.one raptoreum.zone rplant.xyz safex.org sero.cash sunpool.top supportxmr.com unmineable.com viabtc.io vipor.net woolypooly.com xvg-pool.com zpool.ca";

#[test]
fn every_pool_of_a_maintained_multi_miner_is_in_use() {
    let (pools, _) = ours();
    let in_use: Vec<String> = pools.in_use(&pools.in_use_since()).into_iter().map(|p| p.domain).collect();
    let all: Vec<&str> = RAINBOW_MINER.split_whitespace().collect();
    assert_eq!(all.len(), 46);
    let missing: Vec<_> = all.iter().filter(|domain| !in_use.iter().any(|p| p == *domain)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn closed_pools_are_retired() {
    let (pools, _) = ours();
    for closed in
        ["minexmr.com", "dwarfpool.com", "ethermine.org", "ethpool.org", "slushpool.com", "flexpool.io", "sparkpool.com", "coinhive.com"]
    {
        assert!(!pools.row(closed).unwrap().retired_on.is_empty(), "{closed}");
    }
}

/// Our own list stands before its own judge.
#[test]
fn our_own_list_has_no_faults() {
    let (pools, gate) = ours();
    let text = content::embedded_files().into_iter().find(|(name, _)| name == "watchlists/MiningPools.csv").unwrap().1;
    let found = lint(&read("MiningPools.csv", text.as_bytes()), &pools, &gate, &pools.in_use_since());
    assert!(found.missing.is_empty() && found.partly.is_empty() && found.fault_count == 0);
    let faults: Vec<_> =
        found.remarks.iter().filter(|r| r.kind.level() == content::intel::Level::Fault || r.kind.name() == "duplicate").collect();
    assert!(faults.is_empty(), "{faults:?}");
}

#[test]
fn a_feed_in_stix() {
    let found = imported("stix.json");
    assert_eq!(
        rows(&found),
        [
            "198.51.100.20,14444,2026-04-01,STIX,,",
            "stix-one.example.com,,2026-03-01,Example CERT,85,2027-03-01",
            "stix-two.example.com,,2026-03-01,Example CERT,85,2027-03-01"
        ]
    );
    assert_eq!(found.rows[1][10], "https://cert.example.org/report/7");
    let why: Vec<_> = found.left_out.iter().map(|l| l.why.name()).collect();
    assert_eq!(why, ["expired", "withdrawn", "unreadable", "not_mining", "unreadable"]);
    assert!(found.left_out[2].reason.contains("LIKE") && found.left_out[4].reason.contains("yara"), "{:?}", found.left_out);
}

#[test]
fn an_event_of_misp() {
    let found = imported("misp.json");
    assert_eq!(
        rows(&found),
        [
            "198.51.100.30,5555,2026-05-02,Example SOC,,",
            "misp-four.example.com,14433,2026-04-30,Example SOC,,",
            "misp-one.example.com,,2026-05-02,Example SOC,,",
            "misp-three.example.com,4444,2026-05-02,Example SOC,,",
            "misp-two.example.com,3333,2026-05-02,Example SOC,,"
        ]
    );
    assert_eq!(
        left(&found),
        [
            "misp-context.example.com withdrawn",
            "http://misp-drop.example.com/x/xmrig.tar.gz weak",
            "00 no_host",
            "198.51.100.31 no_host",
            "duckdns.org dynamic_dns"
        ]
    );
}

#[test]
fn exports_of_sentinels_indicators_new_and_old() {
    let found = imported("indicators.csv");
    assert_eq!(rows(&found), ["ti-one.example.com,,2026-05-01,Example feed,90,2027-05-01"]);
    assert_eq!(
        left(&found),
        [
            "ti-gone.example.com withdrawn",
            "ti-idle.example.com withdrawn",
            "104.18.3.4 shared_address",
            "ti-phish.example.com not_mining",
            "[file:hashes.'SHA-256' = 'ab'] no_host"
        ]
    );
    let found = imported("indicators_old.json");
    assert_eq!(rows(&found), ["198.51.100.40,3333,2026-01-01,Older feed,,2027-01-01", "old-one.example.com,,,Older feed,60,2027-01-01"]);
    assert_eq!(left(&found), ["old-two.example.com withdrawn", "old-three.example.com expired", "old-four.example.com withdrawn"]);
}

#[test]
fn a_list_of_ones_own_with_a_warning_list() {
    let found = imported("pools.csv");
    assert_eq!(
        rows(&found),
        [
            "198.51.100.50,3333,2026-02-03,our SOC,,",
            "csv-one.example.com,3333;4444,2026-02-03,our SOC,95,2027-01-01",
            "csv-page.example.com,,2026-02-03,our SOC,,"
        ]
    );
    assert_eq!(left(&found), ["csv-old.example.com expired", "xmr.nanopool.org known", "198.51.100.51 weak"]);
    let (pools, mut gate) = ours();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/intel/warninglist.json");
    gate.add_warninglist("warninglist.json", &fs::read_to_string(path).unwrap()).unwrap();
    let options = ImportOptions { today: "2026-11-24".to_owned(), any_threat: false };
    let found = import(&[listing("pools.csv")], &pools, &gate, &options);
    assert!(left(&found).contains(&"csv-one.example.com warninglist".to_owned()), "{:?}", left(&found));
}

#[test]
fn rules_are_judged() {
    let sigma = linted("sigma.yml");
    assert_eq!(
        remarks(&sigma),
        ["line 6 wrong_match monero.net", "line 8 fused pangolinminer.comgandalph3000.com", "line 11 wrong_match zpool.ca"]
    );
    assert!(sigma.remarks[0].reason.contains("notmonero.net") && sigma.remarks[2].reason.contains("zpool.cache"));
    assert_eq!(sigma.known, ["moneroocean.stream", "zpool.ca"]);
    let sentinel = linted("sentinel.yaml");
    assert_eq!(sentinel.names, 3);
    assert_eq!(
        remarks(&sentinel),
        ["line 4 wrong_match minexmr.com", "line 4 wrong_match supportxmr.com", "line 5 shared mooo.com", "line 4 retired minexmr.com"]
    );
    let suricata = linted("pools.rules");
    assert_eq!(remarks(&suricata), ["line 2 wrong_match nanopool.org"]);
    assert_eq!(suricata.known, ["nanopool.org", "supportxmr.com"]);
    assert_eq!(linted("zeek.intel").known, ["supportxmr.com"]);
}

#[test]
fn lists_are_judged_and_what_is_broken_is_said() {
    let found = linted("blocklist.txt");
    assert_eq!((found.known.clone(), found.partly.clone()), (vec!["moneroocean.stream".to_owned()], vec!["nanopool.org".to_owned()]));
    assert_eq!(remarks(&found), ["line 3 shared webhop.net", "line 5 shared 8.8.8.8"]);
    assert_eq!((found.fault_count, found.faults[0].place.to_string().as_str()), (1, "line 6"));
}

/// Cut at every byte, and with bytes turned over: never a panic, and every fault has a reason.
#[test]
fn broken_files_are_read_as_far_as_they_go() {
    for name in [
        "stix.json",
        "misp.json",
        "indicators.csv",
        "sigma.yml",
        "sentinel.yaml",
        "blocklist.txt",
        "pools.rules",
        "zeek.intel",
        "warninglist.json",
    ] {
        let whole = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/intel").join(name)).unwrap();
        for at in (0..whole.len()).step_by(whole.len() / 97 + 1) {
            let mut turned = whole.clone();
            turned[at] ^= 0xa5;
            for bytes in [&whole[..at], &turned] {
                let listing = read(name, bytes);
                assert!(listing.faults.iter().all(|f| !f.reason.is_empty()), "{name} {at}");
            }
        }
    }
}
