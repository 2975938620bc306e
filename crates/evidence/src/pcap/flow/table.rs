//! The flows under way: bounded, and in each class in the order in which they were last heard of.

use super::{Flow, Key};
use model::ticks;
use std::collections::HashMap;

/// Flows of one class leave the table after the same silence. When the table is full, the first class that has any gives up its oldest:
/// a scan of addresses that do not answer does not push out the connections that stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Closed,
    Unanswered,
    /// Of a protocol without connections, answered.
    Answered,
    Connected,
}

impl Class {
    pub(crate) const ALL: [Self; 4] = [Self::Closed, Self::Unanswered, Self::Answered, Self::Connected];

    pub(crate) fn patience(self) -> i64 {
        match self {
            Self::Closed => 30 * ticks::SECOND,
            Self::Unanswered | Self::Answered => 2 * ticks::MINUTE,
            Self::Connected => ticks::HOUR,
        }
    }
}

const NONE: u32 = u32::MAX;

pub(crate) struct Table {
    /// Keyed by std's hasher: those who make captures must not choose what collides.
    index: HashMap<Key, u32>,
    slots: Vec<Slot>,
    free: Vec<u32>,
    lists: [List; 4],
    most: usize,
}

struct Slot {
    flow: Flow,
    before: u32,
    after: u32,
    class: Class,
}

#[derive(Clone, Copy)]
struct List {
    oldest: u32,
    newest: u32,
}

impl Table {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            index: HashMap::new(),
            slots: Vec::new(),
            free: Vec::new(),
            lists: [List { oldest: NONE, newest: NONE }; 4],
            most: most.max(1),
        }
    }

    pub(crate) fn find(&self, key: &Key) -> Option<u32> {
        self.index.get(key).copied()
    }

    pub(crate) fn get(&mut self, id: u32) -> Option<&mut Flow> {
        self.slots.get_mut(id as usize).map(|slot| &mut slot.flow)
    }

    /// The flow to drop before another can be taken in; `None` while there is room.
    pub(crate) fn crowded(&self) -> Option<u32> {
        if self.index.len() < self.most {
            return None;
        }
        self.lists.iter().map(|list| list.oldest).find(|id| *id != NONE)
    }

    /// The flow of a class that was silent for longest.
    pub(crate) fn oldest(&self, class: Class) -> Option<u32> {
        Some(self.lists[class as usize].oldest).filter(|id| *id != NONE)
    }

    /// Takes in a flow whose key is not there yet.
    pub(crate) fn insert(&mut self, flow: Flow) -> u32 {
        let class = flow.class();
        let key = flow.key;
        let slot = Slot { flow, before: NONE, after: NONE, class };
        let id = match self.free.pop() {
            Some(id) => {
                if let Some(place) = self.slots.get_mut(id as usize) {
                    *place = slot;
                }
                id
            }
            None => {
                self.slots.push(slot);
                (self.slots.len() - 1) as u32
            }
        };
        self.index.insert(key, id);
        self.append(id, class);
        id
    }

    /// Puts a flow that was heard of behind all others of its class.
    pub(crate) fn heard(&mut self, id: u32) {
        let Some(slot) = self.slots.get(id as usize) else { return };
        let (old, new) = (slot.class, slot.flow.class());
        if old == new && self.lists[new as usize].newest == id {
            return;
        }
        self.unlink(id, old);
        self.append(id, new);
    }

    /// Takes a flow out.
    pub(crate) fn remove(&mut self, id: u32) -> Option<&mut Flow> {
        let class = self.slots.get(id as usize)?.class;
        self.unlink(id, class);
        self.free.push(id);
        let flow = &mut self.slots.get_mut(id as usize)?.flow;
        self.index.remove(&flow.key);
        Some(flow)
    }

    /// All flows, in the order in which they began.
    pub(crate) fn in_order(&self) -> Vec<u32> {
        let mut all: Vec<(u64, u32)> = Vec::with_capacity(self.index.len());
        for list in self.lists {
            let mut id = list.oldest;
            while let Some(slot) = self.slots.get(id as usize) {
                all.push((slot.flow.place.record, id));
                id = slot.after;
            }
        }
        all.sort_unstable();
        all.into_iter().map(|(_, id)| id).collect()
    }

    fn append(&mut self, id: u32, class: Class) {
        let list = &mut self.lists[class as usize];
        let newest = std::mem::replace(&mut list.newest, id);
        if list.oldest == NONE {
            list.oldest = id;
        }
        if let Some(slot) = self.slots.get_mut(id as usize) {
            (slot.before, slot.after, slot.class) = (newest, NONE, class);
        }
        if let Some(slot) = self.slots.get_mut(newest as usize) {
            slot.after = id;
        }
    }

    fn unlink(&mut self, id: u32, class: Class) {
        let Some((before, after)) = self.slots.get(id as usize).map(|slot| (slot.before, slot.after)) else { return };
        match self.slots.get_mut(before as usize) {
            Some(slot) => slot.after = after,
            None => self.lists[class as usize].oldest = after,
        }
        match self.slots.get_mut(after as usize) {
            Some(slot) => slot.before = before,
            None => self.lists[class as usize].newest = before,
        }
    }
}
