//! Wallets that are nobody's, or everybody's.

use super::super::fault::Faults;
use super::super::policy::Policy;

/// What miners send where nobody told them who is paid, and what people write to fill a field. Lower case.
const DEFAULTS: &[&str] = &[
    "x",
    "*",
    "123",
    "1234",
    "12345",
    "123456",
    "test",
    "tests",
    "tester",
    "testing",
    "worker",
    "worker1",
    "workername",
    "user",
    "username",
    "default",
    "anonymous",
    "anon",
    "none",
    "null",
    "wallet",
    "your_wallet",
    "your_wallet_address",
    "your-wallet",
    "yourwallet",
    "wallet_address",
    "address",
    "miner",
    "login",
    "admin",
    "donate",
    "password",
    "rig",
];
/// No wallet, and no account at a pool, is shorter.
const SHORTEST: usize = 5;
/// The shortest address of a coin is that of Bitcoin.
const ADDRESS: usize = 26;

impl Policy {
    pub(super) fn check_wallets(&self, faults: &mut Faults) {
        for wallet in self.must.wallet.iter().flatten().filter(|wallet| !wallet.trim().is_empty()) {
            let keys = &["must", "wallet"];
            let name = wallet.trim().to_lowercase();
            if name.chars().count() < SHORTEST || DEFAULTS.contains(&name.as_str()) || name.contains('*') {
                let what = format!("the wallet `{wallet}` says nothing of who is paid: miners send such values by themselves");
                faults.add(keys, wallet, what, "write the address that the pool pays, in full, or the account's name at the pool");
            } else if let Some(alone) = with_worker(wallet) {
                let what = format!("the wallet `{wallet}` has a worker's name behind it: the other workers of the same wallet stay open");
                faults.add(keys, wallet, what, format!("write the wallet alone: {alone}"));
            }
        }
    }
}

/// The address before a worker's name. An account at a pool may have a point in its name.
fn with_worker(wallet: &str) -> Option<&str> {
    let (alone, worker) = wallet.trim().split_once(['.', '+', '/'])?;
    // Some coins' addresses have their chain in front.
    let bare = alone.rsplit_once(':').map_or(alone, |(_, bare)| bare);
    let address = bare.len() >= ADDRESS && bare.bytes().all(|b| b.is_ascii_alphanumeric()) && bare.bytes().any(|b| b.is_ascii_digit());
    (address && !worker.is_empty()).then_some(alone)
}

#[cfg(test)]
mod tests {
    use super::with_worker;

    #[test]
    fn a_worker_behind_an_address() {
        let address = "48edfHu7V9Z84YzzMa6fUueoELZ9ZRXq9VetWzYGzKt52XU5xvqgzYnDK9URnRoJMk1j8nLwEVsaSWJ4fhdUyZijBGUicoD";
        for sign in ['.', '+', '/'] {
            assert_eq!(with_worker(&format!("{address}{sign}rig7")), Some(address));
        }
        assert_eq!(
            with_worker("kaspa:qz0qxnm4ts8h3chn0y4dtw0xmwdxyvvj2gmhzrq7w6lqp2z4pku4wtj4a9j5v.rig"),
            Some("kaspa:qz0qxnm4ts8h3chn0y4dtw0xmwdxyvvj2gmhzrq7w6lqp2z4pku4wtj4a9j5v")
        );
        for alone in [address, "team.rig7", "team"] {
            assert_eq!(with_worker(alone), None, "{alone}");
        }
    }
}
