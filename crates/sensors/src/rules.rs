//! Rules, compiled.

use yara_x::{Compiler, Rules, SourceCode};

/// Rules that cannot be used, with the compiler's own account of place and reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {reason}")]
pub struct RulesetError {
    pub file: String,
    pub reason: String,
}

/// Compiled rules. The built-in ones and the user's are two sets: YARA-X searches a set of up to 64 atoms many times faster, and
/// what a user adds must not slow down the rest.
pub struct Ruleset {
    pub(crate) rules: Rules,
}

/// The variables that public rule sets expect of a scanner.
pub(crate) const VARIABLES: [&str; 5] = ["filename", "filepath", "extension", "filetype", "owner"];

impl Ruleset {
    /// Compiles files of rules (name, text), each its own namespace. A file that does not compile is left out and told.
    pub fn compile<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> (Self, Vec<RulesetError>) {
        let mut compiler = Compiler::new();
        compiler.relaxed_re_syntax(true);
        compiler.enable_includes(false);
        let mut errors: Vec<RulesetError> = VARIABLES
            .iter()
            .filter_map(|name| compiler.define_global(name, "").err())
            .map(|e| RulesetError { file: "scanner".to_owned(), reason: e.to_string() })
            .collect();
        for (name, text) in files {
            compiler.new_namespace(name);
            if let Err(error) = compiler.add_source(SourceCode::from(text).with_origin(name)) {
                errors.push(RulesetError { file: name.to_owned(), reason: error.to_string() });
            }
        }
        (Self { rules: compiler.build() }, errors)
    }

    /// Whether there is nothing to match.
    pub fn is_empty(&self) -> bool {
        self.rules.iter().len() == 0
    }

    /// The atoms that the search looks for; more than 64 make it several times slower.
    pub fn atoms(&self) -> usize {
        self.rules.iter().map(|rule| rule.patterns().map(|p| p.atoms().len()).sum::<usize>()).sum()
    }
}
