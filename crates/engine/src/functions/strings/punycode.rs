//! Punycode (RFC 3492): `punycode_from_string`, `punycode_to_string` and the forms for domains. What cannot be converted is empty.

use super::map;
use crate::functions::{Call, Resolved};

const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;

pub(super) fn resolve(call: &Call) -> Resolved {
    match call.name {
        "punycode_from_string" => map(call, |text, out| out.push_str(&encode(text).unwrap_or_default())),
        "punycode_to_string" => map(call, |text, out| out.push_str(&decode(text).unwrap_or_default())),
        "punycode_domain_to_string" => map(call, |text, out| {
            let labels = text.split(['.', '\u{3002}', '\u{FF0E}', '\u{FF61}']);
            let labels = labels.map(|l| if l.is_ascii() { Some(l.to_owned()) } else { encode(l).map(|e| format!("xn--{e}")) });
            out.push_str(&labels.collect::<Option<Vec<_>>>().unwrap_or_default().join("."));
        }),
        _ => map(call, |text, out| {
            let labels = text.split('.').map(|label| match label.get(..4) {
                Some(prefix) if prefix.eq_ignore_ascii_case("xn--") => decode(label.get(4..)?),
                _ => Some(label.to_owned()),
            });
            out.push_str(&labels.collect::<Option<Vec<_>>>().unwrap_or_default().join("."));
        }),
    }
}

fn adapt(delta: u32, points: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / points;
    let mut k = 0;
    while delta > (BASE - T_MIN) * T_MAX / 2 {
        delta /= BASE - T_MIN;
        k += BASE;
    }
    k + (BASE - T_MIN + 1) * delta / (delta + 38)
}

fn threshold(k: u32, bias: u32) -> u32 {
    k.saturating_sub(bias).clamp(T_MIN, T_MAX)
}

fn digit(value: u32) -> char {
    char::from_digit(if value < 26 { value + 10 } else { value - 26 }, 36).unwrap_or('a')
}

fn value_of(c: char) -> Option<u32> {
    match c {
        'a'..='z' => Some(c as u32 - 'a' as u32),
        'A'..='Z' => Some(c as u32 - 'A' as u32),
        '0'..='9' => Some(c as u32 - '0' as u32 + 26),
        _ => None,
    }
}

fn encode(text: &str) -> Option<String> {
    let points: Vec<u32> = text.chars().map(u32::from).collect();
    let mut out: String = text.chars().filter(char::is_ascii).collect();
    let basic = out.len() as u32;
    let mut done = basic;
    if basic > 0 {
        out.push('-');
    }
    let (mut n, mut delta, mut bias) = (128_u32, 0_u32, 72);
    while (done as usize) < points.len() {
        let next = points.iter().copied().filter(|p| *p >= n).min()?;
        delta = delta.checked_add((next - n).checked_mul(done + 1)?)?;
        n = next;
        for &point in &points {
            if point < n {
                delta = delta.checked_add(1)?;
            }
            if point != n {
                continue;
            }
            let mut q = delta;
            let mut k = BASE;
            loop {
                let t = threshold(k, bias);
                if q < t {
                    break;
                }
                out.push(digit(t + (q - t) % (BASE - t)));
                q = (q - t) / (BASE - t);
                k += BASE;
            }
            out.push(digit(q));
            bias = adapt(delta, done + 1, done == basic);
            delta = 0;
            done += 1;
        }
        delta = delta.checked_add(1)?;
        n += 1;
    }
    Some(out)
}

fn decode(text: &str) -> Option<String> {
    let (basic, extended) = text.rsplit_once('-').unwrap_or(("", text));
    if !basic.is_ascii() {
        return None;
    }
    let mut out: Vec<char> = basic.chars().collect();
    let (mut n, mut i, mut bias) = (128_u32, 0_u32, 72);
    let mut chars = extended.chars().peekable();
    while chars.peek().is_some() {
        let start = i;
        let mut weight = 1_u32;
        let mut k = BASE;
        loop {
            let value = value_of(chars.next()?)?;
            i = i.checked_add(value.checked_mul(weight)?)?;
            let t = threshold(k, bias);
            if value < t {
                break;
            }
            weight = weight.checked_mul(BASE - t)?;
            k += BASE;
        }
        let count = out.len() as u32 + 1;
        bias = adapt(i - start, count, start == 0);
        n = n.checked_add(i / count)?;
        i %= count;
        out.insert(i as usize, char::from_u32(n)?);
        i += 1;
    }
    Some(out.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways() {
        for (text, code) in [
            ("académie-française", "acadmie-franaise-npb1a"),
            ("Rúyì", "Ry-lja8c"),
            ("Jīngū", "Jng-uta63a"),
            ("Thuận Thiên", "Thun Thin-s4a7194f"),
        ] {
            assert_eq!(encode(text).as_deref(), Some(code));
            assert_eq!(decode(code).as_deref(), Some(text));
        }
        for bad in ["é-a", "99999999", "a-\u{80}"] {
            assert_eq!(decode(bad), None);
        }
    }
}
