//! CSV, and Zeek's intelligence files.

use super::rows::{self, Fields};
use super::{MAX_LINE, lines};
use crate::intel::{Facts, Listing, Matching, Place};

/// The delimiter of a header line that names a column of hosts.
pub(super) fn delimiter(header: &str) -> Option<u8> {
    [b',', b';', b'\t', b'|'].into_iter().find(|d| {
        let names: Vec<String> = header.split(char::from(*d)).map(|n| rows::key(n.trim().trim_matches('"'))).collect();
        names.len() > 1 && rows::known(names.iter().map(String::as_str))
    })
}

pub(super) fn read(file: &str, text: &str, delimiter: u8) -> Listing {
    let mut reader =
        csv::ReaderBuilder::new().comment(Some(b'#')).delimiter(delimiter).flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header: Vec<String> = match reader.headers() {
        Ok(header) => header.iter().map(rows::key).collect(),
        Err(_) => return lines::read(file, text),
    };
    let indicators = rows::indicator_table(header.iter().map(String::as_str));
    let mut listing = Listing::new(file, if indicators { "indicator table" } else { "CSV" });
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                listing.fault(Place::Line(line), "", format!("no CSV: {error}"));
                continue;
            }
        };
        let place = Place::Line(record.position().map_or(0, csv::Position::line));
        if record.as_slice().len() > MAX_LINE * 16 {
            listing.fault(place, "", format!("a record of {} characters", record.as_slice().len()));
            continue;
        }
        let fields: Fields = header.iter().zip(&record).map(|(name, value)| (name.clone(), value.to_owned())).collect();
        rows::add(&mut listing, &place, &fields, indicators);
    }
    listing
}

/// Zeek's `Intel` files: tab-separated, with a line `#fields`.
pub(super) fn zeek_intel(file: &str, text: &str) -> Listing {
    let mut listing = Listing::new(file, "Zeek intel");
    let mut header: Vec<&str> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let place = Place::Line(number);
        if let Some(names) = line.strip_prefix("#fields\t") {
            header = names.split('\t').collect();
            continue;
        }
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        if line.len() > MAX_LINE {
            listing.fault(place, line, format!("a line of {} characters", line.len()));
            continue;
        }
        let get = |name: &str| {
            let value = header.iter().position(|h| *h == name).and_then(|at| line.split('\t').nth(at)).unwrap_or_default();
            if value == "-" { "" } else { value }
        };
        let kind = get("indicator_type");
        if !matches!(kind, "Intel::DOMAIN" | "Intel::ADDR" | "Intel::URL") {
            listing.ignore(place, line, format!("of the kind `{kind}`: no host to connect to"));
            continue;
        }
        let facts = Facts { source: get("meta.source").to_owned(), reference: get("meta.url").to_owned(), ..Facts::default() };
        listing.add(place, get("indicator"), Matching::Exact, facts);
    }
    listing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_name() {
        let text = "Coin,Domain,Ports,Confidence,ExpiresOn\nXMR,pool.example.com,3333;443,80,2027-01-01\nXMR,,,,\n";
        let listing = read("x.csv", text, b',');
        let entry = &listing.entries[0];
        assert_eq!((entry.place.clone(), entry.facts.ports.clone(), entry.facts.confidence), (Place::Line(2), vec![3333, 443], Some(80)));
        assert_eq!((entry.facts.valid_until.as_str(), entry.facts.mining, listing.ignored_count), ("2027-01-01", None, 1));
    }

    #[test]
    fn a_table_of_indicators_says_what_is_withdrawn_and_what_is_about_mining() {
        let text = "ObservableKey,ObservableValue,Pattern,Confidence,ValidUntil,IsActive,Revoked,Tags\n\
            domain-name:value,a.example.com,,70,2027-01-01T00:00:00Z,true,false,coinminer\n\
            domain-name:value,b.example.com,,70,,false,false,coinminer\n\
            domain-name:value,c.example.com,,70,,true,false,phishing\n\
            file:hashes.MD5,abcd,,70,,true,false,coinminer\n\
            ,,[domain-name:value = 'd.example.com' AND network-traffic:dst_port = 3333],70,,true,true,miner\n";
        let listing = read("x.csv", text, b',');
        let shown: Vec<_> =
            listing.entries.iter().map(|e| (e.target.host.to_string(), e.facts.withdrawn.as_deref(), e.facts.mining)).collect();
        assert_eq!(
            shown,
            [
                ("a.example.com".to_owned(), None, Some(true)),
                ("b.example.com".to_owned(), Some("inactive"), Some(true)),
                ("c.example.com".to_owned(), None, Some(false)),
                ("d.example.com".to_owned(), Some("revoked"), Some(true)),
            ]
        );
        assert_eq!((listing.form, listing.ignored_count, listing.entries[3].facts.ports.as_slice()), ("indicator table", 1, &[3333][..]));
    }

    #[test]
    fn zeeks_intelligence() {
        let text = "#fields\tindicator\tindicator_type\tmeta.source\na.example.com\tIntel::DOMAIN\tus\nab12\tIntel::FILE_HASH\tus\n";
        let listing = zeek_intel("x.dat", text);
        assert_eq!((listing.entries.len(), listing.ignored_count, listing.entries[0].facts.source.as_str()), (1, 1, "us"));
    }
}
