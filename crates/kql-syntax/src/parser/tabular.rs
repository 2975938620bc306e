//! Operators that take other tables: `join`, `lookup`, `union`, `search`, `evaluate`, `as`, `render`.

use super::{Hint, Parser};
use crate::ast::{Expr, ExprKind, OperatorKind, Setting};
use crate::diagnostic::Diagnostic;
use crate::keywords::Use;
use crate::token::TokenKind;

impl Parser<'_> {
    pub(super) fn join(&mut self) -> OperatorKind {
        let options = self.settings(&["kind", "isfuzzy"]);
        let right = self.postfix();
        let on = self.on_clause("join");
        OperatorKind::Join { options, right, on }
    }

    pub(super) fn lookup(&mut self) -> OperatorKind {
        let options = self.settings(&["kind"]);
        let right = self.postfix();
        let on = self.on_clause("lookup");
        OperatorKind::Lookup { options, right, on }
    }

    fn on_clause(&mut self, operator: &str) -> Vec<Expr> {
        if self.panicking {
            return Vec::new();
        }
        if self.eat_word("on") {
            return self.list(Self::expr);
        }
        let found = self.found();
        let help = if self.at_word("where") {
            "`join … where` is not supported; use `on`, then `| where`"
        } else {
            "for example `on Computer` or `on $left.a == $right.b`"
        };
        self.report(
            Diagnostic::error("KS006", self.here(), format!("expected `on` and the keys of the {operator}, found {found}")).with_help(help),
        );
        Vec::new()
    }

    pub(super) fn union(&mut self) -> OperatorKind {
        let options = self.settings(&["kind", "withsource", "with_source", "isfuzzy"]);
        OperatorKind::Union { options, tables: self.list(Self::table) }
    }

    /// A table, several by a name with `*`, a call, or a pipe in parentheses.
    fn table(&mut self) -> Expr {
        let star = self.at(TokenKind::Star)
            || (matches!(self.kind(0), Some(TokenKind::Ident)) && self.adjacent(0) && self.kind(1) == Some(TokenKind::Star));
        if star { self.wildcard() } else { self.postfix() }
    }

    pub(super) fn search(&mut self) -> OperatorKind {
        let mut options = self.settings(&["kind"]);
        self.data_scope(&mut options);
        let mut tables = Vec::new();
        if self.at_word("in") && self.kind(1) == Some(TokenKind::OpenParen) {
            self.pos += 1;
            let open = self.here();
            self.pos += 1;
            tables = self.list(Self::table);
            self.close(TokenKind::CloseParen, open, "the tables");
        }
        let predicate = if self.panicking { self.error_expr() } else { self.expr() };
        OperatorKind::Search { options, tables, predicate }
    }

    /// `datascope=hotcache`: says where to look, not what to find.
    fn data_scope(&mut self, options: &mut Vec<Setting>) {
        options.append(&mut self.settings(&["datascope"]));
    }

    pub(super) fn evaluate(&mut self) -> OperatorKind {
        let options = self.settings(&[]);
        let call = self.postfix();
        if !self.panicking && !matches!(call.kind, ExprKind::Call { .. } | ExprKind::MemberCall { .. } | ExprKind::Error) {
            self.report(Diagnostic::error("KS005", self.here(), "expected `(` after the plugin's name"));
        }
        if self.at(TokenKind::Colon) {
            self.hint(0, Hint::Spaced);
        }
        let schema = if !self.panicking && self.eat(TokenKind::Colon) { Some(self.plugin_schema()) } else { None };
        OperatorKind::Evaluate { options, call, schema }
    }

    /// `(a: long, *, b: string)`: a star stands for the columns of the input.
    fn plugin_schema(&mut self) -> Vec<crate::ast::TypeName> {
        let open = self.here();
        if self.kind(1) != Some(TokenKind::Star) {
            return self.schema();
        }
        self.pos += 1;
        let mut columns = Vec::new();
        if let Some(star) = self.bump() {
            columns.push(crate::ast::TypeName { name: None, kind: self.name_of(star) });
        }
        while !self.panicking && self.eat(TokenKind::Comma) {
            columns.push(self.column());
        }
        self.close(TokenKind::CloseParen, open, "the columns");
        columns
    }

    pub(super) fn as_operator(&mut self) -> OperatorKind {
        let options = self.settings(&[]);
        let name = self.name("a name after `as`", Use::Refer);
        OperatorKind::As { options, name }
    }

    pub(super) fn render(&mut self) -> OperatorKind {
        // `3Dchart` is one token, too: a name may start with a digit.
        let chart = self.any_name().unwrap_or_else(|| self.missing_name());
        if chart.text.is_empty() {
            let found = self.found();
            self.error("KS005", format!("expected a kind of chart, found {found}"));
        }
        let mut options = Vec::new();
        if self.at_word("with") && self.kind(1) == Some(TokenKind::OpenParen) {
            self.pos += 1;
            options = self.properties();
        } else {
            // The old form: `kind=stacked title="x"`.
            options.append(&mut self.settings(&["kind", "title", "accumulate", "with", "by"]));
        }
        OperatorKind::Render { chart, options }
    }
}
