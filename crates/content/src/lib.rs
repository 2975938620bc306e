//! Content: hunts, stored functions, watchlists, YARA rules and exclusions. What is it, where does it come from, is it well formed?
//!
//! In go files or the archive embedded in the program, out comes a [`Library`]. Knows no engine: a hunt's query is text here.

pub mod audit;
mod catalog;
mod embedded;
mod error;
pub mod exclusions;
mod externals;
mod functions;
mod hunts;
pub mod intel;
mod library;
mod prices;
mod rules;
mod watchlists;

pub use catalog::LibraryCatalog;
pub use embedded::files as embedded_files;
pub use error::ContentError;
pub use externals::Externals;
pub use hunts::{EntityMapping, Hunt};
pub use library::{Library, files};
pub use prices::{Coin, Prices};
pub use rules::RuleFile;
pub use watchlists::Watchlist;
