//! Any text: parsing neither panics nor loses a byte; what parses is formatted to a text that formats to itself.

// Words of: kql-syntax/src
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let parse = kql_syntax::parse(text);
    let back: String = parse.tokens.iter().map(|t| t.span.text(text)).collect();
    assert_eq!(back, text);
    for d in &parse.diagnostics {
        assert!(text.get(d.span.start as usize..d.span.end as usize).is_some(), "{d:?}");
    }
    if let Ok(once) = kql_syntax::format(text) {
        assert_eq!(kql_syntax::format(&once).as_ref(), Ok(&once));
    }
});
