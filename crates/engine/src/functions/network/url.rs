//! `parse_url` and `parse_urlquery`.

use crate::dynamic::DynValue;
use crate::functions::args::{kernel, nullable_texts};
use crate::functions::operand::ToText;
use crate::functions::strings::percent_decode;
use crate::functions::{Arg, Call, Resolved};

pub(super) fn resolve(call: &Call) -> Resolved {
    let [text] = call.args else { return None };
    let text = ToText::new(text)?;
    let parse: fn(&str) -> DynValue = if call.name.ends_with("query") { |text| bag([("Query Parameters", query(text))]) } else { url };
    kernel(call, move |args: &[Arg], rows| {
        let texts = text.read(&args[0], rows)?;
        Ok(nullable_texts(rows, |row, out| {
            out.push_str(&parse(&texts.get(row)).encode());
            true
        }))
    })
}

fn bag<const N: usize>(pairs: [(&str, DynValue); N]) -> DynValue {
    DynValue::Bag(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// The parts of an absolute URL. Text without a scheme is a path with what follows it.
fn url(text: &str) -> DynValue {
    let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
    let (text, parameters) = text.split_once('?').unwrap_or((text, ""));
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let (authority, path) = match rest.find('/') {
        _ if scheme.is_empty() => ("", rest),
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    // The real engine has no path for the root.
    let path = if path == "/" { "" } else { path };
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (username, password) = user.split_once(':').unwrap_or((user, ""));
    let (host, port) = match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !host.ends_with(':') => (host, port),
        _ => (host, ""),
    };
    let string = |text: &str| DynValue::String(text.to_owned());
    bag([
        ("Scheme", string(scheme)),
        ("Host", string(host)),
        ("Port", string(port)),
        ("Path", string(path)),
        ("Username", string(username)),
        ("Password", string(password)),
        ("Query Parameters", query(parameters)),
        ("Fragment", string(fragment)),
    ])
}

/// The parameters of a query: of equal names the last counts.
fn query(text: &str) -> DynValue {
    let mut pairs: Vec<(String, DynValue)> = Vec::new();
    for part in text.trim_start_matches('?').split('&').filter(|p| !p.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let (name, value) = (percent_decode(name), DynValue::String(percent_decode(value)));
        match pairs.iter_mut().find(|(known, _)| *known == name) {
            Some(pair) => pair.1 = value,
            None => pairs.push((name, value)),
        }
    }
    DynValue::Bag(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        assert_eq!(
            url("scheme://username:password@host:1234/this/is/a/path?k1=v1&k2=v2#fragment").to_json_text(),
            r#"{"Scheme":"scheme","Host":"host","Port":"1234","Path":"/this/is/a/path","Username":"username","Password":"password","Query Parameters":{"k1":"v1","k2":"v2"},"Fragment":"fragment"}"#
        );
        for (text, host, port, path) in [
            ("https://a.example", "a.example", "", ""),
            ("https://a.example:8443/x", "a.example", "8443", "/x"),
            ("https://[::1]:80/", "[::1]", "80", ""),
            ("/x/y", "", "", "/x/y"),
        ] {
            let parts = url(text);
            let part = |name: &str| parts.get(name).unwrap().to_kusto_string();
            assert_eq!([part("Host"), part("Port"), part("Path")], [host, port, path], "{text}");
        }
    }
}
