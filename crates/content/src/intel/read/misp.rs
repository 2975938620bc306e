//! MISP: the attributes of an event and of its objects.

use super::rows;
use crate::intel::{Facts, Listing, Matching, Place};
use serde_json::Value;

/// What an event says for all its attributes.
struct Event<'a> {
    source: &'a str,
    reference: String,
    date: String,
    mining: bool,
}

/// Adds the attributes of an event that name a host to connect to.
pub(super) fn event(listing: &mut Listing, event: &Value) {
    listing.form = "MISP event";
    let text = |name: &str| event[name].as_str().unwrap_or_default();
    let said = Event {
        source: event["Orgc"]["name"].as_str().or_else(|| event["Org"]["name"].as_str()).unwrap_or("MISP"),
        reference: format!("MISP event {}", text("uuid")).trim_end().to_owned(),
        date: rows::date(text("date")),
        mining: rows::speaks_of_mining(text("info")) || tags(event),
    };
    let mut number = 0;
    for attribute in list(event, "Attribute") {
        number += 1;
        add(listing, number, attribute, &said, None);
    }
    for object in list(event, "Object") {
        let port = list(object, "Attribute").find(|a| a["object_relation"] == "dst-port").and_then(|a| plain(&a["value"]).parse().ok());
        for attribute in list(object, "Attribute") {
            number += 1;
            let part = attribute["object_relation"] == "dst-port";
            if !part {
                add(listing, number, attribute, &said, port);
            }
        }
    }
    if number == 0 {
        listing.fault(Place::Object(1, text("uuid").to_owned()), "", "an event without attributes");
    }
}

fn list<'a>(of: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    of[name].as_array().into_iter().flatten()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn tags(of: &Value) -> bool {
    list(of, "Tag").any(|tag| rows::speaks_of_mining(tag["name"].as_str().unwrap_or_default()))
}

fn add(listing: &mut Listing, number: u64, attribute: &Value, event: &Event<'_>, port: Option<u16>) {
    let text = |name: &str| attribute[name].as_str().unwrap_or_default();
    let place = Place::Object(number, super::super::entry::clip(text("uuid")));
    let (kind, value) = (text("type"), text("value"));
    let (host, own_port) = match kind {
        "domain" | "hostname" | "url" | "ip-dst" | "uri" => (value, None),
        "hostname|port" | "ip-dst|port" => match value.rsplit_once(['|', ':']) {
            Some((host, port)) => (host, port.parse().ok()),
            None => (value, None),
        },
        // The address is only what the name resolved to.
        "domain|ip" => {
            let (name, address) = value.split_once('|').unwrap_or((value, ""));
            if !address.is_empty() {
                listing.ignore(place.clone(), address, "the address that the name had on some day: it may have another owner today");
            }
            (name, None)
        }
        "ip-src" | "ip-src|port" => {
            listing.ignore(place, value, "where an attack came from, not where a miner connects to");
            return;
        }
        _ => {
            listing.ignore(place, value, format!("of the type `{}`: no host to connect to", super::super::entry::clip(kind)));
            return;
        }
    };
    let withdrawn = if attribute["deleted"] == true {
        Some("deleted")
    } else if attribute["to_ids"] == false {
        Some("not meant for detection (to_ids is false)")
    } else {
        None
    };
    let facts = Facts {
        ports: own_port.or(port).into_iter().collect(),
        source: event.source.to_owned(),
        reference: event.reference.clone(),
        first_seen: Some(rows::date(text("first_seen"))).filter(|d| !d.is_empty()).unwrap_or_else(|| event.date.clone()),
        last_seen: Some(rows::date(text("last_seen"))).filter(|d| !d.is_empty()).unwrap_or_else(|| event.date.clone()),
        withdrawn: withdrawn.map(str::to_owned),
        mining: Some(event.mining || tags(attribute) || rows::speaks_of_mining(text("comment"))),
        ..Facts::default()
    };
    listing.add(place, host, Matching::Exact, facts);
}
