//! Hashes.

mod xxh64;

use super::args::{error, kernel, longs, strings};
use super::operand::ToText;
use super::{Arg, Call, FunctionError, Resolved};
use arrow::array::{ArrayRef, Int64Array};
use md5::Md5;
use model::KqlType;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::sync::Arc;

pub(crate) fn resolve(call: &Call) -> Resolved {
    match call.name {
        "hash" | "hash_xxhash64" => hash(call),
        "hash_md5" => digest(call, |bytes, out| hexadecimal(&Md5::digest(bytes), out)),
        "hash_sha1" => digest(call, |bytes, out| hexadecimal(&Sha1::digest(bytes), out)),
        "hash_sha256" => digest(call, |bytes, out| hexadecimal(&Sha256::digest(bytes), out)),
        _ => None,
    }
}

/// Of the text that `tostring` makes; of nothing, nothing.
fn digest(call: &Call, write: fn(&[u8], &mut String)) -> Resolved {
    let [arg] = call.args else { return None };
    let text = ToText::new(arg)?;
    kernel(call, move |args: &[Arg], rows| {
        let cells = text.read(&args[0], rows)?;
        Ok(strings(rows, |row, out| {
            let text = cells.get(row);
            if !text.is_empty() {
                write(text.as_bytes(), out);
            }
        }))
    })
}

fn hexadecimal(bytes: &[u8], out: &mut String) {
    for byte in bytes {
        let _ = write!(out, "{byte:02x}");
    }
}

/// xxHash64 of a string's UTF-8, or of the eight bytes of a number of ticks. Other types are hashed over bytes that are not documented.
fn hash(call: &Call) -> Resolved {
    let (value, modulus) = match call.args {
        [value] => (value, None),
        [value, modulus] if matches!(modulus.kql_type, KqlType::Int | KqlType::Long) => (value, Some(())),
        _ => return None,
    };
    let text = match value.kql_type {
        KqlType::String => Some(ToText::new(value)?),
        KqlType::DateTime => None,
        _ => return None,
    };
    kernel(call, move |args: &[Arg], rows| {
        let hashes: Vec<Option<i64>> = match &text {
            Some(text) => {
                let cells = text.read(&args[0], rows)?;
                (0..rows).map(|row| Some(xxh64::hash(cells.get(row).as_bytes()) as i64)).collect()
            }
            None => {
                let cells = longs(&args[0])?;
                (0..rows).map(|row| cells.get(row).map(|ticks| xxh64::hash(&ticks.to_le_bytes()) as i64)).collect()
            }
        };
        if modulus.is_none() {
            return Ok(Arc::new(Int64Array::from(hashes)) as ArrayRef);
        }
        let moduli = longs(&args[1])?;
        let remainders = hashes.into_iter().enumerate().map(|(row, hash)| match (hash, moduli.get(row)) {
            (Some(hash), Some(modulus)) if hash >= 0 && modulus > 0 => Ok(Some(hash % modulus)),
            (None, _) | (_, None) => Ok(None),
            _ => Err(error("hash", "the remainder of a negative hash is not known; take the hash without a second argument")),
        });
        let remainders = remainders.collect::<Result<Vec<_>, FunctionError>>()?;
        Ok(Arc::new(Int64Array::from(remainders)) as ArrayRef)
    })
}
