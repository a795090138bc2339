//! What may be erased, is: payloads by hand, all of a ticket, and the hold that forbids it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::checks::reason as reason_in_words;
use super::decision::{Decision, Expected, KeyChange, UniqueKey};
use super::erasure::Erasure;
use super::govern::{is_owner, may_touch, write};
use super::work::Work;
use super::{Cx, Refusal, subjects};
use crate::ids::{AgentId, Key, Revision, TicketId};
use crate::people::{Agent, Deed};
use crate::personal::Personal;
use crate::record::{Change, Event, Head};
use crate::ticket::command::{EraseTicket, Hold, Redact};
use crate::ticket::{MessageRef, RedactedBy, TicketChange};

/// Erases the payloads of chosen events of a conversation, each where the words are. A message that
/// was split off is the ticket's that shows it: what is erased is that one's opening, and with it
/// the words where they were said.
pub(super) fn redact(work: &mut Work<'_>, redact: &Redact) -> Result<(), Refusal> {
    if redact.messages.is_empty() {
        return Err(Refusal::Empty { what: "list of messages" });
    }
    let mut chosen: BTreeMap<TicketId, BTreeSet<Revision>> = BTreeMap::new();
    for message in &redact.messages {
        let MessageRef { ticket, revision } = shown_as(work, *message)?;
        chosen.entry(ticket).or_default().insert(revision);
    }
    let (bytes, personal) = reason_in_words(work, &redact.reason)?;
    let cx = work.cx;
    for (id, revisions) in chosen {
        if id == work.ticket.id() {
            redact_by_hand(work, &revisions, bytes, &personal)?;
        } else {
            let ticket = cx.loaded.ticket(cx.desk, id).ok_or(Refusal::NotLoaded)?;
            work.settle_above(ticket)?;
            let mut part = work.part(ticket);
            part.settle()?;
            redact_by_hand(&mut part, &revisions, bytes, &personal)?;
            work.with_part(part);
        }
    }
    Ok(())
}

/// The name of an event of the conversation on the ticket whose words it has: on the one that was
/// split off with them, they are its first.
fn shown_as(work: &Work<'_>, message: MessageRef) -> Result<MessageRef, Refusal> {
    let cx = work.cx;
    let MessageRef { ticket: id, revision } = message;
    let no_message = || Refusal::NotAMessage { ticket: id, message: revision };
    let here = id == work.ticket.id();
    let ticket = match here {
        true => &work.ticket,
        false => cx.visible(id).map_err(|_| no_message())?,
    };
    let shown = match ticket.split_off_to(revision) {
        Some(to) => MessageRef::new(to, Revision(1)),
        None => message,
    };
    if !here {
        let end = cx.end_of(work.ticket.id())?;
        if cx.end_of(id)? != end && cx.end_of(shown.ticket)? != end {
            return Err(no_message());
        }
    }
    Ok(shown)
}

fn redact_by_hand(
    work: &mut Work<'_>,
    chosen: &BTreeSet<Revision>,
    bytes: u32,
    reason: &Personal,
) -> Result<(), Refusal> {
    if let Some(revision) = chosen.iter().find(|revision| !work.has_event(**revision)) {
        return Err(Refusal::NoSuchEvent { key: work.key, revision: *revision });
    }
    work.not_held()?;
    let revisions = work.personal(|event| chosen.contains(&event.revision))?;
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
    if hold.hold { work.hold_survivors() } else { Ok(()) }
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
