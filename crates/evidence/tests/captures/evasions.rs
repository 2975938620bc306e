//! What a miner and a pool that wish to hide can do and still be understood by each other, and what only looks like it.

use super::rows_of;
use crate::support::packets::*;

const XMR: &str = "48edfHu7V9Z84YzzMa6fUueoELZ9ZRXq9VetWzYGzKt52XU5xvqgzYnDK9URnRoJMk1j8nLwEVsaSWJ4fhdUyZijBGUicoD";
const ETHERNET: usize = 14;

fn login() -> String {
    format!(r#"{{"id":1,"method":"login","params":{{"login":"{XMR}","pass":"x","agent":"XMRig/6.21.0","algo":["rx/0"]}}}}"#) + "\n"
}

fn job() -> String {
    let blob = format!("1010{}", "0123456789abcdef".repeat(9));
    format!(r#"{{"id":1,"result":{{"id":"s","job":{{"blob":"{blob}","job_id":"j","target":"b88d0600"}},"status":"OK"}}}}"#) + "\n"
}

fn open() -> Connection {
    Connection::open(end("10.0.0.5", 50_000), end("203.0.113.9", 443))
}

fn logins(packets: &[Packet]) -> Vec<String> {
    rows_of(packets, "PoolhoundStratum_CL", &["Role", "Login"])
}

/// The capture has one miner, and its login.
fn found(what: &str, packets: &[Packet]) {
    assert_eq!(logins(packets), [format!("miner|{XMR}")], "{what}");
}

fn said(parts: &[(Who, &[u8])]) -> Vec<Packet> {
    let mut connection = open();
    for (who, bytes) in parts {
        connection.say(*who, bytes);
    }
    connection.take()
}

#[test]
fn json_that_only_some_read() {
    let (login, job) = (login(), job());
    for (what, asked) in [
        ("a method that stands twice, the first counts", login.replace(r#""params""#, r#""method":"ping","params""#)),
        ("a method that stands twice, the last counts", login.replace(r#""id":1,"#, r#""id":1,"method":"ping","#)),
        ("an id of null", login.replace(r#""id":1"#, r#""id":null"#)),
        ("an id that is a fraction", login.replace(r#""id":1"#, r#""id":1.5"#)),
        ("an id without bounds", login.replace(r#""id":1"#, r#""id":1e999"#)),
        ("an id of many digits", login.replace(r#""id":1"#, &format!(r#""id":{}"#, "9".repeat(400)))),
        ("an id that is no number", login.replace(r#""id":1"#, r#""id":NaN"#)),
        ("a member that is no number", login.replace(r#""id":1"#, r#""id":1,"x":[-Infinity]"#)),
        ("an id that is an object", login.replace(r#""id":1"#, r#""id":{"a":[1]}"#)),
        ("seventy members", login.replace(r#""id":1"#, &(0..70).map(|n| format!(r#""m{n}":{n},"#)).collect::<String>()).replace(",,", ",")),
        ("an escaped method", login.replace("login\",\"params", "\\u006c\\u006fg\\u0069n\",\"params")),
        ("escaped names", login.replace("\"method\"", "\"\\u006dethod\"").replace("\"params\"", "\"p\\u0061rams\"")),
    ] {
        let packets = said(&[(Who::Client, asked.as_bytes()), (Who::Server, job.as_bytes())]);
        let rows = logins(&packets);
        assert_eq!(rows.len(), 1, "{what}: {rows:?}");
        if what != "seventy members" {
            found(what, &packets);
        }
    }
}

#[test]
fn methods_in_other_letters() {
    let said = said(&[
        (Who::Client, b"{\"id\":1,\"method\":\"MINING.Subscribe\",\"params\":[\"cgminer/4.10.0\"]}\n"),
        (Who::Client, b"{\"id\":2,\"method\":\"mining.AUTHORIZE\",\"params\":[\"1P7ujsXeX7GxQwHNnJsRMgAdNkFZmNVqJT.s19\",\"x\"]}\n"),
        (Who::Server, b"{\"id\":null,\"method\":\"MINING.set_difficulty\",\"params\":[1024]}\n"),
    ]);
    assert_eq!(logins(&said), ["miner|1P7ujsXeX7GxQwHNnJsRMgAdNkFZmNVqJT.s19"]);
    // Services that are named alike.
    for (asks, answers) in [
        (r#"{"id":1,"method":"Mining.Subscribe","params":["orders"]}"#, r#"{"id":1,"result":true}"#),
        (r#"{"id":1,"method":"Mining.Set_Difficulty","params":[3]}"#, r#"{"id":1,"result":true}"#),
        (r#"{"id":1,"method":"mining.authors","params":["bob","x"]}"#, r#"{"id":1,"result":["a","b"]}"#),
        (r#"{"id":1,"method":"mining.subscribe_events","params":["model"]}"#, r#"{"id":1,"result":true}"#),
        (r#"{"id":1,"method":"mining.submit_report","params":["ann","42","7"]}"#, r#"{"id":1,"result":true}"#),
        (r#"{"id":1,"method":"mining.notify_all","params":["ann","42","7"]}"#, r#"{"id":1,"result":true}"#),
    ] {
        let (asks, answers) = (format!("{asks}\n"), format!("{answers}\n"));
        let both = [(Who::Client, asks.as_bytes()), (Who::Server, answers.as_bytes())];
        assert!(logins(&self::said(&[both, both, both].concat())).is_empty(), "{asks}");
    }
}

/// A frame of WebSocket.
fn frame(who: Who, text: &str) -> Vec<u8> {
    let (masked, mask) = if who == Who::Client { (0x80, &[7u8, 0, 200, 1][..]) } else { (0, &[][..]) };
    let length =
        if text.len() < 126 { vec![masked | text.len() as u8] } else { [&[masked | 126][..], &(text.len() as u16).to_be_bytes()].concat() };
    let body: Vec<u8> = text.bytes().enumerate().map(|(at, byte)| byte ^ mask.get(at % 4).copied().unwrap_or(0)).collect();
    [&[0x81][..], &length, mask, &body].concat()
}

fn socket(said: &[(Who, &str)]) -> Vec<Packet> {
    let mut connection = open();
    connection.say(Who::Client, "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: app.example\r\nUpgrade: websocket\r\n\r\n");
    connection.say(Who::Server, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n");
    for (who, text) in said {
        connection.say(*who, frame(*who, text));
    }
    connection.take()
}

#[test]
fn messages_within_what_libraries_for_pages_carry() {
    let blob = format!("1010{}", "0123456789abcdef".repeat(9));
    let job = format!(r#"{{"job_id":"j","blob":"{blob}","target":"b88d0600"}}"#);
    let auth = format!(r#"{{"site_key":"{XMR}","type":"anonymous","user":null,"goal":0}}"#);
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    found(
        "Socket.IO",
        &socket(&[
            (Who::Server, "0{\"sid\":\"a\",\"upgrades\":[],\"pingInterval\":25000}"),
            (Who::Client, "40"),
            (Who::Client, &format!(r#"42["auth",{auth}]"#)),
            (Who::Server, "2"),
            (Who::Server, &format!(r#"42["job",{job}]"#)),
        ]),
    );
    found(
        "SockJS",
        &socket(&[
            (Who::Server, "o"),
            (Who::Client, &format!("[{}]", quoted(&format!(r#"{{"type":"auth","params":{auth}}}"#)))),
            (Who::Server, &format!("a[{}]", quoted(&format!(r#"{{"type":"job","params":{job}}}"#)))),
        ]),
    );
    found(
        "Stratum in Socket.IO",
        &socket(&[
            (Who::Client, &format!(r#"42["message",{}]"#, login().trim())),
            (Who::Server, &format!(r#"42["message",{}]"#, super::evasions::job().trim())),
        ]),
    );
    for other in [
        r#"42["auth",{"token":"abc"}]"#,
        r#"42["job",{"job_id":"7","status":"done"}]"#,
        r#"42["submit",{"form":1}]"#,
        r#"42["chat","{\"type\":\"auth\"}"]"#,
    ] {
        let said = [(Who::Client, other), (Who::Server, other)];
        assert!(logins(&socket(&said)).is_empty(), "{other}");
    }
}

#[test]
fn all_at_once_and_the_wrong_way_round() {
    let (login, job) = (login(), job());
    let connect = format!("CONNECT pool.example:3333 HTTP/1.1\r\nHost: pool.example:3333\r\n\r\n{login}");
    let answered = format!("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 5\r\n\r\nnope\nHTTP/1.0 200 OK\r\n\r\n{job}");
    found(
        "a tunnel and a login at once",
        &said(&[(Who::Client, connect.as_bytes()), (Who::Server, format!("HTTP/1.1 200 OK\r\n\r\n{job}").as_bytes())]),
    );
    let twice = connect.replace(&login, "") + &connect;
    found("a tunnel that is refused, and a login at once", &said(&[(Who::Client, twice.as_bytes()), (Who::Server, answered.as_bytes())]));
    let socks = [b"\x05\x01\0\x05\x01\0\x03\x0cpool.example\x0d\x05".as_slice(), login.as_bytes()].concat();
    let through = [b"\x05\0\x05\0\0\x01\0\0\0\0\0\0".as_slice(), job.as_bytes()].concat();
    found("SOCKS and a login at once", &said(&[(Who::Client, &socks), (Who::Server, &through)]));
    found("the answer first", &said(&[(Who::Server, job.as_bytes()), (Who::Client, login.as_bytes())]));
}

#[test]
fn what_a_balancer_says_first() {
    let (login, job) = (login(), job());
    let one = format!("PROXY TCP4 192.0.2.7 203.0.113.9 50000 443\r\n{login}");
    found("version 1", &said(&[(Who::Client, one.as_bytes()), (Who::Server, job.as_bytes())]));
    let head = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x07\xcb\0\x71\x09\xc3\x50\x01\xbb";
    let two = [head.as_slice(), login.as_bytes()].concat();
    found("version 2", &said(&[(Who::Client, &two), (Who::Server, job.as_bytes())]));
    let local = [b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0".as_slice(), login.as_bytes()].concat();
    found("version 2, its own", &said(&[(Who::Client, &local), (Who::Server, job.as_bytes())]));
    let mut slow = open();
    slow.segment = 1;
    slow.say(Who::Client, &two).say(Who::Server, &job);
    found("version 2 by byte", &slow.take());
    // What follows has to be mining.
    let other = [head.as_slice(), b"{\"id\":1,\"method\":\"ping\"}\n"].concat();
    assert!(logins(&said(&[(Who::Client, &other), (Who::Server, b"{\"id\":1,\"result\":true}\n")])).is_empty());
}

#[test]
fn a_handshake_that_is_for_show() {
    let (login, job) = (login(), job());
    let record = |kind: u8, body: &[u8]| [&[kind, 3, 3][..], &(body.len() as u16).to_be_bytes(), body].concat();
    let handshake = |kind: u8, body: &[u8]| record(22, &[&[kind, 0][..], &(body.len() as u16).to_be_bytes(), body].concat());
    let hello = handshake(1, &[&[3, 3][..], &[7; 32], &[0, 0, 2, 0x13, 1, 1, 0]].concat());
    let answer = handshake(2, &[&[3, 3][..], &[9; 32], &[0, 0x13, 1, 0]].concat());
    let asked = [&hello[..], login.as_bytes()].concat();
    let answered = [&answer[..], job.as_bytes()].concat();
    found("a sound hello", &said(&[(Who::Client, &asked), (Who::Server, &answered)]));
    found(
        "hellos first",
        &said(&[(Who::Client, &hello), (Who::Server, &answer), (Who::Client, login.as_bytes()), (Who::Server, job.as_bytes())]),
    );
    // What stands in records is what these carry.
    let inside = [hello, record(20, &[1]), record(23, login.as_bytes()), record(23, login.as_bytes())].concat();
    assert!(
        logins(&said(&[(Who::Client, &inside), (Who::Server, &[answer, record(20, &[1]), record(23, job.as_bytes())].concat())]))
            .is_empty()
    );
}

/// A segment of its own.
fn segment(from: End, to: End, numbers: [u32; 2], flags: u8, bytes: &[u8]) -> Vec<u8> {
    ethernet(&ip(from.0, to.0, 6, &tcp((from.1, to.1), numbers[0], numbers[1], flags, bytes)))
}

fn timed(frames: Vec<Vec<u8>>) -> Vec<Packet> {
    (0..).zip(frames).map(|(n, bytes)| Packet { time: Connection::START + n * 1_000, bytes }).collect()
}

#[test]
fn data_in_the_first_packet_and_at_the_end_of_the_numbers() {
    let (client, server) = (end("10.0.0.5", 50_000), end("203.0.113.9", 443));
    let (login, job) = (login(), job());
    for first in [7, u32::MAX - 30, u32::MAX] {
        let next = first.wrapping_add(1).wrapping_add(login.len() as u32);
        let frames = vec![
            segment(client, server, [first, 0], SYN, login.as_bytes()),
            segment(server, client, [900, next], SYN | ACK, b""),
            segment(server, client, [901, next], ACK, job.as_bytes()),
        ];
        found("data with the SYN", &timed(frames));
        // A server that knows no such data takes what is sent again.
        let frames = vec![
            segment(client, server, [first, 0], SYN, login.as_bytes()),
            segment(server, client, [900, first.wrapping_add(1)], SYN | ACK, b""),
            segment(client, server, [first.wrapping_add(1), 901], ACK, login.as_bytes()),
            segment(server, client, [901, next], ACK, job.as_bytes()),
        ];
        found("data with the SYN and again", &timed(frames));
    }
}

#[test]
fn a_byte_out_of_band_within_the_login() {
    let (client, server) = (end("10.0.0.5", 50_000), end("203.0.113.9", 443));
    let (login, job) = (login(), job());
    for at in [0, 10, 20, login.len() - 1] {
        let mut bytes = login.clone().into_bytes();
        bytes.insert(at, b'!');
        let mut urgent = segment(client, server, [8, 901], ACK | 32, &bytes);
        let pointer = ETHERNET + 20 + 18;
        urgent[pointer..pointer + 2].copy_from_slice(&(at as u16 + 1).to_be_bytes());
        let frames = vec![
            segment(client, server, [7, 0], SYN, b""),
            segment(server, client, [900, 8], SYN | ACK, b""),
            urgent,
            segment(server, client, [901, 9 + login.len() as u32], ACK, job.as_bytes()),
        ];
        found("a byte out of band", &timed(frames));
    }
}

#[test]
fn packets_that_differ_by_their_way() {
    let mut connection = open();
    connection.say(Who::Client, login()).say(Who::Server, job()).close();
    let packets = connection.take();
    let from_client = |packet: &Packet| packet.bytes[ETHERNET + 12..ETHERNET + 16] == [10, 0, 0, 5];
    let tagged: Vec<Packet> = packets
        .iter()
        .map(|packet| if from_client(packet) { Packet { bytes: vlan(&packet.bytes, 0x8100, 7), ..packet.clone() } } else { packet.clone() })
        .collect();
    found("one way in a VLAN", &tagged);
    let tunnelled: Vec<Packet> = packets
        .iter()
        .map(|packet| if from_client(packet) { packet.clone() } else { Packet { bytes: gre(&packet.bytes), ..packet.clone() } })
        .collect();
    found("one way in GRE", &tunnelled);
    let one: Vec<Packet> = packets.iter().filter(|packet| from_client(packet)).cloned().collect();
    found("one way alone", &one);
    let other: Vec<Packet> = packets.iter().filter(|packet| !from_client(packet)).cloned().collect();
    assert_eq!(logins(&other), ["miner|"]);
}

#[test]
fn ends_that_are_used_again() {
    let (client, server) = (end("10.0.0.5", 50_000), end("203.0.113.9", 443));
    let (login, job) = (login(), job());
    let session = |first: u32| {
        let next = first + 1 + login.len() as u32;
        vec![
            segment(client, server, [first, 0], SYN, b""),
            segment(server, client, [first + 900, first + 1], SYN | ACK, b""),
            segment(client, server, [first + 1, first + 901], ACK, login.as_bytes()),
            segment(server, client, [first + 901, next], ACK, job.as_bytes()),
        ]
    };
    // The first said something else, and was closed or not.
    let other = vec![
        segment(client, server, [7, 0], SYN, b""),
        segment(server, client, [900, 8], SYN | ACK, b""),
        segment(client, server, [8, 901], ACK, &[22, 3, 1, 0, 1, 1].repeat(5)),
        segment(server, client, [901, 38], RST | ACK, b""),
    ];
    found("after another", &timed([other.clone(), session(5_000_000)].concat()));
    found("after another without an end", &timed([other[..3].to_vec(), session(5_000_000)].concat()));
    assert_eq!(logins(&timed([session(1_000), session(5_000_000)].concat())), [format!("miner|{XMR}"), format!("miner|{XMR}")]);
}

#[test]
fn a_login_in_fragments_of_ipv6() {
    let mut connection = Connection::open(end("2001:db8::5", 50_000), end("2001:db8:66::9", 443));
    connection.say(Who::Client, login()).say(Who::Server, job());
    let cut = |packet: &Packet, number: u32| -> Vec<Packet> {
        let payload = &packet.bytes[ETHERNET + 40..];
        let (from, to) = (&packet.bytes[ETHERNET + 8..ETHERNET + 24], &packet.bytes[ETHERNET + 24..ETHERNET + 40]);
        let address = |bytes: &[u8]| std::net::IpAddr::from(<[u8; 16]>::try_from(bytes).unwrap());
        let pieces: Vec<&[u8]> = payload.chunks(64).collect();
        let mut out: Vec<Packet> = (0..)
            .zip(&pieces)
            .map(|(at, piece)| {
                let more = u16::from(at as usize + 1 < pieces.len());
                let head = [&[6, 0][..], &((at * 64) as u16 | more).to_be_bytes(), &number.to_be_bytes()].concat();
                Packet { bytes: ethernet(&ipv6(address(from), address(to), 44, &[&head, *piece].concat())), ..packet.clone() }
            })
            .collect();
        out.reverse();
        out
    };
    let packets: Vec<Packet> = (0..).zip(connection.take()).flat_map(|(number, packet)| cut(&packet, number)).collect();
    found("fragments of IPv6", &packets);
}
