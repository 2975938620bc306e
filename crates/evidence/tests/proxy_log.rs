//! Logs of proxies.

use crate::support::{Folder, read, record, wants, wants_all};
use model::{Source, ticks};

const TABLE: &str = "ASimWebSessionLogs";
const COLUMNS: &[&str] = &[
    "EventVendor",
    "SrcIpAddr",
    "SrcUsername",
    "HttpRequestMethod",
    "Url",
    "DstHostname",
    "DstPortNumber",
    "DstIpAddr",
    "EventResult",
    "EventResultDetails",
    "DvcAction",
    "HttpUserAgent",
    "DstBytes",
];

/// The rows of a file, its errors with their lines, and what is told of it.
fn rows(text: &str) -> (Vec<String>, Vec<String>, Vec<String>) {
    let (rows, seen) = Folder::new(&[("proxy.log", text.as_bytes())]).table(TABLE, COLUMNS);
    let errors = seen.errors.iter().map(|e| format!("{} {}", e.record.unwrap_or_default(), e.reason)).collect();
    (rows, errors, seen.warnings.into_iter().map(|(_, text)| text).collect())
}

const COMMON: &str = r#"10.0.0.5 - alice [01/Mar/2026:09:00:00 +0100] "CONNECT pool.example:3333 HTTP/1.1" 200 4096 "-" "XMRig/6.21.0"
10.0.0.6 - - [01/Mar/2026:09:00:01 +0100] "GET http://news.example/a?b=c HTTP/1.1" 200 512 "http://x.example/" "Mozilla/5.0 (X11)"
10.0.0.6 - - [01/Mar/2026:09:00:02 +0100] "GET /index.html HTTP/1.1" 200 512 "-" "curl/8"
10.0.0.6 - - [01/Mar/2026:09:00:03 +0100] "\x16\x03\x01" 400 226 "-" "-"
"#;

#[test]
fn the_servers_own_format() {
    let (rows_seen, errors, told) = rows(COMMON);
    assert_eq!(
        rows_seen,
        [
            "NCSA|10.0.0.5|alice|CONNECT|pool.example:3333|pool.example|3333||Success|200|Allow|XMRig/6.21.0|4096",
            "NCSA|10.0.0.6||GET|http://news.example/a?b=c|news.example|80||Success|200|Allow|Mozilla/5.0 (X11)|512",
        ]
    );
    assert_eq!((errors.len(), told), (0, vec!["2 requests are for no other host, and are no sessions through the proxy".to_owned()]));
    let (times, _) = Folder::new(&[("access.log", COMMON.as_bytes())]).table(TABLE, &["TimeGenerated"]);
    assert_eq!(times[0], ticks::parse_iso("2026-03-01T08:00:00Z").unwrap().to_string());
    // Without an agent, with a name of the server's, and through syslog.
    let short = "www.example:80 10.0.0.5 - - [01/Mar/2026:09:00:00 +0100] \"CONNECT [2001:db8::1]:443 HTTP/1.1\" 200 -\n";
    assert_eq!(rows(short).0, ["NCSA|10.0.0.5||CONNECT|[2001:db8::1]:443|2001:db8::1|443||Success|200|Allow||null"]);
    let syslog = format!("Mar  1 09:00:00 gw nginx[7]: {}", COMMON.lines().next().unwrap());
    assert_eq!(rows(&syslog).0.len(), 1);
}

#[test]
fn squids_combined_format() {
    let line = r#"10.0.0.5 - - [01/Mar/2026:09:00:00 +0000] "CONNECT pool.example:3333 HTTP/1.1" 403 3900 "-" "-" TCP_DENIED:HIER_NONE"#;
    let expected = "Squid|10.0.0.5||CONNECT|pool.example:3333|pool.example|3333||Failure|403|Deny||3900";
    assert_eq!(rows(line).0, [expected]);
    assert_eq!(rows(&line.replace(r#" "-" "-""#, "")).0, [expected]);
    // Its native log is that of Syslog.
    let native = "1551426905.123    199 10.0.0.9 TCP_TUNNEL/200 16807 CONNECT pool.example:443 - HIER_DIRECT/1.2.3.4 -\n";
    let folder = Folder::new(&[("access.log", native.as_bytes())]);
    let evidence = folder.open();
    let seen = read(&evidence, &wants_all(&evidence.offer()), 1);
    assert_eq!((seen.rows["Syslog"].len(), seen.rows.get(TABLE)), (1, None));
}

const PROXY_SG: &str = "#Software: SGOS 6.7.4.2\n#Version: 1.0\n#Date: 2026-03-01 09:00:00\n\
#Fields: date time time-taken c-ip cs-username cs-auth-group x-exception-id sc-filter-result cs-categories cs(Referer) sc-status s-action cs-method rs(Content-Type) cs-uri-scheme cs-host cs-uri-port cs-uri-path cs-uri-query cs-uri-extension cs(User-Agent) s-ip sc-bytes cs-bytes r-ip\n\
2026-03-01 09:10:00 600000 10.0.0.5 CORP\\alice - - OBSERVED \"Cryptocurrency\" - 200 TCP_TUNNELED CONNECT - tcp pool.example 3333 / - - - 192.0.2.1 9000 4000 203.0.113.9\n\
2026-03-01 09:10:01 7 10.0.0.6 - - policy_denied DENIED \"Cryptocurrency;Mining\" - 403 TCP_DENIED GET text/html http pool.example 80 /api ?a=b - \"XMRig/6.21 (Linux x86_64)\" 192.0.2.1 800 100 -\n\
2026-03-01 09:10:02 7 10.0.0.6 - - - PROXIED \"News\" - 200 TCP_MISS GET text/html http news.example 8080 /a - - \"Mozilla/5.0 (X11)\" 192.0.2.1 800 100 198.51.100.1\n";

#[test]
fn the_extended_format_of_a_proxy() {
    let expected = [
        r"Broadcom|10.0.0.5|CORP\alice|CONNECT|pool.example:3333|pool.example|3333|203.0.113.9|Success|200|Allow||9000",
        "Broadcom|10.0.0.6||GET|http://pool.example/api?a=b|pool.example|80||Failure|403|Deny|XMRig/6.21 (Linux x86_64)|800",
        "Broadcom|10.0.0.6||GET|http://news.example:8080/a|news.example|8080|198.51.100.1|Success|200|Allow|Mozilla/5.0 (X11)|800",
    ];
    let (seen, errors, told) = rows(PROXY_SG);
    assert_eq!((seen, errors, told), (expected.map(str::to_owned).to_vec(), vec![], vec![]));
    let columns = &["EventStartTime", "EventEndTime", "NetworkDuration", "SrcBytes", "Dvc", "UrlCategory", "DvcOriginalAction"];
    let (seen, _) = Folder::new(&[("main.log", PROXY_SG.as_bytes())]).table(TABLE, columns);
    let at = |text: &str| ticks::parse_iso(text).unwrap();
    let times = format!("{}|{}", at("2026-03-01T09:00:00Z"), at("2026-03-01T09:10:00Z"));
    assert_eq!(seen[0], format!("{times}|600000|4000|192.0.2.1|Cryptocurrency|TCP_TUNNELED"));
    // The address in one column; and one header may follow another.
    let uri =
        "#Fields: date\ttime\tc-ip\tcs-method\tcs-uri\tsc-status\n2026-03-01\t09:10:00\t10.0.0.5\tCONNECT\ttcp://pool.example:3333/\t200\n";
    let both = format!("{uri}{PROXY_SG}");
    let first = "W3C|10.0.0.5||CONNECT|pool.example:3333|pool.example|3333||Success|200|Allow||null";
    assert_eq!(rows(&both).0, [&[first], &expected[..]].concat());
}

#[test]
fn iis_and_web_gateway() {
    let iis = "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n#Date: 2026-03-01 09:00:00\n\
#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs-host sc-status time-taken\n\
2026-03-01 09:00:00 192.0.2.1 GET /a b=c 80 - 10.0.0.6 Mozilla/5.0+(X11) www.example 200 3\n";
    assert_eq!(
        rows(iis).0,
        ["Microsoft|10.0.0.6||GET|http://www.example/a?b=c|www.example|80|192.0.2.1|Success|200|Allow|Mozilla/5.0+(X11)|null"]
    );
    let gateway = "#time_stamp \"auth_user\" src_ip status_code \"req_line\" \"categories\" \"rep_level\" \"media_type\" bytes_to_client \"user_agent\" \"virus_name\" \"block_res\"\n\
[01/Mar/2026:09:00:00 +0100] \"alice\" 10.0.0.5 200 \"CONNECT pool.example:3333 HTTP/1.1\" \"Cryptocurrency\" \"-\" \"\" 4096 \"XMRig/6.21\" \"\" \"0\"\n\
[01/Mar/2026:09:00:01 +0100] \"\" 10.0.0.6 403 \"GET http://pool.example/ HTTP/1.1\" \"Cryptocurrency\" \"High\" \"text/html\" 9 \"curl/8\" \"\" \"10\"\n";
    assert_eq!(
        rows(gateway).0,
        [
            "Skyhigh Security|10.0.0.5|alice|CONNECT|pool.example:3333|pool.example|3333||Success|200|Allow|XMRig/6.21|4096",
            "Skyhigh Security|10.0.0.6||GET|http://pool.example/|pool.example|80||Failure|403|Deny|curl/8|9",
        ]
    );
}

#[test]
fn zscalers_feeds() {
    let quoted = |cells: &[&str]| format!("\"{}\"\n", cells.join("\",\""));
    let mut cells = vec!["None"; 34];
    for (at, cell) in [
        (0, "Sun Mar  1 09:00:00 2026"),
        (1, "alice@example.com"),
        (2, "HTTP_PROXY"),
        (3, "pool.example:3333"),
        (4, "Allowed"),
        (7, "4000"),
        (8, "9000"),
        (21, "10.0.0.5"),
        (22, "203.0.113.9"),
        (23, "CONNECT"),
        (24, "200"),
    ] {
        cells[at] = cell;
    }
    let expected = "Zscaler|10.0.0.5|alice@example.com|CONNECT|pool.example:3333|pool.example|3333|203.0.113.9|Success|200|Allow||9000";
    let (seen, errors, told) = rows(&quoted(&cells));
    assert_eq!((seen, errors), (vec![expected.to_owned()], vec![]));
    assert_eq!(told, ["1 lines have a time without a zone, which is unknown; say the zone with --timezone"]);
    let pairs = "2026-03-01 09:00:00\treason=Allowed\tevent_id=1\tprotocol=HTTP_PROXY\taction=Allowed\tresponsesize=9000\trequestsize=4000\t\
serverip=203.0.113.9\trequestmethod=CONNECT\tuseragent=\"None\"\tproduct=NSS\tClientIP=10.0.0.5\tstatus=200\tuser=alice@example.com\turl=\"pool.example:3333\"\tvendor=Zscaler\thostname=pool.example\n";
    assert_eq!(rows(pairs).0, [expected]);
    let page = pairs
        .replace("HTTP_PROXY", "HTTPS")
        .replace("CONNECT", "GET")
        .replace("pool.example:3333", "pool.example/a")
        .replace("Allowed", "Blocked");
    assert_eq!(
        rows(&page).0,
        ["Zscaler|10.0.0.5|alice@example.com|GET|https://pool.example/a|pool.example|443|203.0.113.9|Failure|200|Deny||9000"]
    );
}

const HAPROXY: &str = "Mar  1 09:00:00 lb haproxy[77]: 10.0.0.5:50000 [01/Mar/2026:08:50:00.655] proxies farm/squid1 10/0/30/69/600109 200 2750 - - ---- 1/1/1/1/0 0/0 {pool.example|} {} \"CONNECT pool.example:3333 HTTP/1.1\"\n\
Mar  1 09:00:00 lb haproxy[77]: 10.0.0.6:50001 [01/Mar/2026:09:00:00.655] proxies proxies/<NOSRV> 0/-1/-1/-1/0 403 192 - - PR-- 1/1/0/0/0 0/0 \"GET http://pool.example/ HTTP/1.1\"\n\
Mar  1 09:00:00 lb haproxy[77]: 10.0.0.6:50002 [01/Mar/2026:09:00:00.655] www web/a 0/0/1/2/3 200 192 - - ---- 1/1/0/0/0 0/0 \"GET /pool.example:3333 HTTP/1.1\"\n";

#[test]
fn haproxy_before_proxies() {
    let (seen, errors, told) = rows(HAPROXY);
    assert_eq!(
        seen,
        [
            "HAProxy Technologies|10.0.0.5||CONNECT|pool.example:3333|pool.example|3333||Success|200|Allow||2750",
            "HAProxy Technologies|10.0.0.6||GET|http://pool.example/|pool.example|80||Failure|403|Deny||192",
        ]
    );
    assert_eq!((errors.len(), told.len()), (0, 2));
    let (seen, _) = Folder::new(&[("haproxy.log", HAPROXY.as_bytes())]).table(TABLE, &["Dvc", "SrcPortNumber", "NetworkDuration"]);
    assert_eq!(seen[0], "lb|50000|600109");
    let mut folder = Folder::new(&[("haproxy.log", HAPROXY.as_bytes())]);
    folder.options.timezone = "UTC".parse().ok();
    let (seen, _) = folder.table(TABLE, &["EventStartTime", "TimeGenerated"]);
    let at = |text: &str| ticks::parse_iso(text).unwrap();
    assert_eq!(seen[0], format!("{}|{}", at("2026-03-01T08:50:00.655Z"), at("2026-03-01T09:00:00.764Z")));
}

const TINYPROXY: &str = "NOTICE    Mar 01 09:00:00.001 [77]: Initializing tinyproxy ...\n\
CONNECT   Mar 01 09:00:00.100 [77]: Connect (file descriptor 7): ws1.example [10.0.0.5]\n\
CONNECT   Mar 01 09:00:00.101 [77]: Connect (file descriptor 8): 10.0.0.6\n\
CONNECT   Mar 01 09:00:00.102 [77]: Request (file descriptor 8): GET http://news.example/ HTTP/1.1\n\
CONNECT   Mar 01 09:00:00.103 [77]: Request (file descriptor 7): CONNECT pool.example:3333 HTTP/1.1\n\
CONNECT   Mar 01 09:00:00.104 [77]: Established connection to host \"pool.example\" using file descriptor 9.\n\
CONNECT   Mar 01 09:00:01.103 [77]: Request (file descriptor 7): CONNECT lost.example:3333 HTTP/1.1\n";

#[test]
fn tinyproxys_own_log() {
    let (seen, errors, told) = rows(TINYPROXY);
    assert_eq!(
        seen,
        [
            "Tinyproxy|10.0.0.6||GET|http://news.example/|news.example|80||NA||Allow||null",
            "Tinyproxy|10.0.0.5||CONNECT|pool.example:3333|pool.example|3333||NA||Allow||null",
            "Tinyproxy|||CONNECT|lost.example:3333|lost.example|3333||NA||Allow||null",
        ]
    );
    assert_eq!((errors.len(), told.len()), (0, 1));
}

const CADDY: &str = r#"{"level":"info","ts":1763424000.5,"logger":"http.log.access.log0","msg":"handled request","request":{"remote_ip":"10.0.0.5","remote_port":"4000","client_ip":"10.0.0.5","proto":"HTTP/1.1","method":"CONNECT","host":"pool.example:3333","uri":"","headers":{"User-Agent":["XMRig/6"]}},"bytes_read":10,"user_id":"alice","duration":1.5,"size":4096,"status":200}
{"level":"info","ts":1763424001,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"10.0.0.6","remote_port":"4001","proto":"HTTP/1.1","method":"GET","host":"news.example","uri":"http://news.example/a?b=c\u0026d","headers":{}},"duration":0.1,"size":512,"status":403}
{"level":"info","ts":1763424002,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"10.0.0.6","remote_port":"4001","proto":"HTTP/2.0","method":"GET","host":"own.example","uri":"/pool.example:3333","headers":{}},"duration":0.1,"size":512,"status":200}
{"level":"warn","ts":1763424003,"logger":"admin","msg":"stopped"}
"#;

/// Only what goes through it: a web server's log is none of a proxy.
#[test]
fn caddy() {
    let (seen, errors, told) = rows(CADDY);
    assert_eq!(
        seen,
        [
            "Caddy|10.0.0.5|alice|CONNECT|pool.example:3333|pool.example|3333||Success|200|Allow|XMRig/6|4096",
            "Caddy|10.0.0.6||GET|http://news.example/a?b=c&d|news.example|80||Failure|403|Allow||512",
        ]
    );
    assert_eq!((errors.len(), told.len()), (0, 1));
    let own: String = CADDY.lines().skip(2).map(|line| format!("{line}\n")).collect();
    let folder = Folder::new(&[("access.log", own.as_bytes())]);
    assert!(!folder.open().offer().tables.iter().any(|table| &*table.name == TABLE));
}

#[test]
fn what_is_broken_is_told_with_its_place() {
    let line = COMMON.lines().next().unwrap();
    let text =
        format!("{}{line} more\nno line\n10.0.0.5 - - [01/Mar/2026:09:00:00 +0100] \"CONNECT\n\0{line}\n", format!("{line}\n").repeat(30));
    let (seen, errors, _) = rows(&text);
    assert_eq!(seen.len(), 32);
    assert_eq!(errors, ["31 no line of the proxy's log", "32 no line of the proxy's log", "33 1 zero bytes before the record"]);
    let text = format!("{PROXY_SG}2026-03-01 09:10:00 600000\nx\n");
    let (seen, errors, _) = rows(&text);
    assert_eq!(seen.len(), 3);
    assert_eq!(errors, ["7 3 columns where the header names 25", "8 1 columns where the header names 25"]);
    // A time that is none leaves the request.
    let (seen, errors, told) = rows(&PROXY_SG.replace("09:10:00", "never"));
    assert_eq!((seen.len(), errors.len(), told), (3, 0, vec!["1 lines have no time that is understood".to_owned()]));
}

/// Each byte changed, and the end anywhere: never more than an error.
#[test]
fn logs_with_any_byte_changed_are_read_to_their_end() {
    for text in [COMMON, PROXY_SG, TINYPROXY, HAPROXY, CADDY.lines().next().unwrap_or_default()] {
        for at in 0..text.len() {
            for value in [b' ', b'"', b'[', 0xff] {
                let mut changed = text.as_bytes().to_vec();
                changed[at] = value;
                changed.truncate(if value == 0xff { at + 1 } else { usize::MAX });
                let evidence = evidence::open_bytes(&[("x.log", &changed)], evidence::Options::default());
                let offer = evidence.offer();
                if !offer.tables.iter().any(|table| &*table.name == TABLE) {
                    continue;
                }
                let seen = read(&evidence, &wants(&offer, &[(TABLE, COLUMNS)]), 1);
                assert!(seen.errors.iter().all(|e| !e.reason.contains("report it")), "{at} {value}: {:?}", seen.errors);
            }
        }
    }
}

#[test]
fn other_logs_are_left_alone() {
    for text in [
        // A web server's, which is no proxy's.
        "203.0.113.7 - - [01/Mar/2026:09:00:00 +0100] \"GET /pool.example:3333 HTTP/1.1\" 200 12 \"http://a/\" \"x\"\n",
        "#Fields: date time cs-host\n2026-03-01 09:00:00 pool.example\n",
        "# a comment\nCONNECT pool.example:3333\n",
        "CONNECT pool.example:3333 HTTP/1.1\n",
        "\"a\",\"b\"\n",
        "",
    ] {
        let folder = Folder::new(&[("x.log", text.as_bytes())]);
        assert!(!folder.open().offer().tables.iter().any(|table| &*table.name == TABLE), "{text}");
    }
}

#[test]
fn whatever_the_number_of_threads_the_rows_are_the_same() {
    let lines: String =
        (0..25_000).map(|n| TINYPROXY.lines().nth(4).unwrap().replace("descriptor 7", &format!("descriptor {n}")) + "\n").collect();
    let connects: String = (0..25_000)
        .map(|n| TINYPROXY.lines().nth(1).unwrap().replace("descriptor 7", &format!("descriptor {}", n % 2_000)) + "\n")
        .collect();
    let text = format!("{TINYPROXY}{connects}{lines}");
    let sg = format!("{PROXY_SG}{}", PROXY_SG.lines().nth(4).unwrap().to_owned() + "\n");
    let folder = Folder::new(&[("tiny.log", text.as_bytes()), ("sg.log", sg.repeat(2_000).as_bytes())]);
    let evidence = folder.open();
    let all = wants_all(&evidence.offer());
    let (one, four) = (read(&evidence, &all, 1), read(&evidence, &all, 4));
    assert_eq!(one.errors, []);
    assert_eq!(one.records[TABLE], 25_003 + 8_000);
    assert_eq!((&one.rows, &one.warnings.len()), (&four.rows, &four.warnings.len()));
    assert!(one.rows[TABLE].iter().all(|(id, ..)| record(*id) > 2));
}
