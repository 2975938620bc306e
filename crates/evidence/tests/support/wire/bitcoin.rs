//! Miners of Bitcoin's kind: Stratum v1 with its extensions, getwork, getblocktemplate, Stratum V2.

use super::super::packets::Who;
use super::numbers::Numbers;
use super::script::{Carrier, Facts, Script, Truth, bytes, c, s};
use serde_json::json;

pub(crate) const BTC: &str = "1P7ujsXeX7GxQwHNnJsRMgAdNkFZmNVqJT";
const ZEC: &str = "t1fAhZF5aUJdY7CikGULHmeYk7id8qmvbAd";

pub(crate) fn scripts() -> Vec<Script> {
    vec![
        stratum(),
        stratum_of_scrypt(),
        nicehash(),
        zcash(),
        getwork(),
        getblocktemplate(),
        stratum_v2("stratum-v2", [64, 234]),
        stratum_v2("stratum-v2-short-keys", [32, 170]),
        stratum_v2_plain(),
    ]
}

pub(crate) fn stratum() -> Script {
    let zero = "0".repeat(56) + "1a2b3c4d";
    let login = format!("{BTC}.s19");
    Script {
        name: "stratum",
        carrier: Carrier::Lines,
        said: vec![
            c(
                json!({"id": 0, "method": "mining.configure", "params": [["version-rolling", "minimum-difficulty"], {"version-rolling.mask": "1fffe000", "minimum-difficulty.value": 2048}]}),
            ),
            s(json!({"id": 0, "error": null, "result": {"version-rolling": true, "version-rolling.mask": "1fffe000"}})),
            c(json!({"id": 1, "method": "mining.subscribe", "params": ["cgminer/4.12.1"]})),
            s(json!({"id": 1, "result": [[["mining.set_difficulty", "d1"], ["mining.notify", "n1"]], "08000002", 4], "error": null})),
            c(json!({"id": 2, "method": "mining.extranonce.subscribe", "params": []})),
            c(json!({"id": 3, "method": "mining.authorize", "params": [login, "x"]})),
            s(json!({"id": 2, "result": true, "error": null})),
            s(json!({"id": 3, "result": true, "error": null})),
            c(json!({"id": 4, "method": "mining.suggest_difficulty", "params": [65536]})),
            s(json!({"id": null, "method": "mining.set_version_mask", "params": ["1fffe000"]})),
            s(json!({"id": null, "method": "mining.set_difficulty", "params": [65536]})),
            s(
                json!({"id": null, "method": "mining.notify", "params": ["bf", zero, "01000000010000", "ffffffff", [zero, zero], "20000000", "17034219", "65000000", true]}),
            ),
            c(json!({"id": 5, "method": "mining.submit", "params": [login, "bf", "00000001", "65000000", "1234abcd", "00002000"]})),
            s(json!({"id": 5, "result": true, "error": null})),
            s(json!({"id": null, "method": "mining.set_extranonce", "params": ["08000003", 4]})),
            c(json!({"id": 6, "method": "mining.submit", "params": [login, "bf", "00000002", "65000000", "1234abce", "00002000"]})),
            s(json!({"id": 6, "result": null, "error": [23, "Low difficulty share", null]})),
        ],
        truth: Truth::Mining(Facts {
            protocol: "stratum",
            role: "miner",
            login,
            wallet: BTC,
            worker: "s19",
            agent: "cgminer/4.12.1",
            algorithm: "sha256d",
            submitted: 2,
            accepted: 1,
            late: Some(10),
            login_again: true,
            one_sided: true,
            ..Facts::default()
        }),
    }
}

/// As the oldest miners have it, and for a name at the pool.
fn stratum_of_scrypt() -> Script {
    let zero = "0".repeat(64);
    Script {
        name: "stratum-scrypt",
        carrier: Carrier::Lines,
        said: vec![
            c(json!({"id": 1, "method": "mining.subscribe", "params": []})),
            s(json!({"id": 1, "result": [["mining.notify", "ae6812eb4cd7735a302a8a9dd95cf71f"], "f8002c90", 4], "error": null})),
            c(json!({"params": ["farm.rig7", "d=512"], "id": 2, "method": "mining.authorize"})),
            s(json!({"error": null, "id": 2, "result": true})),
            s(json!({"params": [512], "id": null, "method": "mining.set_difficulty"})),
            s(
                json!({"params": ["7a", zero, "01", "02", [], "00000002", "1b01c3ab", "52e9b9a1", false], "id": null, "method": "mining.notify"}),
            ),
            c(json!({"params": ["farm.rig7", "7a", "00000000", "52e9b9a1", "c3d90f00"], "id": 3, "method": "mining.submit"})),
            s(json!({"error": null, "id": 3, "result": true})),
        ],
        truth: Truth::Mining(Facts {
            protocol: "stratum",
            role: "miner",
            login: "farm.rig7".to_owned(),
            worker: "rig7",
            submitted: 1,
            accepted: 1,
            late: Some(4),
            login_again: true,
            one_sided: true,
            ..Facts::default()
        }),
    }
}

/// The market's servers mine at a pool for their buyer.
fn nicehash() -> Script {
    let zero = "0".repeat(64);
    Script {
        name: "nicehash",
        carrier: Carrier::Lines,
        said: vec![
            c(json!({"id": 1, "method": "mining.subscribe", "params": ["NiceHash/1.0.0", null, "kawpow.pool.example", "3380"]})),
            s(json!({"id": 1, "result": [null, "00a1b2"], "error": null})),
            c(json!({"id": 2, "method": "mining.authorize", "params": [format!("{BTC}.order9"), "x"]})),
            c(json!({"id": 3, "method": "mining.extranonce.subscribe", "params": []})),
            s(json!({"id": 2, "result": true, "error": null})),
            s(json!({"id": 3, "result": true, "error": null})),
            s(
                json!({"id": null, "method": "mining.set_target", "params": ["00000000ffff0000000000000000000000000000000000000000000000000000"]}),
            ),
            s(
                json!({"id": null, "method": "mining.notify", "params": ["1f", zero, zero, "00000000ffff0000000000000000000000000000000000000000000000000000", true, 2500000, "1b00ffff"]}),
            ),
            c(
                json!({"id": 4, "method": "mining.submit", "params": [format!("{BTC}.order9"), "1f", "0x00a1b20000000001", zero_x(), zero_x()]}),
            ),
            s(json!({"id": 4, "result": true, "error": null})),
        ],
        truth: Truth::Mining(Facts {
            protocol: "stratum",
            role: "proxy",
            login: format!("{BTC}.order9"),
            wallet: BTC,
            worker: "order9",
            agent: "NiceHash/1.0.0",
            algorithm: "kawpow",
            pool: "kawpow.pool.example",
            submitted: 1,
            accepted: 1,
            late: Some(6),
            login_again: true,
            one_sided: true,
            ..Facts::default()
        }),
    }
}

fn zero_x() -> String {
    format!("0x{}", "3".repeat(64))
}

fn zcash() -> Script {
    let zero = "0".repeat(64);
    let solution = Numbers::of("solution").hex(2_688);
    let login = format!("{ZEC}.rig4");
    Script {
        name: "zcash",
        carrier: Carrier::Lines,
        said: vec![
            c(json!({"id": 1, "method": "mining.subscribe", "params": ["equihashminer", null, "zec.pool.example", "2142"]})),
            s(json!({"id": 1, "result": [null, "0800000001"], "error": null})),
            c(json!({"id": 2, "method": "mining.authorize", "params": [login, "x"]})),
            s(json!({"id": 2, "result": true, "error": null})),
            s(json!({"id": null, "method": "mining.set_target", "params": [format!("0004{}", "1".repeat(60))]})),
            s(json!({"id": null, "method": "mining.notify", "params": ["7", "04000000", zero, zero, zero, "5a000000", "1c000000", true]})),
            c(
                json!({"id": 4, "method": "mining.submit", "params": [login, "7", "5a000000", "00112233445566", format!("fd4005{solution}")]}),
            ),
            s(json!({"id": 4, "result": true, "error": null})),
        ],
        truth: Truth::Mining(Facts {
            protocol: "stratum",
            role: "miner",
            login,
            wallet: ZEC,
            worker: "rig4",
            agent: "equihashminer",
            algorithm: "equihash",
            pool: "zec.pool.example",
            submitted: 1,
            accepted: 1,
            late: Some(4),
            login_again: true,
            one_sided: true,
            ..Facts::default()
        }),
    }
}

fn getwork() -> Script {
    let mut numbers = Numbers::of("getwork");
    let data = numbers.hex(256);
    Script {
        name: "getwork",
        carrier: Carrier::Http {
            target: "/",
            asks: "Host: getwork.pool.example:8332\r\nUser-Agent: cgminer/2.7.5\r\nAuthorization: Basic dXNlci5yaWc6eA==\r\nX-Mining-Extensions: longpoll midstate rollntime\r\n",
            answers: "X-Roll-NTime: Y\r\nX-Long-Polling: /lp\r\n",
        },
        said: vec![
            c(json!({"method": "getwork", "params": [], "id": 0})),
            s(
                json!({"id": 0, "error": null, "result": {"data": data, "target": format!("{}00000000", "ff".repeat(28)), "midstate": numbers.hex(64), "hash1": "00".repeat(64)}}),
            ),
            c(json!({"method": "getwork", "params": [numbers.hex(256)], "id": 1})),
            s(json!({"id": 1, "error": null, "result": true})),
        ],
        truth: Truth::Mining(Facts {
            protocol: "getwork",
            role: "miner",
            login: "user.rig".to_owned(),
            worker: "rig",
            agent: "cgminer/2.7.5",
            pool: "getwork.pool.example",
            pool_in_head: true,
            submitted: 1,
            accepted: 1,
            late: Some(1),
            login_again: true,
            one_sided: true,
            ..Facts::default()
        }),
    }
}

/// A pool's work without a coinbase of one's own, asked for by a miner's program.
fn getblocktemplate() -> Script {
    let mut numbers = Numbers::of("template");
    Script {
        name: "getblocktemplate",
        carrier: Carrier::Http {
            target: "/",
            asks: "Host: gbt.pool.example:8337\r\nUser-Agent: bfgminer/5.5.0\r\nAuthorization: Basic dXNlci5yaWc6eA==\r\nX-Mining-Extensions: longpoll midstate rollntime submitold\r\n",
            answers: "Server: Eloipool\r\nX-Stratum: stratum+tcp://stratum.pool.example:3334\r\n",
        },
        said: vec![
            c(
                json!({"id": 0, "method": "getblocktemplate", "params": [{"capabilities": ["coinbasetxn", "workid", "coinbase/append", "longpoll"], "rules": ["segwit"]}]}),
            ),
            s(
                json!({"id": 0, "error": null, "result": {"previousblockhash": format!("{}{}", "0".repeat(16), numbers.hex(48)), "bits": "17034219", "height": 800_000, "curtime": 1_700_000_000,
                "coinbasetxn": {"data": numbers.hex(200)}, "transactions": [], "target": format!("00000000{}", "f".repeat(56)), "workid": "w1", "longpollid": "l1"}}),
            ),
            c(json!({"id": 1, "method": "submitblock", "params": [numbers.hex(360), {"workid": "w1"}]})),
            s(json!({"id": 1, "error": null, "result": null})),
        ],
        truth: Truth::Mining(Facts {
            protocol: "getblocktemplate",
            role: "miner",
            login: "user.rig".to_owned(),
            worker: "rig",
            agent: "bfgminer/5.5.0",
            algorithm: "sha256d",
            pool: "gbt.pool.example",
            pool_in_head: true,
            submitted: 1,
            accepted: 1,
            late: Some(1),
            login_again: true,
            one_sided: true,
            ..Facts::default()
        }),
    }
}

fn stratum_v2(name: &'static str, [first, second]: [usize; 2]) -> Script {
    let mut numbers = Numbers::of(if first == 64 { "noise" } else { name });
    let mut say = |who, count| bytes(who, numbers.bytes(count));
    Script {
        name,
        carrier: Carrier::Raw,
        said: vec![
            say(Who::Client, first),
            say(Who::Server, second),
            say(Who::Client, 22 + 90 + 16),
            say(Who::Server, 22 + 6 + 16),
            say(Who::Client, 22 + 70 + 16),
            say(Who::Server, 22 + 60 + 16),
            say(Who::Server, 22 + 48 + 16),
            say(Who::Client, 22 + 24 + 16),
        ],
        truth: Truth::Mining(Facts { protocol: "stratum_v2", role: "miner", algorithm: "sha256d", ..Facts::default() }),
    }
}

fn v2(kind: u8, parts: &[&[u8]]) -> Vec<u8> {
    let payload = parts.concat();
    let channel = if (0x15..=0x21).contains(&kind) { 0x80 } else { 0 };
    [&[0, channel, kind][..], &(payload.len() as u32).to_le_bytes()[..3], &payload].concat()
}

fn v2_text(text: &str) -> Vec<u8> {
    [&[text.len() as u8][..], text.as_bytes()].concat()
}

fn stratum_v2_plain() -> Script {
    let mut limit = [0u8; 32];
    limit[27] = 1;
    let user = format!("{BTC}.rig");
    let setup =
        [&v2_text("v2.pool.example")[..], &3_336u16.to_le_bytes(), &v2_text("Bosch"), &v2_text("S9"), &v2_text("1.0"), &v2_text("")];
    Script {
        name: "stratum-v2-plain",
        carrier: Carrier::Raw,
        said: vec![
            bytes(Who::Client, v2(0, &[&[0, 2, 0, 2, 0, 0, 0, 0, 0], &setup.concat()])),
            bytes(Who::Server, v2(1, &[&[2, 0, 0, 0, 0, 0]])),
            bytes(Who::Client, v2(0x10, &[&[1, 0, 0, 0], &v2_text(&user), &[0; 36]])),
            bytes(Who::Server, v2(0x11, &[&[1, 0, 0, 0, 1, 0, 0, 0], &limit, &[0, 0, 0, 0, 0]])),
            bytes(Who::Server, v2(0x15, &[&[1, 0, 0, 0, 7, 0, 0, 0], &[0; 40]])),
            bytes(Who::Client, v2(0x1a, &[&[1, 0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0], &[0; 12]])),
            bytes(Who::Server, v2(0x1c, &[&[1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0], &[0; 8]])),
        ],
        truth: Truth::Mining(Facts {
            protocol: "stratum_v2",
            role: "miner",
            login: user,
            wallet: BTC,
            worker: "rig",
            agent: "Bosch S9 1.0",
            algorithm: "sha256d",
            pool: "v2.pool.example",
            submitted: 1,
            accepted: 1,
            ..Facts::default()
        }),
    }
}
