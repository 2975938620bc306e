//! What the hosts of a capture are to each other: miners, pools, proxies, nodes.

use super::rows_of;
use crate::support::packets::*;
use crate::support::wants_all;
use evidence::Options;
use model::{Batch, FileRef, ReadError, Sink, Source};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const XMR: &str = "48edfHu7V9Z84YzzMa6fUueoELZ9ZRXq9VetWzYGzKt52XU5xvqgzYnDK9URnRoJMk1j8nLwEVsaSWJ4fhdUyZijBGUicoD";
const COLUMNS: [&str; 4] = ["Role", "SrcIpAddr", "DstIpAddr", "SharesAccepted"];
const OUTSIDE: &str = "203.0.113.9";

/// A miner's login, a job, a share that is taken.
fn mine(connection: &mut Connection, login: &str) {
    let blob = format!("1010{}", "0123456789abcdef".repeat(9));
    let hash = "a".repeat(64);
    connection
        .say(
            Who::Client,
            format!(r#"{{"id":1,"method":"login","params":{{"login":"{login}","pass":"x","agent":"rig/1","algo":["rx/0"]}}}}"#) + "\n",
        )
        .say(
            Who::Server,
            format!(r#"{{"id":1,"result":{{"id":"s","job":{{"blob":"{blob}","job_id":"j","target":"b88d0600"}},"status":"OK"}}}}"#) + "\n",
        )
        .say(
            Who::Client,
            format!(r#"{{"id":2,"method":"submit","params":{{"id":"s","job_id":"j","nonce":"0a0b0c0d","result":"{hash}"}}}}"#) + "\n",
        )
        .say(Who::Server, "{\"id\":2,\"result\":{\"status\":\"OK\"}}\n");
}

fn session(from: &str, port: u16, to: &str, at: u64) -> Vec<Packet> {
    let mut connection = Connection::open(end(from, port), end(to, 3_333)).at(Connection::START + at);
    mine(&mut connection, XMR);
    connection.take()
}

fn told(mut packets: Vec<Packet>) -> Vec<String> {
    packets.sort_by_key(|packet| packet.time);
    let mut told = rows_of(&packets, "PoolhoundStratum_CL", &COLUMNS);
    told.sort();
    told
}

#[test]
fn a_host_inside_that_serves_miners_is_a_pool() {
    let inside = [session("10.0.0.5", 40_000, "10.0.0.9", 0), session("10.0.0.6", 40_001, "10.0.0.9", 5)].concat();
    assert_eq!(
        told(inside),
        ["miner|10.0.0.5|10.0.0.9|1", "miner|10.0.0.6|10.0.0.9|1", "pool|10.0.0.9|10.0.0.5|null"].map(|row| row.replace("null", "0"))
    );
    // Miners of others at a host of ours.
    assert_eq!(
        told(session("198.51.100.7", 40_000, "192.168.1.9", 0)),
        ["miner|198.51.100.7|192.168.1.9|1", "pool|192.168.1.9|198.51.100.7|0"]
    );
    // Whoever mines at a pool elsewhere, or on the host itself, makes none.
    assert_eq!(told(session("10.0.0.5", 40_000, OUTSIDE, 0)), [format!("miner|10.0.0.5|{OUTSIDE}|1")]);
    assert_eq!(told(session("10.0.0.5", 40_000, "10.0.0.5", 0)), ["miner|10.0.0.5|10.0.0.5|1"]);
}

#[test]
fn a_host_that_serves_miners_and_mines_elsewhere_is_a_proxy() {
    // Whichever of its connections is seen first, and whether it has long ended when the other begins.
    const HOURS: u64 = 3 * 3_600_000_000;
    for (up, down) in [(0, 10), (10, 0), (0, HOURS), (HOURS, 0)] {
        for proxy in ["10.0.0.9", "198.51.100.9"] {
            let packets = [session(proxy, 50_000, OUTSIDE, up), session("10.0.0.5", 40_000, proxy, down)].concat();
            assert_eq!(told(packets), [format!("miner|10.0.0.5|{proxy}|1"), format!("proxy|{proxy}|{OUTSIDE}|1")], "{up} {down}");
        }
    }
    // A miner that moves from one pool to another, and one at the same pool as another.
    let packets = [session("10.0.0.5", 50_000, OUTSIDE, 0), session("10.0.0.5", 50_001, "198.51.100.9", HOURS)].concat();
    assert_eq!(told(packets), ["miner|10.0.0.5|198.51.100.9|1".to_owned(), format!("miner|10.0.0.5|{OUTSIDE}|1")]);
    let packets = [session("10.0.0.5", 50_000, OUTSIDE, 0), session("10.0.0.6", 50_001, OUTSIDE, HOURS)].concat();
    assert_eq!(told(packets), [format!("miner|10.0.0.5|{OUTSIDE}|1"), format!("miner|10.0.0.6|{OUTSIDE}|1")]);
}

#[test]
fn a_host_that_miners_tunnel_through_is_no_pool() {
    let mut through = Connection::open(end("10.0.0.5", 40_000), end("10.0.0.8", 3_128));
    through
        .say(Who::Client, format!("CONNECT {OUTSIDE}:3333 HTTP/1.1\r\n\r\n"))
        .say(Who::Server, "HTTP/1.1 200 Connection established\r\n\r\n");
    mine(&mut through, XMR);
    let through = through.take();
    assert_eq!(told(through.clone()), ["miner|10.0.0.5|10.0.0.8|1"]);
    // What it sends on is not its own.
    let both = [through, session("10.0.0.8", 50_000, OUTSIDE, 20)].concat();
    assert_eq!(told(both), ["miner|10.0.0.5|10.0.0.8|1".to_owned(), format!("proxy|10.0.0.8|{OUTSIDE}|1")]);
}

#[test]
fn whoever_logs_in_for_many_over_one_connection_is_a_proxy() {
    let roles = |workers: &[&str]| {
        let mut connection = Connection::open(end("10.0.0.5", 40_000), end(OUTSIDE, 3_333));
        connection.say(Who::Client, "{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[]}\n");
        for (id, worker) in (2..).zip(workers) {
            connection.say(Who::Client, format!(r#"{{"id":{id},"method":"mining.authorize","params":["{worker}","x"]}}"#) + "\n");
        }
        let mut roles: Vec<String> =
            told(connection.take()).iter().map(|row| row.split('|').next().unwrap_or_default().to_owned()).collect();
        roles.dedup();
        roles
    };
    assert_eq!(roles(&["shop.a", "shop.b", "shop.c", "shop.d"]), ["proxy"]);
    assert_eq!(roles(&["ann.a", "bob.b", "eve.c", "joe.d"]), ["proxy"]);
    // One that changes its pool's user, or works for its maker in between.
    assert_eq!(roles(&["shop.a", "maker.x", "shop.a", "maker.x", "shop.a"]), ["miner"]);
}

/// Stops the reading as soon as it gets rows, and counts mining sessions.
#[derive(Default)]
struct Stopping(AtomicUsize);

impl Sink for Stopping {
    fn batch(&self, batch: Batch) -> ControlFlow<()> {
        if &*batch.table == "PoolhoundStratum_CL" {
            self.0.fetch_add(batch.rows.num_rows(), Ordering::Relaxed);
        }
        ControlFlow::Break(())
    }

    fn error(&self, _: ReadError) {}
    fn warning(&self, _: &FileRef, _: String) {}
    fn records(&self, _: &Arc<str>, _: u64) {}
    fn progress(&self, _: u64) {}
}

#[test]
fn a_miner_is_told_when_the_reading_is_stopped() {
    let mut packets = session("10.0.0.5", 40_000, OUTSIDE, 0);
    let mut end_of_it = Connection::new(end("10.0.0.5", 40_000), end(OUTSIDE, 3_333)).at(Connection::START + 100_000);
    packets.extend(end_of_it.flags(Who::Client, RST).take());
    for n in 0..40_000u32 {
        let to = std::net::IpAddr::from((0xcb00_7200 + n).to_be_bytes());
        let bytes = ethernet(&ip(end("10.0.0.6", 0).0, to, 6, &tcp((1_000, 80), 1, 0, SYN, b"")));
        packets.push(Packet { time: Connection::START + 1_000_000 + u64::from(n) * 10_000, bytes });
    }
    let file = pcap(&packets, Form::default());
    let evidence = evidence::open_bytes(&[("x.pcap", &file)], Options::default());
    let stopping = Stopping::default();
    evidence.read(&wants_all(&evidence.offer()), 2, &stopping);
    assert_eq!(stopping.0.load(Ordering::Relaxed), 1);
}
