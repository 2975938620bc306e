//! Places in a text.

/// Bytes from `start` up to `end` of a query's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    /// From the start of `self` to the end of `other`.
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start, end: other.end.max(self.start) }
    }

    /// The text there; empty where the span is not one of `text`.
    pub fn text(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// Start and length in UTF-16 units, as Kusto counts.
    pub fn utf16(self, text: &str) -> (usize, usize) {
        let units = |part: Option<&str>| part.unwrap_or_default().encode_utf16().count();
        (units(text.get(..self.start as usize)), units(text.get(self.start as usize..self.end as usize)))
    }
}
