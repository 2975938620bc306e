use std::io;

/// What ends a command.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{0}")]
    Usage(String),
    #[error(transparent)]
    Evidence(#[from] evidence::EvidenceError),
    #[error("{0}")]
    Content(String),
    #[error("cannot write: {0}")]
    Output(#[from] io::Error),
}

impl Error {
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}
