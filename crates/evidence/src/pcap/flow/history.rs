//! What happened in a connection, as letters in Zeek's manner: capitals are the client's.

/// `^` (the first packet was the server's), then in the order in which each first happened: s SYN, h SYN with ACK, a pure ACK, d data,
/// f FIN, r RST, t sent again, g a gap.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct History {
    letters: [u8; 20],
    length: u8,
    turned: bool,
}

impl History {
    pub(super) fn new(turned: bool) -> Self {
        Self { turned, ..Self::default() }
    }

    pub(super) fn push(&mut self, side: usize, letter: u8) {
        let letter = if side == super::CLIENT { letter.to_ascii_uppercase() } else { letter };
        let length = usize::from(self.length);
        if self.letters.iter().take(length).any(|known| *known == letter) {
            return;
        }
        if let Some(place) = self.letters.get_mut(length) {
            *place = letter;
            self.length += 1;
        }
    }

    pub(crate) fn text(&self) -> String {
        let letters = self.letters.iter().take(self.length.into()).map(|letter| char::from(*letter));
        self.turned.then_some('^').into_iter().chain(letters).collect()
    }
}
