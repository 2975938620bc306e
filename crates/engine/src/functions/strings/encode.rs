//! Percent-encoding and base64.

use super::map;
use crate::dynamic::DynValue;
use crate::functions::args::{kernel, nullable_texts, strings, texts};
use crate::functions::operand::ToText;
use crate::functions::{Arg, Call, Resolved};
use model::KqlType;
use std::fmt::Write;
use std::io::Read;

pub(super) fn resolve(call: &Call) -> Resolved {
    match call.name {
        "url_encode" => map(call, |text, out| percent_encode(text, "+", out)),
        "url_encode_component" => map(call, |text, out| percent_encode(text, "%20", out)),
        "url_decode" => map(call, |text, out| out.push_str(&percent_decode(text))),
        "base64_encode_tostring" | "base64_encodestring" => map(call, |text, out| base64_encode(text.as_bytes(), out)),
        "base64_decode_tostring" | "base64_decodestring" => map(call, |text, out| {
            out.push_str(&base64_decode(text).and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default());
        }),
        "base64_decode_toarray" => nullable(call, KqlType::String, |text, out| match base64_decode(text) {
            Some(bytes) => {
                out.push_str(&DynValue::Array(bytes.into_iter().map(|b| DynValue::Long(i64::from(b))).collect()).encode());
                true
            }
            None => false,
        }),
        "base64_decode_toguid" => nullable(call, KqlType::String, |text, out| match base64_decode(text).as_deref().and_then(guid_text) {
            Some(guid) => {
                out.push_str(&guid);
                true
            }
            None => false,
        }),
        "gzip_decompress_from_base64_string" => {
            map(call, |text, out| out.push_str(&unpack(text, |bytes| Box::new(flate2::read::GzDecoder::new(bytes)))))
        }
        "zlib_decompress_from_base64_string" => {
            map(call, |text, out| out.push_str(&unpack(text, |bytes| Box::new(flate2::read::ZlibDecoder::new(bytes)))))
        }
        "base64_encode_fromguid" => from_bytes(call, KqlType::Guid, guid_bytes),
        "base64_encode_fromarray" => from_bytes(call, KqlType::Dynamic, array_bytes),
        _ => None,
    }
}

/// A nullable text from a text of one type.
fn nullable(call: &Call, from: KqlType, write: impl Fn(&str, &mut String) -> bool + Send + Sync + 'static) -> Resolved {
    let [arg] = call.args else { return None };
    if arg.kql_type != from && arg.kql_type != KqlType::Dynamic {
        return None;
    }
    let text = ToText::new(arg)?;
    kernel(call, move |args: &[Arg], rows| {
        let cells = text.read(&args[0], rows)?;
        Ok(nullable_texts(rows, |row, out| write(&cells.get(row), out)))
    })
}

fn from_bytes(call: &Call, from: KqlType, bytes: fn(&str) -> Option<Vec<u8>>) -> Resolved {
    let [arg] = call.args else { return None };
    if arg.kql_type != from {
        return None;
    }
    kernel(call, move |args: &[Arg], rows| {
        let cells = texts(&args[0])?;
        Ok(strings(rows, |row, out| {
            if let Some(bytes) = cells.get(row).and_then(bytes) {
                base64_encode(&bytes, out);
            }
        }))
    })
}

/// More than this does not come out of a packed string.
const UNPACKED: u64 = 4 << 20;

/// The text in packed base64; empty where it is not packed so, is no UTF-8, or is longer than [`UNPACKED`].
fn unpack(text: &str, decoder: for<'a> fn(&'a [u8]) -> Box<dyn Read + 'a>) -> String {
    let Some(bytes) = base64_decode(text) else { return String::new() };
    let mut out = Vec::new();
    match decoder(&bytes).take(UNPACKED + 1).read_to_end(&mut out) {
        Ok(length) if length as u64 <= UNPACKED => String::from_utf8(out).unwrap_or_default(),
        _ => String::new(),
    }
}

/// Everything but letters, digits and `-_.!*()` as `%` and two lower-case digits.
fn percent_encode(text: &str, blank: &str, out: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'!' | b'*' | b'(' | b')' => out.push(char::from(byte)),
            b' ' => out.push_str(blank),
            other => {
                let _ = write!(out, "%{other:02x}");
            }
        }
    }
}

/// `+` is a blank; what is no escape stands as it is.
pub(crate) fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escape = match (byte, bytes.get(at + 1), bytes.get(at + 2)) {
            (b'%', Some(high), Some(low)) => char::from(*high).to_digit(16).zip(char::from(*low).to_digit(16)),
            _ => None,
        };
        match escape {
            Some((high, low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            None => {
                out.push(if byte == b'+' { b' ' } else { byte });
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64_encode(bytes: &[u8], out: &mut String) {
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_u32, |w, b| w << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for n in 0..4 {
            let sextet = (word >> (18 - 6 * n)) & 63;
            out.push(if n <= chunk.len() { char::from(ALPHABET[sextet as usize]) } else { '=' });
        }
    }
}

/// Standard base64 with padding; `None` for anything else.
fn base64_decode(text: &str) -> Option<Vec<u8>> {
    let bytes = text.as_bytes();
    if !bytes.len().is_multiple_of(4) {
        return None;
    }
    let data = bytes.strip_suffix(b"==").or_else(|| bytes.strip_suffix(b"=")).unwrap_or(bytes);
    let mut out = Vec::with_capacity(data.len() / 4 * 3 + 2);
    for chunk in data.chunks(4) {
        let mut word = 0_u32;
        for byte in chunk {
            let sextet = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'a'..=b'z' => byte - b'a' + 26,
                b'0'..=b'9' => byte - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return None,
            };
            word = word << 6 | u32::from(sextet);
        }
        word <<= 6 * (4 - chunk.len());
        let [_, triple @ ..] = word.to_be_bytes();
        out.extend(triple.iter().take(chunk.len().checked_sub(1)?));
    }
    Some(out)
}

/// A GUID's text from its 16 bytes, the first three numbers little-endian.
fn guid_text(bytes: &[u8]) -> Option<String> {
    let [a, b, c, d, e, f, g, h, rest @ ..] = bytes else { return None };
    let mut out = format!("{d:02x}{c:02x}{b:02x}{a:02x}-{f:02x}{e:02x}-{h:02x}{g:02x}");
    if rest.len() != 8 {
        return None;
    }
    for (n, byte) in rest.iter().enumerate() {
        if n == 0 || n == 2 {
            out.push('-');
        }
        let _ = write!(out, "{byte:02x}");
    }
    Some(out)
}

fn guid_bytes(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(16)).collect();
    let bytes: Vec<u8> = digits.chunks(2).map(|pair| pair.iter().fold(0, |n, d| n * 16 + d) as u8).collect();
    let order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    (bytes.len() == 16).then(|| order.iter().filter_map(|&n: &usize| bytes.get(n).copied()).collect())
}

fn array_bytes(text: &str) -> Option<Vec<u8>> {
    DynValue::parse(text)
        .as_array()?
        .iter()
        .map(|item| match item {
            DynValue::Long(n) => u8::try_from(*n).ok(),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64() {
        for (text, encoded) in [("", ""), ("K", "Sw=="), ("Ku", "S3U="), ("Kus", "S3Vz"), ("Kusto", "S3VzdG8=")] {
            let mut out = String::new();
            base64_encode(text.as_bytes(), &mut out);
            assert_eq!(out, encoded);
            assert_eq!(base64_decode(encoded).unwrap(), text.as_bytes());
        }
        for bad in ["S", "S3V", "S3V*", "=", "====", "S===", "S3VzdG8=x"] {
            assert_eq!(base64_decode(bad), None, "{bad}");
        }
        let bytes = base64_decode("JpbpECu8dUy7Pv5gbeJXAA==").unwrap();
        assert_eq!(guid_text(&bytes).unwrap(), "10e99626-bc2b-4c75-bb3e-fe606de25700");
        assert_eq!(guid_bytes("10e99626-bc2b-4c75-bb3e-fe606de25700").unwrap(), bytes);
    }

    #[test]
    fn packed() {
        let zlib = |text: &str| unpack(text, |bytes| Box::new(flate2::read::ZlibDecoder::new(bytes)));
        let gzip = |text: &str| unpack(text, |bytes| Box::new(flate2::read::GzDecoder::new(bytes)));
        assert_eq!(zlib("eJwLSS0uUSguKcrMS1cwNDIGACxqBQ4="), "Test string 123");
        assert_eq!(gzip("H4sIAAAAAAAA/wEUAOv/MTIzNDU2Nzg5MHF3ZXJ0eXVpb3A6m7f2FAAAAA=="), "1234567890qwertyuiop");
        assert_eq!(zlib("x0x0x0"), "");
        assert_eq!(gzip("eJwLSS0uUSguKcrMS1cwNDIGACxqBQ4="), "");
    }

    #[test]
    fn urls() {
        let mut out = String::new();
        percent_encode("https://www.bing.com/hello world/é", "%20", &mut out);
        assert_eq!(out, "https%3a%2f%2fwww.bing.com%2fhello%20world%2f%c3%a9");
        assert_eq!(percent_decode(&out), "https://www.bing.com/hello world/é");
        assert_eq!(percent_decode("a+b%zz%2"), "a b%zz%2");
    }
}
