//! Answers and streams that hold their records in an array within an object: `{"value":[…]}`, `{"records":[…]}`, `{"hits":{"hits":[…]}}`,
//! one such object or many.

/// Keys of arrays that hold records.
const RECORDS: [&[u8]; 13] = [
    b"value", b"records", b"Records", b"results", b"Results", b"result", b"data", b"events", b"Events", b"hits", b"items", b"logs",
    b"entries",
];
/// Keys of objects that hold such arrays.
const HOLDERS: [&[u8]; 5] = [b"hits", b"data", b"result", b"results", b"response"];

/// Bytes of a key that are looked at.
const KEY: usize = 16;

/// Where in the wrapping a scan is.
#[derive(Default)]
pub(crate) struct Wrapper {
    /// Objects that are open and may hold records.
    open: u32,
    /// The last string, which before a value is its key.
    key: Vec<u8>,
    string: bool,
    escaped: bool,
    /// Brackets open of a value that holds no records.
    nested: u64,
    records: bool,
}

impl Wrapper {
    /// Takes in a byte that is of no record; whether it stands where records do.
    pub(crate) fn in_records(&mut self, byte: u8) -> bool {
        if self.records {
            self.records = byte != b']';
            return self.records;
        }
        if self.string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.string = false,
                // One more than is looked at, so that a longer key is none of those known.
                byte if self.key.len() <= KEY => self.key.push(byte),
                _ => {}
            }
            return false;
        }
        match byte {
            b'"' => {
                self.string = true;
                self.key.clear();
            }
            b'{' | b'[' if self.nested > 0 => self.nested += 1,
            b'}' | b']' if self.nested > 0 => self.nested -= 1,
            b'[' if self.open > 0 && RECORDS.contains(&self.key.as_slice()) => self.records = true,
            b'{' if self.open == 0 || HOLDERS.contains(&self.key.as_slice()) => {
                self.open = self.open.saturating_add(1);
                self.key.clear();
            }
            // Several wrappings in an array.
            b'[' if self.open == 0 => {}
            b'{' | b'[' => self.nested = 1,
            b'}' => self.open = self.open.saturating_sub(1),
            _ => {}
        }
        false
    }

    /// Whether more of the wrapping was to come.
    pub(crate) fn is_open(&self) -> bool {
        self.open > 0 || self.records
    }
}

#[cfg(test)]
mod tests {
    use super::super::array::Scan;
    use crate::view::Shape;

    #[test]
    fn records_are_found_in_their_wrapping() {
        for (text, expected) in [
            (r#"{"value":[{"a":1},{"b":[{}]}],"nextLink":"x"}"#, r#"{"a":1} {"b":[{}]}"#),
            ("{\"records\":[{\"a\":1}]}\n{\"records\":[{\"a\":2}]}", r#"{"a":1} {"a":2}"#),
            (r#"{"took":1,"_shards":{"total":[{"x":1}]},"hits":{"total":{"value":2},"hits":[{"a":1},{"a":2}]}}"#, r#"{"a":1} {"a":2}"#),
            (r#"[{"records":[{"a":1}]},{"records":[]}]"#, r#"{"a":1}"#),
            (r#"{"note":"\"value\":[{","value":[{"a":"]"}]}"#, r#"{"a":"]"}"#),
            (r#"{"dependencies":[{"a":1}],"valuevaluevaluevalue":[{"a":1}]}"#, ""),
            (r#"{"value":{"value":[{"a":1}]}}"#, ""),
        ] {
            for split in 0..text.len() {
                let (mut scan, mut found) = (Scan::of(Shape::Wrapped), Vec::new());
                scan.run(&text.as_bytes()[..split], &mut found);
                scan.run(text.as_bytes(), &mut found);
                let shown: Vec<_> = found.into_iter().map(|range| text.get(range).unwrap()).collect();
                assert_eq!(shown.join(" "), expected, "{text} split at {split}");
            }
        }
    }
}
