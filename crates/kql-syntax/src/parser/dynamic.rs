//! `dynamic(…)` literals.

use std::collections::BTreeMap;

use super::Parser;
use crate::ast::{Dynamic, ExprKind, Literal};
use crate::diagnostic::Diagnostic;
use crate::token::TokenKind;

impl Parser<'_> {
    pub(super) fn dynamic_literal(&mut self) -> ExprKind {
        let value = self.dynamic_call();
        ExprKind::Literal(match value {
            Dynamic::Null => Literal::Null("dynamic"),
            value => Literal::Dynamic(value),
        })
    }

    /// `dynamic(value)`, from the word on.
    fn dynamic_call(&mut self) -> Dynamic {
        self.pos += 1;
        self.join_tokens(0..1);
        let open = self.here();
        self.pos += 1;
        let value = self.nested(Self::dynamic_value);
        self.close(TokenKind::CloseParen, open, "`dynamic(`");
        value
    }

    fn dynamic_value(&mut self) -> Dynamic {
        let scalar = |literal| Dynamic::Scalar(Box::new(literal));
        match self.kind(0) {
            Some(TokenKind::OpenBracket) => self.dynamic_array(),
            Some(TokenKind::OpenBrace) => self.dynamic_bag(),
            Some(TokenKind::Minus | TokenKind::Plus)
                if matches!(self.kind(1), Some(TokenKind::Long | TokenKind::Real | TokenKind::TimeSpan)) =>
            {
                let negative = self.at(TokenKind::Minus);
                self.pos += 1;
                self.join_tokens(0..1);
                scalar(self.dynamic_number(negative))
            }
            Some(TokenKind::Long | TokenKind::Real | TokenKind::TimeSpan) => scalar(self.dynamic_number(false)),
            Some(TokenKind::String | TokenKind::Typed) => match self.literal_value() {
                Literal::Null(_) => Dynamic::Null,
                literal => scalar(literal),
            },
            _ => match (self.word(0), self.kind(1)) {
                (Some("null"), _) => {
                    self.pos += 1;
                    Dynamic::Null
                }
                (Some(word @ ("true" | "false" | "True" | "False" | "TRUE" | "FALSE")), _) => {
                    self.pos += 1;
                    scalar(Literal::Bool(word.eq_ignore_ascii_case("true")))
                }
                (Some("dynamic"), Some(TokenKind::OpenParen)) => self.dynamic_call(),
                _ => {
                    let found = self.found();
                    self.report(
                        Diagnostic::error("KS006", self.here(), format!("expected a literal value, found {found}"))
                            .with_help("dynamic(…) holds literals only; build a value from expressions with pack_array(…) or bag_pack(…)"),
                    );
                    Dynamic::Null
                }
            },
        }
    }

    fn dynamic_number(&mut self, negative: bool) -> Literal {
        let Some(token) = self.bump() else { return Literal::Bad };
        let text = token.span.text(self.text);
        let text = if negative { format!("-{text}") } else { text.to_owned() };
        let value = match token.kind {
            TokenKind::TimeSpan => crate::literal::unit_timespan(&text).map(Literal::TimeSpan),
            TokenKind::Long => {
                crate::literal::long_value(&text).map(Literal::Long).or_else(|| crate::literal::real_value(&text).map(Literal::Real))
            }
            _ => crate::literal::real_value(&text).map(Literal::Real),
        };
        match value {
            // The real engine refuses it, though `real(1e400)` is infinite there.
            Some(Literal::Real(real)) if real.is_infinite() => self.bad(token, "this number is beyond the range of `real`"),
            value => value.unwrap_or(Literal::Bad),
        }
    }

    fn dynamic_array(&mut self) -> Dynamic {
        let open = self.here();
        self.pos += 1;
        let mut items = Vec::new();
        if !self.at(TokenKind::CloseBracket) {
            items = self.list(|p| p.nested(Self::dynamic_value));
        }
        self.close(TokenKind::CloseBracket, open, "the array");
        Dynamic::Array(items)
    }

    fn dynamic_bag(&mut self) -> Dynamic {
        let open = self.here();
        self.pos += 1;
        let mut pairs: Vec<(String, Dynamic)> = Vec::new();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        while !self.at(TokenKind::CloseBrace) && !self.panicking {
            let Some(token) = self.token(0).filter(|t| t.kind == TokenKind::String) else {
                let found = self.found();
                self.report(
                    Diagnostic::error("KS006", self.here(), format!("expected a key in quotes, found {found}"))
                        .with_help("write {\"key\": value}"),
                );
                break;
            };
            self.pos += 1;
            let key = self.string_text(token);
            self.expect(TokenKind::Colon, "`:` after the key");
            let value = self.nested(Self::dynamic_value);
            match places.get(&key).and_then(|at| pairs.get_mut(*at)) {
                Some(pair) => pair.1 = value,
                None => {
                    places.insert(key.clone(), pairs.len());
                    pairs.push((key, value));
                }
            }
            if !self.eat(TokenKind::Comma) {
                break;
            }
            if self.at(TokenKind::CloseBrace) {
                self.error("KS006", "expected a key in quotes after `,`");
            }
        }
        self.close(TokenKind::CloseBrace, open, "the bag");
        Dynamic::Bag(pairs)
    }
}
