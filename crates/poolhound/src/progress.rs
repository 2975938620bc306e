//! What is said beside the results: logs, complaints, and how far the reading is. All of it goes to the standard error.

use engine::Observer;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use model::Offer;
use std::io::{IsTerminal, Write, stderr};
use tracing_subscriber::EnvFilter;

pub(crate) fn log_to_stderr(verbose: u8, quiet: bool) {
    let level = match (quiet, verbose) {
        (true, _) => "error",
        (_, 0) => "warn",
        (_, 1) => "info",
        _ => "debug",
    };
    let filter = EnvFilter::try_from_env("POOLHOUND_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr).with_ansi(stderr().is_terminal()).without_time().init();
}

/// An error of ours, to the standard error. Nobody is left to tell if that fails.
pub(crate) fn complain(text: &str) {
    let _nobody = writeln!(stderr(), "poolhound: {text}");
}

/// A bar with an ETA on a terminal, nothing elsewhere.
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    pub(crate) fn new(quiet: bool) -> Self {
        let shown = !quiet && stderr().is_terminal();
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:30}] {bytes}/{total_bytes} {bytes_per_sec} {eta} left") {
            bar.set_style(style.progress_chars("=> "));
        }
        Self { bar }
    }
}

impl Observer for Progress {
    fn started(&self, offer: &Offer) {
        self.bar.set_length(offer.bytes);
        self.bar.set_message("reading");
    }

    fn progress(&self, bytes: u64) {
        self.bar.inc(bytes);
    }

    fn read(&self) {
        self.bar.set_message("hunting");
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
