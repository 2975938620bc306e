//! Lists of flows as text.

use crate::support::{Folder, corpora, read, record, wants_all};
use evidence::Options;
use model::Source;

const COLUMNS: &[&str] = &[
    "SrcIpAddr",
    "SrcPortNumber",
    "DstIpAddr",
    "DstPortNumber",
    "NetworkProtocol",
    "NetworkDirection",
    "NetworkDuration",
    "SrcBytes",
    "DstBytes",
    "NetworkBytes",
    "NetworkPackets",
    "EventResult",
    "EventResultDetails",
];

const ARGUS: &str = "StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos,dTos,TotPkts,TotBytes,SrcBytes,SrcPkts,Label\n\
2026/03/01 09:00:00.325010,600.5,tcp,10.0.0.5,50000,   ->,203.0.113.9,3333,SPA_SPA,0,0,27,6000,1500,15,flow=Miner\n\
2026/03/01 09:00:01.000000,0.000000,tcp,10.0.0.5,50001,   ->,203.0.113.9,3333,S_,0,,1,60,60,1,\n\
2026/03/01 09:00:02.000000,1.000000,tcp,203.0.113.9,3333,  <-,10.0.0.5,50002,FPA_FPA,0,0,3,300,200,2,\n\
2026/03/01 09:00:03.000000,0.000000,icmp,10.0.0.5,0x0008,  <->,203.0.113.9,0x0004,ECO,0,0,2,196,98,1,\n\
2026/03/01 09:00:04.000000,0.045010,man,0,0,,0,0,STA,,,0,0,0,0,\n\
1970/01/01 01:00:00.000000,0.000000,llc,00:00:00:00:00:00,0,   ->,00:00:00:00:00:00,0,INT,,,1,60,60,1,\n";

const ARGUS_ROWS: [&str; 4] = [
    "10.0.0.5|50000|203.0.113.9|3333|TCP|Outbound|600500|1500|4500|6000|27|Success|",
    "10.0.0.5|50001|203.0.113.9|3333|TCP|Outbound|0|60|0|60|1|Failure|Timeout",
    "10.0.0.5|50002|203.0.113.9|3333|TCP|Outbound|1000|100|200|300|3|Success|",
    "10.0.0.5|8|203.0.113.9|4|ICMP|Outbound|0|98|98|196|2|Success|",
];

const NO_ZONE: &str = "lines have a time without a zone, which is unknown; say the zone with --timezone";

#[test]
fn argus_with_commas_and_tabs() {
    let tabs = ARGUS.replace(',', "\t");
    for (name, text) in [("a.binetflow", ARGUS), ("whatever", &tabs)] {
        let mut folder = Folder::new(&[(name, text.as_bytes())]);
        let (rows, seen) = folder.table("ASimNetworkSessionLogs", COLUMNS);
        assert_eq!(seen.errors, [], "{name}");
        assert_eq!(rows, ARGUS_ROWS, "{name}");
        let warnings: Vec<_> = seen.warnings.iter().map(|(_, text)| text.clone()).collect();
        assert_eq!(warnings, [format!("4 {NO_ZONE}"), "2 records are not of IP and are no sessions".to_owned()]);
        let columns = &["TimeGenerated", "EventEndTime", "AdditionalFields"];
        assert!(folder.table("ASimNetworkSessionLogs", columns).0[0].starts_with("null|null|"));
        folder.options.timezone = "Europe/Berlin".parse().ok();
        let at = |text: &str| model::ticks::parse_iso(text).unwrap();
        let (start, end) = (at("2026-03-01T08:00:00.32501Z"), at("2026-03-01T08:10:00.82501Z"));
        let (rows, seen) = folder.table("ASimNetworkSessionLogs", columns);
        assert_eq!(rows[0], format!(r#"{start}|{end}|{{"Label":"flow=Miner","Dir":"->"}}"#));
        assert_eq!(seen.warnings.len(), 1);
    }
}

const NFDUMP_16: &str = "ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt,opkt,obyt,in,out,ra\n\
2026-03-01 09:00:00,2026-03-01 09:10:00,600.100,10.0.0.5,203.0.113.9,50000,3333,TCP,...AP...,0,0,15,1500,0,0,1,2,192.168.0.1\n\
2026-03-01 09:00:00,2026-03-01 09:00:01,1.000,10.0.0.5,203.0.113.9,0,8.0,ICMP,........,0,0,1,84,2,168,1,2,192.168.0.1\n\
Summary\nflows,bytes,packets,avg_bps,avg_pps,avg_bpp\n2,1752,18,0,0,0\n";

const NFDUMP_17: &str = "firstSeen,duration,proto,srcAddr,srcPort,dstAddr,dstPort,packets,bytes,flows\n\
2026-03-01 09:00:00.123,600.100,TCP,10.0.0.5,50000,203.0.113.9,3333,15,1500,1\n";

#[test]
fn nfdump_of_both_kinds() {
    let first = "10.0.0.5|50000|203.0.113.9|3333|TCP|Outbound|600100|1500|null|1500|15|Success|";
    let second = "10.0.0.5|0|203.0.113.9|8|ICMP|Outbound|1000|84|168|252|3|Success|";
    let both = format!("{NFDUMP_16}{NFDUMP_17}");
    for (text, expected) in [(NFDUMP_16, &[first, second][..]), (NFDUMP_17, &[first]), (&both, &[first, second, first])] {
        let (rows, seen) = Folder::new(&[("flows.csv", text.as_bytes())]).table("ASimNetworkSessionLogs", COLUMNS);
        assert_eq!(seen.errors, []);
        assert_eq!(rows, expected);
    }
    let mut folder = Folder::new(&[("flows.csv", NFDUMP_17.as_bytes())]);
    folder.options.timezone = "UTC".parse().ok();
    let (rows, _) = folder.table("ASimNetworkSessionLogs", &["TimeGenerated"]);
    assert_eq!(rows, [model::ticks::parse_iso("2026-03-01T09:00:00.123Z").unwrap().to_string()]);
}

/// A long connection that was counted in both directions, in the parts that a timeout makes of it.
#[test]
fn nfdump_of_a_long_connection() {
    let mut text = NFDUMP_17.lines().next().unwrap().to_owned();
    for minute in 0..5 {
        text.push_str(&format!("\n2026-03-01 09:{:02}:01.000,118.500,TCP,203.0.113.9,3333,10.0.0.5,50000,9,900,1", minute * 2));
        text.push_str(&format!("\n2026-03-01 09:{:02}:00.000,119.500,TCP,10.0.0.5,50000,203.0.113.9,3333,10,500,1", minute * 2));
    }
    text.push_str("\n2026-03-01 09:30:00.000,1.000,TCP,10.0.0.5,50000,203.0.113.9,3333,1,50,1\n");
    let (rows, seen) = Folder::new(&[("flows.csv", text.as_bytes())]).table("ASimNetworkSessionLogs", COLUMNS);
    assert_eq!(seen.errors, []);
    assert_eq!(
        rows,
        [
            "10.0.0.5|50000|203.0.113.9|3333|TCP|Outbound|599500|2500|4500|7000|95|Success|",
            "10.0.0.5|50000|203.0.113.9|3333|TCP|Outbound|1000|50|null|50|1|Success|"
        ]
    );
}

/// `nfdump -o pipe`: numbers only.
#[test]
fn nfdump_between_bars() {
    let line = |n: i64, from: &str, to: &str| {
        let start = 1_763_424_000 + n * 300;
        format!("2|{start}|123|{}|123|6|0|0|0|{from}|0|0|0|{to}|0|0|0|0|24|0|60|7000\n", start + 299)
    };
    let mut text: String =
        (0..24).map(|n| line(n, "167772165|41000", "3405803785|3333") + &line(n, "3405803785|3333", "167772165|41000")).collect();
    let (rows, seen) = Folder::new(&[("flows.txt", text.as_bytes())]).table("ASimNetworkSessionLogs", COLUMNS);
    assert_eq!((seen.errors.len(), seen.warnings.len()), (0, 0));
    assert_eq!(rows, ["10.0.0.5|41000|203.0.113.9|3333|TCP|Outbound|7199000|168000|168000|336000|2880|Success|"]);
    text.push_str("2|1763424000|123|no number\n");
    let (_, seen) = Folder::new(&[("flows.txt", text.as_bytes())]).table("ASimNetworkSessionLogs", COLUMNS);
    assert_eq!(seen.errors.iter().map(|e| (e.record, e.reason.as_str())).collect::<Vec<_>>(), [(Some(48), "what is no number")]);
    // Numbers between bars that are no flows.
    let other = Folder::new(&[("x.txt", &b"1|2|3\n4|5|6\n"[..])]);
    assert!(!other.open().offer().tables.iter().any(|table| &*table.name == "ASimNetworkSessionLogs"));
}

#[test]
fn argus_of_a_long_connection() {
    let mut lines = ARGUS.lines();
    let (header, line) = (lines.next().unwrap(), lines.next().unwrap());
    let text = format!("{header}\n{line}\n{}\n", line.replace("09:00:00", "09:10:05").replace("SPA_SPA", "CON"));
    let (rows, _) = Folder::new(&[("a.binetflow", text.as_bytes())]).table("ASimNetworkSessionLogs", COLUMNS);
    assert_eq!(rows, ["10.0.0.5|50000|203.0.113.9|3333|TCP|Outbound|1205500|3000|9000|12000|54|Success|"]);
}

#[test]
fn what_is_broken_is_told_with_its_place() {
    let line = NFDUMP_17.lines().nth(1).unwrap();
    let text = format!("{NFDUMP_17}{line},1\n{}\n{}\n\0{line}\n", line.replace("10.0.0.5", "host"), line.replace("2026-03-01", "today"));
    let text = text.replace(&format!("\0{line}"), &format!("\0{}", line.replace("50000", "50001")));
    let folder = Folder::new(&[("flows.csv", text.as_bytes())]);
    let evidence = folder.open();
    let seen = read(&evidence, &wants_all(&evidence.offer()), 2);
    let errors: Vec<_> = seen.errors.iter().map(|e| format!("{} {}", e.record.unwrap(), e.reason)).collect();
    assert_eq!(
        errors,
        [
            "2 11 columns where the header names 10",
            "3 a flow whose address is not understood",
            "4 the time of the flow's start is not understood; the record is kept without one",
            "5 1 zero bytes before the record",
        ]
    );
    let rows = &seen.rows["ASimNetworkSessionLogs"];
    assert_eq!(rows.iter().map(|(id, ..)| record(*id)).collect::<Vec<_>>(), [1, 4, 5]);
}

#[test]
fn whatever_the_number_of_threads_the_rows_are_the_same() {
    let line = NFDUMP_17.lines().nth(1).unwrap();
    let lines: String = (0..70_000)
        .map(|n| format!("{}\n", line.replace("10.0.0.5", &format!("10.{}.{}.{}", 1 + n / 50_000, n / 250 % 200, n % 250))))
        .collect();
    let text = format!("{NFDUMP_16}{NFDUMP_17}{lines}Summary\n1,2,3\n");
    let folder = Folder::new(&[("flows.csv", text.as_bytes())]);
    let evidence = folder.open();
    let all = wants_all(&evidence.offer());
    let one = read(&evidence, &all, 1);
    assert_eq!(one.errors, []);
    assert_eq!(one.records["ASimNetworkSessionLogs"], 70_003);
    let four = read(&evidence, &all, 4);
    assert_eq!((&one.rows, &one.warnings), (&four.rows, &four.warnings));
    assert!(one.batches > 1);
}

#[test]
fn the_public_samples_are_read() {
    let Some(corpora) = corpora() else {
        println!("left out: no samples");
        return;
    };
    let evidence = evidence::open(&[corpora.join("evidence/logs/argus")], Options::default()).unwrap();
    let seen = read(&evidence, &wants_all(&evidence.offer()), 2);
    assert_eq!(seen.errors, []);
    println!("{:?} {:?}", seen.records, seen.warnings);
    assert!(seen.records["ASimNetworkSessionLogs"] > 7_000);
}

const NET: &str = "ASimNetworkSessionLogs";

fn rows(name: &str, text: &str) -> (Vec<String>, Vec<String>, Vec<String>) {
    let (rows, seen) = Folder::new(&[(name, text.as_bytes())]).table(NET, COLUMNS);
    let errors = seen.errors.iter().map(|e| format!("{} {}", e.record.unwrap_or_default(), e.reason)).collect();
    (rows, errors, seen.warnings.into_iter().map(|(_, text)| text).collect())
}

#[test]
fn argus_with_the_names_that_s_takes() {
    let header = "stime,ltime,dur,proto,saddr,sport,dir,daddr,dport,spkts,dpkts,sbytes,dbytes,state\n";
    let line = "1763424000.123456,1763424299.123456,299.0,tcp,10.0.0.5,41000,->,203.0.113.9,3333,60,70,7000,9000,CON\n";
    let expected = "10.0.0.5|41000|203.0.113.9|3333|TCP|Outbound|299000|7000|9000|16000|130|Success|";
    assert_eq!(rows("argus.csv", &format!("{header}{line}")), (vec![expected.to_owned()], vec![], vec![]));
    let bars = format!("{header}{line}").replace(',', "|");
    assert_eq!(rows("flows.txt", &bars).0, [expected]);
    // A list of other things with a source and a destination is none.
    let other = Folder::new(&[("x.csv", &b"saddr,daddr,count\n10.0.0.5,10.0.0.6,7\n10.0.0.5,10.0.0.7,8\n"[..])]);
    assert!(!other.open().offer().tables.iter().any(|table| &*table.name == NET));
}

#[test]
fn argus_for_the_eye() {
    let text = "         StartTime      Flgs  Proto            SrcAddr  Sport   Dir            DstAddr  Dport  TotPkts   TotBytes State\n\
   2025/11/18 00:00:00.123456  e           tcp           10.0.0.5.41000     ->       203.0.113.9.3333        120      16000   CON\n\
   2025/11/18 00:10:00.123456  e s         tcp           10.0.0.5.41001     ?>       203.0.113.9.3333          1         62   RST\n\
   2025/11/18 00:10:00.123456  e        ipv6-*        2001:db8::5.135       ->        2001:db8::9               1         78   NNS\n\
   2025/11/18 00:10:00.123456              man                  0     0                        0      0          0          0   STA\n\
   2025/11/18 00:10:00.123456  e           tcp           10.0.0.5.41002     ->       203.0.113.*.3333          1         62   RST\n";
    let (seen, errors, told) = rows("ra.txt", text);
    assert_eq!(
        seen,
        [
            "10.0.0.5|41000|203.0.113.9|3333|TCP|Outbound|null|null|null|16000|120|Success|",
            "10.0.0.5|41001|203.0.113.9|3333|TCP|Outbound|null|null|null|62|1|Failure|Reset",
            "2001:db8::5|135|2001:db8::9|null|IPV6-*|External|null|null|null|78|1|Success|",
        ]
    );
    assert_eq!(errors, ["5 a flow whose address is cut short, as for the eye: write whole ones (nfdump -6, ra -w)"]);
    assert_eq!(told.len(), 2, "{told:?}");
    // By itself it writes no date.
    let clocks = text.replace("2025/11/18 ", "");
    let (seen, _, told) = rows("ra.txt", &clocks);
    assert_eq!(seen.len(), 3);
    assert!(told.iter().any(|text| text.starts_with("3 lines have a time without a date")), "{told:?}");
    // Seconds since 1970, and a duration before the protocol.
    let seconds = "  StartTime   Dur  Flgs Proto SrcAddr Sport Dir DstAddr Dport TotPkts TotBytes State\n1763424000.123 299.5 e tcp 10.0.0.5.41000 -> 203.0.113.9.3333 120 16000 CON\n";
    assert_eq!(rows("ra.txt", seconds).0, ["10.0.0.5|41000|203.0.113.9|3333|TCP|Outbound|299500|null|null|16000|120|Success|"]);
}

#[test]
fn nfdump_for_the_eye() {
    let long = "Date first seen          Duration Proto      Src IP Addr:Port          Dst IP Addr:Port   Flags Tos  Packets    Bytes Flows\n\
2025-11-18 00:00:00.123   299.000 TCP          10.0.0.5:41000 ->     203.0.113.9:3333  ...AP...   0       60     7000     1\n\
2025-11-18 00:05:00.123   299.000 TCP          10.0.0.5:41000 ->     203.0.113.9:3333  ...AP...   0    1.5 M    1.6 G     1\n\
2025-11-18 00:00:00.123     0.000 ICMP6 2001:db8::5.0     -> 2001:db8::9.134.0  ........   0        1       64     1\n\
2025-11-18 00:00:00.123     0.000 UDP   fe80::c..79:de19.0     -> 2001:db8::9.53  ........   0        1       64     1\n\
Summary: total flows: 4, total bytes: 624, total packets: 5, avg bps: 1, avg pps: 0, avg bpp: 124\n\
Time window: 2018-05-15 07:01:17 - 2018-05-15 07:56:29\nTotal flows processed: 4, Blocks skipped: 0, Bytes read: 344\nSys: 0.006s flows/second: 574.1      Wall: 0.003s flows/second: 1261.0\n";
    let expected = [
        "10.0.0.5|41000|203.0.113.9|3333|TCP|Outbound|599000|1600007000|null|1600007000|1500060|Success|",
        "2001:db8::5|0|2001:db8::9|134|ICMP6|External|0|64|null|64|1|Success|",
    ];
    let cut = "4 a flow whose address is cut short, as for the eye: write whole ones (nfdump -6, ra -w)";
    for before in ["", "Aggregated flows 3799736\nTop 40 flows ordered by bytes:\n"] {
        let (seen, errors, told) = rows("nfdump.txt", &format!("{before}{long}"));
        assert_eq!((seen, told.len()), (expected.map(str::to_owned).to_vec(), 1), "{before}");
        let line = 4 + before.lines().count();
        assert_eq!(errors, [cut.replacen('4', &line.to_string(), 1)]);
    }
    let extended = "Date first seen          Duration Proto      Src IP Addr:Port          Dst IP Addr:Port   Flags Tos  Packets    Bytes      pps      bps    Bpp Flows\n\
2025-11-18 00:00:00.123   299.000 TCP          10.0.0.5:41000 ->     203.0.113.9:3333  ...AP...   0       60     7000        0    1.2 M    116     1\n";
    let line = "Date first seen          Event  XEvent Proto      Src IP Addr:Port          Dst IP Addr:Port     X-Src IP Addr:Port        X-Dst IP Addr:Port   In Byte Out Byte\n\
2025-11-18 00:00:00.123 INVALID  Ignore TCP     10.0.0.5:41000 ->   203.0.113.9:3333            0.0.0.0:0     ->          0.0.0.0:0          7000        0\n";
    assert_eq!(rows("x.txt", extended).0, ["10.0.0.5|41000|203.0.113.9|3333|TCP|Outbound|299000|7000|null|7000|60|Success|"]);
    assert_eq!(rows("x.txt", line).0, ["10.0.0.5|41000|203.0.113.9|3333|TCP|Outbound|null|7000|null|7000|null|Success|"]);
    let (seen, errors, _) = rows("x.txt", &extended.replace("    116     1", ""));
    assert_eq!((seen.len(), errors), (0, vec!["1 fewer columns than the header names".to_owned()]));
    // What is counted by an address has no connections.
    let top = "Top 10 IP Addr ordered by flows:\nDate first seen          Duration Proto           IP Addr    Flows(%)     Packets(%)       Bytes(%)         pps      bps   bpp\n\
2016-08-14 17:26:30.976 88377.304 any       136.2.100.115    4.2 M(33.1)    4.7 M( 1.0)  781.7 M( 0.2)       52    70761   167\n";
    assert!(!Folder::new(&[("top.txt", top.as_bytes())]).open().offer().tables.iter().any(|table| &*table.name == NET));
}

#[test]
fn nfdump_as_json() {
    let flow = |end: &str| {
        format!(
            "{{\n  \"type\" : \"FLOW\",\n  \"export_sysid\" : 1,\n  \"{end}first\" : \"2025-11-18T00:00:00.123\",\n  \"{end}last\" : \"2025-11-18T00:04:59.123\",\n  \"proto\" : 6,\n  \
\"src4_addr\" : \"10.0.0.5\",\n  \"dst4_addr\" : \"203.0.113.9\",\n  \"src_port\" : 41000,\n  \"dst_port\" : 3333,\n  \"tcp_flags\" : \"...AP...\",\n  \"in_packets\" : 60,\n  \"in_bytes\" : 7000\n}}"
        )
    };
    let expected = "10.0.0.5|41000|203.0.113.9|3333|TCP|Outbound|299000|7000|null|7000|60|Success|";
    for end in ["", "t_"] {
        let flow = flow(end);
        let six =
            flow.replace("src4", "src6").replace("dst4", "dst6").replace("10.0.0.5", "2001:db8::5").replace("203.0.113.9", "2001:db8::9");
        for text in [format!("[\n{flow},\n{six}\n]\n"), format!("{}\n{}\n", flow.replace('\n', ""), six.replace('\n', ""))] {
            let (seen, errors, told) = rows("flows.json", &text);
            assert_eq!(
                seen,
                [
                    expected.to_owned(),
                    expected.replace("10.0.0.5", "2001:db8::5").replace("203.0.113.9", "2001:db8::9").replace("Outbound", "External")
                ],
                "{text}"
            );
            assert_eq!((errors.len(), told.len()), (0, 1));
        }
    }
    let broken = format!("{}\n{}\n", flow("").replace('\n', ""), flow("").replace('\n', "").replace("10.0.0.5", "x"));
    assert_eq!(rows("flows.json", &broken).1, ["1 a flow whose address is not understood"]);
}

#[test]
fn silks_rwcut() {
    let text = "            sIP|            dIP|sPort|dPort|pro|   packets|     bytes|   flags|                  sTime| duration|                  eTime|sen|\n\
       10.0.0.5|    203.0.113.9|41000| 3333|  6|        60|      7000| S PA   |2025/11/18T00:00:00.123|  299.000|2025/11/18T00:04:59.123| S0|\n\
    203.0.113.9|       10.0.0.5| 3333|41000|  6|        70|      9000| S PA   |2025/11/18T00:00:00.223|  299.000|2025/11/18T00:04:59.223| S0|\n";
    let (seen, errors, told) = rows("rwcut.txt", text);
    assert_eq!(seen, ["10.0.0.5|41000|203.0.113.9|3333|TCP|Outbound|299100|7000|9000|16000|130|Success|"]);
    assert_eq!((errors.len(), told.len()), (0, 0));
    let (seen, _) = Folder::new(&[("rwcut.txt", text.as_bytes())]).table(NET, &["TimeGenerated", "EventProduct"]);
    assert_eq!(seen, [format!("{}|SiLK", model::ticks::parse_iso("2025-11-18T00:00:00.123Z").unwrap())]);
}

/// Each byte changed, and the end anywhere: never more than an error.
#[test]
fn lists_with_any_byte_changed_are_read_to_their_end() {
    let long = "Date first seen          Duration Proto      Src IP Addr:Port          Dst IP Addr:Port   Flags Tos  Packets    Bytes Flows\n\
2025-11-18 00:05:00.123   299.000 TCP          10.0.0.5:41000 ->     203.0.113.9:3333  ...AP...   0    1.5 M    1.6 G     1\nSummary: x\n";
    let ra = "StartTime Flgs Proto SrcAddr Sport Dir DstAddr Dport TotPkts TotBytes State\n\
   2025/11/18 00:00:00.123456  e           tcp           10.0.0.5.41000     ->       203.0.113.9.3333        120      16000   CON\n";
    let json =
        "{\"first\":\"2025-11-18T00:00:00.123\",\"proto\":6,\"src4_addr\":\"10.0.0.5\",\"dst4_addr\":\"203.0.113.9\",\"in_bytes\":7000}\n";
    for text in [long, ra, json, ARGUS] {
        for at in 0..text.len() {
            for value in [b'.', b'>', 0xff] {
                let mut changed = text.as_bytes().to_vec();
                changed[at] = value;
                changed.truncate(if value == 0xff { at + 1 } else { usize::MAX });
                let evidence = evidence::open_bytes(&[("x.txt", &changed)], Options::default());
                let offer = evidence.offer();
                if offer.tables.iter().any(|table| &*table.name == NET) {
                    let seen = read(&evidence, &wants_all(&offer), 1);
                    assert!(seen.errors.iter().all(|e| !e.reason.contains("report it")), "{at} {value}: {:?}", seen.errors);
                }
            }
        }
    }
}
