//! Exports of Sentinel and Defender XDR: CSV, JSON records, answers of the query APIs.
//!
//! A file's records go to one table (or several, where a column of the records names it); its columns are matched by name, values are
//! converted to the types of the table's schema, and columns beyond the schema come after it.

pub(crate) mod answer;
pub(crate) mod array;
pub(crate) mod csv;
pub(crate) mod envelope;
pub(crate) mod fill;
pub(crate) mod header;
pub(crate) mod identify;
pub(crate) mod json;
pub(crate) mod objects;
pub(crate) mod scan;
pub(crate) mod time;
pub(crate) mod values;
pub(crate) mod wrapper;

#[cfg(test)]
pub(crate) mod tests;

/// What to tell of a stream that broke.
pub(crate) fn broken_stream(error: &std::io::Error) -> String {
    let reason = match error.kind() {
        std::io::ErrorKind::UnexpectedEof => "the file is cut off".to_owned(),
        _ => error.to_string(),
    };
    format!("{reason}: nothing after this place could be read")
}
