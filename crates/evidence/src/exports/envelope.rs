//! Records in the envelope of Azure Monitor, as Defender XDR streams its tables and Azure Firewall its structured logs to a storage
//! account: `{"time", "category", "properties": {…}}`. The category names the table, the properties are the record.

use super::scan;
use std::borrow::Cow;

/// What streams of Defender put before a table's name.
const HUNTING: &str = "AdvancedHunting-";

/// The record in its envelope, with the table's name as `Type`; any other object as it is.
pub(crate) fn open(object: &str, depth: usize) -> Cow<'_, str> {
    // The sign of an envelope, found without walking over every record of other files.
    if memchr::memmem::find(object.as_bytes(), b"\"properties\"").is_none() {
        return Cow::Borrowed(object);
    }
    opened(object, depth).map_or(Cow::Borrowed(object), Cow::Owned)
}

fn opened(object: &str, depth: usize) -> Option<String> {
    let (mut category, mut properties, mut time, mut resource) = (None, None, None, None);
    for (key, value) in scan::members(object, depth).map_while(Result::ok) {
        let slot = match object.get(key)? {
            "category" => &mut category,
            "properties" => &mut properties,
            "time" | "Time" => &mut time,
            "resourceId" => &mut resource,
            _ => continue,
        };
        *slot = object.get(value);
    }
    let category = category?.trim_matches('"');
    let table = match category.strip_prefix(HUNTING) {
        Some(table) => table,
        None => Some(category).filter(|c| c.starts_with("AZFW"))?,
    };
    model::tables::builtin(table)?;
    let inner = properties?.strip_prefix('{')?;
    let mut record = format!("{{\"Type\":\"{table}\"");
    if table == category {
        // Defender's own records have a time of the event; this one is the firewall's.
        for (name, value) in [("TimeGenerated", time), ("_ResourceId", resource)] {
            if let Some(value) = value {
                record.push_str(&format!(",\"{name}\":{value}"));
            }
        }
    }
    if !inner.trim_start().starts_with('}') {
        record.push(',');
    }
    record.push_str(inner);
    Some(record)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn envelopes_are_opened_and_nothing_else() {
        for (object, expected) in [
            (
                r#"{"time":"t","category":"AdvancedHunting-DeviceInfo","properties":{"Timestamp":"x"}}"#,
                r#"{"Type":"DeviceInfo","Timestamp":"x"}"#,
            ),
            (
                r#"{"category":"AZFWDnsQuery","time":"t","resourceId":"/r","properties":{}}"#,
                r#"{"Type":"AZFWDnsQuery","TimeGenerated":"t","_ResourceId":"/r"}"#,
            ),
            (r#"{"category":"Other","properties":{"a":1}}"#, r#"{"category":"Other","properties":{"a":1}}"#),
            (r#"{"category":"AZFWDnsQuery","properties":1}"#, r#"{"category":"AZFWDnsQuery","properties":1}"#),
            (r#"{"a":1}"#, r#"{"a":1}"#),
            (r#"{"properties""#, r#"{"properties""#),
        ] {
            assert_eq!(open(object, 8), expected, "{object}");
        }
    }
}
