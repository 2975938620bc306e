//! Which named tables are computed once: those that are used more than once.

use crate::checked::{Rel, RelKind};
use crate::rewrite::Map;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Takes [`RelKind::Shared`] away where a table is used only once.
pub(crate) fn settle(rel: &Arc<Rel>) -> Arc<Rel> {
    let mut uses = BTreeMap::new();
    count(rel, &mut uses);
    if uses.is_empty() {
        return rel.clone();
    }
    unwrap(rel, &uses, &mut BTreeMap::new())
}

/// How many steps there may be to plan. A table that is used several times counts once where it is worth computing once, else as often as
/// it is used, since filters then reach its scans in each place.
pub(crate) fn size(rel: &Arc<Rel>) -> usize {
    Sizes::default().of(rel)
}

#[derive(Default)]
struct Sizes {
    known: BTreeMap<*const Rel, usize>,
    costly: BTreeMap<*const Rel, bool>,
    counted: BTreeSet<usize>,
}

impl Sizes {
    fn of(&mut self, rel: &Arc<Rel>) -> usize {
        if let RelKind::Shared { id, input } = &rel.kind
            && self.costly(input)
        {
            return if self.counted.insert(*id) { 1usize.saturating_add(self.of(input)) } else { 1 };
        }
        if let Some(known) = self.known.get(&Arc::as_ptr(rel)) {
            return *known;
        }
        let mut size = 1usize;
        Map(&mut |child| {
            size = size.saturating_add(self.of(child));
            child.clone()
        })
        .children(rel);
        self.known.insert(Arc::as_ptr(rel), size);
        size
    }

    /// Whether it has operators that are worth computing once.
    fn costly(&mut self, rel: &Arc<Rel>) -> bool {
        if let Some(known) = self.costly.get(&Arc::as_ptr(rel)) {
            return *known;
        }
        let mut costly = matches!(
            rel.kind,
            RelKind::Aggregate { .. }
                | RelKind::Sort { .. }
                | RelKind::Take { .. }
                | RelKind::Distinct { .. }
                | RelKind::Serialize { .. }
                | RelKind::Join { .. }
        );
        if !costly {
            Map(&mut |child| {
                costly |= self.costly(child);
                child.clone()
            })
            .children(rel);
        }
        self.costly.insert(Arc::as_ptr(rel), costly);
        costly
    }
}

/// Counts uses; what stands inside a shared table is used by it once.
fn count(rel: &Arc<Rel>, uses: &mut BTreeMap<usize, usize>) {
    if let RelKind::Shared { id, .. } = rel.kind {
        let n = uses.entry(id).or_insert(0);
        *n += 1;
        if *n > 1 {
            return;
        }
    }
    Map(&mut |child| {
        count(child, uses);
        child.clone()
    })
    .children(rel);
}

fn unwrap(rel: &Arc<Rel>, uses: &BTreeMap<usize, usize>, done: &mut BTreeMap<usize, Arc<Rel>>) -> Arc<Rel> {
    let shared = match &rel.kind {
        RelKind::Shared { id, input } if uses.get(id) == Some(&1) => return unwrap(input, uses, done),
        RelKind::Shared { id, .. } => Some(*id),
        _ => None,
    };
    if let Some(done) = shared.and_then(|id| done.get(&id)) {
        return done.clone();
    }
    let kind = Map(&mut |child| unwrap(child, uses, done)).children(rel);
    let result = Arc::new(Rel { kind, schema: rel.schema.clone(), span: rel.span });
    if let Some(id) = shared {
        done.insert(id, result.clone());
    }
    result
}
