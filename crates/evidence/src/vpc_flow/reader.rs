//! Reads a VPC flow log.

use super::READER;
use super::header::{names, record_words};
use crate::format::{Chunks, Dataset};
use crate::lines::{Block, LineChunks, LineParser, Split};
use crate::notes::{AllNotes, Notes};
use crate::row::{Fields, Fill, Mapping, Plan, Row, Syntax};
use crate::{ColumnBuilder, Input, ReadContext, TableBuilder};
use model::{Schema, TableSchema};
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

const TABLE: &str = "AWSVPCFlow";

/// A record is one way of a flow within some minutes; its time is that of its start.
const MAPPING: Mapping = &[
    ("TimeGenerated", Fill::With(&["start", "end"], time)),
    ("Type", Fill::Const(TABLE)),
    ("SourceSystem", Fill::Const("AWS")),
    ("Version", Fill::Long("version")),
    ("AccountId", Fill::Text("account-id")),
    ("InterfaceId", Fill::Text("interface-id")),
    // Behind a load balancer or a gateway, the packet's own addresses are others; a log may have only those.
    ("SrcAddr", Fill::With(&["srcaddr", "pkt-srcaddr"], either)),
    ("DstAddr", Fill::With(&["dstaddr", "pkt-dstaddr"], either)),
    ("SrcPort", Fill::Long("srcport")),
    ("DstPort", Fill::Long("dstport")),
    ("Protocol", Fill::Long("protocol")),
    ("Packets", Fill::Long("packets")),
    ("Bytes", Fill::Long("bytes")),
    ("Start", Fill::Time("start")),
    ("End", Fill::Time("end")),
    ("Action", Fill::Text("action")),
    ("LogStatus", Fill::Text("log-status")),
    ("VpcId", Fill::Text("vpc-id")),
    ("SubnetId", Fill::Text("subnet-id")),
    ("InstanceId", Fill::Text("instance-id")),
    ("TcpFlags", Fill::Long("tcp-flags")),
    ("TrafficType", Fill::Text("type")),
    ("PktSrcAddr", Fill::Text("pkt-srcaddr")),
    ("PktDstAddr", Fill::Text("pkt-dstaddr")),
    ("Region", Fill::Text("region")),
    ("AzId", Fill::Text("az-id")),
    ("SublocationType", Fill::Text("sublocation-type")),
    ("SublocationId", Fill::Text("sublocation-id")),
    ("PktSrcAwsService", Fill::Text("pkt-src-aws-service")),
    ("PktDstAwsService", Fill::Text("pkt-dst-aws-service")),
    ("FlowDirection", Fill::Text("flow-direction")),
    ("TrafficPath", Fill::Text("traffic-path")),
    ("EcsClusterArn", Fill::Text("ecs-cluster-arn")),
    ("EcsClusterName", Fill::Text("ecs-cluster-name")),
    ("EcsContainerInstanceArn", Fill::Text("ecs-container-instance-arn")),
    ("EcsContainerInstanceId", Fill::Text("ecs-container-instance-id")),
    ("EcsContainerId", Fill::Text("ecs-container-id")),
    ("EcsSecondContainerId", Fill::Text("ecs-second-container-id")),
    ("EcsServiceName", Fill::Text("ecs-service-name")),
    ("EcsTaskDefinitionArn", Fill::Text("ecs-task-definition-arn")),
    ("EcsTaskArn", Fill::Text("ecs-task-arn")),
    ("EcsTaskId", Fill::Text("ecs-task-id")),
];

fn time(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    column.long_option(slots.iter().find_map(|slot| row.time(*slot)));
}

fn either(row: &Row<'_, '_>, slots: &[u16], column: &mut ColumnBuilder) {
    match slots.iter().find_map(|slot| row.text(*slot)) {
        Some(text) => column.text(&text),
        None => column.missing(),
    }
}

/// What must be understood where it is there, or the record would be another than it is.
struct Check {
    slot: u16,
    sound: fn(&str) -> bool,
    what: &'static str,
}

/// The field, what is sound in it, and what it is in words.
type Checked = (&'static str, fn(&str) -> bool, &'static str);

const CHECKS: [Checked; 9] = [
    ("srcaddr", is::<IpAddr>, "a source address"),
    ("dstaddr", is::<IpAddr>, "a destination address"),
    ("pkt-srcaddr", is::<IpAddr>, "a packet's source address"),
    ("pkt-dstaddr", is::<IpAddr>, "a packet's destination address"),
    ("srcport", is::<u16>, "a source port"),
    ("dstport", is::<u16>, "a destination port"),
    ("protocol", is::<u8>, "a protocol"),
    ("packets", is::<u64>, "a number of packets"),
    ("bytes", is::<u64>, "a number of bytes"),
];

fn is<T: FromStr>(text: &str) -> bool {
    text.parse::<T>().is_ok()
}

/// A file that was found to be a VPC flow log.
pub(super) struct FlowLog {
    pub(super) names: Vec<String>,
}

impl Dataset for FlowLog {
    fn reader(&self) -> &'static str {
        READER
    }

    fn tables(&self) -> Vec<TableSchema> {
        model::tables::builtin(TABLE).cloned().into_iter().collect()
    }

    fn open(&self, input: &Arc<Input>, cx: &ReadContext<'_>) -> Option<Box<dyn Chunks>> {
        let mut fields = Fields::default();
        let (start, end, status) = (fields.slot("start"), fields.slot("end"), fields.slot("log-status"));
        let checks = CHECKS.map(|(name, sound, what)| Check { slot: fields.slot(name), sound, what });
        let plan = cx.columns(TABLE).map(|schema| (Plan::new(&schema, MAPPING, &mut fields), schema));
        let layout = Arc::new(Layout::new(self.names.clone(), &fields));
        let parser = Parser {
            input: Arc::clone(input),
            table: TABLE.into(),
            times: [start, end],
            status,
            checks,
            fields,
            plan,
            layout: Mutex::new(layout),
            notes: AllNotes::default(),
        };
        LineChunks::open(input, READER, Split::Lines, Arc::new(parser), cx)
    }
}

/// The columns of the lines that follow a header.
struct Layout {
    names: Vec<String>,
    /// The field of each column, where it is wanted.
    slots: Vec<Option<u16>>,
}

impl Layout {
    fn new(names: Vec<String>, fields: &Fields) -> Self {
        let slot = |name: &String| fields.names().iter().position(|known| known == name).map(|slot| slot as u16);
        Self { slots: names.iter().map(slot).collect(), names }
    }
}

struct Parser {
    input: Arc<Input>,
    table: Arc<str>,
    times: [u16; 2],
    status: u16,
    checks: [Check; 9],
    fields: Fields,
    plan: Option<(Plan, Arc<Schema>)>,
    /// Of the lines at the start of the next block.
    layout: Mutex<Arc<Layout>>,
    notes: AllNotes,
}

impl LineParser for Parser {
    fn in_order(&self, block: &mut Block, _cx: &ReadContext<'_>) {
        let mut held = self.layout.lock().unwrap_or_else(PoisonError::into_inner);
        block.state = Some(Arc::clone(&*held) as _);
        // Logs that were put together have headers in the middle.
        for at in memchr::memmem::find_iter(&block.bytes, b"srcaddr") {
            let start = block.bytes.get(..at).and_then(|before| memchr::memrchr(b'\n', before)).map_or(0, |end| end + 1);
            let line = block.bytes.get(start..).and_then(|rest| rest.split(|b| *b == b'\n').next()).unwrap_or_default();
            if let Some(names) = header(line)
                && names != held.names
            {
                *held = Arc::new(Layout::new(names, &self.fields));
            }
        }
    }

    fn parse(&self, block: &Block, cx: &ReadContext<'_>) {
        let Some(mut layout) = block.state.clone().and_then(|state| state.downcast::<Layout>().ok()) else { return };
        let mut builder = self.plan.as_ref().map(|(_, schema)| TableBuilder::new(schema, &block.input));
        let mut values = vec![&[][..]; self.fields.names().len()];
        let (mut rows, mut notes) = (0, Notes::default());
        for line in block.lines() {
            let error = |reason: String| cx.error(&block.input, READER, Some(line.offset), Some(line.record), reason);
            let bytes = line.sound(READER, &block.input, cx);
            if bytes.trim_ascii().is_empty() {
                continue;
            }
            if let Some(names) = header(bytes) {
                if names != layout.names {
                    layout = Arc::new(Layout::new(names, &self.fields));
                }
                continue;
            }
            if let Err(reason) = cells(bytes, &layout, &mut values) {
                error(reason);
                continue;
            }
            let row = Row::new(&values, Syntax::Tsv(b','), &block.input, line.offset);
            match row.raw(self.status) {
                b"NODATA" => {
                    notes.note("records say NODATA: the interface had no traffic in their time");
                    continue;
                }
                b"SKIPDATA" => {
                    notes.note("records say SKIPDATA: flows of their time are missing, AWS did not record them");
                    continue;
                }
                _ => {}
            }
            // A flow whose ends or numbers are not known is none that could be judged.
            let wrong = self.checks.iter().find(|check| {
                let raw = row.raw(check.slot);
                !raw.is_empty() && !std::str::from_utf8(raw).is_ok_and(check.sound)
            });
            if let Some(check) = wrong {
                error(format!("{} that is not understood; the record is left out", check.what));
                continue;
            }
            if !self.times.iter().any(|slot| row.time(*slot).is_some()) {
                if layout.slots.iter().flatten().any(|slot| self.times.contains(slot)) {
                    error("no start and no end that is understood; the record is kept without a time".to_owned());
                } else {
                    notes.note("records have no time: the log was set up without start and end");
                }
            }
            rows += 1;
            if let (Some(builder), Some((plan, _))) = (&mut builder, &self.plan) {
                plan.fill(&row, &mut builder.columns);
                builder.end_row(line.record, Some(line.offset));
            }
        }
        cx.records(&self.table, rows);
        if let Some(mut builder) = builder {
            cx.emit(&block.input, &self.table, builder.finish());
        }
        self.notes.add(notes);
    }

    fn finish(&self, cx: &ReadContext<'_>) {
        self.notes.tell(&self.input, cx);
    }
}

/// The names of a line that is a header; most lines are told by their first byte.
fn header(line: &[u8]) -> Option<Vec<String>> {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    line.first().is_some_and(u8::is_ascii_lowercase).then(|| names(line))?
}

/// Puts the words of a line into their slots.
fn cells<'a>(line: &'a [u8], layout: &Layout, values: &mut [&'a [u8]]) -> Result<(), String> {
    values.fill(&[]);
    let mut count = 0;
    for word in record_words(line) {
        if let Some(Some(slot)) = layout.slots.get(count)
            && let Some(place) = values.get_mut(*slot as usize)
            && word != b"-"
        {
            *place = word;
        }
        count += 1;
    }
    let expected = layout.slots.len();
    if count == expected { Ok(()) } else { Err(format!("{count} columns where the log has {expected}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_filled_once() {
        let schema = &model::tables::builtin(TABLE).unwrap().schema;
        let unfilled = ["TenantId", "_IsBillable", "_BilledSize"];
        for column in &schema.columns {
            let count = MAPPING.iter().filter(|(name, _)| *name == &*column.name).count();
            assert_eq!(count, usize::from(!unfilled.contains(&&*column.name)), "{}", column.name);
        }
        assert_eq!(MAPPING.len() + unfilled.len(), schema.columns.len());
    }
}
