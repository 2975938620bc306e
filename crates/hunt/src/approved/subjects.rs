//! What the stored functions gather of each row, as the subjects that policies judge.

use super::cells::{flags, lists, numbers, texts};
use content::exclusions::{Peer, Subject};
use model::Answer;
use std::collections::{BTreeMap, BTreeSet};

/// A process instance: its device and its id.
type Process = (String, String);

/// The subjects by row number, from the answers of `Poolhound_Subjects`, `Poolhound_ProcessPeers` and `Poolhound_MiningSessions`.
pub(super) fn read(subjects: &Answer, peers: &Answer, sessions: &Answer) -> BTreeMap<i64, Vec<Subject>> {
    let mut peers_of: BTreeMap<Process, Vec<Peer>> = BTreeMap::new();
    for (process, peer) in processes(peers).into_iter().zip(peers_in(peers)) {
        peers_of.entry(process).or_default().push(peer);
    }
    let mut logins_of: BTreeMap<Process, Vec<String>> = BTreeMap::new();
    let mut paid: BTreeSet<Process> = BTreeSet::new();
    for ((process, login), pays) in processes(sessions).into_iter().zip(texts(sessions, "Login")).zip(flags(sessions, "Paid")) {
        if pays {
            paid.insert(process.clone());
        }
        logins_of.entry(process).or_default().push(login);
    }
    let peers_processes = processes(peers);
    let processes = processes(subjects);
    let classes = texts(subjects, "EvidenceClass");
    let mut classes_of: BTreeMap<&Process, BTreeSet<&str>> = BTreeMap::new();
    for (process, class) in processes.iter().zip(&classes) {
        classes_of.entry(process).or_default().insert(class);
    }
    let text = |name: &str| texts(subjects, name);
    let (first, last) = (numbers(subjects, "TimeGenerated"), numbers(subjects, "LastTime"));
    let mut spans: BTreeMap<&Process, (i64, i64)> = BTreeMap::new();
    for ((process, first), last) in processes.iter().zip(&first).zip(&last) {
        if let (Some(first), Some(last)) = (*first, last.or(*first)) {
            let span = spans.entry(process).or_insert((first, last));
            *span = (span.0.min(first), span.1.max(last));
        }
    }
    let met = (numbers(peers, "First"), numbers(peers, "Last"));
    for ((process, first), last) in peers_processes.iter().zip(met.0).zip(met.1) {
        if let (Some(first), Some(last), Some(span)) = (first, last, spans.get_mut(process)) {
            *span = (span.0.min(first), span.1.max(last));
        }
    }
    let [paths, hashes, accounts, commands] = ["Path", "Hash", "UserKey", "Command"].map(text);
    let [parents, parent_commands, grandparents, grandparent_paths, sessions] =
        ["Parent", "ParentCommand", "Grandparent", "GrandparentPath", "Session"].map(text);
    let (wallets, path_keys) = (text("Wallet"), text("PathKey"));
    // What rules match, by device and hash, or by the path where the match tells no hash: the rule speaks of each process of the file.
    let mut matched: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for (n, class) in classes.iter().enumerate().filter(|(_, class)| matches!(class.as_str(), "yara_file" | "yara_memory")) {
        let hash = hashes.get(n).map_or("", String::as_str);
        let key = if hash.is_empty() { path_keys.get(n).map_or("", String::as_str) } else { hash };
        if let Some(process) = processes.get(n).filter(|_| !key.is_empty()) {
            matched.entry((process.0.as_str(), key)).or_default().insert(class);
        }
    }
    let [groups, signers, packages, rules] = ["Groups", "Signers", "Packages", "Rules"].map(|name| lists(subjects, name));
    let (started, others_write) = (numbers(subjects, "Started"), flags(subjects, "OthersWrite"));
    let own = peers_in(subjects);
    let mut all: BTreeMap<i64, Vec<Subject>> = BTreeMap::new();
    for (n, row) in numbers(subjects, "RowNumber").into_iter().enumerate() {
        let (Some(row), Some(process)) = (row, processes.get(n)) else { continue };
        let at = |column: &[String]| column.get(n).cloned().unwrap_or_default();
        let list = |column: &[Option<Vec<String>>]| column.get(n).cloned().flatten();
        let known = !process.1.is_empty();
        let several = classes_of.get(process).filter(|_| known);
        all.entry(row).or_default().push(Subject {
            evidence_class: at(&classes),
            first: first.get(n).copied().flatten(),
            last: last.get(n).copied().flatten(),
            process_span: spans.get(process).copied().filter(|_| known),
            started: started.get(n).copied().flatten(),
            others_write: others_write.get(n).copied().unwrap_or_default(),
            valid_wallet: known && paid.contains(process),
            device: process.0.clone(),
            process_known: known,
            process: process.1.clone(),
            groups: list(&groups),
            path: at(&paths),
            sha256: at(&hashes),
            signers: list(&signers),
            packages: list(&packages),
            account: at(&accounts),
            command_line: at(&commands),
            parent: at(&parents),
            parent_command_line: at(&parent_commands),
            grandparent: at(&grandparents),
            grandparent_path: at(&grandparent_paths),
            session: at(&sessions),
            destination: own.get(n).cloned().filter(|p| !(p.name.is_empty() && p.ip.is_empty())),
            wallet: at(&wallets),
            peers: if known { peers_of.get(process).cloned().unwrap_or_default() } else { Vec::new() },
            logins: if known { logins_of.get(process).cloned().unwrap_or_default() } else { Vec::new() },
            rules: list(&rules).unwrap_or_default(),
            classes: {
                let mut all: BTreeSet<&str> = several.cloned().unwrap_or_else(|| [classes.get(n).map_or("", String::as_str)].into());
                for key in [hashes.get(n), path_keys.get(n)].into_iter().flatten() {
                    all.extend(matched.get(&(process.0.as_str(), key.as_str())).into_iter().flatten());
                }
                all.into_iter().map(str::to_owned).collect()
            },
        });
    }
    all
}

fn processes(answer: &Answer) -> Vec<Process> {
    texts(answer, "Device").into_iter().zip(texts(answer, "ProcessUniqueId")).collect()
}

fn peers_in(answer: &Answer) -> Vec<Peer> {
    let (names, addresses, pools) = (texts(answer, "Domain"), texts(answer, "RemoteIp"), texts(answer, "Pool"));
    let ports = numbers(answer, "RemotePort");
    let with_ports = names.into_iter().zip(addresses).zip(pools).zip(ports);
    with_ports.map(|(((name, ip), pool), port)| Peer { name, ip, port: port.and_then(|p| u16::try_from(p).ok()), pool }).collect()
}
