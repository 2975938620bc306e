//! The columns that a hunt may yield for its findings, and how another's hunt is brought to them.
//!
//! Ours use these names. A hunt from elsewhere fills them through its entity mappings, else through the usual column names.

use crate::entities::Row;
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
    Common { name: "LastSeen", kql_type: KqlType::DateTime, mappings: &[], usual: &["EndTimeUtc", "EndTime"] },
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

/// These hunts in one query with exclusions applied: their rows under the fixed signature, then the verdict of each. One query, so that the
/// endpoint's records are joined once and not once a hunt.
pub(crate) fn explained(hunts: &[&Hunt]) -> String {
    let (lets, union) = union(hunts);
    format!("{lets}{union}| invoke PoolhoundExplain()")
}

/// The rows of these hunts under the fixed signature: statements, and the expression after them.
pub(crate) fn union(hunts: &[&Hunt]) -> (String, String) {
    let (mut lets, mut text) = (String::new(), String::from("union\n"));
    for (n, hunt) in hunts.iter().enumerate() {
        // A function of its own, so that a name of one hunt means nothing in another; a comment at the query's end ends with its line.
        let query = hunt.query.trim_end().trim_end_matches(';');
        lets.insert_str(0, &format!("let Hunt{n} = () {{\n{query}\n| project {}\n}};\n", signature(hunt)));
        text.push_str(&format!("{}(Hunt{n}())\n", if n > 0 { ", " } else { "" }));
    }
    (lets, text)
}

/// All that a row says before it is judged: equal for rows that are judged alike.
pub(crate) fn signed(row: &Row<'_>) -> String {
    let row = Row { verdict: "", exclusion: "", facts: "", ..*row };
    format!("{row:?}")
}

fn signature(hunt: &Hunt) -> String {
    let own = [format!("HuntId = '{}'", hunt.id.replace('\'', "\\'")), format!("EvidenceClass = '{}'", hunt.evidence_class.name())];
    let columns = COMMON.iter().map(|common| format!("{} = {}", common.name, expression(hunt, common)));
    own.into_iter().chain(columns).collect::<Vec<_>>().join(", ")
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
