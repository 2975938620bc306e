//! A file of syslog lines: reading any bytes neither panics nor ends with a batch that is out of shape.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| poolhound_fuzz::read("messages", bytes));
