//! Which brackets belong together and how deep every token stands, found before parsing: error recovery and the few places
//! where the grammar needs a long look ahead use it.

use crate::token::{Token, TokenKind};

#[derive(Debug, Default)]
pub(crate) struct Brackets {
    levels: Vec<u32>,
    /// For an opening bracket, the index of its partner.
    partners: Vec<Option<u32>>,
}

impl Brackets {
    pub(crate) fn new(tokens: &[Token]) -> Self {
        let (found, whole) = Self::find(tokens, false);
        // A bracket that is never closed should not swallow the statements after it.
        if whole { found } else { Self::find(tokens, true).0 }
    }

    fn find(tokens: &[Token], semicolon_closes: bool) -> (Self, bool) {
        let mut found = Self { levels: Vec::with_capacity(tokens.len()), partners: vec![None; tokens.len()] };
        let mut open: Vec<(TokenKind, usize)> = Vec::new();
        let mut counts = [0usize; 3];
        let mut whole = true;
        for (at, token) in tokens.iter().enumerate() {
            match token.kind {
                TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace => {
                    found.levels.push(open.len() as u32);
                    if let Some(count) = counts.get_mut(slot(token.kind)) {
                        *count += 1;
                    }
                    open.push((token.kind, at));
                    continue;
                }
                TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace => {
                    let wanted = slot(token.kind);
                    if counts.get(wanted).is_some_and(|count| *count > 0) {
                        while let Some((kind, start)) = open.pop() {
                            if let Some(count) = counts.get_mut(slot(kind)) {
                                *count -= 1;
                            }
                            if slot(kind) == wanted {
                                if let Some(partner) = found.partners.get_mut(start) {
                                    *partner = u32::try_from(at).ok();
                                }
                                break;
                            }
                            whole = false;
                        }
                    } else {
                        whole = false;
                    }
                }
                TokenKind::Semicolon if semicolon_closes => {
                    while let Some((kind, _)) = open.last().copied().filter(|(kind, _)| *kind != TokenKind::OpenBrace) {
                        open.pop();
                        if let Some(count) = counts.get_mut(slot(kind)) {
                            *count -= 1;
                        }
                    }
                }
                _ => {}
            }
            found.levels.push(open.len() as u32);
        }
        (found, whole && open.is_empty())
    }

    /// How many brackets are open around a token; a bracket counts as outside itself.
    pub(crate) fn level(&self, at: usize) -> u32 {
        self.levels.get(at).copied().unwrap_or(0)
    }

    /// The partner of the opening bracket at `at`.
    pub(crate) fn partner(&self, at: usize) -> Option<usize> {
        self.partners.get(at).copied().flatten().map(|at| at as usize)
    }
}

fn slot(kind: TokenKind) -> usize {
    match kind {
        TokenKind::OpenParen | TokenKind::CloseParen => 0,
        TokenKind::OpenBracket | TokenKind::CloseBracket => 1,
        _ => 2,
    }
}
