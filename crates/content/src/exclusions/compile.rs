//! Policies as watchlists.

use super::policy::Policy;
use crate::{ContentError, Watchlist};
use chrono::{DateTime, Days, Utc};
use serde_json::json;
use sha2::{Digest, Sha256};

/// One row a policy.
pub const POLICY_LIST: &str = "PoolhoundPolicies";
/// One row a day of a window's interval in UTC, so that a record's day finds it.
pub const WINDOW_LIST: &str = "PoolhoundWindows";

/// The two watchlists of a set of policies, and what is wrong with those that are left out of them. Ids must be unique.
pub fn compile(policies: &[(String, Policy)]) -> ([Watchlist; 2], Vec<ContentError>) {
    let mut seen = std::collections::BTreeSet::new();
    let (mut rows, mut windows, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    for (file, policy) in policies {
        if !seen.insert(policy.id.as_str()) {
            errors.push(ContentError::file(file, format!("another policy has the id `{}`; this one is left out", policy.id)));
            continue;
        }
        match of_policy(policy) {
            Ok((own, opened)) => {
                rows.extend(own);
                windows.extend(opened);
            }
            Err(reason) => errors.push(ContentError::file(file, reason)),
        }
    }
    let names = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
    let lists = [
        Watchlist { alias: POLICY_LIST.to_owned(), columns: names(&POLICY_COLUMNS), rows },
        Watchlist {
            alias: WINDOW_LIST.to_owned(),
            columns: names(&["PolicyId", "Day", "WindowGroup", "WindowStart", "WindowEnd"]),
            rows: windows,
        },
    ];
    (lists, errors)
}

type Rows = Vec<Vec<String>>;

/// Its rows, and the days of its windows.
fn of_policy(policy: &Policy) -> Result<(Rows, Rows), String> {
    let (first, last) = policy.span().ok_or("valid.from and valid.until must be days or moments")?;
    let rows = rows_of(policy, &iso(first), &iso(last));
    let mut windows = Vec::new();
    for window in policy.must.window.iter().flatten() {
        for (start, end) in window.intervals(first, last)? {
            let mut day = start.date_naive();
            while day <= end.date_naive() {
                windows.push(vec![policy.id.clone(), day.format("%Y-%m-%d").to_string(), window.host_group.clone(), iso(start), iso(end)]);
                let Some(next) = day.checked_add_days(Days::new(1)) else { break };
                day = next;
            }
        }
    }
    Ok((rows, windows))
}

const POLICY_COLUMNS: [&str; 22] = [
    "PolicyId",
    "PolicyHash",
    "Owner",
    "Ticket",
    "ValidFrom",
    "ValidUntil",
    "Explains",
    "HostGroups",
    "Paths",
    "Folders",
    "Hashes",
    "Signers",
    "Accounts",
    "AccountPattern",
    "Parents",
    "DestinationHosts",
    "DestinationNetworks",
    "DestinationPorts",
    "Wallets",
    "HasWindow",
    "Forbids",
    "ForbiddenCommand",
];

/// One row, or one a folder: a row's folder is a single prefix, which KQL can compare.
fn rows_of(policy: &Policy, from: &str, until: &str) -> Vec<Vec<String>> {
    let (folders, paths): (Vec<String>, Vec<String>) =
        policy.must.path.iter().flatten().map(|p| path_key(p)).partition(|p| p.ends_with('*'));
    let mut folders: Vec<Vec<String>> = folders.into_iter().map(|f| vec![f.trim_end_matches('*').to_owned()]).collect();
    if folders.is_empty() {
        folders.push(Vec::new());
    }
    folders.into_iter().map(|folder| row(policy, from, until, &paths, folder)).collect()
}

/// Lists are JSON arrays; an empty one asks for nothing.
fn row(policy: &Policy, from: &str, until: &str, paths: &[String], folders: Vec<String>) -> Vec<String> {
    let must = &policy.must;
    let list = |items: Vec<String>| json!(items).to_string();
    let empty = super::policy::Destination::default();
    let destination = must.destination.as_ref().unwrap_or(&empty);
    let mut forbids = Vec::new();
    if policy.must_not.online {
        forbids.push("online".to_owned());
    }
    if policy.must_not.mining_protocol {
        forbids.push("mining_protocol".to_owned());
    }
    vec![
        policy.id.clone(),
        hash(policy),
        policy.owner.clone(),
        policy.ticket.clone(),
        from.to_owned(),
        until.to_owned(),
        list(policy.explains.clone()),
        list(must.host_group.clone().unwrap_or_default()),
        list(paths.to_vec()),
        list(folders),
        list(must.sha256.iter().flatten().map(|h| h.to_ascii_lowercase()).collect()),
        list(must.signer.clone().unwrap_or_default()),
        list(must.account.clone().unwrap_or_default()),
        must.account_pattern.clone().map_or_else(String::new, |p| format!("^(?:{p})$")),
        list(must.parent.iter().flatten().map(|p| path_key(p)).collect()),
        list(destination.hosts.iter().flatten().map(|h| h.to_ascii_lowercase()).collect()),
        list(destination.networks.clone().unwrap_or_default()),
        list(destination.ports.iter().flatten().map(u16::to_string).collect()),
        list(must.wallet.clone().unwrap_or_default()),
        (if must.window.is_none() { "" } else { "yes" }).to_owned(),
        list(forbids),
        policy.must_not.command_line.clone().unwrap_or_default(),
    ]
}

/// Windows paths are compared without case, others with it.
fn path_key(path: &str) -> String {
    let windows = path.as_bytes().get(1) == Some(&b':');
    if windows { path.to_lowercase() } else { path.to_owned() }
}

fn iso(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Identifies a policy's content.
fn hash(policy: &Policy) -> String {
    Sha256::digest(format!("{policy:?}").as_bytes()).iter().take(8).map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r"
id: veeam
owner: it@example.com
approver: soc@example.com
ticket: CHG-1
reason: backup
valid: {from: 2026-11-01, until: 2026-11-23}
explains: [process_command]
must:
  path: ['C:\Program Files\Veeam\*', /usr/bin/rsync]
  signer: [Veeam Software Group GmbH]
  window: [{zone: UTC, days: [sat], from: '22:00', to: '24:00'}]
";

    #[test]
    fn a_policy_becomes_a_row_and_its_windows() {
        let policy = Policy::parse("p.yaml", POLICY).unwrap();
        let again = [("p.yaml".to_owned(), policy.clone()), ("q.yaml".to_owned(), policy)];
        let ([rows, windows], errors) = compile(&again);
        assert_eq!(
            errors.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["q.yaml: another policy has the id `veeam`; this one is left out"]
        );
        let value = |name: &str| rows.rows[0][rows.columns.iter().position(|c| c == name).unwrap()].clone();
        assert_eq!(value("Folders"), r#"["c:\\program files\\veeam\\"]"#);
        assert_eq!(value("Paths"), r#"["/usr/bin/rsync"]"#);
        assert_eq!(value("ValidUntil"), "2026-11-24T00:00:00Z");
        // Three Saturdays; the Saturday before the first day ends where it begins. Each interval touches two days.
        assert_eq!(windows.rows.len(), 6);
        assert!(windows.rows.iter().any(|r| r[1] == "2026-11-22" && r[3] == "2026-11-21T22:00:00Z" && r[4] == "2026-11-22T00:00:00Z"));
    }
}
