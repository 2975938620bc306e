//! The formatter: formatting twice is formatting once, and no meaning changes.

use kql_syntax::{format, parse};

use crate::corpus::cases;
use crate::dump::dump;

fn check(id: &str, query: &str) {
    let Ok(once) = format(query) else {
        assert!(parse(query).has_errors(), "{id}");
        return;
    };
    let twice = format(&once).unwrap_or_else(|d| panic!("{id}: {d:?}\n{query}\n=>\n{once}"));
    assert_eq!(twice, once, "{id}: not the same twice\n{query}");
    assert_eq!(dump(&parse(&once).script, false), dump(&parse(query).script, false), "{id}: another tree\n{query}\n=>\n{once}");
    let comments = |text: &str| {
        let tokens = parse(text).tokens;
        let comments = tokens.iter().filter(|t| t.kind == kql_syntax::TokenKind::Comment);
        comments.map(|t| t.span.text(text).trim_end().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(comments(&once), comments(query), "{id}");
}

#[test]
fn corpus() {
    for case in cases() {
        check(&case.id, &case.query);
    }
}

#[test]
fn own_queries() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    for part in ["ok", "err", "format"] {
        for entry in std::fs::read_dir(folder.join(part)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|e| e == "kql") {
                for case in std::fs::read_to_string(&path).unwrap().split("// ---\n") {
                    check(&path.display().to_string(), case);
                }
            }
        }
    }
}

/// Pairs of texts: as written, and as formatted.
#[test]
fn layout() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/format/layout.kql");
    let text = std::fs::read_to_string(&path).unwrap();
    let mut out = String::new();
    for case in text.split("// ---\n") {
        out.push_str(&format!("{}// =>\n{}// ---\n", case, format(case).unwrap()));
    }
    let expected = path.with_extension("expected");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&expected, &out).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&expected).unwrap_or_default().replace('\r', ""), out, "BLESS=1 writes it, if it is right");
}

/// Texts a token away from valid ones: wherever the result still parses, the rules hold.
#[test]
fn texts_with_a_token_changed() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    for case in cases().iter().step_by(3).filter(|case| case.query.len() < 2_000) {
        let tokens = parse(&case.query).tokens;
        let mut pieces: Vec<&str> = tokens.iter().map(|t| t.span.text(&case.query)).collect();
        let (at, other) = (random(pieces.len()), random(pieces.len()));
        match random(4) {
            0 => pieces[at] = "",
            1 => pieces.swap(at, other),
            2 => pieces.insert(at, pieces[other]),
            _ => pieces[at] = "\n",
        }
        check(&case.id, &pieces.concat());
    }
}
