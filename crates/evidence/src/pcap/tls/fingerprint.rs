//! JA3 and JA4 of a client's hello.

use super::hello::Parts;
use md5::Md5;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The MD5 sum of version, ciphers, extensions, groups and point formats.
pub(super) fn ja3(parts: &Parts<'_>) -> String {
    let text = ja3_text(parts);
    hexadecimal(&Md5::digest(text.as_bytes()))
}

fn ja3_text(parts: &Parts<'_>) -> String {
    let list = |values: &[u16]| values.iter().map(u16::to_string).collect::<Vec<_>>().join("-");
    let formats: Vec<u16> = parts.point_formats.iter().map(|format| (*format).into()).collect();
    format!("{},{},{},{},{}", parts.version, list(&parts.ciphers), list(&parts.extensions), list(&parts.groups), list(&formats))
}

const SERVER_NAME: u16 = 0;
const ALPN: u16 = 16;

/// JA4 over TCP: version, whether a name is asked for, numbers of ciphers and extensions, protocol; then cut sums of the sorted lists.
pub(super) fn ja4(parts: &Parts<'_>) -> String {
    let version = match parts.versions.iter().copied().max().unwrap_or(parts.version) {
        0x0304 => "13",
        0x0303 => "12",
        0x0302 => "11",
        0x0301 => "10",
        0x0300 => "s3",
        0x0002 => "s2",
        _ => "00",
    };
    let name = if parts.extensions.contains(&SERVER_NAME) { 'd' } else { 'i' };
    let mut ciphers = parts.ciphers.clone();
    ciphers.sort_unstable();
    let mut extensions: Vec<u16> = parts.extensions.iter().copied().filter(|kind| !matches!(*kind, SERVER_NAME | ALPN)).collect();
    extensions.sort_unstable();
    let mut behind = list(&extensions);
    if !parts.signatures.is_empty() {
        behind.push('_');
        behind.push_str(&list(&parts.signatures));
    }
    format!(
        "t{version}{name}{:02}{:02}{}_{}_{}",
        parts.ciphers.len().min(99),
        parts.extensions.len().min(99),
        protocol(parts.alpn),
        cut_sum(&list(&ciphers), ciphers.is_empty()),
        cut_sum(&behind, extensions.is_empty() && parts.signatures.is_empty()),
    )
}

/// The first and last letter of the first protocol; of its bytes as digits where they are no letters.
fn protocol(alpn: Option<&[u8]>) -> String {
    let (Some(first), Some(last)) = (alpn.and_then(<[u8]>::first), alpn.and_then(<[u8]>::last)) else { return "00".to_owned() };
    if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() {
        return [char::from(*first), char::from(*last)].iter().collect();
    }
    format!("{:x}{:x}", first >> 4, last & 15)
}

fn list(values: &[u16]) -> String {
    values.iter().map(|value| format!("{value:04x}")).collect::<Vec<_>>().join(",")
}

fn cut_sum(text: &str, empty: bool) -> String {
    if empty {
        return "0".repeat(12);
    }
    let mut sum = hexadecimal(&Sha256::digest(text.as_bytes()));
    sum.truncate(12);
    sum
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ja3_of_its_description() {
        let parts = Parts {
            version: 769,
            ciphers: vec![47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4],
            extensions: vec![0, 10, 11],
            groups: vec![23, 24, 25],
            point_formats: &[0],
            ..Parts::default()
        };
        assert_eq!(ja3_text(&parts), "769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0");
        assert_eq!(ja3(&parts), "ada70206e40642a3e4461f35503241d5");
        let bare = Parts { version: 769, ciphers: vec![4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99], ..Parts::default() };
        assert_eq!(ja3(&bare), "de350869b8c85de67a350c8d186f11e6");
    }

    #[test]
    fn ja4_of_its_description() {
        let parts = Parts {
            version: 0x0303,
            versions: vec![0x0304, 0x0303],
            ciphers: vec![
                0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035,
            ],
            extensions: vec![
                0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d, 0x0005, 0x0023, 0x0012, 0x002b, 0xff01, 0x000b, 0x000a,
                0x0015,
            ],
            signatures: vec![0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601],
            alpn: Some(b"h2"),
            ..Parts::default()
        };
        assert_eq!(ja4(&parts), "t13d1516h2_8daaf6152771_e5627efa2ab1");
        assert_eq!(ja4(&Parts { version: 0x0301, ..Parts::default() }), "t10i000000_000000000000_000000000000");
    }
}
