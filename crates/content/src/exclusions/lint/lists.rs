//! The watchlists that the program carries, as the lint reads them.

use crate::{Watchlist, embedded_files};

/// One of them. All are well formed, which a test of the library holds.
pub(super) fn embedded(alias: &str) -> Option<Watchlist> {
    let file = format!("watchlists/{alias}.csv");
    let (name, text) = embedded_files().into_iter().find(|(name, _)| *name == file)?;
    Watchlist::parse(&name, alias, &text).ok()
}

/// The place of a column.
pub(super) fn column(list: &Watchlist, wanted: &str) -> Option<usize> {
    list.columns.iter().position(|column| column == wanted)
}
