//! Literals of every type but `dynamic`.

use super::Parser;
use crate::ast::{ExprKind, Literal};
use crate::datetime::{parse_datetime, parse_timespan};
use crate::diagnostic::Diagnostic;
use crate::literal::{guid_value, long_value, real_value, unit_timespan};
use crate::token::{Token, TokenKind};

impl Parser<'_> {
    pub(super) fn literal(&mut self) -> ExprKind {
        ExprKind::Literal(self.literal_value())
    }

    /// The literal that begins at this token; strings next to one another are one.
    pub(super) fn literal_value(&mut self) -> Literal {
        let Some(token) = self.bump() else { return Literal::Bad };
        match token.kind {
            TokenKind::String => Literal::String(self.strings(token)),
            TokenKind::Typed => self.typed(token),
            TokenKind::Real => real_value(token.span.text(self.text)).map_or(Literal::Bad, Literal::Real),
            TokenKind::TimeSpan => match unit_timespan(token.span.text(self.text)) {
                Some(ticks) => Literal::TimeSpan(ticks),
                None => self.bad(token, "this timespan is out of range"),
            },
            _ => match long_value(token.span.text(self.text)) {
                Some(value) => Literal::Long(value),
                None => self.bad(token, "this number is beyond the range of `long`"),
            },
        }
    }

    pub(super) fn strings(&mut self, first: Token) -> String {
        let mut text = self.string_text(first);
        while let Some(next) = self.token(0).filter(|t| t.kind == TokenKind::String) {
            self.pos += 1;
            text.push_str(&self.string_text(next));
        }
        text
    }

    pub(super) fn bad(&mut self, token: Token, message: &str) -> Literal {
        self.remark(Diagnostic::error("PH0104", token.span, message));
        Literal::Bad
    }

    fn typed(&mut self, token: Token) -> Literal {
        let text = token.span.text(self.text);
        let (name, rest) = text.split_once('(').unwrap_or((text, ""));
        let inner = rest.strip_suffix(')').unwrap_or(rest).trim();
        let inner = ['"', '\''].into_iter().find_map(|q| inner.strip_prefix(q)?.strip_suffix(q)).unwrap_or(inner).trim();
        let kind = canonical(name);
        if inner.eq_ignore_ascii_case("null") {
            return Literal::Null(kind);
        }
        let value = match kind {
            "bool" => bool_value(inner).map(Literal::Bool),
            "int" => long_value(inner).and_then(|v| i32::try_from(v).ok()).map(Literal::Int),
            "long" => long_value(inner).map(Literal::Long),
            "real" => real_value(inner).map(Literal::Real),
            "decimal" => real_value(inner).filter(|v| v.is_finite()).map(|_| Literal::Decimal(inner.to_owned())),
            "datetime" => parse_datetime(inner).map(Literal::DateTime),
            "timespan" => parse_timespan(inner).map(Literal::TimeSpan),
            "guid" => guid_value(inner).map(Literal::Guid),
            _ => None,
        };
        if let Some(value) = value {
            return value;
        }
        let message = format!("`{inner}` is not a {kind}");
        let help = match kind {
            _ if inner.contains('(') || inner.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') => {
                format!("`{name}(…)` takes a literal only; convert an expression with `to{kind}(…)`")
            }
            "datetime" => "write it like datetime(2024-01-31), datetime(2024-01-31 08:30:00) or datetime(2024-01-31T08:30:00Z)".to_owned(),
            "timespan" => "write it like time(1.02:03:04), 1d or 90s".to_owned(),
            "guid" => "write it like guid(74be27de-1e4e-49d9-b579-fe0b331d3642)".to_owned(),
            _ => format!("`{kind}` is out of range here, or the text is none"),
        };
        self.remark(Diagnostic::error("PH0104", token.span, message).with_help(help));
        Literal::Bad
    }
}

/// The name under which Kusto reports a type.
fn canonical(name: &str) -> &'static str {
    match name {
        "bool" | "boolean" => "bool",
        "int" | "int32" => "int",
        "long" | "int64" => "long",
        "real" | "double" => "real",
        "decimal" => "decimal",
        "date" | "datetime" => "datetime",
        "time" | "timespan" => "timespan",
        _ => "guid",
    }
}

fn bool_value(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        return Some(true);
    }
    if text.eq_ignore_ascii_case("false") {
        return Some(false);
    }
    text.parse::<i64>().ok().map(|number| number != 0)
}
