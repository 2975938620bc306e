//! Datetimes out of text, in the formats that Kusto documents (ISO 8601, RFC 822, RFC 850, sortable) and the common ones that
//! .NET's invariant culture reads: month before day where a number leads that is no year.

use model::ticks;

const MONTHS: [&str; 12] =
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
const DAYS: [&str; 7] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/// Ticks; `None` where the text is no date or one outside the years 1 to 9999.
pub fn parse_datetime(text: &str) -> Option<i64> {
    ticks::parse_iso(text).or_else(|| Cursor { rest: text.trim().as_bytes() }.datetime())
}

struct Cursor<'a> {
    rest: &'a [u8],
}

impl Cursor<'_> {
    fn datetime(&mut self) -> Option<i64> {
        self.weekday();
        let (year, month, day) = self.date()?;
        let mut time = (0, 0, 0, 0);
        let mut offset = 0;
        if !self.rest.is_empty() {
            if !self.blanks() && !self.take(b"Tt") {
                return None;
            }
            time = self.time()?;
            offset = self.zone()?;
            if !self.rest.is_empty() {
                return None;
            }
        }
        let local = ticks::from_parts(year, month, day, time.0, time.1, time.2, time.3)?;
        let utc = local - offset;
        (0..=ticks::MAX).contains(&utc).then_some(utc)
    }

    fn blanks(&mut self) -> bool {
        let skipped = self.rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
        self.rest = &self.rest[skipped..];
        skipped > 0
    }

    fn take(&mut self, any: &[u8]) -> bool {
        match self.rest {
            [first, rest @ ..] if any.contains(first) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// A number of at most nine digits, and how many they are.
    fn number(&mut self) -> Option<(u32, usize)> {
        let count = self.rest.iter().take_while(|b| b.is_ascii_digit()).count();
        if count == 0 || count > 9 {
            return None;
        }
        let value = self.rest[..count].iter().fold(0, |n, d| n * 10 + u32::from(d - b'0'));
        self.rest = &self.rest[count..];
        Some((value, count))
    }

    /// The letters ahead, not taken.
    fn word(&self) -> String {
        self.rest.iter().take_while(|b| b.is_ascii_alphabetic()).map(|b| char::from(b.to_ascii_lowercase())).collect()
    }

    fn weekday(&mut self) {
        let word = self.word();
        if word.len() >= 3 && DAYS.iter().any(|day| *day == word || day.get(..3) == Some(&word)) {
            self.rest = &self.rest[word.len()..];
            self.take(b",");
            self.blanks();
        }
    }

    /// The position from 1 of the month whose name or first three letters come next.
    fn month(&mut self) -> Option<u32> {
        let word = self.word();
        let at = MONTHS.iter().position(|month| *month == word || month.get(..3) == Some(&word))?;
        self.rest = &self.rest[word.len()..];
        Some(at as u32 + 1)
    }

    /// A year of four digits, or of two as RFC 822 has them.
    fn year(&mut self) -> Option<i64> {
        match self.number()? {
            (year, 4) => Some(i64::from(year)),
            (year, 2) => Some(i64::from(if year < 50 { 2000 + year } else { 1900 + year })),
            _ => None,
        }
    }

    fn date(&mut self) -> Option<(i64, u32, u32)> {
        if self.rest.first()?.is_ascii_alphabetic() {
            // Dec 2, 2022
            let month = self.month()?;
            self.blanks();
            let (day, _) = self.number()?;
            self.take(b",");
            self.blanks();
            return Some((self.year()?, month, day));
        }
        let (first, digits) = self.number()?;
        if digits == 8 {
            return Some((i64::from(first / 10_000), first / 100 % 100, first % 100));
        }
        let separator = *self.rest.first()?;
        match separator {
            b'-' | b'/' | b'.' => self.rest = &self.rest[1..],
            b' ' => {
                self.blanks();
            }
            _ => return None,
        }
        if self.rest.first()?.is_ascii_alphabetic() && digits <= 2 {
            // 2 Dec 2022, 08-Nov-14
            let month = self.month()?;
            if !self.take(b"-/") && !self.blanks() {
                return None;
            }
            return Some((self.year()?, month, first));
        }
        let (second, more) = self.number()?;
        if separator == b' ' || more > 2 || !self.take(&[separator]) {
            return None;
        }
        let (third, most) = self.number()?;
        match (digits, most) {
            (4, 1 | 2) => Some((i64::from(first), second, third)),
            (1 | 2, 4) => Some((i64::from(third), first, second)),
            _ => None,
        }
    }

    /// Hour, minute, second, ticks.
    fn time(&mut self) -> Option<(u32, u32, u32, i64)> {
        let (mut hour, digits) = self.number()?;
        if digits > 2 || !self.take(b":") {
            return None;
        }
        let (minute, _) = self.number()?;
        let (mut second, mut fraction) = (0, 0);
        if self.take(b":") {
            second = self.number()?.0;
            if self.take(b".,") {
                let mut scale = ticks::SECOND / 10;
                while let [digit @ b'0'..=b'9', rest @ ..] = self.rest {
                    fraction += i64::from(digit - b'0') * scale;
                    scale /= 10;
                    self.rest = rest;
                }
            }
        }
        let before = self.rest;
        self.blanks();
        let half = self.word();
        match half.as_str() {
            "am" | "pm" => {
                if !(1..=12).contains(&hour) {
                    return None;
                }
                hour = hour % 12 + if half == "pm" { 12 } else { 0 };
                self.rest = &self.rest[2..];
            }
            _ => self.rest = before,
        }
        Some((hour, minute, second, fraction))
    }

    /// Ticks to take off.
    fn zone(&mut self) -> Option<i64> {
        self.blanks();
        let word = self.word();
        match word.as_str() {
            "z" | "gmt" | "utc" => {
                self.rest = &self.rest[word.len()..];
                return Some(0);
            }
            "" => {}
            _ => return None,
        }
        let negative = match self.rest.first() {
            None => return Some(0),
            Some(b'+') => false,
            Some(b'-') => true,
            Some(_) => return None,
        };
        self.rest = &self.rest[1..];
        let (hours, minutes) = match self.number()? {
            (number, 4) => (number / 100, number % 100),
            (hours, 1 | 2) => (hours, if self.take(b":") { self.number()?.0 } else { 0 }),
            _ => return None,
        };
        if hours > 14 || minutes > 59 {
            return None;
        }
        let size = i64::from(hours) * ticks::HOUR + i64::from(minutes) * ticks::MINUTE;
        Some(if negative { -size } else { size })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats() {
        for (text, iso) in [
            ("2022-12-02", "2022-12-02"),
            ("2022-12-02 13:45:56", "2022-12-02T13:45:56"),
            ("2022/12/02", "2022-12-02"),
            ("12-02-2022", "2022-12-02"),
            ("12/02/2022", "2022-12-02"),
            ("12.02.2022", "2022-12-02"),
            ("2 Dec 2022", "2022-12-02"),
            ("Dec 2, 2022", "2022-12-02"),
            ("20221202", "2022-12-02"),
            ("2/3/2022", "2022-02-03"),
            ("12-02-2022 13:45:56", "2022-12-02T13:45:56"),
            ("11/18/2026 1:45:09 PM", "2026-11-18T13:45:09"),
            ("Fri, 02 Dec 2022 13:45:56 GMT", "2022-12-02T13:45:56"),
            ("Sat, 8 Nov 14 15:05:02 GMT", "2014-11-08T15:05:02"),
            ("8 Nov 14 15:05", "2014-11-08T15:05"),
            ("Saturday, 08-Nov-14 15:05:02", "2014-11-08T15:05:02"),
            ("2014-11-08 15:05:25 GMT", "2014-11-08T15:05:25"),
            ("2022-12-02T13:45:56+02:00", "2022-12-02T11:45:56"),
            ("2022-12-02 13:45:56 -0500", "2022-12-02T18:45:56"),
            ("2020-06-15T13:45:09.1234567Z", "2020-06-15T13:45:09.1234567"),
        ] {
            assert_eq!(parse_datetime(text), ticks::parse_iso(iso), "{text}");
        }
    }

    #[test]
    fn what_is_no_date() {
        for text in [
            "",
            "not a date",
            "13-01-2022",
            "x12-02-2022",
            "2020-13-01",
            "2020-02-30",
            "12-02-2022 25:00",
            "2022-12-02 13:45:56 EST",
            "1/2/3/4",
            "99999999999",
            "Dec",
            "Mon,",
        ] {
            assert_eq!(parse_datetime(text), None, "{text}");
        }
    }
}
