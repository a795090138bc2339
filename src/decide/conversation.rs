//! What is said on a ticket, and where it moves it.

use super::checks::within;
use super::decision::Guard;
use super::follow_ups::Carrier;
use super::said::{Said, asking_agent, author};
use super::step::{Stayed, Step};
use super::work::Work;
use super::{Cx, Refusal, agenda, follow_ups, opening};
use crate::cause::Rule;
use crate::channel::{NoticeKind, Recipient};
use crate::ids::{AgentId, Key};
use crate::people::{Author, Customer, Part, Requester};
use crate::settings::Reopening;
use crate::ticket::command::{LogConversation, Note, Reply, SaidBy};
use crate::ticket::{Heard, Message, Moved, Origin, Ticket, TicketChange, Visibility};
use crate::time::{Instant, after, whole_micros};
use crate::workflow::{Landmark, StatusCategory};

/// A public message. Gives back the follow-up ticket, if it opened one.
pub(super) fn reply<'a>(work: &mut Work<'a>, reply: &Reply) -> Result<Option<Work<'a>>, Refusal> {
    let author = author(work.cx, Some(work.addressed.unwrap_or(&work.ticket)))?;
    let channel = reply.channel.clone().unwrap_or_else(|| work.ticket.channel().clone());
    let said = Said {
        author,
        channel,
        occurred_at: None,
        text: &reply.text,
        attachments: &reply.attachments,
        addressed_to: work.addressed.map(Ticket::id),
    };
    say(work, said, reply.channel.is_some())
}

/// A conversation held elsewhere: a public message that arrived late.
pub(super) fn log<'a>(
    work: &mut Work<'a>,
    log: &LogConversation,
) -> Result<Option<Work<'a>>, Refusal> {
    let occurred_at = whole_micros(log.occurred_at);
    if occurred_at > work.now {
        return Err(Refusal::InTheFuture { instant: occurred_at, now: work.now });
    }
    let requester = work.addressed.unwrap_or(&work.ticket).requester();
    let author = match (log.said_by, requester) {
        (SaidBy::Requester, Requester::Contact(contact)) => Author::Customer(contact),
        (SaidBy::Requester, Requester::Agent(agent)) => asking_agent(work.cx, agent)?,
        (SaidBy::Agent(id), _) => match work.cx.agent(id) {
            Some(agent) => match Author::of_agent(id, agent.role()) {
                Author::LightAgent(agent) => return Err(Refusal::CannotAnswer { agent }),
                author => {
                    // Whether it answers rests on the agent's role.
                    let (key, revision) = (Key::agent(work.cx.desk, id), agent.revision());
                    work.guard(Guard { key, revision });
                    author
                }
            },
            None => return Err(Refusal::CannotAnswer { agent: id }),
        },
    };
    let said = Said {
        author,
        channel: log.channel.clone(),
        occurred_at: Some(occurred_at),
        text: &log.text,
        attachments: &[],
        addressed_to: work.addressed.map(Ticket::id),
    };
    say(work, said, true)
}

/// A note: it changes nothing but the thread, and what is to be done.
pub(super) fn note(work: &mut Work<'_>, note: &Note) -> Result<(), Refusal> {
    let said = Said {
        author: author(work.cx, Some(work.addressed.unwrap_or(&work.ticket)))?,
        channel: work.ticket.channel().clone(),
        occurred_at: None,
        text: &note.text,
        attachments: &note.attachments,
        addressed_to: work.addressed.map(Ticket::id),
    };
    within("mentions", work.cx.settings.limits().mentions, note.mentions.len())?;
    for agent in &note.mentions {
        agenda::reads(work, *agent)?;
    }
    let todos = agenda::new_todos(work, &note.todos)?;
    put_down(work, &said, note.mentions.iter().copied().collect())?;
    for agent in &note.mentions {
        work.notify(NoticeKind::Mentioned, Recipient::Agent(*agent));
    }
    for (todo, personal) in todos {
        work.record(TicketChange::TodoAdded(todo), Some(personal));
    }
    Ok(())
}

/// A note: whatever it says, the ticket stands as it stood.
fn put_down(work: &mut Work<'_>, said: &Said<'_>, mentions: Vec<AgentId>) -> Result<(), Refusal> {
    let (message, personal) = said.message(work.cx, Part::Neither, Visibility::Note)?;
    let message = Message { mentions, ..message };
    let heard = Heard { waiting_since: work.ticket.waiting_since(), ..Heard::default() };
    work.record(TicketChange::MessageAdded { message, heard }, Some(personal));
    Ok(())
}

/// A public message on the ticket, or on the one that continues it. Where the channel was not
/// `named`, it is that of the conversation which the message joins.
fn say<'a>(work: &mut Work<'a>, said: Said<'_>, named: bool) -> Result<Option<Work<'a>>, Refusal> {
    // What is said among agents stays among agents.
    if work.addressed.is_some_and(|addressed| addressed.kind() != work.ticket.kind()) {
        put_down(work, &said, Vec::new())?;
        return Ok(None);
    }
    let part = said.author.part(work.ticket.requester());
    let status = work.ticket.status();
    let from_requester_side = part == Part::Asks || matches!(said.author, Author::AutoResponder(_));
    if status.category == StatusCategory::Closed && !from_requester_side {
        return Err(Refusal::Closed { status: status.name.clone() });
    }
    if part == Part::Asks && closed_to(work, said.at(work.now)) {
        return continue_elsewhere(work, said, named).map(Some);
    }
    hear(work, said)?;
    Ok(None)
}

/// A question on a ticket that has been closed for too long: its latest follow-up that they see
/// takes it, or, where there is none or that is closed for too long as well, a new one. Where there
/// may be no more, one that there is takes it, however long it has been closed.
fn continue_elsewhere<'a>(
    work: &mut Work<'a>,
    said: Said<'_>,
    named: bool,
) -> Result<Work<'a>, Refusal> {
    let cx = work.cx;
    let carrier = Carrier::at(cx, work.addressed.unwrap_or(&work.ticket));
    if let Some(latest) = follow_ups::latest(cx, &work.ticket, carrier) {
        let latest = cx.follow(latest)?;
        for guard in &latest.hops {
            work.guard(*guard);
        }
        // What has been merged back, or into a ticket of another kind, continues nothing.
        if follow_ups::continues(latest.end, &work.ticket) {
            let mut next = Work::on(cx, latest.end);
            next.settle()?;
            // Nor does anybody read what is said on spam.
            if !next.ticket.is_spam() && !closed_to(&next, said.at(next.now)) {
                return join(work, next, latest.start, said, named);
            }
            // That it does not go there rests on that one, which may reopen.
            work.guard(next.as_loaded());
        }
    }
    if follow_ups::is_full(cx.settings, &work.ticket)
        && let Some((start, end)) =
            follow_ups::last_resort(cx.desk, cx.loaded, &work.ticket, carrier)
    {
        for guard in cx.follow(start)?.hops {
            work.guard(guard);
        }
        let mut next = Work::on(cx, end);
        next.settle()?;
        return join(work, next, start, said, named);
    }
    opening::follow_up_of(work, said)
}

/// A question on a ticket is said on its follow-up, or where that went on.
fn join<'a>(
    work: &Work<'a>,
    mut next: Work<'a>,
    follow_up: &Ticket,
    mut said: Said<'_>,
    named: bool,
) -> Result<Work<'a>, Refusal> {
    // Where this message belongs depends on the old ticket, which may not change.
    next.guard(work.as_loaded());
    next.trace(Step::WentToFollowUp { ticket: next.ticket.id() });
    if follow_up.id() != next.ticket.id() {
        said.addressed_to = said.addressed_to.or(Some(work.ticket.id()));
    }
    if !named {
        said.channel = next.ticket.channel().clone();
    }
    hear(&mut next, said)?;
    Ok(next)
}

/// A public message: the thread has it, people are told, and it may move the status.
fn hear(work: &mut Work<'_>, said: Said<'_>) -> Result<(), Refusal> {
    let cx = work.cx;
    let part = said.author.part(work.ticket.requester());
    let is_news = said.at(work.now) >= work.ticket.news_from();
    let status = work.ticket.status().clone();
    let (message, personal) = said.message(cx, part, Visibility::Public)?;
    let heard = heard(&work.ticket, part, said.at(work.now));
    work.record(TicketChange::MessageAdded { message, heard }, Some(personal));
    let written = work.ticket.revision();
    if work.ticket.is_spam() {
        // Kept, and nothing follows from it; but words of others than its sender are heard.
        if part == Part::Asks && !is_requester(cx, &said.author, work.ticket.requester()) {
            work.notify_workers(NoticeKind::CustomerWrote);
        }
        work.trace(Step::Stayed { status: status.name, because: Stayed::Spam });
        return Ok(());
    }
    let workflow = cx.settings.workflow();
    let (to, because, rule) = match part {
        Part::Asks => {
            let to = if status.category == StatusCategory::Closed {
                Some(workflow.landmark(Landmark::Reopened))
            } else {
                workflow.on_customer_reply(&status)
            };
            (to, Moved::CustomerReplied, Rule::OnCustomerReply)
        }
        Part::Answers => {
            // What was said elsewhere has been heard.
            if said.occurred_at.is_none() {
                work.notify_audience(NoticeKind::ReplyToCustomer);
            }
            (workflow.on_agent_reply(&status.name), Moved::AgentReplied, Rule::OnAgentReply)
        }
        Part::Neither => {
            if !matches!(said.author, Author::AutoResponder(_)) {
                work.notify_audience(NoticeKind::ReplyToCustomer);
            }
            let because = Stayed::DoesNotCount;
            work.trace(Step::Stayed { status: status.name, because });
            return Ok(());
        }
    };
    match to {
        Some(to) if is_news => {
            work.moved(work.move_to(to, because), Some(rule), None);
            if status.category.is_done() {
                work.settle_owner()?;
            }
        }
        to => {
            let because = if to.is_some() { Stayed::OldNews } else { Stayed::NoMove };
            work.trace(Step::Stayed { status: status.name, because });
        }
    }
    if part == Part::Asks {
        // Of what was written, though it may have moved the ticket since.
        let to = work.workers();
        work.notify_of(written, NoticeKind::CustomerWrote, to);
        if said.occurred_at.is_none() {
            work.notify_others(written, &said.author);
        }
    }
    Ok(())
}

/// Whether these are words of who asked, however they are known.
pub(super) fn is_requester(cx: &Cx<'_>, author: &Author, requester: Requester) -> bool {
    let (Author::Customer(contact), Requester::Contact(asked)) = (author, requester) else {
        return false;
    };
    let record = cx.loaded.survivor(cx.desk, *contact).map(|contact| &**contact);
    Customer { id: *contact, record }.is(asked)
}

/// What words of this part, said at this instant, do to the conversation.
pub(super) fn heard(ticket: &Ticket, part: Part, said_at: Instant) -> Heard {
    let waiting = ticket.own_waiting_since();
    let own_waiting_since = match part {
        // A question that was logged late may have been answered since. Of words at one
        // instant, those that were recorded later were said later.
        Part::Asks if ticket.last_answered_at().is_none_or(|answered| said_at >= answered) => {
            Some(waiting.map_or(said_at, |since| since.min(said_at)))
        }
        // An answer that was logged late leaves a newer question open. Of several, the head
        // remembers the newest.
        Part::Answers if waiting.is_some_and(|since| since <= said_at) => {
            ticket.last_asked_at().filter(|asked| *asked > said_at)
        }
        Part::Asks | Part::Answers | Part::Neither => waiting,
    };
    // Who reached out owes no first answer, and nothing from before the request answers it.
    let answers_first = part == Part::Answers
        && ticket.origin() == Origin::CustomerWrote
        && said_at >= ticket.opened_at()
        && ticket.first_answered_at().is_none_or(|first| said_at < first);
    let cancels_closing = part != Part::Neither
        && ticket.status().category == StatusCategory::Resolved
        && said_at >= ticket.news_from();
    let waiting_since =
        ticket.would_wait(own_waiting_since, Some(said_at).filter(|_| part == Part::Answers));
    let own_waiting_since = own_waiting_since.filter(|_| ticket.has_members());
    Heard { waiting_since, own_waiting_since, answers_first, cancels_closing }
}

/// Whether the ticket has been closed for too long for a question at this instant. One from
/// before it was resolved is no reason to reopen it, and stays with it.
fn closed_to(work: &Work<'_>, said_at: Instant) -> bool {
    let ticket = &work.ticket;
    ticket.status().category == StatusCategory::Closed
        && !ticket.is_spam()
        && said_at >= ticket.news_from()
        && match (work.cx.settings.reopening(), ticket.closed_at()) {
            (Reopening::Always, _) | (_, None) => false,
            (Reopening::Within(window), Some(closed_at)) => said_at > after(closed_at, window),
        }
}
