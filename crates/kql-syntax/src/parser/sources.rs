//! Operators that make a table: `range`, `datatable`, `externaldata`.

use super::Parser;
use crate::ast::OperatorKind;
use crate::diagnostic::Diagnostic;
use crate::token::TokenKind;

impl Parser<'_> {
    pub(super) fn range(&mut self) -> OperatorKind {
        let column = self.declared_name("a column name after `range`");
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
        let columns = self.schema();
        let open = self.here();
        let mut values = Vec::new();
        if !self.panicking && self.expect(TokenKind::OpenBracket, "`[` before the values") {
            while !self.at(TokenKind::CloseBracket) && !self.panicking {
                values.push(self.nested(Self::expr));
                if !self.eat(TokenKind::Comma) {
                    break;
                }
            }
            if self.panicking {
                // What went wrong is in one value; the table ends where its bracket does.
            }
            self.close(TokenKind::CloseBracket, open, "the values");
        }
        if !self.panicking && !columns.is_empty() && values.len() % columns.len() != 0 {
            let message = format!("{} values do not fill rows of {} columns", values.len(), columns.len());
            self.remark(Diagnostic::error("KS133", open, message).with_help("give every row a value for every column"));
        }
        OperatorKind::DataTable { columns, values }
    }

    pub(super) fn externaldata(&mut self) -> OperatorKind {
        self.settings(&[]);
        let columns = self.schema();
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
