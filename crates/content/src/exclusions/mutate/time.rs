//! Another hour, to the second.

use super::super::approved::at;
use super::super::policy::Policy;
use super::super::subject::Subject;
use super::Mutants;
use chrono::{DateTime, Duration, Offset, TimeZone, Utc};
use chrono_tz::Tz;

const SECOND: i64 = 10_000_000;
const DAY: i64 = 24 * 3600 * SECOND;

/// A window of a policy in ticks: a run begins in [start, close), and ends before `end`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) struct Open {
    pub(in super::super) start: i64,
    pub(in super::super) close: i64,
    pub(in super::super) end: i64,
}

impl Open {
    fn holds(&self, time: i64) -> bool {
        (self.start..self.end).contains(&time)
    }
}

/// When the windows are open for a host of these groups, in order.
pub(in super::super) fn intervals(policy: &Policy, groups: &[String]) -> Vec<Open> {
    let Some((from, until)) = policy.span() else { return Vec::new() };
    let windows = policy.must.window.iter().flatten().filter(|w| w.host_group.is_empty() || groups.contains(&w.host_group));
    let mut all: Vec<Open> = windows
        .filter_map(|w| w.intervals(from, until).ok())
        .flat_map(|list| list.into_iter().map(|i| Open { start: at(i.start), close: at(i.close), end: at(i.end) }))
        .collect();
    all.sort_unstable();
    all
}

pub(super) fn mutate(made: &mut Mutants<'_>) {
    let policy = made.policy;
    let Some((from, until)) = policy.span() else { return };
    let (first, last) = (at(from), at(until));
    let moved = |time: i64| {
        move |s: &mut Subject| {
            s.first = Some(time);
            s.last = s.last.map(|_| time);
            s.started = s.started.map(|_| time);
        }
    };
    made.add("valid", "a second before the policy begins", moved(first - SECOND));
    made.add("valid", "when the policy has ended", moved(last));
    made.add("valid", "until the policy has ended", |s| s.last = Some(last));
    made.add("valid", "no time", |s| (s.first, s.last) = (None, None));
    if !made.asks("window") {
        return;
    }
    let open = intervals(policy, made.row.groups.as_deref().unwrap_or_default());
    let Some(own) = made.row.first.and_then(|t| open.iter().find(|window| window.holds(t))).copied() else { return };
    let outside = |time: i64| !open.iter().any(|window| window.holds(time));
    let noon = own.start - own.start.rem_euclid(DAY) + DAY / 2;
    let mut times = vec![
        ("a second before the window".to_owned(), own.start - SECOND),
        ("at the window's end".to_owned(), own.end),
        ("at noon".to_owned(), noon),
        ("a day later at noon".to_owned(), noon + DAY),
    ];
    // By the clock of the other season, whether or not it changes while the policy is valid.
    for shift in seasons(policy) {
        times.push(("by the clock of the other season".to_owned(), own.start - shift));
        times.push(("by the clock of the other season, at the end".to_owned(), own.end - SECOND + shift));
    }
    for (change, shift) in changes(policy, from, until) {
        let when = at(change);
        let day = change.format("%Y-%m-%d");
        let before = open.iter().rev().find(|window| window.end <= when);
        let across = open.iter().find(|window| window.start < when && when < window.end);
        let after = open.iter().find(|window| window.start >= when);
        for Open { start, end, .. } in [before, across, after].into_iter().flatten().copied() {
            times.push((format!("a second before the window at the change of the clock on {day}"), start - SECOND));
            times.push((format!("at the end of the window at the change of the clock on {day}"), end));
            // By the clock of the other season.
            times.push((format!("by the clock before the change on {day}"), start - shift));
            times.push((format!("by the clock before the change on {day}, at the end"), end - SECOND - shift));
            times.push((format!("by the clock after the change on {day}"), start + shift));
            times.push((format!("by the clock after the change on {day}, at the end"), end - SECOND + shift));
        }
    }
    for (what, time) in times {
        if outside(time) {
            made.add("window", what, moved(time));
        }
    }
    made.add("window", "until the window has ended", |s| s.last = Some(own.end));
    if own.close < own.end && !open.iter().any(|window| (window.start..window.close).contains(&own.close)) {
        made.add("window", "begun in the grace", |s| {
            (s.first, s.started) = (Some(own.close), Some(own.close));
            s.last = s.last.map(|_| own.close);
        });
    }
    made.add("window", "into the next day", |s| s.last = s.first.map(|t| t + DAY));
    made.add("window", "no time", |s| (s.first, s.last) = (None, None));
}

fn zones(policy: &Policy) -> Vec<Tz> {
    let mut zones: Vec<Tz> = policy.must.window.iter().flatten().filter_map(|w| w.zone.parse().ok()).collect();
    zones.sort_unstable_by_key(|zone| zone.name());
    zones.dedup();
    zones
}

/// Seconds by which a zone's clock is ahead.
fn offset_of(zone: Tz, time: DateTime<Utc>) -> i64 {
    i64::from(zone.offset_from_utc_datetime(&time.naive_utc()).fix().local_minus_utc())
}

/// How far the two clocks of a zone are apart, in ticks, of the windows' zones that have two in the policy's year.
fn seasons(policy: &Policy) -> Vec<i64> {
    let Some((from, _)) = policy.span() else { return Vec::new() };
    let apart = |zone: Tz| {
        let offsets = || (0..12).map(|month| offset_of(zone, from + Duration::days(30 * month)));
        Some((offsets().max()? - offsets().min()?) * SECOND)
    };
    let mut all: Vec<i64> = zones(policy).into_iter().filter_map(apart).filter(|shift| *shift > 0).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// When the clocks of the windows' zones are set, and by how much.
fn changes(policy: &Policy, from: DateTime<Utc>, until: DateTime<Utc>) -> Vec<(DateTime<Utc>, i64)> {
    let mut all = Vec::new();
    for zone in zones(policy) {
        let offset = |time| offset_of(zone, time);
        let mut time = from;
        // A policy holds for a year at most.
        for _ in 0..400 {
            let next = time + Duration::days(1);
            if next > until {
                break;
            }
            if offset(next) != offset(time) {
                let (mut low, mut high) = (time, next);
                while high - low > Duration::seconds(1) {
                    let middle = low + (high - low) / 2;
                    if offset(middle) == offset(time) { low = middle } else { high = middle }
                }
                all.push((high, (offset(next) - offset(time)) * SECOND));
            }
            time = next;
        }
    }
    all
}
