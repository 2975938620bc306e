//! Pieces of a file that many threads finish, put back in the order of the file.

use std::collections::BTreeMap;

/// A piece waits for those before it, which other threads are at.
pub(crate) struct InOrder<T> {
    /// Pieces that were handed out.
    handed: u64,
    /// The piece whose turn is next.
    next: u64,
    waiting: BTreeMap<u64, T>,
}

impl<T> Default for InOrder<T> {
    fn default() -> Self {
        Self { handed: 0, next: 0, waiting: BTreeMap::new() }
    }
}

impl<T> InOrder<T> {
    /// The number of the piece that is handed out now.
    pub(crate) fn hand_out(&mut self) -> u64 {
        self.handed += 1;
        self.handed - 1
    }

    pub(crate) fn put(&mut self, number: u64, piece: T) {
        self.waiting.insert(number, piece);
    }

    /// The next piece, where it is done.
    pub(crate) fn take(&mut self) -> Option<T> {
        let piece = self.waiting.remove(&self.next)?;
        self.next += 1;
        Some(piece)
    }

    /// What is left at the end: a piece that was lost holds up no other.
    pub(crate) fn rest(&mut self) -> impl Iterator<Item = T> + use<T> {
        std::mem::take(&mut self.waiting).into_values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_in_the_order_in_which_they_were_handed_out() {
        let mut order = InOrder::default();
        let numbers: Vec<u64> = (0..4).map(|_| order.hand_out()).collect();
        order.put(numbers[1], "b");
        assert_eq!(order.take(), None);
        order.put(numbers[0], "a");
        assert_eq!((order.take(), order.take(), order.take()), (Some("a"), Some("b"), None));
        order.put(numbers[3], "d");
        assert_eq!(order.rest().collect::<Vec<_>>(), ["d"]);
    }
}
