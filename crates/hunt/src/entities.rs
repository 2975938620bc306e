//! Rows of an answer, column by column, in the words of findings.

use crate::columns::{COMMON, candidates};
use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Float64Type, Int32Type, Int64Type};
use content::Hunt;
use model::{Answer, EvidenceClass, KqlType};

/// What a row says. Empty and `None` where it does not.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Row {
    /// The hunt's id, where rows of several are in one answer.
    pub(crate) hunt: String,
    /// Ticks.
    pub(crate) time: Option<i64>,
    pub(crate) host: String,
    pub(crate) host_ip: String,
    pub(crate) account: String,
    pub(crate) process_name: String,
    pub(crate) process_path: String,
    pub(crate) command_line: String,
    pub(crate) sha256: String,
    pub(crate) file: String,
    pub(crate) domain: String,
    pub(crate) remote_ip: String,
    pub(crate) remote_port: Option<i64>,
    pub(crate) pool: String,
    pub(crate) wallet: String,
    pub(crate) outcome: String,
    /// Records behind the row, where the hunt counts them itself.
    pub(crate) count: Option<i64>,
    /// Ticks of the last record, where the row stands for several.
    pub(crate) last: Option<i64>,
    pub(crate) bytes: Option<i64>,
    pub(crate) duration: Option<f64>,
    pub(crate) severity: String,
    pub(crate) detail: String,
    /// The process instance and where it comes from: no entity, but part of what exclusions judge.
    pub(crate) origin: String,
    pub(crate) verdict: String,
    pub(crate) exclusion: String,
    /// `name=1;name=-1;…`.
    pub(crate) facts: String,
}

/// All rows of an answer, in order.
pub(crate) fn rows(hunt: &Hunt, answer: &Answer) -> Vec<Row> {
    let mut rows = Vec::new();
    // Other people's hunts over servers' logs name the server as the host: the client's address is the better one.
    let blames_server = answer.schema.index_of("Host").is_none() && OF_CLIENTS.contains(&hunt.evidence_class);
    for batch in &answer.batches {
        let column = |name: &str| -> Option<ArrayRef> {
            let named = |wanted: &str| answer.schema.index_of(wanted).and_then(|n| batch.columns().get(n)).cloned();
            match COMMON.iter().find(|c| c.name == name) {
                // A time under another name must be one.
                Some(common) => candidates(hunt, common)
                    .filter(|wanted| common.kql_type != KqlType::DateTime || is_time(answer, wanted))
                    .find_map(named),
                None => named(name),
            }
        };
        let columns: Vec<Option<ArrayRef>> = FIELDS.iter().map(|(name, _)| column(name)).collect();
        for n in 0..batch.num_rows() {
            let mut row = Row::default();
            for ((_, set), column) in FIELDS.iter().zip(&columns) {
                if let Some(column) = column {
                    set(&mut row, column, n);
                }
            }
            if blames_server && !row.host_ip.is_empty() {
                row.host.clear();
            }
            rows.push(row);
        }
    }
    rows
}

/// What resolvers, proxies and firewalls log of their clients.
const OF_CLIENTS: [EvidenceClass; 3] = [EvidenceClass::PoolDns, EvidenceClass::PoolConnection, EvidenceClass::PoolTls];

fn is_time(answer: &Answer, name: &str) -> bool {
    answer.schema.index_of(name).is_some_and(|n| answer.schema.columns[n].kql_type == KqlType::DateTime)
}

type Set = fn(&mut Row, &ArrayRef, usize);

const FIELDS: &[(&str, Set)] = &[
    ("HuntId", |row, c, n| row.hunt = text(c, n)),
    ("TimeGenerated", |row, c, n| row.time = number(c, n)),
    ("Host", |row, c, n| row.host = text(c, n)),
    ("HostIp", |row, c, n| row.host_ip = text(c, n)),
    ("Account", |row, c, n| row.account = text(c, n)),
    ("ProcessName", |row, c, n| row.process_name = text(c, n)),
    ("ProcessPath", |row, c, n| row.process_path = text(c, n)),
    ("CommandLine", |row, c, n| row.command_line = text(c, n)),
    ("SHA256", |row, c, n| row.sha256 = text(c, n)),
    ("FilePath", |row, c, n| row.file = text(c, n)),
    ("Domain", |row, c, n| row.domain = host_of(text(c, n))),
    ("RemoteIp", |row, c, n| row.remote_ip = text(c, n)),
    ("RemotePort", |row, c, n| row.remote_port = number(c, n)),
    ("Pool", |row, c, n| row.pool = text(c, n)),
    ("Wallet", |row, c, n| row.wallet = text(c, n)),
    ("Outcome", |row, c, n| row.outcome = text(c, n)),
    ("Count", |row, c, n| row.count = number(c, n)),
    ("LastSeen", |row, c, n| row.last = number(c, n)),
    ("Bytes", |row, c, n| row.bytes = number(c, n)),
    ("DurationSeconds", |row, c, n| row.duration = real(c, n)),
    ("Severity", |row, c, n| row.severity = text(c, n)),
    ("Detail", |row, c, n| row.detail = text(c, n)),
    ("ProcessUniqueId", |row, c, n| row.origin = text(c, n)),
    ("ParentPath", |row, c, n| row.origin.push_str(&text(c, n))),
    ("GrandparentName", |row, c, n| row.origin.push_str(&text(c, n))),
    ("ParentCommandLine", |row, c, n| row.origin.push_str(&text(c, n))),
    ("SHA1", |row, c, n| row.origin.push_str(&text(c, n))),
    ("Verdict", |row, c, n| row.verdict = text(c, n)),
    ("ExclusionId", |row, c, n| row.exclusion = text(c, n)),
    ("ExclusionFacts", |row, c, n| row.facts = text(c, n)),
];

/// The host's name where another's hunt gives a whole URL for it.
fn host_of(domain: String) -> String {
    let rest = match domain.split_once("://") {
        Some((_, rest)) => rest,
        None if domain.contains('/') => domain.as_str(),
        None => return domain,
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    // An address of IPv6 stands in brackets.
    match host.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        Some((address, _)) => address.to_owned(),
        None => host.split(':').next().unwrap_or_default().to_owned(),
    }
}

pub(crate) fn text(column: &ArrayRef, n: usize) -> String {
    match column.data_type() {
        DataType::Utf8View if !column.is_null(n) => column.as_string_view().value(n).to_owned(),
        DataType::Utf8 if !column.is_null(n) => column.as_string::<i32>().value(n).to_owned(),
        DataType::Boolean if !column.is_null(n) => column.as_boolean().value(n).to_string(),
        _ => number(column, n).map(|v| v.to_string()).unwrap_or_default(),
    }
}

pub(crate) fn number(column: &ArrayRef, n: usize) -> Option<i64> {
    if column.is_null(n) {
        return None;
    }
    match column.data_type() {
        DataType::Int64 => Some(column.as_primitive::<Int64Type>().value(n)),
        DataType::Int32 => Some(i64::from(column.as_primitive::<Int32Type>().value(n))),
        DataType::Float64 => Some(column.as_primitive::<Float64Type>().value(n) as i64),
        DataType::Utf8View => column.as_string_view().value(n).trim().parse().ok(),
        _ => None,
    }
}

pub(crate) fn real(column: &ArrayRef, n: usize) -> Option<f64> {
    match column.data_type() {
        DataType::Float64 if !column.is_null(n) => Some(column.as_primitive::<Float64Type>().value(n)),
        _ => number(column, n).map(|v| v as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_known_by_its_host() {
        for (given, host) in [
            ("pool.example.com", "pool.example.com"),
            ("http://user@pool.example.com:3333/x?y", "pool.example.com"),
            ("pool.example.com/login", "pool.example.com"),
            ("stratum+tcp://[2001:db8::1]:3333", "2001:db8::1"),
            ("", ""),
        ] {
            assert_eq!(host_of(given.to_owned()), host);
        }
    }
}
