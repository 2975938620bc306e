//! The columns that a hunt may yield for its findings, and how another's hunt is brought to them.
//!
//! Ours use these names. A hunt from elsewhere fills them through its entity mappings, else through the usual column names.

use content::Hunt;
use model::KqlType;

/// A column of findings, its type, and the columns of other people's hunts that hold the same.
pub(crate) struct Common {
    pub(crate) name: &'static str,
    pub(crate) kql_type: KqlType,
    /// `Entity.Identifier` of Sentinel's mappings.
    pub(crate) mappings: &'static [&'static str],
    pub(crate) usual: &'static [&'static str],
}

const fn text(name: &'static str, mappings: &'static [&'static str], usual: &'static [&'static str]) -> Common {
    Common { name, kql_type: KqlType::String, mappings, usual }
}

/// The signature of the function that exclusions are judged by, in order.
pub(crate) const COMMON: &[Common] = &[
    Common {
        name: "TimeGenerated",
        kql_type: KqlType::DateTime,
        mappings: &[],
        usual: &["Timestamp", "StartTimeUtc", "EventStartTime", "timestamp"],
    },
    text(
        "Host",
        &["Host.FullName", "Host.HostName", "Host.NetBiosName"],
        &["Computer", "DeviceName", "SrcHostname", "DvcHostname", "HostCustomEntity", "HostName", "Dvc"],
    ),
    text("HostIp", &["IP.Address"], &["ClientIP", "SrcIpAddr", "SourceIP", "LocalIP", "IPCustomEntity", "SourceIp"]),
    text(
        "Account",
        &["Account.FullName", "Account.Name"],
        &["AccountName", "User", "ActorUsername", "SubjectUserName", "AccountCustomEntity", "user"],
    ),
    text("ProcessName", &[], &["FileName", "Process", "NewProcessName"]),
    text("ProcessPath", &[], &["FolderPath", "TargetProcessName", "exe"]),
    text("CommandLine", &["Process.CommandLine"], &["ProcessCommandLine", "cmdline", "TargetProcessCommandLine"]),
    text("SHA256", &["FileHash.Value"], &["InitiatingProcessSHA256", "TargetProcessSHA256"]),
    text("SHA1", &[], &["InitiatingProcessSHA1"]),
    text("FilePath", &["File.Name"], &[]),
    text(
        "Domain",
        &["DNS.DomainName", "URL.Url"],
        &["DnsQuery", "Name", "QueryName", "RemoteUrl", "DstHostname", "ServerName", "DestinationHostName", "URL", "Url"],
    ),
    text("RemoteIp", &[], &["DstIpAddr", "RemoteIP", "DestinationIP", "DestIp"]),
    Common { name: "RemotePort", kql_type: KqlType::Int, mappings: &[], usual: &["DstPortNumber", "DestinationPort", "DestPort"] },
    text("Pool", &[], &[]),
    text("Wallet", &[], &[]),
    text("Outcome", &[], &[]),
    Common { name: "Count", kql_type: KqlType::Long, mappings: &[], usual: &[] },
    Common { name: "Bytes", kql_type: KqlType::Long, mappings: &[], usual: &[] },
    Common { name: "DurationSeconds", kql_type: KqlType::Real, mappings: &[], usual: &[] },
    text("ParentName", &[], &[]),
    text("ParentPath", &[], &[]),
    text("GrandparentName", &[], &[]),
    text("ParentCommandLine", &[], &[]),
    text("ProcessUniqueId", &[], &[]),
    text("Severity", &[], &[]),
    text("Detail", &[], &[]),
];

/// Where a hunt's answer holds a common column: candidates, best first.
pub(crate) fn candidates<'a>(hunt: &'a Hunt, common: &'a Common) -> impl Iterator<Item = &'a str> {
    let mapped = common.mappings.iter().flat_map(|wanted| {
        hunt.entities
            .iter()
            .filter(move |m| wanted.split_once('.') == Some((m.entity.as_str(), m.identifier.as_str())))
            .map(|m| m.column.as_str())
    });
    std::iter::once(common.name).chain(mapped).chain(common.usual.iter().copied())
}

/// The hunt's query with exclusions applied: its rows under the fixed signature, then the verdict of each.
pub(crate) fn explained(hunt: &Hunt) -> String {
    let mut text = hunt.query.trim_end().trim_end_matches(';').to_owned();
    // A comment at the end of the query must not swallow what follows.
    text.push_str("\n| project ");
    let columns: Vec<String> = COMMON.iter().map(|common| format!("{} = {}", common.name, expression(hunt, common))).collect();
    text.push_str(&columns.join(", "));
    text.push_str(&format!("\n| invoke PoolhoundExplain('{}')", hunt.evidence_class.name()));
    text
}

fn expression(hunt: &Hunt, common: &Common) -> String {
    let (convert, missing) = match common.kql_type {
        KqlType::DateTime => ("todatetime", "datetime(null)"),
        KqlType::Int => ("toint", "int(null)"),
        KqlType::Long => ("tolong", "long(null)"),
        KqlType::Real => ("toreal", "real(null)"),
        _ => ("tostring", "''"),
    };
    let mut names: Vec<&str> = candidates(hunt, common).collect();
    names.reverse();
    let nested =
        names.into_iter().fold(missing.to_owned(), |rest, name| format!("column_ifexists('{}', {rest})", name.replace('\'', "\\'")));
    format!("{convert}({nested})")
}
