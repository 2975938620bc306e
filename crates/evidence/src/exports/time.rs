//! Times as exports write them: ISO 8601, the portal's local renderings, epochs.

use chrono::{NaiveDate, NaiveTime, TimeZone};
use chrono_tz::Tz;
use model::ticks::{self, DAY, HOUR, MINUTE, SECOND};

/// What a time without a zone of its own means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Zone {
    /// A fixed distance from UTC, in ticks. 0 is UTC: what Log Analytics stores.
    Offset(i64),
    Named(Tz),
    /// A local time of a place that nobody named.
    Unknown,
}

/// How a time was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Time {
    Ticks(i64),
    /// A time, but of an unknown zone.
    Local,
    Bad,
}

/// How times of a column are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimeStyle {
    pub(crate) zone: Zone,
    /// `28/2/2023` instead of `2/28/2023`.
    pub(crate) day_first: bool,
}

impl TimeStyle {
    pub(crate) const UTC: Self = Self { zone: Zone::Offset(0), day_first: false };

    pub(crate) fn parse(self, text: &str) -> Time {
        let text = text.trim();
        let bytes = text.as_bytes();
        if bytes.len() >= 10 && bytes[4] == b'-' {
            return self.iso(text);
        }
        if bytes.first().is_some_and(u8::is_ascii_digit) {
            if bytes.iter().all(|b| b.is_ascii_digit() || *b == b'.') && bytes.iter().filter(|b| **b == b'.').count() < 2 {
                return text.parse().ok().and_then(epoch).map_or(Time::Bad, Time::Ticks);
            }
            return self.numeric(text).unwrap_or(Time::Bad);
        }
        if let Some(millis) = text.strip_prefix("/Date(").and_then(|t| t.strip_suffix(")/")) {
            return millis.parse::<f64>().ok().and_then(|ms| ticks::from_unix_seconds(ms / 1000.0)).map_or(Time::Bad, Time::Ticks);
        }
        self.month_name(text).unwrap_or(Time::Bad)
    }

    fn iso(self, text: &str) -> Time {
        let text = text.strip_suffix(" UTC").unwrap_or(text);
        let Some(at) = ticks::parse_iso(text) else { return Time::Bad };
        let zoned = text.as_bytes().iter().skip(11).any(|b| matches!(b, b'Z' | b'z' | b'+' | b'-'));
        if zoned { Time::Ticks(at) } else { self.localize(at) }
    }

    /// `2/28/2023 8:15:27 AM`, `8/9/2023, 2:24:24.550 PM`, `7/8/2019 16:08`, `28.02.2023 08:15`, `2023/02/28 08:15`.
    fn numeric(self, text: &str) -> Option<Time> {
        let end = text.find([' ', ',', 'T']).unwrap_or(text.len());
        let (date, rest) = (text.get(..end)?, text.get(end..)?);
        let separator = date.chars().find(|c| !c.is_ascii_digit())?;
        if !matches!(separator, '/' | '.' | '-') {
            return None;
        }
        let mut parts = date.split(separator);
        let (a, b, c) = (number(parts.next()?)?, number(parts.next()?)?, number(parts.next()?)?);
        if parts.next().is_some() {
            return None;
        }
        let (year, month, day) = match () {
            () if a > 31 => (a, b, c),
            () if self.day_first || separator == '.' => (c, b, a),
            () => (c, a, b),
        };
        self.with_clock(year, month, day, rest)
    }

    /// `Feb 28, 2023 8:15:27.123 AM`.
    fn month_name(self, text: &str) -> Option<Time> {
        let month = month(text.get(..3)?)?;
        let mut words = text.splitn(4, [' ', '\u{a0}']);
        words.next()?;
        let day = number(words.next()?.trim_end_matches(','))?;
        let year = number(words.next()?.trim_end_matches(','))?;
        self.with_clock(year, month, day, words.next().unwrap_or_default())
    }

    fn with_clock(self, year: u32, month: u32, day: u32, rest: &str) -> Option<Time> {
        let midnight = ticks::from_parts(i64::from(full_year(year)), month, day, 0, 0, 0, 0)?;
        let rest = rest.trim_start_matches([',', ' ', 'T', '\u{a0}', '\u{202f}']).trim_end();
        if rest.is_empty() {
            return Some(self.localize(midnight));
        }
        let (clock, zoned) = match rest.strip_suffix('Z').or_else(|| rest.strip_suffix(" UTC")) {
            Some(clock) => (clock, true),
            None => (rest, false),
        };
        let at = midnight + clock_ticks(clock)?;
        Some(if zoned { Time::Ticks(at) } else { self.localize(at) })
    }

    fn localize(self, at: i64) -> Time {
        match self.zone {
            Zone::Offset(offset) => Time::Ticks(at - offset),
            Zone::Unknown => Time::Local,
            Zone::Named(tz) => in_zone(at, tz).map_or(Time::Bad, Time::Ticks),
        }
    }
}

/// UTC ticks of a local time; the earlier of two where clocks went back, `None` where they jumped over it.
pub(crate) fn in_zone(local: i64, tz: Tz) -> Option<i64> {
    let (year, month, day) = ticks::civil(local);
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    let seconds = u32::try_from(local.rem_euclid(DAY) / SECOND).ok()?;
    let naive = date.and_time(NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0)?);
    let utc = tz.from_local_datetime(&naive).earliest()?.timestamp();
    Some(ticks::UNIX_EPOCH + utc * SECOND + local.rem_euclid(SECOND))
}

/// Ticks of an epoch in seconds, milliseconds, microseconds or nanoseconds; which, its size tells.
pub(crate) fn epoch(value: f64) -> Option<i64> {
    let magnitude = value.abs();
    let scale = match () {
        () if magnitude < 1e11 => 1.0,
        () if magnitude < 1e14 => 1e3,
        () if magnitude < 1e17 => 1e6,
        () => 1e9,
    };
    ticks::from_unix_seconds(value / scale)
}

/// The month of an English three-letter name.
pub(crate) fn month(name: &str) -> Option<u32> {
    const NAMES: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    NAMES.iter().zip(1..).find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, month)| month)
}

/// `8:15:27.123 AM`, `16:08`.
pub(crate) fn clock_ticks(text: &str) -> Option<i64> {
    let lower = text.trim();
    let half = |suffix: &str| {
        let cut = lower.len().checked_sub(suffix.len())?;
        lower.get(cut..)?.eq_ignore_ascii_case(suffix).then(|| lower.get(..cut))?
    };
    let (clock, afternoon) = match (half("AM"), half("PM")) {
        (Some(clock), _) => (clock, Some(false)),
        (_, Some(clock)) => (clock, Some(true)),
        _ => (lower, None),
    };
    let mut parts = clock.trim_end_matches([' ', '\u{a0}', '\u{202f}']).split(':');
    let (hour, minute) = (number(parts.next()?)?, number(parts.next()?)?);
    let (second, fraction) = match parts.next() {
        None => (0, 0),
        Some(text) => match text.split_once(['.', ',']) {
            None => (number(text)?, 0),
            Some((whole, digits)) => (number(whole)?, fraction(digits)?),
        },
    };
    let hour = match afternoon {
        None if hour < 24 => hour,
        Some(pm) if (1..=12).contains(&hour) => hour % 12 + if pm { 12 } else { 0 },
        _ => return None,
    };
    (parts.next().is_none() && minute < 60 && second < 60)
        .then(|| i64::from(hour) * HOUR + i64::from(minute) * MINUTE + i64::from(second) * SECOND + fraction)
}

/// Ticks of the digits behind a decimal point; finer ones are cut off.
pub(crate) fn fraction(digits: &str) -> Option<i64> {
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut scale = SECOND;
    Some(digits.bytes().take(7).fold(0, |sum, d| {
        scale /= 10;
        sum + i64::from(d - b'0') * scale
    }))
}

/// The zone that a column's header names: `UTC`, `Local Time`, `UTC+01:00`, `Europe/Berlin`.
pub(crate) fn header_zone(label: &str, local: Option<Tz>) -> Zone {
    let label = label.trim();
    if label.eq_ignore_ascii_case("utc") {
        return Zone::Offset(0);
    }
    if let Some(offset) = ["UTC", "GMT"].iter().find_map(|p| label.strip_prefix(p)).and_then(offset) {
        return Zone::Offset(offset);
    }
    match label.parse::<Tz>().ok().or(local) {
        Some(tz) => Zone::Named(tz),
        None => Zone::Unknown,
    }
}

fn offset(text: &str) -> Option<i64> {
    let text = text.trim();
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits = text.strip_prefix(['+', '-'])?;
    let (hours, minutes) = digits.split_once(':').unwrap_or((digits, "0"));
    Some(sign * (i64::from(number(hours)?) * HOUR + i64::from(number(minutes)?) * MINUTE))
}

/// Ticks of `d.hh:mm:ss.fffffff` or `PT1H2M3.5S`.
pub(crate) fn timespan(text: &str) -> Option<i64> {
    let text = text.trim();
    let (negative, body) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let amount = if body.starts_with('P') { iso_duration(body)? } else { clock_span(body)? };
    Some(if negative { -amount } else { amount })
}

fn clock_span(body: &str) -> Option<i64> {
    let (clock, days) = match body.split_once('.') {
        Some((days, clock)) if !days.contains(':') && clock.contains(':') => (clock, i64::from(number(days)?)),
        _ => (body, 0),
    };
    if !clock.contains(':') {
        return None;
    }
    days.checked_mul(DAY)?.checked_add(clock_ticks(clock)?)
}

fn iso_duration(body: &str) -> Option<i64> {
    let (mut total, mut digits, mut in_time) = (0f64, String::new(), false);
    for c in body.chars().skip(1) {
        let unit = match c {
            '0'..='9' | '.' => {
                digits.push(c);
                continue;
            }
            'T' => {
                in_time = true;
                continue;
            }
            'D' => DAY,
            'H' => HOUR,
            'M' if in_time => MINUTE,
            'S' => SECOND,
            _ => return None,
        };
        total += digits.parse::<f64>().ok()? * unit as f64;
        digits.clear();
    }
    (digits.is_empty() && body.len() > 2 && total < i64::MAX as f64).then_some(total.round() as i64)
}

fn full_year(year: u32) -> u32 {
    match year {
        0..=69 => year + 2000,
        70..=99 => year + 1900,
        _ => year,
    }
}

fn number(text: &str) -> Option<u32> {
    (!text.is_empty() && text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks_of(style: TimeStyle, text: &str) -> String {
        match style.parse(text) {
            Time::Ticks(at) => ticks::iso_short(at),
            Time::Local => "local".into(),
            Time::Bad => "bad".into(),
        }
    }

    #[test]
    fn the_zoo_of_times() {
        let berlin = TimeStyle { zone: Zone::Named(Tz::Europe__Berlin), day_first: false };
        let unknown = TimeStyle { zone: Zone::Unknown, day_first: false };
        let day_first = TimeStyle { day_first: true, ..TimeStyle::UTC };
        for (style, text, expected) in [
            (TimeStyle::UTC, "2/28/2023 8:15:27 AM", "2023-02-28T08:15:27Z"),
            (TimeStyle::UTC, "8/9/2023, 2:24:24.550 PM", "2023-08-09T14:24:24.55Z"),
            (TimeStyle::UTC, "8/9/2023, 2:24:24.550\u{202f}PM", "2023-08-09T14:24:24.55Z"),
            (TimeStyle::UTC, "7/8/2019 16:08", "2019-07-08T16:08:00Z"),
            (TimeStyle::UTC, "12/31/2023, 12:00:00.000 AM", "2023-12-31T00:00:00Z"),
            (TimeStyle::UTC, "12/31/2023, 12:30 PM", "2023-12-31T12:30:00Z"),
            (TimeStyle::UTC, "6/28/2021", "2021-06-28T00:00:00Z"),
            (TimeStyle::UTC, "28.02.2023 08:15:27", "2023-02-28T08:15:27Z"),
            (TimeStyle::UTC, "2023/02/28 08:15:27", "2023-02-28T08:15:27Z"),
            (TimeStyle::UTC, "Feb 28, 2023 8:15:27.123 AM", "2023-02-28T08:15:27.123Z"),
            (TimeStyle::UTC, "2019-01-15 05:24:24.010", "2019-01-15T05:24:24.01Z"),
            (TimeStyle::UTC, "2021-06-23 03:08:14.159814200+00:00", "2021-06-23T03:08:14.1598142Z"),
            (TimeStyle::UTC, "2021-04-01 05:04:58.000000 ", "2021-04-01T05:04:58Z"),
            (TimeStyle::UTC, "2021-04-01 05:04:58 UTC", "2021-04-01T05:04:58Z"),
            (TimeStyle::UTC, "1678936138", "2023-03-16T03:08:58Z"),
            (TimeStyle::UTC, "1678936138500", "2023-03-16T03:08:58.5Z"),
            (TimeStyle::UTC, "/Date(1678936138500)/", "2023-03-16T03:08:58.5Z"),
            (day_first, "8/7/2019 16:08", "2019-07-08T16:08:00Z"),
            (berlin, "8/9/2023, 2:24:24.550 PM", "2023-08-09T12:24:24.55Z"),
            (berlin, "2023-08-09T12:24:24Z", "2023-08-09T12:24:24Z"),
            (berlin, "3/26/2023, 2:30:00 AM", "bad"),
            (unknown, "8/9/2023, 2:24:24.550 PM", "local"),
            (unknown, "2023-08-09T12:24:24+01:00", "2023-08-09T11:24:24Z"),
            (unknown, "rubbish", "bad"),
            (TimeStyle::UTC, "", "bad"),
            (TimeStyle::UTC, "13/31/2023 1:00 AM", "bad"),
            (TimeStyle::UTC, "2/28/2023 13:15:27 AM", "bad"),
            (TimeStyle::UTC, "2/28/2023 8:15:27 AM oops", "bad"),
            (TimeStyle::UTC, "1/2/3/4", "bad"),
            (TimeStyle::UTC, "é/2/3", "bad"),
        ] {
            assert_eq!(ticks_of(style, text), expected, "{text}");
        }
    }

    #[test]
    fn zones_of_headers() {
        for (label, local, expected) in [
            ("UTC", None, Zone::Offset(0)),
            ("Local Time", None, Zone::Unknown),
            ("Local Time", Some(Tz::Europe__Berlin), Zone::Named(Tz::Europe__Berlin)),
            ("UTC+01:00", None, Zone::Offset(HOUR)),
            ("UTC-5", None, Zone::Offset(-5 * HOUR)),
            ("America/New_York", None, Zone::Named(Tz::America__New_York)),
        ] {
            assert_eq!(header_zone(label, local), expected, "{label}");
        }
    }

    #[test]
    fn spans() {
        for (text, expected) in [
            ("1.02:03:04.5", Some(DAY + 2 * HOUR + 3 * MINUTE + 4 * SECOND + SECOND / 2)),
            ("-00:00:01", Some(-SECOND)),
            ("PT1H30M", Some(HOUR + 30 * MINUTE)),
            ("PT0.5S", Some(SECOND / 2)),
            ("5", None),
            ("P", None),
            ("99:00:00", None),
        ] {
            assert_eq!(timespan(text), expected, "{text}");
        }
    }
}
