//! What is known of one row of a hunt when policies judge it.

/// Empty texts and `None` are unknown. Times are ticks of 100 ns since year 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Subject {
    pub evidence_class: String,
    /// The row's first record and its last.
    pub first: Option<i64>,
    pub last: Option<i64>,
    /// Those of all rows about the same process and of its connections, where there are others: one window must hold all that it did.
    pub process_span: Option<(i64, i64)>,
    /// When the process was started, where its start is in the evidence.
    pub started: Option<i64>,
    pub device: String,
    /// Whether the process instance is known; only then is it known that it had no connection and no mining session.
    pub process_known: bool,
    /// Its id on the device; tells it from others, and is no fact.
    pub process: String,
    /// Groups of the device.
    pub groups: Option<Vec<String>>,
    pub path: String,
    /// Whether the inventory says that others than administrators write the file, or a folder in which it lies.
    pub others_write: bool,
    pub sha256: String,
    /// Trusted signers of the file.
    pub signers: Option<Vec<String>>,
    /// Packages that vouch for the file by path and digest; `Some` of none where the inventory knows the path with another digest.
    pub packages: Option<Vec<String>>,
    /// With or without a domain (`CORP\name`).
    pub account: String,
    pub command_line: String,
    pub parent: String,
    pub parent_command_line: String,
    /// Name of the parent's parent, and its path where its start is in the evidence.
    pub grandparent: String,
    pub grandparent_path: String,
    /// Kind of the logon session, as `remote_interactive`.
    pub session: String,
    /// The row's own peer, and its wallet or login.
    pub destination: Option<Peer>,
    pub wallet: String,
    /// Peers of the process, of all its connections and mining sessions.
    pub peers: Vec<Peer>,
    /// Logins of its mining sessions, one each; empty where a session showed none.
    pub logins: Vec<String>,
    /// Whether one of its mining sessions names a wallet with a right checksum.
    pub valid_wallet: bool,
    /// YARA rules that match the file.
    pub rules: Vec<String>,
    /// Evidence classes of all rows about the same process.
    pub classes: Vec<String>,
}

/// An end of a connection.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Peer {
    /// A name, a URL or an address.
    pub name: String,
    pub ip: String,
    pub port: Option<u16>,
    /// The pool that the hunt names, if any; of a process' peer `local` where it is the machine itself or its resolver, `listens` where it is none yet.
    pub pool: String,
}
