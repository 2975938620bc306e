//! Any bytes as a pinned copy for `externaldata`, in every format and under columns of every type; and as the manifest itself.

#![no_main]

use content::Externals;
use libfuzzer_sys::fuzz_target;
use model::{Column, KqlType, Schema};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

const FORMATS: [&str; 7] = ["csv", "tsv", "psv", "txt", "raw", "json", "multijson"];
const TYPES: [KqlType; 10] = [
    KqlType::String,
    KqlType::Long,
    KqlType::Int,
    KqlType::Real,
    KqlType::Bool,
    KqlType::DateTime,
    KqlType::TimeSpan,
    KqlType::Dynamic,
    KqlType::Decimal,
    KqlType::Guid,
];

static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a folder for the copies"));

fuzz_target!(|bytes: &[u8]| {
    let (copy, manifest) = (FOLDER.path().join("copy"), FOLDER.path().join("externals.yaml"));
    std::fs::write(&manifest, bytes).expect("the folder is ours");
    // Refused, or a list that names files; none of them is opened here.
    let _ = Externals::load(&manifest);
    let Some((which, rest)) = bytes.split_first() else { return };
    let hash: String = Sha256::digest(rest).iter().map(|b| format!("{b:02x}")).collect();
    std::fs::write(&copy, rest).expect("the folder is ours");
    std::fs::write(&manifest, format!("- {{url: u, file: copy, sha256: {hash}}}\n")).expect("the folder is ours");
    let externals = Externals::load(&manifest).expect("a sound manifest");
    let columns = Schema::new(TYPES.iter().zip('a'..).map(|(kind, name)| Column::new(name.to_string(), *kind)).collect());
    let option = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let format = FORMATS[usize::from(which & 0x7f) % FORMATS.len()];
    let options = [option("format", format), option("ignoreFirstRecord", if which & 0x80 == 0 { "false" } else { "true" })];
    if let Ok(table) = externals.table("u", &columns, &options) {
        assert!(table.batches.iter().all(|batch| batch.num_columns() == TYPES.len()));
    }
});
