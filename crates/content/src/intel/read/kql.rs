//! The names in a KQL query, with the operator that compares them.

use super::{Finder, rule};
use crate::intel::{Listing, Matching};
use kql_syntax::{Token, TokenKind, parse};
use std::collections::BTreeMap;

pub(super) fn read(file: &str, text: &str) -> Listing {
    let mut listing = Listing::new(file, "KQL");
    names(&mut listing, text, &mut Finder::new(text), 0);
    listing
}

/// Adds the string literals of a query that are names. `finder` looks their lines up in the file, `before` counts the lines before its text.
pub(super) fn names(listing: &mut Listing, query: &str, finder: &mut Finder<'_>, before: u64) {
    let tokens: Vec<Token> = parse(query).tokens.into_iter().filter(|t| !t.kind.is_trivia()).collect();
    let text = |token: &Token| query.get(token.span.start as usize..token.span.end as usize).unwrap_or_default();
    let by_let = uses(&tokens, &text);
    // The operators before the brackets around a place.
    let mut around: Vec<Option<Use>> = Vec::new();
    let mut list: Option<&str> = None;
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenKind::OpenParen | TokenKind::OpenBracket => around.push(operator(&tokens, at.wrapping_sub(1), &text)),
            TokenKind::CloseParen | TokenKind::CloseBracket => drop(around.pop()),
            TokenKind::Semicolon => list = None,
            TokenKind::Ident if text(token) == "let" => list = tokens.get(at + 1).map(text),
            TokenKind::String => {
                let written = text(token);
                let direct = operator(&tokens, at.wrapping_sub(1), &text);
                let named = || list.and_then(|name| by_let.get(name).copied());
                let line = before + finder.line_of(written);
                match direct.or_else(|| around.iter().rev().find_map(|u| *u)).or_else(named) {
                    Some(Use::Not) => rule::let_through(listing, line, literal(written)),
                    Some(Use::Compare(matching)) => rule::add_name(listing, line, literal(written), matching),
                    None => rule::add_name(listing, line, literal(written), Matching::Unsaid),
                }
            }
            _ => {}
        }
    }
}

/// What a query does with a text.
#[derive(Clone, Copy)]
enum Use {
    Compare(Matching),
    /// `!=`, `!has`, `!in`: what is let through, not looked for.
    Not,
}

/// The operator that ends at that token.
fn operator<'a>(tokens: &[Token], at: usize, text: &impl Fn(&Token) -> &'a str) -> Option<Use> {
    let token = tokens.get(at)?;
    let before = at.checked_sub(1).and_then(|n| tokens.get(n));
    let matching = match token.kind {
        TokenKind::Equal | TokenKind::EqualTilde => Matching::Exact,
        TokenKind::NotEqual | TokenKind::NotEqualTilde => return Some(Use::Not),
        // `in~` is a word and its tilde.
        TokenKind::Tilde => return operator(tokens, at.checked_sub(1)?, text),
        TokenKind::Ident => match text(token) {
            "in" => Matching::Exact,
            "has" | "has_cs" | "has_any" | "has_all" | "hasprefix" | "hassuffix" => Matching::Words,
            "contains" | "contains_cs" => Matching::Anywhere,
            "endswith" | "endswith_cs" => Matching::End,
            "startswith" | "startswith_cs" => Matching::Start,
            "regex" => Matching::Regex,
            _ => return None,
        },
        _ => return None,
    };
    let negated = before.is_some_and(|t| t.kind == TokenKind::Bang);
    Some(if negated { Use::Not } else { Use::Compare(matching) })
}

/// The operator with which each list of a `let` is used: `Name has_any (list)`. The first use counts.
fn uses<'a>(tokens: &[Token], text: &impl Fn(&Token) -> &'a str) -> BTreeMap<&'a str, Use> {
    let mut uses = BTreeMap::new();
    for at in 0..tokens.len() {
        let Some(found) = operator(tokens, at, text) else { continue };
        let mut next = tokens.iter().skip(at + 1).skip_while(|t| matches!(t.kind, TokenKind::OpenParen | TokenKind::Tilde));
        if let Some(name) = next.next().filter(|t| t.kind == TokenKind::Ident) {
            uses.entry(text(name)).or_insert(found);
        }
    }
    uses
}

/// Without quotes and the marks before them. Names have no escapes.
fn literal(written: &str) -> &str {
    written.trim_start_matches(['h', 'H', '@']).trim_matches(['"', '\'', '`'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_get_the_operator_that_compares_them() {
        let text = "let pools = dynamic([\"a.com\", 'b.com']);\nlet other = datatable(Name:string)['c.com'];\nDnsEvents\n\
            | where Name has_any (pools) or Name in~ ('d.com') or Name endswith 'e.com'\n| where Name contains \"f.com\" and Kind == 'x' and Name !has 'g.com'\n\
            | where Name in (other) and Other has 'minerd.exe'";
        let listing = read("x.kql", text);
        let shown: Vec<_> = listing.entries.iter().map(|e| format!("{} {} {}", e.place, e.text, e.matching.name())).collect();
        assert_eq!(
            shown,
            [
                "line 1 a.com has",
                "line 1 b.com has",
                "line 2 c.com equals",
                "line 4 d.com equals",
                "line 4 e.com endswith",
                "line 5 f.com contains"
            ]
        );
    }
}
