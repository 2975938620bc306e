//! Files through the scanner: one scanner a thread and set of rules, reused; one buffer a thread.

use crate::file_type::file_type;
use crate::rows::{Hit, batch};
use crate::rules::{Ruleset, VARIABLES};
use model::source::Offer;
use model::{Batch, FileRef, ReadError, Sink, Source, Wants, tables};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use yara_x::Scanner;

const TABLE: &str = "PoolhoundYara_CL";
/// Larger files are mapped, not read.
const MAX_BUFFERED: u64 = 64 << 20;
/// A member of an archive has to be held in memory.
const MAX_MEMBER: u64 = 512 << 20;
/// Rules can be made to take for ever.
const TIMEOUT: Duration = Duration::from_secs(120);
/// A threat to memory, not to the verdict.
const MAX_MATCHES_PER_PATTERN: usize = 1_000;

/// Yields at most so many bytes of a member.
type Open = Box<dyn Fn(u64) -> io::Result<Vec<u8>> + Send + Sync>;

/// A file to scan. It is a regular file: whoever lists targets leaves out pipes, devices and links.
pub struct Target {
    pub file: FileRef,
    /// Its number in [`model::RecordId`].
    pub number: u32,
    /// The machine that the file is of, and the time at which it was looked at, in ticks; empty and `None` where nobody said so.
    pub host: Arc<str>,
    pub time: Option<i64>,
    pub size: u64,
    /// `None` for a member of an archive, which `open` yields.
    pub path: Option<PathBuf>,
    pub open: Open,
}

/// Targets and rules, ready to be scanned once.
pub struct FileScan {
    targets: Vec<Target>,
    rulesets: Vec<Ruleset>,
}

impl FileScan {
    /// Rule sets without rules are left out.
    pub fn new(targets: Vec<Target>, rulesets: Vec<Ruleset>) -> Self {
        Self { targets, rulesets: rulesets.into_iter().filter(|r| !r.is_empty()).collect() }
    }
}

impl Source for FileScan {
    fn offer(&self) -> Offer {
        Offer {
            tables: tables::builtin(TABLE).cloned().into_iter().collect(),
            files: self.targets.iter().map(|t| t.file.clone()).collect(),
            skipped: Vec::new(),
            bytes: self.targets.iter().map(|t| t.size).sum(),
        }
    }

    fn read(&self, wants: &Wants, threads: usize, sink: &dyn Sink) {
        if !wants.tables.contains_key(TABLE) || self.rulesets.is_empty() {
            return;
        }
        let (next, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
        std::thread::scope(|scope| {
            for _ in 0..threads.clamp(1, self.targets.len().max(1)) {
                scope.spawn(|| {
                    let mut worker = Worker::new(&self.rulesets);
                    while !stopped.load(Ordering::Relaxed) {
                        let Some(target) = self.targets.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                        if !worker.target(target, wants, sink) {
                            stopped.store(true, Ordering::Relaxed);
                        }
                        sink.progress(target.size);
                    }
                });
            }
        });
    }
}

struct Worker<'r> {
    scanners: Vec<Scanner<'r>>,
    buffer: Vec<u8>,
}

impl<'r> Worker<'r> {
    fn new(rulesets: &'r [Ruleset]) -> Self {
        let scanners = rulesets.iter().map(|set| {
            let mut scanner = Scanner::new(&set.rules);
            scanner.set_timeout(TIMEOUT).max_matches_per_pattern(MAX_MATCHES_PER_PATTERN);
            scanner
        });
        Self { scanners: scanners.collect(), buffer: Vec::new() }
    }

    /// False when the sink wants no more.
    fn target(&mut self, target: &Target, wants: &Wants, sink: &dyn Sink) -> bool {
        let error =
            |reason: String| sink.error(ReadError { file: target.file.clone(), offset: None, record: None, reader: "yara", reason });
        let mapped = target.path.as_ref().filter(|_| target.size > MAX_BUFFERED);
        if mapped.is_none()
            && let Err(reason) = self.fill(target)
        {
            error(reason.to_string());
            return true;
        }
        let mut hits = Vec::new();
        for scanner in &mut self.scanners {
            set_variables(scanner, target);
            let scanned = match mapped {
                Some(path) => scanner.scan_file(path),
                None => scanner.scan(&self.buffer),
            };
            match scanned {
                Ok(results) => hits.extend(results.matching_rules().map(|rule| Hit::new(&rule))),
                Err(reason) => error(format!("the rules could not be applied: {reason}")),
            }
        }
        let table: Arc<str> = TABLE.into();
        let Some(wanted) = wants.tables.get(&table).filter(|_| !hits.is_empty()) else { return true };
        let (kind, sha256) = match mapped {
            Some(path) => describe(path).unwrap_or(("data", String::new())),
            None => (file_type(&self.buffer), hex(&Sha256::digest(&self.buffer))),
        };
        let Some(rows) = batch(target, &hits, kind, &sha256, wanted) else { return true };
        sink.records(&table, hits.len() as u64);
        sink.batch(Batch { table, rows }).is_continue()
    }

    fn fill(&mut self, target: &Target) -> io::Result<()> {
        self.buffer.clear();
        match &target.path {
            Some(path) => File::open(path)?.take(MAX_BUFFERED).read_to_end(&mut self.buffer).map(|_| ()),
            None => {
                self.buffer = (target.open)(MAX_MEMBER)?;
                Ok(())
            }
        }
    }
}

/// Best effort: a rule that asks for a variable which cannot be set sees it empty.
fn set_variables(scanner: &mut Scanner<'_>, target: &Target) {
    let name = &*target.file.name;
    let file = name.rsplit(['/', '!']).next().unwrap_or(name);
    let extension = file.rsplit_once('.').map_or("", |(_, e)| e);
    for (variable, value) in VARIABLES.iter().zip([file, name, extension, "", ""]) {
        let _set = scanner.set_global(variable, value);
    }
}

/// Type and SHA-256 of a file that is too large to hold.
fn describe(path: &PathBuf) -> io::Result<(&'static str, String)> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    let mut kind = None;
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            n => {
                kind.get_or_insert_with(|| file_type(&buffer[..n]));
                hash.update(&buffer[..n]);
            }
        }
    }
    Ok((kind.unwrap_or("data"), hex(&hash.finalize())))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::AsArray;
    use std::ops::ControlFlow;
    use std::sync::Mutex;

    #[derive(Default)]
    struct Kept(Mutex<Vec<String>>, Mutex<Vec<String>>);

    impl Sink for Kept {
        fn batch(&self, batch: Batch) -> ControlFlow<()> {
            let column = |name: &str| batch.rows.column_by_name(name).unwrap().as_string_view().clone();
            let (file, rule, strings) = (column("FilePath"), column("RuleName"), column("Strings"));
            for n in 0..batch.rows.num_rows() {
                self.0.lock().unwrap().push(format!("{} {} {}", file.value(n), rule.value(n), strings.value(n)));
            }
            ControlFlow::Continue(())
        }
        fn error(&self, error: ReadError) {
            self.1.lock().unwrap().push(format!("{}: {}", error.file.name, error.reason));
        }
        fn warning(&self, _: &FileRef, _: String) {}
        fn records(&self, _: &Arc<str>, _: u64) {}
        fn progress(&self, _: u64) {}
    }

    fn member(name: &str, number: u32, bytes: &'static [u8]) -> Target {
        Target {
            file: FileRef { name: name.into() },
            number,
            host: "".into(),
            time: None,
            size: bytes.len() as u64,
            path: None,
            open: Box::new(move |_| Ok(bytes.to_vec())),
        }
    }

    #[test]
    fn a_match_is_a_row_and_an_unreadable_file_an_error() {
        let (rules, errors) =
            Ruleset::compile([("t", "rule pair { strings: $a = \"stra\" $b = \"tum\" condition: all of them }"), ("bad", "rule {")]);
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].file, "bad");
        let missing = Target {
            file: FileRef { name: "gone".into() },
            number: 2,
            host: "".into(),
            time: None,
            size: 1,
            path: Some(PathBuf::from("/nonexistent/gone")),
            open: Box::new(|_| Ok(Vec::new())),
        };
        let scan = FileScan::new(vec![member("z!yes", 0, b"xx stra tum"), member("no", 1, b"stra only"), missing], vec![rules]);
        let wants = Wants { tables: [(TABLE.into(), tables::builtin(TABLE).unwrap().schema.clone())].into() };
        let kept = Kept::default();
        scan.read(&wants, 2, &kept);
        let rows = kept.0.into_inner().unwrap();
        assert_eq!(rows.len(), 1, "{rows:?}");
        assert!(
            rows[0].starts_with("z!yes pair [{\"data\":\"stra\"") || rows[0].starts_with("z!yes pair [{\"identifier\":\"$a\""),
            "{}",
            rows[0]
        );
        assert_eq!(kept.1.into_inner().unwrap().len(), 1);
    }
}
