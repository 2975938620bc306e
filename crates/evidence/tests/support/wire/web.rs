//! Miners that get their jobs over WebSocket without a method's name: Nimiq's, DERO's, Xelis'.

use super::super::packets::Who;
use super::numbers::Numbers;
use super::script::{Carrier, Facts, Said, Script, Truth, c, s};
use serde_json::json;

const DERO: &str = "dero1qyw4fl3dupcg5qlrcsvcedze507q9u67lxfpu8kgnzp04aq73yheqqg2ctjn4";
const XELIS: &str = "vs3mfyywt0fjys0rgslue7mm4wr23xdgejsjk0ld7f2kxng4d4nqqnkdufz";
const NIMIQ: &str = "NQ61XMNVXULYD874G08HYDXKLK29E7YRKFP6";

pub(crate) fn scripts() -> Vec<Script> {
    vec![nimiq_smart(), nimiq_nano(), dero(), xelis()]
}

fn script(name: &'static str, host: &'static str, said: Vec<(Who, Said)>, facts: Facts) -> Script {
    let pool = host.split('/').next().unwrap_or_default();
    let facts = Facts { role: "miner", pool, pool_in_head: true, submitted: 1, one_sided: true, ..facts };
    Script { name, carrier: Carrier::WebSocket(host), said, truth: Truth::Mining(facts) }
}

fn base64(letters: usize, numbers: &mut Numbers) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    (0..letters).map(|_| char::from(LETTERS[numbers.below(64)])).collect()
}

fn register(mode: &str, numbers: &mut Numbers) -> (Who, Said) {
    let spaced: String =
        NIMIQ.chars().enumerate().flat_map(|(at, c)| (at > 0 && at % 4 == 0).then_some(' ').into_iter().chain([c])).collect();
    c(
        json!({"message": "register", "mode": mode, "address": spaced, "deviceId": 712_311_887, "deviceName": "rig", "deviceData": null, "genesisHash": base64(44, numbers)}),
    )
}

fn settings(numbers: &mut Numbers) -> (Who, Said) {
    s(
        json!({"message": "settings", "address": "NQ07 0000 0000 0000 0000 0000 0000 0000 0000", "extraData": base64(40, numbers), "target": "5.7896e+73", "targetCompact": 520_159_231, "nonce": 4_013_377_711_u64}),
    )
}

fn nimiq(name: &'static str, host: &'static str, said: Vec<(Who, Said)>, late: Option<usize>) -> Script {
    let spaced = "NQ61 XMNV XULY D874 G08H YDXK LK29 E7YR KFP6".to_owned();
    let facts = Facts { protocol: "nimiq", login: spaced, wallet: NIMIQ, worker: "rig", algorithm: "argon2d", late, ..Facts::default() };
    script(name, host, said, facts)
}

fn nimiq_smart() -> Script {
    let n = &mut Numbers::of("nimiq-smart");
    let said = vec![
        register("smart", n),
        s(json!({"message": "registered"})),
        settings(n),
        s(json!({"message": "balance", "balance": 0, "confirmedBalance": 0, "payoutRequestActive": false})),
        c(
            json!({"message": "share", "blockHeader": base64(196, n), "minerAddrProof": base64(88, n), "extraDataProof": base64(88, n), "block": null}),
        ),
        s(json!({"message": "balance", "balance": 12, "confirmedBalance": 0, "payoutRequestActive": false})),
        settings(n),
    ];
    nimiq("nimiq-smart", "nimiq.pool.example", said, Some(4))
}

fn nimiq_nano() -> Script {
    let n = &mut Numbers::of("nimiq-nano");
    let said = vec![
        register("nano", n),
        s(json!({"message": "registered"})),
        settings(n),
        s(json!({"message": "new-block", "bodyHash": base64(44, n), "accountsHash": base64(44, n), "previousBlock": base64(240, n)})),
        c(json!({"message": "share", "block": base64(240, n)})),
        s(json!({"message": "new-block", "bodyHash": base64(44, n), "accountsHash": base64(44, n), "previousBlock": base64(240, n)})),
    ];
    // A share like this is a word that others say as well.
    nimiq("nimiq-nano", "nimiq.pool.example", said, None)
}

fn dero() -> Script {
    let n = &mut Numbers::of("dero");
    let job = |id: &str, found: u32, n: &mut Numbers| {
        s(
            json!({"jobid": id, "blockhashing_blob": n.hex(96), "difficulty": "9000", "difficultyuint64": 9_000, "height": 1_240_000, "prev_hash": n.hex(64), "epochmilli": 0, "blocks": 0, "miniblocks": found, "rejected": 0, "lasterror": "", "status": "OK"}),
        )
    };
    let said = vec![
        job("1669.0.notified", 0, n),
        job("1670.0.notified", 0, n),
        c(json!({"jobid": "1670.0.notified", "mbl_blob": n.hex(96)})),
        job("1671.0.notified", 1, n),
    ];
    let facts = Facts {
        protocol: "dero",
        login: format!("{DERO}.rig"),
        wallet: DERO,
        worker: "rig",
        algorithm: "astrobwt",
        accepted: 1,
        late: Some(2),
        ..Facts::default()
    };
    script("dero", "dero.pool.example/ws/dero1qyw4fl3dupcg5qlrcsvcedze507q9u67lxfpu8kgnzp04aq73yheqqg2ctjn4.rig", said, facts)
}

fn xelis() -> Script {
    let n = &mut Numbers::of("xelis");
    let job = |n: &mut Numbers| {
        s(
            json!({"new_job": {"algorithm": "xel/v2", "miner_work": n.hex(224), "height": 1_240_000, "difficulty": "9000", "topoheight": 1_300_000}}),
        )
    };
    let said = vec![
        job(n),
        job(n),
        c(json!({"miner_work": n.hex(224)})),
        s(json!("block_accepted")),
        job(n),
        c(json!({"miner_work": n.hex(224)})),
        s(json!({"block_rejected": "old job"})),
    ];
    let facts = Facts {
        protocol: "xelis",
        login: format!("xel:{XELIS}/rig"),
        wallet: XELIS,
        worker: "rig",
        algorithm: "xelishash",
        accepted: 1,
        late: Some(1),
        ..Facts::default()
    };
    let Script { name, carrier, said, truth } =
        script("xelis", "xelis.pool.example:8080/getwork/xel:vs3mfyywt0fjys0rgslue7mm4wr23xdgejsjk0ld7f2kxng4d4nqqnkdufz/rig", said, facts);
    let truth = if let Truth::Mining(facts) = truth {
        Truth::Mining(Facts { submitted: 2, pool: "xelis.pool.example", one_sided: false, ..facts })
    } else {
        truth
    };
    Script { name, carrier, said, truth }
}
