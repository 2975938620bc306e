//! The real program on real files: output, exit codes, hostile input.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot go on fails; what is left out is told")]

mod agreement;
mod campaigns;
mod command_lines;
mod content;
mod corpora;
mod evasions;
mod exclusions;
mod hostile;
mod incident;
mod intel;
mod network_rows;
mod query;
mod scenarios;
mod support;
