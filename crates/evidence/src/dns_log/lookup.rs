//! A lookup as a log has it, and as a row of ASimDnsActivityLogs.

use crate::ColumnBuilder;
use crate::eve::{code_number, type_number};
use crate::row::quote;
use std::borrow::Cow;

pub(crate) const TABLE: &str = "ASimDnsActivityLogs";

/// What a line says of a lookup; what it does not say is empty.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lookup<'a> {
    pub(crate) host: &'a str,
    pub(crate) client: &'a str,
    pub(crate) client_port: Option<i64>,
    pub(crate) server: &'a str,
    pub(crate) name: Cow<'a, str>,
    pub(crate) kind: &'a str,
    pub(crate) class: &'a str,
    /// Whether the line tells what was answered.
    pub(crate) response: bool,
    /// The response's code by name.
    pub(crate) code: &'a str,
    pub(crate) answer: &'a str,
    /// Where a line has several.
    pub(crate) answers: Vec<String>,
    /// The server was told to refuse the name, or to answer wrongly.
    pub(crate) blocked: bool,
    /// In the log's own words: where the answer is from, or what was done.
    pub(crate) original: &'a str,
    /// The list or zone that told the server so.
    pub(crate) rule: &'a str,
    /// In milliseconds.
    pub(crate) duration: Option<i64>,
    pub(crate) protocol: &'static str,
    /// In hexadecimal.
    pub(crate) id: &'a str,
    pub(crate) recursion: Option<bool>,
}

/// A name without the dot at its end.
pub(crate) fn name(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(text.strip_suffix('.').filter(|name| !name.is_empty()).unwrap_or(text))
}

/// A row in the making.
pub(crate) struct Entry<'e, 'a> {
    pub(crate) lookup: &'e Lookup<'a>,
    pub(crate) time: Option<i64>,
    pub(crate) vendor: &'static str,
    pub(crate) product: &'static str,
}

pub(crate) type Put = fn(&Entry<'_, '_>, &mut ColumnBuilder);

pub(crate) const COLUMNS: &[(&str, Put)] = &[
    ("TimeGenerated", |e, c| c.long_option(e.time)),
    ("Type", |_, c| c.text(TABLE)),
    ("EventCount", |_, c| c.long(1)),
    ("EventType", |_, c| c.text("Query")),
    ("EventSubType", |e, c| c.text(if e.lookup.response { "response" } else { "request" })),
    ("EventSchemaVersion", |_, c| c.text("0.1.7")),
    ("EventVendor", |e, c| c.text(e.vendor)),
    ("EventProduct", |e, c| c.text(e.product)),
    ("EventSeverity", |_, c| c.text("Informational")),
    ("EventStartTime", |e, c| c.long_option(e.time)),
    ("EventEndTime", |e, c| c.long_option(e.time)),
    ("EventOriginalType", |e, c| c.text(e.lookup.original)),
    ("EventResult", |e, c| {
        c.text(match e.lookup.code {
            _ if e.lookup.blocked => "Failure",
            "" => "NA",
            "NOERROR" => "Success",
            _ => "Failure",
        });
    }),
    ("EventResultDetails", |e, c| c.text(if e.lookup.code.is_empty() { "NA" } else { e.lookup.code })),
    ("Dvc", |e, c| c.text(e.lookup.host)),
    ("DvcHostname", |e, c| c.text(e.lookup.host)),
    ("DvcAction", |e, c| c.text(if e.lookup.blocked { "Deny" } else { "" })),
    ("SrcIpAddr", |e, c| c.text(e.lookup.client)),
    ("Src", |e, c| c.text(e.lookup.client)),
    ("SrcPortNumber", |e, c| c.long_option(e.lookup.client_port)),
    ("DstIpAddr", |e, c| c.text(e.lookup.server)),
    ("Dst", |e, c| c.text(e.lookup.server)),
    ("NetworkProtocol", |e, c| c.text(e.lookup.protocol)),
    ("DnsQuery", |e, c| c.text(&e.lookup.name)),
    ("DnsQueryTypeName", |e, c| c.text(e.lookup.kind)),
    ("DnsQueryType", |e, c| c.long_option(type_number(e.lookup.kind))),
    ("DnsQueryClassName", |e, c| c.text(e.lookup.class)),
    ("DnsQueryClass", |e, c| c.long_option((e.lookup.class == "IN").then_some(1))),
    ("DnsResponseCode", |e, c| c.long_option(code_number(e.lookup.code))),
    ("DnsResponseName", |e, c| {
        let mut list = String::new();
        let several = e.lookup.answers.iter().map(String::as_str);
        for answer in std::iter::once(e.lookup.answer).chain(several).filter(|answer| !answer.is_empty()) {
            list.push(if list.is_empty() { '[' } else { ',' });
            quote(answer, &mut list);
        }
        if !list.is_empty() {
            list.push(']');
        }
        c.text(&list);
    }),
    ("DnsNetworkDuration", |e, c| c.long_option(e.lookup.duration)),
    ("DnsFlagsRecursionDesired", |e, c| match e.lookup.recursion {
        Some(desired) => c.bool(desired),
        None => c.missing(),
    }),
    ("TransactionIdHex", |e, c| c.text(e.lookup.id)),
    ("RuleName", |e, c| c.text(e.lookup.rule)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_in_the_table_once() {
        let schema = &model::tables::builtin(TABLE).unwrap().schema;
        for (at, (column, _)) in COLUMNS.iter().enumerate() {
            assert!(schema.index_of(column).is_some(), "{column}");
            assert!(!COLUMNS[..at].iter().any(|(other, _)| other == column), "{column} twice");
        }
    }
}
