//! SOCKS 4, 4a and 5: what either side says until the tunnel stands. Each side can be read without the other.

use super::Side;
use std::net::{Ipv4Addr, Ipv6Addr};

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    More,
    /// The tunnel begins behind so many bytes. The address is empty on the server's side.
    Open(usize, String, u16),
    /// It is none, or it was refused.
    Other,
}

/// No exchange takes more bytes on one side: a name and a password of 255 letters, a host of 255.
pub(super) const LONGEST: usize = 1100;

/// What is said in SOCKS 5 from the beginning of a side.
pub(super) fn socks5(side: Side, bytes: &[u8]) -> Step {
    let mut read = Reader { bytes, at: 0 };
    let found = match side {
        Side::Client => read.client5(),
        Side::Server => read.server5(),
    };
    answer(found, read.at)
}

pub(super) fn socks4(side: Side, bytes: &[u8]) -> Step {
    let mut read = Reader { bytes, at: 0 };
    let found = match side {
        Side::Client => read.client4(),
        Side::Server => read.server4(),
    };
    answer(found, read.at)
}

fn answer(found: Result<(String, u16), Stop>, at: usize) -> Step {
    match found {
        Ok((host, port)) => Step::Open(at, host, port),
        Err(Stop::More) => Step::More,
        Err(Stop::Other) => Step::Other,
    }
}

enum Stop {
    More,
    Other,
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Stop> {
        let taken = self.bytes.get(self.at..self.at.saturating_add(count)).ok_or(Stop::More)?;
        self.at += count;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, Stop> {
        self.take(1)?.first().copied().ok_or(Stop::More)
    }

    fn expect(&mut self, known: &[u8]) -> Result<u8, Stop> {
        let byte = self.byte()?;
        if known.contains(&byte) { Ok(byte) } else { Err(Stop::Other) }
    }

    fn port(&mut self) -> Result<u16, Stop> {
        Ok(self.take(2)?.iter().fold(0, |sum, b| sum << 8 | u16::from(*b)))
    }

    /// Up to a zero.
    fn text(&mut self) -> Result<&'a [u8], Stop> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        match rest.iter().position(|b| *b == 0) {
            Some(end) if end <= 255 => {
                self.at += end + 1;
                Ok(rest.get(..end).unwrap_or_default())
            }
            None if rest.len() <= 255 => Err(Stop::More),
            _ => Err(Stop::Other),
        }
    }

    fn client5(&mut self) -> Result<(String, u16), Stop> {
        self.expect(&[5])?;
        let count = usize::from(self.byte()?);
        let methods = self.take(count)?;
        // The request itself, where the capture began behind the methods: without a password offered none is told.
        if methods == [0] && self.bytes.get(3).is_some_and(|kind| matches!(kind, 1 | 3 | 4)) {
            return self.address();
        }
        if self.expect(&[1, 5])? == 1 {
            for _ in 0..2 {
                let length = usize::from(self.byte()?);
                self.take(length)?;
            }
            self.expect(&[5])?;
        }
        self.expect(&[1])?;
        self.expect(&[0])?;
        self.address()
    }

    fn server5(&mut self) -> Result<(String, u16), Stop> {
        self.expect(&[5])?;
        if self.expect(&[0, 2])? == 2 {
            self.expect(&[1])?;
            self.expect(&[0])?;
        }
        // The answer to the request itself, where the capture began behind the choice of a method.
        if self.expect(&[5, 0])? == 0 {
            self.address()?;
            return Ok((String::new(), 0));
        }
        self.expect(&[0])?;
        self.expect(&[0])?;
        self.address()?;
        Ok((String::new(), 0))
    }

    fn address(&mut self) -> Result<(String, u16), Stop> {
        let host = match self.expect(&[1, 3, 4])? {
            1 => <[u8; 4]>::try_from(self.take(4)?).map(|b| Ipv4Addr::from(b).to_string()).unwrap_or_default(),
            4 => <[u8; 16]>::try_from(self.take(16)?).map(|b| Ipv6Addr::from(b).to_string()).unwrap_or_default(),
            _ => {
                let length = usize::from(self.byte()?);
                host(self.take(length)?)?
            }
        };
        Ok((host, self.port()?))
    }

    fn client4(&mut self) -> Result<(String, u16), Stop> {
        self.expect(&[4])?;
        self.expect(&[1])?;
        let port = self.port()?;
        let address = <[u8; 4]>::try_from(self.take(4)?).map_err(|_| Stop::More)?;
        self.text()?;
        // 4a: an address that cannot be says that a name follows.
        let name = match address {
            [0, 0, 0, last] if last != 0 => host(self.text()?)?,
            _ => Ipv4Addr::from(address).to_string(),
        };
        Ok((name, port))
    }

    fn server4(&mut self) -> Result<(String, u16), Stop> {
        self.expect(&[0])?;
        self.expect(&[0x5a])?;
        self.take(6)?;
        Ok((String::new(), 0))
    }
}

fn host(bytes: &[u8]) -> Result<String, Stop> {
    let name = std::str::from_utf8(bytes).map_err(|_| Stop::Other)?;
    if name.is_empty() || name.chars().any(|c| c.is_whitespace() || c.is_control()) { Err(Stop::Other) } else { Ok(name.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begin(bytes: &[u8], read: impl Fn(&[u8]) -> Step) -> Step {
        for end in 0..bytes.len() {
            assert_eq!(read(&bytes[..end]), Step::More, "{end}");
        }
        read(&[bytes, b"{}"].concat())
    }

    #[test]
    fn both_sides_of_each_version_are_read() {
        let asked = [&[5, 2, 0, 2, 5, 1, 0, 3, 12][..], b"pool.example", &[0x0d, 0x05]].concat();
        assert_eq!(begin(&asked, |b| socks5(Side::Client, b)), Step::Open(asked.len(), "pool.example".into(), 3333));
        let named = [&[5, 1, 2, 1, 2, b'm', b'e', 1, b'x', 5, 1, 0, 1, 10, 0, 0, 1, 0, 80][..]].concat();
        assert_eq!(begin(&named, |b| socks5(Side::Client, b)), Step::Open(named.len(), "10.0.0.1".into(), 80));
        assert_eq!(begin(&[5, 2, 1, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0], |b| socks5(Side::Server, b)), Step::Open(14, String::new(), 0));
        assert_eq!(socks5(Side::Server, &[5, 0, 5, 5, 0, 1]), Step::Other);
        // Behind the choice of a method.
        assert_eq!(begin(&asked[4..], |b| socks5(Side::Client, b)), Step::Open(asked.len() - 4, "pool.example".into(), 3333));
        assert_eq!(begin(&[5, 1, 0, 1, 10, 0, 0, 1, 0, 80], |b| socks5(Side::Client, b)), Step::Open(10, "10.0.0.1".into(), 80));
        assert_eq!(begin(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0], |b| socks5(Side::Server, b)), Step::Open(10, String::new(), 0));
        let four = [&[4, 1, 0, 80, 10, 0, 0, 1][..], b"me\0"].concat();
        assert_eq!(begin(&four, |b| socks4(Side::Client, b)), Step::Open(11, "10.0.0.1".into(), 80));
        let four_a = [&[4, 1, 0, 80, 0, 0, 0, 1, 0][..], b"pool.example\0"].concat();
        assert_eq!(begin(&four_a, |b| socks4(Side::Client, b)), Step::Open(22, "pool.example".into(), 80));
        assert_eq!(begin(&[0, 0x5a, 0, 0, 0, 0, 0, 0], |b| socks4(Side::Server, b)), Step::Open(8, String::new(), 0));
        assert_eq!(socks4(Side::Server, &[0, 0x5b, 0, 0, 0, 0, 0, 0]), Step::Other);
    }
}
