//! Wallet addresses in text: found by shape, kept only when their checksum holds.

mod address;
mod base58;
mod bech32;
mod cashaddr;
mod cryptonote;
mod tap;

pub use address::{Wallet, find};
pub(crate) use tap::WalletTap;
