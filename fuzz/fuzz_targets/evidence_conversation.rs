//! Any bytes as what the two sides of a connection say: names, TLS, HTTP, tunnels and mining are read to the end without a panic, the
//! same whatever the number of threads.

// Words of: evidence/src/mining evidence/src/pcap
#![no_main]

#[path = "support/mod.rs"]
mod support;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| support::read("x.pcap", &spoken(bytes)));

/// Between what one side says and what the other answers.
const TURN: u8 = 0xfe;
const PORTS: [u16; 4] = [53, 80, 443, 3333];
const SIDES: [[u8; 4]; 2] = [[10, 0, 0, 1], [10, 0, 0, 2]];
const UDP: u8 = 4;

/// A capture in which the sides speak in turn; the first bytes choose port and protocol, and the longest segment.
fn spoken(bytes: &[u8]) -> Vec<u8> {
    let [choice, size, said @ ..] = bytes else { return Vec::new() };
    let port = PORTS[usize::from(choice & 3)];
    let turns = said.split(|byte| *byte == TURN).zip([0, 1].into_iter().cycle());
    let segments = turns.flat_map(|(turn, side)| turn.chunks(usize::from(*size) + 1).map(move |piece| (piece, side)));
    let mut file = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0\x65\0\0\0".to_vec();
    let mut sent = [1u32, 1u32];
    for ((piece, side), number) in segments.take(4_096).zip(0u32..) {
        let ports = if side == 0 { [50_000, port] } else { [port, 50_000] };
        let header = if choice & UDP == 0 {
            let mut tcp = [sent[side], sent[1 - side]].map(u32::to_be_bytes).concat();
            tcp.extend_from_slice(&[0x50, 0x18, 255, 255, 0, 0, 0, 0]);
            tcp
        } else {
            [piece.len() as u16 + 8, 0].map(u16::to_be_bytes).concat()
        };
        let length = (24 + header.len() + piece.len()) as u16;
        let mut packet = [[0x45, 0], length.to_be_bytes()].concat();
        packet.extend_from_slice(&[0, 0, 0, 0, 64, if choice & UDP == 0 { 6 } else { 17 }, 0, 0]);
        packet.extend_from_slice(&[SIDES[side], SIDES[1 - side]].concat());
        packet.extend_from_slice(&ports.map(u16::to_be_bytes).concat());
        packet.extend_from_slice(&header);
        packet.extend_from_slice(piece);
        sent[side] = sent[side].wrapping_add(piece.len() as u32);
        // A second between segments, so that rates are worked out as well.
        file.extend_from_slice(&[1_700_000_000 + number, 0, packet.len() as u32, packet.len() as u32].map(u32::to_le_bytes).concat());
        file.extend_from_slice(&packet);
    }
    file
}
