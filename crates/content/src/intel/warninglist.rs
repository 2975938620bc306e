//! Warning lists of MISP: values that are no indicators, as JSON (`name`, `type`, `list`).

use super::gate::Network;
use super::name::{Host, suffixes};
use crate::ContentError;
use serde::Deserialize;
use std::collections::BTreeSet;

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    name: String,
    #[serde(default, rename = "type")]
    kind: String,
    list: Vec<String>,
}

/// One list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Warninglist {
    pub(crate) name: String,
    /// Names below a listed name count as well.
    below: bool,
    names: BTreeSet<String>,
    networks: Vec<Network>,
}

impl Warninglist {
    /// Types `hostname`, `string`, `cidr` and `substring` are understood; `regex` is refused.
    pub(crate) fn parse(file: &str, text: &str) -> Result<Self, ContentError> {
        let read: File = serde_json::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|e| ContentError::File { file: file.to_owned(), reason: format!("no warning list of MISP: {e}") })?;
        let below = match read.kind.as_str() {
            "hostname" | "substring" => true,
            "string" | "cidr" | "" => false,
            other => return Err(ContentError::file(file, format!("warning lists of type `{other}` are not understood"))),
        };
        let mut list = Self { name: read.name, below, names: BTreeSet::new(), networks: Vec::new() };
        for value in read.list {
            match Network::parse(&value) {
                Some(network) => list.networks.push(network),
                // A leading dot, as lists of substrings have it, says "and below".
                None => drop(list.names.insert(value.trim_start_matches('.').trim_end_matches('.').to_ascii_lowercase())),
            }
        }
        Ok(list)
    }

    pub(crate) fn holds(&self, host: &Host) -> bool {
        match host {
            Host::Name(name) if self.below => suffixes(name).any(|suffix| self.names.contains(suffix)),
            Host::Name(name) => self.names.contains(name),
            Host::Address(address) => self.networks.iter().any(|network| network.holds(*address)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_networks() {
        let hosts = Warninglist::parse("w.json", r#"{"name":"Top","type":"hostname","list":["Example.com","198.51.100.0/24"]}"#).unwrap();
        let name = |n: &str| Host::Name(n.to_owned());
        assert!(hosts.holds(&name("a.example.com")) && !hosts.holds(&name("notexample.com")));
        assert!(hosts.holds(&Host::Address("198.51.100.9".parse().unwrap())));
        let exact = Warninglist::parse("w.json", r#"{"type":"string","list":["example.com"]}"#).unwrap();
        assert!(!exact.holds(&name("a.example.com")));
        assert!(Warninglist::parse("w.json", r#"{"type":"regex","list":[]}"#).is_err());
        assert!(Warninglist::parse("w.json", "[1]").unwrap_err().to_string().contains("w.json"));
    }
}
