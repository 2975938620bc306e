//! Names: plain, quoted, with stars.

use super::Parser;
use crate::ast::{Expr, ExprKind, Name};
use crate::diagnostic::Diagnostic;
use crate::keywords::{Use, needs_quotes};
use crate::literal::string_value;
use crate::token::{Token, TokenKind};

impl Parser<'_> {
    pub(super) fn name_of(&self, token: Token) -> Name {
        Name { text: token.span.text(self.text).to_owned(), span: token.span }
    }

    /// Whether `['…']` starts `offset` tokens on.
    fn quoted_at(&self, offset: usize) -> bool {
        self.kind(offset) == Some(TokenKind::OpenBracket)
            && self.kind(offset + 1) == Some(TokenKind::String)
            && self.kind(offset + 2) == Some(TokenKind::CloseBracket)
    }

    /// How many tokens the name here has, if one is here.
    pub(super) fn name_length(&self, offset: usize) -> Option<usize> {
        match self.kind(offset) {
            Some(TokenKind::Ident) => Some(1),
            _ if self.quoted_at(offset) => Some(3),
            _ => None,
        }
    }

    /// Whether `name =` is here.
    pub(super) fn at_assignment(&self) -> bool {
        self.name_length(0).is_some_and(|length| self.kind(length) == Some(TokenKind::Assign))
    }

    /// A name as it stands, any keyword included.
    pub(super) fn any_name(&mut self) -> Option<Name> {
        match self.name_length(0)? {
            1 => {
                let token = self.bump()?;
                Some(self.name_of(token))
            }
            _ => {
                let start = self.here();
                self.pos += 1;
                let token = self.bump()?;
                self.pos += 1;
                let text = self.string_text(token);
                Some(Name { text, span: self.since(start) })
            }
        }
    }

    pub(super) fn string_text(&mut self, token: Token) -> String {
        let (text, bad) = string_value(token.span.text(self.text));
        if let Some((at, length)) = bad {
            let start = token.span.start as usize + at;
            let span = crate::span::Span::new(start, start + length);
            let shown = span.text(self.text).to_owned();
            self.remark(
                Diagnostic::error("KS002", span, format!("`{shown}` is not an escape sequence"))
                    .with_help("write `\\\\` for a backslash, or put `@` before the string: @\"\\d\""),
            );
        }
        text
    }

    /// A name given to a column or parameter.
    pub(super) fn declared_name(&mut self, what: &str) -> Name {
        self.name(what, Use::Declare)
    }

    /// A name that is not a keyword where it stands, or in quotes.
    pub(super) fn name(&mut self, what: &str, purpose: Use) -> Name {
        if let Some(word) = self.word(0).filter(|word| needs_quotes(word, purpose)) {
            self.reserved(word, "KS228");
        }
        match self.any_name() {
            Some(name) => name,
            None => {
                let found = self.found();
                self.error("KS005", format!("expected {what}, found {found}"));
                Name { text: String::new(), span: self.here() }
            }
        }
    }

    pub(super) fn reserved(&mut self, word: &str, code: &'static str) {
        self.remark(
            Diagnostic::error(code, self.here(), format!("`{word}` is a keyword and cannot be a name here"))
                .with_help(format!("write it as ['{word}']")),
        );
    }

    /// A name, or one with `*` in it, or `*`, where these may stand: pieces that touch are one.
    pub(super) fn wildcard(&mut self) -> Expr {
        let start = self.here();
        let touches =
            |kind: Option<TokenKind>| matches!(kind, Some(TokenKind::Ident | TokenKind::Star | TokenKind::Long | TokenKind::TimeSpan));
        if !matches!(self.kind(0), Some(TokenKind::Ident | TokenKind::Star)) {
            let name = self.name("a column name", Use::Refer);
            let kind = if name.text.is_empty() { ExprKind::Error } else { ExprKind::Name(name) };
            return Expr { kind, span: self.since(start) };
        }
        let mut length = 1;
        let mut stars = self.at(TokenKind::Star);
        while self.adjacent(length - 1) && touches(self.kind(length)) {
            stars |= self.kind(length) == Some(TokenKind::Star);
            length += 1;
        }
        if length == 1 && !stars {
            let name = self.name("a column name", Use::Refer);
            return Expr { span: name.span, kind: ExprKind::Name(name) };
        }
        self.join_tokens(1..length);
        self.pos += length;
        let span = self.since(start);
        let kind = if length == 1 { ExprKind::Star } else { ExprKind::Wildcard(Name { text: span.text(self.text).to_owned(), span }) };
        Expr { kind, span }
    }
}
