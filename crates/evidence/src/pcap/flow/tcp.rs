//! The state of a TCP connection, by what was seen of it.

use super::{CLIENT, History, SERVER};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Flags(pub(crate) u8);

impl Flags {
    pub(crate) fn fin(self) -> bool {
        self.0 & 1 != 0
    }
    pub(crate) fn syn(self) -> bool {
        self.0 & 2 != 0
    }
    pub(crate) fn rst(self) -> bool {
        self.0 & 4 != 0
    }
    pub(crate) fn psh(self) -> bool {
        self.0 & 8 != 0
    }
    pub(crate) fn ack(self) -> bool {
        self.0 & 16 != 0
    }
    pub(crate) fn urg(self) -> bool {
        self.0 & 32 != 0
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tcp {
    sides: [Side; 2],
    /// Who reset the connection first.
    reset: Option<bool>,
    pub(crate) history: History,
}

#[derive(Clone, Copy, Debug, Default)]
struct Side {
    /// All flags that were seen.
    flags: u8,
    /// Whether a segment of the side was seen.
    begun: bool,
    /// The number of its first byte, where its SYN was seen.
    first: u32,
    /// Behind the last byte that was seen.
    end: u32,
    /// Bytes before `end` that were not.
    missing: u32,
}

impl Tcp {
    /// `turned`: the first segment was the server's.
    pub(crate) fn new(turned: bool) -> Self {
        Self { history: History::new(turned), ..Self::default() }
    }

    /// The number of a side's first byte, where its SYN was seen.
    pub(crate) fn first(&self, side: usize) -> Option<u32> {
        self.sides.get(side).filter(|side| Flags(side.flags).syn()).map(|side| side.first)
    }

    /// Takes a segment; says how many bytes of it are new.
    pub(crate) fn segment(&mut self, side: usize, sequence: u32, flags: Flags, length: u32) -> u32 {
        let Some(state) = self.sides.get_mut(side) else { return 0 };
        let start = sequence.wrapping_add(u32::from(flags.syn()));
        if !state.begun {
            (state.begun, state.end, state.first) = (true, start, start);
        }
        state.flags |= flags.0;
        // The end of the side's bytes has a number, too.
        let fin = u32::from(flags.fin());
        let end = start.wrapping_add(length).wrapping_add(fin);
        let beyond = end.wrapping_sub(state.end).cast_signed();
        let mut again = false;
        let mut gap = false;
        let fresh = if beyond > 0 {
            let beyond = beyond.unsigned_abs();
            let skipped = beyond.saturating_sub(length + fin);
            gap = skipped > 0;
            state.missing = state.missing.saturating_add(skipped);
            state.end = end;
            length.min(beyond - fin)
        } else {
            let filled = length.min(state.missing);
            state.missing -= filled;
            again = length > 0 && filled == 0;
            filled
        };
        let letter = match (flags.syn(), flags.ack()) {
            (true, false) => Some(b's'),
            (true, true) => Some(b'h'),
            (false, true) if length == 0 && !flags.fin() && !flags.rst() => Some(b'a'),
            _ => None,
        };
        let letters = [(gap, b'g'), (again, b't'), (fresh > 0, b'd'), (flags.fin(), b'f'), (flags.rst(), b'r')];
        for letter in letter.into_iter().chain(letters.into_iter().filter(|(happened, _)| *happened).map(|(_, letter)| letter)) {
            self.history.push(side, letter);
        }
        if flags.rst() && self.reset.is_none() {
            self.reset = Some(side == SERVER);
        }
        fresh
    }

    fn flags(&self, side: usize) -> Flags {
        Flags(self.sides.get(side).map_or(0, |side| side.flags))
    }

    pub(crate) fn all_flags(&self) -> Flags {
        Flags(self.flags(CLIENT).0 | self.flags(SERVER).0)
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.reset.is_some() || self.flags(CLIENT).fin() && self.flags(SERVER).fin()
    }

    /// Whether a SYN of that number opens another connection between the same ends.
    pub(crate) fn is_another(&self, side: usize, sequence: u32, flags: Flags) -> bool {
        let Some(state) = self.sides.get(side) else { return false };
        flags.syn()
            && !flags.ack()
            && if state.begun { !Flags(state.flags).syn() || state.first != sequence.wrapping_add(1) } else { self.is_closed() }
    }

    /// Bytes that must have been sent and were not seen.
    pub(crate) fn missing(&self) -> u64 {
        self.sides.iter().map(|side| u64::from(side.missing)).sum()
    }

    /// As Zeek's `conn_state`.
    pub(crate) fn state(&self) -> &'static str {
        let (client, server) = (self.flags(CLIENT), self.flags(SERVER));
        let answered = self.sides[SERVER].begun && !(server.rst() && !server.syn() && !server.psh());
        match (client.syn(), server.syn()) {
            (true, false) if !answered => match self.reset {
                Some(true) => "REJ",
                Some(false) => "RSTOS0",
                None if client.fin() => "SH",
                None => "S0",
            },
            (false, true) if self.reset == Some(true) && !self.sides[CLIENT].begun => "RSTRH",
            (false, true) if server.fin() && !self.sides[CLIENT].begun => "SHR",
            (opened, _) => match (self.reset, client.fin(), server.fin()) {
                (Some(false), ..) => "RSTO",
                (Some(true), ..) => "RSTR",
                (None, true, true) => "SF",
                _ if !opened => "OTH",
                (None, true, false) => "S2",
                (None, false, true) => "S3",
                (None, false, false) => "S1",
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SYN: u8 = 2;
    const RST: u8 = 4;
    const ACK: u8 = 16;
    const FIN: u8 = 1;

    #[test]
    fn states_as_zeek_names_them() {
        for (segments, state, history) in [
            (&[(CLIENT, SYN)][..], "S0", "S"),
            (&[(CLIENT, SYN), (SERVER, RST | ACK)], "REJ", "Sr"),
            (&[(CLIENT, SYN), (CLIENT, RST)], "RSTOS0", "SR"),
            (&[(CLIENT, SYN), (CLIENT, FIN | ACK)], "SH", "SF"),
            (&[(CLIENT, SYN), (SERVER, SYN | ACK)], "S1", "Sh"),
            (&[(CLIENT, SYN), (SERVER, SYN | ACK), (CLIENT, ACK), (CLIENT, FIN | ACK)], "S2", "ShAF"),
            (&[(CLIENT, SYN), (SERVER, SYN | ACK), (SERVER, FIN | ACK)], "S3", "Shf"),
            (&[(CLIENT, SYN), (SERVER, SYN | ACK), (CLIENT, FIN | ACK), (SERVER, FIN | ACK)], "SF", "ShFf"),
            (&[(CLIENT, SYN), (SERVER, SYN | ACK), (SERVER, RST)], "RSTR", "Shr"),
            (&[(CLIENT, SYN), (SERVER, SYN | ACK), (CLIENT, RST)], "RSTO", "ShR"),
            (&[(SERVER, SYN | ACK), (SERVER, RST)], "RSTRH", "hr"),
            (&[(SERVER, SYN | ACK), (SERVER, FIN | ACK)], "SHR", "hf"),
            (&[(CLIENT, ACK), (SERVER, ACK)], "OTH", "Aa"),
        ] {
            let mut tcp = Tcp::default();
            for (side, flags) in segments {
                tcp.segment(*side, 7, Flags(*flags), 0);
            }
            assert_eq!((tcp.state(), tcp.history.text().as_str()), (state, history));
        }
    }

    #[test]
    fn bytes_are_counted_once_across_reordering_retransmission_and_the_end_of_the_numbers() {
        let mut tcp = Tcp::default();
        let start = u32::MAX - 9;
        tcp.segment(CLIENT, start.wrapping_sub(1), Flags(SYN), 0);
        let mut count = |offset: u32, length| tcp.segment(CLIENT, start.wrapping_add(offset), Flags(ACK), length);
        assert_eq!(count(0, 10), 10);
        assert_eq!(count(20, 10), 10, "ahead of a gap");
        assert_eq!(count(10, 10), 10, "the gap is filled");
        assert_eq!(count(10, 10), 0, "sent again");
        assert_eq!(count(25, 10), 5, "partly sent again");
        assert_eq!(count(100, 1), 1);
        assert_eq!(tcp.missing(), 65);
        assert_eq!(tcp.history.text(), "SDGT");
    }
}
