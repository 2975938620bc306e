//! The texts Kusto takes for a datetime or timespan. Ticks are 100 ns; a datetime counts from 0001-01-01.
//!
//! Formats: ISO 8601, RFC 822, RFC 850 and the sortable ones, as Kusto documents them for `datetime(…)`.

use crate::literal::unit_timespan;

/// Ticks in a second.
const SECOND: i64 = 10_000_000;
const DAY: i64 = 86_400 * SECOND;
/// One past the last tick of year 9999.
const END: i64 = 3_652_059 * DAY;

const MONTHS: [&str; 12] =
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Ticks since 0001-01-01 UTC of a text, or nothing where Kusto has null. Without a zone it is UTC.
pub fn parse_datetime(text: &str) -> Option<i64> {
    // Kusto takes `2017 - 08 - 01`, too.
    let joined = text.trim().replace(" - ", "-");
    let date = date(&joined)?;
    let rest = date.rest.trim_start_matches([' ', ',']);
    let rest = rest.strip_prefix(['T', 't']).filter(|r| r.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(rest);
    let (clock, rest) = if rest.starts_with(|c: char| c.is_ascii_digit()) { clock(rest)? } else { (0, rest) };
    let offset = zone(rest.trim())?;
    let ticks = days(date.year, date.month, date.day)?.checked_mul(DAY)?.checked_add(clock)?.checked_sub(offset)?;
    (0..END).contains(&ticks).then_some(ticks)
}

/// Ticks of `1.02:03:04.5`, `02:03`, `5 seconds`, `1d`, or a number of days.
pub fn parse_timespan(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.ends_with(|c: char| c.is_ascii_alphabetic()) {
        return unit_timespan(text);
    }
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let ticks = match unsigned.find(':') {
        None => i128::from(unsigned.parse::<u32>().ok()?) * i128::from(DAY),
        Some(colon) => {
            let (days, rest) = match unsigned.find('.').filter(|dot| *dot < colon) {
                Some(dot) => (unsigned.get(..dot)?.parse::<u32>().ok()?, unsigned.get(dot + 1..)?),
                None => (0, unsigned),
            };
            let mut parts = rest.split(':');
            let hours = number(parts.next()?, 23)?;
            let minutes = number(parts.next()?, 59)?;
            let (seconds, fraction) = match parts.next() {
                None => (0, 0),
                Some(part) => {
                    let (seconds, fraction) = part.split_once('.').unwrap_or((part, ""));
                    (number(seconds, 59)?, fraction_ticks(fraction)?)
                }
            };
            if parts.next().is_some() {
                return None;
            }
            let clock = (hours * 3_600 + minutes * 60 + seconds) * SECOND + fraction;
            i128::from(days) * i128::from(DAY) + i128::from(clock)
        }
    };
    i64::try_from(if negative { -ticks } else { ticks }).ok()
}

struct Date<'a> {
    year: i64,
    month: i64,
    day: i64,
    rest: &'a str,
}

/// The date a text begins with.
fn date(text: &str) -> Option<Date<'_>> {
    // "Sat, 8 Nov 14", "Saturday, 08-Nov-14": the weekday says nothing the date does not.
    let (word, after) = leading(text, |c| c.is_ascii_alphabetic());
    let named_day = word.len() >= 3 && WEEKDAYS.iter().any(|day| day.starts_with(&word.to_ascii_lowercase()));
    let text = if named_day { after.trim_start_matches([',', ' ']) } else { text };
    let (first, after) = leading(text, |c| c.is_ascii_digit());
    if first.is_empty() {
        return None;
    }
    let separated = after.strip_prefix(['-', '/', '.', ' ']);
    let (word, after_word) = leading(separated.unwrap_or(after), |c| c.is_ascii_alphabetic());
    if word.len() >= 3
        && let Some(month) = MONTHS.iter().position(|name| name.starts_with(&word.to_ascii_lowercase()))
    {
        let (year, rest) = leading(after_word.trim_start_matches(['-', ' ', ',']), |c| c.is_ascii_digit());
        return Some(Date { year: full_year(year)?, month: month as i64 + 1, day: number(first, 31)?, rest });
    }
    if first.len() == 8 {
        return Some(Date {
            year: first.get(..4)?.parse().ok()?,
            month: first.get(4..6)?.parse().ok()?,
            day: first.get(6..)?.parse().ok()?,
            rest: after,
        });
    }
    let Some(separator) = after.chars().next().filter(|c| matches!(c, '-' | '/' | '.')) else {
        return (first.len() == 4).then(|| Some(Date { year: first.parse().ok()?, month: 1, day: 1, rest: after }))?;
    };
    let (second, after) = leading(after.strip_prefix(separator)?, |c| c.is_ascii_digit());
    let third = after.strip_prefix(separator).map(|rest| leading(rest, |c| c.is_ascii_digit()));
    match (first.len(), third) {
        (4, Some((day, rest))) => Some(Date { year: first.parse().ok()?, month: number(second, 12)?, day: number(day, 31)?, rest }),
        (4, None) => Some(Date { year: first.parse().ok()?, month: number(second, 12)?, day: 1, rest: after }),
        // As in the United States: month, day, year.
        (1 | 2, Some((year, rest))) => Some(Date { year: full_year(year)?, month: number(first, 12)?, day: number(second, 31)?, rest }),
        _ => None,
    }
}

/// `HH:mm[:ss[.fffffff]] [AM|PM]` in ticks, and what follows it.
fn clock(text: &str) -> Option<(i64, &str)> {
    let (hours, rest) = leading(text, |c| c.is_ascii_digit());
    let mut hours = number(hours, 24)?;
    let (mut minutes, mut seconds, mut fraction, mut rest) = (0, 0, 0, rest);
    if let Some(after) = rest.strip_prefix(':') {
        let (digits, after) = leading(after, |c| c.is_ascii_digit());
        minutes = number(digits, 59)?;
        rest = after;
        if let Some(after) = rest.strip_prefix(':') {
            let (digits, after) = leading(after, |c| c.is_ascii_digit());
            seconds = number(digits, 59)?;
            rest = after;
            if let Some(after) = rest.strip_prefix(['.', ',']) {
                let (digits, after) = leading(after, |c| c.is_ascii_digit());
                fraction = fraction_ticks(digits)?;
                rest = after;
            }
        }
    }
    let half = rest.trim_start();
    let afternoon = half.get(..2).map(str::to_ascii_lowercase);
    if let Some(mark) = afternoon.filter(|mark| mark == "am" || mark == "pm") {
        hours = hours % 12 + if mark == "pm" { 12 } else { 0 };
        rest = half.get(2..)?;
    }
    if hours == 24 && (minutes, seconds, fraction) != (0, 0, 0) {
        return None;
    }
    Some(((hours * 3_600 + minutes * 60 + seconds) * SECOND + fraction, rest))
}

/// The offset of a zone from UTC in ticks.
fn zone(text: &str) -> Option<i64> {
    match text {
        "" | "Z" | "z" | "UTC" | "GMT" | "utc" | "gmt" => return Some(0),
        _ => {}
    }
    let (sign, digits) = match text.chars().next()? {
        '+' => (1, text.strip_prefix('+')?),
        '-' => (-1, text.strip_prefix('-')?),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) => (hours, minutes),
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "0"),
    };
    Some(sign * (number(hours, 14)? * 3_600 + number(minutes, 59)? * 60) * SECOND)
}

/// Days from 0001-01-01 to a day that exists.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let lengths = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let length = *lengths.get(usize::try_from(month - 1).ok()?)?;
    if !(1..=9999).contains(&year) || !(1..=length).contains(&day) {
        return None;
    }
    let before = year - 1;
    let months: i64 = lengths.iter().take(usize::try_from(month - 1).ok()?).sum();
    Some(before * 365 + before / 4 - before / 100 + before / 400 + months + day - 1)
}

fn leading(text: &str, wanted: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !wanted(c)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

fn number(digits: &str, most: i64) -> Option<i64> {
    if digits.is_empty() || digits.len() > 2 {
        return None;
    }
    digits.parse().ok().filter(|value| (0..=most).contains(value))
}

/// Two digits mean 1950 to 2049.
fn full_year(digits: &str) -> Option<i64> {
    let value: i64 = digits.parse().ok()?;
    match digits.len() {
        2 if value < 50 => Some(2000 + value),
        2 => Some(1900 + value),
        4 => Some(value),
        _ => None,
    }
}

/// Up to seven digits count; more are cut off.
fn fraction_ticks(digits: &str) -> Option<i64> {
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(digits.bytes().chain(std::iter::repeat(b'0')).take(7).fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datetimes() {
        let day = 738_885 * DAY; // 2024-01-01
        for (text, ticks) in [
            ("0001-01-01", 0),
            ("2024-01-01", day),
            ("2024-01", day),
            ("2024 - 01 - 01", day),
            ("2024", day),
            ("2024/01/01", day),
            ("1/1/2024", day),
            ("20240101", day),
            ("2024-01-01 10:00", day + 36_000 * SECOND),
            ("2024-01-01T10:00:00.5Z", day + 36_000 * SECOND + SECOND / 2),
            ("2024-01-01T10:00:00.1234567", day + 36_000 * SECOND + 1_234_567),
            ("2024-01-01T10:00:00+02:00", day + 28_800 * SECOND),
            ("Mon, 1 Jan 24 10:00 GMT", day + 36_000 * SECOND),
            ("Monday, 01-Jan-24 10:00:00 GMT", day + 36_000 * SECOND),
            ("1 Jan 2024 10:00 PM", day + 79_200 * SECOND),
            ("9999-12-31T23:59:59.9999999", END - 1),
        ] {
            assert_eq!(parse_datetime(text), Some(ticks), "{text}");
        }
        for text in ["", "x", "2024-13-01", "2023-02-29", "2024-01-01 25:00", "2024-01-01 10:00 x", "5"] {
            assert_eq!(parse_datetime(text), None, "{text}");
        }
    }

    #[test]
    fn timespans() {
        for (text, ticks) in [
            ("1.02:03:04", DAY + 7_384 * SECOND),
            ("0.12:34:56.7", 45_296 * SECOND + 7_000_000),
            ("-00:00:01", -SECOND),
            ("02:03", 7_380 * SECOND),
            ("2", 2 * DAY),
            ("15 seconds", 15 * SECOND),
            ("1d", DAY),
            ("-10675199.02:48:05.4775808", i64::MIN),
        ] {
            assert_eq!(parse_timespan(text), Some(ticks), "{text}");
        }
        assert_eq!(parse_timespan("1:2:3:4"), None);
    }
}
