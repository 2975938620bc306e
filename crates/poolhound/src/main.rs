//! Poolhound finds cryptominers in evidence with Sentinel's own KQL. This is the command: flags, wiring, exit codes.

mod cli;
mod commands;
mod error;
mod input;
mod local;
mod output;
mod progress;

use clap::Parser;
use cli::{Cli, Command};
use std::process::ExitCode;

// Rows that are kept lie between blocks that are freed: the system's allocator lets the space between them grow with the evidence.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    progress::log_to_stderr(cli.verbose, cli.quiet);
    let done = match cli.command {
        Command::Hunt(args) => commands::hunt::run(&args, cli.quiet),
        Command::Query(args) => commands::query::run(&args, cli.quiet),
        Command::Tables(args) => commands::tables::run(&args, cli.quiet),
        Command::Content(args) => commands::content::run(&args),
        Command::Intel(args) => commands::intel::run(&args, cli.quiet),
        Command::Exclusion(args) => commands::exclusion::run(&args, cli.quiet),
        Command::Completions { shell } => commands::completions(shell),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        // Whoever reads our output has seen enough.
        Err(error) if error.is_broken_pipe() => ExitCode::from(model::exit::CLEAN),
        Err(error) => {
            progress::complain(&error.to_string());
            ExitCode::from(model::exit::USAGE)
        }
    }
}
