//! What is said on a ticket, and where it moves it.

use super::decision::{Stayed, Step};
use super::said::{Said, asking_agent, author};
use super::work::Work;
use super::{Refusal, opening};
use crate::cause::Rule;
use crate::channel::NoticeKind;
use crate::people::{Author, Part, Requester};
use crate::settings::Reopening;
use crate::ticket::command::{LogConversation, Note, Reply, SaidBy};
use crate::ticket::{Moved, TicketChange, Visibility};
use crate::time::{Instant, after, whole_micros};
use crate::workflow::{Landmark, StatusCategory};

/// A public message. Gives back the follow-up ticket, if it opened one.
pub(super) fn reply<'a>(work: &mut Work<'a>, reply: &Reply) -> Result<Option<Work<'a>>, Refusal> {
    let author = author(work.cx)?;
    let channel = reply.channel.clone().unwrap_or_else(|| work.ticket.channel().clone());
    let said = Said {
        author,
        channel,
        occurred_at: None,
        text: &reply.text,
        attachments: &reply.attachments,
    };
    say(work, said)
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
    let author = match (log.said_by, work.ticket.requester()) {
        (SaidBy::Requester, Requester::Contact(contact)) => Author::Customer(contact),
        (SaidBy::Requester, Requester::Agent(agent)) => asking_agent(work.cx, agent)?,
        (SaidBy::Agent(id), _) => match work.cx.agent(id) {
            Some(agent) => match Author::of_agent(id, agent.role()) {
                Author::LightAgent(agent) => return Err(Refusal::CannotOwn { agent }),
                author => author,
            },
            None => return Err(Refusal::CannotOwn { agent: id }),
        },
    };
    let said = Said {
        author,
        channel: log.channel.clone(),
        occurred_at: Some(occurred_at),
        text: &log.text,
        attachments: &[],
    };
    say(work, said)
}

/// A note, which changes nothing but the thread.
pub(super) fn note(work: &mut Work<'_>, note: &Note) -> Result<(), Refusal> {
    let cx = work.cx;
    let said = Said {
        author: author(cx)?,
        channel: work.ticket.channel().clone(),
        occurred_at: None,
        text: &note.text,
        attachments: &note.attachments,
    };
    let (message, personal) = said.message(cx, Part::Neither, Visibility::Note)?;
    work.record(TicketChange::MessageAdded(message), Some(personal));
    Ok(())
}

fn say<'a>(work: &mut Work<'a>, said: Said<'_>) -> Result<Option<Work<'a>>, Refusal> {
    let cx = work.cx;
    let part = said.author.part(work.ticket.requester());
    let (message, personal) = said.message(cx, part, Visibility::Public)?;
    let closed = work.ticket.status().category == StatusCategory::Closed;
    let from_requester_side = part == Part::Asks || matches!(said.author, Author::AutoResponder(_));
    if closed && !from_requester_side {
        return Err(Refusal::Closed { status: work.ticket.status().name.clone() });
    }
    let said_at = said.occurred_at.unwrap_or(work.now);
    let is_news = said_at >= work.ticket.news_from();
    if closed && part == Part::Asks && is_news && !may_reopen(work, said_at) {
        return opening::follow_up_of(work, said).map(Some);
    }
    work.record(TicketChange::MessageAdded(message), Some(personal));
    match part {
        Part::Asks => {}
        // A message that its requester is not to be told of would be a note.
        Part::Answers => work.notify_audience(NoticeKind::ReplyToCustomer),
        Part::Neither if matches!(said.author, Author::AutoResponder(_)) => {}
        Part::Neither => work.notify_audience(NoticeKind::ReplyToCustomer),
    }
    let status = work.ticket.status().clone();
    let workflow = cx.settings.workflow();
    let to = match part {
        Part::Asks if closed => Some(workflow.landmark(Landmark::Reopened)),
        Part::Asks => workflow.on_customer_reply(&status),
        Part::Answers => workflow.on_agent_reply(&status.name),
        Part::Neither => None,
    };
    let stays = match &to {
        _ if part == Part::Neither => Some(Stayed::DoesNotCount),
        None => Some(Stayed::NoMove),
        Some(_) if !is_news => Some(Stayed::OldNews),
        Some(_) => None,
    };
    match (stays, to) {
        (None, Some(to)) => {
            let (because, rule) = if part == Part::Asks {
                (Moved::CustomerReplied, Rule::OnCustomerReply)
            } else {
                (Moved::AgentReplied, Rule::OnAgentReply)
            };
            work.moved(work.move_to(to, because), Some(rule), None);
            if status.category.is_done() {
                work.settle_owner();
            }
        }
        (Some(because), _) => work.trace(Step::Stayed { status: status.name, because }),
        (None, None) => {}
    }
    if part == Part::Asks {
        work.notify_workers(NoticeKind::CustomerWrote);
    }
    Ok(None)
}

/// Whether a question at this instant still reopens a closed ticket.
fn may_reopen(work: &Work<'_>, said_at: Instant) -> bool {
    match (work.cx.settings.reopening(), work.ticket.closed_at()) {
        (Reopening::Always, _) | (_, None) => true,
        (Reopening::Within(window), Some(closed_at)) => said_at <= after(closed_at, window),
    }
}
