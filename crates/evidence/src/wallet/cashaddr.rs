//! Cashaddr's checksum, which Bitcoin Cash and Kaspa use with prefixes of their own.

const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// Whether `word` is an address under the prefix; its checksum has 40 bits.
pub(super) fn is_valid(prefix: &str, word: &str) -> bool {
    let mut sum = 1u64;
    for byte in prefix.bytes() {
        sum = step(sum, byte & 0x1f);
    }
    sum = step(sum, 0);
    for letter in word.bytes() {
        let Some(digit) = ALPHABET.iter().position(|known| *known == letter) else { return false };
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
