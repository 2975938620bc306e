//! Reads small pieces of evidence, whole and damaged, and what there is of the public samples.

mod addresses;
mod azure_flow;
mod captures;
mod cef;
mod corpora;
mod device_log;
mod dns_log;
mod flow_text;
mod hostile;
#[expect(clippy::unwrap_used, reason = "helpers of tests")]
mod intake;
mod netflow;
mod proxy_log;
#[expect(clippy::unwrap_used, reason = "helpers of tests")]
mod support;
mod suricata;
mod suspects;
mod vpc_flow;
mod wallets;
mod zeek;
