//! What a column says, and who writes it.

/// Who decides what stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writer {
    /// Whoever starts a program: its file's name, its command line, the port it connects to, its user agent.
    Attacker,
    /// Part of who, what or where, and not the attacker's alone.
    Entity,
    /// A moment.
    Time,
    /// A kind of event, a result, a count: no exclusion of an activity.
    Other,
}

/// Endings of columns that whoever starts a program writes, in lower case. Sentinel's tables and ASIM.
const ATTACKER: [&str; 19] = [
    "filename",
    "commandline",
    "useragent",
    "remoteport",
    "destinationport",
    "dstport",
    "dstportnumber",
    "remoteportnumber",
    "processname",
    "process",
    "originalfilename",
    "imagename",
    "internalfilename",
    "versioninfoproductname",
    "versioninfofiledescription",
    "versioninfocompanyname",
    "syslogmessage",
    "comm",
    "exe_s",
];
/// Words in the names of columns that tell who, what or where.
const ENTITY: [&str; 22] = [
    "account",
    "user",
    "principal",
    "upn",
    "caller",
    "actor",
    "computer",
    "host",
    "device",
    "domain",
    "url",
    "address",
    "ipaddr",
    "folder",
    "path",
    "sha1",
    "sha256",
    "md5",
    "signer",
    "dnsquery",
    "groupname",
    "objectid",
];
/// Columns with such words that are kinds all the same.
const KINDS: [&str; 10] = [
    "accounttype",
    "usertype",
    "devicetype",
    "hosttype",
    "addresstype",
    "accounttype",
    "domaintype",
    "devicevendor",
    "deviceproduct",
    "deviceaction",
];

pub(super) fn writer(column: &str) -> Writer {
    let name = column.to_ascii_lowercase();
    if ["timegenerated", "timestamp", "starttime", "endtime"].contains(&name.as_str()) {
        Writer::Time
    } else if KINDS.iter().any(|kind| name.ends_with(kind)) {
        Writer::Other
    } else if ATTACKER.iter().any(|end| name.ends_with(end)) {
        Writer::Attacker
    } else if ENTITY.iter().any(|word| name.contains(word))
        || name == "ip"
        || name.ends_with("_ip")
        || column.ends_with("IP")
        || column.ends_with("Ip")
    {
        Writer::Entity
    } else {
        Writer::Other
    }
}

/// Whether a column holds names of hosts.
pub(super) fn names_hosts(column: &str) -> bool {
    let name = column.to_ascii_lowercase();
    ["domain", "url", "host", "dnsquery", "queryname", "servername", "sni", "fqdn", "name_s", "destination"]
        .iter()
        .any(|word| name.contains(word))
        || name == "name"
}

/// Whether a column holds where a file lies.
pub(super) fn holds_paths(column: &str) -> bool {
    let name = column.to_ascii_lowercase();
    ["folder", "path", "directory", "newprocessname", "parentprocessname", "image"].iter().any(|word| name.contains(word))
}

/// Whether a column holds addresses of the internet protocol.
pub(super) fn names_addresses(column: &str) -> bool {
    let name = column.to_ascii_lowercase();
    name.contains("ipaddr")
        || name.ends_with("ip_s")
        || name == "ip"
        || column.ends_with("IP")
        || column.ends_with("Ip")
        || name.ends_with("_ip")
}
