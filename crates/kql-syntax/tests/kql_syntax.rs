//! All tests that need only the public interface.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests are tests")]

#[path = "kql_syntax/corpus.rs"]
mod corpus;
#[path = "kql_syntax/dump.rs"]
mod dump;
#[path = "kql_syntax/format.rs"]
mod format;
#[path = "kql_syntax/golden.rs"]
mod golden;
#[path = "kql_syntax/hostile.rs"]
mod hostile;
