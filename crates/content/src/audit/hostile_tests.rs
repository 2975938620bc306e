//! Trails that somebody else wrote, and what he cannot do with them.

use super::tests::{at, policy, trail};
use super::*;
use std::fs;

#[test]
fn lines_stay_below_a_mebibyte() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("trail.jsonl");
    let long: Vec<String> = (0..5_000).map(|n| format!("{n}{}", "\u{1}".repeat(2_000))).collect();
    let of = PolicyUse { policy: "a".into(), findings: long.clone(), hosts: long.clone(), classes: long.clone(), reapprove: long.clone() };
    let run = RunRecord { evidence: long, engine: "\u{1}".repeat(9_000), policies: vec![of], ..RunRecord::default() };
    let mut audit = Audit::open(&file).unwrap();
    audit.record(&[policy("a", "2027-01-31")], at("2026-11-18T12:00:00Z"), &run).unwrap();
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.lines().all(|line| line.len() < chain::MAX_LINE) && text.len() > 1 << 20);
    assert!(text.contains(r#""count":5000"#) && text.contains(r#""evidence_count":5000"#));
    assert_eq!(Audit::open(&file).unwrap().status(&[policy("a", "2027-01-31")], at("2026-11-18T12:00:00Z"), &[])[0].hid, 5_000);
    // What somebody else wrote may be longer, and is not read to its end.
    fs::write(&file, "x".repeat(3 << 20)).unwrap();
    assert!(Audit::open(&file).unwrap_err().to_string().contains("line 1: it is longer than"));
}

/// Whatever single byte is changed, taken away or added: the trail is refused, and nothing panics.
#[test]
fn no_byte_of_a_trail_can_be_another() {
    let (_folder, file) = trail();
    let whole = fs::read(&file).unwrap();
    let refused = |bytes: &[u8], at: usize| {
        let read = chain::read(bytes, &mut State::default(), 0, |_| {});
        assert!(read.is_err(), "byte {at}: {}", String::from_utf8_lossy(bytes));
    };
    for at in (0..whole.len()).step_by(3) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        refused(&bytes, at);
        bytes.remove(at);
        refused(&bytes, at);
        bytes.insert(at, 0xff);
        refused(&bytes, at);
    }
    for end in 1..whole.len() {
        let sound = chain::read(&whole[..end], &mut State::default(), 0, |_| {}).is_ok();
        assert_eq!(sound, whole[end - 1] == b'\n', "{end}");
    }
}

/// A text with the hash that belongs to it, as whoever writes a trail himself can make it.
fn sealed(text: &str) -> String {
    let hash = chain::digest(text);
    format!("{},\"hash\":\"{hash}\"}}\n", text.strip_suffix('}').unwrap())
}

#[test]
fn a_trail_of_somebody_s_own_is_read_without_harm() {
    let zeros = chain::zeros();
    let paper = r#""file":"","owner":"","approver":"","ticket":"","valid_from":"","valid_until":"""#;
    let line = |time: &str, event: &str| format!(r#"{{"seq":1,"time":"{time}",{event},"previous":"{zeros}"}}"#);
    let enabled = |id: &str| format!(r#""event":"policy_enabled","policy":"{id}","policy_hash":"h",{paper}"#);
    let used = r#""event":"policy_used","policy":"a","policy_hash":"h","count":18446744073709551615,"findings":[],"hosts":[],"host_count":0,"classes":[],"reapprove":[],"reapprove_count":18446744073709551615"#;
    let sound = [
        line("0000-01-01T00:00:00+23:59", &enabled("a")),
        line("9999-12-31T23:59:60-23:59", &enabled("a")),
        line("2026-11-18T12:00:00Z", used),
    ];
    for text in &sound {
        let mut state = State::default();
        chain::read(sealed(text).as_bytes(), &mut state, 0, |_| {}).unwrap();
        let audit = Audit { state, ..Audit::open(Path::new("no such file")).unwrap() };
        for now in [DateTime::<Utc>::MIN_UTC, at("2026-11-18T12:00:00Z"), DateTime::<Utc>::MAX_UTC] {
            let all = [policy("a", "2027-01-31")];
            assert_eq!(audit.status(&all, now, &[]).len(), 1);
            let events = audit.state.news(&all, now, &RunRecord::default());
            // A clock that nobody's is cannot be written down, and says so.
            let _ = chain::write(events, &audit.state, now);
        }
    }
    let deep = format!(r#""event":"run","x":{}{}"#, "[".repeat(5_000), "]".repeat(5_000));
    let refused = [
        line("2026-11-18T12:00:00Z", &enabled(&"a".repeat(300))),
        line("yesterday", &enabled("a")),
        line("2026-11-18T12:00:00Z", r#""event":"policy_loved""#),
        line("2026-11-18T12:00:00Z", &enabled("a").replace(r#""h""#, "7")),
        line("2026-11-18T12:00:00Z", &deep),
        line("2026-11-18T12:00:00Z", &enabled("a")).replace(r#""seq":1"#, r#""seq":-1"#),
        line("2026-11-18T12:00:00Z", &enabled("a")).replace("00000000", "00000001"),
        "{}".to_owned(),
        "null}".to_owned(),
    ];
    for text in &refused {
        let read = chain::read(sealed(text).as_bytes(), &mut State::default(), 0, |_| {});
        assert!(matches!(read, Err(chain::Fault::Broken { line: 1, .. })), "{text}");
    }
}
