//! What was mined, by wallet, and what it cost by a price file.

use crate::support::{corpora, hunt, poolhound};
use serde_json::{Value, json};
use std::fs;

const WALLET: &str = "48edfHu7V9Z84YzzMa6fUueoELZ9ZRXq9VetWzYGzKt52XU5xvqgzYnDK9URnRoJMk1j8nLwEVsaSWJ4fhdUyZijBGUicoD";
const PRICES: &str = "date: 2026-11-18\ncurrency: USD\nvcpu_hour: 0.05\nvcpus: 4\nhosts: {WEB-01: 8}\n\
                      coins: {XMR: {price: 150, reward: 0.6, hashes_per_block: 4.5e11, fee: 0.01}}\n";

fn session(host: &str, ip: &str, port: u16, shares: u64, accepted: u64) -> Value {
    json!({"TimeGenerated": "2026-11-18T02:00:00Z", "LastSeen": "2026-11-18T08:00:00Z", "Computer": host, "SrcIpAddr": ip, "SrcPortNumber": port,
        "DstIpAddr": "203.0.113.9", "DstPortNumber": 3333, "DstHostname": "pool.supportxmr.com", "Protocol": "cryptonote", "Role": "miner", "Coin": "XMR",
        "Algorithm": "rx/0", "Wallet": WALLET, "SharesSubmitted": shares, "SharesAccepted": accepted, "SharesUnknown": 0,
        "HashesEstimated": shares as f64 * 75_000.0, "HashesAccepted": accepted as f64 * 75_000.0, "Confidence": 0.99,
        "Intervals": [{"start": "2026-11-18T02:00:00Z", "seconds": 10_800, "shares": shares, "hashes": shares as f64 * 75_000.0}]})
}

#[test]
fn one_wallet_on_two_hosts_is_one_campaign() {
    let folder = tempfile::tempdir().unwrap();
    let evidence = folder.path().join("evidence");
    fs::create_dir(&evidence).unwrap();
    // The first session was seen by two sensors.
    let rows = [
        session("web-01", "192.0.2.1", 40_001, 1_200, 1_100),
        session("web-01", "192.0.2.1", 40_001, 1_190, 1_100),
        session("db-02", "192.0.2.2", 40_002, 4, 4),
    ];
    fs::write(evidence.join("PoolhoundStratum_CL.ndjson"), rows.map(|r| format!("{r}\n")).concat()).unwrap();
    let prices = folder.path().join("prices.yaml");
    fs::write(&prices, PRICES).unwrap();
    let run = hunt([evidence.as_os_str(), "--prices".as_ref(), prices.as_os_str()]);
    let campaigns: Vec<&Value> = run.of("campaign").collect();
    let [campaign] = campaigns.as_slice() else { panic!("{campaigns:?}") };
    assert_eq!((campaign["wallet"].as_str(), campaign["verdict"].as_str()), (Some(WALLET), Some("open")));
    assert_eq!((campaign["shares_submitted"].as_u64(), campaign["shares_accepted"].as_u64()), (Some(1_204), Some(1_104)));
    let near = |value: &Value, wanted: f64| assert!((value.as_f64().unwrap() / wanted - 1.0).abs() < 1e-6, "{value} is not {wanted}");
    near(&campaign["hashes"]["estimate"], 1_204.0 * 75_000.0);
    near(&campaign["hashes"]["high"], 1_204.0 * 75_000.0 * (1.0 + 1.0 / 1_204f64.sqrt()));
    // Two hosts in the same six hours.
    near(&campaign["rate"]["estimate"], 1_204.0 * 75_000.0 / 21_600.0);
    near(&campaign["victim_cost"]["estimate"], 6.0 * 8.0 * 0.05 + 6.0 * 4.0 * 0.05);
    near(&campaign["attacker_revenue"]["estimate"], 1_104.0 * 75_000.0 / 4.5e11 * 0.6 * 150.0 * 0.99);
    let hosts: Vec<&str> = campaign["hosts"].as_array().unwrap().iter().filter_map(|h| h["host"].as_str()).collect();
    assert_eq!(hosts, ["db-02", "web-01"]);
    near(&campaign["hosts"][1]["rate_over_time"][0]["rate"], 1_200.0 * 75_000.0 / 10_800.0);

    let shown = poolhound(["hunt".as_ref(), evidence.as_os_str(), "--prices".as_ref(), prices.as_os_str()]).stdout;
    for text in ["What was mined", "2 hosts (db-02, web-01)", "worth to the miner", "prices of 2026-11-18"] {
        assert!(shown.contains(text), "{text} is not in {shown}");
    }
}

/// Ethereum's addresses have no checksum in lower case, and names at a pool none at all: the account before the worker is who is paid.
#[test]
fn workers_of_one_account_are_one_campaign() {
    let folder = tempfile::tempdir().unwrap();
    let address = "0x829BD824B016326A401d083B33D092293333A830";
    let logins =
        [format!("{address}.rig1"), format!("{}/rig2", address.to_lowercase()), "miner7.rig3".to_owned(), "miner7.rig4".to_owned()];
    let rows = logins.iter().enumerate().map(|(n, login)| {
        let mut row = session(&format!("web-{n}"), &format!("192.0.2.{n}"), 40_000 + n as u16, 10, 10);
        row["Login"] = json!(login);
        row["Wallet"] = json!("");
        format!("{row}\n")
    });
    fs::write(folder.path().join("PoolhoundStratum_CL.ndjson"), rows.collect::<String>()).unwrap();
    let run = hunt([folder.path()]);
    let wallets: Vec<&str> = run.of("campaign").filter_map(|c| c["wallet"].as_str()).collect();
    assert_eq!(wallets.len(), 2, "{wallets:?}");
    assert!(wallets.contains(&"miner7") && wallets.contains(&address.to_lowercase().as_str()), "{wallets:?}");
}

#[test]
fn without_shares_or_prices_nothing_is_made_up() {
    let folder = tempfile::tempdir().unwrap();
    let connection = json!({"TimeGenerated": "2026-11-18T02:00:00Z", "EventStartTime": "2026-11-18T02:00:00Z", "EventEndTime": "2026-11-18T04:00:00Z",
        "EventResult": "Success", "DvcAction": "Allow", "SrcHostname": "pc-1", "SrcIpAddr": "192.0.2.7", "SrcPortNumber": 5000, "DstIpAddr": "203.0.113.9",
        "DstPortNumber": 3333, "DstHostname": "pool.supportxmr.com", "NetworkProtocol": "TCP", "NetworkDuration": 7_200_000, "SrcBytes": 90_000,
        "DstBytes": 90_000, "NetworkBytes": 180_000});
    fs::write(folder.path().join("ASimNetworkSessionLogs.ndjson"), format!("{connection}\n")).unwrap();
    let run = hunt([folder.path()]);
    let campaigns: Vec<&Value> = run.of("campaign").collect();
    let [campaign] = campaigns.as_slice() else { panic!("{campaigns:?}") };
    assert_eq!(
        (campaign["hashes"].clone(), campaign["victim_cost"].clone(), campaign["wallet"].as_str()),
        (Value::Null, Value::Null, Some(""))
    );
    assert_eq!(campaign["hosts"][0]["seconds"].as_f64(), Some(7_200.0));

    let prices = folder.path().join("prices.yaml");
    fs::write(&prices, PRICES.replace("2026-11-18", "today")).unwrap();
    let refused = poolhound(["hunt".as_ref(), folder.path().as_os_str(), "--prices".as_ref(), prices.as_os_str()]);
    assert!(refused.code != 0 && refused.stderr.contains("not a day"), "{}", refused.stderr);
}

#[test]
fn real_miners_of_zcash_and_monero_are_counted() {
    let Some(captures) = corpora("evidence/pcap/mining") else { return };
    let run = hunt([captures]);
    let of = |coin: &str| run.of("campaign").filter(|c| c["coins"][0] == coin).filter_map(|c| c["shares_accepted"].as_u64()).max();
    assert_eq!((of("ZEC"), of("XMR")), (Some(45), Some(30)));
}

#[test]
fn a_wallet_with_its_prefix_and_a_pool_inside_make_no_campaign_more() {
    let folder = tempfile::tempdir().unwrap();
    let with = |ip: &str, role: &str, login: &str, shares: u64| {
        let mut row = session("", ip, 40_001, shares, shares);
        for (name, value) in [("Role", role), ("Login", login), ("Wallet", ""), ("Coin", "unknown"), ("Algorithm", "unknown")] {
            row[name] = json!(value);
        }
        row
    };
    let rows = [
        with("192.0.2.1", "miner", "kaspa:qpexample.rig1", 5),
        with("192.0.2.2", "miner", "qpexample.rig2", 6),
        with("192.0.2.9", "pool", "", 0),
    ];
    fs::write(folder.path().join("PoolhoundStratum_CL.ndjson"), rows.map(|r| format!("{r}\n")).concat()).unwrap();
    let run = hunt([folder.path().as_os_str()]);
    let campaigns: Vec<&Value> = run.of("campaign").collect();
    let [campaign] = campaigns.as_slice() else { panic!("{campaigns:?}") };
    assert_eq!((campaign["wallet"].as_str(), campaign["shares_submitted"].as_u64()), (Some("qpexample"), Some(11)));
    assert_eq!((&campaign["coins"], &campaign["algorithms"]), (&json!([]), &json!([])));
}
