//! Windows in a zone, as intervals in UTC: daylight saving is settled once, here.
//!
//! A time that a zone skips is taken as the first that exists after it, if the zone skips less than three hours; as cron does, a whole day that a zone skips is not made
//! up for. A time that comes twice is taken so that the interval is the longer one.

use super::policy::Window;
use super::recurrence::{self, MAX_INTERVALS, too_many};
use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

/// When a window is open, in UTC: a run begins in [start, close), and ends before `end`, which is so much later as the grace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interval {
    pub start: DateTime<Utc>,
    pub close: DateTime<Utc>,
    pub end: DateTime<Utc>,
}

/// Start and close.
type Span = (DateTime<Utc>, DateTime<Utc>);

/// A window of `rrule` or `cron` lasts a week at most.
const MOST_MINUTES: u32 = 7 * 24 * 60;
const MOST_GRACE: u16 = 24 * 60;
/// A change of the clock is shorter; what is longer is a change of the calendar.
const LONGEST_SKIP: i64 = 3 * 60;

/// How a window recurs.
enum Recurs<'a> {
    Weekly { days: Vec<Weekday>, from: u32, to: u32 },
    Rule(&'a str),
    Cron(&'a str),
}

impl Window {
    pub(super) fn check(&self) -> Result<(), String> {
        self.zone()?;
        if self.grace_minutes > MOST_GRACE {
            return Err(format!("grace_minutes is {}: a day (1440) is the most", self.grace_minutes));
        }
        let day = NaiveDate::default();
        match self.recurs()? {
            Recurs::Weekly { .. } => Ok(()),
            Recurs::Rule(text) => recurrence::of_rrule(text, day, 0, day.and_time(NaiveTime::MIN)).map(drop),
            Recurs::Cron(text) => recurrence::of_cron(text, day.and_time(NaiveTime::MIN), day.and_time(NaiveTime::MIN)).map(drop),
        }
    }

    fn zone(&self) -> Result<Tz, String> {
        if self.zone.trim().is_empty() {
            return Err("the window has no `zone`: its hours could be anybody's".to_owned());
        }
        self.zone.parse().map_err(|_| format!("`{}` is not an IANA time zone, as Europe/Berlin or UTC", self.zone))
    }

    fn recurs(&self) -> Result<Recurs<'_>, String> {
        let weekly = !self.days.is_empty() || !self.from.is_empty() || !self.to.is_empty();
        match (weekly, self.rrule.trim(), self.cron.trim()) {
            (true, "", "") if self.minutes > 0 => Err("`minutes` belongs to `rrule` or `cron`: a window of `days` ends at `to`".to_owned()),
            (true, "", "") => Ok(Recurs::Weekly { days: self.weekdays()?, from: clock("from", &self.from)?, to: clock("to", &self.to)? }),
            (false, rule, "") if !rule.is_empty() => self.lasts().map(|()| Recurs::Rule(rule)),
            (false, "", cron) if !cron.is_empty() => self.lasts().map(|()| Recurs::Cron(cron)),
            (false, "", "") => Err("a window needs `days` with `from` and `to`, or `rrule` or `cron` with `minutes`".to_owned()),
            _ => Err("a window recurs in one way: `days` with `from` and `to`, or `rrule`, or `cron`".to_owned()),
        }
    }

    fn lasts(&self) -> Result<(), String> {
        if (1..=MOST_MINUTES).contains(&self.minutes) {
            return Ok(());
        }
        Err(format!("a window of `rrule` or `cron` needs `minutes`, from 1 to {MOST_MINUTES} (a week)"))
    }

    fn weekdays(&self) -> Result<Vec<Weekday>, String> {
        if self.days.is_empty() {
            return Err("a window needs days (mon … sun)".to_owned());
        }
        self.days.iter().map(|d| d.parse().map_err(|_| format!("`{d}` is not a day (mon … sun)"))).collect()
    }

    /// The intervals that overlap [first, last), in their order, put together where they touch. `first` is the policy's begin: a rule of RFC 5545 that
    /// counts (COUNT, INTERVAL) does so from the midnight before it.
    pub fn intervals(&self, first: DateTime<Utc>, last: DateTime<Utc>) -> Result<Vec<Interval>, String> {
        let zone = self.zone()?;
        let grace = Duration::minutes(i64::from(self.grace_minutes));
        let wall = |time: DateTime<Utc>| time.with_timezone(&zone).naive_local();
        // What began up to so long before may reach into it; a day more, for what zones do.
        let reach = Duration::minutes(i64::from(self.minutes.max(2 * 24 * 60))) + grace + Duration::days(1);
        let early = wall(first).checked_sub_signed(reach).unwrap_or(wall(first));
        let end = wall(last).checked_add_signed(Duration::days(1)).unwrap_or(wall(last));
        let lasting = |starts: Vec<NaiveDateTime>| {
            let minutes = Duration::minutes(i64::from(self.minutes));
            starts.into_iter().filter_map(|s| Some((moment(zone, s, false)?, moment(zone, s, true)? + minutes))).collect()
        };
        let found: Vec<Span> = match self.recurs()? {
            Recurs::Weekly { days, from, to } => weekly(zone, &days, from, to, early.date(), end.date())?,
            Recurs::Rule(text) => lasting(recurrence::of_rrule(text, wall(first).date(), reach.num_days().unsigned_abs() + 1, end)?),
            Recurs::Cron(text) => lasting(recurrence::of_cron(text, early, end)?),
        };
        let mut intervals: Vec<Interval> = Vec::new();
        for (start, close) in found.into_iter().filter(|(start, close)| *start < last && *close + grace > first) {
            match intervals.last_mut() {
                Some(open) if start <= open.close => {
                    open.close = close.max(open.close);
                    open.end = open.close + grace;
                }
                _ => intervals.push(Interval { start, close, end: close + grace }),
            }
        }
        Ok(intervals)
    }
}

fn weekly(zone: Tz, days: &[Weekday], from: u32, to: u32, first: NaiveDate, last: NaiveDate) -> Result<Vec<Span>, String> {
    let mut intervals = Vec::new();
    for day in first.iter_days().take_while(|day| *day <= last).filter(|day| days.contains(&day.weekday())) {
        let end_day = if to <= from { day.checked_add_days(Days::new(1)) } else { Some(day) };
        let (Some(start), Some(end)) = (local(day, from), end_day.and_then(|d| local(d, to))) else { continue };
        // A window that lies wholly in a time that the zone skips is none.
        if let (Some(start), Some(end)) = (moment(zone, start, false), moment(zone, end, true))
            && start < end
        {
            intervals.push((start, end));
        }
        if intervals.len() > MAX_INTERVALS {
            return Err(too_many("days"));
        }
    }
    Ok(intervals)
}

/// Minutes of the day of `03:00`; `24:00` is 1440.
fn clock(key: &str, text: &str) -> Result<u32, String> {
    if text.trim().is_empty() {
        return Err(format!("the window has no `{key}`"));
    }
    let parsed = text.split_once(':').and_then(|(h, m)| Some((h.parse::<u32>().ok()?, m.parse::<u32>().ok()?)));
    match parsed {
        Some((hour, minute)) if minute < 60 && (hour < 24 || (hour, minute) == (24, 0)) => Ok(hour * 60 + minute),
        _ => Err(format!("`{text}` is not a time of day as 03:00")),
    }
}

fn local(day: NaiveDate, minutes: u32) -> Option<NaiveDateTime> {
    let day = day.checked_add_days(Days::new(u64::from(minutes / 1440)))?;
    Some(day.and_time(NaiveTime::from_num_seconds_from_midnight_opt(minutes % 1440 * 60, 0)?))
}

/// The moment of a wall clock's time.
fn moment(zone: Tz, local: NaiveDateTime, latest: bool) -> Option<DateTime<Utc>> {
    (0..=LONGEST_SKIP)
        .find_map(|minutes| {
            let found = zone.from_local_datetime(&local.checked_add_signed(Duration::minutes(minutes))?);
            if latest { found.latest() } else { found.earliest() }
        })
        .map(|time| time.with_timezone(&Utc))
}

#[cfg(test)]
#[path = "windows_tests.rs"]
mod tests;
