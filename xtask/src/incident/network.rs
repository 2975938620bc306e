//! What the sensors saw: Zeek, Suricata, a DNS server and a proxy.

use super::{File, lines};
use model::ticks;
use serde_json::{Value, json};

pub(super) fn files() -> Vec<File> {
    vec![
        ("zeek/dns.log", lines(&dns())),
        ("zeek/conn.log", lines(&conn())),
        ("zeek/ssl.log", lines(&ssl())),
        ("suricata/eve.json", lines(&eve())),
        ("dns-server/DnsEvents.csv", dns_server()),
        ("proxy/access.log", proxy()),
    ]
}

/// Seconds since the Unix epoch of a moment of 18 November 2026.
fn epoch(clock: &str) -> f64 {
    let at = ticks::parse_iso(&format!("2026-11-18T{clock}Z")).unwrap_or(ticks::UNIX_EPOCH);
    (at - ticks::UNIX_EPOCH) as f64 / ticks::SECOND as f64
}

fn lookup(clock: &str, uid: &str, client: &str, server: &str, query: &str, rcode: &str, answers: &[&str]) -> Value {
    let code = if rcode == "NXDOMAIN" { 3 } else { 0 };
    json!({"ts": epoch(clock), "uid": uid, "id.orig_h": client, "id.orig_p": 53121, "id.resp_h": server, "id.resp_p": 53, "proto": "udp", "trans_id": 4711,
        "query": query, "qclass": 1, "qclass_name": "C_INTERNET", "qtype": 1, "qtype_name": "A", "rcode": code, "rcode_name": rcode, "AA": false, "TC": false,
        "RD": true, "RA": true, "Z": 0, "answers": answers, "TTLs": [300.0], "rejected": false})
}

fn dns() -> Vec<Value> {
    vec![
        lookup("01:40:00", "CdnsA1", "10.1.0.40", "10.1.0.53", "www.example.com", "NOERROR", &["192.0.2.80"]),
        lookup("02:11:07", "CdnsW1", "10.1.0.21", "10.1.0.53", "gulf.moneroocean.stream", "NOERROR", &["203.0.113.66"]),
        lookup("02:11:08", "CdnsN1", "10.1.0.53", "198.51.100.53", "gulf.moneroocean.stream", "NOERROR", &["203.0.113.66"]),
        lookup("09:02:30", "CdnsP1", "10.1.0.77", "10.1.0.53", "xmr-eu1.nanopool.org", "NXDOMAIN", &[]),
        lookup("10:15:02", "CdnsD1", "10.1.0.99", "10.1.0.53", "www.nicehash.com", "NOERROR", &["203.0.113.90"]),
        lookup("10:15:09", "CdnsD2", "10.1.0.99", "10.1.0.53", "docs.example.org", "NOERROR", &["192.0.2.81"]),
    ]
}

#[expect(clippy::too_many_arguments, reason = "one argument a field of a log line")]
fn flow(
    clock: &str,
    uid: &str,
    client: &str,
    server: &str,
    port: u16,
    service: &str,
    seconds: f64,
    sent: u64,
    received: u64,
    state: &str,
) -> Value {
    json!({"ts": epoch(clock), "uid": uid, "id.orig_h": client, "id.orig_p": 40112, "id.resp_h": server, "id.resp_p": port, "proto": "tcp", "service": service,
        "duration": seconds, "orig_bytes": sent, "resp_bytes": received, "conn_state": state, "local_orig": true, "local_resp": false, "missed_bytes": 0,
        "history": "ShADad", "orig_pkts": sent / 120 + 3, "orig_ip_bytes": sent + 400, "resp_pkts": received / 250 + 3, "resp_ip_bytes": received + 400})
}

fn conn() -> Vec<Value> {
    vec![
        flow("01:40:01", "CconA1", "10.1.0.40", "192.0.2.80", 443, "ssl", 2.4, 1_800, 46_000, "SF"),
        flow("02:11:09", "CconW1", "10.1.0.21", "203.0.113.66", 10128, "", 21_540.2, 412_331, 1_094_210, "S1"),
        flow("09:02:31", "CconP1", "10.1.0.77", "203.0.113.67", 14444, "", 0.0, 0, 0, "S0"),
        flow("10:15:03", "CconD1", "10.1.0.99", "203.0.113.90", 443, "ssl", 31.0, 9_100, 812_000, "SF"),
    ]
}

fn ssl() -> Vec<Value> {
    let handshake = |clock: &str, uid: &str, client: &str, server: &str, name: &str| {
        json!({"ts": epoch(clock), "uid": uid, "id.orig_h": client, "id.orig_p": 40112, "id.resp_h": server, "id.resp_p": 443, "version": "TLSv13",
            "cipher": "TLS_AES_256_GCM_SHA384", "server_name": name, "resumed": false, "established": true, "next_protocol": "h2"})
    };
    vec![
        handshake("01:40:01", "CconA1", "10.1.0.40", "192.0.2.80", "www.example.com"),
        handshake("10:15:03", "CconD1", "10.1.0.99", "203.0.113.90", "www.nicehash.com"),
    ]
}

fn eve() -> Vec<Value> {
    vec![
        json!({"timestamp": "2026-11-18T02:11:10.000000+0000", "flow_id": 1, "event_type": "alert", "src_ip": "10.1.0.21", "src_port": 40112,
            "dest_ip": "203.0.113.66", "dest_port": 10128, "proto": "TCP", "alert": {"action": "allowed", "gid": 1, "signature_id": 2024792, "rev": 4,
            "signature": "ET COINMINER Cryptocurrency Miner Checkin", "category": "Crypto Currency Mining Activity Detected", "severity": 2}}),
        json!({"timestamp": "2026-11-18T10:15:03.100000+0000", "flow_id": 2, "event_type": "tls", "src_ip": "10.1.0.99", "src_port": 40112,
            "dest_ip": "203.0.113.90", "dest_port": 443, "proto": "TCP", "tls": {"sni": "www.nicehash.com", "version": "TLS 1.3"}}),
    ]
}

/// As the portal exports it. Dates as in the United States.
fn dns_server() -> String {
    let mut text = String::from("\u{feff}\"TimeGenerated [UTC]\",Computer,SubType,ClientIP,Name,QueryType,ResultCode,IPAddresses\r\n");
    for (time, client, name, code, addresses) in [
        ("11/18/2026, 2:11:07.120 AM", "10.1.0.21", "gulf.moneroocean.stream", 0, "203.0.113.66"),
        ("11/18/2026, 9:02:30.010 AM", "10.1.0.77", "xmr-eu1.nanopool.org", 3, ""),
        ("11/18/2026, 10:15:02.500 AM", "10.1.0.99", "www.nicehash.com", 0, "203.0.113.90"),
    ] {
        text.push_str(&format!("\"{time}\",ns-01,LookupQuery,{client},{name},A,{code},{addresses}\r\n"));
    }
    text
}

/// Squid's own format.
fn proxy() -> String {
    let mut text = String::new();
    for (clock, elapsed, client, code, bytes, target) in [
        ("08:30:00", 1_204, "10.1.0.40", "TCP_TUNNEL/200", 5_120, "www.example.com:443"),
        ("09:02:40", 12, "10.1.0.77", "TCP_DENIED/403", 3_890, "xmr-eu1.nanopool.org:14433"),
    ] {
        text.push_str(&format!("{:.3} {elapsed:>6} {client} {code} {bytes} CONNECT {target} - HIER_DIRECT/- -\n", epoch(clock)));
    }
    text
}
