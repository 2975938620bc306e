//! JSON as different programs write it.

use super::numbers::Numbers;
use serde_json::Value;
use std::fmt::Write;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// As the protocol's programs have it.
    Given,
    Reversed,
    Shuffled,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Space {
    Tight,
    /// A blank behind commas and colons.
    Wide,
    /// Any blanks anywhere.
    Wild,
    /// Over several lines.
    Lines,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escape {
    Needed,
    /// One letter in three by its number, in names as well as in values.
    Some,
    All,
    /// Slashes, as PHP writes them.
    Slash,
}

#[derive(Clone, Copy)]
pub(crate) struct Style {
    pub(crate) order: Order,
    pub(crate) space: Space,
    pub(crate) escape: Escape,
    /// Behind each message.
    pub(crate) end: &'static str,
    /// Members that no protocol knows.
    pub(crate) more: bool,
    /// Texts for the numbers of messages.
    pub(crate) text_ids: bool,
}

impl Style {
    pub(crate) const PLAIN: Self =
        Self { order: Order::Given, space: Space::Tight, escape: Escape::Needed, end: "\n", more: false, text_ids: false };

    /// A message, without its end.
    pub(crate) fn write(&self, message: &Value, numbers: &mut Numbers) -> String {
        let mut message = message.clone();
        if let Some(object) = message.as_object_mut() {
            if self.text_ids
                && let Some(id) = object.get_mut("id").filter(|id| id.is_number())
            {
                *id = Value::String(format!("n{id}"));
            }
            if self.more {
                object.insert("x-note".to_owned(), Value::Null);
            }
        }
        let mut out = String::new();
        self.put(&mut out, &message, 1, numbers);
        out
    }

    fn put(&self, out: &mut String, value: &Value, depth: usize, numbers: &mut Numbers) {
        match value {
            Value::Object(members) => {
                let mut members: Vec<_> = members.iter().collect();
                match self.order {
                    Order::Given => {}
                    Order::Reversed => members.reverse(),
                    Order::Shuffled => numbers.shuffle(&mut members),
                }
                self.list(out, ['{', '}'], depth, &members, numbers, |out, (name, value), numbers| {
                    self.string(out, name);
                    self.blank(out, "", numbers);
                    out.push(':');
                    self.blank(out, " ", numbers);
                    self.put(out, value, depth + 1, numbers);
                });
            }
            Value::Array(items) => {
                self.list(out, ['[', ']'], depth, items, numbers, |out, item, numbers| self.put(out, item, depth + 1, numbers));
            }
            Value::String(text) => self.string(out, text),
            other => out.push_str(&other.to_string()),
        }
    }

    fn list<T>(
        &self,
        out: &mut String,
        brackets: [char; 2],
        depth: usize,
        items: &[T],
        numbers: &mut Numbers,
        mut put: impl FnMut(&mut String, &T, &mut Numbers),
    ) {
        out.push(brackets[0]);
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            match self.space {
                Space::Lines => line(out, depth),
                _ => self.blank(out, if at > 0 { " " } else { "" }, numbers),
            }
            put(out, item, numbers);
            self.blank(out, "", numbers);
        }
        if self.space == Space::Lines && !items.is_empty() {
            line(out, depth - 1);
        }
        out.push(brackets[1]);
    }

    fn blank(&self, out: &mut String, wide: &str, numbers: &mut Numbers) {
        match self.space {
            Space::Tight => {}
            Space::Wide | Space::Lines => out.push_str(wide),
            Space::Wild => out.push_str(["", " ", "  ", "\t", " \t "][numbers.below(5)]),
        }
    }

    fn string(&self, out: &mut String, text: &str) {
        out.push('"');
        for (at, letter) in text.chars().enumerate() {
            let by_number = match self.escape {
                Escape::Needed | Escape::Slash => false,
                Escape::Some => at % 3 == 1,
                Escape::All => true,
            };
            match letter {
                '"' | '\\' => out.extend(['\\', letter]),
                '/' if self.escape == Escape::Slash => out.push_str("\\/"),
                _ if by_number && letter.is_ascii() => _ = write!(out, "\\u{:04X}", letter as u32),
                _ if letter.is_control() => _ = write!(out, "\\u{:04x}", letter as u32),
                _ => out.push(letter),
            }
        }
        out.push('"');
    }
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
}
