//! Stored functions: `name`, `parameters`, `body`, as Sentinel keeps them.

use crate::ContentError;
use model::StoredFunction;
use serde::Deserialize;

#[derive(Deserialize)]
struct Raw {
    name: String,
    #[serde(default)]
    parameters: String,
    body: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum File {
    One(Raw),
    Many { functions: Vec<Raw> },
}

/// The functions of a YAML file: one at its top, or a list under `functions`.
pub(crate) fn parse(file: &str, text: &str) -> Result<Vec<StoredFunction>, ContentError> {
    let parsed: File = serde_saphyr::from_str(text).map_err(|e| ContentError::file(file, e))?;
    let raws = match parsed {
        File::One(one) => vec![one],
        File::Many { functions } => functions,
    };
    Ok(raws.into_iter().map(|r| StoredFunction { name: r.name.into(), parameters: r.parameters.into(), body: r.body.into() }).collect())
}
