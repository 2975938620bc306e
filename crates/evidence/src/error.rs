use std::path::PathBuf;

/// What keeps evidence from being opened at all. Everything else is a [`model::ReadError`] or a [`model::Skipped`].
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    #[error("{}: no such file or directory; check the path", .0.display())]
    Missing(PathBuf),
    #[error("no path was given; name a file or a folder of evidence")]
    NoPath,
    #[error("table {0:?} is not known; `poolhound tables` lists the names")]
    UnknownTable(String),
    #[error("more than {0} files; hunt the folders one by one")]
    TooManyFiles(usize),
}
