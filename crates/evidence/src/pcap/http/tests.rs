use super::*;
use crate::pcap::file::Place;
use crate::pcap::flow::Ends;

fn seen(record: u64) -> Seen {
    Seen {
        place: Place { record, offset: 0 },
        time: record as i64,
        ends: Ends { addresses: [[1; 16], [2; 16]], ports: [9, 8332], protocol: 6 },
        flow: 0,
    }
}

/// What both sides say in pieces of a size: the rows as text, and what became of the connection.
fn read(size: usize, said: &[(usize, &str)]) -> (Vec<String>, Next) {
    let mut rows = Kept::all();
    let mut http = Http::default();
    let mut next = Next::More;
    for (side, text) in said {
        for piece in text.as_bytes().chunks(size) {
            if next == Next::More {
                next = http.push(*side, piece, 0, seen(1), &mut rows);
            }
        }
    }
    http.finish(&mut rows);
    assert_eq!(http.bytes, 0);
    let line = |row: &WebRow| {
        format!("{} {} {} {} {:?} {} {:?}", row.method, row.target, row.host, row.user_agent, row.status, row.content_type, row.bytes)
    };
    (rows.rows().iter().map(line).collect(), next)
}

#[test]
fn requests_and_answers_in_pieces_of_any_size() {
    let said = [
        (
            CLIENT,
            "POST /?miner=30 HTTP/1.1\r\nHost: pool.example\r\nUser-Agent: x\r\nContent-Length: 5\r\n\r\nhelloGET /b HTTP/1.1\r\nHost: b\r\n\r\n",
        ),
        (
            SERVER,
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html; charset=x\r\nTransfer-Encoding: chunked\r\n\r\n4;x=1\r\nwiki\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n",
        ),
        (SERVER, "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno"),
        (CLIENT, "HEAD /c HTTP/1.0\r\n\r\n"),
        (SERVER, "HTTP/1.0 200 OK\r\nContent-Length: 999\r\n\r\n"),
        (CLIENT, "GET /d HTTP/1.1\n\n"),
        (SERVER, "HTTP/1.1 200 OK\r\n\r\nuntil the end"),
    ];
    let expected = [
        "POST /?miner=30 pool.example x Some(200) text/html [5, 14]",
        "GET /b b  Some(404)  [0, 2]",
        "HEAD /c   Some(200)  [0, 0]",
        "GET /d   Some(200)  [0, 13]",
    ];
    for size in [1, 2, 3, 7, 20, 1 << 20] {
        assert_eq!(read(size, &said), (expected.map(str::to_owned).to_vec(), Next::More), "{size}");
    }
}

#[test]
fn tunnels_are_opened_and_other_protocols_are_left() {
    let (rows, next) = read(1 << 20, &[(CLIENT, "CONNECT pool.example:3333 HTTP/1.1\r\n\r\n"), (SERVER, "HTTP/1.1 200 Connected\r\n\r\n")]);
    assert_eq!((rows.len(), next), (1, Next::Tunnel));
    let (rows, next) = read(1 << 20, &[(CLIENT, "GET /ws HTTP/1.1\r\n\r\n"), (SERVER, "HTTP/1.1 101 Switching\r\n\r\n")]);
    assert_eq!((rows.len(), next), (1, Next::Nothing));
}

#[test]
fn what_is_lost_is_made_up_for() {
    let mut rows = Kept::all();
    let mut http = Http::default();
    let mut push = |side, text: &str, lost| http.push(side, text.as_bytes(), lost, seen(1), &mut rows);
    push(CLIENT, "GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n", 0);
    push(SERVER, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01", 0);
    push(SERVER, "89HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", 6);
    push(CLIENT, "middle of something\r\n\r\n", 3);
    push(CLIENT, "GET /c HTTP/1.1\r\n\r\n", 0);
    http.finish(&mut rows);
    let told: Vec<_> = rows.rows().iter().map(|row| (row.target.as_str(), row.status, row.bytes[1])).collect();
    assert_eq!(told, [("/a", Some(200), 10), ("/b", Some(201), 0), ("/c", None, 0)]);
}

#[test]
fn the_name_in_credentials_is_told() {
    let request = Request::parse(b"POST / HTTP/1.1\r\nAuthorization: Basic d2FsbGV0Lndvcms6c2VjcmV0\r\n\r\n").unwrap();
    assert_eq!(request.row(seen(1)).username, "wallet.work");
}

#[test]
fn heads_without_end_are_bounded() {
    let mut rows = Kept::all();
    let mut http = Http::default();
    let mut next = Next::More;
    for _ in 0..100_000 {
        if next != Next::More {
            break;
        }
        next = http.push(
            CLIENT,
            b"GET / HTTP/1.1\r\nX: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n",
            0,
            seen(1),
            &mut rows,
        );
        assert!(http.held() < 2 * HEAD);
    }
    assert_eq!(next, Next::Nothing);
}
