use crate::functions::testing::check;
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

const T: Value = Value::Bool(true);
const F: Value = Value::Bool(false);
const NULL: Value = Value::Null(KqlType::Bool);

#[test]
fn ipv4() {
    check(&[
        ("ipv4_is_private", &[s("10.1.2.3")], T),
        ("ipv4_is_private", &[s("172.32.0.1")], F),
        ("ipv4_is_private", &[s("192.168.1.1/24")], T),
        ("ipv4_is_private", &[s("nope")], NULL),
        ("parse_ipv4", &[s("192.168.1.1/24")], l(3_232_235_776)),
        ("parse_ipv4_mask", &[s("127.0.0.1"), l(24)], l(2_130_706_432)),
        ("ipv4_netmask_suffix", &[s("10.1.2.3/16")], l(16)),
        ("ipv4_compare", &[s("192.168.1.1/24"), s("192.168.1.255"), l(31)], l(0)),
        ("ipv4_compare", &[s("192.168.1.1"), s("192.168.1.2")], l(-1)),
        ("ipv4_is_match", &[s("192.168.1.1"), s("192.168.1.255"), l(24)], T),
        ("ipv4_is_in_range", &[s("192.168.1.1"), s("192.168.1.255/24")], T),
        ("ipv4_is_in_range", &[s("192.168.2.1"), s("192.168.1.255/24")], F),
        ("ipv4_is_in_any_range", &[s("10.1.2.3"), d("[\"192.168.0.0/16\",\"10.0.0.1/8\"]")], T),
        ("ipv4_is_in_any_range", &[s("1.1.1.1"), s("192.168.0.0/16"), s("10.0.0.1/8")], F),
        ("format_ipv4", &[s("192.168.1.1"), l(24)], s("192.168.1.0")),
        ("format_ipv4", &[l(3_232_235_777)], s("192.168.1.1")),
        ("format_ipv4_mask", &[s("192.168.1.1/24"), l(32)], s("192.168.1.0/24")),
        ("format_ipv4_mask", &[s("192.168.1.1/24"), l(-1)], s("")),
        ("ipv4_range_to_cidr_list", &[s("1.1.128.0"), s("1.1.140.255")], d("[\"1.1.128.0/21\",\"1.1.136.0/22\",\"1.1.140.0/24\"]")),
        ("ipv4_range_to_cidr_list", &[s("0.0.0.0"), s("255.255.255.255")], d("[\"0.0.0.0/0\"]")),
    ]);
}

#[test]
fn ipv6() {
    check(&[
        ("parse_ipv6", &[s("127.0.0.1")], s("0000:0000:0000:0000:0000:ffff:7f00:0001")),
        ("parse_ipv6_mask", &[s("fe80::85d:e82c:9446:7994/120"), l(124)], s("fe80:0000:0000:0000:085d:e82c:9446:7900")),
        ("parse_ipv6_mask", &[s("192.168.255.255/24"), l(124)], s("0000:0000:0000:0000:0000:ffff:c0a8:ff00")),
        ("parse_ipv6", &[s("zz")], s("")),
        ("ipv6_compare", &[s("::1"), s("::2")], l(-1)),
        ("ipv6_is_match", &[s("192.168.1.1"), s("::ffff:c0a8:0101")], T),
        ("ipv6_compare", &[s("::192.168.1.1/30"), s("192.168.1.255/24"), l(127)], l(0)),
        ("ipv6_is_in_range", &[s("a5e:f127:8a9d:146d:e102:b5d3:c755:abcd"), s("a5e:f127:8a9d:146d:e102:b5d3:c755:f6cd/112")], T),
        ("ipv6_is_in_any_range", &[s("a5e:f127:8a9d:146d:e102:b5d3:c756:abd1"), d("[\"a5e:f127:8a9d:146d:e102:b5d3:c755:f6cd/112\"]")], F),
    ]);
}

#[test]
fn text() {
    check(&[
        ("has_ipv4", &[s("05:04:54 127.0.0.1 GET"), s("127.0.0.1")], T),
        ("has_any_ipv4", &[s("05:04:54 127.0.0.1 GET"), d("[\"127.0.0.2\",\"127.0.0.1\"]")], T),
        ("has_ipv4_prefix", &[s("05:04:54 127.0.0.1 GET"), s("127.0.")], T),
        ("has_any_ipv4_prefix", &[s("05:04:54 127.0.0.1 GET"), s("127.0"), s("10.")], F),
        ("parse_urlquery", &[s("view=vs-2019&x=a%20b")], d("{\"Query Parameters\":{\"view\":\"vs-2019\",\"x\":\"a b\"}}")),
        ("hash_md5", &[s("World")], s("f5a7924e621e84c9280a9a27e1bcb7f6")),
        ("hash_sha1", &[s("World")], s("70c07ec18ef89c5309bbb0937f3a6342411e1fdd")),
        ("hash_sha256", &[s("World")], s("78ae647dc5544d227130a0682a51e30bc7777fbb6d8a8f17007463a3ecd1d524")),
        ("hash_sha256", &[Value::DateTime(637_134_336_000_000_000)], s("ba666752dc1a20eb750b0eb64e780cc4c968bc9fb8813461c1d7e750f302d71d")),
        ("hash_sha256", &[s("")], s("")),
        ("hash", &[s("World"), l(100)], l(51)),
    ]);
}
