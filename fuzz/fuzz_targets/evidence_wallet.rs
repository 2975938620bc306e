//! Any text: what is found as a wallet stands in the text, and is found again alone.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for wallet in evidence::wallet::find(text) {
        assert!(text.contains(wallet.address));
        assert_eq!(evidence::wallet::find(wallet.address), [wallet]);
    }
});
