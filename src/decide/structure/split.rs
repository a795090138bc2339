//! Splitting a message off into a ticket of its own.

use super::reports::{Passed, reported};
use crate::channel::NoticeKind;
use crate::decide::checks::{self, within};
use crate::decide::opening::{derived, free, inheriting};
use crate::decide::work::Work;
use crate::decide::{Passage, Refusal};
use crate::ids::{Key, Revision, TicketId};
use crate::people::{Author, Part, Requester};
use crate::personal::Personal;
use crate::record::Event;
use crate::settings::SplitClocks;
use crate::ticket::command::Split;
use crate::ticket::{
    Brought, Member, MergedSplit, Message, Opened, Origin, SplitOff, Ticket, TicketChange,
    Visibility, waiting,
};
use crate::time::Instant;
use crate::workflow::Landmark;

/// Splits a message off the thread of the ticket at work. What else is written is given back: the
/// new ticket, and those in whose histories the message is and counts.
pub(in crate::decide) fn split<'a>(
    work: &mut Work<'a>,
    split: &Split,
) -> Result<Vec<Work<'a>>, Refusal> {
    let cx = work.cx;
    let Split { message: named, id, .. } = *split;
    let no_message = || Refusal::NotAMessage { ticket: named.ticket, message: named.revision };
    let mut beside = Vec::new();
    if named.ticket != work.ticket.id() {
        // From the one with the message up to the one at work.
        let at = cx.loaded.ticket(cx.desk, named.ticket).filter(|at| cx.sees(at));
        // To who does not see that one, there is no such message.
        let mut at = at.ok_or_else(no_message)?;
        // What has not been written yet is no reason to look at the ticket any further.
        if cx.follow(at)?.end.id() != work.ticket.id() || named.revision > at.revision() {
            return Err(no_message());
        }
        while at.id() != work.ticket.id() {
            let mut member = work.part(at);
            member.settle()?;
            beside.push(member);
            let into = at.merged_into().ok_or(Refusal::NotLoaded)?;
            at = cx.loaded.ticket(cx.desk, into).ok_or(Refusal::NotLoaded)?;
        }
    }
    free(cx, id)?;
    let source = beside.first().map_or(&work.ticket, |source| &source.ticket);
    let key = Key::ticket(cx.desk, named.ticket);
    let loaded = cx.loaded.ticket(cx.desk, named.ticket);
    let passage = loaded.map(|loaded| Passage::whole(key, loaded.revision()));
    let events = passage.and_then(|passage| cx.loaded.passage(passage)).unwrap_or_default();
    let event = events.iter().find(|event| event.revision == named.revision);
    let event = event.ok_or_else(no_message)?;
    let message = public(event).filter(|_| !source.has_split_off(named.revision));
    let message = message.ok_or_else(no_message)?;
    if event.revision == Revision(1) {
        return Err(Refusal::OpeningMessage);
    }
    within("splits", cx.settings.limits().splits, source.split_off_count() + 1)?;

    let at_work = beside.first().unwrap_or(work);
    let personal = event.personal.as_deref().filter(|_| !at_work.has_erased(named.revision));
    let text = personal.and_then(|personal| personal.text.as_deref()).unwrap_or_default();
    let subject = match &split.subject {
        Some(subject) => checks::subject(cx, subject)?,
        None => derived(cx, text),
    };
    let requester = match message.author {
        Author::Customer(contact) => Requester::Contact(contact),
        Author::Agent(_)
        | Author::LightAgent(_)
        | Author::Bot(_)
        | Author::AutoResponder(_)
        | Author::Host => source.requester(),
    };
    // Whose it was, it is still; who becomes the requester of what they wrote brings their own.
    let organisation = match requester {
        same if same == source.requester() => source.organisation(),
        Requester::Contact(contact) => {
            cx.loaded.survivor(cx.desk, contact).and_then(|contact| contact.organisation())
        }
        Requester::Agent(_) => None,
    };
    let said_at = message.occurred_at.unwrap_or(event.at);
    let part = message.author.part(requester);
    let first = Message { part, occurred_at: Some(said_at), addressed_to: None, ..message.clone() };
    let reached_out = part == Part::Answers;
    let mut opened = Opened {
        split_from: Some(named),
        clocks_since_split: cx.settings.clock_rules().split == SplitClocks::SinceSplit,
        organisation,
        ..inheriting(cx, &work.ticket, requester, first, &subject)
    };
    if reached_out {
        opened.origin = Origin::AgentReachedOut;
        opened.status = cx.settings.workflow().landmark(Landmark::Outreach);
    }
    let personal = Personal { subject: Some(subject), ..Personal::default() };
    let since = if opened.clocks_since_split { work.now } else { said_at };
    let mut new = Work::opening(cx, work.now, id, opened, personal);
    new.reported = reported(&work.ticket, [Passed::question(said_at, since)]);
    let opened = new.ticket.revision();
    for shown in [&*work].into_iter().chain(&beside) {
        new.hold_as(&shown.ticket);
    }
    if !reached_out {
        let queue = new.queue();
        new.notify_of(opened, NoticeKind::TicketOpened, queue);
    }

    let off = take_off(source, events, named.revision, message.part, id);
    match beside.split_first_mut() {
        None => work.record(TicketChange::SplitOff(off), None),
        Some((source, between)) => {
            source.record(TicketChange::SplitOff(off), None);
            let mut child = &source.ticket;
            for parent in between.iter_mut().chain([&mut *work]) {
                ask_less(parent, child);
                child = &parent.ticket;
            }
        }
    }
    beside.push(new);
    Ok(beside)
}

/// The public message of an event, if it is one.
fn public(event: &Event) -> Option<&Message> {
    let message = event.ticket_change()?.message()?;
    Some(message).filter(|message| message.visibility == Visibility::Public)
}

/// What is left where the message was. What was answered stays answered, also where the answer
/// is split off.
fn take_off(
    source: &Ticket,
    events: &[Event],
    message: Revision,
    part: Part,
    to: TicketId,
) -> SplitOff {
    if part != Part::Asks {
        return SplitOff {
            message,
            to,
            waiting_since: source.waits_or_did(),
            own_waiting_since: source.own_waiting_since(),
            last_asked_at: source.last_asked_at(),
        };
    }
    let mut said: Vec<(Instant, Part)> = Vec::new();
    for event in events {
        if let Some(TicketChange::SolutionRejected { .. }) = event.ticket_change() {
            // It asks, with words or without.
            said.push((event.at, Part::Asks));
        }
        let Some(public) = public(event) else { continue };
        let part = match event.ticket_change() {
            // Reaching out is an agent's word, whoever carries it.
            Some(TicketChange::Opened(opened)) if opened.origin == Origin::AgentReachedOut => {
                Part::Answers
            }
            _ => public.part,
        };
        let gone = event.revision == message || source.has_split_off(event.revision);
        if !(gone && part == Part::Asks) {
            said.push((public.occurred_at.unwrap_or(event.at), part));
        }
    }
    // In the order in which it was said; of words at one instant, those recorded later came later.
    said.sort_by_key(|(at, _)| *at);
    let (mut own_waiting_since, mut last_asked_at) = (None, None);
    for (at, part) in said {
        match part {
            Part::Asks => {
                own_waiting_since = own_waiting_since.or(Some(at));
                last_asked_at = Some(at);
            }
            Part::Answers => own_waiting_since = None,
            Part::Neither => {}
        }
    }
    let waiting_since = source.would_wait(own_waiting_since, None);
    SplitOff { message, to, waiting_since, own_waiting_since, last_asked_at }
}

/// What the child has left to ask of the ticket that it was merged into.
fn ask_less(parent: &mut Work<'_>, child: &Ticket) {
    let members = parent.ticket.members().iter();
    let member = members.clone().find(|member| member.ticket == child.id());
    // What it did not bring, or what has been settled by earlier splits, does not come back.
    let brings = member.and_then(Member::brought).and_then(|brought| {
        let since = child.waits_or_did()?;
        Some(Brought { since, newest: child.newest_question().unwrap_or(since), ..brought })
    });
    let after: Vec<Member> = members
        .map(|other| if other.ticket == child.id() { other.asking(brings) } else { *other })
        .collect();
    let waiting_since = waiting(parent.ticket.own_waiting_since(), after.iter());
    let split = MergedSplit { ticket: child.id(), brings, waiting_since };
    parent.record(TicketChange::MergedSplit(split), None);
}
