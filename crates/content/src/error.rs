/// Content that cannot be used: which file, where and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    #[error("{file}: {reason}")]
    File { file: String, reason: String },
    #[error("{file}: line {line}: {reason}")]
    Line { file: String, line: u64, reason: String },
}

impl ContentError {
    #[expect(clippy::needless_pass_by_value, reason = "an error is made where its reason ends")]
    pub(crate) fn file(file: impl Into<String>, reason: impl ToString) -> Self {
        Self::File { file: file.into(), reason: reason.to_string() }
    }

    /// The file.
    pub fn place(&self) -> &str {
        match self {
            Self::File { file, .. } | Self::Line { file, .. } => file,
        }
    }
}
