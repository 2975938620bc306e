//! Which of day and month is first in the dates of Windows' debug log, which writes them as the server's region does and does not name it.

use super::windows;
use crate::{Input, ReadContext};
use model::ticks;
use std::collections::BTreeSet;
use std::io::Read;

/// Bytes at the start of a log in which its way of writing dates is looked for.
const LOOKED: u64 = 1 << 20;

/// How dates are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dates {
    pub(super) day_first: bool,
    /// Nothing in the log tells: the clock decided.
    pub(super) guessed: bool,
}

pub(super) fn of(input: &Input, cx: &ReadContext<'_>) -> Dates {
    let mut bytes = Vec::new();
    if let Ok(stream) = input.open(&cx.options().caps) {
        // What can be read counts; the file is read again, and its errors told, from its start.
        let _ = stream.take(LOOKED).read_to_end(&mut bytes);
    }
    input.take_progress();
    judge(&String::from_utf8_lossy(&bytes))
}

/// The day is first where a first number is no month, and second where a second is none. Else a log is in order, and its days follow each
/// other: the reading in which they never go back, or that makes less of a time, is right. A single date tells nothing; then the twelve
/// hours of AM and PM are America's, whose month is first.
fn judge(text: &str) -> Dates {
    let sure = |day_first| Dates { day_first, guessed: false };
    let (mut days, mut twelve, mut seen) = (Vec::new(), false, false);
    for line in text.lines() {
        let time = windows::usual(windows::parse(line).0);
        let Some((date, clock)) = time.split_once(' ') else { continue };
        let mut parts = date.split(['/', '-', '.']).map(|part| part.parse::<u32>().unwrap_or(u32::MAX));
        let (Some(first), Some(second), Some(year)) = (parts.next(), parts.next(), parts.next()) else { continue };
        // With the year first there is no question.
        if first > 31 {
            continue;
        }
        if first > 12 || second > 12 {
            return sure(first > 12);
        }
        twelve |= clock.to_ascii_lowercase().contains('m');
        seen |= first != second;
        if days.last() != Some(&(first, second, year)) {
            days.push((first, second, year));
        }
    }
    let read = |day_first: bool| {
        let day = |(a, b, year): &(u32, u32, u32)| {
            let (month, day) = if day_first { (*b, *a) } else { (*a, *b) };
            ticks::from_parts(i64::from(*year), month, day, 0, 0, 0, 0).map(|at| at / ticks::DAY)
        };
        let days: Vec<i64> = days.iter().filter_map(day).collect();
        let back = days.windows(2).filter(|pair| matches!(pair, [a, b] if a > b)).count();
        let jumps: i64 = days.windows(2).map(|pair| if let [a, b] = pair { (b - a).abs() } else { 0 }).sum();
        (back, jumps)
    };
    let different = days.iter().collect::<BTreeSet<_>>().len() > 1;
    match (read(true), read(false)) {
        (day, month) if different && day != month => sure(day < month),
        _ => Dates { day_first: !twelve, guessed: seen },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(times: &[&str]) -> Dates {
        let lines: Vec<_> = times
            .iter()
            .map(|time| format!("{time} 0E64 PACKET  0 UDP Rcv 10.0.0.5 b1a4   Q [0001   D   NOERROR] A      (1)a(0)"))
            .collect();
        judge(&lines.join("\r\n"))
    }

    #[test]
    fn order_tells_day_and_month() {
        let (day, month) = (Dates { day_first: true, guessed: false }, Dates { day_first: false, guessed: false });
        for (times, expected) in [
            (&["18/11/2025 00:00:01"][..], day),
            (&["11/18/2025 12:00:01 AM"], month),
            (&["18-11-2025 00:00:01"], day),
            (&["05/11/2025 23:00:01", "06/11/2025 00:00:01"], day),
            (&["11/05/2025 23:00:01", "11/06/2025 00:00:01"], month),
            // Backwards in one of the two.
            (&["12/11/2025 1:00:01 AM", "01/12/2025 1:00:01 AM"], day),
            (&["05/11/2025 1:00:01 AM"], Dates { day_first: false, guessed: true }),
            (&["05/11/2025 01:00:01"], Dates { day_first: true, guessed: true }),
            (&["11/11/2025 01:00:01"], Dates { day_first: true, guessed: false }),
            (&["2025-11-05 01:00:01"], Dates { day_first: true, guessed: false }),
            (&[], Dates { day_first: true, guessed: false }),
        ] {
            assert_eq!(log(times), expected, "{times:?}");
        }
    }
}
