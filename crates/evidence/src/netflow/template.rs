//! Templates: what the fields of a record are, as the exporter said before.

use super::bytes::Cursor;
use super::element::{Element, REVERSE};
use super::message::Version;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

/// Fields of a template; the registry has about 500.
const FIELDS: usize = 512;
/// Templates that are kept in each of two generations.
const TEMPLATES: usize = 1_024;

/// A length that each record tells anew.
const VARIABLE: u16 = u16::MAX;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// `None` for a field that is passed over.
    pub(super) element: Option<Element>,
    /// Of the other direction.
    pub(super) reverse: bool,
    length: u16,
}

impl Field {
    /// Takes the field's bytes off a record.
    pub(super) fn take<'a>(&self, cursor: &mut Cursor<'a>) -> Option<&'a [u8]> {
        if self.length != VARIABLE {
            return cursor.take(self.length.into());
        }
        let length = match cursor.u8()? {
            255 => cursor.u16()?.into(),
            short => usize::from(short),
        };
        cursor.take(length)
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Template {
    pub(super) fields: Box<[Field]>,
    /// Its records are about the exporter, not about flows.
    pub(super) options: bool,
    /// Bytes of a record at least.
    pub(super) least: usize,
}

impl Template {
    fn new(fields: Vec<Field>, options: bool) -> Option<Arc<Self>> {
        let least = fields.iter().map(|field| if field.length == VARIABLE { 1 } else { field.length.into() }).sum();
        (least > 0).then(|| Arc::new(Self { fields: fields.into(), options, least }))
    }
}

/// Where a template holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Scope {
    pub(super) exporter: [u8; 16],
    pub(super) version: Version,
    pub(super) domain: u32,
}

/// Something by a key of which the least used is forgotten when there is too much. Hashed by std's hasher: those who make messages must
/// not choose what collides.
pub(super) struct Bounded<K, V> {
    recent: HashMap<K, V>,
    older: HashMap<K, V>,
    most: usize,
}

impl<K: Copy + Eq + Hash, V: Clone> Bounded<K, V> {
    pub(super) fn new(most: usize) -> Self {
        Self { recent: HashMap::new(), older: HashMap::new(), most }
    }

    pub(super) fn get(&mut self, key: K) -> Option<V> {
        if let Some(value) = self.recent.get(&key) {
            return Some(value.clone());
        }
        let value = self.older.remove(&key)?;
        self.insert(key, value.clone());
        Some(value)
    }

    pub(super) fn insert(&mut self, key: K, value: V) {
        self.older.remove(&key);
        self.recent.insert(key, value);
        if self.recent.len() >= self.most {
            self.older = std::mem::take(&mut self.recent);
        }
    }

    fn remove(&mut self, key: K) {
        self.recent.remove(&key);
        self.older.remove(&key);
    }
}

pub(super) type Key = (Scope, u16);

pub(super) struct Templates(Bounded<Key, Arc<Template>>);

impl Default for Templates {
    fn default() -> Self {
        Self(Bounded::new(TEMPLATES))
    }
}

impl Templates {
    pub(super) fn get(&mut self, scope: Scope, id: u16) -> Option<Arc<Template>> {
        self.0.get((scope, id))
    }

    /// Takes in a set of templates and gives the numbers of those that now hold. Whether it made sense to its end.
    pub(super) fn learn(&mut self, scope: Scope, options: bool, set: &[u8], mut learned: impl FnMut(u16)) -> bool {
        let mut cursor = Cursor(set);
        // Less is filling.
        while cursor.0.len() >= 4 {
            if scope.version == Version::V9 && cursor.0.iter().all(|byte| *byte == 0) {
                return true;
            }
            let Some((id, fields)) = template(&mut cursor, scope.version, options) else { return false };
            if id < 256 {
                // A withdrawal of all templates (RFC 7011, section 8.1). They are kept: sets without one would be lost.
                if fields.is_empty() {
                    continue;
                }
                return false;
            }
            match Template::new(fields, options) {
                Some(template) => {
                    self.0.insert((scope, id), template);
                    learned(id);
                }
                None => self.0.remove((scope, id)),
            }
        }
        true
    }
}

/// The next template of a set.
fn template(cursor: &mut Cursor<'_>, version: Version, options: bool) -> Option<(u16, Vec<Field>)> {
    let id = cursor.u16()?;
    let count = usize::from(cursor.u16()?);
    let (count, scopes) = match (options, version) {
        (false, _) => (count, 0),
        // Bytes of the fields, first of those that say what the others are about.
        (true, Version::V5 | Version::V9) => (count / 4 + usize::from(cursor.u16()?) / 4, count / 4),
        (true, Version::Ipfix) if count == 0 => (0, 0),
        (true, Version::Ipfix) => (count, usize::from(cursor.u16()?)),
    };
    if count > FIELDS || scopes > count {
        return None;
    }
    let mut fields = Vec::new();
    for at in 0..count {
        let (number, length) = (cursor.u16()?, cursor.u16()?);
        let (mut element, mut reverse) = (Element::of(number), false);
        if number & 0x8000 != 0 {
            element = None;
            if version == Version::Ipfix {
                let enterprise = (u32::from(cursor.u16()?) << 16) | u32::from(cursor.u16()?);
                if enterprise == REVERSE {
                    (element, reverse) = (Element::of(number & 0x7fff), true);
                }
            }
        }
        // Numbers of version 9's scopes are their own.
        if at < scopes && version == Version::V9 {
            element = None;
        }
        fields.push(Field { element, reverse, length });
    }
    Some((id, fields))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCOPE: Scope = Scope { exporter: [0; 16], version: Version::Ipfix, domain: 1 };

    #[test]
    fn the_least_used_are_forgotten() {
        let mut bounded = Bounded::new(4);
        for key in 0..100 {
            bounded.insert(key, key);
            assert_eq!(bounded.get(0), Some(0), "{key}");
        }
        assert!(bounded.recent.len() + bounded.older.len() < 8);
        assert_eq!(bounded.get(50), None);
    }

    #[test]
    fn templates_that_make_no_sense() {
        let mut templates = Templates::default();
        let mut learn = |set: &[u8]| {
            let mut ids = Vec::new();
            let sound = templates.learn(SCOPE, false, set, |id| ids.push(id));
            (sound, ids)
        };
        assert_eq!(learn(&[1, 0, 0, 1, 0, 8, 0, 4, 1, 1, 0, 1, 0, 8, 0, 4]), (true, vec![256, 257]));
        // Cut off, of no length, of too many fields, of a number that is none.
        assert_eq!(learn(&[1, 2, 0, 2, 0, 8, 0, 4]), (false, vec![]));
        assert_eq!(learn(&[1, 2, 0, 1, 0, 8, 0, 0]), (true, vec![]));
        assert_eq!(learn(&[1, 2, 255, 255, 0, 8, 0, 4]), (false, vec![]));
        assert_eq!(learn(&[0, 2, 0, 1, 0, 8, 0, 4]), (false, vec![]));
        // A withdrawal.
        assert_eq!(learn(&[1, 0, 0, 0]), (true, vec![]));
        assert!(templates.get(SCOPE, 256).is_none() && templates.get(SCOPE, 257).is_some());
    }
}
