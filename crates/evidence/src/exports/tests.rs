//! Whole files through the framework.

use crate::{Caps, Options, open};
use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Float64Type, Int32Type, Int64Type};
use arrow::record_batch::RecordBatch;
use model::{Batch, FileRef, KqlType, ReadError, Sink, Source, Wants};
use std::collections::BTreeMap;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// What came out of a folder of evidence.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) batches: Mutex<Vec<Batch>>,
    pub(crate) errors: Mutex<Vec<ReadError>>,
    pub(crate) warnings: Mutex<Vec<String>>,
    pub(crate) counts: Mutex<BTreeMap<String, u64>>,
    pub(crate) skipped: Vec<(String, String)>,
    pub(crate) tables: BTreeMap<String, model::Schema>,
    files: Vec<String>,
}

impl Sink for Seen {
    fn batch(&self, batch: Batch) -> ControlFlow<()> {
        self.batches.lock().unwrap().push(batch);
        ControlFlow::Continue(())
    }
    fn error(&self, error: ReadError) {
        self.errors.lock().unwrap().push(error);
    }
    fn warning(&self, _: &FileRef, text: String) {
        self.warnings.lock().unwrap().push(text);
    }
    fn records(&self, table: &Arc<str>, count: u64) {
        *self.counts.lock().unwrap().entry(table.to_string()).or_insert(0) += count;
    }
    fn progress(&self, _: u64) {}
}

impl Seen {
    /// Everything under a path, with all columns.
    pub(crate) fn path(path: &Path, options: Options) -> Self {
        let evidence = open(&[PathBuf::from(path)], options).unwrap();
        let offer = evidence.offer();
        let wants = Wants { tables: offer.tables.iter().map(|t| (Arc::clone(&t.name), t.schema.clone())).collect() };
        let own = |file: &FileRef| file.name.rsplit('/').next().unwrap_or_default().to_owned();
        let seen = Self {
            skipped: offer.skipped.iter().map(|s| (own(&s.file), s.reason.clone())).collect(),
            files: offer.files.iter().map(own).collect(),
            tables: offer.tables.iter().map(|t| (t.name.to_string(), t.schema.clone())).collect(),
            ..Self::default()
        };
        evidence.read(&wants, 2, &seen);
        seen
    }

    pub(crate) fn file(name: &str, bytes: &[u8], options: Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(name), bytes).unwrap();
        Self::path(folder.path(), options)
    }

    /// A table's rows, in the order of records: the given columns, joined by `|`; null is `null`.
    pub(crate) fn rows(&self, table: &str, columns: &str) -> Vec<String> {
        let mut rows = Vec::new();
        for batch in self.batches.lock().unwrap().iter().filter(|b| &*b.table == table) {
            let records = column(&batch.rows, model::RECORD_COLUMN).as_primitive::<Int64Type>().clone();
            for row in 0..batch.rows.num_rows() {
                let cells: Vec<_> = columns.split(',').map(|name| cell(&batch.rows, &self.tables[table], name, row)).collect();
                rows.push((records.value(row), cells.join("|")));
            }
        }
        rows.sort();
        rows.into_iter().map(|(_, text)| text).collect()
    }

    /// What became of each file, as `name table rows` or `name skipped: reason`.
    fn outcomes(&self) -> Vec<String> {
        let mut rows: BTreeMap<(usize, String), usize> = BTreeMap::new();
        for batch in self.batches.lock().unwrap().iter() {
            let ids = column(&batch.rows, model::RECORD_COLUMN).as_primitive::<Int64Type>();
            let file = model::RecordId(ids.value(0)).file() as usize;
            *rows.entry((file, batch.table.to_string())).or_default() += batch.rows.num_rows();
        }
        let read = rows.into_iter().map(|((file, table), rows)| format!("{} {table} {rows}", self.files[file]));
        let mut outcomes: Vec<String> = read.chain(self.skipped.iter().map(|(file, why)| format!("{file} skipped: {why}"))).collect();
        outcomes.sort();
        outcomes
    }

    pub(crate) fn told(&self) -> Vec<String> {
        let mut told = self.warnings.lock().unwrap().clone();
        told.sort();
        told
    }

    /// `offset record reason` of each error.
    pub(crate) fn flaws(&self) -> Vec<String> {
        let show = |n: Option<u64>| n.map_or("-".to_owned(), |n| n.to_string());
        let errors = self.errors.lock().unwrap();
        let mut flaws: Vec<_> = errors.iter().map(|e| (e.offset, format!("{} {} {}", show(e.offset), show(e.record), e.reason))).collect();
        flaws.sort();
        flaws.into_iter().map(|(_, text)| text).collect()
    }
}

fn column<'b>(rows: &'b RecordBatch, name: &str) -> &'b arrow::array::ArrayRef {
    rows.column_by_name(name).unwrap_or_else(|| panic!("no column {name}"))
}

fn cell(rows: &RecordBatch, schema: &model::Schema, name: &str, row: usize) -> String {
    let array = column(rows, name);
    if array.is_null(row) {
        return "null".into();
    }
    let kind = schema.index_of(name).map(|index| schema.columns[index].kql_type);
    match array.data_type() {
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).to_string(),
        DataType::Int64 if kind == Some(KqlType::DateTime) => model::ticks::iso_short(array.as_primitive::<Int64Type>().value(row)),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        _ => array.as_string_view().value(row).to_owned(),
    }
}

fn options() -> Options {
    Options::default()
}

fn zoned(zone: &str) -> Options {
    Options { timezone: Some(zone.parse().unwrap()), ..Options::default() }
}

fn named(table: &str) -> Options {
    Options { table: Some(table.into()), ..Options::default() }
}

/// One file: its name and text, the table and columns to show, the rows, the warnings (their starts).
fn check(name: &str, text: &str, options: Options, table: &str, columns: &str, rows: &[&str], warnings: &[&str]) {
    let seen = Seen::file(name, text.as_bytes(), options);
    assert!(seen.tables.contains_key(table), "{name}: offers {:?}, skips {:?}", seen.tables.keys(), seen.skipped);
    assert_eq!(seen.rows(table, columns), rows, "{name}: {:?}", seen.flaws());
    let told = seen.told();
    assert_eq!(told.len(), warnings.len(), "{name}: {told:?}");
    for (text, start) in told.iter().zip(warnings) {
        assert!(text.starts_with(start), "{name}: {text}");
    }
    assert_eq!(seen.counts.lock().unwrap().get(table).copied().unwrap_or(0), rows.len() as u64, "{name}");
}

#[test]
fn csv_as_the_portals_write_it() {
    let dns = "DnsEvents";
    check(
        "query_data - DnsEvents.csv",
        "\u{feff}\"TimeGenerated [UTC]\",Computer,Name,ResultCode,Mine\r\n\"2/28/2023, 8:15:27.123 AM\",pc1,a.example,0,x\r\n\"2/28/2023, 8:15:28.000 PM\",\"p\nc2\",\"b\"\".example\",null,\r\n",
        options(),
        dns,
        "TimeGenerated,Computer,Name,ResultCode,Mine,Type,__offset",
        &["2023-02-28T08:15:27.123Z|pc1|a.example|0|x|DnsEvents|56", "2023-02-28T20:15:28Z|p\nc2|b\".example|null||DnsEvents|103"],
        &[],
    );
    let local = "TimeGenerated [Local Time],ClientIP,Name\n\"8/9/2023, 2:24:24.550 PM\",10.0.0.1,x.example\n2023-08-09T12:00:00Z,10.0.0.1,y.example\n";
    check(
        "DnsEvents.csv",
        local,
        options(),
        dns,
        "TimeGenerated,Name",
        &["null|x.example", "2023-08-09T12:00:00Z|y.example"],
        &["local times of an unknown zone"],
    );
    check(
        "DnsEvents.csv",
        local,
        zoned("Europe/Berlin"),
        dns,
        "TimeGenerated,Name",
        &["2023-08-09T12:24:24.55Z|x.example", "2023-08-09T12:00:00Z|y.example"],
        &[],
    );
    check(
        "DnsEvents.csv",
        ",TimeGenerated,Name\n0,7/8/2019 16:08,a\n1,28/2/2019 16:08,b\n",
        options(),
        dns,
        "TimeGenerated,Name",
        &["2019-08-07T16:08:00Z|a", "2019-02-28T16:08:00Z|b"],
        &[],
    );
    check("DnsEvents.csv", "TimeGenerated;Name\n2019-01-01;a\n", options(), dns, "TimeGenerated,Name", &["2019-01-01T00:00:00Z|a"], &[]);
    check(
        "x.csv",
        "Timestamp,DeviceName,ActionType,RemoteUrl,RemotePort\n2019-01-01,pc,ConnectionSuccess,u,443.0\n",
        options(),
        "DeviceNetworkEvents",
        "TimeGenerated,Timestamp,DeviceName,RemotePort",
        &["2019-01-01T00:00:00Z|2019-01-01T00:00:00Z|pc|443"],
        &[],
    );
    check("x.csv", "a,b\n1,2\n", named("My_CL"), "My_CL", "a,b", &["1|2"], &[]);
    check("My_App_CL.csv", "a,TimeGenerated\n1,2019-01-01\n", options(), "My_App_CL", "a,TimeGenerated", &["1|2019-01-01T00:00:00Z"], &[]);
    check(
        "DnsEvents.csv",
        "TimeGenerated,Name,name,Name\n2019-01-01,a,b,c\n",
        options(),
        dns,
        "Name",
        &["a"],
        &["column \"Name\" occurs", "column \"name\" occurs"],
    );
    check(
        "DnsEvents.csv",
        "TimeGenerated,NAME,ResultCode\n2019-01-01,a,no\n2019-01-01,b,worse\n",
        options(),
        dns,
        "Name,ResultCode",
        &["a|null", "b|null"],
        &["column \"NAME\" is read as Name", "column ResultCode: 2 values are no int and read as null, first \"no\" in record 1"],
    );
    check("DnsEvents.csv", "TimeGenerated,Name\n", options(), dns, "Name", &[], &[]);
    for preamble in ["#TYPE System.Management.Automation.PSCustomObject\r\n", "sep=;\r\n"] {
        let text = format!("{preamble}TimeGenerated;Name\r\n2019-01-01;a\r\n");
        check("DnsEvents.csv", &text, options(), dns, "Name,__offset", &[&format!("a|{}", preamble.len() + 20)], &[]);
    }
}

#[test]
fn records_of_several_tables_in_one_file() {
    let text =
        "TimeGenerated,Type,Name,SyslogMessage,Computer\n2019-01-01,DnsEvents,a,,pc\n2019-01-01,Syslog,,m,pc\n2019-01-01,Odd_Stuff,,m,pc\n";
    let seen = Seen::file("x.csv", text.as_bytes(), options());
    assert_eq!(seen.rows("DnsEvents", "Name,Computer"), ["a|pc"]);
    assert_eq!(seen.rows("Syslog", "SyslogMessage,Computer"), ["m|pc"]);
    assert_eq!(seen.told().len(), 1, "{:?}", seen.told());
}

#[test]
fn json_records() {
    let lines = "{\"TimeGenerated\":\"2019-01-01\",\"Provider\":\"p\",\"EventID\":1,\"EventData\":\"{\\\"a\\\":1}\",\"Type\":\"WindowsEvent\"}\r\n\n{\"EventID\":\"2\",\"EventData\":{\"b\":[2]},\"Computer\":{\"odd\":1},\"Extra\":7,\"Late\":1}\n";
    check(
        "x.ndjson",
        lines,
        options(),
        "WindowsEvent",
        "TimeGenerated,Provider,EventID,EventData,Computer,Extra,Type",
        &["2019-01-01T00:00:00Z|p|1|{\"a\":1}||null|WindowsEvent", "null||2|{\"b\":[2]}|{\"odd\":1}|7|WindowsEvent"],
        &[],
    );
    check(
        "x.json",
        "[\n  {\"TimeGenerated\": \"2019-01-01\",\n   \"Name\": \"a\", \"ResultCode\": 0},\n {\"Name\":\"b\", \"ResultCode\": \"NX\"}]\n",
        named("DnsEvents"),
        "DnsEvents",
        "Name,ResultCode,__offset",
        &["a|0|4", "b|null|71"],
        &["column ResultCode"],
    );
    check(
        "DnsEvents.json",
        "{\n \"TimeGenerated\": \"2019-01-01\",\n \"Name\": \"a\"\n}\n{\n \"Name\": \"b\"\n}",
        options(),
        "DnsEvents",
        "Name",
        &["a", "b"],
        &[],
    );
    check(
        "az_CL.json",
        "[{\"TableName\":\"PrimaryResult\",\"Computer\":\"pc\",\"n\":1,\"r\":1.5,\"b\":true,\"d\":{}}]",
        options(),
        "az_CL",
        "Computer,n,r,b,d",
        &["pc|1|1.5|true|{}"],
        &[],
    );
}

#[test]
fn records_in_azure_monitors_envelope() {
    let text = concat!(
        r#"{"time":"2023-01-02T00:00:00Z","tenantId":"t","operationName":"Publish","category":"AdvancedHunting-DeviceProcessEvents","properties":{"Timestamp":"2023-01-01T00:00:00Z","DeviceName":"pc","FileName":"a.exe","ProcessCommandLine":"a \"x\""}}"#,
        "\n",
        r#"{"time":"2023-01-02T00:00:00Z","category":"AdvancedHunting-DeviceInfo","properties":{"Timestamp":"2023-01-01T00:00:00Z","DeviceName":"pc2","MachineGroup":"g"}}"#,
        "\n",
    );
    let seen = Seen::file("PT1H.json", text.as_bytes(), options());
    assert_eq!(
        seen.rows("DeviceProcessEvents", "TimeGenerated,DeviceName,ProcessCommandLine,Type"),
        ["2023-01-01T00:00:00Z|pc|a \"x\"|DeviceProcessEvents"]
    );
    assert_eq!(seen.rows("DeviceInfo", "Timestamp,DeviceName,MachineGroup"), ["2023-01-01T00:00:00Z|pc2|g"]);
    assert_eq!(seen.told(), [] as [&str; 0]);
    let firewall = r#"{"time":"2023-01-02T00:00:00Z","resourceId":"/fw","category":"AZFWDnsQuery","properties":{"SourceIp":"10.0.0.1","QueryName":"a.example.","QueryType":"A","RequestDurationSecs":0.1}}"#;
    check(
        "PT1H.json",
        firewall,
        options(),
        "AZFWDnsQuery",
        "TimeGenerated,SourceIp,QueryName,_ResourceId",
        &["2023-01-02T00:00:00Z|10.0.0.1|a.example.|/fw"],
        &[],
    );
}

#[test]
fn answers_of_query_apis() {
    let columns = r#"[{"name":"TimeGenerated","type":"datetime"},{"name":"Computer","type":"string"},{"name":"ClientIP","type":"string"},{"name":"Name","type":"string"},{"name":"ResultCode","type":"int"},{"name":"Own","type":"long"}]"#;
    let rows = r#"[["2019-01-01T00:00:00Z","pc","10.0.0.1","a.example",0,7],["2019-01-01T00:00:00Z",null,"","b.example",null,null]]"#;
    let expected = ["2019-01-01T00:00:00Z|pc|a.example|0|7", "2019-01-01T00:00:00Z||b.example|null|null"];
    let kusto = columns.replace("\"name\"", "\"ColumnName\"").replace("\"type\"", "\"ColumnType\"");
    for (name, text, partial) in [
        ("log analytics", format!(r#"{{"tables":[{{"name":"PrimaryResult","columns":{columns},"rows":{rows}}}]}}"#), false),
        ("partial", format!(r#"{{"tables":[{{"name":"PrimaryResult","columns":{columns},"rows":{rows}}}],"error":{{"code":"PartialError","message":"There were some errors","details":[{{"code":"EngineError","message":"Something went wrong","innererror":{{"code":"-2133196797","message":"The result set exceeds the limit"}}}}]}}}}"#), true),
        ("kusto 1", format!(r#"{{"Tables":[{{"TableName":"Table_0","Columns":{kusto},"Rows":{rows}}},{{"TableName":"Table_1","Columns":[{{"ColumnName":"Value","DataType":"String"}}],"Rows":[]}}]}}"#), false),
        ("kusto 2", format!(r#"[{{"FrameType":"DataSetHeader","IsProgressive":false}},{{"FrameType":"DataTable","TableKind":"QueryProperties","TableName":"p","Columns":[],"Rows":[]}},{{"FrameType":"DataTable","TableKind":"PrimaryResult","TableName":"PrimaryResult","Columns":{kusto},"Rows":{rows}}},{{"FrameType":"DataSetCompletion","HasErrors":true,"Cancelled":false,"OneApiErrors":[{{"error":{{"code":"LimitsExceeded","message":"Request is invalid"}}}}]}}]"#), true),
        ("sdk", format!(r#"{{"tables":[{{"name":"PrimaryResult","columns":["TimeGenerated","Computer","ClientIP","Name","ResultCode","Own"],"columns_types":["datetime","string","string","string","int","long"],"rows":{rows}}}],"statistics":null,"visualization":null}}"#), false),
        ("defender", r#"{"Stats":{"x":1},"Schema":[{"Name":"TimeGenerated","Type":"DateTime"},{"Name":"Computer","Type":"String"},{"Name":"ClientIP","Type":"String"},{"Name":"Name","Type":"String"},{"Name":"ResultCode","Type":"Int32"},{"Name":"Own","Type":"Int64"}],"Results":[{"TimeGenerated":"2019-01-01T00:00:00Z","Computer":"pc","Name":"a.example","ResultCode":0,"Own":7},{"TimeGenerated":"2019-01-01T00:00:00Z","Name":"b.example"}]}"#.to_owned(), false),
    ] {
        let seen = Seen::file("answer.json", text.as_bytes(), options());
        assert!(seen.tables.contains_key("DnsEvents"), "{name}: {:?}", seen.skipped);
        assert_eq!(seen.rows("DnsEvents", "TimeGenerated,Computer,Name,ResultCode,Own"), expected, "{name}");
        assert_eq!(seen.flaws().len(), usize::from(partial), "{name}: {:?}", seen.flaws());
    }
    let failed = Seen::file(
        "answer.json",
        br#"{"error":{"code":"BadArgumentError","message":"The request had some invalid properties"}}"#,
        options(),
    );
    assert!(failed.skipped[0].1.contains("BadArgumentError"), "{:?}", failed.skipped);
}

#[test]
fn exports_that_end_at_a_limit_are_told() {
    let mut text = String::from("TimeGenerated,Name\n");
    for row in 0..10_000 {
        text.push_str(&format!("2019-01-01,{row}\n"));
    }
    let seen = Seen::file("DnsEvents.csv", text.as_bytes(), options());
    assert_eq!(seen.counts.lock().unwrap()["DnsEvents"], 10_000);
    assert!(seen.told()[0].contains("exactly 10000 rows"), "{:?}", seen.told());
}

#[test]
fn broken_records_cost_only_themselves() {
    for (name, text, rows, flaws) in [
        (
            "DnsEvents.csv",
            "TimeGenerated,Name\n2019-01-01,a\n2019-01-01,b,c\n2019-01-01\n2019-01-01,d\n",
            vec!["a", "d"],
            vec!["32 2 the record has 3 fields", "47 3 the record has 1 fields"],
        ),
        (
            "DnsEvents.csv",
            "TimeGenerated,Name\n2019-01-01,\"a\n2019-01-01,b\n2019-01-01,c\n",
            vec!["b", "c"],
            vec!["19 1 a quoted field that is never closed"],
        ),
        ("DnsEvents.csv", "TimeGenerated,Name\n2019-01-01,5\" disk\n2019-01-01,b\n", vec!["5\" disk", "b"], vec![]),
        ("DnsEvents.csv", "TimeGenerated,Name\n2019-01-01,a", vec!["a"], vec![]),
        (
            "DnsEvents.ndjson",
            "{\"TimeGenerated\":\"2019-01-01\",\"Name\":\"a\"}\n{\"Name\":\n{\"Name\":\"b\"} x\n{\"Name\":\"c\"}\n",
            vec!["a", "c"],
            vec!["42 1 not a JSON record", "51 2 not a JSON record"],
        ),
        (
            "DnsEvents.json",
            "[{\"TimeGenerated\":\"2019-01-01\",\"Name\":\"a\"},\n{\"Name\":\"b\"} x, {\"Name\": tru}, {\"Name\":\"c\"}, {\"Na",
            vec!["a", "b", "c"],
            vec!["57 - text between", "60 2 not a JSON record", "89 4 the file ends within a record"],
        ),
    ] {
        let seen = Seen::file(name, text.as_bytes(), options());
        assert_eq!(seen.rows("DnsEvents", "Name"), rows, "{text}");
        let found = seen.flaws();
        assert_eq!(found.len(), flaws.len(), "{text}: {found:?}");
        for (found, flaw) in found.iter().zip(flaws) {
            assert!(found.starts_with(flaw), "{text}: {found:?}");
        }
    }
}

#[test]
fn hostile_files_are_told_and_the_rest_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    let good = b"TimeGenerated,Name\n2019-01-01,good\n";
    write("DnsEvents.csv", good);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    for row in 0..60_000 {
        writeln!(packed, "{}", if row == 0 { "TimeGenerated,Name".to_owned() } else { format!("2019-01-01,{}", row * 7919) }).unwrap();
    }
    let packed = packed.finish().unwrap();
    write("DnsEvents_cut.csv.gz", &packed[..packed.len() / 2]);
    write("binary.log", &(0..=255).cycle().take(100_000).collect::<Vec<u8>>());
    write(
        "DnsEvents_long.ndjson",
        format!(
            "{{\"TimeGenerated\":\"2019-01-01\",\"Name\":\"before\"}}\n{{\"Name\":\"{}\"}}\n{{\"Name\":\"after\"}}\n",
            "x".repeat(12 << 20)
        )
        .as_bytes(),
    );
    write(
        "DnsEvents_deep.ndjson",
        format!(
            "{{\"TimeGenerated\":\"2019-01-01\",\"Name\":\"shallow\"}}\n{{\"Name\":{}1{}}}\n",
            "[".repeat(100_000),
            "]".repeat(100_000)
        )
        .as_bytes(),
    );
    write("deep.json", format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000)).as_bytes());
    write("deep2.json", "[".repeat(100_000).as_bytes());
    write("empty.csv", b"");
    write("empty.json", b"");
    let utf16: Vec<u8> = "\u{feff}TimeGenerated,Name\r\n2019-01-01,wide\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    write("DnsEvents_utf16.csv", &utf16);
    write("DnsEvents_long.csv", format!("TimeGenerated,Name\n2019-01-01,{}\n2019-01-01,behind\n", "y".repeat(6 << 20)).as_bytes());
    let seen = Seen::path(folder.path(), Options { caps: Caps { line: 3 << 20, ..Caps::default() }, ..Options::default() });
    let rows = seen.rows("DnsEvents", "Name");
    for name in ["good", "before", "after", "shallow", "wide", "behind"] {
        assert!(rows.iter().any(|row| row == name), "{name} is not read");
    }
    assert!(rows.len() > 10_000, "{} rows", rows.len());
    let flaws = seen.flaws().join("\n");
    for part in ["cut off", "line of", "a record longer than", "nested deeper"] {
        assert!(flaws.contains(part), "{part} is not told: {flaws}");
    }
    for name in ["binary.log", "deep.json", "deep2.json"] {
        assert!(seen.skipped.iter().any(|(file, _)| file == name), "{name} is not skipped: {:?}", seen.skipped);
    }
}

/// The corpora, where they are at hand.
pub(crate) fn corpora(part: &str) -> Option<PathBuf> {
    let root = std::env::var_os("POOLHOUND_CORPORA").map(PathBuf::from);
    let root = root.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora"));
    let path = root.join(part);
    if !path.exists() {
        println!("left out: no corpora at {}", path.display());
        return None;
    }
    Some(path)
}

#[test]
fn real_exports_are_read() {
    let Some(folder) = corpora("evidence/sentinel") else { return };
    let seen = Seen::path(&folder, zoned("UTC"));
    let outcomes = seen.outcomes();
    println!("{}\n{:#?}", outcomes.join("\n"), seen.told());
    for file in std::fs::read_dir(&folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(outcomes.iter().any(|o| o.starts_with(&name)), "{name} is neither read nor skipped");
    }
    let counts = seen.counts.lock().unwrap().clone();
    for (table, rows) in [
        ("SecurityEvent", 363 + 14),
        ("DeviceProcessEvents", 700),
        ("AzureNetworkAnalytics_CL", 460),
        ("Syslog", 100 + 22 + 78),
        ("SecurityAlert", 189 + 3),
        ("Heartbeat", 1),
        ("AuditLog_CL", 100),
        ("SquidProxy_CL", 6),
        ("AZFWThreatIntel", 3),
    ] {
        assert_eq!(counts.get(table), Some(&rows), "{table}");
    }
    assert_eq!(seen.flaws(), [] as [&str; 0]);
    for (table, column) in [
        ("SecurityEvent", "TimeGenerated"),
        ("DeviceProcessEvents", "Timestamp"),
        ("Syslog", "TimeGenerated"),
        ("SquidProxy_CL", "TimeGenerated"),
        ("AZFWThreatIntel", "TimeGenerated"),
    ] {
        assert!(seen.rows(table, column).iter().all(|time| time.starts_with("20")), "{table}");
    }
    assert!(seen.rows("DeviceProcessEvents", "ProcessCommandLine").iter().any(|c| c.contains("mshta")));
    assert!(seen.rows("SecurityEvent", "NewProcessName,EventID").iter().any(|c| c.ends_with("ASMHost.exe|4688")));
}

#[test]
fn real_endpoint_exports_are_read() {
    let Some(folder) = corpora("evidence/endpoint") else { return };
    for (part, expected) in [
        ("alerts", vec![("AWSGuardDuty", 2), ("SecurityAlert", 1)]),
        (
            "msticpy",
            vec![
                ("SecurityEvent", 363),
                ("DeviceProcessEvents", 1564),
                ("AzureNetworkAnalytics_CL", 460),
                ("Syslog", 178),
                ("AuditLog_CL", 100),
            ],
        ),
        ("otrf-log4shell", vec![("SecurityEvent", 39), ("WindowsEvent", 487), ("VMConnection", 5), ("Syslog", 143)]),
    ] {
        let seen = Seen::path(&folder.join(part), options());
        let counts = seen.counts.lock().unwrap().clone();
        println!("{}\n{:#?}", seen.outcomes().join("\n"), seen.told());
        for (table, rows) in expected {
            assert_eq!(counts.get(table), Some(&rows), "{part} {table}");
        }
        assert_eq!(seen.flaws(), [] as [&str; 0], "{part}");
    }
}

/// Bytes changed, cut and repeated at random places, always the same ones.
fn mutated(seed: &[u8], mut state: u64) -> Vec<u8> {
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below.max(1)
    };
    const BYTES: [u8; 14] = [b'"', b',', b'\n', b'\r', b'{', b'}', b'[', b']', b':', b'\\', b'<', 0, 0xff, b'9'];
    let mut bytes = seed.to_vec();
    for _ in 0..=random(6) {
        let at = random(bytes.len());
        match random(4) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at.min(bytes.len()), BYTES[random(BYTES.len())]),
            2 if !bytes.is_empty() => bytes[at] = BYTES[random(BYTES.len())],
            _ => {
                let end = (at + random(40)).min(bytes.len());
                let part = bytes[at.min(end)..end].to_vec();
                bytes.extend(part);
            }
        }
    }
    bytes
}

#[test]
fn mutated_files_do_no_harm() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds");
    let rounds = std::env::var("POOLHOUND_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(60);
    let caps = Caps { line: 1 << 16, ..Caps::default() };
    for (folder, name) in [("csv", "DnsEvents.csv"), ("json", "DnsEvents.json"), ("answer", "answer.json"), ("syslog", "messages")] {
        for seed in std::fs::read_dir(seeds.join(format!("evidence_{folder}"))).unwrap() {
            let seed = std::fs::read(seed.unwrap().path()).unwrap();
            for round in 0..rounds {
                let bytes = mutated(&seed, round);
                let evidence = crate::open_bytes(&[(name, &bytes)], Options { caps, ..options() });
                let wants = Wants { tables: evidence.offer().tables.into_iter().map(|t| (t.name, t.schema)).collect() };
                let seen = Seen::default();
                evidence.read(&wants, 1, &seen);
                let failed = seen.flaws().into_iter().find(|flaw| flaw.contains("please report"));
                assert_eq!(failed, None, "{name} round {round}: {:?}", String::from_utf8_lossy(&bytes));
            }
        }
    }
}
