//! KQL text to tokens, a tree and diagnostics. Parsing never fails: what is wrong is said and stepped over.
//!
//! Knows the grammar, no table, no function, no engine.
//!
//! ```
//! let parse = kql_syntax::parse("SecurityEvent | where EventID == 4688 | take 5");
//! assert!(parse.diagnostics.is_empty());
//! assert_eq!(parse.script.statements.len(), 1);
//! ```

pub mod ast;
mod brackets;
mod datetime;
pub mod diagnostic;
mod format;
mod keywords;
mod lexer;
mod literal;
mod parser;
pub mod span;
pub mod token;

pub use ast::Script;
pub use datetime::{parse_datetime, parse_timespan};
pub use diagnostic::{Diagnostic, Level};
pub use format::format;
pub use parser::{MAX_DEPTH, MAX_TEXT, Parse, parse};
pub use span::Span;
pub use token::{Token, TokenKind};
