//! Reads an EVE file.

use super::{READER, alert, dns, flow, http, tls};
use crate::format::{Chunks, Dataset};
use crate::json::{Keys, Scanner};
use crate::lines::{Block, LineChunks, LineParser, Split};
use crate::row::{Fields, Mapping, Plan, Row, Syntax};
use crate::{Input, ReadContext, TableBuilder};
use model::{Column, KqlType, Schema, TableSchema};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A file that was found to be EVE.
pub(super) struct EveLog;

/// The events that are read: type, table, columns.
const EVENTS: [(&str, &str, Mapping); 5] = [
    ("flow", flow::TABLE, flow::MAPPING),
    ("dns", dns::TABLE, dns::MAPPING),
    ("http", http::TABLE, http::MAPPING),
    ("tls", tls::TABLE, tls::MAPPING),
    ("alert", alert::TABLE, alert::MAPPING),
];

impl Dataset for EveLog {
    fn reader(&self) -> &'static str {
        READER
    }

    fn tables(&self) -> Vec<TableSchema> {
        let known = EVENTS.iter().filter_map(|(_, table, ..)| model::tables::builtin(table).cloned());
        known
            .map(|mut table| {
                if &*table.name == alert::TABLE && table.schema.index_of(alert::HOST_NAME).is_none() {
                    table.schema.columns.push(Column::new(alert::HOST_NAME, KqlType::String));
                }
                table
            })
            .collect()
    }

    fn open(&self, input: &Arc<Input>, cx: &ReadContext<'_>) -> Option<Box<dyn Chunks>> {
        let mut fields = Fields::default();
        let kind = fields.slot("event_type");
        let time = fields.slot("timestamp");
        let events = EVENTS.map(|(name, table, mapping)| {
            let plan = cx.columns(table).map(|schema| (Plan::new(&schema, mapping, &mut fields), schema));
            Event { name, table: table.into(), plan }
        });
        let parser = EveParser { input: Arc::clone(input), kind, time, keys: fields.keys(), events, others: Mutex::default() };
        LineChunks::open(input, READER, Split::Lines, Arc::new(parser), cx)
    }
}

struct Event {
    name: &'static str,
    table: Arc<str>,
    plan: Option<(Plan, Arc<Schema>)>,
}

struct EveParser {
    input: Arc<Input>,
    kind: u16,
    time: u16,
    keys: Keys,
    events: [Event; EVENTS.len()],
    /// Events of types that no table is made of.
    others: Mutex<BTreeMap<String, u64>>,
}

impl LineParser for EveParser {
    fn parse(&self, block: &Block, cx: &ReadContext<'_>) {
        let mut scanner = Scanner::new(&self.keys, cx.options().caps.depth);
        let mut values = vec![&[][..]; self.keys.slots];
        let mut builders =
            self.events.each_ref().map(|event| event.plan.as_ref().map(|(_, schema)| TableBuilder::new(schema, &block.input)));
        let mut counts = [0u64; EVENTS.len()];
        for line in block.lines() {
            let error = |reason: String| cx.error(&block.input, READER, Some(line.offset), Some(line.record), reason);
            if line.bytes.trim_ascii().is_empty() {
                continue;
            }
            if let Err(reason) = scanner.scan(line.sound(READER, &block.input, cx), &mut values) {
                error(reason.reason());
                continue;
            }
            let row = Row::new(&values, Syntax::Json, &block.input, line.offset).timed(self.time);
            let Some(kind) = row.text(self.kind) else {
                error("no event_type".to_owned());
                continue;
            };
            let Some(index) = self.events.iter().position(|event| event.name == kind) else {
                self.other(&kind);
                continue;
            };
            if row.time(self.time).is_none() {
                error("the timestamp is missing or not understood; the record is kept without one".to_owned());
            }
            counts[index] += 1;
            if let (Some(builder), Some((plan, _))) = (&mut builders[index], &self.events[index].plan) {
                plan.fill(&row, &mut builder.columns);
                builder.end_row(line.record, Some(line.offset));
            }
        }
        for ((event, count), builder) in self.events.iter().zip(counts).zip(&mut builders) {
            cx.records(&event.table, count);
            if let Some(builder) = builder {
                cx.emit(&block.input, &event.table, builder.finish());
            }
        }
    }

    fn finish(&self, cx: &ReadContext<'_>) {
        let others = std::mem::take(&mut *self.others.lock().unwrap_or_else(PoisonError::into_inner));
        if !others.is_empty() {
            let list: Vec<_> = others.iter().map(|(name, count)| format!("{count} {name}")).collect();
            cx.warning(&self.input, format!("events without a table: {}", list.join(", ")));
        }
    }
}

impl EveParser {
    /// Types are few; what a hostile file invents is counted together.
    fn other(&self, kind: &str) {
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = others.get_mut(kind) {
            *count += 1;
        } else {
            let name = if others.len() < 40 && kind.len() <= 40 { kind } else { "of other types" };
            *others.entry(name.to_owned()).or_default() += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mapped_column_is_in_its_table_once() {
        let tables = EveLog.tables();
        for (_, name, mapping) in EVENTS {
            let schema = &tables.iter().find(|table| &*table.name == name).unwrap().schema;
            for (at, (column, _)) in mapping.iter().enumerate() {
                assert!(schema.index_of(column).is_some(), "{name}.{column}");
                assert!(!mapping[..at].iter().any(|(other, _)| other == column), "{name}.{column} twice");
            }
        }
    }
}
