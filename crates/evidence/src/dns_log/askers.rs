//! Who asked for a name: dnsmasq's lines of answers do not say it, unless told to (`log-queries=extra`), but stand behind the line that does.

use super::lookup::Lookup;
use std::collections::HashMap;

/// Names that are remembered in each of two generations. Hashed by std's hasher: those who ask must not choose what collides.
const NAMES: usize = 20_000;

/// The last who asked for each name.
#[derive(Default)]
pub(super) struct Askers {
    recent: HashMap<String, String>,
    older: HashMap<String, String>,
    /// Of the line before, where it answered with another name: the next answers for that one.
    alias: Option<String>,
}

impl Askers {
    /// Takes in the next line of the log; who asked, where the line is an answer that does not say it.
    pub(super) fn take(&mut self, lookup: &Lookup<'_>) -> Option<String> {
        let alias = self.alias.take();
        if !lookup.response {
            if !lookup.client.is_empty() {
                self.remember(lookup.name.to_ascii_lowercase(), lookup.client.to_owned());
            }
            return None;
        }
        if !lookup.client.is_empty() {
            return None;
        }
        let name = lookup.name.to_ascii_lowercase();
        let known = self.recent.get(&name).or_else(|| self.older.get(&name)).cloned().or(alias);
        if lookup.kind == "CNAME" {
            self.alias.clone_from(&known);
        }
        known
    }

    fn remember(&mut self, name: String, client: String) {
        self.recent.insert(name, client);
        if self.recent.len() >= NAMES {
            self.older = std::mem::take(&mut self.recent);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::dnsmasq;
    use super::super::{Found, heading};
    use super::*;

    #[test]
    fn answers_are_of_who_asked() {
        let mut askers = Askers::default();
        let mut say = |message: &str| {
            let line = format!("Nov 18 00:00:01 dnsmasq[1]: {message}");
            match dnsmasq::parse(&heading(&line)) {
                Found::Lookup(lookup) => askers.take(&lookup).unwrap_or_default(),
                _ => "no lookup".to_owned(),
            }
        };
        for (message, expected) in [
            ("reply a.example is 1.2.3.4", ""),
            ("query[A] a.example from 10.0.0.5", ""),
            ("query[A] b.example from 10.0.0.6", ""),
            ("forwarded a.example to 9.9.9.9", "no lookup"),
            ("reply A.example is <CNAME>", "10.0.0.5"),
            ("reply c.example is <CNAME>", "10.0.0.5"),
            ("reply d.example is 1.2.3.4", "10.0.0.5"),
            ("reply e.example is 1.2.3.4", ""),
            ("cached b.example is NXDOMAIN", "10.0.0.6"),
            ("1 10.0.0.7/40211 reply b.example is 1.2.3.4", ""),
        ] {
            assert_eq!(say(message), expected, "{message}");
        }
    }

    #[test]
    fn memory_is_bounded() {
        let mut askers = Askers::default();
        for n in 0..3 * NAMES {
            askers.remember(n.to_string(), "10.0.0.5".to_owned());
        }
        assert!(askers.recent.len() + askers.older.len() <= 2 * NAMES);
    }
}
