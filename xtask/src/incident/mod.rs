//! `examples/incident/`: a mixed folder of evidence, made up so that it holds one of each thing that the program must tell apart.
//!
//! - web-01, taken over through its web server: lookup, connection, process, file, mining session;
//! - pc-07, whose attempt was stopped: the resolver sank the name, the firewall refused the connection;
//! - dev-laptop, whose user read a pool's website;
//! - ns-01, a resolver that asks for its clients;
//! - the five approved activities of `examples/exclusions/`, and an impostor of each.
//!
//! Addresses are of the ranges for documentation (RFC 5737) or private; wallets are hashes of words with a valid checksum.

mod endpoint;
mod files;
mod network;

use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// A wallet nobody has the key of: base58 of hashes of words.
const ATTACKER_WALLET: &str = "4818o77nsNYjen17a89xsT43nSp4zMrpLbYTDEDJDyDjgyrkXZKu3JfM8A7KEprQ4PjS7dDo7FpX9BXnZGhedZ2kMeb9YT8";
/// The wallet of the policy `scheduled-pool-job-linux`.
const APPROVED_WALLET: &str = "48edfHu7V9Z84YzzMa6fUueoELZ9ZRXq9VetWzYGzKt52XU5xvqgzYnDK9URnRoJMk1j8nLwEVsaSWJ4fhdUyZijBGUicoD";

/// Writes the whole folder anew.
pub(crate) fn write(folder: &Path) -> io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    for (name, text) in network::files().into_iter().chain(endpoint::files()).chain(files::files()) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::File::create(path)?.write_all(text.as_bytes())?;
    }
    Ok(())
}

/// A file below the folder: path, text.
type File = (&'static str, String);

/// Lines of JSON.
fn lines(values: &[serde_json::Value]) -> String {
    values.iter().map(|value| format!("{value}\n")).collect()
}
