//! Any text as a price file: refused with a reason, or every price in it above nothing and of a day.

// Words of: content/src/prices.rs
#![no_main]

use content::Prices;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(prices) = Prices::parse("prices.yaml", text) else { return };
    assert!(!prices.date.is_empty() && !prices.currency.trim().is_empty());
    assert!((0.0..=1.0).contains(&prices.cpu_share));
    for coin in prices.coins.values() {
        assert!(coin.price > 0.0 && coin.price.is_finite() && coin.hashes_per_block > 0.0 && (0.0..=1.0).contains(&coin.fee));
    }
    for host in prices.hosts.keys() {
        assert!(prices.vcpus_of(host).is_some_and(|vcpus| vcpus > 0.0));
    }
});
