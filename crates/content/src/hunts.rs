//! Hunts in Sentinel's YAML: hunting queries and analytics rules, ours and others'.
//!
//! Read leniently, as published files are dirty: unknown fields are passed over, names are trimmed.

use crate::ContentError;
use model::{EvidenceClass, Severity};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// A query with what is said about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Hunt {
    /// Short and stable: the folder's name of ours; the file's name of others.
    pub id: String,
    pub guid: String,
    pub name: String,
    pub description: String,
    pub severity: Severity,
    pub evidence_class: EvidenceClass,
    pub tactics: Vec<String>,
    pub techniques: Vec<String>,
    pub query: String,
    pub entities: Vec<EntityMapping>,
    /// The file it came from, for messages.
    pub file: String,
}

/// One entity field and the column that fills it, as `Host`, `HostName`, `Computer`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityMapping {
    pub entity: String,
    pub identifier: String,
    pub column: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    #[serde(default)]
    id: String,
    name: String,
    #[serde(default)]
    description: String,
    severity: Option<String>,
    #[serde(default)]
    tactics: Option<Vec<String>>,
    #[serde(default)]
    relevant_techniques: Option<Vec<String>>,
    #[serde(default)]
    tags: Option<Vec<Value>>,
    query: String,
    #[serde(default)]
    entity_mappings: Option<Vec<RawMapping>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawMapping {
    entity_type: String,
    #[serde(default)]
    field_mappings: Vec<RawField>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawField {
    identifier: String,
    column_name: String,
}

impl Hunt {
    /// `id` names the hunt in findings. A rule's severity is its own; a hunting query's is in its tags, else Low.
    pub fn parse(file: &str, id: &str, text: &str) -> Result<Self, ContentError> {
        let text = text.trim_start_matches('\u{feff}');
        let raw: Raw = serde_saphyr::from_str(text).map_err(|e| ContentError::file(file, e))?;
        let tags = tags(raw.tags.as_deref().unwrap_or_default());
        let severity = raw.severity.as_deref().or(tags.get("severity").map(String::as_str));
        let severity = match severity {
            Some(name) => Severity::from_name(name.trim())
                .ok_or_else(|| ContentError::file(file, format!("severity `{name}` is none of Informational, Low, Medium, High")))?,
            None => Severity::Low,
        };
        let evidence_class = match tags.get("evidence_class") {
            Some(name) => EvidenceClass::from_name(name)
                .ok_or_else(|| ContentError::file(file, format!("evidence_class `{name}` is not one of Poolhound's evidence classes")))?,
            None => guess_class(&raw.query),
        };
        let trimmed = |list: Option<Vec<String>>| list.unwrap_or_default().iter().map(|s| s.trim().to_owned()).collect();
        let entities = raw.entity_mappings.unwrap_or_default().into_iter().flat_map(|mapping| {
            let entity = mapping.entity_type.trim().to_owned();
            mapping.field_mappings.into_iter().map(move |field| EntityMapping {
                entity: entity.clone(),
                identifier: field.identifier.trim().to_owned(),
                column: field.column_name.trim().to_owned(),
            })
        });
        Ok(Self {
            id: id.to_owned(),
            guid: raw.id.trim().to_owned(),
            name: raw.name.trim().trim_matches(['\'', '"']).to_owned(),
            description: raw.description.trim().trim_matches(['\'', '"']).trim().to_owned(),
            severity,
            evidence_class,
            tactics: trimmed(raw.tactics),
            techniques: trimmed(raw.relevant_techniques),
            entities: entities.collect(),
            query: raw.query,
            file: file.to_owned(),
        })
    }
}

/// Tags are strings, or maps of one entry or more.
fn tags(list: &[Value]) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for tag in list {
        for (key, value) in tag.as_object().into_iter().flatten() {
            if let Some(text) = value.as_str() {
                all.insert(key.clone(), text.trim().to_owned());
            }
        }
    }
    all
}

/// The kind of proof of a hunt that does not say: by the tables that it reads.
fn guess_class(query: &str) -> EvidenceClass {
    let query = query.to_ascii_lowercase();
    let reads = |words: &[&str]| words.iter().any(|w| query.contains(w));
    if reads(&["imdns", "_im_dns", "dnsevents", "dnsquery", "asimdns"]) {
        EvidenceClass::PoolDns
    } else if reads(&["processevents", "processcreate", "improcess", "execve", "commandline", "securityevent"]) {
        EvidenceClass::ProcessCommand
    } else {
        EvidenceClass::PoolConnection
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = "id: 0d76e9cf-788d-4a69-ac7d-f234826b5bed\nname: DNS events related to mining pools\ndescription: |\n  'Identifies.'\nseverity: Low\n\
        tactics:\n  - Impact \nquery: |\n  DnsEvents | where Name has_any ('a')\nentityMappings:\n  - entityType: IP\n    fieldMappings:\n      - identifier: Address\n        columnName: ClientIP\n\
        version: 1.0.0\nkind: Scheduled\n";

    #[test]
    fn a_rule_of_the_workspace() {
        let hunt = Hunt::parse("x.yaml", "x", RULE).unwrap();
        assert_eq!((hunt.severity, hunt.evidence_class), (Severity::Low, EvidenceClass::PoolDns));
        assert_eq!(hunt.entities[0].column, "ClientIP");
        assert_eq!(hunt.tactics, ["Impact"]);
    }

    #[test]
    fn tags_say_severity_and_class() {
        let text = "name: n\ntags:\n  - severity: High\n  - evidence_class: wallet\n  - plain\nquery: T\n";
        let hunt = Hunt::parse("x.yaml", "x", text).unwrap();
        assert_eq!((hunt.severity, hunt.evidence_class), (Severity::High, EvidenceClass::Wallet));
        let bad = Hunt::parse("x.yaml", "x", &text.replace("wallet", "purse")).unwrap_err().to_string();
        assert!(bad.contains("x.yaml") && bad.contains("purse"), "{bad}");
    }
}
