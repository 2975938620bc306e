//! `externaldata` without a network: pinned local copies named in a manifest.
//!
//! The manifest is a YAML list of `url`, `file` (beside the manifest) and `sha256`. What is not in it, or has another hash, is refused.

use crate::ContentError;
use arrow::array::{ArrayRef, BooleanBuilder, Float64Builder, Int32Builder, Int64Builder, StringViewBuilder};
use arrow::record_batch::RecordBatch;
use model::{KqlType, NamedTable, Schema, TableSchema, ticks};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes that a copy may have, or unpack to.
const MAX_BYTES: u64 = 256 << 20;
/// Of a copy as JSON, whose values take many times their text.
const MAX_JSON: usize = 64 << 20;
/// Rows times columns.
const MAX_CELLS: usize = 1 << 25;

/// The manifest; the default one is empty and refuses everything.
#[derive(Clone, Debug, Default)]
pub struct Externals {
    entries: BTreeMap<String, Entry>,
    folder: PathBuf,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    url: String,
    file: PathBuf,
    sha256: String,
}

impl Externals {
    pub fn load(manifest: &Path) -> Result<Self, ContentError> {
        let name = manifest.display().to_string();
        let text = fs::read_to_string(manifest).map_err(|e| ContentError::file(&name, e))?;
        let entries: Vec<Entry> = serde_saphyr::from_str(&text).map_err(|e| ContentError::file(&name, e))?;
        let folder = manifest.parent().unwrap_or(Path::new("")).to_owned();
        Ok(Self { entries: entries.into_iter().map(|e| (e.url.clone(), e)).collect(), folder })
    }

    /// The rows of an address under the declared columns. `options` are those of the query's `with (…)`.
    pub fn table(&self, url: &str, columns: &Schema, options: &[(String, String)]) -> Result<NamedTable, String> {
        let entry = self.entries.get(url).ok_or_else(|| {
            format!("no local copy of {url} is pinned; Poolhound reads no network: name one with --externals (url, file, sha256)")
        })?;
        let path = self.folder.join(&entry.file);
        let bytes = read(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let hash: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
        if !hash.eq_ignore_ascii_case(&entry.sha256) {
            return Err(format!("{} has the SHA-256 {hash}, not the pinned {}", path.display(), entry.sha256));
        }
        let bytes = unpacked(bytes).map_err(|e| format!("{}: {e}", path.display()))?;
        let text = String::from_utf8_lossy(&bytes);
        let text = text.trim_start_matches('\u{feff}');
        let option =
            |name: &str| options.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_ascii_lowercase());
        let format = option("format").unwrap_or_else(|| by_name(url).to_owned());
        let skip_first = option("ignoreFirstRecord").is_some_and(|v| v == "true" || v == "1");
        let width = columns.columns.len();
        let rows = match format.as_str() {
            "csv" => delimited(text, b',', skip_first, width)?,
            "tsv" => delimited(text, b'\t', skip_first, width)?,
            "psv" => delimited(text, b'|', skip_first, width)?,
            // The whole content is one value.
            "raw" => vec![vec![text.to_owned()]],
            "txt" => bounded(text.lines().skip(usize::from(skip_first)).map(|line| Ok(vec![line.to_owned()])), 1)?,
            "json" | "multijson" => objects(text, columns)?,
            other => {
                return Err(format!("externaldata of format `{other}` is not available; csv, tsv, psv, txt, raw, json and multijson are"));
            }
        };
        let arrays: Vec<ArrayRef> = columns
            .columns
            .iter()
            .enumerate()
            .map(|(n, c)| column(c.kql_type, rows.iter().map(|r| r.get(n).map_or("", String::as_str))))
            .collect();
        let batch = RecordBatch::try_new(columns.arrow(), arrays).map_err(|e| e.to_string())?;
        Ok(NamedTable { schema: TableSchema::new(url, columns.clone()), batches: vec![batch] })
    }
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    limited(fs::File::open(path)?)
}

/// A copy may be compressed as the original is.
fn unpacked(bytes: Vec<u8>) -> std::io::Result<Vec<u8>> {
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return limited(flate2::read::MultiGzDecoder::new(bytes.as_slice()));
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Err(std::io::Error::other("a zip is not unpacked; pin what is in it"));
    }
    Ok(bytes)
}

fn limited(from: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(std::io::Error::other("more than 256 MiB"));
    }
    Ok(bytes)
}

fn by_name(url: &str) -> &str {
    let path = url.split(['?', ';', '#']).next().unwrap_or(url);
    let path = path.strip_suffix(".gz").unwrap_or(path);
    path.rsplit_once('.').map_or("csv", |(_, kind)| kind)
}

/// As many rows as fit.
fn bounded(rows: impl Iterator<Item = Result<Vec<String>, String>>, width: usize) -> Result<Vec<Vec<String>>, String> {
    let most = MAX_CELLS / width.max(1);
    let rows = rows.take(most + 1).collect::<Result<Vec<_>, _>>()?;
    if rows.len() > most { Err(format!("more than {most} rows")) } else { Ok(rows) }
}

fn delimited(text: &str, delimiter: u8, skip_first: bool, width: usize) -> Result<Vec<Vec<String>>, String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(skip_first).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    // What a row has beyond the declared columns is not kept.
    bounded(reader.records().map(|r| r.map(|r| r.iter().take(width).map(str::to_owned).collect()).map_err(|e| e.to_string())), width)
}

/// Objects one after the other, or in an array; fields by the columns' names.
fn objects(text: &str, columns: &Schema) -> Result<Vec<Vec<String>>, String> {
    if text.len() > MAX_JSON {
        return Err("more than 64 MiB of JSON".to_owned());
    }
    let mut rows = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        let list = match value.map_err(|e| e.to_string())? {
            Value::Array(items) => items,
            one => vec![one],
        };
        rows.extend(list.iter().map(|object| {
            let cell = |name: &str| match object.get(name) {
                None | Some(Value::Null) => String::new(),
                Some(Value::String(s)) => s.clone(),
                Some(other) => other.to_string(),
            };
            columns.columns.iter().map(|c| cell(&c.name)).collect()
        }));
    }
    Ok(rows)
}

/// Text that is not of the type is null, as Kusto reads it.
fn column<'a>(kql_type: KqlType, values: impl Iterator<Item = &'a str>) -> ArrayRef {
    match kql_type {
        KqlType::Bool => {
            let mut builder = BooleanBuilder::new();
            values.for_each(|v| {
                builder.append_option(match v.to_ascii_lowercase().as_str() {
                    "true" | "1" => Some(true),
                    "false" | "0" => Some(false),
                    _ => None,
                });
            });
            Arc::new(builder.finish())
        }
        KqlType::Int => {
            let mut builder = Int32Builder::new();
            values.for_each(|v| builder.append_option(v.trim().parse().ok()));
            Arc::new(builder.finish())
        }
        KqlType::Long => {
            let mut builder = Int64Builder::new();
            values.for_each(|v| builder.append_option(v.trim().parse().ok()));
            Arc::new(builder.finish())
        }
        KqlType::DateTime => {
            let mut builder = Int64Builder::new();
            values.for_each(|v| builder.append_option(ticks::parse_iso(v)));
            Arc::new(builder.finish())
        }
        KqlType::TimeSpan => {
            let mut builder = Int64Builder::new();
            values.for_each(|_| builder.append_null());
            Arc::new(builder.finish())
        }
        KqlType::Real => {
            let mut builder = Float64Builder::new();
            values.for_each(|v| builder.append_option(v.trim().parse().ok()));
            Arc::new(builder.finish())
        }
        KqlType::String => {
            let mut builder = StringViewBuilder::new();
            values.for_each(|v| builder.append_value(v));
            Arc::new(builder.finish())
        }
        KqlType::Dynamic | KqlType::Decimal | KqlType::Guid => {
            let mut builder = StringViewBuilder::new();
            values.for_each(|v| builder.append_option((!v.is_empty()).then_some(v)));
            Arc::new(builder.finish())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::AsArray;
    use model::Column;

    #[test]
    fn pinned_copies_only() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.csv"), "name,n\nXMRig,1\n\"cc,miner\",x\n").unwrap();
        let hash: String = Sha256::digest(fs::read(folder.path().join("a.csv")).unwrap()).iter().map(|b| format!("{b:02x}")).collect();
        let manifest = folder.path().join("externals.yaml");
        fs::write(&manifest, format!("- url: https://example.com/a.csv\n  file: a.csv\n  sha256: {hash}\n")).unwrap();
        let columns = Schema::new(vec![Column::new("name", KqlType::String), Column::new("n", KqlType::Long)]);
        let options = [("format".to_owned(), "csv".to_owned()), ("ignoreFirstRecord".to_owned(), "true".to_owned())];
        let externals = Externals::load(&manifest).unwrap();
        let table = externals.table("https://example.com/a.csv", &columns, &options).unwrap();
        assert_eq!(table.batches[0].column(0).as_string_view().value(1), "cc,miner");
        assert!(table.batches[0].column(1).is_null(1));
        assert!(externals.table("https://example.com/b.csv", &columns, &options).unwrap_err().contains("no local copy"));
        let whole = externals.table("https://example.com/a.csv", &columns, &[("format".to_owned(), "raw".to_owned())]).unwrap();
        assert_eq!(whole.batches[0].num_rows(), 1);
        fs::write(folder.path().join("a.csv"), "changed").unwrap();
        assert!(externals.table("https://example.com/a.csv", &columns, &options).unwrap_err().contains("SHA-256"));
    }

    #[test]
    fn copies_are_bounded() {
        let rows = |count: usize, width| bounded((0..count).map(|_| Ok(Vec::new())), width).map(|rows| rows.len());
        assert_eq!(rows(4, 1 << 23), Ok(4));
        assert!(rows(5, 1 << 23).unwrap_err().contains("more than 4 rows"));
        assert_eq!(delimited("a,b,c\n", b',', false, 2).unwrap(), [["a", "b"]]);
        assert!(limited(std::io::repeat(0)).unwrap_err().to_string().contains("256 MiB"));
    }

    #[test]
    fn a_copy_may_be_compressed() {
        use std::io::Write;
        let folder = tempfile::tempdir().unwrap();
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gz.write_all(b"name\nXMRig\n").unwrap();
        let bytes = gz.finish().unwrap();
        let hash: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
        fs::write(folder.path().join("a.csv.gz"), bytes).unwrap();
        let manifest = folder.path().join("externals.yaml");
        fs::write(&manifest, format!("- url: https://example.com/a.csv.gz\n  file: a.csv.gz\n  sha256: {hash}\n")).unwrap();
        let columns = Schema::new(vec![Column::new("name", KqlType::String)]);
        let table = Externals::load(&manifest).unwrap().table("https://example.com/a.csv.gz", &columns, &[]).unwrap();
        assert_eq!(table.batches[0].column(0).as_string_view().value(1), "XMRig");
    }
}
