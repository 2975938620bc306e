//! Counts what became of packets, so that none is lost without a word.

use crate::pcap::file::Place;
use crate::pcap::link;
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) packets: u64,
    /// Of flows that have been told.
    pub(crate) in_flows: u64,
    /// Packets of protocols that make no connections.
    pub(crate) other: u64,
    damaged: Option<(Place, u64)>,
    /// Link types that are not read: the first packet of each, and how many there are.
    unknown: BTreeMap<u16, (Place, u64)>,
    /// Flows, and what was read of their payload, that were told before their end, as there were too many.
    pub(crate) crowded_out: u64,
    /// Streams whose messages were given up, as too much was kept.
    pub(crate) given_up: u64,
    /// Packets of which only the beginning was kept, with bytes of a TCP connection in the rest.
    pub(crate) cut: u64,
    /// Packets of which a sample was sent to a collector.
    pub(crate) sampled: u64,
    /// Packets in parts of which some did not come.
    pub(crate) incomplete: u64,
}

impl Tally {
    pub(crate) fn damaged(&mut self, place: Place, packets: u64) {
        self.damaged.get_or_insert((place, 0)).1 += packets;
    }

    pub(crate) fn unknown(&mut self, link: u16, place: Place) {
        self.unknown.entry(link).or_insert((place, 0)).1 += 1;
    }

    /// Packets that are of no flow.
    #[cfg(test)]
    pub(crate) fn left_out(&self) -> u64 {
        self.other + self.damaged.map_or(0, |(_, count)| count) + self.unknown.values().map(|(_, count)| count).sum::<u64>()
    }

    /// Packets that could not be read for their link type, by its name.
    pub(crate) fn errors(&self) -> impl Iterator<Item = (Place, String)> {
        self.unknown.iter().map(|(link, (place, count))| {
            (*place, format!("{} is not read: {count} packets are left out, of which this is the first", link::name(*link)))
        })
    }

    /// What is no error of the file, but worth knowing.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let mut told = Vec::new();
        if let Some((place, count)) = self.damaged {
            told.push(format!(
                "{count} packets whose headers are cut off or make no sense are left out; the first is record {} at offset {}",
                place.record, place.offset
            ));
        }
        if self.sampled > 0 {
            told.push(format!(
                "{} packets are samples of sFlow: of the traffic that they were taken of, most is not seen, and counts are of the samples",
                self.sampled
            ));
        }
        if self.incomplete > 0 {
            told.push(format!("{} packets in fragments of which some are missing", self.incomplete));
        }
        if self.cut > 0 {
            told.push(format!(
                "{} packets were not captured to their end: mining that speaks of itself in the rest may be missed",
                self.cut
            ));
        }
        if self.crowded_out > 0 {
            told.push(format!(
                "{} flows are told before their end is seen: more are under way at once than are followed",
                self.crowded_out
            ));
        }
        if self.given_up > 0 {
            told.push(format!("{} connections are not read to their end: too much of them would have to be kept", self.given_up));
        }
        told
    }
}
