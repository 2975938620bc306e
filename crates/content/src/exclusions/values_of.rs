//! What a policy asks of a fact, and what a subject shows of it, in words.

use super::policy::{Destination, Policy, Window};
use super::subject::{Peer, Subject};

/// What the policy asks for.
pub fn asked(policy: &Policy, fact: &str) -> String {
    let (must, not) = (&policy.must, &policy.must_not);
    let any = |items: Option<&Vec<String>>| items.map_or_else(String::new, |items| items.join(" or "));
    let either = |items: Option<&Vec<String>>, pattern: Option<&String>| {
        let pattern = pattern.map(|p| format!("what matches {p}"));
        [Some(any(items)).filter(|t| !t.is_empty()), pattern].into_iter().flatten().collect::<Vec<_>>().join(" or ")
    };
    let none_of = |items: Option<&Vec<String>>| format!("none of {}", any(items));
    match fact {
        "path" => any(must.path.as_ref()),
        "sha256" => any(must.sha256.as_ref()),
        "signer" => any(must.signer.as_ref()),
        "package" => any(must.package.as_ref()),
        "host_group" => any(must.host_group.as_ref()),
        "account" => either(must.account.as_ref(), must.account_pattern.as_ref()),
        "parent" => any(must.parent.as_ref()),
        "session" => any(must.session.as_ref()),
        "destination" => must.destination.as_ref().map(destination).unwrap_or_default(),
        "wallet" => any(must.wallet.as_ref()),
        "command_line" => either(must.command_line.as_ref(), must.command_line_pattern.as_ref()),
        "rule" => format!("only {}", any(must.rule.as_ref())),
        "window" => must.window.iter().flatten().map(window).collect::<Vec<_>>().join("; or "),
        "valid" => format!("from {} until {}", policy.valid.from, policy.valid.until),
        "claimed" => format!("no evidence of the process beyond {}, and no other open row about it", policy.explains.join(", ")),
        "offline" => "no connection of the process".to_owned(),
        "no_mining_protocol" => "no mining session of the process".to_owned(),
        "no_valid_wallet" => "no mining session for a wallet with a right checksum".to_owned(),
        "not_path" => none_of(not.path.as_ref()),
        "not_sha256" => none_of(not.sha256.as_ref()),
        "not_signer" => none_of(not.signer.as_ref()),
        "not_package" => none_of(not.package.as_ref()),
        "not_host_group" => none_of(not.host_group.as_ref()),
        "not_account" => none_of(not.account.as_ref()),
        "not_parent" => none_of(not.parent.as_ref()),
        "not_session" => none_of(not.session.as_ref()),
        "not_destination" => format!("none of {}", not.destination.as_ref().map(destination).unwrap_or_default()),
        "not_wallet" => none_of(not.wallet.as_ref()),
        "not_command_line" => format!("nothing that matches {}", not.command_line.as_deref().unwrap_or_default()),
        _ => String::new(),
    }
}

fn destination(of: &Destination) -> String {
    let ports: Vec<String> = of.ports.iter().flatten().map(u16::to_string).collect();
    let ports = if ports.is_empty() { String::new() } else { format!("ports {}", ports.join(", ")) };
    let networks = of.networks.iter().flatten().cloned().collect::<Vec<_>>().join(", ");
    let networks = [networks, ports].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" on ");
    let hosts = of.hosts.iter().flatten().cloned().collect::<Vec<_>>().join(", ");
    [hosts, networks].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" or ")
}

fn window(of: &Window) -> String {
    let group = if of.host_group.is_empty() { String::new() } else { format!(" for {}", of.host_group) };
    let when = if !of.rrule.is_empty() {
        format!("{} for {} minutes", of.rrule, of.minutes)
    } else if !of.cron.is_empty() {
        format!("{} for {} minutes", of.cron, of.minutes)
    } else {
        format!("{} {}-{}", of.days.join(","), of.from, of.to)
    };
    format!("{when} {}{group}", of.zone)
}

/// What is seen of it; `not known` where nothing is.
pub fn seen(fact: &str, subject: &Subject) -> String {
    let list = |items: Option<&Vec<String>>| {
        items.map(|items| if items.is_empty() { "none".to_owned() } else { items.join(", ") }).unwrap_or_default()
    };
    let peers = || {
        let all: Vec<String> = subject.destination.iter().chain(&subject.peers).map(peer).collect();
        if all.is_empty() && subject.process_known { "no connection".to_owned() } else { unique(all) }
    };
    let times = || {
        let mut times: Vec<String> = [subject.first, subject.last].into_iter().flatten().map(model::ticks::iso_short).collect();
        times.dedup();
        times.join(" to ")
    };
    let text = match fact.strip_prefix("not_").unwrap_or(fact) {
        "path" if subject.others_write => format!("{} (the inventory: others than administrators write there)", subject.path),
        "path" => subject.path.clone(),
        "sha256" => subject.sha256.clone(),
        "signer" => list(subject.signers.as_ref()),
        "package" => list(subject.packages.as_ref()),
        "host_group" => list(subject.groups.as_ref()),
        "account" => subject.account.clone(),
        "parent" => {
            let above = if subject.grandparent_path.is_empty() { &subject.grandparent } else { &subject.grandparent_path };
            if above.is_empty() { subject.parent.clone() } else { format!("{} started by {above}", subject.parent) }
        }
        "session" => subject.session.clone(),
        "destination" | "offline" => peers(),
        "wallet" => unique(subject.logins.iter().chain([&subject.wallet]).filter(|l| !l.is_empty()).cloned().collect()),
        "command_line" => subject.command_line.clone(),
        "rule" => subject.rules.join(", "),
        "window" | "valid" => times(),
        "claimed" => subject.classes.join(", "),
        "no_valid_wallet" => match (subject.valid_wallet, subject.process_known) {
            (true, _) => unique(subject.logins.clone()),
            (false, true) => "no such wallet".to_owned(),
            (false, false) => String::new(),
        },
        "no_mining_protocol" => match subject.logins.len() {
            0 if subject.evidence_class == "stratum_payload" => "this row is one".to_owned(),
            0 if subject.process_known => "no session".to_owned(),
            0 => String::new(),
            n => format!("{n} sessions"),
        },
        _ => String::new(),
    };
    if text.is_empty() { "not known".to_owned() } else { text }
}

fn peer(of: &Peer) -> String {
    let name = [&of.name, &of.ip].into_iter().filter(|t| !t.is_empty()).cloned().collect::<Vec<_>>().join(" ");
    of.port.map_or_else(|| name.clone(), |port| format!("{name}:{port}"))
}

fn unique(mut all: Vec<String>) -> String {
    all.sort();
    all.dedup();
    all.join(", ")
}
