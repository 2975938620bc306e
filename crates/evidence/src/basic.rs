//! Credentials in HTTP's `Basic` scheme (RFC 7617).

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Some clients leave the padding out.
const CODE: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent));

/// Longer credentials are none.
const LONGEST: usize = 1024;

/// The user's name in a value of `Authorization`; never the password.
pub(crate) fn user(value: &[u8]) -> Option<String> {
    let (scheme, code) = value.split_at_checked(6)?;
    if !scheme.eq_ignore_ascii_case(b"basic ") || code.len() > LONGEST {
        return None;
    }
    let plain = CODE.decode(code.trim_ascii()).ok()?;
    let name = plain.split(|byte| *byte == b':').next()?;
    Some(String::from_utf8_lossy(name).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_without_the_password() {
        assert_eq!(user(b"Basic d2FsbGV0Lndvcms6c2VjcmV0").as_deref(), Some("wallet.work"));
        assert_eq!(user(b"basic  dXNlcjp4Cg").as_deref(), Some("user"));
        assert_eq!(user(b"basic dXNlcjp4Cg==").as_deref(), Some("user"));
        assert_eq!(user(b"Bearer dXNlcjp4"), None);
        assert_eq!(user(b"Basic ***"), None);
        assert_eq!(user(b"Bas"), None);
    }
}
