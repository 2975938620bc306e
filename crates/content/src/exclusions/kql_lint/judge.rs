//! What each exclusion hides beside what is meant.

use super::super::lint::{block_sharer, pattern_matches_anything, refused_name, writable_folder};
use super::atoms::{Atom, Compare};
use super::columns::{Writer, holds_paths, names_addresses, names_hosts, writer};
use super::find::Exclusion;
use super::source::Source;
use super::{MOST, QueryRemark, QueryRemarkKind as Kind};
use crate::intel::{Matching, Target, halves, has_known_suffix};
use kql_syntax::Span;
use std::collections::BTreeSet;
use std::net::Ipv4Addr;

/// Where the wrong form is taught.
const PAGE: &str = "https://learn.microsoft.com/azure/sentinel/false-positives";
/// More conditions than that are not said again.
const SHOWN: usize = 20;
/// Shorter words are in nearly everything.
const SHORT: usize = 4;

pub(super) fn remarks(source: &Source, exclusions: &[Exclusion], out: &mut Vec<QueryRemark>) {
    // A kind of event or a result is no activity; what is empty or nobody's address is no exclusion.
    let meant: Vec<&Exclusion> =
        exclusions.iter().filter(|e| e.atoms.iter().any(|a| is_activity(a) && a.compare != Compare::Range && !nothing(a))).collect();
    let either = either(source, &meant, out);
    for exclusion in &meant {
        if out.len() > MOST {
            break;
        }
        if !either.contains(&exclusion.predicate) || exclusion.atoms.len() > 1 {
            attacker_only(source, exclusion, out);
        }
        for atom in &exclusion.atoms {
            values(source, exclusion, atom, out);
        }
    }
    let ends = |e: &&&Exclusion| e.atoms.iter().any(|a| writer(&a.column) == Writer::Time);
    if let Some(first) = meant.iter().find(|e| !ends(e)) {
        let hides = "it never ends: what it hides is hidden when nobody remembers why";
        let instead = format!("give it an end: not({} and TimeGenerated < datetime(2027-02-18))", positive(source, first));
        out.push(source.remark(Kind::NoEnd, first.span, hides, instead));
    }
}

/// Whether the atom tells an activity: by who, what or where, or by the name of a host in a column that is called no more than a name.
fn is_activity(atom: &Atom) -> bool {
    let host = |value: &String| {
        let name = value.trim_start_matches('.').replace("\\.", ".");
        let name = name.trim_matches(|c: char| !c.is_alphanumeric());
        name.contains('.') && has_known_suffix(&name.to_ascii_lowercase())
    };
    writer(&atom.column) != Writer::Other || (names_hosts(&atom.column) && atom.values.iter().any(host))
}

/// `!= ''`, and what is nobody's: addresses of the host itself, of groups, of private networks as a whole; accounts of machines.
fn nothing(atom: &Atom) -> bool {
    const NOBODY: [&str; 8] = ["127.", "224.", "239.", "255.", "169.254.", "fe80:", "ff02:", "0."];
    const PRIVATE: [&str; 5] = ["10.", "192.168.", "172.1", "172.2", "172.3"];
    let starts = |value: &str, with: &[&str]| with.iter().any(|start| value.starts_with(start));
    let local = |value: &str| {
        value.is_empty()
            || starts(value, &NOBODY)
            || (atom.compare == Compare::Starts && starts(value, &PRIVATE))
            || matches!(value, "::1" | "localhost" | "-" | "$")
    };
    !atom.values.is_empty() && atom.values.iter().all(|value| local(value))
}

/// Who writes what the atom compares. Some columns that are named after a name hold a whole path.
fn written_by(atom: &Atom) -> Writer {
    let path = |value: &String| value.starts_with('/') || value.get(1..).is_some_and(|rest| rest.starts_with(':'));
    // A name that is looked for anywhere in a path is found in a folder of anybody's, unless it begins at a drive.
    let anywhere = matches!(atom.compare, Compare::Has | Compare::Contains | Compare::Ends);
    let rooted = |value: &String| value.starts_with(":\\") || value.get(1..).is_some_and(|rest| rest.starts_with(":\\"));
    let told = |value: &String| rooted(value) || writable_folder(value, false).is_some();
    if anywhere && holds_paths(&atom.column) && !atom.values.is_empty() && !atom.values.iter().any(told) {
        return Writer::Attacker;
    }
    match writer(&atom.column) {
        Writer::Attacker if matches!(atom.compare, Compare::Equal | Compare::Starts) && atom.values.iter().any(path) => Writer::Entity,
        writer => writer,
    }
}

/// `A != x and B != y`: by De Morgan's law not(A == x or B == y). Gives the predicates of which it is said.
fn either(source: &Source, exclusions: &[&Exclusion], out: &mut Vec<QueryRemark>) -> BTreeSet<Span> {
    let mut said = BTreeSet::new();
    for together in exclusions.chunk_by(|a, b| a.predicate == b.predicate) {
        let alone: Vec<&Atom> = together
            .iter()
            .filter(|e| e.atoms.len() == 1 && !e.more)
            .filter_map(|e| e.atoms.first().filter(|a| a.compare != Compare::Network && a.compare != Compare::Range))
            .collect();
        let columns: BTreeSet<&str> = alone.iter().map(|a| a.column.as_str()).collect();
        // The same in two columns is meant of either.
        let same = alone.iter().all(|a| alone.first().is_some_and(|b| a.values == b.values));
        let Some(predicate) = together.first().map(|e| e.predicate).filter(|_| columns.len() > 1 && !same) else { continue };
        said.insert(predicate);
        let terms: Vec<String> = alone.iter().take(SHOWN).map(|a| term(source, a)).collect();
        let hides = format!("hides every event where EITHER holds: {} (the form that {PAGE} shows for both together)", terms.join(", or "));
        out.push(source.remark(Kind::Either, predicate, hides, format!("where not({})", terms.join(" and "))));
    }
    said
}

fn attacker_only(source: &Source, exclusion: &Exclusion, out: &mut Vec<QueryRemark>) {
    let writers = || exclusion.atoms.iter().map(written_by).filter(|w| *w != Writer::Time);
    if exclusion.more || !writers().all(|w| w == Writer::Attacker) {
        return;
    }
    let mut columns: Vec<&str> = exclusion.atoms.iter().filter(|a| written_by(a) == Writer::Attacker).map(|a| a.column.as_str()).collect();
    columns.dedup();
    let named = exclusion.atoms.iter().flat_map(|a| &a.values).find(|v| !v.is_empty() && v.len() <= 40 && !v.contains(char::is_whitespace));
    let example = named.map_or_else(String::new, |name| format!("; who calls a miner `{name}` is hidden with it"));
    let hides = format!("hides whatever has it in {}, which whoever starts a program writes{example}", columns.join(" and "));
    let instead = format!(
        "where not({} and FolderPath == '<its whole path>' and SHA256 in (<its hashes>) and DeviceName in (<its hosts>) and TimeGenerated < datetime(<end>)), or a policy of Poolhound",
        positive(source, exclusion)
    );
    out.push(source.remark(Kind::AttackerOnly, exclusion.span, hides, instead));
}

fn values(source: &Source, exclusion: &Exclusion, atom: &Atom, out: &mut Vec<QueryRemark>) {
    let mut add = |kind, hides: String, instead: String| out.push(source.remark(kind, atom.span, hides, instead));
    for value in atom.values.iter().take(MOST) {
        if atom.compare == Compare::Regex {
            if pattern_matches_anything(value) {
                let hides = format!("`{value}` matches anything: every row is hidden");
                add(Kind::Anything, hides, "name what is meant from ^ to $".to_owned());
            } else if !(value.starts_with('^') && value.ends_with('$')) {
                let hides = format!("`{value}` is looked for anywhere in {}: what only quotes it is hidden as well", atom.column);
                add(Kind::Anything, hides, format!("`^{value}$`, with all that may stand before and behind"));
            }
        } else if matches!(atom.compare, Compare::Contains | Compare::Has)
            && value.chars().count() < SHORT
            && !value.is_empty()
            && !exclusion.more
        {
            add(
                Kind::Anything,
                format!("`{value}` is in many a text that is not meant"),
                format!("compare the whole of {} with ==", atom.column),
            );
        }
        if let Some((folder, why)) =
            Some(value).filter(|_| holds_paths(&atom.column)).and_then(|value| writable_folder(value, atom.compare == Compare::Starts))
        {
            let hides = format!("hides all that lies in {folder}: {why}");
            add(
                Kind::Folder,
                hides,
                format!("name the program's own path: not({} == '<whole path>' and SHA256 in (<its hashes>))", atom.column),
            );
        }
        let address = atom.compare == Compare::Equal && names_addresses(&atom.column) && value.parse::<Ipv4Addr>().is_ok();
        if (atom.compare == Compare::Network || address)
            && let Some(who) = block_sharer(value)
        {
            add(Kind::Shared, format!("`{value}` is {who}"), "name the very addresses, with the host and the port".to_owned());
        }
        if atom.compare == Compare::Starts && names_addresses(&atom.column) {
            prefix(atom, value, &mut add);
        }
        if names_hosts(&atom.column) {
            domain(atom, value, &mut add);
        }
    }
}

/// Addresses that begin with the same signs are many owners', or others than are meant.
fn prefix(atom: &Atom, value: &str, add: &mut impl FnMut(Kind, String, String)) {
    let parts: Vec<&str> = value.trim_end_matches('.').split('.').collect();
    let octets = parts.len() <= 4 && parts.iter().all(|part| part.parse::<u8>().is_ok());
    let private = matches!(parts.as_slice(), ["10", ..] | ["127", ..] | ["192", "168", ..] | ["169", "254", ..])
        || matches!(parts.as_slice(), ["172", second, ..] if second.parse::<u8>().is_ok_and(|n| (16..32).contains(&n)));
    if !octets {
        return;
    }
    if parts.len() < 3 && !private {
        let hides = format!("`{value}` is the begin of {} addresses of many owners", 1_u64 << (8 * (4 - parts.len())));
        add(Kind::Shared, hides, "name the very addresses, with the host and the port".to_owned());
    } else if !value.ends_with('.') {
        let column = &atom.column;
        let hides = format!("`startswith '{value}'` hides {value}0 to {value}9 as well, and what goes on behind them");
        add(Kind::DomainMatch, hides, format!("not({column} == '{value}'), or ipv4_is_in_range({column}, '<network>')"));
    }
}

/// A name that is compared so that others match, or that many share.
fn domain(atom: &Atom, value: &str, add: &mut impl FnMut(Kind, String, String)) {
    let Ok(target) = Target::parse(value.trim_start_matches('.')) else { return };
    let Some(name) = target.name().filter(|name| has_known_suffix(name)) else { return };
    if let Some((left, right, _)) = halves(name, &|_| false) {
        add(Kind::Fused, format!("`{value}` looks like two names in one, and hides neither"), format!("write {left} and {right}"));
    } else if let Some(reason) = refused_name(name) {
        add(
            Kind::Shared,
            format!("`{value}`: {reason}; a pool there is hidden"),
            "name the single hosts that are meant, each whole".to_owned(),
        );
    }
    let matching = match atom.compare {
        Compare::Has => Matching::Words,
        Compare::Contains => Matching::Anywhere,
        Compare::Starts => Matching::Start,
        Compare::Ends => Matching::End,
        _ => return,
    };
    if let Some(hit) = matching.wrong_hit(value, name) {
        let column = &atom.column;
        let hides = format!("`{} '{value}'` hides {hit} as well, which anybody may register or name so", atom.operator);
        add(Kind::DomainMatch, hides, format!("not({column} =~ '{name}' or {column} endswith '.{name}')"));
    }
}

/// The atoms without their negation, joined by `and`.
fn positive(source: &Source, exclusion: &Exclusion) -> String {
    exclusion.atoms.iter().take(SHOWN).map(|a| term(source, a)).collect::<Vec<_>>().join(" and ")
}

fn term(source: &Source, atom: &Atom) -> String {
    match atom.operator {
        _ if atom.value == atom.span && atom.compare == Compare::Equal => format!("{} in (<its values>)", atom.column),
        "" | "<" => source.shown(atom.span),
        operator => format!("{} {operator} {}", atom.column, source.shown(atom.value)),
    }
}
