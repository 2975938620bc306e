//! Texts made to hurt: deep, long, cut off, not text at all. A test thread has a stack of 2 MB.

use kql_syntax::{Parse, parse};

fn check(text: &str) -> Parse {
    let parse = parse(text);
    let back: String = parse.tokens.iter().map(|t| t.span.text(text)).collect();
    assert_eq!(back, text);
    parse
}

fn refused(text: &str) {
    assert!(check(text).has_errors(), "{}…", text.chars().take(40).collect::<String>());
}

#[test]
fn deep_nesting_is_refused() {
    const N: usize = 100_000;
    for open in ["(", "[", "{", "-", "+", "- ", "f(", "a[", "dynamic(", "dynamic([", "not(", "toscalar(", "a | join (", "T | union ("] {
        let depth = if open == "(" { N } else { N / 10 };
        refused(&open.repeat(depth));
        refused(&format!("T | where {}", open.repeat(depth)));
    }
    refused(&format!("print dynamic({}", "[".repeat(N)));
    refused(&format!("print dynamic({}", "{\"a\":".repeat(N)));
    refused(&format!("print {}1{}", "(".repeat(N), ")".repeat(N)));
    refused(&format!("print {}1{}", "f(".repeat(N / 10), ")".repeat(N / 10)));
    refused(&"let f = () { ".repeat(N));
    refused(&format!("{}T{}", "(T | join (".repeat(N / 10), ") on x)".repeat(N / 10)));
    refused(&"T | mv-apply x on (mv-apply y on (".repeat(N / 10));
    refused(&format!("print {}", "x in (".repeat(N / 10)));
    refused(&format!("print {}", "x between (1 .. ".repeat(N / 10)));
}

#[test]
fn long_chains_do_not_make_high_trees() {
    const N: usize = 100_000;
    for (text, fine) in [
        (format!("T | where {}x", "x == 1 or ".repeat(N)), true),
        (format!("T | where {}x", "x and ".repeat(N)), true),
        (format!("T {}", "| where x > 1 ".repeat(N)), true),
        (format!("T | project {}x", "x, ".repeat(N)), true),
        (format!("{}T", "let x = 1; ".repeat(N)), true),
        (format!("print {}1", "1 + ".repeat(N)), false),
        (format!("print {}1", "a has ".repeat(N)), false),
        (format!("print a{}", ".b".repeat(N)), false),
        (format!("print a{}", "[0]".repeat(N)), false),
    ] {
        assert_eq!(check(&text).has_errors(), !fine, "{}…", text.chars().take(40).collect::<String>());
    }
    for count in [40, 150] {
        let text = format!("print {}1", "1 + ".repeat(count));
        assert!(!parse(&text).has_errors());
    }
}

#[test]
fn nesting_below_the_cap_is_fine() {
    for (open, close) in [("(", ")"), ("f(", ")"), ("-(", ")"), ("toscalar(T | where ", ")")] {
        let text = format!("print {}1{}", open.repeat(90), close.repeat(90));
        assert_eq!(parse(&text).diagnostics, vec![], "{open}");
    }
    let text = format!("{}T{}", "(T | join (".repeat(60), ") on x)".repeat(60));
    assert_eq!(parse(&text).diagnostics, vec![]);
}

#[test]
fn repeated_pieces_end_in_time() {
    for piece in [
        "datetime(",
        "\"",
        "'",
        "```",
        "~~~",
        "h@'",
        "(;",
        "[;)",
        "|",
        "||",
        ",",
        ";",
        "]",
        ")",
        "}",
        "((((]]",
        "!",
        "~",
        "@",
        "\\",
        "é",
        "\u{0}",
        "..",
        "1.",
        "1e",
        "0x",
        "let ",
        "let x=",
        "let f=(",
        "let f=(){",
        "set ",
        "declare ",
        "| as ",
        "| where ",
        "in (",
        "between",
        "['a']",
        "['",
        "dynamic({",
        "{'a':",
        "(a,b)=",
        "()=",
        "| parse x with ",
        "typeof(",
        "hint.a=",
        "| x-",
        "a-b-",
        "/",
        "//",
        "\r",
        "\u{feff}",
        "$",
        "$left.",
    ] {
        for prefix in ["", "T | where ", "T | extend ", "T | parse x with ", "T | join kind=", "T | scan ", "print ", "datatable(a:long)["]
        {
            check(&format!("{prefix}{}", piece.repeat(1_000)));
        }
    }
}

#[test]
fn cut_off_queries() {
    let query = "let f = (T:(a:long), x:long=5) { T | where a > x }; f(datatable(a:long)[1, -2,]) | join kind=inner (print a=dynamic({\"b\":[1,null]})) \
                 on $left.a == $right.a | summarize hint.strategy=shuffle c=count() by bin(t, 1.5h) | mv-apply x to typeof(long) on (where x in~ ('é', @\"\\\") \
                 | top 5 by x asc nulls last) | parse kind=regex flags=Ui s with * \"a\" b:long * | evaluate bag_unpack(d) : (a:string)";
    for (end, _) in query.char_indices() {
        check(query.get(..end).unwrap());
        check(query.get(end..).unwrap());
    }
}

#[test]
fn a_text_that_is_too_long_is_refused_whole() {
    refused(&" ".repeat(kql_syntax::MAX_TEXT + 1));
    check(&"1".repeat(kql_syntax::MAX_TEXT));
}
