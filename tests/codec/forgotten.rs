//! Samples of contacts who were forgotten.

use helpdesk::{
    Actor, Change, ContactChange, ContactFacts, ContactId, ContactMember, Event, Head, Key,
    Personal, Revision, fold,
};

use crate::people::contact_history;
use crate::samples::{DESK, MARIA, event, plain};

/// Who is blocked, has another as a member, and then is forgotten, and later put on record anew.
pub(crate) fn history() -> Vec<Event> {
    let text = Personal { text: Some("Asked for".into()), ..Personal::default() };
    let revisions = vec![Revision(1), Revision(2), Revision(3), Revision(4)];
    let erased = ContactChange::Erased { revisions, visitor: "visitor-7f3a9c".into(), bytes: 9 };
    let double = ContactId::from_u128(0xC2);
    let member = ContactMember { contact: double, into: MARIA };
    let anew = ContactFacts { visitor: Some("visitor-7f3a9c".into()), ..Default::default() };
    let changes = [
        (ContactChange::Absorbed { members: vec![member] }, None),
        (erased, Some(text)),
        (ContactChange::Described(anew), Some(Personal::default())),
    ];
    // The contact as the people's samples have it, up to the block.
    let mut history = contact_history()[..4].to_vec();
    history.iter_mut().for_each(|event| event.personal = None);
    history.extend(changes.into_iter().enumerate().map(|(place, (change, personal))| {
        event(place as u64 + 5, plain(Actor::Host), Change::Contact(change), personal)
    }));
    history
}

/// What the events of it that the people's samples do not have are.
pub(crate) fn later() -> Vec<Event> {
    history().split_off(4)
}

/// What it folds to.
pub(crate) fn heads() -> Vec<(Key, Head)> {
    let (key, history) = (Key::contact(DESK, MARIA), history());
    [6, 7].map(|length| (key, fold(key, &history[..length]).unwrap())).into()
}
