//! Any bytes as a file of NetFlow or IPFIX messages, as records behind a template, or in a datagram to a collector: read to the end
//! without a panic, every record within the file, the same whatever the number of threads.

#![no_main]

#[path = "support/mod.rs"]
mod support;

use libfuzzer_sys::fuzz_target;

/// Templates 256 of both kinds: two addresses, two ports, a protocol, and a field of any length; then what follows as a set of records.
fn explained(version: u16, bytes: &[u8]) -> Vec<u8> {
    let bytes = &bytes[..bytes.len().min(60_000)];
    let fields: [u16; 12] = [8, 4, 12, 4, 7, 2, 11, 2, 4, 1, 82, if version == 10 { 0xffff } else { 3 }];
    let template: Vec<u8> = [256, 6].iter().chain(&fields).flat_map(|n: &u16| n.to_be_bytes()).collect();
    let mut sets = [if version == 10 { 2 } else { 0 }, template.len() as u16 + 4].map(u16::to_be_bytes).concat();
    sets.extend_from_slice(&template);
    sets.extend_from_slice(&[256, bytes.len() as u16 + 4].map(u16::to_be_bytes).concat());
    sets.extend_from_slice(bytes);
    let header = if version == 10 { 16 } else { 20 };
    let second = if version == 10 { (sets.len() + header) as u16 } else { 2 };
    let mut message = [version, second].map(u16::to_be_bytes).concat();
    message.resize(header, 1);
    message.extend_from_slice(&sets);
    message
}

/// In a packet of a capture, to the port of a collector.
fn captured(message: &[u8]) -> Vec<u8> {
    let message = &message[..message.len().min(65_000)];
    let mut ip = vec![0x45, 0];
    ip.extend_from_slice(&(message.len() as u16 + 28).to_be_bytes());
    ip.extend_from_slice(&[0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2]);
    ip.extend_from_slice(&[50_000, 2_055, message.len() as u16 + 8, 0].map(u16::to_be_bytes).concat());
    ip.extend_from_slice(message);
    let mut file =
        [0xa1b2_c3d4, 0x0002_0004, 0, 0, 262_144, 101, 1_700_000_000, 0, ip.len() as u32, ip.len() as u32].map(u32::to_be_bytes).concat();
    file.extend_from_slice(&ip);
    file
}

fuzz_target!(|bytes: &[u8]| {
    // Messages begin with a 0.
    let Some((choice @ 1..=7, rest)) = bytes.split_first() else { return support::read("flows", bytes) };
    let version = if choice % 2 == 0 { 9 } else { 10 };
    match choice {
        1 => support::read("flows.pcap", &captured(rest)),
        2 | 3 => support::read("flows", &explained(version, rest)),
        4 | 5 => support::read("flows", &[&explained(version, rest), rest].concat()),
        _ => support::read("flows.pcap", &captured(&explained(version, rest))),
    }
});
