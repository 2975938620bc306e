//! The header of a log in tab-separated values.

/// What `#separator`, `#fields` and the others say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) separator: u8,
    pub(super) set_separator: u8,
    pub(super) unset: Vec<u8>,
    pub(super) path: String,
    pub(super) fields: Vec<String>,
}

impl Default for Header {
    fn default() -> Self {
        Self { separator: b'\t', set_separator: b',', unset: b"-".to_vec(), path: String::new(), fields: Vec::new() }
    }
}

impl Header {
    /// The header that a file starts with; `None` without `#fields`.
    pub(super) fn of_head(bytes: &[u8]) -> Option<Self> {
        let mut header = Self::default();
        for line in bytes.split(|b| *b == b'\n').take_while(|line| line.starts_with(b"#")) {
            header.line(line);
        }
        (!header.fields.is_empty()).then_some(header)
    }

    /// Takes in a line that starts with `#`.
    pub(super) fn line(&mut self, line: &[u8]) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let Some(words) = line.strip_prefix(b"#") else { return };
        if let Some(separator) = words.strip_prefix(b"separator ") {
            self.separator = byte(separator).unwrap_or(b'\t');
            return;
        }
        let mut cells = words.split(|b| *b == self.separator);
        let name = cells.next().unwrap_or_default();
        match name {
            b"set_separator" => self.set_separator = cells.next().and_then(byte).unwrap_or(b','),
            b"unset_field" => self.unset = cells.next().unwrap_or(b"-").to_vec(),
            b"path" => self.path = String::from_utf8_lossy(cells.next().unwrap_or_default()).into_owned(),
            b"fields" => self.fields = cells.map(|cell| String::from_utf8_lossy(cell).into_owned()).collect(),
            _ => {}
        }
    }
}

/// A byte as it stands or as `\x09`.
fn byte(text: &[u8]) -> Option<u8> {
    match text.strip_prefix(b"\\x") {
        Some(hex) => u8::from_str_radix(std::str::from_utf8(hex.get(..2)?).ok()?, 16).ok(),
        None => text.first().copied(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_says_how_to_read() {
        let header =
            Header::of_head(b"#separator \\x7c\r\n#set_separator|;\r\n#unset_field|~\r\n#path|dns\r\n#fields|ts|query\r\n1|a\r\n").unwrap();
        assert_eq!((header.separator, header.set_separator, header.path.as_str()), (b'|', b';', "dns"));
        assert_eq!(header.unset, b"~");
        assert_eq!(header.fields, ["ts", "query"]);
        assert_eq!(Header::of_head(b"#separator \\x09\n#path\tdns\n"), None);
    }
}
