//! `docs/exclusion.schema.json` is what the types make: `BLESS=1` rewrites it.

use super::values::SESSIONS;
use super::{Policy, SCENARIOS};
use model::EvidenceClass;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

fn root(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(below)
}

/// The schema of the types, with what types do not say.
fn schema() -> Value {
    let mut schema = serde_json::to_value(schemars::schema_for!(Policy)).unwrap();
    plain(&mut schema);
    let mut set = |at: &str, key: &str, value: Value| {
        schema.pointer_mut(at).and_then(Value::as_object_mut).unwrap_or_else(|| panic!("{at}")).insert(key.to_owned(), value);
    };
    set("", "title", json!("Exclusion policy of Poolhound"));
    set("", "required", json!(["id", "owner", "approver", "ticket", "reason", "valid", "explains", "must"]));
    set("/properties/explains/items", "enum", json!(EvidenceClass::ALL.map(EvidenceClass::name)));
    set("/properties/scenario", "minimum", json!(1));
    set("/properties/scenario", "maximum", json!(SCENARIOS.len()));
    set("/$defs/Validity", "required", json!(["from", "until"]));
    set("/$defs/Window", "required", json!(["zone"]));
    set("/$defs/Window/properties/days/items", "enum", json!(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]));
    set("/$defs/Destination/properties/ports/items", "minimum", json!(1));
    set("/$defs/Window/properties/minutes", "minimum", json!(1));
    set("/$defs/Window/properties/minutes", "maximum", json!(7 * 24 * 60));
    set("/$defs/Window/properties/grace_minutes", "maximum", json!(24 * 60));
    // One way to recur.
    let ways = [("days", &["from", "to"][..]), ("rrule", &["minutes"]), ("cron", &["minutes"])];
    let needs = |(way, with): (&str, &[&str])| {
        let keys = [&[way], with].concat();
        json!({ "required": keys })
    };
    set("/$defs/Window", "oneOf", Value::Array(ways.map(needs).to_vec()));
    for at in ["from", "to"] {
        set(&format!("/$defs/Window/properties/{at}"), "pattern", json!(CLOCK));
        let at = if at == "to" { "until" } else { at };
        set(&format!("/$defs/Validity/properties/{at}"), "pattern", json!(DAY));
    }
    set("/properties/approved", "pattern", json!(DAY));
    for key in ["id", "owner", "approver", "ticket", "reason"] {
        set(&format!("/properties/{key}"), "pattern", json!(TEXT));
    }
    set("/$defs/Window/properties/zone", "pattern", json!(TEXT));
    for part in ["Must", "MustNot"] {
        set(&format!("/$defs/{part}/properties/session/items"), "enum", json!(SESSIONS));
        set(&format!("/$defs/{part}/properties/sha256/items"), "pattern", json!("^[0-9A-Fa-f]{64}$"));
    }
    filled(&mut schema);
    schema
}

/// A day, or a moment with its offset.
const DAY: &str = r"^\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2}))?$";
const CLOCK: &str = r"^((\d|[01]\d|2[0-3]):[0-5]?\d|24:00?)$";
/// Something to read.
const TEXT: &str = r"\S";

/// Lists are not empty, and neither are the texts in them.
fn filled(value: &mut Value) {
    match value {
        Value::Object(map) => {
            if map.get("type").is_some_and(|kind| kind == "array") {
                map.insert("minItems".to_owned(), json!(1));
                if let Some(items) = map.get_mut("items").and_then(Value::as_object_mut)
                    && items.get("type").is_some_and(|kind| kind == "string")
                    && !items.contains_key("enum")
                    && !items.contains_key("pattern")
                {
                    items.insert("pattern".to_owned(), json!(TEXT));
                }
            }
            map.values_mut().for_each(filled);
        }
        Value::Array(items) => items.iter_mut().for_each(filled),
        _ => {}
    }
}

/// Without defaults, and without null: a key without a value is a mistake.
fn plain(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.remove("default");
            map.remove("format");
            if let Some(kind) = map.get("type").and_then(Value::as_array).and_then(|kinds| kinds.iter().find(|k| *k != "null")).cloned() {
                map.insert("type".to_owned(), kind);
            }
            let of_some = map.get("anyOf").and_then(Value::as_array).and_then(|any| any.iter().find(|v| v.get("$ref").is_some())).cloned();
            if let Some(Value::Object(inner)) = of_some {
                map.remove("anyOf");
                map.extend(inner);
            }
            map.values_mut().for_each(plain);
        }
        Value::Array(items) => items.iter_mut().for_each(plain),
        _ => {}
    }
}

#[test]
fn the_published_schema_is_that_of_the_types() {
    let file = root("docs/exclusion.schema.json");
    let made = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, &made).unwrap();
    }
    assert!(std::fs::read_to_string(&file).unwrap() == made, "docs/exclusion.schema.json is not what the types make: BLESS=1 rewrites it");
}

#[test]
fn every_key_is_described() {
    let schema = schema();
    let mut of = vec![("", &schema)];
    of.extend(schema["$defs"].as_object().unwrap().iter().map(|(name, of)| (name.as_str(), of)));
    for (name, of) in of {
        for (key, value) in of["properties"].as_object().unwrap() {
            assert!(value.get("description").is_some(), "{name}.{key} has no comment");
        }
    }
}

/// The schema says what the lint asks of a single value.
#[test]
fn what_the_lint_refuses_of_a_value_the_schema_refuses() {
    let schema = schema();
    let text = std::fs::read_to_string(root("examples/exclusions/1-scheduled-pool-job-linux.yaml")).unwrap();
    let check = |text: &str| faults(&schema, &schema, &serde_saphyr::from_str(text).unwrap());
    let window = "{zone: Europe/Berlin, days: [mon, tue, wed, thu, fri], from: '03:00', to: '05:00'}";
    for (from, to) in [
        ("ticket: CHG-1234", "ticket: ' '"),
        ("from: 2026-01-01", "from: 18.11.2026"),
        ("until: 2027-02-18", "until: '2027-02-18T10:00:00'"),
        ("account: [svc-minex]", "account: []"),
        ("account: [svc-minex]", "account: ['']"),
        (window, "{zone: UTC, days: [mon], from: '25:00', to: '05:00'}"),
        (window, "{zone: UTC, days: [mon], from: '03:00'}"),
        (window, "{zone: UTC, cron: '0 3 * * *'}"),
        (window, "{zone: UTC, cron: '0 3 * * *', minutes: 0}"),
        (window, "{zone: UTC, cron: '0 3 * * *', minutes: 10081}"),
        (window, "{zone: UTC, cron: '0 3 * * *', minutes: 60, grace_minutes: 1441}"),
        (window, "{zone: UTC, cron: '0 3 * * *', rrule: 'FREQ=DAILY', minutes: 60}"),
        (window, "{days: [mon], from: '03:00', to: '05:00'}"),
    ] {
        assert!(text.contains(from), "{from}");
        let text = text.replace(from, to);
        assert_eq!(check(&text).len(), 1, "{to}: {:?}", check(&text));
        assert!(Policy::parse("p.yaml", &text).is_err(), "{to}");
    }
    for to in
        ["{zone: UTC, rrule: 'FREQ=DAILY;BYHOUR=3', minutes: 60, grace_minutes: 5}", "{zone: UTC, days: [sat], from: '22:00', to: '24:00'}"]
    {
        let text = text.replace(window, to).replace("until: 2027-02-18", "until: '2027-02-18T10:00:00+01:00'");
        assert_eq!(check(&text), Vec::<String>::new(), "{to}");
        assert!(Policy::parse("p.yaml", &text).is_ok(), "{to}");
    }
}

#[test]
fn the_examples_are_of_the_schema_and_mistakes_are_not() {
    let schema = schema();
    let mut count = 0;
    for file in std::fs::read_dir(root("examples/exclusions")).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let check = |text: &str| faults(&schema, &schema, &serde_saphyr::from_str(text).unwrap());
        assert_eq!(check(&text), Vec::<String>::new());
        assert_eq!(check(&text.replace("owner:", "ower:")).len(), 2);
        assert_eq!(check(&text.replace("explains: [", "explains: [process_nam, ")).len(), 1);
        assert_eq!(check(&text.replace("must:\n", "must:\n  hashes: [x]\n")).len(), 1);
        assert_eq!(check(&text.replace("must:\n", "must:\n  signer: Acme\n").replacen("  signer: [", "  package: [", 1)).len(), 1);
        count += 1;
    }
    assert!(count >= 9);
}

/// The part of JSON Schema that ours uses; another word in it is a fault of this test.
fn faults(root: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let empty = Map::new();
    for (word, says) in schema.as_object().unwrap() {
        let object = value.as_object().unwrap_or(&empty);
        match word.as_str() {
            "$schema" | "$defs" | "title" | "description" => {}
            "$ref" => {
                let at = says.as_str().unwrap().trim_start_matches('#');
                found.extend(faults(root, root.pointer(at).unwrap(), value));
            }
            "type" => {
                let is = match says.as_str().unwrap() {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "integer" => value.is_u64(),
                    "boolean" => value.is_boolean(),
                    other => panic!("type {other}"),
                };
                found.extend((!is).then(|| format!("{value} is no {says}")));
            }
            "properties" => {
                let says = says.as_object().unwrap();
                found.extend(object.iter().filter_map(|(key, value)| Some(faults(root, says.get(key)?, value))).flatten());
            }
            "additionalProperties" => {
                let known = schema["properties"].as_object().unwrap();
                found.extend(object.keys().filter(|key| !known.contains_key(*key)).map(|key| format!("{key} is not known")));
            }
            "required" => found
                .extend(says.as_array().unwrap().iter().filter(|k| !object.contains_key(k.as_str().unwrap())).map(|k| format!("no {k}"))),
            "items" => found.extend(value.as_array().into_iter().flatten().flat_map(|item| faults(root, says, item))),
            "oneOf" => {
                let fit = says.as_array().unwrap().iter().filter(|way| faults(root, way, value).is_empty()).count();
                found.extend((fit != 1).then(|| format!("{value} is {fit} of {says}")));
            }
            "minItems" => {
                let least = says.as_u64().unwrap();
                found.extend(value.as_array().filter(|items| (items.len() as u64) < least).map(|_| "an empty list".to_owned()));
            }
            "enum" => found.extend((!says.as_array().unwrap().contains(value)).then(|| format!("{value} is not one of {says}"))),
            "minimum" => found.extend((value.as_u64() < says.as_u64()).then(|| format!("{value} is less than {says}"))),
            "maximum" => found.extend((value.as_u64() > says.as_u64()).then(|| format!("{value} is more than {says}"))),
            "pattern" => {
                let pattern = regex::Regex::new(says.as_str().unwrap()).unwrap();
                found.extend((!pattern.is_match(value.as_str().unwrap_or_default())).then(|| format!("{value} does not match {says}")));
            }
            other => panic!("`{other}` is not checked"),
        }
    }
    found
}
