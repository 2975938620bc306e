//! STIX 2.x: the indicators of a bundle.

use super::rows;
use crate::intel::{Facts, Listing, Place};
use serde_json::Value;
use std::collections::BTreeMap;

pub(super) fn is_object(value: &Value) -> bool {
    let text = |name: &str| value[name].as_str().unwrap_or_default();
    text("type") == "bundle"
        || text("type") == "indicator" && !text("pattern").is_empty()
        || text("id").contains("--") && !text("type").is_empty()
}

/// Adds the indicators among the objects, and of bundles among them.
pub(super) fn objects(listing: &mut Listing, all: &[Value]) {
    listing.form = "STIX";
    let bundled = all.iter().filter_map(|o| o["objects"].as_array()).flatten();
    let all: Vec<&Value> = all.iter().filter(|o| o["type"] != "bundle").chain(bundled).collect();
    let names: BTreeMap<&str, &str> =
        all.iter().filter(|o| o["type"] == "identity").filter_map(|o| Some((o["id"].as_str()?, o["name"].as_str()?))).collect();
    let mut indicators = 0u64;
    for (number, object) in (1..).zip(&all) {
        let text = |name: &str| object[name].as_str().unwrap_or_default();
        let place = Place::Object(number, super::super::entry::clip(text("id")));
        match text("type") {
            "indicator" => {
                indicators += 1;
                indicator(listing, &place, object, &names);
            }
            "domain-name" | "ipv4-addr" | "ipv6-addr" | "url" => {
                listing.ignore(place, text("value"), "an observation, not an indicator");
            }
            _ => {}
        }
    }
    if indicators == 0 && listing.ignored.is_empty() {
        listing.fault(Place::Object(1, String::new()), "", "no indicators in this bundle");
    }
}

fn indicator(listing: &mut Listing, place: &Place, object: &Value, names: &BTreeMap<&str, &str>) {
    let text = |name: &str| object[name].as_str().unwrap_or_default();
    let pattern = text("pattern");
    let language = text("pattern_type");
    if !matches!(language, "" | "stix") {
        listing.fault(
            place.clone(),
            pattern,
            format!("a pattern in the language `{}`, not in STIX's", super::super::entry::clip(language)),
        );
        return;
    }
    let lists = ["labels", "indicator_types", "kill_chain_phases", "external_references"];
    let told = lists.iter().map(|name| object[*name].to_string()).chain(["name", "description"].iter().map(|name| text(name).to_owned()));
    let mining = told.into_iter().any(|t| rows::speaks_of_mining(&t));
    let creator = text("created_by_ref");
    let references = object["external_references"].as_array().into_iter().flatten();
    let facts = Facts {
        source: names.get(creator).map_or_else(|| "STIX".to_owned(), |name| (*name).to_owned()),
        reference: references.filter_map(|r| r["url"].as_str()).next().unwrap_or_else(|| text("id")).to_owned(),
        first_seen: rows::date(text("valid_from")),
        last_seen: rows::date(text("modified")),
        valid_until: rows::date(text("valid_until")),
        confidence: object["confidence"].as_u64().and_then(|c| u8::try_from(c).ok()).filter(|c| *c <= 100),
        withdrawn: (object["revoked"] == true).then(|| "revoked".to_owned()),
        mining: Some(mining),
        ..Facts::default()
    };
    rows::add_pattern(listing, place, pattern, &facts);
}
