//! A subject as evidence: the records that make the stored function `PoolhoundExplain` see exactly that row of a hunt.
//!
//! The row itself is a record of the table [`ROWS`]; [`explained_rows`] is the query that judges all of them. What a row can say itself it says by turns alone, together with
//! the endpoint's record of the process, or leaves to that record; what only records can say (peers, logins, session, groups, who vouches) is in the tables that the function reads.
//!
//! Not every subject can be had: session and the parent's own parent are in the record of a process with a path, peers and logins belong to a process that is known, packages
//! to a path, and rules to a row of `yara_file`. What a subject says beyond that is left out.

use super::judge_lists::account_key;
use super::subject::{Peer, Subject};
use model::{KqlType, ticks};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The rows to be judged.
pub const ROWS: &str = "PoolhoundRow_CL";

/// Columns of a hunt's rows, as the function takes them.
const COLUMNS: [(&str, KqlType); 29] = {
    use KqlType::{DateTime, Int, Long, Real, String as Text};
    [
        ("HuntId", Text),
        ("EvidenceClass", Text),
        ("TimeGenerated", DateTime),
        ("Host", Text),
        ("HostIp", Text),
        ("Account", Text),
        ("ProcessName", Text),
        ("ProcessPath", Text),
        ("CommandLine", Text),
        ("SHA256", Text),
        ("SHA1", Text),
        ("FilePath", Text),
        ("Domain", Text),
        ("RemoteIp", Text),
        ("RemotePort", Int),
        ("Pool", Text),
        ("Wallet", Text),
        ("Outcome", Text),
        ("Count", Long),
        ("LastSeen", DateTime),
        ("Bytes", Long),
        ("DurationSeconds", Real),
        ("ParentName", Text),
        ("ParentPath", Text),
        ("GrandparentName", Text),
        ("ParentCommandLine", Text),
        ("ProcessUniqueId", Text),
        ("Severity", Text),
        ("Detail", Text),
    ]
};

/// The rows of [`ROWS`] under the function's signature, each with its verdict.
pub fn explained_rows() -> String {
    let columns = COLUMNS.iter().map(|(name, kind)| {
        let (convert, missing) = match kind {
            KqlType::DateTime => ("todatetime", "datetime(null)"),
            KqlType::Int => ("toint", "int(null)"),
            KqlType::Long => ("tolong", "long(null)"),
            KqlType::Real => ("toreal", "real(null)"),
            _ => ("tostring", "''"),
        };
        format!("{name} = {convert}(column_ifexists('{name}', {missing}))")
    });
    format!("{ROWS} | project {} | invoke PoolhoundExplain()", columns.collect::<Vec<_>>().join(", "))
}

/// Evidence of a subject, each record with its table. `HuntId` of its row is `row-n`; host and process are of their own, so that subjects do not mix.
pub fn stage(n: usize, subject: &Subject) -> Vec<(&'static str, Value)> {
    stage_at(n, subject, &subject.path)
}

/// The same where the endpoint's record of the process lies at `place`, whatever path the row says: the function reads no records of other places than those
/// that policies name.
pub fn stage_at(n: usize, subject: &Subject, place: &str) -> Vec<(&'static str, Value)> {
    let place = if subject.path.is_empty() || !subject.process_known { "" } else { place };
    let alone = place.is_empty() || n % 3 == 1;
    let mut stage = Stage {
        n,
        s: subject,
        place,
        // A scan of a file tells its digest itself: no process needs to be known for it.
        by_row: alone || n.is_multiple_of(3) || subject.evidence_class == "yara_file",
        by_record: !alone,
        sha1: format!("{n:040x}"),
        md5: format!("{n:032x}"),
        records: Vec::new(),
    };
    stage.row(&subject.evidence_class, &format!("row-{n}"));
    stage.groups();
    stage.vouched();
    stage.rights();
    stage.matches();
    if subject.process_known {
        stage.process();
        stage.peers();
        for class in subject.classes.iter().filter(|class| **class != subject.evidence_class) {
            stage.row(class, &format!("beside-{n}"));
        }
    }
    stage.records
}

struct Stage<'a> {
    n: usize,
    s: &'a Subject,
    /// Where the endpoint's record says that the process lies; empty where the record is not to be read.
    place: &'a str,
    by_row: bool,
    by_record: bool,
    sha1: String,
    md5: String,
    records: Vec<(&'static str, Value)>,
}

impl Stage<'_> {
    fn device(&self) -> String {
        // Names of hosts are compared without case.
        if self.n.is_multiple_of(2) { format!("host-{}", self.n) } else { format!("HOST-{}", self.n) }
    }

    /// The name in the endpoint's tables: the full one at times, where a sensor knows the short one.
    fn endpoint(&self) -> String {
        if self.n.is_multiple_of(5) { format!("{}.lab.example", self.device()) } else { self.device() }
    }

    fn time(&self) -> Option<String> {
        self.s.first.map(ticks::iso)
    }

    fn add(&mut self, table: &'static str, record: Value) {
        self.records.push((table, record));
    }

    fn row(&mut self, class: &str, id: &str) {
        let s = self.s;
        let said = |text: &str| if self.by_row { text.to_owned() } else { String::new() };
        let path = if self.by_row || self.place != s.path { s.path.as_str() } else { "" };
        let file = if class == "yara_file" { s.path.as_str() } else { "" };
        let Peer { name, ip, port, pool } = s.destination.clone().unwrap_or_default();
        let process = if s.process_known { format!("p{}", self.n) } else { String::new() };
        // A row that names no process at all would be given the one that connected.
        let record = json!({"HuntId": id, "EvidenceClass": class, "TimeGenerated": self.time(), "LastSeen": s.last.map(ticks::iso), "Host": format!("host-{}", self.n),
            "ProcessName": "program", "ProcessPath": path, "FilePath": file, "Account": said(&s.account), "CommandLine": said(&s.command_line), "SHA256": said(&s.sha256),
            "SHA1": said(&self.sha1), "ParentPath": said(&s.parent), "GrandparentName": said(&s.grandparent), "ParentCommandLine": said(&s.parent_command_line),
            "ProcessUniqueId": process, "Domain": name, "RemoteIp": ip, "RemotePort": port, "Pool": pool, "Wallet": s.wallet});
        self.add(ROWS, record);
    }

    /// The endpoint's record of the process, its session, and the start of its parent.
    fn process(&mut self) {
        let (n, s) = (self.n, self.s);
        let said = |text: &str| if self.by_record { text.to_owned() } else { String::new() };
        // The record's own group is the only one.
        let group = s.groups.iter().flatten().next().filter(|_| self.by_record && !self.by_row && s.groups.iter().flatten().count() == 1);
        let start = json!({"TimeGenerated": self.time(), "DeviceName": self.endpoint(), "ActionType": "ProcessCreated", "FolderPath": self.place, "SHA256": said(&s.sha256),
            "SHA1": said(&self.sha1), "MD5": self.md5, "ProcessUniqueId": format!("p{n}"), "ProcessCommandLine": said(&s.command_line), "AccountName": said(&s.account),
            "LogonId": n, "ProcessCreationTime": s.started.map(ticks::iso), "InitiatingProcessFolderPath": said(&s.parent), "InitiatingProcessParentFileName": said(&s.grandparent),
            "InitiatingProcessCommandLine": said(&s.parent_command_line), "InitiatingProcessUniqueId": format!("q{n}"), "MachineGroup": group});
        self.add("DeviceProcessEvents", start);
        if !s.session.is_empty() {
            let kind: String = s.session.split('_').map(capital).collect();
            let logon = json!({"TimeGenerated": self.time(), "DeviceName": self.endpoint(), "ActionType": "LogonSuccess", "LogonId": n, "LogonType": kind,
                "AccountName": account_key(&s.account).to_ascii_uppercase()});
            self.add("DeviceLogonEvents", logon);
        }
        if !s.grandparent_path.is_empty() {
            let parent = json!({"TimeGenerated": self.time(), "DeviceName": self.endpoint(), "ActionType": "ProcessCreated", "FolderPath": s.parent,
                "ProcessUniqueId": format!("q{n}"), "InitiatingProcessFolderPath": s.grandparent_path});
            self.add("DeviceProcessEvents", parent);
        }
    }

    fn groups(&mut self) {
        let Some(groups) = &self.s.groups else { return };
        for group in groups.iter().map(String::as_str).chain(groups.is_empty().then_some("")) {
            for device in BTreeSet::from([self.device(), self.endpoint()]) {
                let info = json!({"TimeGenerated": self.time(), "DeviceName": device, "MachineGroup": group});
                self.add("DeviceInfo", info);
            }
        }
    }

    /// What the inventory says of the file, or of a folder above it.
    fn rights(&mut self) {
        let path = &self.s.path;
        let folder = path.rfind(['/', '\\']).and_then(|at| path.get(..at)).filter(|folder| !folder.is_empty());
        let place = if self.n.is_multiple_of(2) { folder.unwrap_or(path) } else { path };
        if !place.is_empty() {
            let by = if self.s.others_write { "user 1001" } else { "" };
            let file = json!({"TimeGenerated": self.time(), "Computer": self.device(), "FilePath": place, "WritableBy": by});
            self.add("PoolhoundFile_CL", file);
        }
    }

    fn vouched(&mut self) {
        let s = self.s;
        for signer in s.signers.iter().flat_map(|list| list.iter().map(String::as_str).chain(list.is_empty().then_some(""))) {
            let signed = !signer.is_empty();
            let info = json!({"TimeGenerated": self.time(), "DeviceName": self.device(), "SHA1": self.sha1, "IsSigned": signed, "IsTrusted": signed, "Signer": signer});
            self.add("DeviceFileCertificateInfo", info);
        }
        // By MD5 where there is no whole SHA-256; that is in the record alone.
        let Some(packages) = s.packages.as_ref().filter(|_| !s.path.is_empty() && (s.sha256.len() == 64 || !self.place.is_empty())) else {
            return;
        };
        let by_md5 = s.sha256.len() != 64 || (self.n.is_multiple_of(2) && !self.place.is_empty());
        for package in packages.iter().map(String::as_str).chain(packages.is_empty().then_some("another")) {
            let (sha256, md5) = match (packages.is_empty(), by_md5) {
                (true, _) => ("0".repeat(64), "f".repeat(32)),
                (false, true) => (String::new(), self.md5.clone()),
                (false, false) => (s.sha256.clone(), String::new()),
            };
            let file = json!({"TimeGenerated": self.time(), "Computer": self.device(), "Package": package, "FilePath": s.path, "SHA256": sha256, "MD5": md5});
            self.add("PoolhoundPackage_CL", file);
        }
    }

    fn matches(&mut self) {
        for rule in &self.s.rules {
            let matched = json!({"TimeGenerated": self.time(), "Computer": self.device(), "FilePath": self.s.path, "RuleName": rule});
            self.add("PoolhoundYara_CL", matched);
        }
    }

    /// Its connections, and its mining sessions, each with a peer of the process.
    fn peers(&mut self) {
        let (n, s) = (self.n, self.s);
        let folder = if n.is_multiple_of(2) { "" } else { self.place };
        let unknown = Peer::default();
        for (k, login) in s.logins.iter().enumerate() {
            let Peer { name, ip, port, .. } = k.checked_rem(s.peers.len()).and_then(|k| s.peers.get(k)).unwrap_or(&unknown);
            let session = json!({"TimeGenerated": self.time(), "Computer": self.device(), "ProcessUniqueId": format!("p{n}"), "DstHostname": name, "DstIpAddr": ip,
                "DstPortNumber": port, "Role": "miner", "Login": login,
                "Wallet": if s.valid_wallet && k == 0 { login.as_str() } else { "" }});
            self.add("PoolhoundStratum_CL", session);
        }
        // The endpoint need not see what the sensor on the network saw.
        let seen = if n.is_multiple_of(2) { 0 } else { s.logins.len() };
        for Peer { name, ip, port, .. } in s.peers.iter().skip(seen) {
            let connection = json!({"TimeGenerated": self.time(), "DeviceName": self.endpoint(), "ActionType": "ConnectionSuccess", "RemoteUrl": name, "RemoteIP": ip,
                "RemotePort": port, "InitiatingProcessFolderPath": folder, "InitiatingProcessUniqueId": format!("p{n}")});
            self.add("DeviceNetworkEvents", connection);
        }
    }
}

/// `remote` as a word of `RemoteInteractive`.
fn capital(word: &str) -> String {
    let mut rest = word.chars();
    rest.next().into_iter().flat_map(char::to_uppercase).chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_the_signature_of_the_stored_function() {
        let library = crate::Library::embedded().unwrap();
        let function = library.functions.iter().find(|f| &*f.name == "PoolhoundExplain").unwrap();
        let own = COLUMNS.map(|(name, kind)| format!("{name}:{}", kind.name())).join(", ");
        assert_eq!(*function.parameters, format!("T:({own})"));
    }
}
