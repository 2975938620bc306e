//! A case in words: what happened on the host, in order, and what to do about it.

use crate::cases::{UNKNOWN_HOST, is_unknown};
use crate::findings::Found;
use model::{EvidenceClass, Outcome, Severity};
use std::collections::BTreeSet;

/// No more sentences than that; the findings have the rest.
const MAX_SENTENCES: usize = 8;

/// What happened, one sentence a finding, in order of time.
pub(crate) fn story(host: &str, members: &[&Found]) -> String {
    let mut by_time: Vec<&&Found> = members.iter().collect();
    by_time.sort_by_key(|f| (f.first.is_none(), f.first));
    // The worst are told, in the order in which they happened.
    let mut told: Vec<&str> = members.iter().take(MAX_SENTENCES).map(|f| f.finding.id.as_str()).collect();
    told.sort_unstable();
    let mut sentences: Vec<String> =
        by_time.into_iter().filter(|f| told.binary_search(&f.finding.id.as_str()).is_ok()).map(|f| sentence(host, f)).collect();
    let rest = members.len() - sentences.len();
    // Two hunts may say the same of one record.
    sentences.dedup();
    let mut text = sentences.join(" ");
    if rest > 0 {
        text.push_str(&format!(" {rest} more findings."));
    }
    text
}

fn sentence(host: &str, found: &Found) -> String {
    let finding = &found.finding;
    let entity = |name: &str| finding.entities.get(name).unwrap_or_default();
    let host = if host == UNKNOWN_HOST { "an unknown client" } else { host };
    let who = match entity("account") {
        "" => host.to_owned(),
        account => format!("{account} on {host}"),
    };
    let pool = first([entity("domain"), entity("pool"), &address(entity("remote_ip"), entity("remote_port")), "a pool"]).to_owned();
    let process = first([entity("process"), entity("command_line"), "a process"]);
    let what = match finding.evidence_class {
        EvidenceClass::PoolDns => format!("{host} looked up {pool}"),
        EvidenceClass::PoolConnection => format!("{host} went to {pool}{}", by(entity("process"))),
        EvidenceClass::PoolTls => format!("{host} opened TLS to {pool}"),
        EvidenceClass::IdsAlert => format!("a sensor alerted on {host}: {}", first([&finding.detail, &finding.title])),
        EvidenceClass::StratumPayload => format!("{host} spoke a mining protocol with {pool}"),
        EvidenceClass::FlowShape => format!("{host} held a long thin connection to {pool}"),
        EvidenceClass::ProcessCommand => format!("{who} ran {process}"),
        EvidenceClass::ProcessName => format!("{who} ran a process named as a miner or node, {process}"),
        EvidenceClass::YaraFile => {
            format!("the file {} matches {}", first([entity("file"), process]), first([&finding.detail, "a rule"]))
        }
        EvidenceClass::YaraMemory => format!("the memory of {process} matches {}", first([&finding.detail, "a rule"])),
        EvidenceClass::Persistence => format!("{who} made {process} start again"),
        EvidenceClass::Wallet => format!("{who} named the wallet {} in a command line", mask(entity("wallet"))),
    };
    let outcome = match finding.outcome {
        Outcome::Unknown => String::new(),
        Outcome::Connected if finding.evidence_class == EvidenceClass::PoolDns => String::new(),
        other => format!(" ({})", word(other)),
    };
    let when = finding.first_seen.as_ref().map(|t| format!("{t}: ")).unwrap_or_default();
    let times = if finding.count > 1 { format!(", {} records", finding.count) } else { String::new() };
    format!("{when}{what}{outcome}{times}.")
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Nxdomain => "the name did not exist",
        Outcome::Sinkholed => "the answer was a sinkhole",
        other => other.name(),
    }
}

fn by(process: &str) -> String {
    if process.is_empty() { String::new() } else { format!(" by {process}") }
}

fn address(ip: &str, port: &str) -> String {
    if ip.is_empty() || port.is_empty() { ip.to_owned() } else { format!("{ip}:{port}") }
}

fn first<const N: usize>(of: [&str; N]) -> &str {
    of.into_iter().find(|s| !s.is_empty()).unwrap_or_default()
}

/// Enough of a wallet to know it again.
fn mask(wallet: &str) -> String {
    let chars: Vec<char> = wallet.chars().collect();
    match chars.len() {
        0..=16 => wallet.to_owned(),
        n => chars[..8].iter().chain(&['…']).chain(&chars[n - 4..]).collect(),
    }
}

/// What to do next, most urgent first.
pub(crate) fn next_steps(host: &str, members: &[&Found]) -> Vec<String> {
    let worst = members.iter().map(|f| f.finding.severity).max().unwrap_or(Severity::Informational);
    let has = |class: EvidenceClass| members.iter().any(|f| f.finding.evidence_class == class);
    let values = |name: &str| members.iter().filter_map(|f| f.finding.entities.get(name)).collect::<BTreeSet<&str>>();
    let live = members.iter().any(|f| !f.finding.outcome.stopped());
    let mut steps = Vec::new();
    if is_unknown(host) {
        steps.push("Find the client: the records name only the resolver or proxy; look in its own query log, or in DHCP and NAT logs, at these times.".to_owned());
    } else if live && worst >= Severity::Medium {
        steps.push(format!("Isolate {host} from the network; keep it running, as the memory is evidence."));
    }
    let files: BTreeSet<&str> = values("process").union(&values("file")).filter(|f| f.contains(['/', '\\'])).copied().collect();
    if !files.is_empty() && worst >= Severity::Medium {
        steps.push(format!(
            "Preserve {} with its hash, its parent process and the account's start-up entries (cron, systemd, tasks, run keys).",
            some(&files)
        ));
    } else if !is_unknown(host) && !has(EvidenceClass::ProcessCommand) {
        steps.push(format!("Find the process on {host} behind these connections (sockets, or DeviceNetworkEvents at these times)."));
    }
    let targets: BTreeSet<&str> = match values("domain") {
        domains if domains.is_empty() => values("remote_ip"),
        domains => domains,
    };
    if !targets.is_empty() && live {
        steps.push(format!("Block {} at the resolver and the firewall, and look for other hosts that ask for it.", some(&targets)));
    }
    let asked: BTreeSet<&str> = values("account");
    match asked.is_empty() || is_unknown(host) {
        true => steps.push("Ask the owner of the host whether this is approved; if so, write an exclusion with a hash or signer, a host group, a ticket and an end.".to_owned()),
        false => steps.push(format!("Ask {} and the host's owner whether this is approved; if so, write an exclusion with a hash or signer, a host group, a ticket and an end.", some(&asked))),
    }
    steps
}

fn some(values: &BTreeSet<&str>) -> String {
    let shown: Vec<&str> = values.iter().take(3).copied().collect();
    match values.len() - shown.len() {
        0 => shown.join(", "),
        rest => format!("{} and {rest} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wallet_is_masked_and_lists_are_short() {
        assert_eq!(
            mask("48edfHu7V9Z84YzzMa6fUueoELZ9ZRXq9VetWzYGzKt52XU5xvqgzYnDK9URnRoJMk1j8nLwEVsaSWJ4fhdUyZijBGUicoD"),
            "48edfHu7…icoD"
        );
        assert_eq!(mask("short"), "short");
        assert_eq!(some(&["a", "b", "c", "d"].into()), "a, b, c and 1 more");
    }
}
