//! What each kind of approved activity must say, and for how long.

use super::super::fault::Faults;
use super::super::policy::Policy;
use super::super::values::cidr;
use super::super::weights::weights;
use super::destinations::is_private;
use super::pools::{is_mining_port, is_pool, is_pool_port};
use chrono::{DateTime, Days, Duration, Utc};

/// An approved activity, and what a policy for it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scenario {
    pub number: u8,
    pub name: &'static str,
    /// From the approval to the policy's last day.
    pub days: u64,
    /// Of each group one fact.
    pub facts: &'static [&'static [&'static str]],
    /// What no such activity looks like.
    pub never_claims: &'static [&'static str],
    pub offline: bool,
    pub no_mining_protocol: bool,
    /// Its destinations are networks of the company.
    pub private: bool,
}

/// A lab is one network of 256 addresses at most, or a link of IPv6.
const MOST_OF_LAB: u8 = 24;
const MOST_OF_LAB_6: u8 = 64;
/// A policy of no scenario.
const LONGEST: u64 = 92;
/// So long before its approval a policy may begin: to explain what was found before it was written.
const BACKDATED: u64 = 366;

/// The five approved activities.
pub const SCENARIOS: [Scenario; 5] = [
    Scenario {
        number: 1,
        name: "scheduled pool job",
        days: 92,
        facts: &[&["host_group"], &["path"], &["account"], &["parent"], &["destination"], &["wallet"], &["window"]],
        never_claims: &[],
        offline: false,
        no_mining_protocol: false,
        private: false,
    },
    Scenario {
        number: 2,
        name: "benchmark",
        days: 31,
        facts: &[&["host_group"], &["path"], &["parent", "session"], &["window"]],
        never_claims: &[
            "pool_dns",
            "pool_connection",
            "pool_tls",
            "ids_alert",
            "stratum_payload",
            "flow_shape",
            "wallet",
            "yara_memory",
            "persistence",
        ],
        offline: true,
        no_mining_protocol: true,
        private: false,
    },
    Scenario {
        number: 3,
        name: "node or wallet",
        days: 184,
        facts: &[&["host_group"], &["path"], &["account"], &["parent"], &["destination", "destination_ports"]],
        never_claims: &["pool_dns", "pool_connection", "pool_tls", "stratum_payload", "yara_memory"],
        offline: false,
        no_mining_protocol: true,
        private: false,
    },
    Scenario {
        number: 4,
        name: "backup",
        days: 92,
        facts: &[&["host_group"], &["path"], &["account"], &["parent"], &["destination"]],
        never_claims: &["pool_dns", "pool_connection", "pool_tls", "ids_alert", "stratum_payload", "wallet", "yara_memory", "persistence"],
        offline: false,
        no_mining_protocol: true,
        private: false,
    },
    Scenario {
        number: 5,
        name: "teaching",
        days: 200,
        facts: &[&["host_group"], &["path"], &["account"], &["destination"], &["window"]],
        never_claims: &["yara_file", "yara_memory", "persistence"],
        offline: false,
        no_mining_protocol: false,
        private: true,
    },
];

impl Policy {
    pub(in super::super) fn scenario(&self) -> Option<&'static Scenario> {
        SCENARIOS.iter().find(|scenario| Some(scenario.number) == self.scenario)
    }

    pub(super) fn check_scenario(&self, faults: &mut Faults) {
        self.check_length(faults);
        let Some(scenario) = self.scenario() else { return };
        let of = format!("scenario {} ({})", scenario.number, scenario.name);
        let asked = weights(self);
        for any in scenario.facts.iter().filter(|any| !asked.iter().any(|w| any.contains(&w.fact))) {
            let fact = any.join(" or ").replace("destination_ports", "ports");
            faults.add(&["must"], "", format!("{of} needs the fact {fact}"), format!("add {fact} below `must`"));
        }
        for class in self.explains.iter().filter(|class| scenario.never_claims.contains(&class.as_str())) {
            faults.add(&["explains"], class, format!("{of} may not explain {class}: no such activity looks like that"), "leave it out");
        }
        let forbids = [
            (scenario.offline && !self.must_not.online, "online"),
            (scenario.no_mining_protocol && !self.must_not.mining_protocol, "mining_protocol"),
        ];
        for (_, key) in forbids.iter().filter(|(missing, _)| *missing) {
            faults.add(&["must_not"], "", format!("{of} must forbid {key}"), format!("add `{key}: true` below `must_not`"));
        }
        let attended = |kind: &&String| {
            matches!(
                kind.as_str(),
                "interactive" | "remote_interactive" | "cached_interactive" | "cached_remote_interactive" | "unlock" | "cached_unlock"
            )
        };
        if scenario.offline
            && let Some(kind) = self.must.session.iter().flatten().find(|kind| !attended(kind))
        {
            let what = format!("{of} is run by somebody who is there, and `{kind}` is a session of nobody's");
            faults.add(&["must", "session"], kind, what, "name interactive or remote_interactive");
        }
        let speaks = self.explains.iter().any(|class| class == "stratum_payload");
        if scenario.private && speaks && !self.must_not.valid_wallet {
            let what = format!(
                "{of} must forbid valid_wallet where it explains stratum_payload: who mines for a real wallet there learns nothing"
            );
            faults.add(&["must_not"], "", what, "add `valid_wallet: true` below `must_not`");
        }
        let destination = self.must.destination.as_ref();
        if scenario.no_mining_protocol {
            for host in destination.and_then(|d| d.hosts.as_ref()).into_iter().flatten().filter(|host| is_pool(host)) {
                let what = format!("{of} may not go to `{host}`, a mining pool");
                faults.add(&["must", "destination", "hosts"], host, what, "name its own peers alone");
            }
            let public = destination.and_then(|d| d.networks.as_ref()).into_iter().flatten().find(|network| !is_private(network));
            let ports = destination.and_then(|d| d.ports.as_ref());
            if let Some(network) = public.filter(|_| ports.is_none_or(|ports| ports.iter().any(|port| is_mining_port(*port)))) {
                let what = format!("{of} may go to the public network {network} at ports where pools listen");
                faults.add(&["must", "destination", "networks"], network, what, "list the ports of its own protocol beside it");
            }
            let ports = destination.filter(|d| d.hosts.is_none() && d.networks.is_none()).and_then(|d| d.ports.as_ref());
            for port in ports.into_iter().flatten().filter(|port| is_pool_port(**port)) {
                let what = format!("{of} may go to anybody at port {port}, where pools or the web listen");
                faults.add(
                    &["must", "destination", "ports"],
                    &port.to_string(),
                    what,
                    "list the ports of the node's own protocol, or networks with them",
                );
            }
        }
        if scenario.private && destination.is_some_and(|d| d.hosts.is_some() || d.networks.is_none()) {
            let what = format!("{of} may go to networks of the company only: a name can lead anywhere");
            faults.add(&["must", "destination"], "", what, "list networks alone, as 10.99.0.5/32");
        }
        for network in destination.and_then(|d| d.networks.as_ref()).into_iter().flatten() {
            let most = if network.contains(':') { MOST_OF_LAB_6 } else { MOST_OF_LAB };
            if scenario.private && cidr(network).is_some_and(|n| n.prefix_len() < most) {
                let what = format!("{of} may go to all of `{network}`: a relay anywhere in it passes for the lab's pool");
                faults.add(&["must", "destination", "networks"], network, what, "name the lab's own network, as 10.99.0.5/32");
            }
            if scenario.private && !is_private(network) {
                let what = format!("{of} may go to networks of the company only, and `{network}` is public");
                faults.add(&["must", "destination", "networks"], network, what, "name the lab's own network, as 10.99.0.5/32");
            }
        }
    }

    /// Not longer than the scenario allows, from the approval on.
    fn check_length(&self, faults: &mut Faults) {
        let (Some((from, until)), Some(approval)) = (self.span(), self.approval()) else { return };
        let (days, of) = match self.scenario() {
            Some(scenario) => (scenario.days, format!("scenario {} ({})", scenario.number, scenario.name)),
            None => (LONGEST, "a policy of no scenario".to_owned()),
        };
        let last = (until - Duration::seconds(1)).date_naive();
        let Some(longest) = approval.date_naive().checked_add_days(Days::new(days)) else { return };
        if last > longest {
            let what = format!("{of} may hold for {days} days from its approval, and this one holds until {last}");
            faults.add(&["valid", "until"], "", what, format!("end it on {longest} at the latest, and have it approved anew then"));
        }
        if approval >= until {
            faults.add(&["approved"], "", "the policy was approved after its end", "give the day on which it was approved");
        }
        if approval.checked_sub_days(Days::new(BACKDATED)).is_some_and(|earliest| from < earliest) {
            let what = format!("the policy begins more than {BACKDATED} days before its approval");
            faults.add(&["valid", "from"], "", what, "begin it where the activity began that was approved");
        }
    }

    /// What the day tells: nobody approves tomorrow.
    pub(super) fn check_approval_day(&self, now: DateTime<Utc>, faults: &mut Faults) {
        // A day is over at different times around the world.
        let today = now + Duration::days(1);
        if self.approved.is_some() && self.approval().is_some_and(|approval| approval > today) {
            faults.add(&["approved"], "", "the policy says that it was approved on a day to come", "give the day on which it was approved");
        }
    }
}
