//! Garbage, damaged sessions, memory, speed.

use super::*;
use crate::mining::opening::noise;

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides.max(1)
    }
}

/// Beginnings of everything that is read, so that garbage comes deep.
fn seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = monero().into_iter().chain(bitcoin()).map(|(_, bytes)| bytes).collect();
    seeds.extend([
        b"POST / HTTP/1.1\r\nContent-Length: 30\r\n\r\n{\"method\":\"getwork\",\"params\":[".to_vec(),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{".to_vec(),
        b"CONNECT a:1 HTTP/1.1\r\n\r\n".to_vec(),
        b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n\x81\xfe\x01\x00abcd".to_vec(),
        vec![5, 1, 0, 5, 1, 0, 3, 3, b'a', b'b', b'c', 0, 1],
        vec![4, 1, 0, 1, 0, 0, 0, 1, 0, b'a', 0],
        crate::mining::stratum_v2::build::setup("a", 1),
        vec![0x81, 5, b'{', b'"', b'a', b'"', b':'],
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x03abc{\"id\":1}".to_vec(),
        vec![0x16, 3, 1, 0, 2, 1, 1, 0x14, 3, 3, 0, 1, 1, b'{'],
        vec![0xf9, 0xbe, 0xb4, 0xd9, b'v', b'e', b'r'],
    ]);
    seeds
}

#[test]
fn garbage_never_panics_and_says_the_same_at_any_split() {
    let seeds = seeds();
    for seed in 0..3000u64 {
        let mut dice = Dice(seed);
        let mut script: Script = Vec::new();
        for _ in 0..1 + dice.roll(6) {
            let side = if dice.roll(2) == 0 { Client } else { Server };
            let mut bytes = seeds[dice.roll(seeds.len())].clone();
            for _ in 0..dice.roll(8) {
                let at = dice.roll(bytes.len());
                match dice.roll(4) {
                    0 => bytes[at] = dice.roll(256) as u8,
                    1 => bytes.truncate(at + 1),
                    2 => bytes.insert(at, b"{}[]\",:\n\\0x"[dice.roll(11)]),
                    _ => bytes.extend(noise(dice.roll(40), seed)),
                }
            }
            script.push((side, bytes));
        }
        let whole = run(&script, usize::MAX);
        for piece in [1, 1 + dice.roll(50)] {
            assert_eq!(run(&script, piece), whole, "seed {seed}");
        }
        let mut conversation = Conversation::default();
        if dice.roll(2) == 0 {
            conversation.begins_late();
        }
        for (side, bytes) in &script {
            conversation.push(*side, bytes, 0, dice.roll(2) == 0);
        }
        conversation.finish();
    }
}

#[test]
fn a_conversation_stays_small_whatever_comes() {
    for seed in 0..40 {
        let mut dice = Dice(seed);
        let mut conversation = Conversation::default();
        let seeds = seeds();
        conversation.push(Client, &seeds[dice.roll(seeds.len())], 0, false);
        let open =
            [&b"{\"a\":\""[..], b"[", b"{\"id\":1,\"method\":\"mining.submit\",\"params\":[\"", b"HTTP/1.1 200 OK\r\nX: "][dice.roll(4)];
        for _ in 0..200 {
            let side = if dice.roll(2) == 0 { Client } else { Server };
            conversation.push(side, open, 0, false);
            conversation.push(side, &[b"aA0 \n"[dice.roll(5)]; 3000], 0, dice.roll(20) == 0);
            assert!(conversation.held() < 300_000, "{}", conversation.held());
        }
    }
}

/// `cargo test --release -p evidence --lib mining -- --ignored --nocapture speed`
#[test]
#[ignore = "measures"]
fn speed() {
    const SIZE: usize = 200 << 20;
    let segment = 1460;
    let page = [&b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n"[..], &[b'x'; 40_000]].concat();
    let monero: Vec<u8> = monero().into_iter().filter(|(side, _)| *side == Server).flat_map(|(_, bytes)| bytes).collect();
    for (name, flow) in [
        ("TLS", [&[0x16, 3, 1, 2, 0, 1][..], &noise(40_000, 1)].concat()),
        ("noise", noise(40_000, 2)),
        ("page", page),
        ("mail", b"250 this is a line of text\r\n".repeat(1500)),
        ("other JSON-RPC", b"{\"id\":1,\"method\":\"ping\",\"params\":[1,2,3]}\n".repeat(1000)),
        ("mining", monero.repeat(50)),
    ] {
        let start = std::time::Instant::now();
        let mut bytes = 0;
        let mut flows = 0u32;
        while bytes < SIZE {
            let mut conversation = Conversation::default();
            for part in flow.chunks(segment) {
                conversation.push(Server, part, 0, false);
                bytes += part.len();
            }
            flows += 1;
            std::hint::black_box(conversation.finish());
        }
        let seconds = start.elapsed().as_secs_f64();
        eprintln!("{name}: {:.0} MB/s, {:.2} us a flow", bytes as f64 / seconds / 1e6, seconds * 1e6 / f64::from(flows));
    }
}
