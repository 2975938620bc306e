//! Rows of an answer, column by column, in the words of findings.

use crate::columns::{COMMON, candidates};
use arrow::array::{Array, ArrayRef, AsArray, StringViewArray, StringViewBuilder};
use arrow::datatypes::{DataType, Float64Type, Int32Type, Int64Type};
use content::Hunt;
use model::{Answer, EvidenceClass, KqlType};

/// What a row says, in the answer's own memory. Empty and `None` where it does not.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Row<'a> {
    /// The hunt's id, where rows of several are in one answer.
    pub(crate) hunt: &'a str,
    /// Ticks.
    pub(crate) time: Option<i64>,
    pub(crate) host: &'a str,
    pub(crate) host_ip: &'a str,
    pub(crate) account: &'a str,
    pub(crate) process_name: &'a str,
    pub(crate) process_path: &'a str,
    pub(crate) command_line: &'a str,
    pub(crate) sha256: &'a str,
    pub(crate) file: &'a str,
    pub(crate) domain: &'a str,
    pub(crate) remote_ip: &'a str,
    pub(crate) remote_port: Option<i64>,
    pub(crate) pool: &'a str,
    pub(crate) wallet: &'a str,
    pub(crate) outcome: &'a str,
    /// Records behind the row, where the hunt counts them itself.
    pub(crate) count: Option<i64>,
    /// Ticks of the last record, where the row stands for several.
    pub(crate) last: Option<i64>,
    pub(crate) bytes: Option<i64>,
    pub(crate) duration: Option<f64>,
    pub(crate) severity: &'a str,
    pub(crate) detail: &'a str,
    /// The process instance and where it comes from: no entity, but part of what exclusions judge.
    pub(crate) origin: [&'a str; 5],
    pub(crate) verdict: &'a str,
    pub(crate) exclusion: &'a str,
    /// `name=1;name=-1;…`.
    pub(crate) facts: &'a str,
}

/// All rows of an answer, in order; each is put together when it is asked for.
pub(crate) struct Rows {
    batches: Vec<Columns>,
    /// The number of each batch's first row.
    starts: Vec<usize>,
    len: usize,
    blames_server: bool,
}

/// The columns of [`TEXTS`] and [`NUMBERS`], where the answer has them.
struct Columns {
    texts: Vec<Option<StringViewArray>>,
    numbers: Vec<Option<ArrayRef>>,
}

impl Rows {
    pub(crate) fn of(hunt: &Hunt, answer: &Answer) -> Self {
        // Other people's hunts over servers' logs name the server as the host: the client's address is the better one.
        let blames_server = answer.schema.index_of("Host").is_none() && OF_CLIENTS.contains(&hunt.evidence_class);
        let mut rows = Self { batches: Vec::new(), starts: Vec::new(), len: 0, blames_server };
        for batch in &answer.batches {
            let column = |name: &str| -> Option<&ArrayRef> {
                let named = |wanted: &str| answer.schema.index_of(wanted).and_then(|n| batch.columns().get(n));
                match COMMON.iter().find(|c| c.name == name) {
                    // A time under another name must be one.
                    Some(common) => candidates(hunt, common)
                        .filter(|wanted| common.kql_type != KqlType::DateTime || is_time(answer, wanted))
                        .find_map(named),
                    None => named(name),
                }
            };
            rows.batches.push(Columns {
                texts: TEXTS.iter().map(|(name, _)| column(name).map(texts)).collect(),
                numbers: NUMBERS.iter().map(|(name, _)| column(name).cloned()).collect(),
            });
            rows.starts.push(rows.len);
            rows.len += batch.num_rows();
        }
        rows
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn get(&self, n: usize) -> Row<'_> {
        let mut row = Row::default();
        // Of batches without rows, which start at the same number, the last is not empty.
        let at = self.starts.partition_point(|start| *start <= n).saturating_sub(1);
        let (Some(batch), Some(start)) = (self.batches.get(at), self.starts.get(at)) else { return row };
        for ((_, set), column) in TEXTS.iter().zip(&batch.texts) {
            if let Some(column) = column.as_ref().filter(|c| c.is_valid(n - start)) {
                set(&mut row, column.value(n - start));
            }
        }
        for ((_, set), column) in NUMBERS.iter().zip(&batch.numbers) {
            if let Some(column) = column {
                set(&mut row, column, n - start);
            }
        }
        if self.blames_server && !row.host_ip.is_empty() {
            row.host = "";
        }
        row
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.len).map(|n| self.get(n))
    }
}

/// What resolvers, proxies and firewalls log of their clients.
const OF_CLIENTS: [EvidenceClass; 3] = [EvidenceClass::PoolDns, EvidenceClass::PoolConnection, EvidenceClass::PoolTls];

fn is_time(answer: &Answer, name: &str) -> bool {
    answer.schema.index_of(name).is_some_and(|n| answer.schema.columns[n].kql_type == KqlType::DateTime)
}

type SetText = for<'a> fn(&mut Row<'a>, &'a str);
type SetNumber = fn(&mut Row<'_>, &ArrayRef, usize);

const TEXTS: &[(&str, SetText)] = &[
    ("HuntId", |row, text| row.hunt = text),
    ("Host", |row, text| row.host = text),
    ("HostIp", |row, text| row.host_ip = text),
    ("Account", |row, text| row.account = text),
    ("ProcessName", |row, text| row.process_name = text),
    ("ProcessPath", |row, text| row.process_path = text),
    ("CommandLine", |row, text| row.command_line = text),
    ("SHA256", |row, text| row.sha256 = text),
    ("FilePath", |row, text| row.file = text),
    ("Domain", |row, text| row.domain = host_of(text)),
    ("RemoteIp", |row, text| row.remote_ip = text),
    ("Pool", |row, text| row.pool = text),
    ("Wallet", |row, text| row.wallet = text),
    ("Outcome", |row, text| row.outcome = text),
    ("Severity", |row, text| row.severity = text),
    ("Detail", |row, text| row.detail = text),
    ("ProcessUniqueId", |row, text| row.origin[0] = text),
    ("ParentPath", |row, text| row.origin[1] = text),
    ("GrandparentName", |row, text| row.origin[2] = text),
    ("ParentCommandLine", |row, text| row.origin[3] = text),
    ("SHA1", |row, text| row.origin[4] = text),
    ("Verdict", |row, text| row.verdict = text),
    ("ExclusionId", |row, text| row.exclusion = text),
    ("ExclusionFacts", |row, text| row.facts = text),
];

const NUMBERS: &[(&str, SetNumber)] = &[
    ("TimeGenerated", |row, c, n| row.time = number(c, n)),
    ("RemotePort", |row, c, n| row.remote_port = number(c, n)),
    ("Count", |row, c, n| row.count = number(c, n)),
    ("LastSeen", |row, c, n| row.last = number(c, n)),
    ("Bytes", |row, c, n| row.bytes = number(c, n)),
    ("DurationSeconds", |row, c, n| row.duration = real(c, n)),
];

/// The host's name where another's hunt gives a whole URL for it.
fn host_of(domain: &str) -> &str {
    let rest = match domain.split_once("://") {
        Some((_, rest)) => rest,
        None if domain.contains('/') => domain,
        None => return domain,
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    // An address of IPv6 stands in brackets.
    match host.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        Some((address, _)) => address,
        None => host.split(':').next().unwrap_or_default(),
    }
}

/// A column as texts; another's hunt may give a number where ours have a text.
fn texts(column: &ArrayRef) -> StringViewArray {
    if let Some(texts) = column.as_string_view_opt() {
        return texts.clone();
    }
    let mut texts = StringViewBuilder::with_capacity(column.len());
    (0..column.len()).for_each(|n| texts.append_value(text(column, n)));
    texts.finish()
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
            assert_eq!(host_of(given), host);
        }
    }
}
