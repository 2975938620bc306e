//! Zeek's logs.

use crate::support::{Folder, gzip, read, record, wants};
use model::Source;

const CONN: &[&str] = &[
    "SrcIpAddr",
    "SrcPortNumber",
    "DstIpAddr",
    "DstPortNumber",
    "NetworkProtocol",
    "NetworkDuration",
    "SrcBytes",
    "DstBytes",
    "EventResult",
    "DvcAction",
];

const CONN_JSON: &str = r#"{"ts":1677024003.714845,"uid":"C1","id.orig_h":"10.0.0.1","id.orig_p":50000,"id.resp_h":"1.2.3.4","id.resp_p":3333,"proto":"tcp","duration":12.5,"orig_bytes":100,"resp_bytes":200,"conn_state":"SF","orig_pkts":5,"resp_pkts":4}
{"ts":"2023-02-22T00:00:04Z","uid":"C2","id.orig_h":"10.0.0.1","id.orig_p":50001,"id.resp_h":"1.2.3.4","id.resp_p":3333,"proto":"tcp","conn_state":"REJ","orig_pkts":1,"resp_pkts":1}
"#;

const CONN_TSV: &str = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n#open\t2023\n#fields\tconn_state\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tduration\torig_bytes\tresp_bytes\torig_pkts\tresp_pkts\tlabel\n#types\tx\n\
SF\t1677024003.714845\tC1\t10.0.0.1\t50000\t1.2.3.4\t3333\ttcp\t12.5\t100\t200\t5\t4\tMalicious\n\
REJ\t1677024004.0\tC2\t10.0.0.1\t50001\t1.2.3.4\t3333\ttcp\t-\t-\t-\t1\t1\t(empty)\n#close\t2023\n";

const CONN_ROWS: [&str; 2] =
    ["10.0.0.1|50000|1.2.3.4|3333|TCP|12500|100|200|Success|Allow", "10.0.0.1|50001|1.2.3.4|3333|TCP|null|null|null|Failure|"];

#[test]
fn both_syntaxes_give_the_same_rows() {
    let bom = [b"\xef\xbb\xbf", CONN_JSON.as_bytes()].concat();
    let crlf = CONN_TSV.replace('\n', "\r\n");
    let cut = CONN_TSV.split_once("#fields").unwrap().1;
    let cut = format!("#fields{cut}");
    let packed = gzip(CONN_TSV.as_bytes());
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(CONN_JSON.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let nested = CONN_JSON
        .replace("\"id.orig_h\":\"10.0.0.1\",\"id.orig_p\":5000", "\"id\":{\"orig_h\":\"10.0.0.1\",\"orig_p\":5000")
        .replace("\"id.resp_h\"", "\"resp_h\"")
        .replace("\"id.resp_p\":3333", "\"resp_p\":3333}");
    let spaced = CONN_JSON.replace(':', " : ").replace(',', " , ").replace("2023-02-22T00 : 00 : 04Z", "2023-02-22T00:00:04Z");
    let packed_zst = zstd::encode_all(CONN_JSON.as_bytes(), 1).unwrap();
    for (name, bytes) in [
        ("conn.log", CONN_JSON.as_bytes()),
        ("conn.2023-02-22-00-00-00.log", CONN_TSV.as_bytes()),
        ("conn.log.labeled", CONN_TSV.as_bytes()),
        ("whatever", CONN_TSV.as_bytes()),
        ("cut.log", cut.as_bytes()),
        ("bom.log", &bom),
        ("crlf.log", crlf.as_bytes()),
        ("conn.log.gz", &packed),
        ("conn.log.zst", &packed_zst),
        ("utf16.log", &utf16),
        ("nested.log", nested.as_bytes()),
        ("spaced.log", spaced.as_bytes()),
    ] {
        let (rows, seen) = Folder::new(&[(name, bytes)]).table("ASimNetworkSessionLogs", CONN);
        assert_eq!(rows, CONN_ROWS, "{name}: {:?}", seen.errors);
        assert_eq!(seen.errors, [], "{name}");
        assert_eq!(seen.records["ASimNetworkSessionLogs"], 2, "{name}");
    }
}

#[test]
fn records_and_offsets_are_those_of_lines() {
    let folder = Folder::new(&[("a/conn.log", CONN_TSV.as_bytes()), ("b/conn.log", CONN_JSON.as_bytes())]);
    let evidence = folder.open();
    let offer = evidence.offer();
    let seen = read(&evidence, &wants(&offer, &[("ASimNetworkSessionLogs", &["NetworkSessionId"])]), 3);
    let rows = &seen.rows["ASimNetworkSessionLogs"];
    let places: Vec<_> = rows.iter().map(|(id, offset, _)| (model::RecordId(*id).file(), record(*id), *offset)).collect();
    let tsv = CONN_TSV.find("SF\t").unwrap() as i64;
    let tsv2 = CONN_TSV.find("REJ\t").unwrap() as i64;
    let json2 = CONN_JSON.find('\n').unwrap() as i64 + 1;
    assert_eq!(places, [(0, 8, tsv), (0, 9, tsv2), (1, 0, 0), (1, 1, json2)]);
    assert_eq!(offer.files.len(), 2);
}

#[test]
fn logs_put_together_have_headers_in_the_middle() {
    let second = CONN_TSV
        .replace("#fields\tconn_state\tts\tuid", "#fields\tuid\tts\tconn_state")
        .replace("SF\t1677024003.714845\tC1", "C1\t1677024003.714845\tSF")
        .replace("REJ\t1677024004.0\tC2", "C2\t1677024004.0\tREJ");
    let both = format!("{CONN_TSV}{second}");
    let (rows, seen) = Folder::new(&[("conn.log", both.as_bytes())]).table("ASimNetworkSessionLogs", CONN);
    assert_eq!(rows, [CONN_ROWS, CONN_ROWS].concat());
    assert_eq!(seen.errors, []);
    // The second header lies in another block than its lines.
    let filler = CONN_TSV.lines().find(|l| l.starts_with("SF")).unwrap();
    let many = format!(
        "{CONN_TSV}{}{second}{}",
        format!("{filler}\n").repeat(60_000),
        "C1\t1677024003.714845\tSF\t10.0.0.9\t1\t1.2.3.4\t3333\ttcp\t-\t-\t-\t1\t1\t-\n".repeat(80_000)
    );
    let (rows, seen) = Folder::new(&[("conn.log", many.as_bytes())]).table("ASimNetworkSessionLogs", &["SrcIpAddr", "NetworkSessionId"]);
    assert_eq!(rows.len(), 140_004);
    assert_eq!(rows.iter().filter(|r| *r == "10.0.0.9|C1").count(), 80_000);
    assert_eq!(seen.errors, []);
    assert!(seen.batches > 2);
}

#[test]
fn dns_answers_and_codes() {
    let json = r#"{"ts":1.0,"uid":"D","id.orig_h":"10.0.0.1","id.orig_p":1,"id.resp_h":"10.0.0.53","id.resp_p":53,"proto":"udp","trans_id":48879,"rtt":0.02,"query":"pool.supportxmr.com","qclass":1,"qclass_name":"C_INTERNET","qtype":1,"qtype_name":"A","rcode":0,"rcode_name":"NOERROR","AA":false,"TC":false,"RD":true,"RA":true,"Z":0,"answers":["1.2.3.4","5.6.7.8"],"rejected":false}
{"ts":2.0,"uid":"D","id.orig_h":"10.0.0.1","id.orig_p":1,"id.resp_h":"10.0.0.53","id.resp_p":53,"proto":"udp","trans_id":1,"query":"xmr.pool","rcode":3,"rcode_name":"NXDOMAIN","rejected":true}
{"ts":3.0,"uid":"D","id.orig_h":"10.0.0.1","id.orig_p":1,"id.resp_h":"10.0.0.53","id.resp_p":53,"proto":"udp","trans_id":1,"query":"\u00e9.example","rejected":false}
"#;
    let tsv = "#separator \\x09\n#set_separator\t,\n#unset_field\t-\n#path\tdns\n#fields\tts\tuid\tid.orig_h\tid.resp_h\ttrans_id\trtt\tquery\tqtype_name\trcode\trcode_name\tRD\tanswers\tqclass_name\trejected\n\
1.0\tD\t10.0.0.1\t10.0.0.53\t48879\t0.02\tpool.supportxmr.com\tA\t0\tNOERROR\tT\t1.2.3.4,5.6.7.8\tC_INTERNET\tF\n\
2.0\tD\t10.0.0.1\t10.0.0.53\t1\t-\txmr.pool\t-\t3\tNXDOMAIN\t-\t-\t-\tT\n\
3.0\tD\t10.0.0.1\t10.0.0.53\t1\t-\t\\xc3\\xa9.example\t-\t-\t-\t-\t-\t-\tF\n";
    let columns = &[
        "SrcIpAddr",
        "DstIpAddr",
        "DnsQuery",
        "DnsQueryTypeName",
        "DnsResponseCode",
        "EventResultDetails",
        "EventResult",
        "EventSubType",
        "DnsResponseName",
        "TransactionIdHex",
        "DnsFlagsRecursionDesired",
        "DvcAction",
    ];
    for log in [json, tsv] {
        let (rows, seen) = Folder::new(&[("dns.log", log.as_bytes())]).table("ASimDnsActivityLogs", columns);
        assert_eq!(seen.errors, []);
        assert_eq!(
            rows,
            [
                r#"10.0.0.1|10.0.0.53|pool.supportxmr.com|A|0|NOERROR|Success|response|["1.2.3.4","5.6.7.8"]|beef|true|"#,
                "10.0.0.1|10.0.0.53|xmr.pool||3|NXDOMAIN|Failure|response||1|null|Deny",
                "10.0.0.1|10.0.0.53|é.example||null|NA|NA|request||1|null|",
            ]
        );
    }
}

#[test]
fn urls_are_put_together() {
    let line = |method: &str, host: &str, port: u16, uri: &str| {
        format!(
            r#"{{"ts":1,"uid":"H","id.orig_h":"10.0.0.1","id.resp_h":"9.9.9.9","id.resp_p":{port},"trans_depth":1,"method":"{method}","host":"{host}","uri":"{uri}","user_agent":"cpuminer/2.5","status_code":200}}"#
        )
    };
    let log = [
        line("GET", "example.com", 80, "/a?b"),
        line("GET", "example.com", 8080, "/a"),
        line("GET", "example.com:8080", 8080, "/a"),
        line("CONNECT", "pool.supportxmr.com:443", 3128, "pool.supportxmr.com:443"),
        line("GET", "example.com", 3128, "http://pool.example/x"),
        line("GET", "[2001:db8::1]:80", 80, "/"),
    ]
    .join("\n");
    let (rows, seen) = Folder::new(&[("http.log", log.as_bytes())])
        .table("ASimWebSessionLogs", &["Url", "DstHostname", "HttpRequestMethod", "EventResultDetails"]);
    assert_eq!(seen.errors, []);
    assert_eq!(
        rows,
        [
            "http://example.com/a?b|example.com|GET|200",
            "http://example.com:8080/a|example.com|GET|200",
            "http://example.com:8080/a|example.com|GET|200",
            "pool.supportxmr.com:443|pool.supportxmr.com|CONNECT|200",
            "http://pool.example/x|example.com|GET|200",
            "http://[2001:db8::1]:80/|2001:db8::1|GET|200",
        ]
    );
}

#[test]
fn certificates_are_joined_within_the_folder() {
    let ssl = r#"{"ts":1,"uid":"S","id.orig_h":"10.0.0.1","id.orig_p":1,"id.resp_h":"9.9.9.9","id.resp_p":443,"version":"TLSv12","server_name":"pool.example","established":true,"cert_chain_fuids":["F1","F2"]}
{"ts":2,"uid":"S","id.orig_h":"10.0.0.1","id.orig_p":1,"id.resp_h":"9.9.9.9","id.resp_p":443,"version":"TLSv13","established":true,"cert_chain_fps":["AB","CD"]}
{"ts":3,"uid":"S","id.orig_h":"10.0.0.1","id.orig_p":1,"id.resp_h":"9.9.9.9","id.resp_p":443,"version":"TLSv10","established":true,"cert_chain_fuids":["F9"],"subject":"CN=x","issuer":"CN=y","validation_status":"self signed certificate"}
"#;
    let x509 = r#"{"ts":1,"id":"F1","certificate.serial":"1","certificate.subject":"CN=pool","certificate.issuer":"CN=pool"}
{"ts":1,"fingerprint":"AB","certificate.serial":"1","certificate.subject":"CN=a","certificate.issuer":"CN=b"}
not a certificate
"#;
    let folder = Folder::new(&[("one/ssl.log", ssl.as_bytes()), ("one/x509.log", x509.as_bytes()), ("two/ssl.log", ssl.as_bytes())]);
    let (rows, seen) = folder.table("PoolhoundTls_CL", &["ServerName", "Version", "Subject", "Issuer", "SelfSigned"]);
    assert_eq!(
        rows,
        [
            "pool.example|TLS 1.2|CN=pool|CN=pool|true",
            "|TLS 1.3|CN=a|CN=b|false",
            "|TLS 1.0|CN=x|CN=y|true",
            "pool.example|TLS 1.2|||null",
            "|TLS 1.3|||null",
            "|TLS 1.0|CN=x|CN=y|true",
        ]
    );
    assert_eq!(seen.errors.len(), 1);
    assert_eq!((seen.errors[0].record, seen.errors[0].reader), (Some(2), "zeek"));
}

#[test]
fn broken_lines_are_told_and_the_rest_is_read() {
    let mut lines: Vec<&str> = CONN_JSON.lines().collect();
    let deep = format!("{{\"ts\":1,\"a\":{}", "[".repeat(100_000));
    lines.insert(1, "{\"ts\":1,\"uid\":");
    lines.insert(1, &deep);
    lines.insert(1, "");
    lines.insert(1, "{\"uid\":\"none\"}");
    lines.insert(1, "{\"ts\":\"soon\",\"uid\":\"kept\",\"conn_state\":\"SF\"}");
    let (rows, seen) =
        Folder::new(&[("conn.log", lines.join("\n").as_bytes())]).table("ASimNetworkSessionLogs", &["NetworkSessionId", "TimeGenerated"]);
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[1], "kept|null");
    let reasons: Vec<_> = seen.errors.iter().map(|e| (e.record.unwrap(), e.reason.as_str())).collect();
    assert_eq!(
        reasons,
        [
            (1, "the time \"soon\" is not understood; the record is kept without one"),
            (2, "no time (ts)"),
            (4, "JSON nested deeper than 64"),
            (5, "the JSON object is not closed"),
        ]
    );
    let tsv = CONN_TSV.replace("REJ\t", "REJ\tsurplus\t");
    let (rows, seen) = Folder::new(&[("conn.log", tsv.as_bytes())]).table("ASimNetworkSessionLogs", CONN);
    assert_eq!(rows, CONN_ROWS[..1]);
    assert_eq!(seen.errors[0].reason, "15 columns where the header names 14");
}

#[test]
fn other_logs_of_zeek_are_skipped_by_name() {
    let notice = r#"{"ts":1,"note":"Scan","msg":"x","actions":["Notice::ACTION_LOG"]}"#;
    let files = "#separator \\x09\n#path\tfiles\n#fields\tts\tfuid\n1\tF\n";
    let socks = "#separator \\x09\n#path\tsocks\n#fields\tts\tuid\n1\tF\n";
    let folder = Folder::new(&[("notice.log", notice.as_bytes()), ("files.log", files.as_bytes()), ("socks.log", socks.as_bytes())]);
    let skipped: Vec<_> =
        folder.skipped().into_iter().map(|(file, reason, evidence)| (file, reason.contains("no table for it"), evidence)).collect();
    assert_eq!(skipped, [("files.log".into(), true, false), ("notice.log".into(), true, false), ("socks.log".into(), true, true)]);
}

#[test]
fn only_the_time_range_is_kept() {
    let mut folder = Folder::new(&[("conn.log", CONN_JSON.as_bytes())]);
    folder.options.since = model::ticks::parse_iso("2023-02-22T00:00:04Z");
    let (rows, _) = folder.table("ASimNetworkSessionLogs", &["NetworkSessionId"]);
    assert_eq!(rows, ["C2"]);
    folder.options.until = folder.options.since.take();
    let (rows, _) = folder.table("ASimNetworkSessionLogs", &["NetworkSessionId"]);
    assert_eq!(rows, ["C1"]);
}

#[test]
fn records_that_say_their_kind_may_be_mixed() {
    let log = [
        r#"{"_path":"conn","ts":1,"uid":"C","id.orig_h":"10.0.0.1","conn_state":"SF"}"#,
        r#"{"_path":"dns","ts":2,"uid":"D","id.orig_h":"10.0.0.1","query":"pool.example"}"#,
        r#"{"_path":"weird","ts":2,"uid":"D","name":"x"}"#,
        r#"{"_path":"conn_long","ts":3,"uid":"L","id.orig_h":"10.0.0.1","conn_state":"SF"}"#,
    ]
    .join("\n");
    let folder = Folder::new(&[("zeek.json", log.as_bytes())]);
    let (rows, seen) = folder.table("ASimNetworkSessionLogs", &["NetworkSessionId"]);
    assert_eq!(rows, ["C", "L"]);
    assert_eq!(seen.records["ASimDnsActivityLogs"], 1);
    assert_eq!(seen.warnings, [(folder.name("zeek.json"), "records without a table: 1 weird".to_owned())]);
    assert_eq!(folder.table("ASimDnsActivityLogs", &["DnsQuery"]).0, ["pool.example"]);
}
