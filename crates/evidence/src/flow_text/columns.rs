//! Which column of a flow list is what: by the names that nfdump and Argus write.

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
    Argus,
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

const ARGUS: &[(&str, Column)] = &[
    ("starttime", Column::Start),
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

impl Layout {
    /// Of numbers between bars.
    pub(super) const PIPE: Self = Self { program: Program::NfdumpPipe, delimiter: b'|', columns: Vec::new() };

    /// The layout that a header names; `None` where a line is none.
    pub(super) fn of(line: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(line).ok()?;
        let delimiter = [b',', b'\t', b';', b'|'].into_iter().find(|delimiter| line.contains(delimiter))?;
        let names: Vec<String> = text.split(char::from(delimiter)).map(|name| name.trim().to_ascii_lowercase()).collect();
        let has = |name: &str| names.iter().any(|known| known == name);
        let program = if has("starttime") && has("srcaddr") && (has("dur") || has("totpkts") || has("totbytes") || has("lasttime")) {
            Program::Argus
        } else if has("ts") && has("sa") && has("da") && (has("td") || has("te")) || has("firstseen") && has("srcaddr") && has("dstaddr") {
            Program::Nfdump
        } else {
            return None;
        };
        let known = match program {
            Program::Nfdump | Program::NfdumpPipe => NFDUMP,
            Program::Argus => ARGUS,
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
