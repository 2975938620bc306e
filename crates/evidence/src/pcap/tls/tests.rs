use super::*;
use crate::pcap::file::Place;
use crate::pcap::flow::{CLIENT, Ends, SERVER};

fn seen(record: u64) -> Seen {
    Seen {
        place: Place { record, offset: 0 },
        time: 1,
        ends: Ends { addresses: [[1; 16], [2; 16]], ports: [9, 443], protocol: 6 },
        flow: 0,
    }
}

fn with_length(size: usize, body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u32).to_be_bytes();
    [&length[4 - size..], body].concat()
}

fn handshake(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind], with_length(3, body).as_slice()].concat()
}

fn record(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind, 3, 1], with_length(2, body).as_slice()].concat()
}

fn extension(kind: u16, body: &[u8]) -> Vec<u8> {
    [&kind.to_be_bytes(), with_length(2, body).as_slice()].concat()
}

fn client(name: &str) -> Vec<u8> {
    let entry = [&[0], with_length(2, name.as_bytes()).as_slice()].concat();
    let extensions = [
        extension(0x0a0a, &[]),
        extension(0, &with_length(2, &entry)),
        extension(16, &with_length(2, &[with_length(1, b"h2"), with_length(1, b"http/1.1")].concat())),
    ]
    .concat();
    let body = [&[3, 3][..], &[7; 32], &[0], &with_length(2, &[0x1a, 0x1a, 0x13, 1]), &[1, 0], &with_length(2, &extensions)].concat();
    handshake(1, &body)
}

fn server(version: u16) -> Vec<u8> {
    let extensions = if version == 0x0304 { extension(43, &[3, 4]) } else { extension(16, &with_length(2, &with_length(1, b"http/1.1"))) };
    handshake(2, &[&[3, 3][..], &[7; 32], &[0], &[0x13, 1, 0], &with_length(2, &extensions)].concat())
}

/// Pushes what both sides say in pieces of a size, and gives the rows.
fn rows(size: usize, said: &[(usize, Vec<u8>)]) -> Vec<(String, String, &'static str, Option<String>)> {
    let mut rows = Kept::all();
    let mut tls = Tls::new(true);
    let mut number = 0;
    for (side, bytes) in said {
        for piece in bytes.chunks(size) {
            number += 1;
            tls.push(*side, piece, false, seen(number), &mut rows);
        }
    }
    tls.finish(&mut rows);
    tls.finish(&mut rows);
    rows.rows()
        .iter()
        .map(|r| (r.server_name.clone(), r.alpn.clone(), r.version, r.certificate.as_ref().map(|c| c.sha256.clone())))
        .collect()
}

#[test]
fn handshakes_in_pieces_of_any_size() {
    let chain = handshake(11, &with_length(3, &[with_length(3, b"no certificate"), with_length(3, &[0; 70_000])].concat()));
    let old = [server(0x0303), chain].concat();
    // One message over several records, and several messages in one.
    let old = [record(22, &old[..30]), record(22, &old[30..8_000]), record(22, &old[8_000..16_000])].concat();
    let new = [record(22, &server(0x0304)), record(20, &[1]), record(23, &[9; 300])].concat();
    let sum = fingerprint::hexadecimal(&<sha2::Sha256 as sha2::Digest>::digest(b"no certificate"));
    for size in [1, 2, 5, 7, 100, 1 << 20] {
        let hello = record(22, &client("pool.example"));
        let expect = |alpn: &str, version, certificate| vec![("pool.example".to_owned(), alpn.to_owned(), version, certificate)];
        assert_eq!(rows(size, &[(CLIENT, hello.clone()), (SERVER, new.clone())]), expect("h2", "TLS 1.3", None));
        assert_eq!(rows(size, &[(CLIENT, hello.clone()), (SERVER, old.clone())]), expect("http/1.1", "TLS 1.2", Some(sum.clone())));
        let resumed = [record(22, &server(0x0303)), record(20, &[1]), record(22, &[9; 40])].concat();
        assert_eq!(rows(size, &[(CLIENT, hello.clone()), (SERVER, resumed)]), expect("http/1.1", "TLS 1.2", None));
        assert_eq!(rows(size, &[(CLIENT, hello)]), expect("h2", "", None));
    }
    assert!(rows(9, &[(CLIENT, record(22, b"\x01\0\0\x02ab")), (SERVER, record(22, b"\x02\0\0\0"))]).is_empty());
}

#[test]
fn beginnings() {
    assert_eq!(begins(&[22, 3, 1, 2, 0, 1]), Some(true));
    assert_eq!(begins(&[22, 3, 1]), None);
    for other in [&b"GET"[..], &[22, 3, 9], &[22, 3, 1, 2, 0, 9]] {
        assert_eq!(begins(other), Some(false));
    }
}

#[test]
fn a_flood_of_records_is_bounded() {
    let (mut rows, mut tls) = (Kept::all(), Tls::new(true));
    let endless = handshake(1, &[0; 1 << 20]);
    for piece in endless.chunks(10_000) {
        tls.push(CLIENT, &record(22, piece), false, seen(1), &mut rows);
        assert!(tls.held() <= KEPT + 20_000);
    }
}
