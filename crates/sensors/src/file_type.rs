/// What a file is, by its first bytes: `ELF`, `PE`, `Mach-O`, `script`, `text` or `data`.
pub(crate) fn file_type(head: &[u8]) -> &'static str {
    match head {
        [0x7f, b'E', b'L', b'F', ..] => "ELF",
        [b'M', b'Z', ..] => "PE",
        [0xcf | 0xce, 0xfa, 0xed, 0xfe, ..] | [0xca, 0xfe, 0xba, 0xbe, ..] => "Mach-O",
        [b'#', b'!', ..] => "script",
        _ => {
            let sample = &head[..head.len().min(4096)];
            let binary = sample.iter().filter(|b| **b < 9 || (**b > 13 && **b < 32)).count();
            if binary * 50 > sample.len() { "data" } else { "text" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::file_type;

    #[test]
    fn by_the_first_bytes() {
        for (head, expected) in [
            (&b"\x7fELF\x02"[..], "ELF"),
            (b"MZ\x90", "PE"),
            (b"#!/bin/sh\n", "script"),
            (b"pools:\n", "text"),
            (b"\0\x01\x02", "data"),
            (b"", "text"),
        ] {
            assert_eq!(file_type(head), expected);
        }
    }
}
