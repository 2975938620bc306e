//! What looks like mining and is none.

use super::*;

fn none(name: &str, script: &Script) {
    assert_eq!(session(script), None, "{name}");
}

/// Nothing, or a node: never a miner.
fn no_miner(name: &str, script: &Script) {
    let found = session(script);
    assert!(found.as_ref().is_none_or(|found| found.role == Role::Node), "{name}: {found:?}");
}

#[test]
fn other_services_with_the_same_words() {
    for (name, text) in [
        ("login of a shop", r#"{"id":1,"jsonrpc":"2.0","method":"login","params":{"login":"bob","pass":"secret"}}"#),
        ("login of a program", r#"{"id":1,"jsonrpc":"2.0","method":"login","params":{"login":"bob","pass":"secret","agent":"MyApp/1.0"}}"#),
        ("login of a browser", r#"{"id":1,"method":"login","params":{"login":"bob","pass":"x","agent":"Mozilla/5.0 (X11; Linux)"}}"#),
        ("login with a list", r#"{"id":1,"method":"login","params":["bob","secret"]}"#),
        (
            "login with a signature's algorithm",
            r#"{"id":1,"method":"login","params":{"login":"bob","pass":"x","algo":["hmac-sha1","ed25519"]}}"#,
        ),
        ("submit of a form", r#"{"id":2,"method":"submit","params":{"id":"form1","nonce":"0a0b0c0d","answer":"yes"}}"#),
        ("submit with another hash", r#"{"id":2,"method":"submit","params":{"id":"1","job_id":"7","nonce":"abc","result":"ok"}}"#),
        ("job of a queue", r#"{"method":"job","params":{"job_id":"17","blob":"aGVsbG8=","target":"worker-3"}}"#),
        ("job of a build", r#"{"method":"job","params":{"job_id":"17","target":"release","status":"queued"}}"#),
        ("job as an answer", r#"{"id":1,"result":{"job":{"id":7,"blob":"deadbeef","target":"b88d0600"},"status":"OK"}}"#),
        ("subscribe of a feed", r#"{"id":1,"method":"subscribe","params":["ticker.BTC-USD"]}"#),
        ("authorize of a device", r#"{"id":1,"method":"authorize","params":["device","token"]}"#),
        ("notify of a chat", r#"{"method":"notify","params":["room","text",true]}"#),
        ("keepalived alone", r#"{"id":9,"method":"keepalived","params":{"id":"1"}}"#),
        ("KEEPALIVED alone", r#"{"id":9,"result":{"status":"KEEPALIVED"},"error":null}"#),
        ("a method that only begins so", r#"{"id":1,"method":"mining.statistics","params":[]}"#),
        ("a mine of a game", r#"{"id":1,"method":"mining.start","params":["iron"]}"#),
        ("an order to reconnect", r#"{"method":"client.reconnect","params":["host",80,5]}"#),
        ("auth of a web service", r#"{"type":"auth","params":{"token":"x","user":"bob"}}"#),
        ("job of a web service", r#"{"type":"job","params":{"job_id":"1","blob":"x"}}"#),
        ("handshake of a service", r#"{"identifier":"handshake","version":7,"login":"bob"}"#),
        ("ActionCable", r#"{"command":"subscribe","identifier":"{\"channel\":\"ChatChannel\"}"}"#),
        ("a price by name", r#"{"id":1,"method":"getwork.list","params":[]}"#),
        ("true", r#"{"id":1,"result":true,"error":null}"#),
        (
            "blocks as a filter's answer",
            r#"{"id":1,"jsonrpc":"2.0","result":["0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","0xbaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","0xcaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]}"#,
        ),
        ("not an object", r#"["mining.subscribe",["cgminer"]]"#),
        ("a method that is an object", r#"{"id":1,"method":{"name":"mining.subscribe"},"params":[]}"#),
        ("broken JSON", r#"{"id":1,"method":"mining.subscribe","params":[}"#),
        (
            "more members than any message has",
            r#"{"method":"mining.subscribe","params":[],"id":1,"time":"x","src":"1.2.3.4","dst":"5.6.7.8","sensor":"a","proto":"tcp","event":"stratum"}"#,
        ),
        ("process mining", r#"{"id":1,"method":"mining.subscribe","params":{"topic":"process-mining","dataset":"orders"}}"#),
        ("an ore's feed", r#"{"id":1,"method":"mining.subscribe","params":{"channel":"ore"}}"#),
        ("a truck", r#"{"method":"mining.notify","params":["truck 7","arrived",3]}"#),
        ("trucks", r#"{"method":"mining.notify","params":["truck 7","arrived","north pit"]}"#),
        ("an operator", r#"{"id":1,"method":"mining.authorize","params":["operator1","pw"]}"#),
        ("a crusher", r#"{"id":1,"method":"mining.configure","params":[["crusher"],{}]}"#),
        ("a permit", r#"{"id":1,"method":"mining.submit","params":["permit-7","site A","approved"]}"#),
        ("a greeting", r#"{"id":1,"method":"mining.hello","params":["site"]}"#),
        ("a site's name", r#"{"id":1,"method":"mining.set_extranonce","params":["north pit"]}"#),
        ("a record of a log", r#"{"time":"2026-01-01","id":1,"method":"mining.subscribe","params":["cgminer/4"],"src":"10.0.0.1"}"#),
        ("deep", &format!("{{\"id\":{}1{}}}", "[".repeat(500), "]".repeat(500))),
    ] {
        for (side, other) in [(Client, Server), (Server, Client)] {
            none(name, &lines(&[(side, text)]));
            none(name, &lines(&[(side, text), (other, r#"{"id":1,"jsonrpc":"2.0","error":null,"result":{"status":"OK","token":"t"}}"#)]));
            none(name, &lines(&[(side, text), (side, text), (side, text)]));
        }
    }
}

#[test]
fn a_wallet_that_logs_in_somewhere_else() {
    let login = format!(r#"{{"id":1,"jsonrpc":"2.0","method":"login","params":{{"login":"{XMR}","pass":"x"}}}}"#);
    for answer in [
        r#"{"id":1,"result":{"status":"error"}}"#,
        r#"{"id":1,"error":{"code":-32601,"message":"no"}}"#,
        r#"{"id":1,"result":{"ok":true}}"#,
    ] {
        none(answer, &lines(&[(Client, &login), (Server, answer)]));
    }
    // A pool has a job for it, then or later.
    let job = format!(r#"{{"method":"job","params":{{"blob":"{}","job_id":"1","target":"b88d0600"}}}}"#, blob("1010"));
    assert!(session(&lines(&[(Client, &login), (Server, r#"{"id":1,"result":{"id":"7"}}"#), (Server, &job)])).is_some());
}

#[test]
fn a_browser_that_looks_at_an_address() {
    let path = format!("/{ETH}/status");
    let body = r#"{"id":1,"method":"eth_getWork","params":[]}"#;
    no_miner("an explorer", &script(&[(Client, rpc(&path, "Mozilla/5.0 (X11)", body))]));
    assert!(session(&script(&[(Client, rpc(&path, "ethminer/0.19", body))])).is_some_and(|found| found.role == Role::Miner));
    assert!(session(&script(&[(Client, rpc(&path, "Mozilla/5.0 (X11)", body).repeat(8))])).is_some_and(|found| found.role == Role::Miner));
}

#[test]
fn text_that_quotes_mining() {
    let quoted = r#"{"id":1,"method":"mining.subscribe","params":["cgminer"]}"#;
    let inner = quoted.replace('"', "\\\"");
    for (name, text) in [
        (
            "mail",
            format!("220 mail.example ESMTP\r\nEHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nSubject: x\r\n\r\n{quoted}\r\n.\r\n"),
        ),
        (
            "mail under way",
            format!(
                "he sends this line to the pool:\r\n\r\nlook at it.\r\nA line of text\r\nAnother line\r\n{quoted}\r\nthen the pool answers\r\nand so on\r\n"
            ),
        ),
        ("chat in JSON", format!("{{\"type\":\"message\",\"text\":\"{inner}\"}}\n")),
        ("IRC", format!("NICK a\r\nUSER a 0 * :a\r\nJOIN #mining\r\nPRIVMSG #mining :{quoted}\r\n{quoted}\r\n")),
        ("Redis", format!("*3\r\n$7\r\nPUBLISH\r\n$4\r\nchat\r\n${}\r\n{quoted}\r\n", quoted.len())),
        ("SQL", format!("INSERT INTO rules VALUES (1, '{quoted}');\nSELECT 1;\nSELECT 2;\n{quoted}\n")),
        (
            "a rule of an IDS",
            format!("alert tcp any any -> any any (content:\"mining.subscribe\"; sid:1;)\nalert tcp\nalert udp\n{quoted}\n"),
        ),
        ("a page", format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n<pre>\n{quoted}\n</pre>", quoted.len() + 14)),
        (
            "a document in plain text",
            format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{quoted}\n", quoted.len() + 1),
        ),
        ("a document without a length", format!("HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{quoted}\n")),
        ("an upload", format!("POST /paste HTTP/1.1\r\nHost: paste.example\r\nContent-Length: {}\r\n\r\n{quoted}", quoted.len())),
        ("syslog", format!("<13>Nov 18 02:05:00 h app: start\n<13>Nov 18 02:05:00 h app: {quoted}\n<13>x\n<13>y\n{quoted}\n")),
        ("statsd", format!("pool.mining.subscribe:1|c\npool.mining.notify:2|c\na:1|c\n{quoted}\n")),
        ("a log in JSON", format!("{{\"time\":\"x\",\"level\":\"info\",\"msg\":\"{inner}\"}}\n").repeat(5)),
        ("a shell", format!("$ cat stratum.txt\r\n# the first message\r\n# of a miner\r\n{quoted}\r\n$ exit\r\n")),
    ] {
        for side in [Client, Server] {
            none(name, &script(&[(side, text.as_bytes())]));
        }
    }
    // The lengths that stand before a row, or a topic before a message, are no line's start.
    for head in [&[b'D', 0, 0, 0, 90, 0, 1, 0, 0, 0, 80][..], &[0x30, 0x52, 0, 4, b'c', b'h', b'a', b't'], &[0, 0, 0, 57]] {
        let bytes = [head, quoted.as_bytes()].concat().repeat(3);
        none("rows and topics", &script(&[(Server, bytes.clone())]));
        none("rows and topics", &script(&[(Client, bytes)]));
    }
}

#[test]
fn a_copy_of_a_conversation_is_none() {
    for script in [monero(), bitcoin()] {
        let log: Script = script.iter().map(|(_, bytes)| (Client, bytes.clone())).collect();
        none("a transcript", &log);
        let echo: Script = script.iter().flat_map(|(side, bytes)| [(*side, bytes.clone()), (side.other(), bytes.clone())]).collect();
        none("an echo", &echo);
    }
}

fn rpc(path: &str, agent: &str, body: &str) -> Vec<u8> {
    format!("POST {path} HTTP/1.1\r\nHost: 127.0.0.1:8332\r\nUser-Agent: {agent}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
        .into_bytes()
}

fn reply(body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

#[test]
fn wallets_and_nodes() {
    for (agent, body) in [
        ("epee", r#"{"jsonrpc":"2.0","id":"0","method":"get_balance","params":{"account_index":0}}"#),
        ("epee", r#"{"jsonrpc":"2.0","id":"0","method":"get_last_block_header"}"#),
        ("bitcoin-json-rpc/v0.21", r#"{"method":"getblockchaininfo","params":[],"id":1}"#),
        ("bitcoin-cli", r#"{"method":"getmininginfo","params":[],"id":1}"#),
        ("bitcoin-cli", r#"{"method":"getblocktemplate","params":[{"rules":["segwit"]}],"id":1}"#),
        ("Go-http-client/1.1", r#"{"jsonrpc":"2.0","method":"eth_getBlockByNumber","params":["latest",false],"id":1}"#),
        (
            "Go-http-client/1.1",
            r#"{"jsonrpc":"2.0","method":"eth_call","params":[{"to":"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"}],"id":1}"#,
        ),
        ("Go-http-client/1.1", r#"{"jsonrpc":"2.0","method":"eth_getWork","params":[],"id":1}"#),
        ("python-requests/2", r#"{"jsonrpc":"2.0","method":"login","params":{"login":"bob","pass":"x","agent":"XMRig/6"},"id":1}"#),
        ("curl/8.0", r#"{"jsonrpc":"2.0","method":"eth_mining","params":[],"id":1}"#),
        ("curl/8.0", r#"{"jsonrpc":"2.0","method":"eth_hashrate","params":[],"id":1}"#),
    ] {
        let answer = reply(r#"{"id":1,"jsonrpc":"2.0","result":{"status":"OK"}}"#);
        no_miner(body, &script(&[(Client, rpc("/", agent, body)), (Server, answer.clone())]));
        no_miner(body, &script(&[(Client, rpc("/", agent, body).repeat(5))]));
        no_miner(body, &script(&[(Server, answer)]));
    }
    // A pool's own software, which asks its node for work and for blocks.
    let hash = |digit: &str| format!("0x{}", hash(digit));
    let work = reply(&format!(r#"{{"id":1,"result":["{}","{}","0x00000000{}"]}}"#, hash("a"), hash("b"), "f".repeat(56)));
    let script = script(&[
        (Client, rpc("/", "Go-http-client/1.1", r#"{"id":1,"method":"eth_getWork","params":[]}"#)),
        (Server, work.clone()),
        (Client, rpc("/", "Go-http-client/1.1", r#"{"id":1,"method":"eth_getBlockByNumber","params":["pending",false]}"#)),
        (Server, reply(r#"{"id":1,"result":{"number":"0x1"}}"#)),
        (Client, rpc("/", "Go-http-client/1.1", r#"{"id":1,"method":"eth_getWork","params":[]}"#)),
        (Server, work),
    ]);
    no_miner("a pool's software", &script);
}

#[test]
fn what_is_hopeless_is_given_up_early() {
    for (name, side, bytes) in [
        ("TLS", Client, [&[0x16, 3, 1, 0, 1, 1][..], &[0x14, 3, 3, 0, 1, 1], &[0x17, 3, 3, 0, 1, 9].repeat(2)].concat()),
        ("SSH", Server, [&b"SSH-2.0-OpenSSH_9.6\r\n\0\0\x04\xfc\x09\x14"[..], &crate::mining::opening::noise(9_000, 5)].concat()),
        ("HTTP/2", Client, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec()),
        ("BitTorrent", Client, b"\x13BitTorrent protocol".to_vec()),
        ("random", Client, crate::mining::opening::noise(9_000, 3)),
        ("browsing", Client, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(400)),
        ("a download", Server, [&b"HTTP/1.1 200 OK\r\nServer: a\r\n\r\n"[..], &[b'x'; 20_000]].concat()),
        ("another JSON-RPC", Client, b"{\"id\":1,\"method\":\"ping\",\"params\":[]}\n".repeat(40)),
        ("XML", Client, [&b"<stream>"[..], &[b'a'; 9_000]].concat()),
    ] {
        for piece in [1, 100, 1400] {
            let mut conversation = Conversation::default();
            for part in bytes.chunks(piece) {
                conversation.push(side, part, 1, false);
            }
            assert!(conversation.hopeless(), "{name} in pieces of {piece}");
            assert_eq!(conversation.finish(), None, "{name}");
        }
    }
}
