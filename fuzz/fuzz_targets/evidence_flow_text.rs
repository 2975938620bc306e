//! Any bytes as a list of flows, or as what follows the header of a program: read to the end without a panic, every record within the
//! file, the same whatever the number of threads.

// Words of: evidence/src/flow_text
#![no_main]

#[path = "support/mod.rs"]
mod support;

const HEADS: [&[u8]; 5] = [
    b"firstSeen,duration,proto,srcAddr,srcPort,dstAddr,dstPort,packets,bytes,flows\n",
    b"StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,TotPkts,TotBytes,SrcBytes\n",
    b"2|1763424000|123|1763424299|123|6|0|0|0|167772165|41000|0|0|0|3106357770|3333|0|0|0|0|24|0|60|7000\n",
    b"Date first seen          Duration Proto      Src IP Addr:Port          Dst IP Addr:Port   Flags Tos  Packets    Bytes Flows\n",
    b"StartTime      Flgs  Proto            SrcAddr  Sport   Dir            DstAddr  Dport  TotPkts   TotBytes State\n",
];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| support::read("flows.csv", &support::behind(&HEADS, bytes)));
