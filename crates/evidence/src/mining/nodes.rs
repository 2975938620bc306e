//! Nodes of coins among themselves, and their JSON-RPC: never mining, whatever port they use.

/// A network of peers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Peers {
    /// Bitcoin's messages, which many coins took over with a magic number of their own. With the coin where the number is known.
    Bitcoin(&'static str),
    /// Levin: Monero and its kin.
    Levin,
    /// RLPx: Ethereum and its kin.
    Rlpx,
}

impl Peers {
    pub(super) fn protocol(self) -> &'static str {
        match self {
            Self::Bitcoin(_) => "bitcoin_p2p",
            Self::Levin => "levin",
            Self::Rlpx => "rlpx",
        }
    }

    pub(super) fn coin(self) -> &'static str {
        match self {
            Self::Bitcoin(coin) => coin,
            // Many coins speak these two.
            Self::Levin | Self::Rlpx => "",
        }
    }
}

const MAGIC: [(&[u8; 4], &str); 8] = [
    (&[0xf9, 0xbe, 0xb4, 0xd9], "BTC"),
    (&[0x0b, 0x11, 0x09, 0x07], "BTC"),
    (&[0x0a, 0x03, 0xcf, 0x40], "BTC"),
    (&[0xfb, 0xc0, 0xb6, 0xdb], "LTC"),
    (&[0xc0, 0xc0, 0xc0, 0xc0], "DOGE"),
    (&[0xe3, 0xe1, 0xf3, 0xe8], "BCH"),
    (&[0xbf, 0x0c, 0x6b, 0xbd], "DASH"),
    (&[0x24, 0xe9, 0x27, 0x64], "ZEC"),
];

const COMMANDS: [&str; 30] = [
    "version",
    "verack",
    "addr",
    "addrv2",
    "inv",
    "getdata",
    "notfound",
    "getblocks",
    "getheaders",
    "headers",
    "tx",
    "block",
    "getaddr",
    "mempool",
    "ping",
    "pong",
    "reject",
    "alert",
    "sendheaders",
    "sendcmpct",
    "cmpctblock",
    "getblocktxn",
    "blocktxn",
    "feefilter",
    "filterload",
    "filteradd",
    "merkleblock",
    "wtxidrelay",
    "sendaddrv2",
    "getcfilters",
];

const LEVIN: &[u8] = &[1, 0x21, 1, 1, 1, 1, 1, 1];

/// Bitcoin's largest message.
const LARGEST: u32 = 32 << 20;

/// The network whose message these bytes begin.
pub(super) fn peers(head: &[u8]) -> Option<Peers> {
    if head.starts_with(LEVIN) {
        return Some(Peers::Levin);
    }
    let magic = head.get(..4)?;
    let command = head.get(4..16)?;
    let length = u32::from_le_bytes(head.get(16..20)?.try_into().ok()?);
    let name = command.split(|b| *b == 0).next()?;
    let padded = command.iter().skip(name.len()).all(|b| *b == 0);
    if !padded || length > LARGEST || !COMMANDS.iter().any(|known| known.as_bytes() == name) {
        return None;
    }
    Some(Peers::Bitcoin(MAGIC.iter().find(|(known, _)| known[..] == *magic).map_or("", |(_, coin)| coin)))
}

/// Whether more bytes could make these a network's.
pub(super) fn may_be_peers(head: &[u8]) -> bool {
    if head.len() < LEVIN.len() && LEVIN.starts_with(head) {
        return true;
    }
    let Some(magic) = head.get(..4) else {
        return MAGIC.iter().any(|(known, _)| known.starts_with(head));
    };
    if head.len() >= 20 {
        return false;
    }
    let command = head.get(4..head.len().min(16)).unwrap_or_default();
    let name = command.split(|b| *b == 0).next().unwrap_or_default();
    let known = COMMANDS.iter().any(|c| c.as_bytes() == name || command.len() == name.len() && c.as_bytes().starts_with(name));
    known && (!command.is_empty() || MAGIC.iter().any(|(known, _)| known[..] == *magic))
}

/// Methods with which a wallet, an explorer or a pool asks a node, and no miner does.
const RPC: [&str; 40] = [
    "getblockchaininfo",
    "getblockcount",
    "getblockhash",
    "getblock",
    "getbestblockhash",
    "getnetworkinfo",
    "getpeerinfo",
    "getinfo",
    "getrawtransaction",
    "getrawmempool",
    "getmempoolinfo",
    "sendrawtransaction",
    "listunspent",
    "listtransactions",
    "gettransaction",
    "getbalance",
    "getnewaddress",
    "estimatesmartfee",
    "scantxoutset",
    "get_info",
    "get_block_count",
    "get_last_block_header",
    "get_block_header_by_height",
    "get_block",
    "on_get_block_hash",
    "get_connections",
    "get_bulk_payments",
    "get_balance",
    "get_transfers",
    "eth_blockNumber",
    "eth_getBlockByNumber",
    "eth_getBlockByHash",
    "eth_call",
    "eth_getLogs",
    "eth_syncing",
    "eth_chainId",
    "eth_getBalance",
    "eth_getTransactionReceipt",
    "net_version",
    "web3_clientVersion",
];

pub(super) fn is_rpc(method: &str) -> bool {
    RPC.contains(&method)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peers_are_known_by_their_messages() {
        let mut version = vec![0xf9, 0xbe, 0xb4, 0xd9];
        version.extend_from_slice(b"version\0\0\0\0\0");
        version.extend_from_slice(&[102, 0, 0, 0, 1, 2, 3, 4]);
        assert_eq!(peers(&version), Some(Peers::Bitcoin("BTC")));
        for end in 1..20 {
            assert!(may_be_peers(&version[..end]), "{end}");
        }
        version[0] = 1;
        assert_eq!(peers(&version), Some(Peers::Bitcoin("")));
        version[4] = b'w';
        assert_eq!(peers(&version), None);
        assert_eq!(peers(&[1, 0x21, 1, 1, 1, 1, 1, 1, 9]), Some(Peers::Levin));
        assert!(!may_be_peers(b"{\"id\":1,"));
    }
}
