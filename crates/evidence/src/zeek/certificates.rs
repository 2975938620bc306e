//! The certificates of x509.log, by the identifier that ssl.log knows them by.

use rustc_hash::FxHashMap;

/// What a join needs of a certificate.
pub(crate) struct Certificate {
    pub(crate) subject: String,
    pub(crate) issuer: String,
    pub(crate) fingerprint: String,
    /// Its other names, `DNS:` before each, as OpenSSL writes them.
    pub(crate) names: String,
}

/// Bounded: beyond the limit certificates are left out, and that is told.
#[derive(Default)]
pub(crate) struct Certificates {
    all: FxHashMap<String, Certificate>,
    bytes: usize,
    pub(super) left_out: u64,
}

impl Certificates {
    const BYTES: usize = 64 << 20;

    pub(crate) fn get(&self, id: &str) -> Option<&Certificate> {
        self.all.get(id)
    }

    pub(super) fn add(&mut self, id: String, certificate: Certificate) {
        let bytes =
            id.len() + certificate.names.len() + certificate.subject.len() + certificate.issuer.len() + certificate.fingerprint.len() + 128;
        if self.bytes + bytes > Self::BYTES {
            self.left_out += 1;
        } else if self.all.insert(id, certificate).is_none() {
            self.bytes += bytes;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}
