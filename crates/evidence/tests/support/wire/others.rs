//! Miners of Monero's and Ethereum's kin, and those in web pages.

use super::bitcoin::BTC;
use super::numbers::Numbers;
use super::script::{Carrier, Facts, Script, Truth, c, s};
use serde_json::{Value, json};

pub(crate) const XMR: &str = "48edfHu7V9Z84YzzMa6fUueoELZ9ZRXq9VetWzYGzKt52XU5xvqgzYnDK9URnRoJMk1j8nLwEVsaSWJ4fhdUyZijBGUicoD";
pub(crate) const ETH: &str = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

pub(crate) fn scripts() -> Vec<Script> {
    vec![
        cryptonote("cryptonote", "XMRig/6.21.0 (Linux x86_64) libuv/1.46.0", "miner"),
        cryptonote("cryptonote-proxy", "xmrig-proxy/6.21.0 (Linux x86_64)", "proxy"),
        grin(),
        eth_proxy(),
        ethereum_stratum(),
        ethereum_stratum_2(),
        eth_getwork(),
        coinhive(),
        webminerpool(),
    ]
}

pub(crate) fn blob(version: &str, numbers: &mut Numbers) -> String {
    format!("{version}{}", numbers.hex(152 - version.len()))
}

fn cryptonote(name: &'static str, agent: &'static str, role: &'static str) -> Script {
    let mut numbers = Numbers::of(name);
    let job = |id: &str, target: &str, numbers: &mut Numbers| json!({"blob": blob("1010", numbers), "job_id": id, "target": target, "id": "s1", "algo": "rx/0", "height": 3_000_000, "seed_hash": numbers.hex(64)});
    let submit = |id: u32, job: &str, numbers: &mut Numbers| json!({"id": id, "jsonrpc": "2.0", "method": "submit", "params": {"id": "s1", "job_id": job, "nonce": numbers.hex(8), "result": numbers.hex(64), "algo": "rx/0"}});
    let login = format!("{XMR}.rig1");
    Script {
        name,
        carrier: Carrier::Lines,
        said: vec![
            c(
                json!({"id": 1, "jsonrpc": "2.0", "method": "login", "params": {"login": login, "pass": "x", "agent": agent, "algo": ["rx/0", "rx/wow", "cn/r"]}}),
            ),
            s(
                json!({"id": 1, "jsonrpc": "2.0", "error": null, "result": {"id": "s1", "job": job("j1", "b88d0600", &mut numbers), "extensions": ["algo", "keepalive"], "status": "OK"}}),
            ),
            c(submit(2, "j1", &mut numbers)),
            s(json!({"id": 2, "jsonrpc": "2.0", "error": null, "result": {"status": "OK"}})),
            s(json!({"jsonrpc": "2.0", "method": "job", "params": job("j2", "711b0d00", &mut numbers)})),
            c(submit(3, "j2", &mut numbers)),
            s(json!({"id": 3, "jsonrpc": "2.0", "error": {"code": -1, "message": "Low difficulty share"}, "result": null})),
            c(json!({"id": 4, "jsonrpc": "2.0", "method": "keepalived", "params": {"id": "s1"}})),
            s(json!({"id": 4, "jsonrpc": "2.0", "error": null, "result": {"status": "KEEPALIVED"}})),
        ],
        truth: Truth::Mining(Facts {
            protocol: "cryptonote",
            role,
            login,
            wallet: XMR,
            worker: "rig1",
            agent,
            algorithm: "rx/0",
            submitted: 2,
            accepted: 1,
            late: Some(4),
            one_sided: true,
            ..Facts::default()
        }),
    }
}

fn grin() -> Script {
    let mut numbers = Numbers::of("grin");
    let pow: Vec<u32> = (1..=42).map(|n| n * 7_919).collect();
    Script {
        name: "grin",
        carrier: Carrier::Lines,
        said: vec![
            c(json!({"id": "0", "jsonrpc": "2.0", "method": "login", "params": {"login": "user.rig", "pass": "", "agent": "grin-miner"}})),
            s(json!({"id": "0", "jsonrpc": "2.0", "method": "login", "result": "ok", "error": null})),
            s(
                json!({"id": "Stratum", "jsonrpc": "2.0", "method": "job", "params": {"difficulty": 4, "height": 16_375, "job_id": 5, "pre_pow": blob("0001", &mut numbers)}}),
            ),
            c(
                json!({"id": "1", "jsonrpc": "2.0", "method": "submit", "params": {"edge_bits": 29, "height": 16_375, "job_id": 5, "nonce": 88_948, "pow": pow}}),
            ),
            s(json!({"id": "1", "jsonrpc": "2.0", "method": "submit", "result": "ok", "error": null})),
        ],
        truth: Truth::Mining(Facts {
            protocol: "grin",
            role: "miner",
            login: "user.rig".to_owned(),
            worker: "rig",
            agent: "grin-miner",
            submitted: 1,
            accepted: 1,
            late: Some(2),
            one_sided: true,
            ..Facts::default()
        }),
    }
}

fn work(header: &str) -> Value {
    json!([format!("0x{}", header.repeat(64)), format!("0x{}", "5".repeat(64)), format!("0x00000000ffff{}", "0".repeat(52))])
}

fn eth_proxy() -> Script {
    let mut numbers = Numbers::of("eth");
    let login = format!("{ETH}.rig9/me@mail.example");
    Script {
        name: "eth-proxy",
        carrier: Carrier::Lines,
        said: vec![
            c(json!({"worker": "eth1.0", "jsonrpc": "2.0", "params": [login, "x"], "id": 2, "method": "eth_submitLogin"})),
            s(json!({"id": 2, "jsonrpc": "2.0", "result": true})),
            c(json!({"worker": "", "jsonrpc": "2.0", "params": [], "id": 3, "method": "eth_getWork"})),
            s(json!({"id": 3, "jsonrpc": "2.0", "result": work("a")})),
            s(json!({"id": 0, "jsonrpc": "2.0", "result": work("b")})),
            c(
                json!({"id": 4, "jsonrpc": "2.0", "method": "eth_submitWork", "params": [format!("0x{}", numbers.hex(16)), format!("0x{}", "b".repeat(64)), format!("0x{}", numbers.hex(64))]}),
            ),
            s(json!({"id": 4, "jsonrpc": "2.0", "result": true})),
            c(json!({"id": 6, "jsonrpc": "2.0", "method": "eth_submitHashrate", "params": ["0x500000", format!("0x{}", numbers.hex(64))]})),
            s(json!({"id": 6, "jsonrpc": "2.0", "result": true})),
            s(json!({"id": 0, "jsonrpc": "2.0", "result": work("c")})),
        ],
        truth: Truth::Mining(Facts {
            protocol: "eth_proxy",
            role: "miner",
            login,
            wallet: ETH,
            worker: "rig9",
            agent: "eth1.0",
            algorithm: "ethash",
            submitted: 1,
            accepted: 1,
            late: Some(3),
            one_sided: true,
            ..Facts::default()
        }),
    }
}

fn ethereum_stratum() -> Script {
    let zero = "0".repeat(64);
    let login = format!("{ETH}.rig");
    Script {
        name: "ethereum-stratum-1",
        carrier: Carrier::Lines,
        said: vec![
            c(json!({"id": 1, "method": "mining.subscribe", "params": ["ethminer/0.19.0", "EthereumStratum/1.0.0"]})),
            s(
                json!({"id": 1, "result": [["mining.notify", "ae6812eb4cd7735a302a8a9dd95cf71f", "EthereumStratum/1.0.0"], "080c"], "error": null}),
            ),
            c(json!({"id": 2, "method": "mining.extranonce.subscribe", "params": []})),
            s(json!({"id": 2, "result": true, "error": null})),
            c(json!({"id": 3, "method": "mining.authorize", "params": [login, "x"]})),
            s(json!({"id": 3, "result": true, "error": null})),
            s(json!({"id": null, "method": "mining.set_difficulty", "params": [0.5]})),
            s(json!({"id": null, "method": "mining.notify", "params": ["bf0488aa", zero, zero, true]})),
            c(json!({"id": 244, "method": "mining.submit", "params": [login, "bf0488aa", "6a909d9bbc0f"]})),
            s(json!({"id": 244, "result": true, "error": null})),
        ],
        truth: Truth::Mining(Facts {
            protocol: "ethereum_stratum",
            role: "miner",
            login,
            wallet: ETH,
            worker: "rig",
            agent: "ethminer/0.19.0",
            algorithm: "ethash",
            submitted: 1,
            accepted: 1,
            late: Some(6),
            login_again: true,
            ..Facts::default()
        }),
    }
}

fn ethereum_stratum_2() -> Script {
    let zero = "0".repeat(64);
    Script {
        name: "ethereum-stratum-2",
        carrier: Carrier::Lines,
        said: vec![
            c(
                json!({"id": 0, "method": "mining.hello", "params": {"agent": "ethminer-0.17", "host": "es2.pool.example", "port": "d05", "proto": "EthereumStratum/2.0.0"}}),
            ),
            s(
                json!({"id": 0, "result": {"proto": "EthereumStratum/2.0.0", "encoding": "plain", "resume": "0", "timeout": "b4", "maxerrors": "5", "node": "Geth/v1.8.18"}, "error": null}),
            ),
            c(json!({"id": 1, "method": "mining.subscribe"})),
            s(json!({"id": 1, "result": "s-12345", "error": null})),
            c(json!({"id": 2, "method": "mining.authorize", "params": [format!("{ETH}.rig"), "x"]})),
            s(json!({"id": 2, "result": "w-123", "error": null})),
            s(
                json!({"method": "mining.set", "params": {"epoch": "dc", "target": format!("0000{}", "f".repeat(60)), "algo": "ethash", "extranonce": "70"}}),
            ),
            s(json!({"method": "mining.notify", "params": ["bf0488aa", "6526d5", zero, "0"]})),
            c(json!({"id": 3, "method": "mining.submit", "params": ["bf0488aa", "68765fccd712", "w-123"]})),
            s(json!({"id": 3, "result": true})),
            c(json!({"id": 4, "method": "mining.noop"})),
        ],
        truth: Truth::Mining(Facts {
            protocol: "ethereum_stratum",
            role: "miner",
            login: format!("{ETH}.rig"),
            wallet: ETH,
            worker: "rig",
            agent: "ethminer-0.17",
            algorithm: "ethash",
            pool: "es2.pool.example",
            submitted: 1,
            accepted: 1,
            late: Some(6),
            one_sided: true,
            ..Facts::default()
        }),
    }
}

/// The wallet stands in the address that is asked for.
fn eth_getwork() -> Script {
    let mut numbers = Numbers::of("eth-getwork");
    Script {
        name: "eth-getwork",
        carrier: Carrier::Http {
            target: "/?miner=30@0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed@Rig",
            asks: "Host: ethash.pool.example\r\n",
            answers: "Server: nginx\r\n",
        },
        said: vec![
            c(json!({"jsonrpc": "2.0", "id": 1, "method": "eth_getWork", "params": []})),
            s(json!({"id": 1, "jsonrpc": "2.0", "result": work("a")})),
            c(
                json!({"jsonrpc": "2.0", "id": 2, "method": "eth_submitWork", "params": [format!("0x{}", numbers.hex(16)), format!("0x{}", "a".repeat(64)), format!("0x{}", numbers.hex(64))]}),
            ),
            s(json!({"id": 2, "jsonrpc": "2.0", "result": true})),
            c(json!({"jsonrpc": "2.0", "id": 3, "method": "eth_getWork", "params": []})),
            s(json!({"id": 3, "jsonrpc": "2.0", "result": work("c")})),
        ],
        truth: Truth::Mining(Facts {
            protocol: "getwork",
            role: "miner",
            login: ETH.to_owned(),
            wallet: ETH,
            worker: "Rig",
            algorithm: "ethash",
            pool: "ethash.pool.example",
            pool_in_head: true,
            submitted: 1,
            accepted: 1,
            late: Some(1),
            login_again: true,
            ..Facts::default()
        }),
    }
}

fn coinhive() -> Script {
    let mut numbers = Numbers::of("coinhive");
    Script {
        name: "web-miner",
        carrier: Carrier::WebSocket("ws012.webminer.example"),
        said: vec![
            c(json!({"type": "auth", "params": {"version": 7, "site_key": "SiteKey123", "type": "anonymous", "user": null, "goal": 0}})),
            s(json!({"type": "authed", "params": {"token": "", "hashes": 0}})),
            s(json!({"type": "job", "params": {"job_id": "164698158344253", "blob": blob("0707", &mut numbers), "target": "ffffff00"}})),
            c(
                json!({"type": "submit", "params": {"version": 7, "job_id": "164698158344253", "nonce": numbers.hex(8), "result": numbers.hex(64)}}),
            ),
            s(json!({"type": "hash_accepted", "params": {"hashes": 256}})),
        ],
        truth: Truth::Mining(Facts {
            protocol: "web_miner",
            role: "miner",
            login: "SiteKey123".to_owned(),
            pool: "ws012.webminer.example",
            pool_in_head: true,
            submitted: 1,
            accepted: 1,
            late: Some(2),
            one_sided: true,
            ..Facts::default()
        }),
    }
}

fn webminerpool() -> Script {
    let mut numbers = Numbers::of("webminerpool");
    Script {
        name: "web-miner-pool",
        carrier: Carrier::WebSocket("ws.webminer.example"),
        said: vec![
            c(
                json!({"identifier": "handshake", "pool": "pool.webminer.example", "login": BTC, "password": "", "userid": "", "version": 7}),
            ),
            s(json!({"identifier": "job", "job_id": "77", "algo": "cn-lite/1", "blob": blob("0707", &mut numbers), "target": "ffffff00"})),
            c(json!({"identifier": "solved", "job_id": "77", "nonce": numbers.hex(8), "result": numbers.hex(64)})),
            s(json!({"identifier": "hashsolved"})),
        ],
        truth: Truth::Mining(Facts {
            protocol: "web_miner",
            role: "miner",
            login: BTC.to_owned(),
            wallet: BTC,
            algorithm: "cn-lite/1",
            pool: "pool.webminer.example",
            submitted: 1,
            accepted: 1,
            late: Some(1),
            one_sided: true,
            ..Facts::default()
        }),
    }
}
