//! Services whose messages have the words of mining, or its form.

use super::super::packets::Who;
use super::numbers::Numbers;
use super::script::{Carrier, Said, Script, Truth, bytes, c, s};
use serde_json::json;

pub(crate) fn none(name: &'static str, carrier: Carrier, said: Vec<(Who, Said)>) -> Script {
    Script { name, carrier, said, truth: Truth::Nothing }
}

pub(crate) fn as_a_whole(name: &'static str, carrier: Carrier, said: Vec<(Who, Said)>) -> Script {
    Script { name, carrier, said, truth: Truth::NothingAsAWhole }
}

const API: Carrier = Carrier::Http {
    target: "/api/v1/rpc",
    asks: "Host: api.example\r\nUser-Agent: python-requests/2.31\r\nAuthorization: Bearer abc\r\n",
    answers: "Server: nginx\r\n",
};
const SOCKET: Carrier = Carrier::WebSocket("app.example");

pub(crate) fn scripts() -> Vec<Script> {
    let mut all = logins();
    all.extend(jobs());
    all.extend(sockets());
    all.extend(lengths());
    all.extend(shapes());
    all
}

fn logins() -> Vec<Script> {
    let done = json!({"id": 1, "jsonrpc": "2.0", "error": null, "result": {"id": "s1", "status": "OK", "token": "t"}});
    let login = |params| c(json!({"id": 1, "jsonrpc": "2.0", "method": "login", "params": params}));
    let keep = || {
        [
            c(json!({"id": 2, "jsonrpc": "2.0", "method": "keepalive", "params": {"id": "s1"}})),
            s(json!({"id": 2, "result": {"status": "OK"}})),
        ]
    };
    let with = |params| [login(params), s(done.clone())].into_iter().chain(keep()).collect::<Vec<_>>();
    vec![
        none("login-shop", Carrier::Lines, with(json!({"login": "bob", "pass": "secret"}))),
        none(
            "login-program",
            Carrier::Lines,
            [login(json!({"login": "bob", "pass": "secret", "agent": "MyApp/1.0"})), s(done.clone())].into(),
        ),
        none("login-browser", Carrier::Lines, with(json!({"login": "bob", "pass": "x", "agent": "Mozilla/5.0 (X11; Linux)"}))),
        none(
            "login-signature",
            Carrier::Lines,
            [login(json!({"login": "bob", "pass": "x", "algo": ["hmac-sha256", "ed25519"]})), s(done.clone())].into(),
        ),
        none("login-mail", Carrier::Lines, with(json!({"login": "bob@mail.example", "pass": "x", "rigid": ""}))),
        none("login-list", Carrier::Lines, with(json!(["bob", "secret"]))),
        none(
            "login-ethereum",
            Carrier::Lines,
            [login(json!({"login": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "pass": "signature"})), s(done.clone())].into(),
        ),
        none("login-http", API, with(json!({"login": "bob", "pass": "x", "agent": "app/2"}))),
        none(
            "login-router",
            API,
            vec![
                c(json!({"id": 1, "method": "login", "params": ["root", "x"]})),
                s(json!({"id": 1, "result": "00112233445566778899aabbccddeeff", "error": null})),
            ],
        ),
        none(
            "ubus",
            Carrier::Lines,
            vec![
                c(
                    json!({"jsonrpc": "2.0", "id": 1, "method": "call", "params": ["00000000000000000000000000000000", "session", "login", {"username": "root", "password": "x"}]}),
                ),
                s(
                    json!({"jsonrpc": "2.0", "id": 1, "result": [0, {"ubus_rpc_session": "00112233445566778899aabbccddeeff", "timeout": 300}]}),
                ),
            ],
        ),
    ]
}

fn jobs() -> Vec<Script> {
    let mut numbers = Numbers::of("jobs");
    let (hash, other) = (numbers.hex(64), numbers.hex(64));
    vec![
        none(
            "job-render",
            Carrier::Lines,
            vec![
                c(json!({"id": 1, "method": "login", "params": {"login": "bob", "pass": "x", "agent": "render/2.0"}})),
                s(json!({"id": 1, "result": {"id": "s", "job": {"job_id": "7", "height": 1_080, "target": "cafe0001"}, "status": "OK"}})),
                s(json!({"method": "job", "params": {"job_id": "8", "height": 1_080, "target": "cafe0002", "blob": "scene"}})),
                c(json!({"id": 2, "method": "submit", "params": {"job_id": "8", "nonce": "0a0b0c0d", "result": "ok"}})),
            ],
        ),
        none(
            "job-api-key",
            Carrier::Lines,
            vec![
                c(json!({"id": "login", "jsonrpc": "2.0", "method": "login", "api_key": "k-123"})),
                s(json!({"id": "login", "jsonrpc": "2.0", "method": "result", "code": 0, "description": "Login successful"})),
                s(json!({"id": "7", "jsonrpc": "2.0", "method": "job", "input": "video.mp4", "difficulty": "high"})),
                c(json!({"id": "7", "jsonrpc": "2.0", "method": "solution", "output": "video.webm"})),
                s(json!({"id": "7", "jsonrpc": "2.0", "method": "result", "code": 1, "description": "accepted"})),
            ],
        ),
        none(
            "job-queue",
            Carrier::Lines,
            vec![
                c(json!({"id": 1, "method": "subscribe", "params": ["jobs"]})),
                s(json!({"method": "job", "params": {"job_id": "17", "blob": "aGVsbG8gd29ybGQ=", "target": "worker-3"}})),
                c(json!({"id": 2, "method": "submit", "params": {"id": "1", "job_id": "17", "result": "ok"}})),
                s(json!({"id": 2, "result": {"status": "OK"}, "error": null})),
            ],
        ),
        none(
            "job-build",
            Carrier::Lines,
            vec![
                s(json!({"method": "job", "params": {"job_id": 7, "target": "release", "algo": "zstd", "height": 3, "status": "queued"}})),
                c(json!({"id": 2, "method": "submit", "params": {"job_id": 7, "nonce": "0a0b0c0d", "digest": hash}})),
                s(json!({"id": 2, "result": {"status": "OK"}})),
            ],
        ),
        none(
            "job-answer",
            Carrier::Lines,
            vec![
                c(json!({"id": 1, "method": "next", "params": {}})),
                s(json!({"id": 1, "result": {"job": {"id": 7, "blob": "deadbeef", "target": "b88d0600", "job_id": "7"}, "status": "OK"}})),
            ],
        ),
        none(
            "notary",
            Carrier::Lines,
            vec![
                c(json!({"id": 1, "method": "submit", "params": {"nonce": "0a0b0c0d", "digest": hash, "previous": other}})),
                s(json!({"id": 1, "result": true, "error": null})),
            ],
        ),
        none(
            "ledger",
            Carrier::Lines,
            vec![
                c(json!({"id": 1, "method": "submit", "params": [{"tx_blob": numbers.hex(300)}]})),
                s(json!({"id": 1, "result": {"status": "success", "engine_result": "tesSUCCESS", "tx_blob": numbers.hex(300)}})),
            ],
        ),
        none(
            "printers",
            API,
            vec![
                c(json!({"id": 1, "method": "submit", "params": {"job_id": "9", "blob": "JVBERi0xLjcK", "target": "printer-2"}})),
                s(json!({"id": 1, "result": {"job": {"job_id": "9", "status": "printing"}}})),
            ],
        ),
        none(
            "feed",
            Carrier::Lines,
            vec![
                c(json!({"id": 1, "method": "subscribe", "params": ["ticker.BTC-USD", "trades.XMR-USD"]})),
                s(json!({"id": 1, "result": [["ticker", "a1"], "08000002", 4], "error": null})),
                s(json!({"method": "notify", "params": ["ticker.BTC-USD", 65_000.5, true]})),
            ],
        ),
        none(
            "electrum",
            Carrier::Lines,
            vec![
                c(json!({"jsonrpc": "2.0", "method": "server.version", "params": ["electrum/4.5.4", "1.4"], "id": 0})),
                s(json!({"jsonrpc": "2.0", "result": ["ElectrumX 1.16.0", "1.4"], "id": 0})),
                c(json!({"jsonrpc": "2.0", "method": "blockchain.headers.subscribe", "params": [], "id": 1})),
                s(json!({"jsonrpc": "2.0", "result": {"hex": numbers.hex(160), "height": 800_000}, "id": 1})),
                c(json!({"jsonrpc": "2.0", "method": "blockchain.scripthash.subscribe", "params": [hash], "id": 2})),
                s(json!({"jsonrpc": "2.0", "result": other, "id": 2})),
                c(json!({"jsonrpc": "2.0", "method": "blockchain.transaction.broadcast", "params": [numbers.hex(400)], "id": 3})),
                s(json!({"jsonrpc": "2.0", "result": numbers.hex(64), "id": 3})),
            ],
        ),
        none(
            "miner-api",
            Carrier::Lines,
            vec![
                c(json!({"command": "pools"})),
                s(
                    json!({"STATUS": [{"STATUS": "S", "Msg": "1 Pool(s)"}], "POOLS": [{"POOL": 0, "URL": "stratum+tcp://pool.example:3333", "User": "1P7ujsXeX7GxQwHNnJsRMgAdNkFZmNVqJT.s19", "Accepted": 120}], "id": 1}),
                ),
            ],
        ),
        none(
            "game-mine",
            Carrier::Lines,
            vec![
                c(json!({"id": 1, "method": "mining.start", "params": ["iron", 5]})),
                s(json!({"id": 1, "result": {"job": {"job_id": 4, "ore": "iron"}}})),
                c(json!({"id": 2, "method": "mining.collect", "params": ["iron"]})),
            ],
        ),
        none(
            "aria2",
            API,
            vec![
                c(
                    json!({"jsonrpc": "2.0", "id": "q", "method": "aria2.addUri", "params": ["token:x", ["https://www.example.com/miner.tar.gz"]]}),
                ),
                s(json!({"id": "q", "jsonrpc": "2.0", "result": "2089b05ecca3d829"})),
            ],
        ),
        none(
            "kodi",
            Carrier::Lines,
            vec![
                c(json!({"jsonrpc": "2.0", "method": "JSONRPC.Ping", "id": 1})),
                s(json!({"jsonrpc": "2.0", "result": "pong", "id": 1})),
                s(json!({"jsonrpc": "2.0", "method": "Player.OnPlay", "params": {"data": {"item": {"id": 3}}, "sender": "xbmc"}})),
            ],
        ),
        none(
            "lightning",
            Carrier::Lines,
            vec![
                c(json!({"jsonrpc": "2.0", "id": 1, "method": "getinfo", "params": {}})),
                s(json!({"jsonrpc": "2.0", "id": 1, "result": {"id": numbers.hex(66), "blockheight": 800_000, "network": "bitcoin"}})),
            ],
        ),
        none(
            "reconnect",
            Carrier::Lines,
            vec![
                c(json!({"id": 1, "method": "client.hello", "params": ["device"]})),
                s(json!({"method": "client.reconnect", "params": ["gateway.example", 80, 5]})),
            ],
        ),
    ]
}

fn sockets() -> Vec<Script> {
    let mut numbers = Numbers::of("sockets");
    vec![
        none(
            "home",
            SOCKET,
            vec![
                s(json!({"type": "auth_required", "ha_version": "2026.1"})),
                c(json!({"type": "auth", "access_token": "eyJ0eXAi"})),
                s(json!({"type": "auth_ok", "ha_version": "2026.1"})),
                c(json!({"id": 18, "type": "subscribe_events", "event_type": "state_changed"})),
                s(json!({"id": 18, "type": "result", "success": true, "result": null})),
            ],
        ),
        none(
            "auth-params",
            SOCKET,
            vec![
                c(json!({"type": "auth", "params": {"token": "x", "user": "bob", "type": "user"}})),
                s(json!({"type": "authed", "params": {"token": "y"}})),
                s(json!({"type": "job", "params": {"job_id": "1", "blob": "x", "target": "y"}})),
                c(json!({"type": "submit", "params": {"job_id": "1", "result": "done"}})),
            ],
        ),
        none("rows-behind-lengths", Carrier::Lines, rows_behind_lengths()),
        none(
            "messages-by-name",
            SOCKET,
            vec![
                c(json!({"message": "register", "mode": "smart", "address": "NQ Street 5", "deviceId": 7})),
                s(json!({"message": "registered"})),
                s(json!({"message": "settings", "address": "me", "extraData": "bGlnaHQ=", "target": "dark", "nonce": 7})),
                c(json!({"message": "share", "nonce": 5, "with": ["bob"]})),
                s(json!({"message": "balance", "balance": 12, "confirmedBalance": 12})),
                s(json!({"message": "new-block", "blockHeader": "Breaking news"})),
                s(json!({"message": "error", "reason": "share expired"})),
            ],
        ),
        none(
            "jobs-without-blobs",
            SOCKET,
            vec![
                s(json!({"jobid": "build-7", "height": 3, "difficulty": "9000", "status": "OK", "blockhashing_blob": ""})),
                s(json!({"new_job": {"algorithm": "sha256", "name": "nightly", "difficulty": "9000"}})),
                s(json!({"block_template": numbers.hex(400)})),
                s(json!("block_accepted")),
                c(json!({"jobid": "build-7", "mbl_blob": "artefact"})),
                c(json!({"miner_work": "dig"})),
            ],
        ),
        none(
            "cable",
            SOCKET,
            vec![
                c(json!({"command": "subscribe", "identifier": "{\"channel\":\"JobChannel\"}"})),
                s(json!({"identifier": "{\"channel\":\"JobChannel\"}", "type": "confirm_subscription"})),
                s(json!({"identifier": "{\"channel\":\"JobChannel\"}", "message": {"job": "mining.submit"}})),
            ],
        ),
        none(
            "handshake",
            SOCKET,
            vec![
                c(json!({"identifier": "handshake", "version": 7, "login": "bob"})),
                s(json!({"identifier": "welcome", "session": "1"})),
                s(json!({"identifier": "job", "job_id": "5", "blob": "x", "target": "printer"})),
            ],
        ),
        none(
            "market",
            SOCKET,
            vec![
                c(json!({"type": "subscribe", "channels": ["ticker"], "product_ids": ["BTC-USD"]})),
                s(json!({"type": "ticker", "product_id": "BTC-USD", "price": "65000.5"})),
            ],
        ),
        none(
            "ledger-socket",
            SOCKET,
            vec![
                c(json!({"id": 1, "command": "submit", "tx_blob": numbers.hex(300)})),
                s(json!({"id": 1, "status": "success", "type": "response", "result": {"engine_result": "tesSUCCESS", "accepted": true}})),
            ],
        ),
        none(
            "ethereum-socket",
            SOCKET,
            vec![
                c(json!({"jsonrpc": "2.0", "id": 1, "method": "eth_subscribe", "params": ["newHeads"]})),
                s(json!({"jsonrpc": "2.0", "id": 1, "result": "0x9cef478923ff08bf67fde6c64013158d"})),
                s(json!({"jsonrpc": "2.0", "method": "eth_subscription", "params": {"subscription": "0x9cef478923ff08bf67fde6c64013158d",
                "result": {"number": "0x10", "nonce": "0xf8f8f8f8f8f8f8f8", "mixHash": format!("0x{}", numbers.hex(64)), "difficulty": "0x0"}}})),
            ],
        ),
        none(
            "chat-socket",
            SOCKET,
            vec![
                s(
                    json!({"type": "message", "channel": "C1", "text": "try {\"id\":1,\"method\":\"mining.subscribe\",\"params\":[\"cgminer\"]} on port 3333"}),
                ),
                c(json!({"type": "message", "channel": "C1", "text": "{\"type\":\"auth\",\"params\":{\"site_key\":\"x\"}}"})),
            ],
        ),
        none(
            "events",
            SOCKET,
            vec![
                c(json!(["1", "1", "room:mining", "phx_join", {}])),
                s(json!(["1", "1", "room:mining", "phx_reply", {"status": "ok", "response": {"method": "mining.notify"}}])),
            ],
        ),
    ]
}

/// Near the lengths of Stratum V2's handshake.
fn lengths() -> Vec<Script> {
    let mut numbers = Numbers::of("lengths");
    let mut of = |name, sizes: [usize; 5]| {
        let sides = [Who::Client, Who::Server, Who::Client, Who::Server, Who::Client];
        let said = sides.into_iter().zip(sizes).map(|(who, size)| bytes(who, numbers.bytes(size))).collect();
        // Where a packet of these is lost, what is left may be mining's.
        let near = matches!(sizes, [64, 234, ..]);
        if near { as_a_whole(name, Carrier::Raw, said) } else { none(name, Carrier::Raw, said) }
    };
    let mut all = vec![
        of("lengths-63-234", [63, 234, 128, 44, 100]),
        of("lengths-65-234", [65, 234, 128, 44, 100]),
        of("lengths-64-233", [64, 233, 128, 44, 100]),
        of("lengths-64-170", [64, 170, 128, 44, 100]),
        of("lengths-32-96", [32, 96, 64, 44, 100]),
        of("lengths-32-170", [32, 170, 128, 60, 100]),
        of("lengths-32-170-short", [32, 170, 40, 44, 100]),
        of("lengths-32-171", [32, 171, 128, 44, 100]),
        of("lengths-1-234", [64, 235, 22, 22, 22]),
        of("lengths-short", [64, 234, 40, 30, 40]),
        of("lengths-small-frames", [64, 234, 30, 31, 30]),
        of("lengths-bulk", [64, 234, 1200, 1400, 1200]),
        of("lengths-bip324", [64, 234, 186, 170, 57]),
    ];
    let text = |size| "abcdefgh ".repeat(40).as_bytes()[..size].to_vec();
    let plain = [(Who::Client, 64), (Who::Server, 234), (Who::Client, 128), (Who::Server, 44)];
    all.push(none("lengths-of-text", Carrier::Raw, plain.into_iter().map(|(who, size)| bytes(who, text(size))).collect()));
    all
}

/// Methods of mining with what mining never has.
fn shapes() -> Vec<Script> {
    let ask = |method: &str, params: serde_json::Value| c(json!({"id": 1, "jsonrpc": "2.0", "method": method, "params": params}));
    let done = |result: serde_json::Value| s(json!({"id": 1, "jsonrpc": "2.0", "result": result}));
    let record =
        |id: u32| c(json!({"time": "2026-01-01", "id": id, "method": "mining.subscribe", "params": ["cgminer/4"], "src": "10.0.0.1"}));
    let wallet = "48edfHu7V9Z84YzzMa6fUueoELZ9ZRXq9VetWzYGzKt52XU5xvqgzYnDK9URnRoJMk1j8nLwEVsaSWJ4fhdUyZijBGUicoD";
    vec![
        none(
            "mining-of-processes",
            Carrier::Lines,
            vec![
                ask("mining.subscribe", json!({"topic": "process-mining", "dataset": "orders"})),
                done(json!({"ok": true})),
                ask("mining.notify", json!({"topic": "orders", "rows": 3})),
                done(json!(true)),
            ],
        ),
        none("mining-of-ore", Carrier::Lines, vec![ask("mining.subscribe", json!({"channel": "ore"})), done(json!(true))]),
        none("mining-trucks", Carrier::Lines, vec![s(json!({"method": "mining.notify", "params": ["truck 7", "arrived", 3]}))]),
        none(
            "mining-operators",
            Carrier::Lines,
            vec![
                ask("mining.authorize", json!(["operator1", "pw"])),
                done(json!(true)),
                ask("mining.configure", json!([["crusher"], {}])),
                done(json!(true)),
            ],
        ),
        none("mining-log", Carrier::Lines, (0..6).map(record).collect()),
        as_a_whole(
            "login-wallet-refused",
            Carrier::Lines,
            vec![ask("login", json!({"login": wallet, "pass": "x"})), done(json!({"status": "error"}))],
        ),
    ]
}

/// A store whose records stand behind their lengths: some hold what a pool said.
fn rows_behind_lengths() -> Vec<(Who, Said)> {
    let put = |who, text: &str| bytes(who, [&(text.len() as u32).to_be_bytes()[..], text.as_bytes()].concat());
    vec![
        put(Who::Client, r#"{"get":"messages","of":"2026-11-18"}"#),
        put(Who::Server, r#"{"id":1,"method":"mining.subscribe","params":["cgminer/4.10.0"]}"#),
        put(Who::Server, r#"{"id":2,"method":"mining.authorize","params":["1P7ujsXeX7GxQwHNnJsRMgAdNkFZmNVqJT.rig","x"]}"#),
        put(Who::Client, r#"{"get":"messages","of":"2026-11-19"}"#),
        put(Who::Server, r#"{"id":3,"method":"mining.submit","params":["user.rig","1","00000001","65000000","1234abcd"]}"#),
    ]
}
