//! What is asked for and forbidden at once: such a policy never explains anything, and whoever wrote it believes that it does.

use super::super::fault::Faults;
use super::super::policy::Policy;
use super::super::values::{lower, on_windows};

impl Policy {
    pub(super) fn check_contradictions(&self, faults: &mut Faults) {
        const REMEDY: &str = "take it out of `must` or of `must_not`";
        let (must, must_not) = (&self.must, &self.must_not);
        if must_not.online && must.destination.is_some() {
            let what = "the policy asks for a destination and forbids that the program is online: it never explains anything";
            faults.add(&["must_not", "online"], "", what, REMEDY);
        }
        if must_not.valid_wallet && self.explains.iter().any(|class| class == "wallet") {
            let what = "the policy explains the class wallet and forbids valid_wallet: it never explains it";
            faults.add(&["must_not", "valid_wallet"], "", what, REMEDY);
        }
        if must_not.valid_wallet && must.wallet.is_some() {
            let what = "the policy asks for a wallet and forbids valid_wallet: it never explains who mines for one";
            faults.add(&["must_not", "valid_wallet"], "", what, REMEDY);
        }
        let lists = [
            ("host_group", &must.host_group, &must_not.host_group),
            ("path", &must.path, &must_not.path),
            ("sha256", &must.sha256, &must_not.sha256),
            ("signer", &must.signer, &must_not.signer),
            ("package", &must.package, &must_not.package),
            ("account", &must.account, &must_not.account),
            ("parent", &must.parent, &must_not.parent),
            ("session", &must.session, &must_not.session),
            ("wallet", &must.wallet, &must_not.wallet),
        ];
        for (key, asked, forbidden) in lists {
            let same = asked.iter().flatten().find(|item| forbidden.iter().flatten().any(|other| covers(key, other, item)));
            if let Some(item) = same {
                faults.add(&["must_not", key], item, format!("`{item}` is asked for and forbidden: the policy never explains it"), REMEDY);
            }
        }
        let alone = must.signer.is_some() && must.sha256.is_none() && must.package.is_none();
        if alone && let Some(paths) = must.path.as_ref().filter(|paths| !paths.is_empty() && paths.iter().all(|path| path.starts_with('/')))
        {
            let path = paths.first().map_or("", String::as_str);
            let what = format!("no file of Linux has a signer, so that `{path}` is never explained");
            faults.add(&["must", "signer"], "", what, "name its `sha256` or its `package`");
        }
    }
}

/// Whether what is forbidden holds for all that the item stands for.
fn covers(key: &str, forbidden: &str, item: &str) -> bool {
    let form = |text: &str| if on_windows(text) || key == "sha256" { lower(text) } else { text.to_owned() };
    let (forbidden, item) = (form(forbidden), form(item));
    forbidden == item || (key == "path" && forbidden.strip_suffix('*').is_some_and(|folder| item.starts_with(folder)))
}
