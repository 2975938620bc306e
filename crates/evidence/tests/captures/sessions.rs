//! Flows, whatever they come in.

use super::{all, rows, rows_of};
use crate::support::packets::*;
use crate::support::{gzip, record};

const TABLE: &str = "ASimNetworkSessionLogs";
const ENDS: [&str; 4] = ["SrcIpAddr", "SrcPortNumber", "DstIpAddr", "DstPortNumber"];

fn miner() -> (End, End) {
    (end("10.0.0.5", 50_000), end("203.0.113.9", 3_333))
}

/// A whole connection: 3 packets to open, 10 bytes out, 4 bytes in, 3 to close.
fn connection() -> Vec<Packet> {
    let (client, server) = miner();
    let mut connection = Connection::open(client, server);
    connection.say(Who::Client, "0123456789").say(Who::Server, "abcd").close();
    connection.take()
}

#[test]
fn a_session_is_told_as_zeek_tells_it() {
    let columns = [
        "SrcBytes",
        "DstBytes",
        "NetworkBytes",
        "SrcPackets",
        "DstPackets",
        "NetworkDuration",
        "NetworkProtocol",
        "NetworkDirection",
        "EventResult",
        "EventOriginalResultDetails",
        "NetworkConnectionHistory",
        "SrcMacAddr",
        "DstMacAddr",
        "AdditionalFields",
    ];
    let expected = "10|4|14|6|4|9|TCP|Outbound|Success|SF|ShADadFf|02:00:00:00:00:01|02:00:00:00:00:02|\
                    {\"missed_bytes\":0,\"orig_ip_bytes\":250,\"resp_ip_bytes\":164}";
    assert_eq!(rows_of(&connection(), TABLE, &columns), [expected]);
    assert_eq!(rows_of(&connection(), TABLE, &ENDS), ["10.0.0.5|50000|203.0.113.9|3333"]);
    assert_eq!(rows_of(&connection(), TABLE, &["TimeGenerated"]), ["638355968000000000"]);
}

#[test]
fn results_follow_the_state_of_the_connection() {
    let (client, server) = miner();
    let told = |flags: &[(Who, u8)]| {
        let mut connection = Connection::new(client, server);
        for (who, flags) in flags {
            connection.flags(*who, *flags);
        }
        let columns = ["EventOriginalResultDetails", "EventResult", "EventResultDetails", "DvcAction"];
        rows_of(&connection.take(), TABLE, &columns)
    };
    assert_eq!(told(&[(Who::Client, SYN)]), ["S0|Failure|Timeout|"]);
    assert_eq!(told(&[(Who::Client, SYN), (Who::Server, RST | ACK)]), ["REJ|Failure|Reset|"]);
    assert_eq!(told(&[(Who::Client, SYN), (Who::Server, SYN | ACK), (Who::Client, RST)]), ["RSTO|Success||Allow"]);
    assert_eq!(told(&[(Who::Server, SYN | ACK), (Who::Client, ACK)]), ["OTH|Success||Allow"]);
}

#[test]
fn the_client_is_found_in_the_middle_of_a_connection() {
    let (client, server) = miner();
    for first in [Who::Client, Who::Server] {
        let mut connection = Connection::new(client, server);
        connection.say(first, "x");
        assert_eq!(rows_of(&connection.take(), TABLE, &ENDS), ["10.0.0.5|50000|203.0.113.9|3333"], "{first:?}");
    }
}

#[test]
fn ports_that_are_used_again_are_another_session() {
    let (client, server) = miner();
    let mut packets = connection();
    let mut again = Connection::open(client, server).at(Connection::START + 60_000_000);
    again.say(Who::Client, "xyz");
    packets.extend(again.take());
    assert_eq!(rows_of(&packets, TABLE, &["SrcBytes"]), ["10", "3"]);
}

#[test]
fn a_long_silence_ends_a_session() {
    let (client, server) = miner();
    let mut connection = Connection::open(client, server);
    connection.say(Who::Client, "0123456789").wait(50 * 60_000_000).say(Who::Client, "abc");
    assert_eq!(rows_of(&connection.packets, TABLE, &["SrcBytes"]), ["13"]);
    connection.wait(70 * 60_000_000).say(Who::Client, "x");
    assert_eq!(rows_of(&connection.take(), TABLE, &["SrcBytes"]), ["13", "1"]);
}

#[test]
fn every_form_of_file_gives_the_same_rows() {
    let packets = connection();
    let columns = ["TimeGenerated", "EventEndTime", "SrcIpAddr", "SrcBytes", "DstBytes", "NetworkPackets"];
    let expected = rows_of(&packets, TABLE, &columns);
    assert_eq!(expected.len(), 1);
    for big in [false, true] {
        for nanoseconds in [false, true] {
            let form = Form { big, nanoseconds, ..Form::default() };
            assert_eq!(rows(&pcap(&packets, form), TABLE, &columns), expected);
            assert_eq!(rows(&pcapng(&packets, form), TABLE, &columns), expected);
            // Sections of either byte order follow one another; interfaces are numbered anew.
            let (first, second) = packets.split_at(5);
            let both = [pcapng(first, form), pcapng(second, Form { big: !big, ..form })].concat();
            assert_eq!(rows(&both, TABLE, &columns), expected);
            assert_eq!(rows(&gzip(&both), TABLE, &columns), expected);
        }
    }
}

#[test]
fn a_session_names_the_packet_that_began_it() {
    let mut packets = vec![Packet { time: Connection::START - 1, bytes: frame(0x0806, &[0; 28]) }];
    packets.extend(connection());
    let seen = all(&pcap(&packets, Form::default()), 1);
    let (id, offset, _) = &seen.rows[TABLE][0];
    assert_eq!((record(*id), *offset), (1, 24 + 16 + 42));
}

fn in_udp(port: u16, bytes: &[u8]) -> Vec<u8> {
    datagram(end("192.0.2.1", 50_000), end("192.0.2.2", port), bytes)
}

/// A way to wrap a frame.
type Wrap = (&'static str, fn(&[u8]) -> Vec<u8>);

#[test]
fn tags_labels_and_tunnels_are_taken_off() {
    let wraps: [Wrap; 21] = [
        ("nothing", <[u8]>::to_vec),
        ("a tag", |frame| vlan(frame, 0x8100, 7)),
        ("two tags", |frame| vlan(&vlan(frame, 0x8100, 8), 0x88a8, 7)),
        ("labels", mpls),
        ("GRE", gre),
        ("VXLAN", vxlan),
        ("IP in IP", ip_in_ip),
        ("VXLAN-GPE, Ethernet", |frame| in_udp(4_790, &[&[0x0c, 0, 0, 3, 0, 0, 9, 0], frame].concat())),
        ("VXLAN-GPE, IP", |frame| in_udp(4_790, &[&[0x0c, 0, 0, 1, 0, 0, 9, 0], inside(frame)].concat())),
        ("VXLAN-GPE without a protocol", |frame| in_udp(4_790, &[&[8, 0, 0, 0, 0, 0, 9, 0], frame].concat())),
        ("VXLAN-GPE, a service chain", |frame| in_udp(4_790, &[&[0x0c, 0, 0, 4, 0, 0, 9, 0, 0, 2, 2, 3, 0, 0, 1, 255], frame].concat())),
        ("a service chain", |inner| frame(0x894f, &[&[0, 2, 2, 1, 0, 0, 1, 255], inside(inner)].concat())),
        ("Geneve", |frame| in_udp(6_081, &[&[1, 0, 0x65, 0x58, 0, 0, 9, 0, 1, 2, 3, 0], frame].concat())),
        ("GRE in UDP", |frame| in_udp(4_754, &[&[0, 0, 0x65, 0x58], frame].concat())),
        ("labels in UDP", |frame| in_udp(6_635, &[&[0, 1, 1, 64], inside(frame)].concat())),
        ("LISP", |frame| in_udp(4_341, &[&[0x80, 0, 0, 1, 0, 0, 0, 1], inside(frame)].concat())),
        ("IPv4 in IPv6 in UDP", |frame| {
            let six = ip("2001:db8::1".parse().unwrap(), "2001:db8::2".parse().unwrap(), 4, inside(frame));
            in_udp(3_544, &[&[0, 1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 1, 2, 3, 4, 5, 6][..], &six].concat())
        }),
        ("a tag in VXLAN in GRE", |frame| gre(&vxlan(&vlan(frame, 0x8100, 7)))),
        ("Ethernet behind labels", |inner| frame(0x8847, &[&[0, 1, 1, 64, 0, 0, 0, 0], inner].concat())),
        ("PPPoE", |inner| frame(0x8864, &[&[0x11, 0, 0, 1, 0, 9, 0, 0x21], inside(inner)].concat())),
        ("SNAP", |inner| frame(200, &[&[0xaa, 0xaa, 3, 0, 0, 0], &inner[12..]].concat())),
    ];
    for (name, wrap) in wraps {
        let packets: Vec<_> = connection().into_iter().map(|p| Packet { bytes: wrap(&p.bytes), ..p }).collect();
        let told = rows_of(&packets, TABLE, &["SrcIpAddr", "DstPortNumber", "SrcBytes", "NetworkPackets"]);
        assert_eq!(told, ["10.0.0.5|3333|10|10"], "{name}");
    }
    let tagged: Vec<_> = connection().into_iter().map(|p| Packet { bytes: vlan(&vlan(&p.bytes, 0x8100, 8), 0x88a8, 7), ..p }).collect();
    assert_eq!(rows_of(&tagged, TABLE, &["SrcVlanId", "DstVlanId"]), ["7|8"]);
}

#[test]
fn links_of_many_kinds() {
    let heads: [(u16, &[u8]); 14] = [
        (0, &[2, 0, 0, 0]),
        (108, &[0, 0, 0, 2]),
        (12, &[]),
        (101, &[]),
        (228, &[]),
        (9, &[0xff, 3, 0, 0x21]),
        (50, &[0x21]),
        (104, &[0x0f, 0, 8, 0]),
        (113, &[0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0]),
        (276, &[8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0]),
        (105, &[8, 1, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 0, 0, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0]),
        (
            127,
            &[
                0, 0, 8, 0, 0, 0, 0, 0, 0x88, 2, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 0, 0, 0, 0, 0xaa, 0xaa, 3, 0,
                0, 0, 8, 0,
            ],
        ),
        (192, &[0, 0, 8, 0, 101, 0, 0, 0]),
        (117, &[6, 2, 0, 0, 0, 0, 0, 0]),
    ];
    for (link, head) in heads {
        let packets: Vec<_> = connection().into_iter().map(|p| Packet { bytes: [head, inside(&p.bytes)].concat(), ..p }).collect();
        let file = pcap(&packets, Form { link, ..Form::default() });
        assert_eq!(rows(&file, TABLE, &["SrcIpAddr", "SrcBytes", "NetworkPackets"]), ["10.0.0.5|10|10"], "link type {link}");
    }
}

#[test]
fn version_6_with_its_extensions() {
    let (client, server) = (end("fd00::5", 50_000), end("2001:db8::9", 3_333));
    let tcp = tcp((client.1, server.1), 1, 0, SYN, &[]);
    let plain = ethernet(&ipv6(client.0, server.0, 6, &tcp));
    let options = ethernet(&ipv6(client.0, server.0, 0, &[&[43, 0, 1, 4, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0], tcp.as_slice()].concat()));
    let atomic = ethernet(&ipv6(client.0, server.0, 44, &[&[6, 0, 0, 0, 0, 0, 0, 1], tcp.as_slice()].concat()));
    let packets = [plain, options, atomic].map(|bytes| Packet { time: Connection::START, bytes });
    let told = rows_of(&packets, TABLE, &["SrcIpAddr", "DstIpAddr", "DstPortNumber", "NetworkPackets", "NetworkProtocolVersion"]);
    assert_eq!(told, ["fd00::5|2001:db8::9|3333|3|IPv6"]);
}

#[test]
fn fragments_are_put_together_in_any_order() {
    let (client, server) = miner();
    let whole = udp((client.1, server.1), &[b'x'; 3_000]);
    let parts: Vec<Vec<u8>> = [(0usize, 1_480usize), (1_480, 2_960), (2_960, 3_008)]
        .iter()
        .map(|(from, to)| {
            let flags = (*from / 8) as u16 | if *to < whole.len() { 0x2000 } else { 0 };
            ethernet(&ipv4(client.0, server.0, 17, 77, flags, &whole[*from..*to]))
        })
        .collect();
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [0, 2, 1]] {
        let packets = order.map(|part| Packet { time: Connection::START, bytes: parts[part].clone() });
        let told = rows_of(&packets, TABLE, &["DstPortNumber", "SrcBytes", "SrcPackets"]);
        assert_eq!(told, ["3333|3000|3"], "{order:?}");
    }
    // Sent twice, and one part missing: what there is counts.
    let twice = [0, 0, 1, 1, 2].map(|part| Packet { time: Connection::START, bytes: parts[part].clone() });
    assert_eq!(rows_of(&twice, TABLE, &["SrcBytes", "SrcPackets"]), ["3000|5"]);
    let missing = [0, 2].map(|part| Packet { time: Connection::START, bytes: parts[part].clone() });
    assert_eq!(rows_of(&missing, TABLE, &["DstPortNumber", "SrcPackets"]), ["3333|2"]);
}

#[test]
fn a_question_and_its_answer_are_one_flow_of_icmp() {
    let (client, server) = miner();
    let echo = |from: End, to: End, kind| ethernet(&ip(from.0, to.0, 1, &[kind, 0, 0, 0, 1, 2, 0, 1, b'x']));
    let packets = [echo(client, server, 8), echo(server, client, 0)].map(|bytes| Packet { time: Connection::START, bytes });
    let columns = ["SrcIpAddr", "SrcPortNumber", "NetworkProtocol", "NetworkIcmpType", "NetworkIcmpCode", "SrcPackets", "DstPackets"];
    assert_eq!(rows_of(&packets, TABLE, &columns), ["10.0.0.5|null|ICMP|8|0|1|1"]);
}

#[test]
fn packets_that_were_cut_are_counted_as_they_were_on_the_wire() {
    let file = pcap(&connection(), Form { snap: 56, ..Form::default() });
    assert_eq!(rows(&file, TABLE, &["SrcBytes", "DstBytes", "NetworkPackets"]), ["10|4|10"]);
}

#[test]
fn whatever_the_number_of_threads_the_rows_are_the_same() {
    let mut packets = Vec::new();
    for n in 0..6_000u16 {
        let mut connection =
            Connection::open(end("10.0.0.5", 1_024 + n), end("203.0.113.9", 80)).at(Connection::START + u64::from(n) * 1_000);
        connection.say(Who::Client, format!("GET /{n} HTTP/1.1\r\nHost: h\r\n\r\n")).say(Who::Server, "HTTP/1.1 204 No\r\n\r\n").close();
        packets.extend(connection.take());
    }
    packets.sort_by_key(|packet| packet.time);
    let file = pcapng(&packets, Form::default());
    let (one, four) = (all(&file, 1), all(&file, 4));
    assert_eq!(one.rows[TABLE].len(), 6_000);
    assert_eq!(one.rows["ASimWebSessionLogs"].len(), 6_000);
    assert_eq!(one.rows, four.rows);
    assert_eq!(one.records, four.records);
    let evidence = evidence::open_bytes(&[("x.pcap", &file)], evidence::Options::default());
    let counted = crate::support::read(&evidence, &model::Wants::default(), 2);
    assert_eq!(counted.records, one.records, "records that nobody wants are counted");
}
