//! The columns of a file, and which columns of a table they fill.

use super::time::{TimeStyle, Zone, header_zone};
use crate::Options;
use model::{Column, KqlType, Schema, TableSchema};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A column as the file names it, and what was learned from the first records.
#[derive(Clone, Debug)]
pub(crate) struct FileColumn {
    pub(crate) name: String,
    /// The type that its values suggest; used where the table has no such column.
    pub(crate) kind: KqlType,
    /// Whether its dates can only be read with the day first.
    pub(crate) day_first: bool,
}

impl FileColumn {
    pub(crate) fn new(name: impl Into<String>, kind: KqlType) -> Self {
        Self { name: name.into(), kind, day_first: false }
    }
}

/// The table that records go to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Target {
    Known(&'static TableSchema),
    /// A custom table; its columns are the file's.
    Custom(String),
}

impl Target {
    pub(crate) fn named(name: &str) -> Self {
        model::tables::builtin(name).map_or_else(|| Self::Custom(name.to_owned()), Self::Known)
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Known(table) => &table.name,
            Self::Custom(name) => name,
        }
    }
}

/// Which columns of a table a file's columns fill.
#[derive(Clone, Debug)]
pub(crate) struct TablePlan {
    /// With the file's own columns behind the schema's.
    pub(crate) table: TableSchema,
    /// In the order of the file's columns.
    pub(crate) sources: Vec<Source>,
    /// Values of columns that the file lacks.
    pub(crate) constants: Vec<(Arc<str>, String)>,
    pub(crate) warnings: Vec<String>,
}

/// What one column of the file fills; nothing where it is dropped.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) targets: Vec<Arc<str>>,
    pub(crate) style: TimeStyle,
}

/// Maps a file's columns to a table's.
pub(crate) fn plan(target: &Target, columns: &[FileColumn], options: &Options) -> TablePlan {
    let known = match target {
        Target::Known(table) => table.schema.columns.as_slice(),
        Target::Custom(_) => &[],
    };
    let mut plan = TablePlan {
        table: TableSchema::new(target.name(), Schema::new(known.to_vec())),
        sources: Vec::with_capacity(columns.len()),
        constants: Vec::new(),
        warnings: Vec::new(),
    };
    let process_tree = is_process_tree(columns.iter().map(|c| c.name.as_str()));
    let mut taken: BTreeSet<Arc<str>> = BTreeSet::new();
    for column in columns {
        let (base, label) = split_zone(&column.name);
        let zone = label.map_or(Zone::Offset(0), |label| header_zone(label, options.timezone));
        let mut source = Source { targets: Vec::new(), style: TimeStyle { zone, day_first: column.day_first } };
        if !is_index(base) {
            let renamed = if process_tree { process_tree_name(base) } else { base };
            if let Some(name) = plan.target(renamed, column.kind, label.is_some(), &taken) {
                taken.insert(Arc::clone(&name));
                source.targets.push(name);
            }
        }
        plan.sources.push(source);
    }
    if process_tree && plan.table.schema.index_of("ActionType").is_some() && !taken.contains("ActionType") {
        plan.constants.push(("ActionType".into(), "ProcessCreated".into()));
    }
    plan.share_time(&taken, "Timestamp", "TimeGenerated");
    plan.share_time(&taken, "TimeGenerated", "Timestamp");
    if plan.table.schema.index_of("Type").is_some() {
        let name = plan.table.name.to_string();
        plan.constants.push(("Type".into(), name));
    }
    plan
}

impl TablePlan {
    /// The column that a column of the file fills; made where the table has none.
    fn target(&mut self, name: &str, kind: KqlType, is_time: bool, taken: &BTreeSet<Arc<str>>) -> Option<Arc<str>> {
        let table = Arc::clone(&self.table.name);
        if let Some(index) = resolve(&self.table.schema, &table, name) {
            let found = Arc::clone(&self.table.schema.columns[index].name);
            if taken.contains(&found) {
                self.warnings.push(format!("column {name:?} occurs more than once; the first is read"));
                return None;
            }
            if &*found != name && found.eq_ignore_ascii_case(name) {
                self.warnings.push(format!("column {name:?} is read as {found} of {table}"));
            }
            return Some(found);
        }
        let kind = match name {
            "TimeGenerated" | "Timestamp" => KqlType::DateTime,
            _ if is_time => KqlType::DateTime,
            _ => kind,
        };
        let column = Column::new(name, kind);
        let made = Arc::clone(&column.name);
        self.table.schema.columns.push(column);
        Some(made)
    }

    /// Where the file has one of the two names of a record's time, it fills the other as well.
    fn share_time(&mut self, taken: &BTreeSet<Arc<str>>, from: &str, to: &str) {
        if taken.contains(to) || !taken.contains(from) {
            return;
        }
        let to: Arc<str> = match self.table.schema.index_of(to) {
            Some(index) => Arc::clone(&self.table.schema.columns[index].name),
            None if to == "TimeGenerated" => {
                self.table.schema.columns.push(Column::new(to, KqlType::DateTime));
                to.into()
            }
            None => return,
        };
        for source in &mut self.sources {
            if source.targets.iter().any(|target| &**target == from) {
                source.targets.push(Arc::clone(&to));
            }
        }
    }
}

/// The column of a table that a name in a file means: the same name, the same but for case, or, in a classic custom table, the name
/// without the suffix of its type.
pub(crate) fn resolve(schema: &Schema, table: &str, name: &str) -> Option<usize> {
    if let Some(index) = schema.index_of(name) {
        return Some(index);
    }
    let mut same = schema.columns.iter().enumerate().filter(|(_, c)| c.name.eq_ignore_ascii_case(name));
    if let Some((index, _)) = same.next() {
        return same.next().is_none().then_some(index);
    }
    if !table.ends_with("_CL") {
        return None;
    }
    ["_t", "_s", "_d", "_g", "_b"]
        .iter()
        .find_map(|suffix| schema.columns.iter().position(|c| c.name.strip_suffix(suffix).is_some_and(|bare| bare == name)))
}

/// The name without ` [UTC]` or ` [Local Time]`, and what stood in the brackets.
pub(crate) fn split_zone(header: &str) -> (&str, Option<&str>) {
    let header = header.trim();
    match header.strip_suffix(']').and_then(|h| h.rsplit_once(" [")) {
        Some((base, label)) if !base.is_empty() => (base.trim_end(), Some(label)),
        _ => (header, None),
    }
}

/// The index that data frames write as a column of its own.
pub(crate) fn is_index(name: &str) -> bool {
    name.is_empty() || name.starts_with("Unnamed: ")
}

/// Defender's process tree, an export that names process columns its own way.
pub(crate) fn is_process_tree<'a>(names: impl Iterator<Item = &'a str>) -> bool {
    names.filter(|n| matches!(*n, "CreatedProcessName" | "CreatedProcessCommandLine" | "InitiatingProcessName")).count() == 3
}

/// The column of `DeviceProcessEvents` that a column of Defender's process tree is.
pub(crate) fn process_tree_name(name: &str) -> &str {
    const NAMES: [(&str, &str); 39] = [
        ("ReportTime", "TimeGenerated"),
        ("MachineId", "DeviceId"),
        ("ComputerDnsName", "DeviceName"),
        ("ReportIndex", "ReportId"),
        ("CreatedProcessName", "FileName"),
        ("CreatedProcessFilePath", "FolderPath"),
        ("CreatedProcessCommandLine", "ProcessCommandLine"),
        ("CreatedProcessId", "ProcessId"),
        ("CreatedProcessCreationTime", "ProcessCreationTime"),
        ("CreatedProcessIntegrityLevel", "ProcessIntegrityLevel"),
        ("CreatedProcessTokenElevationType", "ProcessTokenElevation"),
        ("CreatedProcessFileSize", "FileSize"),
        ("CreatedProcessFileMd5", "MD5"),
        ("CreatedProcessFileSha1", "SHA1"),
        ("CreatedProcessFileSha256", "SHA256"),
        ("CreatedProcessAccountSid", "AccountSid"),
        ("CreatedProcessAccountName", "AccountName"),
        ("CreatedProcessAccountDomainName", "AccountDomain"),
        ("CreatedProcessAccountUpn", "AccountUpn"),
        ("CreatedProcessAccountAzureADId", "AccountObjectId"),
        ("CreatedProcessVersionInfoCompanyName", "ProcessVersionInfoCompanyName"),
        ("CreatedProcessVersionInfoProductName", "ProcessVersionInfoProductName"),
        ("CreatedProcessVersionInfoProductVersion", "ProcessVersionInfoProductVersion"),
        ("CreatedProcessVersionInfoInternalFileName", "ProcessVersionInfoInternalFileName"),
        ("CreatedProcessVersionInfoOriginalFileName", "ProcessVersionInfoOriginalFileName"),
        ("CreatedProcessVersionInfoFileDescription", "ProcessVersionInfoFileDescription"),
        ("InitiatingProcessName", "InitiatingProcessFileName"),
        ("InitiatingProcessImageFilePath", "InitiatingProcessFolderPath"),
        ("Process_CommandLine", "InitiatingProcessCommandLine"),
        ("InitiatingProcessImageMd5", "InitiatingProcessMD5"),
        ("InitiatingProcessImageSha1", "InitiatingProcessSHA1"),
        ("InitiatingProcessImageSha256", "InitiatingProcessSHA256"),
        ("InitiatingProcessImageFileSizeInBytes", "InitiatingProcessFileSize"),
        ("InitiatingProcessAccountDomainName", "InitiatingProcessAccountDomain"),
        ("InitiatingProcessAccountAzureADId", "InitiatingProcessAccountObjectId"),
        ("InitiatingProcessTokenElevationType", "InitiatingProcessTokenElevation"),
        ("InitiatingProcessParentProcessId", "InitiatingProcessParentId"),
        ("InitiatingProcessParentProcessName", "InitiatingProcessParentFileName"),
        ("InitiatingProcessParentCreationTime", "InitiatingProcessParentCreationTime"),
    ];
    NAMES.iter().find(|(from, _)| *from == name).map_or(name, |(_, to)| to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(table: &str, names: &[&str]) -> TablePlan {
        let columns: Vec<FileColumn> = names.iter().map(|name| FileColumn::new(*name, KqlType::String)).collect();
        plan(&Target::named(table), &columns, &Options::default())
    }

    fn targets(plan: &TablePlan) -> Vec<String> {
        plan.sources.iter().map(|s| s.targets.iter().map(|t| t.to_string()).collect::<Vec<_>>().join("+")).collect()
    }

    #[test]
    fn columns_find_their_place() {
        for (table, names, expected) in [
            ("DnsEvents", vec!["", "TimeGenerated [UTC]", "Name", "name", "My Own"], vec!["", "TimeGenerated", "Name", "", "My Own"]),
            ("DnsEvents", vec!["NAME"], vec!["Name"]),
            ("DeviceNetworkEvents", vec!["Timestamp", "RemoteUrl"], vec!["Timestamp+TimeGenerated", "RemoteUrl"]),
            ("DeviceNetworkEvents", vec!["TimeGenerated [Local Time]"], vec!["TimeGenerated+Timestamp"]),
            ("DeviceNetworkEvents", vec!["Timestamp", "TimeGenerated"], vec!["Timestamp", "TimeGenerated"]),
            ("AzureNetworkAnalytics_CL", vec!["SrcIP", "FlowStartTime", "DestPort"], vec!["SrcIP_s", "FlowStartTime_t", "DestPort_d"]),
            (
                "DeviceProcessEvents",
                vec!["CreatedProcessName", "CreatedProcessCommandLine", "InitiatingProcessName", "ReportTime"],
                vec!["FileName", "ProcessCommandLine", "InitiatingProcessFileName", "TimeGenerated+Timestamp"],
            ),
            ("My_CL", vec!["Timestamp", "a"], vec!["Timestamp+TimeGenerated", "a"]),
        ] {
            assert_eq!(targets(&planned(table, &names)), expected, "{table} {names:?}");
        }
    }

    #[test]
    fn every_name_of_the_process_tree_is_a_column() {
        let table = model::tables::builtin("DeviceProcessEvents").unwrap();
        for name in ["ReportTime", "MachineId", "CreatedProcessFileMd5", "Process_CommandLine", "InitiatingProcessImageFilePath"] {
            assert!(table.schema.index_of(process_tree_name(name)).is_some(), "{name}");
        }
        let plan = planned("DeviceProcessEvents", &["CreatedProcessName", "CreatedProcessCommandLine", "InitiatingProcessName"]);
        assert!(plan.constants.contains(&("ActionType".into(), "ProcessCreated".into())));
        assert!(plan.constants.contains(&("Type".into(), "DeviceProcessEvents".into())));
    }

    #[test]
    fn what_is_odd_is_told() {
        let plan = planned("DnsEvents", &["NAME", "Name", "Own"]);
        assert_eq!(plan.warnings.len(), 2, "{:?}", plan.warnings);
        assert_eq!(plan.table.schema.columns.last().unwrap(), &Column::new("Own", KqlType::String));
    }
}
