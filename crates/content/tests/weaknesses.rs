//! One policy for each way in which exclusions were seen to be weak. Its comment says what it is refused for; it is sound but for that.

use content::exclusions::{Policy, lint, lint_query};
use std::path::Path;

#[test]
fn each_weakness_is_refused_for_its_reason_and_no_other() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/weaknesses");
    let now = "2026-11-18T12:00:00Z".parse().unwrap();
    let (mut count, mut wrong) = (0, Vec::new());
    for file in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if file.extension().is_none_or(|kind| kind != "yaml") {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let name = file.display();
        let reasons: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# refused: ")).collect();
        let refusals = lint(&file, &text, now).refusals;
        assert!(!reasons.is_empty(), "{name} does not say why");
        for reason in &reasons {
            if !refusals.iter().any(|r| r.what.contains(reason)) {
                wrong.push(format!("{name}: not refused for `{reason}`: {refusals:#?}"));
            }
        }
        for refusal in &refusals {
            if !reasons.iter().any(|reason| refusal.what.contains(reason)) {
                wrong.push(format!("{name}: refused for more: {refusal:?}"));
            }
            assert!(!refusal.remedy.is_empty() && refusal.line <= text.lines().count() as u64, "{refusal:?}");
        }
        // What needs no clock is refused by the hunt as well.
        assert_eq!(Policy::parse("p.yaml", &text).unwrap_err().len(), refusals.len(), "{name}");
        count += 1;
    }
    assert!(wrong.is_empty() && count >= 77, "{count} policies\n{}", wrong.join("\n"));
}

/// The same for exclusions written as KQL: the remark that the comment names is made.
#[test]
fn each_weak_query_gets_its_remark() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/weaknesses");
    let mut count = 0;
    for file in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if file.extension().is_none_or(|kind| kind != "kql") {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let wanted: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("// remark: ")).collect();
        let found = lint_query(&file.display().to_string(), &text);
        let said: Vec<&str> = found.iter().map(|r| r.kind.name()).collect();
        assert!(!wanted.is_empty() && wanted.iter().all(|kind| said.contains(kind)), "{}: {found:#?}", file.display());
        assert!(found.iter().all(|r| r.line > 2 && !r.hides.is_empty() && !r.instead.is_empty()));
        count += 1;
    }
    assert!(count >= 10, "{count}");
}
