//! Which named tables are computed once: those that are used more than once.

use crate::checked::{Rel, RelKind};
use crate::rewrite::Map;
use std::collections::BTreeMap;
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

/// How many steps there may be to plan: what is used several times counts as often, as only costly tables are computed once.
pub(crate) fn size(rel: &Arc<Rel>) -> usize {
    fn of(rel: &Arc<Rel>, known: &mut BTreeMap<*const Rel, usize>) -> usize {
        if let Some(known) = known.get(&Arc::as_ptr(rel)) {
            return *known;
        }
        let mut size = 1usize;
        Map(&mut |child| {
            size = size.saturating_add(of(child, known));
            child.clone()
        })
        .children(rel);
        known.insert(Arc::as_ptr(rel), size);
        size
    }
    of(rel, &mut BTreeMap::new())
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
