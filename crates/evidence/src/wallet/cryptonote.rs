//! Addresses of Monero's kin: base 58 in blocks of eight bytes, with a number of the network before the keys and a Keccak-256 behind.

use sha3::{Digest, Keccak256};

/// The keys to spend and to view.
const KEYS: usize = 64;
/// An integrated address has a payment's number behind them.
const PAYMENT: usize = 8;

/// The networks' numbers, with what follows them. Of `src/cryptonote_config.h` in monero-project/monero, wownero/wownero,
/// ZephyrProtocol/zephyr and salvium/salvium (whose second kind of address begins with SC1), and `src/CryptoNoteConfig.h` in
/// dynexcoin/Dynex.
const NETWORKS: [(u64, usize, &str); 16] = [
    (18, KEYS, "XMR"),
    (19, KEYS + PAYMENT, "XMR"),
    (42, KEYS, "XMR"),
    (4_146, KEYS, "WOW"),
    (6_810, KEYS + PAYMENT, "WOW"),
    (12_208, KEYS, "WOW"),
    (0x6_241d_18c0, KEYS, "ZEPH"),
    (0xc_4f7d_18c0, KEYS + PAYMENT, "ZEPH"),
    (0x08dd_58c0, KEYS, "ZEPH"),
    (0x003e_f318, KEYS, "SAL"),
    (0x055e_f318, KEYS + PAYMENT, "SAL"),
    (0x0f5e_f318, KEYS, "SAL"),
    (0x0018_0c96, KEYS, "SAL"),
    (0x002c_cc96, KEYS + PAYMENT, "SAL"),
    (0x0031_4c96, KEYS, "SAL"),
    (0xb9, KEYS, "DNX"),
];

/// The coin of an address.
pub(super) fn coin(word: &str) -> Option<&'static str> {
    let bytes = blocks(word.as_bytes())?;
    let (payload, sum) = bytes.split_at_checked(bytes.len().checked_sub(4)?)?;
    let (network, length) = number(payload)?;
    let (.., coin) = NETWORKS.iter().find(|(known, size, _)| *known == network && payload.len() == length + size)?;
    (Keccak256::digest(payload).get(..4) == Some(sum)).then_some(coin)
}

/// A number in groups of seven bits, the lowest first, and its length.
fn number(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0;
    for (at, byte) in bytes.iter().take(9).enumerate() {
        value |= u64::from(byte & 127) << (7 * at);
        if byte & 128 == 0 {
            // None ends in a group that says nothing.
            return (*byte != 0 || at == 0).then_some((value, at + 1));
        }
    }
    None
}

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// How many bytes a block of so many letters stands for; 0 where there is no such block.
const BLOCK_BYTES: [usize; 12] = [0, 0, 1, 2, 0, 3, 4, 5, 0, 6, 7, 8];

fn blocks(word: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(88);
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
