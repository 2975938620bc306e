//! One record of a flow log: which interface and rule its flows belong to, and the flows.

use super::tuple::{Log, Tuple, parse};
use crate::json;
use std::sync::Arc;

/// The category of records of network security groups.
pub(super) const GROUP_EVENT: &str = "NetworkSecurityGroupFlowEvent";

/// What the flows of one rule have in common.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) log: Log,
    pub(super) mac: Arc<str>,
    /// The network or the network security group.
    pub(super) resource: Arc<str>,
    pub(super) rule: Box<str>,
}

/// A flow, or what is wrong with one, and where its text begins in the record.
pub(super) struct Entry {
    pub(super) at: usize,
    pub(super) found: Result<(Tuple, Arc<Group>), &'static str>,
}

/// The flows of a record in their order; what is wrong with the record itself is given to `flaw`.
pub(super) fn entries(object: &[u8], depth: usize, out: &mut Vec<Entry>, mut flaw: impl FnMut(String)) {
    let (mut mac, mut resource): (Arc<str>, Arc<str>) = Default::default();
    let (mut flows, mut log) = (&[][..], None);
    let read = json::members(object, depth, |name, value| match name.as_ref() {
        "macAddress" => mac = json::text(value).into(),
        "targetResourceID" => resource = json::text(value).into(),
        "resourceId" if resource.is_empty() => resource = json::text(value).into(),
        "flowRecords" => (flows, log) = (value, Some(Log::VirtualNetwork)),
        "properties" => (flows, log) = (value, Some(Log::SecurityGroup)),
        _ => {}
    });
    if let Err(error) = read {
        flaw(error.reason());
    }
    let Some(log) = log else { return flaw("a record without flows".to_owned()) };
    let mut walk = Walk { start: object.as_ptr() as usize, depth, sound: true, out };
    walk.list(flows, "flows", |walk, outer| match log {
        // flows of an access list, of a rule
        Log::VirtualNetwork => walk.list(outer, "flowGroups", |walk, group| {
            let rule = walk.text(group, "rule");
            walk.tuples(group, Group { log, mac: Arc::clone(&mac), resource: Arc::clone(&resource), rule: rule.into() });
        }),
        // flows of a rule, of an interface
        Log::SecurityGroup => {
            let rule = walk.text(outer, "rule");
            walk.list(outer, "flows", |walk, group| {
                let mac = walk.text(group, "mac").into();
                walk.tuples(group, Group { log, mac, resource: Arc::clone(&resource), rule: rule.as_str().into() });
            });
        }
    });
    if !walk.sound && read.is_ok() {
        flaw("a record whose flows are not all where they should be".to_owned());
    }
}

/// Walks the lists within a record.
struct Walk<'o> {
    /// Where the record begins in memory.
    start: usize,
    depth: usize,
    sound: bool,
    out: &'o mut Vec<Entry>,
}

impl Walk<'_> {
    fn member<'a>(&mut self, object: &'a [u8], name: &str) -> Option<&'a [u8]> {
        let mut found = None;
        let read = json::members(object, self.depth, |key, value| {
            if key == name && !value.is_empty() {
                found = Some(value);
            }
        });
        self.sound &= read.is_ok();
        found
    }

    fn text(&mut self, object: &[u8], name: &str) -> String {
        self.member(object, name).map(|value| json::text(value).into_owned()).unwrap_or_default()
    }

    fn list<'a>(&mut self, object: &'a [u8], name: &str, mut each: impl FnMut(&mut Self, &'a [u8])) {
        let list = self.member(object, name);
        self.sound &= list.is_some();
        let Some(list) = list else { return };
        let mut rest = list.len();
        for element in json::elements(list, self.depth) {
            rest = (list.as_ptr() as usize + list.len()).saturating_sub(element.as_ptr() as usize + element.len());
            each(self, element);
        }
        // Behind the last element that could be read stands the end of the list and nothing else.
        let behind = list.get(list.len().saturating_sub(rest)..).unwrap_or_default();
        let empty = rest == list.len() && list.strip_prefix(b"[").is_some_and(|inner| inner.trim_ascii() == b"]");
        self.sound &= empty || behind.trim_ascii() == b"]";
    }

    fn tuples(&mut self, object: &[u8], group: Group) {
        let log = group.log;
        let group = Arc::new(group);
        self.list(object, "flowTuples", |walk, value| {
            let at = (value.as_ptr() as usize).saturating_sub(walk.start);
            let found = parse(&json::text(value), log).map(|tuple| (tuple, Arc::clone(&group)));
            walk.out.push(Entry { at, found });
        });
    }
}
