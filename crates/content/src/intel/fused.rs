//! Two names in one: a line break was lost, and `pangolinminer.com` and `gandalph3000.com` became one name that nobody ever asks for.

use super::name::has_known_suffix;

/// Top-level domains behind which names were seen to be glued on.
const ENDS: &[&str] = &["com", "net", "org", "info", "pro", "stream", "xyz", "eu", "ru", "cn", "io"];
/// Words that begin like the only one of them that is glued on without another sign: `community`, `compute`.
const WORDS: &[&str] = &[
    "combi", "comcast", "comet", "comfort", "comic", "comman", "commer", "common", "commun", "compan", "compar", "complet", "compos",
    "comput",
];
/// What names of pools and miners are made of.
const MINING: &[&str] = &["mine", "mining", "pool", "hash", "coin", "xmr", "monero", "btc", "crypto", "stratum"];
/// A glued-on name has at least that many characters before its next dot.
const SHORTEST: usize = 4;

/// The two names, if the name looks like two; whether a half is known for certain.
pub(crate) fn halves<'a>(name: &'a str, known: &dyn Fn(&str) -> bool) -> Option<(&'a str, &'a str, bool)> {
    let starts = name.match_indices('.').map(|(at, _)| at + 1);
    for start in starts {
        let rest = name.get(start..)?;
        // The last label is the name's own end.
        let Some((label, _)) = rest.split_once('.') else { break };
        for end in ENDS {
            let Some(more) = label.strip_prefix(end) else { continue };
            let (Some(left), Some(right)) = (name.get(..start + end.len()), name.get(start + end.len()..)) else { continue };
            if more.is_empty() || more.starts_with(['-', '_']) || !has_known_suffix(right) {
                continue;
            }
            if known(left) || known(right) {
                return Some((left, right, true));
            }
            let mining = MINING.iter().any(|word| left.get(..start).is_some_and(|l| l.contains(word)));
            if mining && *end == "com" && more.len() >= SHORTEST && !WORDS.iter().any(|word| label.starts_with(word)) {
                return Some((left, right, false));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glued_names_are_told_from_long_ones() {
        let nothing = |_: &str| false;
        let found = |name| halves(name, &nothing).map(|(a, b, _)| (a, b));
        assert_eq!(found("pangolinminer.comgandalph3000.com"), Some(("pangolinminer.com", "gandalph3000.com")));
        for one in [
            "pool.community.com",
            "pool.network.org",
            "eu.pool.example.com",
            "minercompute.com",
            "pool.proxy.io",
            "xmr.prohash.net",
            "xmr.com",
            "a.b",
        ] {
            assert_eq!(found(one), None, "{one}");
        }
        let known = |name: &str| name == "b.com";
        assert_eq!(halves("xyz.netb.com", &known), Some(("xyz.net", "b.com", true)));
    }
}
