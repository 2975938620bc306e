//! Texts that look the same.

/// Latin letters, and what looks like them in Cyrillic.
const LOOKALIKES: [(char, char); 22] = [
    ('a', 'а'),
    ('c', 'с'),
    ('e', 'е'),
    ('i', 'і'),
    ('j', 'ј'),
    ('o', 'о'),
    ('p', 'р'),
    ('s', 'ѕ'),
    ('x', 'х'),
    ('y', 'у'),
    ('A', 'А'),
    ('B', 'В'),
    ('C', 'С'),
    ('E', 'Е'),
    ('H', 'Н'),
    ('K', 'К'),
    ('M', 'М'),
    ('O', 'О'),
    ('P', 'Р'),
    ('S', 'Ѕ'),
    ('T', 'Т'),
    ('X', 'Х'),
];

/// With its first letter that has a lookalike, behind `from`, as Cyrillic; none where there is no such letter.
pub(super) fn lookalike(text: &str, from: usize) -> Option<String> {
    let behind = text.char_indices().filter(|(at, _)| *at >= from);
    let (at, letter, other) =
        behind.filter_map(|(at, c)| LOOKALIKES.iter().find(|(latin, _)| *latin == c).map(|(_, other)| (at, c, *other))).next()?;
    let (before, rest) = text.split_at_checked(at)?;
    Some(format!("{before}{other}{}", rest.get(letter.len_utf8()..)?))
}

/// Other spellings of a text that is compared letter by letter.
pub(super) fn spellings(text: &str) -> Vec<(&'static str, String)> {
    if text.is_empty() {
        return Vec::new();
    }
    let mut all = vec![
        ("a letter more", format!("{text}x")),
        ("a dot at the end", format!("{text}.")),
        ("a space at the end", format!("{text} ")),
        ("a line more", format!("{text}\nx")),
    ];
    all.extend(lookalike(text, 0).map(|other| ("a Cyrillic letter in it", other)));
    let other = if text.chars().any(char::is_lowercase) { text.to_uppercase() } else { text.to_lowercase() };
    if other != text {
        all.push(("letters of the other case", other));
    }
    all
}
