//! Windows over midnight, over changes of the clock, over changes of a zone's rules.

use super::*;

fn weekly_in(zone: &str, days: &[&str], from: &str, to: &str) -> Window {
    let days = days.iter().map(|d| (*d).to_owned()).collect();
    Window { zone: zone.to_owned(), days, from: from.to_owned(), to: to.to_owned(), ..Window::default() }
}

fn daily(zone: &str, from: &str, to: &str) -> Window {
    weekly_in(zone, &["mon", "tue", "wed", "thu", "fri", "sat", "sun"], from, to)
}

fn cron_in(zone: &str, cron: &str, minutes: u32) -> Window {
    Window { zone: zone.to_owned(), cron: cron.to_owned(), minutes, ..Window::default() }
}

/// The intervals that begin between two moments in UTC, as `11-18 02:00/04:00`.
fn shown(window: &Window, first: &str, last: &str) -> Vec<String> {
    let time = |text: &str| format!("{text}:00Z").parse::<DateTime<Utc>>().unwrap();
    let found = window.intervals(time(first), time(last)).unwrap();
    let day = |a: DateTime<Utc>, b: DateTime<Utc>| if a.date_naive() == b.date_naive() { "%H:%M" } else { "%m-%d %H:%M" };
    found
        .into_iter()
        .map(|Interval { start, end, .. }| format!("{}/{}", start.format("%m-%d %H:%M"), end.format(day(start, end))))
        .collect()
}

#[test]
fn both_changes_of_daylight_saving() {
    let berlin = daily("Europe/Berlin", "03:00", "05:00");
    assert_eq!(shown(&berlin, "2026-11-18T00:00", "2026-11-19T00:00"), ["11-18 02:00/04:00"]);
    assert_eq!(shown(&berlin, "2026-07-15T00:00", "2026-07-16T00:00"), ["07-15 01:00/03:00"]);
    // 02:15 to 03:45: on 29 March three quarters of it exist, on 25 October an hour comes twice.
    let night = daily("Europe/Berlin", "02:15", "03:45");
    assert_eq!(shown(&night, "2026-03-28T12:00", "2026-03-30T12:00"), ["03-29 01:00/01:45", "03-30 00:15/01:45"]);
    assert_eq!(shown(&night, "2026-10-24T12:00", "2026-10-26T12:00"), ["10-25 00:15/02:45", "10-26 01:15/02:45"]);
    // Wholly within what is skipped: nothing of it is on the clock.
    assert_eq!(shown(&daily("Europe/Berlin", "02:30", "02:45"), "2026-03-29T00:00", "2026-03-29T12:00"), Vec::<String>::new());
    // A job of that time is run as soon as there is a time again.
    assert_eq!(shown(&cron_in("Europe/Berlin", "30 2 * * *", 30), "2026-03-29T00:00", "2026-03-29T12:00"), ["03-29 01:00/01:30"]);
    assert_eq!(shown(&cron_in("Europe/Berlin", "30 2 * * *", 30), "2026-10-25T00:00", "2026-10-25T12:00"), ["10-25 00:30/02:00"]);
    // Lord Howe's clock changes by half an hour: 02:00 becomes 02:30 on 4 October 2026, and 01:30 to 02:00 come twice on 5 April.
    let howe = daily("Australia/Lord_Howe", "01:45", "02:15");
    assert_eq!(shown(&howe, "2026-10-03T12:00", "2026-10-04T12:00"), ["10-03 15:15/15:30"]);
    assert_eq!(shown(&howe, "2026-04-04T12:00", "2026-04-05T12:00"), ["04-04 14:45/15:45"]);
}

#[test]
fn over_midnight_and_over_a_leap_day() {
    let ny = weekly_in("America/New_York", &["sat"], "22:00", "24:00");
    assert_eq!(shown(&ny, "2026-11-20T00:00", "2026-11-23T00:00"), ["11-22 03:00/05:00"]);
    let over = weekly_in("UTC", &["sat"], "23:00", "01:00");
    assert_eq!(shown(&over, "2026-11-20T00:00", "2026-11-23T00:00"), ["11-21 23:00/11-22 01:00"]);
    let leap = daily("UTC", "23:30", "00:30");
    assert_eq!(shown(&leap, "2028-02-28T12:00", "2028-03-01T12:00"), ["02-28 23:30/02-29 00:30", "02-29 23:30/03-01 00:30"]);
    assert_eq!(shown(&cron_in("UTC", "0 0 29 2 *", 60), "2026-01-01T00:00", "2029-01-01T00:00"), ["02-29 00:00/01:00"]);
    // The same time twice is a whole day, and whole days are one interval.
    assert_eq!(shown(&daily("UTC", "08:00", "08:00"), "2026-11-18T00:00", "2026-11-20T00:00"), ["11-17 08:00/11-20 08:00"]);
}

#[test]
fn zones_that_changed_their_rules() {
    // Samoa had no 30 December 2011: it went from UTC-10 to UTC+14.
    let apia = daily("Pacific/Apia", "03:00", "05:00");
    assert_eq!(shown(&apia, "2011-12-29T12:00", "2011-12-31T00:00"), ["12-29 13:00/15:00", "12-30 13:00/15:00"]);
    assert_eq!(shown(&cron_in("Pacific/Apia", "0 3 30 12 *", 60), "2011-12-28T00:00", "2012-01-02T00:00"), Vec::<String>::new());
    // Turkey stayed on summer time in 2016.
    let istanbul = daily("Europe/Istanbul", "03:00", "05:00");
    assert_eq!(shown(&istanbul, "2015-12-01T00:00", "2015-12-01T12:00"), ["12-01 01:00/03:00"]);
    assert_eq!(shown(&istanbul, "2016-12-01T00:00", "2016-12-01T12:00"), ["12-01 00:00/02:00"]);
    // Morocco goes back an hour for Ramadan: 2026 from 15 February to 22 March.
    let casablanca = daily("Africa/Casablanca", "10:00", "11:00");
    assert_eq!(shown(&casablanca, "2026-02-14T00:00", "2026-02-16T00:00"), ["02-14 09:00/10:00", "02-15 10:00/11:00"]);
    assert_eq!(shown(&casablanca, "2026-03-21T00:00", "2026-03-23T00:00"), ["03-21 10:00/11:00", "03-22 09:00/10:00"]);
}

#[test]
fn grace_overlaps_and_edges() {
    let grace = Window { grace_minutes: 10, ..weekly_in("UTC", &["wed"], "03:00", "05:00") };
    assert_eq!(shown(&grace, "2026-11-18T00:00", "2026-11-19T00:00"), ["11-18 03:00/05:10"]);
    // It reaches into the time asked for by its grace alone; its end does not belong to it.
    assert_eq!(shown(&grace, "2026-11-18T05:09", "2026-11-19T00:00").len(), 1);
    assert_eq!(shown(&grace, "2026-11-18T05:10", "2026-11-19T00:00").len(), 0);
    assert_eq!(shown(&grace, "2026-11-17T00:00", "2026-11-18T03:00").len(), 0);
    // Windows are one where they touch without their grace: a run that begins in the grace of one and before the next begins in none.
    let hourly = Window { grace_minutes: 30, ..cron_in("UTC", "0 3-4 * * *", 45) };
    assert_eq!(shown(&hourly, "2026-11-18T00:00", "2026-11-19T00:00"), ["11-18 03:00/04:15", "11-18 04:00/05:15"]);
    // Half-hourly windows of an hour are one.
    assert_eq!(shown(&cron_in("UTC", "*/30 3-4 * * *", 60), "2026-11-18T00:00", "2026-11-19T00:00"), ["11-18 03:00/05:30"]);
    let rule = Window { zone: "Europe/Berlin".into(), rrule: "FREQ=WEEKLY;BYDAY=WE;BYHOUR=3".into(), minutes: 120, ..Window::default() };
    assert_eq!(shown(&rule, "2026-10-20T00:00", "2026-10-30T00:00"), ["10-21 01:00/03:00", "10-28 02:00/04:00"]);
}

#[test]
fn faults_are_named() {
    let bad = |window: Window, why: &str| assert!(window.check().unwrap_err().contains(why), "{window:?}: {:?}", window.check());
    bad(weekly_in("Europe/Atlantis", &["sat"], "22:00", "24:00"), "Atlantis");
    bad(weekly_in("UTC", &["someday"], "22:00", "24:00"), "someday");
    bad(weekly_in("UTC", &["sat"], "22:00", "24:01"), "24:01");
    bad(weekly_in("UTC", &[], "22:00", "24:00"), "days");
    bad(Window { minutes: 5, ..weekly_in("UTC", &["sat"], "22:00", "24:00") }, "minutes");
    bad(Window { grace_minutes: 2000, ..weekly_in("UTC", &["sat"], "22:00", "24:00") }, "grace");
    bad(cron_in("UTC", "0 3 * * *", 0), "minutes");
    bad(cron_in("UTC", "0 3 * *", 5), "five fields");
    bad(Window { cron: "0 3 * * *".into(), ..weekly_in("UTC", &["sat"], "22:00", "24:00") }, "one way");
    bad(Window { zone: "UTC".into(), ..Window::default() }, "needs `days`");
    let many = cron_in("UTC", "* * * * *", 1).intervals("2026-01-01T00:00:00Z".parse().unwrap(), "2026-02-01T00:00:00Z".parse().unwrap());
    assert!(many.unwrap_err().contains("20000"));
}

/// A run of the night in which a policy begins is in its window, unless the rule counts.
#[test]
fn a_rule_reaches_into_the_policys_begin() {
    let (from, until) = ("2026-11-18T00:30:00Z".parse().unwrap(), "2026-11-20T00:00:00Z".parse().unwrap());
    let starts = |rule: &str| -> Vec<String> {
        let window = Window { zone: "UTC".into(), rrule: rule.into(), minutes: 240, ..Window::default() };
        window.intervals(from, until).unwrap().into_iter().map(|i| i.start.format("%d %H").to_string()).collect()
    };
    assert_eq!(starts("FREQ=DAILY;BYHOUR=22;BYMINUTE=0"), ["17 22", "18 22", "19 22"]);
    assert_eq!(starts("FREQ=WEEKLY;BYDAY=TU,WE;BYHOUR=22;BYMINUTE=0"), ["17 22", "18 22"]);
    assert_eq!(starts("FREQ=MONTHLY;BYMONTHDAY=17;BYHOUR=22;BYMINUTE=0"), ["17 22"]);
    assert_eq!(starts("FREQ=DAILY;INTERVAL=2;BYHOUR=22;BYMINUTE=0"), ["18 22"]);
    assert_eq!(starts("FREQ=DAILY;COUNT=1;BYHOUR=22;BYMINUTE=0"), ["18 22"]);
}
