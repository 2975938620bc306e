//! Text to tokens.

use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::token::{Token, TokenKind};

/// Names that, with text in parentheses after them, are one literal.
const TYPED: [&str; 16] = [
    "bool", "boolean", "date", "datetime", "decimal", "double", "guid", "int", "int32", "int64", "long", "real", "time", "timespan",
    "uniqueid", "uuid",
];
/// How far the `)` of a typed literal is looked for.
const TYPED_LIMIT: usize = 256;

/// The units of timespan literals with their lengths in nanoseconds.
pub(crate) const UNITS: [(&str, i128); 30] = [
    ("d", 86_400_000_000_000),
    ("day", 86_400_000_000_000),
    ("days", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("hr", 3_600_000_000_000),
    ("hrs", 3_600_000_000_000),
    ("hour", 3_600_000_000_000),
    ("hours", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("min", 60_000_000_000),
    ("minute", 60_000_000_000),
    ("minutes", 60_000_000_000),
    ("s", 1_000_000_000),
    ("sec", 1_000_000_000),
    ("second", 1_000_000_000),
    ("seconds", 1_000_000_000),
    ("ms", 1_000_000),
    ("milli", 1_000_000),
    ("millis", 1_000_000),
    ("millisec", 1_000_000),
    ("millisecond", 1_000_000),
    ("milliseconds", 1_000_000),
    ("micro", 1_000),
    ("micros", 1_000),
    ("microsec", 1_000),
    ("microsecond", 1_000),
    ("microseconds", 1_000),
    ("nanosecond", 1),
    ("tick", 100),
    ("ticks", 100),
];

/// Cuts a text into tokens. What is not of the language becomes [`TokenKind::Unknown`] with a diagnostic.
pub(crate) fn lex(text: &str, diagnostics: &mut Vec<Diagnostic>) -> Vec<Token> {
    let mut lexer = Lexer { text, bytes: text.as_bytes(), pos: 0, diagnostics };
    let mut tokens = Vec::with_capacity(text.len() / 4);
    while lexer.pos < lexer.bytes.len() {
        let start = lexer.pos;
        let kind = lexer.token();
        if lexer.pos == start {
            // Cannot happen; a lexer that stands still would never end.
            lexer.pos = text.len();
        }
        tokens.push(Token { kind, span: Span::new(start, lexer.pos) });
    }
    tokens
}

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    pos: usize,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Lexer<'_> {
    fn at(&self, offset: usize) -> u8 {
        self.bytes.get(self.pos + offset).copied().unwrap_or(0)
    }

    fn starts(&self, prefix: &str) -> bool {
        self.bytes.get(self.pos..).is_some_and(|rest| rest.starts_with(prefix.as_bytes()))
    }

    /// More errors of one kind than this help nobody.
    fn say(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < 50 {
            self.diagnostics.push(diagnostic);
        }
    }

    fn char(&self) -> Option<char> {
        self.text.get(self.pos..)?.chars().next()
    }

    fn take(&mut self, length: usize, kind: TokenKind) -> TokenKind {
        self.pos += length;
        kind
    }

    fn token(&mut self) -> TokenKind {
        use TokenKind::*;
        match (self.at(0), self.at(1)) {
            (b'/', b'/') => {
                while self.pos < self.bytes.len() && !matches!(self.at(0), b'\n' | b'\r') {
                    self.pos += 1;
                }
                Comment
            }
            (b'"' | b'\'', _) => self.string(0),
            (b'@', b'"' | b'\'') => self.string(1),
            (b'h' | b'H', b'"' | b'\'') => self.string(1),
            (b'h' | b'H', b'@') if matches!(self.at(2), b'"' | b'\'') => self.string(2),
            (b'h' | b'H', b'`' | b'~') if self.fence(1).is_some() => self.fenced(1),
            (b'`' | b'~', _) if self.fence(0).is_some() => self.fenced(0),
            (b'0'..=b'9', _) => self.number(),
            (b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$', _) => self.word(),
            (b'=', b'=') => self.take(2, Equal),
            (b'=', b'~') => self.take(2, EqualTilde),
            (b'=', b'>') => self.take(2, FatArrow),
            (b'=', _) => self.take(1, Assign),
            (b'!', b'=') => self.take(2, NotEqual),
            (b'!', b'~') => self.take(2, NotEqualTilde),
            (b'!', _) => self.take(1, Bang),
            (b'<', b'>') => self.take(2, NotEqual),
            (b'<', b'=') => self.take(2, LessOrEqual),
            (b'<', _) => self.take(1, Less),
            (b'>', b'=') => self.take(2, GreaterOrEqual),
            (b'>', _) => self.take(1, Greater),
            (b'.', b'.') => self.take(2, DotDot),
            (b'.', _) => self.take(1, Dot),
            (b'(', _) => self.take(1, OpenParen),
            (b')', _) => self.take(1, CloseParen),
            (b'[', _) => self.take(1, OpenBracket),
            (b']', _) => self.take(1, CloseBracket),
            (b'{', _) => self.take(1, OpenBrace),
            (b'}', _) => self.take(1, CloseBrace),
            (b',', _) => self.take(1, Comma),
            (b';', _) => self.take(1, Semicolon),
            (b':', _) => self.take(1, Colon),
            (b'|', _) => self.take(1, Pipe),
            (b'+', _) => self.take(1, Plus),
            (b'-', _) => self.take(1, Minus),
            (b'*', _) => self.take(1, Star),
            (b'/', _) => self.take(1, Slash),
            (b'%', _) => self.take(1, Percent),
            (b'~', _) => self.take(1, Tilde),
            (b'@', _) => self.take(1, At),
            (b'?', _) => self.take(1, Question),
            _ => self.other(),
        }
    }

    /// Whitespace, a name that starts outside ASCII, or what the language does not have.
    fn other(&mut self) -> TokenKind {
        match self.char() {
            Some(c) if is_space(c) => {
                while let Some(c) = self.char().filter(|c| is_space(*c)) {
                    self.pos += c.len_utf8();
                }
                TokenKind::Whitespace
            }
            Some(c) if c.is_alphabetic() => self.word(),
            c => {
                let start = self.pos;
                self.pos += c.map_or(1, char::len_utf8);
                let shown = c.unwrap_or(' ').escape_default();
                self.say(
                    Diagnostic::error("KS002", Span::new(start, self.pos), format!("the character `{shown}` is not part of KQL"))
                        .with_help("remove it, or put it in a string"),
                );
                TokenKind::Unknown
            }
        }
    }

    /// Letters, digits and `_` from here on.
    fn skip_word(&mut self) {
        loop {
            match self.at(0) {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => self.pos += 1,
                0..0x80 => break,
                _ => match self.char() {
                    Some(c) if c.is_alphanumeric() => self.pos += c.len_utf8(),
                    _ => break,
                },
            }
        }
    }

    fn word(&mut self) -> TokenKind {
        let start = self.pos;
        if self.at(0) == b'$' {
            self.pos += 1;
        }
        self.skip_word();
        let word = self.text.get(start..self.pos).unwrap_or_default();
        if self.at(0) == b'('
            && TYPED.contains(&word)
            && let Some(length) = self.typed_length()
        {
            return self.take(length, TokenKind::Typed);
        }
        TokenKind::Ident
    }

    /// Length of the `(…)` here: Kusto ends it at the first `)`. Where an expression was written by mistake (`datetime(now())`) the
    /// partner of the `(` makes a better message.
    fn typed_length(&self) -> Option<usize> {
        let rest = self.bytes.get(self.pos..)?;
        let mut first = None;
        let mut depth = 0usize;
        for (at, byte) in rest.iter().take(TYPED_LIMIT).enumerate() {
            match byte {
                b'(' => depth += 1,
                b')' if depth == 1 => return Some(at + 1),
                b')' => {
                    depth -= 1;
                    first = first.or(Some(at + 1));
                }
                b',' if depth > 1 => break,
                b';' | b'|' | b'{' | b'}' | b'[' | b']' => break,
                _ => {}
            }
        }
        first
    }

    fn digits(&mut self) {
        while self.at(0).is_ascii_digit() {
            self.pos += 1;
        }
    }

    fn number(&mut self) -> TokenKind {
        if self.at(0) == b'0' && matches!(self.at(1), b'x' | b'X') && self.at(2).is_ascii_hexdigit() {
            self.pos += 2;
            while self.at(0).is_ascii_hexdigit() {
                self.pos += 1;
            }
            return TokenKind::Long;
        }
        self.digits();
        let mut kind = TokenKind::Long;
        // `1..5` is a range and `d[0].x` cannot be met here; `5.` is a real.
        if self.at(0) == b'.' && self.at(1) != b'.' && !self.at(1).is_ascii_alphabetic() && self.at(1) != b'_' {
            self.pos += 1;
            self.digits();
            kind = TokenKind::Real;
        }
        let end = self.pos;
        if matches!(self.at(0), b'e' | b'E') {
            self.pos += 1;
            if matches!(self.at(0), b'+' | b'-') {
                self.pos += 1;
            }
            let exponent = self.pos;
            self.digits();
            if self.pos > exponent && !self.at(0).is_ascii_alphabetic() && self.at(0) != b'_' {
                return TokenKind::Real;
            }
            self.pos = end;
        }
        self.skip_word();
        if self.pos == end {
            return kind;
        }
        let unit = self.text.get(end..self.pos).unwrap_or_default();
        if UNITS.iter().any(|(name, _)| *name == unit) {
            return TokenKind::TimeSpan;
        }
        if kind == TokenKind::Real {
            self.pos = end;
            return kind;
        }
        TokenKind::Ident
    }

    /// A string in one line; `prefix` is the length of `h`, `@` or `h@`.
    fn string(&mut self, prefix: usize) -> TokenKind {
        let start = self.pos;
        let verbatim = prefix > 0 && self.at(prefix - 1) == b'@';
        let quote = self.at(prefix);
        self.pos += prefix + 1;
        loop {
            match self.at(0) {
                b'\\' if !verbatim && !matches!(self.at(1), b'\n' | b'\r') && self.pos + 1 < self.bytes.len() => {
                    self.pos += 1;
                    self.pos += self.char().map_or(1, char::len_utf8);
                }
                q if q == quote && verbatim && self.at(1) == quote => self.pos += 2,
                q if q == quote => {
                    self.pos += 1;
                    return TokenKind::String;
                }
                b'\n' | b'\r' => break,
                0 if self.pos >= self.bytes.len() => break,
                _ => self.pos += 1,
            }
        }
        let shown = char::from(quote);
        self.say(
            Diagnostic::error("KS001", Span::new(start, self.pos), format!("this string has no closing `{shown}` in its line"))
                .with_help("close it, or write a text of several lines between ``` and ```"),
        );
        TokenKind::String
    }

    /// The fence that starts `offset` bytes from here.
    fn fence(&self, offset: usize) -> Option<&'static str> {
        let rest = self.bytes.get(self.pos + offset..)?;
        ["```", "~~~"].into_iter().find(|fence| rest.starts_with(fence.as_bytes()))
    }

    fn fenced(&mut self, prefix: usize) -> TokenKind {
        let start = self.pos;
        let Some(fence) = self.fence(prefix) else { return self.take(1, TokenKind::Unknown) };
        self.pos += prefix + 3;
        while self.pos < self.bytes.len() {
            if self.starts(fence) {
                self.pos += 3;
                return TokenKind::String;
            }
            self.pos += 1;
        }
        self.say(Diagnostic::error("KS001", Span::new(start, start + prefix + 3), format!("this text has no closing {fence}")));
        TokenKind::String
    }
}

/// What Kusto skips between tokens.
fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{180e}' | '\u{200b}' | '\u{feff}')
}
