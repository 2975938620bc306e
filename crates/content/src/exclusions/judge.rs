//! What a policy says of a row: the reference, written from its meaning and not from the stored function, which must agree with it.
//!
//! Each fact that a policy asks for is 1 (held), -1 (failed) or 0 (unknown); a policy explains a row whose class it claims if all are 1. Windows paths are
//! compared without case, others with it; a value of several lines is in no list.
//!
//! | fact | held | unknown |
//! |---|---|---|
//! | `path` | is listed, or lies in a listed folder and has no `/../`, and the inventory does not say that others than administrators write there | no path |
//! | `sha256` | is listed, without case | no hash |
//! | `signer`, `package` | one of the file's is listed | not looked up; looked up and none found is a failure |
//! | `host_group` | one of the device's is listed | it is in no group, or not known |
//! | `account` | what follows the last `\` is listed (without case beside a Windows path), or matches the pattern whole | no account |
//! | `parent` | see [`super::judge_lists`] | no parent path |
//! | `session` | is listed | no session |
//! | `destination` | the row's own peer and all of the process' are allowed, see [`super::judge_peers`] | nothing known, or a lookup of a listed name alone |
//! | `wallet` | the row's own and every login of the process up to the first `.`, `+` or `/`, or whole, is listed | no login seen, or a session without one |
//! | `command_line` | is listed whole, or matches the pattern whole | no command line |
//! | `rule` | every matching YARA rule is listed | no rule known |
//! | `window` | the process' start, its first and its last record lie in one interval that is for all hosts or for a group of the device, and the first of them before the grace | no time |
//! | `valid` | first record at or after the begin, last before the end | no time |
//! | `claimed` | no row about the same process is of a class outside `explains` | never |
//! | `offline` | no peer of the row or the process | the process is not known |
//! | `no_mining_protocol` | no mining session of the process, and the row is none | the process is not known |
//! | `no_valid_wallet` | no mining session of the process names a wallet with a right checksum, and the row is of no wallet | the process is not known |
//! | `not_…` | the opposite of the list, as above | as above; `not_destination` and `not_wallet` also where the process is not known, or a login has several lines |
//! | `not_path` | is not listed, and does not begin in a listed folder | no path; another that has `/../` or several lines |
//! | `not_command_line` | the pattern is nowhere in the command line | no command line |

use super::judge_lists::{account_listed, listed, login_listed, parent_listed, path_forbidden, path_listed};
use super::judge_peers::{LOCAL, allowed, looked_up, there, worst};
use super::policy::Policy;
use super::subject::Subject;
use super::windows::Interval;
use chrono::{DateTime, Utc};
use regex::Regex;

/// 1 held, -1 failed, 0 unknown.
type Fact = i8;

/// A policy made ready for many rows: windows laid out, patterns compiled.
#[derive(Debug)]
pub struct Judge<'a> {
    policy: &'a Policy,
    span: Option<(i64, i64)>,
    /// With the group that each is for (empty for all): start, close, end.
    windows: Vec<(&'a str, [i64; 3])>,
    account: Option<Pattern>,
    command_line: Option<Pattern>,
    forbidden_command: Option<Pattern>,
}

/// Patterns were checked when the policy was read; one that is none holds nothing and refutes everything.
#[derive(Debug)]
struct Pattern(Option<Regex>);

/// The facts that a policy asks for, of one row.
pub fn judge(policy: &Policy, subject: &Subject) -> Vec<(&'static str, i8)> {
    Judge::new(policy).facts(subject)
}

/// Whether the policy claims the row's class and all its facts held.
pub fn explains(policy: &Policy, subject: &Subject) -> bool {
    Judge::new(policy).explains(subject)
}

impl<'a> Judge<'a> {
    pub fn new(policy: &'a Policy) -> Self {
        let must = &policy.must;
        let span = policy.span();
        let laid_out = |(from, until): (DateTime<Utc>, DateTime<Utc>)| {
            let windows = must.window.iter().flatten();
            windows.flat_map(move |window| {
                let intervals = window.intervals(from, until).unwrap_or_default();
                intervals.into_iter().map(|Interval { start, close, end }| (window.host_group.as_str(), [start, close, end].map(ticks)))
            })
        };
        Self {
            policy,
            span: span.map(|(from, until)| (ticks(from), ticks(until))),
            windows: span.into_iter().flat_map(laid_out).collect(),
            account: must.account_pattern.as_deref().map(Pattern::whole),
            command_line: must.command_line_pattern.as_deref().map(Pattern::whole),
            forbidden_command: policy.must_not.command_line.as_deref().map(Pattern::anywhere),
        }
    }

    pub fn explains(&self, subject: &Subject) -> bool {
        self.policy.explains.contains(&subject.evidence_class) && self.facts(subject).iter().all(|(_, fact)| *fact == 1)
    }

    pub fn facts(&self, s: &Subject) -> Vec<(&'static str, i8)> {
        let (must, must_not) = (&self.policy.must, &self.policy.must_not);
        let allows = |pattern: &Option<Pattern>, value: &str| pattern.as_ref().is_some_and(|p| p.allows(value));
        let mut facts = Vec::new();
        let mut ask = |name: &'static str, fact: Option<Fact>| facts.extend(fact.map(|fact| (name, fact)));
        ask("path", must.path.as_ref().map(|list| known(&s.path, || path_listed(list, &s.path) && !s.others_write)));
        ask("sha256", must.sha256.as_ref().map(|list| known(&s.sha256, || hash_listed(list, s))));
        ask("signer", must.signer.as_ref().map(|list| any(list, s.signers.as_ref())));
        ask("package", must.package.as_ref().map(|list| any(list, s.packages.as_ref())));
        let groups = s.groups.as_ref().filter(|groups| !groups.is_empty());
        ask("host_group", must.host_group.as_ref().map(|list| any(list, groups)));
        let accounts = must.account.as_deref().unwrap_or_default();
        let asked = must.account.is_some() || self.account.is_some();
        ask("account", asked.then(|| known(account(s), || account_listed(accounts, s) || allows(&self.account, account(s)))));
        ask("parent", must.parent.as_ref().map(|list| known(&s.parent, || parent_listed(list, s))));
        ask("session", must.session.as_ref().map(|list| known(&s.session, || listed(list, &s.session))));
        ask(
            "destination",
            must.destination.as_ref().map(|d| {
                let met = s.peers.iter().filter(|peer| peer.pool != LOCAL);
                let all: Vec<(Fact, bool)> = met.map(|peer| (allowed(d, peer), looked_up(peer))).collect();
                worst(&all, s.destination.as_ref().map(|peer| allowed(d, peer)))
            }),
        );
        ask("wallet", must.wallet.as_ref().map(|list| paid(list, s)));
        let commands = must.command_line.as_deref().unwrap_or_default();
        let asked = must.command_line.is_some() || self.command_line.is_some();
        ask(
            "command_line",
            asked.then(|| known(&s.command_line, || listed(commands, &s.command_line) || allows(&self.command_line, &s.command_line))),
        );
        ask(
            "rule",
            must.rule.as_ref().map(|list| if s.rules.is_empty() { 0 } else { held(s.rules.iter().all(|rule| listed(list, rule))) }),
        );
        ask("window", must.window.is_some().then(|| self.window(s)));
        ask("valid", Some(self.valid(s)));
        ask("claimed", Some(held(s.classes.iter().all(|class| self.policy.explains.contains(class)))));
        let own = s.destination.as_ref().is_some_and(|peer| !peer.name.is_empty() || !peer.ip.is_empty());
        ask("offline", must_not.online.then(|| absent(s, own || !s.peers.is_empty())));
        let mines = !s.logins.is_empty() || s.evidence_class == "stratum_payload";
        ask("no_mining_protocol", must_not.mining_protocol.then(|| absent(s, mines)));
        let paid = s.valid_wallet || s.evidence_class == "wallet";
        ask("no_valid_wallet", must_not.valid_wallet.then(|| absent(s, paid)));
        ask("not_path", must_not.path.as_ref().map(|list| if s.path.is_empty() { 0 } else { -path_forbidden(list, &s.path) }));
        ask("not_sha256", must_not.sha256.as_ref().map(|list| -known(&s.sha256, || hash_listed(list, s))));
        ask("not_signer", must_not.signer.as_ref().map(|list| -any(list, s.signers.as_ref())));
        ask("not_package", must_not.package.as_ref().map(|list| -any(list, s.packages.as_ref())));
        ask("not_host_group", must_not.host_group.as_ref().map(|list| -any(list, groups)));
        ask("not_account", must_not.account.as_ref().map(|list| -known(account(s), || account_listed(list, s))));
        ask("not_parent", must_not.parent.as_ref().map(|list| -known(&s.parent, || parent_listed(list, s))));
        ask("not_session", must_not.session.as_ref().map(|list| -known(&s.session, || listed(list, &s.session))));
        ask(
            "not_destination",
            must_not.destination.as_ref().map(|d| {
                let all: Vec<Fact> =
                    s.peers.iter().filter(|peer| peer.pool != LOCAL).chain(&s.destination).map(|peer| there(d, peer)).collect();
                never(s, all)
            }),
        );
        ask(
            "not_wallet",
            must_not.wallet.as_ref().map(|list| {
                let own = Some(s.wallet.as_str()).filter(|wallet| !wallet.is_empty());
                never(s, s.logins.iter().map(String::as_str).chain(own).map(|login| login_forbidden(list, login)).collect())
            }),
        );
        let forbidden = |pattern: &Pattern| -known(&s.command_line, || pattern.forbids(&s.command_line));
        ask("not_command_line", self.forbidden_command.as_ref().map(forbidden));
        facts
    }

    fn window(&self, s: &Subject) -> Fact {
        let Some(first) = s.first else { return 0 };
        let (first, last) = s.process_span.unwrap_or((first, s.last.unwrap_or(first)));
        let of_device = |group: &str| group.is_empty() || s.groups.iter().flatten().any(|g| g == group);
        let (first, last) = (s.started.map_or(first, |started| first.min(started)), last.max(first));
        // Grace lets a run end late, and not begin late.
        held(self.windows.iter().any(|(group, [start, close, end])| (*start..*close).contains(&first) && last < *end && of_device(group)))
    }

    fn valid(&self, s: &Subject) -> Fact {
        let Some(first) = s.first else { return 0 };
        let last = s.last.unwrap_or(first);
        held(self.span.is_some_and(|(from, until)| first >= from && last < until))
    }
}

fn held(is: bool) -> Fact {
    if is { 1 } else { -1 }
}

fn known(value: &str, holds: impl FnOnce() -> bool) -> Fact {
    if value.is_empty() { 0 } else { held(holds()) }
}

fn any(list: &[String], values: Option<&Vec<String>>) -> Fact {
    values.map_or(0, |values| held(values.iter().any(|value| listed(list, value))))
}

/// That there was nothing is known only of a process that is known.
fn absent(s: &Subject, seen: bool) -> Fact {
    match (seen, s.process_known) {
        (true, _) => -1,
        (false, known) => known.into(),
    }
}

/// That none of them is there: any that may be leaves it open.
fn never(s: &Subject, seen: Vec<Fact>) -> Fact {
    match seen.into_iter().max() {
        Some(1) => -1,
        Some(0) => 0,
        _ => s.process_known.into(),
    }
}

/// The account without its domain.
fn account(s: &Subject) -> &str {
    super::judge_lists::account_key(&s.account)
}

fn hash_listed(list: &[String], s: &Subject) -> bool {
    list.iter().any(|hash| hash.eq_ignore_ascii_case(&s.sha256))
}

/// A login of several lines may be read as any of them.
fn login_forbidden(list: &[String], login: &str) -> Fact {
    if login.contains('\n') { 0 } else { known(login, || login_listed(list, login)) }
}

fn paid(list: &[String], s: &Subject) -> Fact {
    let own = Some(s.wallet.as_str()).filter(|wallet| !wallet.is_empty()).map(|wallet| held(login_listed(list, wallet)));
    let sessions = s.logins.iter().map(|login| known(login, || login_listed(list, login))).min();
    match (own, sessions) {
        (Some(-1), _) => -1,
        (own, None) => own.unwrap_or(0),
        (_, Some(worst)) => worst,
    }
}

impl Pattern {
    fn new(text: &str) -> Self {
        Self(Regex::new(text).ok())
    }

    /// In a command line of several lines, too.
    fn anywhere(text: &str) -> Self {
        Self::new(&format!("(?s:{text})"))
    }

    fn whole(text: &str) -> Self {
        Self::new(&format!("^(?:{text})$"))
    }

    fn allows(&self, value: &str) -> bool {
        self.0.as_ref().is_some_and(|p| p.is_match(value))
    }

    fn forbids(&self, value: &str) -> bool {
        self.0.as_ref().is_none_or(|p| p.is_match(value))
    }
}

/// 100 ns since year 1.
fn ticks(time: DateTime<Utc>) -> i64 {
    const YEAR_1970: i64 = 62_135_596_800;
    (time.timestamp() + YEAR_1970).saturating_mul(10_000_000).saturating_add(i64::from(time.timestamp_subsec_nanos() / 100))
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
