//! Whether the facts that a policy asks for make sense, each for itself.

use super::policy::{Fault, Must};
use std::net::Ipv4Addr;

impl Must {
    pub(super) fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut fault = |at: &str, reason: String| faults.push(Fault { at: at.to_owned(), reason });
        let destination = self.destination.clone().unwrap_or_default();
        let lists = [
            ("host_group", &self.host_group),
            ("path", &self.path),
            ("sha256", &self.sha256),
            ("signer", &self.signer),
            ("account", &self.account),
            ("parent", &self.parent),
            ("wallet", &self.wallet),
            ("hosts", &destination.hosts),
            ("networks", &destination.networks),
        ];
        for (name, list) in lists {
            // An empty list would ask for nothing, which nobody means who writes it.
            if list.as_ref().is_some_and(|l| l.is_empty() || l.iter().any(|item| item.trim().is_empty())) {
                fault(&format!("{name}:"), format!("`{name}` is empty, or has an empty item: leave it out, or name what is allowed"));
            }
        }
        if destination.ports.as_ref().is_some_and(Vec::is_empty) {
            fault("ports:", "`ports` is empty: leave it out, or name what is allowed".to_owned());
        }
        for path in self.path.iter().flatten() {
            if let Err(reason) = check_path(path) {
                fault(path, reason);
            }
        }
        for hash in self.sha256.iter().flatten() {
            if hash.len() != 64 || !hash.bytes().all(|b| b.is_ascii_hexdigit()) {
                fault(hash, format!("`{hash}` is not a SHA-256 (64 hexadecimal digits)"));
            }
        }
        for host in destination.hosts.iter().flatten() {
            let port = host.rsplit_once(':').filter(|(name, _)| !name.is_empty()).and_then(|(_, port)| port.parse::<u16>().ok());
            if port.is_none_or(|p| p == 0) {
                fault(host, format!("`{host}` is not a name with a port, as pool.example.com:3333"));
            }
        }
        for network in destination.networks.iter().flatten() {
            if !is_network(network) {
                fault(network, format!("`{network}` is not an IPv4 network, as 10.0.0.0/8"));
            }
        }
        match &self.window {
            Some(windows) if windows.is_empty() => fault("window:", "`window` is empty: leave it out, or name one".to_owned()),
            windows => {
                for window in windows.iter().flatten() {
                    if let Err(reason) = window.check() {
                        fault("window:", reason);
                    }
                    let known = self.host_group.as_ref().is_none_or(|groups| groups.contains(&window.host_group));
                    if !window.host_group.is_empty() && !known {
                        fault(&window.host_group, format!("the window's host group `{}` is not among `host_group`", window.host_group));
                    }
                }
            }
        }
        faults
    }
}

/// A whole path from its root, or a folder below the root with `*` at its end.
fn check_path(path: &str) -> Result<(), String> {
    let bare = path.strip_suffix('*').unwrap_or(path);
    let below_root = match bare.as_bytes() {
        [b'/', rest @ ..] => !rest.is_empty(),
        [drive, b':', b'\\', rest @ ..] => drive.is_ascii_alphabetic() && !rest.is_empty(),
        _ => false,
    };
    if !below_root {
        return Err(format!("`{path}` is not a full path below the root"));
    }
    if bare.contains(['*', '?']) || (bare.len() < path.len() && !bare.ends_with(['/', '\\'])) {
        return Err(format!("`{path}`: `*` may stand only at the end, after a separator"));
    }
    if bare.split(['/', '\\']).any(|part| part == "..") {
        return Err(format!("`{path}` has `..` in it"));
    }
    Ok(())
}

fn is_network(text: &str) -> bool {
    let (address, length) = text.split_once('/').unwrap_or((text, "32"));
    address.parse::<Ipv4Addr>().is_ok() && length.parse::<u8>().is_ok_and(|l| l <= 32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exclusions::policy::{Destination, Window};

    fn reasons(must: &Must) -> Vec<String> {
        must.faults().into_iter().map(|f| f.reason).collect()
    }

    fn list(items: &[&str]) -> Option<Vec<String>> {
        Some(items.iter().map(|i| (*i).to_owned()).collect())
    }

    #[test]
    fn each_mistake_is_named() {
        let window = Window {
            zone: "UTC".into(),
            days: vec!["sat".into()],
            from: "22:00".into(),
            to: "24:00".into(),
            host_group: "other".into(),
            grace_minutes: 0,
            ..Window::default()
        };
        let must = Must {
            host_group: list(&["lab"]),
            path: list(&["/opt/*/x", "*", "bin/x", "/opt/../x", "/opt/x*", r"C:\", "/"]),
            sha256: list(&["abc"]),
            account: list(&[]),
            destination: Some(Destination {
                hosts: list(&["pool.example.com", ":1"]),
                networks: list(&["10.0.0.0/99"]),
                ports: Some(Vec::new()),
            }),
            window: Some(vec![window]),
            ..Must::default()
        };
        let reasons = reasons(&must);
        for part in [
            "/opt/*/x",
            "`*`",
            "bin/x",
            "/opt/../x",
            "/opt/x*",
            r"C:\`",
            "`/`",
            "abc",
            "`account`",
            "pool.example.com",
            "`:1`",
            "/99",
            "`ports`",
            "`other`",
        ] {
            assert!(reasons.iter().any(|r| r.contains(part)), "{part} is not in {reasons:?}");
        }
        assert_eq!(reasons.len(), 14);
    }

    #[test]
    fn sound_facts_have_no_faults() {
        let must = Must {
            path: list(&[r"C:\Program Files\Veeam\*", "/usr/bin/rsync", "/opt/x/*"]),
            sha256: list(&[&"a".repeat(64)]),
            destination: Some(Destination { networks: list(&["10.99.0.5/32", "10.0.0.1"]), ..Destination::default() }),
            ..Must::default()
        };
        assert_eq!(reasons(&must), Vec::<String>::new());
    }
}
