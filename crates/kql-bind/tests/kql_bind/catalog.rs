//! A catalog for tests: all known tables, and some of its own.

use model::{Catalog, Column, KqlType, NamedTable, Schema, StoredFunction, TableSchema, tables};
use std::sync::Arc;

pub(crate) struct Tables;

fn schema(text: &str) -> Schema {
    Schema::new(text.split(' ').map(|c| c.split_once(':').unwrap()).map(|(n, t)| Column::new(n, KqlType::from_name(t).unwrap())).collect())
}

const OWN: [(&str, &str); 3] = [
    ("T", "a:string b:long c:int d:real e:datetime f:dynamic g:bool h:timespan i:guid j:decimal"),
    ("U", "a:string b:string z:long"),
    ("V", "a:string b:long x:datetime"),
];

impl Catalog for Tables {
    fn table(&self, name: &str) -> Option<TableSchema> {
        let own = OWN.iter().find(|(n, _)| *n == name).map(|(n, s)| TableSchema::new(*n, schema(s)));
        own.or_else(|| tables::builtin(name).cloned())
    }

    fn tables(&self) -> Vec<Arc<str>> {
        let mut names: Vec<Arc<str>> = tables::all().map(|t| t.name.clone()).chain(OWN.iter().map(|(n, _)| (*n).into())).collect();
        names.sort();
        names
    }

    fn function(&self, name: &str) -> Option<StoredFunction> {
        let (parameters, body) = match name {
            "imDns" => (
                "starttime: datetime = datetime(null), domain: string = '', pack: bool = false",
                "let wanted = domain; // a filter\nDnsEvents | where isempty(wanted) or Name has wanted | project TimeGenerated, Name",
            ),
            "loops" => ("", "loops() | take 1"),
            "broken" => ("", "T | where nosuch == 1"),
            "Mark" => ("T: (a: string), suffix: string", "T | extend marked = strcat(a, suffix)"),
            "twice" => ("x: long", "x * 2"),
            _ => return None,
        };
        Some(StoredFunction { name: name.into(), parameters: parameters.into(), body: body.into() })
    }

    fn functions(&self) -> Vec<Arc<str>> {
        ["Mark", "broken", "imDns", "loops", "twice"].map(Arc::from).to_vec()
    }

    fn watchlist(&self, alias: &str) -> Option<NamedTable> {
        let schema = schema("SearchKey:string Domain:string Role:string");
        alias
            .eq_ignore_ascii_case("MiningPools")
            .then(|| NamedTable { schema: TableSchema::new("MiningPools", schema), batches: Vec::new() })
    }

    fn external(&self, url: &str, columns: &Schema, _: &[(String, String)]) -> Result<NamedTable, String> {
        match url {
            "https://pinned.example/list.csv" => {
                Ok(NamedTable { schema: TableSchema::new("external", columns.clone()), batches: Vec::new() })
            }
            _ => Err("no pinned copy".to_owned()),
        }
    }
}
