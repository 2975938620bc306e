//! Dates, times of day and spans.

use super::{Call, Resolved};

pub(crate) fn resolve(_call: &Call) -> Resolved {
    None
}
