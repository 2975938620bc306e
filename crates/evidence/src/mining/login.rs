//! A login taken apart: wallet or account, worker, mail address, fixed difficulty.

use crate::wallet;

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Login {
    /// As it was sent.
    pub(super) text: String,
    /// What is paid: a wallet, or a name at the pool.
    pub(super) account: String,
    /// The account, if it is an address whose checksum holds.
    pub(super) wallet: String,
    pub(super) coin: &'static str,
    pub(super) worker: String,
    pub(super) mail: String,
    pub(super) difficulty: Option<f64>,
}

const LONGEST: usize = 512;

/// Separates an account from what follows. A bare `-` is part of names.
const MARKS: [char; 7] = ['.', '+', '/', '#', '@', '%', '='];

/// `XMR:wallet.worker#code`, `wallet+5000.worker`, `wallet/worker/mail`, `user.worker`, …
pub(super) fn read(text: &str) -> Login {
    let text: String = text.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    let text = text.trim();
    let mut login = Login { text: text.to_owned(), ..Login::default() };
    // Nimiq's are written in groups of four.
    if text.starts_with("NQ") && text.contains(' ') {
        let joined: String = text.split(' ').collect();
        if let Some(found) = wallet::find(&joined).first().filter(|found| found.address == joined) {
            return Login { wallet: joined.clone(), coin: found.coin, account: joined, ..login };
        }
    }
    let found = wallet::find(text).into_iter().next();
    let mut rest = if let Some(found) = found {
        login.wallet = one_case(found.address, found.coin);
        login.coin = found.coin;
        login.account.clone_from(&login.wallet);
        text.split_once(found.address).map_or("", |(_, rest)| rest)
    } else {
        // A coin before the account; a prefix that belongs to the address stays.
        let (prefix, bare) = match text.split_once(':') {
            Some((coin, bare)) if coin.len() <= 6 && coin.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()) => (coin, bare),
            _ => ("", text),
        };
        if is_mail(bare) {
            login.mail = bare.to_owned();
            login.account = bare.to_owned();
            return login;
        }
        let end = bare.find(MARKS).unwrap_or(bare.len());
        let (account, rest) = bare.split_at_checked(end).unwrap_or((bare, ""));
        login.account = account.to_owned();
        if prefix.is_empty() && account.is_empty() {
            login.account = text.to_owned();
            return login;
        }
        rest
    };
    while let Some(mark) = rest.chars().next() {
        let body = rest.get(mark.len_utf8()..).unwrap_or_default();
        let end = match mark {
            '.' => body.find(['+', '/', '#']).unwrap_or(body.len()),
            '/' => body.find(['/', '#']).unwrap_or(body.len()),
            _ => body.find(MARKS).unwrap_or(body.len()),
        };
        let (part, after) = body.split_at_checked(end).unwrap_or((body, ""));
        login.take(mark, part);
        rest = after;
    }
    login
}

impl Login {
    fn take(&mut self, mark: char, part: &str) {
        // `wallet.5000.worker` and `wallet+5000.worker` ask for a fixed difficulty.
        let (number, name) = part.split_once('.').map_or((part, ""), |(number, name)| (number, name));
        let fixed = number.len() >= 3 && number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        match mark {
            '.' | '+' if fixed && self.difficulty.is_none() && (mark == '+' || !self.wallet.is_empty()) => {
                self.difficulty = number.parse().ok();
                self.name(name);
            }
            '+' => {}
            '#' | '%' | '=' => {}
            '/' if part.contains('@') => self.mail = part.to_owned(),
            _ if is_mail(part) => self.mail = part.to_owned(),
            _ => self.name(without_payment(part)),
        }
    }

    fn name(&mut self, name: &str) {
        if self.worker.is_empty() {
            self.worker = name.to_owned();
        }
    }

    /// Whether the account has the shape of an address, though no checksum says so: Ethereum's digits without mixed case, or
    /// CryptoNote's length.
    pub(super) fn looks_like_wallet(&self) -> bool {
        let account = &self.account;
        !self.wallet.is_empty() || is_hex_address(account) || account.len() >= 90 && account.bytes().all(|b| b.is_ascii_alphanumeric())
    }
}

/// An address that is the same in letters of either case, in small ones: one wallet is one.
fn one_case(address: &str, coin: &str) -> String {
    let may_be_great = coin == "CFX" || ["BC1", "LTC1", "ZS1", "U1", "GRIN1"].iter().any(|prefix| address.starts_with(prefix));
    if may_be_great && !address.bytes().any(|b| b.is_ascii_lowercase()) { address.to_ascii_lowercase() } else { address.to_owned() }
}

/// Pools for Monero took a payment's number behind the wallet: 64 hexadecimal digits, or 16.
fn without_payment(part: &str) -> &str {
    let (first, rest) = part.split_once('.').unwrap_or((part, ""));
    let is_payment = matches!(first.len(), 16 | 64) && first.bytes().all(|b| b.is_ascii_hexdigit());
    if is_payment { rest } else { part }
}

pub(super) fn is_hex_address(text: &str) -> bool {
    text.strip_prefix("0x").is_some_and(|digits| digits.len() == 40 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn is_mail(text: &str) -> bool {
    text.split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && !name.contains('/') && host.contains('.') && !host.contains(['/', '@']))
}

#[cfg(test)]
mod tests {
    use super::*;

    const XMR: &str = "48edfHu7V9Z84YzzMa6fUueoELZ9ZRXq9VetWzYGzKt52XU5xvqgzYnDK9URnRoJMk1j8nLwEVsaSWJ4fhdUyZijBGUicoD";
    const HEX: &str = "0x4b99a5f1f0b56b0e4e1d9c7b1f3bd2a91c6b0b0d";

    #[test]
    fn logins_are_taken_apart() {
        for (text, account, wallet, worker, mail, difficulty) in [
            (XMR.to_owned(), XMR, XMR, "", "", None),
            (format!("{XMR}.rig-1"), XMR, XMR, "rig-1", "", None),
            (format!("{XMR}+5000"), XMR, XMR, "", "", Some(5000.0)),
            (format!("{XMR}.15000"), XMR, XMR, "", "", Some(15000.0)),
            (format!("{XMR}+5000.rig"), XMR, XMR, "rig", "", Some(5000.0)),
            (format!("{XMR}.rig+128000"), XMR, XMR, "rig", "", Some(128000.0)),
            (format!("{XMR}/rig/me@mail.example"), XMR, XMR, "rig", "me@mail.example", None),
            (format!("XMR:{XMR}.rig#code"), XMR, XMR, "rig", "", None),
            (format!("{HEX}.rig/me@mail.example"), HEX, "", "rig", "me@mail.example", None),
            (format!("{HEX}/rig/me@mail"), HEX, "", "rig", "me@mail", None),
            (format!("{XMR}.{}.rig", "0a".repeat(32)), XMR, XMR, "rig", "", None),
            (format!("{HEX}/rig"), HEX, "", "rig", "", None),
            ("user.rig1".into(), "user", "", "rig1", "", None),
            ("me@mail.example".into(), "me@mail.example", "", "", "me@mail.example", None),
            (
                "1P7ujsXeX7GxQwHNnJsRMgAdNkFZmNVqJT.w".into(),
                "1P7ujsXeX7GxQwHNnJsRMgAdNkFZmNVqJT",
                "1P7ujsXeX7GxQwHNnJsRMgAdNkFZmNVqJT",
                "w",
                "",
                None,
            ),
            ("kaspa:qqwrong.rig".into(), "kaspa:qqwrong", "", "rig", "", None),
            ("x".into(), "x", "", "", "", None),
            (String::new(), "", "", "", "", None),
            (".x".into(), ".x", "", "", "", None),
        ] {
            let login = read(&text);
            assert_eq!(
                (login.account.as_str(), login.wallet.as_str(), login.worker.as_str(), login.mail.as_str(), login.difficulty),
                (account, wallet, worker, mail, difficulty),
                "{text}"
            );
        }
        // One wallet, however it is written.
        let small = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
        for text in [small.to_owned(), small.to_uppercase(), format!("BTC:{}.rig", small.to_uppercase())] {
            assert_eq!((read(&text).wallet.as_str(), read(&text).account.as_str()), (small, small), "{text}");
        }
        let cash = "qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a";
        for text in [cash.to_owned(), format!("bitcoincash:{cash}.rig"), format!("BCH:{cash}/rig")] {
            assert_eq!(read(&text).wallet, cash, "{text}");
        }
        assert!(read(HEX).looks_like_wallet() && !read("user").looks_like_wallet());
    }
}
