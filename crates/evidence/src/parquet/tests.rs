use crate::Options;
use crate::exports::tests::Seen;
use ::parquet::arrow::ArrowWriter;
use ::parquet::file::properties::WriterProperties;
use arrow::array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, ListArray, RecordBatch, StringArray, StructArray, TimestampMicrosecondArray,
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
