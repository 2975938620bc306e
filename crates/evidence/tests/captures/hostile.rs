//! Captures that are damaged, or that want to do damage.

use super::{all, rows_of};
use crate::support::packets::*;
use crate::support::{Seen, gzip, read, record, wants};
use evidence::Options;
use model::Source;

const TABLE: &str = "ASimNetworkSessionLogs";

fn packets(count: u16) -> Vec<Packet> {
    let packet = |n: u16| {
        let tcp = tcp((1_000 + n, 3_333), 1, 0, SYN, b"");
        ethernet(&ip(end("10.0.0.5", 0).0, end("203.0.113.9", 0).0, 6, &tcp))
    };
    (0..count).map(|n| Packet { time: Connection::START + u64::from(n), bytes: packet(n) }).collect()
}

/// Bytes of one packet with its header, in either format.
const CLASSIC: usize = 16 + 54;
const BLOCK: usize = 32 + 56;

fn sessions(seen: &Seen) -> usize {
    seen.rows.get(TABLE).map_or(0, Vec::len)
}

fn forms() -> [(Vec<u8>, usize); 2] {
    [(pcap(&packets(20), Form::default()), CLASSIC), (pcapng(&packets(20), Form::default()), BLOCK)]
}

#[test]
fn a_file_that_ends_anywhere_is_one_error_at_most() {
    for (file, size) in forms() {
        for length in 4..file.len() {
            let seen = all(&file[..length], 1);
            assert!(seen.errors.len() <= 1, "{length}: {:?}", seen.errors);
            let whole = (file.len() - length).div_ceil(size);
            assert_eq!(sessions(&seen), 20usize.saturating_sub(whole), "{length}");
            if let Some(error) = seen.errors.first() {
                assert!(error.reason.starts_with("the file is cut off in the middle of"), "{}", error.reason);
                assert_eq!(error.reader, "pcap");
                assert!(error.offset.is_some_and(|offset| offset < length as u64) && error.record.is_some());
            }
        }
        let last = all(&file[..file.len() - 1], 1);
        let place = last.errors.first().map(|error| (error.record, error.offset));
        assert_eq!(place, Some((Some(19), Some((file.len() - size) as u64))));
    }
}

#[test]
fn a_length_that_lies_costs_its_packet_and_no_more() {
    for (file, size) in forms() {
        let first = file.len() - 20 * size;
        for lie in [0xffff_fffcu32, 300_000, 100_000, 2_000, 68, 4] {
            let mut damaged = file.clone();
            let at = first + 5 * size + if size == CLASSIC { 8 } else { 4 };
            damaged[at..at + 4].copy_from_slice(&lie.to_le_bytes());
            let seen = all(&damaged, 1);
            // A small lie leads into the middle of what follows, which is damage in turn.
            assert!((17..=20).contains(&sessions(&seen)), "{lie}: {} {:?}", sessions(&seen), seen.errors);
            assert!(!seen.errors.is_empty(), "{lie}");
            let error = &seen.errors[0];
            assert!(error.reason.contains("damaged"), "{}", error.reason);
            assert!(error.offset.unwrap() >= (first + 5 * size) as u64 && error.offset.unwrap() <= (first + 7 * size) as u64, "{lie}");
        }
    }
}

#[test]
fn what_is_in_between_is_passed_over() {
    for (file, size) in forms() {
        let first = file.len() - 20 * size;
        let (before, after) = file.split_at(first + 5 * size);
        for rubbish in [vec![0xaa; 3], vec![0; 4_096], vec![0xff; 3_000_000], b"\x01\x02\x03\x04".repeat(500)] {
            let seen = all(&[before, &rubbish, after].concat(), 1);
            assert_eq!(sessions(&seen), 20, "{:?}", seen.errors);
            assert_eq!(seen.errors.len(), 1, "{:?}", seen.errors);
            assert_eq!(seen.errors[0].offset, Some((first + 5 * size) as u64));
            let last = all(&[before, &rubbish].concat(), 1);
            assert_eq!((sessions(&last), last.errors.len()), (5, 1), "{:?}", last.errors);
        }
    }
}

#[test]
fn a_cut_off_archive_gives_its_packets_and_an_error() {
    let file = pcap(&packets(5_000), Form::default());
    let packed = gzip(&file);
    let seen = all(&packed[..packed.len() / 2], 1);
    assert!((1_000..4_000).contains(&sessions(&seen)), "{}", sessions(&seen));
    assert_eq!(seen.errors.len(), 1);
    assert!(seen.errors[0].reason.starts_with("the file is cut off: nothing after this place could be read"), "{}", seen.errors[0].reason);
}

#[test]
fn a_link_type_that_is_not_read_is_told_once_by_its_name() {
    let seen = all(&pcap(&packets(9), Form { link: 201, ..Form::default() }), 1);
    let told: Vec<_> = seen.errors.iter().map(|error| (error.record, error.offset, error.reason.as_str())).collect();
    let reason = "link type 201 (Bluetooth) is not read: 9 packets are left out, of which this is the first";
    assert_eq!(told, [(Some(0), Some(24), reason)]);
}

#[test]
fn times_that_go_back_or_mean_nothing() {
    let mut connection = Connection::open(end("10.0.0.5", 50_000), end("203.0.113.9", 3_333));
    connection.say(Who::Client, "hello").close();
    let mut packets = connection.take();
    packets.reverse();
    let times: Vec<u64> = packets.iter().map(|packet| packet.time).rev().collect();
    packets.reverse();
    for (packet, time) in packets.iter_mut().zip(times.iter().rev()) {
        packet.time = *time;
    }
    packets.iter_mut().rev().zip(times).for_each(|(packet, time)| packet.time = time);
    assert_eq!(rows_of(&packets, TABLE, &["SrcBytes"]), ["5"]);
    for packet in &mut packets {
        packet.time = 0;
    }
    // Zero is a time, if a strange one.
    assert_eq!(rows_of(&packets, TABLE, &["SrcBytes", "NetworkDuration"]), ["5|0"]);
    let mut file = pcapng(&packets, Form { nanoseconds: true, ..Form::default() });
    let resolution = memchr::memmem::find(&file, &[9, 0, 1, 0, 9]).unwrap() + 4;
    for power in [0, 1, 38, 0x7f, 0x80, 0xff] {
        file[resolution] = power;
        let seen = all(&file, 1);
        assert!(sessions(&seen) >= 1 && seen.errors.is_empty());
    }
}

#[test]
fn packets_that_no_host_would_take_are_left_out_with_a_word() {
    let good = packets(1).remove(0);
    let change = |at: usize, to: u8| {
        let mut bytes = good.bytes.clone();
        bytes[at] = to;
        Packet { bytes, ..good.clone() }
    };
    // The IP header's length, its version, its total length, and the TCP header's length.
    let bad = [change(14, 0x41), change(14, 0x95), change(17, 3), change(14, 0x4f), change(46, 0)];
    let seen = all(&pcap(&bad, Form::default()), 1);
    assert_eq!(seen.errors, []);
    assert_eq!(sessions(&seen), 1, "a segment without a header counts as a packet");
    let warnings: Vec<_> = seen.warnings.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(warnings, ["4 packets whose headers are cut off or make no sense are left out; the first is record 0 at offset 24"]);
    for length in 0..good.bytes.len() {
        let short = Packet { bytes: good.bytes[..length].to_vec(), ..good.clone() };
        assert_eq!(all(&pcap(&[short], Form::default()), 1).errors, []);
    }
}

#[test]
fn fragments_that_overlap_are_not_joined_into_what_was_never_sent() {
    let (from, to) = ("10.0.0.5".parse().unwrap(), "203.0.113.9".parse().unwrap());
    let whole = udp((5_000, 53), &[&[0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0], b"\x04good\x00\x00\x01\x00\x01".as_slice()].concat());
    let evil = [b'!'; 16];
    let part = |flags: u16, bytes: &[u8]| Packet { time: Connection::START, bytes: ethernet(&ipv4(from, to, 17, 9, flags, bytes)) };
    let packets = [part(0x2000, &whole[..24]), part(0x2001, &evil), part(0x2000 | 0x1fff, &evil), part(3, &whole[24..])];
    assert_eq!(rows_of(&packets, "ASimDnsActivityLogs", &["DnsQuery"]), ["good"]);
    let flood: Vec<_> = (0..20_000u32)
        .map(|n| Packet { time: Connection::START, bytes: ethernet(&ipv4(from, to, 17, n as u16, 0x2000 | (n >> 8) as u16, &[0; 1_000])) })
        .collect();
    let seen = all(&pcap(&flood, Form::default()), 1);
    assert_eq!(seen.errors, []);
}

/// More of them than the table holds.
#[test]
fn a_flood_of_destinations_is_told_to_the_last() {
    let mut file = pcap(&[], Form::default());
    let one = packets(1).remove(0).bytes;
    for n in 0..400_000u32 {
        let mut bytes = one.clone();
        bytes[30..34].copy_from_slice(&(0xcb00_0000 + n).to_be_bytes());
        let time = 1_700_000_000 + n / 100_000;
        for value in [time, 0, bytes.len() as u32, bytes.len() as u32] {
            file.extend_from_slice(&value.to_le_bytes());
        }
        file.extend_from_slice(&bytes);
    }
    let evidence = evidence::open_bytes(&[("x.pcap", &file)], Options::default());
    let seen = read(&evidence, &wants(&evidence.offer(), &[(TABLE, &["EventResult"])]), 2);
    assert_eq!(sessions(&seen), 400_000);
    let records: Vec<u64> = seen.rows[TABLE].iter().map(|(id, _, _)| record(*id)).collect();
    assert!(records.iter().copied().eq(0..400_000));
    assert_eq!(seen.warnings.len(), 1, "{:?}", seen.warnings);
}

/// A generator of numbers (xorshift): mutations are the same on every machine.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }
}

#[test]
fn mutated_captures_are_read_without_a_panic() {
    let mut connection = Connection::open(end("10.0.0.5", 50_000), end("203.0.113.9", 53));
    connection.say(Who::Client, "GET / HTTP/1.1\r\n\r\n").say(Who::Server, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc").close();
    let mut seed = connection.take();
    let wrapped: Vec<_> =
        seed.iter().map(|packet| Packet { bytes: vxlan(&vlan(&gre(&packet.bytes), 0x8100, 7)), ..packet.clone() }).collect();
    seed.extend(wrapped);
    seed.push(Packet {
        time: 0,
        bytes: datagram(end("fd00::1", 5), end("fd00::2", 53), b"\0\x01\x01\0\0\x01\0\0\0\0\0\0\x01a\0\0\x01\0\x01"),
    });
    let mut numbers = Numbers(0x2545_f491_4f6c_dd1d);
    for file in [pcap(&seed, Form::default()), pcapng(&seed, Form::default())] {
        for _ in 0..700 {
            let mut bytes = file.clone();
            for _ in 0..=numbers.below(8) {
                let at = 4 + numbers.below(bytes.len() - 4);
                bytes[at] = [0, 0xff, 1, 0x80, bytes[at] ^ (1 << numbers.below(8))][numbers.below(5)];
            }
            bytes.truncate(bytes.len() - numbers.below(3) * numbers.below(50));
            let seen = all(&bytes, 1);
            let lost = seen.errors.iter().find(|error| error.reason.contains("please report"));
            assert!(lost.is_none(), "{bytes:?}");
        }
    }
}
