//! The content that the program carries, and the templates of policies.

use std::io::Read;

static CONTENT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/content.bin"));
static TEMPLATES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/templates.bin"));
/// Also in `build.rs`.
const MASK: u8 = 0x5a;

/// All embedded files in order: path below `content/`, text.
pub fn files() -> Vec<(String, String)> {
    unpack(CONTENT)
}

/// The files of `examples/exclusions/` in order: name, text.
pub(crate) fn templates() -> Vec<(String, String)> {
    unpack(TEMPLATES)
}

fn unpack(packed: &[u8]) -> Vec<(String, String)> {
    let masked: Vec<u8> = packed.iter().map(|byte| byte ^ MASK).collect();
    let mut bytes = Vec::new();
    if flate2::read::DeflateDecoder::new(masked.as_slice()).read_to_end(&mut bytes).is_err() {
        return Vec::new();
    }
    let mut rest = bytes.as_slice();
    let mut files = Vec::new();
    while let Some(name) = part(&mut rest)
        && let Some(text) = part(&mut rest)
    {
        files.push((name, text));
    }
    files
}

fn part(rest: &mut &[u8]) -> Option<String> {
    let (length, after) = rest.split_first_chunk::<4>()?;
    let (part, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *rest = after;
    Some(String::from_utf8_lossy(part).into_owned())
}
