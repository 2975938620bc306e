//! One flow of a record: numbers and letters between commas.

use crate::row::parse_time;
use std::net::IpAddr;

/// Which kind of log a record is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Log {
    VirtualNetwork,
    SecurityGroup,
}

/// Where in a flow's life a record was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Of version 1, which says that a flow began and nothing more.
    Only,
    Begin,
    Continue,
    End,
    Denied,
}

/// What tells one flow from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Flow {
    pub(super) source: IpAddr,
    pub(super) destination: IpAddr,
    pub(super) source_port: u16,
    pub(super) destination_port: u16,
    pub(super) protocol: u8,
    pub(super) inbound: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tuple {
    /// Ticks.
    pub(super) time: i64,
    pub(super) flow: Flow,
    pub(super) state: State,
    /// Packets and bytes to the destination, then back, since the flow's record before.
    pub(super) counts: [Option<i64>; 4],
    pub(super) encryption: &'static str,
}

/// Takes a tuple apart, or says what is wrong with it.
pub(super) fn parse(text: &str, log: Log) -> Result<Tuple, &'static str> {
    let mut cells = text.split(',').map(str::trim);
    let mut cell = || cells.next().ok_or("a flow of too few fields");
    let time = parse_time(cell()?.as_bytes()).ok_or("a flow whose time is not understood")?;
    let address = |text: &str| text.parse::<IpAddr>().map_err(|_| "a flow whose address is not understood");
    let (source, destination) = (address(cell()?)?, address(cell()?)?);
    let port = |text: &str| text.parse::<u16>().map_err(|_| "a flow whose port is not understood");
    let (source_port, destination_port) = (port(cell()?)?, port(cell()?)?);
    let protocol = match cell()? {
        "T" => 6,
        "U" => 17,
        number => number.parse().map_err(|_| "a flow whose protocol is not understood")?,
    };
    let inbound = match cell()? {
        "I" => true,
        "O" => false,
        _ => return Err("a flow whose direction is neither I nor O"),
    };
    let denied = match log {
        Log::VirtualNetwork => false,
        Log::SecurityGroup => match cell()? {
            "A" => false,
            "D" => true,
            _ => return Err("a flow whose decision is neither A nor D"),
        },
    };
    let state = match cells.next() {
        None if log == Log::SecurityGroup => State::Only,
        Some("B") => State::Begin,
        Some("C") => State::Continue,
        Some("E") => State::End,
        Some("D") => State::Denied,
        _ => return Err("a flow whose state is none of B, C, E and D"),
    };
    let encryption = match log {
        Log::VirtualNetwork => ENCRYPTION.iter().find(|known| cells.clone().next() == Some(**known)).copied().unwrap_or_default(),
        Log::SecurityGroup => "",
    };
    if log == Log::VirtualNetwork {
        cells.next();
    }
    let mut counts = [None; 4];
    for count in &mut counts {
        *count = match cells.next() {
            None | Some("") => None,
            Some(text) => Some(text.parse().ok().filter(|n| *n >= 0).ok_or("a flow whose number of packets or bytes is not understood")?),
        };
    }
    let flow = Flow { source, destination, source_port, destination_port, protocol, inbound };
    Ok(Tuple { time, flow, state: if denied { State::Denied } else { state }, counts, encryption })
}

/// What Azure says of a flow's encryption, and why it is not encrypted.
const ENCRYPTION: [&str; 8] =
    ["X", "NX", "NX_HW_NOT_SUPPORTED", "NX_SW_NOT_READY", "NX_NOT_ACCEPTED", "NX_NOT_SUPPORTED", "NX_LOCAL_DST", "NX_FALLBACK"];

#[cfg(test)]
mod tests {
    use super::*;
    use model::ticks;

    fn show(text: &str, log: Log) -> String {
        match parse(text, log) {
            Ok(t) => format!(
                "{} {}:{} {}:{} {} {} {:?} {:?} {}",
                ticks::iso_short(t.time),
                t.flow.source,
                t.flow.source_port,
                t.flow.destination,
                t.flow.destination_port,
                t.flow.protocol,
                t.flow.inbound,
                t.state,
                t.counts.map(|count| count.unwrap_or(-1)),
                t.encryption
            ),
            Err(reason) => reason.to_owned(),
        }
    }

    #[test]
    fn tuples_of_all_versions() {
        use Log::{SecurityGroup, VirtualNetwork};
        for (log, text, expected) in [
            (
                SecurityGroup,
                "1525186745,192.168.1.4,10.0.0.4,55960,3389,T,I,A",
                "2018-05-01T14:59:05Z 192.168.1.4:55960 10.0.0.4:3389 6 true Only [-1, -1, -1, -1] ",
            ),
            (
                SecurityGroup,
                "1542110379,10.5.16.4,13.67.143.115,44931,443,U,O,A,C,30,16978,24,14008",
                "2018-11-13T11:59:39Z 10.5.16.4:44931 13.67.143.115:443 17 false Continue [30, 16978, 24, 14008] ",
            ),
            (
                SecurityGroup,
                "1542110424,176.119.4.10,10.5.16.4,56509,59336,T,I,D,B,,,,",
                "2018-11-13T12:00:24Z 176.119.4.10:56509 10.5.16.4:59336 6 true Denied [-1, -1, -1, -1] ",
            ),
            (
                VirtualNetwork,
                "1663146003606,10.0.0.6,2001:db8::1,23956,443,6,O,E,NX,3,767,2,1580",
                "2022-09-14T09:00:03.606Z 10.0.0.6:23956 2001:db8::1:443 6 false End [3, 767, 2, 1580] NX",
            ),
            (
                VirtualNetwork,
                "1663146003606,10.0.0.6,1.2.3.4,0,0,1,I,D,NX_FALLBACK,0,0,0,0",
                "2022-09-14T09:00:03.606Z 10.0.0.6:0 1.2.3.4:0 1 true Denied [0, 0, 0, 0] NX_FALLBACK",
            ),
            (VirtualNetwork, "", "a flow whose time is not understood"),
            (VirtualNetwork, "1663146003606,10.0.0.6", "a flow of too few fields"),
            (VirtualNetwork, "1663146003606,10.0.0,1.2.3.4,1,2,6,O,B,NX", "a flow whose address is not understood"),
            (VirtualNetwork, "1663146003606,10.0.0.6,1.2.3.4,1,70000,6,O,B,NX", "a flow whose port is not understood"),
            (VirtualNetwork, "1663146003606,10.0.0.6,1.2.3.4,1,2,600,O,B,NX", "a flow whose protocol is not understood"),
            (VirtualNetwork, "1663146003606,10.0.0.6,1.2.3.4,1,2,6,X,B,NX", "a flow whose direction is neither I nor O"),
            (VirtualNetwork, "1663146003606,10.0.0.6,1.2.3.4,1,2,6,O", "a flow whose state is none of B, C, E and D"),
            (SecurityGroup, "1525186745,192.168.1.4,10.0.0.4,55960,3389,T,I,X", "a flow whose decision is neither A nor D"),
            (
                VirtualNetwork,
                "1663146003606,10.0.0.6,1.2.3.4,1,2,6,O,E,NX,-3,1,1,1",
                "a flow whose number of packets or bytes is not understood",
            ),
        ] {
            assert_eq!(show(text, log), expected, "{text}");
        }
    }
}
