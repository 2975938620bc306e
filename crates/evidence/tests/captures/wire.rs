//! Every capture of the generator, through the whole reader.

use crate::support::wire::{self, Case, Expected};
use crate::support::{Seen, read, wants};
use evidence::Options;
use model::Source;
use std::collections::BTreeMap;

const STRATUM: &str = "PoolhoundStratum_CL";
/// Faults of a script that are told whole.
const TOLD: usize = 4;
const TLS: &str = "PoolhoundTls_CL";

const CELLS: [&str; 11] = [
    "Protocol",
    "Role",
    "Login",
    "Wallet",
    "Worker",
    "DstHostname",
    "SrcIpAddr",
    "Agent",
    "Algorithm",
    "SharesSubmitted",
    "SharesAccepted",
];

fn seen(case: &Case) -> Seen {
    let name = format!("{}.{}", case.variant, case.suffix);
    let evidence = evidence::open_bytes(&[(&name, &case.bytes)], Options::default());
    read(&evidence, &wants(&evidence.offer(), &[(STRATUM, &CELLS), (TLS, &["ServerName"])]), 1)
}

/// What is wrong with what was read of a case.
fn fault(case: &Case) -> Option<String> {
    let seen = seen(case);
    if !seen.errors.is_empty() {
        return Some(format!("{:?}", seen.errors));
    }
    let none = Vec::new();
    let sessions = seen.rows.get(STRATUM).unwrap_or(&none);
    let role = |cells: &Vec<String>| cells.get(1).cloned().unwrap_or_default();
    match &case.expected {
        Expected::Mining(expected) => {
            let [(_, _, cells)] = sessions.as_slice() else { return Some(format!("{} sessions: {sessions:?}", sessions.len())) };
            let found: BTreeMap<_, _> = CELLS.into_iter().zip(cells).collect();
            let wrong: Vec<_> = expected.iter().filter(|(column, value)| found[column] != value).collect();
            (!wrong.is_empty()).then(|| format!("expected {wrong:?} in {cells:?}"))
        }
        Expected::Tls(name) => {
            let names: Vec<_> = seen.rows.get(TLS).unwrap_or(&none).iter().map(|(_, _, cells)| cells[0].as_str()).collect();
            (names != [*name] || !sessions.is_empty()).then(|| format!("{names:?} {sessions:?}"))
        }
        Expected::Node => sessions.iter().any(|(_, _, cells)| role(cells) != "node").then(|| format!("{sessions:?}")),
        Expected::Nothing => (!sessions.is_empty()).then(|| format!("{sessions:?}")),
    }
}

/// How many variants there are of each script; with all faults told at once.
fn check(cases: impl Iterator<Item = std::io::Result<Case>>) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    let (mut count, mut faults) = (0, BTreeMap::new());
    for case in cases {
        let case = case.unwrap_or_else(|error| panic!("{error}"));
        *counts.entry(case.script).or_default() += 1;
        if let Some(fault) = fault(&case) {
            count += 1;
            let of_script: &mut Vec<String> = faults.entry(case.script).or_default();
            of_script.push(if of_script.len() < TOLD {
                format!("{}/{}: {fault}", case.script, case.variant)
            } else {
                case.variant.to_owned()
            });
        }
    }
    let told: Vec<String> = faults.into_values().map(|of_script| of_script.join("\n  ")).collect();
    assert!(told.is_empty(), "{count} of {}:\n{}", counts.values().sum::<usize>(), told.join("\n"));
    counts
}

#[test]
fn every_miner_is_found_in_every_variant() {
    let counts = check(wire::mining());
    println!("{} captures: {counts:?}", counts.values().sum::<usize>());
    assert!(counts.len() >= 26);
    for (script, variants) in counts {
        assert!(variants >= 30, "{script}: {variants}");
    }
}

#[test]
fn a_miner_is_found_from_any_of_its_messages_on() {
    let counts = check(wire::late_miners());
    assert!(counts.values().sum::<usize>() >= 70, "{counts:?}");
}

#[test]
fn nothing_else_is_taken_for_a_miner() {
    let miners = wire::mining().count();
    let counts = check(wire::near_misses());
    println!("{} captures: {counts:?}", counts.values().sum::<usize>());
    assert!(counts.values().sum::<usize>() >= 2 * miners);
}

#[test]
fn captures_are_the_same_each_time() {
    let twice = wire::mining().step_by(7).zip(wire::mining().step_by(7));
    for (first, second) in twice {
        let (first, second) = (first.unwrap(), second.unwrap());
        assert!(first.bytes == second.bytes, "{}/{}", first.script, first.variant);
    }
}
