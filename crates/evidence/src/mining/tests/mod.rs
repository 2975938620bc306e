//! Whole conversations, with messages made for these tests.

mod hidden;
mod late;
mod near_misses;
mod protocols;
mod random;
mod tunnels;
mod worked;

use super::*;
use Side::{Client, Server};

const XMR: &str = "48edfHu7V9Z84YzzMa6fUueoELZ9ZRXq9VetWzYGzKt52XU5xvqgzYnDK9URnRoJMk1j8nLwEVsaSWJ4fhdUyZijBGUicoD";
const BTC: &str = "1P7ujsXeX7GxQwHNnJsRMgAdNkFZmNVqJT";
const ETH: &str = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

type Script = Vec<(Side, Vec<u8>)>;

fn script<T: AsRef<[u8]>>(said: &[(Side, T)]) -> Script {
    said.iter().map(|(side, bytes)| (*side, bytes.as_ref().to_vec())).collect()
}

/// Each text with a line's end.
fn lines(said: &[(Side, &str)]) -> Script {
    said.iter().map(|(side, text)| (*side, format!("{text}\n").into_bytes())).collect()
}

fn run(script: &Script, piece: usize) -> Option<MiningSession> {
    let mut conversation = Conversation::default();
    for (at, (side, bytes)) in script.iter().enumerate() {
        for part in bytes.chunks(piece) {
            conversation.push(*side, part, at as i64, false);
        }
    }
    conversation.finish()
}

/// The session, which is the same at any split.
fn session(script: &Script) -> Option<MiningSession> {
    let whole = run(script, usize::MAX);
    for piece in [1, 2, 3, 7, 16, 61, 300] {
        assert_eq!(run(script, piece), whole, "in pieces of {piece}");
    }
    whole
}

fn blob(version: &str) -> String {
    format!("{version}{}", "0123456789abcdef".repeat(9) + "abcdef")
}

fn hash(digit: &str) -> String {
    digit.repeat(64)
}

/// A miner for Monero and its pool: a login, two jobs, two shares of which one is refused, a keep-alive.
fn monero() -> Script {
    let blob = blob("1010");
    let hash = hash("a");
    lines(&[
        (
            Client,
            &format!(
                r#"{{"id":1,"jsonrpc":"2.0","method":"login","params":{{"login":"{XMR}.rig1","pass":"x","agent":"XMRig/6.21.0 (Linux x86_64)","algo":["rx/0","cn/r"]}}}}"#
            ),
        ),
        (
            Server,
            &format!(
                r#"{{"id":1,"jsonrpc":"2.0","error":null,"result":{{"id":"s1","job":{{"blob":"{blob}","job_id":"j1","target":"b88d0600","algo":"rx/0","height":3000000,"seed_hash":"{hash}"}},"extensions":["keepalive"],"status":"OK"}}}}"#
            ),
        ),
        (
            Client,
            &format!(
                r#"{{"id":2,"jsonrpc":"2.0","method":"submit","params":{{"id":"s1","job_id":"j1","nonce":"0a0b0c0d","result":"{hash}"}}}}"#
            ),
        ),
        (
            Server,
            &format!(r#"{{"jsonrpc":"2.0","method":"job","params":{{"blob":"{blob}","job_id":"j2","target":"711b0d00","algo":"rx/0"}}}}"#),
        ),
        (Server, r#"{"id":2,"jsonrpc":"2.0","error":null,"result":{"status":"OK"}}"#),
        (
            Client,
            &format!(
                r#"{{"id":3,"jsonrpc":"2.0","method":"submit","params":{{"id":"s1","job_id":"j2","nonce":"0a0b0c0e","result":"{hash}"}}}}"#
            ),
        ),
        (Server, r#"{"id":3,"jsonrpc":"2.0","error":{"code":-1,"message":"Low difficulty share"},"result":null}"#),
        (Client, r#"{"id":4,"jsonrpc":"2.0","method":"keepalived","params":{"id":"s1"}}"#),
        (Server, r#"{"id":4,"jsonrpc":"2.0","error":null,"result":{"status":"KEEPALIVED"}}"#),
    ])
}

/// A miner for Bitcoin and its pool.
fn bitcoin() -> Script {
    let previous = hash("0");
    lines(&[
        (Client, r#"{"id":0,"method":"mining.configure","params":[["version-rolling"],{"version-rolling.mask":"1fffe000"}]}"#),
        (Client, r#"{"id": 1, "method": "mining.subscribe", "params": ["cgminer/4.12.1"]}"#),
        (Server, r#"{"id":0,"error":null,"result":{"version-rolling":true,"version-rolling.mask":"1fffe000"}}"#),
        (Server, r#"{"id":1,"result":[[["mining.set_difficulty","d1"],["mining.notify","n1"]],"08000002",4],"error":null}"#),
        (Client, &format!(r#"{{"id":2,"method":"mining.authorize","params":["{BTC}.s19","x"]}}"#)),
        (Server, r#"{"id":2,"result":true,"error":null}"#),
        (Server, r#"{"id":null,"method":"mining.set_difficulty","params":[65536]}"#),
        (
            Server,
            &format!(
                r#"{{"id":null,"method":"mining.notify","params":["bf","{previous}","01000000","ffffffff",["{previous}"],"20000000","17034219","65000000",true]}}"#
            ),
        ),
        (
            Client,
            &format!(r#"{{"id":4,"method":"mining.submit","params":["{BTC}.s19","bf","00000001","65000000","1234abcd","00002000"]}}"#),
        ),
        (Server, r#"{"id":4,"result":true,"error":null}"#),
        (
            Client,
            &format!(r#"{{"id":5,"method":"mining.submit","params":["{BTC}.s19","bf","00000002","65000000","1234abce","00002000"]}}"#),
        ),
        (Server, r#"{"id":5,"result":null,"error":[23,"Low difficulty share",null]}"#),
    ])
}
