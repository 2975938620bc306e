//! BIND's log of queries, and what it says of names that a response policy or an access list refuses.

use super::lookup::{Lookup, name};
use super::{Found, Heading};

/// Severities and the categories that lookups are logged under; which of them stand in a line is a matter of configuration.
const LABELS: [&str; 16] = [
    "queries",
    "query-errors",
    "security",
    "rpz",
    "client",
    "resolver",
    "general",
    "default",
    "info",
    "notice",
    "warning",
    "error",
    "debug",
    "critical",
    "lame-servers",
    "responses",
];

pub(super) fn parse<'a>(heading: &Heading<'a>) -> Found<'a> {
    if !matches!(heading.process, "" | "named") {
        return Found::Foreign;
    }
    let (labelled, message) = labels(heading.message);
    match message.strip_prefix("client ").and_then(|rest| client(rest, heading.host)) {
        Some(lookup) => Found::Lookup(lookup),
        None if labelled || heading.process == "named" => Found::Other,
        None => Found::Unknown,
    }
}

/// The message behind category and severity, and whether there were any.
pub(super) fn labels(message: &str) -> (bool, &str) {
    let mut rest = message;
    while let Some((label, behind)) = rest.split_once(": ") {
        // `debug 1`, with its level.
        let label = if label.starts_with("debug ") { "debug" } else { label };
        if !LABELS.iter().any(|known| known.eq_ignore_ascii_case(label)) {
            break;
        }
        rest = behind;
    }
    (rest.len() < message.len(), rest)
}

/// `@0x7f 10.0.0.5#50000 (name): view x: query: …`
fn client<'a>(text: &'a str, host: &'a str) -> Option<Lookup<'a>> {
    let text = match text.strip_prefix('@') {
        Some(rest) => rest.split_once(' ')?.1,
        None => text,
    };
    let (client, rest) = text.split_once('#')?;
    client.parse::<std::net::IpAddr>().ok()?;
    let port = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (port, rest) = (rest.get(..port)?, rest.get(port..)?);
    let mut rest = rest.split_once(": ")?.1;
    if let Some(view) = rest.strip_prefix("view ") {
        rest = view.split_once(": ")?.1;
    }
    let lookup = Lookup { host, client, client_port: port.parse().ok(), ..Lookup::default() };
    if let Some(query) = rest.strip_prefix("query: ") {
        return asked(query, &lookup);
    }
    if let Some(policy) = rest.strip_prefix("rpz ") {
        return rewritten(policy, &lookup);
    }
    let failed = rest.strip_prefix("query failed (").and_then(|rest| rest.split_once(") for "));
    if let Some((code, rest)) = failed {
        let mut parts = rest.split(' ').next()?.rsplitn(3, '/');
        let (kind, class, asked) = (parts.next()?, parts.next()?, parts.next()?);
        let code = known_code(code);
        return Some(Lookup { name: name(asked), kind, class, code, response: true, original: "query failed", ..lookup });
    }
    let denied = rest.strip_prefix("query ")?.strip_suffix(" denied")?;
    let mut parts = denied.split_once('\'')?.1.strip_suffix('\'')?.rsplitn(3, '/');
    let (class, kind, asked) = (parts.next()?, parts.next()?, parts.next()?);
    Some(Lookup { name: name(asked), kind, class, code: "REFUSED", response: true, blocked: true, original: "denied", ..lookup })
}

/// Names of codes as others write them.
fn known_code(code: &str) -> &str {
    match code {
        "success" => "NOERROR",
        code => code,
    }
}

/// `name IN A +E(0)K (10.0.0.53)`
fn asked<'a>(query: &'a str, lookup: &Lookup<'a>) -> Option<Lookup<'a>> {
    let mut words = query.split_ascii_whitespace();
    let (asked, class, kind) = (words.next()?, words.next()?, words.next()?);
    let flags = words.next().unwrap_or_default();
    let server = words.next().and_then(|word| word.strip_prefix('(')?.strip_suffix(')')).unwrap_or_default();
    let recursion = flags.starts_with(['+', '-']).then(|| flags.starts_with('+'));
    let protocol = if recursion.is_none() {
        ""
    } else if flags.contains('T') {
        "TCP"
    } else {
        "UDP"
    };
    Some(Lookup { name: name(asked), class, kind, server, protocol, recursion, original: "query", ..lookup.clone() })
}

/// `QNAME NXDOMAIN rewrite name/A/IN via name.zone`
fn rewritten<'a>(policy: &'a str, lookup: &Lookup<'a>) -> Option<Lookup<'a>> {
    let mut words = policy.split_ascii_whitespace();
    let (_trigger, action) = (words.next()?, words.next()?);
    words.by_ref().find(|word| *word == "rewrite")?;
    let target = words.next()?;
    let rule = words.skip_while(|word| *word != "via").nth(1).unwrap_or_default();
    let mut parts = target.rsplitn(3, '/');
    let (asked, kind, class) = match (parts.next(), parts.next(), parts.next()) {
        (Some(class), Some(kind), Some(asked)) => (asked, kind, class),
        _ => (target, "", ""),
    };
    let passed = ["PASSTHRU", "TCP-ONLY", "DISABLED"].iter().any(|kind| action.eq_ignore_ascii_case(kind));
    let code = match action {
        "NXDOMAIN" => "NXDOMAIN",
        _ if passed || action == "DROP" => "",
        _ => "NOERROR",
    };
    Some(Lookup { name: name(asked), kind, class, code, rule, response: true, blocked: !passed, original: action, ..lookup.clone() })
}
