//! Records with named fields, of CSV or JSON: watchlists of pools, indicator tables of Sentinel, anyone's lists.

use super::pattern;
use crate::intel::{Facts, Listing, Matching, Place};
use std::collections::BTreeMap;

/// Fields by name, in lower case without `_`, `-` and blanks.
pub(super) type Fields = BTreeMap<String, String>;

/// Fields that hold a host, in the order in which they are asked.
const HOSTS: &[&str] = &[
    "domain",
    "domainname",
    "hostname",
    "host",
    "fqdn",
    "observablevalue",
    "indicator",
    "ioc",
    "iocvalue",
    "indicatorvalue",
    "value",
    "pool",
    "url",
    "networkdestinationip",
    "networkip",
    "ip",
    "ipaddress",
    "address",
    "dstip",
];
/// Fields that only a table of indicators has.
const INDICATOR_TABLE: &[&str] =
    &["observablekey", "observablevalue", "networkdestinationip", "networkip", "knownfalsepositives", "expirationdatetime", "pattern"];

pub(super) fn key(name: &str) -> String {
    name.trim().chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

/// Whether fields of these names can hold hosts.
pub(super) fn known<'a>(mut names: impl Iterator<Item = &'a str>) -> bool {
    names.any(|name| HOSTS.contains(&name) || name == "pattern" || name == "searchkey")
}

/// Whether these are the columns of ThreatIntelIndicators or of the older ThreatIntelligenceIndicator.
pub(super) fn indicator_table<'a>(names: impl Iterator<Item = &'a str>) -> bool {
    names.filter(|name| INDICATOR_TABLE.contains(name)).count() >= 2
}

/// Adds what a record says.
pub(super) fn add(listing: &mut Listing, place: &Place, fields: &Fields, indicators: bool) {
    let facts = facts(fields, indicators);
    let get = |name: &str| fields.get(name).map(|v| v.trim()).filter(|v| !v.is_empty());
    if let Some(text) = get("pattern").filter(|p| p.starts_with(['[', '('])) {
        if get("patterntype").is_some_and(|kind| !kind.eq_ignore_ascii_case("stix") && !HOSTS.contains(&kind.to_ascii_lowercase().as_str()))
            && !text.contains(":value")
        {
            listing.ignore(place.clone(), text, "a pattern of another language");
            return;
        }
        add_pattern(listing, place, text, &facts);
        return;
    }
    if let Some(kind) = get("observablekey")
        && !["domain-name", "hostname", "url", "ipv4-addr", "ipv6-addr", "network-traffic:dst_ref"]
            .iter()
            .any(|k| kind.to_ascii_lowercase().starts_with(k))
    {
        listing.ignore(place.clone(), get("observablevalue").unwrap_or_default(), format!("of the kind `{kind}`: no host to connect to"));
        return;
    }
    let mut texts: Vec<&str> = HOSTS.iter().copied().filter_map(get).collect();
    if !indicators {
        // In a list, the first such column is the indicator and others are notes on it.
        texts.truncate(1);
    }
    if texts.is_empty()
        && let Some(text) = get("searchkey")
    {
        texts.push(text);
    }
    texts.dedup();
    if texts.is_empty() {
        listing.ignore(place.clone(), "", "names no host");
    }
    for text in texts {
        listing.add(place.clone(), text, Matching::Unsaid, facts.clone());
    }
}

/// Adds the hosts of a STIX pattern, with its ports; what of it is not understood becomes a fault.
pub(super) fn add_pattern(listing: &mut Listing, place: &Place, text: &str, facts: &Facts) {
    match pattern::hosts(text) {
        Err(reason) => listing.fault(place.clone(), text, format!("no STIX pattern: {reason}")),
        Ok(found) => {
            for what in found.unsupported {
                match what.starts_with("`file:")
                    || what.starts_with("`email")
                    || what.starts_with("`process:")
                    || what.starts_with("`windows-registry")
                {
                    true => listing.ignore(place.clone(), text, format!("{what} tells of no host")),
                    false => listing.fault(place.clone(), text, format!("{what} is not supported in a pattern")),
                }
            }
            for one in found.alternatives {
                let mut facts = facts.clone();
                facts.ports.extend(one.port);
                match one.host {
                    Some(host) => listing.add(place.clone(), &host, Matching::Exact, facts),
                    None => listing.ignore(place.clone(), text, "a port without a host proves nothing"),
                }
            }
        }
    }
}

fn facts(fields: &Fields, indicators: bool) -> Facts {
    let get = |names: &[&str]| names.iter().filter_map(|n| fields.get(*n)).map(|v| v.trim()).find(|v| !v.is_empty()).unwrap_or_default();
    let is = |names: &[&str], word: &str| {
        get(names).eq_ignore_ascii_case(word) || word == "true" && get(names) == "1" || word == "false" && get(names) == "0"
    };
    let withdrawn = if is(&["revoked"], "true") {
        Some("revoked")
    } else if is(&["isdeleted", "deleted"], "true") {
        Some("deleted")
    } else if is(&["isactive", "active"], "false") {
        Some("inactive")
    } else if !get(&["knownfalsepositives"]).is_empty() && !is(&["knownfalsepositives"], "false") {
        Some("its source knows false positives")
    } else {
        None
    };
    let ports = get(&["ports", "port", "networkdestinationport", "dstport", "destinationport"]);
    let words = [
        "tags",
        "labels",
        "description",
        "threattype",
        "diamondmodel",
        "malwarenames",
        "data",
        "name",
        "indicatortypes",
        "category",
        "comment",
    ];
    let said = words.iter().filter_map(|n| fields.get(*n)).any(|text| speaks_of_mining(text));
    Facts {
        coin: get(&["coin", "coins", "currency"]).to_owned(),
        ports: ports.split([';', ',', ' ']).filter_map(|p| p.parse().ok()).filter(|p| *p > 0).take(64).collect(),
        role: get(&["role"]).to_owned(),
        operator: get(&["operator"]).to_owned(),
        source: get(&["source", "sourcesystem", "provider", "feed"]).to_owned(),
        reference: get(&["reference", "references", "link", "externalreferences"]).to_owned(),
        first_seen: date(get(&["firstseen", "validfrom", "created", "activationdatetime", "firstreporteddatetime"])),
        last_seen: date(get(&["lastseen", "lastconfirmed", "modified", "lastupdatetimeutc", "lastreporteddatetime"])),
        retired_on: date(get(&["retiredon"])),
        valid_until: date(get(&["validuntil", "expireson", "expires", "expiry", "expirationdatetime"])),
        confidence: get(&["confidence", "confidencescore"]).parse::<f64>().ok().filter(|c| (0.0..=100.0).contains(c)).map(|c| c as u8),
        shared_address: is(&["sharedaddress"], "true"),
        website: is(&["website"], "true"),
        withdrawn: withdrawn.map(str::to_owned),
        mining: indicators.then_some(said),
    }
}

/// The day of a time, `YYYY-MM-DD`; empty where the text does not begin with one.
pub(super) fn date(text: &str) -> String {
    let day = text.trim().get(..10).unwrap_or_default();
    let digits = |from: usize, to: usize| day.get(from..to).is_some_and(|part| part.bytes().all(|b| b.is_ascii_digit()));
    let form = digits(0, 4) && digits(5, 7) && digits(8, 10) && day.get(4..5) == Some("-") && day.get(7..8) == Some("-");
    if form { day.to_owned() } else { String::new() }
}

/// Words that say that an indicator is about mining.
const MINING: &[&str] = &[
    "miner",
    "miners",
    "coinminer",
    "coinminers",
    "cryptominer",
    "cryptominers",
    "cryptomining",
    "coinmining",
    "cryptojacking",
    "cryptojacker",
    "xmrig",
    "monero",
    "stratum",
    "t1496",
    "coinhive",
    "miningpool",
    "miningpools",
    "webminer",
    "minergate",
    "nicehash",
    "hashrate",
];

/// Whether a text is about the mining of coins; `data mining` is not.
pub(super) fn speaks_of_mining(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let mut before = "";
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()) {
        let mining = MINING.contains(&word) || word == "mining" && !matches!(before, "data" | "text" | "process" | "web");
        if mining && !(matches!(before, "data" | "text" | "process") && word.starts_with("miner")) {
            return true;
        }
        before = word;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mining_is_told_from_other_mining() {
        for text in ["coin-mining", "XMRig", "[\"mining pool\"]", "bitcoin miner C2", "attack.T1496"] {
            assert!(speaks_of_mining(text), "{text}");
        }
        for text in ["data mining", "determining", "phishing", "a data miner"] {
            assert!(!speaks_of_mining(text), "{text}");
        }
        assert_eq!((date("2026-01-02T03:04:05Z"), date("1/2/2026")), ("2026-01-02".to_owned(), String::new()));
    }
}
