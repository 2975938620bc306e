//! Any bytes as a packet capture, and as what one connection's sides say: read to the end without a panic, every record within the file,
//! the same whatever the number of threads.

#![no_main]

#[path = "support/mod.rs"]
mod support;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    support::read("x.pcap", bytes);
    support::read("x.pcap", &spoken(bytes));
});

/// A capture in which the bytes are said by two sides in turn, in segments whose length and port the first bytes choose.
fn spoken(bytes: &[u8]) -> Vec<u8> {
    let (choice, said) = bytes.split_at(bytes.len().min(2));
    let port: u16 = [53, 80, 443, 3333][usize::from(choice.first().copied().unwrap_or_default() & 3)];
    let size = usize::from(choice.get(1).copied().unwrap_or_default()) + 1;
    let mut file = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0\x65\0\0\0".to_vec();
    let mut sent = [1u32, 1u32];
    for (number, piece) in said.chunks(size).take(4_096).enumerate() {
        let side = number % 2;
        let ports = if side == 0 { [50_000, port] } else { [port, 50_000] };
        let length = (40 + piece.len()) as u16;
        let mut packet = [0x45, 0].to_vec();
        packet.extend_from_slice(&length.to_be_bytes());
        packet.extend_from_slice(&[0, 0, 0, 0, 64, 6, 0, 0]);
        packet.extend_from_slice(if side == 0 { &[10, 0, 0, 1, 10, 0, 0, 2] } else { &[10, 0, 0, 2, 10, 0, 0, 1] });
        packet.extend_from_slice(&ports[0].to_be_bytes());
        packet.extend_from_slice(&ports[1].to_be_bytes());
        packet.extend_from_slice(&sent[side].to_be_bytes());
        packet.extend_from_slice(&sent[1 - side].to_be_bytes());
        packet.extend_from_slice(&[0x50, 0x18, 255, 255, 0, 0, 0, 0]);
        packet.extend_from_slice(piece);
        sent[side] = sent[side].wrapping_add(piece.len() as u32);
        for value in [1_700_000_000, number as u32, packet.len() as u32, packet.len() as u32] {
            file.extend_from_slice(&value.to_le_bytes());
        }
        file.extend_from_slice(&packet);
    }
    file
}
