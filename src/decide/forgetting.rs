//! A person who is to be forgotten: the records of all contacts that they are.

use std::collections::BTreeSet;

use super::contacts::{Life, words};
use super::decision::{Decision, KeyChange, UniqueKey};
use super::erasure::{Erasure, without};
use super::{Cx, Passage, Refusal, deed_of};
use crate::ids::Revision;
use crate::people::ContactChange;
use crate::people::command::EraseContact;
use crate::record::{Change, Event, Head};

/// Erases every payload of a person's records but the reasons that were given for erasing.
pub(super) fn erase_contact(cx: &Cx<'_>, erase: &EraseContact) -> Result<Decision, Refusal> {
    cx.may(deed_of(&cx.call.command), None)?;
    Life::of(cx, erase.contact).has_seen()?;
    let (bytes, reason) = words(cx, "reason", &erase.reason)?;
    let mut decision = Decision::default();
    let person = cx.loaded.survivor(cx.desk, erase.contact);
    for id in person.iter().flat_map(|contact| contact.ids()) {
        let mut life = Life::of(cx, id);
        let (key, Some(contact)) = (life.key, &life.contact) else { continue };
        let history = Passage::whole(key, contact.revision());
        let history = cx.loaded.passage(history).ok_or(Refusal::NotLoaded)?;
        let personal = history.iter().filter(|event| event.is_personal() && !is_why(event));
        let erased: BTreeSet<Revision> = personal.map(|event| event.revision).collect();
        if erased.is_empty() {
            continue;
        }
        let recognised = contact.identities().iter().map(UniqueKey::identity);
        let recognised: BTreeSet<UniqueKey> = recognised.collect();
        decision.keys.extend(recognised.into_iter().map(|it| KeyChange::Release(it, key)));
        // From now on the contact is what the history folds to without them.
        let Head::Contact(contact) = without(key, history.iter(), &erased)? else {
            return Err(Refusal::NotLoaded);
        };
        life.contact = Some((*contact).clone());
        let revisions: Vec<Revision> = erased.into_iter().collect();
        let change =
            ContactChange::Erased { revisions: revisions.clone(), visitor: id.visitor(), bytes };
        life.record(change, Some(reason.clone()));
        decision.erasures.push(Erasure { key, revisions });
        decision.writes.extend(life.write());
    }
    decision.writes.sort_unstable_by_key(|write| write.key);
    decision.erasures.sort_unstable_by_key(|erasure| erasure.key);
    Ok(decision)
}

/// Whether an event's payload is why something was erased: it stays, or doing it twice would never
/// end.
fn is_why(event: &Event) -> bool {
    matches!(event.change, Change::Contact(ContactChange::Erased { .. }))
}
