//! Policies that explain the same: two owners, two ends, and nobody knows which one holds.

use super::super::fault::Fault;
use super::super::policy::Policy;
use std::collections::BTreeMap;

/// Pairs of policies for the same path, class and hosts at the same time, as `(one, other, what they share)`.
pub fn overlaps(policies: &[(String, Policy)]) -> Vec<(&str, &str, String)> {
    let mut found = Vec::new();
    for (n, (_, one)) in policies.iter().enumerate() {
        for (_, other) in policies.iter().skip(n + 1) {
            if let Some(shared) = shared(one, other) {
                found.push((one.id.as_str(), other.id.as_str(), shared));
            }
        }
    }
    found
}

/// Of each id that several files have, all files but the first, with what is wrong: a hunt would leave them out. `policies` are files and what is in them.
pub fn doubles(policies: &[(String, Policy)]) -> Vec<(&str, Fault)> {
    let mut first: BTreeMap<&str, &str> = BTreeMap::new();
    let mut found = Vec::new();
    for (file, policy) in policies.iter().filter(|(_, policy)| !policy.id.trim().is_empty()) {
        match first.get(policy.id.as_str()) {
            Some(other) => {
                let what = format!("`{}` is the id of {other} as well: only one of the two would hold", policy.id);
                found.push((file.as_str(), Fault { line: 1, what, remedy: "give each policy an id of its own".to_owned() }));
            }
            None => {
                first.insert(&policy.id, file);
            }
        }
    }
    found
}

fn shared(one: &Policy, other: &Policy) -> Option<String> {
    let ((from, until), (from2, until2)) = (one.span()?, other.span()?);
    let groups = match (&one.must.host_group, &other.must.host_group) {
        (Some(a), Some(b)) => a.iter().any(|group| b.contains(group)),
        _ => true,
    };
    if from >= until2 || from2 >= until || !groups {
        return None;
    }
    let class = one.explains.iter().find(|class| other.explains.contains(class))?;
    let path = one.must.path.iter().flatten().find(|path| other.must.path.iter().flatten().any(|p| p.eq_ignore_ascii_case(path)))?;
    Some(format!("both explain {class} of {path}: make one policy of them"))
}
