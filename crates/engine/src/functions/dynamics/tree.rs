//! `treepath`: all paths to the leaves of a dynamic, and to what is on the way.

use super::dynamic;
use crate::dynamic::DynValue;
use crate::functions::{Call, Resolved};
use model::KqlType;

pub(super) fn resolve(call: &Call) -> Resolved {
    if call.name != "treepath" || call.args.len() != 1 || call.args[0].kql_type != KqlType::Dynamic {
        return None;
    }
    dynamic(call, |a| {
        if a[0].is_null() {
            return None;
        }
        let mut paths = Vec::new();
        collect(&a[0], "", &mut paths);
        Some(DynValue::Array(paths.into_iter().map(DynValue::String).collect()))
    })
}

/// All elements of an array share the path `[0]`.
fn collect(value: &DynValue, prefix: &str, paths: &mut Vec<String>) {
    let mut visit = |path: String, inner: &DynValue| {
        if !paths.contains(&path) {
            paths.push(path.clone());
        }
        collect(inner, &path, paths);
    };
    match value {
        DynValue::Bag(pairs) => pairs.iter().for_each(|(key, inner)| visit(format!("{prefix}['{key}']"), inner)),
        DynValue::Array(items) => items.iter().for_each(|inner| visit(format!("{prefix}[0]"), inner)),
        _ => {}
    }
}
