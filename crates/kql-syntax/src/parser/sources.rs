//! Operators that make a table: `range`, `datatable`, `externaldata`.

use super::Parser;
use crate::ast::{Expr, OperatorKind};
use crate::diagnostic::Diagnostic;
use crate::keywords::Use;
use crate::token::TokenKind;

impl Parser<'_> {
    pub(super) fn range(&mut self) -> OperatorKind {
        let column = self.name("a column name after `range`", Use::Refer);
        let mut bound = |word: &str, why: &str| {
            if !self.panicking && self.expect_word(word, why) { self.expr() } else { self.error_expr() }
        };
        let from = bound("from", "and the first value");
        let to = bound("to", "and the last value");
        let step = bound("step", "and the distance of values");
        OperatorKind::Range { column, from, to, step }
    }

    pub(super) fn datatable(&mut self) -> OperatorKind {
        self.settings(&[]);
        self.join_tokens(0..1);
        let columns = self.schema();
        self.join_tokens(0..1);
        let open = self.here();
        let mut values = Vec::new();
        if !self.panicking && self.expect(TokenKind::OpenBracket, "`[` before the values") {
            while !self.at(TokenKind::CloseBracket) && !self.panicking {
                values.push(self.nested(Self::literal_with_sign));
                if !self.eat(TokenKind::Comma) {
                    break;
                }
            }
            self.close(TokenKind::CloseBracket, open, "the values");
        }
        if !self.panicking && !columns.is_empty() && values.len() % columns.len() != 0 {
            let message = format!("{} values do not fill rows of {} columns", values.len(), columns.len());
            self.remark(Diagnostic::error("KS173", open, message).with_help("give every row a value for every column"));
        }
        OperatorKind::DataTable { columns, values }
    }

    /// A value of a `datatable`.
    fn literal_with_sign(&mut self) -> Expr {
        let signed = matches!(self.kind(0), Some(TokenKind::Minus | TokenKind::Plus));
        let literal = match self.kind(usize::from(signed)) {
            Some(TokenKind::Long | TokenKind::Real | TokenKind::TimeSpan) => true,
            Some(TokenKind::String | TokenKind::Typed) => !signed,
            Some(TokenKind::Ident) => {
                !signed
                    && (matches!(self.word(0), Some("true" | "True" | "TRUE" | "false" | "False" | "FALSE"))
                        || (matches!(self.word(0), Some("dynamic" | "typeof")) && self.kind(1) == Some(TokenKind::OpenParen)))
            }
            _ => false,
        };
        if literal {
            return self.unary();
        }
        let found = self.found();
        let mut diagnostic = Diagnostic::error("KS005", self.here(), format!("expected a literal or `]`, found {found}"));
        diagnostic = match self.word(0) {
            Some("null") => diagnostic.with_help("write a null with its type, as in long(null); a string has none: write \"\""),
            _ => diagnostic.with_help("a datatable holds literals only; compute with `| extend`"),
        };
        self.report(diagnostic);
        self.error_expr()
    }

    pub(super) fn externaldata(&mut self) -> OperatorKind {
        self.settings(&[]);
        self.join_tokens(0..1);
        let columns = self.schema();
        self.join_tokens(0..1);
        let open = self.here();
        let mut addresses = Vec::new();
        let mut options = Vec::new();
        if !self.panicking && self.expect(TokenKind::OpenBracket, "`[` before the addresses") {
            while !self.at(TokenKind::CloseBracket) && !self.panicking {
                addresses.push(self.nested(Self::expr));
                if !self.eat(TokenKind::Comma) {
                    break;
                }
            }
            self.close(TokenKind::CloseBracket, open, "the addresses");
        }
        if !self.panicking && self.at_word("with") {
            self.pos += 1;
            options = self.properties();
        }
        OperatorKind::ExternalData { columns, addresses, options }
    }
}
