//! A line of a flow list as a session.

use super::columns::{Column, Layout, Program};
use crate::direction::between;
use crate::exports::time::{Time, TimeStyle};
use crate::session::{Additional, Session, protocol_name};
use model::ticks;
use std::net::IpAddr;

/// The cells of a line, by what they say.
#[derive(Default)]
pub(super) struct Cells<'a>(Vec<(Column, &'a str)>);

/// Why a line is no flow.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoFlow {
    /// What is wrong with it.
    Broken(String),
    /// Argus' words on itself, and frames that carry no IP.
    NotIp,
}

impl<'a> Cells<'a> {
    pub(super) fn of(line: &'a str, layout: &Layout) -> Result<Self, NoFlow> {
        let cells: Vec<&str> = line.split(char::from(layout.delimiter)).map(str::trim).collect();
        let expected = layout.columns.len();
        if cells.len() != expected {
            return Err(NoFlow::Broken(format!("{} columns where the header names {expected}", cells.len())));
        }
        Ok(Self(layout.columns.iter().zip(cells).filter_map(|(column, cell)| Some(((*column)?, cell))).collect()))
    }

    fn text(&self, column: Column) -> &'a str {
        self.0.iter().find(|(known, _)| *known == column).map_or("", |(_, cell)| *cell)
    }

    fn long(&self, column: Column) -> Option<i64> {
        let text = self.text(column);
        text.parse().ok().or_else(|| text.parse::<f64>().ok().filter(|n| n.abs() < 9e18).map(|n| n as i64)).filter(|n| *n >= 0)
    }

    /// Argus writes ports of ICMP and of names that it does not know in hexadecimal.
    fn port(&self, column: Column) -> Option<i64> {
        let text = self.text(column);
        match text.strip_prefix("0x") {
            Some(hex) => i64::from_str_radix(hex, 16).ok(),
            // nfdump writes type and code of ICMP as `8.0`.
            None => text.split('.').next()?.parse().ok(),
        }
        .filter(|port| (0..=65_535).contains(port))
    }

    fn time(&self, column: Column, style: TimeStyle) -> Time {
        style.parse(self.text(column))
    }

    /// Gives the session of the line to `put`. The time is that of its start, and what is wrong with it.
    pub(super) fn session<T>(&self, program: Program, style: TimeStyle, put: impl FnOnce(&Session<'_>, Time) -> T) -> Result<T, NoFlow> {
        let protocol = protocol(self.text(Column::Protocol));
        let (source, destination) = (self.text(Column::Source), self.text(Column::Destination));
        if program == Program::Argus && matches!(protocol.as_str(), "MAN" | "ARP" | "RARP" | "LLC" | "STP" | "LLDP" | "ETHER") {
            return Err(NoFlow::NotIp);
        }
        if source.parse::<IpAddr>().is_err() || destination.parse::<IpAddr>().is_err() {
            // Frames are between the addresses of interfaces.
            let frame = source.split(':').count() == 6 && source.split(':').all(|part| part.len() == 2);
            return Err(if frame { NoFlow::NotIp } else { NoFlow::Broken("a flow whose address is not understood".to_owned()) });
        }
        let time = self.time(Column::Start, style);
        let start = if let Time::Ticks(at) = time { Some(at) } else { None };
        let duration = self.text(Column::Duration).parse::<f64>().ok().filter(|s| (0.0..1e9).contains(s));
        let end = match self.time(Column::End, style) {
            Time::Ticks(at) => Some(at),
            _ => start.zip(duration).map(|(start, seconds)| start + (seconds * ticks::SECOND as f64) as i64),
        };
        let (packets, bytes) = (self.long(Column::Packets), self.long(Column::Bytes));
        let rest =
            |whole: Option<i64>, part: Option<i64>| whole.zip(part).and_then(|(whole, part)| whole.checked_sub(part)).filter(|n| *n >= 0);
        let source_packets = self.long(Column::SourcePackets);
        let source_bytes = self.long(Column::SourceBytes);
        let destination_packets = self.long(Column::DestinationPackets).or_else(|| rest(packets, source_packets));
        let destination_bytes = self.long(Column::DestinationBytes).or_else(|| rest(bytes, source_bytes));
        // NetFlow of one way has nothing of the other, which is no sign of silence.
        let one_way = program == Program::Nfdump && destination_packets.unwrap_or(0) == 0;
        let (destination_packets, destination_bytes) = if one_way { (None, None) } else { (destination_packets, destination_bytes) };
        let state = self.text(Column::State);
        let (result, details) = match program {
            Program::Argus => outcome(state, &protocol, destination_packets),
            Program::Nfdump => ("Success", ""),
        };
        let mut session = Session {
            vendor: if program == Program::Argus { "QoSient" } else { "nfdump" },
            product: if program == Program::Argus { "Argus" } else { "nfdump" },
            original_type: "flow",
            sub_type: "End",
            start,
            end,
            duration: duration.map(|seconds| (seconds * 1e3).round() as i64),
            source,
            source_port: self.port(Column::SourcePort),
            destination,
            destination_port: self.port(Column::DestinationPort),
            protocol: &protocol,
            source_bytes,
            destination_bytes,
            bytes,
            source_packets,
            destination_packets,
            packets,
            result,
            details,
            original_details: state,
            action: if result == "Failure" { "" } else { "Allow" },
            device: self.text(Column::Router),
            additional: vec![
                ("Label", Additional::Text(self.text(Column::Label))),
                ("TcpFlags", Additional::Text(self.text(Column::Flags))),
                ("Dir", Additional::Text(self.text(Column::Way))),
            ],
            ..Session::default()
        };
        // The arrow points from who opened the connection.
        if program == Program::Argus && self.text(Column::Way).starts_with('<') && !self.text(Column::Way).ends_with('>') {
            session = turned(session);
        }
        session.direction = between(session.source, session.destination);
        Ok(put(&session, time))
    }
}

fn turned(s: Session<'_>) -> Session<'_> {
    Session {
        source: s.destination,
        source_port: s.destination_port,
        destination: s.source,
        destination_port: s.source_port,
        source_bytes: s.destination_bytes,
        destination_bytes: s.source_bytes,
        source_packets: s.destination_packets,
        destination_packets: s.source_packets,
        ..s
    }
}

/// What came of a flow, by Argus' state: flags of both sides for TCP (`S_RA`), or a word.
fn outcome(state: &str, protocol: &str, answered: Option<i64>) -> (&'static str, &'static str) {
    if protocol == "TCP" {
        let back = state.split_once('_').map(|(_, back)| back);
        return match (state, back) {
            ("REQ" | "INT" | "TIM", _) | (_, Some("")) => ("Failure", "Timeout"),
            // Refused before anything stood.
            ("RST", _) => ("Failure", "Reset"),
            (_, Some(back)) if back.contains('R') && !back.contains(['S', 'P', 'F']) => ("Failure", "Reset"),
            _ => ("Success", ""),
        };
    }
    match state {
        "INT" | "REQ" | "TIM" if answered.unwrap_or(0) == 0 => ("Failure", "Timeout"),
        "URP" | "URH" | "URN" | "URHPRO" | "URFIL" | "UNK" => ("Failure", "Terminated"),
        _ => ("Success", ""),
    }
}

/// A protocol's name in upper case, from a name or a number.
fn protocol(text: &str) -> String {
    match text.parse::<u8>() {
        Ok(number) => protocol_name(number),
        Err(_) => text.to_ascii_uppercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_of_argus() {
        for (state, protocol, back, expected) in [
            ("FSPA_FSPA", "TCP", Some(5), ("Success", "")),
            ("CON", "TCP", Some(5), ("Success", "")),
            ("S_", "TCP", Some(0), ("Failure", "Timeout")),
            ("S_RA", "TCP", Some(1), ("Failure", "Reset")),
            ("SPA_SRPA", "TCP", Some(1), ("Success", "")),
            ("REQ", "TCP", Some(0), ("Failure", "Timeout")),
            ("RST", "TCP", Some(0), ("Failure", "Reset")),
            ("INT", "UDP", Some(0), ("Failure", "Timeout")),
            ("CON", "UDP", Some(1), ("Success", "")),
            ("URP", "ICMP", None, ("Failure", "Terminated")),
        ] {
            assert_eq!(outcome(state, protocol, back), expected, "{state} {protocol}");
        }
    }
}
