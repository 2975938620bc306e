//! Policies as watchlists.

use super::policy::Policy;
use crate::{ContentError, Watchlist};
use chrono::{DateTime, Datelike, Days, NaiveTime, Utc};
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

/// Days that a policy may hold.
const LONGEST: i64 = 3_653;
/// Rows of windows that one policy may have.
const MOST_DAYS: usize = 100_000;

type Rows = Vec<Vec<String>>;

/// Its rows, and the days of its windows.
fn of_policy(policy: &Policy) -> Result<(Rows, Rows), String> {
    let (first, last) = policy.days().ok_or("valid.from and valid.until must be dates")?;
    // A far day or a long span would make millions of rows, and moments beyond what can be reckoned with.
    if ![first, last].iter().all(|day| (1..=9999).contains(&day.year())) || (last - first).num_days() > LONGEST {
        return Err("valid.from and valid.until must be days of the years 1 to 9999, at most ten years apart".to_owned());
    }
    let rows = rows_of(policy, &iso(first.and_time(NaiveTime::MIN).and_utc()), &end_of(last));
    let mut windows = Vec::new();
    for window in policy.must.window.iter().flatten() {
        // A window that began the day before may reach into the first day.
        let from = first.checked_sub_days(Days::new(1)).unwrap_or(first);
        for (start, end) in window.intervals(from, last)? {
            if windows.len() > MOST_DAYS {
                return Err(format!("its windows make more than {MOST_DAYS} rows, one a day: give it fewer, or less grace"));
            }
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

/// The first moment after a day.
fn end_of(day: chrono::NaiveDate) -> String {
    iso(day.checked_add_days(Days::new(1)).unwrap_or(day).and_time(NaiveTime::MIN).and_utc())
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
        // Three Saturdays (and the last day before the first); each interval touches two days.
        assert_eq!(windows.rows.len(), 8);
        assert!(windows.rows.iter().any(|r| r[1] == "2026-11-22" && r[3] == "2026-11-21T22:00:00Z" && r[4] == "2026-11-22T00:00:00Z"));
    }

    #[test]
    fn the_rows_of_windows_are_bounded() {
        let daily = "window: [{zone: UTC, days: [mon, tue, wed, thu, fri, sat, sun], from: '22:00', to: '24:00', grace_minutes: 65000}]";
        let text = POLICY.replace("window: [{zone: UTC, days: [sat], from: '22:00', to: '24:00'}]", daily);
        let windows = |text: &str| compile(&[("p.yaml".to_owned(), Policy::parse("p.yaml", text).unwrap())]);
        let ([_, few], errors) = windows(&text);
        assert!(few.rows.len() > 1_000 && errors.is_empty());
        let ([rows, none], errors) = windows(&text.replace("2026-11-23", "2036-10-31"));
        assert!(none.rows.is_empty() && rows.rows.is_empty() && errors[0].to_string().contains("100000"), "{errors:?}");
        for (from, until) in [("+262140-01-01", "+262142-12-31"), ("0001-01-01", "9999-12-31"), ("-9999-01-01", "-9999-01-02")] {
            let ([rows, _], errors) = windows(&text.replace("2026-11-01", from).replace("2026-11-23", until));
            assert!(rows.rows.is_empty() && errors[0].to_string().contains("ten years"), "{from} {until} {errors:?}");
        }
    }

    #[test]
    fn weak_policies_are_refused() {
        for (from, to, why) in [
            ("  signer: [Veeam Software Group GmbH]\n", "", "supply chain"),
            ("approver: soc@example.com", "approver: it@example.com", "approver"),
            ("until: 2026-11-23", "until: 2026-10-23", "before"),
            ("ticket: CHG-1", "ticket: ''", "ticket"),
            ("[process_command]", "[everything]", "everything"),
            ("  window:", "  account:\n  window:", "no value"),
            ("  window:", "  account_pattern: ~\n  window:", "no value"),
            ("  window:", "  destination: {ports: }\n  window:", "no value"),
        ] {
            let error = Policy::parse("p.yaml", &POLICY.replace(from, to)).unwrap_err().to_string();
            assert!(error.contains(why) && error.contains("p.yaml"), "{error}");
        }
    }
}
