//! Any bytes as a log of Zeek's, in both syntaxes: read to the end without a panic, every record within the file, the same whatever the
//! number of threads.

#![no_main]

#[path = "support/mod.rs"]
mod support;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let tsv = [b"#separator \\x09\n#path\tdns\n#fields\tts\tuid\tquery\tanswers\tid.orig_h\trcode_name\n", bytes].concat();
    let json = [br#"{"ts":1,"uid":"C","id.orig_h":"10.0.0.1","conn_state":"SF"}"#, &b"\n"[..], bytes].concat();
    support::read("conn.log", bytes);
    support::read("dns.log", &tsv);
    support::read("conn.log", &json);
});
