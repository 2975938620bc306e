//! Simple mode without shapes: one search for each text of the pattern, from left to right.

use kql_bind::checked::ParsePart;
use memchr::memmem::Finder;
use std::ops::Range;

/// A pattern that spans the whole input.
#[derive(Debug)]
pub(super) struct Literals {
    steps: Vec<Step>,
    /// What follows the last text.
    tail: Gap,
}

/// What may stand before a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gap {
    Nothing,
    Anything,
    Capture(usize),
}

#[derive(Debug)]
struct Step {
    gap: Gap,
    text: Finder<'static>,
}

impl Literals {
    pub(super) fn new(parts: &[ParsePart]) -> Self {
        let mut steps = Vec::new();
        let mut gap = Gap::Nothing;
        let mut captures = 0;
        for part in parts {
            match part {
                ParsePart::Star if gap == Gap::Nothing => gap = Gap::Anything,
                ParsePart::Star => {}
                ParsePart::Capture { .. } => {
                    gap = Gap::Capture(captures);
                    captures += 1;
                }
                ParsePart::Text(text) => {
                    steps.push(Step { gap, text: Finder::new(text.as_bytes()).into_owned() });
                    gap = Gap::Nothing;
                }
            }
        }
        Self { steps, tail: gap }
    }

    /// Where each capture stands; false for no match. A text after a gap is taken where it comes first, for what follows has then the most
    /// room; the last text of a pattern that ends with it is taken at the end.
    pub(super) fn find(&self, text: &str, ranges: &mut [Range<usize>]) -> bool {
        let bytes = text.as_bytes();
        let mut at = 0;
        for (n, step) in self.steps.iter().enumerate() {
            let needle = step.text.needle();
            let rest = bytes.get(at..).unwrap_or_default();
            let is_last = n + 1 == self.steps.len() && self.tail == Gap::Nothing;
            let start = match step.gap {
                Gap::Nothing => rest.starts_with(needle).then_some(at),
                _ if is_last => rest.ends_with(needle).then(|| bytes.len() - needle.len()),
                _ => step.text.find(rest).map(|found| at + found),
            };
            let Some(start) = start else { return false };
            if let Gap::Capture(capture) = step.gap
                && let Some(range) = ranges.get_mut(capture)
            {
                *range = at..start;
            }
            at = start + needle.len();
        }
        match self.tail {
            Gap::Nothing => at == bytes.len(),
            Gap::Anything => true,
            Gap::Capture(capture) => {
                if let Some(range) = ranges.get_mut(capture) {
                    *range = at..bytes.len();
                }
                true
            }
        }
    }
}
