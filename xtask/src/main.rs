//! Chores of the project: `incident` writes `examples/incident/`, `captures FOLDER` the captures of the tests, `conformance VERDICTS` writes `docs/kql-conformance.md`, `judge JUDGE.JS`
//! holds our KQL against Microsoft's parser; the tests keep the house rules.

mod captures;
mod conformance;
mod incident;
mod judge;
#[cfg(test)]
mod tidy;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let args: Vec<String> = std::env::args().skip(1).collect();
    let done = match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["incident"] => incident::write(&root.join("examples/incident")),
        ["captures", folder] => captures::write(Path::new(folder)),
        ["conformance", verdicts] => conformance::update(Path::new(verdicts), &root.join("docs/kql-conformance.md")),
        ["judge", judge] => judge::hold(Path::new(judge), &root.join("examples/exclusions")),
        _ => Err(std::io::Error::other("usage: cargo run -p xtask -- incident | captures FOLDER | conformance VERDICTS | judge JUDGE.JS")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "this is a command")]
            {
                eprintln!("xtask: {error}");
            }
            ExitCode::FAILURE
        }
    }
}
