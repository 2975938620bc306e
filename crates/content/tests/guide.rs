//! `docs/exclusions.md` speaks of what there is: every fact, class, weakness, template and longest validity.

use content::exclusions::{SCENARIOS, WEIGHTS, templates};
use model::EvidenceClass;
use std::path::Path;

#[test]
fn the_guide_leaves_nothing_out() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let guide = std::fs::read_to_string(root.join("../../docs/exclusions.md")).unwrap();
    let mut wanted: Vec<String> = WEIGHTS.iter().map(|w| w.fact.to_owned()).filter(|fact| fact != "destination_ports").collect();
    wanted.extend(EvidenceClass::ALL.map(|class| class.name().to_owned()));
    for file in std::fs::read_dir(root.join("tests/weaknesses")).unwrap().map(|entry| entry.unwrap().path()) {
        if file.extension().is_some_and(|kind| kind == "yaml") {
            wanted.push(file.file_stem().unwrap().to_string_lossy().into_owned());
        }
    }
    let missing: Vec<&String> = wanted.iter().filter(|word| !guide.contains(&format!("`{word}`"))).collect();
    assert!(missing.is_empty(), "not in the guide: {missing:?}");
    for (name, _) in templates() {
        let of_two = name.trim_end_matches("linux").trim_end_matches("windows");
        assert!(guide.contains(&format!("| `{name}`")) || guide.contains(&format!("| `{of_two}*`")), "{name}");
    }
    for scenario in SCENARIOS {
        assert!(guide.contains(&format!("{} days", scenario.days)) || guide.contains(&format!(" {},", scenario.days)), "{}", scenario.name);
    }
}
