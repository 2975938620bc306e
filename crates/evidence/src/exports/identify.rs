//! Which table a file's records belong to: by a column that says so, by the file's name, by `--table`, by its columns.
//!
//! `--table` is for the files that do not tell: in a folder of many exports it must not turn the others into that table.

use super::header::{Target, is_index, is_process_tree, process_tree_name, resolve, split_zone};
use model::TableSchema;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

/// The first records of a file, as text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sample {
    pub(crate) columns: Vec<String>,
    /// A cell for each column; what is missing is empty.
    pub(crate) rows: Vec<Vec<String>>,
}

impl Sample {
    fn values(&self, column: usize) -> impl Iterator<Item = &str> {
        self.rows.iter().filter_map(move |row| row.get(column)).map(String::as_str).filter(|v| !v.is_empty())
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c == name)
    }
}

/// What a file's records are.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Identity {
    One(Target),
    /// Records of several tables; the column of that name tells which.
    Several {
        column: String,
        targets: Vec<Target>,
    },
    /// Nothing known, and nothing like it.
    Unknown,
    /// More than one table would do.
    Ambiguous(Vec<Arc<str>>),
}

/// Columns that name the table of a record.
const NAMING: [&str; 3] = ["Type", "$table", "TableName"];
/// Columns of a file that a table must have for a name to be believed, and to be found without one.
const BELIEVED: f64 = 0.4;
const FOUND: f64 = 0.6;
/// What the columns found must tell: a column of one table tells 1, a column of ten tables a tenth.
const DISTINCT: f64 = 0.3;

/// `name` is the file's, with or without folders.
pub(crate) fn identify(sample: &Sample, name: &str, option: Option<&str>) -> Identity {
    if let Some(identity) = by_naming_column(sample) {
        return identity;
    }
    let columns = Columns::new(sample);
    let mut parts = name.rsplit(['/', '\\', '!']);
    let file = parts.next().unwrap_or(name);
    // A data set in parts has its name on the folder.
    for (part, share) in [(file, BELIEVED), (parts.next().unwrap_or_default(), FOUND)] {
        if let Some(table) = table_in_name(part)
            && columns.share(table) >= share
        {
            return Identity::One(Target::Known(table));
        }
    }
    let found = by_columns(sample, &columns);
    // What the user says goes before a guess by columns, unless it is another file of the folder that was meant.
    if let Some(target) = option.map(Target::named) {
        let fits = matches!(target, Target::Known(table) if columns.share(table) >= FOUND);
        // A table that shares no column with the file would be rows of nothing.
        let shares = matches!(target, Target::Known(table) if columns.share(table) > 0.0) || matches!(target, Target::Custom(_));
        if fits || (shares && !matches!(found, Identity::One(_))) {
            return Identity::One(target);
        }
    }
    if let (Identity::Unknown, Some(custom)) = (&found, custom_in_name(file)) {
        return Identity::One(Target::Custom(custom.to_owned()));
    }
    found
}

/// The known table that a file's name says, else `--table`, for a file whose records cannot be looked into.
pub(crate) fn by_name(name: &str, option: Option<&str>) -> Option<Target> {
    let file = name.rsplit(['/', '\\', '!']).next().unwrap_or(name);
    table_in_name(file).map(Target::Known).or_else(|| option.map(Target::named))
}

fn by_naming_column(sample: &Sample) -> Option<Identity> {
    let columns = Columns::new(sample);
    NAMING.iter().find_map(|naming| {
        let column = sample.column(naming)?;
        let names: BTreeSet<&str> = sample.values(column).collect();
        let mut targets = Vec::new();
        for name in names {
            match Target::named(name) {
                Target::Known(table) if columns.share(table) >= BELIEVED / 2.0 => targets.push(Target::Known(table)),
                Target::Custom(name) if is_custom_name(&name) => targets.push(Target::Custom(name)),
                _ => {}
            }
        }
        match targets.len() {
            0 => None,
            1 => targets.pop().map(Identity::One),
            _ => Some(Identity::Several { column: (*naming).to_owned(), targets }),
        }
    })
}

/// A known table whose name stands in a file's name, on its own; the longest.
pub(crate) fn table_in_name(file: &str) -> Option<&'static TableSchema> {
    model::tables::all().filter(|table| stands_in(file, &table.name)).max_by_key(|table| table.name.len())
}

/// Whether a word stands in a text with no letter or digit beside it. Case counts in short words, which mean other things as well.
fn stands_in(text: &str, word: &str) -> bool {
    let (lower, needle) = (text.to_ascii_lowercase(), word.to_ascii_lowercase());
    let (text, needle) = if word.len() < 6 { (text, word) } else { (lower.as_str(), needle.as_str()) };
    text.match_indices(needle).any(|(at, found)| {
        let before = text.as_bytes().get(at.wrapping_sub(1));
        let after = text.as_bytes().get(at + found.len());
        !before.is_some_and(u8::is_ascii_alphanumeric) && !after.is_some_and(u8::is_ascii_alphanumeric)
    })
}

/// `query_data - My_App_CL.csv` holds `My_App_CL`.
fn custom_in_name(file: &str) -> Option<&str> {
    let end = file.find("_CL").map(|at| at + 3)?;
    if file.as_bytes().get(end).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_') {
        return None;
    }
    let start = file.as_bytes().get(..end)?.iter().rposition(|b| !b.is_ascii_alphanumeric() && *b != b'_').map_or(0, |at| at + 1);
    file.get(start..end).filter(|name| is_custom_name(name))
}

fn is_custom_name(name: &str) -> bool {
    name.len() > 3
        && name.len() <= 63
        && name.ends_with("_CL")
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && name.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)
}

/// The file's columns, as tables would name them.
struct Columns<'a> {
    names: Vec<&'a str>,
}

impl<'a> Columns<'a> {
    fn new(sample: &'a Sample) -> Self {
        let tree = is_process_tree(sample.columns.iter().map(String::as_str));
        let bases = sample.columns.iter().map(|c| split_zone(c).0).filter(|c| !is_index(c));
        Self { names: bases.map(|name| if tree { process_tree_name(name) } else { name }).collect() }
    }

    /// The share of the file's columns that a table has.
    fn share(&self, table: &TableSchema) -> f64 {
        self.names.iter().filter(|name| resolve(&table.schema, &table.name, name).is_some()).count() as f64 / self.names.len().max(1) as f64
    }
}

/// How many tables have a column of that name.
static COMMON: LazyLock<BTreeMap<Arc<str>, usize>> = LazyLock::new(|| {
    let mut counts = BTreeMap::new();
    for column in model::tables::all().flat_map(|table| &table.schema.columns) {
        *counts.entry(Arc::clone(&column.name)).or_insert(0) += 1;
    }
    counts
});

fn by_columns(sample: &Sample, columns: &Columns<'_>) -> Identity {
    if sample.column("mssg_id").is_some() && sample.column("AuditdMessage").is_some() {
        return Identity::One(Target::named("AuditLog_CL"));
    }
    if is_process_tree(sample.columns.iter().map(String::as_str)) {
        return Identity::One(Target::named("DeviceProcessEvents"));
    }
    let mut best: Vec<&'static TableSchema> = Vec::new();
    let mut most = 0;
    for table in model::tables::all() {
        let resolved = columns
            .names
            .iter()
            .filter_map(|name| resolve(&table.schema, &table.name, name).map(|index| (*name, &*table.schema.columns[index].name)))
            // A name in another case says little.
            .filter(|(name, column)| column.starts_with(name));
        let (exact, suffixed): (Vec<_>, Vec<_>) = resolved.partition(|(name, column)| name == column);
        // A name that only a suffix makes a column's says little on its own.
        let enough = if exact.iter().any(|(name, _)| *name == "TimeGenerated") { 10 } else { usize::MAX };
        let suffixed = if suffixed.len() < enough { Vec::new() } else { suffixed };
        let found: Vec<&str> = exact.into_iter().chain(suffixed).map(|(_, column)| column).collect();
        // Columns that one table in three has tell nothing; those that few have tell much.
        let weight: f64 = found.iter().filter_map(|name| COMMON.get(*name)).map(|count| 1.0 / *count as f64).sum();
        if found.len() < 3 || weight < DISTINCT || (found.len() as f64) < FOUND * columns.names.len() as f64 {
            continue;
        }
        if found.len() > most {
            most = found.len();
            best.clear();
        }
        if found.len() == most {
            best.push(table);
        }
    }
    match best.as_slice() {
        [] => Identity::Unknown,
        [table] => Identity::One(Target::Known(table)),
        several => match by_values(sample, several) {
            Some(table) => Identity::One(Target::Known(table)),
            None => Identity::Ambiguous(several.iter().map(|table| Arc::clone(&table.name)).collect()),
        },
    }
}

/// Tells apart tables that all have a file's columns, by what the records say.
fn by_values(sample: &Sample, tables: &[&'static TableSchema]) -> Option<&'static TableSchema> {
    const ACTIONS: [(&str, &str); 8] = [
        ("ProcessCreated", "DeviceProcessEvents"),
        ("OpenProcess", "DeviceEvents"),
        ("Connection", "DeviceNetworkEvents"),
        ("InboundConnection", "DeviceNetworkEvents"),
        ("ListeningConnection", "DeviceNetworkEvents"),
        ("File", "DeviceFileEvents"),
        ("ImageLoaded", "DeviceImageLoadEvents"),
        ("Dns", "DeviceEvents"),
    ];
    const SCHEMAS: [(&str, &str); 6] = [
        ("Dns", "ASimDnsActivityLogs"),
        ("NetworkSession", "ASimNetworkSessionLogs"),
        ("WebSession", "ASimWebSessionLogs"),
        ("ProcessEvent", "ASimProcessEventLogs"),
        ("FileEvent", "ASimFileEventLogs"),
        ("Authentication", "ASimAuthenticationEventLogs"),
    ];
    let of = |name: &str| tables.iter().copied().find(|table| &*table.name == name);
    for (column, words) in [("ActionType", ACTIONS.as_slice()), ("EventSchema", SCHEMAS.as_slice())] {
        let values = sample.column(column).into_iter().flat_map(|index| sample.values(index));
        for value in values {
            if let Some(table) = words.iter().filter(|(word, _)| value.starts_with(word)).find_map(|(_, name)| of(name)) {
                return Some(table);
            }
        }
    }
    // Defender's tables repeat each other's columns; the one that the columns are for goes first.
    let has = |name: &str| sample.column(name).is_some();
    match () {
        () if has("ProcessCommandLine") => of("DeviceProcessEvents"),
        () if has("RemoteUrl") || has("RemoteIP") => of("DeviceNetworkEvents"),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(columns: &str, row: &str, file: &str, option: Option<&str>) -> String {
        let split = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
        let sample = Sample { columns: split(columns), rows: vec![split(row)] };
        match identify(&sample, file, option) {
            Identity::One(target) => target.name().to_owned(),
            Identity::Several { targets, .. } => targets.iter().map(Target::name).collect::<Vec<_>>().join("+"),
            Identity::Unknown => "unknown".into(),
            Identity::Ambiguous(names) => format!("ambiguous {}", names.len()),
        }
    }

    #[test]
    fn tables_are_found() {
        let dns = "TimeGenerated,Computer,ClientIP,Name,IPAddresses,QueryType";
        for (columns, row, file, option, expected) in [
            (dns, "", "x.csv", None, "DnsEvents"),
            (dns, "", "x.csv", Some("Other_CL"), "DnsEvents"),
            (dns, "", "x.csv", Some("Syslog"), "DnsEvents"),
            ("a,b,c", "", "x.csv", Some("Other_CL"), "Other_CL"),
            ("TimeGenerated,b,c", "", "x.csv", Some("Syslog"), "Syslog"),
            ("a,b,c", "", "x.csv", Some("Syslog"), "unknown"),
            ("a,b,c", "", "My_App_CL.csv", Some("Syslog"), "My_App_CL"),
            ("TimeGenerated,Computer,EventID,Channel", "", "x.csv", None, "ambiguous 2"),
            ("TimeGenerated,Computer,EventID,Channel", "", "x.csv", Some("WindowsEvent"), "WindowsEvent"),
            ("a,b,c", "", "x.csv", None, "unknown"),
            ("a,b,c", "", "query_data - My_App_CL.csv", None, "My_App_CL"),
            ("a,b,c", "", "My_App_CL_2026.csv", None, "unknown"),
            ("TimeGenerated,Name,a,b", "", "exports/DnsEvents_2026-11.csv", None, "DnsEvents"),
            ("TimeGenerated,Name,a,b", "", "query_data - DnsEvents.csv", None, "DnsEvents"),
            ("a,b,c,d", "", "DnsEvents.csv", None, "unknown"),
            ("Pid,Name,Family,Type,Status", "4,System,IPv4,TCP,LISTEN", "Event.json", None, "unknown"),
            ("TimeGenerated,Computer,Type,Facility", ",,Syslog,", "x.csv", None, "Syslog"),
            ("TimeGenerated,a,Type", ",,Own_CL", "DnsEvents.csv", None, "Own_CL"),
            ("Timestamp,DeviceName,ActionType,FileName,ProcessCommandLine", ",,ProcessCreated,,", "x.csv", None, "DeviceProcessEvents"),
            ("Timestamp,DeviceName,ActionType,RemoteUrl,RemoteIP", ",,ConnectionSuccess,,", "x.csv", None, "DeviceNetworkEvents"),
            ("Timestamp,DeviceName,FileName,ProcessCommandLine", ",,,", "x.csv", None, "DeviceProcessEvents"),
            ("TimeGenerated,Computer,mssg_id,AuditdMessage", "", "linux_events.csv", None, "AuditLog_CL"),
            ("DateAdded,IoC,Type,TLP", "6/28/2021,hpool.com,domainname,White", "ioc.csv", None, "unknown"),
            ("TimeGenerated,Computer,Type", "", "x.csv", None, "unknown"),
        ] {
            assert_eq!(told(columns, row, file, option), expected, "{columns} in {file}");
        }
    }

    #[test]
    fn records_of_several_tables_are_told_apart() {
        let sample = Sample {
            columns: vec!["TimeGenerated".into(), "Type".into()],
            rows: vec![vec![String::new(), "Syslog".into()], vec![String::new(), "DnsEvents".into()]],
        };
        let Identity::Several { column, targets } = identify(&sample, "x", None) else { panic!("one table") };
        assert_eq!((column.as_str(), targets.len()), ("Type", 2));
    }
}
