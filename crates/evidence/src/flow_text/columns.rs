//! Which column of a flow list is what: by the names that nfdump, Argus and SiLK write.

use super::aligned;

/// What a column says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Start,
    End,
    /// In seconds.
    Duration,
    Source,
    SourcePort,
    Destination,
    DestinationPort,
    Protocol,
    /// Of TCP, as nfdump writes them.
    Flags,
    SourcePackets,
    SourceBytes,
    DestinationPackets,
    DestinationBytes,
    /// Both ways together, as Argus has them.
    Packets,
    Bytes,
    /// Argus' arrow.
    Way,
    State,
    Label,
    Router,
}

/// Whose list a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Program {
    Nfdump,
    /// nfdump's numbers between bars, which have no header.
    NfdumpPipe,
    /// nfdump's lists aligned for the eye.
    NfdumpText,
    NfdumpJson,
    Argus,
    ArgusText,
    /// SiLK's `rwcut`.
    Silk,
}

impl Program {
    pub(super) fn is_argus(self) -> bool {
        matches!(self, Self::Argus | Self::ArgusText)
    }
}

/// The columns of a list and what is between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) program: Program,
    pub(super) delimiter: u8,
    pub(super) columns: Vec<Option<Column>>,
}

/// nfdump 1.6 and up to 1.7.1, then those since.
const NFDUMP: &[(&str, Column)] = &[
    ("ts", Column::Start),
    ("te", Column::End),
    ("td", Column::Duration),
    ("sa", Column::Source),
    ("da", Column::Destination),
    ("sp", Column::SourcePort),
    ("dp", Column::DestinationPort),
    ("pr", Column::Protocol),
    ("flg", Column::Flags),
    ("ipkt", Column::SourcePackets),
    ("ibyt", Column::SourceBytes),
    ("opkt", Column::DestinationPackets),
    ("obyt", Column::DestinationBytes),
    ("ra", Column::Router),
    ("firstseen", Column::Start),
    ("lastseen", Column::End),
    ("duration", Column::Duration),
    ("proto", Column::Protocol),
    ("srcaddr", Column::Source),
    ("srcport", Column::SourcePort),
    ("dstaddr", Column::Destination),
    ("dstport", Column::DestinationPort),
    ("flags", Column::Flags),
    ("packets", Column::SourcePackets),
    ("inpackets", Column::SourcePackets),
    ("bytes", Column::SourceBytes),
    ("inbytes", Column::SourceBytes),
    ("outpackets", Column::DestinationPackets),
    ("outbytes", Column::DestinationBytes),
];

/// `ra`'s own names of columns, and those that its option `-s` takes, which other programs write.
pub(super) const ARGUS: &[(&str, Column)] = &[
    ("starttime", Column::Start),
    ("stime", Column::Start),
    ("ltime", Column::End),
    ("saddr", Column::Source),
    ("daddr", Column::Destination),
    ("pkts", Column::Packets),
    ("bytes", Column::Bytes),
    ("spkts", Column::SourcePackets),
    ("sbytes", Column::SourceBytes),
    ("dpkts", Column::DestinationPackets),
    ("dbytes", Column::DestinationBytes),
    ("duration", Column::Duration),
    ("lasttime", Column::End),
    ("dur", Column::Duration),
    ("proto", Column::Protocol),
    ("srcaddr", Column::Source),
    ("sport", Column::SourcePort),
    ("dir", Column::Way),
    ("dstaddr", Column::Destination),
    ("dport", Column::DestinationPort),
    ("state", Column::State),
    ("totpkts", Column::Packets),
    ("totbytes", Column::Bytes),
    ("srcpkts", Column::SourcePackets),
    ("srcbytes", Column::SourceBytes),
    ("dstpkts", Column::DestinationPackets),
    ("dstbytes", Column::DestinationBytes),
    ("label", Column::Label),
];

const SILK: &[(&str, Column)] = &[
    ("sip", Column::Source),
    ("dip", Column::Destination),
    ("sport", Column::SourcePort),
    ("dport", Column::DestinationPort),
    ("pro", Column::Protocol),
    ("protocol", Column::Protocol),
    ("packets", Column::SourcePackets),
    ("bytes", Column::SourceBytes),
    ("flags", Column::Flags),
    ("stime", Column::Start),
    ("stime+msec", Column::Start),
    ("duration", Column::Duration),
    ("dur", Column::Duration),
    ("dur+msec", Column::Duration),
    ("etime", Column::End),
    ("etime+msec", Column::End),
];

impl Layout {
    /// Of objects.
    pub(super) const JSON: Self = Self { program: Program::NfdumpJson, delimiter: b' ', columns: Vec::new() };

    /// Of numbers between bars.
    pub(super) const PIPE: Self = Self { program: Program::NfdumpPipe, delimiter: b'|', columns: Vec::new() };

    /// The layout that a header names; `None` where a line is none.
    pub(super) fn of(line: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(line).ok()?;
        let Some(delimiter) = [b',', b'\t', b';', b'|'].into_iter().find(|delimiter| line.contains(delimiter)) else {
            return aligned::layout(text);
        };
        let names: Vec<String> = text.split(char::from(delimiter)).map(|name| name.trim().to_ascii_lowercase()).collect();
        let has = |name: &str| names.iter().any(|known| known == name);
        let any = |names: &[&str]| names.iter().any(|name| has(name));
        let counted = any(&["dur", "totpkts", "totbytes", "lasttime", "pkts", "bytes", "ltime", "spkts", "sbytes", "duration"]);
        let program = if any(&["starttime", "stime"]) && any(&["srcaddr", "saddr"]) && any(&["dstaddr", "daddr"]) && counted {
            Program::Argus
        } else if has("sip") && has("dip") && any(&["stime", "stime+msec"]) {
            Program::Silk
        } else if has("ts") && has("sa") && has("da") && (has("td") || has("te")) || has("firstseen") && has("srcaddr") && has("dstaddr") {
            Program::Nfdump
        } else {
            return None;
        };
        let known = match program {
            Program::Silk => SILK,
            program if program.is_argus() => ARGUS,
            _ => NFDUMP,
        };
        let mut columns: Vec<Option<Column>> = Vec::new();
        for name in &names {
            let column = known.iter().find(|(known, _)| known == name).map(|(_, column)| *column);
            // The first of a name counts.
            columns.push(column.filter(|column| !columns.contains(&Some(*column))));
        }
        Some(Self { program, delimiter, columns })
    }
}
