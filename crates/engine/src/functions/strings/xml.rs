//! `parse_xml`: elements, attributes and text as a dynamic; null for what is not well-formed.

use crate::dynamic::{DynValue, MAX_DEPTH};
use crate::functions::args::{kernel, nullable_texts};
use crate::functions::operand::ToText;
use crate::functions::{Arg, Call, Resolved};

/// Longer text is null, as in Kusto.
const LONGEST: usize = 1 << 20;

pub(super) fn resolve(call: &Call) -> Resolved {
    let [text] = call.args else { return None };
    let text = ToText::new(text)?;
    kernel(call, move |args: &[Arg], rows| {
        let texts = text.read(&args[0], rows)?;
        Ok(nullable_texts(rows, |row, out| match parse(&texts.get(row)) {
            Some(value) => {
                out.push_str(&value.encode());
                true
            }
            None => false,
        }))
    })
}

/// `<a x="1"><b>t</b></a>` is `{"a":{"@x":"1","b":"t"}}`. An empty element is null; children of one name are an array; text beside
/// attributes or elements is `#text`. Comments and instructions are left out.
fn parse(text: &str) -> Option<DynValue> {
    if text.len() > LONGEST {
        return None;
    }
    let mut reader = Reader { rest: text.strip_prefix('\u{FEFF}').unwrap_or(text) };
    reader.skip_misc()?;
    let (name, value) = reader.element(0)?;
    reader.skip_misc()?;
    reader.rest.is_empty().then(|| DynValue::Bag(vec![(name, value)]))
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn eat(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn until(&mut self, end: &str) -> Option<&'a str> {
        let (before, rest) = self.rest.split_once(end)?;
        self.rest = rest;
        Some(before)
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
    }

    /// Steps over comments, instructions and a document type.
    fn skip_misc(&mut self) -> Option<()> {
        loop {
            self.blanks();
            if self.eat("<!--") {
                self.until("-->")?;
            } else if self.eat("<?") {
                self.until("?>")?;
            } else if self.eat("<!DOCTYPE") {
                let inside = self.until(">")?;
                if inside.contains('[') {
                    // Own entities are not read: they can be made to grow without bound.
                    return None;
                }
            } else {
                return Some(());
            }
        }
    }

    fn name(&mut self) -> Option<String> {
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':'))).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        let starts = name.chars().next().is_some_and(|c| c.is_alphabetic() || matches!(c, '_' | ':'));
        self.rest = rest;
        starts.then(|| name.to_owned())
    }

    fn element(&mut self, depth: usize) -> Option<(String, DynValue)> {
        if depth >= MAX_DEPTH || !self.eat("<") {
            return None;
        }
        let name = self.name()?;
        let mut parts: Vec<(String, DynValue)> = Vec::new();
        loop {
            let before = self.rest.len();
            self.blanks();
            if self.eat("/>") {
                return Some((name, if parts.is_empty() { DynValue::Null } else { DynValue::Bag(parts) }));
            }
            if self.eat(">") {
                break;
            }
            if before == self.rest.len() {
                return None;
            }
            let attribute = format!("@{}", self.name()?);
            self.blanks();
            if !self.eat("=") {
                return None;
            }
            self.blanks();
            let quote = if self.eat("\"") {
                "\""
            } else if self.eat("'") {
                "'"
            } else {
                return None;
            };
            let value = self.until(quote)?;
            if value.contains('<') || parts.iter().any(|(known, _)| *known == attribute) {
                return None;
            }
            parts.push((attribute, DynValue::String(unescape(value)?)));
        }
        let mut text = String::new();
        let mut children: Vec<(String, Vec<DynValue>)> = Vec::new();
        loop {
            let (before, _) = self.rest.split_at(self.rest.find('<')?);
            text.push_str(unescape(before)?.trim_matches([' ', '\t', '\r', '\n']));
            self.rest = self.rest.get(before.len()..)?;
            if self.eat("</") {
                if self.name()? != name {
                    return None;
                }
                self.blanks();
                if !self.eat(">") {
                    return None;
                }
                break;
            } else if self.eat("<![CDATA[") {
                text.push_str(self.until("]]>")?);
            } else if self.eat("<!--") {
                self.until("-->")?;
            } else if self.eat("<?") {
                self.until("?>")?;
            } else {
                let (child, value) = self.element(depth + 1)?;
                match children.iter_mut().find(|(known, _)| *known == child) {
                    Some((_, values)) => values.push(value),
                    None => children.push((child, vec![value])),
                }
            }
        }
        if parts.is_empty() && children.is_empty() {
            return Some((name, DynValue::String(text)));
        }
        if !text.is_empty() {
            parts.push(("#text".to_owned(), DynValue::String(text)));
        }
        for (child, mut values) in children {
            let value = if values.len() == 1 { values.pop()? } else { DynValue::Array(values) };
            parts.push((child, value));
        }
        Some((name, DynValue::Bag(parts)))
    }
}

/// Text with the five entities and character references replaced.
fn unescape(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let (entity, tail) = after.split_once(';')?;
        out.push(match entity {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            "quot" => '"',
            "apos" => '\'',
            _ => {
                let number = entity.strip_prefix('#')?;
                let code = match number.strip_prefix(['x', 'X']) {
                    Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                    None => number.parse().ok()?,
                };
                char::from_u32(code)?
            }
        });
        rest = tail;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn documents() {
        for (text, want) in [
            ("<e/>", Some(r#"{"e":null}"#)),
            ("<e>text</e>", Some(r#"{"e":"text"}"#)),
            (r#"<e name="value" />"#, Some(r#"{"e":{"@name":"value"}}"#)),
            (r#"<e name="value">text</e>"#, Some(r##"{"e":{"@name":"value","#text":"text"}}"##)),
            ("<e> <a>text</a> <b>text</b> </e>", Some(r#"{"e":{"a":"text","b":"text"}}"#)),
            ("<e> <a>1</a> <a>2</a> </e>", Some(r#"{"e":{"a":["1","2"]}}"#)),
            ("<e> text <a>text</a> </e>", Some(r##"{"e":{"#text":"text","a":"text"}}"##)),
            ("<?xml version=\"1.0\"?><!-- c --><a:b x='&lt;&#65;'><![CDATA[<z>]]></a:b>\n", Some(r##"{"a:b":{"@x":"<A","#text":"<z>"}}"##)),
            ("<a><b></a></b>", None),
            ("<a", None),
            ("<a>&nope;</a>", None),
            ("<a/><b/>", None),
            ("text", None),
            ("", None),
            ("<!DOCTYPE x [<!ENTITY a \"b\">]><x>&a;</x>", None),
        ] {
            assert_eq!(parse(text).map(|v| v.to_json_text()).as_deref(), want, "{text}");
        }
        assert_eq!(parse(&"<a>".repeat(100_000)), None);
    }
}
