//! Cashaddr's checksum, which Bitcoin Cash, Kaspa and Nexa use with prefixes of their own, and Conflux with letters of its own.

const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
/// Of CIP-37 in Conflux-Chain/CIPs.
const CONFLUX: &[u8; 32] = b"abcdefghjkmnprstuvwxyz0123456789";

/// Whether `word` is an address under the prefix; its checksum has 40 bits.
pub(super) fn is_valid(prefix: &str, word: &str) -> bool {
    holds(prefix, word, ALPHABET)
}

/// Whether `word` is an address of Conflux's main network, of small letters or of great ones.
pub(super) fn is_conflux(word: &str) -> bool {
    let small = word.to_ascii_lowercase();
    (small == word || word.to_ascii_uppercase() == word) && holds("cfx", &small, CONFLUX)
}

fn holds(prefix: &str, word: &str, alphabet: &[u8; 32]) -> bool {
    let mut sum = 1u64;
    for byte in prefix.bytes() {
        sum = step(sum, byte & 0x1f);
    }
    sum = step(sum, 0);
    for letter in word.bytes() {
        let Some(digit) = alphabet.iter().position(|known| *known == letter) else { return false };
        sum = step(sum, digit as u8);
    }
    sum ^ 1 == 0
}

fn step(sum: u64, digit: u8) -> u64 {
    const GENERATORS: [u64; 5] = [0x98_f2bc_8e61, 0x79_b76d_99e2, 0xf3_3e5f_b3c4, 0xae_2eab_e2a8, 0x1e_4f43_e470];
    let top = sum >> 35;
    let mut next = ((sum & 0x07_ffff_ffff) << 5) ^ u64::from(digit);
    for (bit, generator) in GENERATORS.iter().enumerate() {
        if top >> bit & 1 == 1 {
            next ^= generator;
        }
    }
    next
}
