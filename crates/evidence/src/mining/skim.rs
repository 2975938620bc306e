//! A long text before any message: looked through for the line that begins one, and not kept.

/// So much of it is looked through.
const MOST: usize = 8 << 20;

#[derive(Debug)]
pub(super) struct Skim {
    passed: usize,
    /// The last byte ended a line.
    fresh: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    More,
    /// A line begins as a message does, so many bytes before the end of the given ones.
    Message(usize),
    /// There was too much of it.
    Other,
}

impl Skim {
    /// `fresh`: a line begins.
    pub(super) fn new(fresh: bool) -> Self {
        Self { passed: 0, fresh }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) -> Outcome {
        self.passed = self.passed.saturating_add(bytes.len());
        if self.passed > MOST {
            return Outcome::Other;
        }
        if bytes.is_empty() {
            return Outcome::More;
        }
        let fresh = std::mem::replace(&mut self.fresh, bytes.last() == Some(&b'\n'));
        if fresh && bytes.first() == Some(&b'{') {
            return Outcome::Message(bytes.len());
        }
        memchr::memmem::find(bytes, b"\n{").map_or(Outcome::More, |at| Outcome::Message(bytes.len() - at - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_that_begins_a_message_is_found_at_any_split() {
        let text = format!("{}{{\"id\":1}}\n", "a line {\n".repeat(100));
        for piece in 1..text.len() {
            let mut skim = Skim::new(true);
            let mut passed = 0;
            let found = text.as_bytes().chunks(piece).find_map(|part| {
                passed += part.len();
                if let Outcome::Message(left) = skim.push(part) { Some(passed - left) } else { None }
            });
            assert_eq!(found, Some(900), "{piece}");
        }
        let mut skim = Skim::new(true);
        let page = vec![b'x'; 1 << 20];
        assert_eq!((0..9).map(|_| skim.push(&page)).last(), Some(Outcome::Other));
    }
}
