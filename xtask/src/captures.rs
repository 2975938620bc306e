//! Writes the captures of the tests into a folder, to be looked at with other tools: `mining/` and `near-misses/`, and what each has to
//! be read as in `EXPECTED.tsv`.

#[path = "../../crates/evidence/tests/support/packets.rs"]
#[expect(dead_code, clippy::unwrap_used, reason = "shared with tests")]
mod packets;
#[path = "../../crates/evidence/tests/support/wire/mod.rs"]
#[expect(dead_code, reason = "shared with tests")]
mod wire;

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use wire::Expected;

/// Writes all of them; a folder that has something in it is left alone.
pub(crate) fn write(folder: &Path) -> io::Result<()> {
    if folder.exists() && fs::read_dir(folder)?.next().is_some() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{} is not empty", folder.display())));
    }
    fs::create_dir_all(folder)?;
    let mut list = fs::File::create(folder.join("EXPECTED.tsv"))?;
    writeln!(list, "file\texpected")?;
    for (kind, case) in wire::mining().map(|case| ("mining", case)).chain(wire::near_misses().map(|case| ("near-misses", case))) {
        let case = case?;
        let name = format!("{kind}/{}/{}.{}", case.script, case.variant, case.suffix);
        let path = folder.join(&name);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, &case.bytes)?;
        writeln!(list, "{name}\t{}", told(&case.expected))?;
    }
    Ok(())
}

fn told(expected: &Expected) -> String {
    match expected {
        Expected::Mining(cells) => cells.iter().map(|(column, value)| format!("{column}={value}")).collect::<Vec<_>>().join(" "),
        Expected::Tls(name) => format!("TLS to {name}"),
        Expected::Node => "no miner; a node may be told".to_owned(),
        Expected::Nothing => "nothing".to_owned(),
    }
}
