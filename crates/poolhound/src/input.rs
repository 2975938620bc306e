//! Evidence and the sensors over its other files, as one source.

use crate::cli::EvidenceArgs;
use crate::error::Error;
use evidence::{Evidence, Options};
use model::{Offer, Sink, Source, Wants};

/// Opens the evidence. Paths are needed unless a query can do without.
pub(crate) fn open(args: &EvidenceArgs) -> Result<Evidence, Error> {
    let options =
        Options { table: args.table.clone(), timezone: args.timezone, since: args.since, until: args.until, ..Options::default() };
    Ok(evidence::open(&args.paths, options)?)
}

/// Two sources, read one after the other.
pub(crate) struct Combined<'a> {
    pub(crate) evidence: &'a Evidence,
    pub(crate) sensor: Option<Box<dyn Source>>,
}

impl Combined<'_> {
    /// How many files a sensor looks into.
    pub(crate) fn scanned(&self) -> usize {
        self.sensor.as_ref().map_or(0, |sensor| sensor.offer().files.len())
    }
}

impl Source for Combined<'_> {
    fn offer(&self) -> Offer {
        let mut offer = self.evidence.offer();
        if let Some(sensor) = &self.sensor {
            let more = sensor.offer();
            offer.tables.extend(more.tables);
            // Its files are the evidence's own, under the same numbers.
            offer.skipped.extend(more.skipped);
            offer.bytes += more.bytes;
        }
        offer
    }

    fn read(&self, wants: &Wants, threads: usize, sink: &dyn Sink) {
        self.evidence.read(wants, threads, sink);
        if let Some(sensor) = &self.sensor {
            sensor.read(wants, threads, sink);
        }
    }
}

/// The scanner over the files that are no evidence format; what is wrong with its rules beside it.
#[cfg(feature = "yara")]
pub(crate) fn scanner(
    evidence: &Evidence,
    library: &content::Library,
    host: Option<&str>,
    time: Option<i64>,
) -> (Option<Box<dyn Source>>, Vec<String>) {
    use sensors::{FileScan, Ruleset, Target};
    use std::sync::Arc;
    let host: Arc<str> = host.unwrap_or_default().into();
    let targets = evidence.other_files().into_iter().map(|file| {
        let file = Arc::new(file);
        let opened = Arc::clone(&file);
        Target {
            file: file.file.clone(),
            number: file.number,
            host: Arc::clone(&host),
            time: time.filter(|_| !host.is_empty()),
            size: file.size,
            path: file.path.clone(),
            open: Box::new(move |cap| opened.bytes(cap)),
        }
    });
    let targets: Vec<Target> = targets.collect();
    if targets.is_empty() {
        return (None, Vec::new());
    }
    let mut errors = Vec::new();
    let mut rulesets = Vec::new();
    // Each built-in file is a set of its own and stays within the 64 atoms up to which YARA-X is fast; the user's are one set.
    for rules in library.rules.chunks(1).chain(std::iter::once(library.added_rules.as_slice())) {
        let (ruleset, bad) = Ruleset::compile(rules.iter().map(|r| (r.name.as_str(), r.text.as_str())));
        errors.extend(bad.iter().map(ToString::to_string));
        rulesets.push(ruleset);
    }
    (Some(Box::new(FileScan::new(targets, rulesets))), errors)
}

/// Without the scanner those files are unread evidence.
#[cfg(not(feature = "yara"))]
pub(crate) fn scanner(
    evidence: &Evidence,
    _: &content::Library,
    _: Option<&str>,
    _: Option<i64>,
) -> (Option<Box<dyn Source>>, Vec<String>) {
    let skipped = evidence.other_files().into_iter().map(|f| model::Skipped {
        file: f.file,
        reason: "no evidence format, and this build cannot scan files (feature `yara`)".to_owned(),
        evidence: true,
    });
    (Some(Box::new(Unscanned(skipped.collect()))), Vec::new())
}

#[cfg(not(feature = "yara"))]
struct Unscanned(Vec<model::Skipped>);

#[cfg(not(feature = "yara"))]
impl Source for Unscanned {
    fn offer(&self) -> Offer {
        Offer { skipped: self.0.clone(), ..Offer::default() }
    }

    fn read(&self, _: &Wants, _: usize, _: &dyn Sink) {}
}
