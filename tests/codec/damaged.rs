//! Damaged texts: a typed error or something that can be stored again, and never a panic.

use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::conformance::kit::Random;
use helpdesk::store::codec::{self, CodecErrorKind, StoredEvent, StoredHead};
use helpdesk::{Actor, Change, Key, Revision, TicketChange};

use crate::samples::{self, DESK, TICKET};

/// What damage puts into texts.
const SPLINTERS: [&str; 17] = [
    "",
    "null",
    "true",
    "-1",
    "18446744073709551616",
    "99999999999999999999999999999999999999999",
    "1e999",
    "-0.0",
    "\"\"",
    "\"+262143-01-01T00:00:00Z\"",
    "\"2026-02-30T00:00:00Z\"",
    "\"2026-06-30T23:59:60.5Z\"",
    "\"\\ud800\"",
    "{}",
    "[]",
    "{\"a\":{\"a\":",
    "\u{0}\u{feff}",
];

/// The text after one accident.
fn damaged(text: &str, random: &mut Random) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let (from, to) = (random.below(bytes.len() + 1), random.below(bytes.len() + 1));
    let (from, to) = (from.min(to), from.max(to));
    match random.below(6) {
        0 => bytes.truncate(from),
        1 if !bytes.is_empty() => {
            let at = random.below(bytes.len());
            bytes[at] ^= 1 << random.below(8);
        }
        2 => drop(bytes.drain(from..to.min(from + 20))),
        3 => {
            let part = bytes[from..to].to_vec();
            bytes.splice(to..to, part);
        }
        4 => {
            // A whole value, so that what is around it stays JSON.
            let starts: Vec<usize> = text.match_indices(':').map(|(at, _)| at + 1).collect();
            if starts.is_empty() {
                return text.to_owned();
            }
            let start = *random.pick(&starts).unwrap();
            let end = text[start..].find([',', '}']).map_or(text.len(), |end| start + end);
            bytes.splice(start..end, random.one_of(SPLINTERS).bytes());
        }
        _ => drop(bytes.splice(from..from, random.one_of(SPLINTERS).bytes())),
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn damaged_events_are_errors_or_events_that_can_be_stored() {
    let mut random = Random::new(6);
    let (mut errors, mut newer) = (0, 0);
    for event in samples::events() {
        let stored = codec::encode_event(&event).unwrap();
        for round in 0..300 {
            let mut broken = stored.clone();
            match &mut broken.personal {
                Some(personal) if round % 4 == 0 => *personal = damaged(personal, &mut random),
                _ => broken.facts = damaged(&broken.facts, &mut random),
            }
            match codec::decode_event(&broken) {
                Ok(read) => {
                    newer += usize::from(matches!(read.change, Change::Newer(_)));
                    let again = codec::encode_event(&read).unwrap();
                    assert_eq!(codec::decode_event(&again).unwrap(), read, "{broken:?}");
                }
                Err(error) => {
                    assert_eq!(error.kind(), CodecErrorKind::Damaged, "{broken:?}");
                    assert_eq!(error.tag(), Some(&*stored.tag));
                    errors += 1;
                }
            }
        }
    }
    assert!(errors > 1000 && newer > 50, "{errors} errors, {newer} newer");
}

#[test]
fn damaged_events_of_schema_0_are_errors_or_events_that_can_be_stored() {
    let mut random = Random::new(60);
    for event in samples::events() {
        let plain = serde_json::to_string(&event).unwrap();
        for _ in 0..100 {
            let read = StoredEvent::from_plain(&damaged(&plain, &mut random))
                .and_then(|stored| codec::decode_event(&stored));
            match read {
                Ok(read) => {
                    let again = codec::encode_event(&read).unwrap();
                    assert_eq!(codec::decode_event(&again).unwrap(), read);
                }
                Err(error) => assert_eq!(error.kind(), CodecErrorKind::Damaged),
            }
        }
    }
}

#[test]
fn damaged_heads_are_errors_or_heads_that_can_be_stored() {
    let mut random = Random::new(7);
    for (key, head) in samples::heads() {
        let stored = codec::encode_head(&head).unwrap();
        for _ in 0..200 {
            let broken = StoredHead { head: damaged(&stored.head, &mut random), ..stored.clone() };
            match codec::decode_head(key, &broken) {
                Ok(read) => {
                    let again = codec::encode_head(&read).unwrap();
                    assert_eq!(codec::decode_head(key, &again).unwrap(), read, "{broken:?}");
                }
                Err(error) => {
                    let kinds = [CodecErrorKind::Damaged, CodecErrorKind::Newer];
                    assert!(kinds.contains(&error.kind()), "{error}");
                }
            }
        }
    }
}

#[test]
fn damaged_notices_receipts_keys_and_counters_never_panic() {
    let mut random = Random::new(8);
    let notice = codec::encode_notice(&samples::notices()[0]).unwrap();
    let touched = codec::encode_touched(&samples::touched()).unwrap();
    for _ in 0..5000 {
        if let Ok(notice) = codec::decode_notice(&damaged(&notice, &mut random)) {
            codec::encode_notice(&notice).unwrap();
        }
        if let Ok(touched) = codec::decode_touched(&damaged(&touched, &mut random)) {
            codec::encode_touched(&touched).unwrap();
        }
        for key in samples::unique_keys() {
            let broken = damaged(&codec::unique_key_text(&key), &mut random);
            if let Ok(read) = codec::parse_unique_key(&broken) {
                assert_eq!(codec::unique_key_text(&read), broken, "one text, one key");
            }
        }
        for counter in samples::counters() {
            let broken = damaged(&codec::counter_text(&counter), &mut random);
            if let Ok(read) = codec::parse_counter(&broken) {
                assert_eq!(codec::counter_text(&read), broken, "one text, one counter");
            }
        }
    }
}

#[test]
fn two_texts_are_never_one_key() {
    for text in ["number:01", "number:+1", "number: 1", "number:", "number", "", "Number:1"] {
        assert!(codec::parse_unique_key(text).is_err(), "{text}");
    }
    let upper = "load:00000000-0000-0000-0000-0000000000A1";
    for text in [upper, "load:", "load:{00000000-0000-0000-0000-0000000000a1}", "load"] {
        assert_eq!(codec::parse_counter(text).unwrap_err().kind(), CodecErrorKind::Damaged);
    }
}

#[test]
fn nesting_without_end_is_damage_and_no_overflow() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = open.repeat(200_000);
        let whole = format!("{deep}1{}", close.repeat(200_000));
        for facts in [deep, whole] {
            let cause = r#""cause":{"actor":"host","settings":1}"#;
            // As what is looked at, as what is passed over, and as what a newer build wrote.
            for (tag, text) in [
                ("ticket.subject_changed", format!("{{{cause},\"bytes\":{facts}}}")),
                ("ticket.subject_changed", facts.clone()),
                ("ticket.merged", facts.clone()),
            ] {
                let stored = stored(tag, text);
                let error = codec::decode_event(&stored).unwrap_err();
                assert_eq!(error.kind(), CodecErrorKind::Damaged);
            }
            let passed_over = stored(
                "ticket.subject_changed",
                format!("{{{cause},\"more\":{facts},\"bytes\":1}}"),
            );
            drop(codec::decode_event(&passed_over));
            assert!(codec::decode_notice(&facts).is_err());
            let head = StoredHead { schema: codec::HEAD_SCHEMA, head: facts };
            assert!(codec::decode_head(Key::ticket(DESK, TICKET), &head).is_err());
        }
    }
}

fn stored(tag: &'static str, facts: String) -> StoredEvent {
    StoredEvent {
        revision: Revision(1),
        at: samples::monday(),
        tag: tag.into(),
        schema: codec::SCHEMA,
        facts,
        personal: None,
    }
}

#[test]
fn what_follows_on_a_text_is_damage() {
    for event in samples::events() {
        let whole = codec::encode_event(&event).unwrap();
        let longer = |text: &str| format!("{text} {{}}");
        let personal = whole.personal.as_deref().map(longer);
        let broken = [
            StoredEvent { facts: longer(&whole.facts), ..whole.clone() },
            StoredEvent { personal: personal.or_else(|| Some("x".to_owned())), ..whole.clone() },
        ];
        for broken in broken {
            let newer = StoredEvent { schema: codec::SCHEMA + 1, ..broken.clone() };
            for stored in [broken, newer] {
                let error = codec::decode_event(&stored).unwrap_err();
                assert_eq!(error.kind(), CodecErrorKind::Damaged);
            }
        }
    }
}

#[test]
fn a_tag_of_any_length_is_told_in_80_characters() {
    let mut long = String::new();
    for n in 0..100_000 {
        write!(long, "ü{n}").unwrap();
    }
    let mut event = stored("", "{".to_owned());
    event.tag = long.into();
    let error = codec::decode_event(&event).unwrap_err();
    assert!(error.to_string().chars().count() < 120);
}

#[test]
fn revision_0_is_no_events() {
    let mut event = codec::encode_event(&samples::events()[0]).unwrap();
    event.revision = Revision::ZERO;
    assert_eq!(codec::decode_event(&event).unwrap_err().kind(), CodecErrorKind::Damaged);
}

#[test]
fn instants_with_more_digits_are_cut_to_whole_microseconds() {
    let whole = samples::monday();
    let more = whole + TimeDelta::nanoseconds(999);
    let digits = |at: DateTime<Utc>| serde_json::to_string(&at).unwrap();
    for (stored, event) in samples::events()
        .iter()
        .map(|event| codec::encode_event(event).unwrap())
        .zip(samples::events())
    {
        let longer = |text: &str| text.replace(".000001Z", ".000001999Z");
        let mut read = stored.clone();
        read.facts = longer(&read.facts);
        read.at += TimeDelta::nanoseconds(999);
        assert_eq!(codec::decode_event(&read).unwrap(), event);
        assert!(!stored.facts.contains(&digits(whole)) || read.facts.contains(&digits(more)));
    }
    for (key, head) in samples::heads() {
        let mut stored = codec::encode_head(&head).unwrap();
        stored.head = stored.head.replace(".000001Z", ".000001001Z");
        assert_eq!(codec::decode_head(key, &stored).unwrap(), head);
    }
}

#[test]
fn the_first_and_the_last_instant_there_are_can_be_stored() {
    let cut = |at: DateTime<Utc>| DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap();
    for at in [cut(DateTime::<Utc>::MAX_UTC), DateTime::<Utc>::MIN_UTC] {
        let mut event = samples::bare_opening();
        let Change::Ticket(TicketChange::Opened(opened)) = &mut event.change else {
            panic!("it opens a ticket")
        };
        opened.timers.wake = Some(at);
        opened.message.occurred_at = Some(at);
        event.at = at;
        let stored = codec::encode_event(&event).unwrap();
        assert_eq!(codec::decode_event(&stored).unwrap(), event);
        let beyond = stored.facts.replace("262142", "262144");
        if beyond != stored.facts {
            let error = codec::decode_event(&StoredEvent { facts: beyond, ..stored }).unwrap_err();
            assert_eq!(error.kind(), CodecErrorKind::Damaged);
        }
        assert_eq!(event.cause.actor, Actor::Customer(samples::MARIA));
    }
}
