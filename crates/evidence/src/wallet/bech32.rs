//! Addresses in bech32 and bech32m: Bitcoin's and Litecoin's for segregated witnesses, Zcash's without them, Grin's, DERO's, Xelis'.

use ::bech32::primitives::decode::CheckedHrpstring;
use ::bech32::{Bech32, Bech32m, Checksum};

/// Bitcoin allows no longer ones.
const LONGEST_SEGWIT: usize = 90;

/// The coin of an address.
pub(super) fn coin(word: &str) -> Option<&'static str> {
    match word.as_bytes() {
        [b'b' | b'B' | b'l' | b'L', ..] if word.len() <= LONGEST_SEGWIT => segwit(word),
        // Of `constants/mainnet.rs` in zcash/librustzcash: a payment address of Sapling, and a unified one, whose shortest has one receiver.
        [b'z', b's', b'1', ..] => (holds::<Bech32>(word)? == 43).then_some("ZEC"),
        [b'u', b'1', ..] => (holds::<Bech32m>(word)? >= 38).then_some("ZEC"),
        // Of `rpc/address.go` in deroproject/derohe: a version and a point.
        [b'd', b'e', b'r', b'o', b'1', ..] => (holds::<Bech32>(word)? == 34).then_some("DERO"),
        // Of `impls/src/adapters/slatepack` in mimblewimble/grin-wallet.
        [b'g', b'r', b'i', b'n', b'1', ..] => (holds::<Bech32>(word)? == 32).then_some("GRIN"),
        _ => None,
    }
}

/// Xelis has a colon where others have a 1 (`xelis_common/src/crypto/bech32.rs` in xelis-project/xelis-blockchain), so that a word ends
/// behind its `xel`.
pub(super) fn is_xelis(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        && holds::<Bech32>(&format!("xel1{word}")).is_some_and(|size| size >= 33)
}

fn segwit(word: &str) -> Option<&'static str> {
    let (hrp, ..) = ::bech32::segwit::decode(word).ok()?;
    match hrp.to_lowercase().as_str() {
        "bc" => Some("BTC"),
        "ltc" => Some("LTC"),
        _ => None,
    }
}

/// How many bytes the word stands for, if its checksum holds.
fn holds<Kind: Checksum>(word: &str) -> Option<usize> {
    Some(CheckedHrpstring::new::<Kind>(word).ok()?.byte_iter().count())
}
