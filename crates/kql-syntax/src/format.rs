//! The formatter: a pipe's operators each on a line, one way to space tokens, the author's other line breaks and comments kept.

use crate::brackets::Brackets;
use crate::diagnostic::{Diagnostic, Level};
use crate::parser::{Hint, parse_with_hints};
use crate::token::{Token, TokenKind};

/// Spaces a level is indented by.
const INDENT: usize = 4;

/// Formats a query. Formatting its result again changes nothing, and both texts have the same tree.
///
/// # Errors
/// The diagnostics of a text that does not parse: what is not understood is not rewritten.
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let (parse, hints) = parse_with_hints(text);
    if parse.diagnostics.iter().any(|d| d.level == Level::Error) {
        return Err(parse.diagnostics);
    }
    let significant: Vec<Token> = parse.tokens.iter().copied().filter(|t| !t.kind.is_trivia()).collect();
    let mut places = vec![None; significant.len() + 1];
    for (at, hint) in hints {
        if let Some(place) = places.get_mut(at) {
            // A body's brace is one whatever else is said of it.
            if *place != Some(Hint::Body) {
                *place = Some(hint);
            }
        }
    }
    let brackets = Brackets::new(&significant);
    let piped = groups_with_pipes(&significant, &brackets);
    let mut writer = Writer {
        text,
        out: String::with_capacity(text.len() + text.len() / 8),
        line_indent: 0,
        contexts: vec![Context { base: 0, closer: 0, list: false, body: true, piped: false, part: Part::Statement, extra: 0 }],
    };
    writer.write(&parse.tokens, &places, &piped);
    Ok(writer.out)
}

/// For every token whether it opens a bracket that holds a `|` of its own.
fn groups_with_pipes(tokens: &[Token], brackets: &Brackets) -> Vec<bool> {
    let mut piped = vec![false; tokens.len()];
    let mut open: Vec<usize> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            _ if brackets.partner(at).is_some() => open.push(at),
            TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace => {
                open.pop();
            }
            TokenKind::Pipe => {
                if let Some(group) = open.last().and_then(|at| piped.get_mut(*at)) {
                    *group = true;
                }
            }
            _ => {}
        }
    }
    piped
}

/// What the next token of a context begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Statement,
    /// An item of a list, the value of a `let`.
    Item,
    /// It goes on with what is there.
    Rest,
}

/// A bracket that is open, or the whole text.
struct Context {
    /// Where a line in it starts.
    base: usize,
    /// Where the line of its closing bracket starts.
    closer: usize,
    /// Commas part items of it, not of an operator.
    list: bool,
    /// Holds statements.
    body: bool,
    piped: bool,
    part: Part,
    /// Further indent within a `let`.
    extra: usize,
}

/// What stands between two significant tokens.
#[derive(Default)]
struct Gap<'a> {
    /// A comment in the line of the token before.
    trailing: Option<&'a str>,
    /// Comments in lines of their own, each with whether a blank line is before it.
    own: Vec<(&'a str, bool)>,
    newline: bool,
    blank: bool,
    any: bool,
}

struct Writer<'a> {
    text: &'a str,
    out: String,
    line_indent: usize,
    contexts: Vec<Context>,
}

impl<'a> Writer<'a> {
    fn write(&mut self, tokens: &[Token], hints: &[Option<Hint>], piped: &[bool]) {
        let mut before: Option<Token> = None;
        let mut gap = Gap { newline: true, ..Gap::default() };
        let mut at = 0;
        for token in tokens {
            if token.kind.is_trivia() {
                self.note(*token, &mut gap);
                continue;
            }
            let hint = hints.get(at).copied().flatten();
            let after_piped = at.checked_sub(1).and_then(|at| piped.get(at)).copied().unwrap_or(false);
            self.gap(before, *token, hint, &gap, after_piped);
            self.token(*token, hint, piped.get(at).copied().unwrap_or(false));
            before = Some(*token);
            gap = Gap::default();
            at += 1;
        }
        if let Some(comment) = gap.trailing {
            self.trailing(comment);
        }
        for (comment, blank) in &gap.own {
            self.comment(comment, *blank, 0);
        }
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }

    fn note(&self, token: Token, gap: &mut Gap<'a>) {
        let text = token.span.text(self.text);
        gap.any = true;
        if token.kind == TokenKind::Comment {
            if gap.newline {
                gap.own.push((text.trim_end(), gap.blank));
            } else {
                gap.trailing = Some(text.trim_end());
            }
            (gap.newline, gap.blank) = (true, false);
            return;
        }
        let lines = text.matches('\n').count() + usize::from(!text.contains('\n') && text.contains('\r'));
        // A comment ends before its own line break.
        let after_comment = gap.trailing.is_some() || !gap.own.is_empty();
        let ends = usize::from(after_comment && gap.newline && !gap.blank);
        gap.newline |= lines > 0;
        gap.blank |= lines > 1.max(ends);
    }

    /// Writes what is between two tokens.
    fn gap(&mut self, before: Option<Token>, token: Token, hint: Option<Hint>, gap: &Gap<'a>, after_piped: bool) {
        let commented = gap.trailing.is_some() || !gap.own.is_empty();
        if let Some(comment) = gap.trailing {
            self.trailing(comment);
        }
        let forced = self.forced(before, token, after_piped);
        let newline = match forced {
            Some(newline) => newline,
            None => gap.newline && before.is_some() && hint != Some(Hint::Joined) && !sticks(before, token),
        };
        if !newline && !commented {
            if before.is_some_and(|b| spaced(b, token, hint, gap.any)) {
                self.out.push(' ');
            }
            return;
        }
        let indent = self.indent(token);
        for (comment, blank) in &gap.own {
            // What stands before a closing bracket belongs inside.
            let deeper = if closes(token.kind) { self.contexts.last().map_or(indent, |c| c.base) } else { indent };
            self.comment(comment, *blank, deeper);
        }
        // Blank lines part statements and items, not the lines of one.
        let goes_on = self.contexts.last().is_some_and(|c| c.part == Part::Rest) && gap.own.is_empty();
        let blank = gap.blank && !closes(token.kind) && !opens(before) && !goes_on;
        self.line(blank, indent);
    }

    /// Whether there must be a line break, or must not.
    fn forced(&self, before: Option<Token>, token: Token, after_piped: bool) -> Option<bool> {
        let before = before?;
        let context = self.contexts.last()?;
        match (before.kind, token.kind) {
            (_, TokenKind::Pipe) => Some(true),
            (TokenKind::Pipe, _) => Some(false),
            (TokenKind::OpenBrace, TokenKind::CloseBrace) | (TokenKind::OpenParen, TokenKind::CloseParen) => Some(false),
            (TokenKind::OpenBracket, TokenKind::CloseBracket) => Some(false),
            (TokenKind::Semicolon, TokenKind::Semicolon) => Some(false),
            (TokenKind::Semicolon, _) if context.body => Some(true),
            (TokenKind::OpenBrace, _) if context.body => Some(true),
            (_, TokenKind::CloseBrace) if context.body => Some(true),
            (TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace, _) if after_piped => Some(true),
            (_, kind) if closes(kind) && context.piped => Some(true),
            _ => None,
        }
    }

    /// Where a line that begins with the token starts.
    fn indent(&self, token: Token) -> usize {
        let Some(context) = self.contexts.last() else { return 0 };
        match (token.kind, context.part) {
            (kind, _) if closes(kind) && self.contexts.len() > 1 => context.closer,
            (_, Part::Statement) => context.base,
            (TokenKind::Pipe, _) | (_, Part::Item) => context.base + context.extra,
            (_, Part::Rest) => context.base + context.extra + INDENT,
        }
    }

    /// Writes a token and notes what it changes for those after it.
    fn token(&mut self, token: Token, hint: Option<Hint>, piped: bool) {
        let text = token.span.text(self.text);
        self.out.push_str(text);
        let line_indent = self.line_indent;
        if closes(token.kind) && self.contexts.len() > 1 {
            self.contexts.pop();
        }
        let Some(context) = self.contexts.last_mut() else { return };
        match token.kind {
            TokenKind::Semicolon => {
                (context.part, context.extra) = (if context.body { Part::Statement } else { Part::Item }, 0);
            }
            TokenKind::Comma if context.list && !context.piped => context.part = Part::Item,
            TokenKind::Ident if context.body && context.part == Part::Statement && text == "let" => {
                (context.part, context.extra) = (Part::Rest, INDENT);
            }
            TokenKind::Assign if context.body && context.extra > 0 && context.part == Part::Rest => context.part = Part::Item,
            _ => context.part = Part::Rest,
        }
        if matches!(token.kind, TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace) {
            let body = hint == Some(Hint::Body);
            let part = if body { Part::Statement } else { Part::Item };
            self.contexts.push(Context { base: line_indent + INDENT, closer: line_indent, list: true, body, piped, part, extra: 0 });
        }
    }

    fn trailing(&mut self, comment: &str) {
        if !self.out.is_empty() {
            self.out.push(' ');
        }
        self.out.push_str(comment);
    }

    fn comment(&mut self, comment: &str, blank: bool, indent: usize) {
        self.line(blank, indent);
        self.out.push_str(comment);
    }

    /// Starts a line.
    fn line(&mut self, blank: bool, indent: usize) {
        if !self.out.is_empty() {
            self.out.push('\n');
            if blank {
                self.out.push('\n');
            }
        }
        self.out.extend(std::iter::repeat_n(' ', indent));
        self.line_indent = indent;
    }
}

fn closes(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace)
}

fn opens(token: Option<Token>) -> bool {
    token.is_none_or(|t| matches!(t.kind, TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace))
}

/// Whether a token never begins a line by its author's choice.
fn sticks(before: Option<Token>, token: Token) -> bool {
    matches!(token.kind, TokenKind::Comma | TokenKind::Semicolon | TokenKind::Dot | TokenKind::Tilde | TokenKind::Colon)
        || before.is_some_and(|b| matches!(b.kind, TokenKind::Dot | TokenKind::Bang))
}

/// Whether a space parts two tokens in a line.
fn spaced(before: Token, token: Token, hint: Option<Hint>, any: bool) -> bool {
    match hint {
        _ if before.kind == TokenKind::Pipe => return true,
        Some(Hint::Joined) => return false,
        Some(Hint::Spaced | Hint::Body) => return true,
        Some(Hint::Kept) => return any,
        None => {}
    }
    match (before.kind, token.kind) {
        // `9 .a` is an element of a number, which no number has; `9.0` is a number.
        (TokenKind::Long | TokenKind::Real, TokenKind::Dot) => true,
        (_, TokenKind::Comma | TokenKind::Semicolon | TokenKind::Dot | TokenKind::Tilde | TokenKind::Colon) => false,
        (_, kind) if closes(kind) => false,
        (TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace | TokenKind::Dot | TokenKind::Bang, _) => false,
        _ => true,
    }
}
