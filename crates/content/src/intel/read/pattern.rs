//! STIX patterns, as far as they name hosts: comparisons with `=` and `IN`, joined by OR; a port joined by AND.

/// A host, a port, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Alternative {
    pub(super) host: Option<String>,
    pub(super) port: Option<u16>,
}

/// The hosts of a pattern, and what of it is not understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Hosts {
    pub(super) alternatives: Vec<Alternative>,
    pub(super) unsupported: Vec<String>,
}

/// No pattern has more alternatives.
const MAX_ALTERNATIVES: usize = 10_000;
const MAX_DEPTH: usize = 32;
const MAX_TEXT: usize = 1 << 20;

/// Reads a pattern. The error says what is wrong with its form; what is sound and not understood is among the unsupported.
pub(super) fn hosts(text: &str) -> Result<Hosts, String> {
    if text.len() > MAX_TEXT {
        return Err(format!("a pattern of {} characters", text.len()));
    }
    let mut parser = Parser { tokens: tokens(text)?, at: 0 };
    let found = parser.observations(0)?;
    match parser.peek() {
        None => Ok(found),
        Some(token) => Err(format!("unexpected `{}`", token.text())),
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Mark(char),
    /// `=`, `!=`, `<`, …
    Compare(String),
    Text(String),
    /// Paths, keywords, numbers.
    Word(String),
}

impl Token {
    fn text(&self) -> String {
        match self {
            Self::Mark(c) => c.to_string(),
            Self::Compare(text) | Self::Text(text) | Self::Word(text) => super::super::entry::clip(text),
        }
    }

    fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(text) if text.eq_ignore_ascii_case(word))
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            c if c.is_whitespace() => {}
            '[' | ']' | '(' | ')' | ',' => tokens.push(Token::Mark(c)),
            '\'' => tokens.push(Token::Text(quoted(&mut chars)?)),
            '=' | '!' | '<' | '>' => {
                let mut text = String::from(c);
                text.extend(chars.next_if(|n| matches!(n, '=' | '>')));
                tokens.push(Token::Compare(text));
            }
            c => {
                let mut word = String::from(c);
                while let Some(next) = chars.peek().copied() {
                    match next {
                        // An index or a key of a path: `refs[*].value`, `extensions.'tls-ext'.x`.
                        '[' => {
                            let mut index = String::new();
                            for c in chars.by_ref() {
                                index.push(c);
                                if c == ']' {
                                    break;
                                }
                            }
                            word.push_str(&index);
                        }
                        '\'' if word.ends_with('.') => {
                            chars.next();
                            word.push_str(&quoted(&mut chars)?);
                        }
                        n if n.is_whitespace() || matches!(n, ']' | '(' | ')' | ',' | '=' | '!' | '<' | '>' | '\'') => break,
                        n => {
                            word.push(n);
                            chars.next();
                        }
                    }
                }
                tokens.push(Token::Word(word));
            }
        }
    }
    Ok(tokens)
}

/// The text up to the closing quote; a backslash keeps the next character.
fn quoted(chars: &mut impl Iterator<Item = char>) -> Result<String, String> {
    let mut text = String::new();
    while let Some(c) = chars.next() {
        match c {
            '\'' => return Ok(text),
            '\\' => text.extend(chars.next()),
            c => text.push(c),
        }
    }
    Err("a quoted text does not end".to_owned())
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn take(&mut self, mark: char) -> bool {
        let found = self.peek() == Some(&Token::Mark(mark));
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, mark: char) -> Result<(), String> {
        if self.take(mark) { Ok(()) } else { Err(format!("`{mark}` is missing{}", self.here())) }
    }

    fn here(&self) -> String {
        self.peek().map_or_else(|| " at the end".to_owned(), |t| format!(" before `{}`", t.text()))
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|t| t.is(word));
        self.at += usize::from(found);
        found
    }

    /// `[…] OR […]`; joined otherwise, or with a qualifier, they are more than hosts.
    fn observations(&mut self, depth: usize) -> Result<Hosts, String> {
        let mut all = self.observation(depth)?;
        loop {
            if self.word("OR") {
                let next = self.observation(depth)?;
                all = either(all, next)?;
            } else if let Some(join) = ["AND", "FOLLOWEDBY"].into_iter().find(|join| self.word(join)) {
                self.observation(depth)?;
                all = unsupported(format!("observations joined by {join}"));
            } else {
                return Ok(all);
            }
        }
    }

    fn observation(&mut self, depth: usize) -> Result<Hosts, String> {
        if depth > MAX_DEPTH {
            return Err("too deeply nested".to_owned());
        }
        let mut found = if self.take('(') {
            let found = self.observations(depth + 1)?;
            self.expect(')')?;
            found
        } else {
            self.expect('[')?;
            let found = self.either(depth + 1)?;
            self.expect(']')?;
            found
        };
        while let Some(qualifier) = ["WITHIN", "REPEATS", "START", "STOP"].into_iter().find(|q| self.word(q)) {
            found = unsupported(format!("the qualifier {qualifier}"));
            while self.peek().is_some_and(|t| match t {
                Token::Text(_) => true,
                Token::Word(w) => {
                    !["OR", "AND", "FOLLOWEDBY", "WITHIN", "REPEATS", "START", "STOP"].iter().any(|k| w.eq_ignore_ascii_case(k))
                }
                _ => false,
            }) {
                self.at += 1;
            }
        }
        Ok(found)
    }

    fn either(&mut self, depth: usize) -> Result<Hosts, String> {
        let mut all = self.both(depth)?;
        while self.word("OR") {
            let next = self.both(depth)?;
            all = either(all, next)?;
        }
        Ok(all)
    }

    fn both(&mut self, depth: usize) -> Result<Hosts, String> {
        let mut all = self.comparison(depth)?;
        while self.word("AND") {
            let next = self.comparison(depth)?;
            all = both(&all, &next)?;
        }
        Ok(all)
    }

    fn comparison(&mut self, depth: usize) -> Result<Hosts, String> {
        if depth > MAX_DEPTH {
            return Err("too deeply nested".to_owned());
        }
        if self.take('(') {
            let found = self.either(depth + 1)?;
            self.expect(')')?;
            return Ok(found);
        }
        let Some(Token::Word(path)) = self.next() else { return Err(format!("a path is missing{}", self.here())) };
        let negated = self.word("NOT");
        let compare = match self.next() {
            Some(Token::Compare(text) | Token::Word(text)) => text.to_ascii_uppercase(),
            _ => return Err(format!("a comparison is missing behind `{}`", super::super::entry::clip(&path))),
        };
        let values = self.values()?;
        let path = path.to_ascii_lowercase();
        if negated || !matches!(compare.as_str(), "=" | "==" | "IN") {
            let not = if negated { "NOT " } else { "" };
            return Ok(unsupported(format!("`{path} {not}{compare}`")));
        }
        let host = |host: String| Alternative { host: Some(host), port: None };
        match path.as_str() {
            "domain-name:value"
            | "hostname:value"
            | "ipv4-addr:value"
            | "ipv6-addr:value"
            | "url:value"
            | "network-traffic:dst_ref.value" => {
                Ok(Hosts { alternatives: values.into_iter().map(host).collect(), unsupported: Vec::new() })
            }
            "network-traffic:dst_port" => {
                let ports: Result<Vec<u16>, _> = values.iter().map(|v| v.parse()).collect();
                let ports = ports.map_err(|_| "dst_port is no port".to_owned())?;
                let alternatives = ports.into_iter().map(|port| Alternative { host: None, port: Some(port) }).collect();
                Ok(Hosts { alternatives, unsupported: Vec::new() })
            }
            // Says nothing about where to, and a pool speaks TCP anyway.
            "network-traffic:protocols[*]" | "network-traffic:dst_ref.type" => {
                Ok(Hosts { alternatives: vec![Alternative::default()], unsupported: Vec::new() })
            }
            other => Ok(unsupported(format!("`{}`", super::super::entry::clip(other)))),
        }
    }

    fn values(&mut self) -> Result<Vec<String>, String> {
        let list = self.take('(');
        let mut values = Vec::new();
        loop {
            match self.next() {
                Some(Token::Text(text) | Token::Word(text)) => values.push(text),
                _ => return Err("a value is missing".to_owned()),
            }
            // `t'…'` is a time: a word and its text.
            if let Some(Token::Text(_)) = self.peek() {
                self.at += 1;
            }
            if !list {
                return Ok(values);
            }
            if !self.take(',') {
                self.expect(')')?;
                return Ok(values);
            }
        }
    }
}

fn unsupported(what: String) -> Hosts {
    Hosts { alternatives: Vec::new(), unsupported: vec![what] }
}

fn either(mut a: Hosts, b: Hosts) -> Result<Hosts, String> {
    a.alternatives.extend(b.alternatives);
    a.unsupported.extend(b.unsupported);
    if a.alternatives.len() > MAX_ALTERNATIVES { Err("too many alternatives".to_owned()) } else { Ok(a) }
}

/// A host and a port go together; two hosts, or anything not understood, make a narrower condition than a host is.
fn both(a: &Hosts, b: &Hosts) -> Result<Hosts, String> {
    let unknown: Vec<String> = a.unsupported.iter().chain(&b.unsupported).cloned().collect();
    if !unknown.is_empty() {
        return Ok(Hosts { alternatives: Vec::new(), unsupported: unknown });
    }
    if a.alternatives.len().saturating_mul(b.alternatives.len()) > MAX_ALTERNATIVES {
        return Err("too many alternatives".to_owned());
    }
    let mut joined = Hosts::default();
    for x in &a.alternatives {
        for y in &b.alternatives {
            if x.host.is_some() && y.host.is_some() || x.port.is_some() && y.port.is_some() {
                return Ok(unsupported("two hosts or two ports joined by AND".to_owned()));
            }
            joined.alternatives.push(Alternative { host: x.host.clone().or_else(|| y.host.clone()), port: x.port.or(y.port) });
        }
    }
    Ok(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match hosts(text) {
            Err(reason) => format!("! {reason}"),
            Ok(found) => {
                let one =
                    |a: &Alternative| format!("{}:{}", a.host.as_deref().unwrap_or("-"), a.port.map_or("-".to_owned(), |p| p.to_string()));
                let all: Vec<_> = found.alternatives.iter().map(one).chain(found.unsupported.iter().map(|u| format!("? {u}"))).collect();
                all.join(" ")
            }
        }
    }

    #[test]
    fn patterns_that_name_hosts() {
        for (text, expected) in [
            ("[domain-name:value = 'a.com']", "a.com:-"),
            ("[domain-name:value='a.com' OR ipv4-addr:value = '198.51.100.1']", "a.com:- 198.51.100.1:-"),
            (
                "[domain-name:value IN ('a.com', 'b.com')] OR [url:value = 'stratum+tcp://c.com:1']",
                "a.com:- b.com:- stratum+tcp://c.com:1:-",
            ),
            (
                "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '198.51.100.1' AND network-traffic:dst_port = 3333]",
                "198.51.100.1:3333",
            ),
            ("([domain-name:value = 'o\\'x.com'])", "o'x.com:-"),
            ("[(domain-name:value = 'a.com' OR domain-name:value = 'b.com') AND network-traffic:dst_port = 1]", "a.com:1 b.com:1"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (text, expected) in [
            ("[domain-name:value LIKE '%.a.com']", "? `domain-name:value LIKE`"),
            ("[file:hashes.'SHA-256' = 'ab' OR domain-name:value = 'a.com']", "a.com:- ? `file:hashes.sha-256`"),
            ("[file:name = 'x' AND domain-name:value = 'a.com']", "? `file:name`"),
            ("[domain-name:value = 'a.com'] FOLLOWEDBY [domain-name:value = 'b.com']", "? observations joined by FOLLOWEDBY"),
            ("[domain-name:value = 'a.com'] WITHIN 300 SECONDS", "? the qualifier WITHIN"),
            ("[domain-name:value NOT = 'a.com']", "? `domain-name:value NOT =`"),
            ("[domain-name:value = 'a.com' AND domain-name:value = 'b.com']", "? two hosts or two ports joined by AND"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn broken_patterns_are_refused() {
        for text in [
            "",
            "[",
            "[domain-name:value",
            "[domain-name:value = ",
            "[domain-name:value = 'a",
            "[a = 'b'] x",
            "domain-name:value = 'a'",
            "[a IN ('b'",
        ] {
            assert!(shown(text).starts_with("! "), "{text}: {}", shown(text));
        }
        assert!(shown(&"(".repeat(100_000)).contains("nested"));
        assert!(shown(&format!("[{}", "(".repeat(100_000))).contains("nested"));
    }
}
