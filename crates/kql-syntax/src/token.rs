//! Tokens: every byte of a text belongs to exactly one.

use crate::span::Span;

/// A piece of text. The texts of all tokens, in order, are the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    Whitespace,
    /// `// …` up to the end of its line.
    Comment,
    /// A name or keyword; which of them only the place tells. May start with a digit (`0L`).
    Ident,
    /// `12`, `0x1F`.
    Long,
    /// `1.5`, `1e5`.
    Real,
    /// `1.5h`, `10tick`.
    TimeSpan,
    /// Any form of string literal, with quotes and prefixes.
    String,
    /// `datetime(…)`, `long(…)`, …: a type's name and text in parentheses, one token as in Kusto.
    Typed,
    OpenParen,
    CloseParen,
    OpenBracket,
    CloseBracket,
    OpenBrace,
    CloseBrace,
    Comma,
    Semicolon,
    Colon,
    Dot,
    DotDot,
    Pipe,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    /// `=`
    Assign,
    /// `==`
    Equal,
    /// `!=`, `<>`
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// `=~`
    EqualTilde,
    /// `!~`
    NotEqualTilde,
    /// `=>`
    FatArrow,
    /// `!`, as in `!has`.
    Bang,
    /// `~`, as in `in~`.
    Tilde,
    At,
    Question,
    /// A character that is no part of the language.
    Unknown,
}

impl TokenKind {
    /// Whitespace or a comment.
    pub fn is_trivia(self) -> bool {
        matches!(self, Self::Whitespace | Self::Comment)
    }
}
