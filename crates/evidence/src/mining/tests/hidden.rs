//! Mining that is written otherwise, seen in part, or seen late.

use super::*;

fn joined(script: &Script, side: Side) -> Vec<u8> {
    script.iter().filter(|(who, _)| *who == side).flat_map(|(_, bytes)| bytes.clone()).collect()
}

#[test]
fn order_spacing_and_escapes_do_not_matter() {
    let agent = r#""agent":"XMRig/6.21.0""#;
    let bodies = [
        format!(r#"{{"method":"login","id":1,"params":{{{agent},"pass":"x","login":"{XMR}"}}}}"#),
        format!(r#"  {{ "params" : {{ "login" : "{XMR}" , {agent} }} , "method" : "login" , "id" : "a" }}"#),
        format!(r#"{{"id":1,"method":"l\u006fgin","params":{{"l\u006fgin":"{XMR}",{agent}}}}}"#),
        format!("\n\r\n{{\"id\":1,\"method\":\"login\",\"params\":{{\"login\":\"{XMR}\",{agent}}}}}"),
        format!("{{\n  \"id\": 1,\n  \"method\": \"login\",\n  \"params\": {{\n    \"login\": \"{XMR}\",\n    {agent}\n  }}\n}}"),
        format!(r#"[{{"id":1,"method":"login","params":{{"login":"{XMR}",{agent}}}}}]"#),
        format!(r#"{{"id":7}}{{"id":1,"method":"login","params":{{"login":"{XMR}",{agent}}}}}"#),
        r#"{"id":1,"method":"mining\u002esubscribe","params":["cgminer"]}"#.to_owned(),
        r#"{"params":[],"id":1,"method":"mining.subscribe"}"#.to_owned(),
        format!(r#"{{"worker":"","params":["{ETH}"],"id":1,"method":"eth_submitLogin"}}"#),
    ];
    for body in bodies {
        assert!(session(&script(&[(Client, body.as_bytes())])).is_some(), "{body}");
        let ended = format!("{body}\r\n");
        assert!(session(&script(&[(Client, ended)])).is_some());
    }
}

#[test]
fn what_strict_readers_refuse_hides_nothing() {
    for pass in [&b"caf\xe9"[..], b"\\ud800", b"\\uDFFF\\ud83d\\ude00", b"\\\\u\xff"] {
        let head = format!(r#"{{"id":1,"method":"login","params":{{"login":"{XMR}.rig","agent":"XMRig/6.21.0","pass":""#);
        let login = [head.as_bytes(), pass, b"\"}}\n"].concat();
        let found = session(&script(&[(Client, login)])).unwrap();
        assert_eq!((found.wallet.as_str(), found.worker.as_str()), (XMR, "rig"), "{pass:?}");
    }
    let marked = [b"\xef\xbb\xbf", &monero()[0].1[..]].concat();
    assert_eq!(session(&script(&[(Client, marked)])).unwrap().wallet, XMR);
}

#[test]
fn one_side_is_enough() {
    for script in [monero(), bitcoin()] {
        for side in [Client, Server] {
            let one: Script = script.iter().filter(|(who, _)| *who == side).cloned().collect();
            let found = session(&one).unwrap();
            assert_eq!((found.role, found.miner), (Role::Miner, Client));
        }
    }
    let pool: Script = monero().into_iter().filter(|(side, _)| *side == Server).collect();
    assert_eq!(session(&pool).unwrap().shares_accepted, 1);
}

#[test]
fn a_session_under_way_is_picked_up_at_any_byte() {
    for script in [monero(), bitcoin()] {
        let all = joined(&script, Server);
        let first = script.iter().find(|(side, _)| *side == Server).map_or(0, |(_, bytes)| bytes.len());
        for start in 1..first {
            let mut conversation = Conversation::default();
            conversation.push(Server, &all[start..], 1, false);
            assert!(!conversation.hopeless());
            assert!(conversation.finish().is_some(), "{start}");
        }
    }
}

#[test]
fn lost_bytes_cost_only_what_they_held() {
    let script = monero();
    for gap in 1..script.len() - 1 {
        let mut conversation = Conversation::default();
        for (at, (side, bytes)) in script.iter().enumerate() {
            // The second half of one message is lost, and the first of the next of that side.
            let lost =
                script.iter().enumerate().take(at).skip(gap).filter(|(_, (who, _))| who == side).count() == 1 && script[gap].0 == *side;
            let bytes = if at == gap {
                &bytes[..bytes.len() / 2]
            } else if lost {
                &bytes[bytes.len() / 2..]
            } else {
                &bytes[..]
            };
            conversation.push(*side, bytes, at as i64, lost);
        }
        let found = conversation.finish().unwrap();
        assert_eq!((found.protocol, found.miner), ("cryptonote", Client), "{gap}");
    }
}

#[test]
fn shares_before_the_first_difficulty_are_counted_apart() {
    let script: Script = monero().into_iter().skip(2).collect();
    let found = session(&script).unwrap();
    assert_eq!((found.shares_submitted, found.shares_unknown), (2, 1));
    assert!((found.hashes.unwrap() - 5000.0).abs() < 1.0);
}

#[test]
fn a_long_session_stays_small() {
    let mut conversation = Conversation::default();
    for (side, bytes) in monero() {
        conversation.push(side, &bytes, 0, false);
    }
    let hash = hash("b");
    for share in 0..50_000u32 {
        let text = format!(
            r#"{{"id":{share},"method":"submit","params":{{"id":"s","job_id":"k{share}","nonce":"{share:08x}","result":"{hash}"}}}}"#
        );
        conversation.push(Client, text.as_bytes(), i64::from(share), false);
    }
    let found = conversation.finish().unwrap();
    assert_eq!((found.shares_submitted, found.last), (50_002, 49_999));
    assert!((found.hashes.unwrap() - 50_000.0 * 5000.0 - 15_000.0).abs() < 50.0);
}

#[test]
fn members_of_other_records_hide_nothing_where_both_sides_speak() {
    let plain = session(&bitcoin()).unwrap();
    let more = r#","a":1,"b":2,"c":3,"d":4,"e":5,"f":6}"#;
    for (client, server) in [(r#","ts":1}"#, "}"), (more, more), ("}", r#","time":"x"}"#), (r#","level":"info"}"#, r#","ts":1}"#)] {
        let said: Script = bitcoin()
            .into_iter()
            .map(|(side, bytes)| {
                let text = String::from_utf8(bytes).unwrap();
                let end = if side == Client { client } else { server };
                (side, format!("{}{end}\n", text.trim_end().strip_suffix('}').unwrap()).into_bytes())
            })
            .collect();
        assert_eq!(session(&said).as_ref(), Some(&plain), "{client} {server}");
    }
}
