//! Conversions between scalar types. They never fail: what cannot be converted is null.

mod from_dynamic;
pub mod moment;
mod numeric;
pub mod parse;
#[cfg(test)]
mod tests;
mod text;

pub use from_dynamic::{dynamic_to_bool, dynamic_to_datetime, dynamic_to_long, dynamic_to_real, dynamic_to_timespan};
pub use moment::parse_datetime;
pub(crate) use numeric::{to_datetime, to_timespan};
pub use parse::{parse_bool, parse_guid, parse_int, parse_long, parse_real, parse_timespan};

use super::{Call, Resolved};

pub(crate) fn resolve(call: &Call) -> Resolved {
    match call.name {
        "toint" => numeric::to_int(call),
        "tolong" => numeric::to_long(call),
        "toreal" | "todouble" => numeric::to_real(call),
        "tobool" | "toboolean" => numeric::to_bool(call),
        "todatetime" => numeric::to_datetime(call),
        "totimespan" | "totime" => numeric::to_timespan(call),
        "toguid" => text::to_guid(call),
        "tostring" => text::to_string(call),
        "tohex" => text::to_hex(call),
        "gettype" => text::get_type(call),
        _ => None,
    }
}
