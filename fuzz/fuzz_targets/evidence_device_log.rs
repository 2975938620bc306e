//! Any bytes as lines of devices, or behind them: read to the end without a panic, every record within the file, the same whatever the
//! number of threads.

// Words of: evidence/src/device_log
#![no_main]

#[path = "support/mod.rs"]
mod support;

const HEADS: [&str; 3] = [
    "Nov 18 00:00:01 fw %ASA-6-302014: Teardown TCP connection 1 for outside:203.0.113.9/3333 to inside:10.0.0.5/41000 duration 0:10:00 bytes 9 TCP FINs\n",
    "date=2025-11-18 time=01:00:01 devname=\"fw\" logid=\"1\" type=\"traffic\" srcip=10.0.0.5 srcport=1 dstip=203.0.113.9 dstport=2 proto=6\n",
    "Nov 18 00:00:01 (1763424001.1) sockd[1]: info: pass(1): tcp/connect [: 10.0.0.5.41000 10.0.0.2.1080 -> 10.0.0.2.5000 203.0.113.9.443\n",
];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let heads = HEADS.map(|head| head.repeat(20));
    let heads: Vec<&[u8]> = heads.iter().map(|head| head.as_bytes()).collect();
    support::read("fw.log", &support::behind(&heads, bytes));
});
