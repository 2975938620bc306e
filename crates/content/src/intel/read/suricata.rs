//! The names in Suricata's rules.

use super::{MAX_LINE, rule};
use crate::intel::{Facts, Listing, Matching, Place};

/// Where a name can stand.
const BUFFERS: &[&str] = &["dns.query", "dns_query", "tls.sni", "tls_sni", "http.host", "http_host", "http.uri", "tls.cert_subject"];

pub(super) fn read(file: &str, text: &str) -> Listing {
    let mut listing = Listing::new(file, "Suricata rules");
    for (number, line) in (1..).zip(text.lines()) {
        if line.len() > MAX_LINE {
            listing.fault(Place::Line(number), line, format!("a rule of {} characters", line.len()));
            continue;
        }
        // A rule that is commented out looks for nothing.
        if let Some((head, options)) = line.split_once('(').filter(|_| !line.trim_start().starts_with('#')) {
            options_of(&mut listing, number, options);
            addresses(&mut listing, number, head);
        }
    }
    listing
}

/// Addresses that a rule's head names: `alert tcp any any -> [192.0.2.1,192.0.2.2] 3333`, an entry each.
fn addresses(listing: &mut Listing, line: u64, head: &str) {
    let Some((_, to)) = head.split_once("->").or_else(|| head.split_once("<>")) else { return };
    let (hosts, ports) = to.trim().rsplit_once(' ').unwrap_or((to.trim(), ""));
    let port = ports.parse::<u16>().ok();
    for host in hosts.trim_matches(['[', ']', ' ']).split(',').map(str::trim) {
        if host.starts_with('!') || host.starts_with('$') || host == "any" {
            continue;
        }
        let facts = Facts { ports: port.into_iter().collect(), ..Facts::default() };
        listing.add(Place::Line(line), host.trim_end_matches("/32"), Matching::Exact, facts);
    }
}

/// A `content` and the keywords behind it.
#[derive(Default)]
struct Content {
    text: String,
    start: bool,
    end: bool,
    dot: bool,
    whole: bool,
}

fn options_of(listing: &mut Listing, line: u64, options: &str) {
    let mut buffer = false;
    let mut dot = false;
    let mut content: Option<Content> = None;
    for option in split(options) {
        let (key, value) = option.split_once(':').map_or((option.trim(), ""), |(k, v)| (k.trim(), v.trim()));
        match key {
            key if BUFFERS.contains(&key) => {
                finish(listing, line, content.take());
                (buffer, dot) = (true, false);
            }
            "dotprefix" => dot = true,
            "content" => {
                finish(listing, line, content.take());
                if let Some(text) = value.strip_prefix('!') {
                    rule::let_through(listing, line, &decode(text.trim().trim_matches('"')));
                } else {
                    let text = decode(value.trim_matches('"'));
                    // In raw DNS a name's labels have lengths before them, so it stands as a whole; elsewhere a buffer must hold it.
                    content = Some(Content { text, dot, whole: !buffer && value.contains("|0"), ..Content::default() });
                }
            }
            "pcre" if rule::of_names(value.trim_matches('"').trim_end_matches(|c: char| c.is_ascii_alphabetic()).trim_end_matches('/')) => {
                listing.ignore(Place::Line(line), value, "a regular expression of names: list the names, each whole");
            }
            "startswith" => content.iter_mut().for_each(|c| c.start = true),
            "endswith" => content.iter_mut().for_each(|c| c.end = true),
            "bsize" => content.iter_mut().for_each(|c| c.whole = true),
            _ => {}
        }
    }
    finish(listing, line, content);
}

fn finish(listing: &mut Listing, line: u64, content: Option<Content>) {
    let Some(content) = content else { return };
    let matching = match (content.whole || content.start && content.end, content.end, content.start) {
        (true, ..) => Matching::Exact,
        (_, true, _) if content.dot => Matching::Labels,
        (_, true, _) => Matching::End,
        (_, _, true) => Matching::Start,
        _ => Matching::Anywhere,
    };
    rule::add_name(listing, line, &content.text, matching);
}

/// Options between semicolons; `\;` and quoted ones do not part.
fn split(options: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in options.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            ';' if !quoted => {
                parts.push(options.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts
}

/// Bytes between bars are hexadecimal; a length byte of DNS reads as a dot.
fn decode(text: &str) -> String {
    let mut out = String::new();
    for (n, part) in text.split('|').enumerate() {
        if n % 2 == 0 {
            out.push_str(part);
            continue;
        }
        for byte in part.split_whitespace().filter_map(|h| u8::from_str_radix(h, 16).ok()) {
            out.push(if byte < 0x20 { '.' } else { char::from(byte) });
        }
    }
    out.trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_with_their_keywords() {
        let rule = |options: &str| format!("alert dns any any -> any any (msg:\"m; n\"; {options} sid:1; rev:1;)\n");
        let text = [
            rule("dns.query; dotprefix; content:\".a.com\"; nocase; endswith;"),
            rule("dns.query; content:\"b.com\"; endswith;"),
            rule("tls.sni; content:\"c.com\"; bsize:5;"),
            rule("content:\"|04|pool|01|d|03|com|00|\";"),
            rule("http.host; content:\"e.com\";"),
            format!("#{}", rule("dns.query; content:\"f.com\";")),
            rule("dns.query; content:!\"g.com\";"),
        ];
        let listing = read("x.rules", &text.concat());
        let shown: Vec<_> = listing.entries.iter().map(|e| format!("{} {} {}", e.place, e.target.host, e.matching.name())).collect();
        assert_eq!(
            shown,
            [
                "line 1 a.com label boundaries",
                "line 2 b.com endswith",
                "line 3 c.com equals",
                "line 4 pool.d.com equals",
                "line 5 e.com contains"
            ]
        );
    }
}
