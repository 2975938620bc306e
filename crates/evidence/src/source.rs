//! Evidence as a [`Source`]: opening, offering, reading.

use crate::discover::{Candidate, Discovered, discover, plain};
use crate::format::{Chunks, Dataset, Head, Sniff};
use crate::input::Place;
use crate::look::{Found, look};
use crate::recognise::{Unread, unread};
use crate::view::View;
use crate::wallet::WalletTap;
use crate::{EvidenceError, Input, Options, OtherFile, ReadContext};
use model::{FileRef, Offer, ReadError, Schema, Sink, Skipped, Source, TableSchema, Wants};
use std::collections::{BTreeMap, VecDeque};
use std::io::Read;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Looks at everything under the paths and decides what each file is.
///
/// # Errors
/// When a path does not exist or the options make no sense; damaged or unreadable files are told while reading.
pub fn open(paths: &[PathBuf], options: Options) -> Result<Evidence, EvidenceError> {
    if let Some(table) = &options.table
        && model::tables::builtin(table).is_none()
        && !table.ends_with("_CL")
    {
        return Err(EvidenceError::UnknownTable(table.clone()));
    }
    Ok(Evidence::new(discover(paths, &options)?, options))
}

/// Evidence that lies in memory, as named files; archives among them are not opened. For tests.
pub fn open_bytes(files: &[(&str, &[u8])], options: Options) -> Evidence {
    let mut found = Discovered::default();
    for (name, bytes) in files {
        let file = FileRef { name: (*name).into() };
        found.files.push(Candidate { file, place: Place::Memory((*bytes).into()), size: bytes.len() as u64, looked_into: false });
    }
    found.files.sort_by(|a, b| a.file.cmp(&b.file));
    Evidence::new(found, options)
}

/// Evidence that was looked at.
pub struct Evidence {
    options: Options,
    files: Vec<FileRef>,
    datasets: Vec<(Arc<Input>, Arc<dyn Dataset>)>,
    skipped: Vec<Skipped>,
    /// Met while looking; told when reading.
    errors: Vec<ReadError>,
    other: Vec<OtherFile>,
    offered: BTreeMap<Arc<str>, Schema>,
}

impl Evidence {
    /// Files that are no format of evidence, for the file scanner, in the order in which they are best read.
    pub fn other_files(&self) -> Vec<OtherFile> {
        self.other.clone()
    }

    fn new(found: Discovered, options: Options) -> Self {
        let mut evidence = Self {
            options,
            files: found.files.iter().map(|candidate| candidate.file.clone()).collect(),
            datasets: Vec::new(),
            skipped: found.skipped,
            errors: found.errors,
            other: Vec::new(),
            offered: BTreeMap::new(),
        };
        let mut candidates: Vec<(u32, Candidate)> = (0..).zip(found.files).collect();
        // As they are read, so that a compressed TAR is passed once.
        candidates.sort_by_cached_key(|(number, candidate)| (tar_order(&candidate.file, &candidate.place), *number));
        for (number, candidate) in candidates {
            evidence.look_at(number, candidate);
        }
        evidence.prepare();
        evidence
    }

    fn look_at(&mut self, number: u32, candidate: Candidate) {
        let input = Arc::new(Input {
            file: candidate.file,
            number,
            size: candidate.size,
            place: candidate.place,
            view: View::default(),
            consumed: Arc::default(),
        });
        if candidate.looked_into {
            return self.other.push(OtherFile::new(input));
        }
        let mut bytes = Vec::with_capacity(Head::SIZE);
        let caps = self.options.caps;
        let mut packed = false;
        let read = input.unpacked(&caps).and_then(|(stream, compressed)| {
            packed = compressed;
            stream.take(Head::SIZE as u64).read_to_end(&mut bytes)
        });
        input.take_progress();
        if let Err(error) = read
            && bytes.is_empty()
        {
            let reason = format!("cannot be read: {}", plain(&error));
            self.errors.push(ReadError {
                file: input.file.clone(),
                offset: None,
                record: None,
                reader: "evidence",
                reason: reason.clone(),
            });
            self.skip(&input, reason, true);
            return;
        }
        let name = own_name(&input.file.name);
        let head = Head {
            bytes: bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes),
            complete: bytes.len() < Head::SIZE,
            name: &name,
            input: &input,
            options: &self.options,
        };
        let mark = bytes.len() - head.bytes.len();
        if let Some(Found { sniff, input }) = look(&head, mark as u64) {
            return match sniff {
                Sniff::Read(dataset) => {
                    self.tell_damage(&input, mark as u64, dataset.reader());
                    self.datasets.push((input, dataset));
                }
                Sniff::Skip { reason, evidence } => self.skip(&input, reason, evidence),
                Sniff::No => {}
            };
        }
        match unread(&head) {
            Unread::Evidence(reason) => self.skip(&input, reason, true),
            Unread::Document(reason) => self.skip(&input, reason.to_owned(), false),
            Unread::Doubtful(reason) => {
                // What cannot be unpacked is scanned as it lies.
                let unpack = packed && !reason.starts_with("cannot be read");
                self.skip(&input, reason, true);
                self.scan(&input, unpack.then_some(&*name));
            }
            Unread::Other if archive_in_archive(&input, packed, head.bytes) => {
                self.skip(&input, "an archive within an archive: unpack it".to_owned(), true);
            }
            Unread::Other => self.scan(&input, packed.then_some(&*name)),
        }
    }

    /// Leaves a file to the file scanner: as it lies, and what is in it where it is compressed, under its name without the ending.
    fn scan(&mut self, input: &Arc<Input>, within: Option<&str>) {
        self.other.push(OtherFile::new(Arc::clone(input)));
        if let Some(name) = within {
            self.other.push(OtherFile::within(input, name, self.options.caps));
        }
    }

    /// Tells of what stands before the first record.
    fn tell_damage(&mut self, input: &Input, mark: u64, reader: &'static str) {
        if input.view.start == 0 {
            return;
        }
        let bytes = input.view.start - mark;
        let reason = match input.view.lines {
            0 => format!("{bytes} bytes at the start are no record; reading begins behind them"),
            1 => format!("the first line ({bytes} bytes) is no record; reading begins behind it"),
            lines => format!("the first {lines} lines ({bytes} bytes) are no record; reading begins behind them"),
        };
        self.errors.push(ReadError { file: input.file.clone(), offset: Some(mark), record: Some(0), reader, reason });
    }

    fn skip(&mut self, input: &Input, reason: String, evidence: bool) {
        self.skipped.push(Skipped { file: input.file.clone(), reason, evidence });
    }

    fn prepare(&mut self) {
        self.skipped.sort_by(|a, b| a.file.cmp(&b.file));
        for (_, dataset) in &self.datasets {
            for table in dataset.tables() {
                let merged = self.offered.entry(table.name).or_default();
                for column in table.schema.columns {
                    if merged.index_of(&column.name).is_none() {
                        merged.columns.push(column);
                    }
                }
            }
        }
        WalletTap::offer(&mut self.offered);
        // A TAR's members in its own order, so that a compressed one is passed once.
        self.datasets.sort_by_cached_key(|(input, _)| (tar_order(&input.file, &input.place), input.number));
        self.errors.sort_by(|a, b| a.file.cmp(&b.file));
    }
}

/// Members of one TAR next to each other in the archive's order; everything else by name.
fn tar_order(file: &FileRef, place: &Place) -> (String, u64) {
    match place {
        Place::Tar { start, .. } => (file.name.split('!').next().unwrap_or_default().to_owned(), *start),
        _ => (file.name.to_string(), 0),
    }
}

/// The last part of the name, in lower case, without `.gz` and `.zst`.
fn own_name(name: &str) -> String {
    let last = name.rsplit(['/', '!']).next().unwrap_or(name).to_ascii_lowercase();
    let bare = last.strip_suffix(".gz").or_else(|| last.strip_suffix(".zst")).unwrap_or(&last);
    bare.to_owned()
}

fn archive_in_archive(input: &Input, packed: bool, head: &[u8]) -> bool {
    (packed || input.path().is_none()) && !matches!(crate::archive::kind(head), crate::archive::Kind::No)
}

impl Source for Evidence {
    fn offer(&self) -> Offer {
        Offer {
            tables: self.offered.iter().map(|(name, schema)| TableSchema::new(Arc::clone(name), schema.clone())).collect(),
            files: self.files.clone(),
            skipped: self.skipped.clone(),
            bytes: self.datasets.iter().map(|(input, _)| input.size).sum(),
        }
    }

    fn read(&self, wants: &Wants, threads: usize, sink: &dyn Sink) {
        for error in &self.errors {
            sink.error(error.clone());
        }
        let cx = ReadContext::new(wants, &self.offered, &self.datasets, &self.options, sink);
        let work = Work::new(self.datasets.iter().map(|(input, dataset)| (Arc::clone(input), Arc::clone(dataset))).collect());
        std::thread::scope(|scope| {
            for _ in 1..threads.max(1) {
                scope.spawn(|| work.run(&cx));
            }
            work.run(&cx);
        });
        cx.finish();
    }
}

/// The files of one run. Each thread takes a file; when none is left it helps with the files that others have open.
struct Work {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    waiting: VecDeque<(Arc<Input>, Arc<dyn Dataset>)>,
    open: Vec<Arc<OpenFile>>,
    /// Files being opened, which may yet need help.
    opening: usize,
}

struct OpenFile {
    input: Arc<Input>,
    progress: Mutex<Progress>,
}

struct Progress {
    chunks: Box<dyn Chunks>,
    /// No more jobs come.
    ended: bool,
    /// Jobs handed out and not yet done.
    running: usize,
    finished: bool,
}

impl Work {
    fn new(waiting: VecDeque<(Arc<Input>, Arc<dyn Dataset>)>) -> Self {
        Self { state: Mutex::new(State { waiting, open: Vec::new(), opening: 0 }), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, cx: &ReadContext<'_>) {
        while let Some(file) = self.next_file(cx) {
            while let Some(job) = file.next(cx) {
                file.run(job, cx);
                file.done(cx);
            }
            self.lock().open.retain(|open| !Arc::ptr_eq(open, &file));
        }
        self.changed.notify_all();
    }

    fn next_file(&self, cx: &ReadContext<'_>) -> Option<Arc<OpenFile>> {
        let mut state = self.lock();
        loop {
            if cx.stopped() {
                return None;
            }
            if let Some((input, dataset)) = state.waiting.pop_front() {
                state.opening += 1;
                drop(state);
                let chunks = dataset.open(&input, cx);
                state = self.lock();
                state.opening -= 1;
                self.changed.notify_all();
                if let Some(chunks) = chunks {
                    let file = Arc::new(OpenFile::new(input, chunks));
                    state.open.push(Arc::clone(&file));
                    return Some(file);
                }
                cx.finish_file(&input);
            } else if let Some(file) = state.open.first() {
                return Some(Arc::clone(file));
            } else if state.opening > 0 {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            } else {
                return None;
            }
        }
    }
}

impl OpenFile {
    fn new(input: Arc<Input>, chunks: Box<dyn Chunks>) -> Self {
        Self { input, progress: Mutex::new(Progress { chunks, ended: false, running: 0, finished: false }) }
    }

    fn lock(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self, cx: &ReadContext<'_>) -> Option<crate::Job> {
        let mut progress = self.lock();
        if progress.ended {
            return None;
        }
        let job = if cx.stopped() { None } else { guarded(&self.input, cx, || progress.chunks.next(cx)).flatten() };
        match job {
            Some(_) => progress.running += 1,
            None => progress.ended = true,
        }
        cx.progress(self.input.take_progress());
        self.finish(&mut progress, cx);
        job
    }

    fn run(&self, job: crate::Job, cx: &ReadContext<'_>) {
        guarded(&self.input, cx, || job(cx));
    }

    fn done(&self, cx: &ReadContext<'_>) {
        let mut progress = self.lock();
        progress.running -= 1;
        self.finish(&mut progress, cx);
    }

    fn finish(&self, progress: &mut Progress, cx: &ReadContext<'_>) {
        if progress.ended && progress.running == 0 && !progress.finished {
            progress.finished = true;
            progress.chunks.finish(cx);
            cx.finish_file(&self.input);
        }
    }
}

/// A mistake in a reader costs the piece, not the run.
fn guarded<T>(input: &Input, cx: &ReadContext<'_>, work: impl FnOnce() -> T) -> Option<T> {
    let done = std::panic::catch_unwind(AssertUnwindSafe(work));
    if done.is_err() {
        cx.error(input, "evidence", None, None, "the reader failed on a piece of this file, which is lost; please report it");
    }
    done.ok()
}
