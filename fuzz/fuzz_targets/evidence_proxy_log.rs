//! Any bytes as a proxy's log, or behind a line of each kind: read to the end without a panic, every record within the file, the same
//! whatever the number of threads.

// Words of: evidence/src/proxy_log
#![no_main]

#[path = "support/mod.rs"]
mod support;

use libfuzzer_sys::fuzz_target;

const BEFORE: [&str; 7] = [
    "#Fields: date time time-taken c-ip cs-username sc-status s-action cs-method cs-uri-scheme cs-host cs-uri-port cs-uri-path cs(User-Agent)\n",
    "#time_stamp \"auth_user\" src_ip status_code \"req_line\" \"categories\" bytes_to_client \"user_agent\" \"block_res\"\n",
    "10.0.0.5 - - [01/Mar/2026:09:00:00 +0100] \"CONNECT pool.example:3333 HTTP/1.1\" 200 4096 \"-\" \"a\" TCP_TUNNEL:HIER_DIRECT\n",
    "CONNECT   Mar 01 09:00:00.103 [77]: Request (file descriptor 7): CONNECT pool.example:3333 HTTP/1.1\n",
    "Mar  1 09:00:00 lb haproxy[7]: 10.0.0.5:50000 [01/Mar/2026:08:50:00.655] a b/c 1/0/3/6/9 200 2750 - - ---- 1/1/1/1/0 0/0 \"CONNECT pool.example:3333 HTTP/1.1\"\n",
    "2026-03-01 09:00:00\taction=Allowed\trequestmethod=CONNECT\turl=\"pool.example:3333\"\tproduct=NSS\n",
    "{\"ts\":1763424000.5,\"logger\":\"http.log.access\",\"request\":{\"remote_ip\":\"10.0.0.5\",\"method\":\"CONNECT\",\"host\":\"p:3333\",\"headers\":{\"User-Agent\":[\"x\"]}},\"status\":200}\n",
];

fuzz_target!(|bytes: &[u8]| {
    // A kind is known by its header, or by several lines of its own.
    let heads = BEFORE.map(|before| before.repeat(if before.starts_with('#') { 1 } else { 9 }).into_bytes());
    support::read("access.log", &support::behind(&heads.each_ref().map(Vec::as_slice), bytes));
});
