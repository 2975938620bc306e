//! Programs that vouch for themselves only, and not for what they are told to run.

use super::super::fault::Faults;
use super::super::policy::Policy;
use super::super::values;
use super::lists;
use super::runners::{FOLDERS, HOSTS, LOADERS, PACKAGES, runs_what_it_is_told, starts_anything};
use std::collections::BTreeSet;
use std::sync::OnceLock;

impl Policy {
    pub(super) fn check_programs(&self, faults: &mut Faults) {
        // Whole command lines say what is run; a pattern of one leaves room for something else.
        let told = self.must.command_line.is_some();
        const REMEDY: &str =
            "list the whole command lines that are approved below `command_line` (no pattern), or approve a program that does one thing";
        for path in self.must.path.iter().flatten().filter(|path| values::path(path).is_ok()) {
            if !told && let Some(name) = runner(path) {
                let what =
                    format!("`{path}` runs what it is told: hash, signer and package vouch for {name}, and not for what {name} runs");
                faults.add(&["must", "path"], path, what, REMEDY);
            }
            let of = self.scenario().map_or("", |scenario| scenario.name);
            if matches!(self.scenario, Some(3 | 4)) && path.split(['/', '\\']).any(of_miner) {
                let what = format!("`{path}` has the name of a miner, and no {of} is one");
                faults.add(&["must", "path"], path, what, "name the node's or the backup's own program; mining is scenario 1, 2 or 5");
            }
            if self.scenario == Some(5) && of_miner(path) {
                let what = format!("`{path}` has the name of a miner, and what a course shows is a simulation");
                faults.add(&["must", "path"], path, what, "name the course's own simulator; mining is scenario 1 or 2");
            }
        }
        let files = self.explains.iter().all(|class| class == "yara_file");
        for (key, makers) in [("signer", &self.must.signer), ("package", &self.must.package)] {
            if let Some(maker) = makers.iter().flatten().next()
                && self.must.path.is_none()
                && self.must.sha256.is_none()
                && !files
            {
                let what = format!("`{maker}` vouches for all of its programs, wherever they lie: shells and interpreters, too");
                faults.add(&["must", key], maker, what, "add the program's `path`, or its `sha256`");
            }
        }
        if !told && self.must.path.is_none() {
            for package in self.must.package.iter().flatten().filter(|package| of_runner(package)) {
                let what = format!(
                    "the package `{package}` is that of an interpreter or a launcher: it vouches for the program, and not for what it runs"
                );
                faults.add(&["must", "package"], package, what, REMEDY);
            }
        }
        for parent in self.must.parent.iter().flatten() {
            let (own, above) = parent.split_once('<').unwrap_or((parent, ""));
            let service = own.contains('?');
            let own = own.split('?').next().unwrap_or_default();
            let host = [own, above].into_iter().find(|path| is_host(path)).or_else(|| starter(own, above.is_empty()).then_some(own));
            if let Some(host) = host {
                let what = format!("the parent `{parent}`: {} starts what anybody leaves in a web site or tells it", file_name(host));
                faults.add(
                    &["must", "parent"],
                    parent,
                    what,
                    "name the service manager or the scheduler that starts the program, as /usr/lib/systemd/systemd",
                );
            } else if service && (file_name(own) != "svchost" || own.to_lowercase().contains("syswow64")) {
                let what = format!(
                    "the parent `{parent}`: svchost.exe in System32 alone runs services by name, so that it never explains anything"
                );
                faults.add(&["must", "parent"], parent, what, r"name it as C:\Windows\System32\svchost.exe?Schedule");
            } else if file_name(own) == "svchost" && !service {
                let what = format!("the parent `{parent}` is any service of Windows");
                faults.add(&["must", "parent"], parent, what, r"name the service, as C:\Windows\System32\svchost.exe?Schedule");
            }
        }
    }
}

/// The last part of a path, in lower case and without `.exe`.
fn file_name(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
    name.strip_suffix(".exe").map(str::to_owned).unwrap_or(name)
}

/// `python3.11` is `python`, `php-fpm8.2` is `php-fpm`; what is nothing but a version stays.
fn without_version(name: &str) -> &str {
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '_'));
    if bare.is_empty() { name } else { bare }
}

/// The interpreter or launcher that a path is.
fn runner(path: &str) -> Option<String> {
    if let Some(folder) = path.strip_suffix('*') {
        let mut parts = folder.split(['/', '\\']).map(str::to_lowercase);
        return parts.find(|part| FOLDERS.contains(&part.as_str()));
    }
    let name = file_name(path);
    let bare = without_version(&name);
    // The loader of programs starts any file that it is given, wherever that lies.
    let loader = ["ld-linux", "ld-musl", "ld.so", "ld64.so"].iter().any(|start| name.starts_with(start))
        || (name.starts_with("ld-") && name.contains(".so"));
    // An emulator of programs for each machine.
    let loader = loader || name.starts_with("qemu-");
    let known = loader || runs_what_it_is_told(bare) || runs_what_it_is_told(&name) || LOADERS.contains(&name.as_str());
    known.then_some(name)
}

/// A launcher that is known by what started it is as good as that.
fn starter(path: &str, alone: bool) -> bool {
    let name = file_name(path);
    starts_anything(without_version(&name), alone) || starts_anything(&name, alone)
}

fn is_host(path: &str) -> bool {
    let name = file_name(path);
    HOSTS.contains(&without_version(&name)) || HOSTS.contains(&name.as_str())
}

/// `python3.12-minimal`, `openjdk-17-jre`, `perl-base`.
fn of_runner(package: &str) -> bool {
    let name = package.trim().to_lowercase();
    PACKAGES.iter().any(|start| {
        name.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with(|c: char| !c.is_alphabetic() && c != '_'))
    })
}

/// Whether a file or a folder is called as miners are, or as those who hide them call them: after threads of the kernel.
fn of_miner(path: &str) -> bool {
    const DISGUISES: [&str; 8] = ["kswapd0", "kthreadd", "kthreaddi", "kworker", "ksoftirqd", "kdevtmpfsi", "kinsing", "watchdogd"];
    let name = file_name(path);
    miners().contains(&name) || DISGUISES.contains(&name.as_str())
}

/// File names of miners and their proxies, in lower case and without `.exe`.
fn miners() -> &'static BTreeSet<String> {
    static NAMES: OnceLock<BTreeSet<String>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let Some(list) = lists::embedded("MinerNames") else { return BTreeSet::new() };
        let (Some(name), Some(kind)) = (lists::column(&list, "Name"), lists::column(&list, "Kind")) else { return BTreeSet::new() };
        let miner = |row: &&Vec<String>| row.get(kind).is_some_and(|kind| kind != "node");
        list.rows.iter().filter(miner).filter_map(|row| Some(row.get(name)?.to_lowercase())).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpreters_and_launchers_by_any_version() {
        for path in [
            "/usr/bin/perl",
            "/usr/bin/perl5.36.0",
            "/usr/bin/python3.11",
            "/bin/bash",
            "/usr/bin/php8.2",
            "/usr/sbin/php-fpm8.2",
            "/usr/bin/lua5.4",
            "/lib64/ld-linux-x86-64.so.2",
            "/lib/ld-2.31.so",
            "/lib/ld-musl-x86_64.so.1",
            "/usr/bin/tclsh8.6",
            r"C:\Program Files\nodejs\node.exe",
            r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe",
            r"C:\Windows\System32\rundll32.exe",
            r"C:\Windows\System32\SVCHOST.EXE",
            r"C:\Windows\System32\WindowsPowerShell\v1.0\*",
            "/usr/bin/busybox",
            "/usr/bin/env",
            "/usr/bin/docker",
            "/usr/sbin/runc",
        ] {
            assert!(runner(path).is_some(), "{path}");
        }
        for path in [
            "/usr/bin/rsync",
            "/usr/bin/bitcoind",
            "/opt/minex/bin/minexd",
            r"C:\Program Files\Veeam\*",
            r"C:\Program Files\Minex\minexd.exe",
            "/opt/bench/mining-bench",
        ] {
            assert_eq!(runner(path), None, "{path}");
        }
        for (package, is) in [
            ("bash", true),
            ("perl-base", true),
            ("python3.12-minimal", true),
            ("openjdk-17-jre", true),
            ("rsync", false),
            ("bitcoin-core", false),
            ("minex", false),
            ("fishing", false),
        ] {
            assert_eq!(of_runner(package), is, "{package}");
        }
        assert!(miners().contains("xmrig") && miners().contains("t-rex") && miners().contains("minerd") && !miners().contains("bitcoind"));
        assert!(starter("/usr/bin/timeout", true) && !starter("/usr/bin/timeout", false) && starter("/usr/sbin/mysqld", false));
        assert!(
            starter("/usr/bin/python3.11", true) && starter(r"C:\Windows\System32\wbem\WmiPrvSE.exe", true) && !starter("/bin/sh", true)
        );
        assert!(!starter("/usr/sbin/sshd", true) && !starter("/usr/lib/systemd/systemd", true) && !starter("/usr/sbin/cron", true));
        assert!(is_host("/usr/sbin/apache2") && is_host("nginx") && !is_host("/usr/sbin/cron") && !is_host(""));
    }
}
