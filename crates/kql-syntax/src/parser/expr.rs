//! Pipes and operators between values, by precedence.

use super::Parser;
use crate::ast::{BinaryOp, Expr, ExprKind, InOp, Name, Operator, UnaryOp};
use crate::diagnostic::Diagnostic;
use crate::keywords::is_operator;
use crate::span::Span;
use crate::token::TokenKind;

/// Longer chains of `and` or `or` become balanced trees: their height must not follow their length.
const CHAIN: usize = 32;

#[derive(Clone, Copy)]
enum Infix {
    Binary(BinaryOp),
    In(InOp),
    Between {
        negated: bool,
    },
    /// A word of Kusto that has no tree.
    Refused,
}

#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Level {
    Or,
    And,
    Equality,
    Relational,
    Additive,
    Multiplicative,
    Text,
    /// Above all operators: a lone value.
    Operand,
}

impl Parser<'_> {
    /// `source | operator | …`, or any expression.
    pub(super) fn pipe(&mut self) -> Expr {
        self.nested(Self::pipe_here)
    }

    fn pipe_here(&mut self) -> Expr {
        let start = self.here();
        let level = self.level();
        let source = if self.at_source_operator() {
            let operator = self.operator();
            Expr { span: operator.span, kind: ExprKind::Source(Box::new(operator)) }
        } else {
            self.expr()
        };
        self.end_of_part(level);
        if !self.at(TokenKind::Pipe) {
            return source;
        }
        let operators = self.piped(level);
        let span = self.since(start);
        Expr { kind: ExprKind::Pipe { source: Box::new(source), operators }, span }
    }

    /// `| operator | operator …`.
    pub(super) fn piped(&mut self, level: u32) -> Vec<Operator> {
        let mut operators = Vec::new();
        while self.eat(TokenKind::Pipe) {
            operators.push(self.operator());
            self.end_of_part(level);
        }
        operators
    }

    /// Says what stands between a part of a pipe and the end of it, and steps over errors.
    pub(super) fn end_of_part(&mut self, level: u32) {
        let ended = matches!(
            self.kind(0),
            None | Some(
                TokenKind::Pipe
                    | TokenKind::Semicolon
                    | TokenKind::Comma
                    | TokenKind::CloseParen
                    | TokenKind::CloseBracket
                    | TokenKind::CloseBrace
            )
        );
        if !ended && !self.panicking {
            let found = self.found();
            let wanted = if level == 0 { "`|` or `;`" } else { "`,`, `|` or the closing bracket" };
            let mut diagnostic = Diagnostic::error("KS005", self.here(), format!("expected {wanted}, found {found}"));
            let before = self.pos.checked_sub(1).and_then(|at| self.tokens.get(at)).map(|t| t.span.text(self.text));
            diagnostic = match (self.word(0), self.kind(0)) {
                (Some(word), _) if is_operator(word) => diagnostic.with_help(format!("put `|` before the operator: `| {word}`")),
                (Some(_), _) if before == Some("not") => diagnostic.with_help("`not` is a function: not(…)"),
                (_, Some(TokenKind::Assign)) => diagnostic.with_help("`=` gives a name; compare with `==`"),
                (_, Some(TokenKind::Bang)) if self.word(1).is_some() => {
                    diagnostic.with_help(format!("write `!{}` without a space", self.word(1).unwrap_or_default()))
                }
                _ => diagnostic,
            };
            self.report(diagnostic);
        }
        self.recover(level);
    }

    /// A value, or `name = value`, or `(name, name) = value`.
    pub(super) fn named(&mut self) -> Expr {
        let start = self.here();
        let left = if self.at_assignment() {
            let name = self.declared_name("a name");
            Expr { span: name.span, kind: ExprKind::Name(name) }
        } else if self.at_name_list() {
            self.pos += 1;
            let names = self.list(|p| p.declared_name("a column name"));
            self.close(TokenKind::CloseParen, start, "the list of names");
            Expr { span: self.since(start), kind: ExprKind::Names(names) }
        } else {
            return self.expr();
        };
        let op_span = self.here();
        self.expect(TokenKind::Assign, "`=`");
        let right = self.expr();
        self.grow();
        let span = self.since(start);
        Expr { kind: ExprKind::Binary { op: BinaryOp::Assign, op_span, left: Box::new(left), right: Box::new(right) }, span }
    }

    fn at_name_list(&self) -> bool {
        if !self.at(TokenKind::OpenParen) {
            return false;
        }
        let Some(close) = self.brackets.partner(self.pos) else { return false };
        self.tokens.get(close + 1).is_some_and(|t| t.kind == TokenKind::Assign)
    }

    /// A value without a pipe.
    pub(super) fn expr(&mut self) -> Expr {
        self.chain(Level::Or)
    }

    /// A value up to a word such as `in`, which would be an operator elsewhere: `on t in range(…)`.
    pub(super) fn axis(&mut self) -> Expr {
        if self.at_assignment() { self.named() } else { self.binary(Level::Relational) }
    }

    /// `a or b or c`, `a and b and c`.
    fn chain(&mut self, level: Level) -> Expr {
        let (word, op) = if level == Level::Or { ("or", BinaryOp::Or) } else { ("and", BinaryOp::And) };
        let operand = |p: &mut Self| {
            let outer = std::mem::replace(&mut p.height, 0);
            let expr = if level == Level::Or { p.chain(Level::And) } else { p.binary(Level::Equality) };
            (expr, std::mem::replace(&mut p.height, outer))
        };
        let (first, height) = operand(self);
        if !self.at_word(word) {
            self.height = self.height.max(height);
            return first;
        }
        let mut items = vec![(first, height)];
        let mut ops = Vec::new();
        while !self.panicking && self.at_word(word) {
            ops.push(self.here());
            self.pos += 1;
            items.push(operand(self));
        }
        let (expr, height) = if items.len() > CHAIN { balanced(op, items, &ops) } else { left_deep(op, items, &ops) };
        self.height = self.height.max(height);
        if height > super::MAX_DEPTH {
            self.too_deep();
        }
        expr
    }

    fn binary(&mut self, lowest: Level) -> Expr {
        let start = self.here();
        let mut left = self.unary();
        loop {
            if self.panicking {
                return left;
            }
            let Some((infix, level, length)) = self.infix() else { return left };
            if level < lowest {
                return left;
            }
            let op_start = self.here();
            if matches!(infix, Infix::Binary(BinaryOp::Colon)) {
                self.join_tokens(0..2);
            }
            self.pos += length;
            let op_span = self.since(op_start);
            let outer = std::mem::replace(&mut self.height, 0);
            let kind = match infix {
                Infix::Binary(op) => {
                    let right = self.binary(next(level));
                    ExprKind::Binary { op, op_span, left: Box::new(left), right: Box::new(right) }
                }
                Infix::In(op) => {
                    let list = self.in_list(op_span);
                    ExprKind::In { op, op_span, operand: Box::new(left), list }
                }
                Infix::Between { negated } => {
                    let (low, high) = self.bounds();
                    ExprKind::Between { negated, operand: Box::new(left), low: Box::new(low), high: Box::new(high) }
                }
                Infix::Refused => {
                    let shown = op_span.text(self.text).to_owned();
                    self.remark(
                        Diagnostic::error("PH0103", op_span, format!("the operator `{shown}` is not supported"))
                            .with_help("use `has`, `contains`, `startswith` or `matches regex`"),
                    );
                    self.binary(next(level));
                    ExprKind::Error
                }
            };
            self.height = self.height.max(outer);
            left = Expr { kind, span: self.since(start) };
            if !self.grow() {
                return left;
            }
            // `a == b == c` is none of Kusto's; `a < b < c` and `a has b has c` neither.
            if matches!(level, Level::Equality | Level::Relational | Level::Text)
                && !self.panicking
                && let Some((_, again, _)) = self.infix()
                && again == level
            {
                self.report(
                    Diagnostic::error("KS005", self.here(), "comparisons cannot be chained")
                        .with_help("join them with `and`, or put one in parentheses"),
                );
            }
        }
    }

    fn in_list(&mut self, op_span: Span) -> Vec<Expr> {
        let open = self.here();
        let shown = op_span.text(self.text).to_owned();
        if !self.expect(TokenKind::OpenParen, &format!("`(` after `{shown}`")) {
            return Vec::new();
        }
        let list = self.list(Self::pipe);
        self.close(TokenKind::CloseParen, open, "the list");
        list
    }

    fn bounds(&mut self) -> (Expr, Expr) {
        let open = self.here();
        let missing = |p: &Self| Expr { kind: ExprKind::Error, span: p.here() };
        if !self.expect(TokenKind::OpenParen, "`(` after `between`, as in `between (1 .. 5)`") {
            return (missing(self), missing(self));
        }
        let low = self.nested(Self::expr);
        if !self.expect(TokenKind::DotDot, "`..` between the bounds, as in `between (1 .. 5)`") {
            return (low, missing(self));
        }
        let high = self.nested(Self::expr);
        self.close(TokenKind::CloseParen, open, "the bounds");
        (low, high)
    }

    pub(super) fn unary(&mut self) -> Expr {
        let op = match self.kind(0) {
            Some(TokenKind::Minus) => UnaryOp::Minus,
            Some(TokenKind::Plus) => UnaryOp::Plus,
            _ => return self.postfix(),
        };
        let start = self.here();
        self.pos += 1;
        self.join_tokens(0..1);
        // One sign only, as in Kusto: `- -1` is an error, `-(-1)` is not.
        let operand = self.nested(Self::postfix);
        Expr { kind: ExprKind::Unary { op, operand: Box::new(operand) }, span: self.since(start) }
    }

    /// The operator here with its level and how many tokens it has. `and` and `or` are chains.
    fn infix(&self) -> Option<(Infix, Level, usize)> {
        use BinaryOp::*;
        let binary = |op, level| Some((Infix::Binary(op), level, 1));
        match self.kind(0)? {
            TokenKind::Equal => binary(Equal, Level::Equality),
            TokenKind::NotEqual => binary(NotEqual, Level::Equality),
            TokenKind::Less => binary(Less, Level::Relational),
            TokenKind::LessOrEqual => binary(LessOrEqual, Level::Relational),
            TokenKind::Greater => binary(Greater, Level::Relational),
            TokenKind::GreaterOrEqual => binary(GreaterOrEqual, Level::Relational),
            TokenKind::Plus => binary(Add, Level::Additive),
            TokenKind::Minus => binary(Subtract, Level::Additive),
            TokenKind::Star => binary(Multiply, Level::Multiplicative),
            TokenKind::Slash => binary(Divide, Level::Multiplicative),
            TokenKind::Percent => binary(Modulo, Level::Multiplicative),
            TokenKind::EqualTilde => binary(EqualTilde, Level::Text),
            TokenKind::NotEqualTilde => binary(NotEqualTilde, Level::Text),
            TokenKind::Colon => binary(Colon, Level::Text),
            TokenKind::Ident => self.infix_word(0, false),
            TokenKind::Bang if self.adjacent(0) => self.infix_word(1, true),
            _ => None,
        }
    }

    fn infix_word(&self, offset: usize, negated: bool) -> Option<(Infix, Level, usize)> {
        let word = self.word(offset)?;
        let length = offset + 1;
        let tilde = self.adjacent(offset) && self.kind(offset + 1) == Some(TokenKind::Tilde);
        Some(match (word, negated) {
            ("in", false) if tilde => (Infix::In(InOp::InTilde), Level::Equality, length + 1),
            ("in", true) if tilde => (Infix::In(InOp::NotInTilde), Level::Equality, length + 1),
            ("in", false) => (Infix::In(InOp::In), Level::Equality, length),
            ("in", true) => (Infix::In(InOp::NotIn), Level::Equality, length),
            ("has_any", false) => (Infix::In(InOp::HasAny), Level::Equality, length),
            ("has_all", false) => (Infix::In(InOp::HasAll), Level::Equality, length),
            ("between", _) => (Infix::Between { negated }, Level::Equality, length),
            ("matches", false) if self.word(offset + 1) == Some("regex") => {
                (Infix::Binary(BinaryOp::MatchesRegex), Level::Text, length + 1)
            }
            ("like" | "likecs" | "notlike" | "notlikecs", false) => (Infix::Refused, Level::Text, length),
            _ => (Infix::Binary(text_operator(word, negated)?), Level::Text, length),
        })
    }
}

fn next(level: Level) -> Level {
    match level {
        Level::Or => Level::And,
        Level::And => Level::Equality,
        Level::Equality => Level::Relational,
        Level::Relational => Level::Additive,
        Level::Additive => Level::Multiplicative,
        Level::Multiplicative => Level::Text,
        Level::Text | Level::Operand => Level::Operand,
    }
}

fn text_operator(word: &str, negated: bool) -> Option<BinaryOp> {
    use BinaryOp::*;
    let pair = match word {
        "has" => (Has, NotHas),
        "has_cs" => (HasCs, NotHasCs),
        "hasprefix" => (HasPrefix, NotHasPrefix),
        "hasprefix_cs" => (HasPrefixCs, NotHasPrefixCs),
        "hassuffix" => (HasSuffix, NotHasSuffix),
        "hassuffix_cs" => (HasSuffixCs, NotHasSuffixCs),
        "contains" => (Contains, NotContains),
        "contains_cs" => (ContainsCs, NotContainsCs),
        "startswith" => (StartsWith, NotStartsWith),
        "startswith_cs" => (StartsWithCs, NotStartsWithCs),
        "endswith" => (EndsWith, NotEndsWith),
        "endswith_cs" => (EndsWithCs, NotEndsWithCs),
        "containscs" if !negated => return Some(ContainsCs),
        "notcontains" if !negated => return Some(NotContains),
        "notcontainscs" if !negated => return Some(NotContainsCs),
        _ => return None,
    };
    Some(if negated { pair.1 } else { pair.0 })
}

fn join(op: BinaryOp, op_span: Span, left: Expr, right: Expr) -> Expr {
    let span = left.span.to(right.span);
    Expr { kind: ExprKind::Binary { op, op_span, left: Box::new(left), right: Box::new(right) }, span }
}

fn left_deep(op: BinaryOp, items: Vec<(Expr, usize)>, ops: &[Span]) -> (Expr, usize) {
    let mut ops = ops.iter().copied();
    let joined = items.into_iter().reduce(|(left, a), (right, b)| (join(op, ops.next().unwrap_or_default(), left, right), a.max(b) + 1));
    joined.unwrap_or((Expr { kind: ExprKind::Error, span: Span::default() }, 0))
}

fn balanced(op: BinaryOp, mut items: Vec<(Expr, usize)>, ops: &[Span]) -> (Expr, usize) {
    if items.len() <= 2 {
        return left_deep(op, items, ops);
    }
    let right = items.split_off(items.len().div_ceil(2));
    let middle = items.len() - 1;
    let (left_ops, rest) = ops.split_at(middle.min(ops.len()));
    let (op_span, right_ops) = rest.split_first().map_or((Span::default(), rest), |(first, rest)| (*first, rest));
    let (left, a) = balanced(op, items, left_ops);
    let (right, b) = balanced(op, right, right_ops);
    (join(op, op_span, left, right), a.max(b) + 1)
}

impl Parser<'_> {
    pub(super) fn missing_name(&self) -> Name {
        Name { text: String::new(), span: self.here() }
    }
}
