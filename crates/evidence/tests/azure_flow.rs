//! Azure's flow logs.

use crate::support::{Folder, corpora, read, record, wants, wants_all};
use model::Source;

const COLUMNS: &[&str] = &[
    "SrcIpAddr",
    "SrcPortNumber",
    "DstIpAddr",
    "DstPortNumber",
    "NetworkProtocol",
    "NetworkDirection",
    "NetworkDuration",
    "SrcPackets",
    "SrcBytes",
    "DstBytes",
    "NetworkBytes",
    "EventResult",
    "DvcAction",
    "EventSubType",
    "NetworkRuleName",
];

/// A record of a virtual network's log.
fn vnet(tuples: &[&str]) -> String {
    let tuples: Vec<_> = tuples.iter().map(|tuple| format!("\"{tuple}\"")).collect();
    format!(
        r#"{{"time":"2026-03-01T09:00:52Z","flowLogVersion":4,"macAddress":"00224871C205","category":"FlowLogFlowEvent","targetResourceID":"/subscriptions/x/virtualNetworks/net1","flowRecords":{{"flows":[{{"aclID":"a","flowGroups":[{{"rule":"Out","flowTuples":[{}]}}]}}]}}}}"#,
        tuples.join(",")
    )
}

/// A miner's hour: one connection, of which every record says what was moved since the one before.
fn miner() -> [String; 3] {
    [
        vnet(&["1772355600000,10.0.0.6,203.0.113.9,50000,3333,6,O,B,NX,0,0,0,0"]),
        vnet(&[
            "1772355900000,10.0.0.6,203.0.113.9,50000,3333,6,O,C,NX,10,1000,12,3000",
            "1772355900000,10.0.0.6,203.0.113.9,50001,3333,6,O,D,NX,0,0,0,0",
        ]),
        vnet(&[
            "1772356200000,10.0.0.6,203.0.113.9,50000,3333,6,O,E,NX,5,500,6,1500",
            "1772356200000,10.0.0.6,203.0.113.9,50002,3333,6,O,B,NX,0,0,0,0",
            "1772356201000,10.0.0.6,203.0.113.9,50002,3333,6,O,E,NX,3,180,0,0",
        ]),
    ]
}

const ROWS: [&str; 3] = [
    "10.0.0.6|50000|203.0.113.9|3333|TCP|Outbound|600000|15|1500|4500|6000|Success|Allow|End|Out",
    "10.0.0.6|50001|203.0.113.9|3333|TCP|Outbound|0|null|null|null|null|Failure|Deny|End|Out",
    "10.0.0.6|50002|203.0.113.9|3333|TCP|Outbound|1000|3|180|0|180|Failure|Allow|End|Out",
];

#[test]
fn records_of_one_connection_are_one_session() {
    let records = miner();
    let blob = format!("{{\"records\":[{}]}}", records.join(","));
    let lines = records.join("\n");
    let spread = blob.replace("[{", "[\n {\n").replace("},{", "\n },\n {");
    let several = records.iter().map(|record| format!("{{\"records\":[{record}]}}")).collect::<Vec<_>>().join("\n");
    let damaged = format!("\0\0\0\0{lines}");
    for (name, bytes) in [("PT1H.json", blob), ("flows.ndjson", lines), ("spread.json", spread), ("several.json", several)] {
        let (rows, seen) = Folder::new(&[(name, bytes.as_bytes())]).table("ASimNetworkSessionLogs", COLUMNS);
        assert_eq!(seen.errors, [], "{name}");
        assert_eq!(rows, ROWS, "{name}");
        assert_eq!(seen.records["ASimNetworkSessionLogs"], 3, "{name}");
    }
    let (rows, seen) = Folder::new(&[("x.json", damaged.as_bytes())]).table("ASimNetworkSessionLogs", COLUMNS);
    assert_eq!((rows.len(), seen.errors.len()), (3, 1));
}

#[test]
fn a_session_stands_where_its_first_record_does() {
    let blob = format!("{{\"records\":[{}]}}", miner().join(","));
    let folder = Folder::new(&[("PT1H.json", blob.as_bytes())]);
    let evidence = folder.open();
    let seen = read(&evidence, &wants(&evidence.offer(), &[("ASimNetworkSessionLogs", &["SrcPortNumber"])]), 2);
    let rows = &seen.rows["ASimNetworkSessionLogs"];
    let places: Vec<_> = rows
        .iter()
        .map(|(id, offset, cells)| (record(*id), blob.get(*offset as usize..*offset as usize + 15).unwrap(), cells[0].as_str()))
        .collect();
    assert_eq!(places, [(0, "\"1772355600000,", "50000"), (2, "\"1772355900000,", "50001"), (4, "\"1772356200000,", "50002")]);
}

#[test]
fn a_session_whose_begin_or_end_is_not_seen_is_kept() {
    let log = [
        vnet(&["1772355900000,10.0.0.6,203.0.113.9,50000,3333,6,O,C,X,10,1000,12,3000"]),
        vnet(&["1772356200000,10.0.0.6,203.0.113.9,50000,3333,6,O,C,X,10,1000,12,3000"]),
        // The port is used again.
        vnet(&["1772356300000,10.0.0.6,203.0.113.9,50000,3333,6,O,B,X,0,0,0,0"]),
        // The same flow as the other end's interface sees it.
        vnet(&["1772356300000,10.0.0.6,203.0.113.9,50000,3333,6,I,B,X,0,0,0,0"]),
    ]
    .join("\n");
    let (rows, seen) = Folder::new(&[("x.json", log.as_bytes())]).table(
        "ASimNetworkSessionLogs",
        &["NetworkDuration", "SrcBytes", "NetworkDirection", "EventSubType", "SrcMacAddr", "DstMacAddr", "AdditionalFields", "Dvc"],
    );
    assert_eq!(seen.errors, []);
    assert_eq!(
        rows,
        [
            r#"300000|2000|Outbound|Start|00224871C205||{"FlowRecords":2,"BeginSeen":false,"Encryption":"X"}|net1"#,
            r#"0|null|Outbound|Start|00224871C205||{"FlowRecords":1,"BeginSeen":true,"Encryption":"X"}|net1"#,
            r#"0|null|Inbound|Start||00224871C205|{"FlowRecords":1,"BeginSeen":true,"Encryption":"X"}|net1"#,
        ]
    );
}

#[test]
fn security_groups_have_two_versions() {
    let log = r#"{"records":[{"time":"2018-05-01T15:00:02Z","category":"NetworkSecurityGroupFlowEvent","resourceId":"/SUBSCRIPTIONS/X/NSG1","operationName":"NetworkSecurityGroupFlowEvents","properties":{"Version":1,"flows":[{"rule":"In","flows":[{"mac":"AB","flowTuples":["1525186745,192.168.1.4,10.0.0.4,55960,3389,T,I,A","1525187045,192.168.1.4,10.0.0.4,55960,3389,T,I,A","1525190645,192.168.1.4,10.0.0.4,55960,3389,T,I,A"]}]}]}},
{"time":"2018-05-01T15:00:02Z","category":"NetworkSecurityGroupFlowEvent","resourceId":"/SUBSCRIPTIONS/X/NSG1","properties":{"Version":2,"flows":[{"rule":"Out","flows":[{"mac":"AB","flowTuples":["1542110377,10.5.16.4,13.67.143.118,59831,443,U,O,A,B,,,,","1542110379,10.5.16.4,13.67.143.118,59831,443,U,O,A,E,1,66,2,77","1542110379,10.5.16.4,13.67.143.118,59831,443,U,O,D,B,,,,"]}]}]}}]}"#;
    let (rows, seen) = Folder::new(&[("PT1H.json", log.as_bytes())]).table("ASimNetworkSessionLogs", COLUMNS);
    assert_eq!(seen.errors, []);
    assert_eq!(
        rows,
        [
            "192.168.1.4|55960|10.0.0.4|3389|TCP|Inbound|300000|null|null|null|null|Success|Allow|Start|In",
            "192.168.1.4|55960|10.0.0.4|3389|TCP|Inbound|0|null|null|null|null|Success|Allow|Start|In",
            "10.5.16.4|59831|13.67.143.118|443|UDP|Outbound|2000|1|66|77|143|Success|Allow|End|Out",
            "10.5.16.4|59831|13.67.143.118|443|UDP|Outbound|0|null|null|null|null|Failure|Deny|End|Out",
        ]
    );
    // Of version 1 nothing tells whether a connection is thin.
    assert_eq!(
        seen.warnings.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(),
        ["3 flows are of version 1, which tells no bytes: how much a connection moved is not known"]
    );
}

/// A connection of hours in one row still says how even its rate was.
#[test]
fn how_even_a_connection_was_is_told() {
    let tuple = |minute: i64, bytes: i64| {
        format!("{},10.0.0.6,203.0.113.9,50000,443,6,O,C,NX,30,{bytes},30,0", 1_772_355_600_000 + minute * 60_000)
    };
    let tuples: Vec<String> = (0..26).map(|n| tuple(n * 5, if n % 4 < 2 { 6_000 } else { 3_000 })).collect();
    let log = vnet(&tuples.iter().map(String::as_str).collect::<Vec<_>>());
    let (rows, _) = Folder::new(&[("PT1H.json", log.as_bytes())]).table("ASimNetworkSessionLogs", &["AdditionalFields", "EventMessage"]);
    assert_eq!(
        rows,
        [
            r#"{"FlowRecords":26,"BeginSeen":false,"Encryption":"NX","RateSteps":12,"RateDeviation":0.3482}|rate over 12 steps varies by 0.3482"#
        ]
    );
}

#[test]
fn what_is_broken_is_told_with_its_place_and_costs_itself() {
    let good = "1772355600000,10.0.0.6,203.0.113.9,50000,3333,6,O,B,NX,0,0,0,0";
    let bad = vnet(&[good, "1772355600000,10.0.0,203.0.113.9,50000,3333,6,O,B,NX,0,0,0,0", &good.replace("50000", "50001")]);
    let log = format!("{bad}\n{{\"flowRecords\":{{\"flows\":[{{\"flowGroups\":[{{\"flowTuples\":[\"{good}\"",)
        + "\n"
        + r#"{"flowLogVersion":4,"flowRecords":{"flows":7}}"#
        + "\n"
        + &vnet(&[good]).replace("\"flowTuples\":[", "\"flowTuples\":[!,");
    let folder = Folder::new(&[("x.json", log.as_bytes())]);
    let (rows, seen) = folder.table("ASimNetworkSessionLogs", &["SrcPortNumber"]);
    assert_eq!(rows, ["50000", "50001"]);
    let errors: Vec<_> = seen.errors.iter().map(|e| format!("{:?} {}", e.record.unwrap(), e.reason)).collect();
    assert_eq!(
        errors,
        [
            "1 a flow whose address is not understood",
            "1 the JSON object is not closed",
            "2 a record whose flows are not all where they should be",
            "3 a record whose flows are not all where they should be",
        ]
    );
    let at = seen.errors[0].offset.unwrap() as usize;
    assert_eq!(log.get(at..at + 24).unwrap(), "\"1772355600000,10.0.0,20");
}

#[test]
fn whatever_the_number_of_threads_the_sessions_are_the_same() {
    let mut log = String::from("{\"records\":[");
    for n in 0..16_000u64 {
        let state = ["B", "C", "E"][(n / 4_000 % 3) as usize];
        let time = 1_772_355_600_000 + n * 10;
        log.push_str(&vnet(&[&format!("{time},10.0.0.6,203.0.113.9,{},3333,6,O,{state},NX,1,10,1,20", n % 4_000)]));
        log.push(if n == 15_999 { ']' } else { ',' });
    }
    log.push('}');
    let folder = Folder::new(&[("PT1H.json", log.as_bytes())]);
    let evidence = folder.open();
    let all = wants_all(&evidence.offer());
    let one = read(&evidence, &all, 1);
    assert_eq!(one.errors, []);
    // Begin, go on and end of as many, which then begin again.
    assert_eq!(one.rows["ASimNetworkSessionLogs"].len(), 8_000);
    for threads in [2, 4] {
        let more = read(&evidence, &all, threads);
        assert_eq!(one.rows, more.rows);
        assert_eq!(one.records, more.records);
    }
}

#[test]
fn the_public_samples_are_read() {
    let Some(corpora) = corpora() else {
        println!("left out: no samples");
        return;
    };
    let evidence = evidence::open(&[corpora.join("evidence/logs/azure")], evidence::Options::default()).unwrap();
    let seen = read(&evidence, &wants_all(&evidence.offer()), 2);
    assert_eq!(seen.errors, []);
    // Version 1: one flow. Version 2: three denied, four let through. Virtual network: three sessions of six records, four denied.
    assert_eq!(seen.records["ASimNetworkSessionLogs"], 1 + 7 + 7);
}
