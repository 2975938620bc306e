//! Texts in `tests/data/{ok,err}`, several to a file between lines of `// ---`, with their trees beside them. `BLESS=1` writes the trees.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::dump::dump;

fn rendered(text: &str) -> String {
    let parse = kql_syntax::parse(text);
    let mut out = dump(&parse.script, true);
    for d in &parse.diagnostics {
        let (line, column) = place(text, d.span.start as usize);
        writeln!(out, "{:?} {} {line}:{column} `{}`: {}", d.level, d.code, d.span.text(text), d.message).unwrap();
        if let Some(help) = &d.help {
            writeln!(out, "    help: {help}").unwrap();
        }
    }
    out
}

fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap();
    (before.matches('\n').count() + 1, before.chars().rev().take_while(|c| *c != '\n').count() + 1)
}

fn cases(text: &str) -> Vec<&str> {
    text.split("// ---\n").map(|case| case.trim_end_matches('\n')).collect()
}

fn check(folder: &str, errors: bool) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "kql"));
    files.sort();
    assert!(!files.is_empty());
    let mut wrong = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut out = String::new();
        for case in cases(&text) {
            assert_eq!(kql_syntax::parse(case).has_errors(), errors, "{}: {case}", path.display());
            writeln!(out, "{case}\n=>\n{}", rendered(case)).unwrap();
        }
        let expected = path.with_extension("tree");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&expected, &out).unwrap();
        } else if std::fs::read_to_string(&expected).unwrap_or_default().replace('\r', "") != out.replace('\r', "") {
            wrong.push(format!("{}:\n{out}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "BLESS=1 writes these trees, if they are right:\n{}", wrong.join("\n"));
}

#[test]
fn valid_texts_have_their_trees() {
    check("ok", false);
}

#[test]
fn wrong_texts_have_their_messages() {
    check("err", true);
}
