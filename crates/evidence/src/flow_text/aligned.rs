//! Lists of flows that are aligned for the eye: nfdump's (`-o line`, `long`, `extended`, and its own default) and Argus' `ra` without a
//! delimiter. Columns are no fixed places, and cells may be empty or of two words: lines are read from left to right.

use super::columns::{ARGUS, Column, Layout, Program};
use super::flow::NoFlow;

/// The names in headers of nfdump, the longer first where one begins another; how many words a cell has is in [`taken`].
const NFDUMP: &[(&str, Option<Column>)] = &[
    ("Date first seen", Some(Column::Start)),
    ("Date last seen", Some(Column::End)),
    ("Date flow start", Some(Column::Start)),
    ("X-Src IP Addr:Port", None),
    ("X-Dst IP Addr:Port", None),
    ("Src IP Addr:Port", Some(Column::Source)),
    ("Dst IP Addr:Port", Some(Column::Destination)),
    ("Src IP Addr", Some(Column::Source)),
    ("Dst IP Addr", Some(Column::Destination)),
    ("Src Pt", Some(Column::SourcePort)),
    ("Dst Pt", Some(Column::DestinationPort)),
    ("Duration", Some(Column::Duration)),
    ("Proto", Some(Column::Protocol)),
    ("Flags", Some(Column::Flags)),
    ("In Byte", Some(Column::SourceBytes)),
    ("Out Byte", Some(Column::DestinationBytes)),
    ("In Pkt", Some(Column::SourcePackets)),
    ("Out Pkt", Some(Column::DestinationPackets)),
    ("Packets", Some(Column::SourcePackets)),
    ("Bytes", Some(Column::SourceBytes)),
];

/// Words that tell an arrow of Argus.
fn is_arrow(word: &str) -> bool {
    word.len() <= 4
        && word.bytes().all(|b| matches!(b, b'<' | b'>' | b'-' | b'?' | b'|' | b'o'))
        && word.bytes().any(|b| matches!(b, b'<' | b'>' | b'?'))
}

/// The layout that a header names; `None` where a line is none.
pub(super) fn layout(line: &str) -> Option<Layout> {
    let line = line.trim();
    if line.starts_with("Date f") {
        let (mut rest, mut columns) = (line, Vec::new());
        while !rest.is_empty() {
            let (column, length) = match NFDUMP.iter().find(|(name, _)| rest.starts_with(name)) {
                Some((name, column)) => (*column, name.len()),
                None => (None, rest.find(' ').unwrap_or(rest.len())),
            };
            // The first of a name counts.
            columns.push(column.filter(|column| !columns.contains(&Some(*column))));
            rest = rest.get(length..).unwrap_or_default().trim_start();
        }
        let has = |column| columns.contains(&Some(column));
        return (has(Column::Source) && has(Column::Destination)).then_some(Layout {
            program: Program::NfdumpText,
            delimiter: b' ',
            columns,
        });
    }
    let columns: Vec<Option<Column>> = line
        .split_ascii_whitespace()
        .map(|name| ARGUS.iter().find(|(known, _)| name.eq_ignore_ascii_case(known)).map(|(_, column)| *column))
        .collect();
    let has = |column| columns.contains(&Some(column));
    let whole = [Column::Start, Column::Protocol, Column::Source, Column::Way, Column::Destination].into_iter().all(has);
    whole.then_some(Layout { program: Program::ArgusText, delimiter: b' ', columns })
}

/// The cells of a line of nfdump's.
pub(super) fn nfdump<'a>(line: &'a str, layout: &Layout) -> Result<Vec<(Column, &'a str)>, NoFlow> {
    let mut rest = Rest(line);
    let mut cells = Vec::with_capacity(layout.columns.len() + 2);
    for column in &layout.columns {
        let cell = match column {
            Some(Column::Start | Column::End) => rest.two(),
            // Large numbers have a unit: `1.6 G`.
            Some(Column::SourceBytes | Column::DestinationBytes | Column::SourcePackets | Column::DestinationPackets) => rest.number(),
            Some(_) => rest.word(),
            None => rest.number(),
        };
        let Some(cell) = cell else { return Err(NoFlow::Broken("fewer columns than the header names".to_owned())) };
        match column {
            Some(Column::Source) => place(cell, Column::Source, Column::SourcePort, &mut cells),
            Some(Column::Destination) => place(cell, Column::Destination, Column::DestinationPort, &mut cells),
            Some(column) => cells.push((*column, cell)),
            None => {}
        }
    }
    if !rest.0.trim().is_empty() {
        return Err(NoFlow::Broken("more columns than the header names".to_owned()));
    }
    Ok(cells)
}

/// The cells of a line of Argus'.
pub(super) fn argus<'a>(line: &'a str, layout: &Layout) -> Result<Vec<(Column, &'a str)>, NoFlow> {
    let words: Vec<(usize, &str)> =
        line.split_ascii_whitespace().take(64).map(|word| (word.as_ptr() as usize - line.as_ptr() as usize, word)).collect();
    let broken = |what: &str| NoFlow::Broken(what.to_owned());
    let word = |at: usize| words.get(at).map(|(_, word)| *word).ok_or_else(|| broken("fewer columns than the header names"));
    let Some(arrow) = words.iter().position(|(_, word)| is_arrow(word)) else {
        // Argus' words on itself have no arrow.
        return Err(if words.iter().any(|(_, word)| *word == "man") { NoFlow::NotIp } else { broken("a flow without an arrow") });
    };
    let mut cells = vec![(Column::Way, word(arrow)?)];
    // Ports stand behind a dot, or in a column of their own.
    let apart = |at: usize| {
        word(at)
            .is_ok_and(|word| word.bytes().all(|b| b.is_ascii_digit() || b == b'x' || b.is_ascii_hexdigit()) && !word.contains(['.', ':']))
    };
    let source =
        if arrow >= 3 && apart(arrow - 1) { arrow - 2 } else { arrow.checked_sub(1).ok_or_else(|| broken("a flow without a source"))? };
    place(word(source)?, Column::Source, Column::SourcePort, &mut cells);
    if source + 2 == arrow {
        cells.push((Column::SourcePort, word(arrow - 1)?));
    }
    cells.push((Column::Protocol, word(source.checked_sub(1).ok_or_else(|| broken("a flow without a protocol"))?)?));
    place(word(arrow + 1)?, Column::Destination, Column::DestinationPort, &mut cells);
    // What stands before the protocol; flags are of as many words as there are.
    let mut at = 0;
    for column in layout.columns.iter().take_while(|column| **column != Some(Column::Protocol)) {
        match column {
            Some(time @ (Column::Start | Column::End)) => {
                let (from, first) = words.get(at).copied().ok_or_else(|| broken("fewer columns than the header names"))?;
                let dated = first.contains('/') || first.split('-').count() == 3;
                let until = if dated { at + 1 } else { at };
                let (start, last) = words.get(until).copied().ok_or_else(|| broken("fewer columns than the header names"))?;
                cells.push((*time, line.get(from..start + last.len()).unwrap_or_default()));
                at = until + 1;
            }
            Some(column) => {
                cells.push((*column, word(at)?));
                at += 1;
            }
            None => {}
        }
    }
    // What stands behind the destination.
    let behind = layout.columns.iter().skip_while(|column| **column != Some(Column::Destination)).skip(1);
    let port = behind.clone().next() == Some(&Some(Column::DestinationPort));
    let (columns, mut at) = (behind.skip(usize::from(port)), arrow + 2);
    // A port of its own, where there is a word more than columns.
    if port
        && columns.clone().count() < words.len().saturating_sub(at)
        && !cells.iter().any(|(column, _)| *column == Column::DestinationPort)
    {
        cells.push((Column::DestinationPort, word(at)?));
        at += 1;
    }
    for column in columns {
        // The last may be empty.
        let Some((_, cell)) = words.get(at) else { break };
        cells.extend(column.map(|column| (column, *cell)));
        at += 1;
    }
    Ok(cells)
}

/// An address with its port: `10.0.0.5:80`, `10.0.0.5.80`, `2001:db8::5.80`, or without.
fn place<'a>(word: &'a str, host: Column, port: Column, cells: &mut Vec<(Column, &'a str)>) {
    let dots = word.bytes().filter(|b| *b == b'.').count();
    let colons = word.bytes().filter(|b| *b == b':').count();
    let split = match (colons, dots) {
        // Cut in the middle; what is left must not look whole.
        _ if word.contains("..") || word.contains('*') => None,
        (1, _) => word.rsplit_once(':'),
        // Type and code of ICMP may follow version 6: `ff02::1.134.0`.
        (2.., 1..) => word.split_once('.'),
        (0, 4..) => word.match_indices('.').nth(3).and_then(|(at, _)| Some((word.get(..at)?, word.get(at + 1..)?))),
        _ => None,
    };
    match split {
        Some((address, number)) => cells.extend([(host, address), (port, number)]),
        None => cells.push((host, word)),
    }
}

/// What is left of a line.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn word(&mut self) -> Option<&'a str> {
        loop {
            let text = self.0.trim_start();
            let end = text.find([' ', '\t']).unwrap_or(text.len());
            let (word, rest) = text.split_at_checked(end).filter(|(word, _)| !word.is_empty())?;
            self.0 = rest;
            // An arrow between the sides is no column.
            if !matches!(word, "->" | "<->" | "<-") {
                return Some(word);
            }
        }
    }

    /// A date and its clock.
    fn two(&mut self) -> Option<&'a str> {
        let text = self.0.trim_start();
        self.word()?;
        self.word()?;
        text.get(..text.len() - self.0.len())
    }

    fn number(&mut self) -> Option<&'a str> {
        let text = self.0.trim_start_matches(' ');
        self.word()?;
        let before = self.0;
        if !matches!(self.word(), Some("K" | "M" | "G" | "T")) {
            self.0 = before;
        }
        text.get(..text.len() - self.0.len())
    }
}
