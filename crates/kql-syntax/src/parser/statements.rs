//! Statements and functions.

use super::{Hint, Parser};
use crate::ast::{Expr, ExprKind, Name, Parameter, ParameterKind, Script, Statement, StatementKind};
use crate::keywords::Use;
use crate::token::TokenKind;

impl Parser<'_> {
    /// Statements up to the end of the text, or of the braces around them.
    pub(super) fn script(&mut self, in_braces: bool) -> Script {
        let mut statements = Vec::new();
        loop {
            while self.eat(TokenKind::Semicolon) {}
            if self.at_end() || (in_braces && self.at(TokenKind::CloseBrace)) {
                break;
            }
            let level = self.level();
            let before = self.pos;
            statements.push(self.statement());
            self.recover(level);
            self.panicking = false;
            if self.at(TokenKind::Semicolon) || self.at_end() || (in_braces && self.at(TokenKind::CloseBrace)) {
                continue;
            }
            // A statement ends where it cannot go on: a bracket that closes nothing, or a comma.
            let found = self.found();
            self.error("KS198", format!("{found} is not expected here"));
            if !self.at(TokenKind::Pipe) || self.pos == before {
                self.pos += 1;
            }
            self.skip_statement(level, in_braces);
            self.panicking = false;
        }
        Script { statements }
    }

    fn skip_statement(&mut self, level: u32, in_braces: bool) {
        while let Some(token) = self.token(0) {
            let here = self.brackets.level(self.pos);
            if (token.kind == TokenKind::Semicolon && here <= level) || (in_braces && token.kind == TokenKind::CloseBrace && here < level) {
                break;
            }
            self.pos += 1;
        }
    }

    fn statement(&mut self) -> Statement {
        let start = self.here();
        let kind = match self.word(0) {
            Some("let") if self.name_length(1).is_some() || self.kind(1) == Some(TokenKind::Assign) => self.let_statement(),
            Some("set") if self.kind(1) == Some(TokenKind::Ident) => self.set_statement(),
            Some("declare") if matches!(self.word(1), Some("query_parameters" | "pattern")) => self.other_statement(),
            Some("alias") if self.word(1) == Some("database") => self.other_statement(),
            Some("restrict") if self.word(1) == Some("access") => self.other_statement(),
            _ => StatementKind::Expr(self.pipe()),
        };
        Statement { kind, span: self.since(start) }
    }

    fn let_statement(&mut self) -> StatementKind {
        self.pos += 1;
        let name = self.name("a name after `let`", Use::Both);
        self.expect(TokenKind::Assign, "`=` after the name");
        let start = self.here();
        let view = self.at_word("view") && self.kind(1) == Some(TokenKind::OpenParen) && self.function_at(1);
        let value = if self.panicking {
            Expr { kind: ExprKind::Error, span: start }
        } else if view || self.function_at(0) {
            if view {
                self.pos += 1;
            }
            let kind = self.nested(|p| p.function(view));
            Expr { kind, span: self.since(start) }
        } else {
            self.pipe()
        };
        StatementKind::Let { name, value }
    }

    /// Whether `(…) {` is here.
    fn function_at(&self, offset: usize) -> bool {
        self.kind(offset) == Some(TokenKind::OpenParen)
            && self
                .brackets
                .partner(self.pos + offset)
                .and_then(|close| self.tokens.get(close + 1))
                .is_some_and(|t| t.kind == TokenKind::OpenBrace)
    }

    fn function(&mut self, view: bool) -> ExprKind {
        let open = self.here();
        self.pos += 1;
        let mut parameters = Vec::new();
        if !self.at(TokenKind::CloseParen) {
            parameters = self.list(Self::parameter);
        }
        let level = self.brackets.level(self.pos.saturating_sub(1));
        self.close(TokenKind::CloseParen, open, "the parameters");
        if self.panicking {
            // The body is still worth reading.
            self.skip_part(level);
            if self.at(TokenKind::CloseParen) {
                self.pos += 1;
                self.panicking = false;
            }
        }
        let brace = self.here();
        self.hint(0, Hint::Body);
        if !self.expect(TokenKind::OpenBrace, "`{` before the function's body") {
            return ExprKind::Error;
        }
        let body = self.script(true);
        self.close(TokenKind::CloseBrace, brace, "the function's body");
        ExprKind::Function { view, parameters, body }
    }

    fn parameter(&mut self) -> Parameter {
        let start = self.here();
        let name = self.declared_name("a parameter name");
        self.expect(TokenKind::Colon, "`:` and a type after the parameter's name");
        let kind = if self.at(TokenKind::OpenParen) {
            if self.kind(1) == Some(TokenKind::Star) && self.kind(2) == Some(TokenKind::CloseParen) {
                self.pos += 3;
                ParameterKind::AnyTable
            } else {
                ParameterKind::Table(self.schema())
            }
        } else {
            ParameterKind::Scalar(self.type_name())
        };
        let default = if self.eat(TokenKind::Assign) { Some(self.expr()) } else { None };
        Parameter { name, kind, default, span: self.since(start) }
    }

    fn set_statement(&mut self) -> StatementKind {
        self.pos += 1;
        let name = self.any_name().unwrap_or_else(|| self.missing_name());
        let value = if self.eat(TokenKind::Assign) { Some(self.setting_value()) } else { None };
        StatementKind::Set { name, value }
    }

    fn other_statement(&mut self) -> StatementKind {
        let keyword = self.any_name().unwrap_or_else(|| Name { text: String::new(), span: self.here() });
        let level = self.level();
        let from = self.pos;
        while !self.at_end() && self.level() >= level && !(self.at(TokenKind::Semicolon) && self.level() <= level) {
            self.pos += 1;
        }
        self.keep_since(from);
        StatementKind::Other { keyword }
    }
}
