//! Who controls each fact: an exclusion is as strong as whoever must be overcome to borrow it.

use super::fault::Faults;
use super::policy::Policy;

/// Who can make a fact true for a program of his own, the cheapest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Control {
    /// Whoever runs a program, with the job's own account or any other.
    Attacker,
    /// Whoever has the rights of an administrator on the host.
    Root,
    /// Whoever can change the program where it is made, signed or packed.
    SupplyChain,
    /// Only who defends the network.
    Defender,
}

impl Control {
    pub fn name(self) -> &'static str {
        match self {
            Self::Attacker => "anybody who can run a program there",
            Self::Root => "an administrator of the host",
            Self::SupplyChain => "who makes, signs or packs the program",
            Self::Defender => "the defender",
        }
    }
}

/// A fact, who controls it, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight {
    pub fact: &'static str,
    pub control: Control,
    pub why: &'static str,
}

const fn weight(fact: &'static str, control: Control, why: &'static str) -> Weight {
    Weight { fact, control, why }
}

/// All facts that a policy can ask for. `destination_ports` is a destination that names ports alone.
pub const WEIGHTS: [Weight; 14] = [
    weight("path", Control::Root, "a file in a folder that only administrators write"),
    weight("sha256", Control::SupplyChain, "the very bytes of the program"),
    weight("signer", Control::SupplyChain, "the key of the program's maker"),
    weight("package", Control::SupplyChain, "the inventory's path and digest of a package's file"),
    weight("host_group", Control::Defender, "groups are given in the endpoint's console or a watchlist"),
    weight("account", Control::Root, "to become another account takes its secret or an administrator's rights"),
    weight("parent", Control::Root, "the path of a service or of cron, which start what administrators tell them"),
    weight("session", Control::Root, "kinds of sessions are made by the system's own services"),
    weight("destination", Control::Defender, "names and networks that the policy allows; anything else is open"),
    weight("destination_ports", Control::Attacker, "a pool can listen at any port"),
    weight("wallet", Control::Defender, "who is paid: a wallet of the company's own"),
    weight("command_line", Control::Attacker, "whoever starts a program writes its command line"),
    weight("rule", Control::Attacker, "a file can be written so that a YARA rule matches it, or does not"),
    weight("window", Control::Defender, "the hours that the policy allows"),
];

/// The facts that a policy asks for.
pub fn weights(policy: &Policy) -> Vec<&'static Weight> {
    let must = &policy.must;
    let ports_alone = must.destination.as_ref().map(|d| d.hosts.is_none() && d.networks.is_none());
    let asked = |fact: &str| match fact {
        "path" => must.path.is_some(),
        "sha256" => must.sha256.is_some(),
        "signer" => must.signer.is_some(),
        "package" => must.package.is_some(),
        "host_group" => must.host_group.is_some(),
        "account" => must.account.is_some() || must.account_pattern.is_some(),
        "parent" => must.parent.is_some(),
        "session" => must.session.is_some(),
        "destination" => ports_alone == Some(false),
        "destination_ports" => ports_alone == Some(true),
        "wallet" => must.wallet.is_some(),
        "command_line" => must.command_line.is_some() || must.command_line_pattern.is_some(),
        "rule" => must.rule.is_some(),
        "window" => must.window.is_some(),
        _ => false,
    };
    WEIGHTS.iter().filter(|weight| asked(weight.fact)).collect()
}

impl Policy {
    /// A fact of the supply chain and one of the defender, or anybody borrows the policy.
    pub(super) fn check_weights(&self, faults: &mut Faults) {
        let facts = weights(self);
        let names = |control| {
            let of: Vec<&str> = WEIGHTS.iter().filter(|w| w.control == control).map(|w| w.fact).collect();
            format!("add one of {}", of.join(", "))
        };
        if facts.iter().all(|w| w.control == Control::Attacker) {
            let own: Vec<&str> = facts.iter().map(|w| w.fact).collect();
            let what = match own.is_empty() {
                true => "the policy asks for no fact at all".to_owned(),
                false => format!("the policy rests on what an attacker controls alone ({})", own.join(", ")),
            };
            faults.add(&["must"], "", what, format!("add path, account and parent, and {}", names(Control::SupplyChain)));
        }
        if !facts.iter().any(|w| w.control == Control::SupplyChain) {
            let what = "the policy has no fact of the supply chain: a name or a path alone is what miners borrow";
            faults.add(&["must"], "", what, names(Control::SupplyChain));
        }
        if !facts.iter().any(|w| w.control == Control::Defender) {
            let what = "the policy has no fact that the defender controls: the program could be taken anywhere, at any time";
            faults.add(&["must"], "", what, names(Control::Defender));
        }
    }
}
