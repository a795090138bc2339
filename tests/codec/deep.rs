//! The deepest condition that is accepted can be stored and read, wherever one may stand.

use helpdesk::condition::View;
use helpdesk::store::MemoryStore;
use helpdesk::store::codec;
use helpdesk::{
    Actor, AgentProfile, Condition, Department, Desk, Event, Fact, Head, Key, Revision, Settings,
    SettingsDraft,
};

use crate::samples::{ANNA, DESK, monday};

const DEEPEST: u32 = 48;

/// Lists in lists, which take the most room as data, and a list of values at the bottom.
fn deep(levels: u32) -> Condition {
    (1..levels).fold(Fact::Notes.is_in([1]), |part, level| match level % 2 {
        0 => Condition::all([part]),
        _ => Condition::any([part]),
    })
}

fn view(levels: u32) -> View {
    View::new("deep", deep(levels))
}

fn limited() -> SettingsDraft {
    let mut draft = SettingsDraft::default();
    draft.limits.condition_depth = DEEPEST;
    draft
}

/// Publishes the settings, and lets an agent keep such a view.
fn desk(draft: SettingsDraft, levels: u32) -> Desk<MemoryStore> {
    let settings = draft.build().unwrap();
    let desk = Desk::create(MemoryStore::new(), DESK, Settings::default(), monday()).unwrap();
    desk.publish(Actor::Host.at(monday()), settings).unwrap();
    desk.put_agent(Actor::Host.at(monday()), ANNA, AgentProfile::new("Anna")).unwrap();
    desk.save_views(Actor::Agent(ANNA).at(monday()), vec![view(levels)]).unwrap();
    desk
}

#[test]
fn the_deepest_condition_is_read_back_wherever_it_stands() {
    let mut of_desk = limited();
    of_desk.views = vec![view(DEEPEST)];
    let mut of_department = limited();
    of_department.departments = vec![Department::new("support").view(view(DEEPEST))];
    for draft in [limited(), of_desk, of_department] {
        let desk = desk(draft, DEEPEST);
        for key in [Key::settings(DESK), Key::agent(DESK, ANNA)] {
            let record = desk.record(key).unwrap().unwrap();
            let stored = codec::encode_head(&record.head).unwrap();
            assert_eq!(codec::decode_head(key, &stored).unwrap(), record.head);
            let plain = serde_json::to_string(&record.head).unwrap();
            assert_eq!(serde_json::from_str::<Head>(&plain).unwrap(), record.head);

            for event in desk.history(key, Revision::ZERO, 10).unwrap() {
                let stored = codec::encode_event(&event).unwrap();
                assert_eq!(codec::decode_event(&stored).unwrap(), event);
                let plain = serde_json::to_string(&event).unwrap();
                assert_eq!(serde_json::from_str::<Event>(&plain).unwrap(), event);
                let oldest = codec::StoredEvent::from_plain(&plain).unwrap();
                assert_eq!(codec::decode_event(&oldest).unwrap(), event);
            }
        }
    }
}

#[test]
fn one_level_more_is_refused_wherever_it_stands() {
    let mut of_desk = limited();
    of_desk.views = vec![view(DEEPEST + 1)];
    let mut of_department = limited();
    of_department.departments = vec![Department::new("support").view(view(DEEPEST + 1))];
    for draft in [of_desk, of_department] {
        let error = draft.build().unwrap_err().to_string();
        assert!(error.contains("the limit `condition_depth` is 48"), "{error}");
    }
    let desk = desk(limited(), DEEPEST);
    let deeper = vec![view(DEEPEST + 1)];
    let error = desk.save_views(Actor::Agent(ANNA).at(monday()), deeper).unwrap_err().to_string();
    assert!(error.contains("the limit `condition_depth` is 48"), "{error}");
}
