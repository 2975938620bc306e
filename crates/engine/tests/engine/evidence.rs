//! Evidence made of rows at hand.

use arrow::array::{ArrayRef, Int64Array, StringViewArray};
use arrow::datatypes::{DataType, Field, Schema as ArrowSchema};
use arrow::record_batch::{RecordBatch, RecordBatchOptions};
use engine::catalog::Nothing;
use engine::{Engine, EngineOptions, RunOutcome};
use model::{
    Batch, Column, FileRef, KqlType, OFFSET_COLUMN, Offer, Query, RECORD_COLUMN, ReadError, RecordId, Schema, Sink, Source, TableSchema,
    Wants, ticks,
};
use std::sync::{Arc, Mutex};

/// A table of two files: rows are `time in seconds, host, name, number`.
pub(crate) struct Rows {
    pub table: &'static str,
    pub rows: Vec<(i64, &'static str, String, i64)>,
    pub batch_rows: usize,
    /// What was asked for.
    pub wanted: Mutex<Option<Wants>>,
}

impl Rows {
    pub(crate) fn new(table: &'static str, rows: Vec<(i64, &'static str, String, i64)>, batch_rows: usize) -> Self {
        Self { table, rows, batch_rows, wanted: Mutex::new(None) }
    }

    fn schema() -> Schema {
        Schema::new(vec![
            Column::new("TimeGenerated", KqlType::DateTime),
            Column::new("Computer", KqlType::String),
            Column::new("Name", KqlType::String),
            Column::new("Count", KqlType::Long),
            Column::new("Other", KqlType::String),
        ])
    }

    fn batch(&self, wants: &Schema, file: u32, from: usize, to: usize) -> RecordBatch {
        let rows = &self.rows[from..to];
        let mut fields = Vec::new();
        let mut columns: Vec<ArrayRef> = Vec::new();
        for column in &wants.columns {
            fields.push(model::table::field(column));
            columns.push(match &*column.name {
                "TimeGenerated" => Arc::new(Int64Array::from_iter_values(rows.iter().map(|r| ticks::UNIX_EPOCH + r.0 * ticks::SECOND))),
                "Computer" => Arc::new(StringViewArray::from_iter_values(rows.iter().map(|r| r.1))),
                "Name" => Arc::new(StringViewArray::from_iter_values(rows.iter().map(|r| &r.2))),
                "Count" => Arc::new(Int64Array::from_iter(rows.iter().map(|r| (r.3 >= 0).then_some(r.3)))),
                _ => Arc::new(StringViewArray::from_iter_values(rows.iter().map(|_| "other"))),
            });
        }
        let first = if file == 0 { 0 } else { self.rows.len() / 2 };
        fields.push(Field::new(RECORD_COLUMN, DataType::Int64, false));
        columns.push(Arc::new(Int64Array::from_iter_values((from..to).map(|n| RecordId::new(file, (n - first) as u64).0))));
        fields.push(Field::new(OFFSET_COLUMN, DataType::Int64, false));
        columns.push(Arc::new(Int64Array::from_iter_values((from..to).map(|n| n as i64 * 100))));
        let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
        RecordBatch::try_new_with_options(Arc::new(ArrowSchema::new(fields)), columns, &options).expect("columns of one length")
    }
}

impl Source for Rows {
    fn offer(&self) -> Offer {
        let files = vec![FileRef { name: "a.log".into() }, FileRef { name: "b.log".into() }];
        Offer { tables: vec![TableSchema::new(self.table, Self::schema())], files, skipped: Vec::new(), bytes: 1 }
    }

    fn read(&self, wants: &Wants, threads: usize, sink: &dyn Sink) {
        *self.wanted.lock().expect("no thread failed") = Some(wants.clone());
        sink.records(&self.table.into(), self.rows.len() as u64);
        sink.error(ReadError {
            file: FileRef { name: "a.log".into() },
            offset: Some(7),
            record: None,
            reader: "rows",
            reason: "a bad line".into(),
        });
        let Some(schema) = wants.tables.get(self.table) else { return };
        let half = self.rows.len() / 2;
        let mut pieces = Vec::new();
        for (file, from, to) in [(0, 0, half), (1, half, self.rows.len())] {
            let mut at = from;
            while at < to {
                let end = (at + self.batch_rows).min(to);
                pieces.push((file, at, end));
                at = end;
            }
        }
        // The last pieces come first, from several threads.
        pieces.reverse();
        let next = Mutex::new(pieces.into_iter());
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    loop {
                        let Some((file, from, to)) = next.lock().expect("no thread failed").next() else { return };
                        let rows = self.batch(schema, file, from, to);
                        if sink.batch(Batch { table: self.table.into(), rows }).is_break() {
                            return;
                        }
                    }
                });
            }
        });
    }
}

pub(crate) fn query(text: &str, lineage: bool) -> Query {
    Query { id: text.to_owned(), text: text.to_owned(), lineage }
}

pub(crate) fn run(options: EngineOptions, source: &Rows, queries: &[Query]) -> RunOutcome {
    Engine::new(options).run(queries, &Nothing, Some(source), &())
}

/// The answers as JSON lines.
pub(crate) fn lines(outcome: &RunOutcome) -> Vec<String> {
    outcome.answers.iter().map(|a| engine::json::batch_line("q", a)).collect()
}

/// Names of which every hundredth is a pool.
pub(crate) fn many(count: usize) -> Vec<(i64, &'static str, String, i64)> {
    (0..count)
        .map(|n| {
            let host = if n % 3 == 0 { "alpha" } else { "beta" };
            let name = if n % 100 == 7 { format!("x{n}.pool.example") } else { format!("host{n}.example.org") };
            (n as i64, host, name, if n % 10 == 0 { -1 } else { n as i64 })
        })
        .collect()
}
