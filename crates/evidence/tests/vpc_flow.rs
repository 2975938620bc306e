//! AWS's VPC flow logs.

use crate::support::{Folder, gzip, read, record, wants_all};
use model::Source;

const COLUMNS: &[&str] = &["SrcAddr", "SrcPort", "DstAddr", "DstPort", "Protocol", "Packets", "Bytes", "Action", "InstanceId"];

const HEADER: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n";
const LINES: &str = "2 123456789010 eni-1 10.0.0.5 203.0.113.9 50000 3333 6 20 4249 1772355600 1772355660 ACCEPT OK\n\
2 123456789010 eni-1 10.0.0.5 203.0.113.9 50001 3333 6 1 60 1772355600 1772355660 REJECT OK\n\
2 123456789010 eni-1 - - - - - - - 1772355600 1772355660 - NODATA\n\
2 123456789010 eni-1 - - - - - - - 1772355660 1772355720 - SKIPDATA\n\
2 123456789010 eni-1 - - - - - - - 1772355720 1772355780 - NODATA\n";

const ROWS: [&str; 2] = ["10.0.0.5|50000|203.0.113.9|3333|6|20|4249|ACCEPT|", "10.0.0.5|50001|203.0.113.9|3333|6|1|60|REJECT|"];

#[test]
fn with_and_without_a_header_the_rows_are_the_same() {
    let headed = format!("{HEADER}{LINES}");
    let crlf = headed.replace('\n', "\r\n");
    let bom = format!("\u{feff}{headed}");
    let stamped: String = LINES.lines().map(|line| format!("2026-03-01T09:01:00.000Z {line}\n")).collect();
    let packed = gzip(headed.as_bytes());
    for (name, bytes) in [
        ("flows.log", headed.as_bytes()),
        ("crlf.log", crlf.as_bytes()),
        ("bom.log", bom.as_bytes()),
        ("whatever", LINES.as_bytes()),
        ("000000", stamped.as_bytes()),
        ("flows.log.gz", &packed),
    ] {
        let folder = Folder::new(&[(name, bytes)]);
        let (rows, seen) = folder.table("AWSVPCFlow", COLUMNS);
        assert_eq!(rows, ROWS, "{name}");
        assert_eq!(seen.errors, [], "{name}");
        assert_eq!(seen.records["AWSVPCFlow"], 2, "{name}");
        let warnings: Vec<_> = seen.warnings.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(
            warnings,
            [
                "2 records say NODATA: the interface had no traffic in their time",
                "1 records say SKIPDATA: flows of their time are missing, AWS did not record them",
            ]
        );
    }
}

#[test]
fn a_header_has_the_fields_in_any_order_and_may_come_again() {
    let log = format!(
        "instance-id srcaddr dstaddr srcport dstport protocol new-field packets bytes start action flow-direction\n\
         i-1 10.0.0.5 203.0.113.9 50000 3333 6 ? 20 4249 1772355600 ACCEPT egress\n{HEADER}{LINES}"
    );
    let (rows, seen) = Folder::new(&[("x.log", log.as_bytes())]).table("AWSVPCFlow", COLUMNS);
    assert_eq!(seen.errors, []);
    assert_eq!(rows, ["10.0.0.5|50000|203.0.113.9|3333|6|20|4249|ACCEPT|i-1", ROWS[0], ROWS[1]]);
    // The second header lies in another block than its lines.
    let filler = "i-1 10.0.0.5 203.0.113.9 50000 3333 6 ? 20 4249 1772355600 ACCEPT egress\n";
    let many = log.replacen(filler, &filler.repeat(60_000), 1) + &LINES.repeat(2_000);
    let folder = Folder::new(&[("x.log", many.as_bytes())]);
    let evidence = folder.open();
    let all = wants_all(&evidence.offer());
    let one = read(&evidence, &all, 1);
    assert_eq!(one.errors, []);
    assert_eq!(one.records["AWSVPCFlow"], 60_000 + 2 * 2_001);
    assert_eq!(read(&evidence, &all, 4).rows, one.rows);
}

#[test]
fn all_fields_of_version_5() {
    let log = "3 123456789010 eni-1 10.0.0.5 203.0.113.9 50000 3333 6 20 4249 1772355600 1772355660 ACCEPT OK vpc-1 subnet-1 i-1 3 IPv4 10.0.0.5 203.0.113.9 eu-west-1 euw1-az1 - - - EC2 egress 8\n";
    let folder = Folder::new(&[("x.log", log.as_bytes())]);
    let (rows, seen) = folder.table(
        "AWSVPCFlow",
        &[
            "TimeGenerated",
            "End",
            "VpcId",
            "InstanceId",
            "TcpFlags",
            "TrafficType",
            "AzId",
            "SublocationId",
            "PktDstAwsService",
            "FlowDirection",
            "TrafficPath",
        ],
    );
    assert_eq!(seen.errors, []);
    let ticks = |text: &str| model::ticks::parse_iso(text).unwrap();
    let (start, end) = (ticks("2026-03-01T09:00:00Z"), ticks("2026-03-01T09:01:00Z"));
    assert_eq!(rows, [format!("{start}|{end}|vpc-1|i-1|3|IPv4|euw1-az1||EC2|egress|8")]);
}

/// A flow whose ends or counts are not known is told with its line; it is no row that says something else.
#[test]
fn fields_that_are_not_understood_are_told() {
    let record = "2 123456789010 eni-1 10.0.0.5 203.0.113.9 50000 3333 6 20 4249 1772355600 1772355660 ACCEPT OK";
    let bad = [
        "10.0.0.300 203.0.113.9 50000 3333 6 20 4249",
        "10.0.0.5 203.0.113.9 xx 3333 6 20 4249",
        "10.0.0.5 203.0.113.9 50000 70000 6 20 4249",
        "10.0.0.5 203.0.113.9 50000 3333 6 -1 4249",
    ];
    let bad = bad.map(|fields| record.replace("10.0.0.5 203.0.113.9 50000 3333 6 20 4249", fields));
    let log = format!("{HEADER}{record}\n{}\n{}\n", bad.join("\n"), record.replace("50000 3333 6", "0 0 1").replace("20 4249", "- -"));
    let folder = Folder::new(&[("x.log", log.as_bytes())]);
    let (rows, seen) = folder.table("AWSVPCFlow", &["SrcPort", "Packets"]);
    assert_eq!(rows, ["50000|20", "0|null"]);
    let errors: Vec<_> = seen.errors.iter().map(|e| format!("{} {}", e.record.unwrap(), e.reason)).collect();
    assert_eq!(
        errors,
        [
            "2 a source address that is not understood; the record is left out",
            "3 a source port that is not understood; the record is left out",
            "4 a destination port that is not understood; the record is left out",
            "5 a number of packets that is not understood; the record is left out",
        ]
    );
}

#[test]
fn what_is_broken_is_told_with_its_place() {
    let line = LINES.lines().next().unwrap();
    let log = format!("{HEADER}{line}\n2 123456789010 eni-1 10.0.0.5\n\0\0{line}\n{}\n", line.replace("1772355600 1772355660", "soon -"));
    let folder = Folder::new(&[("x.log", log.as_bytes())]);
    let evidence = folder.open();
    let seen = read(&evidence, &wants_all(&evidence.offer()), 2);
    let errors: Vec<_> = seen.errors.iter().map(|e| format!("{} {}", e.record.unwrap(), e.reason)).collect();
    assert_eq!(
        errors,
        [
            "2 4 columns where the log has 14",
            "3 2 zero bytes before the record",
            "4 no start and no end that is understood; the record is kept without a time",
        ]
    );
    let rows = &seen.rows["AWSVPCFlow"];
    assert_eq!(rows.iter().map(|(id, ..)| record(*id)).collect::<Vec<_>>(), [1, 3, 4]);
    assert_eq!(rows[0].1, HEADER.len() as i64);
}
