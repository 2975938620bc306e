//! Miners of coins that speak Stratum or CryptoNote's words in ways of their own.

use super::super::packets::Who;
use super::numbers::Numbers;
use super::others::{ETH, XMR, blob};
use super::script::{Carrier, Facts, Said, Script, Truth, c, s};
use serde_json::json;

pub(crate) fn scripts() -> Vec<Script> {
    vec![
        beam(),
        iron_fish(),
        conflux(),
        alephium(),
        ergo(),
        kaspa(),
        kaspa_machines(),
        litecoin_machines(),
        tari(),
        bytom(),
        monero_without_agent(),
    ]
}

fn script(name: &'static str, said: Vec<(Who, Said)>, facts: Facts) -> Script {
    Script {
        name,
        carrier: Carrier::Lines,
        said,
        truth: Truth::Mining(Facts { role: "miner", submitted: 1, accepted: 1, one_sided: true, ..facts }),
    }
}

fn beam() -> Script {
    let mut numbers = Numbers::of("beam");
    let job = |id: &str, numbers: &mut Numbers| json!({"difficulty": 155_232_350, "height": 1_067_753, "id": id, "input": numbers.hex(64), "jsonrpc": "2.0", "method": "job"});
    let said = vec![
        c(json!({"method": "login", "api_key": "miner@mail.example.rig", "id": "login", "jsonrpc": "2.0"})),
        s(
            json!({"jsonrpc": "2.0", "method": "result", "id": "login", "code": 0, "description": "Login successful", "nonceprefix": "1e149e89"}),
        ),
        s(job("4191837467", &mut numbers)),
        c(
            json!({"id": "4191837467", "jsonrpc": "2.0", "method": "solution", "nonce": format!("1e149e89{}", numbers.hex(8)), "output": numbers.hex(208)}),
        ),
        s(json!({"code": 1, "description": "accepted", "id": "4191837467", "jsonrpc": "2.0", "method": "result"})),
        s(job("4191837468", &mut numbers)),
    ];
    let login = "miner@mail.example.rig".to_owned();
    script("beam", said, Facts { protocol: "beam", login, algorithm: "equihash", late: Some(2), ..Facts::default() })
}

fn iron_fish() -> Script {
    let mut numbers = Numbers::of("iron-fish");
    let account = "f0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f";
    let said = vec![
        c(
            json!({"id": 0, "method": "mining.subscribe", "body": {"version": 2, "name": "rig", "publicAddress": account, "agent": "bzminer/21.0"}}),
        ),
        s(json!({"id": 0, "method": "mining.subscribed", "body": {"clientId": 1, "xn": "00ab"}})),
        s(json!({"id": 1, "method": "mining.set_target", "body": {"target": format!("00000000{}", "f".repeat(56))}})),
        s(json!({"id": 2, "method": "mining.notify", "body": {"miningRequestId": 7, "header": numbers.hex(360)}})),
        c(json!({"id": 1, "method": "mining.submit", "body": {"miningRequestId": 7, "randomness": numbers.hex(16), "graffiti": "00"}})),
        s(json!({"id": 1, "result": true})),
    ];
    let facts =
        Facts { protocol: "stratum", login: account.to_owned(), worker: "rig", agent: "bzminer/21.0", late: Some(2), ..Facts::default() };
    script("iron-fish", said, facts)
}

/// Whoever subscribes names the wallet.
fn conflux() -> Script {
    let mut numbers = Numbers::of("conflux");
    let said = vec![
        c(json!({"id": 1, "jsonrpc": "2.0", "method": "mining.subscribe", "params": [format!("{ETH}.rig"), "x"]})),
        s(json!({"id": 1, "jsonrpc": "2.0", "result": true, "error": null})),
        s(
            json!({"id": 0, "jsonrpc": "2.0", "method": "mining.notify", "params": ["0x12", "81234567", format!("0x{}", numbers.hex(64)), format!("0x00000000{}", "f".repeat(56))]}),
        ),
        c(
            json!({"id": 4, "jsonrpc": "2.0", "method": "mining.submit", "params": [format!("{ETH}.rig"), "0x12", format!("0x{}", numbers.hex(16)), format!("0x{}", numbers.hex(64))]}),
        ),
        s(json!({"id": 4, "jsonrpc": "2.0", "result": true, "error": null})),
    ];
    let login = format!("{ETH}.rig");
    let facts = Facts {
        protocol: "stratum",
        login,
        wallet: ETH,
        worker: "rig",
        algorithm: "octopus",
        late: Some(2),
        login_again: true,
        ..Facts::default()
    };
    script("conflux", said, facts)
}

fn alephium() -> Script {
    let mut numbers = Numbers::of("alephium");
    let jobs: Vec<_> = (0..4)
        .map(|n| json!({"jobId": format!("{n}1"), "fromGroup": n, "toGroup": 0, "headerBlob": numbers.hex(300), "txsBlob": "", "targetBlob": numbers.hex(64)}))
        .collect();
    let said = vec![
        c(json!({"id": 1, "method": "mining.subscribe", "params": ["bzminer/21.0"]})),
        s(json!({"id": 1, "result": [null, "00ab"], "error": null})),
        c(json!({"id": 2, "method": "mining.authorize", "params": ["account.rig", ""]})),
        s(json!({"id": 2, "result": true, "error": null})),
        s(json!({"id": null, "method": "mining.notify", "params": jobs})),
        c(
            json!({"id": 3, "method": "mining.submit", "params": {"jobId": "01", "fromGroup": 0, "toGroup": 0, "nonce": numbers.hex(48), "worker": "account.rig"}}),
        ),
        s(json!({"id": 3, "result": true, "error": null})),
    ];
    let facts = Facts {
        protocol: "stratum",
        login: "account.rig".to_owned(),
        worker: "rig",
        agent: "bzminer/21.0",
        late: Some(4),
        login_again: true,
        ..Facts::default()
    };
    script("alephium", said, facts)
}

fn ergo() -> Script {
    let mut numbers = Numbers::of("ergo");
    let target = "28948022309329048855892746252171976963209391069768726095651290785379540373584";
    let said = vec![
        c(json!({"id": 1, "method": "mining.subscribe", "params": ["lolMiner 1.98", null]})),
        s(json!({"id": 1, "result": [null, "0a3f", 6], "error": null})),
        c(json!({"id": 2, "method": "mining.authorize", "params": ["account.rig", "x"]})),
        s(json!({"id": 2, "result": true, "error": null})),
        s(json!({"id": null, "method": "mining.set_difficulty", "params": [1]})),
        s(json!({"id": null, "method": "mining.notify", "params": ["1", 900_000, numbers.hex(64), "", "", "02", target, "", true]})),
        c(json!({"id": 3, "method": "mining.submit", "params": ["account.rig", "1", numbers.hex(12), "", numbers.hex(16)]})),
        s(json!({"id": 3, "result": true, "error": null})),
    ];
    let facts = Facts {
        protocol: "stratum",
        login: "account.rig".to_owned(),
        worker: "rig",
        agent: "lolMiner 1.98",
        algorithm: "autolykos2",
        late: Some(4),
        login_again: true,
        ..Facts::default()
    };
    script("ergo", said, facts)
}

fn kaspa() -> Script {
    let mut numbers = Numbers::of("kaspa");
    let said = vec![
        c(json!({"id": 1, "jsonrpc": "2.0", "method": "mining.subscribe", "params": ["lolMiner/1.98"]})),
        s(json!({"id": 1, "jsonrpc": "2.0", "result": [true, "EthereumStratum/1.0.0"], "error": null})),
        c(json!({"id": 2, "jsonrpc": "2.0", "method": "mining.authorize", "params": ["account.rig", "x"]})),
        s(json!({"id": 2, "jsonrpc": "2.0", "result": true, "error": null})),
        s(json!({"id": null, "jsonrpc": "2.0", "method": "set_extranonce", "params": ["00ab"]})),
        s(json!({"id": null, "jsonrpc": "2.0", "method": "mining.set_difficulty", "params": [4]})),
        s(
            json!({"id": null, "jsonrpc": "2.0", "method": "mining.notify", "params": ["11", [1_234_567_890_123_456_789u64, 2, 3, 4], 1_700_000_000]}),
        ),
        c(json!({"id": 3, "jsonrpc": "2.0", "method": "mining.submit", "params": ["account.rig", "11", format!("0x{}", numbers.hex(16))]})),
        s(json!({"id": 3, "jsonrpc": "2.0", "result": true, "error": null})),
    ];
    let facts = Facts {
        protocol: "stratum",
        login: "account.rig".to_owned(),
        worker: "rig",
        agent: "lolMiner/1.98",
        algorithm: "kheavyhash",
        late: Some(5),
        login_again: true,
        ..Facts::default()
    };
    script("kaspa", said, facts)
}

/// Machines for Kaspa get header and time in one number; the wallet tells the algorithm.
fn kaspa_machines() -> Script {
    let mut numbers = Numbers::of("kaspa-machines");
    const WALLET: &str = "qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9ccrydpk8qarc0jqsxdsp6jf";
    let login = format!("kaspa:{WALLET}.ks0");
    let said = vec![
        c(json!({"id": 1, "method": "mining.subscribe", "params": ["IceRiverMiner-v1.1"]})),
        s(json!({"id": 1, "jsonrpc": "2.0", "result": [true, "EthereumStratum/1.0.0"], "error": null})),
        c(json!({"id": 2, "method": "mining.authorize", "params": [login]})),
        s(json!({"id": 2, "jsonrpc": "2.0", "result": true, "error": null})),
        s(json!({"id": null, "jsonrpc": "2.0", "method": "mining.set_difficulty", "params": [4096]})),
        s(json!({"id": null, "jsonrpc": "2.0", "method": "mining.notify", "params": ["11", numbers.hex(80)]})),
        c(json!({"id": 3, "method": "mining.submit", "params": [login, "11", numbers.hex(16)]})),
        s(json!({"id": 3, "jsonrpc": "2.0", "result": true, "error": null})),
    ];
    let facts = Facts {
        protocol: "stratum",
        login,
        wallet: WALLET,
        worker: "ks0",
        agent: "IceRiverMiner-v1.1",
        algorithm: "kheavyhash",
        late: Some(5),
        login_again: true,
        ..Facts::default()
    };
    script("kaspa-machines", said, facts)
}

/// Machines for Litecoin say no more than its wallet; the bits of its header agree.
fn litecoin_machines() -> Script {
    let mut numbers = Numbers::of("litecoin-machines");
    const WALLET: &str = "LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH9";
    let login = format!("{WALLET}.l7");
    let job = |id: &str, numbers: &mut Numbers| json!({"id": null, "method": "mining.notify", "params": [id, numbers.hex(64), numbers.hex(90), numbers.hex(120), [numbers.hex(64)], "20000000", "1929c4f0", "65a1b2c3", true]});
    let said = vec![
        c(json!({"id": 1, "method": "mining.subscribe", "params": ["cgminer/4.12"]})),
        s(json!({"id": 1, "result": [[["mining.set_difficulty", "1"], ["mining.notify", "1"]], "08000002", 4], "error": null})),
        c(json!({"id": 2, "method": "mining.authorize", "params": [login, "x"]})),
        s(json!({"id": 2, "result": true, "error": null})),
        s(json!({"id": null, "method": "mining.set_difficulty", "params": [65_536]})),
        s(job("1", &mut numbers)),
        c(json!({"id": 3, "method": "mining.submit", "params": [login, "1", "00000000", "65a1b2c3", numbers.hex(8)]})),
        s(json!({"id": 3, "result": true, "error": null})),
        s(job("2", &mut numbers)),
    ];
    let facts = Facts {
        protocol: "stratum",
        login,
        wallet: WALLET,
        worker: "l7",
        agent: "cgminer/4.12",
        algorithm: "scrypt",
        late: Some(5),
        login_again: true,
        ..Facts::default()
    };
    script("litecoin-machines", said, facts)
}

/// A blob that is a hash, and a program that nobody knows.
fn tari() -> Script {
    let mut numbers = Numbers::of("tari");
    let said = vec![
        c(json!({"id": 1, "jsonrpc": "2.0", "method": "login", "params": {"login": "account", "pass": "x", "agent": "newminer/0.1"}})),
        s(
            json!({"id": 1, "jsonrpc": "2.0", "result": {"id": "a", "job": {"algo": "sha3x", "blob": numbers.hex(64), "job_id": "j", "target": "ffff000000000000", "height": 9_000}, "status": "OK"}, "error": null}),
        ),
        s(
            json!({"jsonrpc": "2.0", "method": "job", "params": {"algo": "sha3x", "blob": numbers.hex(64), "job_id": "k", "target": "ffff000000000000", "height": 9_001}}),
        ),
        c(
            json!({"id": 2, "jsonrpc": "2.0", "method": "submit", "params": {"id": "a", "job_id": "k", "nonce": numbers.hex(16), "result": numbers.hex(64)}}),
        ),
        s(json!({"id": 2, "jsonrpc": "2.0", "result": {"status": "OK"}, "error": null})),
    ];
    script(
        "tari",
        said,
        Facts { protocol: "cryptonote", login: "account".to_owned(), agent: "newminer/0.1", late: Some(2), ..Facts::default() },
    )
}

fn bytom() -> Script {
    let mut numbers = Numbers::of("bytom");
    let job = |id: &str, numbers: &mut Numbers| json!({"version": "0100000000000000", "height": "2315000000000000", "previous_block_hash": numbers.hex(64), "job_id": id, "seed": numbers.hex(64), "target": "c5a70000"});
    let said = vec![
        c(json!({"method": "login", "params": {"login": "antminer_1", "pass": "123", "agent": "bmminer/2.0.0"}, "id": 1})),
        s(
            json!({"id": 1, "jsonrpc": "2.0", "result": {"id": "antminer_1", "job": job("16368", &mut numbers), "status": "OK"}, "error": null}),
        ),
        c(
            json!({"method": "submit", "params": {"id": "antminer_1", "job_id": "16368", "nonce": numbers.hex(8), "result": numbers.hex(64)}, "id": 2}),
        ),
        s(json!({"id": 2, "jsonrpc": "2.0", "result": {"status": "OK"}, "error": null})),
        s(json!({"jsonrpc": "2.0", "method": "job", "params": job("16369", &mut numbers)})),
    ];
    let mut script =
        script("bytom", said, Facts { protocol: "cryptonote", login: "antminer_1".to_owned(), agent: "bmminer/2.0.0", ..Facts::default() });
    // Its jobs alone are too much like those of others.
    if let Truth::Mining(facts) = &mut script.truth {
        facts.one_sided = false;
    }
    script
}

/// The least that a miner says.
fn monero_without_agent() -> Script {
    let mut numbers = Numbers::of("no-agent");
    let said = vec![
        c(json!({"method": "login", "params": {"login": XMR, "pass": "x"}, "id": 1})),
        s(
            json!({"id": 1, "result": {"id": "1", "job": {"blob": blob("1010", &mut numbers), "job_id": "1", "target": "b88d0600"}, "status": "OK"}}),
        ),
        c(json!({"method": "submit", "params": {"id": "1", "job_id": "1", "nonce": numbers.hex(8), "result": numbers.hex(64)}, "id": 1})),
        s(json!({"id": 1, "result": {"status": "OK"}})),
        s(json!({"method": "job", "params": {"blob": blob("1010", &mut numbers), "job_id": "2", "target": "b88d0600"}})),
    ];
    let facts = Facts { protocol: "cryptonote", login: XMR.to_owned(), wallet: XMR, algorithm: "rx/0", late: Some(2), ..Facts::default() };
    script("monero-without-agent", said, facts)
}
