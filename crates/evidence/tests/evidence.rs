//! Reads small pieces of evidence, whole and damaged, and what there is of the public samples.

mod captures;
mod corpora;
mod hostile;
#[expect(clippy::unwrap_used, reason = "helpers of tests")]
mod intake;
#[expect(clippy::unwrap_used, reason = "helpers of tests")]
mod support;
mod suricata;
mod suspects;
mod wallets;
mod zeek;
