//! Text that quotes mining: chat, mail, pages, pushes, dumps, logs.

use super::super::packets::Who;
use super::near::{as_a_whole, none};
use super::numbers::Numbers;
use super::script::{Carrier, Script, bytes, c, s};
use serde_json::json;

const SUBSCRIBE: &str = r#"{"id":1,"method":"mining.subscribe","params":["cgminer/4.10.0"]}"#;
const AUTHORIZE: &str = r#"{"id":2,"method":"mining.authorize","params":["1P7ujsXeX7GxQwHNnJsRMgAdNkFZmNVqJT.s19","x"]}"#;
const NOTIFY: &str = r#"{"id":null,"method":"mining.notify","params":["bf","00","01","02",[],"20000000","17034219","65000000",true]}"#;

fn both() -> String {
    format!("{SUBSCRIBE}\n{AUTHORIZE}\n{NOTIFY}\n")
}

pub(crate) fn scripts() -> Vec<Script> {
    let mut all = talk();
    all.extend(pages());
    all.extend(data());
    all.extend(logs());
    all
}

fn client(text: impl AsRef<[u8]>) -> (Who, super::script::Said) {
    bytes(Who::Client, text)
}

fn server(text: impl AsRef<[u8]>) -> (Who, super::script::Said) {
    bytes(Who::Server, text)
}

fn talk() -> Vec<Script> {
    let raw = Carrier::Raw;
    vec![
        none(
            "irc",
            raw,
            vec![
                client("NICK a\r\nUSER a 0 * :a\r\nJOIN #mining\r\n"),
                server(":irc.example 001 a :Welcome\r\n:irc.example 353 a = #mining :a b\r\n"),
                client(format!("PRIVMSG #mining :{SUBSCRIBE}\r\nPRIVMSG #mining :{AUTHORIZE}\r\n")),
                server(format!(":b!b@host PRIVMSG #mining :{NOTIFY}\r\n")),
            ],
        ),
        none(
            "mail",
            raw,
            vec![
                server("220 mail.example ESMTP\r\n"),
                client("EHLO a\r\n"),
                server("250-mail.example\r\n250 8BITMIME\r\n"),
                client("MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n"),
                server("250 ok\r\n250 ok\r\n354 go\r\n"),
                client(format!("Subject: stratum\r\n\r\nA miner says\r\n{SUBSCRIBE}\r\nand then\r\n{AUTHORIZE}\r\n.\r\n")),
                server("250 queued\r\n"),
            ],
        ),
        none(
            "xmpp",
            raw,
            vec![
                client("<stream:stream to='example'>"),
                server("<stream:features/>"),
                client(format!("<message><body>{SUBSCRIBE}</body></message>\n{AUTHORIZE}\n")),
                server(format!("<message><body>\n{NOTIFY}\n</body></message>")),
            ],
        ),
        none(
            "telnet",
            raw,
            vec![
                server("login: "),
                client("bob\r\n"),
                server("Password: "),
                client("x\r\ncat stratum.txt\r\n"),
                server(format!("$ cat stratum.txt\r\n# what a miner says\r\n# first\r\n{SUBSCRIBE}\r\n$ ")),
            ],
        ),
        as_a_whole(
            "transcript",
            Carrier::Lines,
            vec![
                c(json!({"id": 1, "method": "mining.subscribe", "params": ["cgminer/4.10.0"]})),
                c(json!({"id": 1, "result": [[["mining.set_difficulty", "d1"], ["mining.notify", "n1"]], "08000002", 4], "error": null})),
                c(json!({"id": 2, "method": "mining.authorize", "params": ["1P7ujsXeX7GxQwHNnJsRMgAdNkFZmNVqJT.s19", "x"]})),
                c(
                    json!({"id": null, "method": "mining.notify", "params": ["bf", "00", "01", "02", [], "20000000", "17034219", "65000000", true]}),
                ),
            ],
        ),
        as_a_whole(
            "echo",
            Carrier::Lines,
            vec![
                c(json!({"id": 1, "method": "mining.subscribe", "params": ["cgminer/4.10.0"]})),
                s(json!({"id": 1, "method": "mining.subscribe", "params": ["cgminer/4.10.0"]})),
                c(json!({"id": 2, "method": "mining.authorize", "params": ["a.b", "x"]})),
                s(json!({"id": 2, "method": "mining.authorize", "params": ["a.b", "x"]})),
            ],
        ),
    ]
}

fn page(kind: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn post(head: &str, body: &[u8]) -> Vec<u8> {
    [format!("POST {head}\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
}

fn pages() -> Vec<Script> {
    let raw = Carrier::Raw;
    let get = || client("GET /stratum HTTP/1.1\r\nHost: wiki.example\r\nUser-Agent: Mozilla/5.0\r\n\r\n");
    let pushed = format!("00a4{} refs/heads/main\0 report-status\n0000PACK\0\0\0\x02\0\0\0\x03{}", "0".repeat(81), both());
    let pasted = format!("text={}", both());
    let stats = r#"{"hash":{"hashes":5},"identity":"a","miner":{"login":"x"},"method":"stats","pools":[{"pool":"pool.example:3333"}]}"#;
    let bulk = format!("{{\"index\":{{}}}}\n{{\"message\":\"{}\"}}\n", SUBSCRIBE.replace('"', "\\\"")).repeat(6);
    let asked = |head: &str, body: &[u8]| vec![client(post(head, body)), server(page("application/json", "{\"ok\":true}"))];
    vec![
        none("page", raw, vec![get(), server(page("text/html", &format!("<html><pre>\n{}</pre></html>", both())))]),
        as_a_whole("page-text", raw, vec![get(), server(page("text/plain", &both()))]),
        as_a_whole("page-json", raw, vec![get(), server(page("application/json", SUBSCRIBE))]),
        as_a_whole(
            "page-without-length",
            raw,
            vec![get(), server(format!("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n{}", both()))],
        ),
        none("paste", raw, asked("/paste HTTP/1.1\r\nHost: paste.example", SUBSCRIBE.as_bytes())),
        none(
            "paste-form",
            raw,
            asked("/paste HTTP/1.1\r\nHost: paste.example\r\nContent-Type: application/x-www-form-urlencoded", pasted.as_bytes()),
        ),
        none("git-push", raw, asked("/a/b.git/git-receive-pack HTTP/1.1\r\nHost: git.example\r\nUser-Agent: git/2.45", pushed.as_bytes())),
        none(
            "git",
            raw,
            vec![
                client("0032git-upload-pack /project.git\0host=git.example\0"),
                server(format!("00a4{} refs/heads/main\n0000", "1".repeat(40))),
                server(format!("PACK\0\0\0\x02\0\0\0\x03{}", both())),
            ],
        ),
        none(
            "bulk",
            raw,
            asked("/logs/_bulk HTTP/1.1\r\nHost: search.example:9200\r\nContent-Type: application/x-ndjson", bulk.as_bytes()),
        ),
        none(
            "miner-summary",
            raw,
            vec![client("GET /2/summary HTTP/1.1\r\nHost: 10.0.0.9:8080\r\n\r\n"), server(page("application/json", stats))],
        ),
        none(
            "pool-site",
            raw,
            vec![
                get(),
                server(page(
                    "application/json",
                    r#"{"worker":"rig","hashrate":5,"method":"stats","result":{"job":{"blob":"x"},"status":"OK"}}"#,
                )),
            ],
        ),
    ]
}

fn data() -> Vec<Script> {
    let raw = Carrier::Raw;
    let row = |text: &str| {
        let inner = [&1u16.to_be_bytes()[..], &(text.len() as u32).to_be_bytes(), text.as_bytes()].concat();
        [&b"D"[..], &(inner.len() as u32 + 4).to_be_bytes(), &inner].concat()
    };
    let copied = |text: &str| [&b"d"[..], &(text.len() as u32 + 5).to_be_bytes(), text.as_bytes(), b"\n"].concat();
    let publish = |topic: &str, text: &str| {
        let inner = [&(topic.len() as u16).to_be_bytes()[..], topic.as_bytes(), text.as_bytes()].concat();
        [&[0x30, inner.len() as u8 & 0x7f | 0x80, (inner.len() >> 7) as u8][..], &inner].concat()
    };
    let mysql = |n: u8, text: &str| [&[text.len() as u8 + 1, 0, 0, n, text.len() as u8][..], text.as_bytes()].concat();
    let mut numbers = Numbers::of("data");
    let dns = |answer: bool, text: &str| {
        let name = b"\x04pool\x07example\0";
        let head = if answer { [0, 9, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0] } else { [0, 9, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0] };
        let mut all = [&head[..], name, &[0, 16, 0, 1]].concat();
        if answer {
            all.extend([&[0xc0, 12, 0, 16, 0, 1, 0, 0, 1, 0, 0, text.len() as u8 + 1, text.len() as u8][..], text.as_bytes()].concat());
        }
        [&(all.len() as u16).to_be_bytes()[..], &all].concat()
    };
    vec![
        none(
            "postgres-rows",
            raw,
            vec![
                client([&[0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f][..]].concat()),
                server("N"),
                client(b"Q\0\0\0\x19select * from rules;\0"),
                server([row(SUBSCRIBE), row(AUTHORIZE), row(NOTIFY), b"C\0\0\0\rSELECT 3\0".to_vec()].concat()),
            ],
        ),
        none(
            "postgres-copy",
            raw,
            vec![client(b"Q\0\0\0\x1ccopy rules to stdout;\0"), server([copied(SUBSCRIBE), copied(AUTHORIZE), copied(NOTIFY)].concat())],
        ),
        none(
            "postgres-dump",
            raw,
            vec![
                client(format!(
                    "--\n-- PostgreSQL database dump\n--\n\nCOPY public.rules (id, text) FROM stdin;\n1\t{SUBSCRIBE}\n2\t{AUTHORIZE}\n\\.\n"
                )),
                server("ok\n"),
            ],
        ),
        none(
            "mysql",
            raw,
            vec![
                server(mysql(0, "8.0.36 mysql")),
                client(mysql(0, "\x03select text from rules")),
                server([mysql(1, SUBSCRIBE), mysql(2, AUTHORIZE), mysql(3, NOTIFY)].concat()),
            ],
        ),
        none(
            "mqtt",
            raw,
            vec![
                client(b"\x10\x10\0\x04MQTT\x04\x02\0\x3c\0\x04rig1"),
                server([0x20, 2, 0, 0]),
                client([publish("farm/rig1/log", SUBSCRIBE), publish("farm/rig1/log", AUTHORIZE)].concat()),
                client(publish("job", r#"{"method":"job","params":{"job_id":"1","blob":"x"}}"#)),
            ],
        ),
        none(
            "redis",
            raw,
            vec![
                client(format!("*3\r\n$7\r\nPUBLISH\r\n$4\r\nchat\r\n${}\r\n{SUBSCRIBE}\r\n", SUBSCRIBE.len())),
                server(":1\r\n"),
                client(format!("*3\r\n$5\r\nLPUSH\r\n$3\r\njob\r\n${}\r\n{NOTIFY}\r\n", NOTIFY.len())),
                server(":2\r\n"),
            ],
        ),
        none(
            "memcached",
            raw,
            vec![
                client(format!("set job 0 0 {}\r\n{SUBSCRIBE}\r\n", SUBSCRIBE.len())),
                server("STORED\r\n"),
                client("get job\r\n"),
                server(format!("VALUE job 0 {}\r\n{SUBSCRIBE}\r\nEND\r\n", SUBSCRIBE.len())),
            ],
        ),
        none(
            "beanstalk",
            raw,
            vec![
                client(format!("use mining\r\nput 0 0 60 {}\r\n{SUBSCRIBE}\r\n", SUBSCRIBE.len())),
                server("USING mining\r\nINSERTED 1\r\n"),
                client("reserve\r\n"),
                server(format!("RESERVED 1 {}\r\n{SUBSCRIBE}\r\n", SUBSCRIBE.len())),
            ],
        ),
        none(
            "nats",
            raw,
            vec![
                server("INFO {\"server_id\":\"a\",\"version\":\"2.10\",\"max_payload\":1048576}\r\n"),
                client(format!("CONNECT {{\"verbose\":false,\"user\":\"a\"}}\r\nPUB job {}\r\n{SUBSCRIBE}\r\n", SUBSCRIBE.len())),
                server(format!("MSG job 1 {}\r\n{NOTIFY}\r\n", NOTIFY.len())),
            ],
        ),
        none(
            "zabbix",
            raw,
            vec![client([&b"ZBXD\x01\x40\0\0\0\0\0\0\0"[..], SUBSCRIBE.as_bytes()].concat()), server(b"ZBXD\x01\x02\0\0\0\0\0\0\0{}")],
        ),
        none(
            "kafka",
            raw,
            vec![
                client(
                    [&[0, 0, 0, 120, 0, 0, 0, 9, 0, 0, 0, 1][..], &numbers.bytes(40), SUBSCRIBE.as_bytes(), AUTHORIZE.as_bytes()].concat(),
                ),
                server([0, 0, 0, 4, 0, 0, 0, 1]),
            ],
        ),
        none("dns-over-tcp", raw, vec![client(dns(false, "")), server(dns(true, SUBSCRIBE))]),
        none(
            "ids-rules",
            raw,
            vec![
                client("GET rules\n"),
                server(format!(
                    "alert tcp any any -> any any (content:\"mining.subscribe\"; sid:1;)\nalert tcp any any\nalert udp any\n{SUBSCRIBE}\n"
                )),
            ],
        ),
    ]
}

fn framed(text: &str) -> String {
    format!("Content-Length: {}\r\n\r\n{text}", text.len())
}

fn logs() -> Vec<Script> {
    let raw = Carrier::Raw;
    let quoted = SUBSCRIBE.replace('"', "\\\"");
    let open = format!(
        r#"{{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{{"textDocument":{{"uri":"file:///a.py","text":"{quoted}"}}}}}}"#
    );
    let syslog = |text: &str| format!("<13>Nov 18 02:05:00 host app: {text}\n");
    vec![
        none(
            "logstash",
            Carrier::Lines,
            vec![
                c(json!({"@timestamp": "2026-11-18T02:05:00Z", "message": SUBSCRIBE, "host": "rig1"})),
                c(json!({"@timestamp": "2026-11-18T02:05:01Z", "message": AUTHORIZE, "host": "rig1"})),
                c(json!({"@timestamp": "2026-11-18T02:05:02Z", "message": "mining.submit accepted", "host": "rig1", "level": "info"})),
            ],
        ),
        none(
            "logstash-fields",
            Carrier::Lines,
            vec![
                c(json!({"@timestamp": "2026-11-18T02:05:00Z", "method": "mining.subscribe", "params": ["cgminer/4.10.0"], "id": 1})),
                c(json!({"@timestamp": "2026-11-18T02:05:01Z", "method": "mining.authorize", "params": ["a.b", "x"], "id": 2})),
                c(
                    json!({"@timestamp": "2026-11-18T02:05:02Z", "method": "mining.submit", "params": ["a.b", "7", "00", "00", "00"], "id": 3}),
                ),
            ],
        ),
        none(
            "log-of-a-pool",
            Carrier::Lines,
            vec![
                c(
                    json!({"ts": 1_700_000_000.5, "level": "info", "msg": "request", "method": "login", "params": {"login": super::others::XMR, "pass": "x", "agent": "XMRig/6.21.0"}}),
                ),
                c(
                    json!({"ts": 1_700_000_001.5, "level": "info", "msg": "request", "method": "mining.submit", "params": ["a.b", "7", "00", "00", "00"]}),
                ),
                c(
                    json!({"ts": 1_700_000_002.5, "level": "debug", "msg": "request", "method": "eth_submitLogin", "params": [super::others::ETH]}),
                ),
            ],
        ),
        none(
            "log-nested",
            Carrier::Lines,
            vec![
                c(
                    json!({"time": "2026-11-18T02:05:00Z", "stream": "stdout", "log": {"method": "mining.notify", "params": ["1", "2", "3"]}}),
                ),
                c(json!({"time": "2026-11-18T02:05:01Z", "stream": "stdout", "log": SUBSCRIBE})),
            ],
        ),
        none(
            "sensor-events",
            Carrier::Lines,
            vec![
                c(
                    json!({"timestamp": "2026-11-18T02:05:00Z", "event_type": "anomaly", "src_ip": "10.0.0.5", "dest_ip": "203.0.113.66", "payload_printable": both()}),
                ),
                c(
                    json!({"timestamp": "2026-11-18T02:05:01Z", "event_type": "stratum", "method": "mining.subscribe", "params": ["cgminer"]}),
                ),
            ],
        ),
        none(
            "syslog",
            raw,
            vec![client([syslog("start"), syslog(SUBSCRIBE), syslog(AUTHORIZE), format!("{NOTIFY}\n"), syslog("end")].concat())],
        ),
        as_a_whole(
            "statsd",
            raw,
            vec![client(format!("pool.mining.subscribe:1|c\npool.mining.notify:2|c\npool.login:1|c\n{SUBSCRIBE}\n"))],
        ),
        none(
            "language-server",
            raw,
            vec![
                client(framed(r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"rootUri":"file:///a","capabilities":{}}}"#)),
                server(framed(r#"{"jsonrpc":"2.0","id":1,"result":{"capabilities":{"hoverProvider":true}}}"#)),
                client(framed(&open)),
                server(framed(
                    r#"{"jsonrpc":"2.0","method":"textDocument/publishDiagnostics","params":{"uri":"file:///a.py","diagnostics":[]}}"#,
                )),
            ],
        ),
        none(
            "debugger",
            raw,
            vec![
                client(framed(r#"{"seq":1,"type":"request","command":"initialize","arguments":{"adapterID":"a"}}"#)),
                server(framed(r#"{"seq":1,"type":"response","request_seq":1,"success":true,"command":"initialize"}"#)),
                server(framed(&format!(r#"{{"seq":2,"type":"event","event":"output","body":{{"output":"{quoted}"}}}}"#))),
            ],
        ),
    ]
}
