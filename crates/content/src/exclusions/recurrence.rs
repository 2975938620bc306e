//! When windows of `rrule` and `cron` begin, by the wall clock.
//!
//! Both libraries are asked in a zone without changes, as if the wall clock were UTC; what a zone does to a time of its clock is settled in one place,
//! [`super::windows`].

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use rrule::{Frequency, NWeekday, RRule, Tz, Unvalidated};

/// More intervals than that no policy may have: each is a row or two of a watchlist.
pub(super) const MAX_INTERVALS: usize = 20_000;

/// The beginnings in [first midnight, end); and those of up to `reach` days before of a rule that counts from nowhere.
pub(super) fn of_rrule(text: &str, first: NaiveDate, reach: u64, end: NaiveDateTime) -> Result<Vec<NaiveDateTime>, String> {
    let rule: RRule<Unvalidated> =
        text.trim().trim_start_matches("RRULE:").parse().map_err(|e| format!("`{text}` is not a rule of RFC 5545 ({e})"))?;
    if rule.get_until().is_some() {
        return Err(format!("`{text}` has an UNTIL: valid.until says when the policy ends"));
    }
    if matches!(rule.get_freq(), Frequency::Hourly | Frequency::Minutely | Frequency::Secondly) {
        return Err(format!("`{text}` recurs within a day: take FREQ=DAILY with BYHOUR and BYMINUTE"));
    }
    let counted = rule.get_by_weekday().iter().any(|day| matches!(day, NWeekday::Nth(..)));
    if counted && !matches!(rule.get_freq(), Frequency::Monthly | Frequency::Yearly) {
        return Err(format!("`{text}` counts a weekday, as 1MO, which RFC 5545 has for FREQ=MONTHLY and FREQ=YEARLY alone"));
    }
    let others = [rule.get_by_month_day().is_empty(), rule.get_by_year_day().is_empty(), rule.get_by_week_no().is_empty()];
    let clock = [rule.get_by_hour().is_empty(), rule.get_by_minute().is_empty(), rule.get_by_second().is_empty()];
    let alone = others.iter().chain(&clock).all(|empty| *empty) && rule.get_by_weekday().is_empty() && rule.get_by_month().is_empty();
    if alone && !rule.get_by_set_pos().is_empty() {
        return Err(format!("`{text}` has a BYSETPOS, and nothing of which it takes the positions"));
    }
    let first = if counts_from_its_start(&rule) { first } else { first.checked_sub_days(Days::new(reach)).unwrap_or(first) };
    let start = first.and_time(NaiveTime::MIN).and_utc().with_timezone(&Tz::UTC);
    let set = rule.build(start).map_err(|e| format!("`{text}` is not a rule of RFC 5545 ({e})"))?;
    let found = set.before(end.and_utc().with_timezone(&Tz::UTC)).all(MAX_INTERVALS as u16 + 1);
    if found.limited {
        return Err(too_many(text));
    }
    Ok(found.dates.into_iter().map(|time| time.naive_utc()).filter(|time| *time < end).collect())
}

/// Whether a rule says something else where it begins on another day: it has a COUNT or an INTERVAL, or takes a day from its begin.
fn counts_from_its_start(rule: &RRule<Unvalidated>) -> bool {
    let days = match rule.get_freq() {
        Frequency::Daily => true,
        Frequency::Weekly => !rule.get_by_weekday().is_empty(),
        Frequency::Monthly => !(rule.get_by_weekday().is_empty() && rule.get_by_month_day().is_empty()),
        _ => false,
    };
    !days || rule.get_count().is_some() || rule.get_interval() > 1
}

/// The beginnings in [from, end).
pub(super) fn of_cron(text: &str, from: NaiveDateTime, end: NaiveDateTime) -> Result<Vec<NaiveDateTime>, String> {
    let cron = cron(text)?;
    let mut found = Vec::new();
    for time in cron.iter_from(from, croner::Direction::Forward) {
        if time >= end {
            break;
        }
        if found.len() == MAX_INTERVALS {
            return Err(too_many(text));
        }
        found.push(time);
    }
    Ok(found)
}

fn cron(text: &str) -> Result<Cron, String> {
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    parser.parse(text.trim()).map_err(|e| format!("`{text}` is not a cron line of five fields ({e})"))
}

pub(super) fn too_many(text: &str) -> String {
    format!("`{text}` makes more than {MAX_INTERVALS} intervals over the policy's validity")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rrule(text: &str, first: &str, end: &str) -> Result<Vec<String>, String> {
        let found = of_rrule(text, first.parse().unwrap(), 0, end.parse().unwrap())?;
        Ok(found.into_iter().map(|t| t.format("%Y-%m-%d %H:%M").to_string()).collect())
    }

    #[test]
    fn rules_of_calendars() {
        assert_eq!(
            rrule("FREQ=MONTHLY;BYDAY=1SA;BYHOUR=22;BYMINUTE=0", "2026-11-01", "2027-02-01T00:00:00").unwrap(),
            ["2026-11-07 22:00", "2026-12-05 22:00", "2027-01-02 22:00"]
        );
        assert_eq!(
            rrule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2025-01-01", "2033-01-01T00:00:00").unwrap(),
            ["2028-02-29 00:00", "2032-02-29 00:00"]
        );
        assert_eq!(
            rrule("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;COUNT=2", "2026-11-18", "2027-01-01T00:00:00").unwrap(),
            ["2026-11-30 00:00", "2026-12-14 00:00"]
        );
        // A day that no year has ends as well.
        assert!(rrule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "2025-01-01", "2033-01-01T00:00:00").is_ok_and(|days| days.is_empty()));
        for (bad, why) in [
            ("FREQ=HOURLY", "within a day"),
            ("FREQ=WEEKLY;BYDAY=1MO", "counts a weekday"),
            ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS"),
            ("FREQ=DAILY;UNTIL=20270101T000000Z", "UNTIL"),
            ("every day", "5545"),
            ("", "5545"),
        ] {
            assert!(rrule(bad, "2026-01-01", "2027-01-01T00:00:00").unwrap_err().contains(why), "{bad}");
        }
        let all = (0..60).map(|m| m.to_string()).collect::<Vec<_>>().join(",");
        let hours = (0..24).map(|m| m.to_string()).collect::<Vec<_>>().join(",");
        let dense = format!("FREQ=DAILY;BYHOUR={hours};BYMINUTE={all}");
        assert!(rrule(&dense, "2026-01-01", "2027-01-01T00:00:00").unwrap_err().contains("20000"));
    }

    #[test]
    fn lines_of_cron() {
        let found = |text: &str| {
            let found = of_cron(text, "2026-11-20T00:00:00".parse().unwrap(), "2026-11-24T00:00:00".parse().unwrap())?;
            Ok::<_, String>(found.into_iter().map(|t| t.format("%a %H:%M").to_string()).collect::<Vec<_>>())
        };
        assert_eq!(found("0 3 * * 1-5").unwrap(), ["Fri 03:00", "Mon 03:00"]);
        assert_eq!(found("30 22 * * 0").unwrap(), ["Sun 22:30"]);
        assert_eq!(found("30 22 * * 7").unwrap(), ["Sun 22:30"]);
        for bad in ["0 0 3 * * 1-5", "61 * * * *", "* * *", "", "@never"] {
            assert!(found(bad).unwrap_err().contains("cron line"), "{bad}");
        }
        let years = of_cron("* * * * *", "2026-01-01T00:00:00".parse().unwrap(), "2027-01-01T00:00:00".parse().unwrap());
        assert!(years.unwrap_err().contains("20000"));
    }
}
