//! Any bytes as a name server's log, or behind a line of each server's: read to the end without a panic, every record within the file,
//! the same whatever the number of threads.

// Words of: evidence/src/dns_log
#![no_main]

#[path = "support/mod.rs"]
mod support;

const STARTS: [&[u8]; 6] = [
    b"dnsmasq[1]: query[A] a from 10.0.0.1\n",
    b"18-May-2021 16:34:13.003 queries: info: client @0x5 10.0.0.5#5 (p): query: p IN A + (10.0.0.53)\n",
    b"[1614763224] unbound[1:0] info: 10.0.0.5 p. A IN\n",
    b"DNS Server log file creation at 3/1/2026 7:00:00 AM\n",
    b"Tue Nov 18 00:00:01 2025 daemon.info dnsmasq[1]: query[A] a from 10.0.0.1\n",
    b"{\"T\":\"2025-11-18T01:00:01Z\",\"QH\":\"p\",\"QT\":\"A\",\"Answer\":\"EjSBgAABAAEAAAAA\",\"IP\":\"10.0.0.5\",\"Result\":{}}\n",
];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| support::read("dns.log", &support::behind(&STARTS, bytes)));
