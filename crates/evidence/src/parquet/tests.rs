use crate::Options;
use crate::exports::tests::Seen;
use ::parquet::arrow::ArrowWriter;
use ::parquet::file::properties::WriterProperties;
use arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Float64Array, Int64Array, LargeBinaryArray, ListArray, RecordBatch, StringArray, StructArray,
    TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Field, Int32Type};
use std::sync::Arc;

fn columns() -> Vec<(&'static str, ArrayRef)> {
    let list = ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1), None]), None, Some(vec![])]);
    let name: ArrayRef = Arc::new(StringArray::from(vec![Some("a\"b"), None, Some("c")]));
    let nested = StructArray::from(vec![
        (Arc::new(Field::new("n", DataType::Utf8, true)), name),
        (Arc::new(Field::new("l", list_type(&list), true)), Arc::new(list) as ArrayRef),
    ]);
    let start = 1_551_426_905_000_000;
    vec![
        ("Timestamp", Arc::new(TimestampMicrosecondArray::from(vec![Some(start), None, Some(start + 1)])) as ArrayRef),
        ("DeviceName", Arc::new(StringArray::from(vec![Some("pc"), None, Some("pc3")]))),
        ("ActionType", Arc::new(StringArray::from(vec!["ConnectionSuccess"; 3]))),
        ("RemotePort", Arc::new(Int64Array::from(vec![Some(443), None, Some(5_000_000_000)]))),
        ("RemoteUrl", Arc::new(StringArray::from(vec!["u"; 3]))),
        ("ReportId", Arc::new(StringArray::from(vec!["7", "x", ""]))),
        ("AdditionalFields", Arc::new(nested)),
        ("Own", Arc::new(Float64Array::from(vec![1.5, 2.0, 3.0]))),
        ("Flag", Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)]))),
    ]
}

fn list_type(list: &ListArray) -> DataType {
    arrow::array::Array::data_type(list).clone()
}

fn file() -> Vec<u8> {
    let batch = RecordBatch::try_from_iter_with_nullable(columns().into_iter().map(|(name, array)| (name, array, true))).unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(2)).build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

const SHOWN: &str = "TimeGenerated,Timestamp,DeviceName,RemotePort,ReportId,AdditionalFields,Own,Flag,Type";
const ROWS: [&str; 3] = [
    r#"2019-03-01T07:55:05Z|2019-03-01T07:55:05Z|pc|443|7|{"n":"a\"b","l":[1,null]}|1.5|true|DeviceNetworkEvents"#,
    r#"null|null||null|null|{}|2|null|DeviceNetworkEvents"#,
    r#"2019-03-01T07:55:05.000001Z|2019-03-01T07:55:05.000001Z|pc3|null|null|{"n":"c","l":[]}|3|false|DeviceNetworkEvents"#,
];

#[test]
fn columns_come_in_the_layout_of_their_types() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut packed, &file()).unwrap();
    for (name, bytes) in [("x.parquet", file()), ("x.parquet.gz", packed.finish().unwrap())] {
        let seen = Seen::file(name, &bytes, Options::default());
        assert_eq!(seen.rows("DeviceNetworkEvents", SHOWN), ROWS, "{name} {:?}", seen.skipped);
        assert_eq!(seen.flaws(), [] as [&str; 0]);
        let told = seen.told();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].starts_with("column RemotePort: 1 value is no int"), "{told:?}");
        assert!(told[1].starts_with("column ReportId: 1 value is no long"), "{told:?}");
    }
}

#[test]
fn a_damaged_file_is_told_wherever_the_damage_is() {
    let whole = file();
    for cut in [5, 100, whole.len() / 2, whole.len() - 1] {
        let seen = Seen::file("x.parquet", &whole[..cut], Options::default());
        assert!(seen.flaws()[0].contains("damaged Parquet"), "cut at {cut}: {:?}", seen.flaws());
    }
    let mut told = 0;
    for at in (4..whole.len()).step_by(61) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x5a;
        let seen = Seen::file("DeviceNetworkEvents.parquet", &bytes, Options::default());
        told += usize::from(!seen.flaws().is_empty() || !seen.skipped.is_empty());
    }
    assert!(told > 5, "{told}");
}

/// A file of one batch, not packed.
fn plain(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

#[test]
fn bytes_without_a_note_are_text() {
    let list = |values: [&[u8]; 2]| Arc::new(BinaryArray::from(values.to_vec())) as ArrayRef;
    let nested = StructArray::from(vec![(Arc::new(Field::new("n", DataType::Binary, false)), list([b"a\"b", b"c"]))]);
    let file = plain(vec![
        ("Type", list([b"DeviceNetworkEvents", b"DeviceNetworkEvents"])),
        ("TimeGenerated", list([b"2026-11-10T10:00:00Z", b"later"])),
        ("DeviceName", list(["é".as_bytes(), b"a\xffb"])),
        ("RemoteUrl", Arc::new(LargeBinaryArray::from(vec![&b"pool.example"[..], b""]))),
        ("RemotePort", list([b"3333", b""])),
        ("AdditionalFields", Arc::new(nested)),
    ]);
    let seen = Seen::file("x.parquet", &file, Options::default());
    let rows = seen.rows("DeviceNetworkEvents", "TimeGenerated,DeviceName,RemoteUrl,RemotePort,AdditionalFields");
    assert_eq!(rows, ["2026-11-10T10:00:00Z|é|pool.example|3333|{\"n\":\"a\\\"b\"}", "null|a\u{fffd}b||null|{\"n\":\"c\"}"]);
    assert_eq!(seen.flaws(), [] as [&str; 0]);
    let told = seen.told();
    assert_eq!(told.len(), 3, "{told:?}");
    assert_eq!(told[0], "1 records have bytes that are no UTF-8; they are shown as U+FFFD");
}

#[test]
fn a_method_of_packing_without_a_decoder_is_named() {
    let mut file = plain(vec![("Name", Arc::new(StringArray::from(vec!["a"])) as ArrayRef)]);
    // The list of one path, then the method: none becomes Brotli.
    let at = memchr::memmem::rfind(&file, b"\x19\x18\x04Name\x15\x00").unwrap();
    file[at + 8] = 8;
    let seen = Seen::file("DnsEvents.parquet", &file, Options::default());
    assert_eq!(seen.skipped.len(), 1, "{:?} {:?}", seen.skipped, seen.flaws());
    assert!(seen.skipped[0].1.starts_with("Parquet packed with Brotli"), "{:?}", seen.skipped);
}

#[test]
fn a_column_before_the_file_is_damage() {
    let sound = plain(vec![("Name", Arc::new(StringArray::from(vec!["a"])) as ArrayRef)]);
    // The place of the dictionary, 4 in zigzag, before the statistics.
    let at = memchr::memmem::rfind(&sound, b"\x26\x08\x1c").unwrap();
    let mut file = sound;
    file[at + 1] = 7;
    let seen = Seen::file("DnsEvents.parquet", &file, Options::default());
    assert_eq!(seen.flaws().len(), 1);
    assert!(seen.flaws()[0].contains("column \"Name\" has") && seen.flaws()[0].contains("at -4"), "{:?}", seen.flaws());
}

/// Rows of nothing take no room, but time: a file of a few hundred bytes may claim millions.
#[test]
fn more_rows_than_the_bytes_can_hold_are_refused() {
    let of = |rows: usize| {
        let flags: ArrayRef = Arc::new(BooleanArray::from(vec![None::<bool>; rows]));
        let batch = RecordBatch::try_from_iter(vec![("Flag", flags)]).unwrap();
        let properties = WriterProperties::builder().set_data_page_row_count_limit(rows).set_write_batch_size(rows).build();
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        bytes
    };
    let seen = Seen::file("DnsEvents.parquet", &of(3_000_000), Options::default());
    assert!(seen.flaws().iter().any(|flaw| flaw.contains("3000000 rows in") && flaw.contains("cannot be")), "{:?}", seen.flaws());
    assert_eq!(Seen::file("DnsEvents.parquet", &of(30_000), Options::default()).flaws(), [] as [&str; 0]);
}
