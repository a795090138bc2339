//! The laws themselves, read off the events: what moved a status, and who counts for nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use helpdesk::{
    Actor, Agent, AgentId, Call, Command, Contact, ContactChange, ContactId, Event, FieldFact,
    Head, Key, Moved, Part, Party, RedactedBy, Requester, Rule, Settings, StatusCategory,
    StatusChange, StatusName, Ticket, TicketChange, TicketKind, Timers, Visibility, fold,
};

use super::run::{Broken, law};
use super::service;

/// One record's part of an outcome, with what was known when it was decided.
pub(crate) struct Scene<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) agents: &'a dyn Fn(AgentId) -> Option<&'a Arc<Agent>>,
    pub(crate) contacts: &'a dyn Fn(ContactId) -> Option<&'a Arc<Contact>>,
    pub(crate) call: Option<&'a Call>,
    pub(crate) before: Option<&'a Ticket>,
    pub(crate) after: &'a Ticket,
}

/// Whether a call is one that satisfies no human obligation: law 6.
pub(crate) fn counts_for_nothing(call: &Call) -> bool {
    let machine = matches!(
        call.context.actor,
        Actor::Bot(_) | Actor::AutoResponder(_) | Actor::Host | Actor::System
    );
    match call.command {
        Command::Reply(_) => machine,
        // What is to be done is on the agents' list, and may set a reminder.
        Command::Note(ref note) => note.todos.is_empty(),
        Command::Tick(_) | Command::Adopt(_) => true,
        // Whoever writes: it is apart from the talk with the customer.
        Command::StartSide(_) | Command::ReplySide(_) | Command::CloseSide(_) => true,
        Command::ReportUndelivered(_) => true,
        _ => false,
    }
}

/// Whether this is what a call brings about on a ticket that it is not about: what was due there,
/// or that its retention counts for the words.
pub(crate) fn is_beside(events: &[Event]) -> bool {
    let kept = |event: &Event| {
        matches!(
            event.ticket_change(),
            Some(TicketChange::MemberWrote { .. } | TicketChange::TimersSet { .. })
        ) || service::only_told(event)
    };
    events.iter().all(|event| event.cause.actor == Actor::System || kept(event))
}

impl Scene<'_> {
    /// Law 2: every move of a status is one that the workflow allows to whoever made it.
    pub(crate) fn check(&self, events: &[Event]) -> Result<(), Broken> {
        let mut status = self.before.map(|ticket| ticket.status().name.clone());
        for event in events {
            match event.ticket_change() {
                Some(TicketChange::Opened(opened)) => {
                    let landmarks = &self.settings.draft().workflow.landmarks;
                    let start = &opened.status.name;
                    law!(
                        *start == landmarks.initial || *start == landmarks.outreach,
                        "law 2: a ticket starts as {start}"
                    );
                    status = Some(start.clone());
                }
                Some(change) if change.status_change().is_some() => {
                    let Some(moved) = change.status_change() else { continue };
                    let from = &moved.from.name;
                    law!(Some(from) == status.as_ref(), "law 2: it was not {from} before");
                    self.moved(event, moved)?;
                    status = Some(moved.to.name.clone());
                }
                _ => {}
            }
        }
        let ends = &self.after.status().name;
        law!(Some(ends) == status.as_ref(), "law 2: the status moved without an event");
        Ok(())
    }

    fn moved(&self, event: &Event, moved: &StatusChange) -> Result<(), Broken> {
        let (from, to) = (&moved.from.name, &moved.to.name);
        let workflow = &self.settings.draft().workflow;
        let landmarks = &workflow.landmarks;
        let rules = workflow.statuses.iter().find(|status| status.name == *from);
        let Some(rules) = rules else { return Err(format!("law 2: no status {from}")) };
        let actor = &event.cause.actor;
        let again = from == to;
        let way = || {
            let way = rules.transitions.iter().find(|transition| transition.to == *to);
            // Who asked may do on an internal ticket what a customer may on theirs.
            let asker = match (actor, self.after.requester()) {
                (Actor::Agent(agent), Requester::Agent(asker)) => *agent == asker,
                _ => false,
            };
            way.is_some_and(|way| {
                way.by.contains(&self.party(actor)) || (asker && way.by.contains(&Party::Customer))
            })
        };
        let allowed = match moved.because {
            Moved::ByHand => again || way(),
            Moved::Postponed => *to == landmarks.postponed && (again || way()),
            Moved::Resolved => *to == landmarks.resolved && (again || way()),
            Moved::Closed => *to == landmarks.closed && way(),
            Moved::Reopened => {
                let staff = Party::STAFF.contains(&self.party(actor));
                rules.category.is_done() && *to == landmarks.reopened && staff
            }
            Moved::CustomerReplied if rules.category == StatusCategory::Closed => {
                *to == landmarks.reopened
            }
            Moved::CustomerReplied => rules.on_customer_reply.as_ref() == Some(to),
            Moved::AgentReplied => rules.on_agent_reply.as_ref() == Some(to),
            Moved::Taken => rules.on_take.as_ref() == Some(to),
            Moved::Woken => {
                let back = *to == landmarks.woken || *to == landmarks.initial;
                *from == landmarks.postponed && back && *actor == Actor::System
            }
            Moved::AutoClosed => {
                let closes = rules.category == StatusCategory::Resolved && *to == landmarks.closed;
                closes && *actor == Actor::System
            }
            Moved::Proposed => {
                let proposed = landmarks.proposed.as_ref().map(|proposed| &proposed.status);
                Some(to) == proposed && (again || way())
            }
            Moved::Confirmed => *to == landmarks.resolved && self.asked(actor),
            Moved::Rejected => *to == landmarks.reopened && self.asked(actor),
            Moved::MarkedSpam => *to == landmarks.closed && self.sorts(actor),
            Moved::UnmarkedSpam => {
                let closed = rules.category == StatusCategory::Closed;
                closed && *to == landmarks.reopened && self.sorts(actor)
            }
            // Whatever the transitions: the work goes on elsewhere.
            Moved::Merged => *to == landmarks.closed && self.merges(actor),
            Moved::Released => *from == landmarks.closed && self.merges(actor),
            Moved::Absorbed => rules.on_customer_reply.as_ref() == Some(to) && self.merges(actor),
            other => return Err(format!("law 2: nobody knows the move {other:?}")),
        };
        law!(allowed, "law 2: {actor} moved it from {from} to {to} ({:?})", moved.because);
        self.replied(event, moved)
    }

    /// Whether this is who asked: only their word confirms and rejects.
    fn asked(&self, actor: &Actor) -> bool {
        match actor {
            Actor::Customer(id) => match self.after.requester() {
                Requester::Contact(asker) => self.speaks(*id) == self.speaks(asker),
                Requester::Agent(_) => false,
            },
            Actor::Agent(id) => self.after.requester() == Requester::Agent(*id),
            _ => false,
        }
    }

    /// The contact that speaks for this one.
    fn speaks(&self, contact: ContactId) -> ContactId {
        let record = (self.contacts)(contact);
        record.and_then(|contact| contact.merged_into()).unwrap_or(contact)
    }

    /// Whether this is somebody who sorts out spam.
    fn sorts(&self, actor: &Actor) -> bool {
        Party::STAFF.contains(&self.party(actor)) || matches!(actor, Actor::Bot(_))
    }

    /// Law 6, of moves: only the one who asked asks, only a human agent answers.
    fn replied(&self, event: &Event, moved: &StatusChange) -> Result<(), Broken> {
        let Some(call) = self.call else { return Ok(()) };
        let by_machine = counts_for_nothing(call) && event.cause.actor == call.context.actor;
        let timer = matches!(moved.because, Moved::Woken | Moved::AutoClosed);
        law!(!by_machine || timer, "law 6: {} moved it by words", call.context.actor);
        Ok(())
    }

    fn merges(&self, actor: &Actor) -> bool {
        Party::STAFF.contains(&self.party(actor))
    }

    fn party(&self, actor: &Actor) -> Party {
        match actor {
            Actor::Customer(_) => Party::Customer,
            Actor::Bot(_) => Party::Bot,
            Actor::AutoResponder(_) => Party::AutoResponder,
            Actor::Host => Party::Host,
            Actor::Agent(id) => {
                (self.agents)(*id).map_or(Party::System, |agent| agent.role().party())
            }
            _ => Party::System,
        }
    }

    /// Law 6: a bot, an auto-reply, a note or a system event satisfies no human obligation.
    /// What it leaves is what was there before it, but for the message itself.
    pub(crate) fn counts_for_nothing(
        &self,
        key: Key,
        history: &[Event],
        events: &[Event],
    ) -> Result<(), Broken> {
        let Some(call) = self.call else { return Ok(()) };
        // The one who asked, on an internal ticket, is no machine.
        let says = |event: &&Event| {
            let change = event.ticket_change();
            let added = matches!(change, Some(TicketChange::MessageAdded { .. }));
            let undelivered = matches!(change, Some(TicketChange::NotDelivered(_)));
            added || undelivered || change.is_some_and(|change| change.side_said().is_some())
        };
        let message = events.iter().find(says);
        let Some(message) = message else {
            let spoke = matches!(
                call.command,
                Command::Reply(_)
                    | Command::Note(_)
                    | Command::StartSide(_)
                    | Command::ReplySide(_)
                    | Command::ReportUndelivered(_)
            );
            law!(!spoke, "law 6: it was to add something, and added nothing");
            return Ok(());
        };
        if let Some(TicketChange::MessageAdded { message, .. }) = message.ticket_change() {
            law!(message.part == Part::Neither, "law 6: it counts as {:?}", message.part);
            let note = matches!(call.command, Command::Note(_));
            let said = message.visibility == Visibility::Note;
            // What was said on an internal ticket is a note where that was merged into a
            // customer's.
            let among_agents = message.addressed_to.is_some() && note_of_agents(self.after);
            law!(
                note == said || (said && among_agents),
                "law 6: its visibility is {:?}",
                message.visibility
            );
        }
        if let Command::ReportUndelivered(report) = &call.command {
            let said = (report.notice.id, report.notice.kind, &report.notice.to, report.attempts);
            let kept = match message.ticket_change() {
                Some(TicketChange::NotDelivered(it)) => {
                    Some((it.notice, it.kind, &it.to, it.attempts))
                }
                _ => None,
            };
            law!(kept == Some(said), "C3: it was to keep {said:?}, and kept {kept:?}");
        }
        let earlier = history.iter().take_while(|event| event.revision < message.revision);
        let Head::Ticket(before) = fold(key, earlier).map_err(|error| error.to_string())? else {
            return Err("law 1: a ticket's history folds to something else".to_owned());
        };
        // Whatever the command, the ticket may adopt new settings after it, its clocks tell what
        // their time has come for, by the policy that is its own now; and words on a closed
        // ticket that was erased are to go in their turn.
        let adopts = |event: &&Event| {
            event.cause.rule == Some(Rule::Adoption)
                || keeps_anew(event, before.timers())
                || service::only_told(event)
        };
        let adopted = events.iter().any(|event| adopts(&event));
        let last = events.iter().rfind(|event| !adopts(event)).map(|event| event.revision);
        law!(last == Some(message.revision), "law 6: something followed from it");
        let facts = |ticket: &Ticket| {
            (
                (ticket.status().name.clone(), ticket.status_since(), ticket.reason().cloned()),
                (ticket.waiting_since(), ticket.first_answered_at()),
                (ticket.last_asked_at(), ticket.last_answered_at()),
                (Some(ticket.timers()).filter(|_| !adopted), ticket.auto_close_cancelled()),
                (ticket.reopen_count(), ticket.assignee(), ticket.department().cloned()),
            )
        };
        law!(facts(&before) == facts(self.after), "law 6: it changed more than the thread");
        Ok(())
    }
}

/// Whether what comes to this ticket from internal ones is put down as notes.
fn note_of_agents(ticket: &Ticket) -> bool {
    ticket.kind() == TicketKind::Customer
}

/// Law 3: what an event says was erased has no payload any more.
pub(crate) fn erased_is_gone(history: &[Event], key: Key) -> Result<(), Broken> {
    for event in history {
        let revisions = match (event.ticket_change(), event.contact_change()) {
            (Some(TicketChange::Redacted { revisions, .. }), _)
            | (_, Some(ContactChange::Erased { revisions, .. })) => revisions,
            _ => continue,
        };
        let mut named = history.iter().filter(|event| revisions.contains(&event.revision));
        law!(!named.any(Event::is_personal), "law 3: of {key} there are words that were erased");
    }
    Ok(())
}

/// Law 7: each timer fires once for each time that it was set off.
pub(crate) fn timers_fire_once(history: &[Event], key: Key) -> Result<(), Broken> {
    let (mut postponed, mut resolved) = (false, false);
    let (mut warned, mut overdue) = (false, false);
    let (mut closed, mut erased) = (false, false);
    // As it was when it was merged: so it stands again.
    let mut stood = (postponed, resolved, warned, overdue);
    let mut reminded = BTreeSet::new();
    for event in history {
        let by_itself = retained(event);
        law!(!by_itself || closed, "law 7: {key} was erased by itself, and is not closed");
        law!(!by_itself || !erased, "law 7: {key} was erased twice with nothing between");
        erased = by_itself || (erased && !brings_words(event));
        match event.ticket_change() {
            Some(TicketChange::MergedInto { .. }) => {
                stood = (postponed, resolved, warned, overdue);
                (postponed, resolved, closed) = (false, false, true);
            }
            Some(TicketChange::ReleasedFrom { status, .. }) => {
                (postponed, resolved, warned, overdue) = stood;
                closed = status.to.category == StatusCategory::Closed;
            }
            Some(TicketChange::StatusChanged(moved)) => {
                if moved.because == Moved::Woken {
                    law!(postponed, "law 7: {key} woke twice, or without being postponed");
                }
                if moved.because == Moved::AutoClosed {
                    law!(resolved, "law 7: {key} closed by itself, unresolved");
                }
                postponed = moved.because == Moved::Postponed;
                resolved = moved.to.category == StatusCategory::Resolved;
                closed = moved.to.category == StatusCategory::Closed;
                if moved.from.category.is_done() && !moved.to.category.is_done() {
                    (warned, overdue) = (false, false);
                }
            }
            Some(TicketChange::OpenAgeWarned) => {
                law!(!warned, "law 7: {key} was warned about twice");
                warned = true;
            }
            Some(TicketChange::Reminded(reminder)) => {
                let first = reminded.insert(reminder.todo);
                law!(first, "law 7: {key} reminded twice of {}", reminder.todo);
            }
            Some(TicketChange::OpenAgeOverdue) => {
                law!(!overdue, "law 7: {key} was flagged twice");
                overdue = true;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether an event states nothing but when what is personal goes.
fn keeps_anew(event: &Event, timers: Timers) -> bool {
    matches!(event.ticket_change(), Some(TicketChange::TimersSet { timers: now })
        if *now == Timers { retention: now.retention, ..timers })
}

/// Whether this is an erasure for the time that has passed.
fn retained(event: &Event) -> bool {
    let Some(TicketChange::Redacted { by, .. }) = event.ticket_change() else { return false };
    *by == RedactedBy::Retention
}

/// Whether an event had a personal payload, by its facts alone.
fn brings_words(event: &Event) -> bool {
    match event.ticket_change() {
        Some(TicketChange::StatusChanged(moved)) => moved.because == Moved::Reopened,
        Some(TicketChange::FieldChanged { to, .. }) => *to == Some(FieldFact::Personal),
        Some(
            TicketChange::SubjectChanged { .. }
            | TicketChange::ResolutionRecorded { .. }
            | TicketChange::Escalated { .. }
            | TicketChange::SolutionProposed { .. }
            | TicketChange::TodoAdded(_)
            | TicketChange::SideSaid(_)
            // What is said on one is part of the other's conversation.
            | TicketChange::Absorbed(_)
            | TicketChange::MemberWrote { .. },
        ) => true,
        Some(TicketChange::Redacted { bytes, .. } | TicketChange::Held { bytes, .. }) => *bytes > 0,
        Some(TicketChange::NotDelivered(what)) => what.bytes > 0,
        // What the host is asked for may hold anything.
        Some(TicketChange::RuleAsked(asked)) => asked.host.iter().any(|it| !it.with.is_empty()),
        Some(change) => change.message().is_some(),
        None => false,
    }
}

/// Law 7: when nothing is to come any more, everything that was to come has come.
pub(crate) fn at_rest(ticket: &Ticket, settings: &Settings) -> Result<(), Broken> {
    let status: &StatusName = &ticket.status().name;
    let armed: Vec<_> = ticket.timers().iter().collect();
    law!(armed.is_empty(), "law 7: {status} at rest with {armed:?}");
    let postponed = *status == settings.draft().workflow.landmarks.postponed;
    law!(!postponed, "law 7: a postponed ticket never returned");
    Ok(())
}
