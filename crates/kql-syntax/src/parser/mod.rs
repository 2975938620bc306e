//! Tokens to a tree, by recursive descent. An error is said once and stepped over to the next `|` or `;`.

mod clauses;
mod dynamic;
mod expr;
mod literals;
mod names;
mod operators;
mod primary;
mod reshape;
mod sources;
mod statements;
mod tabular;

use crate::ast::Script;
use crate::brackets::Brackets;
use crate::diagnostic::Diagnostic;
use crate::lexer::lex;
use crate::span::Span;
use crate::token::{Token, TokenKind};

/// How deep brackets, signs and operators may nest; the tree is never higher than about this.
pub const MAX_DEPTH: usize = 200;
/// The longest text that is parsed, in bytes.
pub const MAX_TEXT: usize = 4 << 20;
/// More errors than this help nobody.
const MAX_DIAGNOSTICS: usize = 100;

/// A parsed text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parse {
    pub script: Script,
    /// Trivia included: their texts in order are the input.
    pub tokens: Vec<Token>,
    pub diagnostics: Vec<Diagnostic>,
}

impl Parse {
    /// Whether the text has an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|d| d.level == crate::diagnostic::Level::Error)
    }
}

/// Parses a query text. Never fails: what is wrong is in the diagnostics, in the order of the text.
pub fn parse(text: &str) -> Parse {
    parse_with_hints(text).0
}

/// The same, with what the formatter needs to know of the significant tokens.
pub(crate) fn parse_with_hints(text: &str) -> (Parse, Vec<(usize, Hint)>) {
    if text.len() > MAX_TEXT {
        let span = Span::new(0, text.len().min(u32::MAX as usize));
        let message = format!("this text is {} bytes long; at most {MAX_TEXT} are parsed", text.len());
        let parse = Parse {
            script: Script::default(),
            tokens: vec![Token { kind: TokenKind::Unknown, span }],
            diagnostics: vec![Diagnostic::error("PH0101", span, message)],
        };
        return (parse, Vec::new());
    }
    let mut diagnostics = Vec::new();
    let tokens = lex(text, &mut diagnostics);
    let mut parser = Parser::new(text, &tokens, diagnostics);
    let script = parser.script(false);
    let (mut diagnostics, hints) = (parser.diagnostics, parser.hints);
    diagnostics.sort_by_key(|d| d.span);
    diagnostics.truncate(MAX_DIAGNOSTICS);
    (Parse { script, tokens, diagnostics }, hints)
}

/// How a token is set apart from the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hint {
    /// Not at all.
    Joined,
    /// By a space, where it would have none.
    Spaced,
    /// As its author did: no tree says what it is.
    Kept,
    /// The brace that opens a function's body.
    Body,
}

pub(crate) struct Parser<'a> {
    text: &'a str,
    /// Without trivia.
    tokens: Vec<Token>,
    brackets: Brackets,
    pos: usize,
    depth: usize,
    /// Height of what was parsed since the innermost `nested` began.
    height: usize,
    /// An error was said and not yet stepped over: further ones would be its echo.
    panicking: bool,
    /// Nothing more is parsed or said.
    stopped: bool,
    diagnostics: Vec<Diagnostic>,
    /// What the formatter cannot see in the tokens, by token.
    hints: Vec<(usize, Hint)>,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, tokens: &[Token], diagnostics: Vec<Diagnostic>) -> Self {
        let tokens: Vec<Token> = tokens.iter().copied().filter(|t| !t.kind.is_trivia()).collect();
        let brackets = Brackets::new(&tokens);
        Self { text, tokens, brackets, pos: 0, depth: 0, height: 0, panicking: false, stopped: false, diagnostics, hints: Vec::new() }
    }

    // Looking

    fn token(&self, offset: usize) -> Option<Token> {
        self.tokens.get(self.pos + offset).copied()
    }

    fn kind(&self, offset: usize) -> Option<TokenKind> {
        self.token(offset).map(|t| t.kind)
    }

    fn at(&self, kind: TokenKind) -> bool {
        self.kind(0) == Some(kind)
    }

    fn at_end(&self) -> bool {
        self.pos >= self.tokens.len()
    }

    /// The text of a name or keyword `offset` tokens on.
    fn word(&self, offset: usize) -> Option<&'a str> {
        self.token(offset).filter(|t| t.kind == TokenKind::Ident).map(|t| t.span.text(self.text))
    }

    fn at_word(&self, word: &str) -> bool {
        self.word(0) == Some(word)
    }

    /// Whether nothing stands between the token `offset` on and the one after it.
    fn adjacent(&self, offset: usize) -> bool {
        match (self.token(offset), self.token(offset + 1)) {
            (Some(a), Some(b)) => a.span.end == b.span.start,
            _ => false,
        }
    }

    /// Where an error about the next token points; at the end of the text, just after it.
    fn here(&self) -> Span {
        self.token(0).map_or_else(|| self.end_span(), |t| t.span)
    }

    fn end_span(&self) -> Span {
        let end = self.tokens.last().map_or(0, |t| t.span.end as usize);
        Span::new(end, end)
    }

    /// The place just before the next token, after the last one.
    fn last_span(&self) -> Span {
        self.pos.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or_else(Span::default, |t| t.span)
    }

    /// From a start to the last token taken.
    fn since(&self, start: Span) -> Span {
        let last = self.last_span();
        if last.end <= start.start { Span { start: start.start, end: start.start } } else { start.to(last) }
    }

    /// The next token for a message.
    fn found(&self) -> String {
        match self.token(0) {
            None => "the end of the query".to_owned(),
            Some(t) => {
                let text = t.span.text(self.text);
                let mut short: String = text.chars().take(32).collect();
                if short.len() < text.len() {
                    short.push('…');
                }
                format!("`{}`", short.escape_debug().to_string().replace("\\\"", "\"").replace("\\'", "'"))
            }
        }
    }

    /// Notes how the token `offset` on is set.
    fn hint(&mut self, offset: usize, hint: Hint) {
        self.hints.push((self.pos + offset, hint));
    }

    fn join_tokens(&mut self, offsets: std::ops::Range<usize>) {
        for offset in offsets {
            self.hint(offset, Hint::Joined);
        }
    }

    // Taking

    fn bump(&mut self) -> Option<Token> {
        let token = self.token(0)?;
        self.pos += 1;
        Some(token)
    }

    fn eat(&mut self, kind: TokenKind) -> bool {
        let here = self.at(kind);
        if here {
            self.pos += 1;
        }
        here
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let here = self.at_word(word);
        if here {
            self.pos += 1;
        }
        here
    }

    /// Takes a token, or says that it is missing.
    fn expect(&mut self, kind: TokenKind, what: &str) -> bool {
        if self.eat(kind) {
            return true;
        }
        let found = self.found();
        self.error("KS005", format!("expected {what}, found {found}"));
        false
    }

    fn expect_word(&mut self, word: &str, why: &str) -> bool {
        if self.eat_word(word) {
            return true;
        }
        let found = self.found();
        self.error("KS005", format!("expected `{word}` {why}, found {found}"));
        false
    }

    /// Takes the bracket that closes the one at `open`, or says which one is open.
    fn close(&mut self, kind: TokenKind, open: Span, what: &str) -> bool {
        if self.eat(kind) {
            return true;
        }
        if !self.says() {
            self.panicking = true;
            return false;
        }
        let shown = match kind {
            TokenKind::CloseParen => ")",
            TokenKind::CloseBracket => "]",
            _ => "}",
        };
        let found = self.found();
        let line = self.text.get(..open.start as usize).unwrap_or_default().bytes().filter(|b| *b == b'\n').count() + 1;
        self.error("KS005", format!("expected `{shown}` to close {what} opened in line {line}, found {found}"));
        false
    }

    // Saying

    /// An error at the next token.
    fn error(&mut self, code: &'static str, message: impl Into<String>) {
        self.report(Diagnostic::error(code, self.here(), message));
    }

    /// An error that ends the part it is in: until it is stepped over, no other is said.
    fn report(&mut self, diagnostic: Diagnostic) {
        if !self.panicking && !self.stopped {
            self.remark(diagnostic);
        }
        self.panicking = true;
    }

    /// Something wrong that does not stop the parser from understanding the rest.
    fn remark(&mut self, diagnostic: Diagnostic) {
        if self.says() {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Whether a further error would be shown.
    fn says(&self) -> bool {
        !self.panicking && !self.stopped && self.diagnostics.len() < MAX_DIAGNOSTICS
    }

    // Bounds

    /// Runs a step one level deeper. When that is too deep, the rest of the text is not parsed.
    fn nested<T>(&mut self, step: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.height, 0);
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.too_deep();
        }
        let result = step(self);
        self.depth -= 1;
        self.height = outer.max(self.height + 1);
        result
    }

    /// The tree has grown by a level over what is already parsed (`a + b + c`); false when that is too high.
    fn grow(&mut self) -> bool {
        self.height += 1;
        if self.height > MAX_DEPTH {
            self.too_deep();
            return false;
        }
        true
    }

    fn too_deep(&mut self) {
        self.report(
            Diagnostic::error("PH0102", self.here(), format!("this nests more than {MAX_DEPTH} deep; the rest is not parsed"))
                .with_help("split the expression with `let` or `extend`"),
        );
        self.stopped = true;
        self.pos = self.tokens.len();
    }

    // Stepping over

    /// Skips to the `|`, `;` or closing bracket that ends what began at bracket level `level`.
    fn skip_part(&mut self, level: u32) {
        while let Some(token) = self.token(0) {
            let here = self.brackets.level(self.pos);
            let ends = match token.kind {
                TokenKind::Pipe | TokenKind::Semicolon => here <= level,
                TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace => here < level,
                _ => here < level,
            };
            if ends {
                break;
            }
            self.pos += 1;
        }
    }

    /// Ends an error, if there is one, at the next `|`, `;` or closing bracket of the level.
    fn recover(&mut self, level: u32) {
        if self.panicking {
            self.skip_part(level);
            // Inside brackets, an end other than theirs means they are never closed: what reports that would be an echo.
            self.panicking = level > 0 && matches!(self.kind(0), None | Some(TokenKind::Semicolon));
        }
    }

    fn level(&self) -> u32 {
        self.brackets.level(self.pos)
    }

    /// Parses items between commas until one fails.
    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let mut items = vec![item(self)];
        while !self.panicking && self.eat(TokenKind::Comma) {
            items.push(item(self));
        }
        items
    }
}
