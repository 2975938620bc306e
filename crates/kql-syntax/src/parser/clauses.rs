//! Clauses that several operators share, and the operators made of them: settings, sort keys, `by`.

use super::Parser;
use crate::ast::{Expr, ExprKind, Literal, Name, NameOrder, OperatorKind, OrderedName, Setting, SortKey};
use crate::diagnostic::Diagnostic;
use crate::token::TokenKind;

impl Parser<'_> {
    /// `name=value` settings without commas: those named, `hint.…` and the internal ones with `__`.
    pub(super) fn settings(&mut self, names: &[&str]) -> Vec<Setting> {
        let mut settings = Vec::new();
        while !self.panicking {
            let Some(word) = self.word(0) else { break };
            let length = if word == "hint" && self.kind(1) == Some(TokenKind::Dot) && self.kind(2) == Some(TokenKind::Ident) {
                3
            } else if names.contains(&word) || word.starts_with("__") {
                1
            } else {
                break;
            };
            if self.kind(length) != Some(TokenKind::Assign) {
                break;
            }
            let start = self.here();
            self.join_tokens(1..length + 2);
            self.pos += length;
            let span = self.since(start);
            let text: String = span.text(self.text).split_whitespace().collect();
            self.pos += 1;
            settings.push(Setting { name: Name { text, span }, value: self.setting_value() });
        }
        settings
    }

    /// A name (any keyword) or literal.
    pub(super) fn setting_value(&mut self) -> Expr {
        let start = self.here();
        let kind = match self.kind(0) {
            Some(TokenKind::Ident) => match self.word(0).unwrap_or_default() {
                word if word.eq_ignore_ascii_case("true") || word.eq_ignore_ascii_case("false") => {
                    self.pos += 1;
                    ExprKind::Literal(Literal::Bool(word.eq_ignore_ascii_case("true")))
                }
                "dynamic" => self.dynamic_or_name(),
                _ => match self.any_name() {
                    Some(name) => ExprKind::Name(name),
                    None => ExprKind::Error,
                },
            },
            Some(TokenKind::OpenBracket) if self.name_length(0).is_some() => match self.any_name() {
                Some(name) => ExprKind::Name(name),
                None => ExprKind::Error,
            },
            _ => {
                let mut value = self.postfix_signed();
                value.span = self.since(start);
                return value;
            }
        };
        Expr { kind, span: self.since(start) }
    }

    fn dynamic_or_name(&mut self) -> ExprKind {
        if self.kind(1) == Some(TokenKind::OpenParen) {
            return self.dynamic_literal();
        }
        self.any_name().map_or(ExprKind::Error, ExprKind::Name)
    }

    /// `(name=value, name=value)` after `with`.
    pub(super) fn properties(&mut self) -> Vec<Setting> {
        let open = self.here();
        if !self.expect(TokenKind::OpenParen, "`(` after `with`") {
            return Vec::new();
        }
        let mut settings = Vec::new();
        while !self.at(TokenKind::CloseParen) && !self.panicking {
            let Some(name) = self.any_name() else {
                let found = self.found();
                self.error("KS005", format!("expected a property's name, found {found}"));
                break;
            };
            self.join_tokens(0..2);
            if !self.expect(TokenKind::Assign, "`=` after the property's name") {
                break;
            }
            let mut value = self.setting_value();
            if let (ExprKind::Name(word), true) = (&value.kind, self.at(TokenKind::OpenParen)) {
                let name = word.clone();
                value = Expr { span: name.span, kind: ExprKind::Call { name, args: self.args() } };
            }
            settings.push(Setting { name, value });
            // A property may list names: `ycolumns=a, b`.
            loop {
                let next =
                    matches!(settings.last(), Some(Setting { value: Expr { kind: ExprKind::Name(_) | ExprKind::Names(_), .. }, .. }))
                        && self.kind(0) == Some(TokenKind::Comma)
                        && self.name_length(1).is_some_and(|length| self.kind(1 + length) != Some(TokenKind::Assign));
                if !next {
                    break;
                }
                self.pos += 1;
                self.extend_names(&mut settings);
            }
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        self.close(TokenKind::CloseParen, open, "the properties");
        settings
    }

    /// A further name for the last property.
    fn extend_names(&mut self, settings: &mut [Setting]) {
        let Some(next) = self.any_name() else { return };
        let Some(last) = settings.last_mut() else { return };
        let span = last.value.span.to(next.span);
        let mut names = match &last.value.kind {
            ExprKind::Name(name) => vec![name.clone()],
            ExprKind::Names(names) => names.clone(),
            _ => Vec::new(),
        };
        names.push(next);
        last.value = Expr { kind: ExprKind::Names(names), span };
    }

    pub(super) fn ordered_name(&mut self) -> OrderedName {
        let column = self.wildcard();
        let (order, length) = match (self.word(0), self.word(2)) {
            (Some("asc"), _) => (Some(NameOrder::Asc), 1),
            (Some("desc"), _) => (Some(NameOrder::Desc), 1),
            (Some("granny"), Some("asc")) if self.kind(1) == Some(TokenKind::Minus) => (Some(NameOrder::GrannyAsc), 3),
            (Some("granny"), Some("desc")) if self.kind(1) == Some(TokenKind::Minus) => (Some(NameOrder::GrannyDesc), 3),
            _ => (None, 0),
        };
        self.join_tokens(1..length);
        self.pos += length;
        OrderedName { column, order }
    }

    pub(super) fn sort_key(&mut self) -> SortKey {
        let expr = self.named();
        let ascending = if self.eat_word("asc") {
            Some(true)
        } else if self.eat_word("desc") {
            Some(false)
        } else {
            None
        };
        let mut nulls_first = None;
        if self.eat_word("nulls") {
            if self.eat_word("first") {
                nulls_first = Some(true);
            } else if self.eat_word("last") {
                nulls_first = Some(false);
            } else {
                let found = self.found();
                self.error("KS005", format!("expected `first` or `last` after `nulls`, found {found}"));
            }
        }
        SortKey { expr, ascending, nulls_first }
    }

    pub(super) fn sort(&mut self) -> OperatorKind {
        let options = self.settings(&[]);
        if !self.expect_word("by", "before the columns to sort by") {
            return OperatorKind::Sort { options, by: Vec::new() };
        }
        OperatorKind::Sort { options, by: self.list(Self::sort_key) }
    }

    pub(super) fn top(&mut self) -> OperatorKind {
        let options = self.settings(&[]);
        let count = self.expr();
        let by = if self.expect_word("by", "and the columns to sort by") { self.list(Self::sort_key) } else { Vec::new() };
        OperatorKind::Top { options, count, by }
    }

    pub(super) fn summarize(&mut self) -> OperatorKind {
        let options = self.settings(&[]);
        let mut aggregates = Vec::new();
        if !self.at_by() && !matches!(self.kind(0), None | Some(TokenKind::Pipe | TokenKind::Semicolon | TokenKind::CloseParen)) {
            aggregates = self.list(Self::named);
        }
        let by = self.by();
        if aggregates.is_empty() && by.is_empty() && !self.panicking {
            let found = self.found();
            self.report(
                Diagnostic::error("KS006", self.here(), format!("expected an aggregate, found {found}"))
                    .with_help("for example `summarize count() by Computer`"),
            );
        }
        OperatorKind::Summarize { options, aggregates, by }
    }

    fn at_by(&self) -> bool {
        self.at_word("by") && self.kind(1) != Some(TokenKind::Assign)
    }

    /// `by name, name`, where it is written.
    pub(super) fn by(&mut self) -> Vec<Expr> {
        if self.panicking || !self.eat_word("by") {
            return Vec::new();
        }
        self.list(Self::named)
    }

    pub(super) fn distinct(&mut self) -> OperatorKind {
        let options = self.settings(&[]);
        OperatorKind::Distinct { options, columns: self.list(Self::named) }
    }

    pub(super) fn sample_distinct(&mut self) -> OperatorKind {
        let count = self.expr();
        let of = if self.expect_word("of", "and a column") { self.expr() } else { self.error_expr() };
        OperatorKind::SampleDistinct { count, of }
    }

    /// A value with a sign, maybe.
    fn postfix_signed(&mut self) -> Expr {
        if matches!(self.kind(0), Some(TokenKind::Minus | TokenKind::Plus)) {
            return self.expr();
        }
        self.postfix()
    }
}
