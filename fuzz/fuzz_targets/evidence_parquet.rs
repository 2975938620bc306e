//! Any bytes as Parquet: read to the end without a panic of our own, the same whatever the number of threads. The decoder's own panics are
//! caught where it is called, and told as damage.

// Words of: evidence/src/parquet
#![no_main]

#[path = "support/mod.rs"]
mod support;

libfuzzer_sys::fuzz_target!(
    init: {
        let told = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            // What is caught aborts as well, but for what a decoder did.
            if panic.location().is_none_or(|at| !at.file().contains("/parquet-") && !at.file().contains("/arrow-")) {
                told(panic);
            }
        }));
    },
    // Rows are packed, so that their numbers may be above the file's size.
    |bytes: &[u8]| support::read_within("DnsEvents.parquet", bytes, None)
);
