//! Each protocol as it is spoken.

use super::*;

fn near(value: Option<f64>, expected: f64) {
    let value = value.expect("a number");
    assert!((value / expected - 1.0).abs() < 1e-4, "{value} is not {expected}");
}

#[test]
fn cryptonote_with_shares() {
    let found = session(&monero()).unwrap();
    assert_eq!((found.protocol, found.role, found.miner), ("cryptonote", Role::Miner, Client));
    assert_eq!((found.coin.as_str(), found.algorithm.as_str()), ("XMR", "rx/0"));
    assert_eq!((found.wallet.as_str(), found.worker.as_str()), (XMR, "rig1"));
    assert_eq!(found.login, format!("{XMR}.rig1"));
    assert!(found.agent.starts_with("XMRig/6.21.0"));
    assert_eq!((found.shares_submitted, found.shares_accepted, found.shares_rejected), (2, 1, 1));
    near(found.hashes, 15_000.0);
    near(found.hashes_accepted, 10_000.0);
    near(found.difficulty, 5_000.0);
    assert!(found.confidence > 0.95);
    assert_eq!((found.first, found.last), (0, 8));
}

#[test]
fn the_same_result_wherever_the_stream_is_cut() {
    for script in [monero(), bitcoin()] {
        let whole = run(&script, usize::MAX).unwrap();
        for (which, (_, bytes)) in script.iter().enumerate() {
            for cut in 1..bytes.len() {
                let mut split = script.clone();
                let rest = split[which].1.split_off(cut);
                split.insert(which + 1, (script[which].0, rest));
                let mut found = run(&split, usize::MAX).unwrap();
                found.first = whole.first;
                found.last = whole.last;
                found.intervals.iter_mut().zip(&whole.intervals).for_each(|(a, b)| a.start = b.start);
                assert_eq!(found, whole, "{which} at {cut}");
            }
        }
    }
}

#[test]
fn stratum_with_version_rolling() {
    let found = session(&bitcoin()).unwrap();
    assert_eq!((found.protocol, found.role), ("stratum", Role::Miner));
    assert_eq!((found.coin.as_str(), found.algorithm.as_str(), found.agent.as_str()), ("BTC", "sha256d", "cgminer/4.12.1"));
    assert_eq!((found.wallet.as_str(), found.worker.as_str()), (BTC, "s19"));
    assert_eq!((found.shares_submitted, found.shares_accepted, found.shares_rejected), (2, 1, 1));
    near(found.hashes_accepted, 65536.0 * 2f64.powi(32));
    near(found.difficulty, 65536.0);
}

#[test]
fn stratum_of_an_unknown_algorithm_says_so() {
    let script = lines(&[
        (Client, r#"{"id":1,"method":"mining.subscribe","params":["ccminer/2.3"]}"#),
        (Client, r#"{"id":2,"method":"mining.authorize","params":["user.w1","x"]}"#),
        (Server, r#"{"id":null,"method":"mining.set_difficulty","params":["0.5"]}"#),
        (Client, r#"{"id":4,"method":"mining.submit","params":["user.w1","1","00","65000000","1234abcd"]}"#),
        (Server, r#"{"id":4,"result":true,"error":null}"#),
    ]);
    let found = session(&script).unwrap();
    assert_eq!((found.algorithm.as_str(), found.coin.as_str(), found.hashes, found.shares_accepted), ("", "", None, 1));
    assert_eq!((found.difficulty, found.worker.as_str(), found.account.as_str()), (Some(0.5), "w1", "user"));
    // The pool's name tells the algorithm.
    let mut conversation = Conversation::default();
    conversation.server_name("scrypt.pool.example");
    for (side, bytes) in &script {
        conversation.push(*side, bytes, 1, false);
    }
    let found = conversation.finish().unwrap();
    assert_eq!(found.algorithm, "scrypt");
    near(found.hashes, 0.5 * 65_536.0);
}

#[test]
fn zcash_names_its_pool() {
    let zero = hash("0");
    let solution = "fd4005".to_owned() + &"ab".repeat(1344);
    let found = session(&lines(&[
        (Client, r#"{"id": 1, "method": "mining.subscribe", "params": ["equihashminer", null, "zec.pool.example", "2142"]}"#),
        (Server, r#"{"id":1,"result":[null,"0800000001"],"error":null}"#),
        (Client, r#"{"id":2,"method":"mining.authorize","params":["t1fAhZF5aUJdY7CikGULHmeYk7id8qmvbAd.rig4","x"]}"#),
        (Server, &format!(r#"{{"id":null,"method":"mining.set_target","params":["0000{}"]}}"#, "f".repeat(60))),
        (Server, &format!(r#"{{"id":null,"method":"mining.notify","params":["7","04000000","{zero}","{zero}","{zero}","5a000000","1c000000",true]}}"#)),
        (Client, &format!(r#"{{"id":4,"method":"mining.submit","params":["t1fAhZF5aUJdY7CikGULHmeYk7id8qmvbAd.rig4","7","5a000000","00112233","{solution}"]}}"#)),
        (Server, r#"{"id":4,"result":true,"error":null}"#),
    ]))
    .unwrap();
    assert_eq!((found.protocol, found.coin.as_str(), found.algorithm.as_str()), ("stratum", "ZEC", "equihash"));
    assert_eq!((found.pool.as_str(), found.pool_port, found.worker.as_str()), ("zec.pool.example", 2142, "rig4"));
    near(found.hashes, 65_536.0);
}

#[test]
fn wallets_and_names_of_pools_tell_coin_and_algorithm_where_the_jobs_agree() {
    const LTC: &str = "LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH9";
    const KAS: &str = "kaspa:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a";
    let zero = hash("0");
    let bitcoins = |bits: &str| format!(r#"["1","{zero}","01","02",["{zero}"],"20000000","{bits}","65000000",true]"#);
    let machines = format!(r#"["17","{}"]"#, "0123456789".repeat(8));
    for (login, host, job, algorithm, coin) in [
        (LTC, "", bitcoins("1929c4f0"), "scrypt", "LTC"),
        (LTC, "", bitcoins("1d00ffff"), "", ""),
        (LTC, "", bitcoins("17034219"), "sha256d", "BTC"),
        ("user.rig", "ltc.pool.example", bitcoins("1929c4f0"), "scrypt", "LTC"),
        ("user.rig", "ltc.pool.example", bitcoins("17034219"), "sha256d", "BTC"),
        ("user.rig", "pool.example", bitcoins("1929c4f0"), "", ""),
        ("user.rig", "kas.pool.example", machines.clone(), "kheavyhash", "KAS"),
        (KAS, "", machines, "", ""),
    ] {
        let mut conversation = Conversation::default();
        conversation.server_name(host);
        conversation.push(
            Client,
            format!("{{\"id\":2,\"method\":\"mining.authorize\",\"params\":[\"{login}\",\"x\"]}}\n").as_bytes(),
            1,
            false,
        );
        conversation.push(Server, format!("{{\"id\":null,\"method\":\"mining.notify\",\"params\":{job}}}\n").as_bytes(), 2, false);
        let found = conversation.finish().unwrap();
        assert_eq!((found.algorithm.as_str(), found.coin.as_str()), (algorithm, coin), "{login} {host} {job}");
    }
}

#[test]
fn kawpow_kaspa_and_autolykos_are_known_by_their_jobs() {
    let zero = hash("0");
    let hello = r#"{"id":1,"method":"mining.subscribe","params":["miner/1.0"]}"#;
    for (job, algorithm) in [
        (format!(r#"["1","{zero}","{zero}","00000000{}",true,2500000,"1b00ffff"]"#, "f".repeat(56)), "kawpow"),
        (r#"["1",[1,2,3,18446744073709551615],1700000000]"#.to_owned(), "kheavyhash"),
        (
            format!(
                r#"["1",900000,"{zero}","","","02","28948022309329048855892746252171976963209391069768726095651290785379540373584","",true]"#
            ),
            "autolykos2",
        ),
        (format!(r#"["1","{zero}","{zero}",true]"#), "ethash"),
        (format!(r#"["1","{zero}","{zero}","01","02",["{zero}"],"20000000","1b00ffff","65000000",true]"#), "lbry"),
    ] {
        let notify = format!(r#"{{"id":null,"method":"mining.notify","params":{job}}}"#);
        let found = session(&lines(&[(Client, hello), (Server, &notify)])).unwrap();
        assert_eq!(found.algorithm, algorithm);
    }
}

#[test]
fn ethereum_stratum_of_both_versions() {
    let zero = hash("0");
    let found = session(&lines(&[
        (Client, r#"{"id":1,"method":"mining.subscribe","params":["NiceHash/1.0.0","EthereumStratum/1.0.0"]}"#),
        (Server, r#"{"id":1,"result":[["mining.notify","ae68","EthereumStratum/1.0.0"],"080c"],"error":null}"#),
        (Client, r#"{"id":2,"method":"mining.extranonce.subscribe","params":[]}"#),
        (Client, &format!(r#"{{"id":3,"method":"mining.authorize","params":["{ETH}.rig","x"]}}"#)),
        (Server, r#"{"id":null,"method":"mining.set_difficulty","params":[0.5]}"#),
        (Server, &format!(r#"{{"id":null,"method":"mining.notify","params":["bf0488aa","{zero}","{zero}",true]}}"#)),
        (Client, r#"{"id":244,"method":"mining.submit","params":["rig","bf0488aa","6a909d9bbc0f"]}"#),
        (Server, r#"{"id":244,"result":true,"error":null}"#),
    ]))
    .unwrap();
    assert_eq!((found.protocol, found.role, found.algorithm.as_str()), ("ethereum_stratum", Role::Proxy, "ethash"));
    assert_eq!((found.wallet.as_str(), found.coin.as_str()), (ETH, ""));
    near(found.hashes, 0.5 * 2f64.powi(32));

    let found = session(&lines(&[
        (Client, r#"{"id":0,"method":"mining.hello","params":{"agent":"miner-1","host":"eth.pool.example","port":"d05","proto":"EthereumStratum/2.0.0"}}"#),
        (Server, r#"{"id":0,"result":{"proto":"EthereumStratum/2.0.0","encoding":"plain","resume":"0","timeout":"b4","maxerrors":"5","node":"x"},"error":null}"#),
        (Client, r#"{"id":1,"method":"mining.subscribe"}"#),
        (Client, &format!(r#"{{"id":2,"method":"mining.authorize","params":["{ETH}.rig","x"]}}"#)),
        (Server, &format!(r#"{{"method":"mining.set","params":{{"epoch":"dc","target":"0000{}","algo":"ethash","extranonce":"70"}}}}"#, "f".repeat(60))),
        (Server, &format!(r#"{{"method":"mining.notify","params":["bf0488aa","6526d5","{zero}","0"]}}"#)),
        (Client, r#"{"id":3,"method":"mining.submit","params":["bf0488aa","68765fccd712","w-123"]}"#),
        (Server, r#"{"id":3,"result":true}"#),
    ]))
    .unwrap();
    assert_eq!((found.protocol, found.pool.as_str(), found.pool_port), ("ethereum_stratum", "eth.pool.example", 0xd05));
    assert_eq!((found.worker.as_str(), found.shares_accepted), ("rig", 1));
    near(found.hashes, 65_536.0);
}

#[test]
fn eth_proxy_with_hashrate() {
    let work = |header: &str| format!(r#"["0x{}","0x{}","0x00000000ffff{}"]"#, hash(header), hash("5"), "0".repeat(52));
    let found = session(&lines(&[
        (Client, r#"{"worker": "eth1.0", "jsonrpc": "2.0", "params": ["0x4b99a5f1f0b56b0e4e1d9c7b1f3bd2a91c6b0b0d.rig9/me@mail.example", "x"], "id": 2, "method": "eth_submitLogin"}"#),
        (Server, r#"{"id":2,"jsonrpc":"2.0","result":true}"#),
        (Client, r#"{"worker": "", "jsonrpc": "2.0", "params": [], "id": 3, "method": "eth_getWork"}"#),
        (Server, &format!(r#"{{"id":3,"jsonrpc":"2.0","result":{}}}"#, work("a"))),
        (Server, &format!(r#"{{"id":0,"jsonrpc":"2.0","result":{}}}"#, work("b"))),
        (Client, &format!(r#"{{"id":4,"method":"eth_submitWork","params":["0x0123456789abcdef","0x{}","0x{}"]}}"#, hash("a"), hash("c"))),
        (Server, r#"{"id":4,"jsonrpc":"2.0","result":true}"#),
        (Client, &format!(r#"{{"id":6,"method":"eth_submitHashrate","params":["0x500000","0x{}"]}}"#, hash("d"))),
    ]))
    .unwrap();
    assert_eq!((found.protocol, found.role, found.algorithm.as_str(), found.coin.as_str()), ("eth_proxy", Role::Miner, "ethash", ""));
    assert_eq!((found.account.as_str(), found.wallet.as_str()), ("0x4b99a5f1f0b56b0e4e1d9c7b1f3bd2a91c6b0b0d", ""));
    assert_eq!((found.worker.as_str(), found.mail.as_str()), ("rig9", "me@mail.example"));
    assert_eq!((found.shares_submitted, found.shares_accepted), (1, 1));
    near(found.hashes, 2f64.powi(32));
}

#[test]
fn web_miners_in_lines() {
    let found = session(&lines(&[
        (Client, r#"{"type":"auth","params":{"version":7,"site_key":"SiteKey123","type":"anonymous","user":null,"goal":0}}"#),
        (Server, r#"{"type":"authed","params":{"token":"","hashes":0}}"#),
        (Server, &format!(r#"{{"type":"job","params":{{"job_id":"164698158344253","blob":"{}","target":"ffffff00"}}}}"#, blob("0707"))),
        (
            Client,
            &format!(
                r#"{{"type":"submit","params":{{"version":7,"job_id":"164698158344253","nonce":"0a0b0c0d","result":"{}"}}}}"#,
                hash("e")
            ),
        ),
        (Server, r#"{"type":"hash_accepted","params":{"hashes":256}}"#),
    ]))
    .unwrap();
    assert_eq!((found.protocol, found.login.as_str(), found.shares_accepted), ("web_miner", "SiteKey123", 1));
    near(found.hashes, 256.0);
    let found = session(&lines(&[(
        Client,
        &format!(r#"{{"identifier":"handshake","pool":"pool.example","login":"{XMR}","password":"","userid":"","version":7}}"#),
    )]))
    .unwrap();
    assert_eq!((found.protocol, found.pool.as_str(), found.wallet.as_str()), ("web_miner", "pool.example", XMR));
}

#[test]
fn grin_uses_the_words_of_cryptonote() {
    let pow = vec!["1"; 42].join(",");
    let found = session(&lines(&[
        (Client, r#"{"id":"0","jsonrpc":"2.0","method":"login","params":{"login":"user.rig","pass":"","agent":"grin-miner"}}"#),
        (Server, r#"{"id":"0","jsonrpc":"2.0","method":"login","result":"ok","error":null}"#),
        (Server, &format!(r#"{{"id":"Stratum","jsonrpc":"2.0","method":"job","params":{{"difficulty":4,"height":16375,"job_id":5,"pre_pow":"{}"}}}}"#, blob("0001"))),
        (Client, &format!(r#"{{"id":"0","jsonrpc":"2.0","method":"submit","params":{{"edge_bits":29,"height":16375,"job_id":5,"nonce":88948,"pow":[{pow}]}}}}"#)),
        (Server, r#"{"id":"0","jsonrpc":"2.0","result":"ok","error":null}"#),
    ]))
    .unwrap();
    assert_eq!((found.protocol, found.shares_submitted, found.hashes), ("grin", 1, None));
}

#[test]
fn roles_are_told_by_the_program_and_the_side_that_speaks() {
    let login = |agent: &str| format!(r#"{{"id":1,"method":"login","params":{{"login":"{XMR}","pass":"x","agent":"{agent}"}}}}"#);
    assert_eq!(session(&lines(&[(Client, &login("xmrig-proxy/6.20.0"))])).unwrap().role, Role::Proxy);
    let turned: Script = monero().into_iter().map(|(side, bytes)| (side.other(), bytes)).collect();
    let found = session(&turned).unwrap();
    assert_eq!((found.role, found.miner), (Role::Miner, Server));
}

#[test]
fn algorithms_of_old_monero_are_told_by_its_blocks() {
    for (version, algorithm) in [("0606", "cn/0"), ("0707", "cn/1"), ("0909", "cn/2"), ("0b0b", "cn/r"), ("1010", "rx/0")] {
        let found = session(&lines(&[
            (Client, &format!(r#"{{"method":"login","params":{{"login":"{XMR}","pass":"x","agent":"xmr-stak-cpu/1.3.0"}},"id":1}}"#)),
            (Server, &format!(r#"{{"id":1,"jsonrpc":"2.0","error":null,"result":{{"id":"1","job":{{"blob":"{}","job_id":"1","target":"b88d0600"}},"status":"OK"}}}}"#, blob(version))),
        ]))
        .unwrap();
        assert_eq!((found.coin.as_str(), found.algorithm.as_str()), ("XMR", algorithm));
    }
}

#[test]
fn verushash_stays_what_its_jobs_say() {
    let zero = "0".repeat(64);
    let solution = format!("fd4005{}", "ab".repeat(1344));
    let script = lines(&[
        (Client, r#"{"id":1,"method":"mining.subscribe","params":["ccminer/3.8.3"]}"#),
        (Client, r#"{"id":2,"method":"mining.authorize","params":["user.w","x"]}"#),
        (Server, &format!(r#"{{"id":null,"method":"mining.set_target","params":["0000000f{}"]}}"#, "f".repeat(56))),
        (
            Server,
            &format!(
                r#"{{"id":null,"method":"mining.notify","params":["7","04000100","{zero}","{zero}","{zero}","5a000000","1c000000",true,"{}"]}}"#,
                "0700".repeat(36)
            ),
        ),
        (Client, &format!(r#"{{"id":4,"method":"mining.submit","params":["user.w","7","5a000000","00112233","{solution}"]}}"#)),
        (Server, r#"{"id":4,"result":true,"error":null}"#),
    ]);
    let found = session(&script).unwrap();
    assert_eq!((found.algorithm.as_str(), found.shares_accepted), ("verushash", 1));
}

#[test]
fn conflux_answers_with_a_list() {
    let script = lines(&[
        (Client, &format!(r#"{{"id":1,"jsonrpc":"2.0","method":"mining.subscribe","params":["{ETH}.rig","x"]}}"#)),
        (
            Client,
            &format!(r#"{{"id":4,"jsonrpc":"2.0","method":"mining.submit","params":["{ETH}.rig","0x12","0x0123","0x{}"]}}"#, hash("a")),
        ),
        (Server, r#"{"id":4,"jsonrpc":"2.0","result":[true],"error":null}"#),
        (
            Client,
            &format!(r#"{{"id":5,"jsonrpc":"2.0","method":"mining.submit","params":["{ETH}.rig","0x12","0x0124","0x{}"]}}"#, hash("b")),
        ),
        (Server, r#"{"id":5,"jsonrpc":"2.0","result":[false,"stale"],"error":null}"#),
    ]);
    let found = session(&script).unwrap();
    assert_eq!((found.shares_accepted, found.shares_rejected), (1, 1));
}

#[test]
fn a_second_account_on_one_connection_is_told_apart() {
    const OTHER: &str = "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A";
    let login = |id: u8, wallet: &str| {
        format!(r#"{{"id":{id},"method":"login","params":{{"login":"{wallet}","pass":"x","agent":"XMRig/6.21.0"}}}}"#)
    };
    let job = |id: u8| {
        format!(
            r#"{{"id":{id},"result":{{"id":"s","job":{{"blob":"{}","job_id":"j{id}","target":"b88d0600","algo":"rx/0"}}}}}}"#,
            blob("1010")
        )
    };
    let share = |id: u8, job: u8| {
        format!(
            r#"{{"id":{id},"method":"submit","params":{{"id":"s","job_id":"j{job}","nonce":"0a0b0c{id:02x}","result":"{}"}}}}"#,
            hash("a")
        )
    };
    let ok = |id: u8| format!(r#"{{"id":{id},"error":null,"result":{{"status":"OK"}}}}"#);
    let script = lines(&[
        (Client, &login(1, XMR)),
        (Server, &job(1)),
        (Client, &share(2, 1)),
        (Server, &ok(2)),
        (Client, &login(3, OTHER)),
        (Server, &job(3)),
        (Client, &share(4, 3)),
        (Server, &ok(4)),
        (Client, &share(5, 3)),
        (Server, &ok(5)),
    ]);
    let found = session(&script).unwrap();
    let facts = |s: &MiningSession| (s.login.clone(), s.shares_submitted, s.shares_accepted, s.first, s.last);
    assert_eq!(facts(&found), (OTHER.to_owned(), 2, 2, 4, 9));
    assert_eq!(found.earlier.iter().map(facts).collect::<Vec<_>>(), [(XMR.to_owned(), 1, 1, 0, 3)]);
    // A worker of the same account is none.
    let same = lines(&[
        (Client, r#"{"id":1,"method":"mining.subscribe","params":["proxy/1"]}"#),
        (Client, r#"{"id":2,"method":"mining.authorize","params":["acct.w0","x"]}"#),
        (Client, r#"{"id":3,"method":"mining.authorize","params":["acct.w1","x"]}"#),
    ]);
    assert_eq!(session(&same).unwrap().earlier, []);
}

#[test]
fn a_proxy_that_logs_in_for_many_at_once_is_known() {
    let found = session(&lines(&[
        (Client, r#"{"id":1,"method":"mining.capabilities","params":[{"notify":[],"set_difficulty":{}}]}"#),
        (
            Client,
            &format!(
                r#"{{"id":2,"method":"mining.multi_authorize","params":[["{BTC}.a","x"],["{BTC}.b","x"],["{BTC}.c","x"],["{BTC}.d","x"]]}}"#
            ),
        ),
        (Server, r#"{"id":2,"result":[true,true,true,true],"error":null}"#),
        (Server, r#"{"id":null,"method":"mining.set_goal","params":["BTC",{"malgo":"SHA256d"}]}"#),
        (Server, r#"{"id":3,"method":"mining.ping","params":[]}"#),
    ]))
    .unwrap();
    assert_eq!((found.role, found.wallet.as_str(), found.worker.as_str(), found.miner), (Role::Proxy, BTC, "a", Client));
    // Words that others have as well, with what they take.
    for (asks, answers) in [
        (r#"{"id":1,"method":"mining.multi_authorize","params":["read","write"]}"#, r#"{"id":1,"result":true}"#),
        (r#"{"id":1,"method":"mining.ping","params":["x"]}"#, r#"{"id":1,"result":"pong"}"#),
        (r#"{"id":1,"method":"mining.capabilities","params":[]}"#, r#"{"id":1,"result":{"models":["tree"]}}"#),
        (r#"{"id":1,"method":"mining.passthrough","params":["drill 7"]}"#, r#"{"id":1,"result":true}"#),
        (r#"{"id":1,"method":"mining.set_goal","params":[9000,"tons"]}"#, r#"{"id":1,"result":true}"#),
    ] {
        assert_eq!(session(&lines(&[(Client, asks), (Server, answers), (Client, asks), (Server, answers)])), None, "{asks}");
    }
}
