//! JSON: STIX, events of MISP, tables of Sentinel, arrays of records or names; one document, or one a line.

use super::rows::{self, Fields};
use super::{MAX_LINE, misp, stix};
use crate::intel::{Facts, Listing, Matching, Place};
use serde_json::{Map, Value};

/// A tree takes many times its text in memory; larger files are read one object a line.
const MAX_DOCUMENT: usize = 16 << 20;

pub(super) fn read(file: &str, text: &str) -> Listing {
    if text.len() > MAX_DOCUMENT {
        let reason = format!("a document of {} bytes; up to {MAX_DOCUMENT} are read at once, more as one object a line", text.len());
        return lines(file, text, 1, &reason);
    }
    match serde_json::from_str::<Value>(text) {
        Ok(value) => {
            let mut listing = Listing::new(file, "JSON");
            document(&mut listing, &value, 0);
            listing
        }
        Err(error) => lines(file, text, error.line() as u64, &format!("no JSON: {error}")),
    }
}

/// One document a line; a text of which not a single line is one is told by what is wrong with the whole.
fn lines(file: &str, text: &str, at: u64, whole: &str) -> Listing {
    let mut listing = Listing::new(file, "JSON lines");
    let mut sound = 0u64;
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        if line.len() > MAX_LINE * 64 {
            listing.fault(Place::Line(number), line, format!("a record of {} characters", line.len()));
            continue;
        }
        match serde_json::from_str::<Value>(line) {
            Ok(value) => {
                sound += 1;
                document(&mut listing, &value, number);
            }
            Err(error) => listing.fault(Place::Line(number), line, format!("no JSON: {error}")),
        }
    }
    if sound == 0 {
        let mut broken = Listing::new(file, "JSON");
        broken.fault(Place::Line(at), "", whole);
        return broken;
    }
    listing
}

/// Reads what a document is. `line` is its line, 0 for the whole of a file.
fn document(listing: &mut Listing, value: &Value, line: u64) {
    let object = match value {
        Value::Array(all) => return array(listing, all, line),
        Value::Object(object) => object,
        other => return listing.fault(place(line, 1), &other.to_string(), "neither an object nor an array"),
    };
    let list = |name: &str| object.get(name).and_then(Value::as_array);
    if let Some(event) = object.get("Event") {
        misp::event(listing, event);
    } else if object.contains_key("Attribute") {
        misp::event(listing, value);
    } else if stix::is_object(value) {
        stix::objects(listing, std::slice::from_ref(value));
    } else if let Some(all) = list("objects") {
        stix::objects(listing, all);
    } else if let Some(tables) = list("tables") {
        tables.iter().for_each(|table| answer(listing, table));
    } else if let Some(all) = ["response", "value", "results", "records", "list", "data", "indicators"].iter().find_map(|name| list(name)) {
        array(listing, all, line);
    } else {
        record(listing, object, place(line, 1));
    }
}

fn array(listing: &mut Listing, all: &[Value], line: u64) {
    if all.iter().any(|v| v.get("Event").is_some()) {
        all.iter().filter_map(|v| v.get("Event")).for_each(|event| misp::event(listing, event));
    } else if all.iter().any(stix::is_object) {
        stix::objects(listing, all);
    } else {
        records(listing, all, line);
    }
}

fn place(line: u64, number: u64) -> Place {
    if line > 0 { Place::Line(line) } else { Place::Object(number, String::new()) }
}

fn records(listing: &mut Listing, all: &[Value], line: u64) {
    for (number, value) in (1..).zip(all) {
        let place = place(line, number);
        match value {
            Value::String(text) => listing.add(place, text, Matching::Unsaid, Facts::default()),
            Value::Object(object) => record(listing, object, place),
            other => listing.fault(place, &other.to_string(), "neither a name nor a record"),
        }
    }
}

fn record(listing: &mut Listing, object: &Map<String, Value>, place: Place) {
    let fields: Fields = object.iter().map(|(name, value)| (rows::key(name), plain(value))).collect();
    if !rows::known(fields.keys().map(String::as_str)) {
        listing.fault(place, "", "no known form: neither STIX, nor MISP, nor a record with a column of hosts");
        return;
    }
    let indicators = rows::indicator_table(fields.keys().map(String::as_str));
    if indicators {
        listing.form = "indicator table";
    }
    rows::add(listing, &place, &fields, indicators);
}

/// A table of an answer of Log Analytics.
fn answer(listing: &mut Listing, table: &Value) {
    let names: Vec<String> =
        table["columns"].as_array().into_iter().flatten().map(|c| rows::key(c["name"].as_str().unwrap_or_default())).collect();
    let indicators = rows::indicator_table(names.iter().map(String::as_str));
    if indicators {
        listing.form = "indicator table";
    }
    for (number, row) in (1..).zip(table["rows"].as_array().into_iter().flatten()) {
        let cells = row.as_array().into_iter().flatten();
        let fields: Fields = names.iter().cloned().zip(cells.map(plain)).collect();
        rows::add(listing, &Place::Object(number, String::new()), &fields, indicators);
    }
}

/// A value as a column of text has it.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(listing: &Listing) -> Vec<String> {
        listing.entries.iter().map(|e| e.target.host.to_string()).collect()
    }

    #[test]
    fn arrays_records_and_answers() {
        assert_eq!(hosts(&read("x", r#"["a.com","b.com"]"#)), ["a.com", "b.com"]);
        assert_eq!(hosts(&read("x", r#"{"value":[{"DomainName":"a.com","Active":true}]}"#)), ["a.com"]);
        let table =
            r#"{"tables":[{"columns":[{"name":"ObservableKey"},{"name":"ObservableValue"}],"rows":[["domain-name:value","a.com"]]}]}"#;
        assert_eq!(hosts(&read("x", table)), ["a.com"]);
        let listing = read("x", "{\"Domain\":\"a.com\"}\n{broken\n{\"Domain\":\"b.com\"}\n");
        assert_eq!((hosts(&listing).len(), listing.faults[0].place.clone()), (2, Place::Line(2)));
    }

    #[test]
    fn hostile_json_is_an_error_with_a_place() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(read("x", &deep).faults[0].reason.contains("recursion"), "{:?}", read("x", &deep).faults);
        let large = format!("[{}\"a.com\"]", "\"a.com\", ".repeat(MAX_DOCUMENT / 8));
        assert!(read("x", &large).faults[0].reason.contains("one object a line"));
        assert_eq!(read("x", "{\"a\":1}").fault_count, 1);
        assert!(read("x", "{\n\"a\": }").faults[0].place == Place::Line(2));
    }
}
