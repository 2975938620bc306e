//! Decides what a file is: by its head as it stands, then by what lies behind damage at its start, or in a wrapping.

use crate::exports::array::Scan;
use crate::format::{Head, Sniff};
use crate::view::{Shape, View, Within};
use crate::{Input, formats};
use std::sync::Arc;

/// Lines at the start of a file that may be damaged.
const DAMAGED: usize = 8;
/// Records that are looked at to find what they are wrapped in.
const WRAPPED: usize = 20;

/// What a format says, and the file as it is to be read.
pub(crate) struct Found {
    pub(crate) sniff: Sniff,
    pub(crate) input: Arc<Input>,
}

/// `None` where no format knows the file. `mark` is the length of the byte order mark before the head.
pub(crate) fn look(head: &Head<'_>, mark: u64) -> Option<Found> {
    if let Some(found) = sniff(head) {
        return Some(found);
    }
    if let Some(found) = wrapped(head) {
        return Some(found);
    }
    starts(head.bytes).find_map(|(start, lines)| {
        let input = head.input.seen_as(View { start: mark + start as u64, lines, ..View::default() });
        let head = Head { bytes: head.bytes.get(start..)?, input: &input, ..*head };
        sniff(&head).or_else(|| wrapped(&head))
    })
}

fn sniff(head: &Head<'_>) -> Option<Found> {
    formats().iter().find_map(|format| match format.sniff(head) {
        Sniff::No => None,
        sniff => Some(Found { sniff, input: Arc::clone(head.input) }),
    })
}

/// Where a damaged file may become sound: behind zeros, and behind each of the first lines; with the number of lines before it.
fn starts(bytes: &[u8]) -> impl Iterator<Item = (usize, u64)> {
    let ends = memchr::memchr_iter(b'\n', bytes).take(DAMAGED).map(|end| end + 1);
    let starts = std::iter::once(0).chain(ends).zip(0..).map(|(start, lines)| {
        let zeros = bytes.iter().skip(start).take_while(|b| **b == 0).count();
        (start + zeros, lines)
    });
    starts.filter(|(start, _)| *start > 0 && bytes.get(*start..).is_some_and(may_begin))
}

/// Whether bytes start with a line that some format's records, or a header, may begin with. Programs and documents have lines as well.
fn may_begin(bytes: &[u8]) -> bool {
    let line = bytes.get(..bytes.len().min(4096)).unwrap_or_default().split(|b| *b == b'\n').next().unwrap_or_default();
    if line.iter().any(|b| *b < b' ' && !matches!(b, b'\t' | b'\r' | 0x1b)) {
        return false;
    }
    match line {
        [b'{' | b'[' | b'<' | b'0'..=b'9', ..] => true,
        [b'#', rest @ ..] => rest.first().is_some_and(u8::is_ascii_lowercase),
        // A month, as syslog has it.
        [a, b, c, b' ', ..] if [a, b, c].into_iter().all(u8::is_ascii_alphabetic) => true,
        _ => is_header(line),
    }
}

/// Whether a line may be the names of columns.
fn is_header(line: &[u8]) -> bool {
    let name = |cell: &[u8]| {
        let cell = cell.strip_prefix(b"\"").unwrap_or(cell);
        cell.len() <= 64 && cell.first().is_none_or(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'$' | b'@') || *b >= 0x80)
    };
    [b',', b';', b'\t', b'|'].iter().any(|delimiter| line.contains(delimiter) && line.split(|b| b == delimiter).all(name))
}

/// JSON whose records are no lines of their own, or lie within other objects.
fn wrapped(head: &Head<'_>) -> Option<Found> {
    if !matches!(head.bytes.trim_ascii_start().first(), Some(b'{' | b'[')) {
        return None;
    }
    let depth = head.options.caps.depth;
    let by_line = head.lines().take(WRAPPED).any(|line| line.starts_with(b"{") && line.trim_ascii_end().ends_with(b"}"));
    [Shape::Plain, Shape::Objects, Shape::Wrapped].into_iter().find_map(|shape| {
        let objects = match shape {
            Shape::Plain => head.lines().map(<[u8]>::to_vec).collect(),
            // Lines are cheaper to read.
            Shape::Objects if by_line => return None,
            shape => objects(head.bytes, shape),
        };
        let whole = (shape != Shape::Plain).then_some(None);
        whole.into_iter().chain(Within::KNOWN.map(Some)).find_map(|within| {
            let bytes = match within {
                None => lines(objects.iter().map(Vec::as_slice)),
                Some(within) => lines_within(&objects, within, depth)?,
            };
            let input = head.input.seen_as(View { shape, within, ..head.input.view.clone() });
            sniff(&Head { bytes: &bytes, complete: head.complete, name: head.name, input: &input, options: head.options })
        })
    })
}

/// The records of a head, each without line feeds; the last may be cut off.
fn objects(bytes: &[u8], shape: Shape) -> Vec<Vec<u8>> {
    let (mut scan, mut ranges) = (Scan::of(shape), Vec::new());
    scan.run(bytes, &mut ranges);
    let rest = scan.open().map(|start| start..bytes.len());
    let found = ranges.into_iter().chain(rest).filter_map(|range| bytes.get(range));
    // Line feeds within JSON are space between its tokens.
    found.map(|object| object.iter().map(|b| if matches!(b, b'\n' | b'\r') { b' ' } else { *b }).collect()).collect()
}

fn lines<'o>(objects: impl Iterator<Item = &'o [u8]>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for object in objects {
        bytes.extend_from_slice(object);
        bytes.push(b'\n');
    }
    bytes
}

/// What most records of a head are wrapped in, as lines.
fn lines_within(objects: &[Vec<u8>], within: Within, depth: usize) -> Option<Vec<u8>> {
    let records = || objects.iter().filter(|object| object.first() == Some(&b'{'));
    let looked = records().take(WRAPPED).count();
    let values = |most: usize| records().take(most).filter_map(|object| within.value(object, depth));
    if looked == 0 || values(WRAPPED).count() * 2 < looked {
        return None;
    }
    let texts: Vec<_> = values(usize::MAX)
        .map(|value| if value.starts_with(b"\"") { crate::json::text(value).into_owned().into_bytes() } else { value.to_vec() })
        .collect();
    Some(lines(texts.iter().map(|text| text.trim_ascii_end())))
}
