//! Golden files: one for each schema number, JSON Lines, never edited by hand.
//!
//! `schema-0.jsonl` has events as builds before the codec wrote them. `schema-1.jsonl` has one of
//! everything in the form of today: from 0.1.0 on its lines never change, and more may be
//! added. After adding a sample:
//!
//! ```text
//! HELPDESK_GOLDEN=write cargo test --test codec golden
//! ```
//!
//! writes the file anew and fails, so that somebody looks at what changed in it: lines that
//! changed or went are broken promises.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use helpdesk::store::codec::{self, StoredEvent, StoredHead};
use helpdesk::{Key, Revision};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use crate::samples;

/// A line of a golden file.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Event(EventLine),
    Head(HeadLine),
    Notice(Box<RawValue>),
    Touched(Box<RawValue>),
    UniqueKey(String),
    Counter(String),
    CloudEvent(Box<RawValue>),
}

#[derive(Serialize, Deserialize)]
struct EventLine {
    revision: Revision,
    at: DateTime<Utc>,
    tag: String,
    schema: u16,
    facts: Box<RawValue>,
    personal: Option<Box<RawValue>>,
}

#[derive(Serialize, Deserialize)]
struct HeadLine {
    key: Key,
    schema: u16,
    head: Box<RawValue>,
}

impl EventLine {
    fn of(stored: StoredEvent) -> Self {
        Self {
            revision: stored.revision,
            at: stored.at,
            tag: stored.tag.into_owned(),
            schema: stored.schema,
            facts: raw(stored.facts),
            personal: stored.personal.map(raw),
        }
    }

    fn stored(&self) -> StoredEvent {
        StoredEvent {
            revision: self.revision,
            at: self.at,
            tag: self.tag.clone().into(),
            schema: self.schema,
            facts: self.facts.get().to_owned(),
            personal: self.personal.as_ref().map(|personal| personal.get().to_owned()),
        }
    }
}

fn raw(text: String) -> Box<RawValue> {
    RawValue::from_string(text).unwrap()
}

fn path(schema: u16) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/codec/golden");
    folder.join(format!("schema-{schema}.jsonl"))
}

fn lines(schema: u16) -> Vec<String> {
    let text = fs::read_to_string(path(schema)).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// Everything that there is a sample of, as this build writes it.
fn written() -> Vec<String> {
    let mut lines = Vec::new();
    for event in samples::events() {
        lines.push(Line::Event(EventLine::of(codec::encode_event(&event).unwrap())));
    }
    for (key, head) in samples::heads() {
        let StoredHead { schema, head } = codec::encode_head(&head).unwrap();
        lines.push(Line::Head(HeadLine { key, schema, head: raw(head) }));
    }
    for notice in samples::notices() {
        lines.push(Line::Notice(raw(codec::encode_notice(&notice).unwrap())));
    }
    lines.push(Line::Touched(raw(codec::encode_touched(&samples::touched()).unwrap())));
    for key in samples::unique_keys() {
        lines.push(Line::UniqueKey(codec::unique_key_text(&key)));
    }
    for counter in samples::counters() {
        lines.push(Line::Counter(codec::counter_text(&counter)));
    }
    for (place, claimed) in samples::claimed().iter().enumerate() {
        let happened = place.is_multiple_of(2).then(samples::monday);
        let event = codec::cloud_event(claimed, "https://help.example.com/", happened).unwrap();
        lines.push(Line::CloudEvent(raw(event)));
    }
    lines.iter().map(|line| to_raw_value(line).unwrap().get().to_owned()).collect()
}

#[test]
fn this_build_writes_the_golden_bytes() {
    let written = written();
    if let Ok(wish) = std::env::var("HELPDESK_GOLDEN") {
        assert_eq!(wish, "write", "the only wish there is");
        fs::write(path(codec::SCHEMA), written.join("\n") + "\n").unwrap();
        panic!("written: look at what changed, then run without HELPDESK_GOLDEN");
    }
    let golden = lines(codec::SCHEMA);
    for (place, (written, golden)) in written.iter().zip(&golden).enumerate() {
        assert_eq!(written, golden, "line {}", place + 1);
    }
    assert_eq!(written.len(), golden.len(), "each sample has a line");
}

#[test]
fn this_build_reads_every_golden_line() {
    let mut events = samples::events().into_iter();
    let mut heads = samples::heads().into_iter();
    let mut notices = samples::notices().into_iter();
    let mut keys = samples::unique_keys().into_iter();
    let mut counters = samples::counters().into_iter();
    for line in lines(codec::SCHEMA) {
        match serde_json::from_str(&line).unwrap() {
            Line::Event(line) => {
                assert_eq!(codec::decode_event(&line.stored()).unwrap(), events.next().unwrap());
            }
            Line::Head(HeadLine { key, schema, head }) => {
                let stored = StoredHead { schema, head: head.get().to_owned() };
                let read = codec::decode_head(key, &stored).unwrap();
                assert_eq!((key, read), heads.next().unwrap());
            }
            Line::Notice(text) => {
                assert_eq!(codec::decode_notice(text.get()).unwrap(), notices.next().unwrap());
            }
            Line::Touched(text) => {
                assert_eq!(codec::decode_touched(text.get()).unwrap(), samples::touched());
            }
            Line::UniqueKey(text) => {
                assert_eq!(codec::parse_unique_key(&text).unwrap(), keys.next().unwrap());
            }
            Line::Counter(text) => {
                assert_eq!(codec::parse_counter(&text).unwrap(), counters.next().unwrap());
            }
            // Nothing of the crate reads what it sends to others.
            Line::CloudEvent(_) => {}
        }
    }
    assert!(events.next().is_none() && heads.next().is_none() && notices.next().is_none());
}

#[test]
fn events_of_schema_0_read_as_those_of_schema_1() {
    let golden = lines(0);
    // What came to be later has no line there.
    assert_eq!(golden.len() + samples::later().len(), samples::events().len());
    for (line, event) in golden.iter().zip(samples::events()) {
        let stored = StoredEvent::from_plain(line).unwrap();
        assert_eq!(stored.schema, 0);
        assert_eq!(codec::decode_event(&stored).unwrap(), event);
        assert_eq!(stored.tag, codec::encode_event(&event).unwrap().tag);
    }
}

#[test]
fn an_event_of_schema_0_under_another_tag_is_damaged() {
    for line in lines(0) {
        let stored = StoredEvent::from_plain(&line).unwrap();
        for tag in codec::TAGS.iter().filter(|tag| **tag != stored.tag) {
            let other = StoredEvent { tag: (*tag).into(), ..stored.clone() };
            let error = codec::decode_event(&other).unwrap_err();
            assert_eq!(error.to_string(), format!("the stored event `{tag}` is damaged"));
        }
    }
}

#[test]
fn every_tag_has_a_golden_event() {
    let text = lines(codec::SCHEMA).join("\n");
    for tag in codec::TAGS {
        assert!(text.contains(&format!("\"tag\":\"{tag}\"")), "no golden event has {tag}");
    }
}

#[test]
fn cloud_events_have_every_required_attribute() {
    for claimed in samples::claimed() {
        let text = codec::cloud_event(&claimed, "urn:host", None).unwrap();
        let event: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(event["specversion"], "1.0");
        assert_eq!(event["id"], claimed.notice.id.to_string());
        assert_eq!(event["source"], format!("urn:host/desks/{}", samples::DESK));
        let kind = event["type"].as_str().unwrap();
        assert_eq!(event["data"]["kind"], kind.strip_prefix("helpdesk.notice.").unwrap());
        assert!(event.get("time").is_none(), "no instant was at hand");
    }
}
