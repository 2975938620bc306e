//! What is worth knowing of a policy that is sound.

use super::super::fault::Faults;
use super::super::policy::Policy;
use super::{destinations, paths};
use chrono::{DateTime, Duration, Utc};

/// So long before a policy's end its owner should renew it.
const SOON: i64 = 14;
/// Programs that everybody's commands are started by.
const SHELLS: [&str; 12] =
    ["sh", "bash", "dash", "zsh", "ksh", "fish", "python3", "perl", "cmd.exe", "powershell.exe", "pwsh.exe", "explorer.exe"];

impl Policy {
    pub(super) fn warnings(&self, now: DateTime<Utc>, warnings: &mut Faults) {
        self.warn_of_time(now, warnings);
        self.warn_of_program(warnings);
        self.warn_of_network(warnings);
    }

    fn warn_of_time(&self, now: DateTime<Utc>, warnings: &mut Faults) {
        let Some((from, until)) = self.span() else { return };
        let last = (until - Duration::seconds(1)).date_naive();
        let remedy = "have it approved anew with a new end, or take it away";
        if until <= now {
            let what = format!("the policy ended on {last}: what happened since is open");
            warnings.add(&["valid", "until"], "", what, remedy);
        } else if until <= now + Duration::days(SOON) {
            warnings.add(&["valid", "until"], "", format!("the policy ends within {SOON} days: its last day is {last}"), remedy);
        }
        if from > now {
            let what = format!("the policy begins only on {}", from.date_naive());
            warnings.add(&["valid", "from"], "", what, "nothing, if that is meant");
        }
    }

    fn warn_of_program(&self, warnings: &mut Faults) {
        let must = &self.must;
        if must.sha256.is_some() && must.signer.is_none() && must.package.is_none() {
            let what = "the program is known by its hash alone: the next update needs a new approval";
            warnings.add(&["must", "sha256"], "", what, "rest it on signer or package, which live through updates");
        }
        for path in must.path.iter().flatten().filter(|path| paths::at_drive_root(path)) {
            let what = format!("`{path}`: below a drive's root Windows lets every user change files, unless that right was taken away");
            warnings.add(&["must", "path"], path, what, r"install it below C:\Program Files, or check the folder with icacls");
        }
        for parent in must.parent.iter().flatten().filter(|parent| !parent.contains(['<', '?'])) {
            let name = parent.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
            if SHELLS.contains(&name.as_str()) {
                let what = format!("the parent `{parent}` starts what anybody types");
                warnings.add(&["must", "parent"], parent, what, format!("say whose child it is, as {parent}<cron"));
            }
        }
        let yara = self.explains.iter().find(|class| class.starts_with("yara_"));
        if let Some(class) = yara.filter(|_| must.rule.is_none()) {
            let what = format!("{class} is explained whatever rule matches: a miner's own rule as well");
            warnings.add(&["explains"], class, what, "name below `must.rule` the rules that the program is known to match");
        }
    }

    fn warn_of_network(&self, warnings: &mut Faults) {
        let files = self.explains.iter().all(|class| class.starts_with("yara_") || class == "persistence");
        if !files && self.must.destination.is_none() && !self.must_not.online {
            let what = "the program may connect to anybody";
            warnings.add(&["must"], "", what, "add its destinations, or `online: true` below `must_not`");
        }
        for host in self.must.destination.iter().flat_map(|d| d.hosts.iter().flatten()) {
            if let Some((name, provider)) = destinations::dynamic_zone(host) {
                let what = format!("`{name}` lies under a dynamic-DNS zone ({provider}): if its owner lets it go, anybody takes it");
                warnings.add(&["must", "destination", "hosts"], host, what, "name the pool by a domain of its own");
            }
        }
        let contradicts = [
            (self.must_not.mining_protocol, "stratum_payload", "mining_protocol"),
            (self.must_not.online, "pool_connection", "online"),
            (self.must_not.online, "pool_dns", "online"),
        ];
        for (_, class, key) in contradicts.iter().filter(|(forbids, class, _)| *forbids && self.explains.iter().any(|c| c == class)) {
            let what = format!("{class} is never explained, as `must_not.{key}` forbids it");
            warnings.add(&["explains"], class, what, "leave it out");
        }
    }
}
