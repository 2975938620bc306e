//! How many hashes a unit of Stratum v1's difficulty stands for. Miners and pools have to agree on it, so it stands in both; each
//! algorithm's worked example is in `tests/worked.rs`.

/// The hashes of a share of difficulty 1, whose target is 0xffff * 2^208. Some programs take 2^224, which is 0.0015 % less.
const ONE: f64 = 281_474_976_710_656.0 / 65_535.0;

/// `None` where that is not known: then no hashes are told.
pub(super) fn hashes_per_difficulty(algorithm: &str) -> Option<f64> {
    Some(match algorithm {
        "sha256d" | "x11" | "x13" | "x14" | "x15" | "x17" | "quark" | "nist5" | "qubit" | "kheavyhash" | "ethash" => ONE,
        "keccak" | "lyra2" => ONE / 128.0,
        "groestl" | "keccakc" | "fresh" | "xevan" | "x16r" | "x16rv2" | "x16s" | "lbry" | "lyra2v2" | "lyra2v3" | "lyra2z" | "allium"
        | "phi2" | "verthash" => ONE / 256.0,
        "scrypt" | "neoscrypt" | "yescrypt" | "yescryptr8" | "yescryptr16" | "yescryptr32" | "yespower" | "yespowerr16" | "ghostrider" => {
            ONE / 65_536.0
        }
        _ => return None,
    })
}
