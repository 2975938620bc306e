//! Writes packets: from what two ends say to each other down to frames.

use std::net::IpAddr;

/// A frame and its time in microseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Packet {
    pub(crate) time: u64,
    pub(crate) bytes: Vec<u8>,
}

/// An end of a conversation.
pub(crate) type End = (IpAddr, u16);

pub(crate) fn end(address: &str, port: u16) -> End {
    (address.parse().unwrap(), port)
}

pub(crate) const SYN: u8 = 2;
pub(crate) const ACK: u8 = 16;
pub(crate) const PSH: u8 = 8;
pub(crate) const FIN: u8 = 1;
pub(crate) const RST: u8 = 4;

/// Which of the two speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Client,
    Server,
}

/// A TCP connection as it is spoken; every packet is Ethernet.
pub(crate) struct Connection {
    ends: [End; 2],
    next: [u32; 2],
    time: u64,
    /// Microseconds between packets.
    pub(crate) step: u64,
    /// Bytes of a segment.
    pub(crate) segment: usize,
    pub(crate) packets: Vec<Packet>,
}

impl Connection {
    pub(crate) const START: u64 = 1_700_000_000_000_000;

    /// One that is under way.
    pub(crate) fn new(client: End, server: End) -> Self {
        // The server's numbers end soon after they begin.
        Self { ends: [client, server], next: [1_000, u32::MAX - 20], time: Self::START, step: 1_000, segment: 1_400, packets: Vec::new() }
    }

    /// One that begins with its handshake.
    pub(crate) fn open(client: End, server: End) -> Self {
        let mut connection = Self::new(client, server);
        connection.flags(Who::Client, SYN);
        connection.flags(Who::Server, SYN | ACK);
        connection.flags(Who::Client, ACK);
        connection
    }

    pub(crate) fn at(mut self, time: u64) -> Self {
        self.time = time;
        self
    }

    fn send(&mut self, who: Who, flags: u8, payload: &[u8]) {
        let (from, to) = if who == Who::Client { (0, 1) } else { (1, 0) };
        let tcp = tcp((self.ends[from].1, self.ends[to].1), self.next[from], self.next[to], flags, payload);
        let bytes = ethernet(&ip(self.ends[from].0, self.ends[to].0, 6, &tcp));
        self.packets.push(Packet { time: self.time, bytes });
        self.time += self.step;
        let counted = payload.len() as u32 + u32::from(flags & (SYN | FIN) != 0);
        self.next[from] = self.next[from].wrapping_add(counted);
    }

    pub(crate) fn flags(&mut self, who: Who, flags: u8) -> &mut Self {
        self.send(who, flags, &[]);
        self
    }

    /// Says something in segments, each acknowledged.
    pub(crate) fn say(&mut self, who: Who, bytes: impl AsRef<[u8]>) -> &mut Self {
        for piece in bytes.as_ref().chunks(self.segment) {
            self.send(who, ACK | PSH, piece);
            self.send(if who == Who::Client { Who::Server } else { Who::Client }, ACK, &[]);
        }
        self
    }

    /// Says something that the capture lost.
    pub(crate) fn lose(&mut self, who: Who, bytes: impl AsRef<[u8]>) -> &mut Self {
        let kept = self.packets.len();
        self.say(who, bytes);
        self.packets.truncate(kept);
        self
    }

    pub(crate) fn wait(&mut self, microseconds: u64) -> &mut Self {
        self.time += microseconds;
        self
    }

    pub(crate) fn close(&mut self) -> &mut Self {
        self.flags(Who::Client, FIN | ACK).flags(Who::Server, FIN | ACK).flags(Who::Client, ACK)
    }

    pub(crate) fn take(&mut self) -> Vec<Packet> {
        std::mem::take(&mut self.packets)
    }
}

/// The one's complement sum of the Internet's headers.
fn sum(bytes: &[u8]) -> u16 {
    let mut total: u32 = bytes.chunks(2).map(|pair| u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0))).sum();
    while total > 0xffff {
        total = (total & 0xffff) + (total >> 16);
    }
    !(total as u16)
}

pub(crate) fn tcp(ports: (u16, u16), sequence: u32, acknowledged: u32, flags: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = [ports.0.to_be_bytes(), ports.1.to_be_bytes()].concat();
    out.extend_from_slice(&sequence.to_be_bytes());
    out.extend_from_slice(&if flags & ACK != 0 { acknowledged } else { 0 }.to_be_bytes());
    // Check sums are left to the card, as they often are in captures of a host's own packets.
    out.extend_from_slice(&[5 << 4, flags, 0xff, 0xff, 0, 0, 0, 0]);
    out.extend_from_slice(payload);
    out
}

pub(crate) fn udp(ports: (u16, u16), payload: &[u8]) -> Vec<u8> {
    let mut out = [ports.0.to_be_bytes(), ports.1.to_be_bytes()].concat();
    out.extend_from_slice(&(payload.len() as u16 + 8).to_be_bytes());
    out.extend_from_slice(&[0, 0]);
    out.extend_from_slice(payload);
    out
}

/// A datagram as Ethernet.
pub(crate) fn datagram(from: End, to: End, payload: &[u8]) -> Vec<u8> {
    ethernet(&ip(from.0, to.0, 17, &udp((from.1, to.1), payload)))
}

pub(crate) fn ip(from: IpAddr, to: IpAddr, protocol: u8, payload: &[u8]) -> Vec<u8> {
    match (from, to) {
        (IpAddr::V4(_), IpAddr::V4(_)) => ipv4(from, to, protocol, 7, 0, payload),
        _ => ipv6(from, to, protocol, payload),
    }
}

/// With an identifier, and flags and offset of fragments as they stand in the header.
pub(crate) fn ipv4(from: IpAddr, to: IpAddr, protocol: u8, id: u16, fragment: u16, payload: &[u8]) -> Vec<u8> {
    let (IpAddr::V4(from), IpAddr::V4(to)) = (from, to) else { panic!("addresses of IPv4") };
    let mut out = vec![0x45, 0];
    out.extend_from_slice(&(payload.len() as u16 + 20).to_be_bytes());
    out.extend_from_slice(&id.to_be_bytes());
    out.extend_from_slice(&fragment.to_be_bytes());
    out.extend_from_slice(&[64, protocol, 0, 0]);
    out.extend_from_slice(&from.octets());
    out.extend_from_slice(&to.octets());
    let sum = sum(&out).to_be_bytes();
    out[10..12].copy_from_slice(&sum);
    out.extend_from_slice(payload);
    out
}

pub(crate) fn ipv6(from: IpAddr, to: IpAddr, next: u8, payload: &[u8]) -> Vec<u8> {
    let octets = |address| match address {
        IpAddr::V4(address) => std::net::Ipv4Addr::to_ipv6_mapped(&address).octets(),
        IpAddr::V6(address) => address.octets(),
    };
    let mut out = vec![0x60, 0, 0, 0];
    out.extend_from_slice(&(payload.len() as u16).to_be_bytes());
    out.extend_from_slice(&[next, 64]);
    out.extend_from_slice(&octets(from));
    out.extend_from_slice(&octets(to));
    out.extend_from_slice(payload);
    out
}

pub(crate) fn frame(kind: u16, payload: &[u8]) -> Vec<u8> {
    [&[2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1], &kind.to_be_bytes()[..], payload].concat()
}

pub(crate) fn ethernet(ip: &[u8]) -> Vec<u8> {
    frame(if ip[0] >> 4 == 6 { 0x86dd } else { 0x0800 }, ip)
}

/// What lies behind a frame's Ethernet header.
pub(crate) fn inside(frame: &[u8]) -> &[u8] {
    &frame[14..]
}

/// A frame with a VLAN's tag.
pub(crate) fn vlan(frame: &[u8], kind: u16, id: u16) -> Vec<u8> {
    [&frame[..12], &kind.to_be_bytes(), &id.to_be_bytes(), &frame[12..]].concat()
}

/// The frame's IP packet behind two labels.
pub(crate) fn mpls(frame: &[u8]) -> Vec<u8> {
    self::frame(0x8847, &[&[0, 1, 0, 64, 0, 2, 1, 64], inside(frame)].concat())
}

/// The frame's IP packet in GRE with a key.
pub(crate) fn gre(frame: &[u8]) -> Vec<u8> {
    let packet = [&[0x20, 0, frame[12], frame[13], 0, 0, 0, 9], inside(frame)].concat();
    ethernet(&ip("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap(), 47, &packet))
}

/// The whole frame in VXLAN.
pub(crate) fn vxlan(frame: &[u8]) -> Vec<u8> {
    datagram(end("192.0.2.1", 50_000), end("192.0.2.2", 4_789), &[&[8, 0, 0, 0, 0, 0, 9, 0], frame].concat())
}

/// The frame's IP packet in IP.
pub(crate) fn ip_in_ip(frame: &[u8]) -> Vec<u8> {
    let protocol = if frame[12] == 0x86 { 41 } else { 4 };
    ethernet(&ip("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap(), protocol, inside(frame)))
}

/// How a file is written.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    pub(crate) big: bool,
    pub(crate) nanoseconds: bool,
    pub(crate) link: u16,
    /// Bytes of a packet that are kept.
    pub(crate) snap: usize,
}

impl Default for Form {
    fn default() -> Self {
        Self { big: false, nanoseconds: false, link: 1, snap: 262_144 }
    }
}

struct Numbers {
    big: bool,
    out: Vec<u8>,
}

impl Numbers {
    fn u32(&mut self, value: u32) {
        self.out.extend_from_slice(&if self.big { value.to_be_bytes() } else { value.to_le_bytes() });
    }

    fn u16(&mut self, value: u16) {
        self.out.extend_from_slice(&if self.big { value.to_be_bytes() } else { value.to_le_bytes() });
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }
}

/// The classic format.
pub(crate) fn pcap(packets: &[Packet], form: Form) -> Vec<u8> {
    let mut file = Numbers { big: form.big, out: Vec::new() };
    file.u32(if form.nanoseconds { 0xa1b2_3c4d } else { 0xa1b2_c3d4 });
    file.u16(2);
    file.u16(4);
    for value in [0, 0, form.snap as u32, form.link.into()] {
        file.u32(value);
    }
    for packet in packets {
        let kept = &packet.bytes[..packet.bytes.len().min(form.snap)];
        let fraction = (packet.time % 1_000_000) as u32;
        file.u32((packet.time / 1_000_000) as u32);
        file.u32(if form.nanoseconds { fraction * 1_000 } else { fraction });
        file.u32(kept.len() as u32);
        file.u32(packet.bytes.len() as u32);
        file.bytes(kept);
    }
    file.out
}

/// One section of the format of blocks, with two interfaces that take turns; with `nanoseconds` the second counts 2^30 in a second.
pub(crate) fn pcapng(packets: &[Packet], form: Form) -> Vec<u8> {
    let mut file = Numbers { big: form.big, out: Vec::new() };
    let section = |file: &mut Numbers| {
        file.u32(0x1a2b_3c4d);
        file.u16(1);
        file.u16(0);
        file.bytes(&[0xff; 8]);
    };
    block(&mut file, 0x0a0d_0d0a, section);
    for second in [false, true] {
        block(&mut file, 1, |file| {
            file.u16(form.link);
            file.u16(0);
            file.u32(form.snap as u32);
            if form.nanoseconds {
                file.u16(9);
                file.u16(1);
                file.bytes(&[if second { 0x80 | 30 } else { 9 }, 0, 0, 0]);
                file.u32(0);
            }
        });
    }
    // Names and what nobody knows lie in between.
    block(&mut file, 4, |file| file.u32(0));
    block(&mut file, 0x8000_0001, |file| file.bytes(b"whatever"));
    for (number, packet) in packets.iter().enumerate() {
        let kept = &packet.bytes[..packet.bytes.len().min(form.snap)];
        let second = number % 2 == 1;
        let time = match (form.nanoseconds, second) {
            (true, true) => (u128::from(packet.time) << 30).div_ceil(1_000_000) as u64,
            (true, false) => packet.time * 1_000,
            (false, _) => packet.time,
        };
        block(&mut file, 6, |file| {
            for value in [second.into(), (time >> 32) as u32, time as u32, kept.len() as u32, packet.bytes.len() as u32] {
                file.u32(value);
            }
            file.bytes(kept);
            file.bytes(&vec![0; kept.len().next_multiple_of(4) - kept.len()]);
        });
    }
    file.out
}

fn block(file: &mut Numbers, kind: u32, body: impl FnOnce(&mut Numbers)) {
    let mut inner = Numbers { big: file.big, out: Vec::new() };
    body(&mut inner);
    let length = inner.out.len() as u32 + 12;
    file.u32(kind);
    file.u32(length);
    file.bytes(&inner.out);
    file.u32(length);
}
