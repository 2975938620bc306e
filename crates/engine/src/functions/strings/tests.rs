use crate::functions::args::constant;
use crate::functions::testing::{check, eval};
use crate::functions::{Arg, ArgInfo, Call, resolve};
use arrow::array::{Array, AsArray};
use model::{KqlType, Value};

fn s(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn d(json: &str) -> Value {
    Value::Dynamic(json.to_owned())
}

fn l(n: i64) -> Value {
    Value::Long(n)
}

const NULL: Value = Value::Null(KqlType::Long);

#[test]
fn put_together() {
    check(&[
        ("strcat", &[s("a"), l(1), Value::Bool(true), NULL, s("z")], s("a1Truez")),
        ("strcat_delim", &[s("-"), l(1), s("2"), s("A"), Value::TimeSpan(10_000_000)], s("1-2-A-00:00:01")),
        ("strcat_delim", &[s("-"), s("a"), NULL, s("b")], s("a--b")),
        ("strcat_array", &[d("[\"a\",null,\"\",\"b\"]"), s("|")], s("a|||b")),
        ("strcat_array", &[d("{}"), s("|")], s("")),
        ("strrep", &[l(123), l(3), s(".")], s("123.123.123")),
        ("strrep", &[s("ABC"), l(2)], s("ABCABC")),
        ("strrep", &[s("ABC"), l(0)], s("")),
        ("regex_quote", &[s("(so$me.Te^xt)")], s(r"\(so\$me\.Te\^xt\)")),
        ("reverse", &[s("ℌello")], s("olleℌ")),
        ("toupper", &[s("naïvetéß")], s("NAÏVETÉß")),
        ("tolower", &[s("ÅNGSTRÖM")], s("ångström")),
        ("translate", &[s("krasp"), s("otsku"), s("spark")], s("kusto")),
        ("translate", &[s("abc"), s("x"), s("abc")], s("xxx")),
        ("translate", &[s("abc"), s(""), s("ab")], s("")),
        ("replace_string", &[s("aba"), s("a"), s("")], s("b")),
        ("replace_string", &[s("aaa"), s(""), s("X")], s("aaa")),
        ("replace_strings", &[s("This is"), d(r#"["is","This"]"#), d(r#"["was","This"]"#)], s("Thwas was")),
        ("replace_strings", &[s("This is"), d(r#"["This","is"]"#), d(r#"[12345,"was"]"#)], s("This was")),
        ("replace_strings", &[s("a cat into a dog"), d(r#"["cat","dog"]"#), d(r#"["dog","pigeon"]"#)], s("a dog into a pigeon")),
    ]);
}

#[test]
fn measured() {
    check(&[
        ("strlen", &[s("𝓗ello")], l(5)),
        ("string_size", &[s("𝓗ello")], l(8)),
        ("strcmp", &[s("abc"), s("ABC")], l(1)),
        ("strcmp", &[s("ABC"), s("abc")], l(-1)),
        ("countof", &[s("aaaa"), s("aa")], l(3)),
        ("countof", &[s("aaaa"), s("aa"), s("normal")], l(3)),
        ("indexof", &[s("abcdefg"), s("cde")], l(2)),
        ("indexof", &[s("abcdefg"), s("cde"), l(1), l(4)], l(2)),
        ("indexof", &[s("abcdefg"), s("cde"), l(1), l(2)], l(2)),
        ("indexof", &[s("abcdefg"), s("cde"), l(3), l(4)], l(-1)),
        ("indexof", &[s("abcdefg"), s("cde"), l(-5)], l(2)),
        ("indexof", &[l(1_234_567), l(5), l(1), l(4)], l(4)),
        ("indexof", &[s("abcdefg"), s("cde"), l(2), l(-1)], l(2)),
        ("indexof", &[s("abcdefgabcdefg"), s("cde"), l(1), l(10), l(2)], l(9)),
        ("indexof", &[s("abcdefgabcdefg"), s("cde"), l(1), l(-1), l(3)], l(-1)),
        ("indexof", &[s("café"), s("é")], l(3)),
        ("indexof", &[s("abc"), s("")], NULL),
        ("substring", &[s("abcdefghij"), l(-4), l(2)], s("gh")),
        ("substring", &[s("abc"), NULL, l(2)], s("")),
        ("isascii", &[s("é")], Value::Bool(false)),
    ]);
}

#[test]
fn regexes() {
    check(&[
        ("trim", &[s("x"), s("xxabcxx")], s("xabcx")),
        ("trim", &[s(r"\s+"), s("  a b  ")], s("a b")),
        ("trim", &[s("1"), s("11")], s("")),
        ("trim_start", &[s(r"[^\w]+"), s("-  Te st1// $")], s("Te st1// $")),
        ("trim_end", &[s(".com"), s("bing.com")], s("bing")),
        ("extract", &[s(r"Email: (\S+),"), l(1), s("Email: a@b, Age")], s("a@b")),
        ("extract", &[s(r"(\d+)"), l(0), s("none")], s("")),
        ("extract", &[s(r"-(\d{2})-"), l(1), s("15-12-2024")], l(12)),
        ("replace_regex", &[s("one two"), s(r"(\w)(\w)"), s(r"\2\1")], s("noe wto")),
        ("replace_regex", &[s("abc"), s("x*"), s("-")], s("-a-b-c-")),
        ("indexof_regex", &[s("abcabc"), s("a.c"), l(1)], l(3)),
        ("indexof_regex", &[s("abcabcdefg"), s("a.c"), l(0), l(9), l(2)], l(3)),
        ("indexof_regex", &[s("ababaa"), s("a.a"), l(0), l(-1), l(2)], l(-1)),
        ("indexof_regex", &[s("abcabc"), s("a|ab"), l(-1)], NULL),
    ]);
    assert!(matches!(eval("extract", &[s("a"), l(1), s("a")], KqlType::String), Some(Err(e)) if e.contains("no group 1")));
}

#[test]
fn taken_apart() {
    check(&[
        ("split", &[s("a,,b"), s(",")], d(r#"["a","","b"]"#)),
        ("split", &[s(""), s(",")], d(r#"[""]"#)),
        ("parse_csv", &[s("a,\"b,c\"\nd")], d(r#"["a","b,c"]"#)),
        ("parse_version", &[s("0.0.3")], Value::Decimal("300000000".to_owned())),
        ("unicode_codepoints_from_string", &[s("Kü")], d("[75,252]")),
        ("unicode_codepoints_to_string", &[d("[75,117]"), l(115)], s("Kus")),
        ("format_bytes", &[l(564)], s("564 Bytes")),
        ("url_encode", &[s("a b/é")], s("a+b%2f%c3%a9")),
        ("base64_decode_tostring", &[s("U3RyaW5n0KHR0tGA0L7Rh9C60LA=")], s("")),
        ("base64_decode_toarray", &[s("S3VzdG8=")], d("[75,117,115,116,111]")),
        ("base64_decode_toguid", &[s("abcd1231")], Value::Null(KqlType::Guid)),
        ("base64_encode_fromarray", &[d("[75,117]")], s("S3U=")),
    ]);
}

/// Calls that need their constants when the query is planned.
#[test]
fn planned() {
    for (name, args, want) in [
        ("extract_all", vec![s(r"(\d+)"), s("a 12, 3")], Some(r#"["12","3"]"#)),
        ("extract_all", vec![s(r"(\w)(\w+)(\w)"), d("[1,3]"), s("abc def")], Some(r#"[["a","c"],["d","f"]]"#)),
        ("extract_all", vec![s(r"(?P<first>\w)(\w+)"), d(r#"["first",2]"#), s("abc")], Some(r#"[["a","bc"]]"#)),
        ("extract_all", vec![s("([a-z])(\\d)?"), s("a1b")], Some(r#"[["a","1"],["b",""]]"#)),
        ("extract_all", vec![s(r"(\d)"), s("none")], None),
        ("split", vec![s("a=b=c"), s("="), l(1)], Some(r#"["b"]"#)),
        ("split", vec![s("a"), s("="), l(1)], None),
        ("parse_command_line", vec![s("echo \"hello world!\" print$?"), s("windows")], Some(r#"["echo","hello world!","print$?"]"#)),
        ("extract_json", vec![s("$.a[1]"), s(r#"{"a":[1,"x"]}"#)], Some("x")),
        ("extract_json", vec![s("$.b"), s(r#"{"a":[1,"x"]}"#)], Some("")),
    ] {
        let infos: Vec<_> = args.iter().map(|v| ArgInfo { kql_type: v.kql_type(), constant: Some(v.clone()) }).collect();
        let returns = if name == "extract_json" { KqlType::String } else { KqlType::Dynamic };
        let kernel = resolve(&Call { name, args: &infos, returns }).unwrap().unwrap();
        let arrays: Vec<_> = args.iter().map(|v| Arg::Constant(constant(v))).collect();
        let out = kernel.call(&arrays, 2).unwrap();
        assert_eq!(out.len(), 2);
        assert_eq!(out.is_valid(1).then(|| out.as_string_view().value(1)), want, "{name} {args:?}");
    }
}
