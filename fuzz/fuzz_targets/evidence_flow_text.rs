//! Any bytes as a list of flows, or as what follows the header of a program: read to the end without a panic, every record within the
//! file, the same whatever the number of threads.

// Words of: evidence/src/flow_text
#![no_main]

#[path = "support/mod.rs"]
mod support;

const HEADS: [&[u8]; 2] = [
    b"firstSeen,duration,proto,srcAddr,srcPort,dstAddr,dstPort,packets,bytes,flows\n",
    b"StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,TotPkts,TotBytes,SrcBytes\n",
];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| support::read("flows.csv", &support::behind(&HEADS, bytes)));
