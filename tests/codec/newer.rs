//! What newer and older builds write: listed, passed over or refused, and never guessed at.

use std::collections::BTreeSet;
use std::sync::Arc;

use helpdesk::command::{EraseTicket, Note, Open};
use helpdesk::store::codec::{self, CodecErrorKind, StoredEvent, StoredHead};
use helpdesk::store::{Commit, CommitParts, MemoryStore, NewReceipt, Store};
use helpdesk::{
    Actor, Change, Columns, Command, ContactChange, Desk, DeskError, Event, Expected, Head, Key,
    Loaded, ReplayError, Requester, Revision, Settings, Write, decide, fold, needs,
};
use serde_json::Value;

use crate::samples::{self, DESK, MARIA, TICKET, monday};

fn stored() -> Vec<StoredEvent> {
    samples::events().iter().map(|event| codec::encode_event(event).unwrap()).collect()
}

/// Checks that it is listed as it stands, comes back byte for byte, and is not folded.
fn is_listed(stored: &StoredEvent) -> Event {
    let event = codec::decode_event(stored).unwrap();
    let Change::Newer(newer) = &event.change else { panic!("this build knows {}", stored.tag) };
    assert_eq!((&*newer.tag, newer.schema), (&*stored.tag, stored.schema));
    assert_eq!((event.revision, event.at), (stored.revision, stored.at));
    assert_eq!(codec::encode_event(&event).unwrap(), *stored);
    let key = Key::ticket(DESK, TICKET);
    let mut first = event.clone();
    first.revision = Revision(1);
    let tag = newer.tag.clone();
    let refused = ReplayError::Newer { key, revision: Revision(1), tag };
    assert_eq!(fold(key, [&first]), Err(refused));
    event
}

#[test]
fn a_newer_schema_or_tag_is_listed_verbatim_and_never_folded() {
    for known in stored() {
        let newer = StoredEvent { schema: codec::SCHEMA + 1, ..known.clone() };
        let event = is_listed(&newer);
        // Who did it, and why, is known all the same.
        assert_eq!(event.cause, codec::decode_event(&known).unwrap().cause);
        assert_eq!(event.personal, None);
        is_listed(&StoredEvent { schema: u16::MAX, ..known.clone() });
        is_listed(&StoredEvent { tag: "ticket.merged".into(), ..known });
    }
}

#[test]
fn a_newer_event_is_whatever_json_its_build_wrote() {
    for facts in ["[1,  2]", "null", "1e300", "\"\\u0000\"", r#"{"cause":{"by":"whom"}}"#] {
        let stored = StoredEvent {
            revision: Revision(7),
            at: monday(),
            tag: "a tag\nof its own".into(),
            schema: 9,
            facts: facts.to_owned(),
            personal: Some("{ \"odour\": [ ] }".to_owned()),
        };
        let event = is_listed(&stored);
        assert_eq!((&event.cause.actor, event.cause.settings), (&Actor::System, Revision::ZERO));
    }
}

#[test]
fn a_name_that_this_build_does_not_know_makes_an_event_newer() {
    let names = [
        (r#""because":"by_hand""#, r#""because":"by_moonlight""#),
        (r#""channel":"phone""#, r#""channel":"telepathy""#),
        (r#""channel":{"social":"#, r#""channel":{"antisocial":"#),
        (r#""actor":"host""#, r#""actor":{"oracle":7}"#),
        (r#""category":"on_hold""#, r#""category":"in_limbo""#),
        (r#""rule":"wake""#, r#""rule":{"spell":"hot"}"#),
        (r#"{"integer":"#, r#"{"decimal":"#),
    ];
    for (known, newer) in names {
        let mut found = false;
        for stored in stored().into_iter().filter(|stored| stored.facts.contains(known)) {
            is_listed(&StoredEvent { facts: stored.facts.replace(known, newer), ..stored });
            found = true;
        }
        assert!(found, "no sample has {known}");
    }
    let personal = |stored: &StoredEvent| {
        let personal = stored.personal.clone()?;
        personal.contains(r#"{"text":"Otto"}"#).then_some(personal)
    };
    let (stored, personal) =
        stored().into_iter().find_map(|stored| personal(&stored).map(|it| (stored, it))).unwrap();
    is_listed(&StoredEvent {
        personal: Some(personal.replace(r#"{"text":"#, r#"{"rune":"#)),
        ..stored
    });
}

#[test]
fn an_older_build_passes_over_a_field_that_a_newer_one_added() {
    let added = r#"{"mood":{"valence":[1,-2.5,null]},"#;
    let restated = |event: &Event| match &event.change {
        Change::Agent(_) | Change::Organisation(_) => true,
        Change::Contact(change) => matches!(change, ContactChange::Described(_)),
        _ => false,
    };
    for (stored, event) in stored().into_iter().zip(samples::events()) {
        let mut texts = vec![stored.facts.replacen('{', added, 1)];
        for part in ["cause", "message", "heard", "opening", "parent", "timers"] {
            let part = format!("\"{part}\":{{");
            // A part that is empty has no comma to add.
            if stored.facts.contains(&part) && !stored.facts.contains(&format!("{part}}}")) {
                let with = format!("{}{}", part.trim_end_matches('{'), added);
                texts.push(stored.facts.replacen(&part, &with, 1));
            }
        }
        for facts in texts {
            let mut personal = stored.personal.clone();
            if !restated(&event) {
                personal = personal.map(|text| text.replacen('{', added, 1));
            }
            let newer = StoredEvent { facts, personal, ..stored.clone() };
            assert_eq!(codec::decode_event(&newer).unwrap(), event, "{}", newer.facts);
        }
    }
}

#[test]
fn what_an_event_says_anew_of_somebody_is_never_passed_over() {
    let mut described = 0;
    for stored in stored().into_iter().filter(|stored| stored.tag.ends_with(".described")) {
        let what = stored.tag.trim_end_matches(".described").to_owned();
        let facts: Value = serde_json::from_str(&stored.facts).unwrap();
        for (facts, names) in with_a_field_more(&facts) {
            let newer = StoredEvent { facts: facts.to_string(), ..stored.clone() };
            if facts[&what] == serde_json::from_str::<Value>(&stored.facts).unwrap()[&what] {
                // Beside that, or in the cause.
                codec::decode_event(&newer).unwrap_or_else(|error| panic!("{names}: {error}"));
            } else if names.contains(',') || codec::decode_event(&newer).is_ok() {
                // An enum has one name; a second is no form that any build writes.
                is_listed(&newer);
            }
        }
        if let Some(personal) = &stored.personal {
            let more = if personal == "{}" { r#"{"mood":1"# } else { r#"{"mood":1,"# };
            let personal = Some(personal.replacen('{', more, 1));
            is_listed(&StoredEvent { personal, ..stored });
        }
        described += 1;
    }
    assert!(described > 8);
}

#[test]
fn what_a_condition_of_a_newer_build_has_is_never_taken_for_damage() {
    let names = [
        (r#"{"fact":"number","#, r#"{"fact":"mood","#),
        (r#""by":"priority""#, r#""by":"mood""#),
        (r#""more":7"#, r#""more":7.5"#),
        (r#""more":7"#, r#""more":9223372036854775808"#),
        (r#""more":7"#, r#""more":{"decimal":"7.5"}"#),
        (r#""more":7"#, r#""more":[7]"#),
        (r#""more":7"#, r#""prime":true"#),
        (r#""filter":{"all":[{"#, r#""filter":{"two_of":[{"#),
        (r#""filter":{"all":["#, r#""filter":{"weight":2,"all":["#),
        (r#""filter":{"all":[]"#, r#""filter":{"all":[],"weight":2"#),
    ];
    for (known, newer) in names {
        let mut found = 0;
        for stored in stored().into_iter().filter(|stored| stored.facts.contains(known)) {
            is_listed(&StoredEvent { facts: stored.facts.replace(known, newer), ..stored });
            found += 1;
        }
        for (key, head) in samples::heads() {
            let stored = codec::encode_head(&head).unwrap();
            if stored.head.contains(known) {
                let newer = StoredHead { head: stored.head.replace(known, newer), ..stored };
                let error = codec::decode_head(key, &newer).unwrap_err();
                assert_eq!(error.kind(), CodecErrorKind::Newer, "{}", newer.head);
                found += 1;
            }
        }
        assert!(found > 1, "no sample has {known}");
    }
}

/// The value with a field more, once for each object in it and at either end of its fields; and
/// the names that the object has.
fn with_a_field_more(value: &Value) -> Vec<(Value, String)> {
    fn paths(value: &Value, path: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                found.push(path.to_owned());
                fields
                    .iter()
                    .for_each(|(name, value)| paths(value, &format!("{path}/{name}"), found));
            }
            Value::Array(items) => {
                let items = items.iter().enumerate();
                items.for_each(|(place, item)| paths(item, &format!("{path}/{place}"), found));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    paths(value, "", &mut found);
    let one_more = found.iter().flat_map(|path| {
        ["a_mood", "z_mood"].map(|name| {
            let mut more = value.clone();
            let object = more.pointer_mut(path).unwrap().as_object_mut().unwrap();
            let names = object.keys().cloned().collect::<Vec<_>>().join(",");
            object.insert(name.to_owned(), 1.into());
            (more, names)
        })
    });
    one_more.collect()
}

#[test]
fn no_field_of_any_part_of_a_head_is_dropped() {
    let mut parts = BTreeSet::new();
    for (key, head) in samples::heads() {
        let stored = codec::encode_head(&head).unwrap();
        for (head, names) in with_a_field_more(&serde_json::from_str(&stored.head).unwrap()) {
            let newer = StoredHead { head: head.to_string(), ..stored };
            let error = codec::decode_head(key, &newer).expect_err(&newer.head);
            // An enum has one name; a second is no form that any build writes.
            let may_be_an_enum = !names.contains(',');
            assert!(error.kind() == CodecErrorKind::Newer || may_be_an_enum, "{}", newer.head);
            parts.insert(names);
        }
    }
    for names in ["category,name", "name,rank", "open_age_overdue,open_age_warning"] {
        assert!(parts.iter().any(|part| part.contains(names)), "{names}: {parts:?}");
    }
}

#[test]
fn a_head_of_another_schema_is_not_read() {
    for (key, head) in samples::heads() {
        let stored = codec::encode_head(&head).unwrap();
        let newer = StoredHead { schema: codec::HEAD_SCHEMA + 1, ..stored.clone() };
        let error = codec::decode_head(key, &newer).unwrap_err();
        assert_eq!(error.kind(), CodecErrorKind::Newer);
        let older = StoredHead { schema: codec::HEAD_SCHEMA - 1, ..stored };
        let error = codec::decode_head(key, &older).unwrap_err();
        assert_eq!(error.kind(), CodecErrorKind::Older);
        assert!(error.to_string().ends_with("was written by an older build"), "{error}");
    }
}

#[test]
fn a_head_with_a_name_or_a_field_that_this_build_does_not_know_is_not_read() {
    let kind = |key, head| {
        codec::decode_head(key, &StoredHead { schema: codec::HEAD_SCHEMA, head })
            .unwrap_err()
            .kind()
    };
    for (key, head) in samples::heads() {
        let text = codec::encode_head(&head).unwrap().head;
        let field = text.replacen('{', r#"{"mood":1,"#, 1);
        assert_eq!(kind(key, field), CodecErrorKind::Newer);
        if let Head::Ticket(ticket) = &head {
            let known = format!(r#""category":"{}""#, ticket.status().category);
            let newer = text.replacen(&known, r#""category":"in_limbo""#, 1);
            assert_eq!(kind(key, newer), CodecErrorKind::Newer);
            let details = text.replacen(r#""details":{"#, r#""details":{"mood":1,"#, 1);
            assert_eq!(kind(key, details), CodecErrorKind::Newer);
        }
    }
}

#[test]
fn a_head_of_another_record_is_damage() {
    for (key, head) in samples::heads() {
        let other = Key { id: uuid_of(0xFF), ..key };
        let stored = codec::encode_head(&head).unwrap();
        match (codec::decode_head(other, &stored), head) {
            (
                Err(error),
                Head::Ticket(_) | Head::Agent(_) | Head::Contact(_) | Head::Organisation(_),
            ) => {
                assert_eq!(error.kind(), CodecErrorKind::Damaged);
            }
            // Settings do not say whose they are.
            (Ok(read), head @ Head::Settings(_)) => assert_eq!(read, head),
            (result, _) => panic!("{result:?}"),
        }
    }
}

fn uuid_of(id: u128) -> uuid::Uuid {
    *helpdesk::TicketId::from_u128(id).as_uuid()
}

#[test]
fn notices_receipts_keys_and_counters_of_a_newer_build_say_so() {
    let notice = codec::encode_notice(&samples::notices()[0]).unwrap();
    let newer = notice.replace("ticket_opened", "survey_answered");
    assert_eq!(codec::decode_notice(&newer).unwrap_err().kind(), CodecErrorKind::Newer);
    let more = notice.replacen('{', r#"{"template":"t1","#, 1);
    assert_eq!(codec::decode_notice(&more).unwrap(), samples::notices()[0]);

    let touched = codec::encode_touched(&samples::touched()).unwrap();
    let newer = touched.replacen(r#""kind":"contact""#, r#""kind":"survey""#, 1);
    assert_eq!(codec::decode_touched(&newer).unwrap_err().kind(), CodecErrorKind::Newer);

    let error = codec::parse_unique_key("invoice:shop:4711").unwrap_err();
    assert_eq!(error.to_string(), "the stored unique key `invoice` was written by a newer build");
    let error = codec::parse_counter("seats:4").unwrap_err();
    assert_eq!(error.kind(), CodecErrorKind::Newer);
}

/// A ticket to which a newer build did something.
fn desk_with_a_newer_event() -> (Desk<MemoryStore>, Event) {
    let desk = Desk::create(MemoryStore::new(), DESK, Settings::default(), monday()).unwrap();
    let open = Open::new(TICKET, Requester::Contact(MARIA), "It burns.");
    desk.open(Actor::Customer(MARIA).at(monday()), open).unwrap();
    let newer = StoredEvent {
        revision: Revision(2),
        at: monday(),
        tag: "ticket.message_translated".into(),
        schema: codec::SCHEMA,
        facts: r#"{"cause":{"actor":"host","settings":1},"language":"it"}"#.to_owned(),
        personal: Some(r#"{"text":"Brucia."}"#.to_owned()),
    };
    let event = codec::decode_event(&newer).unwrap();
    let key = Key::ticket(DESK, TICKET);
    let head = desk.record(key).unwrap().unwrap().head;
    let write = Write {
        key,
        expected: Expected::At(Revision(1)),
        events: Arc::from([event.clone()]),
        columns: Columns::of(&head),
        next_wake: head.next_wake(),
        head,
    };
    let parts = CommitParts {
        desk: DESK,
        writes: vec![write],
        guards: Vec::new(),
        keys: Vec::new(),
        counters: Vec::new(),
        notices: Vec::new(),
        receipt: NewReceipt { command: None, digest: 0 },
        erasures: Vec::new(),
    };
    desk.store().commit(Commit::from_parts(parts)).unwrap();
    (desk, event)
}

#[test]
fn nothing_is_erased_of_a_history_that_a_newer_build_wrote_to() {
    // What is left could not be folded, and a head that skips the event would be a guess.
    let (with_newer, event) = desk_with_a_newer_event();
    let key = Key::ticket(DESK, TICKET);
    let mut history = with_newer.history(key, Revision::ZERO, 10).unwrap();
    let store = MemoryStore::new();
    let desk = Desk::create(store, DESK, Settings::default(), samples::monday()).unwrap();
    let open = Open::new(TICKET, Requester::Contact(samples::MARIA), "It burns");
    desk.open(Actor::Customer(samples::MARIA).at(samples::monday()), open).unwrap();
    desk.note(Actor::Host.at(samples::monday()), Note::new(TICKET, "a thought")).unwrap();
    history.truncate(2);
    assert_eq!(history[1], event);

    let erase = EraseTicket::new(TICKET, "she asked for it");
    let call = Actor::Host.at(samples::monday()).call(Command::EraseTicket(erase));
    let mut loaded = Loaded::default();
    for _ in 0..3 {
        let needs = needs(DESK, &call, &loaded);
        for key in needs.records {
            loaded.add_record(key, desk.record(key).unwrap());
        }
        for passage in needs.passages {
            loaded.add_passage(passage, history.clone());
        }
    }
    let refused = decide(DESK, &call, &loaded).unwrap_err();
    assert_eq!(refused.code(), "history_unreadable");
    assert!(refused.to_string().contains(&*newer_tag(&event)), "{refused}");
}

fn newer_tag(event: &Event) -> String {
    match &event.change {
        Change::Newer(newer) => newer.tag.to_string(),
        other => panic!("{other:?} is no newer build's"),
    }
}

#[test]
fn a_desk_lists_a_newer_event_and_shows_nothing_of_it_in_the_thread() {
    let (desk, event) = desk_with_a_newer_event();
    let key = Key::ticket(DESK, TICKET);
    let listed = desk.history(key, Revision(1), 10).unwrap();
    assert_eq!(listed, std::slice::from_ref(&event));
    assert!(event.ticket_change().is_none());
    for actor in [Actor::Host, Actor::Customer(MARIA)] {
        let thread = desk.thread(&actor, monday(), TICKET, None, 10).unwrap().posts;
        assert_eq!(thread.len(), 1, "the first message only");
    }
    let error = desk.verify(key).unwrap_err();
    assert!(matches!(error, DeskError::Replay(ReplayError::Newer { .. })), "{error}");
    assert_eq!(
        error.to_string(),
        "the history of ticket 00000000-0000-0000-0000-000000000071 has \
         `ticket.message_translated` at 2, which a newer build wrote"
    );
}

#[test]
fn a_newer_event_passes_through_plain_serde_too() {
    let (_, event) = desk_with_a_newer_event();
    let text = serde_json::to_string(&event).unwrap();
    assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
}
