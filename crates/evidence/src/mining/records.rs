//! Records of TLS, passed over by their lengths: a few of them are TLS. What goes on otherwise behind one or two was made to look like it.

/// So many records are TLS. A handshake has as many on the server's side, and soon on the client's.
const ENOUGH: u32 = 4;
/// RFC 8446, and what older versions add.
const LONGEST: usize = (16 << 10) + 2_048;

#[derive(Debug, Default)]
pub(super) struct Records {
    head: Vec<u8>,
    left: usize,
    count: u32,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    More,
    /// It is TLS.
    Sure,
    /// Something else begins with these bytes, and so many of the given ones behind them.
    Other(Vec<u8>, usize),
}

impl Records {
    pub(super) fn push(&mut self, mut bytes: &[u8]) -> Outcome {
        while !bytes.is_empty() {
            if self.left > 0 {
                let (_, rest) = bytes.split_at(self.left.min(bytes.len()));
                self.left -= bytes.len() - rest.len();
                bytes = rest;
                continue;
            }
            let Some((byte, rest)) = bytes.split_first() else { break };
            self.head.push(*byte);
            bytes = rest;
            match self.head.as_slice() {
                [20..=24] | [20..=24, 3] | [20..=24, 3, 0..=4] | [20..=24, 3, 0..=4, _] => {}
                [20..=24, 3, 0..=4, high, low] => {
                    self.left = usize::from(*high) << 8 | usize::from(*low);
                    self.head.clear();
                    self.count += 1;
                    if self.count >= ENOUGH || self.left > LONGEST {
                        return Outcome::Sure;
                    }
                }
                _ => return Outcome::Other(std::mem::take(&mut self.head), bytes.len()),
            }
        }
        Outcome::More
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(bytes: &[u8], piece: usize) -> Outcome {
        let mut records = Records::default();
        bytes.chunks(piece).map(|part| records.push(part)).find(|outcome| *outcome != Outcome::More).unwrap_or(Outcome::More)
    }

    #[test]
    fn records_are_told_from_what_only_begins_so() {
        let record = |kind, size: usize| [&[kind, 3, 3, (size >> 8) as u8, size as u8][..], &vec![b'{'; size]].concat();
        let tls = [record(22, 300), record(20, 1), record(23, 0), record(23, 5_000)].concat();
        let fake = [record(22, 300), b"{\"id\":1}\n".to_vec()].concat();
        for piece in [1, 7, 10_000] {
            assert_eq!(run(&tls, piece), Outcome::Sure, "{piece}");
            assert_eq!(run(&tls[..318], piece), Outcome::More, "{piece}");
            let Outcome::Other(head, left) = run(&fake, piece) else { panic!("{piece}") };
            assert!(head == b"{" && left < piece && left < fake.len(), "{piece}");
        }
    }
}
