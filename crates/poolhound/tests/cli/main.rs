//! The real program on real files: output, exit codes, hostile input.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod content;
mod corpora;
mod hostile;
mod incident;
mod query;
mod scenarios;
mod support;
