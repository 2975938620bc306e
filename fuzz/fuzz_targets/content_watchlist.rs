//! Any text as a watchlist: refused with a reason, or every row of its width and in the table.

#![no_main]

use content::Watchlist;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(list) = Watchlist::parse("list.csv", "List", text) else { return };
    assert!(list.rows.iter().all(|row| row.len() == list.columns.len()));
    let table = list.table();
    assert_eq!(table.batches.iter().map(|batch| batch.num_rows()).sum::<usize>(), list.rows.len());
});
