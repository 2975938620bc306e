//! Policies as watchlists.

use super::judge_lists::path_key;
use super::policy::{Destination, Must, MustNot, Policy};
use super::windows::Interval;
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
    let mut seen = std::collections::BTreeMap::new();
    let (mut rows, mut windows, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    for (file, policy) in policies {
        if let Some(other) = seen.get(policy.id.as_str()) {
            errors.push(ContentError::file(file, format!("another policy has the id `{}` ({other}); this one is left out", policy.id)));
            continue;
        }
        seen.insert(policy.id.as_str(), file.as_str());
        match of_policy(policy, rows.len()) {
            Ok((own, opened)) => {
                rows.push(own);
                windows.extend(opened);
            }
            Err(reason) => errors.push(ContentError::file(file, reason)),
        }
    }
    let names = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
    let lists = [
        Watchlist { alias: POLICY_LIST.to_owned(), columns: POLICY_COLUMNS.iter().map(|(name, _)| (*name).to_owned()).collect(), rows },
        Watchlist {
            alias: WINDOW_LIST.to_owned(),
            columns: names(&["PolicyId", "Day", "WindowGroup", "WindowStart", "WindowClose", "WindowEnd"]),
            rows: windows,
        },
    ];
    (lists, errors)
}

/// Rows of windows that one policy may have.
const MOST_DAYS: usize = 100_000;

type Row = Vec<String>;
type Value = fn(&Entry<'_>) -> String;

/// Its row, and the days of its windows.
fn of_policy(policy: &Policy, row: usize) -> Result<(Row, Vec<Row>), String> {
    let (first, last) = policy.span().ok_or("valid.from and valid.until must be days or moments")?;
    let entry = Entry { policy, row, from: iso(first), until: iso(last) };
    let own = POLICY_COLUMNS.iter().map(|(_, value)| value(&entry)).collect();
    let mut windows = Vec::new();
    for window in policy.must.window.iter().flatten() {
        for Interval { start, close, end } in window.intervals(first, last)? {
            if windows.len() > MOST_DAYS {
                return Err(format!("its windows make more than {MOST_DAYS} rows, one a day: give it fewer, or less grace"));
            }
            let mut day = start.date_naive();
            while day <= end.date_naive() {
                windows.push(vec![
                    policy.id.clone(),
                    day.format("%Y-%m-%d").to_string(),
                    window.host_group.clone(),
                    iso(start),
                    iso(close),
                    iso(end),
                ]);
                let Some(next) = day.checked_add_days(Days::new(1)) else { break };
                day = next;
            }
        }
    }
    Ok((own, windows))
}

/// The columns of [`POLICY_LIST`] and what each holds. Lists are JSON arrays; an empty one, and an empty text, ask for nothing.
const POLICY_COLUMNS: &[(&str, Value)] = &[
    ("PolicyId", |e| e.policy.id.clone()),
    ("PolicyRow", |e| e.row.to_string()),
    ("PolicyHash", |e| policy_hash(e.policy)),
    ("Owner", |e| e.policy.owner.clone()),
    ("Approver", |e| e.policy.approver.clone()),
    ("Ticket", |e| e.policy.ticket.clone()),
    ("ValidFrom", |e| e.from.clone()),
    ("ValidUntil", |e| e.until.clone()),
    ("Explains", |e| json(&e.policy.explains)),
    ("HostGroups", |e| list(e.must().host_group.as_ref())),
    ("Paths", |e| json(&places(e.must().path.as_ref(), false))),
    ("Folders", |e| json(&places(e.must().path.as_ref(), true))),
    ("FolderPattern", |e| pattern(&places(e.must().path.as_ref(), true))),
    ("Hashes", |e| lower(e.must().sha256.as_ref())),
    ("Signers", |e| list(e.must().signer.as_ref())),
    ("Packages", |e| list(e.must().package.as_ref())),
    ("Accounts", |e| list(e.must().account.as_ref())),
    ("AccountPattern", |e| anchored(e.must().account_pattern.as_ref())),
    ("Parents", |e| parents(e.must().parent.as_ref())),
    ("Sessions", |e| lower(e.must().session.as_ref())),
    ("DestinationHosts", |e| hosts(e.must().destination.as_ref())),
    ("DestinationNetworks", |e| networks(e.must().destination.as_ref(), false)),
    ("DestinationNetworks6", |e| networks(e.must().destination.as_ref(), true)),
    ("DestinationPorts", |e| ports(e.must().destination.as_ref())),
    ("Wallets", |e| list(e.must().wallet.as_ref())),
    ("CommandLines", |e| list(e.must().command_line.as_ref())),
    ("CommandPattern", |e| anchored(e.must().command_line_pattern.as_ref())),
    ("Rules", |e| list(e.must().rule.as_ref())),
    ("HasWindow", |e| (if e.must().window.is_none() { "" } else { "yes" }).to_owned()),
    ("Forbids", |e| json(&forbids(&e.policy.must_not))),
    ("DeniedPaths", |e| json(&places(e.not().path.as_ref(), false))),
    ("DeniedFolders", |e| pattern(&places(e.not().path.as_ref(), true))),
    ("DeniedHashes", |e| lower(e.not().sha256.as_ref())),
    ("DeniedSigners", |e| list(e.not().signer.as_ref())),
    ("DeniedPackages", |e| list(e.not().package.as_ref())),
    ("DeniedGroups", |e| list(e.not().host_group.as_ref())),
    ("DeniedAccounts", |e| list(e.not().account.as_ref())),
    ("DeniedParents", |e| parents(e.not().parent.as_ref())),
    ("DeniedSessions", |e| lower(e.not().session.as_ref())),
    ("DeniedHosts", |e| hosts(e.not().destination.as_ref())),
    ("DeniedNetworks", |e| networks(e.not().destination.as_ref(), false)),
    ("DeniedNetworks6", |e| networks(e.not().destination.as_ref(), true)),
    ("DeniedPorts", |e| ports(e.not().destination.as_ref())),
    ("DeniedWallets", |e| list(e.not().wallet.as_ref())),
    ("DeniedCommand", |e| guarded(e.not().command_line.as_ref())),
];

/// A policy on its way into the list.
struct Entry<'a> {
    policy: &'a Policy,
    row: usize,
    from: String,
    until: String,
}

impl Entry<'_> {
    fn must(&self) -> &Must {
        &self.policy.must
    }

    fn not(&self) -> &MustNot {
        &self.policy.must_not
    }
}

fn json(items: &[String]) -> String {
    json!(items).to_string()
}

fn list(items: Option<&Vec<String>>) -> String {
    json(items.map_or(&[], Vec::as_slice))
}

fn lower(items: Option<&Vec<String>>) -> String {
    json(&items.into_iter().flatten().map(|item| item.to_lowercase()).collect::<Vec<_>>())
}

fn parents(items: Option<&Vec<String>>) -> String {
    json(&items.into_iter().flatten().map(|p| path_key(p)).collect::<Vec<_>>())
}

/// The paths, or the folders (without their `*`), of a list of places.
fn places(items: Option<&Vec<String>>, folders: bool) -> Vec<String> {
    let of_kind = items.into_iter().flatten().filter(|place| place.ends_with('*') == folders);
    of_kind.map(|place| path_key(place.trim_end_matches('*'))).collect()
}

/// A regex for what lies below one of the folders.
fn pattern(folders: &[String]) -> String {
    let escaped: Vec<String> = folders.iter().map(|f| regex::escape(f)).collect();
    if escaped.is_empty() { String::new() } else { format!("^(?:{})", escaped.join("|")) }
}

fn anchored(pattern: Option<&String>) -> String {
    pattern.map_or_else(String::new, |p| format!("^(?:{p})$"))
}

/// A command line of several lines is looked through as one. Watchlists lose spaces at the ends of their values.
fn guarded(pattern: Option<&String>) -> String {
    pattern.map_or_else(String::new, |p| format!("(?s:{p})"))
}

fn hosts(of: Option<&Destination>) -> String {
    lower(of.and_then(|d| d.hosts.as_ref()))
}

/// KQL asks of networks of IPv4 and of IPv6 by functions of their own.
fn networks(of: Option<&Destination>, six: bool) -> String {
    let all = of.and_then(|d| d.networks.as_ref()).into_iter().flatten();
    json(&all.filter(|network| network.contains(':') == six).cloned().collect::<Vec<_>>())
}

fn ports(of: Option<&Destination>) -> String {
    json(&of.and_then(|d| d.ports.as_ref()).into_iter().flatten().map(u16::to_string).collect::<Vec<_>>())
}

fn forbids(not: &MustNot) -> Vec<String> {
    let all = [(not.online, "online"), (not.mining_protocol, "mining_protocol"), (not.valid_wallet, "valid_wallet")];
    all.into_iter().filter(|(set, _)| *set).map(|(_, name)| name.to_owned()).collect()
}

fn iso(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%S%.fZ").to_string()
}

/// Identifies a policy's content: comments, order and layout of its file do not matter.
pub fn policy_hash(policy: &Policy) -> String {
    let canonical = serde_json::to_vec(policy).unwrap_or_default();
    Sha256::digest(&canonical).iter().take(16).map(|b| format!("{b:02x}")).collect()
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
            ["q.yaml: another policy has the id `veeam` (p.yaml); this one is left out"]
        );
        let value = |name: &str| rows.rows[0][rows.columns.iter().position(|c| c == name).unwrap()].clone();
        assert_eq!(value("Folders"), r#"["c:\\program files\\veeam\\"]"#);
        assert_eq!(value("Paths"), r#"["/usr/bin/rsync"]"#);
        assert_eq!(value("ValidUntil"), "2026-11-24T00:00:00Z");
        // Three Saturdays; the Saturday before the first day ends where it begins. Each interval touches two days.
        assert_eq!(windows.rows.len(), 6);
        assert!(windows.rows.iter().any(|r| r[1] == "2026-11-22" && r[3] == "2026-11-21T22:00:00Z" && r[5] == "2026-11-22T00:00:00Z"));
    }
}
