//! Hours that are hardly any: a window that is open nearly always is no fact of the defender's.

use super::super::fault::Faults;
use super::super::policy::{Policy, Window};
use super::super::windows::Interval;
use chrono::{DateTime, Duration, Utc};
use std::collections::BTreeSet;

/// So long a stretch is measured at once: every weekly and nearly every monthly rule comes round in it.
const STRETCH: i64 = 28;
/// A policy holds for less than that.
const MOST_STRETCHES: i32 = 24;
/// Of a hundred parts of a stretch.
const MOST_OPEN: i64 = 50;

impl Policy {
    /// Refuses windows that are open more than half of the time in any four weeks of the policy's validity.
    pub(super) fn check_hours(&self, faults: &mut Faults) {
        let (Some(windows), Some((from, until))) = (&self.must.window, self.span()) else { return };
        // A device of a group has the hours of that group and those of all.
        let groups: BTreeSet<&str> = windows.iter().map(|window| window.host_group.as_str()).collect();
        let most = groups.iter().filter_map(|group| openest(windows, group, from, until)).max();
        if let Some(open) = most.filter(|open| *open > MOST_OPEN) {
            let what = format!("the windows are open {open} % of the time, which is no limit: a fact that nearly always holds is none");
            let remedy = "name the hours of the approved activity, less than half of four weeks in all with their grace, or leave `window` out and add \
                          another fact of the defender";
            faults.add(&["must", "window"], "", what, remedy);
        }
    }
}

/// In how many of a hundred parts of the openest four weeks a device of the group has an open window. Windows that cannot be expanded are refused elsewhere.
fn openest(windows: &[Window], group: &str, from: DateTime<Utc>, until: DateTime<Utc>) -> Option<i64> {
    let stretch = Duration::days(STRETCH);
    // A policy of a few days is measured over four weeks as well: that it is short is no fault of its hours.
    let stretches =
        (0..MOST_STRETCHES).filter_map(|n| from.checked_add_signed(stretch * n)).take_while(|start| *start == from || *start < until);
    let last = stretches.clone().last()?.checked_add_signed(stretch)?;
    if let Some(all) = expanded(windows, group, from, last) {
        return stretches.filter_map(|start| share(&all, start, start.checked_add_signed(stretch)?)).max();
    }
    // So dense that four weeks are too many intervals: then the policy's own days.
    share(&expanded(windows, group, from, until)?, from, until)
}

fn expanded(windows: &[Window], group: &str, from: DateTime<Utc>, last: DateTime<Utc>) -> Option<Vec<Interval>> {
    let mut all: Vec<Interval> = Vec::new();
    for window in windows.iter().filter(|window| window.host_group.is_empty() || window.host_group == group) {
        all.extend(window.intervals(from, last).ok()?);
    }
    all.sort_unstable();
    Some(all)
}

/// Of a hundred parts of [first, last).
fn share(intervals: &[Interval], first: DateTime<Utc>, last: DateTime<Utc>) -> Option<i64> {
    (open(intervals, first, last).num_seconds() * 100).checked_div((last - first).num_seconds())
}

/// How long any of the intervals is open in [first, last). They are in the order of their starts, and may overlap.
fn open(intervals: &[Interval], first: DateTime<Utc>, last: DateTime<Utc>) -> Duration {
    let (mut sum, mut reached) = (Duration::zero(), first);
    for interval in intervals {
        let (start, end) = (interval.start.max(reached), interval.end.min(last));
        if start < end {
            sum += end - start;
            reached = end;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn most(windows: &str, until: &str) -> Option<i64> {
        let windows: Vec<Window> = serde_saphyr::from_str(windows).unwrap();
        let at = |day: &str| format!("{day}T00:00:00Z").parse().unwrap();
        let groups: BTreeSet<&str> = windows.iter().map(|window| window.host_group.as_str()).collect();
        groups.iter().filter_map(|group| openest(&windows, group, at("2026-11-18"), at(until))).max()
    }

    #[test]
    fn the_union_of_all_windows_of_a_group_counts_with_its_grace() {
        let week = "days: [mon, tue, wed, thu, fri, sat, sun]";
        for (windows, until, open) in [
            (format!("[{{zone: UTC, {week}, from: '00:00', to: '24:00'}}]"), "2027-02-18", 100),
            (format!("[{{zone: UTC, {week}, from: '03:00', to: '03:00'}}]"), "2027-02-18", 100),
            (format!("[{{zone: UTC, {week}, from: '00:00', to: '12:00'}}]"), "2027-02-18", 50),
            (format!("[{{zone: UTC, {week}, from: '00:00', to: '12:00', grace_minutes: 720}}]"), "2027-02-18", 100),
            (
                format!("[{{zone: UTC, {week}, from: '00:00', to: '08:00'}}, {{zone: UTC, {week}, from: '06:00', to: '18:00'}}]"),
                "2027-02-18",
                75,
            ),
            ("[{zone: UTC, cron: '0 3 * * 1', minutes: 10080}]".to_owned(), "2027-02-18", 100),
            ("[{zone: UTC, cron: '0 * * * *', minutes: 59}]".to_owned(), "2027-02-18", 98),
            // Each site has its own eight hours.
            (
                format!(
                    "[{{zone: UTC, {week}, from: '00:00', to: '08:00', host_group: a}}, {{zone: UTC, {week}, from: '08:00', to: '18:00', host_group: b}}]"
                ),
                "2027-02-18",
                41,
            ),
            // Closed in the first four weeks, open in January.
            ("[{zone: UTC, cron: '0 0 * 1 *', minutes: 1440}]".to_owned(), "2027-02-18", 67),
            ("[{zone: UTC, cron: '* * * * *', minutes: 1}]".to_owned(), "2026-11-26", 100),
            // A weekend that is open to its end; the policy lasts no longer.
            ("[{zone: UTC, days: [wed, thu], from: '00:00', to: '24:00'}]".to_owned(), "2026-11-20", 28),
        ] {
            assert_eq!(most(&windows, until), Some(open), "{windows}");
        }
        assert_eq!(most("[{zone: nowhere, days: [mon], from: '00:00', to: '24:00'}]", "2027-02-18"), None);
    }
}
