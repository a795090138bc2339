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
use crate::personal::Personal;
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

/// Erases the payloads of chosen events. A message that was split off is the ticket's that shows
/// it: what is erased is that one's opening, and with it the words where they were said.
pub(super) fn redact(work: &mut Work<'_>, redact: &Redact) -> Result<(), Refusal> {
    if redact.messages.is_empty() {
        return Err(Refusal::Empty { what: "list of messages" });
    }
    if let Some(revision) = redact.messages.iter().find(|revision| !work.has_event(**revision)) {
        let key = Key::ticket(work.cx.desk, redact.ticket);
        return Err(Refusal::NoSuchEvent { key, revision: *revision });
    }
    let shown_elsewhere = |work: &Work<'_>, revision| work.ticket.has_split_off(revision);
    if redact.messages.iter().any(|revision| !shown_elsewhere(work, *revision)) {
        work.not_held()?;
    }
    let (bytes, personal) = reason_in_words(work, &redact.reason)?;
    let cx = work.cx;
    for revision in &redact.messages {
        let Some(to) = work.ticket.split_off_to(*revision) else { continue };
        let shows = cx.loaded.ticket(cx.desk, to).ok_or(Refusal::NotLoaded)?;
        let mut shows = work.part(shows);
        shows.settle()?;
        shows.not_held()?;
        let opening = shows.personal(|event| event.revision == Revision(1))?;
        redact_by_hand(&mut shows, opening, bytes, &personal)?;
        work.with_part(shows);
    }
    let revisions = work.personal(|event| redact.messages.contains(&event.revision))?;
    redact_by_hand(work, revisions, bytes, &personal)
}

fn redact_by_hand(
    work: &mut Work<'_>,
    revisions: Vec<Revision>,
    bytes: u32,
    reason: &Personal,
) -> Result<(), Refusal> {
    if !revisions.is_empty() {
        work.erase(&revisions)?;
        let by = RedactedBy::Hand;
        work.record(TicketChange::Redacted { revisions, by, bytes }, Some(reason.clone()));
    }
    Ok(())
}

/// Erases every payload of a ticket's conversation but the reasons that were given for erasing,
/// and detaches what is attached to it.
pub(super) fn erase_ticket(work: &mut Work<'_>, erase: &EraseTicket) -> Result<(), Refusal> {
    work.not_held()?;
    let (bytes, personal) = reason_in_words(work, &erase.reason)?;
    erase_all(work, bytes, &personal)?;
    for member in work.conversation()? {
        let mut member = work.part(member);
        member.settle()?;
        erase_all(&mut member, bytes, &personal)?;
        work.with_part(member);
    }
    Ok(())
}

fn erase_all(work: &mut Work<'_>, bytes: u32, reason: &Personal) -> Result<(), Refusal> {
    let revisions = work
        .personal(|event| !matches!(event.change, Change::Ticket(TicketChange::Redacted { .. })))?;
    let attached = subjects::detaching(&work.ticket);
    if revisions.is_empty() && attached.is_empty() {
        return Ok(());
    }
    work.erase(&revisions)?;
    let by = RedactedBy::Request;
    work.record(TicketChange::Redacted { revisions, by, bytes }, Some(reason.clone()));
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
