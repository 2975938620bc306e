//! What a hunt found, for people ([`terminal`]) and for machines ([`json`]). Writes to any [`std::io::Write`]; imports only `model`.

mod campaigns;
pub mod json;
pub mod style;
pub mod table;
pub mod terminal;
mod text;

pub use text::safe;
