//! Records of flows put together into connections: those that go on with a connection after a timeout of whoever exported them, and
//! those of the other direction.
//!
//! What counts flows of one direction (NetFlow, IPFIX, nfdump) tells a connection in at least two records, and a long one in a pair for
//! each active timeout; Argus tells both directions at once and long connections in parts. A row is the connection.

mod flow;
mod table;

pub(crate) use flow::{Flow, Kind, Outcome, Side};
pub(crate) use table::Connections;

/// Flags of TCP as records have them: all that were seen in the record's time.
pub(crate) mod flag {
    pub(crate) const FIN: u8 = 1;
    pub(crate) const SYN: u8 = 2;
    pub(crate) const RST: u8 = 4;
    pub(crate) const PSH: u8 = 8;
    pub(crate) const ACK: u8 = 16;
    pub(crate) const URG: u8 = 32;
}
