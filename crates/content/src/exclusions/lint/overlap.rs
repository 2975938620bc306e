//! Policies that explain the same: two owners, two ends, and nobody knows which one holds.

use super::super::policy::Policy;

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
