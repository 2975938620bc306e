use crate::functions::testing::{check, eval};
use Value::{Bool, DateTime, Dynamic, Guid, Int, Long, Null, Real, TimeSpan};
use model::{KqlType, Value, ticks};

fn text(s: &str) -> Value {
    Value::String(s.to_owned())
}

fn bag(json: &str) -> Value {
    Dynamic(json.to_owned())
}

#[test]
fn numbers_are_cut_off_wrap_and_saturate() {
    check(&[
        ("toint", &[Long(2_147_483_648)], Int(i32::MIN)),
        ("toint", &[Real(-2.9)], Int(-2)),
        ("toint", &[Real(1e30)], Int(i32::MAX)),
        ("toint", &[text("2147483648")], Null(KqlType::Int)),
        ("toint", &[text("0xFF")], Int(255)),
        ("toint", &[Bool(true)], Int(1)),
        ("tolong", &[Real(-1e19)], Long(i64::MIN)),
        ("tolong", &[Real(f64::INFINITY)], Null(KqlType::Long)),
        ("tolong", &[TimeSpan(ticks::DAY)], Long(864_000_000_000)),
        ("tolong", &[Value::Decimal("9.99".into())], Long(9)),
        ("todouble", &[text("1e400")], Real(f64::INFINITY)),
        ("toreal", &[Long(3)], Real(3.0)),
        ("tobool", &[Long(-5)], Bool(true)),
        ("tobool", &[text("yes")], Null(KqlType::Bool)),
        ("todatetime", &[Long(1)], DateTime(1)),
        ("todatetime", &[Real(1.5)], DateTime(1)),
        ("totimespan", &[text("90s")], TimeSpan(90 * ticks::SECOND)),
    ]);
}

#[test]
fn dynamics() {
    check(&[
        ("toint", &[bag("1.5")], Int(1)),
        ("toint", &[bag("\"5\"")], Int(5)),
        ("toint", &[bag("true")], Int(1)),
        ("todouble", &[bag("\"5\"")], Real(5.0)),
        ("tolong", &[Null(KqlType::Dynamic)], Null(KqlType::Long)),
        ("todatetime", &[bag("\"2020-01-01\"")], DateTime(ticks::from_date(2020, 1, 1))),
        ("tostring", &[bag("true")], text("true")),
        ("tostring", &[bag("\"a\"")], text("a")),
        ("tostring", &[Null(KqlType::Dynamic)], text("")),
        ("gettype", &[bag("{}")], text("dictionary")),
        ("gettype", &[bag("1")], text("long")),
        ("gettype", &[Null(KqlType::Dynamic)], text("null")),
    ]);
}

#[test]
fn text_of_values() {
    check(&[
        ("tostring", &[Int(-5)], text("-5")),
        ("tostring", &[Real(1.0)], text("1.0")),
        ("tostring", &[Bool(true)], text("True")),
        ("tostring", &[TimeSpan(ticks::DAY)], text("1.00:00:00")),
        ("tostring", &[DateTime(0)], text("0001-01-01T00:00:00.0000000Z")),
        ("tostring", &[Null(KqlType::Real)], text("")),
        ("tostring", &[Null(KqlType::Guid)], text("")),
        ("toguid", &[text("0123456789ABCDEF0123456789abcdef")], Guid("01234567-89ab-cdef-0123-456789abcdef".into())),
        ("tohex", &[Long(256)], text("100")),
        ("tohex", &[Long(-256)], text("ffffffffffffff00")),
        ("tohex", &[Int(-256), Long(8)], text("ffffff00")),
        ("tohex", &[Long(256), Long(8)], text("00000100")),
        ("gettype", &[Null(KqlType::Int)], text("int")),
    ]);
    assert_eq!(eval("toguid", &[Long(1)], KqlType::Guid), None);
}
