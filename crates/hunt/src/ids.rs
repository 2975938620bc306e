use sha2::{Digest, Sha256};

/// Sixteen hexadecimal digits of the parts, told apart by a byte that none of them holds.
pub(crate) fn id(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
