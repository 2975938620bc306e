//! Requests and answers of HTTP/1.

mod body;
mod head;

use super::flow::{CLIENT, SERVER};
use super::rows::{Kept, Seen, WebRow};
use body::Body;
use head::{Framing, Request, Response};
use std::collections::VecDeque;

/// Bytes of a request's or an answer's head.
const HEAD: usize = 32 << 10;
/// Requests that wait for their answers.
const WAITING: usize = 64;

/// Whether a connection begins with HTTP; `None` while there is too little to tell.
pub(crate) fn begins(bytes: &[u8]) -> Option<bool> {
    const STARTS: [&[u8]; 10] =
        [b"GET ", b"POST ", b"HTTP/1.", b"CONNECT ", b"HEAD ", b"PUT ", b"OPTIONS ", b"DELETE ", b"PATCH ", b"PROPFIND "];
    // Some clients end a request with a line end too many.
    let bytes = bytes.trim_ascii_start();
    if STARTS.iter().any(|start| bytes.starts_with(start)) {
        return Some(true);
    }
    if STARTS.iter().any(|start| start.starts_with(bytes)) { None } else { Some(false) }
}

/// What is to become of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    More,
    /// Another protocol follows.
    Tunnel,
    /// No HTTP, or no longer.
    Nothing,
}

#[derive(Default)]
pub(crate) struct Http {
    sides: [Side; 2],
    /// Requests in the order in which they were made; the first is being answered.
    waiting: VecDeque<WebRow>,
    /// Bytes of their texts.
    bytes: usize,
    /// The head of the first one's answer was read.
    answered: bool,
    failures: u8,
    understood: bool,
}

#[derive(Default)]
struct Side {
    /// A head that is not yet whole, and how far its end was looked for.
    head: Vec<u8>,
    searched: usize,
    /// What follows the head.
    body: Option<Body>,
    /// Bytes are missing, so that the next head has to be looked for.
    astray: bool,
}

impl Http {
    pub(crate) fn held(&self) -> usize {
        self.bytes + self.sides.iter().map(|side| side.head.len()).sum::<usize>()
    }

    /// Whether a head was understood.
    pub(crate) fn is_sure(&self) -> bool {
        self.understood
    }

    /// Takes bytes of one side, behind `lost` ones that are missing.
    pub(crate) fn push(&mut self, side: usize, bytes: &[u8], lost: u32, seen: Seen, rows: &mut Kept<WebRow>) -> Next {
        if lost > 0 {
            self.lose(side, lost.into(), seen, rows);
        }
        let mut rest = bytes;
        while !rest.is_empty() {
            let before = rest.len();
            match self.step(side, &mut rest, seen, rows) {
                Next::More => {}
                other => return other,
            }
            if rest.len() == before {
                break;
            }
        }
        Next::More
    }

    fn step(&mut self, side: usize, rest: &mut &[u8], seen: Seen, rows: &mut Kept<WebRow>) -> Next {
        let Some(state) = self.sides.get_mut(side) else { return Next::Nothing };
        if let Some(body) = &mut state.body {
            let counted = body.take(rest);
            let ended = body.has_ended();
            self.count(side, counted);
            if ended {
                self.end_of_body(side, seen, rows);
            }
            return Next::More;
        }
        if state.astray {
            if begins(rest) == Some(false) {
                *rest = &[];
                return Next::More;
            }
            state.astray = false;
        }
        let head = if state.head.is_empty() {
            match head::end(rest, 0) {
                Some(end) => {
                    let (head, next) = rest.split_at(end);
                    *rest = next;
                    self.head(side, head, seen, rows)
                }
                None => {
                    state.head.extend_from_slice(rest);
                    *rest = &[];
                    Next::More
                }
            }
        } else {
            let known = state.head.len();
            state.head.extend_from_slice(rest);
            match head::end(&state.head, state.searched) {
                Some(end) => {
                    *rest = rest.get(end.saturating_sub(known)..).unwrap_or_default();
                    let mut whole = std::mem::take(&mut state.head);
                    whole.truncate(end);
                    self.head(side, &whole, seen, rows)
                }
                None => {
                    *rest = &[];
                    Next::More
                }
            }
        };
        if let Some(state) = self.sides.get_mut(side) {
            state.searched = state.head.len().saturating_sub(3);
            if state.head.len() > HEAD {
                state.head = Vec::new();
                return self.fail(side);
            }
        }
        head
    }

    /// What was no head: the next may be one.
    fn fail(&mut self, side: usize) -> Next {
        self.failures += 1;
        if let Some(state) = self.sides.get_mut(side) {
            (state.searched, state.astray) = (0, true);
        }
        if self.failures > 8 { Next::Nothing } else { Next::More }
    }

    fn head(&mut self, side: usize, head: &[u8], seen: Seen, rows: &mut Kept<WebRow>) -> Next {
        if side == CLIENT {
            let Some(request) = Request::parse(head) else { return self.fail(side) };
            let framing = request.framing;
            self.understood = true;
            if self.waiting.len() >= WAITING {
                self.tell(rows);
            }
            let row = request.row(seen);
            self.bytes += cost(&row);
            self.waiting.push_back(row);
            return self.follow(side, framing, seen, rows);
        }
        let Some(response) = Response::parse(head) else { return self.fail(side) };
        self.understood = true;
        if (100..200).contains(&response.status) && response.status != 101 {
            return Next::More;
        }
        if self.waiting.is_empty() {
            // The question was before the capture began.
            let row = Request::default().row(seen);
            self.bytes += cost(&row);
            self.waiting.push_back(row);
        }
        let Some(row) = self.waiting.front_mut() else { return Next::More };
        self.bytes -= cost(row);
        row.status = Some(response.status);
        row.end = seen.time;
        (row.reason, row.content_type) = (response.reason, response.content_type);
        self.bytes += cost(row);
        let connected = row.method == "CONNECT" && (200..300).contains(&response.status);
        if connected || response.status == 101 {
            self.finish(rows);
            return if connected { Next::Tunnel } else { Next::Nothing };
        }
        let empty = row.method == "HEAD" || matches!(response.status, 204 | 304);
        self.answered = true;
        self.follow(side, if empty { Framing::None } else { response.framing }, seen, rows)
    }

    /// Waits for the body.
    fn follow(&mut self, side: usize, framing: Framing, seen: Seen, rows: &mut Kept<WebRow>) -> Next {
        let body = Body::new(framing).filter(|body| !body.has_ended());
        let none = body.is_none();
        if let Some(state) = self.sides.get_mut(side) {
            state.body = body;
        }
        if none {
            self.end_of_body(side, seen, rows);
        }
        Next::More
    }

    fn count(&mut self, side: usize, bytes: u64) {
        let row = if side == CLIENT { self.waiting.back_mut() } else { self.waiting.front_mut() };
        if let Some(place) = row.and_then(|row| row.bytes.get_mut(side)) {
            *place = place.saturating_add(bytes);
        }
    }

    fn end_of_body(&mut self, side: usize, seen: Seen, rows: &mut Kept<WebRow>) {
        if let Some(state) = self.sides.get_mut(side) {
            state.body = None;
        }
        if side == SERVER && self.answered {
            if let Some(row) = self.waiting.front_mut() {
                row.end = seen.time;
            }
            self.tell(rows);
        }
    }

    /// Bytes are missing: within a body of known length they are of it.
    fn lose(&mut self, side: usize, lost: u64, seen: Seen, rows: &mut Kept<WebRow>) {
        let Some(state) = self.sides.get_mut(side) else { return };
        state.head = Vec::new();
        state.searched = 0;
        if let Some(body) = &mut state.body {
            if body.lose(lost) {
                self.count(side, lost);
                return;
            }
            self.end_of_body(side, seen, rows);
        }
        if let Some(state) = self.sides.get_mut(side) {
            state.astray = true;
        }
    }

    /// Tells of the first request.
    fn tell(&mut self, rows: &mut Kept<WebRow>) {
        self.answered = false;
        if let Some(row) = self.waiting.pop_front() {
            self.bytes -= cost(&row);
            rows.push(|| row);
        }
    }

    /// The connection has ended.
    pub(crate) fn finish(&mut self, rows: &mut Kept<WebRow>) {
        while !self.waiting.is_empty() {
            self.tell(rows);
        }
    }
}

fn cost(row: &WebRow) -> usize {
    let texts = [
        &row.method,
        &row.target,
        &row.host,
        &row.user_agent,
        &row.referrer,
        &row.forwarded_for,
        &row.username,
        &row.reason,
        &row.content_type,
    ];
    std::mem::size_of::<WebRow>() + texts.iter().map(|text| text.len()).sum::<usize>()
}

#[cfg(test)]
mod tests;
