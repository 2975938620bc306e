//! A line of a flow list as a record of a flow.

use super::columns::{Column, Layout, Program};
use super::{aligned, json};
use crate::connection::{Flow, Kind, Outcome, Side, flag};
use crate::evenness::Evenness;
use crate::exports::time::{Time, TimeStyle};
use crate::session::protocol_name;
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
        match layout.program {
            Program::NfdumpText => return aligned::nfdump(line, layout).map(Self),
            Program::ArgusText => return aligned::argus(line, layout).map(Self),
            Program::NfdumpJson => return json::cells(line).map(Self),
            _ => {}
        }
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
        let (text, unit) = match self.text(column).rsplit_once(' ') {
            Some((number, unit)) => (number, unit),
            None => (self.text(column), ""),
        };
        // nfdump rounds large numbers: `1.6 G`.
        let factor = match unit {
            "K" => 1e3,
            "M" => 1e6,
            "G" => 1e9,
            "T" => 1e12,
            _ => 1.0,
        };
        if factor > 1.0 {
            return text.parse::<f64>().ok().map(|n| n * factor).filter(|n| (0.0..9e18).contains(n)).map(|n| n as i64);
        }
        text.parse().ok().or_else(|| text.parse::<f64>().ok().filter(|n| n.abs() < 9e18).map(|n| n as i64)).filter(|n| *n >= 0)
    }

    /// Argus writes ports of ICMP and of names that it does not know in hexadecimal.
    fn port(&self, column: Column) -> Option<u16> {
        let text = self.text(column);
        match text.strip_prefix("0x") {
            Some(hex) => u16::from_str_radix(hex, 16).ok(),
            // nfdump writes type and code of ICMP as `8.0`.
            None => text.split('.').next()?.parse().ok(),
        }
    }

    /// The flow of the line, the time of its start, and what is wrong with it.
    pub(super) fn flow(&self, program: Program, style: TimeStyle) -> Result<(Flow, Time), NoFlow> {
        let protocol = protocol(self.text(Column::Protocol));
        let (source, destination) = (self.text(Column::Source), self.text(Column::Destination));
        if program.is_argus() && matches!(protocol.as_str(), "MAN" | "ARP" | "RARP" | "LLC" | "STP" | "LLDP" | "ETHER") {
            return Err(NoFlow::NotIp);
        }
        let (Ok(from), Ok(to)) = (source.parse::<IpAddr>(), destination.parse::<IpAddr>()) else {
            // Frames are between the addresses of interfaces.
            let frame = source.split(':').count() == 6 && source.split(':').all(|part| part.len() == 2);
            // For the eye long addresses are cut in their middle or at their end.
            let cut = [source, destination].iter().any(|text| text.contains("..") || text.contains('*'));
            let reason = if cut {
                "a flow whose address is cut short, as for the eye: write whole ones (nfdump -6, ra -w)"
            } else {
                "a flow whose address is not understood"
            };
            return Err(if frame { NoFlow::NotIp } else { NoFlow::Broken(reason.to_owned()) });
        };
        let time = style.parse(self.text(Column::Start));
        // Of an unknown zone times can still be compared.
        let style = if time == Time::Local { TimeStyle::UTC } else { style };
        let at = |column: Column| if let Time::Ticks(at) = style.parse(self.text(column)) { Some(at) } else { None };
        let start = at(Column::Start);
        let duration = self.text(Column::Duration).parse::<f64>().ok().filter(|s| (0.0..1e9).contains(s));
        let end = at(Column::End).or_else(|| start.zip(duration).map(|(start, seconds)| start + (seconds * ticks::SECOND as f64) as i64));
        let (packets, bytes) = (self.long(Column::Packets), self.long(Column::Bytes));
        let rest =
            |whole: Option<i64>, part: Option<i64>| whole.zip(part).and_then(|(whole, part)| whole.checked_sub(part)).filter(|n| *n >= 0);
        let source_packets = self.long(Column::SourcePackets);
        let source_bytes = self.long(Column::SourceBytes);
        let destination_packets = self.long(Column::DestinationPackets).or_else(|| rest(packets, source_packets));
        let destination_bytes = self.long(Column::DestinationBytes).or_else(|| rest(bytes, source_bytes));
        // NetFlow of one way has nothing of the other, which is no sign of silence.
        let one_way = !program.is_argus() && destination_packets.unwrap_or(0) == 0;
        let (destination_packets, destination_bytes) = if one_way { (None, None) } else { (destination_packets, destination_bytes) };
        let (state, way) = (self.text(Column::State), self.text(Column::Way));
        let (result, details) = match program {
            Program::Argus | Program::ArgusText => outcome(state, &protocol, destination_packets),
            // The flags tell.
            _ => ("", ""),
        };
        let side = |packets, bytes, flags| Side { packets, bytes, flags, counted: None };
        let mut flow = Flow {
            record: 0,
            offset: 0,
            kind: match program {
                Program::Silk => &SILK,
                program if program.is_argus() => &ARGUS,
                _ => &NFDUMP,
            },
            observer: self.text(Column::Router).into(),
            domain: 0,
            addresses: [from, to],
            ports: [self.port(Column::SourcePort), self.port(Column::DestinationPort)],
            protocol: protocol.into(),
            start,
            end,
            zoned: time != Time::Local,
            duration: duration.map(|seconds| (seconds * 1e3).round() as i64),
            sides: [side(source_packets, source_bytes, flags(self.text(Column::Flags))), side(destination_packets, destination_bytes, 0)],
            whole: [packets, bytes],
            total: false,
            opened: !one_way && !program.is_argus() || way.ends_with('>') && !way.contains(['<', '?']),
            outcome: Outcome { result, details, original: state.into(), denied: false },
            records: 1,
            sampling: 0,
            label: self.text(Column::Label).into(),
            way: way.into(),
            even: Evenness::default(),
        };
        // The arrow points from who opened the connection.
        if program.is_argus() && way.starts_with('<') && !way.ends_with('>') {
            flow.addresses.reverse();
            flow.ports.reverse();
            flow.sides.reverse();
            flow.opened = !way.contains('?');
        }
        Ok((flow, time))
    }
}

pub(super) const NFDUMP: Kind = Kind { vendor: "nfdump", product: "nfdump", original_type: "flow" };
const SILK: Kind = Kind { vendor: "CERT NetSA", product: "SiLK", original_type: "flow" };
const ARGUS: Kind = Kind { vendor: "QoSient", product: "Argus", original_type: "flow" };

/// Flags as nfdump writes them: a letter for each that is set, a dot for the others.
fn flags(text: &str) -> u8 {
    let bit = |letter| match letter {
        'C' => 0x80,
        'E' => 0x40,
        'U' => flag::URG,
        'A' => flag::ACK,
        'P' => flag::PSH,
        'R' => flag::RST,
        'S' => flag::SYN,
        'F' => flag::FIN,
        _ => 0,
    };
    text.chars().map(bit).fold(0, |all, bit| all | bit)
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
