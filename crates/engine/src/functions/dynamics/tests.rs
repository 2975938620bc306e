use crate::functions::testing::{check, eval};
use model::{KqlType, Value, ticks};

fn s(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn d(json: &str) -> Value {
    Value::Dynamic(json.to_owned())
}

fn l(n: i64) -> Value {
    Value::Long(n)
}

const NULL: Value = Value::Null(KqlType::Dynamic);
const T: Value = Value::Bool(true);
const F: Value = Value::Bool(false);

#[test]
fn arrays() {
    check(&[
        ("array_length", &[d("[1,2,3,\"four\"]")], l(4)),
        ("array_length", &[d("{\"a\":1}")], Value::Null(KqlType::Long)),
        ("array_concat", &[d("{\"a\":1}"), d("[99]")], d("[99]")),
        ("array_concat", &[NULL, d("[99]"), d("[1]")], d("[99,1]")),
        ("array_slice", &[d("[1,2,3,4,5]"), l(-3), l(-2)], d("[3,4]")),
        ("array_slice", &[d("[1,2]"), l(0), l(100)], d("[1,2]")),
        ("array_slice", &[d("[1,2]"), l(2), l(1)], d("[]")),
        ("array_split", &[d("[1,2,3,4,5]"), d("[1,3]")], d("[[1],[2,3],[4,5]]")),
        ("array_split", &[d("[1,2,3]"), l(-1)], d("[[1,2],[3]]")),
        ("array_index_of", &[d("[5,15]"), Value::Real(15.0)], l(1)),
        ("array_index_of", &[d("[1,2]"), l(99)], l(-1)),
        ("array_index_of", &[d("[\"a\",\"b\",\"a\"]"), s("a"), l(1)], l(2)),
        ("array_iff", &[d("[1,0,50]"), s("yes"), s("no")], d("[\"yes\",\"no\",\"yes\"]")),
        ("array_iff", &[d("[true,true,true]"), d("[1,2]"), d("[3,4]")], d("[1,2,null]")),
        ("array_iff", &[d("[\"x\",null]"), l(1), l(0)], d("[null,null]")),
        ("array_rotate_left", &[d("[1,2,3,4,5]"), l(-2)], d("[4,5,1,2,3]")),
        ("array_rotate_right", &[d("[1,2,3,4,5]"), l(2)], d("[4,5,1,2,3]")),
        ("array_shift_left", &[d("[1,2,3,4,5]"), l(2)], d("[3,4,5,null,null]")),
        ("array_shift_right", &[d("[1,2,3,4,5]"), l(2), l(-1)], d("[-1,-1,1,2,3]")),
        ("array_reverse", &[d("[1,\"a\"]")], d("[\"a\",1]")),
        ("array_sum", &[d("[1,null,3]")], Value::Real(4.0)),
        ("array_sum", &[d("[]")], Value::Null(KqlType::Real)),
        ("array_sort_asc", &[d("[null,\"blue\",\"yellow\",\"green\",null]")], d("[\"blue\",\"green\",\"yellow\",null,null]")),
        ("array_sort_desc", &[d("[2,10,1.5]")], d("[10,2,1.5]")),
        ("array_sort_asc", &[NULL], NULL),
        ("zip", &[d("[1,2,3]"), d("[\"a\"]")], d("[[1,\"a\"],[2,null],[3,null]]")),
        ("pack_array", &[l(1), s("a"), d("[2]"), Value::Null(KqlType::Long)], d("[1,\"a\",[2],null]")),
        ("repeat", &[s("x"), l(2)], d("[\"x\",\"x\"]")),
        ("range", &[l(1), l(8), l(3)], d("[1,4,7]")),
        ("range", &[Value::Real(1.0), l(2)], d("[1.0,2.0]")),
        (
            "range",
            &[Value::TimeSpan(ticks::HOUR), Value::TimeSpan(2 * ticks::HOUR)],
            d("\u{1}[\"\\u0001t36000000000\",\"\\u0001t72000000000\"]"),
        ),
        ("range", &[l(2), l(1)], d("[]")),
    ]);
    assert_eq!(eval("array_sort_asc", &[d("[2]"), d("[1]")], KqlType::Dynamic), None);
}

#[test]
fn bags() {
    check(&[
        ("bag_pack", &[s("a"), l(1), s("b"), d("{\"c\":2}"), s("a"), Value::Null(KqlType::Long)], d("{\"a\":null,\"b\":{\"c\":2}}")),
        ("bag_pack", &[s("t"), Value::DateTime(ticks::UNIX_EPOCH)], d("\u{1}{\"t\":\"\\u0001d621355968000000000\"}")),
        ("bag_keys", &[d("{\"a\":1,\"b\":2}")], d("[\"a\",\"b\"]")),
        ("bag_keys", &[d("[]")], NULL),
        ("bag_merge", &[d("{\"a\":1}"), d("{\"a\":2,\"b\":3}")], d("{\"a\":1,\"b\":3}")),
        ("bag_has_key", &[d("{\"a\":{\"b\":1}}"), s("$.a.b")], T),
        ("bag_has_key", &[d("{\"a\":{\"b\":1}}"), s("b")], F),
        ("bag_remove_keys", &[d("{\"a\":1,\"b\":{\"c\":1,\"d\":2}}"), d("[\"a\",\"$.b.c\",5]")], d("{\"b\":{\"d\":2}}")),
        ("bag_set_key", &[d("{\"a\":1}"), s("b"), l(3)], d("{\"a\":1,\"b\":3}")),
        ("bag_set_key", &[d("[1]"), s("b"), l(3)], NULL),
        ("bag_zip", &[d("[\"a\",8,\"b\",\"c\"]"), d("[1,2,3]")], d("{\"a\":1,\"b\":3,\"c\":null}")),
        ("treepath", &[d("{\"p\":[1,{\"x\":\"y\"}]}")], d("[\"['p']\",\"['p'][0]\",\"['p'][0]['x']\"]")),
        ("dynamic_to_json", &[d("{\"b\":2,\"a\":[1, null]}")], s("{\"a\":[1,null],\"b\":2}")),
    ]);
}

#[test]
fn sets() {
    check(&[
        ("set_union", &[d("[1,2,1]"), d("[2,4]"), d("[8]")], d("[1,2,4,8]")),
        ("set_intersect", &[d("[3,1,3,2]"), d("[3,2]")], d("[3,2]")),
        ("set_difference", &[d("[null,1,null,2]"), d("[null]")], d("[1,2]")),
        ("set_has_element", &[d("[1,2]"), l(2)], T),
        ("set_has_element", &[d("[1,2]"), s("2")], F),
        ("jaccard_index", &[d("[1,2,3,4]"), d("[3,4,5,6]")], Value::Real(2.0 / 6.0)),
    ]);
}

#[test]
fn json() {
    check(&[
        ("parse_json", &[s("{\"a\": 1}")], d("{\"a\": 1}")),
        ("parse_json", &[s("")], NULL),
        ("parse_json", &[s(" null ")], NULL),
        ("parse_json", &[s("abc")], d("abc")),
        ("parse_json", &[s("\u{1}{}")], d("\"\\u0001{}\"")),
        ("parse_json", &[d("[1]")], d("[1]")),
        ("parse_json", &[l(5)], d("5")),
        ("[]", &[d("{\"a\":5}"), s("a")], d("5")),
        ("[]", &[d("[1,2]"), l(-1)], d("2")),
        ("[]", &[d("[1,2]"), l(2)], NULL),
        ("[]", &[d("{\"a\":5}"), d("\"a\"")], d("5")),
    ]);
}

#[test]
fn series() {
    check(&[
        ("series_abs", &[d("[-6.5,0,null]")], d("[6.5,0.0,null]")),
        ("series_add", &[d("[1,2,4]"), d("[4,2,1]")], d("[5,4,5]")),
        ("series_divide", &[d("[1,2]"), d("[4,2,1]")], d("[0.25,1.0,null]")),
        ("series_greater", &[d("[60,0]"), l(15)], d("[true,false]")),
        ("series_fill_forward", &[d("[null,1,null,2,null]")], d("[null,1,1,2,2]")),
        ("series_fill_backward", &[d("[null,1,null,2,null]")], d("[1,1,2,2,null]")),
        ("series_fill_const", &[d("[null,1]"), l(-1)], d("[-1,1]")),
        ("series_fill_linear", &[d("[null,111,null,36,41,null,null,16,null]")], d("[111,111,73,36,41,32,24,16,16]")),
        ("series_fir", &[d("[5,15,10,20]"), d("[1,-1]"), F, F], d("[5.0,10.0,-5.0,10.0]")),
        ("series_fir", &[d("[2,4,6]"), d("[1,1]")], d("[1.0,3.0,5.0]")),
        ("series_iir", &[d("[1,2,3]"), d("[1]"), d("[1,-1]")], d("[1.0,3.0,6.0]")),
        ("series_sum", &[d("[1,2,3,4]")], Value::Real(10.0)),
        ("series_dot_product", &[d("[1,2,4]"), d("[4,2,1]")], Value::Real(12.0)),
    ]);
    let Some(Ok(Value::Dynamic(fit))) = eval("series_fit_line_dynamic", &[d("[1,3]")], KqlType::Dynamic) else { panic!() };
    assert_eq!(fit, r#"{"slope":2.0,"interception":-1.0,"rsquare":1.0,"variance":2.0,"rvariance":0.0,"line_fit":[1.0,3.0]}"#);
}
