//! Ticks: 100 ns since 0001-01-01T00:00:00Z, as Kusto counts time.

/// Ticks in one second.
pub const SECOND: i64 = 10_000_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;
/// 1970-01-01T00:00:00Z.
pub const UNIX_EPOCH: i64 = 719_162 * DAY;
/// 9999-12-31T23:59:59.9999999Z, the last datetime.
pub const MAX: i64 = 3_155_378_975_999_999_999;

/// Ticks of a moment in nanoseconds since the Unix epoch. Finer digits are cut off.
pub fn from_unix_nanos(nanos: i64) -> i64 {
    UNIX_EPOCH + nanos.div_euclid(100)
}

/// Ticks of a moment in seconds since the Unix epoch; `None` outside the years 1 to 9999.
pub fn from_unix_seconds(seconds: f64) -> Option<i64> {
    if !seconds.is_finite() {
        return None;
    }
    let ticks = (seconds.trunc() as i64)
        .checked_mul(SECOND)?
        .checked_add(((seconds.fract()) * SECOND as f64).round() as i64)?
        .checked_add(UNIX_EPOCH)?;
    (0..=MAX).contains(&ticks).then_some(ticks)
}

/// Year, month (1–12) and day (1–31) of a moment (Howard Hinnant's `civil_from_days`).
pub fn civil(ticks: i64) -> (i64, u32, u32) {
    // Days since 0000-03-01.
    let z = ticks.div_euclid(DAY) + 306;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = (doy - (153 * mp + 2) / 5 + 1) as u32;
    let month = if mp < 10 { mp + 3 } else { mp - 9 } as u32;
    (yoe + era * 400 + i64::from(month <= 2), month, day)
}

/// Ticks of midnight of a date; the date is not checked (see [`from_parts`]).
pub fn from_date(year: i64, month: u32, day: u32) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let mp = i64::from((month + 9) % 12);
    let doy = (153 * mp + 2) / 5 + i64::from(day) - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    (era * 146_097 + doe - 306) * DAY
}

/// Days in a month.
pub fn days_in_month(year: i64, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Ticks of a date and a time of day; `None` where a part is out of its range.
/// `fraction` is in ticks (0 to 9,999,999).
pub fn from_parts(year: i64, month: u32, day: u32, hour: u32, minute: u32, second: u32, fraction: i64) -> Option<i64> {
    if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 59 || !(0..SECOND).contains(&fraction) {
        return None;
    }
    Some(from_date(year, month, day) + i64::from(hour) * HOUR + i64::from(minute) * MINUTE + i64::from(second) * SECOND + fraction)
}

/// `2026-11-18T02:05:00.0000000Z`, as Kusto's JSON writes a datetime.
pub fn iso(ticks: i64) -> String {
    let (year, month, day) = civil(ticks);
    let rest = ticks.rem_euclid(DAY);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:07}Z", rest / HOUR, rest / MINUTE % 60, rest / SECOND % 60, rest % SECOND)
}

/// [`iso`] with no more digits of the fraction than needed: `2026-11-18T02:05:00Z`, `2026-11-18T02:05:00.5Z`.
pub fn iso_short(ticks: i64) -> String {
    let full = iso(ticks);
    match ticks.rem_euclid(SECOND) {
        0 => full.replace(".0000000Z", "Z"),
        _ => format!("{}Z", full.trim_end_matches('Z').trim_end_matches('0')),
    }
}

/// Ticks of ISO 8601 text in UTC or with an offset (`2026-11-18`, `2026-11-18T02:05:00.123Z`, `2026-11-18 02:05+01:00`);
/// no zone means UTC. `None` for everything else.
pub fn parse_iso(text: &str) -> Option<i64> {
    let b = text.trim().as_bytes();
    let digits = |from: usize, to: usize| -> Option<u32> {
        let part = b.get(from..to)?;
        part.iter().all(u8::is_ascii_digit).then(|| part.iter().fold(0, |n, d| n * 10 + u32::from(d - b'0')))
    };
    let (year, month, day) = (digits(0, 4)?, digits(5, 7)?, digits(8, 10)?);
    if b[4] != b'-' || b[7] != b'-' {
        return None;
    }
    let midnight = from_parts(i64::from(year), month, day, 0, 0, 0, 0)?;
    if b.len() == 10 {
        return Some(midnight);
    }
    if !matches!(b[10], b'T' | b't' | b' ') || b.get(13) != Some(&b':') {
        return None;
    }
    let (hour, minute) = (digits(11, 13)?, digits(14, 16)?);
    let (mut at, mut second, mut fraction) = (16, 0, 0i64);
    if b.get(at) == Some(&b':') {
        second = digits(17, 19)?;
        at = 19;
        if matches!(b.get(at), Some(b'.' | b',')) {
            let start = at + 1;
            at = start;
            let mut scale = SECOND / 10;
            while let Some(d) = b.get(at).filter(|d| d.is_ascii_digit()) {
                fraction += i64::from(d - b'0') * scale;
                scale /= 10;
                at += 1;
            }
            if at == start {
                return None;
            }
        }
    }
    let ticks = from_parts(i64::from(year), month, day, hour, minute, second, fraction)?;
    let offset = match b.get(at) {
        None => 0,
        Some(b'Z' | b'z') if at + 1 == b.len() => 0,
        Some(sign @ (b'+' | b'-')) => {
            let (hours, minutes) = match b.len() - at {
                3 => (digits(at + 1, at + 3)?, 0),
                5 => (digits(at + 1, at + 3)?, digits(at + 3, at + 5)?),
                6 if b[at + 3] == b':' => (digits(at + 1, at + 3)?, digits(at + 4, at + 6)?),
                _ => return None,
            };
            let amount = i64::from(hours) * HOUR + i64::from(minutes) * MINUTE;
            if *sign == b'+' { amount } else { -amount }
        }
        _ => return None,
    };
    let utc = ticks - offset;
    (0..=MAX).contains(&utc).then_some(utc)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_go_there_and_back() {
        for (text, year, month, day) in
            [("0001-01-01", 1, 1, 1), ("1970-01-01", 1970, 1, 1), ("2024-02-29", 2024, 2, 29), ("9999-12-31", 9999, 12, 31)]
        {
            let ticks = parse_iso(text).unwrap();
            assert_eq!(civil(ticks), (year, month, day), "{text}");
            assert!(iso(ticks).starts_with(text));
        }
        assert_eq!(parse_iso("1970-01-01"), Some(UNIX_EPOCH));
        assert_eq!(parse_iso("9999-12-31T23:59:59.9999999Z"), Some(MAX));
    }

    #[test]
    fn zones_and_fractions() {
        assert_eq!(parse_iso("2026-11-18T03:05:00+01:00"), parse_iso("2026-11-18T02:05:00Z"));
        assert_eq!(parse_iso("2026-11-18 02:05"), parse_iso("2026-11-18T02:05:00.000Z"));
        for bad in [
            "",
            "2026",
            "2026-13-01",
            "2026-02-29",
            "2026-11-18T",
            "2026-11-18T02",
            "2026-11-18T02:05:00.Z",
            "2026-11-18T02:05:00Zx",
            "2026-11-18T25:00:00",
        ] {
            assert_eq!(parse_iso(bad), None, "{bad}");
        }
        assert_eq!(iso(parse_iso("2026-11-18T02:05:00.1234567Z").unwrap()), "2026-11-18T02:05:00.1234567Z");
        for (full, short) in [("2026-11-18T00:00:00Z", "2026-11-18T00:00:00Z"), ("2026-11-18T02:05:10.5Z", "2026-11-18T02:05:10.5Z")] {
            assert_eq!(iso_short(parse_iso(full).unwrap()), short);
        }
        assert_eq!(from_unix_seconds(1.5), Some(UNIX_EPOCH + 15_000_000));
    }
}
