//! Whether facts constrain what a policy claims to explain.

use super::super::fault::Faults;
use super::super::policy::Policy;
use super::super::weights::weights;
use super::pools::is_pool;
use model::EvidenceClass;

impl Policy {
    pub(super) fn check_claims(&self, faults: &mut Faults) {
        let names = EvidenceClass::ALL.map(EvidenceClass::name);
        if self.explains.is_empty() {
            let what = "the policy does not say which evidence classes it explains";
            faults.add(&["explains"], "", what, format!("name some of {}", names.join(", ")));
        }
        for class in self.explains.iter().filter(|class| EvidenceClass::from_name(class).is_none()) {
            faults.add(&["explains"], class, format!("`{class}` is not an evidence class"), format!("take one of {}", names.join(", ")));
        }
        if names.iter().all(|name| self.explains.iter().any(|class| class == name)) {
            let what = "the policy claims every evidence class: whatever the program does would be explained";
            faults.add(&["explains"], "", what, "name only the classes in which the approved activity was found");
        }
        for class in self.explains.iter().filter_map(|class| EvidenceClass::from_name(class)) {
            if let Some((lacks, remedy)) = self.unconstrained(class) {
                let name = class.name();
                faults.add(&["explains"], name, format!("no fact constrains {name}: the policy has {lacks}"), remedy);
            }
        }
    }

    /// What a claim lacks, and what to add.
    fn unconstrained(&self, class: EvidenceClass) -> Option<(&'static str, &'static str)> {
        const PLACE: &str = "add a destination (hosts or networks) or the wallet below `must`, or do not claim it";
        let asked = weights(self);
        let has = |facts: &[&str]| asked.iter().any(|w| facts.contains(&w.fact));
        let placed = has(&["destination", "wallet"]);
        match class {
            EvidenceClass::PoolDns | EvidenceClass::PoolConnection | EvidenceClass::PoolTls | EvidenceClass::IdsAlert => {
                let pool = self.must.destination.iter().flat_map(|d| d.hosts.iter().flatten()).any(|host| is_pool(host));
                let anyones = pool && !has(&["wallet"]) && !self.must_not.mining_protocol;
                (!placed).then_some(("neither destination nor wallet", PLACE)).or(anyones.then_some((
                    "a public pool as destination, and no wallet",
                    "add the wallets that are paid below `must`: whoever mines there mines for somebody",
                )))
            }
            EvidenceClass::FlowShape => (!placed && !has(&["destination_ports"])).then_some(("neither destination nor wallet", PLACE)),
            // Another wallet at the right pool, or the right wallet at a proxy of somebody's, is mining for another. A course's own network pays nobody.
            EvidenceClass::StratumPayload if self.scenario().is_some_and(|s| s.private) => {
                (!has(&["destination"])).then_some(("no destination", "add the course's network below `must`"))
            }
            EvidenceClass::StratumPayload => (!has(&["destination"]) || !has(&["wallet"]))
                .then_some(("not both, destination and wallet", "add destination and wallet below `must`, or do not claim it")),
            EvidenceClass::Wallet => {
                (!has(&["wallet"])).then_some(("no wallet", "add the wallets that are paid below `must`, or do not claim it"))
            }
            EvidenceClass::YaraFile | EvidenceClass::YaraMemory => (!has(&["sha256", "signer", "package"]))
                .then_some(("no sha256, signer or package", "add one of them below `must`: a file is explained by its content")),
            EvidenceClass::ProcessCommand | EvidenceClass::ProcessName | EvidenceClass::Persistence => None,
        }
    }
}
