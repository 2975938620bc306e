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
    let tables: String = (1..30).map(|i| format!("let t{i} = union t{}, t{};", i - 1, i - 1)).collect();
    let doubling_tables = format!("let t0 = print x = 1; {tables} t29 | count");
    let doubling = format!("let f0 = (x: long) {{ x }}; {calls} print f99(1)");
    for text in [
        deep("(", ")", 5_000),
        deep("tostring(", ")", 5_000),
        deep("(-", ")", 5_000),
        pipes,
        format!("{lets} print 1"),
        doubling,
        doubling_tables,
    ] {
        let error = bind(&text, &Tables).map(|_| ()).unwrap_err();
        assert!(error[0].code.starts_with("PH0"), "{error:?}");
    }
}

#[test]
fn errors_say_what_was_meant() {
    for (query, help) in [
        ("T | where B == 1", "did you mean `b`?"),
        ("DnsEvent | take 1", "did you mean `DnsEvents`?"),
        ("T | extend x = strcatt(a)", "did you mean `strcat`?"),
        ("T | extend x = a + 'b'", "join texts with `strcat(…)`"),
        ("T | evaluate bag_unpak(f)", "did you mean `bag_unpack`?"),
    ] {
        let errors = bind(query, &Tables).map(|_| ()).unwrap_err();
        assert_eq!(errors[0].help.as_deref(), Some(help), "{query}");
    }
}

/// How often each shared table stands in the plan.
fn shared(query: &str) -> Vec<usize> {
    let plan = format!("{:?}", bind(query, &Tables).unwrap().rel);
    let mut ids: Vec<&str> = plan.split("Shared { id: ").skip(1).filter_map(|rest| rest.split(',').next()).collect();
    ids.sort_unstable();
    ids.chunk_by(|a, b| a == b).map(<[&str]>::len).collect()
}

#[test]
fn tables_used_twice_are_shared() {
    assert_eq!(shared("let X = T | where b > 1; X | count"), [0; 0]);
    assert_eq!(shared("let X = T | where b > 1; X | join X on a"), [2]);
    assert_eq!(shared("let X = materialize(T | where b > 1); X | count"), [0; 0]);
    assert_eq!(shared("let X = T | where b > 1; let Y = X | take 1; union Y, Y"), [2]);
    assert_eq!(shared("T | where b > 1 | as X | where a in (X | project a)"), [2]);
    assert_eq!(shared("let X = T; union X, X"), [0; 0]);
}

#[test]
fn what_a_fuzzy_union_leaves_out_is_told() {
    let bound = bind("union isfuzzy=true T, Nosuch | render timechart", &Tables).unwrap();
    assert_eq!(bound.warnings.iter().map(|w| w.code).collect::<Vec<_>>(), ["KS205"]);
    assert_eq!(bound.render.as_deref(), Some("timechart"));
}

/// What `withsource` calls the inputs of a union.
#[test]
fn sources_of_a_union() {
    use kql_bind::RelKind;
    use kql_bind::ScalarKind;
    for (query, want) in [
        ("union withsource=S T, (U | where b == 'x')", ["T", "U"]),
        ("let A = T | project b; union withsource=S A, (print b=1)", ["union_arg0", "union_arg1"]),
        ("print b=1 | as X | union withsource=S (print b=2 | as Y)", ["X", "Y"]),
        ("let V = view () { print b=1 }; let W = view () { print b=2 }; union withsource=S V, W", ["V", "W"]),
    ] {
        let bound = bind(query, &Tables).unwrap();
        let RelKind::Union { inputs } = &bound.rel.kind else { panic!("{query}") };
        let names: Vec<_> = inputs
            .iter()
            .map(|input| match &input.kind {
                RelKind::Project { exprs, .. } => match &exprs[0].kind {
                    ScalarKind::Literal(model::Value::String(name)) => name.as_str(),
                    _ => "",
                },
                _ => "",
            })
            .collect();
        assert_eq!(names, want, "{query}");
    }
}
