//! A connection of which TLS lets only the server's name be seen.

use super::super::packets::Who;
use super::carry::Flight;
use super::numbers::Numbers;

pub(crate) fn flights(name: &str, numbers: &mut Numbers) -> Vec<Flight> {
    let entry = [&[0, 0, name.len() as u8][..], name.as_bytes()].concat();
    let list = [&[0, entry.len() as u8][..], &entry].concat();
    let extension = [&[0, 0, 0, list.len() as u8][..], &list].concat();
    let head = [3, 3].into_iter().chain(numbers.bytes(32)).chain([0, 0, 2, 0x13, 1, 1, 0, 0, extension.len() as u8]);
    let hello = record(22, &message(1, &head.chain(extension).collect::<Vec<_>>()));
    let answer = [3, 3].into_iter().chain(numbers.bytes(32)).chain([0, 0x13, 1, 0, 0, 6, 0, 43, 0, 2, 3, 4]);
    let answer = record(22, &message(2, &answer.collect::<Vec<_>>()));
    let mut all = vec![(Who::Client, hello), (Who::Server, answer)];
    for _ in 0..6 {
        all.push((Who::Client, record(23, &numbers.bytes(200))));
        all.push((Who::Server, record(23, &numbers.bytes(380))));
    }
    all.into_iter().map(|(who, bytes)| Flight { who, bytes, said: 0 }).collect()
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind, 0, 0, body.len() as u8][..], body].concat()
}

fn record(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind, 3, 3][..], &(body.len() as u16).to_be_bytes(), body].concat()
}
