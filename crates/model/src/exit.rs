//! Exit codes. Stable.

/// Everything was read and nothing is open.
pub const CLEAN: u8 = 0;
/// There are open findings at or above `--fail-on`.
pub const FINDINGS: u8 = 1;
/// The command line or the content (hunts, exclusions, rules) is wrong.
pub const USAGE: u8 = 2;
/// Nothing is open, but evidence was skipped or could not be read, or no hunt had anything to look at.
pub const INCOMPLETE: u8 = 3;
/// Stopped by Ctrl-C.
pub const INTERRUPTED: u8 = 130;
