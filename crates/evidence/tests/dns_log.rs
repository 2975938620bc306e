//! Logs of name servers.

use crate::support::{Folder, corpora, read, wants_all};
use evidence::Options;
use model::Source;

const COLUMNS: &[&str] =
    &["SrcIpAddr", "DnsQuery", "DnsQueryTypeName", "EventSubType", "EventResult", "EventResultDetails", "DnsResponseName", "DvcAction"];

/// The rows of one log, its warnings, and its times in ISO 8601.
fn log(name: &str, text: &str, zone: Option<&str>) -> (Vec<String>, Vec<String>, Vec<String>) {
    let mut folder = Folder::new(&[(name, text.as_bytes())]);
    folder.options.timezone = zone.and_then(|zone| zone.parse().ok());
    let (rows, seen) = folder.table("ASimDnsActivityLogs", COLUMNS);
    assert_eq!(seen.errors, [], "{name}");
    assert_eq!(seen.records["ASimDnsActivityLogs"], rows.len() as u64);
    let (times, _) = folder.table("ASimDnsActivityLogs", &["TimeGenerated"]);
    let times = times.iter().map(|time| time.parse().map_or_else(|_| time.clone(), model::ticks::iso_short)).collect();
    (rows, seen.warnings.into_iter().map(|(_, text)| text).collect(), times)
}

const NO_ZONE: &str = "lines have a time without a zone, which is unknown; say the zone with --timezone";

#[test]
fn dnsmasq_and_pi_hole() {
    let text = "Feb 13 10:15:27 gw dnsmasq[9]: started, version 2.90\n\
        Feb 13 10:15:27 gw dnsmasq[9]: query[A] pool.supportxmr.com from 10.0.0.5\n\
        Feb 13 10:15:27 gw dnsmasq[9]: forwarded pool.supportxmr.com to 9.9.9.9\n\
        Feb 13 10:15:27 gw dnsmasq[9]: reply pool.supportxmr.com is <CNAME>\n\
        Feb 13 10:15:27 gw dnsmasq[9]: reply pool-fr.supportxmr.com is 141.94.96.144\n\
        Feb 13 10:15:28 gw dnsmasq[9]: gravity blocked xmr.pool.example is 0.0.0.0\n\
        Feb 13 10:15:28 gw dnsmasq[9]: config a.example is NXDOMAIN\n\
        Feb 13 10:15:28 gw dnsmasq[9]: 12 10.0.0.6/40000 query[AAAA] b.example from 10.0.0.6\n\
        Feb 13 10:15:28 gw dnsmasq[9]: 12 10.0.0.6/40000 cached b.example is NODATA-IPv6\n\
        Feb 13 10:15:29 gw dnsmasq-dhcp[9]: DHCPACK(eth0) 10.0.0.6\n\
        Feb 13 10:15:29 gw dnsmasq[9]: reply error is SERVFAIL\n";
    let (rows, warnings, _) = log("pihole.log", text, None);
    assert_eq!(
        rows,
        [
            "10.0.0.5|pool.supportxmr.com|A|request|NA|NA||",
            // The lines of answers are of who had asked.
            "10.0.0.5|pool.supportxmr.com|CNAME|response|Success|NOERROR||",
            r#"10.0.0.5|pool-fr.supportxmr.com|A|response|Success|NOERROR|["141.94.96.144"]|"#,
            r#"|xmr.pool.example|A|response|Failure|NOERROR|["0.0.0.0"]|Deny"#,
            "|a.example||response|Failure|NXDOMAIN||Deny",
            "10.0.0.6|b.example|AAAA|request|NA|NA||",
            "10.0.0.6|b.example||response|Success|NOERROR||",
        ]
    );
    assert_eq!(warnings, [format!("7 {NO_ZONE}")]);
    let (rows, warnings, times) = log("x.log", "dnsmasq[1]: query[A] a.example from 172.17.0.1\n", None);
    assert_eq!((rows.len(), warnings), (1, vec!["1 lines have no time".to_owned()]));
    assert_eq!(times, ["null"]);
}

#[test]
fn bind() {
    let text = "18-May-2021 16:34:13.003 general: info: zone x/IN: loaded serial 1\n\
        18-May-2021 16:34:13.003 queries: info: client @0x55adcc672cc0 10.0.0.5#50000 (pool.example): query: pool.example IN A +E(0) (10.0.0.53)\n\
        18-May-2021 16:34:14.003 client @0x7f 2001:db8::5#50000 (pool.example): view inside: query: pool.example IN AAAA -T (10.0.0.53)\n\
        18-May-2021 16:34:14.003 client 10.0.0.5#50000: query: old.example IN MX +\n\
        18-May-2021 16:34:15.003 rpz: info: client @0x7f 10.0.0.5#50000 (pool.example): rpz QNAME NXDOMAIN rewrite pool.example/A/IN via pool.example.rpz.local\n\
        18-May-2021 16:34:16.003 security: info: client @0x7f 10.0.0.9#50000 (pool.example): query (cache) 'pool.example/A/IN' denied\n\
        18-May-2021 16:34:17.003 query-errors: info: client @0x7f 10.0.0.9#50000 (bad.example): query failed (SERVFAIL) for bad.example/IN/A at query.c:7375\n";
    let expected = [
        "10.0.0.5|pool.example|A|request|NA|NA||",
        "2001:db8::5|pool.example|AAAA|request|NA|NA||",
        "10.0.0.5|old.example|MX|request|NA|NA||",
        "10.0.0.5|pool.example|A|response|Failure|NXDOMAIN||Deny",
        "10.0.0.9|pool.example|A|response|Failure|REFUSED||Deny",
        "10.0.0.9|bad.example|A|response|Failure|SERVFAIL||",
    ];
    let (rows, warnings, times) = log("named.log", text, None);
    assert_eq!(rows, expected);
    assert_eq!(warnings, [format!("6 {NO_ZONE}")]);
    assert!(times.iter().all(|time| time == "null"));
    let (_, warnings, times) = log("named.log", text, Some("Europe/Berlin"));
    assert_eq!((warnings.len(), times[0].as_str()), (0, "2021-05-18T14:34:13.003Z"));
    // As syslog and as ISO 8601 write the time.
    let syslog: String = text
        .lines()
        .filter_map(|line| line.splitn(3, ' ').nth(2))
        .map(|rest| format!("2021-05-18T16:34:13Z ns1 named[12]: {rest}\n"))
        .collect();
    let (rows, _, times) = log("syslog", &syslog, None);
    assert_eq!(rows, expected);
    assert_eq!(times[0], "2021-05-18T16:34:13Z");
    let iso: String =
        text.lines().filter_map(|line| line.splitn(3, ' ').nth(2)).map(|rest| format!("2021-05-18T16:34:13.003Z {rest}\n")).collect();
    assert_eq!(log("named.log", &iso, None).0, expected);
}

#[test]
fn unbound() {
    let text = "[1614763223] unbound[1234:0] notice: init module 0: validator\n\
        [1614763223] unbound[1234:0] info: 10.0.0.5 pool.example. A IN\n\
        [1614763224] unbound[1234:0] info: 10.0.0.5 pool.example. A IN NXDOMAIN 0.020315 0 63\n\
        [1614763225] unbound[1234:1] info: example. always_nxdomain 10.0.0.5@41234 pool.example. AAAA IN\n\
        [1614763226] unbound[1234:1] info: rpz: applied [bad] pool.example. rpz-nxdomain 10.0.0.5@41234 pool.example. A IN\n\
        [1614763227] unbound[1234:1] info: example. inform 10.0.0.5@41234 www.example. A IN\n";
    let expected = [
        "10.0.0.5|pool.example|A|request|NA|NA||",
        "10.0.0.5|pool.example|A|response|Failure|NXDOMAIN||",
        "10.0.0.5|pool.example|AAAA|response|Failure|NXDOMAIN||Deny",
        "10.0.0.5|pool.example|A|response|Failure|NXDOMAIN||Deny",
        "10.0.0.5|www.example|A|response|NA|NA||",
    ];
    let (rows, warnings, times) = log("unbound.log", text, None);
    assert_eq!((rows, warnings.len()), (expected.map(str::to_owned).to_vec(), 0));
    assert_eq!(times[1], "2021-03-03T09:20:24Z");
    let words = |line: &str, start: &str| format!("{start} {}\n", line.split_once("] ").map_or("", |(_, rest)| rest));
    for start in ["Feb  3 10:15:27", "2021-03-03T09:20:24.123+01:00"] {
        let other: String = text.lines().map(|line| words(line, start)).collect();
        assert_eq!(log("unbound.log", &other, None).0, expected, "{start}");
    }
    let syslog: String = text
        .lines()
        .map(|line| format!("Feb  3 10:15:27 ns1 unbound: [1234:0] {}\n", line.splitn(3, ' ').nth(2).unwrap_or_default()))
        .collect();
    assert_eq!(log("syslog", &syslog, None).0, expected);
    let tagged = text.replace("info: 10.0.0.5", "info: query: 10.0.0.5");
    assert_eq!(log("unbound.log", &tagged, None).0, expected);
}

#[test]
fn windows() {
    let text = "DNS Server log file creation at 3/1/2026 7:00:00 AM\r\nLog file wrap at 3/1/2026 7:00:00 AM\r\n\r\nMessage logging key (for packets - other items use a subset of these fields):\r\n\tField #  Information         Values\r\n\r\n\
        3/1/2026 7:52:03 AM 06B0 PACKET  00000000028657F0 UDP Rcv 10.0.0.5        6590   Q [0001   D   NOERROR] A      (4)pool(7)example(3)com(0)\r\n\
        3/1/2026 7:52:03 AM 06B0 PACKET  00000000028657F1 UDP Snd 9.9.9.9         1234   Q [0001   D   NOERROR] A      (4)pool(7)example(3)com(0)\r\n\
        3/1/2026 7:52:03 AM 06B0 PACKET  00000000028657F0 UDP Snd 10.0.0.5        6590 R Q [8381   DR NXDOMAIN] A      (4)pool(7)example(3)com(0)\r\n\
        UDP response info at 00000000028657F0\r\n  Socket = 652\r\n\
        3/1/2026 7:52:04 AM 06B0 EVENT   The DNS server has started.\r\n\
        3/1/2026 7:52:04 PM 06B0 PACKET  00000000028657F0 TCP Rcv 2001:db8::5     6590   U [0028       NOERROR] SOA    (7)example(3)com(0)\r\n";
    let expected = [
        "10.0.0.5|pool.example.com|A|request|NA|NA||",
        "|pool.example.com|A|request|NA|NA||",
        "10.0.0.5|pool.example.com|A|response|Failure|NXDOMAIN||",
    ];
    let (rows, warnings, _) = log("dns.log", text, None);
    assert_eq!(rows, expected);
    let guessed = "nothing in the log tells day from month in its dates; they are read with the month first".to_owned();
    assert_eq!(warnings, [guessed, format!("3 {NO_ZONE}")]);
    let (_, _, times) = log("dns.log", text, Some("UTC"));
    assert_eq!(times[0], "2026-03-01T07:52:03Z");
    // Other regions' dates; the day is told by one that is no month.
    let german = text.replace("3/1/2026", "01.03.2026").replace(" AM", "").replace(" PM", "");
    assert_eq!(log("dns.log", &german, Some("UTC")).2[0], "2026-03-01T07:52:03Z");
    let british = text.replace("3/1/2026", "01/03/2026").replace(" AM", "").replace(" PM", "");
    let british = british.replacen("01/03/2026 7:52:04", "28/02/2026 7:52:04", 1).replace("EVENT ", "PACKET ");
    assert_eq!(log("dns.log", &british, Some("UTC")).2[0], "2026-03-01T07:52:03Z");
}

/// Australia's dates have the day first and a clock of twelve hours: the order of the days tells.
#[test]
fn windows_dates_by_their_order() {
    let line = |date: &str| format!("{date} 7:52:03 AM 06B0 PACKET  0 UDP Rcv 10.0.0.5 6590   Q [0001   D   NOERROR] A      (1)a(0)\r\n");
    let (_, warnings, times) = log("dns.log", &format!("{}{}", line("5/03/2026"), line("6/03/2026")), Some("UTC"));
    assert_eq!((warnings, times), (vec![], vec!["2026-03-05T07:52:03Z".to_owned(), "2026-03-06T07:52:03Z".to_owned()]));
    let (_, warnings, times) = log("dns.log", &format!("{}{}", line("3/05/2026"), line("3/06/2026")), Some("UTC"));
    assert_eq!((warnings, times), (vec![], vec!["2026-03-05T07:52:03Z".to_owned(), "2026-03-06T07:52:03Z".to_owned()]));
}

#[test]
fn openwrt() {
    let text = "Tue Nov 18 00:00:01 2025 daemon.info dnsmasq[1234]: 12 10.0.0.5/40211 query[A] pool.example from 10.0.0.5\n\
        Tue Nov 18 00:00:01 2025 daemon.info dnsmasq[1234]: query[A] b.example from 10.0.0.6\n\
        Tue Nov 18 00:00:02 2025 daemon.info dnsmasq[1234]: reply b.example is NXDOMAIN\n";
    let (rows, warnings, times) = log("log", text, Some("UTC"));
    assert_eq!(
        rows,
        [
            "10.0.0.5|pool.example|A|request|NA|NA||",
            "10.0.0.6|b.example|A|request|NA|NA||",
            "10.0.0.6|b.example||response|Failure|NXDOMAIN||",
        ]
    );
    assert_eq!((warnings, times[0].as_str()), (vec![], "2025-11-18T00:00:01Z"));
    let mixed = format!("{text}Tue Nov 18 00:00:03 2025 authpriv.notice dropbear[9]: Password auth succeeded\n");
    let folder = Folder::new(&[("log", mixed.as_bytes())]);
    assert_eq!(folder.table("Syslog", &["ProcessName", "Facility", "SeverityLevel"]).0[3], "dropbear|authpriv|notice");
}

/// Answers are messages of DNS in base64; what was refused says by which rule.
#[test]
fn adguard_home() {
    let text = r#"{"T":"2025-11-18T01:00:01.123456789+01:00","QH":"Pool.Example","QT":"A","QC":"IN","CP":"","Upstream":"https://1.1.1.1:443/dns-query","Answer":"EjSBgAABAAEAAAAABHBvb2wHZXhhbXBsZQAAAQABwAwAAQABAAAAPAAEywBxCQ==","IP":"10.0.0.5","Result":{},"Elapsed":12000000,"Cached":false}
{"IP":"10.0.0.6","T":"2025-11-18T00:00:02Z","QH":"b.example","QT":"AAAA","QC":"IN","CP":"doh","Upstream":"","Answer":"","Result":{"IsFiltered":true,"Reason":3,"Rules":[{"Text":"||b.example^","FilterListID":1}]},"Elapsed":1}
{"T":"2025-11-18T00:00:03Z","QH":"c.example","QT":"A","QC":"IN","Answer":"no base64","IP":"10.0.0.7"}
"#;
    let (rows, warnings, times) = log("querylog.json", text, None);
    assert_eq!(
        rows,
        [
            r#"10.0.0.5|Pool.Example|A|response|Success|NOERROR|["203.0.113.9"]|"#,
            "10.0.0.6|b.example|AAAA|response|Failure|NA||Deny",
            "10.0.0.7|c.example|A|request|NA|NA||",
        ]
    );
    assert_eq!((warnings, times[0].as_str()), (vec![], "2025-11-18T00:00:01.1234567Z"));
    let folder = Folder::new(&[("querylog.json", text.as_bytes())]);
    let (told, _) = folder.table("ASimDnsActivityLogs", &["RuleName", "DstIpAddr", "DnsNetworkDuration"]);
    assert_eq!(told, ["|1.1.1.1|12", "||b.example^||0", "||null"]);
    // Other JSON with some of the names is none.
    let other = Folder::new(&[("x.json", br#"{"QH":"a.example","T":"2025-11-18T00:00:03Z"}"#)]);
    assert!(!other.open().offer().tables.iter().any(|table| &*table.name == "ASimDnsActivityLogs"));
}

#[test]
fn a_syslog_that_holds_more_than_lookups_is_read_as_syslog() {
    let text = "Feb 13 10:15:27 gw dnsmasq[9]: query[A] pool.example from 10.0.0.5\nFeb 13 10:15:27 gw sshd[1]: Accepted key\n";
    let folder = Folder::new(&[("messages", text.as_bytes())]);
    assert_eq!(folder.table("Syslog", &["ProcessName"]).0, ["dnsmasq", "sshd"]);
}

#[test]
fn what_is_broken_is_told_with_its_place() {
    let line = "[1614763223] unbound[1234:0] info: 10.0.0.5 pool.example. A IN\n";
    let text = format!("{}rubbish\n\0\0{line}\u{1}[1614763223] x\n", line.repeat(20));
    let folder = Folder::new(&[("x.log", text.as_bytes())]);
    let (rows, seen) = folder.table("ASimDnsActivityLogs", COLUMNS);
    assert_eq!(rows.len(), 21);
    let errors: Vec<_> = seen.errors.iter().map(|e| format!("{} {}", e.record.unwrap(), e.reason)).collect();
    assert_eq!(errors, ["20 no line of a log of Unbound", "21 2 zero bytes before the record", "22 no line of a log of Unbound"]);
    assert_eq!(seen.errors[0].offset, Some(20 * line.len() as u64));
}

#[test]
fn whatever_the_number_of_threads_the_rows_are_the_same() {
    let line =
        "18-May-2021 16:34:13.003 queries: info: client @0x7f 10.0.0.5#50000 (pool.example): query: pool.example IN A +E(0) (10.0.0.53)\n";
    let folder = Folder::new(&[("queries.log", line.repeat(40_000).as_bytes())]);
    let evidence = folder.open();
    let all = wants_all(&evidence.offer());
    let one = read(&evidence, &all, 1);
    assert_eq!(one.rows["ASimDnsActivityLogs"].len(), 40_000);
    let four = read(&evidence, &all, 4);
    assert_eq!((&one.rows, &one.records, &one.warnings), (&four.rows, &four.records, &four.warnings));
    assert!(one.batches > 1);
}

#[test]
fn the_public_sample_is_read() {
    let Some(corpora) = corpora() else {
        println!("left out: no samples");
        return;
    };
    let evidence = evidence::open(&[corpora.join("evidence/logs/dns")], Options::default()).unwrap();
    let seen = read(&evidence, &wants_all(&evidence.offer()), 2);
    assert_eq!(seen.errors, []);
    assert_eq!(seen.records["ASimDnsActivityLogs"], 3);
}
