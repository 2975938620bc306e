//! What is known of a conversation so far, and whether that makes it mining.

use super::coins::{self, Program};
use super::factors::hashes_per_difficulty;
use super::login::{self, Login};
use super::nodes::Peers;
use super::pace::Pace;
use super::shares::{Jobs, Tally, Work, network_difficulty};
use super::{MiningSession, Role, Side, web_jobs};
use serde_json::Value;
use std::collections::{BTreeSet, VecDeque};
use std::net::IpAddr;

/// A conversation is mining from this weight on: one sign that nothing else gives, or two that something else might give alone.
const ENOUGH: f64 = 2.0;
/// Names of signs that weigh differently by what else is said.
pub(super) const WALLET_LOGIN: &str = "login with a wallet";
pub(super) const MINERS_LOGIN: &str = "login of a miner's program";
/// The rank of a login that is said in so many words.
const SAID: u8 = 3;
/// Of one connection only so many are told apart.
const MOST_LOGINS: usize = 16;
/// A program mines for one account as one worker, and for its maker's now and then; a proxy for many over one connection.
const OF_PROXIES: usize = 4;
const MOST_PENDING: usize = 64;
const MOST_PROOF: usize = 8;
const LONGEST_TEXT: usize = 256;
/// Ranks of what is said of the pool: see [`Session::pool`].
const NAMED: u8 = 10;
pub(super) const ELSEWHERE: u8 = 1;
const ELSEWHERE_BY_NAME: u8 = ELSEWHERE + NAMED;
const TUNNEL: u8 = 3;
const TUNNEL_TO_NAME: u8 = TUNNEL + NAMED;

/// A sign of mining. Each counts once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sign {
    pub(super) name: &'static str,
    pub(super) weight: f64,
}

pub(super) const fn sign(name: &'static str, weight: f64) -> Sign {
    Sign { name, weight }
}

/// What a request that waits for its answer asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Ask {
    Subscribe,
    Authorize,
    Configure,
    Version,
    Login,
    Work,
    Template,
    Share(Option<Work>),
}

#[derive(Debug)]
struct Pending {
    from: Side,
    id: String,
    ask: Ask,
}

#[derive(Debug, Default)]
pub(super) struct Session {
    signs: Vec<Sign>,
    protocol: &'static str,
    /// How sure the protocol's name is; a surer one replaces it.
    protocol_rank: u8,
    /// How often a message said that this side mines.
    client_mines: u32,
    server_mines: u32,
    pub(super) agent: String,
    pub(super) login: Login,
    login_rank: u8,
    pub(super) worker: String,
    pub(super) pool: String,
    pub(super) pool_port: u16,
    pool_rank: u8,
    tunnelled: bool,
    /// Logins and workers that were named, by their text.
    names: BTreeSet<String>,
    pub(super) jobs: Jobs,
    pub(super) tally: Tally,
    pace: Pace,
    pending: VecDeque<Pending>,
    algorithm: &'static str,
    algorithm_rank: u8,
    coin: &'static str,
    /// By the pool's name; a wallet tells it more surely.
    host_coin: &'static str,
    /// The difficulty of the last job's network.
    network: Option<f64>,
    /// A miner's or a pool's own sign in a protocol that nodes speak as well.
    pub(super) is_miners: bool,
    /// Work is asked of a node.
    pub(super) asks_node: bool,
    peers: Option<Peers>,
    first: Option<i64>,
    last: i64,
    /// What was asked for where WebSocket begins.
    pub(super) path: String,
    pub(super) counts: Option<web_jobs::Counts>,
    /// How often work was asked for.
    pub(super) polls: u32,
    /// The version of the blocks that CryptoNote's jobs are for.
    pub(super) block_version: u8,
    /// The seed of Ethereum's last job, and that job.
    pub(super) seed: (String, String),
    /// A login was answered, and no job came with the answer.
    pub(super) unheeded: bool,
    /// What was mined for others that logged in before.
    earlier: Vec<Turn>,
    client_says: Says,
    server_says: Says,
}

/// The time of one login.
#[derive(Debug)]
struct Turn {
    login: Login,
    worker: String,
    tally: Tally,
    pace: Pace,
    first: i64,
    last: i64,
}

/// What a side's messages with a sign of mining looked like.
#[derive(Debug, Default, Clone, Copy)]
struct Says {
    /// There was one that has no members but those of the protocols.
    plain: bool,
    /// There was one with members of a program's own records.
    recorded: bool,
}

impl Session {
    /// A message showed this; texts that come with it go into the proof.
    pub(super) fn sign(&mut self, sign: Sign, at: i64) {
        self.seen(at);
        if !self.signs.iter().any(|known| known.name == sign.name) && self.signs.len() < 64 {
            self.signs.push(sign);
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.signs.iter().any(|sign| sign.name == name)
    }

    /// A message belongs to the mining.
    pub(super) fn seen(&mut self, at: i64) {
        self.first.get_or_insert(at);
        self.last = at;
    }

    pub(super) fn protocol(&mut self, name: &'static str, rank: u8) {
        if rank > self.protocol_rank {
            self.protocol = name;
            self.protocol_rank = rank;
        }
    }

    pub(super) fn protocol_is(&self, name: &str) -> bool {
        self.protocol == name
    }

    pub(super) fn mines(&mut self, side: Side) {
        let votes = match side {
            Side::Client => &mut self.client_mines,
            Side::Server => &mut self.server_mines,
        };
        *votes = votes.saturating_add(1);
    }

    pub(super) fn agent(&mut self, text: &str) {
        if !text.is_empty() && (self.agent.is_empty() || coins::program(&self.agent) == Program::Unknown) {
            self.agent = clip(text);
        }
    }

    /// A login; one that was said in so many words replaces one that was concluded.
    /// Another account that logs in afterwards is paid for what follows.
    pub(super) fn login(&mut self, text: &str, rank: u8) {
        if text.trim().is_empty() {
            return;
        }
        if self.names.len() < OF_PROXIES && !self.names.contains(text) {
            self.names.insert(clip(text));
        }
        if rank < self.login_rank {
            return;
        }
        if rank > self.login_rank {
            self.login = login::read(text);
            self.login_rank = rank;
        } else if rank == SAID && text != self.login.text && self.earlier.len() < MOST_LOGINS {
            let login = login::read(text);
            if !login.account.eq_ignore_ascii_case(&self.login.account) {
                self.turn(login);
            }
        }
    }

    pub(super) fn turns(&self) -> usize {
        self.earlier.len()
    }

    fn turn(&mut self, login: Login) {
        let (Some(first), last) = (self.first, self.last) else {
            self.login = login;
            return;
        };
        let before = std::mem::replace(&mut self.login, login);
        let (worker, tally, pace) = (std::mem::take(&mut self.worker), std::mem::take(&mut self.tally), std::mem::take(&mut self.pace));
        self.earlier.push(Turn { login: before, worker, tally, pace, first, last });
        self.pending.retain(|pending| !matches!(pending.ask, Ask::Share(_)));
        self.first = None;
    }

    /// What a message says of the pool. Any name tells more than an address; of names that which is said in surer words, and of equal
    /// ones the first.
    pub(super) fn pool(&mut self, host: &str, port: u16, rank: u8) {
        let rank = if host.parse::<IpAddr>().is_ok() { rank } else { rank.saturating_add(NAMED) };
        if !host.is_empty() && rank > self.pool_rank {
            self.pool = clip(host);
            self.pool_port = port;
            self.pool_rank = rank;
        }
    }

    /// A tunnel leads there; of tunnels in tunnels the innermost leads to the pool.
    pub(super) fn tunnel(&mut self, host: &str, port: u16) {
        self.tunnelled = true;
        // The proxy's answer tells nothing.
        if !host.is_empty() && matches!(self.pool_rank, TUNNEL | TUNNEL_TO_NAME) {
            self.pool_rank = 0;
        }
        self.pool(host, port, TUNNEL);
    }

    pub(super) fn algorithm(&mut self, name: &'static str, rank: u8) {
        if rank > self.algorithm_rank {
            self.algorithm = name;
            self.algorithm_rank = rank;
        }
    }

    /// A protocol that one coin alone speaks.
    pub(super) fn coin(&mut self, name: &'static str) {
        self.coin = name;
    }

    /// The bits of a block's header. Only Bitcoin's kin is so hard: whatever has more than 2^33 times the least difficulty is double
    /// SHA-256, and beyond 10^13 it is Bitcoin.
    pub(super) fn header_bits(&mut self, bits: u32) {
        let Some(difficulty) = network_difficulty(bits).filter(|d| d.is_finite()) else { return };
        self.network = Some(difficulty);
        if difficulty > 8e9 {
            self.algorithm("sha256d", 3);
        }
        if difficulty > 1e13 {
            self.coin = "BTC";
        }
    }

    pub(super) fn peers(&mut self, peers: Peers, at: i64) {
        self.peers = Some(peers);
        self.seen(at);
    }

    pub(super) fn is_peers(&self) -> bool {
        self.peers.is_some()
    }

    pub(super) fn ask(&mut self, from: Side, id: Option<&Value>, ask: Ask) {
        let Some(id) = key(id) else { return };
        if self.pending.len() >= MOST_PENDING {
            self.pending.pop_front();
        }
        self.pending.push_back(Pending { from, id, ask });
    }

    /// What an answer of one side answers.
    pub(super) fn asked(&mut self, answers: Side, id: Option<&Value>) -> Option<Ask> {
        let id = key(id)?;
        let at = self.pending.iter().position(|p| p.from != answers && p.id == id)?;
        self.pending.remove(at).map(|p| p.ask)
    }

    pub(super) fn share(&mut self, from: Side, id: Option<&Value>, job: &str, at: i64) {
        let work = self.jobs.work(job);
        self.tally.submit(work);
        self.pace.share(work, at, self.first.unwrap_or(at));
        self.ask(from, id, Ask::Share(work));
        self.seen(at);
    }

    pub(super) fn signs(&self) -> usize {
        self.signs.len()
    }

    /// A side's message had a sign, with members of a program's own records or without.
    pub(super) fn says(&mut self, side: Side, recorded: bool) {
        let says = match side {
            Side::Client => &mut self.client_says,
            Side::Server => &mut self.server_says,
        };
        says.plain |= !recorded;
        says.recorded |= recorded;
    }

    /// Whether a side said something of mining.
    pub(super) fn speaks(&self, side: Side) -> bool {
        let says = if side == Side::Client { self.client_says } else { self.server_says };
        says.plain || says.recorded
    }

    /// All that speaks of mining came from one side, as records: a log that is shipped.
    fn is_log(&self) -> bool {
        let (client, server) = (self.client_says, self.server_says);
        !client.plain && !server.plain && client.recorded != server.recorded
    }

    pub(super) fn weight(&self) -> f64 {
        let weight: f64 = self.signs.iter().map(|sign| sign.weight).sum();
        // Whoever lets a wallet log in and has no job for it need not be a pool.
        if self.unheeded && self.has(WALLET_LOGIN) && !self.has(MINERS_LOGIN) { weight - 0.5 } else { weight }
    }

    pub(super) fn is_mining(&self) -> bool {
        self.weight() >= ENOUGH
    }

    /// The side that mines, if any does by now, and whether a tunnel leads to the pool.
    pub(super) fn mines_now(&self) -> Option<(Side, bool)> {
        (!self.signs.is_empty() && self.is_mining() && self.is_miners && !self.is_copy()).then(|| (self.miner(), self.tunnelled))
    }

    fn miner(&self) -> Side {
        if self.server_mines > self.client_mines { Side::Server } else { Side::Client }
    }

    /// Both sides said what only a miner says, or only a pool: a copy of a conversation, or an echo.
    fn is_copy(&self) -> bool {
        let (most, least) = (self.client_mines.max(self.server_mines), self.client_mines.min(self.server_mines));
        least > 0 && least.saturating_mul(20) >= most
    }

    fn role(&self) -> Role {
        if self.asks_node && !self.is_miners {
            return Role::Node;
        }
        match coins::program(&self.agent) {
            Program::Proxy => Role::Proxy,
            _ if self.names.len() >= OF_PROXIES => Role::Proxy,
            _ => Role::Miner,
        }
    }

    pub(super) fn finish(mut self, name: &str) -> Option<MiningSession> {
        if let Some(peers) = self.peers {
            return Some(self.of_peers(peers));
        }
        if !self.is_mining() || self.is_copy() || self.is_log() {
            return None;
        }
        if matches!(self.protocol, "dero" | "xelis") {
            let path = std::mem::take(&mut self.path);
            self.login(web_jobs::login_in(&path), 2);
        }
        if let Some(known) = coins::algorithm_of_program(&self.agent) {
            self.algorithm(known, 2);
        }
        if let Some(known) = coins::algorithm_of_host(&self.pool).or_else(|| coins::algorithm_of_host(name)) {
            self.algorithm(known, 2);
        }
        self.by_names(name);
        // Pools that switch between coins name the algorithm. Where none is named, a wallet of Monero's means Monero.
        if self.protocol == "cryptonote" && self.login.coin == "XMR" && self.algorithm.is_empty() {
            self.algorithm(coins::algorithm_of_monero(self.block_version), 1);
            self.coin = "XMR";
        }
        // Where the pool has another server is told to whoever came to this one, whose name is known.
        if !name.is_empty() && matches!(self.pool_rank, ELSEWHERE | ELSEWHERE_BY_NAME) {
            self.pool = clip(name);
            self.pool_port = 0;
        }
        let (first, last) = (self.first.unwrap_or(self.last), self.last);
        let now = Turn {
            login: std::mem::take(&mut self.login),
            worker: std::mem::take(&mut self.worker),
            tally: std::mem::take(&mut self.tally),
            pace: std::mem::take(&mut self.pace),
            first,
            last,
        };
        let earlier: Vec<MiningSession> = std::mem::take(&mut self.earlier).iter().map(|turn| self.told(turn)).collect();
        Some(MiningSession { earlier, ..self.told(&now) })
    }

    /// Coin and algorithm by what the pool and the wallet are called, where nothing surer told them.
    fn by_names(&mut self, name: &str) {
        let stratum = matches!(self.protocol, "stratum" | "ethereum_stratum" | "eth_proxy");
        let of_host = coins::of_host(&self.pool).or_else(|| coins::of_host(name));
        if let Some((coin, algorithm)) = of_host
            && (self.algorithm.is_empty() && (stratum || self.protocol == "cryptonote" && self.login.coin.is_empty())
                || self.algorithm == algorithm
                || (self.algorithm, algorithm) == ("ethash", "etchash"))
        {
            if self.algorithm.is_empty() {
                self.algorithm = algorithm;
            }
            self.host_coin = coin;
        } else if stratum
            && self.algorithm_rank <= 1
            && let Some(algorithm) = coins::of_wallet(self.login.coin, self.network)
        {
            self.algorithm = algorithm;
        }
    }

    fn told(&self, turn: &Turn) -> MiningSession {
        let Turn { login, tally, .. } = turn;
        let factor = hashes_per_difficulty(self.algorithm);
        let by_login = coins::coin(self.algorithm, login.coin);
        let coin = [self.coin, by_login, self.host_coin].into_iter().find(|coin| !coin.is_empty()).unwrap_or_default();
        let worker = if turn.worker.is_empty() { &login.worker } else { &turn.worker };
        MiningSession {
            protocol: self.protocol,
            role: self.role(),
            miner: self.miner(),
            tunnelled: self.tunnelled,
            coin: coin.to_owned(),
            algorithm: self.algorithm.to_owned(),
            agent: self.agent.clone(),
            login: login.text.clone(),
            account: login.account.clone(),
            wallet: login.wallet.clone(),
            worker: clip(worker),
            mail: login.mail.clone(),
            fixed_difficulty: login.difficulty,
            pool: self.pool.clone(),
            pool_port: self.pool_port,
            shares_submitted: tally.submitted(),
            shares_accepted: tally.accepted(),
            shares_rejected: tally.rejected(),
            shares_unknown: tally.unknown(),
            difficulty: self.jobs.current.map(Work::number),
            hashes: tally.hashes(factor),
            hashes_accepted: tally.accepted_hashes(factor),
            intervals: turn.pace.intervals(factor, turn.last),
            confidence: self.confidence(turn),
            first: turn.first,
            last: turn.last,
            proof: self.proof(turn),
            earlier: Vec::new(),
        }
    }

    fn of_peers(&self, peers: Peers) -> MiningSession {
        MiningSession {
            protocol: peers.protocol(),
            role: Role::Node,
            coin: peers.coin().to_owned(),
            confidence: 0.95,
            first: self.first.unwrap_or_default(),
            last: self.last,
            proof: vec!["messages between nodes".to_owned()],
            ..MiningSession::default()
        }
    }

    fn confidence(&self, turn: &Turn) -> f64 {
        let mut weight = self.weight();
        if !turn.login.wallet.is_empty() {
            weight += 1.0;
        }
        if turn.tally.accepted() > 0 {
            weight += 1.0;
        }
        // 0.8 at the least weight that counts, and near to certain with several signs.
        let confidence: f64 = 1.0 - 0.2 * 2f64.powf(ENOUGH - weight);
        if self.signs.iter().all(|sign| sign.name.starts_with("lengths")) { confidence.min(0.7) } else { confidence.min(0.99) }
    }

    fn proof(&self, turn: &Turn) -> Vec<String> {
        let mut proof: Vec<String> = self.signs.iter().take(MOST_PROOF).map(|sign| sign.name.to_owned()).collect();
        if turn.tally.accepted() > 0 {
            proof.push("shares accepted".to_owned());
        }
        if !turn.login.wallet.is_empty() {
            proof.push(format!("login with a wallet of {}", turn.login.coin));
        }
        proof
    }
}

fn key(id: Option<&Value>) -> Option<String> {
    match id? {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) if text.len() <= 64 => Some(format!("\"{text}")),
        _ => None,
    }
}

pub(super) fn clip(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST_TEXT).collect()
}
