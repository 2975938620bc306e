//! NetFlow and IPFIX, in captures and as files.

use crate::support::packets::{Connection, Form, Packet, Who, datagram, end, pcap, pcapng};
use crate::support::{Folder, Seen, corpora, read, wants, wants_all};
use evidence::Options;
use model::{Source, ticks};

const TABLE: &str = "ASimNetworkSessionLogs";
const COLUMNS: &[&str] = &[
    "SrcIpAddr",
    "SrcPortNumber",
    "DstIpAddr",
    "DstPortNumber",
    "NetworkProtocol",
    "NetworkDuration",
    "SrcBytes",
    "DstBytes",
    "NetworkPackets",
    "EventResult",
];

/// Half an hour before the message was sent, in seconds.
const START: u32 = 1_700_000_000;
const SENT: u32 = START + 1_800;
/// How long the exporter had been running when it sent: its clock has just started anew.
const UPTIME: u32 = 600_000;

fn put(out: &mut Vec<u8>, values: &[u32]) {
    values.iter().for_each(|value| out.extend_from_slice(&value.to_be_bytes()));
}

/// A time by the exporter's clock, seconds after the start.
fn uptime(seconds: u32) -> u32 {
    UPTIME.wrapping_sub((1_800 - seconds) * 1_000)
}

const HOST: [u8; 4] = [10, 0, 0, 5];
const POOL: [u8; 4] = [203, 0, 113, 9];

struct Row {
    ends: [[u8; 4]; 2],
    ports: [u16; 2],
    seconds: [u32; 2],
    packets: u32,
    bytes: u32,
    flags: u8,
}

fn out(from: u32, to: u32) -> Row {
    Row { ends: [HOST, POOL], ports: [50_000, 3_333], seconds: [from, to], packets: 10, bytes: 500, flags: 0x18 }
}

fn back(from: u32, to: u32) -> Row {
    Row { ends: [POOL, HOST], ports: [3_333, 50_000], packets: 9, bytes: 900, ..out(from, to) }
}

fn v5(rows: &[Row], sampling: u16) -> Vec<u8> {
    let mut message = [5_u16.to_be_bytes(), (rows.len() as u16).to_be_bytes()].concat();
    put(&mut message, &[UPTIME, SENT, 0, 1]);
    message.extend_from_slice(&[0, 0]);
    message.extend_from_slice(&(0x4000 | sampling).to_be_bytes());
    for row in rows {
        message.extend_from_slice(&[row.ends[0], row.ends[1]].concat());
        put(&mut message, &[0, 0x0001_0002, row.packets, row.bytes, uptime(row.seconds[0]), uptime(row.seconds[1])]);
        message.extend_from_slice(&[row.ports[0].to_be_bytes(), row.ports[1].to_be_bytes()].concat());
        message.extend_from_slice(&[0, row.flags, 6, 0]);
        put(&mut message, &[0, 0]);
    }
    message
}

fn set(id: u16, body: &[u8]) -> Vec<u8> {
    [&id.to_be_bytes(), &(body.len() as u16 + 4).to_be_bytes(), body].concat()
}

fn words(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_be_bytes()).collect()
}

fn v9(sets: &[Vec<u8>]) -> Vec<u8> {
    let mut message = words(&[9, sets.len() as u16]);
    put(&mut message, &[UPTIME, SENT, 1, 7]);
    message.extend(sets.concat());
    message
}

fn ipfix(domain: u32, sets: &[Vec<u8>]) -> Vec<u8> {
    let sets = sets.concat();
    let mut message = words(&[10, sets.len() as u16 + 16]);
    put(&mut message, &[SENT, 1, domain]);
    message.extend(sets);
    message
}

/// Of version 9: a maker's own field in the middle.
fn template9() -> Vec<u8> {
    set(0, &words(&[260, 10, 8, 4, 12, 4, 7, 2, 11, 2, 4, 1, 40_000, 3, 1, 4, 2, 4, 22, 4, 21, 4]))
}

fn data9(rows: &[Row]) -> Vec<u8> {
    let mut body = Vec::new();
    for row in rows {
        body.extend(row.ends.concat());
        body.extend(words(&row.ports));
        body.extend_from_slice(&[6, 1, 2, 3]);
        put(&mut body, &[row.bytes, row.packets, uptime(row.seconds[0]), uptime(row.seconds[1])]);
    }
    // Filling.
    body.resize(body.len().next_multiple_of(4), 0);
    set(260, &body)
}

/// Of IPFIX: both directions, a field of a maker's, one of a length of its own, times in milliseconds, short counters.
fn template10() -> Vec<u8> {
    let mut body = words(&[300, 13, 8, 4, 12, 4, 7, 2, 11, 2, 4, 1]);
    body.extend(words(&[1, 3, 0x8001, 3, 0, 29_305, 2, 2, 0x8002, 2, 0, 29_305]));
    body.extend(words(&[0x8005, 0xffff, 0, 9, 82, 0xffff]));
    body.extend(words(&[152, 8, 153, 8]));
    set(2, &body)
}

fn data10(name: &[u8]) -> Vec<u8> {
    let mut body = [HOST, POOL].concat();
    body.extend(words(&[50_000, 3_333]));
    body.extend_from_slice(&[6, 0, 1, 0, 0, 2, 0, 0, 3, 0, 4]);
    body.extend_from_slice(&[2, 7, 7]);
    if name.len() < 255 {
        body.push(name.len() as u8);
    } else {
        body.push(255);
        body.extend(words(&[name.len() as u16]));
    }
    body.extend_from_slice(name);
    for seconds in [0_u64, 90] {
        body.extend_from_slice(&((u64::from(START) + seconds) * 1_000).to_be_bytes());
    }
    set(300, &body)
}

/// Messages on their way from a router to a collector, five seconds apart.
fn capture(port: u16, messages: &[Vec<u8>]) -> Vec<Packet> {
    let sent = |bytes: &Vec<u8>| datagram(end("192.0.2.1", 50_123), end("192.0.2.2", port), bytes);
    let time = |n: u64| u64::from(SENT) * 1_000_000 + n * 5_000_000;
    messages.iter().zip(0..).map(|(bytes, n)| Packet { time: time(n), bytes: sent(bytes) }).collect()
}

fn rows_of(name: &str, file: &[u8], columns: &[&str]) -> (Vec<String>, Seen) {
    let evidence = evidence::open_bytes(&[(name, file)], Options::default());
    let mut seen = read(&evidence, &wants(&evidence.offer(), &[(TABLE, columns)]), 2);
    let rows = seen.rows.remove(TABLE).unwrap_or_default();
    (rows.into_iter().map(|(_, _, cells)| cells.join("|")).collect(), seen)
}

fn told(seen: &Seen) -> Vec<&str> {
    seen.warnings.iter().map(|(_, text)| text.as_str()).collect()
}

const BOTH: &str = "10.0.0.5|50000|203.0.113.9|3333|TCP|1790000|1000|1800|38|Success";

#[test]
fn version_5_and_9_in_captures_and_files() {
    let halves = || (vec![back(1, 890), out(0, 900)], vec![out(901, 1_790), back(902, 1_780)]);
    let five = [v5(&halves().0, 0), v5(&halves().1, 0)];
    let nine = [v9(&[template9(), data9(&halves().0)]), v9(&[data9(&halves().1)])];
    for messages in [five, nine] {
        let (rows, seen) = rows_of("flows", &messages.concat(), COLUMNS);
        assert_eq!((rows, told(&seen)), (vec![BOTH.to_owned()], vec![]));
        assert_eq!(seen.errors, []);
        for file in [pcap(&capture(2_055, &messages), Form::default()), pcapng(&capture(9_995, &messages), Form::default())] {
            let (rows, seen) = rows_of("x.pcap", &file, COLUMNS);
            assert_eq!(seen.errors, []);
            assert_eq!(rows.len(), 2, "{rows:?}");
            assert!(rows.contains(&BOTH.to_owned()), "{rows:?}");
        }
    }
    let columns = &["TimeGenerated", "EventEndTime", "Dvc", "EventVendor", "EventProduct", "EventOriginalType", "AdditionalFields"];
    let (rows, _) = rows_of("x.pcap", &pcap(&capture(2_055, &[v5(&halves().0, 0)]), Form::default()), columns);
    let at = |seconds: u32| ticks::UNIX_EPOCH + i64::from(START + seconds) * ticks::SECOND;
    let expected = format!(
        r#"{}|{}|192.0.2.1|Cisco|NetFlow|NetFlow v5|{{"TcpFlags":"...AP...","DstTcpFlags":"...AP...","FlowRecords":2}}"#,
        at(0),
        at(900)
    );
    assert!(rows.contains(&expected), "{rows:?}");
}

#[test]
fn ipfix_with_both_directions_and_fields_of_any_length() {
    let expected = "10.0.0.5|50000|203.0.113.9|3333|TCP|90000|256|512|7|Success";
    let long = vec![b'x'; 300];
    for name in [&b"eth0"[..], b"", &long] {
        let message = ipfix(1, &[template10(), data10(name)]);
        assert_eq!(rows_of("a.ipfix", &message, COLUMNS).0, [expected]);
        let (rows, seen) = rows_of("x.pcap", &pcap(&capture(4_739, &[message]), Form::default()), COLUMNS);
        assert_eq!((seen.errors.len(), told(&seen).len()), (0, 0));
        assert!(rows.contains(&expected.to_owned()), "{rows:?}");
    }
}

#[test]
fn a_template_may_come_late_and_is_its_exporters_own() {
    let expected = "10.0.0.5|50000|203.0.113.9|3333|TCP|90000|256|512|7|Success";
    let late = [ipfix(1, &[data10(b"")]), ipfix(1, &[template10()])];
    let (rows, seen) = rows_of("a.ipfix", &late.concat(), COLUMNS);
    assert_eq!((rows, told(&seen)), (vec![expected.to_owned()], vec![]));
    // Of another domain, and of another exporter.
    let other = [ipfix(1, &[data10(b"")]), ipfix(2, &[template10()])];
    let (rows, seen) = rows_of("a.ipfix", &other.concat(), COLUMNS);
    assert_eq!((rows.len(), told(&seen)), (0, vec!["1 sets of flow records cannot be read: their template did not come"]));
    let mut packets = capture(4_739, &late);
    packets[1].bytes = datagram(end("192.0.2.7", 50_123), end("192.0.2.2", 4_739), &late[1]);
    let (rows, seen) = rows_of("x.pcap", &pcap(&packets, Form::default()), COLUMNS);
    assert!(rows.iter().all(|row| !row.starts_with("10.")), "{rows:?}");
    assert_eq!(told(&seen), ["1 sets of flow records cannot be read: their template did not come"]);
}

#[test]
fn sampling_is_told_and_options_are_no_flows() {
    let (rows, seen) = rows_of("flows", &v5(&[out(0, 60)], 100), &["SrcBytes", "AdditionalFields"]);
    assert_eq!(rows, [r#"500|{"TcpFlags":"...AP...","SamplingInterval":100}"#]);
    let sampled = "1 flow records are of sampled packets, one in 100 at most: bytes and packets are those that were looked at";
    assert_eq!(told(&seen), [sampled]);
    // A template of options: four bytes of what it is about, then how many packets are passed over.
    let options = set(1, &words(&[270, 4, 4, 1, 4, 34, 4, 0]));
    let message = v9(&[options, set(270, &[0, 0, 0, 9, 0, 0, 0, 100]), template9(), data9(&[out(0, 60)])]);
    let (rows, seen) = rows_of("flows", &message, &["SrcBytes", "AdditionalFields"]);
    assert_eq!((rows, told(&seen)), (vec![r#"500|{"SamplingInterval":100}"#.to_owned()], vec![sampled]));
    // In IPFIX the first field is what it is about; one of a hundred are looked at.
    let options = set(3, &words(&[270, 3, 1, 149, 4, 305, 4, 306, 4]));
    let body = [0_u32, 1, 99].iter().flat_map(|value| value.to_be_bytes()).collect::<Vec<u8>>();
    let message = ipfix(1, &[options, set(270, &body), template10(), data10(b"")]);
    assert_eq!(told(&rows_of("flows", &message, COLUMNS).1), [sampled]);
}

#[test]
fn what_never_stood_has_failed() {
    let syn = Row { flags: 2, ..out(0, 3) };
    let (rows, _) = rows_of("flows", &v5(&[syn], 0), &["EventResult", "EventResultDetails", "DvcAction"]);
    assert_eq!(rows, ["Failure|Timeout|"]);
}

#[test]
fn other_datagrams_are_left_alone() {
    let message = v5(&[out(0, 60)], 0);
    // Any port is a collector's, if the time agrees.
    for (from, to) in [(50_000, 5_000), (2_055, 50_000), (50_000, 6_343), (50_000, 23_456)] {
        let bytes = datagram(end("192.0.2.1", from), end("192.0.2.2", to), &message);
        for (time, rows) in [(Connection::START, 2), (Connection::START / 2, 1)] {
            let packets = [Packet { time, bytes: bytes.clone() }];
            assert_eq!(rows_of("x.pcap", &pcap(&packets, Form::default()), COLUMNS).0.len(), rows, "{from} {to}");
        }
    }
    // Not its shape.
    let dns = b"\0\x09\x01\0\0\x01\0\0\0\0\0\0\x07example\x03com\0\0\x01\0\x01";
    for bytes in [&message[..71], &[message.clone(), vec![0]].concat(), dns, b"\0\x0a", b"", &v9(&[vec![0, 7, 0, 4]]), &ipfix(1, &[])] {
        let (rows, seen) = rows_of("x.pcap", &pcap(&capture(2_055, &[bytes.to_vec()]), Form::default()), COLUMNS);
        assert_eq!((rows.len(), told(&seen)), (1, vec![]), "{bytes:?}");
    }
}

#[test]
fn ipfix_over_tcp_at_any_split() {
    let messages = [ipfix(7, &[template10()]), ipfix(7, &[data10(b"Gi0/1")]), ipfix(7, &[data10(b"Gi0/2"), data10(b"x")])];
    let (wanted, _) = rows_of("flows", &messages.concat(), COLUMNS);
    assert!(!wanted.is_empty());
    for segment in [1, 7, 100, 1_400] {
        let mut connection = Connection::open(end("192.0.2.1", 50_123), end("192.0.2.2", 4_739)).at(u64::from(SENT) * 1_000_000);
        connection.segment = segment;
        connection.say(Who::Client, messages.concat());
        let (rows, seen) = rows_of("x.pcap", &pcap(&connection.take(), Form::default()), COLUMNS);
        let found: Vec<_> = rows.into_iter().filter(|row| !row.starts_with("192.0.2.1|50123")).collect();
        assert_eq!((found, seen.errors), (wanted.clone(), vec![]), "{segment}");
    }
    // A message is lost; what follows is found.
    let mut connection = Connection::open(end("192.0.2.1", 50_123), end("192.0.2.2", 9_000)).at(u64::from(SENT) * 1_000_000);
    connection.say(Who::Client, &messages[0]).lose(Who::Client, &messages[1]).say(Who::Client, &messages[2]);
    let (rows, _) = rows_of("x.pcap", &pcap(&connection.take(), Form::default()), COLUMNS);
    assert!(rows.len() > 1, "{rows:?}");
    // Something else that begins like it.
    for other in [&b"\0\x0a\0\x20 is a time that cannot be, and more"[..], b"\0\x0a", &[0, 10, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]]
    {
        let mut connection = Connection::open(end("192.0.2.1", 50_123), end("192.0.2.2", 4_739));
        connection.say(Who::Client, other);
        assert_eq!(rows_of("x.pcap", &pcap(&connection.take(), Form::default()), COLUMNS).0.len(), 1);
    }
}

#[test]
fn a_packet_that_was_not_captured_whole_gives_what_there_is() {
    let packets = capture(2_055, &[v5(&[out(0, 60), Row { ports: [50_001, 3_333], ..out(0, 60) }], 0)]);
    let file = pcap(&packets, Form { snap: 42 + 24 + 48 + 20, ..Form::default() });
    let (rows, seen) = rows_of("x.pcap", &file, COLUMNS);
    assert_eq!(rows.iter().filter(|row| row.starts_with("10.0.0.5")).count(), 1);
    assert_eq!(told(&seen), ["1 templates or records of NetFlow or IPFIX are cut off or make no sense and are left out"]);
}

#[test]
fn damage_of_a_file_is_told_with_its_place() {
    let message = v5(&[out(0, 60)], 0);
    let next = v5(&[Row { ports: [50_001, 3_333], ..out(0, 60) }], 0);
    let file = [&message[..], b"\0\x05damage\0", &next, &next[..40]].concat();
    // The head has a message and what is none, which alone would be no sign.
    let (rows, seen) = rows_of("flows", &[&message[..], &file].concat(), COLUMNS);
    assert_eq!(rows.len(), 2);
    let errors: Vec<_> = seen.errors.iter().map(|e| (e.offset.unwrap(), e.reason.as_str())).collect();
    assert_eq!(
        errors,
        [
            (144, "9 bytes are no message of NetFlow or IPFIX: the file is damaged or cut off here"),
            (225, "40 bytes are no message of NetFlow or IPFIX: the file is damaged or cut off here")
        ]
    );
}

#[test]
fn hostile_messages_cost_little() {
    // Templates without end, of no length, of lengths beyond the message; sets that nobody explains.
    let mut messages = Vec::new();
    for id in 256..6_000_u16 {
        messages.push(ipfix(u32::from(id) % 7, &[set(2, &words(&[id, 2, 8, 0xffff, 82, 0xffff])), set(id, &[255; 200])]));
    }
    messages.push(v9(&[set(0, &words(&[260, 0xffff, 8, 4])), set(260, &[0; 40])]));
    messages.push(v9(&[set(0, &words(&[261, 1, 8, 0])), set(261, &[0; 40])]));
    messages.push(v9(&[set(1, &words(&[262, 0xfffc, 0xfffc, 8, 4]))]));
    for _ in 0..200 {
        messages.push(v9(&[set(0x4000, &[1; 60_000])]));
    }
    let file = messages.concat();
    let evidence = evidence::open_bytes(&[("flows", &file)], Options::default());
    let all = wants_all(&evidence.offer());
    let (one, two) = (read(&evidence, &all, 1), read(&evidence, &all, 2));
    // Not one of them could be read, which is an error.
    assert_eq!(one.errors.iter().map(|e| e.reason.as_str()).collect::<Vec<_>>(), ["no flow record of NetFlow or IPFIX could be read"]);
    assert_eq!((&one.rows, &one.warnings), (&two.rows, &two.warnings));
    assert!(told(&one).iter().any(|text| text.ends_with("their template did not come")), "{:?}", one.warnings);
}

/// Each byte changed, and the end anywhere: never more than an error.
#[test]
fn messages_with_any_byte_changed_are_read_to_their_end() {
    let options = set(1, &words(&[270, 4, 4, 1, 4, 34, 4, 0]));
    let nine = v9(&[options, set(270, &[0, 0, 0, 9, 0, 0, 0, 100]), template9(), data9(&[out(0, 60)])]);
    for message in [v5(&[out(0, 60)], 1), nine, ipfix(1, &[data10(b"ab"), template10(), data10(b"")])] {
        for at in 0..message.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut changed = message.clone();
                changed[at] = value;
                for (name, file) in [("flows", changed.clone()), ("x.pcap", pcap(&capture(2_055, &[changed]), Form::default()))] {
                    let evidence = evidence::open_bytes(&[(name, &file)], Options::default());
                    let seen = read(&evidence, &wants_all(&evidence.offer()), 1);
                    assert!(seen.errors.iter().all(|e| !e.reason.contains("report it")), "{at} {value}: {:?}", seen.errors);
                }
            }
            let evidence = evidence::open_bytes(&[("flows", &message[..at])], Options::default());
            let seen = read(&evidence, &wants_all(&evidence.offer()), 1);
            assert!(seen.errors.iter().all(|e| !e.reason.contains("report it")), "{at}: {:?}", seen.errors);
        }
    }
}

#[test]
fn nfdumps_own_file_is_refused_with_what_to_do() {
    let folder = Folder::new(&[("nfcapd.202603010900", b"\x0c\xa5\x01\0\0\0\0\0\0\0\0\0\x01\0\0\0")]);
    let skipped = folder.skipped();
    assert_eq!(skipped.len(), 1);
    assert!(skipped[0].1.contains("`nfdump -r FILE -o csv`") && skipped[0].2, "{skipped:?}");
}

#[test]
fn the_public_capture_is_read() {
    let Some(corpora) = corpora() else {
        println!("left out: no samples");
        return;
    };
    let evidence = evidence::open(&[corpora.join("evidence/pcap/benign/ndpi_netflow-fritz.pcap")], Options::default()).unwrap();
    let seen = read(&evidence, &wants(&evidence.offer(), &[(TABLE, COLUMNS)]), 2);
    let rows = &seen.rows[TABLE];
    println!("{} {:?} {:?}", rows.len(), rows.iter().take(8).map(|(_, _, cells)| cells.join("|")).collect::<Vec<_>>(), seen.warnings);
    assert_eq!(seen.errors, []);
}
