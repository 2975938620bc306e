use super::*;
use crate::pcap::file::Place;
use crate::pcap::flow::Ends;

/// A question for the name with its labels given, and an answer of two records that points back at the name.
fn messages() -> (Vec<u8>, Vec<u8>) {
    let mut question = vec![0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    question.extend_from_slice(b"\x04PooL\x07example\x00\x00\x01\x00\x01");
    let mut answer = question.clone();
    answer[2..4].copy_from_slice(&[0x81, 0x80]);
    answer[7] = 2;
    answer.extend_from_slice(b"\xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x3c\x00\x06\x03www\xc0\x11");
    answer.extend_from_slice(b"\xc0\x2b\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x01\x02\x03\x04");
    (question, answer)
}

fn texts(message: &Message) -> Vec<&str> {
    message.answers.iter().map(|answer| answer.text.as_str()).collect()
}

#[test]
fn names_are_followed_and_answers_read() {
    let (question, answer) = messages();
    let question = Message::parse(&question, true).unwrap();
    assert_eq!(question.question.unwrap().name, "pool.example");
    let answer = Message::parse(&answer, true).unwrap();
    assert_eq!(texts(&answer), ["www.example", "1.2.3.4"]);
    assert_eq!(answer.answers[1].address.map(|a| a[12..].to_vec()), Some(vec![1, 2, 3, 4]));
}

#[test]
fn what_there_is_of_a_cut_message_is_read() {
    let (_, answer) = messages();
    for length in 0..answer.len() {
        let message = Message::parse(&answer[..length], false);
        match length {
            0..12 => assert!(message.is_none()),
            12..30 => assert!(message.unwrap().question.is_none(), "{length}"),
            _ => assert_eq!(message.unwrap().answers.len(), usize::from(length >= 48), "{length}"),
        }
    }
    assert!(Message::parse(&answer[..20], true).is_none(), "no message, as nothing was cut");
}

#[test]
fn names_that_run_in_circles_end() {
    let (mut question, _) = messages();
    question[12..14].copy_from_slice(&[0xc0, 12]);
    assert!(Message::parse(&question, true).is_none());
    question[12..14].copy_from_slice(&[0x80, 12]);
    assert!(Message::parse(&question, true).is_none());
}

#[test]
fn answers_find_their_questions() {
    let seen = |time| Seen {
        place: Place { record: time as u64, offset: 0 },
        time,
        ends: Ends { addresses: [[1; 16], [2; 16]], ports: [9, 53], protocol: 17 },
        flow: 0,
    };
    let (question, answer) = messages();
    let parse = |bytes: &[u8]| Message::parse(bytes, true).unwrap();
    let mut rows = Kept::all();
    let mut exchange = Exchange::default();
    exchange.message(parse(&question), true, seen(1), &mut rows);
    exchange.message(parse(&question), true, seen(2), &mut rows);
    exchange.message(parse(&answer), false, seen(5), &mut rows);
    assert!(exchange.held() > 0);
    exchange.finish(&mut rows);
    exchange.message(parse(&answer), false, seen(7), &mut rows);
    assert_eq!(exchange.held(), 0);
    let told: Vec<_> = rows.rows().iter().map(|row| (row.seen.time, row.answered.as_ref().map(|(at, _)| *at), row.asked)).collect();
    assert_eq!(told, [(1, Some(5), true), (2, None, true), (7, Some(7), false)]);
    for n in 0..100 {
        exchange.message(parse(&question), true, seen(n), &mut rows);
        assert!(exchange.waiting.len() <= WAITING);
    }
}
