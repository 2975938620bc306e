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

/// Prints how fast the kernels are; run with `--ignored --nocapture` and optimisation.
#[test]
#[ignore = "a measurement"]
fn speed() {
    use crate::functions::{Arg, ArgInfo, Call, resolve};
    use arrow::array::{ArrayRef, AsArray, StringViewArray};
    use std::sync::Arc;
    // Time on the processor: what else runs does not count. Wall-clock time where the system does not tell.
    let clock = || -> f64 {
        let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok().and_then(|t| t.split(' ').next()?.parse::<f64>().ok());
        told.unwrap_or_else(|| std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos() as f64) / 1e9
    };
    let hosts = ["cdn.example.com", "static.files.example.net", "login.corp.example.org", "api.telemetry.example.io"];
    let url = |n: usize| {
        format!(
            "https://{}/assets/{:x}/index-{}.html?session={:08x}&lang=en",
            hosts[n % 4],
            n * 7919,
            n % 97,
            n.wrapping_mul(2_654_435_761)
        )
    };
    let texts: Vec<String> =
        (0..100_000).map(|n| if n % 2_000 == 7 { format!("stratum+tcp://{} xmrpool {}", hosts[n % 4], n) } else { url(n) }).collect();
    let bytes: usize = texts.iter().map(String::len).sum();
    let column: ArrayRef = Arc::new(StringViewArray::from_iter_values(&texts));
    let list = |size: usize| {
        let names: Vec<String> = (0..size).map(|n| format!("\"pool{n}.mine{}.example\"", n % 13)).collect();
        d(&format!("[{},\"xmrpool\"]", names.join(",")))
    };
    let dashes = d(r#"["--donate-level","-o pool","--algo","--coin","-u wallet","--randomx","xmrpool"]"#);
    let cases = [
        ("has", s("xmrpool")),
        ("has", s("example.com")),
        ("contains", s("xmrpool")),
        ("has_cs", s("xmrpool")),
        ("startswith", s("stratum")),
        ("has_any", list(3)),
        ("has_any", list(100)),
        ("has_any", list(5_000)),
        ("has_any", list(20_000)),
        ("has_any", dashes),
        ("in~", list(5_000)),
        ("matches regex", s(r"(?i)\bxmrpool\b")),
        ("has", s("xmrpööl")),
    ];
    for (name, needle) in cases {
        let infos = [
            ArgInfo { kql_type: KqlType::String, constant: None },
            ArgInfo { kql_type: needle.kql_type(), constant: Some(needle.clone()) },
        ];
        let start = clock();
        let kernel = resolve(&Call { name, args: &infos, returns: KqlType::Bool }).unwrap().unwrap();
        let built = (clock() - start) * 1e3;
        let args = [Arg::Column(Arc::clone(&column)), Arg::Constant(crate::functions::args::constant(&needle))];
        let mut best = f64::MAX;
        let mut hits = 0;
        for _ in 0..3 {
            let start = clock();
            let out = kernel.call(&args, texts.len()).unwrap();
            best = best.min(clock() - start);
            hits = out.as_boolean().true_count();
        }
        let label: String = format!("{needle:?}").chars().take(40).collect();
        println!("{name:14} {label:40} {:7.0} MB/s {hits:7} hits, built in {built:.2} ms", bytes as f64 / best / 1e6);
    }
}
