//! One flow of a flow log as a row of ASimNetworkSessionLogs.

use crate::evenness::Evenness;
use crate::row::quote;
use crate::{ColumnBuilder, Input, ReadContext, TableBuilder};
use model::ticks;
use std::borrow::Cow;
use std::sync::Arc;

pub(crate) const TABLE: &str = "ASimNetworkSessionLogs";

/// Rows after which a batch is handed over.
const BATCH: usize = 64 << 10;

/// What a log says of a flow; what it does not say is empty.
#[derive(Clone, Debug, Default)]
pub(crate) struct Session<'a> {
    pub(crate) vendor: &'static str,
    pub(crate) product: &'static str,
    pub(crate) original_type: &'a str,
    /// `Start`, or `End` where the log saw the flow's end.
    pub(crate) sub_type: &'static str,
    pub(crate) start: Option<i64>,
    pub(crate) end: Option<i64>,
    /// In milliseconds, where the log has it.
    pub(crate) duration: Option<i64>,
    pub(crate) source: &'a str,
    pub(crate) source_port: Option<i64>,
    pub(crate) source_mac: &'a str,
    pub(crate) source_name: &'a str,
    pub(crate) user: &'a str,
    pub(crate) destination: &'a str,
    pub(crate) destination_port: Option<i64>,
    pub(crate) destination_mac: &'a str,
    /// In lower case where names are looked for by it.
    pub(crate) destination_name: Cow<'a, str>,
    /// In upper case.
    pub(crate) protocol: &'a str,
    pub(crate) application: &'a str,
    pub(crate) direction: &'a str,
    pub(crate) source_bytes: Option<i64>,
    pub(crate) destination_bytes: Option<i64>,
    pub(crate) bytes: Option<i64>,
    pub(crate) source_packets: Option<i64>,
    pub(crate) destination_packets: Option<i64>,
    pub(crate) packets: Option<i64>,
    pub(crate) result: &'static str,
    pub(crate) details: &'static str,
    pub(crate) original_details: &'a str,
    pub(crate) action: &'static str,
    pub(crate) original_action: &'a str,
    pub(crate) rule: &'a str,
    pub(crate) device: &'a str,
    pub(crate) device_name: &'a str,
    pub(crate) resource: &'a str,
    pub(crate) additional: Vec<(&'static str, Additional<'a>)>,
}

/// A value of AdditionalFields.
#[derive(Clone, Debug)]
pub(crate) enum Additional<'a> {
    Text(&'a str),
    Number(i64),
    Real(f64),
    Bool(bool),
}

/// How even the rate was, where there are steps to tell it from.
pub(crate) fn evenness(even: &Evenness) -> [(&'static str, Additional<'static>); 2] {
    let (steps, deviation) = match even.told() {
        Some((steps, deviation)) => (Additional::Number(steps), Additional::Real(deviation)),
        None => (Additional::Text(""), Additional::Text("")),
    };
    [("RateSteps", steps), ("RateDeviation", deviation)]
}

impl Session<'_> {
    /// The sum of both ways where both are known, or the one that is.
    fn sum(whole: Option<i64>, one: Option<i64>, other: Option<i64>) -> Option<i64> {
        whole.or(match (one, other) {
            (Some(a), Some(b)) => Some(a.saturating_add(b)),
            (one, None) | (None, one) => one,
        })
    }

    fn millis(&self) -> Option<i64> {
        self.duration.or_else(|| self.start.zip(self.end).map(|(start, end)| end.saturating_sub(start) / (ticks::SECOND / 1_000)))
    }

    /// How even the rate was, for the hunts: a column that most readers leave empty, where AdditionalFields would have to be made of every row.
    fn message(&self, column: &mut ColumnBuilder) {
        let find = |name: &str| self.additional.iter().find(|(known, _)| *known == name).map(|(_, value)| value);
        match (find("RateSteps"), find("RateDeviation")) {
            (Some(Additional::Number(steps)), Some(Additional::Real(deviation))) => {
                column.text(&format!("rate over {steps} steps varies by {deviation:.4}"));
            }
            _ => column.missing(),
        }
    }

    fn additional(&self, column: &mut ColumnBuilder) {
        let mut out = String::new();
        for (name, value) in &self.additional {
            if matches!(value, Additional::Text("")) {
                continue;
            }
            out.push(if out.is_empty() { '{' } else { ',' });
            quote(name, &mut out);
            out.push(':');
            match value {
                Additional::Text(text) => quote(text, &mut out),
                Additional::Number(number) => out.push_str(&number.to_string()),
                Additional::Real(number) => out.push_str(&format!("{number:.4}")),
                Additional::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            }
        }
        if out.is_empty() {
            return column.missing();
        }
        out.push('}');
        column.text(&out);
    }
}

type Put = fn(&Session<'_>, &mut ColumnBuilder);

const COLUMNS: &[(&str, Put)] = &[
    ("TimeGenerated", |s, c| c.long_option(s.start)),
    ("Type", |_, c| c.text(TABLE)),
    ("EventCount", |_, c| c.long(1)),
    ("EventType", |_, c| c.text("NetworkSession")),
    ("EventSubType", |s, c| c.text(s.sub_type)),
    ("EventSchemaVersion", |_, c| c.text("0.2.6")),
    ("EventVendor", |s, c| c.text(s.vendor)),
    ("EventProduct", |s, c| c.text(s.product)),
    ("EventSeverity", |_, c| c.text("Informational")),
    ("EventStartTime", |s, c| c.long_option(s.start)),
    ("EventEndTime", |s, c| c.long_option(s.end)),
    ("EventOriginalType", |s, c| c.text(s.original_type)),
    ("EventResult", |s, c| c.text(s.result)),
    ("EventResultDetails", |s, c| c.text(s.details)),
    ("EventOriginalResultDetails", |s, c| c.text(s.original_details)),
    ("Dvc", |s, c| c.text(s.device)),
    ("DvcHostname", |s, c| c.text(s.device_name)),
    ("DvcAction", |s, c| c.text(s.action)),
    ("DvcOriginalAction", |s, c| c.text(s.original_action)),
    ("SrcIpAddr", |s, c| c.text(s.source)),
    ("SrcPortNumber", |s, c| c.long_option(s.source_port)),
    ("SrcMacAddr", |s, c| c.text(s.source_mac)),
    ("SrcHostname", |s, c| c.text(s.source_name)),
    ("SrcUsername", |s, c| c.text(s.user)),
    ("DstIpAddr", |s, c| c.text(s.destination)),
    ("DstPortNumber", |s, c| c.long_option(s.destination_port)),
    ("DstMacAddr", |s, c| c.text(s.destination_mac)),
    ("DstHostname", |s, c| c.text(&s.destination_name)),
    ("DstFQDN", |s, c| c.text(&s.destination_name)),
    ("NetworkApplicationProtocol", |s, c| c.text(s.application)),
    ("NetworkProtocol", |s, c| c.text(s.protocol)),
    ("NetworkDirection", |s, c| c.text(s.direction)),
    ("NetworkDuration", |s, c| c.long_option(s.millis())),
    ("NetworkRuleName", |s, c| c.text(s.rule)),
    ("SrcBytes", |s, c| c.long_option(s.source_bytes)),
    ("DstBytes", |s, c| c.long_option(s.destination_bytes)),
    ("NetworkBytes", |s, c| c.long_option(Session::sum(s.bytes, s.source_bytes, s.destination_bytes))),
    ("SrcPackets", |s, c| c.long_option(s.source_packets)),
    ("DstPackets", |s, c| c.long_option(s.destination_packets)),
    ("NetworkPackets", |s, c| c.long_option(Session::sum(s.packets, s.source_packets, s.destination_packets))),
    ("EventMessage", |s, c| s.message(c)),
    ("_ResourceId", |s, c| c.text(s.resource)),
    ("AdditionalFields", |s, c| s.additional(c)),
];

/// Writes sessions as rows.
pub(crate) struct Sessions {
    table: Arc<str>,
    columns: Vec<Option<Put>>,
    /// `None` when sessions are only to be counted.
    builder: Option<TableBuilder>,
    count: u64,
}

impl Sessions {
    pub(crate) fn new(input: &Input, cx: &ReadContext<'_>) -> Self {
        let schema = cx.columns(TABLE);
        let put = |name: &str| COLUMNS.iter().find(|(known, _)| *known == name).map(|(_, put)| *put);
        let columns = schema.iter().flat_map(|schema| &schema.columns).map(|column| put(&column.name)).collect();
        Self { table: TABLE.into(), columns, builder: schema.map(|schema| TableBuilder::new(&schema, input)), count: 0 }
    }

    pub(crate) fn count(&mut self) {
        self.count += 1;
    }

    pub(crate) fn add(&mut self, session: &Session<'_>, record: u64, offset: u64, input: &Input, cx: &ReadContext<'_>) {
        self.count();
        let Some(builder) = &mut self.builder else { return };
        for (put, column) in self.columns.iter().zip(&mut builder.columns) {
            match put {
                Some(put) => put(session, column),
                None => column.missing(),
            }
        }
        builder.end_row(record, Some(offset));
        if builder.len() >= BATCH {
            self.flush(input, cx);
        }
    }

    /// Hands over what was written.
    pub(crate) fn flush(&mut self, input: &Input, cx: &ReadContext<'_>) {
        cx.records(&self.table, std::mem::take(&mut self.count));
        if let Some(builder) = self.builder.as_mut().filter(|builder| !builder.is_empty()) {
            cx.emit(input, &self.table, builder.finish());
        }
    }
}

/// The name of a protocol of IP (IANA's numbers); its number where the name is seldom met.
pub(crate) fn protocol_name(number: u8) -> String {
    usual_protocol(number).map_or_else(|| number.to_string(), str::to_owned)
}

/// The names that are met.
const PROTOCOLS: [(u8, &str); 12] = [
    (1, "ICMP"),
    (2, "IGMP"),
    (4, "IPIP"),
    (6, "TCP"),
    (17, "UDP"),
    (41, "IPV6"),
    (47, "GRE"),
    (50, "ESP"),
    (51, "AH"),
    (58, "ICMPV6"),
    (89, "OSPF"),
    (132, "SCTP"),
];

fn usual_protocol(number: u8) -> Option<&'static str> {
    PROTOCOLS.iter().find(|(known, _)| *known == number).map(|(_, name)| *name)
}

/// A protocol's name in upper case from its name in any case or its number; as it stands where it is seldom met.
pub(crate) fn protocol_of(text: &str) -> &str {
    match text.parse().ok().and_then(usual_protocol) {
        Some(name) => name,
        None => PROTOCOLS.iter().find(|(_, name)| name.eq_ignore_ascii_case(text)).map_or(text, |(_, name)| *name),
    }
}

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
