//! `poolhound exclusion inventory`: what a host's own files say of the programs that policies name.

use super::{embedded, tell};
use crate::cli::exclusion::InventoryArgs;
use crate::error::Error;
use crate::local::clock;
use crate::progress::complain;
use model::{exit, ticks};
use sensors::Inventory;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

pub(super) fn run(args: &InventoryArgs, quiet: bool) -> Result<u8, Error> {
    if args.paths.is_empty() {
        return Err(Error::Usage("inventory needs policies: poolhound exclusion inventory PATH... --output DIR (see --help)".to_owned()));
    }
    if !args.root.is_dir() {
        return Err(Error::Usage(format!("{} is no folder", args.root.display())));
    }
    let mut library = embedded()?;
    let mut faulty = false;
    for path in &args.paths {
        faulty |= tell(&library.add_exclusions(path));
    }
    let places: BTreeSet<&str> =
        library.policies.iter().flat_map(|(_, policy)| policy.must.path.iter().flatten()).map(String::as_str).collect();
    let (here, elsewhere): (Vec<&str>, Vec<&str>) = places.into_iter().partition(|place| place.starts_with('/'));
    let host = args
        .host
        .clone()
        .or_else(|| host_name(&args.root))
        .ok_or_else(|| Error::Usage("the host's name is not in its files: give --host".to_owned()))?;
    let rpm = match &args.rpm {
        Some(file) => Some((file.as_path(), fs::read_to_string(file).map_err(|e| Error::Usage(format!("{}: {e}", file.display())))?)),
        None => None,
    };
    let mut inventory = Inventory::new(&args.root, &host, &ticks::iso_short(clock()));
    here.iter().for_each(|place| inventory.add(place));
    inventory.add_packages(rpm.as_ref().map(|(file, text)| (*file, text.as_str())));
    let files: Vec<&Value> = inventory.file_rows().collect();
    let packages: Vec<Value> = inventory.package_rows().collect();
    write(&args.output.join("PoolhoundFile_CL.jsonl"), files.iter().copied())?;
    write(&args.output.join("PoolhoundPackage_CL.jsonl"), packages.iter())?;
    for problem in &inventory.problems {
        complain(problem);
    }
    let open: Vec<&&Value> = files.iter().filter(|row| row["WritableBy"] != "").collect();
    for row in &open {
        complain(&format!("{}: others than administrators write it: {}", text(row, "FilePath"), text(row, "WritableBy")));
    }
    if !quiet {
        complain(&format!("{}: {host}: {} files and folders, {} files of packages", args.output.display(), files.len(), packages.len()));
    }
    for place in &inventory.absent {
        complain(&format!("{place}: nothing is there"));
    }
    for place in &elsewhere {
        complain(&format!("{place}: a path of Windows was not looked at"));
    }
    Ok(if faulty {
        exit::USAGE
    } else if !open.is_empty() {
        exit::FINDINGS
    } else if !inventory.problems.is_empty() || !elsewhere.is_empty() {
        exit::INCOMPLETE
    } else {
        exit::CLEAN
    })
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or_default()
}

/// As the host's own file says it; the machine's own name where it is looked at itself.
fn host_name(root: &Path) -> Option<String> {
    let own = if root == Path::new("/") { "proc/sys/kernel/hostname" } else { "etc/hostname" };
    let name = fs::read_to_string(root.join(own)).or_else(|_| fs::read_to_string(root.join("etc/hostname"))).ok()?;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

fn write<'a>(path: &Path, rows: impl Iterator<Item = &'a Value>) -> Result<(), Error> {
    let failed = |e: std::io::Error| Error::Usage(format!("cannot write {}: {e}", path.display()));
    fs::create_dir_all(path.parent().unwrap_or(path)).map_err(failed)?;
    let text: String = rows.map(|row| format!("{row}\n")).collect();
    fs::write(path, text).map_err(failed)
}
