//! Any bytes as a list of flows, and behind the header of each program: read to the end without a panic, every record within the file,
//! the same whatever the number of threads.

#![no_main]

#[path = "support/mod.rs"]
mod support;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    support::read("flows.csv", bytes);
    support::read("flows.csv", &[&b"firstSeen,duration,proto,srcAddr,srcPort,dstAddr,dstPort,packets,bytes,flows\n"[..], bytes].concat());
    support::read(
        "a.binetflow",
        &[&b"StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,TotPkts,TotBytes,SrcBytes\n"[..], bytes].concat(),
    );
});
