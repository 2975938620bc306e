//! Pools and their ports, as the program's own watchlists name them.

use super::lists;
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// Of the web, of mail, of names and of terminals: anybody answers there, pools among them.
const COMMON: [u16; 8] = [22, 25, 53, 80, 443, 993, 8080, 8443];

/// Whether a pool has the name (`name:port`), or a name above it.
pub(super) fn is_pool(host: &str) -> bool {
    static NAMES: OnceLock<BTreeSet<String>> = OnceLock::new();
    let names = NAMES.get_or_init(|| column("MiningPools", "Domain"));
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name).trim_end_matches('.').to_lowercase();
    std::iter::successors(Some(name.as_str()), |name| name.split_once('.').map(|(_, above)| above)).any(|name| names.contains(name))
}

/// Whether pools document the port, or anything may listen there.
pub(super) fn is_pool_port(port: u16) -> bool {
    COMMON.contains(&port) || is_mining_port(port)
}

/// Whether pools document the port.
pub(super) fn is_mining_port(port: u16) -> bool {
    static PORTS: OnceLock<BTreeSet<String>> = OnceLock::new();
    PORTS.get_or_init(|| column("MiningPorts", "Port")).contains(&port.to_string())
}

fn column(alias: &str, wanted: &str) -> BTreeSet<String> {
    let Some(list) = lists::embedded(alias) else { return BTreeSet::new() };
    let Some(at) = lists::column(&list, wanted) else { return BTreeSet::new() };
    list.rows.iter().filter_map(|row| Some(row.get(at)?.to_lowercase())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pools_and_ports_are_those_of_the_watchlists() {
        assert!(is_pool("Pool.SupportXMR.com.:3333") && is_pool("eu.pool.supportxmr.com:443") && !is_pool("vault.example.com:22"));
        assert!(is_pool_port(3333) && is_pool_port(443) && !is_pool_port(8333));
    }
}
