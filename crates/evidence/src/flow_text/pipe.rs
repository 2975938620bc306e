//! What `nfdump -o pipe` writes: numbers between bars, without a header. `family|first|ms|last|ms|protocol|address (4)|port|address
//! (4)|port|AS|AS|interface|interface|flags|tos|packets|bytes`; an address is four numbers of 32 bits, of which IPv4 uses the last.

use super::flow::{NFDUMP, NoFlow};
use crate::connection::{Flow, Outcome, Side};
use crate::evenness::Evenness;
use crate::session::protocol_name;
use model::ticks;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Numbers of a line. Later versions may write more behind them.
const NUMBERS: usize = 24;

/// Whether a line is a flow.
pub(super) fn is_flow(line: &[u8]) -> bool {
    line.iter().all(|b| b.is_ascii_digit() || *b == b'|') && std::str::from_utf8(line).is_ok_and(|text| flow(text).is_ok())
}

pub(super) fn flow(text: &str) -> Result<Flow, NoFlow> {
    let broken = |what: &str| NoFlow::Broken(what.to_owned());
    let mut numbers = [0u64; NUMBERS];
    let mut cells = text.trim().split('|');
    for number in &mut numbers {
        let cell = cells.next().ok_or_else(|| broken("fewer numbers than a flow has"))?;
        *number = cell.trim().parse().map_err(|_| broken("what is no number"))?;
    }
    let [
        family,
        first,
        first_ms,
        last,
        last_ms,
        protocol,
        sa0,
        sa1,
        sa2,
        sa3,
        source_port,
        da0,
        da1,
        da2,
        da3,
        destination_port,
        _,
        _,
        _,
        _,
        tcp,
        _,
        packets,
        bytes,
    ] = numbers;
    let address = |words: [u64; 4]| -> Option<IpAddr> {
        let [a, b, c, d] = words.map(|word| u32::try_from(word).ok());
        let (a, b, c, d) = (a?, b?, c?, d?);
        // Numbers of the address families are the system's: of IPv4 always 2, of IPv6 10 on Linux, 23 to 30 elsewhere.
        match family {
            2 => Some(IpAddr::V4(Ipv4Addr::from_bits(d))),
            10 | 23..=30 => {
                Some(IpAddr::V6(Ipv6Addr::from_bits([a, b, c, d].into_iter().fold(0, |all, word| all << 32 | u128::from(word)))))
            }
            _ => None,
        }
    };
    let (Some(from), Some(to)) = (address([sa0, sa1, sa2, sa3]), address([da0, da1, da2, da3])) else {
        return Err(broken("a flow whose address is not understood"));
    };
    let port = |number| u16::try_from(number).map_err(|_| broken("a flow whose port is not understood"));
    let at = |seconds: u64, ms: u64| {
        // A flow of before 2001 is of no log.
        let whole = i64::try_from(seconds).ok().filter(|s| (1_000_000_000..100_000_000_000).contains(s))?;
        Some(ticks::UNIX_EPOCH + whole * ticks::SECOND + i64::try_from(ms).ok().filter(|ms| *ms < 1_000)? * (ticks::SECOND / 1_000))
    };
    let (Some(start), Some(end)) = (at(first, first_ms), at(last, last_ms)) else {
        return Err(broken("a flow whose time is not understood"));
    };
    let protocol = u8::try_from(protocol).map_err(|_| broken("a flow whose protocol is not understood"))?;
    let count = |number: u64| i64::try_from(number).ok();
    Ok(Flow {
        record: 0,
        offset: 0,
        kind: &NFDUMP,
        observer: "".into(),
        domain: 0,
        addresses: [from, to],
        ports: [Some(port(source_port)?), Some(port(destination_port)?)],
        protocol: protocol_name(protocol).into(),
        start: Some(start),
        end: Some(end),
        zoned: true,
        duration: Some((end - start).max(0) / (ticks::SECOND / 1_000)),
        sides: [
            Side { packets: count(packets), bytes: count(bytes), flags: u8::try_from(tcp & 0xff).unwrap_or_default(), counted: None },
            Side { packets: None, bytes: None, flags: 0, counted: None },
        ],
        whole: [None; 2],
        total: false,
        opened: false,
        outcome: Outcome::default(),
        records: 1,
        sampling: 0,
        label: "".into(),
        way: "".into(),
        even: Evenness::default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "2|1763424000|123|1763424299|123|6|0|0|0|167772165|41000|0|0|0|3106357770|3333|0|0|0|0|24|0|60|7000";

    #[test]
    fn lines_of_numbers_are_flows() {
        let found = flow(LINE).unwrap();
        assert_eq!((found.addresses[0].to_string(), found.ports), ("10.0.0.5".to_owned(), [Some(41_000), Some(3_333)]));
        assert_eq!((found.sides[0].bytes, found.duration), (Some(7_000), Some(299_000)));
        let six = flow(&LINE.replace("2|1763424000", "10|1763424000").replace("|0|0|0|167772165|", "|536939960|0|0|5|")).unwrap();
        assert_eq!(six.addresses[0].to_string(), "2001:db8::5");
        assert!(is_flow(LINE.as_bytes()));
        for line in [
            "",
            "2|1|2|3",
            "1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16|17|18|19|20|21|22|23|24",
            &LINE.replace("41000", "141000"),
            &LINE.replace('6', "x"),
        ] {
            assert!(!is_flow(line.as_bytes()), "{line}");
        }
    }
}
