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
    for part in ["Must", "MustNot"] {
        set(&format!("/$defs/{part}/properties/session/items"), "enum", json!(SESSIONS));
        set(&format!("/$defs/{part}/properties/sha256/items"), "pattern", json!("^[0-9A-Fa-f]{64}$"));
    }
    schema
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
