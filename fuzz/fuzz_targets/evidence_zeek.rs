//! Any bytes as a log of Zeek's, or as what follows the head of one in both syntaxes: read to the end without a panic, every record
//! within the file, the same whatever the number of threads.

// Words of: evidence/src/zeek
#![no_main]

#[path = "support/mod.rs"]
mod support;

const HEADS: [&[u8]; 4] = [
    b"#separator \\x09\n#path\tdns\n#fields\tts\tuid\tquery\tanswers\tid.orig_h\trcode_name\n",
    b"#separator \\x09\n#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tconn_state\n",
    b"#separator \\x09\n#path\tssl\n#fields\tts\tuid\tid.orig_h\tid.resp_h\tserver_name\tcert_chain_fps\tsubject\tissuer\tja3\n",
    b"{\"ts\":1,\"uid\":\"C\",\"id.orig_h\":\"10.0.0.1\",\"conn_state\":\"SF\"}\n",
];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| support::read("conn.log", &support::behind(&HEADS, bytes)));
