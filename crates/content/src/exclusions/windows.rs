//! Weekly windows in a zone, as intervals in UTC: daylight saving is settled once, here.

use super::policy::Window;
use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, NaiveTime, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

/// Start and end, in UTC; the end does not belong to it.
pub(super) type Interval = (DateTime<Utc>, DateTime<Utc>);

impl Window {
    pub(super) fn check(&self) -> Result<(), String> {
        self.zone()?;
        self.weekdays()?;
        clock(&self.from)?;
        clock(&self.to)?;
        Ok(())
    }

    fn zone(&self) -> Result<Tz, String> {
        self.zone.parse().map_err(|_| format!("`{}` is not an IANA time zone", self.zone))
    }

    fn weekdays(&self) -> Result<Vec<Weekday>, String> {
        if self.days.is_empty() {
            return Err("a window needs days".to_owned());
        }
        self.days.iter().map(|d| d.parse().map_err(|_| format!("`{d}` is not a day (mon … sun)"))).collect()
    }

    /// The intervals that begin on days from `first` to `last`, in UTC, end excluded. A time that a zone skips is taken as the
    /// first that exists after it; one that comes twice is taken so that the interval is the longer one.
    pub(super) fn intervals(&self, first: NaiveDate, last: NaiveDate) -> Result<Vec<Interval>, String> {
        let (zone, days) = (self.zone()?, self.weekdays()?);
        let (from, to) = (clock(&self.from)?, clock(&self.to)?);
        let grace = Duration::minutes(i64::from(self.grace_minutes));
        let mut intervals = Vec::new();
        let mut day = first;
        while day <= last {
            if days.contains(&day.weekday()) {
                let end_day = if to <= from { day.checked_add_days(Days::new(1)) } else { Some(day) };
                if let (Some(start), Some(end)) = (moment(zone, day, from, false), end_day.and_then(|d| moment(zone, d, to, true))) {
                    intervals.push((start, end + grace));
                }
            }
            let Some(next) = day.checked_add_days(Days::new(1)) else { break };
            day = next;
        }
        Ok(intervals)
    }
}

/// Minutes of the day of `03:00`; `24:00` is 1440.
fn clock(text: &str) -> Result<u32, String> {
    let parsed = text.split_once(':').and_then(|(h, m)| Some((h.parse::<u32>().ok()?, m.parse::<u32>().ok()?)));
    match parsed {
        Some((hour, minute)) if minute < 60 && (hour < 24 || (hour, minute) == (24, 0)) => Ok(hour * 60 + minute),
        _ => Err(format!("`{text}` is not a time of day as 03:00")),
    }
}

fn moment(zone: Tz, day: NaiveDate, minutes: u32, latest: bool) -> Option<DateTime<Utc>> {
    let day = day.checked_add_days(Days::new(u64::from(minutes / 1440)))?;
    let local = day.and_time(NaiveTime::from_num_seconds_from_midnight_opt(minutes % 1440 * 60, 0)?);
    // No zone skips more than a day; a skipped time is looked for in steps of a quarter of an hour.
    (0..96)
        .find_map(|step| {
            let found = zone.from_local_datetime(&(local + Duration::minutes(15 * step)));
            if latest { found.latest() } else { found.earliest() }
        })
        .map(|time| time.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(zone: &str, days: &[&str], from: &str, to: &str) -> Window {
        let days = days.iter().map(|d| (*d).to_owned()).collect();
        Window { zone: zone.to_owned(), days, from: from.to_owned(), to: to.to_owned(), ..Window::default() }
    }

    fn first(window: &Window, day: &str) -> (String, String) {
        let day = day.parse().unwrap();
        let (start, end) = window.intervals(day, day).unwrap()[0];
        (start.to_rfc3339(), end.to_rfc3339())
    }

    #[test]
    fn zones_and_both_changes_of_daylight_saving() {
        let berlin = window("Europe/Berlin", &["wed", "sun"], "03:00", "05:00");
        assert_eq!(first(&berlin, "2026-11-18"), ("2026-11-18T02:00:00+00:00".into(), "2026-11-18T04:00:00+00:00".into()));
        assert_eq!(first(&berlin, "2026-07-15"), ("2026-07-15T01:00:00+00:00".into(), "2026-07-15T03:00:00+00:00".into()));
        // 02:30 does not exist on 29 March; 02:30 comes twice on 25 October.
        let night = window("Europe/Berlin", &["sun"], "02:30", "02:45");
        assert_eq!(first(&night, "2026-03-29").0, "2026-03-29T01:00:00+00:00");
        assert_eq!(first(&night, "2026-10-25"), ("2026-10-25T00:30:00+00:00".into(), "2026-10-25T01:45:00+00:00".into()));
    }

    #[test]
    fn over_midnight_and_to_its_stroke() {
        let ny = window("America/New_York", &["sat"], "22:00", "24:00");
        assert_eq!(first(&ny, "2026-11-21"), ("2026-11-22T03:00:00+00:00".into(), "2026-11-22T05:00:00+00:00".into()));
        let over = window("UTC", &["sat"], "23:00", "01:00");
        assert_eq!(first(&over, "2026-11-21"), ("2026-11-21T23:00:00+00:00".into(), "2026-11-22T01:00:00+00:00".into()));
    }

    #[test]
    fn faults_are_named() {
        assert!(window("Europe/Atlantis", &["sat"], "22:00", "24:00").check().unwrap_err().contains("Atlantis"));
        assert!(window("UTC", &["someday"], "22:00", "24:00").check().unwrap_err().contains("someday"));
        assert!(window("UTC", &["sat"], "22:00", "24:01").check().unwrap_err().contains("24:01"));
    }
}
