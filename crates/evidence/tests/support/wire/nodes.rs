//! Wallets, explorers and pools' own software that ask a node, and nodes among themselves.

use super::super::packets::Who;
use super::near::none;
use super::numbers::Numbers;
use super::script::{Carrier, Said, Script, Truth, bytes, c, s};
use serde_json::json;

fn node(name: &'static str, carrier: Carrier, said: Vec<(Who, Said)>) -> Script {
    Script { name, carrier, said, truth: Truth::Node }
}

const BITCOIN: Carrier = Carrier::Http {
    target: "/",
    asks: "Host: 127.0.0.1:8332\r\nUser-Agent: bitcoin-cli\r\nAuthorization: Basic X19jb29raWVfXzph\r\n",
    answers: "",
};
const MONERO: Carrier =
    Carrier::Http { target: "/json_rpc", asks: "Host: 127.0.0.1:18081\r\nUser-Agent: epee\r\n", answers: "Server: Epee-based\r\n" };
const ETHEREUM: Carrier = Carrier::Http { target: "/", asks: "Host: node.example:8545\r\nUser-Agent: Go-http-client/1.1\r\n", answers: "" };

pub(crate) fn scripts() -> Vec<Script> {
    let mut all = bitcoin();
    all.extend(monero());
    all.extend(ethereum());
    all.extend(peers());
    all
}

fn bitcoin() -> Vec<Script> {
    let mut numbers = Numbers::of("bitcoind");
    let template = json!({"id": 2, "error": null, "result": {"previousblockhash": format!("{}{}", "0".repeat(16), numbers.hex(48)), "bits": "17034219",
        "height": 800_000, "curtime": 1_700_000_000, "transactions": [], "target": format!("00000000{}", "f".repeat(56))}});
    vec![
        none("bitcoin-wallet", BITCOIN, vec![
            c(json!({"jsonrpc": "1.0", "id": 1, "method": "getbalance", "params": []})),
            s(json!({"result": 1.5, "error": null, "id": 1})),
            c(json!({"jsonrpc": "1.0", "id": 2, "method": "sendtoaddress", "params": ["1P7ujsXeX7GxQwHNnJsRMgAdNkFZmNVqJT", 0.1]})),
            s(json!({"result": numbers.hex(64), "error": null, "id": 2})),
        ]),
        node("bitcoin-template", BITCOIN, vec![
            c(json!({"jsonrpc": "1.0", "id": 2, "method": "getblocktemplate", "params": [{"rules": ["segwit"]}]})),
            s(template.clone()),
        ]),
        node("bitcoin-template-again", BITCOIN, (0..4).flat_map(|_| [
            c(json!({"jsonrpc": "1.0", "id": 1, "method": "getmininginfo", "params": []})),
            s(json!({"result": {"blocks": 800_000, "networkhashps": 4e20, "pooledtx": 3}, "error": null, "id": 1})),
            c(json!({"jsonrpc": "1.0", "id": 2, "method": "getblocktemplate", "params": [{"capabilities": ["coinbasetxn", "workid"], "rules": ["segwit"]}]})),
            s(template.clone()),
        ]).collect()),
        node("bitcoin-pool-software", BITCOIN, vec![
            c(json!({"id": 2, "method": "getblocktemplate", "params": [{"rules": ["segwit"]}]})),
            s(template),
            c(json!({"id": 3, "method": "submitblock", "params": [numbers.hex(400)]})),
            s(json!({"result": null, "error": null, "id": 3})),
        ]),
        none("bitcoin-explorer", BITCOIN, (0..6).flat_map(|n| [
            c(json!({"id": n, "method": "getblockhash", "params": [n]})),
            s(json!({"id": n, "error": null, "result": numbers.hex(64)})),
        ]).collect::<Vec<_>>()),
    ]
}

fn monero() -> Vec<Script> {
    let mut numbers = Numbers::of("monerod");
    let ask = |method: &str, params| c(json!({"jsonrpc": "2.0", "id": "0", "method": method, "params": params}));
    let template = json!({"id": "0", "jsonrpc": "2.0", "result": {"blocktemplate_blob": numbers.hex(400), "blockhashing_blob": numbers.hex(152),
        "difficulty": 300_000_000_000u64, "height": 3_000_000, "prev_hash": numbers.hex(64), "seed_hash": numbers.hex(64), "status": "OK"}});
    let address = super::others::XMR;
    vec![
        none("monero-wallet", MONERO, vec![
            ask("get_balance", json!({"account_index": 0})),
            s(json!({"id": "0", "jsonrpc": "2.0", "result": {"balance": 157_443_303_037_455_077u64, "unlocked_balance": 1}})),
            ask("transfer", json!({"destinations": [{"amount": 100, "address": address}]})),
            s(json!({"id": "0", "jsonrpc": "2.0", "result": {"tx_hash": numbers.hex(64), "tx_blob": "", "fee": 48}})),
        ]),
        none("monero-wallet-login", MONERO, vec![
            ask("open_wallet", json!({"filename": "w", "password": "x"})),
            s(json!({"id": "0", "jsonrpc": "2.0", "result": {}})),
            ask("get_address", json!({"account_index": 0})),
            s(json!({"id": "0", "jsonrpc": "2.0", "result": {"address": address, "addresses": []}})),
        ]),
        node("monero-template", MONERO, vec![ask("get_block_template", json!({"wallet_address": address, "reserve_size": 60})), s(template.clone())]),
        node("monero-pool-software", MONERO, vec![
            ask("getblocktemplate", json!({"wallet_address": address, "reserve_size": 17})),
            s(template),
            ask("submit_block", json!([numbers.hex(400)])),
            s(json!({"id": "0", "jsonrpc": "2.0", "result": {"status": "OK"}})),
        ]),
        none("monero-p2pool", MONERO, vec![
            ask("get_miner_data", json!({})),
            s(json!({"id": "0", "jsonrpc": "2.0", "result": {"major_version": 16, "height": 3_000_000, "prev_id": numbers.hex(64), "seed_hash": numbers.hex(64), "difficulty": "0x4f", "status": "OK"}})),
        ]),
        none("monero-info", MONERO, (0..5).flat_map(|n| [
            ask("get_info", json!({})),
            s(json!({"id": "0", "jsonrpc": "2.0", "result": {"height": 3_000_000 + n, "target": 120, "difficulty": 300_000_000_000u64, "status": "OK"}})),
        ]).collect()),
    ]
}

fn ethereum() -> Vec<Script> {
    let mut numbers = Numbers::of("geth");
    let ask = |id: u32, method: &str, params| c(json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
    let work = json!([format!("0x{}", numbers.hex(64)), format!("0x{}", numbers.hex(64)), format!("0x00000000{}", "f".repeat(56))]);
    let address = super::others::ETH;
    let lines = Carrier::Lines;
    vec![
        none(
            "ethereum-wallet",
            ETHEREUM,
            vec![
                ask(1, "eth_chainId", json!([])),
                s(json!({"jsonrpc": "2.0", "id": 1, "result": "0x1"})),
                ask(2, "eth_getBalance", json!([address, "latest"])),
                s(json!({"jsonrpc": "2.0", "id": 2, "result": "0x0234c8a3397aab58"})),
                ask(3, "eth_sendRawTransaction", json!([format!("0x{}", numbers.hex(220))])),
                s(json!({"jsonrpc": "2.0", "id": 3, "result": format!("0x{}", numbers.hex(64))})),
            ],
        ),
        none(
            "ethereum-wallet-lines",
            lines,
            vec![
                ask(1, "eth_accounts", json!([])),
                s(json!({"jsonrpc": "2.0", "id": 1, "result": [address]})),
                ask(2, "eth_getTransactionCount", json!([address, "latest"])),
                s(json!({"jsonrpc": "2.0", "id": 2, "result": "0x1"})),
            ],
        ),
        none(
            "ethereum-filter",
            lines,
            vec![
                ask(1, "eth_newBlockFilter", json!([])),
                s(json!({"jsonrpc": "2.0", "id": 1, "result": "0x1"})),
                ask(2, "eth_getFilterChanges", json!(["0x1"])),
                s(
                    json!({"jsonrpc": "2.0", "id": 2, "result": [format!("0x{}", numbers.hex(64)), format!("0x{}", numbers.hex(64)), format!("0x{}", numbers.hex(64))]}),
                ),
            ],
        ),
        none(
            "ethereum-status",
            ETHEREUM,
            vec![
                ask(1, "eth_mining", json!([])),
                s(json!({"jsonrpc": "2.0", "id": 1, "result": false})),
                ask(2, "eth_hashrate", json!([])),
                s(json!({"jsonrpc": "2.0", "id": 2, "result": "0x0"})),
                ask(3, "miner_start", json!([])),
                s(json!({"jsonrpc": "2.0", "id": 3, "result": null})),
            ],
        ),
        node(
            "ethereum-pool-software",
            ETHEREUM,
            vec![
                ask(1, "eth_getWork", json!([])),
                s(json!({"jsonrpc": "2.0", "id": 1, "result": work})),
                ask(2, "eth_getBlockByNumber", json!(["pending", false])),
                s(json!({"jsonrpc": "2.0", "id": 2, "result": {"number": "0x10", "difficulty": "0x1000"}})),
                ask(3, "eth_getWork", json!([])),
                s(json!({"jsonrpc": "2.0", "id": 3, "result": work})),
            ],
        ),
    ]
}

fn peers() -> Vec<Script> {
    let mut numbers = Numbers::of("peers");
    let bitcoin = |command: &[u8], payload: &[u8], numbers: &mut Numbers| {
        let mut name = command.to_vec();
        name.resize(12, 0);
        [&[0xf9, 0xbe, 0xb4, 0xd9][..], &name, &(payload.len() as u32).to_le_bytes(), &numbers.bytes(4), payload].concat()
    };
    let levin = |numbers: &mut Numbers| [&[1, 0x21, 1, 1, 1, 1, 1, 1, 0xe2, 0, 0, 0, 0, 0, 0, 0, 1][..], &numbers.bytes(242)].concat();
    let rlpx = |size: usize, numbers: &mut Numbers| {
        let mut all = numbers.bytes(size + 2);
        all[..3].copy_from_slice(&[(size >> 8) as u8, size as u8, 4]);
        all
    };
    let version = numbers.bytes(102);
    vec![
        node(
            "bitcoin-peers",
            Carrier::Raw,
            vec![
                bytes(Who::Client, bitcoin(b"version", &version, &mut numbers)),
                bytes(Who::Server, bitcoin(b"version", &version, &mut numbers)),
                bytes(Who::Client, bitcoin(b"verack", b"", &mut numbers)),
                bytes(Who::Server, bitcoin(b"inv", &version[..37], &mut numbers)),
            ],
        ),
        node(
            "monero-peers",
            Carrier::Raw,
            vec![bytes(Who::Client, levin(&mut numbers)), bytes(Who::Server, levin(&mut numbers)), bytes(Who::Client, levin(&mut numbers))],
        ),
        node(
            "ethereum-peers",
            Carrier::Raw,
            vec![
                bytes(Who::Client, rlpx(434, &mut numbers)),
                bytes(Who::Server, rlpx(388, &mut numbers)),
                bytes(Who::Client, numbers.bytes(200)),
            ],
        ),
    ]
}
