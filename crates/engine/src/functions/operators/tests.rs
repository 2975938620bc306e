use crate::functions::testing::{check, eval};
use Value::{Bool, DateTime, Dynamic, Int, Long, Null, Real, TimeSpan};
use model::{KqlType, Value, ticks};

fn text(s: &str) -> Value {
    Value::String(s.to_owned())
}

const NO_LONG: Value = Null(KqlType::Long);
const NO_BOOL: Value = Null(KqlType::Bool);

#[test]
fn integer_arithmetic_wraps_truncates_and_is_euclidean() {
    check(&[
        ("+", &[Long(i64::MAX), Long(1)], Long(i64::MIN)),
        ("+", &[Int(i32::MAX), Int(1)], Long(2_147_483_648)),
        ("-", &[Long(i64::MIN), Long(1)], Long(i64::MAX)),
        ("*", &[Int(i32::MAX), Int(2)], Long(4_294_967_294)),
        ("/", &[Long(-7), Long(2)], Long(-3)),
        ("/", &[Long(i64::MIN), Long(-1)], Long(i64::MIN)),
        ("/", &[Long(10), Long(0)], NO_LONG),
        ("%", &[Long(-7), Long(2)], Long(1)),
        ("%", &[Long(-7), Long(-3)], Long(2)),
        ("%", &[Long(10), Long(0)], NO_LONG),
        ("+", &[NO_LONG, Long(1)], NO_LONG),
        ("*", &[Long(2), NO_LONG], NO_LONG),
        ("-", &[Long(5)], Long(-5)),
        ("-", &[Long(i64::MIN)], Long(i64::MIN)),
    ]);
}

#[test]
fn real_arithmetic_is_ieee() {
    check(&[
        ("+", &[Int(5), Real(2.5)], Real(7.5)),
        ("/", &[Real(1.0), Real(0.0)], Real(f64::INFINITY)),
        ("/", &[Real(0.0), Real(0.0)], Real(f64::NAN)),
        ("%", &[Real(-5.5), Real(3.0)], Real(0.5)),
        ("%", &[Real(5.5), Real(-3.0)], Real(2.5)),
        ("/", &[Long(7), Real(2.0)], Real(3.5)),
        ("-", &[Real(1.5)], Real(-1.5)),
    ]);
}

#[test]
fn time_arithmetic() {
    let noon = ticks::from_date(2020, 6, 15) + 12 * ticks::HOUR;
    check(&[
        ("+", &[DateTime(noon), TimeSpan(ticks::HOUR)], DateTime(noon + ticks::HOUR)),
        ("+", &[TimeSpan(ticks::HOUR), DateTime(noon)], DateTime(noon + ticks::HOUR)),
        ("+", &[DateTime(ticks::MAX), TimeSpan(1)], Null(KqlType::DateTime)),
        ("-", &[DateTime(0), TimeSpan(1)], Null(KqlType::DateTime)),
        ("-", &[DateTime(noon), DateTime(0)], TimeSpan(noon)),
        ("-", &[DateTime(noon), Null(KqlType::DateTime)], Null(KqlType::TimeSpan)),
        ("*", &[TimeSpan(ticks::DAY), Real(2.5)], TimeSpan(60 * ticks::HOUR)),
        ("*", &[Long(-2), TimeSpan(ticks::HOUR)], TimeSpan(-2 * ticks::HOUR)),
        ("/", &[TimeSpan(ticks::DAY), TimeSpan(ticks::HOUR)], Real(24.0)),
        ("/", &[TimeSpan(ticks::HOUR), Long(2)], TimeSpan(30 * ticks::MINUTE)),
        ("-", &[TimeSpan(ticks::DAY)], TimeSpan(-ticks::DAY)),
    ]);
    assert_eq!(eval("+", &[DateTime(1), DateTime(1)], KqlType::DateTime), None);
}

#[test]
fn equality_is_total_but_for_two_nulls() {
    check(&[
        ("==", &[Long(5), Long(5)], Bool(true)),
        ("==", &[NO_LONG, Long(5)], Bool(false)),
        ("!=", &[NO_LONG, Long(5)], Bool(true)),
        ("!=", &[Long(5), Long(5)], Bool(false)),
        ("==", &[NO_LONG, NO_LONG], NO_BOOL),
        ("!=", &[NO_LONG, NO_LONG], NO_BOOL),
        ("<", &[NO_LONG, Long(5)], NO_BOOL),
        (">=", &[Long(5), NO_LONG], NO_BOOL),
        ("<", &[Long(5), Long(7)], Bool(true)),
        ("==", &[Int(3), Int(3)], Bool(true)),
        (">", &[Int(3), Long(2)], Bool(true)),
        ("==", &[Long(2), Real(2.0)], Bool(true)),
        ("==", &[Real(f64::NAN), Real(f64::NAN)], Bool(false)),
        ("!=", &[Real(f64::NAN), Real(f64::NAN)], Bool(true)),
        ("==", &[Real(0.0), Real(-0.0)], Bool(true)),
        ("==", &[Bool(true), NO_BOOL], Bool(false)),
        ("!=", &[Bool(true), Bool(false)], Bool(true)),
        ("==", &[text("a"), text("A")], Bool(false)),
        ("<", &[text("a"), text("b")], Bool(true)),
        ("==", &[text(""), text("")], Bool(true)),
        ("<=", &[DateTime(1), DateTime(1)], Bool(true)),
    ]);
}

#[test]
fn case_does_not_count_for_tilde() {
    check(&[
        ("=~", &[text("ABC"), text("abc")], Bool(true)),
        ("!~", &[text("ABC"), text("abd")], Bool(true)),
        ("=~", &[text("Straße"), text("STRAßE")], Bool(true)),
        ("=~", &[text("\u{212a}"), text("k")], Bool(false)),
        ("=~", &[text("\u{17f}x"), text("SX")], Bool(false)),
        ("=~", &[Dynamic("\"ÄB\"".into()), text("äb")], Bool(true)),
    ]);
}

#[test]
fn dynamics_compare_by_value() {
    let bag = |json: &str| Dynamic(json.to_owned());
    check(&[
        ("==", &[bag("\"a\""), text("a")], Bool(true)),
        ("==", &[text("a"), bag("\"b\"")], Bool(false)),
        ("==", &[bag("5"), Long(5)], Bool(true)),
        ("<", &[bag("5"), Long(7)], Bool(true)),
        ("<", &[Long(5), bag("7")], Bool(true)),
        (">", &[bag("2.5"), Long(2)], Bool(true)),
        ("==", &[Null(KqlType::Dynamic), Long(5)], Bool(false)),
        ("!=", &[Null(KqlType::Dynamic), Long(5)], Bool(true)),
        ("==", &[bag("true"), Bool(true)], Bool(true)),
        ("!=", &[Null(KqlType::Dynamic), text("x")], Bool(true)),
    ]);
}

#[test]
fn logic() {
    check(&[
        ("and", &[Bool(true), Bool(false)], Bool(false)),
        ("and", &[NO_BOOL, Bool(false)], Bool(false)),
        ("and", &[NO_BOOL, Bool(true)], NO_BOOL),
        ("or", &[NO_BOOL, Bool(true)], Bool(true)),
        ("or", &[Bool(false), Bool(false), Bool(true)], Bool(true)),
        ("not", &[Bool(true)], Bool(false)),
        ("not", &[NO_BOOL], NO_BOOL),
        ("between", &[Long(5), Long(1), Long(5)], Bool(true)),
        ("!between", &[Long(5), Long(1), Long(5)], Bool(false)),
        ("between", &[Long(2), Real(1.5), Real(2.5)], Bool(true)),
        ("between", &[NO_LONG, Long(1), Long(5)], NO_BOOL),
        ("around", &[Long(5), Long(7), Long(2)], Bool(true)),
        ("around", &[DateTime(5), DateTime(7), TimeSpan(1)], Bool(false)),
        ("between", &[DateTime(5), DateTime(1), TimeSpan(4)], Bool(true)),
    ]);
}

#[test]
fn emptiness() {
    check(&[
        ("isnull", &[text("")], Bool(false)),
        ("isempty", &[text("")], Bool(true)),
        ("isnotempty", &[text("a")], Bool(true)),
        ("isnull", &[NO_LONG], Bool(true)),
        ("isnotnull", &[Long(0)], Bool(true)),
        ("isempty", &[NO_LONG], Bool(true)),
        ("isnull", &[Dynamic("null".into())], Bool(true)),
        ("isnull", &[Null(KqlType::Dynamic)], Bool(true)),
        ("isnotnull", &[Dynamic("{}".into())], Bool(true)),
    ]);
}
