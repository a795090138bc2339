//! What may be erased, is: payloads by hand, all of a ticket, and the hold that forbids it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::checks::reason as reason_in_words;
use super::decision::{Decision, Erasure, Expected, KeyChange, UniqueKey};
use super::govern::{is_owner, may_touch, write};
use super::work::Work;
use super::{Cx, Refusal, subjects};
use crate::ids::{AgentId, Key, Revision};
use crate::people::{Agent, Deed};
use crate::record::{Change, Event, Head, fold};
use crate::ticket::command::{EraseTicket, Hold, Redact};
use crate::ticket::{RedactedBy, TicketChange};

/// What a history of any kind folds to without the personal payloads of these events.
pub(super) fn without<'e>(
    key: Key,
    history: impl Iterator<Item = &'e Event>,
    erased: &BTreeSet<Revision>,
) -> Result<Head, Refusal> {
    let mut left: Vec<Event> = history.cloned().collect();
    left.iter_mut().filter(|event| erased.contains(&event.revision)).for_each(Event::erase);
    fold(key, &left).map_err(|why| Refusal::HistoryUnreadable { why })
}

/// Erases the payloads of chosen events.
pub(super) fn redact(work: &mut Work<'_>, redact: &Redact) -> Result<(), Refusal> {
    not_held(work)?;
    if redact.messages.is_empty() {
        return Err(Refusal::Empty { what: "list of messages" });
    }
    if let Some(revision) = redact.messages.iter().find(|revision| !work.has_event(**revision)) {
        let key = Key::ticket(work.cx.desk, redact.ticket);
        return Err(Refusal::NoSuchEvent { key, revision: *revision });
    }
    let revisions = work.personal(|event| redact.messages.contains(&event.revision))?;
    let (bytes, personal) = reason_in_words(work, &redact.reason)?;
    if !revisions.is_empty() {
        work.erase(&revisions)?;
        let by = RedactedBy::Hand;
        work.record(TicketChange::Redacted { revisions, by, bytes }, Some(personal));
    }
    Ok(())
}

/// Erases every payload of a ticket but the reasons that were given for erasing, and detaches what
/// is attached to it.
pub(super) fn erase_ticket(work: &mut Work<'_>, erase: &EraseTicket) -> Result<(), Refusal> {
    not_held(work)?;
    let revisions = work
        .personal(|event| !matches!(event.change, Change::Ticket(TicketChange::Redacted { .. })))?;
    let (bytes, personal) = reason_in_words(work, &erase.reason)?;
    let attached = subjects::detaching(&work.ticket);
    if revisions.is_empty() && attached.is_empty() {
        return Ok(());
    }
    work.erase(&revisions)?;
    let by = RedactedBy::Request;
    work.record(TicketChange::Redacted { revisions, by, bytes }, Some(personal));
    for change in attached {
        work.record(change, None);
    }
    Ok(())
}

/// Puts a ticket on hold, or releases it.
pub(super) fn hold(work: &mut Work<'_>, hold: &Hold) -> Result<(), Refusal> {
    let (bytes, personal) = reason_in_words(work, &hold.reason)?;
    if work.ticket.is_held() != hold.hold {
        work.record(TicketChange::Held { held: hold.hold, bytes }, Some(personal));
    }
    Ok(())
}

fn not_held(work: &Work<'_>) -> Result<(), Refusal> {
    let ticket = work.ticket.id();
    if work.ticket.is_held() { Err(Refusal::OnLegalHold { ticket }) } else { Ok(()) }
}

/// Erases what an agent is called: from every event of the record, and from its head.
pub(super) fn erase_agent(cx: &Cx<'_>, id: AgentId) -> Result<Decision, Refusal> {
    cx.may(Deed::Erase, None)?;
    let agent = cx.agent(id).ok_or(Refusal::NoSuchAgent { agent: id })?;
    let (key, before) = (Key::agent(cx.desk, id), agent.revision());
    cx.has_seen(key, before, before)?;
    may_touch(cx, is_owner(agent))?;
    if agent.is_active() {
        return Err(Refusal::StillActive { agent: id });
    }
    if agent.is_erased() {
        return Ok(Decision::default());
    }
    let (at, revision, facts) = (cx.now_of(key), before.next(), agent.nameless());
    // An agent's last event says everything: the head is what it alone folds to.
    let head = Head::Agent(Arc::new(Agent::after(id, revision, at, &facts, None)));
    let event = Event {
        revision,
        at,
        cause: Arc::new(cx.cause(at)),
        change: Change::Agent(facts),
        personal: None,
    };
    let former = agent.email().map(UniqueKey::agent_email);
    Ok(Decision {
        writes: vec![write(key, Expected::At(before), event, head)],
        keys: former.map(|former| KeyChange::Release(former, key)).into_iter().collect(),
        erasures: vec![Erasure { key, revisions: (1..=before.0).map(Revision).collect() }],
        ..Decision::default()
    })
}
