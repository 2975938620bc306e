//! The real program on real files: output, exit codes, hostile input.

mod content;
mod corpora;
mod hostile;
mod incident;
mod query;
mod scenarios;
mod support;
