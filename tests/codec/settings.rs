//! What was accepted stays accepted: settings in storage outlive the checks they passed.

use std::sync::Arc;

use helpdesk::sla::policy::{Obligation, SlaPolicy};
use helpdesk::sla::{Calendar, Metric};
use helpdesk::store::codec::{self, CodecErrorKind, StoredEvent, StoredHead};
use helpdesk::{
    Change, DeskCalendar, Head, Key, Settings, SettingsDraft, Span, StatusCategory, StatusDraft,
};

use crate::samples::{self, DESK};

/// The settings event and head of these, as an earlier build with fewer checks wrote them.
fn stored(draft: &SettingsDraft) -> (StoredEvent, StoredHead) {
    let settings = serde_json::to_string(draft).unwrap();
    let mut event = codec::encode_event(&samples::settings_history()[0]).unwrap();
    let cause = r#"{"actor":"host","settings":1}"#;
    event.facts = format!(r#"{{"cause":{cause},"settings":{settings}}}"#);
    let head = format!(r#"{{"settings":{settings},"since":"2026-03-02T09:00:00Z"}}"#);
    (event, StoredHead { schema: codec::HEAD_SCHEMA, head })
}

fn read(draft: &SettingsDraft) -> Arc<Settings> {
    let (event, head) = stored(draft);
    let event = codec::decode_event(&event).unwrap();
    let Change::Settings(settings) = event.change else { panic!("these are settings") };
    let head = codec::decode_head(Key::settings(DESK), &head).unwrap();
    let Head::Settings(in_force) = head else { panic!("these are settings") };
    assert_eq!(in_force.settings, settings);
    settings
}

#[test]
fn what_the_checks_of_today_refuse_is_read_if_it_was_accepted_once() {
    let mut draft = SettingsDraft {
        reference_prefix: "HELP DESK".into(),
        resolution_codes: Vec::new(),
        priorities: Vec::new(),
        ..SettingsDraft::default()
    };
    draft.workflow.statuses.push(StatusDraft::new("limbo", StatusCategory::Open));
    let text = serde_json::to_string(&draft).unwrap();
    assert!(serde_json::from_str::<Settings>(&text).is_err(), "hosts are told today's mistakes");

    let settings = read(&draft);
    assert_eq!(*settings.draft(), draft);
    assert_eq!(&**settings.reference_prefix(), "HELP DESK");
    assert_eq!(settings.workflow().statuses().len(), 10);
    assert_eq!(settings.default_priority().name, "medium");
}

#[test]
fn settings_read_from_storage_are_those_that_were_built() {
    for event in samples::settings_history() {
        let Change::Settings(built) = event.change else { panic!("these are settings") };
        assert_eq!(read(built.draft()), built);
    }
}

#[test]
fn settings_of_an_earlier_build_lack_what_came_later() {
    let (event, head) = stored(&SettingsDraft::default());
    let limits = serde_json::to_string(&SettingsDraft::default().limits).unwrap();
    let without = |text: &str| text.replace(&format!(",\"limits\":{limits}"), "");
    let older = StoredEvent { facts: without(&event.facts), ..event.clone() };
    assert_ne!(older.facts, event.facts);
    assert_eq!(codec::decode_event(&older).unwrap(), codec::decode_event(&event).unwrap());
    let older = StoredHead { head: without(&head.head), ..head };
    assert!(codec::decode_head(Key::settings(DESK), &older).is_ok());
}

#[test]
fn settings_that_cannot_be_looked_up_are_damaged() {
    let mut landmark = SettingsDraft::default();
    landmark.workflow.landmarks.woken = "nowhere".into();
    let mut reaction = SettingsDraft::default();
    reaction.workflow.statuses[1].on_take = Some("nowhere".into());
    for draft in [landmark, reaction] {
        let (event, head) = stored(&draft);
        let error = codec::decode_event(&event).unwrap_err();
        assert_eq!(error.kind(), CodecErrorKind::Damaged);
        let why = std::error::Error::source(&error).unwrap().to_string();
        assert!(why.contains("there is no status `nowhere`"), "{why}");
        let error = codec::decode_head(Key::settings(DESK), &head).unwrap_err();
        assert_eq!(error.kind(), CodecErrorKind::Damaged);
        assert_eq!(error.to_string(), "the stored head `settings` is damaged");
    }
}

#[test]
fn promises_that_cannot_be_looked_up_are_damaged_rather_than_others() {
    let office: Calendar = "zone Europe/Berlin; open mon-fri 09:00-17:00".parse().unwrap();
    let hours = Obligation::new(Metric::FirstResponse).within(Span::hours(4)).in_calendar("office");
    let promised = SettingsDraft {
        calendars: vec![DeskCalendar::new("office", office.draft().clone())],
        sla_policies: vec![SlaPolicy::new("standard").obligation(hours)],
        ..SettingsDraft::default()
    };
    read(&promised);
    let mut zone = promised.clone();
    zone.calendars[0].calendar.schedules[0].zone = "Mars/Olympus_Mons".into();
    let mut calendar = promised.clone();
    calendar.calendars.clear();
    let mut condition = promised;
    condition.sla_policies[0].when = "category = attic".parse().unwrap();
    for (draft, path, why) in [
        (zone, "calendars[0].calendar.schedules[0].zone", "Mars/Olympus_Mons"),
        (calendar, "sla_policies[0].obligations[0].calendar", "there is no calendar `office`"),
        (condition, "sla_policies[0].when", "attic"),
    ] {
        let (event, _) = stored(&draft);
        let error = codec::decode_event(&event).unwrap_err();
        assert_eq!(error.kind(), CodecErrorKind::Damaged);
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.contains(path) && source.contains(why), "{source}");
    }
}

#[test]
fn settings_with_a_part_that_this_build_does_not_know_are_a_newer_builds() {
    let (event, head) = stored(&samples::rich_draft());
    for (part, with) in [
        (r#""settings":{"#, r#""settings":{"attic":[],"#),
        (r#""landmarks":{"#, r#""landmarks":{"merged":"closed","#),
        (r#""kind":"boolean""#, r#""kind":"colour""#),
        (r#""limits":{"#, r#""limits":{"attics":7,"#),
    ] {
        assert!(event.facts.contains(part), "{part}");
        let newer = StoredEvent { facts: event.facts.replacen(part, with, 1), ..event.clone() };
        let event = codec::decode_event(&newer).unwrap();
        assert!(matches!(event.change, Change::Newer(_)), "decided under half of {with}");
        let newer = StoredHead { head: head.head.replacen(part, with, 1), ..head.clone() };
        let error = codec::decode_head(Key::settings(DESK), &newer).unwrap_err();
        assert_eq!(error.kind(), CodecErrorKind::Newer);
    }
}
