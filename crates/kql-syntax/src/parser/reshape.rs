//! `mv-expand`, `mv-apply`, `parse`, `parse-kv`, `make-series`.

use super::Parser;
use crate::ast::{ExpandColumn, Expr, Operator, OperatorKind, PatternPart, SeriesAggregate, TypeName};
use crate::diagnostic::Diagnostic;
use crate::keywords::Use;
use crate::token::TokenKind;

const EXPAND: [&str; 4] = ["bagexpansion", "kind", "with_itemindex", "with_item_index"];

impl Parser<'_> {
    pub(super) fn mv_expand(&mut self) -> OperatorKind {
        let options = self.settings(&EXPAND);
        let columns = self.list(Self::expand_column);
        let limit = self.limit();
        OperatorKind::MvExpand { options, columns, limit }
    }

    pub(super) fn mv_apply(&mut self) -> OperatorKind {
        let options = self.settings(&EXPAND);
        let columns = self.list(Self::expand_column);
        let limit = self.limit();
        if self.at_word("id") && self.kind(1) == Some(TokenKind::Typed) {
            self.pos += 2;
        }
        let mut body = Vec::new();
        if self.expect_word("on", "and a subquery in parentheses") {
            let open = self.here();
            if self.expect(TokenKind::OpenParen, "`(` after `on`") {
                body = self.nested(Self::subquery);
                self.close(TokenKind::CloseParen, open, "the subquery");
            }
        }
        OperatorKind::MvApply { options, columns, limit, body }
    }

    /// Operators between `|`, without a source.
    fn subquery(&mut self) -> Vec<Operator> {
        let level = self.level();
        let mut operators = vec![self.operator()];
        self.end_of_part(level);
        operators.append(&mut self.piped(level));
        operators
    }

    fn expand_column(&mut self) -> ExpandColumn {
        let expr = self.named();
        let mut to = None;
        if self.at_word("to") && self.word(1) == Some("typeof") {
            self.pos += 1;
            let mut types = self.type_of();
            to = if types.len() == 1 { types.pop() } else { None };
            if to.is_none() {
                self.error("KS005", "expected one type in `to typeof(…)`");
            }
        } else if self.at_word("to") {
            self.pos += 1;
            self.expect_word("typeof", "after `to`");
        }
        ExpandColumn { expr, to }
    }

    fn limit(&mut self) -> Option<Expr> {
        (!self.panicking && self.eat_word("limit")).then(|| self.expr())
    }

    pub(super) fn parse_operator(&mut self, only_matches: bool) -> OperatorKind {
        let options = self.settings(&["kind", "flags"]);
        let operand = self.expr();
        let mut pattern = Vec::new();
        if !self.panicking && self.expect_word("with", "and a pattern") {
            pattern = self.pattern();
        }
        OperatorKind::Parse { only_matches, options, operand, pattern }
    }

    fn pattern(&mut self) -> Vec<PatternPart> {
        let mut parts = Vec::new();
        loop {
            match self.kind(0) {
                Some(TokenKind::Star) => {
                    parts.push(PatternPart::Star(self.here()));
                    self.pos += 1;
                }
                Some(TokenKind::String) => {
                    let start = self.here();
                    let Some(token) = self.bump() else { break };
                    let text = self.strings(token);
                    parts.push(PatternPart::Text(text, self.since(start)));
                }
                _ if self.name_length(0).is_some() => {
                    let name = self.name("a column name", Use::Refer);
                    let typed = self.eat(TokenKind::Colon);
                    if typed {
                        self.join_tokens(0..1);
                    }
                    let kind = typed.then(|| self.type_name());
                    parts.push(PatternPart::Capture { name, kind });
                }
                _ => break,
            }
            if self.panicking {
                break;
            }
        }
        if parts.is_empty() && !self.panicking {
            let found = self.found();
            self.report(
                Diagnostic::error("KS005", self.here(), format!("expected a pattern, found {found}"))
                    .with_help("for example `with * \"from \" Source:string \" to\" *`"),
            );
        }
        parts
    }

    pub(super) fn parse_kv(&mut self) -> OperatorKind {
        let operand = self.expr();
        let mut columns: Vec<TypeName> = Vec::new();
        let mut options = Vec::new();
        if !self.panicking && self.expect_word("as", "and the columns") {
            columns = self.schema();
            if !self.panicking && self.eat_word("with") {
                options = self.properties();
            }
        }
        OperatorKind::ParseKv { operand, columns, options }
    }

    pub(super) fn make_series(&mut self) -> OperatorKind {
        let options = self.settings(&["kind"]);
        let aggregates = self.list(Self::series_aggregate);
        let on = if self.expect_word("on", "and the column of the axis") { self.axis() } else { self.error_expr() };
        let (mut from, mut to, mut step) = (None, None, None);
        if !self.panicking && self.at_word("in") && self.word(1) == Some("range") {
            self.pos += 2;
            let open = self.here();
            if self.expect(TokenKind::OpenParen, "`(` after `in range`") {
                let mut bounds = self.list(Self::named).into_iter();
                (from, to, step) = (bounds.next(), bounds.next(), bounds.next());
                self.close(TokenKind::CloseParen, open, "the range");
                if !self.panicking && step.is_none() {
                    self.error("KS005", "expected `in range(from, to, step)`");
                }
            }
        } else {
            from = self.bound("from");
            to = self.bound("to");
            step = self.bound("step");
            if step.is_none() && !self.panicking {
                let found = self.found();
                self.error("KS005", format!("expected `step` and the width of a bin, found {found}"));
            }
        }
        let by = self.by();
        OperatorKind::MakeSeries { options, aggregates, on, from, to, step, by }
    }

    fn bound(&mut self, word: &str) -> Option<Expr> {
        (!self.panicking && self.eat_word(word)).then(|| self.expr())
    }

    fn series_aggregate(&mut self) -> SeriesAggregate {
        let expr = self.named();
        let mut default = None;
        if self.at_word("default") && self.kind(1) == Some(TokenKind::Assign) {
            self.pos += 2;
            default = Some(self.expr());
        }
        SeriesAggregate { expr, default }
    }
}
