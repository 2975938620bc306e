//! A policy, as its owner writes it.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

/// One approved activity.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// A name that no other policy has.
    pub id: String,
    /// What is approved, for people.
    pub title: String,
    /// 1 scheduled job, 2 benchmark, 3 node or wallet, 4 backup, 5 teaching.
    pub scenario: Option<u8>,
    /// Who runs the approved activity.
    pub owner: String,
    /// Another person than the owner.
    pub approver: String,
    /// The ticket or change under which it was approved.
    pub ticket: String,
    /// Why it is approved, in a sentence.
    pub reason: String,
    /// The day of the approval, from which the longest validity of a scenario counts; without it `valid.from`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved: Option<String>,
    /// From when to when it holds; judged at a record's time.
    pub valid: Validity,
    /// The evidence classes that it may explain.
    pub explains: Vec<String>,
    /// Facts that must all hold; at least one of the supply chain (sha256, signer, package) and one of the defender (host_group, window, destination, wallet).
    pub must: Must,
    /// Facts that refute the policy.
    pub must_not: MustNot,
}

/// First and last day, in UTC, the last day included; or moments with an offset (`2026-11-18T08:00:00+01:00`), the last one excluded.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Validity {
    /// `2026-11-18`, or a moment with its offset.
    pub from: String,
    /// `2027-02-18`, which belongs to it; or a moment, which does not.
    pub until: String,
}

/// Facts that must all hold. An absent one is not asked for; an empty list is a mistake.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Must {
    /// Groups of `DeviceInfo`, the device group of the endpoint's records, or the watchlist `HostGroups`.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub host_group: Option<Vec<String>>,
    /// Full paths, or a folder ending in `\*` or `/*`. Windows paths are compared without case.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub path: Option<Vec<String>>,
    /// The very program; 64 hexadecimal digits.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Vec<String>>,
    /// The trusted signer of the file.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub signer: Option<Vec<String>>,
    /// The package that the software inventory (`PoolhoundPackage_CL`) says the file is of: by path and by digest.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub package: Option<Vec<String>>,
    /// Who it runs as, without a domain.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub account: Option<Vec<String>>,
    /// Anchored: the whole account name must match.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub account_pattern: Option<String>,
    /// Who started it: a full path; `path<name` where the parent's own parent must have that name, `path<path` where it must lie there
    /// (known where the parent's start is in the evidence); `path?service` where the parent runs that Windows service
    /// (`svchost.exe -s Schedule`).
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub parent: Option<Vec<String>>,
    /// The kind of the process' logon session: `interactive`, `remote_interactive`, `network`, `batch`, `service`, … as in `LogonType`.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub session: Option<Vec<String>>,
    /// Every connection of the process.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub destination: Option<Destination>,
    /// Every login or wallet of its mining sessions.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub wallet: Option<Vec<String>>,
    /// Whole command lines, letter by letter.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub command_line: Option<Vec<String>>,
    /// A regex (RE2) that the whole command line must match.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub command_line_pattern: Option<String>,
    /// The only YARA rules that may match the file.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub rule: Option<Vec<String>>,
    /// When it runs.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub window: Option<Vec<Window>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Destination {
    /// `name:port`.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub hosts: Option<Vec<String>>,
    /// Networks as 10.0.0.0/8 or 2001:db8:7::/64; together with `ports`, if there are any.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub networks: Option<Vec<String>>,
    /// Of `networks`; alone, those of any peer that is no pool by name.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub ports: Option<Vec<u16>>,
}

/// Facts that refute the policy where they are true; where one is not known the policy does not explain.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct MustNot {
    /// Any connection of the process.
    #[serde(deserialize_with = "set")]
    pub online: bool,
    /// Any mining session of the process.
    #[serde(deserialize_with = "set")]
    pub mining_protocol: bool,
    /// Any mining session of the process for a wallet with a right checksum, which pays somebody.
    #[serde(deserialize_with = "set", skip_serializing_if = "is_false")]
    pub valid_wallet: bool,
    /// A regex (RE2) over the command line.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub command_line: Option<String>,
    /// A program that lies there.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub path: Option<Vec<String>>,
    /// These very programs.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Vec<String>>,
    /// A file of such a signer.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub signer: Option<Vec<String>>,
    /// A file of such a package.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub package: Option<Vec<String>>,
    /// A process of such an account.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub account: Option<Vec<String>>,
    /// A process of such a parent, written as in `must`.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub parent: Option<Vec<String>>,
    /// A process of such a session.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub session: Option<Vec<String>>,
    /// A device of such a group.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub host_group: Option<Vec<String>>,
    /// Any connection of the process there.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub destination: Option<Destination>,
    /// Any mining session of the process for one of them.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub wallet: Option<Vec<String>>,
}

/// A recurring window in a zone: `days` with `from` and `to`, or `rrule` or `cron` with `minutes`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Window {
    /// IANA, as `Europe/Berlin`.
    pub zone: String,
    /// `mon` … `sun`.
    pub days: Vec<String>,
    /// `03:00`.
    pub from: String,
    /// `05:00`; `24:00` is the end of the day. Earlier than `from`: the next day.
    pub to: String,
    /// RFC 5545, as `FREQ=MONTHLY;BYDAY=1SA;BYHOUR=22;BYMINUTE=0`; begins on the policy's first day.
    pub rrule: String,
    /// Five fields, as `0 3 * * 1-5`.
    pub cron: String,
    /// How long a window of `rrule` or `cron` is.
    pub minutes: u32,
    /// Only for hosts of that group; empty for all.
    pub host_group: String,
    /// So much later it may still run.
    pub grace_minutes: u16,
}

/// A policy that does not ask for it keeps the hash that it had before there was such a fact.
fn is_false(flag: &bool) -> bool {
    !flag
}

/// `false` forbids nothing, and reads as if it did.
fn set<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    match bool::deserialize(deserializer)? {
        true => Ok(true),
        false => Err(D::Error::custom("`false` forbids nothing")),
    }
}

/// A key without a value is a mistake: it would ask for nothing.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    match Option::<T>::deserialize(deserializer)? {
        Some(value) => Ok(Some(value)),
        None => Err(D::Error::custom("it has no value: leave it out, or say what is allowed")),
    }
}
