//! Names, calls, paths, parentheses.

use super::Parser;
use crate::ast::{Arg, Expr, ExprKind, Name, TypeName};
use crate::diagnostic::Diagnostic;
use crate::keywords::{Use, needs_quotes};
use crate::token::TokenKind;

impl Parser<'_> {
    /// A value with `.name`, `[index]` and `.call(…)` after it.
    pub(super) fn postfix(&mut self) -> Expr {
        let start = self.here();
        let mut base = self.primary();
        loop {
            if self.panicking {
                return base;
            }
            let kind = match self.kind(0) {
                Some(TokenKind::Dot) => {
                    self.pos += 1;
                    if self.at(TokenKind::OpenBracket) && self.name_length(0).is_none() {
                        // `a.[0]`, an old way to write `a[0]`.
                        self.index(base)
                    } else {
                        self.member(base)
                    }
                }
                Some(TokenKind::OpenBracket) => self.index(base),
                _ => return base,
            };
            base = Expr { kind, span: self.since(start) };
            if !self.grow() {
                return base;
            }
        }
    }

    fn member(&mut self, base: Expr) -> ExprKind {
        let base = Box::new(base);
        let star = matches!(self.kind(0), Some(TokenKind::Star))
            || (self.at(TokenKind::Ident) && self.adjacent(0) && self.kind(1) == Some(TokenKind::Star));
        let from_call = matches!(base.kind, ExprKind::Call { .. } | ExprKind::MemberCall { .. });
        if star && from_call {
            let ExprKind::Wildcard(name) = self.wildcard().kind else {
                return ExprKind::Member { base, name: Name { text: "*".to_owned(), span: self.last_span() } };
            };
            return ExprKind::Member { base, name };
        }
        if let Some(word) = self.word(0).filter(|word| needs_quotes(word, Use::Refer)) {
            self.reserved(word, "KS006");
        }
        let Some(name) = self.any_name() else {
            let found = self.found();
            self.error("KS005", format!("expected a name after `.`, found {found}"));
            return ExprKind::Error;
        };
        if self.at(TokenKind::OpenParen) {
            let args = self.args();
            return ExprKind::MemberCall { base, name, args };
        }
        ExprKind::Member { base, name }
    }

    fn index(&mut self, base: Expr) -> ExprKind {
        let open = self.here();
        self.join_tokens(0..1);
        self.pos += 1;
        let height = std::mem::replace(&mut self.height, 0);
        let index = self.nested(Self::expr);
        self.height = self.height.max(height);
        self.close(TokenKind::CloseBracket, open, "the index");
        ExprKind::Index { base: Box::new(base), index: Box::new(index) }
    }

    fn primary(&mut self) -> Expr {
        let start = self.here();
        let kind = match self.kind(0) {
            Some(TokenKind::OpenParen) => return self.parenthesized(),
            Some(TokenKind::Ident) => self.word_primary(),
            Some(TokenKind::Star) => {
                self.pos += 1;
                ExprKind::Star
            }
            Some(TokenKind::Long | TokenKind::Real | TokenKind::TimeSpan | TokenKind::String | TokenKind::Typed) => self.literal(),
            Some(TokenKind::OpenBracket) if self.name_length(0).is_some() => {
                let name = self.any_name().unwrap_or_else(|| self.missing_name());
                if self.at(TokenKind::OpenParen) { ExprKind::Call { name, args: self.args() } } else { ExprKind::Name(name) }
            }
            _ => {
                self.missing_expression();
                ExprKind::Error
            }
        };
        Expr { kind, span: self.since(start) }
    }

    fn missing_expression(&mut self) {
        let found = self.found();
        let mut diagnostic = Diagnostic::error("KS006", self.here(), format!("expected an expression, found {found}"));
        diagnostic = match self.kind(0) {
            Some(TokenKind::Ident) => {
                let word = self.word(0).unwrap_or_default();
                diagnostic.with_help(format!("if `{word}` is meant as a name, write it as ['{word}']"))
            }
            Some(TokenKind::OpenBracket) => diagnostic.with_help("a list is written dynamic([…])"),
            Some(TokenKind::OpenBrace) => diagnostic.with_help("a bag is written dynamic({…})"),
            Some(TokenKind::Bang) => diagnostic.with_help("negate with not(…)"),
            _ => diagnostic,
        };
        self.report(diagnostic);
    }

    fn parenthesized(&mut self) -> Expr {
        let open = self.here();
        self.pos += 1;
        let mut inner = self.pipe();
        self.close(TokenKind::CloseParen, open, "the `(`");
        inner.span = self.since(open);
        inner
    }

    /// A name, call or literal that begins with a word.
    fn word_primary(&mut self) -> ExprKind {
        let word = self.word(0).unwrap_or_default();
        match (word, self.kind(1)) {
            ("true" | "True" | "TRUE", _) => {
                self.pos += 1;
                return ExprKind::Literal(crate::ast::Literal::Bool(true));
            }
            ("false" | "False" | "FALSE", _) => {
                self.pos += 1;
                return ExprKind::Literal(crate::ast::Literal::Bool(false));
            }
            ("dynamic", Some(TokenKind::OpenParen)) => return self.dynamic_literal(),
            ("typeof", Some(TokenKind::OpenParen)) => return ExprKind::TypeOf(self.type_of()),
            ("datatable" | "externaldata" | "external_data", Some(TokenKind::OpenParen)) => {
                return ExprKind::Source(Box::new(self.operator()));
            }
            ("toscalar" | "totable", Some(TokenKind::Ident)) if self.word(1) == Some("kind") => return self.optimised_call(),
            ("materialize" | "toscalar" | "totable", Some(TokenKind::OpenParen)) => {}
            _ if needs_quotes(word, Use::Refer) => {
                self.missing_expression();
                return ExprKind::Error;
            }
            _ => {}
        }
        let name = self.any_name().unwrap_or_else(|| self.missing_name());
        if self.at(TokenKind::OpenParen) { ExprKind::Call { name, args: self.args() } } else { ExprKind::Name(name) }
    }

    /// `toscalar kind=nooptimization (…)`: the hint changes no result.
    fn optimised_call(&mut self) -> ExprKind {
        let name = self.any_name().unwrap_or_else(|| self.missing_name());
        self.pos += 1;
        self.expect(TokenKind::Assign, "`=`");
        self.any_name();
        if !self.at(TokenKind::OpenParen) {
            self.expect(TokenKind::OpenParen, "`(`");
            return ExprKind::Error;
        }
        ExprKind::Call { name, args: self.args() }
    }

    pub(super) fn args(&mut self) -> Vec<Arg> {
        let open = self.here();
        self.join_tokens(0..1);
        self.pos += 1;
        let mut args = Vec::new();
        if !self.at(TokenKind::CloseParen) {
            args = self.list(|p| {
                let name = if p.at_assignment() { Some(p.declared_name("a name")) } else { None };
                if name.is_some() {
                    p.pos += 1;
                }
                Arg { name, value: p.pipe() }
            });
        }
        self.close(TokenKind::CloseParen, open, "the arguments");
        args
    }

    /// `typeof(type)` or `typeof(name: type, …)`.
    pub(super) fn type_of(&mut self) -> Vec<TypeName> {
        self.pos += 1;
        self.join_tokens(0..1);
        let open = self.here();
        self.expect(TokenKind::OpenParen, "`(` after `typeof`");
        let types = self.list(|p| {
            if p.name_length(0).is_some_and(|length| p.kind(length) == Some(TokenKind::Colon)) {
                return p.column();
            }
            if p.at(TokenKind::Star) {
                let token = p.bump();
                let kind = token.map_or_else(|| p.missing_name(), |t| p.name_of(t));
                return TypeName { name: None, kind };
            }
            TypeName { name: None, kind: p.type_name() }
        });
        self.close(TokenKind::CloseParen, open, "the type");
        types
    }

    /// `name: type`.
    pub(super) fn column(&mut self) -> TypeName {
        let name = self.declared_name("a column name");
        self.expect(TokenKind::Colon, "`:` and a type after the name");
        TypeName { name: Some(name), kind: self.type_name() }
    }

    /// The name of a type.
    pub(super) fn type_name(&mut self) -> Name {
        const TYPES: [&str; 27] = [
            "bool", "boolean", "date", "datetime", "decimal", "double", "dynamic", "float", "guid", "int", "int16", "int32", "int64",
            "int8", "long", "real", "string", "time", "timespan", "uint", "uint16", "uint32", "uint64", "uint8", "ulong", "uniqueid",
            "uuid",
        ];
        match self.word(0) {
            Some(word) => {
                if !TYPES.contains(&word) {
                    let mut diagnostic = Diagnostic::error("KS160", self.here(), format!("`{word}` is not a type"));
                    let near = crate::keywords::nearest(word, TYPES.iter().copied());
                    diagnostic = diagnostic.with_help(match near {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "types are bool, datetime, decimal, dynamic, guid, int, long, real, string, timespan".to_owned(),
                    });
                    self.remark(diagnostic);
                }
                self.any_name().unwrap_or_else(|| self.missing_name())
            }
            None => {
                let found = self.found();
                self.error("KS005", format!("expected a type, found {found}"));
                self.missing_name()
            }
        }
    }

    /// `(name: type, …)`.
    pub(super) fn schema(&mut self) -> Vec<TypeName> {
        let open = self.here();
        if !self.expect(TokenKind::OpenParen, "`(` before the columns") {
            return Vec::new();
        }
        let mut columns = Vec::new();
        while !self.at(TokenKind::CloseParen) && !self.panicking {
            columns.push(self.column());
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        self.close(TokenKind::CloseParen, open, "the columns");
        columns
    }
}
