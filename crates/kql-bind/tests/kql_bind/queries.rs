//! Queries with the columns they yield, or the error they must give.

use crate::catalog::Tables;
use kql_bind::bind;

const T: &str = "a:string b:long c:int d:real e:datetime f:dynamic g:bool h:timespan i:guid j:decimal";

fn columns(query: &str) -> Result<String, String> {
    match bind(query, &Tables) {
        Ok(bound) => Ok(bound.rel.schema.columns.iter().map(|c| format!("{}:{}", c.name, c.kql_type)).collect::<Vec<_>>().join(" ")),
        Err(errors) => Err(format!("{} {}", errors[0].code, errors[0].span.text(query))),
    }
}

/// The cases of a data file: a query, then `= columns` or `! code place`. `TT` stands for the columns of the table T.
#[test]
fn columns_and_errors() {
    let mut wrong = Vec::new();
    let mut cases = 0;
    let mut query = String::new();
    for line in include_str!("queries.txt").lines() {
        let (want, is_error) = match (line.strip_prefix("= "), line.strip_prefix("! ")) {
            (Some(columns), _) => (columns.replace("TT", T), false),
            (_, Some(error)) => (error.to_owned(), true),
            _ => {
                if !line.starts_with('#') {
                    query.push_str(line);
                    query.push('\n');
                }
                continue;
            }
        };
        cases += 1;
        let text = std::mem::take(&mut query);
        let text = text.trim();
        let got = columns(text);
        let same = match &got {
            Ok(got) => !is_error && *got == want,
            // An error without a place has only its code here.
            Err(got) => is_error && (*got == want || got.split_once(' ').is_some_and(|(code, _)| code == want)),
        };
        if !same {
            wrong.push(format!("{text}\n   want {want}\n   got  {got:?}"));
        }
    }
    assert!(cases > 0);
    assert!(wrong.is_empty(), "{} of {cases} cases:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn hostile_texts_end_in_errors() {
    let deep = |open: &str, close: &str, n: usize| format!("print x = {}1{}", open.repeat(n), close.repeat(n));
    let pipes = format!("T {}", "| where b > 1 ".repeat(6_000));
    let lets: String = (0..6_000).map(|i| format!("let x{i} = {i};")).collect();
    let calls: String = (1..100).map(|i| format!("let f{i} = (x: long) {{ f{}(x) + f{}(x) }};", i - 1, i - 1)).collect();
    let doubling = format!("let f0 = (x: long) {{ x }}; {calls} print f99(1)");
    for text in [deep("(", ")", 5_000), deep("tostring(", ")", 5_000), deep("-", "", 5_000), pipes, format!("{lets} print 1"), doubling] {
        let error = bind(&text, &Tables).map(|_| ()).unwrap_err();
        assert!(error[0].code.starts_with("PH0"), "{error:?}");
    }
}
