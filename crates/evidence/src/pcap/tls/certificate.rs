//! The server's own certificate, the first of those it sends.

use super::fingerprint::hexadecimal;
use crate::pcap::rows::Certificate;
use sha2::{Digest, Sha256};
use x509_parser::prelude::{FromDer, X509Certificate};

/// Bytes of a subject's or issuer's text.
const TEXT: usize = 2_048;

fn length24(bytes: &[u8], at: usize) -> Option<usize> {
    let three = bytes.get(at..at + 3)?;
    Some(three.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)))
}

/// Where the first certificate of the message's body ends.
pub(super) fn first_ends(body: &[u8]) -> Option<usize> {
    Some(6 + length24(body, 3)?)
}

pub(super) fn first(body: &[u8]) -> Option<Certificate> {
    let der = body.get(6..first_ends(body)?).filter(|der| !der.is_empty())?;
    let sha256 = hexadecimal(&Sha256::digest(der));
    // Some are no certificates; that one was sent is told nonetheless.
    let Ok((_, certificate)) = X509Certificate::from_der(der) else {
        return Some(Certificate { subject: String::new(), issuer: String::new(), sha256, self_signed: None });
    };
    let (subject, issuer) = (certificate.subject(), certificate.issuer());
    Some(Certificate {
        subject: capped(subject.to_string()),
        issuer: capped(issuer.to_string()),
        sha256,
        self_signed: Some(subject.as_raw() == issuer.as_raw()),
    })
}

fn capped(mut text: String) -> String {
    if text.len() > TEXT {
        text.truncate(text.floor_char_boundary(TEXT));
    }
    text
}
