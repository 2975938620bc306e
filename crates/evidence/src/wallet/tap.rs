//! Watches the command lines that pass by on their way to the queries, and makes a row of each wallet in one.

use super::find;
use crate::columns::TableBuilder;
use crate::json;
use crate::{ColumnBuilder, Input};
use arrow::array::{Array, AsArray, Int32Array, Int64Array};
use arrow::datatypes::Int64Type;
use arrow::record_batch::RecordBatch;
use model::{Batch, KqlType, Schema, Wants};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The table of the rows made here.
const TABLE: &str = "PoolhoundWallet_CL";

/// Where a table keeps a process. Of several columns the first that is not empty holds.
struct Place {
    table: &'static str,
    form: Form,
    command: &'static [&'static str],
    computer: &'static [&'static str],
    account: &'static [&'static str],
    /// A path, or a bare name.
    image: &'static [&'static str],
    unique: &'static [&'static str],
    sha256: &'static [&'static str],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// The columns hold what they are named for.
    Columns,
    /// The command column holds an event's data, as XML or as JSON; the other names are those of its fields.
    EventData,
    /// The command column is a message that holds a command line only if it says so.
    Message,
}

const PLACES: [Place; 9] = [
    Place {
        table: "DeviceProcessEvents",
        form: Form::Columns,
        command: &["ProcessCommandLine"],
        computer: &["DeviceName"],
        account: &["AccountUpn", "AccountName"],
        image: &["FolderPath", "FileName"],
        unique: &["ProcessUniqueId"],
        sha256: &["SHA256"],
    },
    Place {
        table: "DeviceEvents",
        form: Form::Columns,
        command: &["ProcessCommandLine"],
        computer: &["DeviceName"],
        account: &["AccountName"],
        image: &["FolderPath", "FileName"],
        unique: &[],
        sha256: &["SHA256"],
    },
    Place {
        table: "CloudProcessEvents",
        form: Form::Columns,
        command: &["ProcessCommandLine"],
        computer: &["KubernetesPodName", "ContainerName", "AzureResourceId"],
        account: &["AccountName"],
        image: &["FolderPath", "FileName"],
        unique: &[],
        sha256: &[],
    },
    Place {
        table: "SecurityEvent",
        form: Form::Columns,
        command: &["CommandLine"],
        computer: &["Computer"],
        account: &["TargetAccount", "SubjectAccount", "Account"],
        image: &["NewProcessName"],
        unique: &["NewProcessId"],
        sha256: &[],
    },
    Place {
        table: "ASimProcessEventLogs",
        form: Form::Columns,
        command: &["TargetProcessCommandLine"],
        computer: &["DvcHostname", "DvcFQDN", "DvcIpAddr"],
        account: &["TargetUsername", "ActorUsername"],
        image: &["TargetProcessName"],
        unique: &["TargetProcessGuid"],
        sha256: &["TargetProcessSHA256"],
    },
    Place {
        table: "VMProcess",
        form: Form::Columns,
        command: &["CommandLine"],
        computer: &["Computer"],
        account: &["UserName"],
        image: &["ExecutablePath", "ExecutableName"],
        unique: &["Process"],
        sha256: &[],
    },
    Place {
        table: "Event",
        form: Form::EventData,
        command: &["EventData"],
        computer: &["Computer"],
        account: &["User", "TargetUserName", "SubjectUserName"],
        image: &["Image", "NewProcessName"],
        unique: &["ProcessGuid"],
        sha256: &["Hashes"],
    },
    Place {
        table: "WindowsEvent",
        form: Form::EventData,
        command: &["EventData"],
        computer: &["Computer"],
        account: &["User", "TargetUserName", "SubjectUserName"],
        image: &["Image", "NewProcessName"],
        unique: &["ProcessGuid"],
        sha256: &["Hashes"],
    },
    Place {
        table: "Syslog",
        form: Form::Message,
        command: &["SyslogMessage"],
        computer: &["Computer", "HostName"],
        account: &[],
        image: &[],
        unique: &[],
        sha256: &[],
    },
];

/// What a message says before a command line: sudo, cron, auditd, Sysmon for Linux.
const SAYS_COMMAND: [&str; 8] = ["COMMAND=", " CMD (", "execve", "EXECVE", "CommandLine", "proctitle", "argv", "cmdline"];

/// Rows for [`TABLE`], when some query wants them.
pub(crate) struct WalletTap {
    schema: Schema,
    columns: BTreeMap<&'static str, Vec<&'static str>>,
    table: Arc<str>,
}

impl WalletTap {
    pub(crate) fn new(wants: &Wants, offered: &BTreeMap<Arc<str>, Schema>) -> Option<Self> {
        let schema = wants.tables.get(TABLE)?.clone();
        let places = PLACES.iter().filter(|place| offered.contains_key(place.table));
        let columns = places.map(|place| (place.table, place.columns())).collect();
        Some(Self { schema, columns, table: TABLE.into() })
    }

    /// Offers the table where some table of processes is offered.
    pub(crate) fn offer(offered: &mut BTreeMap<Arc<str>, Schema>) {
        let processes = PLACES.iter().any(|place| offered.contains_key(place.table));
        if let (true, Some(table)) = (processes, model::tables::builtin(TABLE)) {
            offered.entry(TABLE.into()).or_insert_with(|| table.schema.clone());
        }
    }

    /// The columns that are needed of a table.
    pub(crate) fn columns(&self, table: &str) -> &[&'static str] {
        self.columns.get(table).map_or(&[], Vec::as_slice)
    }

    /// The wallets in the command lines of a batch of `table`, whose columns `schema` names.
    pub(crate) fn rows(&self, input: &Input, table: &str, schema: &Schema, rows: &RecordBatch) -> Option<Batch> {
        let place = PLACES.iter().find(|place| place.table == table)?;
        let commands = place.command.iter().find_map(|name| schema.index_of(name))?;
        let commands = rows.column(commands).as_string_view_opt()?;
        let hidden = |back: usize| rows.column(rows.num_columns() - back).as_primitive_opt::<Int64Type>();
        let (records, offsets) = (hidden(2)?, hidden(1)?);
        let mut builder = None;
        for row in 0..rows.num_rows() {
            if commands.is_null(row) {
                continue;
            }
            let text = commands.value(row);
            let wallets = find(text);
            if wallets.is_empty() || (place.form == Form::Message && !SAYS_COMMAND.iter().any(|word| text.contains(word))) {
                continue;
            }
            let process = Process::new(place, schema, rows, row, text);
            if process.command.is_empty() {
                continue;
            }
            let mut told: Vec<&str> = Vec::new();
            for wallet in find(&process.command) {
                if told.contains(&wallet.address) {
                    continue;
                }
                told.push(wallet.address);
                let builder = builder.get_or_insert_with(|| TableBuilder::for_file(&self.schema, input.number));
                for (column, out) in self.schema.columns.iter().zip(&mut builder.columns) {
                    match &*column.name {
                        "Wallet" => out.text(wallet.address),
                        "Coin" => out.text(wallet.coin),
                        "SourceTable" => out.text(table),
                        "SourceFile" => out.text(&input.file.name),
                        "SourceOffset" => out.long(offsets.value(row)),
                        name => process.put(name, column.kql_type, out),
                    }
                }
                builder.end_row_as(records.value(row), offsets.value(row));
            }
        }
        builder.map(|mut builder| Batch { table: Arc::clone(&self.table), rows: builder.finish() })
    }
}

impl Place {
    fn columns(&self) -> Vec<&'static str> {
        let mut columns = vec!["TimeGenerated"];
        columns.extend(self.command.iter().chain(self.computer));
        match self.form {
            Form::Columns => columns.extend([self.account, self.image, self.unique, self.sha256].into_iter().flatten()),
            Form::EventData => columns.push("EventID"),
            Form::Message => columns.push("ProcessName"),
        }
        columns
    }
}

/// What is known of the process whose command line it is.
struct Process<'a> {
    time: Option<i64>,
    command: Cow<'a, str>,
    computer: Cow<'a, str>,
    account: Cow<'a, str>,
    image: Cow<'a, str>,
    unique: Cow<'a, str>,
    sha256: Cow<'a, str>,
}

impl<'a> Process<'a> {
    fn new(place: &Place, schema: &Schema, rows: &'a RecordBatch, row: usize, text: &'a str) -> Self {
        let column = |names: &[&str]| -> Cow<'a, str> {
            let first = names.iter().find_map(|name| {
                let column = rows.column(schema.index_of(name)?).as_string_view_opt()?;
                (!column.is_null(row) && !column.value(row).is_empty()).then(|| column.value(row))
            });
            Cow::Borrowed(first.unwrap_or_default())
        };
        let of_data = |names: &[&str]| -> Cow<'a, str> { names.iter().find_map(|name| data(text, name)).unwrap_or_default() };
        let time = schema.index_of("TimeGenerated").and_then(|index| rows.column(index).as_any().downcast_ref::<Int64Array>());
        let time = time.filter(|times| !times.is_null(row)).map(|times| times.value(row));
        let computer = column(place.computer);
        match place.form {
            Form::Columns => Self {
                time,
                computer,
                command: Cow::Borrowed(text),
                account: column(place.account),
                image: column(place.image),
                unique: column(place.unique),
                sha256: column(place.sha256),
            },
            Form::Message => {
                let (none, image) = (Cow::Borrowed(""), Cow::Borrowed(""));
                Self { time, computer, command: Cow::Borrowed(text), account: none.clone(), image, unique: none.clone(), sha256: none }
            }
            Form::EventData => {
                // A process was created: Sysmon's 1, Security's 4688.
                let id = schema.index_of("EventID").and_then(|index| rows.column(index).as_any().downcast_ref::<Int32Array>());
                let created = id.is_none_or(|ids| ids.is_null(row) || matches!(ids.value(row), 1 | 4688));
                Self {
                    time,
                    computer,
                    command: if created { of_data(&["CommandLine"]) } else { Cow::Borrowed("") },
                    account: of_data(place.account),
                    image: of_data(place.image),
                    unique: of_data(place.unique),
                    sha256: sha256(&of_data(place.sha256)).map_or(Cow::Borrowed(""), Cow::Owned),
                }
            }
        }
    }

    fn put(&self, name: &str, kind: KqlType, out: &mut ColumnBuilder) {
        let file_name = || self.image.rsplit(['/', '\\']).next().unwrap_or_default();
        match name {
            "TimeGenerated" => out.long_option(self.time),
            "Computer" => out.text(&self.computer),
            "Account" => out.text(&self.account),
            "ProcessName" => out.text(file_name()),
            "ProcessPath" => out.text(&self.image),
            "CommandLine" => out.text(&self.command),
            "ProcessUniqueId" => out.text(&self.unique),
            "SHA256" => out.text(&self.sha256),
            _ if kind == KqlType::String => out.text(""),
            _ => out.missing(),
        }
    }
}

/// A field of an event's data: `<Data Name="X">…</Data>`, or a member of a JSON object.
fn data<'a>(text: &'a str, name: &str) -> Option<Cow<'a, str>> {
    if text.trim_ascii_start().starts_with('{') {
        let mut found = None;
        // What stands before a damaged place counts.
        let _ = json::members(text.as_bytes(), 16, |key, value| {
            if key == name && value.len() > 2 {
                found = Some(json::text(value));
            }
        });
        return found;
    }
    let rest = [format!("Name=\"{name}\">"), format!("Name='{name}'>")].iter().find_map(|open| text.split_once(open.as_str()))?.1;
    let (value, _) = rest.split_once('<')?;
    (!value.is_empty()).then(|| unescape(value))
}

/// The five entities of XML.
fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'").replace("&amp;", "&");
    Cow::Owned(plain)
}

/// Sysmon writes `SHA1=…,SHA256=…`.
fn sha256(hashes: &str) -> Option<String> {
    hashes.split(',').find_map(|hash| hash.trim().strip_prefix("SHA256=")).map(str::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_named_column_is_in_its_table() {
        for place in &PLACES {
            let schema = &model::tables::builtin(place.table).unwrap().schema;
            let event_fields = place.form == Form::EventData;
            for column in place.columns() {
                assert!(schema.index_of(column).is_some(), "{}.{column}", place.table);
            }
            assert!(event_fields || place.command.len() == 1);
        }
    }

    #[test]
    fn fields_of_event_data() {
        let xml = r#"<DataItem><EventData><Data Name="Image">C:\a.exe</Data><Data Name="CommandLine">a &quot;b&quot; &amp;&amp; c</Data></EventData></DataItem>"#;
        assert_eq!(data(xml, "CommandLine").as_deref(), Some("a \"b\" && c"));
        assert_eq!(data(r#"{"Image":"C:\\a.exe","CommandLine":"a \"b\""}"#, "CommandLine").as_deref(), Some("a \"b\""));
        assert_eq!(data(xml, "User"), None);
        assert_eq!(sha256("SHA1=aa,SHA256=BB").as_deref(), Some("bb"));
    }

    const XMR: &str = "48edfHu7V9Z84YzzMa6fUueoELZ9ZRXq9VetWzYGzKt52XU5xvqgzYnDK9URnRoJMk1j8nLwEVsaSWJ4fhdUyZijBGUicoD";

    /// The rows made of one row of a table whose columns have the given texts.
    fn tapped(table: &'static str, cells: &[(&str, &str)], wanted: &[&str]) -> Vec<String> {
        let offered: BTreeMap<Arc<str>, Schema> = [(table.into(), model::tables::builtin(table).unwrap().schema.clone())].into();
        let all = &model::tables::builtin(TABLE).unwrap().schema;
        let schema = Schema::new(wanted.iter().map(|name| all.columns[all.index_of(name).unwrap()].clone()).collect());
        let wants = Wants { tables: [(TABLE.into(), schema)].into() };
        let tap = WalletTap::new(&wants, &offered).unwrap();
        let source = &offered[table];
        let decoded = Schema::new(tap.columns(table).iter().map(|name| source.columns[source.index_of(name).unwrap()].clone()).collect());
        let mut builder = TableBuilder::for_file(&decoded, 3);
        for (column, out) in decoded.columns.iter().zip(&mut builder.columns) {
            match cells.iter().find(|(name, _)| *name == &*column.name) {
                Some((_, text)) => match text.parse() {
                    Ok(number) => out.long(number),
                    Err(_) => out.text(text),
                },
                None => out.missing(),
            }
        }
        builder.end_row(7, Some(99));
        let input = Input::in_memory("x/y.csv", 3);
        let Some(batch) = tap.rows(&input, table, &decoded, &builder.finish()) else { return Vec::new() };
        let record = batch.rows.column(wanted.len()).as_primitive::<Int64Type>();
        assert!(record.iter().all(|id| id == Some(model::RecordId::new(3, 7).0)));
        let row = |row| (0..wanted.len()).map(|c| batch.rows.column(c).as_string_view().value(row)).collect::<Vec<_>>().join("|");
        (0..batch.rows.num_rows()).map(row).collect()
    }

    #[test]
    fn a_wallet_in_a_command_line_is_a_row_with_its_process() {
        let wanted = &["Computer", "Coin", "Account", "ProcessName", "ProcessPath", "CommandLine", "SHA256", "SourceTable", "SourceFile"];
        let line = format!("xmrig -u {XMR}");
        let expected =
            |table: &str, image: &str, hash: &str, command: &str| format!("pc|XMR|bob|xmrig.exe|{image}|{command}|{hash}|{table}|x/y.csv");
        let xdr = [
            ("DeviceName", "pc"),
            ("AccountName", "bob"),
            ("FolderPath", "C:\\t\\xmrig.exe"),
            ("ProcessCommandLine", &line),
            ("SHA256", "ab"),
        ];
        assert_eq!(tapped("DeviceProcessEvents", &xdr, wanted), [expected("DeviceProcessEvents", "C:\\t\\xmrig.exe", "ab", &line)]);
        let security = [("Computer", "pc"), ("TargetAccount", "bob"), ("NewProcessName", "C:\\xmrig.exe"), ("CommandLine", &line)];
        assert_eq!(tapped("SecurityEvent", &security, wanted), [expected("SecurityEvent", "C:\\xmrig.exe", "", &line)]);
        let data = format!(r#"{{"Image":"C:\\xmrig.exe","User":"bob","CommandLine":"{line}","Hashes":"SHA256=AB"}}"#);
        let event = [("Computer", "pc"), ("EventID", "1"), ("EventData", &data)];
        assert_eq!(tapped("WindowsEvent", &event, wanted), [expected("WindowsEvent", "C:\\xmrig.exe", "ab", &line)]);
        let network = [("Computer", "pc"), ("EventID", "3"), ("EventData", &data)];
        assert_eq!(tapped("WindowsEvent", &network, wanted), [""; 0]);
    }

    #[test]
    fn a_message_counts_when_it_speaks_of_a_command() {
        let sudo = format!("bob : COMMAND=/usr/bin/xmrig -u {XMR} -u {XMR}");
        let browsed = format!("GET http://explorer/{XMR}");
        assert_eq!(tapped("Syslog", &[("Computer", "pc"), ("SyslogMessage", &sudo)], &["Computer", "Coin"]), ["pc|XMR"]);
        assert_eq!(tapped("Syslog", &[("Computer", "pc"), ("SyslogMessage", &browsed)], &["Computer", "Coin"]), [""; 0]);
    }
}
