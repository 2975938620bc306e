//! Passes over bodies.

use super::head::Framing;

pub(super) enum Body {
    Length(u64),
    Chunks(Chunk),
    /// Until the connection ends.
    Open,
}

/// Where in the chunks the next byte is.
pub(super) enum Chunk {
    /// In the line that tells a chunk's size: the size so far, and whether it is over (extensions follow).
    Size(u64, bool),
    Data(u64),
    /// The line end behind a chunk.
    End,
    /// In the lines behind the last chunk; whether the line has anything in it.
    Trailer(bool),
    Over,
}

impl Body {
    pub(super) fn new(framing: Framing) -> Option<Self> {
        Some(match framing {
            Framing::None => return None,
            Framing::Length(length) => Self::Length(length),
            Framing::Chunks => Self::Chunks(Chunk::Size(0, false)),
            Framing::Open => Self::Open,
        })
    }

    pub(super) fn has_ended(&self) -> bool {
        matches!(self, Self::Length(0) | Self::Chunks(Chunk::Over))
    }

    /// Takes what is of the body from the front of the bytes; says how much of it is content.
    pub(super) fn take(&mut self, rest: &mut &[u8]) -> u64 {
        match self {
            Self::Length(left) => take(left, rest),
            Self::Open => take(&mut { u64::MAX }, rest),
            Self::Chunks(chunk) => {
                let mut counted = 0;
                while !rest.is_empty() && !matches!(chunk, Chunk::Over) {
                    counted += chunk.step(rest);
                }
                counted
            }
        }
    }

    /// Passes over bytes that are missing; whether they were all of the body, whatever they were.
    pub(super) fn lose(&mut self, lost: u64) -> bool {
        match self {
            Self::Length(left) | Self::Chunks(Chunk::Data(left)) if *left >= lost => {
                *left -= lost;
                true
            }
            Self::Open => true,
            _ => false,
        }
    }
}

fn take(left: &mut u64, rest: &mut &[u8]) -> u64 {
    let count = (*left).min(rest.len() as u64);
    *left -= count;
    *rest = rest.get(count as usize..).unwrap_or_default();
    count
}

impl Chunk {
    fn step(&mut self, rest: &mut &[u8]) -> u64 {
        if let Self::Data(left) = self {
            let count = take(left, rest);
            if *left == 0 {
                *self = Self::End;
            }
            return count;
        }
        let Some((byte, next)) = rest.split_first() else { return 0 };
        *rest = next;
        *self = match (&*self, byte) {
            (Self::Size(0, _), b'\n') => Self::Trailer(false),
            (Self::Size(size, _), b'\n') => Self::Data(*size),
            (Self::Size(size, false), digit) if digit.is_ascii_hexdigit() => {
                let digit = char::from(*digit).to_digit(16).unwrap_or_default();
                Self::Size(size.saturating_mul(16).saturating_add(digit.into()), false)
            }
            (Self::Size(size, _), _) => Self::Size(*size, true),
            (Self::End, b'\n') => Self::Size(0, false),
            (Self::End, _) => Self::End,
            (Self::Trailer(false), b'\n') => Self::Over,
            (Self::Trailer(_), b'\n') => Self::Trailer(false),
            (Self::Trailer(used), b'\r') => Self::Trailer(*used),
            (Self::Trailer(_), _) => Self::Trailer(true),
            (Self::Data(_) | Self::Over, _) => Self::Over,
        };
        0
    }
}
