//! How far an impostor is: the single change of an approved row that no fact of the policy sees.

use super::super::policy::Policy;
use super::super::weights::{Control, weights};
use std::fmt;

/// One thing that is different from the approved row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub what: &'static str,
    /// Who can make it.
    pub by: Control,
    /// The facts of the policy that fail then.
    pub seen_by: Vec<&'static str>,
}

/// All single changes, the cheapest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distance {
    pub changes: Vec<Change>,
}

/// What changes, who can make it so, and the facts that fail then. `claimed` stands for the evidence that a mining session leaves, where its classes are not claimed.
const CHANGES: [(&str, Control, &[&str]); 14] = [
    ("another command line", Control::Attacker, &["command_line"]),
    ("a child process of the program", Control::Attacker, &["path", "sha256", "signer", "package", "parent"]),
    (
        "another wallet at the same pool",
        Control::Attacker,
        &["wallet", "no_mining_protocol", "no_valid_wallet", "offline", "claimed_session"],
    ),
    ("another pool", Control::Attacker, &["destination", "no_mining_protocol", "offline", "claimed_pool"]),
    ("another port of the same peer", Control::Attacker, &["destination_port", "offline"]),
    ("the same program at another path", Control::Attacker, &["path", "package"]),
    ("another parent: started by hand or by a web shell", Control::Attacker, &["parent"]),
    ("another session: a log-on in place of the service", Control::Attacker, &["session", "parent"]),
    ("another hour", Control::Attacker, &["window"]),
    ("another YARA rule that matches", Control::Attacker, &["rule", "claimed_yara"]),
    ("another account", Control::Root, &["account"]),
    ("another program at the right path", Control::Root, &["sha256", "signer", "package"]),
    ("another host", Control::Root, &["host_group", "window_group"]),
    ("a changed program of the same maker", Control::SupplyChain, &["sha256"]),
];

/// What can be different about a file that nobody runs; at another path the same bytes are the same file.
const OF_FILES: [&str; 4] =
    ["another YARA rule that matches", "another program at the right path", "another host", "a changed program of the same maker"];

impl Distance {
    pub fn of(policy: &Policy) -> Self {
        let sees = |fact: &&&str| sees(policy, fact);
        let of_files = policy.explains.iter().all(|class| class == "yara_file");
        let mut changes: Vec<Change> = CHANGES
            .iter()
            .filter(|(what, ..)| !of_files || OF_FILES.contains(what))
            .map(|(what, by, facts)| Change {
                what: worded(policy, what),
                by: *by,
                seen_by: facts.iter().filter(sees).map(|fact| plain(fact)).collect(),
            })
            .collect();
        changes.sort_by_key(|change| change.by);
        Self { changes }
    }

    /// Changes that let an impostor through, the cheapest first.
    pub fn unseen(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.seen_by.is_empty())
    }

    /// The cheapest change in whose way one fact stands alone.
    pub fn weakest(&self) -> Option<&Change> {
        self.changes.iter().find(|change| change.seen_by.len() == 1)
    }
}

/// In a line, as `exclusion lint` prints it.
impl fmt::Display for Distance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut unseen = self.unseen();
        if let Some(first) = unseen.next() {
            write!(f, "one change lets an impostor through: {} (by {})", first.what, first.by.name())?;
            return unseen.try_for_each(|more| write!(f, "; {} (by {})", more.what, more.by.name()));
        }
        match self.weakest() {
            Some(change) => {
                let fact = change.seen_by.first().copied().unwrap_or_default();
                write!(f, "every single change is seen; `{fact}` alone stands in the way of: {} (by {})", change.what, change.by.name())
            }
            None => f.write_str("every single change is seen by two facts or more"),
        }
    }
}

/// What a policy forbids on a command line it sees, the rest not.
fn worded(policy: &Policy, what: &'static str) -> &'static str {
    match what {
        "another command line" if policy.must_not.command_line.is_some() => "another command line than those that `must_not` forbids",
        what => what,
    }
}

/// Whether the policy asks for what would see the change.
fn sees(policy: &Policy, fact: &str) -> bool {
    let claims = |classes: &[&str]| policy.explains.iter().any(|class| classes.contains(&class.as_str()));
    match fact {
        "no_mining_protocol" => policy.must_not.mining_protocol,
        "no_valid_wallet" => policy.must_not.valid_wallet,
        "offline" => policy.must_not.online,
        "claimed_session" => !claims(&["stratum_payload"]),
        "claimed_pool" => !claims(&["pool_dns", "pool_connection", "pool_tls", "stratum_payload"]),
        "claimed_yara" => !claims(&["yara_file", "yara_memory"]),
        "destination_port" => {
            policy.must.destination.as_ref().is_some_and(|d| d.ports.is_some() || (d.hosts.is_some() && d.networks.is_none()))
        }
        // Windows that are each for a group see a host of another.
        "window_group" => policy.must.window.as_ref().is_some_and(|windows| windows.iter().all(|w| !w.host_group.is_empty())),
        fact => weights(policy).iter().any(|w| w.fact == fact),
    }
}

/// The fact as [`super::super::judge()`] names it.
fn plain(fact: &'static str) -> &'static str {
    match fact {
        "claimed_session" | "claimed_pool" | "claimed_yara" => "claimed",
        "destination_port" => "destination",
        "window_group" => "window",
        fact => fact,
    }
}
