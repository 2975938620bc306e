//! What a capture yields, as rows of tables.

mod dns;
mod session;
mod stratum;
mod tls;
mod web;

pub(crate) use dns::DnsRow;
pub(crate) use session::SessionRow;
pub(crate) use stratum::StratumRow;
pub(crate) use tls::{Certificate, TlsRow};
pub(crate) use web::WebRow;

use super::file::Place;
use super::flow::Ends;
use super::ip::{self, Address};
use crate::connection::Flow;
use crate::session::Sessions;
use crate::{ColumnBuilder, Input, ReadContext, TableBuilder};
use model::{Schema, TableSchema};
use std::sync::Arc;

/// How one column is filled.
pub(crate) type Fill<R> = fn(&R, &Input, &mut ColumnBuilder);
/// A table's columns and how they are filled; a column that is not named is missing.
pub(crate) type Mapping<R> = &'static [(&'static str, Fill<R>)];

/// A record of one table.
pub(crate) trait Record: Sized + 'static {
    const TABLE: &'static str;
    const MAPPING: Mapping<Self>;
    fn place(&self) -> Place;
}

const TABLES: [&str; 5] = [SessionRow::TABLE, DnsRow::TABLE, TlsRow::TABLE, WebRow::TABLE, StratumRow::TABLE];

/// The tables that a capture may yield.
pub(crate) fn tables() -> Vec<TableSchema> {
    TABLES.iter().filter_map(|name| model::tables::builtin(name).cloned()).collect()
}

/// How the wanted columns of each table are filled.
pub(crate) struct Plans {
    sessions: Plan<SessionRow>,
    dns: Plan<DnsRow>,
    tls: Plan<TlsRow>,
    web: Plan<WebRow>,
    stratum: Plan<StratumRow>,
}

/// How the columns of one table are filled.
struct Plan<R> {
    table: Arc<str>,
    /// `None` where records are only counted.
    columns: Option<Columns<R>>,
}

/// The wanted columns, and what fills each.
type Columns<R> = (Arc<Schema>, Vec<Option<Fill<R>>>);

impl<R: Record> Plan<R> {
    fn new(cx: &ReadContext<'_>) -> Self {
        let columns = cx.columns(R::TABLE).map(|schema| {
            let fill = |name: &str| R::MAPPING.iter().find(|(known, _)| *known == name).map(|(_, fill)| *fill);
            let fills = schema.columns.iter().map(|column| fill(&column.name)).collect();
            (schema, fills)
        });
        Self { table: R::TABLE.into(), columns }
    }

    fn build(&self, rows: &[R], count: u64, input: &Input, cx: &ReadContext<'_>) {
        cx.records(&self.table, count);
        let Some((schema, fills)) = self.columns.as_ref().filter(|_| !rows.is_empty()) else { return };
        let mut builder = TableBuilder::new(schema, input);
        for row in rows {
            for (fill, column) in fills.iter().zip(&mut builder.columns) {
                match fill {
                    Some(fill) => fill(row, input, column),
                    None => column.missing(),
                }
            }
            builder.end_row(row.place().record, Some(row.place().offset));
        }
        cx.emit(input, &self.table, builder.finish());
    }
}

impl Plans {
    pub(crate) fn new(cx: &ReadContext<'_>) -> Self {
        Self { sessions: Plan::new(cx), dns: Plan::new(cx), tls: Plan::new(cx), web: Plan::new(cx), stratum: Plan::new(cx) }
    }

    /// Rows to collect under these plans.
    pub(crate) fn rows(&self) -> Rows {
        Rows {
            sessions: Kept::new(&self.sessions),
            dns: Kept::new(&self.dns),
            tls: Kept::new(&self.tls),
            web: Kept::new(&self.web),
            stratum: Kept::new(&self.stratum),
            exported: Kept { rows: Vec::new(), count: 0, wanted: self.sessions.columns.is_some() },
        }
    }

    /// Connections that others saw.
    fn exported(&self, flows: &Kept<Flow>, input: &Input, cx: &ReadContext<'_>) {
        if !flows.wanted {
            return cx.records(&self.sessions.table, flows.count);
        }
        if flows.rows.is_empty() {
            return;
        }
        let mut sessions = Sessions::new(input, cx);
        for flow in &flows.rows {
            flow.show(|session| sessions.add(session, flow.record, flow.offset, input, cx));
        }
        sessions.flush(input, cx);
    }

    /// Gives collected rows to the context.
    pub(crate) fn build(&self, rows: &Rows, input: &Input, cx: &ReadContext<'_>) {
        self.sessions.build(&rows.sessions.rows, rows.sessions.count, input, cx);
        self.dns.build(&rows.dns.rows, rows.dns.count, input, cx);
        self.tls.build(&rows.tls.rows, rows.tls.count, input, cx);
        self.web.build(&rows.web.rows, rows.web.count, input, cx);
        self.stratum.build(&rows.stratum.rows, rows.stratum.count, input, cx);
        self.exported(&rows.exported, input, cx);
    }
}

/// Rows that were collected and are to be built.
pub(crate) struct Rows {
    pub(crate) sessions: Kept<SessionRow>,
    pub(crate) dns: Kept<DnsRow>,
    pub(crate) tls: Kept<TlsRow>,
    pub(crate) web: Kept<WebRow>,
    pub(crate) stratum: Kept<StratumRow>,
    /// Of what exporters sent to a collector.
    pub(crate) exported: Kept<Flow>,
}

/// Rows of one table, or only their number.
pub(crate) struct Kept<R> {
    rows: Vec<R>,
    count: u64,
    pub(crate) wanted: bool,
}

impl<R: Record> Kept<R> {
    fn new(plan: &Plan<R>) -> Self {
        Self { rows: Vec::new(), count: 0, wanted: plan.columns.is_some() }
    }
}

#[cfg(test)]
impl<R> Kept<R> {
    pub(crate) fn all() -> Self {
        Self { rows: Vec::new(), count: 0, wanted: true }
    }

    pub(crate) fn rows(&self) -> &[R] {
        &self.rows
    }
}

impl<R> Kept<R> {
    /// The row is only made where it is wanted.
    pub(crate) fn push(&mut self, row: impl FnOnce() -> R) {
        self.count += 1;
        if self.wanted {
            self.rows.push(row());
        }
    }
}

impl Rows {
    pub(crate) fn len(&self) -> usize {
        self.sessions.rows.len()
            + self.dns.rows.len()
            + self.tls.rows.len()
            + self.web.rows.len()
            + self.stratum.rows.len()
            + self.exported.rows.len()
    }

    /// Takes the rows so far.
    pub(crate) fn take(&mut self) -> Self {
        fn take<R>(kept: &mut Kept<R>) -> Kept<R> {
            Kept { rows: std::mem::take(&mut kept.rows), count: std::mem::take(&mut kept.count), wanted: kept.wanted }
        }
        Self {
            sessions: take(&mut self.sessions),
            dns: take(&mut self.dns),
            tls: take(&mut self.tls),
            web: take(&mut self.web),
            stratum: take(&mut self.stratum),
            exported: take(&mut self.exported),
        }
    }
}

/// Where and between whom a record was seen; the source is the client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) place: Place,
    pub(crate) time: i64,
    pub(crate) ends: Ends,
    /// Of the flow; see [`super::flow::Flow::id`].
    pub(crate) flow: u64,
}

fn put_time(time: i64, column: &mut ColumnBuilder) {
    column.long_option(Some(time).filter(|time| *time > 0));
}

fn put_address(address: Address, column: &mut ColumnBuilder) {
    column.text(&ip::address(address).to_string());
}

fn put_number(number: u64, column: &mut ColumnBuilder) {
    column.long(i64::try_from(number).unwrap_or(i64::MAX));
}

fn put_flow(flow: u64, column: &mut ColumnBuilder) {
    column.text(&format!("{flow:016x}"));
}

fn put_millis(from: i64, to: i64, column: &mut ColumnBuilder) {
    let known = from > 0 && to > 0;
    column.long_option(known.then(|| (to.saturating_sub(from)).max(0) / (model::ticks::SECOND / 1_000)));
}

fn put_real(value: Option<f64>, column: &mut ColumnBuilder) {
    match value {
        Some(value) => column.real(value),
        None => column.missing(),
    }
}

fn put_list<'a>(elements: impl Iterator<Item = &'a str>, column: &mut ColumnBuilder) {
    let mut out = String::new();
    for element in elements {
        out.push(if out.is_empty() { '[' } else { ',' });
        crate::row::quote(element, &mut out);
    }
    if out.is_empty() {
        return column.missing();
    }
    out.push(']');
    column.text(&out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mapped_column_is_in_its_table_once() {
        fn check<R: Record>() {
            let schema = &model::tables::builtin(R::TABLE).unwrap().schema;
            for (at, (column, _)) in R::MAPPING.iter().enumerate() {
                assert!(schema.index_of(column).is_some(), "{}.{column}", R::TABLE);
                assert!(!R::MAPPING[..at].iter().any(|(other, _)| other == column), "{}.{column} twice", R::TABLE);
            }
        }
        check::<SessionRow>();
        check::<DnsRow>();
        check::<TlsRow>();
        check::<WebRow>();
        check::<StratumRow>();
    }
}
