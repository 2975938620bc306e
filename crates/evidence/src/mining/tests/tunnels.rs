//! Mining inside of other protocols.

use super::*;
use crate::mining::opening::noise;
use crate::mining::stratum_v2::build;
use crate::mining::websocket::frame;

fn behind(mut before: Script, after: Script) -> Script {
    before.extend(after);
    before
}

#[test]
fn connect_and_socks_lead_to_mining() {
    let connect = script(&[
        (Client, &b"CONNECT pool.example:3333 HTTP/1.1\r\nHost: pool.example:3333\r\nProxy-Connection: keep-alive\r\n\r\n"[..]),
        (Server, b"HTTP/1.1 200 Connection established\r\n\r\n"),
    ]);
    let refused_first = script(&[
        (Client, &b"CONNECT pool.example:3333 HTTP/1.1\r\nHost: pool.example:3333\r\n\r\n"[..]),
        (Server, b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 5\r\n\r\nnope\n"),
        (Client, b"CONNECT pool.example:3333 HTTP/1.1\r\nHost: pool.example:3333\r\nProxy-Authorization: Basic eDp5\r\n\r\n"),
        (Server, b"HTTP/1.0 200 OK\r\n\r\n"),
    ]);
    let socks5 = script(&[
        (Client, &[5, 1, 0][..]),
        (Server, &[5, 0]),
        (Client, &[&[5, 1, 0, 3, 12][..], b"pool.example", &[0x0d, 0x05]].concat()),
        (Server, &[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
    ]);
    let socks4 = script(&[
        (Client, [&[4, 1, 0x0d, 0x05, 0, 0, 0, 1, 0][..], b"pool.example\0"].concat()),
        (Server, vec![0, 0x5a, 0, 0, 0, 0, 0, 0]),
    ]);
    for tunnel in [connect.clone(), refused_first, socks5.clone(), socks4, behind(socks5, connect)] {
        for inner in [monero(), bitcoin()] {
            let alone = session(&inner).unwrap();
            let found = session(&behind(tunnel.clone(), inner)).unwrap();
            assert_eq!((found.pool.as_str(), found.pool_port), ("pool.example", 3333));
            assert_eq!((found.login, found.shares_accepted, found.hashes), (alone.login, alone.shares_accepted, alone.hashes));
        }
        // The miner's side alone.
        let one: Script = behind(tunnel.clone(), monero()).into_iter().filter(|(who, _)| *who == Client).collect();
        assert_eq!(session(&one).unwrap().protocol, "cryptonote");
        // What is encrypted inside is of no interest.
        let mut conversation = Conversation::default();
        for (side, bytes) in behind(tunnel, script(&[(Client, [0x16, 3, 1, 0, 1, 1].repeat(4))])) {
            conversation.push(side, &bytes, 1, false);
        }
        assert!(conversation.hopeless());
    }
}

#[test]
fn the_pools_side_of_a_tunnel_is_enough() {
    for reply in [&b"HTTP/1.1 200 Connection established\r\n\r\n"[..], &[5, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0], &[0, 0x5a, 0, 0, 0, 0, 0, 0]]
    {
        let pool: Script = monero().into_iter().filter(|(who, _)| *who == Server).collect();
        assert!(session(&behind(script(&[(Server, reply)]), pool)).is_some());
    }
}

fn post(head: &str, body: &str) -> Vec<u8> {
    format!("POST {head} HTTP/1.1\r\n{{}}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn with(head: &str, fields: &str, body: &str) -> Vec<u8> {
    String::from_utf8(post(head, body)).unwrap().replacen("{}", fields, 1).into_bytes()
}

fn reply(body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn chunked(body: &str) -> Vec<u8> {
    let (a, b) = body.split_at(body.len() / 3);
    format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{a}\r\n{:X};x\r\n{b}\r\n0\r\n\r\n", a.len(), b.len()).into_bytes()
}

#[test]
fn getwork_over_http() {
    let ask = r#"{"id":0,"method":"getwork","params":[]}"#;
    let work = format!(
        r#"{{"id":0,"error":null,"result":{{"data":"{}","target":"{}00000000","midstate":"{}","hash1":"00"}}}}"#,
        "0a".repeat(128),
        "ff".repeat(28),
        hash("1")
    );
    let solved = format!(r#"{{"id":1,"method":"getwork","params":["{}"]}}"#, "0b".repeat(128));
    let fields = "Host: pool.example:8332\r\nUser-Agent: cgminer/2.7.5\r\nAuthorization: Basic dXNlci5yaWc6eA==\r\nX-Mining-Extensions: longpoll midstate\r\n";
    let found = session(&script(&[
        (Client, with("/", fields, ask)),
        (Server, chunked(&work)),
        (Client, with("/", fields, &solved)),
        (Server, reply(r#"{"id":1,"error":null,"result":true}"#)),
    ]))
    .unwrap();
    assert_eq!((found.protocol, found.role, found.login.as_str(), found.worker.as_str()), ("getwork", Role::Miner, "user.rig", "rig"));
    assert_eq!((found.pool.as_str(), found.pool_port, found.agent.as_str()), ("pool.example", 8332, "cgminer/2.7.5"));
    assert_eq!((found.shares_submitted, found.shares_accepted), (1, 1));
    assert!((found.hashes.unwrap() / 2f64.powi(32) - 1.0).abs() < 1e-6);
}

#[test]
fn ethereums_getwork_over_http() {
    let ask = r#"{"jsonrpc":"2.0","id":1,"method":"eth_getWork","params":[]}"#;
    let work = format!(r#"{{"id":1,"jsonrpc":"2.0","result":["0x{}","0x{}","0x00000000{}"]}}"#, hash("a"), hash("5"), "f".repeat(56));
    let found = session(&script(&[
        (Client, with("/?miner=30@0x4b99a5f1f0b56b0e4e1d9c7b1f3bd2a91c6b0b0d@Rig", "Host: pool.example\r\n", ask)),
        (Server, reply(&work)),
    ]))
    .unwrap();
    assert_eq!((found.protocol, found.role, found.algorithm.as_str()), ("getwork", Role::Miner, "ethash"));
    assert_eq!((found.account.as_str(), found.worker.as_str()), ("0x4b99a5f1f0b56b0e4e1d9c7b1f3bd2a91c6b0b0d", "Rig"));
    // A node that is asked by a pool, or by a miner of its own.
    let found = session(&script(&[(Client, with("/", "Host: 127.0.0.1:8545\r\n", ask)), (Server, reply(&work))])).unwrap();
    assert_eq!(found.role, Role::Node);
}

#[test]
fn templates_are_a_nodes_unless_a_miner_or_a_pool_says_so() {
    let ask =
        r#"{"id":1,"method":"getblocktemplate","params":[{"capabilities":["coinbasetxn","workid","coinbase/append"],"rules":["segwit"]}]}"#;
    let template = |more: &str| {
        format!(
            r#"{{"id":1,"error":null,"result":{{"previousblockhash":"{}","bits":"17034219","height":800000,"curtime":1,"transactions":[]{more}}}}}"#,
            hash("0")
        )
    };
    let node = script(&[(Client, with("/", "Host: 127.0.0.1:8332\r\n", ask)), (Server, reply(&template("")))]);
    assert_eq!(session(&node).unwrap().role, Role::Node);
    let pool = script(&[(Client, with("/", "Host: pool.example\r\n", ask)), (Server, reply(&template(r#","coinbasetxn":{"data":"00"}"#)))]);
    assert_eq!(session(&pool).unwrap().role, Role::Miner);
    let miner = script(&[(Client, with("/", "User-Agent: bfgminer/5.2.0\r\n", ask))]);
    let found = session(&miner).unwrap();
    assert_eq!((found.protocol, found.role), ("getblocktemplate", Role::Miner));
    let plain = lines(&[(Client, ask), (Server, &template(""))]);
    assert_eq!(session(&plain).unwrap().role, Role::Miner);
    let monero = r#"{"jsonrpc":"2.0","id":"0","method":"get_block_template","params":{"wallet_address":"x","reserve_size":60}}"#;
    let reply_of = reply(
        r#"{"id":"0","jsonrpc":"2.0","result":{"blocktemplate_blob":"1010ab","difficulty":300000000000,"height":3000000,"status":"OK"}}"#,
    );
    assert_eq!(session(&script(&[(Client, with("/json_rpc", "", monero)), (Server, reply_of)])).unwrap().role, Role::Node);
}

#[test]
fn websocket_frames_are_read() {
    let upgrade = script(&[
        (Client, &b"GET /proxy HTTP/1.1\r\nHost: ws1.pool.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"[..]),
        (Server, b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"),
    ]);
    let mask = Some([0x12, 0xfe, 0x7b, 0x00]);
    let auth = br#"{"type":"auth","params":{"site_key":"Key","type":"anonymous","user":null,"goal":0}}"#;
    let job = format!(r#"{{"type":"job","params":{{"job_id":"1","blob":"{}","target":"ffffff00"}}}}"#, blob("0707"));
    let share = format!(r#"{{"type":"submit","params":{{"job_id":"1","nonce":"0a0b0c0d","result":"{}"}}}}"#, hash("e"));
    let inner = script(&[
        (Client, [frame(&auth[..20], 1, false, mask), frame(b"", 9, true, mask), frame(&auth[20..], 0, true, mask)].concat()),
        (Server, frame(job.as_bytes(), 1, true, None)),
        (Client, frame(share.as_bytes(), 1, true, mask)),
        (Server, frame(br#"{"type":"hash_accepted","params":{"hashes":256}}"#, 1, true, None)),
    ]);
    let found = session(&behind(upgrade.clone(), inner.clone())).unwrap();
    assert_eq!((found.protocol, found.login.as_str(), found.pool.as_str()), ("web_miner", "Key", "ws1.pool.example"));
    assert_eq!((found.shares_submitted, found.shares_accepted), (1, 1));
    // Under way already.
    let late: Script = inner.iter().skip(1).cloned().collect();
    assert_eq!(session(&late).unwrap().shares_accepted, 1);
    // Frames of a proxy for Stratum, cut anywhere.
    let mut cut = upgrade.clone();
    for (side, bytes) in bitcoin() {
        let mask = mask.filter(|_| side == Client);
        let (a, b) = bytes.split_at(bytes.len() / 2);
        cut.push((side, [frame(a, 2, true, mask), frame(b, 2, true, mask)].concat()));
    }
    assert_eq!(session(&cut).unwrap().shares_accepted, 1);
    // Compressed: nothing can be said.
    let mut closed = upgrade;
    let mut bytes = frame(auth, 1, true, mask);
    bytes[0] |= 0x40;
    closed.push((Client, bytes));
    assert_eq!(session(&closed), None);
}

fn v2_handshake() -> Script {
    vec![(Client, noise(64, 1)), (Server, noise(234, 2)), (Client, noise(130, 3)), (Server, noise(44, 4)), (Client, noise(90, 5))]
}

#[test]
fn stratum_v2_is_known_by_its_lengths() {
    let found = session(&v2_handshake()).unwrap();
    assert_eq!((found.protocol, found.role, found.algorithm.as_str(), found.login.as_str()), ("stratum_v2", Role::Miner, "sha256d", ""));
    assert!(found.confidence > 0.8 && found.confidence < 0.95, "{}", found.confidence);
    let short: Script = v2_handshake().into_iter().take(3).collect();
    assert!(session(&short).unwrap().confidence <= 0.7);
    // A first byte of any kind: it is random.
    for first in 0..=255u8 {
        let mut handshake = v2_handshake();
        handshake[0].1[0] = first;
        handshake[1].1[0] = first.wrapping_add(77);
        assert_eq!(run(&handshake, usize::MAX).map(|s| s.protocol), Some("stratum_v2"), "{first}");
    }
    let socks = script(&[(Client, &[5, 1, 0, 5, 1, 0, 1, 10, 0, 0, 1, 13, 5][..]), (Server, &[5, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0])]);
    assert_eq!(session(&behind(socks, v2_handshake())).unwrap().pool, "10.0.0.1");
    for (act, length) in [(0, 63), (0, 65), (1, 233), (1, 235), (2, 22)] {
        let mut other = v2_handshake();
        other[act].1 = noise(length, 9);
        assert_eq!(session(&other), None, "{act} {length}");
    }
}

#[test]
fn stratum_v2_without_encryption() {
    let open = [&[1, 0, 0, 0][..], &build::text(&format!("{BTC}.rig")), &[0; 36]].concat();
    let mut limit = [0u8; 32];
    limit[27] = 1;
    let accepted = [&[1, 0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0][..], &[0; 8]].concat();
    let found = session(&script(&[
        (Client, build::setup("pool.example", 3336)),
        (Server, build::frame(1, &[2, 0, 0, 0, 0, 0])),
        (Client, build::frame(0x10, &open)),
        (Server, build::frame(0x21, &[&[1, 0, 0, 0][..], &limit].concat())),
        (Server, build::frame(0x15, &[&[1, 0, 0, 0, 7, 0, 0, 0][..], &[0; 40]].concat())),
        (Client, build::frame(0x1a, &[&[1, 0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0][..], &[0; 12]].concat())),
        (Server, build::frame(0x1c, &accepted)),
    ]))
    .unwrap();
    assert_eq!((found.protocol, found.pool.as_str(), found.pool_port), ("stratum_v2", "pool.example", 3336));
    assert_eq!((found.wallet.as_str(), found.worker.as_str(), found.agent.as_str()), (BTC, "rig", "Bosch S9 1.0"));
    assert_eq!((found.shares_submitted, found.shares_accepted), (1, 1));
    assert!((found.hashes.unwrap() / 2f64.powi(40) - 1.0).abs() < 1e-6);
}

#[test]
fn peers_are_nodes() {
    let mut version = vec![0xf9, 0xbe, 0xb4, 0xd9];
    version.extend_from_slice(b"version\0\0\0\0\0");
    version.extend_from_slice(&[102, 0, 0, 0, 1, 2, 3, 4]);
    version.extend_from_slice(&[0; 102]);
    let found = session(&script(&[(Client, version)])).unwrap();
    assert_eq!((found.protocol, found.role, found.coin.as_str()), ("bitcoin_p2p", Role::Node, "BTC"));
    let levin = [&[1, 0x21, 1, 1, 1, 1, 1, 1][..], &[0xf2; 40]].concat();
    assert_eq!(session(&script(&[(Client, levin)])).unwrap().role, Role::Node);
}
