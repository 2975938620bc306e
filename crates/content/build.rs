//! Packs the folder `content/`, and the policies of `examples/exclusions/`, each into a compressed archive that the library embeds.
//!
//! Rules and pool names in the clear make anti-virus programs take the hunter for the prey; compressed and masked they do not.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Also in `src/embedded.rs`.
const MASK: u8 = 0x5a;

fn main() -> io::Result<()> {
    let project = Path::new(&env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join("../..");
    pack(&project.join("content"), "content.bin")?;
    // Apart from the content: a template is to be read and changed, and never in force.
    pack(&project.join("examples/exclusions"), "templates.bin")
}

fn pack(root: &Path, archive: &str) -> io::Result<()> {
    println!("cargo:rerun-if-changed={}", root.display());
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new(root)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .filter(|path| wanted(path.strip_prefix(root).unwrap_or(path)))
        .collect();
    files.sort();
    let mut packed = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    for path in files {
        println!("cargo:rerun-if-changed={}", path.display());
        let name = path.strip_prefix(root).map_err(io::Error::other)?.to_string_lossy().replace('\\', "/");
        let text = fs::read(&path)?;
        for part in [name.as_bytes(), &text] {
            packed.write_all(&(part.len() as u32).to_le_bytes())?;
            packed.write_all(part)?;
        }
    }
    let masked: Vec<u8> = packed.finish()?.into_iter().map(|byte| byte ^ MASK).collect();
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    fs::write(Path::new(&out).join(archive), masked)
}

/// The evidence of hunts is for tests, not for users.
fn wanted(path: &Path) -> bool {
    let kind = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    matches!(kind, "yaml" | "csv" | "yar") && !path.components().any(|part| part.as_os_str() == "evidence")
}
