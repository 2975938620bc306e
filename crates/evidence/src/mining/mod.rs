//! What is said in a conversation between a miner and a pool. Knows no packets: bytes of either side go in, in order, and out comes
//! what they say of mining, or nothing.

mod beam;
mod coins;
mod conversation;
mod cryptonote;
mod detect;
mod ethereum;
mod event;
mod factors;
mod framing;
mod getwork;
mod http;
mod login;
mod message;
mod messages;
mod nimiq;
mod nodes;
mod opening;
mod pace;
mod records;
mod repair;
mod resync;
mod salvage;
mod session;
mod shares;
mod shorten;
mod skim;
mod stratum;
mod stratum_shape;
mod stratum_v2;
#[cfg(test)]
mod tests;
mod tunnel;
mod web_jobs;
mod web_miner;
mod websocket;

pub(crate) use conversation::Conversation;
pub(crate) use pace::Interval;

/// Who opened the connection, as far as that was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Side {
    #[default]
    Client,
    Server,
}

/// What the miner's side is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Role {
    #[default]
    Miner,
    /// Mines for others that log in to it.
    Proxy,
    /// Gives work to those that log in to it, and asks no one for it.
    Pool,
    /// Asks a node of its own for work, or is a peer of nodes; never a miner by that alone.
    Node,
}

/// A conversation in which a mining protocol was spoken.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct MiningSession {
    /// `stratum`, `stratum_v2`, `cryptonote`, `grin`, `beam`, `eth_proxy`, `ethereum_stratum`, `getwork`, `getblocktemplate`, `web_miner`,
    /// `nimiq`, `dero`, `xelis`; of nodes `bitcoin_p2p`, `levin`, `rlpx`.
    pub(crate) protocol: &'static str,
    pub(crate) role: Role,
    /// A tunnel leads to the pool: the server is no more than on the way.
    pub(crate) tunnelled: bool,
    /// The side that mines.
    pub(crate) miner: Side,
    /// Empty where it cannot be known.
    pub(crate) coin: String,
    /// Empty where it cannot be known.
    pub(crate) algorithm: String,
    pub(crate) agent: String,
    /// As it was sent.
    pub(crate) login: String,
    /// The login's wallet or name at the pool, checked or not.
    pub(crate) account: String,
    /// The login's wallet, where its checksum is right.
    pub(crate) wallet: String,
    pub(crate) worker: String,
    pub(crate) mail: String,
    /// That the login asks for.
    pub(crate) fixed_difficulty: Option<f64>,
    /// The pool's name, where the payload tells it (`params` of Zcash's subscribe, CONNECT, SOCKS, Host, eth…).
    pub(crate) pool: String,
    /// 0 where the payload tells none.
    pub(crate) pool_port: u16,
    pub(crate) shares_submitted: u64,
    pub(crate) shares_accepted: u64,
    pub(crate) shares_rejected: u64,
    /// Submitted before any difficulty was seen: their hashes are not in the sums.
    pub(crate) shares_unknown: u64,
    /// Of the last job: in the pool's unit, or in hashes where the protocol tells a target.
    pub(crate) difficulty: Option<f64>,
    /// Expected hashes behind the submitted shares; `None` where the algorithm's factor is unknown.
    pub(crate) hashes: Option<f64>,
    /// Expected hashes behind the accepted shares.
    pub(crate) hashes_accepted: Option<f64>,
    /// The submitted shares over time.
    pub(crate) intervals: Vec<Interval>,
    /// 0 to 1.
    pub(crate) confidence: f64,
    /// Ticks of the first and last message of the protocol.
    pub(crate) first: i64,
    pub(crate) last: i64,
    /// What it was recognised by, a few short texts.
    pub(crate) proof: Vec<String>,
    /// What was mined in the same conversation for other accounts that logged in before.
    pub(crate) earlier: Vec<MiningSession>,
}
