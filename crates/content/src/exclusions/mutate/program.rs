//! Another program: where it lies, what it is, who vouches for it.

use super::super::judge_lists::path_listed;
use super::super::values::on_windows;
use super::Mutants;
use super::names::lookalike;

const DIGEST: &str = "fefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefe";

pub(super) fn mutate(made: &mut Mutants<'_>) {
    paths(made);
    child(made);
    made.add("sha256", "another binary", |s| DIGEST.clone_into(&mut s.sha256));
    made.add("sha256", "no hash", |s| s.sha256.clear());
    for hash in made.policy.must_not.sha256.iter().flatten() {
        made.add("not_sha256", "a binary that is forbidden", |s| hash.clone_into(&mut s.sha256));
    }
    made.add("not_sha256", "no hash", |s| s.sha256.clear());
    vouched(made);
    let rules = &made.policy.must.rule;
    let listed = |rule: &&str| rules.iter().flatten().any(|own| own == rule);
    let other = ["xmrig", "coinminer", "another"].into_iter().find(|rule| !listed(rule)).unwrap_or("another rule");
    made.add("rule", "another YARA rule beside it", |s| s.rules.push(other.to_owned()));
    made.add("rule", "another YARA rule", |s| s.rules = vec![other.to_owned()]);
    made.add("rule", "no YARA rule known", |s| s.rules.clear());
    if let Some(rule) = made.row.rules.first() {
        made.spellings("rule", rule, rules, |s, other| s.rules = vec![other]);
    }
}

fn paths(made: &mut Mutants<'_>) {
    let (path, listed) = (made.row.path.as_str(), made.policy.must.path.as_deref().unwrap_or_default());
    let windows = on_windows(path);
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let account = made.row.account.rsplit('\\').next().unwrap_or_default();
    let folder = path.get(..path.len() - name.len()).unwrap_or_default();
    let mut others: Vec<(&'static str, String)> = match windows {
        true => vec![
            ("in a temporary folder", format!(r"C:\Windows\Temp\{name}")),
            ("in a user's own folder", format!(r"C:\Users\{account}\AppData\Local\{name}")),
            ("in another folder", format!(r"C:\ProgramData\Sync\{name}")),
            ("on another drive", format!("D:{}", path.get(2..).unwrap_or_default())),
            ("up out of the folder", format!(r"{folder}..\..\ProgramData\{name}")),
        ],
        false => vec![
            ("in a temporary folder", format!("/tmp/{name}")),
            ("in memory", format!("/dev/shm/.x/{name}")),
            ("in a user's own folder", format!("/home/{account}/{name}")),
            ("in another folder", format!("/usr/local/lib/{name}")),
            ("up out of the folder", format!("{folder}../../tmp/{name}")),
        ],
    };
    // The letter of a drive is no name.
    others.extend(lookalike(path, if windows { 3 } else { 0 }).map(|other| ("a Cyrillic letter in it", other)));
    if let Some(k) = path.find(['k', 'K']).filter(|_| windows) {
        let (before, after) = (path.get(..k).unwrap_or_default(), path.get(k + 1..).unwrap_or_default());
        others.push(("the sign of Kelvin for a K", format!("{before}\u{212a}{after}")));
    }
    // In a folder that is allowed a name may be any; a line feed may not be in one.
    others.push(("a line more", format!("{path}\nx")));
    if !listed.iter().any(|place| place.ends_with('*') && path_listed(std::slice::from_ref(place), path)) {
        others.push(("a dot at the end", format!("{path}.")));
        others.push(("a space at the end", format!("{path} ")));
        others.push(("a letter more", format!("{path}x")));
        others.push(("its name alone", name.to_owned()));
        if !windows {
            others.push(("letters of the other case", path.to_uppercase()));
        }
    }
    for (what, other) in others {
        // It may be allowed as well.
        if !path_listed(listed, &other) {
            made.add("path", what, |s| s.path = other);
        }
    }
    made.add("path", "no path", |s| s.path.clear());
    made.add("path", "where others than administrators write", |s| s.others_write = true);
    for place in made.policy.must_not.path.iter().flatten() {
        made.add("not_path", "where it is forbidden", |s| s.path = place.replace('*', "program"));
    }
    made.add("not_path", "no path", |s| s.path.clear());
}

/// What the approved program starts is another program.
fn child(made: &mut Mutants<'_>) {
    let Some(fact) = ["path", "sha256", "signer", "package", "parent"].into_iter().find(|fact| made.asks(fact)) else { return };
    let row = made.row;
    let path = if on_windows(&row.path) { r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe" } else { "/usr/bin/perl" };
    if path_listed(made.policy.must.path.as_deref().unwrap_or_default(), path) {
        return;
    }
    made.add(fact, "a child of the approved program", |s| {
        s.parent.clone_from(&row.path);
        s.parent_command_line.clone_from(&row.command_line);
        s.grandparent = row.parent.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        s.grandparent_path.clone_from(&row.parent);
        path.clone_into(&mut s.path);
        DIGEST.clone_into(&mut s.sha256);
        (s.signers, s.packages) = (None, None);
    });
}

fn vouched(made: &mut Mutants<'_>) {
    let (must, must_not) = (&made.policy.must, &made.policy.must_not);
    made.add("signer", "another signer", |s| s.signers = Some(vec!["Contoso Miners Ltd".to_owned()]));
    made.add("signer", "unsigned", |s| s.signers = Some(Vec::new()));
    made.add("signer", "signature not known", |s| s.signers = None);
    if let Some(signer) = made.row.signers.iter().flatten().next() {
        made.spellings("signer", signer, &must.signer, |s, other| s.signers = Some(vec![other]));
    }
    made.add("package", "a file of another package", |s| s.packages = Some(vec!["nano".to_owned()]));
    made.add("package", "the package's path with another digest", |s| s.packages = Some(Vec::new()));
    made.add("package", "no inventory of the host", |s| s.packages = None);
    if let Some(package) = made.row.packages.iter().flatten().next() {
        made.spellings("package", package, &must.package, |s, other| s.packages = Some(vec![other]));
    }
    for signer in must_not.signer.iter().flatten() {
        made.add("not_signer", "a signer that is forbidden beside it", |s| s.signers.get_or_insert_default().push(signer.clone()));
    }
    made.add("not_signer", "signature not known", |s| s.signers = None);
    for package in must_not.package.iter().flatten() {
        made.add("not_package", "of a package that is forbidden as well", |s| s.packages.get_or_insert_default().push(package.clone()));
    }
    made.add("not_package", "no inventory of the host", |s| s.packages = None);
}
