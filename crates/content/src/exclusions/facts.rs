//! Whether the facts that a policy asks for can be read, each for itself.

use super::fault::Faults;
use super::policy::{Destination, Must, MustNot, Policy};
use super::recurrence::MAX_INTERVALS;
use super::values;

type Lists<'a> = Vec<(&'static str, &'a Option<Vec<String>>)>;

impl Must {
    fn lists(&self) -> Lists<'_> {
        vec![
            ("host_group", &self.host_group),
            ("path", &self.path),
            ("sha256", &self.sha256),
            ("signer", &self.signer),
            ("package", &self.package),
            ("account", &self.account),
            ("parent", &self.parent),
            ("session", &self.session),
            ("wallet", &self.wallet),
            ("command_line", &self.command_line),
            ("rule", &self.rule),
        ]
    }
}

impl MustNot {
    fn lists(&self) -> Lists<'_> {
        vec![
            ("path", &self.path),
            ("sha256", &self.sha256),
            ("signer", &self.signer),
            ("package", &self.package),
            ("account", &self.account),
            ("parent", &self.parent),
            ("session", &self.session),
            ("host_group", &self.host_group),
            ("wallet", &self.wallet),
        ]
    }
}

impl Policy {
    pub(super) fn check_facts(&self, faults: &mut Faults) {
        check_lists("must", self.must.lists(), faults);
        check_lists("must_not", self.must_not.lists(), faults);
        for (part, destination) in [("must", &self.must.destination), ("must_not", &self.must_not.destination)] {
            if let Some(destination) = destination {
                check_destination(part, destination, faults);
            }
        }
        let patterns = [
            ("must", "account_pattern", &self.must.account_pattern),
            ("must", "command_line_pattern", &self.must.command_line_pattern),
            ("must_not", "command_line", &self.must_not.command_line),
        ];
        for (part, key, pattern) in patterns.iter().filter_map(|(part, key, p)| Some((*part, *key, p.as_ref()?))) {
            if let Err(error) = regex::Regex::new(pattern) {
                let reason = error.to_string().lines().last().unwrap_or_default().trim().to_owned();
                faults.add(&[part, key], pattern, format!("`{pattern}` is not a regex ({reason})"), "write it in the syntax of RE2");
            }
        }
        self.check_windows(faults);
    }

    fn check_windows(&self, faults: &mut Faults) {
        let Some(windows) = &self.must.window else { return };
        let keys = &["must", "window"];
        if windows.is_empty() {
            faults.add(keys, "", "`window` is empty", "leave it out, or name one");
        }
        let mut count = 0;
        for window in windows {
            // The first part of it that is written down tells its line.
            let item = [&window.rrule, &window.cron, &window.from, &window.zone].into_iter().find(|text| !text.is_empty());
            let item = item.map_or("", String::as_str);
            if let Err(reason) = window.check() {
                let sound = match (window.rrule.is_empty(), window.cron.is_empty()) {
                    (false, _) => "rrule: 'FREQ=MONTHLY;BYDAY=1SA;BYHOUR=22;BYMINUTE=0', minutes: 120",
                    (_, false) => "cron: '0 3 * * 1-5', minutes: 120",
                    _ => "days: [mon, tue], from: '03:00', to: '05:00'",
                };
                faults.add(keys, item, reason, format!("write it as {{zone: Europe/Berlin, {sound}}}"));
                continue;
            }
            let known = self.must.host_group.as_ref().is_none_or(|groups| groups.contains(&window.host_group));
            if !window.host_group.is_empty() && !known {
                let what = format!("the window's host group `{}` is not among `host_group`", window.host_group);
                faults.add(keys, &window.host_group, what, "name it there as well");
            }
            let Some((from, until)) = self.span().filter(|(from, until)| from < until) else { continue };
            match window.intervals(from, until) {
                Ok(intervals) if intervals.is_empty() => {
                    faults.add(keys, item, "the window never opens while the policy is valid", "take another rule, or a longer validity");
                }
                Ok(intervals) => count += intervals.len(),
                Err(reason) => faults.add(keys, item, reason, "take a window that opens less often"),
            }
        }
        if count > MAX_INTERVALS {
            let what = format!("the policy's windows make {count} intervals, more than {MAX_INTERVALS}");
            faults.add(keys, "", what, "take fewer, longer windows or an earlier end");
        }
    }
}

fn check_lists(part: &'static str, lists: Lists<'_>, faults: &mut Faults) {
    for (key, list) in lists.into_iter().filter_map(|(key, list)| Some((key, list.as_ref()?))) {
        // An empty list would ask for nothing, which nobody means who writes it.
        if list.is_empty() || list.iter().any(|item| item.trim().is_empty()) {
            faults.add(&[part, key], "", format!("`{key}` is empty, or has an empty item"), "leave it out, or name what is meant");
        }
        for item in list.iter().filter(|item| !item.trim().is_empty()) {
            let checked = match key {
                "path" => values::path(item),
                "parent" => values::parent(item),
                "sha256" => values::sha256(item),
                "session" => values::session(item),
                "host_group" | "account" | "signer" | "package" | "rule" => values::whole(key, item),
                "command_line" if item.chars().all(|c| matches!(c, '*' | '?' | '.')) => values::whole(key, item),
                _ => Ok(()),
            };
            if let Err((what, remedy)) = checked.and_then(|()| values::one_line(item)) {
                faults.add(&[part, key], item.lines().next().unwrap_or_default(), what, remedy);
            }
        }
    }
}

fn check_destination(part: &'static str, destination: &Destination, faults: &mut Faults) {
    let Destination { hosts, networks, ports } = destination;
    let at = |key| [part, "destination", key];
    if hosts.is_none() && networks.is_none() && ports.is_none() {
        faults.add(&[part, "destination"], "", "the destination names no host, network or port", "name what is meant, or leave it out");
    }
    let empty = |list: &Option<Vec<String>>| list.as_ref().is_some_and(|l| l.is_empty() || l.iter().any(|item| item.trim().is_empty()));
    for (key, empty) in [("hosts", empty(hosts)), ("networks", empty(networks)), ("ports", ports.as_ref().is_some_and(Vec::is_empty))] {
        if empty {
            faults.add(&at(key), "", format!("`{key}` is empty, or has an empty item"), "leave it out, or name what is meant");
        }
    }
    for host in hosts.iter().flatten().filter(|h| !h.trim().is_empty()) {
        if let Err((what, remedy)) = values::host(host) {
            faults.add(&at("hosts"), host, what, remedy);
        }
    }
    for network in networks.iter().flatten().filter(|n| !n.trim().is_empty()) {
        if let Err((what, remedy)) = values::network(network) {
            faults.add(&at("networks"), network, what, remedy);
        }
    }
    if ports.iter().flatten().any(|port| *port == 0) {
        faults.add(&at("ports"), "0", "0 is no port", "name the port");
    }
}
