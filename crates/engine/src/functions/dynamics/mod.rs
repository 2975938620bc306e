//! Arrays and bags.

use super::{Call, Resolved};

pub(crate) fn resolve(_call: &Call) -> Resolved {
    None
}
