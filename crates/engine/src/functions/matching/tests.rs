use crate::functions::testing::{check, eval};
use model::{KqlType, Value};

fn s(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn d(json: &str) -> Value {
    Value::Dynamic(json.to_owned())
}

const T: Value = Value::Bool(true);
const F: Value = Value::Bool(false);
const NULL: Value = Value::Null(KqlType::Bool);

#[test]
fn words() {
    check(&[
        ("has", &[s("foo.bar.baz"), s("bar")], T),
        ("has", &[s("foobar"), s("bar")], F),
        ("!has", &[s("foobar"), s("bar")], T),
        ("has", &[d("\"a b\""), s("b")], T),
        ("has", &[Value::Null(KqlType::Dynamic), s("b")], F),
        ("has_cs", &[s("The.Quick"), s("quick")], F),
        ("hasprefix", &[s("foo bar"), s("ba")], T),
        ("!hassuffix", &[s("foo bar"), s("ba")], T),
        ("contains", &[s("FOOBAR"), s("oba")], T),
        ("contains_cs", &[s("FOOBAR"), s("oba")], F),
        ("!contains", &[s(""), s("a")], T),
        ("startswith", &[s("Hello"), s("he")], T),
        ("!endswith_cs", &[s("Hello"), s("LO")], T),
        ("matches regex", &[s("a1"), s(r"^\w\d$")], T),
        ("matches regex", &[s("ＡＢ１２"), s(r"\d")], T),
    ]);
    assert!(matches!(eval("matches regex", &[s("a"), s("(")], KqlType::Bool), Some(Err(e)) if e.contains("unclosed group")));
    assert!(matches!(eval("matches regex", &[s("a"), s("(?=a)")], KqlType::Bool), Some(Err(_))));
}

#[test]
fn lists() {
    check(&[
        ("has_any", &[s("the error log"), s("warn"), s("ERROR")], T),
        ("has_any", &[s("errors"), s("error")], F),
        ("has_any", &[s("the error log"), d(r#"["warn","error"]"#)], T),
        ("has_any", &[s("x"), d("[]")], F),
        ("has_any", &[s("x"), d("[null]")], T),
        ("has_any", &[s("port 3333"), d("[3333]")], T),
        ("has_all", &[s("the error log"), d(r#"["LOG","error"]"#)], T),
        ("has_all", &[s("the error log"), s("log"), s("warn")], F),
        ("has_all", &[s("x"), d("[]")], T),
        ("has_all", &[s("a b"), d("[\"a\",null]")], T),
        ("has_any_index", &[s("this is an example"), d(r#"["nothing","example","this"]"#)], Value::Long(1)),
        ("has_any_index", &[s("this is an example"), d(r#"["nothing"]"#)], Value::Long(-1)),
    ]);
}

#[test]
fn membership() {
    let null = || Value::Null(KqlType::Long);
    check(&[
        ("in", &[s("a"), s("A"), s("a")], T),
        ("!in", &[s("a"), s("A"), s("b")], T),
        ("in~", &[s("MÜLLER"), s("müller")], T),
        ("!in~", &[s("x"), d(r#"["X","y"]"#)], F),
        ("in", &[Value::Long(2), Value::Long(1), Value::Long(2)], T),
        ("in", &[Value::Long(2), d("[1,2.0]")], T),
        ("in", &[null(), Value::Long(1)], F),
        ("!in", &[null(), Value::Long(1)], T),
        ("in", &[null(), Value::Long(1), null()], NULL),
        ("in", &[Value::Long(1), Value::Real(1.0)], T),
        ("in", &[d("\"a\""), s("a")], T),
        ("in", &[d("5"), Value::Long(5)], T),
        ("in", &[Value::DateTime(5), Value::DateTime(5)], T),
        ("in", &[Value::Bool(true), Value::Bool(false)], F),
    ]);
}
