//! Finds addresses among the words of a text.

use super::{base58, bech32, cashaddr, cryptonote};
use sha3::{Digest, Keccak256};

/// An address whose checksum holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wallet<'a> {
    pub address: &'a str,
    /// The coin's usual short name; of several coins with one kind of address the first.
    pub coin: &'static str,
}

/// No address is shorter.
const SHORTEST: usize = 26;
/// No address that is looked for is longer: a unified one of Zcash, with a receiver of each kind.
const LONGEST: usize = 260;

/// All addresses in a text, in their order. Logins carry them with a worker, a difficulty or a mail address behind (`.rig`, `+5000`,
/// `/a@b`), with a coin before (`XMR:`), or right behind a short option (`-u`).
pub fn find(text: &str) -> Vec<Wallet<'_>> {
    let mut found = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at + SHORTEST <= bytes.len() {
        // Where a word of the shortest length would end: if that is no letter or digit, no address lies before it.
        let window = &bytes[at..at + SHORTEST];
        if let Some(gap) = window.iter().rposition(|b| !b.is_ascii_alphanumeric()) {
            at += gap + 1;
            continue;
        }
        let length = bytes[at..].iter().take_while(|b| b.is_ascii_alphanumeric()).count();
        let glued = at > 0 && bytes[at - 1] == b'-' && (at == 1 || !bytes[at - 2].is_ascii_alphanumeric());
        let starts = if glued { &[0, 1][..] } else { &[0][..] };
        for start in starts {
            if length - start > LONGEST {
                continue;
            }
            if let Some(word) = text.get(at + start..at + length)
                && let Some(coin) = coin(word)
            {
                found.push(Wallet { address: word, coin });
                break;
            }
        }
        at += length;
    }
    found
}

/// The coin whose address a word is.
fn coin(word: &str) -> Option<&'static str> {
    let first = *word.as_bytes().first()?;
    match (first, word.len()) {
        (b'N', 36) if nimiq(word) => Some("NIM"),
        (_, 26..=36) => base58::coin(word),
        (b'0', 42) => ethereum(word).then_some("ETH"),
        (b'q' | b'p', 42) => cashaddr::is_valid("bitcoincash", word).then_some("BCH"),
        (b'q' | b'p', 61 | 63) => cashaddr::is_valid("kaspa", word).then_some("KAS"),
        (b'n', 48) => cashaddr::is_valid("nexa", word).then_some("NEXA"),
        (b'a' | b'A', 42) => cashaddr::is_conflux(word).then_some("CFX"),
        (b'9', 51) => base58::is_ergo(word).then_some("ERG"),
        (_, 59) if bech32::is_xelis(word) => Some("XEL"),
        (b'd', 66) => bech32::coin(word),
        (b'b' | b'B' | b'l' | b'L' | b'g' | b'u' | b'z', _) => bech32::coin(word),
        (_, 95..=115) => cryptonote::coin(word),
        _ => None,
    }
}

/// Nimiq's: the sum of bank accounts (ISO 7064), over 20 bytes in 32 letters.
fn nimiq(word: &str) -> bool {
    let Some((sum, account)) = word.strip_prefix("NQ").and_then(|rest| rest.split_at_checked(2)) else { return false };
    let letters = account.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase() && !matches!(b, b'I' | b'O' | b'W' | b'Z'));
    let digits = account.bytes().chain(*b"NQ").chain(sum.bytes());
    let rest = digits.fold(0u32, |rest, letter| match letter {
        b'0'..=b'9' => (rest * 10 + u32::from(letter - b'0')) % 97,
        _ => (rest * 100 + u32::from(letter.saturating_sub(b'A')) + 10) % 97,
    });
    letters && sum.bytes().all(|b| b.is_ascii_digit()) && rest == 1
}

/// EIP-55: the case of each letter is a bit of a hash. Without mixed case there is nothing to check, and such a number proves nothing.
fn ethereum(word: &str) -> bool {
    let Some(digits) = word.strip_prefix("0x") else { return false };
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return false;
    }
    let lower = digits.to_ascii_lowercase();
    if lower == digits || digits.to_ascii_uppercase() == digits {
        return false;
    }
    let hash = Keccak256::digest(lower.as_bytes());
    digits.bytes().enumerate().all(|(at, digit)| {
        let byte = hash.get(at / 2).copied().unwrap_or_default();
        let nibble = if at % 2 == 0 { byte >> 4 } else { byte & 15 };
        !digit.is_ascii_alphabetic() || digit.is_ascii_uppercase() == (nibble >= 8)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::bech32::{Fe32, hrp};

    /// The address to which XMRig asks for donations.
    const XMR: &str = "48edfHu7V9Z84YzzMa6fUueoELZ9ZRXq9VetWzYGzKt52XU5xvqgzYnDK9URnRoJMk1j8nLwEVsaSWJ4fhdUyZijBGUicoD";

    fn coins(text: &str) -> Vec<&'static str> {
        find(text).iter().map(|w| w.coin).collect()
    }

    #[test]
    fn published_addresses_are_known() {
        for (address, coin) in [
            (XMR, "XMR"),
            // XMRig's, for Bitcoin.
            ("1P7ujsXeX7GxQwHNnJsRMgAdNkFZmNVqJT", "BTC"),
            // The examples of BIP 173 and BIP 350.
            ("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "BTC"),
            ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", "BTC"),
            // The example of the cashaddr specification.
            ("qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", "BCH"),
            // Donations to the makers of Zephyr and Salvium, of their `src/cryptonote_config.h`.
            ("ZEPHYR2jZrZXenfKejCcCmEkRzUYwXjgWfJF4yzdCznKQ8yQ3g3PsWUbZjzfzHbeTPMgXVmEuDKQUB9rPkgtVwyWRh9knU4EpfJ57", "ZEPH"),
            ("SaLvdVTaMJp5hrGv2rDWzaCrM6Wrq2T4tNBPX8kvuAJv7iUiYNy4vceFskGRAawnBDiqZ9jWYXZmWemRnEKtWmNMeuSXZg6jwtx", "SAL"),
            // The example of Ergo's documentation, and that of CIP-37.
            ("9fRAWhdxEsTcdb8PhGNrZfwqa65zfkuYHAMmkQLcic1gdLSV5vA", "ERG"),
            ("aarc9abycue0hhzgyrr53m6cxedgccrmmyybjgh4xg", "CFX"),
            // Of the first of the test vectors for unified addresses in zcash/zcash-test-vectors.
            (
                "u1l8xunezsvhq8fgzfl7404m450nwnd76zshscn6nfys7vyz2ywyh4cc5daaq0c7q2su5lqfh23sp7fkf3kt27ve5948mzpfdvckzaect2jtte308mkwlycj2u0eac077wu70vqcetkxf",
                "ZEC",
            ),
            // Of their makers' own sources.
            ("dero1qyw4fl3dupcg5qlrcsvcedze507q9u67lxfpu8kgnzp04aq73yheqqg2ctjn4", "DERO"),
            ("vs3mfyywt0fjys0rgslue7mm4wr23xdgejsjk0ld7f2kxng4d4nqqnkdufz", "XEL"),
            ("NQ61XMNVXULYD874G08HYDXKLK29E7YRKFP6", "NIM"),
            ("nqtsq5g57qupnngwws0rlvsevggu6zxqc0tmk7d3v5ulpfh6", "NEXA"),
            // The example of EIP-55.
            ("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "ETH"),
        ] {
            assert_eq!(coins(address), [coin], "{address}");
            let mut changed = address.to_owned();
            let last = if address.ends_with('a') { 'c' } else { 'a' };
            changed.pop();
            changed.push(last);
            assert_eq!(coins(&changed), [""; 0], "{changed}");
        }
    }

    #[test]
    fn addresses_made_here_are_known() {
        for (version, coin) in [
            (&[0u8][..], "BTC"),
            (&[5], "BTC"),
            (&[48], "LTC"),
            (&[50], "LTC"),
            (&[30], "DOGE"),
            (&[76], "DASH"),
            (&[60], "RVN"),
            (&[0x1c, 0xb8], "ZEC"),
        ] {
            let address = base58::encode_check(&[version, &[0x5a; 20]].concat());
            assert_eq!(coins(&address), [coin], "{address}");
        }
        let ltc = ::bech32::segwit::encode(hrp::Hrp::parse("ltc").unwrap(), Fe32::Q, &[7; 20]).unwrap();
        assert_eq!(coins(&ltc), ["LTC"]);
    }

    #[test]
    fn logins_are_taken_apart() {
        for text in [
            format!("xmrig -o pool:3333 -u {XMR}.rig1 -p x"),
            format!("xmrig -u{XMR}+5000"),
            format!("--user={XMR}/me@example.com"),
            format!("-u XMR:{XMR}.worker#ref"),
            format!("\"user\": \"{XMR}\","),
        ] {
            assert_eq!(find(&text), [Wallet { address: XMR, coin: "XMR" }], "{text}");
        }
        assert_eq!(coins(&format!("{XMR} 1P7ujsXeX7GxQwHNnJsRMgAdNkFZmNVqJT")), ["XMR", "BTC"]);
    }

    #[test]
    fn what_only_looks_like_an_address_is_none() {
        let upper = "0x5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED";
        for text in [
            "",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
            upper,
            &format!("x{XMR}"),
            XMR.get(..94).unwrap(),
            "é1P7ujsXeX7GxQwHNnJsRMgAdNkFZmNVqJé",
            "4444444444444444444444444444444444444444444444444444444444444444444444444444444444444444444444444444444444444",
            // Of Alephium: there is no checksum in it.
            "1DrDyTr9RpRsQnDnXo2YRiPzPW4ooHX5LLoqXrqfMrpQH",
        ] {
            assert_eq!(coins(text), [""; 0], "{text}");
        }
    }
}
