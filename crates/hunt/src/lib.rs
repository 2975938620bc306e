//! From hunts to cases: runs a library's hunts on a [`model::Backend`], puts rows together into findings, lets exclusions explain
//! them, puts findings together into cases, and says what the evidence could not show.
//!
//! Knows neither files nor engine: it works over a laptop's evidence and a workspace alike.

mod approved;
mod campaigns;
mod cases;
mod columns;
mod coverage;
mod entities;
mod findings;
mod ids;
mod run;
mod story;

pub use approved::{Backtest, Contradiction, Hidden, JudgedRow, backtest, difference, judged_rows, texts};
pub use coverage::{TableRows, coverage};
pub use findings::Locate;
pub use run::{Hunted, Problem, hunt};
