//! Encodes addresses, by the published descriptions and not with the code or the libraries that decode them; only the hashes are shared.

use sha2::{Digest, Sha256};
use sha3::Keccak256;

const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BASE32: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const CONFLUX: &[u8; 32] = b"abcdefghjkmnprstuvwxyz0123456789";

/// A great number by long division.
pub(crate) fn base58(bytes: &[u8]) -> String {
    let mut number = bytes.to_vec();
    let mut out = Vec::new();
    while number.iter().any(|byte| *byte != 0) {
        let mut rest = 0u32;
        for byte in &mut number {
            let value = rest << 8 | u32::from(*byte);
            *byte = (value / 58) as u8;
            rest = value % 58;
        }
        out.push(BASE58[rest as usize]);
    }
    out.extend(bytes.iter().take_while(|byte| **byte == 0).map(|_| b'1'));
    out.reverse();
    String::from_utf8(out).unwrap()
}

/// Of Bitcoin's kind.
pub(crate) fn base58_check(version: &[u8], hash: &[u8]) -> String {
    let payload = [version, hash].concat();
    let sum = Sha256::digest(Sha256::digest(&payload));
    base58(&[&payload[..], &sum[..4]].concat())
}

pub(crate) fn ergo(key: &[u8]) -> String {
    let payload = [&[1, 2][..], key].concat();
    let sum = blake2b_simd::Params::new().hash_length(32).hash(&payload);
    base58(&[&payload[..], &sum.as_bytes()[..4]].concat())
}

/// Of Monero's kin: eight bytes are eleven letters, and fewer are as many as they need.
pub(crate) fn cryptonote(mut network: u64, keys: &[u8]) -> String {
    let mut payload = Vec::new();
    while network >= 128 {
        payload.push(network as u8 | 128);
        network >>= 7;
    }
    payload.push(network as u8);
    payload.extend_from_slice(keys);
    let sum = Keccak256::digest(&payload);
    payload.extend_from_slice(&sum[..4]);
    let letters = [0, 2, 3, 5, 6, 7, 9, 10, 11];
    let block = |bytes: &[u8]| {
        let mut value = bytes.iter().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
        let mut out = vec![BASE58[0]; letters[bytes.len()]];
        for letter in out.iter_mut().rev() {
            *letter = BASE58[(value % 58) as usize];
            value /= 58;
        }
        String::from_utf8(out).unwrap()
    };
    payload.chunks(8).map(block).collect()
}

/// Groups of five bits, filled up with zeros.
fn fives(bytes: &[u8]) -> Vec<u8> {
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1)).collect();
    bits.chunks(5).map(|five| (0..5).fold(0, |sum, at| sum << 1 | five.get(at).copied().unwrap_or_default())).collect()
}

fn word(alphabet: &[u8; 32], values: &[u8]) -> String {
    values.iter().map(|value| char::from(alphabet[usize::from(*value)])).collect()
}

/// BIP 173 and, with the other constant, BIP 350; `first` is a value before the bytes.
pub(crate) fn bech32(prefix: &str, first: Option<u8>, bytes: &[u8], constant: u32) -> String {
    let values: Vec<u8> = first.into_iter().chain(fives(bytes)).collect();
    let generators = [0x3b6a_57b2u32, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let high = prefix.bytes().map(|letter| letter >> 5);
    let low = prefix.bytes().map(|letter| letter & 31);
    let all = high.chain([0]).chain(low).chain(values.iter().copied()).chain([0; 6]);
    let sum = all.fold(1u32, |sum, value| {
        let top = sum >> 25;
        let next = (sum & 0x01ff_ffff) << 5 ^ u32::from(value);
        (0..5).filter(|bit| top >> bit & 1 == 1).fold(next, |next, bit| next ^ generators[bit])
    }) ^ constant;
    let check: Vec<u8> = (0..6).map(|at| (sum >> (5 * (5 - at)) & 31) as u8).collect();
    format!("{prefix}1{}{}", word(BASE32, &values), word(BASE32, &check))
}

pub(crate) const BECH32: u32 = 1;
pub(crate) const BECH32M: u32 = 0x2bc8_30a3;

/// Cashaddr's code, without the prefix that it is for.
fn cashaddr_with(alphabet: &[u8; 32], prefix: &str, bytes: &[u8]) -> String {
    let values = fives(bytes);
    let generators = [0x98_f2bc_8e61u64, 0x79_b76d_99e2, 0xf3_3e5f_b3c4, 0xae_2eab_e2a8, 0x1e_4f43_e470];
    let all = prefix.bytes().map(|letter| letter & 31).chain([0]).chain(values.iter().copied()).chain([0; 8]);
    let sum = all.fold(1u64, |sum, value| {
        let top = sum >> 35;
        let next = (sum & 0x07_ffff_ffff) << 5 ^ u64::from(value);
        (0..5).filter(|bit| top >> bit & 1 == 1).fold(next, |next, bit| next ^ generators[bit])
    }) ^ 1;
    let check: Vec<u8> = (0..8).map(|at| (sum >> (5 * (7 - at)) & 31) as u8).collect();
    word(alphabet, &values) + &word(alphabet, &check)
}

pub(crate) fn cashaddr(prefix: &str, bytes: &[u8]) -> String {
    cashaddr_with(BASE32, prefix, bytes)
}

pub(crate) fn conflux(account: &[u8]) -> String {
    cashaddr_with(CONFLUX, "cfx", &[&[0][..], account].concat())
}

/// EIP 55.
pub(crate) fn ethereum(account: &[u8]) -> String {
    let digits: String = account.iter().map(|byte| format!("{byte:02x}")).collect();
    let hash: String = Keccak256::digest(digits.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let case = |(digit, of_hash): (char, char)| if of_hash >= '8' { digit.to_ascii_uppercase() } else { digit };
    format!("0x{}", digits.chars().zip(hash.chars()).map(case).collect::<String>())
}
