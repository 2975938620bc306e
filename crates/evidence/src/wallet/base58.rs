//! Addresses in base 58: Bitcoin's kind with a double SHA-256, and Monero's, which is cut into blocks and ends in a Keccak-256.

use sha2::{Digest, Sha256};
use sha3::Keccak256;

/// The first bytes of addresses and their coins. Where coins share one, Bitcoin's is taken.
const VERSIONS: [(&[u8], &str); 12] = [
    (&[0], "BTC"),
    (&[5], "BTC"),
    (&[48], "LTC"),
    (&[50], "LTC"),
    (&[30], "DOGE"),
    (&[22], "DOGE"),
    (&[76], "DASH"),
    (&[16], "DASH"),
    (&[60], "RVN"),
    (&[122], "RVN"),
    (&[0x1c, 0xb8], "ZEC"),
    (&[0x1c, 0xbd], "ZEC"),
];

/// The coin of an address with a double SHA-256.
pub(super) fn coin(word: &str) -> Option<&'static str> {
    let bytes = bs58::decode(word).into_vec().ok()?;
    let payload = bytes.len().checked_sub(4)?;
    let (payload, sum) = bytes.split_at(payload);
    let (_, coin) = VERSIONS.iter().find(|(version, _)| payload.starts_with(version) && payload.len() == version.len() + 20)?;
    (checksum(payload) == sum).then_some(coin)
}

fn checksum(payload: &[u8]) -> [u8; 4] {
    let hash = Sha256::digest(Sha256::digest(payload));
    [hash[0], hash[1], hash[2], hash[3]]
}

#[cfg(test)]
pub(super) fn encode_check(payload: &[u8]) -> String {
    bs58::encode([payload, &checksum(payload)].concat()).into_string()
}

/// Whether a word is an address of Monero's main network: standard (18), integrated (19) or a sub-address (42).
pub(super) fn monero(word: &str) -> bool {
    let Some(bytes) = blocks(word.as_bytes()) else { return false };
    let Some((payload, sum)) = bytes.len().checked_sub(4).map(|at| bytes.split_at(at)) else { return false };
    let length = match payload.first() {
        Some(18 | 42) => 65,
        Some(19) => 73,
        _ => return false,
    };
    payload.len() == length && Keccak256::digest(payload).get(..4) == Some(sum)
}

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// How many bytes a block of so many letters stands for; 0 where there is no such block.
const BLOCK_BYTES: [usize; 12] = [0, 0, 1, 2, 0, 3, 4, 5, 0, 6, 7, 8];

fn blocks(word: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(80);
    for block in word.chunks(11) {
        let size = BLOCK_BYTES.get(block.len()).copied().filter(|size| *size > 0)?;
        let mut value: u128 = 0;
        for letter in block {
            let digit = ALPHABET.iter().position(|known| known == letter)?;
            value = value * 58 + digit as u128;
        }
        if value >> (8 * size) != 0 {
            return None;
        }
        bytes.extend_from_slice(value.to_be_bytes().get(16 - size..)?);
    }
    Some(bytes)
}
