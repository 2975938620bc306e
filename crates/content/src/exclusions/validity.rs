//! From when to when a policy holds, to the second.

use super::fault::Faults;
use super::policy::Policy;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

impl Policy {
    /// The first moment, and the first one after it; `None` where valid.from or valid.until cannot be read.
    pub fn span(&self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        Some((moment(&self.valid.from, false)?, moment(&self.valid.until, true)?))
    }

    /// The moment from which the longest validity counts: the approval, else the policy's begin.
    pub(super) fn approval(&self) -> Option<DateTime<Utc>> {
        moment(self.approved.as_ref().unwrap_or(&self.valid.from), false)
    }

    pub(super) fn check_validity(&self, faults: &mut Faults) {
        const REMEDY: &str = "write a day as 2026-11-18, or a moment with its offset as 2026-11-18T08:00:00+01:00";
        for (key, text, last) in [("from", &self.valid.from, false), ("until", &self.valid.until, true)] {
            if text.trim().is_empty() {
                let what = format!("the policy has no end or no begin: valid.{key} is missing");
                faults.add(&["valid", key], "", what, REMEDY);
            } else if moment(text, last).is_none() {
                faults.add(&["valid", key], text, format!("valid.{key} `{text}` is neither a day nor a moment with an offset"), REMEDY);
            }
        }
        if let Some(approved) = self.approved.as_ref().filter(|text| moment(text, false).is_none()) {
            faults.add(&["approved"], approved, format!("approved `{approved}` is neither a day nor a moment with an offset"), REMEDY);
        }
        if self.span().is_some_and(|(from, until)| until <= from) {
            faults.add(
                &["valid", "until"],
                &self.valid.until,
                "valid.until lies before valid.from",
                "give the last day, at or after the first",
            );
        }
    }
}

/// A day is a day in UTC; as an end it means the first moment after it.
fn moment(text: &str, last: bool) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.with_timezone(&Utc));
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    // Chrono reads `26-11-18` as a year of the first century; nobody means that.
    let day = Some(day).filter(|_| text.len() == 10)?;
    let day = if last { day.checked_add_days(Days::new(1))? } else { day };
    Some(day.and_time(NaiveTime::MIN).and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: &str, until: &str) -> Option<(String, String)> {
        let mut policy = Policy::default();
        (policy.valid.from, policy.valid.until) = (from.to_owned(), until.to_owned());
        policy.span().map(|(a, b)| (a.to_rfc3339(), b.to_rfc3339()))
    }

    #[test]
    fn days_and_moments_to_the_second() {
        let of = |a: &str, b: &str| Some((format!("{a}+00:00"), format!("{b}+00:00")));
        assert_eq!(span("2026-11-18", "2026-11-18"), of("2026-11-18T00:00:00", "2026-11-19T00:00:00"));
        // The 29th of a leap year is the last day, and the next moment is in March.
        assert_eq!(span("2028-02-28", "2028-02-29"), of("2028-02-28T00:00:00", "2028-03-01T00:00:00"));
        assert_eq!(span("2026-11-18T08:00:01+01:00", "2026-11-18T23:59:59-05:00"), of("2026-11-18T07:00:01", "2026-11-19T04:59:59"));
        for bad in ["2026-02-29", "18.11.2026", "2026-11-18T08:00:00", "26-11-18", "", "tomorrow"] {
            assert_eq!(span(bad, "2030-01-01"), None, "{bad}");
        }
    }
}
