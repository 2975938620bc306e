//! Watchlists: CSV, every value a string, as in Sentinel.

use crate::ContentError;
use arrow::array::{ArrayRef, StringViewBuilder};
use arrow::record_batch::RecordBatch;
use model::{Column, KqlType, NamedTable, Schema, TableSchema};
use std::sync::Arc;

/// Named rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watchlist {
    pub alias: String,
    /// `SearchKey` is added in [`Watchlist::table`].
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Watchlist {
    /// The first column is the search key. Lines that start with `#` are comments.
    pub fn parse(file: &str, alias: &str, text: &str) -> Result<Self, ContentError> {
        let mut reader =
            csv::ReaderBuilder::new().comment(Some(b'#')).trim(csv::Trim::All).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let at = |e: &csv::Error| e.position().map_or(0, csv::Position::line);
        let columns = reader.headers().map_err(|e| ContentError::file(file, e))?.iter().map(str::to_owned).collect::<Vec<_>>();
        if columns.iter().all(String::is_empty) {
            return Err(ContentError::file(file, "a watchlist needs a header line"));
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|e| ContentError::Line { file: file.to_owned(), line: at(&e), reason: e.to_string() })?;
            rows.push(record.iter().map(str::to_owned).collect());
        }
        Ok(Self { alias: alias.to_owned(), columns, rows })
    }

    /// Whether it has the columns that queries ask for of the list of that name.
    ///
    /// # Errors
    /// Says which are missing, and which are there.
    pub fn replaces(&self, own: &Self) -> Result<(), String> {
        // For people alone.
        const NOTES: [&str; 4] = ["Owner", "Reference", "FirstSeen", "LastSeen"];
        let missing: Vec<&str> =
            own.columns.iter().filter(|c| !self.columns.contains(c)).map(String::as_str).filter(|c| !NOTES.contains(c)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(format!(
            "the watchlist {} has no column {}; it has {} (names are compared with case, and columns parted by commas)",
            own.alias,
            missing.join(", "),
            self.columns.join(", ")
        ))
    }

    /// As a file for `--watchlists` or for an upload.
    pub fn to_csv(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        // Writing to memory does not fail.
        let written = std::iter::once(&self.columns).chain(&self.rows).try_for_each(|row| writer.write_record(row));
        match (written, writer.into_inner()) {
            (Ok(()), Ok(bytes)) => String::from_utf8_lossy(&bytes).into_owned(),
            _ => String::new(),
        }
    }

    /// The rows as `_GetWatchlist` yields them.
    pub fn table(&self) -> NamedTable {
        let mut names = self.columns.clone();
        names.push("SearchKey".to_owned());
        let mut builders: Vec<StringViewBuilder> = names.iter().map(|_| StringViewBuilder::with_capacity(self.rows.len())).collect();
        for row in &self.rows {
            for (n, builder) in builders.iter_mut().enumerate() {
                let value = if n == self.columns.len() { row.first() } else { row.get(n) };
                builder.append_value(value.map_or("", String::as_str));
            }
        }
        let schema = Schema::new(names.into_iter().map(|n| Column::new(n, KqlType::String)).collect());
        let columns = builders.into_iter().map(|mut b| Arc::new(b.finish()) as ArrayRef).collect();
        let batches = RecordBatch::try_new(schema.arrow(), columns).into_iter().filter(|b| b.num_rows() > 0).collect();
        NamedTable { schema: TableSchema::new(self.alias.as_str(), schema), batches }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_replaces_has_the_columns_that_are_asked_for() {
        let own = Watchlist::parse("f", "HostGroups", "Host,Group,Owner\n").unwrap();
        assert_eq!(Watchlist::parse("f", "HostGroups", "Host,Group\na,b\n").unwrap().replaces(&own), Ok(()));
        for other in ["host,group\n", "Host;Group\n", "Host\n"] {
            let reason = Watchlist::parse("f", "HostGroups", other).unwrap().replaces(&own).unwrap_err();
            assert!(reason.contains("HostGroups has no column"), "{reason}");
        }
    }

    #[test]
    fn rows_become_a_table_with_a_search_key() {
        let list = Watchlist::parse("t.csv", "T", "\u{feff}Domain,Coin\n# note\nexample.com, XMR\n").unwrap();
        let table = list.table();
        let names: Vec<_> = table.schema.schema.columns.iter().map(|c| c.name.to_string()).collect();
        assert_eq!(names, ["Domain", "Coin", "SearchKey"]);
        assert_eq!(table.batches[0].num_rows(), 1);
    }

    #[test]
    fn a_row_of_another_width_names_its_line() {
        let error = Watchlist::parse("t.csv", "T", "a,b\n1,2\n1\n").unwrap_err();
        assert!(matches!(&error, ContentError::Line { line: 3, .. }), "{error}");
    }
}
