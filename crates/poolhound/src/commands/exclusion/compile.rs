//! `poolhound exclusion compile`: what judges findings in a workspace.

use super::{embedded, tell};
use crate::cli::exclusion::{CompileArgs, Level};
use crate::error::Error;
use crate::progress::complain;
use ::content::exclusions::{POLICY_LIST, Policy, WINDOW_LIST, policy_hash};
use ::content::{ContentError, Library};
use model::exit;
use serde_json::json;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The function that judges rows.
const FUNCTION: &str = "PoolhoundExplain";

pub(super) fn run(args: &CompileArgs, quiet: bool) -> Result<u8, Error> {
    if args.paths.is_empty() {
        return Err(Error::Usage("compile needs policies: poolhound exclusion compile PATH... --output DIR (see --help)".to_owned()));
    }
    let mut library = embedded()?;
    let (mut faulty, mut refused) = (false, 0);
    for path in &args.paths {
        let faults = library.add_exclusions(path);
        // A file may have several faults.
        let files: BTreeSet<&str> = faults.iter().map(ContentError::place).collect();
        refused += files.len();
        faulty |= tell(&faults);
    }
    library.policies.retain(|(file, policy)| {
        let lacking = needs(policy).into_iter().filter(|(_, level)| *level > args.level).collect::<Vec<_>>();
        for (fact, level) in &lacking {
            complain(&format!("{file}: policy `{}` is left out: `{fact}` needs {}", policy.id, tables(*level)));
        }
        refused += usize::from(!lacking.is_empty());
        lacking.is_empty()
    });
    faulty |= tell(&library.compile_exclusions());
    write(&library, args)?;
    if !quiet {
        complain(&format!(
            "{}: {} policies, {} stored functions; {refused} policies left out",
            args.output.display(),
            library.policies.len(),
            library.function_with_parts(FUNCTION).len()
        ));
    }
    Ok(if faulty {
        exit::USAGE
    } else if refused > 0 {
        exit::FINDINGS
    } else {
        exit::CLEAN
    })
}

/// The facts of a policy that not every workspace can tell.
fn needs(policy: &Policy) -> Vec<(&'static str, Level)> {
    let (must, not) = (&policy.must, &policy.must_not);
    let claims = |class: &str| policy.explains.iter().any(|c| c == class);
    let facts = [
        (must.signer.is_some() || not.signer.is_some(), "signer", Level::Certificates),
        (must.package.is_some() || not.package.is_some(), "package", Level::Custom),
        (must.wallet.is_some() || not.wallet.is_some(), "wallet", Level::Custom),
        (not.mining_protocol, "must_not.mining_protocol", Level::Custom),
        (not.valid_wallet, "must_not.valid_wallet", Level::Custom),
        (must.rule.is_some(), "rule", Level::Custom),
        (claims("stratum_payload"), "explains stratum_payload", Level::Custom),
        (claims("yara_file") || claims("yara_memory"), "explains yara_file", Level::Custom),
    ];
    facts.into_iter().filter(|(asked, ..)| *asked).map(|(_, fact, level)| (fact, level)).collect()
}

fn tables(level: Level) -> &'static str {
    match level {
        Level::Native => "no more than Sentinel's own tables",
        Level::Certificates => "DeviceFileCertificateInfo (--level certificates)",
        Level::Custom => "Poolhound's custom tables (--level custom)",
    }
}

fn write(library: &Library, args: &CompileArgs) -> Result<(), Error> {
    let folder = &args.output;
    let put = |name: &Path, text: &str| -> Result<(), Error> {
        let path = folder.join(name);
        let failed = |e: std::io::Error| Error::Usage(format!("cannot write {}: {e}", path.display()));
        fs::create_dir_all(path.parent().unwrap_or(folder)).map_err(failed)?;
        fs::write(&path, text).map_err(failed)
    };
    let level = match args.level {
        Level::Native => "native",
        Level::Certificates => "certificates",
        Level::Custom => "custom",
    };
    let mut hashes: Vec<(String, String)> = library.policies.iter().map(|(_, p)| (p.id.clone(), policy_hash(p))).collect();
    hashes.sort();
    for function in library.function_with_parts(FUNCTION) {
        let listed: Vec<String> = hashes.iter().map(|(id, hash)| format!("// policy {id} {hash}\n")).collect();
        let policies = if &*function.name == FUNCTION { listed.concat() } else { String::new() };
        let text = format!(
            "// capability level: {level}\n{policies}let {} = ({}) {{\n{}\n}};\n",
            function.name,
            function.parameters,
            function.body.trim_end()
        );
        put(&Path::new("functions").join(format!("{}.kql", function.name)), &text)?;
    }
    for list in library.watchlists.iter().filter(|w| [POLICY_LIST, WINDOW_LIST].contains(&w.alias.as_str())) {
        put(&Path::new("watchlists").join(format!("{}.csv", list.alias)), &list.to_csv())?;
    }
    let policies: Vec<_> = hashes.iter().map(|(id, hash)| json!({"id": id, "hash": hash})).collect();
    let manifest = json!({"level": level, "program": env!("CARGO_PKG_VERSION"), "policies": policies});
    put(Path::new("manifest.json"), &format!("{manifest:#}\n"))
}
