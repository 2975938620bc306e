//! Colours, where they are wanted.

use model::Severity;

/// How to dress text; [`Style::PLAIN`] leaves it bare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    pub colour: bool,
    /// Columns of the terminal; text is wrapped there.
    pub width: usize,
}

impl Style {
    pub const PLAIN: Self = Self { colour: false, width: 100 };

    pub fn bold(self, text: &str) -> String {
        self.dress("1", text)
    }

    pub fn dim(self, text: &str) -> String {
        self.dress("2", text)
    }

    pub(crate) fn severity(self, severity: Severity) -> String {
        let code = match severity {
            Severity::High => "1;31",
            Severity::Medium => "1;33",
            Severity::Low => "36",
            Severity::Informational => "2",
        };
        self.dress(code, severity.name())
    }

    fn dress(self, code: &str, text: &str) -> String {
        if self.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
