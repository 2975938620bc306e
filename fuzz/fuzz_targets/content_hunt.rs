//! Any text as a hunt in Sentinel's YAML: refused with a reason, or read with nothing but its own text in it.

// Words of: content/src/hunts.rs
#![no_main]

use content::Hunt;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(hunt) = Hunt::parse("hunt.yaml", "hunt", text) else { return };
    assert_eq!((hunt.id.as_str(), hunt.file.as_str()), ("hunt", "hunt.yaml"));
    for entity in &hunt.entities {
        assert_eq!(entity.column.trim(), entity.column);
    }
});
