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
    for pass in [&b"caf\xe9"[..], b"\\ud800", b"\\uDFFF\\ud83d\\ude00", b"\\\\u\xff", b"a\tb\x01"] {
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

#[test]
fn what_stands_before_or_between_the_words_hides_nothing() {
    let banner = "Welcome to this server.\r\nAll that you do is watched.\r\n\r\nHave fun!\r\nAnd come again.\r\n";
    for plain in [bitcoin(), monero()] {
        let expected = session(&plain).unwrap();
        for (name, side, before) in [
            ("a banner", Server, banner.to_owned()),
            ("many lines", Client, "x y z\n".repeat(50)),
            ("a long line", Client, "x".repeat(70_000) + "\n"),
            ("brackets", Client, format!("{}\n", "[".repeat(50_000))),
            ("brackets of the server", Server, format!("{}\n", "{\"a\":".repeat(10_000))),
            ("blank lines", Client, "\r\n".repeat(40_000)),
            ("blanks", Client, " ".repeat(70_000)),
        ] {
            let mut said = plain.clone();
            said.insert(0, (side, before.into_bytes()));
            for piece in [61, 1400, usize::MAX] {
                let found = run(&said, piece).unwrap_or_else(|| panic!("{name} in pieces of {piece}"));
                assert_eq!(
                    (&found.wallet, found.shares_submitted, found.shares_accepted, found.miner),
                    (&expected.wallet, expected.shares_submitted, expected.shares_accepted, expected.miner),
                    "{name} in pieces of {piece}"
                );
            }
        }
    }
}

#[test]
fn padding_within_a_message_hides_nothing() {
    let login = format!(r#""method":"login","params":{{"login":"{XMR}","pass":"x  y","agent":"XMRig/6"}}}}"#);
    let nested = format!("{}1,2{}", "[".repeat(300), "]".repeat(300));
    for (name, before) in [
        ("blanks", " ".repeat(70_000)),
        ("lines", "\n".repeat(70_000)),
        ("a text", format!(r#""pad":"{}","#, r"x\u0041".repeat(20_000))),
        ("deep values", format!(r#""pad":{nested},"#)),
        ("deep values and blanks", format!(r#""pad":{nested},{}"#, " ".repeat(70_000))),
    ] {
        for piece in [1, 61, 1400, usize::MAX] {
            let mut conversation = Conversation::default();
            for part in format!("{{\"id\":1,{before}{login}\n").as_bytes().chunks(piece) {
                conversation.push(Client, part, 1, false);
                assert!(conversation.held() < 300_000);
            }
            let found = conversation.finish().unwrap_or_else(|| panic!("{name} in pieces of {piece}"));
            assert_eq!(found.wallet, XMR, "{name} in pieces of {piece}");
        }
    }
}

#[test]
fn a_log_behind_lines_of_text_is_no_miner() {
    // A mail, or a ticket, whose text is what both sides said, or what one of them said.
    for only in [None, Some(Client), Some(Server)] {
        let head = b"EHLO x\r\nMAIL FROM:<a@mail.example>\r\nRCPT TO:<b@mail.example>\r\nDATA\r\nSubject: what I saw\r\n\r\n".to_vec();
        let quoted: Vec<u8> =
            bitcoin().into_iter().filter(|(side, _)| only.is_none_or(|only| only == *side)).flat_map(|(_, bytes)| bytes).collect();
        let said = vec![
            (Server, b"220 mail.example\r\n".to_vec()),
            (Client, head),
            (Server, b"250 a\r\n250 b\r\n250 c\r\n354 go on\r\n".to_vec()),
            (Client, quoted.repeat(3)),
            (Client, b".\r\nQUIT\r\n".to_vec()),
            (Server, b"250 thanks\r\n221 bye\r\n".to_vec()),
        ];
        assert_eq!(session(&said), None, "{only:?}");
    }
}

#[test]
fn heads_of_http_for_show_hide_nothing() {
    for plain in [bitcoin(), monero()] {
        let expected = session(&plain).unwrap();
        for answer in ["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n"] {
            let mut said = script(&[(Client, "GET /live HTTP/1.1\r\nHost: a.example\r\n\r\n"), (Server, answer)]);
            said.extend(plain.clone());
            let found = session(&said).unwrap_or_else(|| panic!("{answer}"));
            assert_eq!(
                (&found.wallet, found.shares_submitted, found.shares_accepted),
                (&expected.wallet, expected.shares_submitted, expected.shares_accepted),
                "{answer}"
            );
        }
    }
}

#[test]
fn a_session_that_is_only_kept_alive_is_one_by_both_sides() {
    let ask = r#"{"id":9,"jsonrpc":"2.0","method":"keepalived","params":{"id":"abc"}}"#;
    let answer = r#"{"id":9,"jsonrpc":"2.0","error":null,"result":{"status":"KEEPALIVED"}}"#;
    let found = session(&lines(&[(Client, ask), (Server, answer)])).unwrap();
    assert_eq!((found.protocol, found.miner, found.role), ("cryptonote", Client, Role::Miner));
    for said in
        [&[(Client, ask)][..], &[(Server, answer)], &[(Client, ask), (Client, ask), (Server, r#"{"id":9,"result":{"status":"OK"}}"#)]]
    {
        assert_eq!(session(&lines(said)), None);
    }
}
