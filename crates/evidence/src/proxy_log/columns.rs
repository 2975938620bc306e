//! Logs whose header names their columns: the extended log file format (W3C's working draft WD-logfile), as ProxySG, IIS and Cisco's web
//! appliance write it, and the log of McAfee's (Skyhigh's) Web Gateway.

use super::Found;
use super::common::request_line;
use super::request::{Request, said};
use super::words::words;
use crate::syslog::{Stamp, common_time};
use model::ticks;
use std::borrow::Cow;

/// What a column says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Date,
    Time,
    /// Both, in seconds since 1970.
    Epoch,
    /// Both, as `day/month/year:clock zone`.
    CommonTime,
    Taken,
    Client,
    ClientPort,
    User,
    Method,
    Url,
    Scheme,
    Host,
    Port,
    Path,
    Query,
    RequestLine,
    Status,
    Action,
    /// Of ProxySG: OBSERVED, PROXIED or DENIED.
    Filter,
    Category,
    /// Of Web Gateway: a number, of which 0 is none.
    Block,
    Sent,
    Received,
    Agent,
    Referrer,
    ContentType,
    ForwardedFor,
    /// Of where the proxy went.
    Server,
    Supplier,
    /// Of where the client wanted to go.
    Wanted,
    /// Of whoever writes the log.
    Own,
    OwnName,
}

/// Names are the same in all of these.
const EXTENDED: &[(&str, Column)] = &[
    ("date", Column::Date),
    ("time", Column::Time),
    ("timestamp", Column::Epoch),
    ("x-timestamp-unix", Column::Epoch),
    ("gmttime", Column::CommonTime),
    ("time-taken", Column::Taken),
    ("x-elapsed-time", Column::Taken),
    ("c-ip", Column::Client),
    ("c-port", Column::ClientPort),
    ("cs-username", Column::User),
    ("cs-userdn", Column::User),
    ("cs-method", Column::Method),
    ("cs-uri", Column::Url),
    ("cs-url", Column::Url),
    ("c-uri", Column::Url),
    ("cs-uri-scheme", Column::Scheme),
    ("cs-host", Column::Host),
    ("cs(host)", Column::Host),
    ("cs-uri-port", Column::Port),
    ("cs-uri-path", Column::Path),
    ("cs-uri-stem", Column::Path),
    ("cs-uri-query", Column::Query),
    ("cs-request-line", Column::RequestLine),
    ("sc-status", Column::Status),
    ("sc-http-status", Column::Status),
    ("s-action", Column::Action),
    ("sc-result-code", Column::Action),
    ("sc-filter-result", Column::Filter),
    ("sc-filter-category", Column::Category),
    ("cs-categories", Column::Category),
    ("cs-bytes", Column::Sent),
    ("sc-bytes", Column::Received),
    ("cs(user-agent)", Column::Agent),
    ("c-agent", Column::Agent),
    ("cs(referer)", Column::Referrer),
    ("rs(content-type)", Column::ContentType),
    ("cs-mime-type", Column::ContentType),
    ("cs(x-forwarded-for)", Column::ForwardedFor),
    ("r-ip", Column::Server),
    ("s-supplier-ip", Column::Supplier),
    ("cs-ip", Column::Wanted),
    ("s-ip", Column::Own),
    ("s-computername", Column::OwnName),
    ("s-dns", Column::OwnName),
];

const WEB_GATEWAY: &[(&str, Column)] = &[
    ("time_stamp", Column::CommonTime),
    ("auth_user", Column::User),
    ("src_ip", Column::Client),
    ("status_code", Column::Status),
    ("req_line", Column::RequestLine),
    ("categories", Column::Category),
    ("media_type", Column::ContentType),
    ("bytes_to_client", Column::Received),
    ("bytes_from_client", Column::Sent),
    ("user_agent", Column::Agent),
    ("referer", Column::Referrer),
    ("dest_ip", Column::Server),
    ("block_res", Column::Block),
];

/// Whose log it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writer {
    Extended,
    ProxySg,
    Iis,
    Cisco,
    WebGateway,
}

impl Writer {
    pub(super) fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Extended => ("W3C", "Extended log"),
            Self::ProxySg => ("Broadcom", "ProxySG"),
            Self::Iis => ("Microsoft", "IIS"),
            Self::Cisco => ("Cisco", "Secure Web Appliance"),
            Self::WebGateway => ("Skyhigh Security", "Secure Web Gateway"),
        }
    }
}

/// What the header says so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) writer: Writer,
    columns: Vec<Option<Column>>,
    /// The header's day, for logs of which lines have the clock only.
    day: Option<i64>,
}

impl Default for Layout {
    fn default() -> Self {
        Self { writer: Writer::Extended, columns: Vec::new(), day: None }
    }
}

impl Layout {
    /// Takes in a line of the header.
    pub(super) fn header(&mut self, line: &str) {
        if let Some(names) = line.strip_prefix("#Fields:") {
            self.columns = named(names, EXTENDED);
        } else if let Some(names) = line.strip_prefix('#').filter(|names| names.trim_start().starts_with("time_stamp ")) {
            self.writer = Writer::WebGateway;
            self.columns = named(names, WEB_GATEWAY);
        } else if let Some(software) = line.strip_prefix("#Software:") {
            self.writer = match software {
                _ if software.contains("SGOS") => Writer::ProxySg,
                _ if software.contains("Internet Information Services") => Writer::Iis,
                _ if software.contains("AsyncOS") => Writer::Cisco,
                _ => self.writer,
            };
        } else if let Some(date) = line.strip_prefix("#Date:") {
            self.day = ticks::parse_iso(date.trim().split(' ').next().unwrap_or_default());
        }
    }

    fn has(&self, column: Column) -> bool {
        self.columns.contains(&Some(column))
    }

    /// Whether a line is of a request, which names who asked, and for what.
    pub(super) fn is_of_requests(&self) -> bool {
        let asked = [Column::Url, Column::Host, Column::Path, Column::RequestLine];
        self.has(Column::Client) && asked.into_iter().any(|column| self.has(column))
    }

    pub(super) fn parse<'a>(&self, line: &'a str) -> (Stamp, Found<'a>) {
        let cells = words(line);
        if cells.len() != self.columns.len() {
            return (Stamp::None, Found::Broken(cells.len(), self.columns.len()));
        }
        let get =
            |column: Column| self.columns.iter().zip(&cells).find(|(known, _)| **known == Some(column)).map_or("", |(_, cell)| said(cell));
        let number = |column| get(column).parse::<i64>().ok().filter(|n| *n >= 0);
        let stamp = self.stamp(&get);
        let line = request_line(get(Column::RequestLine));
        let (mut method, mut version) = (get(Column::Method), "");
        let mut target = Cow::Borrowed(get(Column::Url));
        if let Some((m, t, v)) = line {
            (method, target, version) = (m, Cow::Borrowed(t), v);
        }
        let (host, port) = (get(Column::Host), get(Column::Port));
        let mut named = Cow::Borrowed(host);
        if !host.is_empty() && line.is_none() && (method == "CONNECT" || target.is_empty()) {
            let usual = matches!((get(Column::Scheme), port), (_, "" | "0") | ("http", "80") | ("https", "443"));
            if !host.contains(':') && (method == "CONNECT" || !usual) && !port.is_empty() {
                named = Cow::Owned(format!("{host}:{port}"));
            }
            target = match method {
                "CONNECT" => named.clone(),
                _ => Cow::Owned(address(get(Column::Scheme), &named, get(Column::Path), get(Column::Query))),
            };
        } else if target.is_empty() {
            target = Cow::Borrowed(get(Column::Path));
        } else if method == "CONNECT"
            && let Some((_, rest)) = target.split_once("://")
        {
            // `tcp://host:port/`
            target = Cow::Owned(rest.trim_end_matches('/').to_owned());
        }
        let (action, filter) = (get(Column::Action), get(Column::Filter));
        let blocked = !matches!(get(Column::Block), "" | "0");
        let first = |columns: &[Column]| columns.iter().map(|column| get(*column)).find(|text| !text.is_empty()).unwrap_or_default();
        // A server's own log has no other server in it.
        let own = self.writer == Writer::Iis;
        let request = Request {
            client: get(Column::Client),
            client_port: number(Column::ClientPort),
            user: get(Column::User),
            method,
            target,
            host: named,
            version,
            server: first(if own { &[Column::Own] } else { &[Column::Server, Column::Supplier, Column::Wanted] }),
            status: get(Column::Status),
            denied: action.contains("DENIED") || filter == "DENIED" || blocked,
            action: if action.is_empty() { filter } else { action },
            category: get(Column::Category),
            rule: "",
            sent: number(Column::Sent),
            received: number(Column::Received),
            duration: number(Column::Taken),
            agent: get(Column::Agent),
            referrer: get(Column::Referrer),
            content_type: get(Column::ContentType),
            forwarded_for: get(Column::ForwardedFor),
            device: first(&[Column::OwnName, Column::Own]),
        };
        (stamp, if request.target.is_empty() && request.host.is_empty() { Found::Own } else { Found::Request(request) })
    }

    /// Dates and times are of Greenwich unless they say otherwise.
    fn stamp<'a>(&self, get: &impl Fn(Column) -> &'a str) -> Stamp {
        let epoch = get(Column::Epoch);
        if let Some(at) = epoch.parse::<f64>().ok().and_then(ticks::from_unix_seconds) {
            return Stamp::Ticks(at);
        }
        if let Some((time, zone)) = get(Column::CommonTime).trim_matches(['[', ']']).split_once(' ') {
            return common_time(time, if zone == "GMT" { "+0000" } else { zone }).unwrap_or(Stamp::None);
        }
        let day = ticks::parse_iso(get(Column::Date)).or(self.day);
        let clock = crate::exports::time::clock_ticks(get(Column::Time));
        day.zip(clock).map_or(Stamp::None, |(day, clock)| Stamp::Ticks(day + clock))
    }
}

fn named(names: &str, known: &[(&str, Column)]) -> Vec<Option<Column>> {
    let mut columns: Vec<Option<Column>> = Vec::new();
    for name in words(names) {
        let name = name.to_ascii_lowercase();
        let column = known.iter().find(|(known, _)| *known == name).map(|(_, column)| *column);
        // The first of a name counts.
        columns.push(column.filter(|column| !columns.contains(&Some(*column))));
    }
    columns
}

fn address(scheme: &str, host: &str, path: &str, query: &str) -> String {
    let scheme = if scheme.is_empty() { "http" } else { scheme };
    let slash = if path.starts_with('/') || path.is_empty() { "" } else { "/" };
    let mark = if query.is_empty() || query.starts_with('?') { "" } else { "?" };
    format!("{scheme}://{host}{slash}{path}{mark}{query}")
}
