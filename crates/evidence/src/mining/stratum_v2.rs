//! Stratum V2 without encryption: frames, and the messages of its mining protocol that are of use.

/// Of a longer payload only this much is kept.
const KEPT: usize = 2 << 10;
/// No message of the mining protocol comes near.
const LARGEST: u32 = 1 << 20;

/// The answers to a setup come first: this, and the success before it.
const SETUP_ERROR: u8 = 2;

#[derive(Debug, Default)]
pub(super) struct Frames {
    held: Vec<u8>,
    /// Of the frame under way, behind what is kept.
    passed_over: u32,
    /// The first frame, which sets up the connection, was read.
    begun: bool,
}

/// What a frame says.
#[derive(Debug, PartialEq)]
pub(super) enum Said {
    /// A client begins; with the pool's name and port, and the firmware.
    Setup {
        mining: bool,
        host: String,
        port: u16,
        agent: String,
    },
    SetupSuccess,
    /// With the user and the worker.
    Open(String),
    /// The limit for shares, the lowest byte first.
    Target(Vec<u8>),
    Job(u32),
    /// The bits of the next block's header.
    PreviousHash(u32),
    Submit(u32),
    Accepted(u64),
    Rejected,
    Other,
}

impl Frames {
    pub(super) fn held(&self) -> usize {
        self.held.capacity()
    }

    /// Takes bytes and hands out frames; an error where they are none.
    pub(super) fn push(&mut self, mut bytes: &[u8], mut said: impl FnMut(Said)) -> Result<(), ()> {
        while !bytes.is_empty() {
            if self.passed_over > 0 {
                let take = (self.passed_over as usize).min(bytes.len());
                self.passed_over = self.passed_over.saturating_sub(take as u32);
                bytes = bytes.get(take..).unwrap_or_default();
                continue;
            }
            let wanted = match self.held.get(..6) {
                None => 6,
                Some(head) => 6 + (length(head)? as usize).min(KEPT),
            };
            let take = wanted.saturating_sub(self.held.len()).min(bytes.len());
            let (mine, rest) = bytes.split_at(take);
            self.held.extend_from_slice(mine);
            bytes = rest;
            let Some(head) = self.held.get(..6) else { continue };
            let length = length(head)?;
            if !self.begun && (head.get(2).is_none_or(|kind| *kind > SETUP_ERROR) || length as usize > KEPT) {
                return Err(());
            }
            let kept = (length as usize).min(KEPT);
            if self.held.len() < 6 + kept {
                continue;
            }
            let kind = head.get(2).copied().unwrap_or_default();
            said(read(kind, self.held.get(6..).unwrap_or_default()).ok_or(())?);
            self.passed_over = length - kept as u32;
            self.held.clear();
            self.begun = true;
        }
        Ok(())
    }
}

fn length(head: &[u8]) -> Result<u32, ()> {
    let [0, 0 | 0x80, kind, low, middle, high] = head else { return Err(()) };
    let length = u32::from_le_bytes([*low, *middle, *high, 0]);
    if *kind > 0x7f || length > LARGEST { Err(()) } else { Ok(length) }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (mine, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(mine)
    }

    fn number(&mut self, size: usize) -> Option<u64> {
        Some(self.take(size)?.iter().rev().fold(0, |sum, b| sum << 8 | u64::from(*b)))
    }

    fn text(&mut self) -> Option<String> {
        let length = self.number(1)? as usize;
        let text = std::str::from_utf8(self.take(length)?).ok()?;
        (!text.chars().any(char::is_control)).then(|| text.to_owned())
    }
}

/// `None` where the payload cannot be of its kind.
fn read(kind: u8, payload: &[u8]) -> Option<Said> {
    let mut read = Reader(payload);
    Some(match kind {
        0x00 => {
            let protocol = read.number(1)?;
            let (low, high) = (read.number(2)?, read.number(2)?);
            if protocol > 2 || low == 0 || low > high || high > 100 {
                return None;
            }
            read.take(4)?;
            let host = read.text()?;
            let port = u16::try_from(read.number(2)?).ok()?;
            let vendor = read.text()?;
            let hardware = read.text()?;
            let firmware = read.text()?;
            read.text()?;
            if !read.0.is_empty() {
                return None;
            }
            let agent = [vendor, hardware, firmware].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
            Said::Setup { mining: protocol == 0, host, port, agent }
        }
        0x01 => {
            (payload.len() == 6).then_some(())?;
            Said::SetupSuccess
        }
        0x10 | 0x13 => {
            read.take(4)?;
            Said::Open(read.text()?)
        }
        0x11 | 0x14 => {
            read.take(8)?;
            Said::Target(read.take(32)?.to_vec())
        }
        0x15 | 0x1f => {
            read.take(4)?;
            Said::Job(read.number(4)? as u32)
        }
        0x1a | 0x1b => {
            read.take(8)?;
            Said::Submit(read.number(4)? as u32)
        }
        0x1c => {
            read.take(8)?;
            Said::Accepted(read.number(4)?)
        }
        0x1d => Said::Rejected,
        0x20 => {
            read.take(4 + 4 + 32 + 4)?;
            Said::PreviousHash(read.number(4)? as u32)
        }
        0x21 => {
            read.take(4)?;
            Said::Target(read.take(32)?.to_vec())
        }
        _ => Said::Other,
    })
}

#[cfg(test)]
pub(super) mod build {
    /// A frame with its head.
    pub(crate) fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
        let channel = if (0x15..=0x21).contains(&kind) { 0x80 } else { 0 };
        let length = payload.len() as u32;
        [&[0, channel, kind][..], &length.to_le_bytes()[..3], payload].concat()
    }

    pub(crate) fn text(text: &str) -> Vec<u8> {
        [&[text.len() as u8][..], text.as_bytes()].concat()
    }

    pub(crate) fn setup(host: &str, port: u16) -> Vec<u8> {
        let parts =
            [&[0, 2, 0, 2, 0, 0, 0, 0, 0][..], &text(host), &port.to_le_bytes(), &text("Bosch"), &text("S9"), &text("1.0"), &text("")];
        frame(0, &parts.concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use build::frame;

    #[test]
    fn frames_are_read_at_any_split() {
        let open = [&[1, 0, 0, 0][..], &build::text("wallet.rig"), &[0; 36]].concat();
        let target = [&[9, 0, 0, 0][..], &[7; 32]].concat();
        let bytes = [
            build::setup("pool.example", 3336),
            frame(1, &[2, 0, 0, 0, 0, 0]),
            frame(0x10, &open),
            frame(0x21, &target),
            frame(0x1f, &[1; 5000]),
            frame(0x1a, &[5; 24]),
            frame(0x1c, &[1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        ]
        .concat();
        for piece in [1, 2, 5, 64, 100_000] {
            let mut frames = Frames::default();
            let mut found = Vec::new();
            for part in bytes.chunks(piece) {
                frames.push(part, |said| found.push(said)).unwrap();
            }
            let setup = Said::Setup { mining: true, host: "pool.example".into(), port: 3336, agent: "Bosch S9 1.0".into() };
            let job = u32::from_le_bytes([1; 4]);
            let submit = u32::from_le_bytes([5; 4]);
            let expected = [
                setup,
                Said::SetupSuccess,
                Said::Open("wallet.rig".into()),
                Said::Target(vec![7; 32]),
                Said::Job(job),
                Said::Submit(submit),
                Said::Accepted(3),
            ];
            assert_eq!(found, expected, "{piece}");
        }
    }

    #[test]
    fn other_bytes_are_refused() {
        for bytes in [&[0, 0, 0, 1, 0, 0, 9][..], &[0, 1, 0, 1, 0, 0, 9], &[0, 0, 0, 0, 0, 0x20, 0], &frame(0, &[0; 30])] {
            assert_eq!(Frames::default().push(bytes, |_| {}), Err(()), "{bytes:?}");
        }
    }
}
