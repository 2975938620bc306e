//! What a field of a record is: the numbers of IANA's registry of IPFIX information elements, which goes on from those of version 9
//! (RFC 3954, section 8).

/// A field that is of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    Source4,
    Destination4,
    Source6,
    Destination6,
    SourcePort,
    DestinationPort,
    Protocol,
    Flags,
    Icmp,
    /// Of this record's time.
    Bytes,
    Packets,
    /// Of version 9, on the way out.
    BytesOut,
    PacketsOut,
    /// From the flow's start on.
    TotalBytes,
    TotalPackets,
    InitiatorBytes,
    ResponderBytes,
    InitiatorPackets,
    ResponderPackets,
    /// 0 where the flow came in, 1 where it went out.
    Way,
    /// RFC 5103: 1 where the source opened it, 2 where the destination did.
    Opener,
    /// Of firewalls: 3 is denied.
    Firewall,
    StartUptime,
    EndUptime,
    StartSeconds,
    EndSeconds,
    StartMillis,
    EndMillis,
    StartMicros,
    EndMicros,
    StartNanos,
    EndNanos,
    /// Before the message was sent.
    StartDelta,
    EndDelta,
    Booted,
    DurationMillis,
    DurationMicros,
    Observed,
    SamplingInterval,
    SampledPackets,
    SampledSpace,
}

/// The enterprise number under which a field is of the other direction (RFC 5103, section 6.1).
pub(super) const REVERSE: u32 = 29_305;

impl Element {
    /// `None` for what is passed over.
    pub(super) fn of(number: u16) -> Option<Self> {
        Some(match number {
            1 => Self::Bytes,
            2 => Self::Packets,
            4 => Self::Protocol,
            6 => Self::Flags,
            7 | 180 | 182 => Self::SourcePort,
            8 => Self::Source4,
            11 | 181 | 183 => Self::DestinationPort,
            12 => Self::Destination4,
            21 => Self::EndUptime,
            22 => Self::StartUptime,
            23 => Self::BytesOut,
            24 => Self::PacketsOut,
            27 => Self::Source6,
            28 => Self::Destination6,
            32 | 139 => Self::Icmp,
            34 | 50 => Self::SamplingInterval,
            61 => Self::Way,
            85 => Self::TotalBytes,
            86 => Self::TotalPackets,
            150 => Self::StartSeconds,
            151 => Self::EndSeconds,
            152 => Self::StartMillis,
            153 => Self::EndMillis,
            154 => Self::StartMicros,
            155 => Self::EndMicros,
            156 => Self::StartNanos,
            157 => Self::EndNanos,
            158 => Self::StartDelta,
            159 => Self::EndDelta,
            160 => Self::Booted,
            161 => Self::DurationMillis,
            162 => Self::DurationMicros,
            231 => Self::InitiatorBytes,
            232 => Self::ResponderBytes,
            233 => Self::Firewall,
            239 => Self::Opener,
            298 => Self::InitiatorPackets,
            299 => Self::ResponderPackets,
            305 => Self::SampledPackets,
            306 => Self::SampledSpace,
            323 => Self::Observed,
            _ => return None,
        })
    }
}
