//! What is said in a conversation between a miner and a pool. Knows no packets: bytes of either side go in, in order, and out comes
//! what they say of mining, or nothing.

/// Who opened the connection, as far as that was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Client,
    Server,
}

/// What the miner's side is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Miner,
    /// Mines for others that log in to it.
    Proxy,
    /// Asks a node of its own for work, or is a peer of nodes; never a miner by that alone.
    Node,
}

/// A conversation in which a mining protocol was spoken.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MiningSession {
    /// `stratum`, `stratum_v2`, `cryptonote`, `eth_proxy`, `ethereum_stratum`, `getwork`, `getblocktemplate`, `web_miner`, …
    pub(crate) protocol: &'static str,
    pub(crate) role: Role,
    /// The side that mines.
    pub(crate) miner: Side,
    /// Empty where it cannot be known.
    pub(crate) coin: String,
    /// Empty where it cannot be known.
    pub(crate) algorithm: String,
    pub(crate) agent: String,
    pub(crate) login: String,
    /// The login's wallet, where its checksum is right.
    pub(crate) wallet: String,
    pub(crate) worker: String,
    /// The pool's name, where the payload tells it (`params` of Zcash's subscribe, CONNECT, SOCKS, Host, eth…).
    pub(crate) pool: String,
    pub(crate) shares_submitted: u64,
    pub(crate) shares_accepted: u64,
    /// Of the last job.
    pub(crate) difficulty: Option<f64>,
    /// Expected hashes behind the submitted shares; `None` where the algorithm's factor is unknown.
    pub(crate) hashes: Option<f64>,
    /// 0 to 1.
    pub(crate) confidence: f64,
    /// Ticks of the first and last message of the protocol.
    pub(crate) first: i64,
    pub(crate) last: i64,
    /// What it was recognised by, a few short texts.
    pub(crate) proof: Vec<String>,
}

/// One connection's conversation, as it goes on.
#[derive(Debug, Default)]
pub(crate) struct Conversation {}

impl Conversation {
    /// Bytes of one side, in their order; `lost` where bytes of that side are missing before them.
    pub(crate) fn push(&mut self, _side: Side, _bytes: &[u8], _at: i64, _lost: bool) {}

    /// Whether no further bytes can make this a mining session: the reader may stop keeping payload.
    pub(crate) fn hopeless(&self) -> bool {
        false
    }

    pub(crate) fn finish(self) -> Option<MiningSession> {
        None
    }
}
