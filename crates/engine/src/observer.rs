//! Who watches a run.

use model::Offer;

/// Told how a run goes, from several threads. For progress bars.
pub trait Observer: Send + Sync {
    /// The evidence was looked at; reading starts.
    fn started(&self, _offer: &Offer) {}
    /// Bytes read on disk since the last call.
    fn progress(&self, _bytes: u64) {}
    /// Reading has ended; queries run.
    fn read(&self) {}
    /// A query was answered, or not.
    fn answered(&self, _id: &str) {}
}

impl Observer for () {}
