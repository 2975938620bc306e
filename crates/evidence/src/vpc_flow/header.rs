//! Which column of a line is which field: by the header, or by the order that AWS gives lines without one.

/// The fields of version 2, then those that versions 3, 4 and 5 add, in AWS's order.
const ORDER: [&str; 29] = [
    "version",
    "account-id",
    "interface-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "action",
    "log-status",
    "vpc-id",
    "subnet-id",
    "instance-id",
    "tcp-flags",
    "type",
    "pkt-srcaddr",
    "pkt-dstaddr",
    "region",
    "az-id",
    "sublocation-type",
    "sublocation-id",
    "pkt-src-aws-service",
    "pkt-dst-aws-service",
    "flow-direction",
    "traffic-path",
];

/// How many fields all of version 2, 3, 4 and 5 are.
const COUNTS: [usize; 4] = [14, 21, 25, 29];

/// The names of the columns; `None` where a line is no header.
pub(super) fn names(line: &[u8]) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for word in words(line) {
        let name = std::str::from_utf8(word).ok()?.replace('_', "-");
        let sound = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && name.len() <= 40
            && names.len() < 100;
        sound.then(|| names.push(name))?;
    }
    let has = |end: &str| names.iter().any(|name| name.ends_with(end));
    (names.len() > 2 && has("srcaddr") && has("dstaddr")).then_some(names)
}

/// The columns of a line without a header, in AWS's own order; `None` where it is no record in that order.
pub(super) fn of_record(line: &[u8]) -> Option<Vec<String>> {
    let words: Vec<&[u8]> = record_words(line).collect();
    let word = |index: usize| words.get(index).copied().unwrap_or_default();
    let digits = |word: &[u8]| !word.is_empty() && word.iter().all(u8::is_ascii_digit);
    let sound = COUNTS.contains(&words.len())
        && matches!(word(0), [b'2'..=b'9'] | b"10")
        && (digits(word(1)) || word(1) == b"unknown")
        && digits(word(10))
        && digits(word(11))
        && matches!(word(12), b"ACCEPT" | b"REJECT" | b"-")
        && matches!(word(13), b"OK" | b"NODATA" | b"SKIPDATA");
    sound.then(|| ORDER.iter().take(words.len()).map(|name| (*name).to_owned()).collect())
}

pub(super) fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|b| matches!(b, b' ' | b'\t')).filter(|word| !word.is_empty())
}

/// The words without the time that CloudWatch puts before a line when it exports.
pub(super) fn record_words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let stamped = |word: &&[u8]| word.len() > 18 && word.get(10) == Some(&b'T') && word.ends_with(b"Z");
    let mut words = words(line).peekable();
    words.next_if(stamped);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_and_records() {
        let names = |line: &str| names(line.as_bytes()).map(|names| names.len());
        assert_eq!(names("version account-id srcaddr dstaddr"), Some(4));
        assert_eq!(names("pkt_srcaddr pkt_dstaddr bytes new-field-7"), Some(4));
        assert_eq!(names("the srcaddr and The dstaddr"), None);
        assert_eq!(names("srcaddr bytes packets"), None);
        assert_eq!(names(""), None);
        let count = |line: &str| of_record(line.as_bytes()).map(|names| names.len());
        let record = "2 123456789010 eni-1 10.0.0.5 203.0.113.9 50000 3333 6 20 4249 1772355600 1772355660 ACCEPT OK";
        assert_eq!(count(record), Some(14));
        assert_eq!(count(&format!("2026-03-01T09:00:00.000Z {record}")), Some(14));
        assert_eq!(count(&format!("{record} a b c d e f g")), Some(21));
        assert_eq!(count(&format!("{record} a b")), None);
        assert_eq!(count("2 unknown eni-1 - - - - - - - 1772355600 1772355660 - NODATA"), Some(14));
        assert_eq!(count("GET / HTTP/1.1"), None);
    }
}
