//! All content of a run: what the program carries, and what the user adds or replaces.

use crate::exclusions::{Policy, compile, open_to_all};
use crate::{ContentError, Hunt, RuleFile, Watchlist, embedded_files, functions};
use model::StoredFunction;
use std::fs;
use std::path::{Path, PathBuf};

/// Hunts, functions, watchlists, rules and policies, each sorted by name.
#[derive(Clone, Debug, Default)]
pub struct Library {
    pub hunts: Vec<Hunt>,
    pub functions: Vec<StoredFunction>,
    pub watchlists: Vec<Watchlist>,
    pub rules: Vec<RuleFile>,
    /// The user's, beside the built-in ones.
    pub added_rules: Vec<RuleFile>,
    /// With the file that each came from.
    pub policies: Vec<(String, Policy)>,
}

/// No file of content is that large.
const MAX_FILE: u64 = 64 << 20;

impl Library {
    /// The content that the program carries.
    pub fn embedded() -> Result<Self, Vec<ContentError>> {
        let mut library = Self::default();
        let mut errors = Vec::new();
        for (name, text) in embedded_files() {
            if let Err(error) = library.add_embedded(&name, &text) {
                errors.push(error);
            }
        }
        library.sort();
        if errors.is_empty() { Ok(library) } else { Err(errors) }
    }

    fn add_embedded(&mut self, name: &str, text: &str) -> Result<(), ContentError> {
        let path = Path::new(name);
        let stem = stem(path);
        match name.split('/').next().unwrap_or_default() {
            "hunts" if name.ends_with("/hunt.yaml") => {
                let id = name.split('/').nth(1).unwrap_or_default();
                self.hunts.push(Hunt::parse(name, id, text)?);
            }
            "functions" if name.ends_with(".yaml") => self.functions.extend(functions::parse(name, text)?),
            "watchlists" if name.ends_with(".csv") => self.watchlists.push(Watchlist::parse(name, &stem, text)?),
            "yara" if name.ends_with(".yar") => self.rules.push(RuleFile { name: stem, text: text.to_owned() }),
            _ => {}
        }
        Ok(())
    }

    /// Adds hunts of a file or folder; of a folder with all content, as it is written out, its hunts.
    pub fn add_hunts(&mut self, path: &Path) -> Vec<ContentError> {
        let whole = ["hunts", "functions", "watchlists"].iter().all(|part| path.join(part).is_dir());
        let hunts = if whole { path.join("hunts") } else { path.to_owned() };
        self.each(&hunts, &["yaml", "yml"], |library, name, text| {
            let file = Path::new(name);
            let id = match stem(file) {
                // Our own layout: the folder names the hunt.
                stem if stem == "hunt" => file.parent().map(stem_of_folder).unwrap_or_default(),
                stem => stem,
            };
            library.hunts.push(Hunt::parse(name, &id, text)?);
            Ok(())
        })
    }

    /// Adds YARA rules of a file or folder.
    pub fn add_rules(&mut self, path: &Path) -> Vec<ContentError> {
        self.each(path, &["yar", "yara"], |library, name, text| {
            library.added_rules.push(RuleFile { name: name.to_owned(), text: text.to_owned() });
            Ok(())
        })
    }

    /// Adds watchlists of a file or folder of CSV; one of the same name replaces.
    pub fn add_watchlists(&mut self, path: &Path) -> Vec<ContentError> {
        self.each(path, &["csv"], |library, name, text| {
            let list = Watchlist::parse(name, &stem(Path::new(name)), text)?;
            if let Some(own) = library.watchlists.iter().find(|own| own.alias.eq_ignore_ascii_case(&list.alias)) {
                list.replaces(own).map_err(|reason| ContentError::file(name, reason))?;
            }
            library.watchlists.retain(|other| !other.alias.eq_ignore_ascii_case(&list.alias));
            library.watchlists.push(list);
            Ok(())
        })
    }

    /// Adds policies of a file or folder, and compiles them.
    pub fn add_exclusions(&mut self, path: &Path) -> Vec<ContentError> {
        // A policy may have several faults, each of which is told.
        let mut refused = Vec::new();
        let mut errors = self.each(path, &["yaml", "yml"], |library, name, text| {
            if let Some(fault) = open_to_all(Path::new(name)) {
                refused.push(fault.error(name));
                return Ok(());
            }
            match Policy::parse(name, text) {
                Ok(policy) => library.policies.push((name.to_owned(), policy)),
                Err(faults) => refused.extend(faults),
            }
            Ok(())
        });
        errors.extend(refused);
        errors.extend(self.compile_exclusions());
        errors
    }

    /// Makes the watchlists that the policies are judged by.
    pub fn compile_exclusions(&mut self) -> Vec<ContentError> {
        let (lists, faults) = compile(&self.policies);
        self.watchlists.retain(|w| lists.iter().all(|l| l.alias != w.alias));
        self.watchlists.extend(lists);
        self.sort();
        faults
    }

    /// A stored function and those that it rests on, by name.
    pub fn function_with_parts(&self, name: &str) -> Vec<&StoredFunction> {
        let mut names = vec![name.to_owned()];
        let mut done = 0;
        while let Some(name) = names.get(done).cloned() {
            done += 1;
            let Some(function) = self.functions.iter().find(|f| *f.name == *name) else { continue };
            for other in &self.functions {
                let called = function.body.match_indices(&*other.name).any(|(at, found)| {
                    let rest = function.body.get(at + found.len()..).unwrap_or_default();
                    !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')
                });
                if called && !names.iter().any(|n| **n == *other.name) {
                    names.push(other.name.to_string());
                }
            }
        }
        self.functions.iter().filter(|f| names.iter().any(|n| **n == *f.name)).collect()
    }

    /// Whether any policy is at hand.
    pub fn has_policies(&self) -> bool {
        !self.policies.is_empty()
    }

    fn each(
        &mut self,
        path: &Path,
        kinds: &[&str],
        mut add: impl FnMut(&mut Self, &str, &str) -> Result<(), ContentError>,
    ) -> Vec<ContentError> {
        let mut errors = Vec::new();
        let files = match list(path, kinds) {
            Ok(files) => files,
            Err(error) => return vec![error],
        };
        if files.is_empty() {
            return vec![ContentError::file(path.display().to_string(), format!("no file ends in .{}", kinds.join(" or .")))];
        }
        for file in files {
            let name = file.display().to_string();
            let added = match read(&file) {
                Ok(text) => add(self, &name, &text),
                Err(reason) => Err(ContentError::file(&name, reason)),
            };
            errors.extend(added.err());
        }
        self.sort();
        errors
    }

    fn sort(&mut self) {
        self.hunts.sort_by(|a, b| a.id.cmp(&b.id));
        self.functions.sort_by(|a, b| a.name.cmp(&b.name));
        self.watchlists.sort_by(|a, b| a.alias.cmp(&b.alias));
        self.rules.sort_by(|a, b| a.name.cmp(&b.name));
        self.added_rules.sort_by(|a, b| a.name.cmp(&b.name));
        self.policies.sort_by(|a, b| a.1.id.cmp(&b.1.id));
    }
}

/// The files below a path with one of the endings, sorted, each with its text or why it cannot be read.
pub fn files(path: &Path, kinds: &[&str]) -> Vec<(String, Result<String, ContentError>)> {
    let found = match list(path, kinds) {
        Ok(found) if found.is_empty() => Err(format!("no file ends in .{}", kinds.join(", ."))),
        Ok(found) => Ok(found),
        Err(error) => return vec![(path.display().to_string(), Err(error))],
    };
    match found {
        Ok(found) => {
            found.iter().map(|f| (f.display().to_string(), read(f).map_err(|e| ContentError::file(f.display().to_string(), e)))).collect()
        }
        Err(reason) => vec![(path.display().to_string(), Err(ContentError::file(path.display().to_string(), reason)))],
    }
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default()
}

fn stem_of_folder(path: &Path) -> String {
    path.file_name().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The files below a path with one of the endings, sorted; links are not followed.
fn list(path: &Path, kinds: &[&str]) -> Result<Vec<PathBuf>, ContentError> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(path).sort_by_file_name() {
        let entry = entry.map_err(|e| {
            let at = e.path().unwrap_or(path).display().to_string();
            ContentError::file(at, e.io_error().map_or_else(|| e.to_string(), ToString::to_string))
        })?;
        let kind = entry.path().extension().map(|e| e.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
        // Beside a hunt lies the evidence that it is tested with.
        let evidence = entry.path().strip_prefix(path).is_ok_and(|below| below.components().any(|part| part.as_os_str() == "evidence"));
        if entry.file_type().is_file() && kinds.contains(&kind.as_str()) && !evidence {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

fn read(path: &Path) -> Result<String, String> {
    let size = fs::metadata(path).map_err(|e| e.to_string())?.len();
    if size > MAX_FILE {
        return Err(format!("{size} bytes are too many for a file of content"));
    }
    String::from_utf8(fs::read(path).map_err(|e| e.to_string())?)
        .map_err(|error| not_utf8(error.as_bytes(), error.utf8_error().valid_up_to()))
}

/// Which byte is no UTF-8, and in which line.
fn not_utf8(bytes: &[u8], at: usize) -> String {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return "the file is UTF-16: save it as UTF-8".to_owned();
    }
    let (before, rest) = bytes.split_at_checked(at).unwrap_or((bytes, &[]));
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let byte = rest.first().copied().unwrap_or_default();
    format!("line {line}: byte {} of the file is 0x{byte:02x}, which is no UTF-8: save the file as UTF-8", at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_utf8_is_told_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("p.yaml");
        for (bytes, why) in [(&b"id: a\nreason: N\xe4chtlich\n"[..], "line 2: byte 16 of the file is 0xe4"), (b"\xff\xfei\0d\0", "UTF-16")]
        {
            fs::write(&file, bytes).unwrap();
            assert!(read(&file).unwrap_err().contains(why), "{:?}", read(&file));
        }
    }

    #[test]
    fn embedded_content_is_well_formed() {
        let library = Library::embedded().unwrap();
        let ids: Vec<_> = library.hunts.iter().map(|h| &h.id).collect();
        let mut unique = ids.clone();
        unique.dedup();
        assert_eq!(ids, unique);
    }

    /// Sentinel takes rules of up to 10,000 characters.
    #[test]
    fn no_query_outgrows_a_rule() {
        let library = Library::embedded().unwrap();
        let hunts = library.hunts.iter().map(|h| (&*h.id, &*h.query));
        for (name, text) in hunts.chain(library.functions.iter().map(|f| (&*f.name, &*f.body))) {
            assert!(text.chars().count() <= 10_000, "{name}");
        }
    }

    #[test]
    fn the_example_policies_are_sound() {
        let mut library = Library::default();
        let errors = library.add_exclusions(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/exclusions"));
        assert_eq!(errors, []);
        assert_eq!(library.policies.len(), 9);
        assert_eq!(library.watchlists.iter().map(|w| w.alias.as_str()).collect::<Vec<_>>(), ["PoolhoundPolicies", "PoolhoundWindows"]);
    }
}
