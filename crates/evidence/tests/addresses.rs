//! Two hundred addresses of each kind, right and with one letter changed.

use crate::support::addresses::*;
use crate::support::wire::Numbers;
use evidence::wallet::find;

const EACH: usize = 200;

type Make = fn(&mut Numbers) -> String;

const KINDS: [(&str, &str, Make); 39] = [
    ("Monero", "XMR", |n| cryptonote(18, &n.bytes(64))),
    ("Monero, integrated", "XMR", |n| cryptonote(19, &n.bytes(72))),
    ("Monero, sub-address", "XMR", |n| cryptonote(42, &n.bytes(64))),
    ("Wownero", "WOW", |n| cryptonote(4_146, &n.bytes(64))),
    ("Wownero, integrated", "WOW", |n| cryptonote(6_810, &n.bytes(72))),
    ("Wownero, sub-address", "WOW", |n| cryptonote(12_208, &n.bytes(64))),
    ("Zephyr", "ZEPH", |n| cryptonote(0x6_241d_18c0, &n.bytes(64))),
    ("Zephyr, integrated", "ZEPH", |n| cryptonote(0xc_4f7d_18c0, &n.bytes(72))),
    ("Zephyr, sub-address", "ZEPH", |n| cryptonote(0x08dd_58c0, &n.bytes(64))),
    ("Salvium", "SAL", |n| cryptonote(0x003e_f318, &n.bytes(64))),
    ("Salvium, integrated", "SAL", |n| cryptonote(0x055e_f318, &n.bytes(72))),
    ("Salvium, sub-address", "SAL", |n| cryptonote(0x0f5e_f318, &n.bytes(64))),
    ("Salvium, Carrot", "SAL", |n| cryptonote(0x0018_0c96, &n.bytes(64))),
    ("Dynex", "DNX", |n| cryptonote(0xb9, &n.bytes(64))),
    ("Bitcoin", "BTC", |n| base58_check(&[0], &n.bytes(20))),
    ("Bitcoin, script", "BTC", |n| base58_check(&[5], &n.bytes(20))),
    ("Bitcoin, segregated witness", "BTC", |n| bech32("bc", Some(0), &n.bytes(20), BECH32)),
    ("Bitcoin, taproot", "BTC", |n| bech32("bc", Some(1), &n.bytes(32), BECH32M)),
    ("Litecoin", "LTC", |n| base58_check(&[48], &n.bytes(20))),
    ("Litecoin, script", "LTC", |n| base58_check(&[50], &n.bytes(20))),
    ("Litecoin, segregated witness", "LTC", |n| bech32("ltc", Some(0), &n.bytes(20), BECH32)),
    // DigiByte's begin with the same byte.
    ("Dogecoin", "DOGE", |n| base58_check(&[30], &n.bytes(20))),
    ("Dash", "DASH", |n| base58_check(&[76], &n.bytes(20))),
    ("Ravencoin", "RVN", |n| base58_check(&[60], &n.bytes(20))),
    ("Bitcoin Cash", "BCH", |n| cashaddr("bitcoincash", &[&[0][..], &n.bytes(20)].concat())),
    ("Zcash", "ZEC", |n| base58_check(&[0x1c, 0xb8], &n.bytes(20))),
    ("Zcash, script", "ZEC", |n| base58_check(&[0x1c, 0xbd], &n.bytes(20))),
    ("Zcash, Sapling", "ZEC", |n| bech32("zs", None, &n.bytes(43), BECH32)),
    ("Zcash, unified", "ZEC", |n| bech32("u", None, &n.bytes(106), BECH32M)),
    // Those of Ethereum Classic and of all its kin look the same.
    ("Ethereum", "ETH", |n| ethereum(&n.bytes(20))),
    ("Kaspa", "KAS", |n| cashaddr("kaspa", &[&[0][..], &n.bytes(32)].concat())),
    ("Kaspa, ECDSA", "KAS", |n| cashaddr("kaspa", &[&[1][..], &n.bytes(33)].concat())),
    ("DERO", "DERO", |n| bech32("dero", None, &[&[1][..], &n.bytes(33)].concat(), BECH32)),
    // The letters behind its prefix.
    ("Xelis", "XEL", |n| bech32("xel", None, &n.bytes(33), BECH32).split_off("xel1".len())),
    ("Nexa", "NEXA", |n| cashaddr("nexa", &[&[0x98][..], &[0x17, 0, 0x51, 0x14], &n.bytes(20)].concat())),
    ("Conflux", "CFX", |n| conflux(&n.bytes(20))),
    ("Ergo", "ERG", |n| ergo(&n.bytes(32))),
    ("Grin", "GRIN", |n| bech32("grin", None, &n.bytes(32), BECH32)),
    ("Tron", "TRX", |n| base58_check(&[0x41], &n.bytes(20))),
];

fn coins(text: &str) -> Vec<&'static str> {
    find(text).iter().map(|wallet| wallet.coin).collect()
}

#[test]
fn addresses_of_each_coin_are_known_and_those_with_a_changed_letter_are_not() {
    let mut wrong = Vec::new();
    for (kind, coin, make) in KINDS {
        let mut numbers = Numbers::of(kind);
        for _ in 0..EACH {
            let address = make(&mut numbers);
            if coins(&address) != [coin] {
                wrong.push(format!("{kind}: {address} is {:?}", coins(&address)));
            }
            let changed = changed(&address, &mut numbers);
            if !coins(&changed).is_empty() {
                wrong.push(format!("{kind}: {changed}, which was {address}, is {:?}", coins(&changed)));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// With another letter of those that the address has, at some place.
fn changed(address: &str, numbers: &mut Numbers) -> String {
    let mut letters: Vec<char> = address.chars().collect();
    let known = letters.clone();
    loop {
        let at = numbers.below(letters.len());
        let other = known[numbers.below(known.len())];
        // What only changes the case of an address of Ethereum changes its checksum, but not the account.
        if letters[at] != other {
            letters[at] = other;
            return letters.into_iter().collect();
        }
    }
}

#[test]
fn each_is_found_where_miners_write_it() {
    for (kind, coin, make) in KINDS {
        let address = make(&mut Numbers::of(kind));
        for text in [
            format!("miner -o pool.example:3333 -u {address}.rig1 -p x"),
            format!("miner --user={address}/me@mail.example"),
            format!("miner -u {coin}:{address}.rig#code"),
            format!("{{\"wallet\":\"{address}\"}}"),
            format!("miner -u {}:{address}.rig", coin.to_lowercase()),
        ] {
            assert_eq!(
                find(&text).iter().map(|wallet| (wallet.address, wallet.coin)).collect::<Vec<_>>(),
                [(address.as_str(), coin)],
                "{kind}: {text}"
            );
        }
    }
}
