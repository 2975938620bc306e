//! What is known of coin and algorithm: by the names in messages, by the miner's program, by the shape of a job. A port is no proof,
//! nor is the coin in which a pool pays.

/// One name for an algorithm, as miners and pools write it.
pub(super) fn algorithm(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    Some(match name.as_str() {
        "sha256d" | "sha256" | "sha-256" | "sha256asicboost" => "sha256d",
        "scrypt" => "scrypt",
        "neoscrypt" => "neoscrypt",
        "yescrypt" => "yescrypt",
        "yescryptr8" => "yescryptr8",
        "yescryptr16" => "yescryptr16",
        "yescryptr32" => "yescryptr32",
        "yespower" => "yespower",
        "yespowerr16" => "yespowerr16",
        "groestl" => "groestl",
        "qubit" => "qubit",
        "fresh" => "fresh",
        "xevan" | "x-evan" => "xevan",
        "lbry" => "lbry",
        "lyra2v2" | "lyra2rev2" => "lyra2v2",
        "lyra2v3" | "lyra2rev3" => "lyra2v3",
        "lyra2z" => "lyra2z",
        "allium" => "allium",
        "phi2" => "phi2",
        "verthash" => "verthash",
        "keccak" => "keccak",
        "keccakc" => "keccakc",
        "lyra2" | "lyra2re" => "lyra2",
        "x11" => "x11",
        "x13" => "x13",
        "x14" => "x14",
        "x15" => "x15",
        "x16r" => "x16r",
        "x16rv2" => "x16rv2",
        "x16s" => "x16s",
        "x17" => "x17",
        "quark" => "quark",
        "nist5" => "nist5",
        "ethash" | "daggerhashimoto" => "ethash",
        "etchash" => "etchash",
        "kawpow" => "kawpow",
        "progpow" => "progpow",
        "firopow" => "firopow",
        "kheavyhash" | "kheavy" => "kheavyhash",
        "autolykos" | "autolykos2" => "autolykos2",
        "equihash" | "equihash200_9" | "equihash/200,9" => "equihash",
        "zhash" | "equihash144_5" | "equihash125_4" | "equihash192_7" | "beamhash" => "equihash",
        "verushash" | "verushash2" => "verushash",
        "octopus" => "octopus",
        "rx/0" | "rx/test" | "randomx" | "rx" | "randomxmonero" => "rx/0",
        "rx/wow" | "randomwow" => "rx/wow",
        "rx/arq" | "randomarq" => "rx/arq",
        "rx/sfx" | "randomsfx" => "rx/sfx",
        "rx/keva" | "randomkeva" => "rx/keva",
        "rx/graft" | "randomgraft" => "rx/graft",
        "rx/yada" => "rx/yada",
        "panthera" => "panthera",
        "ghostrider" | "gr" => "ghostrider",
        "cn/0" | "cn" | "cryptonight" => "cn/0",
        "cn/1" | "cryptonightv7" => "cn/1",
        "cn/2" | "cryptonightv8" => "cn/2",
        "cn/r" | "cryptonightr" | "cn/4" => "cn/r",
        "cn/half" => "cn/half",
        "cn/fast" => "cn/fast",
        "cn/rto" => "cn/rto",
        "cn/rwz" => "cn/rwz",
        "cn/zls" => "cn/zls",
        "cn/double" => "cn/double",
        "cn/ccx" => "cn/ccx",
        "cn/xao" => "cn/xao",
        "cn/gpu" => "cn/gpu",
        "cn/upx2" | "cn-extremelite/upx2" => "cn/upx2",
        "cn-lite/0" | "cn-lite" | "cryptonight-lite" => "cn-lite/0",
        "cn-lite/1" => "cn-lite/1",
        "cn-heavy/0" | "cn-heavy" | "cryptonight-heavy" => "cn-heavy/0",
        "cn-heavy/tube" => "cn-heavy/tube",
        "cn-heavy/xhv" => "cn-heavy/xhv",
        "cn-pico" | "cn-pico/0" | "cn-pico/trtl" => "cn-pico",
        "cn-pico/tlo" => "cn-pico/tlo",
        "argon2/chukwa" => "argon2/chukwa",
        "argon2/chukwav2" => "argon2/chukwav2",
        "argon2/ninja" => "argon2/ninja",
        "astrobwt" | "astrobwt/v2" | "astrobwt/v3" | "astrobwtv3" => "astrobwt",
        "xel/v1" | "xel/v2" | "xel/v3" | "xelishash" | "xelishashv2" | "xelishashv3" => "xelishash",
        "argon2d" | "argon2d/nim" | "argon2d-nim" => "argon2d",
        _ => return None,
    })
}

/// The one coin of an algorithm.
fn coin_of(algorithm: &str) -> &'static str {
    match algorithm {
        "rx/0" => "XMR",
        "rx/wow" => "WOW",
        "rx/arq" => "ARQ",
        "rx/sfx" => "SFX",
        "rx/keva" => "KVA",
        "rx/graft" => "GRFT",
        "rx/yada" => "YDA",
        "kheavyhash" => "KAS",
        "autolykos2" => "ERG",
        "octopus" => "CFX",
        "verushash" => "VRSC",
        "verthash" => "VTC",
        "firopow" => "FIRO",
        "panthera" => "XLA",
        "astrobwt" => "DERO",
        "xelishash" => "XEL",
        "cn/ccx" => "CCX",
        "cn-heavy/xhv" => "XHV",
        _ => "",
    }
}

/// Coins whose address at the login says the coin that is mined, if the algorithm is theirs. Pools that pay for any algorithm pay in
/// Bitcoin or in a coin of another algorithm.
const OWN: [(&str, &str); 22] = [
    ("XMR", "rx/0"),
    ("XMR", "cn/r"),
    ("XMR", "cn/2"),
    ("XMR", "cn/1"),
    ("XMR", "cn/0"),
    ("BTC", "sha256d"),
    ("BCH", "sha256d"),
    ("ZEC", "equihash"),
    ("RVN", "kawpow"),
    ("KAS", "kheavyhash"),
    ("WOW", "rx/wow"),
    ("ZEPH", "rx/0"),
    ("SAL", "rx/0"),
    ("ERG", "autolykos2"),
    ("CFX", "octopus"),
    ("LTC", "scrypt"),
    ("DOGE", "scrypt"),
    ("DASH", "x11"),
    ("DERO", "astrobwt"),
    ("XEL", "xelishash"),
    ("ETC", "etchash"),
    ("BSV", "sha256d"),
];

/// Coins that pools and hosts are named for, by the words of a name, and what they are mined with.
const NAMES: [(&str, &str, &str); 31] = [
    ("btc", "BTC", "sha256d"),
    ("bitcoin", "BTC", "sha256d"),
    ("bch", "BCH", "sha256d"),
    ("bsv", "BSV", "sha256d"),
    ("ltc", "LTC", "scrypt"),
    ("litecoin", "LTC", "scrypt"),
    ("doge", "DOGE", "scrypt"),
    ("dogecoin", "DOGE", "scrypt"),
    ("dash", "DASH", "x11"),
    ("kas", "KAS", "kheavyhash"),
    ("kaspa", "KAS", "kheavyhash"),
    ("rvn", "RVN", "kawpow"),
    ("ravencoin", "RVN", "kawpow"),
    ("erg", "ERG", "autolykos2"),
    ("ergo", "ERG", "autolykos2"),
    ("zec", "ZEC", "equihash"),
    ("zcash", "ZEC", "equihash"),
    ("etc", "ETC", "etchash"),
    ("cfx", "CFX", "octopus"),
    ("conflux", "CFX", "octopus"),
    ("xmr", "XMR", "rx/0"),
    ("monero", "XMR", "rx/0"),
    ("zeph", "ZEPH", "rx/0"),
    ("zephyr", "ZEPH", "rx/0"),
    ("sal", "SAL", "rx/0"),
    ("salvium", "SAL", "rx/0"),
    ("wownero", "WOW", "rx/wow"),
    ("dero", "DERO", "astrobwt"),
    ("xelis", "XEL", "xelishash"),
    ("verus", "VRSC", "verushash"),
    ("vrsc", "VRSC", "verushash"),
];

/// The coin that a pool's name tells, and its algorithm: `ltc.pool.example`, `eu-kaspa.pool.example`.
pub(super) fn of_host(host: &str) -> Option<(&'static str, &'static str)> {
    let (labels, _) = host.rsplit_once('.')?;
    let words = labels.split(['.', '-', '_']).map(str::to_ascii_lowercase);
    let mut told = words.filter_map(|word| NAMES.iter().find(|(name, ..)| *name == word)).map(|(_, coin, algorithm)| (*coin, *algorithm));
    let first = told.next()?;
    // A name with two coins tells none.
    told.all(|other| other == first).then_some(first)
}

/// The algorithm of coins whose jobs look like Bitcoin's and that are too hard for others of its shape. `difficulty`: the network's.
pub(super) fn of_wallet(wallet: &str, difficulty: Option<f64>) -> Option<&'static str> {
    let is_hard = difficulty.is_some_and(|difficulty| (1e4..=8e9).contains(&difficulty));
    match wallet {
        "LTC" | "DOGE" if is_hard => Some("scrypt"),
        "DASH" if is_hard => Some("x11"),
        "KAS" => Some("kheavyhash"),
        "RVN" => Some("kawpow"),
        "ZEC" => Some("equihash"),
        "ERG" => Some("autolykos2"),
        "CFX" => Some("octopus"),
        _ => None,
    }
}

/// The coin by the algorithm and the wallet's.
pub(super) fn coin(algorithm: &str, wallet: &str) -> &'static str {
    if let Some((coin, _)) = OWN.iter().find(|(coin, own)| *coin == wallet && *own == algorithm) {
        return coin;
    }
    // Of RandomX without changes Monero is the greatest, but not the only coin.
    match algorithm {
        "rx/0" => "",
        "kheavyhash" if !wallet.is_empty() => "",
        _ => coin_of(algorithm),
    }
}

/// What a program's name says of the one that speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Program {
    Miner,
    Proxy,
    /// A browser, a library, a node: no miner.
    Other,
    Unknown,
}

const PROXIES: &[&str] = &[
    "xmrig-proxy",
    "xmr-node-proxy",
    "nodeproxy",
    "node-proxy",
    "stratum-proxy",
    "stratum_proxy",
    "farm-proxy",
    "eth-proxy",
    "mining-proxy",
    "xmr-proxy",
    "ckproxy",
    "btcagent",
    "btccom-agent",
    "nicehash/",
    "miningrigrentals",
    "translator proxy",
    "hashproxy",
    "cryptonote-proxy",
];

const MINERS: &[&str] = &[
    "xmrig",
    "xmr-stak",
    "xlarig",
    "xmrigcc",
    "cpuminer",
    "minerd",
    "ccminer",
    "sgminer",
    "cgminer",
    "bfgminer",
    "bmminer",
    "bosminer",
    "braiins",
    "btminer",
    "whatsminer",
    "bitaxe",
    "nerdminer",
    "nerdqaxe",
    "nerdaxe",
    "antminer",
    "avalon",
    "canaan",
    "luckyminer",
    "t-rex",
    "trex",
    "bzminer",
    "rigel",
    "wildrig",
    "teamredminer",
    "onezerominer",
    "lolminer",
    "srbminer",
    "gminer",
    "phoenixminer",
    "ethminer",
    "claymore",
    "eth1.0",
    "ethdcrminer",
    "nbminer",
    "nanominer",
    "miniz",
    "ewbf",
    "nheqminer",
    "equihashminer",
    "dstm",
    "zm/",
    "bminer",
    "kawpowminer",
    "progpowminer",
    "verthashminer",
    "hellminer",
    "verus",
    "grin-miner",
    "grinpro",
    "gringoldminer",
    "kaspa-miner",
    "iceriver",
    "goldshell",
    "bitmain",
    "godminer",
    "jce/",
    "jceminer",
    "yam/",
    "cast xmr",
    "cast_xmr",
    "xmrminer",
    "monerospelunker",
    "moneroocean",
    "minergate",
    "cpuminer-multi",
    "poclbm",
    "phoenix/",
    "diablominer",
    "ufasoft",
    "gpuminer",
    "rpcminer",
    "libblkmaker",
];

const OTHERS: &[&str] = &[
    "mozilla/",
    "opera/",
    "curl/",
    "wget/",
    "python-requests",
    "python-urllib",
    "okhttp",
    "go-http-client",
    "java/",
    "axios",
    "node-fetch",
    "postmanruntime",
    "bitcoin-json-rpc",
    "bitcoin-cli",
    "epee",
    "apache-httpclient",
];

pub(super) fn program(agent: &str) -> Program {
    let agent = agent.to_ascii_lowercase();
    // Short names are words of others.
    let any = |known: &[&str]| known.iter().any(|name| agent.starts_with(name) || name.len() >= 6 && agent.contains(name));
    if any(PROXIES) {
        Program::Proxy
    } else if OTHERS.iter().any(|name| agent.starts_with(name)) {
        Program::Other
    } else if any(MINERS) {
        Program::Miner
    } else {
        Program::Unknown
    }
}

/// Programs that mine one algorithm only.
pub(super) fn algorithm_of_program(agent: &str) -> Option<&'static str> {
    const KNOWN: [(&str, &str); 18] = [
        ("bosminer", "sha256d"),
        ("braiins", "sha256d"),
        ("btminer", "sha256d"),
        ("whatsminer", "sha256d"),
        ("bitaxe", "sha256d"),
        ("nerdminer", "sha256d"),
        ("nerdqaxe", "sha256d"),
        ("nerdaxe", "sha256d"),
        ("luckyminer", "sha256d"),
        ("ewbf", "equihash"),
        ("equihashminer", "equihash"),
        ("nheqminer", "equihash"),
        ("dstm", "equihash"),
        ("zm/", "equihash"),
        ("kawpowminer", "kawpow"),
        ("verthashminer", "verthash"),
        ("hellminer", "verushash"),
        ("kaspa-miner", "kheavyhash"),
    ];
    let agent = agent.to_ascii_lowercase();
    KNOWN.iter().find(|(name, _)| agent.contains(name)).map(|(_, algorithm)| *algorithm)
}

/// Monero's algorithm by the version of its blocks.
pub(super) fn algorithm_of_monero(version: u8) -> &'static str {
    match version {
        0 => "",
        1..=6 => "cn/0",
        7 => "cn/1",
        8 | 9 => "cn/2",
        10 | 11 => "cn/r",
        _ => "rx/0",
    }
}

/// Pools that serve many algorithms have one name for each: `scrypt.eu.pool.example`, `x11.pool.example`.
pub(super) fn algorithm_of_host(host: &str) -> Option<&'static str> {
    let label = host.split('.').next().filter(|label| host.len() > label.len())?;
    algorithm(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_told_apart() {
        for (agent, expected) in [
            ("XMRig/6.21.0 (Linux x86_64) libuv/1.46", Program::Miner),
            ("xmrig-proxy/6.20.0", Program::Proxy),
            ("cgminer/4.10.0", Program::Miner),
            ("NiceHash/1.0.0", Program::Proxy),
            ("Mozilla/5.0 (X11) xmrig", Program::Other),
            ("MyApp/1.0", Program::Unknown),
            ("", Program::Unknown),
        ] {
            assert_eq!(program(agent), expected, "{agent}");
        }
    }

    #[test]
    fn a_coin_is_named_only_where_it_is_known() {
        assert_eq!(coin("rx/0", "XMR"), "XMR");
        assert_eq!(coin("rx/0", ""), "");
        assert_eq!(coin("rx/wow", "XMR"), "WOW");
        assert_eq!(coin("scrypt", "BTC"), "");
        assert_eq!(coin("sha256d", "BTC"), "BTC");
        assert_eq!(coin("kheavyhash", ""), "KAS");
        assert_eq!(algorithm_of_host("scrypt.eu.pool.example"), Some("scrypt"));
        assert_eq!(algorithm_of_host("scrypt"), None);
        assert_eq!(algorithm_of_host("pool.example"), None);
        for (host, expected) in [
            ("ltc.pool.example", Some(("LTC", "scrypt"))),
            ("eu-kaspa.pool.example", Some(("KAS", "kheavyhash"))),
            ("doge-ltc.pool.example", None),
            ("pool.example", None),
            ("pool.kas", None),
            ("kas", None),
            ("", None),
        ] {
            assert_eq!(of_host(host), expected, "{host}");
        }
        assert_eq!(of_wallet("LTC", Some(1e7)), Some("scrypt"));
        // Whoever is paid in it may mine another coin, which is easier, or Bitcoin.
        assert_eq!((of_wallet("LTC", Some(20.0)), of_wallet("LTC", Some(1e14)), of_wallet("LTC", None)), (None, None, None));
    }
}
