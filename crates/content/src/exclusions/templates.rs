//! Policies to begin with: those of `examples/exclusions/`, as they lie there.

use crate::embedded;

/// Name and text of each, in order.
pub fn templates() -> Vec<(String, String)> {
    embedded::templates().into_iter().map(|(file, text)| (file.trim_end_matches(".yaml").to_owned(), text)).collect()
}

/// The text of one, by its name with or without the number in front.
pub fn template(name: &str) -> Option<String> {
    let bare = |own: &str| own.split_once('-').is_some_and(|(_, rest)| rest == name);
    templates().into_iter().find(|(own, _)| own == name || bare(own)).map(|(_, text)| text)
}

#[cfg(test)]
mod tests {
    use super::super::lint;
    use super::*;
    use std::path::Path;

    #[test]
    fn no_template_is_refused() {
        let now = "2026-11-18T12:00:00Z".parse().unwrap();
        let all = templates();
        for (name, text) in &all {
            let linted = lint(Path::new(name), text, now);
            assert_eq!(linted.refusals, [], "{name}");
            assert!(text.starts_with("# "), "{name} does not say what it is for");
        }
        assert_eq!(all.len(), 9, "{:?}", all.iter().map(|(name, _)| name).collect::<Vec<_>>());
        assert_eq!(template("browser-runtime"), template("6-browser-runtime"));
        assert!(template("browser-runtime").is_some() && template("nothing").is_none());
    }
}
