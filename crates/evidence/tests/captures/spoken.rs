//! What is said: DNS, TLS, HTTP.

use super::rows_of;
use crate::support::packets::*;

const DNS: &str = "ASimDnsActivityLogs";
const WEB: &str = "ASimWebSessionLogs";
const TLS: &str = "PoolhoundTls_CL";

fn question(id: u16) -> Vec<u8> {
    [&id.to_be_bytes()[..], &[1, 0, 0, 1, 0, 0, 0, 0, 0, 0], b"\x04Pool\x07example\x00\x00\x01\x00\x01"].concat()
}

fn answer(id: u16, code: u8) -> Vec<u8> {
    let mut message = question(id);
    (message[2], message[3], message[7]) = (0x81, 0x80 | code, u8::from(code == 0));
    if code == 0 {
        message.extend_from_slice(b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xcb\x00\x71\x09");
    }
    message
}

#[test]
fn questions_find_their_answers() {
    let (client, server) = (end("10.0.0.5", 40_000), end("10.0.0.1", 53));
    let at = |time: u64, bytes| Packet { time: Connection::START + time, bytes };
    let packets = [
        at(0, datagram(client, server, &question(0x12ab))),
        at(1_000, datagram(client, server, &question(2))),
        at(25_000, datagram(server, client, &answer(0x12ab, 0))),
        at(26_000, datagram(server, client, &answer(2, 3))),
        at(30_000, datagram(client, server, &question(3))),
    ];
    let columns = [
        "SrcIpAddr",
        "DstIpAddr",
        "DstPortNumber",
        "DnsQuery",
        "DnsQueryTypeName",
        "DnsResponseName",
        "EventSubType",
        "EventResult",
        "EventResultDetails",
        "DnsNetworkDuration",
        "TransactionIdHex",
    ];
    let ends = "10.0.0.5|10.0.0.1|53|pool.example|A";
    let expected = [
        format!("{ends}|[\"203.0.113.9\"]|response|Success|NOERROR|25|12ab"),
        format!("{ends}||response|Failure|NXDOMAIN|25|2"),
        format!("{ends}||request|NA|NA|null|3"),
    ];
    assert_eq!(rows_of(&packets, DNS, &columns), expected);
    // The same over TCP, byte by byte.
    let mut connection = Connection::open(client, server);
    connection.segment = 1;
    let framed = |message: Vec<u8>| [&(message.len() as u16).to_be_bytes(), message.as_slice()].concat();
    connection.say(Who::Client, framed(question(7))).say(Who::Server, framed(answer(7, 0)));
    let told = rows_of(&connection.take(), DNS, &["SrcIpAddr", "DnsQuery", "DnsResponseName", "NetworkProtocol"]);
    assert_eq!(told, ["10.0.0.5|pool.example|[\"203.0.113.9\"]|TCP"]);
}

#[test]
fn an_answer_without_its_question_is_of_the_one_who_asked() {
    let (client, server) = (end("10.0.0.5", 40_000), end("10.0.0.1", 53));
    let packets = [Packet { time: Connection::START, bytes: datagram(server, client, &answer(1, 0)) }];
    assert_eq!(rows_of(&packets, DNS, &["SrcIpAddr", "DstIpAddr", "DnsNetworkDuration"]), ["10.0.0.5|10.0.0.1|null"]);
}

const REQUEST: &str = "POST /work HTTP/1.1\r\nHost: pool.example\r\nUser-Agent: bfgminer/5\r\nContent-Length: 2\r\n\r\n{}";
const RESPONSE: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n[1]";
const WEB_COLUMNS: [&str; 9] = [
    "SrcIpAddr",
    "HttpRequestMethod",
    "Url",
    "DstHostname",
    "HttpUserAgent",
    "EventResultDetails",
    "HttpContentType",
    "SrcBytes",
    "DstBytes",
];
const WEB_ROW: &str = "10.0.0.5|POST|http://pool.example:8332/work|pool.example|bfgminer/5|200|application/json|2|3";

fn web() -> (End, End) {
    (end("10.0.0.5", 50_001), end("203.0.113.9", 8_332))
}

#[test]
fn requests_are_read_whatever_the_segments() {
    let (client, server) = web();
    for segment in [1, 2, 7, 50, 1_400] {
        let mut connection = Connection::open(client, server);
        connection.segment = segment;
        connection.say(Who::Client, REQUEST).say(Who::Server, RESPONSE).close();
        let packets = connection.take();
        assert_eq!(rows_of(&packets, WEB, &WEB_COLUMNS), [WEB_ROW], "segments of {segment}");
        assert_eq!(rows_of(&packets, "ASimNetworkSessionLogs", &["NetworkApplicationProtocol"]), ["http"]);
        // Every packet twice, and neighbours changed about.
        let twice: Vec<_> = packets.iter().flat_map(|packet| [packet.clone(), packet.clone()]).collect();
        assert_eq!(rows_of(&twice, WEB, &WEB_COLUMNS), [WEB_ROW], "sent again in segments of {segment}");
        let mut turned = packets.clone();
        let data = 3..turned.len() - 3;
        // The second segment of two before the first, both acknowledged later.
        let speaker = |packet: &Packet| packet.bytes[26..30].to_vec();
        for four in turned[data].chunks_mut(4).filter(|four| four.len() == 4 && speaker(&four[0]) == speaker(&four[2])) {
            four.swap(1, 2);
            four.swap(0, 1);
        }
        assert_eq!(rows_of(&turned, WEB, &WEB_COLUMNS), [WEB_ROW], "out of order in segments of {segment}");
    }
}

#[test]
fn a_connection_is_joined_in_its_middle_and_survives_losses() {
    let (client, server) = web();
    let mut connection = Connection::new(client, server);
    connection.say(Who::Server, "the end of something").say(Who::Client, REQUEST).say(Who::Server, RESPONSE);
    assert_eq!(rows_of(&connection.take(), WEB, &WEB_COLUMNS), [WEB_ROW]);
    let mut connection = Connection::open(client, server);
    connection.say(Who::Client, "GET /a HTTP/1.1\r\nHost: a").lose(Who::Client, "\r\nX: y\r\n\r\n");
    connection.say(Who::Client, REQUEST).say(Who::Server, RESPONSE);
    assert_eq!(rows_of(&connection.take(), WEB, &WEB_COLUMNS), [WEB_ROW]);
}

#[test]
fn tls_inside_a_tunnel_of_http() {
    let name = b"pool.example";
    let entry = [&[0, 0, name.len() as u8][..], name].concat();
    let list = [&[0, entry.len() as u8][..], &entry].concat();
    let extension = [&[0, 0, 0, list.len() as u8][..], &list].concat();
    let body = [&[3, 3][..], &[7; 32], &[0, 0, 2, 0x13, 1, 1, 0, 0, extension.len() as u8], &extension].concat();
    let message = [&[1, 0, 0, body.len() as u8][..], &body].concat();
    let hello = [&[22, 3, 1, 0, message.len() as u8][..], &message].concat();
    let (client, server) = (end("10.0.0.5", 50_001), end("10.0.0.8", 3_128));
    for segment in [1, 1_400] {
        let mut connection = Connection::open(client, server);
        connection.segment = segment;
        connection.say(Who::Client, "CONNECT pool.example:443 HTTP/1.1\r\n\r\n").say(Who::Server, "HTTP/1.1 200 OK\r\n\r\n");
        connection.say(Who::Client, &hello);
        let packets = connection.take();
        assert_eq!(rows_of(&packets, WEB, &["Url", "HttpRequestMethod", "EventResult"]), ["pool.example:443|CONNECT|Success"]);
        assert_eq!(
            rows_of(&packets, TLS, &["ServerName", "DstPortNumber", "Ja4"]),
            ["pool.example|3128|t12d010100_0f2cb44170f4_000000000000"]
        );
    }
}

#[test]
fn a_login_is_read_of_packets_that_are_cut() {
    const WALLET: &str = "48edfHu7V9Z84YzzMa6fUueoELZ9ZRXq9VetWzYGzKt52XU5xvqgzYnDK9URnRoJMk1j8nLwEVsaSWJ4fhdUyZijBGUicoD";
    let mut talk = Connection::open(end("10.0.0.5", 40_000), end("203.0.113.9", 3333));
    let algorithms = "\"rx/0\",".repeat(30);
    let login = format!(
        r#"{{"id":1,"method":"login","params":{{"login":"{WALLET}","pass":"x","agent":"XMRig/6.21.0","algo":[{algorithms}"cn/r"]}}}}"#
    );
    talk.say(Who::Client, format!("{login}\n"));
    talk.say(Who::Server, "{\"id\":1,\"result\":{\"status\":\"OK\"}}\n");
    talk.say(Who::Client, "{\"id\":2,\"method\":\"keepalived\",\"params\":{\"id\":\"1\"}}\n");
    talk.close();
    let packets = talk.take();
    let told = |snap| {
        let seen = super::all(&super::pcap(&packets, Form { snap, ..Form::default() }), 1);
        let cut: Vec<String> =
            seen.warnings.into_iter().map(|(_, text)| text).filter(|text| text.contains("captured to their end")).collect();
        (seen.rows.get("PoolhoundStratum_CL").map_or(0, Vec::len), cut.len())
    };
    assert_eq!(told(2_000), (1, 0));
    assert_eq!(told(300), (1, 1));
    // The wallet is not whole, and nothing else tells of mining.
    assert_eq!(told(120), (0, 1));
    let columns = ["Wallet", "Agent"];
    let cut = super::pcap(&packets, Form { snap: 300, ..Form::default() });
    assert_eq!(super::rows(&cut, "PoolhoundStratum_CL", &columns), [format!("{WALLET}|XMRig/6.21.0")]);
}
