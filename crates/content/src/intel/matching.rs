//! How a list or rule compares names, and what each way gets wrong.

use super::name::within;

/// The comparison that a rule makes with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Matching {
    /// The very name: `==`, `in`, a hosts file.
    Exact,
    /// The name and all under it, on label boundaries.
    Labels,
    /// `endswith`.
    End,
    /// `contains`, `*name*`.
    Anywhere,
    /// `startswith`.
    Start,
    /// KQL's `has`: as a run of whole words, in which `-` and `.` part words.
    Words,
    /// A regular expression; not judged.
    Regex,
    /// A list: the reader decides.
    Unsaid,
}

impl Matching {
    /// In words, as a rule would say it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "equals",
            Self::Labels => "label boundaries",
            Self::End => "endswith",
            Self::Anywhere => "contains",
            Self::Start => "startswith",
            Self::Words => "has",
            Self::Regex => "regex",
            Self::Unsaid => "unsaid",
        }
    }

    /// Whether a rule with this name sees that host.
    pub(crate) fn hits(self, written: &str, name: &str, host: &str) -> bool {
        match self {
            Self::Exact => host == name,
            Self::Labels | Self::Unsaid => within(host, name),
            Self::End if written.starts_with('.') => host != name && within(host, name),
            Self::End => host.ends_with(name),
            Self::Anywhere | Self::Regex => host.contains(name),
            Self::Start => host.starts_with(name),
            Self::Words => words(host, name),
        }
    }

    /// A host that is not meant and is hit all the same.
    pub(crate) fn wrong_hit(self, written: &str, name: &str) -> Option<String> {
        let tried = match self {
            Self::End => vec![format!("not{name}")],
            Self::Anywhere => vec![longer(name)?, format!("not{name}")],
            Self::Start => vec![longer(name)?, format!("{name}.example.net")],
            Self::Words => vec![format!("not-{name}"), format!("{name}.example.net")],
            _ => return None,
        };
        tried.into_iter().find(|host| self.hits(written, name, host) && !within(host, name))
    }

    /// A host without pools that a part of a name hits.
    pub(crate) fn hit_of_fragment(self, text: &str) -> Option<String> {
        let text = text.to_ascii_lowercase();
        let core = text.trim_matches(['.', '-']);
        // Time servers, and names that anybody may have.
        let tried = [
            "2.pool.ntp.org".to_owned(),
            "pool.ntp.org".to_owned(),
            format!("{core}.example.org"),
            format!("www.{core}.example"),
            format!("not{core}.example.org"),
        ];
        tried.into_iter().find(|host| match self {
            Self::End => host.ends_with(&text),
            Self::Anywhere => host.contains(&text),
            Self::Start => host.starts_with(&text),
            Self::Words => words(host, core),
            Self::Exact | Self::Labels | Self::Regex | Self::Unsaid => false,
        })
    }
}

/// `has` of Kusto: the needle stands between characters that are no letters and no digits.
fn words(host: &str, needle: &str) -> bool {
    let free = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    host.match_indices(needle).any(|(at, _)| {
        free(host.get(..at).and_then(|s| s.chars().next_back())) && free(host.get(at + needle.len()..).and_then(|s| s.chars().next()))
    })
}

/// A text that goes on where the name ends, as `zpool.cache` does behind `zpool.ca`.
fn longer(name: &str) -> Option<String> {
    let (_, last) = name.rsplit_once('.')?;
    let tail = match last {
        "ca" => "che",
        "co" => "m",
        "me" => "dia",
        "net" => "work",
        "in" => "fo",
        _ => ".example.net",
    };
    Some(format!("{name}{tail}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_and_what_it_hits_wrongly() {
        assert_eq!(Matching::End.wrong_hit("monero.net", "monero.net").as_deref(), Some("notmonero.net"));
        assert_eq!(Matching::End.wrong_hit(".monero.net", "monero.net"), None);
        assert_eq!(Matching::Anywhere.wrong_hit("zpool.ca", "zpool.ca").as_deref(), Some("zpool.cache"));
        assert_eq!(Matching::Words.wrong_hit("monero.net", "monero.net").as_deref(), Some("not-monero.net"));
        for sound in [Matching::Exact, Matching::Labels, Matching::Unsaid] {
            assert_eq!(sound.wrong_hit("a.com", "a.com"), None);
        }
        assert!(Matching::Words.hits("a.com", "a.com", "eu.a.com") && !Matching::Words.hits("a.com", "a.com", "xa.com"));
    }
}
