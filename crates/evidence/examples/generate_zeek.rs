//! Writes `dns.log` and `conn.log` in Zeek's JSON, with a little traffic to mining pools among it. The same size and seed give the same
//! bytes.
//!
//!     generate_zeek DIR MEGABYTES [SEED]
//!
//! Half of the megabytes go to each log. One record in 50,000 is planted: a pool's name asked for, a long thin connection to a port that
//! pools use. The counts of what was planted are printed as JSON.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

const POOLS: [&str; 8] = [
    "pool.supportxmr.com",
    "gulf.moneroocean.stream",
    "xmr-eu1.nanopool.org",
    "de.monero.herominers.com",
    "stratum.braiins.com",
    "eu.luckpool.net",
    "rx.unmineable.com",
    "auto.c3pool.org",
];
const POOL_PORTS: [u16; 4] = [3333, 14444, 10128, 5555];
const WORDS: [&str; 24] = [
    "cdn", "static", "api", "mail", "login", "portal", "update", "edge", "assets", "img", "news", "shop", "data", "sync", "files", "docs",
    "video", "search", "maps", "auth", "status", "media", "cloud", "office",
];
const ZONES: [&str; 16] = [
    "example.com",
    "example.net",
    "example.org",
    "contoso.com",
    "fabrikam.com",
    "northwind.net",
    "adatum.com",
    "litware.org",
    "tailspin.net",
    "wingtip.com",
    "proseware.com",
    "lucerne.org",
    "woodgrove.com",
    "alpine.net",
    "margie.org",
    "fourthcoffee.com",
];
const TYPES: [(u16, &str); 4] = [(1, "A"), (28, "AAAA"), (65, "HTTPS"), (12, "PTR")];
const PLANTED_EVERY: u64 = 50_000;

/// A generator of numbers (splitmix64): the same on every machine.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }

    fn uid(&mut self) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let letter = |_| char::from(self.pick(LETTERS));
        std::iter::once('C').chain((0..17).map(letter)).collect()
    }

    fn inside(&mut self) -> String {
        format!("10.{}.{}.{}", self.below(8), self.below(256), 1 + self.below(254))
    }

    fn outside(&mut self) -> String {
        format!("{}.{}.{}.{}", 11 + self.below(150), self.below(256), self.below(256), 1 + self.below(254))
    }
}

/// 2026-11-01T00:00:00Z and a clock that goes on a little with every record.
struct Clock(u64);

impl Clock {
    fn tick(&mut self, numbers: &mut Numbers) -> String {
        self.0 += numbers.below(2_000);
        format!("{}.{:06}", 1_793_491_200 + self.0 / 1_000_000, self.0 % 1_000_000)
    }
}

fn dns(path: &Path, bytes: u64, numbers: &mut Numbers) -> io::Result<(u64, u64)> {
    let (mut out, mut clock) = (BufWriter::with_capacity(1 << 20, File::create(path)?), Clock(0));
    let (mut written, mut records, mut planted) = (0, 0, 0);
    while written < bytes {
        let pool = numbers.below(PLANTED_EVERY) == 0;
        let name = if pool {
            numbers.pick(&POOLS).to_owned()
        } else {
            format!("{}{}.{}.{}", numbers.pick(&WORDS), numbers.below(500), numbers.pick(&WORDS), numbers.pick(&ZONES))
        };
        let (kind, kind_name) = if pool { TYPES[0] } else { numbers.pick(&TYPES) };
        let mut line = format!(
            r#"{{"ts":{},"uid":"{}","id.orig_h":"{}","id.orig_p":{},"id.resp_h":"10.0.0.53","id.resp_p":53,"proto":"udp","trans_id":{},"#,
            clock.tick(numbers),
            numbers.uid(),
            numbers.inside(),
            1_024 + numbers.below(64_000),
            numbers.below(65_536)
        );
        let answered = numbers.below(10) > 0;
        if answered {
            line.push_str(&format!(r#""rtt":0.{:06},"#, numbers.below(90_000)));
        }
        line.push_str(&format!(r#""query":"{name}","qclass":1,"qclass_name":"C_INTERNET","qtype":{kind},"qtype_name":"{kind_name}","#));
        line.push_str(if answered { r#""rcode":0,"rcode_name":"NOERROR","# } else { r#""rcode":3,"rcode_name":"NXDOMAIN","# });
        line.push_str(r#""AA":false,"TC":false,"RD":true,"RA":true,"Z":0"#);
        if answered {
            line.push_str(&format!(r#","answers":["{}","{}"],"TTLs":[60.0,300.0]"#, numbers.outside(), numbers.outside()));
        }
        line.push_str(",\"rejected\":false}\n");
        out.write_all(line.as_bytes())?;
        written += line.len() as u64;
        records += 1;
        planted += u64::from(pool);
    }
    out.flush()?;
    Ok((records, planted))
}

fn conn(path: &Path, bytes: u64, numbers: &mut Numbers) -> io::Result<(u64, u64)> {
    let (mut out, mut clock) = (BufWriter::with_capacity(1 << 20, File::create(path)?), Clock(0));
    let (mut written, mut records, mut planted) = (0, 0, 0);
    while written < bytes {
        let pool = numbers.below(PLANTED_EVERY) == 0;
        let port = if pool { numbers.pick(&POOL_PORTS) } else { numbers.pick(&[443, 443, 443, 80, 53, 22, 123, 8443]) };
        let udp = port == 53 || port == 123;
        let (seconds, sent, received) = if pool {
            (3_600 + numbers.below(80_000), 20_000 + numbers.below(400_000), 30_000 + numbers.below(600_000))
        } else {
            (numbers.below(120), numbers.below(20_000), numbers.below(900_000))
        };
        let state = if pool { "SF" } else { numbers.pick(&["SF", "SF", "SF", "S1", "RSTO", "S0", "REJ"]) };
        let line = format!(
            r#"{{"ts":{},"uid":"{}","id.orig_h":"{}","id.orig_p":{},"id.resp_h":"{}","id.resp_p":{port},"proto":"{}","service":"{}","duration":{seconds}.{:06},"orig_bytes":{sent},"resp_bytes":{received},"conn_state":"{state}","local_orig":true,"local_resp":false,"missed_bytes":0,"history":"ShADadfF","orig_pkts":{},"orig_ip_bytes":{},"resp_pkts":{},"resp_ip_bytes":{}}}"#,
            clock.tick(numbers),
            numbers.uid(),
            numbers.inside(),
            1_024 + numbers.below(64_000),
            numbers.outside(),
            if udp { "udp" } else { "tcp" },
            if udp { "dns" } else { "ssl" },
            numbers.below(1_000_000),
            1 + sent / 400,
            sent + 40,
            1 + received / 900,
            received + 40,
        );
        out.write_all(line.as_bytes())?;
        out.write_all(b"\n")?;
        written += line.len() as u64 + 1;
        records += 1;
        planted += u64::from(pool);
    }
    out.flush()?;
    Ok((records, planted))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [dir, megabytes, seed @ ..] = arguments.as_slice() else { return Err("usage: generate_zeek DIR MEGABYTES [SEED]".into()) };
    let half = megabytes.parse::<u64>()? * 1_000_000 / 2;
    let mut numbers = Numbers(seed.first().map_or(Ok(1), |seed| seed.parse())?);
    std::fs::create_dir_all(dir)?;
    let (queries, pools) = dns(&Path::new(dir).join("dns.log"), half, &mut numbers)?;
    let (connections, sessions) = conn(&Path::new(dir).join("conn.log"), half, &mut numbers)?;
    writeln!(io::stdout(), r#"{{"dns":{queries},"dns_planted":{pools},"conn":{connections},"conn_planted":{sessions}}}"#)?;
    Ok(())
}
