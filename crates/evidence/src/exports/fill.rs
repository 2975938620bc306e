//! From a file's cells to batches: the part that CSV, JSON and API answers share.

use super::header::{FileColumn, Source, TablePlan, Target, plan, resolve};
use super::identify::{Identity, Sample, identify};
use super::time::TimeStyle;
use super::values::{Fit, Values};
use crate::{Chunks, Input, Job, Options, ReadContext, TableBuilder};
use model::{KqlType, Schema, TableSchema};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Rows at which exporters stop. An export of exactly so many is probably cut.
const LIMITS: [(u64, &str); 6] = [
    (1_000, "the portal's simple mode"),
    (10_000, "Defender's older limit and the portal's CSV export"),
    (30_000, "the portal's limit"),
    (100_000, "Defender's limit"),
    (500_000, "the limit of the query API"),
    (1_000_000, "the limit of a search job"),
];

/// The columns of a file and the tables they fill.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) columns: Vec<FileColumn>,
    pub(crate) plans: Vec<TablePlan>,
    /// The file's column that names each record's table.
    route: Option<usize>,
    warnings: Vec<String>,
}

/// Why a file's records have no layout.
#[derive(Debug)]
pub(crate) enum NoLayout {
    Unknown,
    /// What to tell.
    Ambiguous(String),
}

impl Layout {
    /// Decides the tables of a file. `sparse` says that a record may have columns which the sample lacks.
    pub(crate) fn new(columns: Vec<FileColumn>, sample: &Sample, name: &str, options: &Options, sparse: bool) -> Result<Self, NoLayout> {
        let (targets, route) = match identify(sample, name, options.table.as_deref()) {
            Identity::One(target) => (vec![target], None),
            Identity::Several { column, targets } => (targets, columns.iter().position(|c| c.name == column)),
            Identity::Unknown => return Err(NoLayout::Unknown),
            Identity::Ambiguous(tables) => {
                let names = tables.iter().map(|t| &**t).collect::<Vec<_>>().join(", ");
                return Err(NoLayout::Ambiguous(format!("its columns fit several tables ({names}); name the right one with --table")));
            }
        };
        Ok(Self::of(columns, &targets, route, options, sparse))
    }

    pub(crate) fn of(columns: Vec<FileColumn>, targets: &[Target], route: Option<usize>, options: &Options, sparse: bool) -> Self {
        let plans: Vec<TablePlan> = targets.iter().map(|target| plan(target, &columns, options)).collect();
        let warnings = plans.iter().flat_map(|plan| plan.warnings.clone()).collect();
        let mut layout = Self { columns, plans, route, warnings };
        if sparse {
            layout.add_known_columns();
        }
        layout
    }

    /// Adds the columns of the tables' schemas that the sample lacks.
    fn add_known_columns(&mut self) {
        let mut missing: Vec<(Arc<str>, KqlType)> = Vec::new();
        for plan in &self.plans {
            for column in &plan.table.schema.columns {
                let filled = plan.sources.iter().any(|source| source.targets.contains(&column.name));
                if !filled && !missing.iter().any(|(name, _)| *name == column.name) {
                    missing.push((Arc::clone(&column.name), column.kql_type));
                }
            }
        }
        for (name, kind) in missing {
            for plan in &mut self.plans {
                let target =
                    resolve(&plan.table.schema, &plan.table.name, &name).map(|index| Arc::clone(&plan.table.schema.columns[index].name));
                let free = target.filter(|target| !plan.sources.iter().any(|source| source.targets.contains(target)));
                plan.sources.push(Source { targets: free.into_iter().collect(), style: TimeStyle::UTC });
            }
            self.columns.push(FileColumn::new(&*name, kind));
        }
    }

    pub(crate) fn tables(&self) -> Vec<TableSchema> {
        self.plans.iter().map(|plan| plan.table.clone()).collect()
    }

    /// The plan of a record whose naming column holds `name`.
    fn plan_of(&self, name: &str) -> Option<usize> {
        self.plans.iter().position(|plan| &*plan.table.name == name)
    }
}

/// A cell of a record.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cell<'a> {
    Text(&'a str),
    /// Valid JSON, as written.
    Json(&'a str),
}

/// Puts the records of one piece of a file into batches.
pub(crate) struct Writer<'a> {
    layout: &'a Layout,
    input: &'a Input,
    tables: Vec<TableWriter>,
    values: Values,
    report: Report,
}

struct TableWriter {
    /// Absent where the table's records are only counted.
    builder: Option<TableBuilder>,
    columns: Vec<Bound>,
    rows: u64,
}

/// A wanted column, and what of the file fills it.
pub(crate) struct Bound {
    pub(crate) name: Arc<str>,
    pub(crate) kind: KqlType,
    pub(crate) style: TimeStyle,
    /// The file's column.
    pub(crate) source: Option<usize>,
    /// The value where the file has none.
    pub(crate) constant: Option<String>,
}

impl Bound {
    pub(crate) fn new(name: &Arc<str>, kind: KqlType, plan: &TablePlan) -> Self {
        let source = plan.sources.iter().position(|source| source.targets.contains(name));
        Self {
            name: Arc::clone(name),
            kind,
            style: source.and_then(|index| plan.sources.get(index)).map_or(TimeStyle::UTC, |source| source.style),
            source,
            constant: plan.constants.iter().find(|(column, _)| column == name).map(|(_, value)| value.clone()),
        }
    }
}

impl<'a> Writer<'a> {
    pub(crate) fn new(layout: &'a Layout, input: &'a Input, cx: &ReadContext<'_>) -> Self {
        let tables = layout.plans.iter().map(|plan| {
            let wanted = cx.columns(&plan.table.name);
            let bind = |schema: &Arc<Schema>| schema.columns.iter().map(|c| Bound::new(&c.name, c.kql_type, plan)).collect();
            TableWriter {
                columns: wanted.as_ref().map(bind).unwrap_or_default(),
                builder: wanted.map(|schema| TableBuilder::new(&schema, input)),
                rows: 0,
            }
        });
        Self { layout, input, tables: tables.collect(), values: Values::default(), report: Report::default() }
    }

    /// Whether any of a file's columns is wanted; else records need only be counted.
    pub(crate) fn counts_only(&self) -> bool {
        self.layout.route.is_none() && self.tables.iter().all(|table| table.builder.is_none())
    }

    /// Counts records that nobody wants to see.
    pub(crate) fn count(&mut self, rows: u64) {
        if let Some(table) = self.tables.first_mut() {
            table.rows += rows;
        }
    }

    /// Adds a record; `cell` gives what the file has in one of the layout's columns.
    pub(crate) fn row<'c>(&mut self, cell: impl Fn(usize) -> Option<Cell<'c>>, record: u64, offset: u64) {
        let index = match self.layout.route {
            None => 0,
            Some(column) => {
                let name = match cell(column) {
                    Some(Cell::Text(text)) => text,
                    Some(Cell::Json(raw)) => raw.trim_matches('"'),
                    None => "",
                };
                match self.layout.plan_of(name) {
                    Some(index) => index,
                    None => {
                        *self.report.strays.entry(name.chars().take(64).collect()).or_insert(0) += 1;
                        return;
                    }
                }
            }
        };
        let Some(table) = self.tables.get_mut(index) else { return };
        table.rows += 1;
        let Some(builder) = &mut table.builder else { return };
        for (bound, column) in table.columns.iter().zip(&mut builder.columns) {
            let value = bound.source.and_then(&cell);
            let fit = match (value, &bound.constant) {
                (Some(Cell::Text(text)), _) => self.values.text(column, bound.kind, text, bound.style),
                (Some(Cell::Json(raw)), _) => self.values.json(column, bound.kind, raw, bound.style),
                (None, Some(constant)) => {
                    column.text(constant);
                    Fit::Good
                }
                (None, None) => {
                    column.missing();
                    Fit::Good
                }
            };
            if fit != Fit::Good {
                let text = match value {
                    Some(Cell::Text(text) | Cell::Json(text)) => text,
                    None => "",
                };
                self.report.misfit(&bound.name, bound.kind, fit, text, record);
            }
        }
        builder.end_row(record, Some(offset));
    }

    /// A column that no sample had and no schema has.
    pub(crate) fn unseen(&mut self, name: &str) {
        if self.report.unseen.len() < 32 && !self.report.unseen.iter().any(|n| n == name) {
            self.report.unseen.push(name.chars().take(64).collect());
        }
    }

    /// A record with bytes that are no UTF-8; they were shown as U+FFFD.
    pub(crate) fn not_utf8(&mut self) {
        self.report.not_utf8(1);
    }

    /// Hands everything over.
    pub(crate) fn finish(mut self, cx: &ReadContext<'_>, ending: &Ending) {
        for (plan, table) in self.layout.plans.iter().zip(&mut self.tables) {
            cx.records(&plan.table.name, table.rows);
            self.report.rows += table.rows;
            if let Some(builder) = &mut table.builder
                && !builder.is_empty()
            {
                cx.emit(self.input, &plan.table.name, builder.finish());
            }
        }
        ending.add(self.report);
    }
}

/// What is told of a file once all of it is read.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) rows: u64,
    misfits: BTreeMap<Arc<str>, Misfit>,
    local: BTreeMap<Arc<str>, u64>,
    /// Records of tables that were not expected, by name.
    strays: BTreeMap<String, u64>,
    unseen: Vec<String>,
    not_utf8: u64,
    /// What records have in common, and how many.
    notes: BTreeMap<&'static str, u64>,
}

struct Misfit {
    kind: KqlType,
    count: u64,
    record: u64,
    example: String,
}

impl Report {
    /// Counts something that is told as `12 lines have no header`.
    pub(crate) fn note(&mut self, what: &'static str) {
        *self.notes.entry(what).or_insert(0) += 1;
    }

    /// Counts records with bytes that are no UTF-8.
    pub(crate) fn not_utf8(&mut self, records: u64) {
        self.not_utf8 += records;
    }

    pub(crate) fn misfit(&mut self, name: &Arc<str>, kind: KqlType, fit: Fit, text: &str, record: u64) {
        if fit == Fit::LocalTime {
            *self.local.entry(Arc::clone(name)).or_insert(0) += 1;
            return;
        }
        match self.misfits.get_mut(name) {
            Some(misfit) => misfit.count += 1,
            None => {
                let example = text.chars().take(40).collect();
                self.misfits.insert(Arc::clone(name), Misfit { kind, count: 1, record, example });
            }
        }
    }

    fn merge(&mut self, other: Self) {
        self.rows += other.rows;
        self.not_utf8 += other.not_utf8;
        for (what, count) in other.notes {
            *self.notes.entry(what).or_insert(0) += count;
        }
        for (name, count) in other.local {
            *self.local.entry(name).or_insert(0) += count;
        }
        for (name, count) in other.strays {
            *self.strays.entry(name).or_insert(0) += count;
        }
        for name in other.unseen {
            if !self.unseen.contains(&name) {
                self.unseen.push(name);
            }
        }
        for (name, theirs) in other.misfits {
            match self.misfits.get_mut(&name) {
                None => {
                    self.misfits.insert(name, theirs);
                }
                Some(ours) => {
                    ours.count += theirs.count;
                    if theirs.record < ours.record {
                        (ours.record, ours.example) = (theirs.record, theirs.example);
                    }
                }
            }
        }
    }

    fn warnings(mut self) -> Vec<String> {
        let mut told = Vec::new();
        for (name, misfit) in self.misfits {
            let Misfit { kind, count, record, example } = misfit;
            let values = if count == 1 { "1 value is".to_owned() } else { format!("{count} values are") };
            told.push(format!("column {name}: {values} no {kind} and read as null, first {example:?} in record {record}"));
        }
        if !self.local.is_empty() {
            let names = self.local.keys().map(|n| &**n).collect::<Vec<_>>().join(", ");
            told.push(format!("local times of an unknown zone read as null in {names}; say the zone with --timezone"));
        }
        for (name, count) in self.strays {
            let what = if name.is_empty() { "no table at all".to_owned() } else { format!("table {name}") };
            told.push(format!("{count} records name {what}, which the start of the file does not have; they are left out"));
        }
        if !self.unseen.is_empty() {
            self.unseen.sort();
            told.push(format!("columns that the first records lack are left out: {}", self.unseen.join(", ")));
        }
        if self.not_utf8 > 0 {
            told.push(format!("{} records have bytes that are no UTF-8; they are shown as U+FFFD", self.not_utf8));
        }
        told.extend(self.notes.iter().map(|(what, count)| format!("{count} {what}")));
        if let Some((limit, whose)) = LIMITS.iter().find(|(limit, _)| *limit == self.rows) {
            told.push(format!("the export has exactly {limit} rows, {whose}: it is probably cut; export shorter time ranges"));
        }
        told
    }
}

/// Collects the reports of a file's pieces, and tells them once all of it is read.
pub(crate) struct Ending {
    input: Arc<Input>,
    report: Mutex<Report>,
}

impl Ending {
    pub(crate) fn new(input: &Arc<Input>, layout: &Layout, cx: &ReadContext<'_>) -> Arc<Self> {
        for warning in &layout.warnings {
            cx.warning(input, warning.as_str());
        }
        Arc::new(Self { input: Arc::clone(input), report: Mutex::default() })
    }

    pub(crate) fn add(&self, report: Report) {
        self.report.lock().unwrap_or_else(PoisonError::into_inner).merge(report);
    }

    fn tell(&self, cx: &ReadContext<'_>) {
        let report = std::mem::take(&mut *self.report.lock().unwrap_or_else(PoisonError::into_inner));
        for warning in report.warnings() {
            cx.warning(&self.input, warning);
        }
    }
}

/// Chunks whose [`Ending`] is told at their end.
pub(crate) struct Ended<C> {
    chunks: C,
    ending: Arc<Ending>,
}

impl<C: Chunks> Ended<C> {
    pub(crate) fn new(chunks: C, ending: Arc<Ending>) -> Self {
        Self { chunks, ending }
    }
}

impl<C: Chunks> Chunks for Ended<C> {
    fn next(&mut self, cx: &ReadContext<'_>) -> Option<Job> {
        self.chunks.next(cx)
    }

    fn finish(&mut self, cx: &ReadContext<'_>) {
        self.chunks.finish(cx);
        self.ending.tell(cx);
    }
}

impl Chunks for Box<dyn Chunks> {
    fn next(&mut self, cx: &ReadContext<'_>) -> Option<Job> {
        (**self).next(cx)
    }

    fn finish(&mut self, cx: &ReadContext<'_>) {
        (**self).finish(cx);
    }
}
