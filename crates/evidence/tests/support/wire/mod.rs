//! Writes captures: miners of each protocol in many variants, and as many conversations that only look like mining. All of it is made
//! up and the same on every machine; addresses are of the ranges for documentation.

mod bitcoin;
mod carry;
mod chat;
mod coins;
mod file;
mod near;
mod nodes;
mod numbers;
mod others;
mod script;
mod segments;
mod text;
mod tls;
mod variant;
mod web;

use super::packets::{self, Connection, Packet, end};
use carry::{Flight, Packed, Tunnel};
pub(crate) use numbers::Numbers;
use script::{Carrier, Facts, Script, Truth};
use segments::{Arrival, Part};
use std::io;
use variant::Variant;

/// A capture and what a reader has to find in it.
pub(crate) struct Case {
    /// What is said, and in which variant.
    pub(crate) script: &'static str,
    pub(crate) variant: &'static str,
    pub(crate) suffix: &'static str,
    pub(crate) bytes: Vec<u8>,
    pub(crate) expected: Expected,
}

pub(crate) enum Expected {
    /// One session: cells of `PoolhoundStratum_CL`.
    Mining(Vec<(&'static str, String)>),
    /// The server's name in `PoolhoundTls_CL`, and no session.
    Tls(&'static str),
    /// No miner; a node may be told.
    Node,
    Nothing,
}

const CLIENT: &str = "10.0.0.5";
const POOL: &str = "pool.example";

/// All miners, one capture after another.
pub(crate) fn mining() -> impl Iterator<Item = io::Result<Case>> {
    cases(miners().collect())
}

fn miners() -> impl Iterator<Item = Script> {
    bitcoin::scripts().into_iter().chain(others::scripts()).chain(coins::scripts()).chain(web::scripts())
}

/// All that is none.
pub(crate) fn near_misses() -> impl Iterator<Item = io::Result<Case>> {
    cases(near::scripts().into_iter().chain(nodes::scripts()).chain(chat::scripts()).collect())
}

/// Miners whose capture begins with one of their messages, up to the last from which on all that follows must be enough.
pub(crate) fn late_miners() -> impl Iterator<Item = io::Result<Case>> {
    let plain = variant::all().into_iter().find(|variant| variant.part == Part::Late);
    miners().zip(std::iter::repeat(plain)).filter_map(|(script, plain)| Some((script, plain?))).flat_map(|(mut script, plain)| {
        let last = if let Truth::Mining(Facts { late: Some(late), .. }) = &script.truth { *late } else { 0 };
        (1..=last).map(move |late| {
            if let Truth::Mining(facts) = &mut script.truth {
                facts.late = Some(late);
            }
            let mut case = case(&script, &plain)?;
            // What else is known depends on where it begins.
            if let Expected::Mining(cells) = &mut case.expected {
                cells.retain(|(column, _)| matches!(*column, "Protocol" | "SrcIpAddr"));
            }
            Ok(case)
        })
    })
}

fn cases(scripts: Vec<Script>) -> impl Iterator<Item = io::Result<Case>> {
    scripts.into_iter().flat_map(|script| {
        let suiting: Vec<Variant> = variant::all().into_iter().filter(|variant| can_be_told(&script, variant)).collect();
        suiting.into_iter().map(move |variant| case(&script, &variant))
    })
}

/// Whether a reader could know anything of it.
fn can_be_told(script: &Script, variant: &Variant) -> bool {
    let whole =
        matches!(variant.part, Part::Whole | Part::WithoutHandshake) && variant.arrival != Arrival::OneLost && !variant.is_cut_off();
    let facts = match &script.truth {
        Truth::Mining(facts) => facts,
        Truth::NothingAsAWhole => return whole && variant.suits(script.carrier),
        Truth::Nothing | Truth::Node => return variant.suits(script.carrier),
    };
    variant.suits(script.carrier)
        && match variant.part {
            Part::Whole | Part::WithoutHandshake => true,
            Part::Late | Part::LateWithin => facts.late.is_some(),
            Part::ClientSide | Part::ServerSide => facts.one_sided,
        }
        // What is encrypted is known by all of its first lengths.
        && (script.carrier != Carrier::Raw || variant.arrival != Arrival::OneLost)
}

fn case(script: &Script, variant: &Variant) -> io::Result<Case> {
    let mut numbers = Numbers::of(&format!("{}/{}", script.name, variant.name));
    let by_proxy = variant.tunnel.is_by_proxy();
    let (client, server) = match (variant.six, by_proxy) {
        (false, false) => (end(CLIENT, 50_000), end("203.0.113.66", 3_333)),
        (false, true) => (end(CLIENT, 50_000), end("10.0.0.8", 3_128)),
        (true, false) => (end("2001:db8::5", 50_000), end("2001:db8:66::9", 3_333)),
        (true, true) => (end("2001:db8::5", 50_000), end("2001:db8::8", 1_080)),
    };
    let mut flights = variant.tunnel.open(POOL, 3_333);
    let said = if variant.tls { tls::flights(POOL, &mut numbers) } else { carry::flights(script, variant, &mut numbers) };
    flights.extend(said);
    if variant.joined {
        flights = joined(flights);
    }
    let late = match &script.truth {
        Truth::Mining(facts) => facts.late.unwrap_or_default(),
        _ => script.said.len() / 2,
    };
    let mut all = Vec::new();
    if variant.lookup && !by_proxy {
        all.extend(lookup(client, server));
    }
    all.extend(segments::of(&flights, [client, server], variant.segment, variant.arrival, variant.part, late));
    if variant.others {
        all = segments::among_others(all, &mut numbers);
    }
    Ok(Case {
        script: script.name,
        variant: variant.name,
        suffix: variant.kind.suffix(),
        bytes: variant.kind.write(&all, variant.frame, variant.snap)?,
        expected: expected(script, variant, &client.0.to_string()),
    })
}

/// What is said by one side in a row, at once.
fn joined(flights: Vec<Flight>) -> Vec<Flight> {
    let mut out: Vec<Flight> = Vec::new();
    for flight in flights {
        match out.last_mut() {
            Some(last) if last.who == flight.who => last.bytes.extend(flight.bytes),
            _ => out.push(flight),
        }
    }
    out
}

/// The pool's name is asked for, and answered.
fn lookup(client: packets::End, server: packets::End) -> [Packet; 2] {
    let name: Vec<u8> = POOL.split('.').flat_map(|label| [&[label.len() as u8][..], label.as_bytes()].concat()).chain([0]).collect();
    let (kind, address) = match server.0 {
        std::net::IpAddr::V4(address) => (1, address.octets().to_vec()),
        std::net::IpAddr::V6(address) => (28, address.octets().to_vec()),
    };
    let ask = [&[0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0][..], &name, &[0, kind, 0, 1]].concat();
    let mut answer = ask.clone();
    answer[2..4].copy_from_slice(&[0x81, 0x80]);
    answer[7] = 1;
    answer.extend_from_slice(&[0xc0, 12, 0, kind, 0, 1, 0, 0, 1, 0, 0, address.len() as u8]);
    answer.extend_from_slice(&address);
    let resolver = (end("10.0.0.53", 53).0, 53);
    let client = (end(CLIENT, 0).0, client.1);
    [(client, resolver, ask), (resolver, client, answer)]
        .map(|(from, to, payload)| Packet { time: Connection::START - 1_000, bytes: packets::datagram(from, to, &payload) })
}

fn expected(script: &Script, variant: &Variant, client: &str) -> Expected {
    match &script.truth {
        _ if variant.tls => Expected::Tls(POOL),
        Truth::Node => Expected::Node,
        Truth::Nothing | Truth::NothingAsAWhole => Expected::Nothing,
        Truth::Mining(facts) => Expected::Mining(cells(facts, script.carrier, variant, client)),
    }
}

/// What a capture in this variant tells.
fn cells(facts: &Facts, carrier: Carrier, variant: &Variant, client: &str) -> Vec<(&'static str, String)> {
    let late = matches!(variant.part, Part::Late | Part::LateWithin);
    let knows_login = !(late && !facts.login_again || variant.part == Part::ServerSide);
    let (login, wallet, worker) = if knows_login { (facts.login.as_str(), facts.wallet, facts.worker) } else { ("", "", "") };
    let said_in_heads = matches!(carrier, Carrier::Http { .. });
    let knows_pool = !facts.pool.is_empty() && (said_in_heads || !late) && variant.part != Part::ServerSide;
    let tunnel = variant.tunnel.pool(POOL);
    // A head tells the host of a URL, which the name that a tunnel leads to stands above.
    let above_heads = tunnel == POOL && facts.pool_in_head;
    let pool = match (knows_pool && !above_heads, tunnel) {
        (true, _) => facts.pool,
        (false, "") if variant.tunnel == Tunnel::WebSocket && !late => "ws.pool.example",
        (false, "") if variant.lookup => POOL,
        (false, tunnel) => tunnel,
    };
    if variant.packed == Packed::Together {
        // The first message of a side is all that can be read.
        return vec![("Protocol", facts.protocol.to_owned()), ("Login", login.to_owned()), ("DstHostname", pool.to_owned())];
    }
    let mut cells = vec![
        ("Protocol", facts.protocol.to_owned()),
        ("Login", login.to_owned()),
        ("Wallet", wallet.to_owned()),
        ("Worker", worker.to_owned()),
        ("DstHostname", pool.to_owned()),
        ("SrcIpAddr", client.to_owned()),
    ];
    // Who joins late does not hear the program's name, which alone tells a proxy.
    let knows_agent = (said_in_heads || !late) && variant.part != Part::ServerSide;
    if knows_agent || facts.role == "miner" {
        cells.push(("Role", facts.role.to_owned()));
    }
    let whole =
        matches!(variant.part, Part::Whole | Part::WithoutHandshake) && variant.arrival != Arrival::OneLost && !variant.is_cut_off();
    if whole {
        cells.extend([
            ("Agent", facts.agent.to_owned()),
            ("Algorithm", if facts.algorithm.is_empty() { "unknown" } else { facts.algorithm }.to_owned()),
            ("SharesSubmitted", facts.submitted.to_string()),
            ("SharesAccepted", facts.accepted.to_string()),
        ]);
    }
    cells
}
