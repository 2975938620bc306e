//! Which operator is here, and the ones with a single clause.

use super::{Hint, Parser};
use crate::ast::{Expr, ExprKind, Name, Operator, OperatorKind};
use crate::diagnostic::Diagnostic;
use crate::keywords::{UNPLANNED, nearest_operator};
use crate::span::Span;
use crate::token::TokenKind;

impl Parser<'_> {
    /// The operator after a `|`, or one that starts a pipe.
    pub(super) fn operator(&mut self) -> Operator {
        let level = self.level();
        let start = self.here();
        let keyword = self.keyword();
        let kind = match keyword.text.as_str() {
            "where" | "filter" => OperatorKind::Where { predicate: self.predicate() },
            "extend" => OperatorKind::Extend { columns: self.list(Self::named) },
            "project" => OperatorKind::Project { columns: self.optional_list(Self::named) },
            "project-away" => OperatorKind::ProjectAway { columns: self.optional_list(Self::wildcard) },
            "project-keep" => OperatorKind::ProjectKeep { columns: self.optional_list(Self::wildcard) },
            "project-rename" => OperatorKind::ProjectRename { columns: self.optional_list(Self::named) },
            "project-reorder" => OperatorKind::ProjectReorder { columns: self.optional_list(Self::ordered_name) },
            "project-by-names" => OperatorKind::ProjectByNames { columns: self.optional_list(Self::column_or_expr) },
            "summarize" => self.summarize(),
            "distinct" => self.distinct(),
            "sort" | "order" => self.sort(),
            "top" => self.top(),
            "take" | "limit" => OperatorKind::Take { options: self.settings(&[]), count: self.expr() },
            "count" => self.count(),
            "join" => self.join(),
            "lookup" => self.lookup(),
            "union" => self.union(),
            "mv-expand" | "mvexpand" => self.mv_expand(),
            "mv-apply" | "mvapply" => self.mv_apply(),
            "parse" => self.parse_operator(false),
            "parse-where" => self.parse_operator(true),
            "parse-kv" => self.parse_kv(),
            "serialize" => OperatorKind::Serialize { columns: self.optional_list(Self::named) },
            "getschema" => OperatorKind::GetSchema,
            "render" => self.render(),
            "invoke" => OperatorKind::Invoke { call: self.postfix() },
            "as" => self.as_operator(),
            "evaluate" => self.evaluate(),
            "make-series" => self.make_series(),
            "sample" => OperatorKind::Sample { count: self.expr() },
            "sample-distinct" => self.sample_distinct(),
            "search" => self.search(),
            "print" => OperatorKind::Print { columns: self.list(Self::named) },
            "range" => self.range(),
            "datatable" => self.datatable(),
            "externaldata" | "external_data" => self.externaldata(),
            "consume" => OperatorKind::Consume { options: self.settings(&["decodeblocks"]) },
            word if UNPLANNED.contains(&word) => {
                let from = self.pos;
                self.skip_part(level);
                self.keep_since(from);
                OperatorKind::Unplanned
            }
            _ => self.no_operator(&keyword),
        };
        Operator { kind, keyword, span: self.since(start) }
    }

    fn no_operator(&mut self, keyword: &Name) -> OperatorKind {
        let diagnostic = if keyword.text.is_empty() {
            let found = self.found();
            let help = match self.kind(0) {
                Some(TokenKind::Pipe) => "remove one of the `|`",
                _ => "an operator follows `|`: where, extend, project, summarize, join, …",
            };
            Diagnostic::error("KS176", self.here(), format!("expected an operator, found {found}")).with_help(help)
        } else {
            let near = nearest_operator(&keyword.text);
            let message = match near {
                Some(near) => format!("`{}` is not an operator; did you mean `{near}`?", keyword.text),
                None => format!("`{}` is not an operator", keyword.text),
            };
            let help = match (near, keyword.text.to_ascii_lowercase().as_str()) {
                (Some(near), _) => format!("write `| {near}`"),
                (None, "select") => "KQL has `project` for it".to_owned(),
                (None, "group" | "groupby" | "aggregate") => "KQL has `summarize … by …` for it".to_owned(),
                (None, "having") => "KQL has `| where` after `summarize` for it".to_owned(),
                (None, "let") => "`let` is a statement: it stands before the query and ends with `;`".to_owned(),
                _ => "an operator follows `|`: where, extend, project, summarize, join, …".to_owned(),
            };
            Diagnostic::error("KS176", keyword.span, message).with_help(help)
        };
        self.report(diagnostic);
        OperatorKind::Error
    }

    /// The operator's name; words with `-` between them and nothing else are one.
    fn keyword(&mut self) -> Name {
        let start = self.here();
        if self.word(0).is_none() {
            return Name { text: String::new(), span: Span { end: start.start, ..start } };
        }
        let mut length = 1;
        while self.kind(length) == Some(TokenKind::Minus)
            && self.adjacent(length - 1)
            && self.adjacent(length)
            && self.kind(length + 1) == Some(TokenKind::Ident)
        {
            length += 2;
        }
        self.join_tokens(1..length);
        self.pos += length;
        let span = self.since(start);
        Name { text: span.text(self.text).to_owned(), span }
    }

    /// Tokens that no tree describes keep their spacing.
    pub(super) fn keep_since(&mut self, from: usize) {
        self.hints.extend((from..self.pos).map(|at| (at, Hint::Kept)));
    }

    /// Whether what is here starts a pipe with an operator, and is not a column or function of the same name.
    pub(super) fn at_source_operator(&self) -> bool {
        let Some(word) = self.word(0) else { return false };
        let next = self.kind(1);
        let glued = next == Some(TokenKind::Minus) && self.adjacent(0) && self.adjacent(1);
        match word {
            // Never names here.
            "print" | "union" | "search" | "find" => true,
            "range" => {
                next != Some(TokenKind::OpenParen) && self.name_length(1).is_some_and(|length| self.word(1 + length) == Some("from"))
            }
            "evaluate" => next == Some(TokenKind::Ident) && !self.at_word_operator(1),
            "datatable" | "externaldata" | "external_data" => matches!(next, Some(TokenKind::OpenParen)),
            "macro" => glued && self.word(2) == Some("expand"),
            _ => false,
        }
    }

    fn at_word_operator(&self, offset: usize) -> bool {
        matches!(
            self.word(offset),
            Some(
                "and"
                    | "or"
                    | "has"
                    | "contains"
                    | "startswith"
                    | "endswith"
                    | "in"
                    | "between"
                    | "matches"
                    | "has_any"
                    | "has_all"
                    | "has_cs"
            )
        )
    }

    fn optional_list<T>(&mut self, item: impl FnMut(&mut Self) -> T) -> Vec<T> {
        match self.kind(0) {
            None | Some(TokenKind::Pipe | TokenKind::Semicolon | TokenKind::CloseParen | TokenKind::CloseBrace) => Vec::new(),
            _ => self.list(item),
        }
    }

    fn column_or_expr(&mut self) -> Expr {
        let wild = self.at(TokenKind::Star) || (self.adjacent(0) && self.kind(1) == Some(TokenKind::Star));
        if wild { self.wildcard() } else { self.expr() }
    }

    fn predicate(&mut self) -> Expr {
        // Older queries give a hint here; it changes no result.
        self.settings(&[]);
        if self.at_assignment() {
            // Kusto takes it: the name is for nothing, the value is the predicate.
            let wrong = self.token(self.name_length(0).unwrap_or(1)).map_or_else(|| self.here(), |t| t.span);
            self.remark(
                Diagnostic::warning("PH0105", wrong, "`=` gives a name; it does not compare, and `where` sees only what is on its right")
                    .with_help("compare with `==` or `=~`"),
            );
            self.any_name();
            self.pos += 1;
        }
        let expr = self.expr();
        if self.at(TokenKind::Assign) {
            self.report(
                Diagnostic::error("KS141", self.here(), "`=` gives a name; it does not compare").with_help("compare with `==` or `=~`"),
            );
        }
        expr
    }

    fn count(&mut self) -> OperatorKind {
        // `count as Name` exists in the grammar; Kusto gives the column that name.
        if self.at_word("as") {
            self.report(
                Diagnostic::error("PH0103", self.here(), "`count as` is not supported").with_help("use `| summarize Name = count()`"),
            );
        }
        OperatorKind::Count
    }

    pub(super) fn error_expr(&self) -> Expr {
        Expr { kind: ExprKind::Error, span: self.here() }
    }
}
