//! A policy, as its owner writes it.

use crate::ContentError;
use chrono::NaiveDate;
use model::EvidenceClass;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

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
    /// The day of the approval, from which the longest validity of a scenario counts; without it `valid.from`.
    #[serde(default)]
    pub approved: Option<String>,
    pub valid: Validity,
    /// The evidence classes that it may explain.
    pub explains: Vec<String>,
    pub must: Must,
    #[serde(default)]
    pub must_not: MustNot,
}

/// First and last day, in UTC, the last day included; or moments with an offset (`2026-11-18T08:00:00+01:00`), the last one excluded.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Validity {
    pub from: String,
    pub until: String,
}

/// Facts that must all hold. An absent one is not asked for; an empty list is a mistake.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Must {
    /// Groups of `DeviceInfo`, the device group of the endpoint's records, or the watchlist `HostGroups`.
    #[serde(deserialize_with = "given")]
    pub host_group: Option<Vec<String>>,
    /// Full paths, or a folder ending in `\*` or `/*`. Windows paths are compared without case.
    #[serde(deserialize_with = "given")]
    pub path: Option<Vec<String>>,
    #[serde(deserialize_with = "given")]
    pub sha256: Option<Vec<String>>,
    /// The trusted signer of the file.
    #[serde(deserialize_with = "given")]
    pub signer: Option<Vec<String>>,
    /// The package that the software inventory (`PoolhoundPackage_CL`) says the file is of: by path and by digest.
    #[serde(deserialize_with = "given")]
    pub package: Option<Vec<String>>,
    #[serde(deserialize_with = "given")]
    pub account: Option<Vec<String>>,
    /// Anchored: the whole account name must match.
    #[serde(deserialize_with = "given")]
    pub account_pattern: Option<String>,
    /// Who started it: a full path; `path<name` where the parent's own parent must have that name, `path<path` where it must lie there
    /// (known where the parent's start is in the evidence); `path?service` where the parent runs that Windows service
    /// (`svchost.exe -s Schedule`).
    #[serde(deserialize_with = "given")]
    pub parent: Option<Vec<String>>,
    /// The kind of the process' logon session: `interactive`, `remote_interactive`, `network`, `batch`, `service`, … as in `LogonType`.
    #[serde(deserialize_with = "given")]
    pub session: Option<Vec<String>>,
    /// Every connection of the process.
    #[serde(deserialize_with = "given")]
    pub destination: Option<Destination>,
    /// Every login or wallet of its mining sessions.
    #[serde(deserialize_with = "given")]
    pub wallet: Option<Vec<String>>,
    /// Whole command lines, letter by letter.
    #[serde(deserialize_with = "given")]
    pub command_line: Option<Vec<String>>,
    /// A regex (RE2) that the whole command line must match.
    #[serde(deserialize_with = "given")]
    pub command_line_pattern: Option<String>,
    /// The only YARA rules that may match the file.
    #[serde(deserialize_with = "given")]
    pub rule: Option<Vec<String>>,
    #[serde(deserialize_with = "given")]
    pub window: Option<Vec<Window>>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Destination {
    /// `name:port`.
    #[serde(deserialize_with = "given")]
    pub hosts: Option<Vec<String>>,
    /// CIDR; with `ports`.
    #[serde(deserialize_with = "given")]
    pub networks: Option<Vec<String>>,
    #[serde(deserialize_with = "given")]
    pub ports: Option<Vec<u16>>,
}

/// Facts that refute the policy where they are true; where one is not known the policy does not explain.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MustNot {
    /// Any connection of the process.
    pub online: bool,
    /// Any mining session of the process.
    pub mining_protocol: bool,
    /// A regex (RE2) over the command line.
    #[serde(deserialize_with = "given")]
    pub command_line: Option<String>,
    #[serde(deserialize_with = "given")]
    pub path: Option<Vec<String>>,
    #[serde(deserialize_with = "given")]
    pub sha256: Option<Vec<String>>,
    #[serde(deserialize_with = "given")]
    pub signer: Option<Vec<String>>,
    #[serde(deserialize_with = "given")]
    pub package: Option<Vec<String>>,
    #[serde(deserialize_with = "given")]
    pub account: Option<Vec<String>>,
    #[serde(deserialize_with = "given")]
    pub parent: Option<Vec<String>>,
    #[serde(deserialize_with = "given")]
    pub session: Option<Vec<String>>,
    #[serde(deserialize_with = "given")]
    pub host_group: Option<Vec<String>>,
    /// Any connection of the process there.
    #[serde(deserialize_with = "given")]
    pub destination: Option<Destination>,
    #[serde(deserialize_with = "given")]
    pub wallet: Option<Vec<String>>,
}

/// A recurring window in a zone: `days` with `from` and `to`, or `rrule` or `cron` with `minutes`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// IANA, as `Europe/Berlin`.
    pub zone: String,
    /// `mon` … `sun`.
    #[serde(default)]
    pub days: Vec<String>,
    /// `03:00`.
    #[serde(default)]
    pub from: String,
    /// `05:00`; `24:00` is the end of the day. Earlier than `from`: the next day.
    #[serde(default)]
    pub to: String,
    /// RFC 5545, as `FREQ=MONTHLY;BYDAY=1SA;BYHOUR=22;BYMINUTE=0`; begins on the policy's first day.
    #[serde(default)]
    pub rrule: String,
    /// Five fields, as `0 3 * * 1-5`.
    #[serde(default)]
    pub cron: String,
    /// How long a window of `rrule` or `cron` is.
    #[serde(default)]
    pub minutes: u32,
    /// Only for hosts of that group; empty for all.
    #[serde(default)]
    pub host_group: String,
    #[serde(default)]
    pub grace_minutes: u16,
}

/// A key without a value is a mistake: it would ask for nothing.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    match Option::<T>::deserialize(deserializer)? {
        Some(value) => Ok(Some(value)),
        None => Err(D::Error::custom("it has no value: leave it out, or say what is allowed")),
    }
}

impl Policy {
    /// Reads and checks one policy.
    pub fn parse(file: &str, text: &str) -> Result<Self, ContentError> {
        let policy: Self = serde_saphyr::from_str(text).map_err(|e| ContentError::file(file, e))?;
        let faults = policy.faults();
        let Some(first) = faults.first() else { return Ok(policy) };
        let reasons: Vec<&str> = faults.iter().map(|f| f.reason.as_str()).collect();
        let reason = format!("policy `{}` is refused: {}", policy.id, reasons.join("; "));
        // The first place that says it, else the policy's own.
        let line = [first.at.as_str(), "id:"].iter().filter(|at| !at.is_empty()).find_map(|at| line_of(text, at));
        Err(match line {
            Some(line) => ContentError::Line { file: file.to_owned(), line, reason },
            None => ContentError::file(file, reason),
        })
    }

    /// First and last day.
    pub(crate) fn days(&self) -> Option<(NaiveDate, NaiveDate)> {
        let day = |text: &str| NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok();
        Some((day(&self.valid.from)?, day(&self.valid.until)?))
    }

    /// Why it cannot be trusted; empty for a sound policy.
    fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let must = &self.must;
        let mut fault = |bad: bool, at: &str, reason: &str| {
            if bad {
                faults.push(Fault { at: at.to_owned(), reason: reason.to_owned() });
            }
        };
        fault(self.id.trim().is_empty(), "id:", "it needs an id");
        fault(self.owner.trim().is_empty(), "owner:", "it needs an owner");
        fault(self.approver.trim().is_empty() || self.approver == self.owner, "approver:", "it needs an approver who is not the owner");
        fault(self.ticket.trim().is_empty(), "ticket:", "it needs a ticket");
        fault(self.explains.is_empty(), "explains:", "it must say which evidence classes it explains");
        fault(
            must.sha256.is_none() && must.signer.is_none(),
            "must:",
            "it needs a fact of the supply chain (sha256 or signer): a name or a path alone is what miners borrow",
        );
        fault(
            must.host_group.is_none() && must.window.is_none() && must.destination.is_none(),
            "must:",
            "it needs a fact that the defender controls (host_group, window or destination)",
        );
        fault(
            must.destination.as_ref().is_some_and(|d| d.hosts.is_none() && d.networks.is_none() && d.ports.is_none()),
            "destination:",
            "its destination names no host, network or port",
        );
        match self.days() {
            None => fault(true, "valid:", "valid.from and valid.until must be dates as 2026-11-18"),
            Some((from, until)) => fault(until < from, "valid:", "valid.until lies before valid.from"),
        }
        for class in &self.explains {
            fault(EvidenceClass::from_name(class).is_none(), class, &format!("`{class}` is not an evidence class"));
        }
        for pattern in must.account_pattern.iter().chain(&self.must_not.command_line) {
            if let Err(error) = regex::Regex::new(pattern) {
                fault(true, pattern, &format!("`{pattern}` is not a regex: {error}"));
            }
        }
        faults.extend(must.faults());
        faults
    }
}

/// What is wrong, and a text of the policy that stands where it is wrong.
pub(super) struct Fault {
    pub(super) at: String,
    pub(super) reason: String,
}

fn line_of(text: &str, at: &str) -> Option<u64> {
    text.lines().position(|line| !line.trim_start().starts_with('#') && line.contains(at)).map(|n| n as u64 + 1)
}
