//! What `nfdump -o json` and `-o json-log` write: an object a flow, of version 1.6 with `t_` before its times.

use super::columns::Column;
use super::flow::NoFlow;
use crate::json;

const KEYS: &[(&str, Column)] = &[
    ("first", Column::Start),
    ("t_first", Column::Start),
    ("last", Column::End),
    ("t_last", Column::End),
    ("proto", Column::Protocol),
    ("src4_addr", Column::Source),
    ("src6_addr", Column::Source),
    ("src_addr", Column::Source),
    ("dst4_addr", Column::Destination),
    ("dst6_addr", Column::Destination),
    ("dst_addr", Column::Destination),
    ("src_port", Column::SourcePort),
    ("dst_port", Column::DestinationPort),
    ("tcp_flags", Column::Flags),
    ("in_packets", Column::SourcePackets),
    ("in_bytes", Column::SourceBytes),
    ("out_packets", Column::DestinationPackets),
    ("out_bytes", Column::DestinationBytes),
    ("ip4_router", Column::Router),
    ("ip6_router", Column::Router),
];

/// Objects lie flat.
const DEPTH: usize = 8;

pub(super) fn cells(line: &str) -> Result<Vec<(Column, &str)>, NoFlow> {
    let mut cells = Vec::with_capacity(KEYS.len());
    let whole = json::members(line.trim().as_bytes(), DEPTH, |key, value| {
        if let Some((_, column)) = KEYS.iter().find(|(known, _)| *known == &*key)
            && !cells.iter().any(|(known, _)| known == column)
        {
            let text = std::str::from_utf8(value).unwrap_or_default();
            cells.push((*column, text.trim_matches('"')));
        }
    });
    match whole {
        Ok(()) => Ok(cells),
        Err(_) => Err(NoFlow::Broken("JSON that is not whole".to_owned())),
    }
}

/// Whether a line is a flow.
pub(super) fn is_flow(line: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(line) else { return false };
    let found = text.starts_with('{').then(|| cells(text).ok()).flatten().unwrap_or_default();
    // Other programs have such keys, too; nfdump's addresses say their version, or stand by its times.
    let named = ["\"src4_addr\"", "\"src6_addr\"", "\"t_first\""].iter().any(|key| text.contains(key));
    named
        && [Column::Start, Column::Source, Column::Destination, Column::Protocol]
            .iter()
            .all(|column| found.iter().any(|(known, _)| known == column))
}
