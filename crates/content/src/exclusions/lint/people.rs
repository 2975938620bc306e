//! Who answers for a policy: owner and approver as people, not as texts.

use super::super::fault::Faults;
use super::super::policy::Policy;
use super::super::spelling::{invisible, mixed_scripts};
use super::super::values;
use icu_normalizer::ComposingNormalizerBorrowed;
use regex::Regex;
use std::sync::OnceLock;

/// What stands in a form that nobody filled in.
const PLACEHOLDERS: &[&str] = &[
    "tbd",
    "tba",
    "tbc",
    "todo",
    "fixme",
    "none",
    "n/a",
    "na",
    "n.a",
    "nil",
    "null",
    "nothing",
    "unknown",
    "unclear",
    "nobody",
    "noone",
    "no one",
    "anybody",
    "anyone",
    "somebody",
    "someone",
    "everybody",
    "everyone",
    "self",
    "myself",
    "me",
    "x",
    "xx",
    "xxx",
    "xxxx",
    "asdf",
    "foo",
    "bar",
    "placeholder",
    "changeme",
    "change me",
    "pending",
    "test",
    "testing",
    "fp",
    "false positive",
    "see ticket",
    "verbal",
    "auto",
    "auto-approved",
    "automatic",
    "automatically",
    "system",
    "bot",
    "admin",
    "later",
];

/// One who is named: by an address, by an account, by a name, or by several of them.
#[derive(Debug, Default, PartialEq)]
struct Person {
    /// Before the `@` or behind the `\`, without a tag.
    local: Option<String>,
    /// Of an address; an account's domain is not known by its name in the DNS.
    domain: Option<String>,
    /// The words of the name in their order in the alphabet.
    name: Vec<String>,
}

impl Policy {
    /// Who answers for it.
    pub(in super::super) fn check_papers(&self, faults: &mut Faults) {
        let papers = [
            ("id", &self.id, "give it a name that no other policy has"),
            ("owner", &self.owner, "name who runs the approved activity"),
            ("approver", &self.approver, "name who approved it, another person than the owner"),
            ("ticket", &self.ticket, "name the ticket or change under which it was approved"),
            ("reason", &self.reason, "say in a sentence why the activity is approved"),
        ];
        for (key, value, remedy) in papers {
            if value.trim().is_empty() {
                faults.add(&[key], "", format!("the policy has no {key}"), remedy);
            } else if key != "id" && says_nothing(value, key == "ticket") {
                faults.add(&[key], "", format!("the policy has no {key}: `{}` names nothing", value.trim()), remedy);
            }
        }
        if !self.id.trim().is_empty()
            && let Err((what, remedy)) = values::id(&self.id)
        {
            faults.add(&["id"], "", what, remedy);
        }
        for (key, value) in [("owner", &self.owner), ("approver", &self.approver)] {
            if let Some(sign) = strange(value) {
                let what = format!(
                    "the {key} `{}` has a sign that no address has, or one that looks like another ({})",
                    value.trim(),
                    sign.escape_unicode()
                );
                faults.add(&[key], "", what, "write the address in ASCII, as the directory has it");
            }
        }
        if several(&self.approver) {
            let what = format!("the approver `{}` is several: nobody of them answers for it", self.approver.trim());
            faults.add(&["approver"], "", what, "name the one who approved it");
        }
        let (owners, approvers) = (people(&self.owner), people(&self.approver));
        if owners.iter().any(|owner| approvers.iter().any(|approver| same(owner, approver))) {
            faults.add(&["approver"], "", "the approver is the owner", "let another person approve it");
        }
        if self.scenario.is_some_and(|n| !(1..=5).contains(&n)) {
            let remedy = "take 1 scheduled job, 2 benchmark, 3 node or wallet, 4 backup, 5 teaching, or leave it out";
            faults.add(&["scenario"], "", format!("there is no scenario {}", self.scenario.unwrap_or_default()), remedy);
        }
    }
}

/// A placeholder, or nothing to read. A ticket may be a number; a person and a reason are not.
fn says_nothing(text: &str, number: bool) -> bool {
    let plain = plain(text);
    let plain = plain.trim_matches(|c: char| !c.is_alphanumeric());
    // CHG-XXXX: a form's number.
    let form = number
        && plain.rsplit(['-', ' ', '#', '_']).next().is_some_and(|last| last.len() > 1 && last.chars().all(|c| c == 'x' || c == '0'));
    form || PLACEHOLDERS.contains(&plain) || !plain.chars().any(|c| c.is_alphabetic() || (number && c.is_numeric()))
}

/// In one form: compatible signs as what they stand for, without what is not seen, in lower case.
fn plain(text: &str) -> String {
    let text: String = text.chars().filter(|c| !invisible(*c)).collect();
    ComposingNormalizerBorrowed::new_nfkc().normalize(&text).to_lowercase().trim().to_owned()
}

/// A sign by which an address or a name only looks like another.
fn strange(text: &str) -> Option<char> {
    if let Some(sign) = text.chars().find(|c| invisible(*c)) {
        return Some(sign);
    }
    let address = |word: &&str| word.contains(['@', '\\', '\u{ff20}']);
    let in_address = text.split_whitespace().filter(address).flat_map(str::chars).find(|c| !c.is_ascii());
    in_address.or_else(|| mixed_scripts(text))
}

fn addresses(text: &str) -> Vec<&str> {
    static ADDRESS: OnceLock<Option<Regex>> = OnceLock::new();
    let address = ADDRESS.get_or_init(|| Regex::new(r#"[^\s<>()\[\],;:"'|/\\]+@[^\s<>()\[\],;:"'|/\\]+"#).ok());
    address.iter().flat_map(|address| address.find_iter(text)).map(|found| found.as_str()).collect()
}

/// Two addresses, or names with what stands between several.
fn several(text: &str) -> bool {
    let text = plain(text);
    let mut found = addresses(&text);
    found.sort_unstable();
    found.dedup();
    // `Ott, Anna` is one person, and a comma more a list.
    let commas = text.matches(',').count();
    if found.len() > 1 || commas > 1 || text.contains([';', '|', '\n']) {
        return true;
    }
    // Beside the one address these are words of a department's name.
    let between = [" and ", " or ", " und ", " oder ", "&"];
    found.is_empty() && between.iter().any(|between| text.contains(between))
}

/// Everybody in a text: each address with the name beside it, or the one name.
fn people(text: &str) -> Vec<Person> {
    let text = plain(text);
    if text.is_empty() {
        return Vec::new();
    }
    let found = addresses(&text);
    let mut rest = text.clone();
    for address in &found {
        rest = rest.replacen(address, " ", 1);
    }
    let rest = rest.replace("mailto:", " ");
    // An account of Windows.
    let account = rest
        .split_whitespace()
        .find_map(|word| word.split_once('\\'))
        .map(|(_, name)| name.trim_matches(|c: char| !c.is_alphanumeric()).to_owned());
    let mut name: Vec<String> = rest
        .split(|c: char| !c.is_alphanumeric() && c != '\\' && c != '.')
        .filter(|word| !word.contains('\\'))
        .map(|word| word.trim_matches('.').to_owned())
        .collect();
    name.retain(|word| !word.is_empty());
    name.sort_unstable();
    if found.is_empty() {
        // One word alone may be an account.
        let local = account.or_else(|| (name.len() == 1).then(|| name.first().cloned()).flatten());
        return vec![Person { local, domain: None, name }];
    }
    let of = |address: &str| {
        let (local, domain) = address.split_once('@').unwrap_or((address, ""));
        let local = local.split('+').next().unwrap_or(local);
        Person { local: Some(local.to_owned()), domain: Some(domain.trim_end_matches('.').to_owned()), name: name.clone() }
    };
    found.iter().map(|address| of(address)).collect()
}

fn same(one: &Person, other: &Person) -> bool {
    let domains = match (&one.domain, &other.domain) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    };
    if domains && one.local.is_some() && one.local == other.local {
        return true;
    }
    // A first name alone is many people's.
    if one.name.len() > 1 && one.name == other.name {
        return true;
    }
    // `Anna Ott`, and anna.ott@example.com.
    let words = |person: &Person| {
        let mut words: Vec<String> = person.local.iter().flat_map(|local| local.split(['.', '_', '-'])).map(str::to_owned).collect();
        words.sort_unstable();
        words
    };
    let named = |a: &Person, b: &Person| a.domain.is_none() && a.name.len() > 1 && a.name == words(b);
    named(one, other) || named(other, one)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn are_same(one: &str, other: &str) -> bool {
        people(one).iter().any(|a| people(other).iter().any(|b| same(a, b)))
    }

    #[test]
    fn one_person_in_many_spellings() {
        for (one, other) in [
            ("anna@example.com", "Anna@Example.COM "),
            ("Anna Ott <anna@example.com>", "anna@example.com"),
            ("Anna Ott <anna@example.com>", "A. Ott <anna@example.com>"),
            ("mailto:anna@example.com", "anna@example.com"),
            (r"EXAMPLE\anna", "anna@example.com"),
            ("anna.ott@example.com", "Ott, Anna (anna.ott@example.com)"),
            ("Anna Ott", "Ott, Anna"),
            ("Anna Ott", "anna.ott@example.com"),
            ("anna", "anna@example.com"),
            ("anna@example.com", "anna+soc@example.com"),
            ("anna@example.com", "\u{ff41}nna@example.com"),
            ("anna@example.com", "anna\u{200b}@example.com"),
            ("\u{a0}anna@example.com", "anna@example.com"),
            ("bob@example.com; anna@example.com", "anna@example.com"),
        ] {
            assert!(are_same(one, other), "{one} | {other}: {:?} {:?}", people(one), people(other));
        }
        for (one, other) in [
            ("anna@example.com", "bob@example.com"),
            ("anna@example.com", "anna@example.org"),
            ("it-lab@example.com", "soc-lead@example.com"),
            ("Anna Ott", "Anna Berg"),
            ("Anna", "Bob"),
            (r"EXAMPLE\anna", r"EXAMPLE\bob"),
            ("", ""),
        ] {
            assert!(!are_same(one, other), "{one} | {other}");
        }
    }

    #[test]
    fn placeholders_lists_and_strange_signs() {
        for (text, number, nothing) in [
            ("TBD", false, true),
            ("n/a", false, true),
            ("?", false, true),
            ("-", true, true),
            ("x", false, true),
            (" todo. ", false, true),
            ("1", false, true),
            ("4711", true, false),
            ("CHG-1", true, false),
            ("Anna", false, false),
            ("Nightly backup", false, false),
        ] {
            assert_eq!(says_nothing(text, number), nothing, "{text}");
        }
        for (text, is) in [
            ("bob@example.com, anna@example.com", true),
            ("anna@example.com;", true),
            ("Anna and Bob", true),
            ("Ott, Anna", false),
            ("Anna Ott <anna@example.com>", false),
            ("Ott, Anna (anna.ott@example.com)", false),
            ("A, B, C", true),
        ] {
            assert_eq!(several(text), is, "{text}");
        }
        for (text, sign) in [
            ("\u{430}nna@example.com", true),
            ("anna\u{200b}@example.com", true),
            ("\u{410}nna Ott", true),
            ("Jürgen Müller", false),
            ("Jürgen Müller <jm@example.com>", false),
            ("anna@example.com", false),
        ] {
            assert_eq!(strange(text).is_some(), sign, "{text}");
        }
    }
}
