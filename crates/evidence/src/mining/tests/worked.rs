//! Share arithmetic against numbers that others worked out: the hashes of a session are those that a miner, a pool or a specification
//! says its shares take. Each row names where the number stands (repository, file and commit; or page). Miners and pools agree but where
//! a row says otherwise; what none of them says is unknown.

use super::*;
use crate::mining::factors::hashes_per_difficulty;
use crate::mining::shares::{
    Work, boundary, boundary_bytes, compact_target, cryptonote_target, decimal_target, network_difficulty, number_target,
};

/// tpruvot/yiimp 52f68f86 `stratum/stratum.cpp`, the pool's divisors; `share.cpp` and `util.cpp` take 0xffff * 2^208 for difficulty 1.
const YIIMP: &str = "yiimp";
/// tpruvot/ccminer 6ff4e509 `ccminer.cpp` `stratum_gen_work`, tpruvot/cpuminer-multi d2927ed2 `cpu-miner.c`, the miners' divisors.
const CCMINER: &str = "ccminer";
/// JayDDee/cpuminer-opt b34565bf, `opt_target_factor` of each algorithm.
const CPUMINER: &str = "cpuminer-opt";

/// Difficulty in Stratum v1, and the hashes that a share of it takes.
const DIFFICULTIES: [(&str, f64, f64, &str); 47] = [
    // 1 / ((0xffff * 2^208 + 1) / 2^256).
    ("sha256d", 1.0, 4_295_032_833.0, "bitcoin.stackexchange.com 121344"),
    // "2^-12 * 2^32 = 2^20 ... would be a pool difficulty of 2^4".
    ("scrypt", 16.0, 1_048_576.0, "bitcoin.stackexchange.com 10785"),
    ("scrypt", 1.0, 65_536.0, YIIMP),
    ("scrypt", 1.0, 65_536.0, CCMINER),
    ("neoscrypt", 1.0, 65_536.0, YIIMP),
    ("neoscrypt", 1.0, 65_536.0, CPUMINER),
    ("yescrypt", 1.0, 65_536.0, YIIMP),
    ("yescryptr8", 1.0, 65_536.0, CPUMINER),
    ("yescryptr16", 1.0, 65_536.0, YIIMP),
    ("yescryptr32", 1.0, 65_536.0, YIIMP),
    ("yespower", 1.0, 65_536.0, CPUMINER),
    // "cpuminer's effective diff1 for yespower = 2^240", of which a pool found itself apart.
    ("yespower", 1.0, 65_536.0, "antitongpu/bitok-stratum-pool fix.md"),
    ("yespowerr16", 1.0, 65_536.0, CPUMINER),
    // `m_nextDifficulty = ceil(diff * 65536)`, which XMRig then takes as hashes.
    ("ghostrider", 0.5, 32_768.0, "xmrig/xmrig 0ce9664d EthStratumClient.cpp"),
    ("keccak", 1.0, 33_554_432.0, YIIMP),
    // NOMP (zone117x/node-stratum-pool 06c57df0) has 2^8 there: its pools take shares of half the work, which miners do not send.
    ("keccak", 1.0, 33_554_432.0, CCMINER),
    ("lyra2", 1.0, 33_554_432.0, YIIMP),
    ("lyra2", 1.0, 33_554_432.0, CPUMINER),
    ("keccakc", 1.0, 16_777_216.0, YIIMP),
    ("groestl", 1.0, 16_777_216.0, YIIMP),
    ("groestl", 1.0, 16_777_216.0, "zone117x/node-stratum-pool 06c57df0 algoProperties.js"),
    ("fresh", 1.0, 16_777_216.0, YIIMP),
    ("xevan", 1.0, 16_777_216.0, YIIMP),
    ("x16r", 1.0, 16_777_216.0, YIIMP),
    ("x16r", 1.0, 16_777_216.0, "zone117x/node-stratum-pool 06c57df0 algoProperties.js"),
    ("x16rv2", 1.0, 16_777_216.0, YIIMP),
    ("x16s", 1.0, 16_777_216.0, CCMINER),
    ("lbry", 1.0, 16_777_216.0, YIIMP),
    ("lyra2v2", 1.0, 16_777_216.0, CCMINER),
    ("lyra2v3", 1.0, 16_777_216.0, CCMINER),
    ("lyra2z", 1.0, 16_777_216.0, YIIMP),
    ("allium", 1.0, 16_777_216.0, CCMINER),
    ("phi2", 1.0, 16_777_216.0, YIIMP),
    ("verthash", 1.0, 16_777_216.0, CPUMINER),
    ("x11", 1.0, 4_294_967_296.0, YIIMP),
    ("x13", 1.0, 4_294_967_296.0, YIIMP),
    ("x14", 1.0, 4_294_967_296.0, YIIMP),
    ("x15", 1.0, 4_294_967_296.0, YIIMP),
    ("x17", 1.0, 4_294_967_296.0, YIIMP),
    ("quark", 1.0, 4_294_967_296.0, YIIMP),
    ("nist5", 1.0, 4_294_967_296.0, YIIMP),
    ("qubit", 1.0, 4_294_967_296.0, YIIMP),
    ("qubit", 1.0, 4_294_967_296.0, "ccminer 20e6ee10: qubit: fix difficulty factor"),
    // 1 is 00000000ffff and zeros.
    ("ethash", 1.0, 4_295_032_833.0, "nicehash/Specifications 1ce4d894 EthereumStratum_NiceHash_v1.0.0.txt"),
    ("ethash", 0.5, 2_147_516_416.5, "nicehash/Specifications 1ce4d894 EthereumStratum_NiceHash_v1.0.0.txt"),
    // `minHash` = 2^256 / (2^224 - 1).
    ("kheavyhash", 1.0, 4_294_967_296.0, "onemorebsmith/kaspa-stratum-bridge 429f9a46 hasher.go"),
    ("kheavyhash", 4.0, 17_179_869_184.0, "onemorebsmith/kaspa-stratum-bridge 429f9a46 hasher.go"),
];

/// Difficulty 1 is 0xffff * 2^208 for some and 2^224 for others: they are 1/65,535 apart.
fn agrees(found: Option<f64>, expected: f64, what: &str) {
    let found = found.unwrap_or_else(|| panic!("{what}: unknown"));
    assert!((found / expected - 1.0).abs() < 2e-5, "{what}: {found}, not {expected}");
}

/// A miner, which a pool that names the algorithm gives a difficulty, sends two shares.
fn two_shares(algorithm: &str, difficulty: f64) -> Option<f64> {
    let submit = |id: u8| format!(r#"{{"id":{id},"method":"mining.submit","params":["u.w","1","00","65000000","1234abc{id}"]}}"#);
    let said = lines(&[
        (Client, r#"{"id":1,"method":"mining.subscribe","params":["miner/1.0"]}"#),
        (Client, r#"{"id":2,"method":"mining.authorize","params":["u.w","x"]}"#),
        (Server, &format!(r#"{{"id":null,"method":"mining.set_difficulty","params":[{difficulty}]}}"#)),
        (Client, &submit(3)),
        (Server, r#"{"id":3,"result":true,"error":null}"#),
        (Client, &submit(4)),
        (Server, r#"{"id":4,"result":true,"error":null}"#),
    ]);
    let mut conversation = Conversation::default();
    conversation.server_name(&format!("{algorithm}.eu.pool.example"));
    for (side, bytes) in &said {
        conversation.push(*side, bytes, 1, false);
    }
    let found = conversation.finish().unwrap();
    assert_eq!(found.algorithm, algorithm);
    assert_eq!(found.hashes, found.hashes_accepted, "{algorithm}");
    found.hashes
}

#[test]
fn difficulties_agree_with_worked_examples_of_every_algorithm() {
    for (algorithm, difficulty, hashes, source) in DIFFICULTIES {
        agrees(two_shares(algorithm, difficulty), 2.0 * hashes, &format!("{algorithm} at {difficulty} by {source}"));
    }
}

/// Every algorithm that a message, a program or a pool's name can tell is in the table, or has no factor.
#[test]
fn what_has_no_worked_example_is_unknown() {
    let source = include_str!("../coins.rs");
    let names = source.split("=> \"").skip(1).filter_map(|rest| rest.split('"').next());
    let mut claimed = 0;
    for name in names {
        let in_table = DIFFICULTIES.iter().any(|(algorithm, ..)| *algorithm == name);
        assert_eq!(hashes_per_difficulty(name).is_some(), in_table, "{name}");
        claimed += usize::from(in_table);
    }
    assert!(claimed >= 33, "{claimed}");
    for name in ["", "equihash", "verushash", "autolykos2", "octopus", "kawpow", "progpow", "firopow", "etchash", "rx/0", "cn/r", "blake3"]
    {
        assert_eq!(hashes_per_difficulty(name), None, "{name}");
    }
    assert_eq!(two_shares("autolykos2", 7.0), None);
}

/// The difficulty of shares, how many there were in how many seconds, and the rate that is told of them, to so many hashes a second.
const RATES: [(&str, f64, f64, f64, f64, f64); 2] = [
    // bitcoin.stackexchange.com/questions/121344: 131,072 each 8.844 s is 63.65 TH/s.
    ("sha256d", 131_072.0, 1.0, 8.844, 63.65e12, 0.01e12),
    // bitcointalk.org, Pool Mathematics, 21 April 2011: one share of difficulty 1 in "1 minute timedelta" is "~71.5 Mhash/sec".
    ("sha256d", 1.0, 1.0, 60.0, 71.5e6, 0.1e6),
];

#[test]
fn rates_agree_with_those_told() {
    for (algorithm, difficulty, shares, seconds, rate, apart) in RATES {
        let found = difficulty * shares * hashes_per_difficulty(algorithm).unwrap() / seconds;
        assert!((found - rate).abs() < apart, "{algorithm}: {found}, not {rate}");
    }
}

/// A limit as it stands in a message, as what reads it has it, and the hashes that a share below it takes.
#[test]
fn limits_agree_with_worked_examples() {
    let one = 4_295_032_833.0;
    // The other way round, byte by byte.
    let lowest_first = |hex: &str| {
        let bytes: Vec<u8> = (0..32).rev().map(|at| u8::from_str_radix(hex.get(at * 2..at * 2 + 2).unwrap(), 16).unwrap()).collect();
        boundary_bytes(&bytes)
    };
    let examples: [(Option<Work>, f64, &str); 20] = [
        (decimal_target("28948022309329048855892746252171976963147354982949671778132708698262398304"), 4_000.0, "2^256 / 4000"),
        (compact_target(0x1f01_0000), 65_536.0, "nimiq/core-js Policy BLOCK_TARGET_MAX is 2^240"),
        // XMRig logged "diff 480045" of it.
        (cryptonote_target("f3220000"), 480_045.0, "monero.stackexchange.com 11965"),
        (cryptonote_target("b88d0600"), 10_000.0, "xmrig/xmrig 0ce9664d Job.cpp setTarget"),
        (cryptonote_target("711b0d00"), 5_000.0, "a pool's test: get_target_hex(5000)"),
        (cryptonote_target("dc460300"), 20_000.0, "a pool's test: get_target_hex(20000)"),
        (cryptonote_target("37894100"), 1_000.0, "a pool's test: testTargetHex"),
        (cryptonote_target("285c8f02"), 100.0, "a pool's test: testTargetHex"),
        (cryptonote_target("ffffffff"), 1.0, "a pool's test: get_target_hex(1)"),
        // (2^64 - 1) / 10,000, of which b88d0600 is the upper half.
        (cryptonote_target("cb10c7bab88d0600"), 10_000.0, "xmrig/xmrig 0ce9664d Job.cpp setTarget"),
        (number_target("00068db8bac710cb"), 10_000.0, "xmrig/xmrig 0ce9664d Job.cpp setTarget, RX_YADA"),
        // Ethash, the third of eth_getWork's answer, and EthereumStratum/2.0.0, which leaves zeros out: 1.2 and 4 billion to the hash.
        (boundary("0x0000000394427b08175efa9a9eb59b9123e2969bf19bf272b20787ed022fbe6c"), 1.2e9, "nicehash/Specifications 1ce4d894"),
        (boundary("0112e0be826d694b2e62d01511f12a6061fbaec8bc02357593e70e52ba"), 4e9, "ethereum/EIPs 0bd1812f eip-1571.md"),
        // KawPow: XMRig reads 16 digits as a number, and takes 2^64 through it for the hashes.
        (boundary(&format!("00000000ffff0000{}", "0".repeat(48))), one, "xmrig/xmrig 0ce9664d EthStratumClient.cpp"),
        // Octopus: floor(2^256 / 20,000,000), INITIAL_DIFFICULTY.
        (boundary("0x000000d6bf94d5e57a42bc3d32907604691b4c8ca08cd2e1b9c3db8c8330a188"), 2e7, "Conflux-Chain/conflux-rust core/src/pow"),
        // FishHash: MAX_TARGET "is equivalent of minimum difficulty of 131072".
        (boundary(&format!("00008{}", "0".repeat(59))), 131_072.0, "iron-fish/ironfish a564971f target.ts"),
        // Equihash, where a hash is a solution: "diff 1" and "diff 32" of Zcash; 2^256 / 0x00ffff * 2^232 is 256 * 65,536 / 65,535.
        (
            boundary(&format!("00ffff{}", "0".repeat(58))),
            256.0 * 65_536.0 / 65_535.0,
            "zcash/zips zip-0301.rst; ccminer 6ff4e509 equi-stratum.cpp",
        ),
        (boundary(&format!("0007fff8{}", "0".repeat(56))), 8_192.0 * 65_536.0 / 65_535.0, "ccminer 6ff4e509 equi-stratum.cpp"),
        // Stratum V2: difficulty 1 has ff in bytes 26 and 27.
        (lowest_first(&format!("00000000ffff{}", "0".repeat(52))), one, "channels_sv2 1.0.1 target.rs"),
        // A getwork of June 2011; the header in it says the same limit as bits.
        (
            lowest_first(&format!("0000000000001d932f{}", "0".repeat(46))),
            network_difficulty(0x1a1d_932f).unwrap() * one,
            "stackoverflow.com 6273201",
        ),
    ];
    for (found, hashes, source) in examples {
        agrees(found.map(Work::number), hashes, source);
    }
    for (bits, difficulty, source) in [
        (0x1b3c_c366, 1_078.529_750_77, "exchangetuts.com: nbits of a pool for Dogecoin"),
        (0x1c13_ec53, 12.849, "bitcoin.stackexchange.com 75625"),
        // As 2^32 hashes each.
        (0x176c_2146, 2_603_077_300_218.593, "kano.is, bitcoin mining details"),
    ] {
        agrees(network_difficulty(bits), difficulty, source);
    }
}

/// Yadacoin's pools write the limit with the highest digit first; which it is says the algorithm alone.
#[test]
fn one_algorithm_has_its_limit_the_other_way_round() {
    let turned = |(side, bytes): (Side, Vec<u8>)| {
        let text =
            String::from_utf8(bytes).unwrap().replace("b88d0600", "00068db8bac710cb").replace(r#""algo":"rx/0""#, r#""algo":"rx/yada""#);
        (side, text.into_bytes())
    };
    let found = session(&monero().into_iter().map(turned).collect()).unwrap();
    assert_eq!(found.algorithm, "rx/yada");
    agrees(found.hashes_accepted, 10_000.0, "rx/yada");
}

/// A generator of numbers without pattern (SplitMix64).
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Hashes are drawn, and those below the limit counted as shares. What the shares are said to have taken is what was drawn: within four
/// times the error of 1 / sqrt(shares) in all runs, and within twice it in nearly all.
#[test]
fn shares_tell_the_hashes_that_were_drawn() {
    let mut state = 7;
    let draws = 400_000u32;
    for (target, hashes) in [("711b0d00", 5_000), ("37894100", 1_000), ("285c8f02", 100)] {
        let (limit, expected) = (u64::MAX / hashes, f64::from(draws) / hashes as f64);
        let mut near = 0;
        for _ in 0..20 {
            let shares = (0..draws).filter(|_| random(&mut state) < limit).count() as f64;
            let told = shares * cryptonote_target(target).unwrap().number();
            let apart = (told / f64::from(draws) - 1.0).abs() * expected.sqrt();
            assert!(apart < 4.0, "{target}: {shares} shares, {told} hashes");
            near += u32::from(apart < 2.0);
        }
        assert!(near >= 17, "{target}: {near} of 20");
    }
}
