use sha2::{Digest, Sha256};

/// Sixteen hexadecimal digits of the parts, told apart by a byte that none of them holds.
pub(crate) fn id(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let digest = hash.finalize();
    format!("{:016x}", digest.iter().take(8).fold(0u64, |number, byte| number << 8 | u64::from(*byte)))
}
