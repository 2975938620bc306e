//! A policy, as its owner writes it.

use crate::ContentError;
use chrono::NaiveDate;
use model::EvidenceClass;
use serde::Deserialize;

/// One approved activity.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    pub id: String,
    #[serde(default)]
    pub title: String,
    /// 1 scheduled job, 2 benchmark, 3 node or wallet, 4 backup, 5 teaching.
    #[serde(default)]
    pub scenario: Option<u8>,
    pub owner: String,
    /// Another person than the owner.
    pub approver: String,
    pub ticket: String,
    #[serde(default)]
    pub reason: String,
    pub valid: Validity,
    /// The evidence classes that it may explain.
    pub explains: Vec<String>,
    pub must: Must,
    #[serde(default)]
    pub must_not: MustNot,
}

/// First and last day, in UTC; the last day counts.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Validity {
    pub from: String,
    pub until: String,
}

/// Facts that must all hold. An absent one is not asked for.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Must {
    /// Groups of `DeviceInfo`, the device group of the endpoint's records, or the watchlist `HostGroups`.
    pub host_group: Vec<String>,
    /// Full paths, or a folder ending in `\*` or `/*`. Windows paths are compared without case.
    pub path: Vec<String>,
    pub sha256: Vec<String>,
    /// The trusted signer of the file.
    pub signer: Vec<String>,
    pub account: Vec<String>,
    /// Anchored: the whole account name must match.
    pub account_pattern: Option<String>,
    /// Who started it: a full path; `path<name` where the parent's own parent must have that name; `path?service` where the
    /// parent runs that Windows service (`svchost.exe -s Schedule`).
    pub parent: Vec<String>,
    /// Every connection of the process.
    pub destination: Option<Destination>,
    /// Every login or wallet of its mining sessions.
    pub wallet: Vec<String>,
    pub window: Vec<Window>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Destination {
    /// `name:port`.
    pub hosts: Vec<String>,
    /// CIDR; with `ports`.
    pub networks: Vec<String>,
    pub ports: Vec<u16>,
}

/// Facts that refute the policy.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MustNot {
    /// Any connection of the process.
    pub online: bool,
    /// Any mining session of the process.
    pub mining_protocol: bool,
    /// A regex (RE2) over the command line.
    pub command_line: Option<String>,
}

/// A weekly window in a zone.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// IANA, as `Europe/Berlin`.
    pub zone: String,
    /// `mon` … `sun`.
    pub days: Vec<String>,
    /// `03:00`.
    pub from: String,
    /// `05:00`; `24:00` is the end of the day. Earlier than `from`: the next day.
    pub to: String,
    /// Only for hosts of that group; empty for all.
    #[serde(default)]
    pub host_group: String,
    #[serde(default)]
    pub grace_minutes: u16,
}

impl Policy {
    /// Reads and checks one policy.
    pub fn parse(file: &str, text: &str) -> Result<Self, ContentError> {
        let policy: Self = serde_saphyr::from_str(text).map_err(|e| ContentError::file(file, e))?;
        match policy.faults().as_slice() {
            [] => Ok(policy),
            faults => Err(ContentError::file(file, format!("policy `{}` is refused: {}", policy.id, faults.join("; ")))),
        }
    }

    /// First and last day.
    pub(crate) fn days(&self) -> Option<(NaiveDate, NaiveDate)> {
        let day = |text: &str| NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok();
        Some((day(&self.valid.from)?, day(&self.valid.until)?))
    }

    /// Why it cannot be trusted; empty for a sound policy.
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let must = &self.must;
        let mut fault = |bad: bool, text: &str| {
            if bad {
                faults.push(text.to_owned());
            }
        };
        fault(self.id.trim().is_empty(), "it needs an id");
        fault(self.owner.trim().is_empty(), "it needs an owner");
        fault(self.approver.trim().is_empty() || self.approver == self.owner, "it needs an approver who is not the owner");
        fault(self.ticket.trim().is_empty(), "it needs a ticket");
        fault(self.explains.is_empty(), "it must say which evidence classes it explains");
        fault(
            must.sha256.is_empty() && must.signer.is_empty(),
            "it needs a fact of the supply chain (sha256 or signer): a name or a path alone is what miners borrow",
        );
        fault(
            must.host_group.is_empty() && must.window.is_empty() && must.destination.is_none(),
            "it needs a fact that the defender controls (host_group, window or destination)",
        );
        fault(
            must.destination.as_ref().is_some_and(|d| d.hosts.is_empty() && d.networks.is_empty() && d.ports.is_empty()),
            "its destination names no host, network or port",
        );
        match self.days() {
            None => fault(true, "valid.from and valid.until must be dates as 2026-11-18"),
            Some((from, until)) => fault(until < from, "valid.until lies before valid.from"),
        }
        for class in &self.explains {
            if EvidenceClass::from_name(class).is_none() {
                fault(true, &format!("`{class}` is not an evidence class"));
            }
        }
        for pattern in must.account_pattern.iter().chain(&self.must_not.command_line) {
            if let Err(error) = regex::Regex::new(pattern) {
                fault(true, &format!("`{pattern}` is not a regex: {error}"));
            }
        }
        for window in &must.window {
            if let Err(reason) = window.check() {
                fault(true, &reason);
            }
        }
        faults
    }
}
