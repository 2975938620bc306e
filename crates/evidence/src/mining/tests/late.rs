//! Captures that begin somewhere in a connection, and beginnings that are for show.

use super::*;
use crate::mining::websocket::frame;

/// What each side sends, with a mask for the client.
fn framed(said: &Script) -> Script {
    let mask = [1, 200, 3, 77];
    said.iter().map(|(side, text)| (*side, frame(text.trim_ascii_end(), 1, true, (*side == Client).then_some(mask)))).collect()
}

fn late(said: &Script, piece: usize) -> Option<MiningSession> {
    let mut conversation = Conversation::default();
    conversation.begins_late();
    for (at, (side, bytes)) in said.iter().enumerate() {
        for part in bytes.chunks(piece) {
            conversation.push(*side, part, at as i64, false);
        }
    }
    conversation.finish()
}

/// The script from within the first bytes of each side.
fn within(said: &Script, cuts: [usize; 2]) -> Script {
    let mut seen = [false; 2];
    said.iter()
        .map(|(side, bytes)| {
            let at = usize::from(*side == Server);
            let cut = if std::mem::replace(&mut seen[at], true) { 0 } else { cuts[at].min(bytes.len()) };
            (*side, bytes[cut..].to_vec())
        })
        .collect()
}

#[test]
fn a_web_miner_is_seen_from_within_any_frame_on() {
    for said in [monero(), bitcoin()] {
        let said = framed(&said);
        for cut in 1..said[0].1.len().min(240) {
            for other in [1, 2, 5, 90] {
                for piece in [1, 64, usize::MAX] {
                    let found = late(&within(&said, [cut, other]), piece);
                    let found = found.unwrap_or_else(|| panic!("{cut} {other} {piece}"));
                    assert!(found.shares_submitted == 2 && found.shares_accepted == 1, "{cut} {other} {piece}: {found:?}");
                }
            }
        }
    }
}

#[test]
fn other_frames_are_none_from_within_either() {
    let said: Script = (0..30)
        .flat_map(|n| {
            [
                (Client, format!(r#"{{"id":{n},"method":"subscribe","params":["job"]}}"#).into_bytes()),
                (Server, format!(r#"{{"id":{n},"result":{{"job":"{n}","status":"OK"}}}}"#).into_bytes()),
            ]
        })
        .collect();
    let said = framed(&said);
    for cut in 1..50 {
        assert_eq!(late(&within(&said, [cut, 3]), 40), None);
    }
}

/// The server's first lines before a miner's conversation.
fn greeted(greeting: &[u8], said: Script) -> Script {
    [(Server, greeting.to_vec())].into_iter().chain(said).collect()
}

#[test]
fn a_miner_is_seen_behind_a_greeting_of_any_length() {
    let long = "Welcome to a very long text {\n".repeat(9_000);
    let code = "int main(void)\n{\n  return 0;\n}\n".repeat(500);
    let record = [&[22, 3, 1, 0, 60, 1][..], &[0x55; 59]].concat();
    for greeting in [
        long.as_bytes(),
        code.as_bytes(),
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"220 mail.example ESMTP ready\r\n",
        b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n",
        b"HTTP/1.1 400 Bad Request\r\nContent-Length: 9\r\n\r\nbad it is",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n",
        &record,
        &record.repeat(3),
    ] {
        for said in [monero(), bitcoin()] {
            let script = greeted(greeting, said);
            let whole = run(&script, usize::MAX).unwrap_or_else(|| panic!("{:.40}", String::from_utf8_lossy(greeting)));
            assert!(whole.shares_accepted == 1, "{whole:?}");
            for piece in [1, 7, 300, 1_460] {
                assert_eq!(run(&script, piece).as_ref(), Some(&whole), "{piece} {:.40}", String::from_utf8_lossy(greeting));
            }
        }
    }
    // The client may begin so, too.
    for greeting in [&b"SSH-2.0-OpenSSH_9.6\r\n"[..], long.as_bytes(), &record] {
        let script: Script = [(Client, greeting.to_vec())].into_iter().chain(monero()).collect();
        assert!(session(&script).is_some());
    }
}

#[test]
fn what_quotes_mining_behind_a_long_text_is_none() {
    let long = "one more line of a mail\r\n".repeat(200);
    let quoted: Vec<u8> = monero().into_iter().flat_map(|(_, bytes)| bytes).collect();
    let mail = [long.as_bytes(), &quoted, long.as_bytes()].concat();
    let script = |side| {
        vec![(Server, b"220 mail\r\n".to_vec()), (Client, b"EHLO a\r\n".to_vec()), (side, mail.clone()), (Server, b"250 ok\r\n".to_vec())]
    };
    assert_eq!(session(&script(Client)), None);
    assert_eq!(session(&script(Server)), None);
}

#[test]
fn ssh_and_tls_are_given_up_soon() {
    let mut ssh = Conversation::default();
    for side in [Server, Client] {
        ssh.push(side, b"SSH-2.0-OpenSSH_9.6\r\n", 0, false);
    }
    for side in [Server, Client] {
        ssh.push(side, b"\0\0\x04\xfc\x09\x14\x01\x02\x03curve25519-sha256", 0, false);
    }
    assert!(ssh.hopeless());
    let mut tls = Conversation::default();
    let record = |kind, size: usize| [&[kind, 3, 3, (size >> 8) as u8, size as u8][..], &vec![7; size]].concat();
    tls.push(Client, &record(22, 200), 0, false);
    tls.push(Server, &[record(22, 90), record(20, 1), record(23, 400), record(23, 40)].concat(), 0, false);
    assert!(tls.hopeless());
}

#[test]
fn a_tunnel_is_known_by_what_was_captured_of_it() {
    for (before, pool) in [
        (vec![(Server, &b"HTTP/1.1 200 Connection established\r\n\r\n"[..])], ""),
        (vec![(Server, b"HTTP/1.0 200 OK\r\n\r\n")], ""),
        (vec![(Client, b"ple:3333\r\nProxy-Connection: keep-alive\r\n\r\n"), (Server, b"HTTP/1.1 200 OK\r\n\r\n")], ""),
        (vec![(Client, b"\x05\x01\x00\x03\x0cpool.example\x0d\x05"), (Server, b"\x05\0\0\x01\0\0\0\0\0\0")], "pool.example"),
        (vec![(Server, b"\x05\0\0\x01\0\0\0\0\0\0")], ""),
    ] {
        let script: Script = script(&before).into_iter().chain(monero()).collect();
        for piece in [1, 5, usize::MAX] {
            let found = late(&script, piece).unwrap_or_else(|| panic!("{before:?} {piece}"));
            assert_eq!((found.pool.as_str(), found.shares_accepted), (pool, 1), "{before:?} {piece}");
        }
    }
}
