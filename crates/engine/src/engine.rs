//! A run: bind, plan, read the evidence once, answer.

use crate::env::{Env, Phase, session};
use crate::error::{EngineError, Result};
use crate::lower::{Computed, Lowerer, tables, uses_now};
use crate::observer::Observer;
use crate::options::{EngineOptions, NowPolicy};
use crate::pass::errors;
use crate::pass::sink::{PassSink, Passed};
use crate::pass::stats::TableStats;
use crate::pass::wants::{self, ScanInfo};
use crate::stop::Stop;
use crate::{catalog, lineage};
use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use arrow::record_batch::RecordBatch;
use datafusion::logical_expr::LogicalPlan;
use kql_bind::checked::Rel;
use model::{Answer, Backend, Catalog, FileRef, Lineage, Offer, Query, QueryError, ReadError, RecordId, Schema, Source, ticks};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Stack of a thread that plans and runs queries: plans are walked recursively.
const STACK: usize = 64 << 20;
/// How long queries may run over what was read before the user stopped the run.
const GRACE: Duration = Duration::from_secs(60);
/// Memory for running queries where no limit is set is not limited; for kept rows it is this.
const KEEP_BYTES: usize = 1 << 30;

/// The local engine.
#[derive(Clone, Debug, Default)]
pub struct Engine {
    options: EngineOptions,
}

/// What a run yields.
#[derive(Debug)]
pub struct RunOutcome {
    /// In the order of the queries.
    pub answers: Vec<Result<Answer, QueryError>>,
    /// What `now()` was, in ticks.
    pub now: i64,
    /// By name; tables that were read, and those whose records were only counted.
    pub tables: BTreeMap<Arc<str>, TableStats>,
    /// In order of file and place; at most 100,000.
    pub read_errors: Vec<ReadError>,
    pub read_error_count: u64,
    pub warnings: Vec<(FileRef, String)>,
    /// Byte offsets of the records that the answers' lineage names, where the format has offsets.
    pub offsets: HashMap<RecordId, u64>,
    /// Whether the run was stopped: answers rest on part of the evidence, or are cut short.
    pub incomplete: bool,
    /// What the evidence was, before reading.
    pub offer: Offer,
    /// Each query's scans: its place in the queries, table, columns and filters.
    pub scans: Vec<ScanInfo>,
}

/// A query on its way: bound, or refused.
struct Job {
    query: Query,
    rel: Result<Arc<Rel>, QueryError>,
    computed: Mutex<Computed>,
}

impl Engine {
    pub fn new(options: EngineOptions) -> Self {
        Self { options: EngineOptions { threads: options.threads.max(1), ..options } }
    }

    /// Answers all queries over one pass of the evidence.
    ///
    /// Names mean what `catalog` says, then what the evidence offers, then the built-in tables. A query that cannot be run has its error in
    /// its place; a fault of the pass is every query's error.
    pub fn run(&self, queries: &[Query], catalog: &dyn Catalog, source: Option<&dyn Source>, observer: &dyn Observer) -> RunOutcome {
        let offer = source.map(|s| s.offer()).unwrap_or_default();
        let merged = catalog::Merged::new(catalog, &offer);
        let jobs =
            queries.iter().map(|query| Job { query: query.clone(), rel: bind(&query.text, &merged), computed: Mutex::default() }).collect();
        self.run_jobs(jobs, source, offer, observer)
    }

    /// The same for queries in their checked form; `texts` are for the places of errors.
    pub fn run_checked(&self, queries: Vec<(Query, Arc<Rel>)>, source: Option<&dyn Source>, observer: &dyn Observer) -> RunOutcome {
        let offer = source.map(|s| s.offer()).unwrap_or_default();
        let jobs = queries.into_iter().map(|(query, rel)| Job { query, rel: Ok(rel), computed: Mutex::default() }).collect();
        self.run_jobs(jobs, source, offer, observer)
    }

    fn run_jobs(&self, mut jobs: Vec<Job>, source: Option<&dyn Source>, offer: Offer, observer: &dyn Observer) -> RunOutcome {
        let mut outcome = RunOutcome {
            answers: Vec::new(),
            now: self.options.otherwise,
            tables: BTreeMap::new(),
            read_errors: Vec::new(),
            read_error_count: 0,
            warnings: Vec::new(),
            offsets: HashMap::new(),
            incomplete: false,
            offer,
            scans: Vec::new(),
        };
        observer.started(&outcome.offer);
        if let Err(error) = self.run_into(&mut jobs, source, observer, &mut outcome) {
            outcome.incomplete |= error.stopped;
            outcome.answers =
                jobs.iter().map(|job| Err(job.rel.clone().err().unwrap_or_else(|| error.to_query_error(&job.query.text)))).collect();
        }
        outcome
    }

    fn run_into(&self, jobs: &mut [Job], source: Option<&dyn Source>, observer: &dyn Observer, outcome: &mut RunOutcome) -> Result<()> {
        let stop = Stop::new(Arc::clone(&self.options.cancel), self.options.timeout);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(self.options.threads)
            .thread_stack_size(STACK)
            .build()
            .map_err(|e| EngineError::limit(format!("no threads could be started: {e}")))?;
        let memory = self.options.memory.map(|m| (m / 2).max(1 << 20));
        let tables: BTreeMap<Arc<str>, Schema> = outcome.offer.tables.iter().map(|t| (Arc::clone(&t.name), t.schema.clone())).collect();
        // Read errors are evidence of a kind, though no reader yields them.
        let mut tables = tables;
        let own_errors = source.is_some() && !tables.contains_key(errors::TABLE);
        if let (true, Some(table)) = (own_errors, errors::schema()) {
            tables.insert(Arc::clone(&table.name), table.schema.clone());
        }
        let before = Env {
            phase: Phase::Before,
            session: session(memory, self.options.temp_dir.as_ref(), &stop)?,
            tables: tables.clone(),
            stop: stop.clone(),
            runtime: runtime.handle().clone(),
        };

        let found = self.each(jobs, |n, job| {
            let Ok(rel) = &job.rel else { return Ok(Vec::new()) };
            let mut computed = job.computed.lock().unwrap_or_else(PoisonError::into_inner);
            let mut scans = Vec::new();
            for plan in plans(&before, &mut computed, rel, job.query.lineage)?.1 {
                wants::scans(n, &before.optimise(&plan)?, &mut scans)?;
            }
            Ok(scans)
        });
        let mut times = false;
        for (job, scans) in jobs.iter_mut().zip(found) {
            match scans {
                Ok(scans) => {
                    times |= job.rel.as_ref().is_ok_and(|rel| uses_now(rel));
                    outcome.scans.extend(scans);
                }
                Err(error) => job.rel = Err(error.to_query_error(&job.query.text)),
            }
        }

        if own_errors {
            tables.remove(errors::TABLE);
        }
        let mut passed = match source {
            Some(source) => self.pass(source, &outcome.scans, &tables, times, &stop, observer)?,
            None => Passed::default(),
        };
        if own_errors {
            let (kept, stats) = errors::rows(&passed.errors, &outcome.offer.files)?;
            passed.kept.insert(errors::TABLE.into(), Arc::new(kept));
            if stats.records > 0 {
                passed.stats.insert(errors::TABLE.into(), stats);
            }
        }
        observer.read();
        // One wrong clock does not move the end of the evidence, unless there are only such.
        let latest = passed.stats.values().filter_map(|s| s.latest).max();
        let latest = latest.or_else(|| passed.stats.values().filter_map(|s| s.all.to).max());
        outcome.now = match self.options.now {
            NowPolicy::Fixed(ticks) => ticks,
            NowPolicy::EndOfEvidence => latest.unwrap_or(self.options.otherwise),
        };
        outcome.incomplete = passed.stopped;
        outcome.tables = passed.stats;
        outcome.read_errors = passed.errors;
        outcome.read_error_count = passed.error_count;
        outcome.warnings = passed.warnings;
        let kept = Arc::new(passed.kept);

        // What was read before a stop is still looked at, for a while.
        let stop = if passed.stopped { Stop::new(Arc::default(), Some(GRACE)) } else { stop };
        let after = Env {
            phase: Phase::After { now: outcome.now, kept: Arc::clone(&kept) },
            session: session(memory, self.options.temp_dir.as_ref(), &stop)?,
            stop,
            ..before
        };
        let answers = self.each(jobs, |_, job| {
            let rel = match &job.rel {
                Ok(rel) => rel,
                Err(error) => return Ok(Err(error.clone())),
            };
            let mut computed = std::mem::take(&mut *job.computed.lock().unwrap_or_else(PoisonError::into_inner));
            let done = answer(&after, &mut computed, rel, job.query.lineage, outcome.incomplete);
            observer.answered(&job.query.id);
            Ok(done.map_err(|error| error.to_query_error(&job.query.text)))
        });
        for answer in answers {
            outcome.answers.push(match answer {
                Ok(Ok(answer)) => {
                    outcome.incomplete |= answer.incomplete;
                    Ok(answer)
                }
                Ok(Err(error)) => Err(error),
                Err(error) => Err(error.to_query_error("")),
            });
        }
        outcome.offsets = offsets(&outcome.answers, &kept)?;
        Ok(())
    }

    fn pass(
        &self,
        source: &dyn Source,
        scans: &[ScanInfo],
        tables: &BTreeMap<Arc<str>, Schema>,
        times: bool,
        stop: &Stop,
        observer: &dyn Observer,
    ) -> Result<Passed> {
        let plans = wants::combine(scans, tables, times && self.options.now == NowPolicy::EndOfEvidence);
        let budget = self.options.memory.map_or(KEEP_BYTES, |m| usize::try_from(m / 2).unwrap_or(KEEP_BYTES));
        let sink = PassSink::new(
            &plans,
            self.options.otherwise.saturating_add(ticks::DAY),
            budget,
            self.options.temp_dir.clone(),
            stop,
            observer,
        )?;
        source.read(&wants::wants(&plans), self.options.threads, &sink);
        sink.finish()
    }

    /// `f` of every job, on as many threads as there may be. The results are in order.
    fn each<T: Send>(&self, jobs: &[Job], f: impl Fn(usize, &Job) -> Result<T> + Sync) -> Vec<Result<T>> {
        let next = AtomicUsize::new(0);
        let done: Mutex<BTreeMap<usize, Result<T>>> = Mutex::default();
        let work = || {
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                let Some(job) = jobs.get(n) else { return };
                // A fault in one query is not another's.
                let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| f(n, job)))
                    .unwrap_or_else(|_| Err(EngineError::internal("the engine failed on this query; this is a fault of Poolhound")));
                done.lock().unwrap_or_else(PoisonError::into_inner).insert(n, result);
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..self.options.threads.min(jobs.len()) {
                let started = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
                if started.is_err() {
                    break;
                }
            }
        });
        let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        (0..jobs.len()).map(|n| done.remove(&n).unwrap_or_else(|| Err(EngineError::limit("no thread could be started")))).collect()
    }
}

fn bind(text: &str, catalog: &dyn Catalog) -> Result<Arc<Rel>, QueryError> {
    kql_bind::bind(text, catalog).map(|bound| bound.rel).map_err(|diagnostics| {
        let first = diagnostics.iter().find(|d| d.level == kql_syntax::Level::Error).or(diagnostics.first());
        match first {
            Some(d) => {
                let (start, length) = d.span.utf16(text);
                let message = match &d.help {
                    Some(help) => format!("{} ({help})", d.message),
                    None => d.message.clone(),
                };
                QueryError { code: d.code.to_owned(), message, start, length }
            }
            None => EngineError::internal("the query was refused without a reason").to_query_error(text),
        }
    })
}

/// The query's plan, and with it those of what it computes first.
fn plans(env: &Env, computed: &mut Computed, rel: &Rel, lineage: bool) -> Result<(LogicalPlan, Vec<LogicalPlan>)> {
    let mut lowerer = Lowerer::new(env, computed, lineage);
    let main = lowerer.query(rel)?;
    let mut all = lowerer.finish()?;
    all.push(main.clone());
    Ok((main, all))
}

/// The answer; `incomplete` where the evidence was not read to its end.
fn answer(env: &Env, computed: &mut Computed, rel: &Rel, with_lineage: bool, mut incomplete: bool) -> Result<Answer> {
    let (plan, _) = plans(env, computed, rel, with_lineage)?;
    let mut rows = Vec::new();
    match env.execute_into(&plan, &mut rows) {
        Ok(()) => {}
        Err(error) if error.stopped => incomplete = true,
        Err(error) => return Err(error),
    }
    let schema = rel.schema.arrow();
    let width = rel.schema.columns.len();
    let mut batches = Vec::with_capacity(rows.len());
    let mut lineages: Option<Vec<Lineage>> = with_lineage.then(Vec::new);
    for batch in rows {
        if let (Some(lineages), Some(cells)) = (&mut lineages, batch.column_by_name(lineage::COLUMN)) {
            lineages.extend(cells.as_binary::<i32>().iter().map(|c| lineage::decode(c.unwrap_or_default())));
        }
        let columns = batch.columns()[..width.min(batch.num_columns())].to_vec();
        let options = arrow::record_batch::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        batches.push(RecordBatch::try_new_with_options(Arc::clone(&schema), columns, &options)?);
    }
    let total: usize = batches.iter().map(RecordBatch::num_rows).sum();
    let lineage = lineages.filter(|l| l.len() == total);
    Ok(Answer { schema: rel.schema.clone(), batches, scans: tables(rel), incomplete, lineage })
}

/// Offsets of the records that answers name.
fn offsets(
    answers: &[Result<Answer, QueryError>],
    kept: &BTreeMap<Arc<str>, Arc<crate::pass::store::Kept>>,
) -> Result<HashMap<RecordId, u64>> {
    let named: HashSet<RecordId> =
        answers.iter().flatten().filter_map(|a| a.lineage.as_ref()).flatten().flat_map(|l| l.records.iter().copied()).collect();
    let mut found = HashMap::new();
    if named.is_empty() {
        return Ok(found);
    }
    for kept in kept.values() {
        for pair in kept.offsets() {
            let (records, offsets) = pair?;
            let (records, offsets) = (records.as_primitive::<Int64Type>(), offsets.as_primitive::<Int64Type>());
            for (record, offset) in records.values().iter().zip(offsets.values()) {
                if let (true, Ok(offset)) = (named.contains(&RecordId(*record)), u64::try_from(*offset)) {
                    found.insert(RecordId(*record), offset);
                }
            }
        }
    }
    Ok(found)
}

/// The engine over one piece of evidence, as a [`Backend`].
pub struct LocalBackend<'a> {
    pub engine: Engine,
    pub catalog: &'a dyn Catalog,
    pub source: Option<&'a dyn Source>,
    pub observer: &'a dyn Observer,
    /// What the last run told beside its answers.
    pub last: Mutex<Option<RunOutcome>>,
}

impl<'a> LocalBackend<'a> {
    pub fn new(engine: Engine, catalog: &'a dyn Catalog, source: Option<&'a dyn Source>, observer: &'a dyn Observer) -> Self {
        Self { engine, catalog, source, observer, last: Mutex::new(None) }
    }
}

impl Backend for LocalBackend<'_> {
    fn check(&self, query: &str) -> std::result::Result<Vec<Arc<str>>, QueryError> {
        let offer = self.source.map(|s| s.offer()).unwrap_or_default();
        let rel = bind(query, &catalog::Merged::new(self.catalog, &offer))?;
        Ok(tables(&rel))
    }

    fn run(&self, queries: &[Query]) -> Vec<Result<Answer, QueryError>> {
        let mut outcome = self.engine.run(queries, self.catalog, self.source, self.observer);
        let answers = outcome.answers.clone();
        outcome.answers.clear();
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
        answers
    }
}
