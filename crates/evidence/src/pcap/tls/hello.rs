//! The hellos of client and server.

use super::fingerprint::{ja3, ja4};
use crate::pcap::bytes::Cursor;

/// What a client's hello says, with its fingerprints.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ClientHello {
    pub(super) server_name: String,
    /// The first of the protocols that it offers.
    pub(super) alpn: Option<String>,
    pub(super) ja3: String,
    pub(super) ja4: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ServerHello {
    pub(super) version: u16,
    pub(super) alpn: Option<String>,
}

/// The parts of a client's hello that fingerprints are made of.
#[derive(Default)]
pub(super) struct Parts<'a> {
    pub(super) version: u16,
    pub(super) ciphers: Vec<u16>,
    pub(super) extensions: Vec<u16>,
    pub(super) groups: Vec<u16>,
    pub(super) point_formats: &'a [u8],
    pub(super) signatures: Vec<u16>,
    pub(super) versions: Vec<u16>,
    pub(super) alpn: Option<&'a [u8]>,
    pub(super) server_name: Option<&'a [u8]>,
}

mod extension {
    pub(super) const SERVER_NAME: u16 = 0;
    pub(super) const GROUPS: u16 = 10;
    pub(super) const POINT_FORMATS: u16 = 11;
    pub(super) const SIGNATURES: u16 = 13;
    pub(super) const ALPN: u16 = 16;
    pub(super) const VERSIONS: u16 = 43;
}

/// Values that clients strew in so that servers get used to unknown ones (RFC 8701).
pub(super) fn is_grease(value: u16) -> bool {
    value & 0x0f0f == 0x0a0a && value >> 8 == value & 0xff
}

fn numbers(bytes: &[u8]) -> Vec<u16> {
    bytes.chunks_exact(2).map(|pair| u16::from(pair[0]) << 8 | u16::from(pair[1])).filter(|value| !is_grease(*value)).collect()
}

impl ClientHello {
    pub(super) fn parse(body: &[u8], wanted: bool) -> Option<Self> {
        let parts = Parts::parse(body)?;
        if !wanted {
            return Some(Self::default());
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Some(Self {
            server_name: parts.server_name.map(text).unwrap_or_default(),
            alpn: parts.alpn.map(text),
            ja3: ja3(&parts),
            ja4: ja4(&parts),
        })
    }
}

impl<'a> Parts<'a> {
    pub(super) fn parse(body: &'a [u8]) -> Option<Self> {
        let mut rest = Cursor(body);
        let mut parts = Self { version: rest.u16()?, ..Self::default() };
        rest.take(32)?;
        rest.with_length8()?;
        parts.ciphers = numbers(rest.with_length16()?);
        rest.with_length8()?;
        // Extensions may be missing, and one that is damaged ends what is read of them.
        let mut extensions = Cursor(rest.with_length16().unwrap_or_default());
        while let (Some(kind), Some(data)) = (extensions.u16(), extensions.with_length16()) {
            if !is_grease(kind) {
                parts.extensions.push(kind);
            }
            parts.extension(kind, Cursor(data));
        }
        Some(parts)
    }

    fn extension(&mut self, kind: u16, mut data: Cursor<'a>) -> Option<()> {
        match kind {
            extension::SERVER_NAME => {
                let mut list = Cursor(data.with_length16()?);
                if list.u8()? == 0 {
                    self.server_name = Some(list.with_length16()?);
                }
            }
            extension::GROUPS => self.groups = numbers(data.with_length16()?),
            extension::POINT_FORMATS => self.point_formats = data.with_length8()?,
            extension::SIGNATURES => self.signatures = numbers(data.with_length16()?),
            extension::VERSIONS => self.versions = numbers(data.with_length8()?),
            extension::ALPN => {
                let mut list = Cursor(data.with_length16()?);
                // A strewn-in value is no protocol.
                let offered = std::iter::from_fn(|| list.with_length8());
                self.alpn = { offered }.find(|name| !matches!(name, [a, b] if is_grease(u16::from(*a) << 8 | u16::from(*b))));
            }
            _ => {}
        }
        Some(())
    }
}

impl ServerHello {
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let mut rest = Cursor(body);
        let mut hello = Self { version: rest.u16()?, alpn: None };
        rest.take(32)?;
        rest.with_length8()?;
        rest.take(3)?;
        let mut extensions = Cursor(rest.with_length16().unwrap_or_default());
        while let (Some(kind), Some(data)) = (extensions.u16(), extensions.with_length16()) {
            let mut data = Cursor(data);
            match kind {
                extension::VERSIONS => hello.version = data.u16().unwrap_or(hello.version),
                extension::ALPN => {
                    let name = data.with_length16().and_then(|list| Cursor(list).with_length8());
                    hello.alpn = name.map(|name| String::from_utf8_lossy(name).into_owned());
                }
                _ => {}
            }
        }
        Some(hello)
    }
}

pub(super) fn version_name(version: u16) -> &'static str {
    match version {
        0x0300 => "SSL 3.0",
        0x0301 => "TLS 1.0",
        0x0302 => "TLS 1.1",
        0x0303 => "TLS 1.2",
        // Drafts of 1.3 had numbers of their own.
        0x0304 | 0x7f00..=0x7fff => "TLS 1.3",
        _ => "",
    }
}
