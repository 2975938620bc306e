//! One name a line: plain lists, hosts files, adblock filters, settings of dnsmasq and Unbound, response policies.

use super::MAX_LINE;
use crate::intel::{Facts, Listing, Matching, Place, Target};
use std::net::IpAddr;

pub(super) fn read(file: &str, text: &str) -> Listing {
    let mut listing = Listing::new(file, "list");
    let (mut said, mut first) = (None, true);
    for (number, line) in (1..).zip(text.lines()) {
        let place = Place::Line(number);
        if line.len() > MAX_LINE {
            listing.fault(place, line, format!("a line of {} characters is no entry of a list", line.len()));
            continue;
        }
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', '!', ';']) || line.starts_with("//") || line.starts_with("[Adblock") {
            continue;
        }
        // A table of one column has its name on top.
        if std::mem::take(&mut first) && is_header(line) {
            continue;
        }
        match names(line) {
            Read::Names(form, matching, names) => {
                said.get_or_insert(form);
                for name in names {
                    listing.add(place.clone(), name, matching, Facts::default());
                }
            }
            Read::Host(host, port) => {
                said.get_or_insert("table without a header");
                let facts = Facts { ports: port.into_iter().collect(), ..Facts::default() };
                listing.add(place, host, Matching::Exact, facts);
            }
            Read::Nothing(reason) => listing.ignore(place, line, reason),
        }
    }
    listing.form = said.unwrap_or("list");
    listing
}

fn is_header(line: &str) -> bool {
    const NAMES: [&str; 12] =
        ["domain", "domains", "host", "hosts", "hostname", "name", "fqdn", "indicator", "ioc", "value", "pool", "url"];
    let name = line.trim_matches('"');
    NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
}

enum Read<'a> {
    Names(&'static str, Matching, Vec<&'a str>),
    Host(&'a str, Option<u16>),
    Nothing(&'static str),
}

fn names(line: &str) -> Read<'_> {
    if line.starts_with("@@") {
        return Read::Nothing("an exception, not an indicator");
    }
    if line.contains("##") || line.contains("#@#") || line.contains("#?#") {
        return Read::Nothing("a rule about the parts of a page");
    }
    if let Some(rest) = line.strip_prefix("||") {
        let (name, after) = rest.split_at(rest.find(['^', '$', '/']).unwrap_or(rest.len()));
        return match after.trim_start_matches('^').starts_with('/') {
            true => Read::Nothing("a rule about single files of a site"),
            false => Read::Names("adblock", Matching::Labels, vec![name]),
        };
    }
    if line.starts_with('/') {
        return Read::Nothing("a pattern of URLs");
    }
    for setting in ["address=/", "server=/", "local=/"] {
        if let Some(rest) = line.strip_prefix(setting) {
            let last = rest.rfind('/').unwrap_or(rest.len());
            let names = rest.get(..last).unwrap_or(rest).split('/').filter(|n| !n.is_empty()).collect();
            return Read::Names("dnsmasq", Matching::Labels, names);
        }
    }
    if let Some(rest) = line.strip_prefix("local-zone:") {
        let name = rest.split_whitespace().next().unwrap_or_default().trim_matches('"');
        return Read::Names("unbound", Matching::Labels, vec![name]);
    }
    // A table without a header: a host, and what may be its port.
    if let Some((host, rest)) = line.split_once([',', ';', '\t']).filter(|(host, _)| Target::parse(host.trim_matches(['"', ' '])).is_ok()) {
        let (host, next) = (host.trim_matches(['"', ' ']), rest.split([',', ';', '\t']).next().unwrap_or_default());
        return Read::Host(host, next.trim_matches(['"', ' ']).parse().ok());
    }
    let line = line.split(" #").next().unwrap_or(line).trim_end();
    let mut words = line.split_whitespace();
    let (Some(first), rest) = (words.next(), words.collect::<Vec<_>>()) else { return Read::Nothing("empty") };
    if first.parse::<IpAddr>().is_ok() && !rest.is_empty() {
        let names = rest.into_iter().take_while(|w| !w.starts_with('#'));
        // `localhost` and its like stand in every hosts file.
        return Read::Names(
            "hosts",
            Matching::Exact,
            names.filter(|n| n.contains('.') && *n != "localhost.localdomain" && *n != "0.0.0.0").collect(),
        );
    }
    if rest.first().is_some_and(|w| w.eq_ignore_ascii_case("CNAME")) {
        return match first.strip_prefix("*.") {
            Some(name) => Read::Names("response policy", Matching::Labels, vec![name]),
            None => Read::Names("response policy", Matching::Exact, vec![first]),
        };
    }
    // Anything else on the line makes it no entry, and parsing says so.
    Read::Names("list", Matching::Unsaid, vec![if rest.is_empty() { first } else { line }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_of_a_line() {
        let text = "# note\nSupportXMR.com\n127.0.0.1 localhost\n0.0.0.0 a.com b.com # two\n||c.com^$third-party\n@@||d.com^\naddress=/e.com/0.0.0.0\n\
            local-zone: \"f.com\" refuse\n*.g.com CNAME .\nh.com:3333\ntwo words\n! x\n||i.com/x.js\nj.com # why\n";
        let listing = read("x.txt", text);
        let shown: Vec<_> = listing.entries.iter().map(|e| format!("{} {} {}", e.place, e.target.host, e.matching.name())).collect();
        assert_eq!(
            shown,
            [
                "line 2 supportxmr.com unsaid",
                "line 4 a.com equals",
                "line 4 b.com equals",
                "line 5 c.com label boundaries",
                "line 7 e.com label boundaries",
                "line 8 f.com label boundaries",
                "line 9 g.com label boundaries",
                "line 10 h.com unsaid",
                "line 14 j.com unsaid",
            ]
        );
        assert_eq!(listing.faults.iter().map(|f| f.place.clone()).collect::<Vec<_>>(), [Place::Line(11)]);
        assert_eq!(listing.ignored.len(), 2);
    }

    #[test]
    fn a_huge_line_is_one_fault_and_the_rest_is_read() {
        let listing = read("x.txt", &format!("a.com\n{}\nb.com", "x".repeat(MAX_LINE + 1)));
        assert_eq!((listing.entries.len(), listing.faults.len()), (2, 1));
        assert!(listing.faults[0].text.len() < 1000);
    }
}
