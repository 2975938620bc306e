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
