//! Addresses in base 58 with a checksum at the end: Bitcoin's kind, and Ergo's.

use blake2b_simd::Params;
use sha2::{Digest, Sha256};

/// The first bytes of addresses and their coins. Where coins share one, the greatest is taken: Bitcoin's forks its own, DigiByte and
/// others Dogecoin's 30. Of `src/chainparams.cpp` (`src/kernel/chainparams.cpp`) in bitcoin/bitcoin, litecoin-project/litecoin,
/// dogecoin/dogecoin, dashpay/dash, RavenProject/Ravencoin and zcash/zcash; Tron's of its documentation of accounts.
const VERSIONS: [(&[u8], &str); 13] = [
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
    (&[0x41], "TRX"),
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

/// Ergo's address of a key: the network and the kind of address in one byte, the key, and the head of a BLAKE2b-256 (docs.ergoplatform.com,
/// "Address Types").
pub(super) fn is_ergo(word: &str) -> bool {
    let Ok(bytes) = bs58::decode(word).into_vec() else { return false };
    let Some((payload, sum)) = bytes.len().checked_sub(4).and_then(|at| bytes.split_at_checked(at)) else { return false };
    matches!(payload, [1, 2 | 3, ..]) && payload.len() == 34 && Params::new().hash_length(32).hash(payload).as_bytes().get(..4) == Some(sum)
}
