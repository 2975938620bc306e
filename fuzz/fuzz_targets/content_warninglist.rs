//! Any text as a warning list of MISP's: refused with a reason, or asked about names and addresses.

#![no_main]

use content::intel::{Gate, Target};
use libfuzzer_sys::fuzz_target;

const ASKED: [&str; 4] = ["pool.example.com:3333", "198.51.100.7", "2001:db8::7", "example.com"];

fuzz_target!(|text: &str| {
    let mut gate = Gate::default();
    if gate.add_warninglist("list.json", text).is_ok() {
        for name in ASKED {
            gate.refuses(&Target::parse(name).expect("it is a name or an address"));
        }
    }
});
