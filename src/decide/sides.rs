//! Side conversations: what is said with a third party, apart from the customer's thread.

use super::checks::{self, within};
use super::said::{Said, author};
use super::work::Work;
use super::{Command, Cx, Refusal};
use crate::channel::{NoticeKind, Recipient};
use crate::ids::{ContactId, Key, TicketId};
use crate::people::{Author, Customer, Part, Who, sight};
use crate::personal::Personal;
use crate::ticket::command::{CloseSide, ReplySide, StartSide};
use crate::ticket::{
    Attachment, Channel, Message, Side, SideId, SideSaid, SideStarted, Ticket, TicketChange,
    Visibility,
};

/// Lets the third party in to what they write on, and to nothing else: to them, the ticket is that
/// side conversation. `None` for everybody else, and for every other command.
pub(super) fn third_party<'a>(cx: &Cx<'a>, id: TicketId) -> Option<(&'a Ticket, &'a Side)> {
    let Command::ReplySide(reply) = &cx.call.command else { return None };
    let (Who::Customer(customer) | Who::AutoResponder(customer)) = cx.who else { return None };
    let ticket = cx.loaded.ticket(cx.desk, id)?;
    let side = ticket.side(reply.side).filter(|side| customer.is(side.with()))?;
    Some((ticket, side))
}

/// Begins a conversation with a third party.
pub(super) fn start(work: &mut Work<'_>, start: &StartSide) -> Result<(), Refusal> {
    let cx = work.cx;
    let with = start.with;
    checks::not_blocked(cx, with)?;
    if sees(cx, with, &work.ticket) {
        return Err(Refusal::SeesTicket { contact: with });
    }
    let subject = start.subject.as_deref().map(|subject| checks::subject(cx, subject));
    let subject = subject.transpose()?;
    let subject_bytes = subject.as_ref().map_or(0, |subject| subject.len());
    let subject_bytes = within("subject_bytes", cx.settings.limits().subject_bytes, subject_bytes)?;
    within("sides", cx.settings.limits().sides, work.ticket.sides().len() + 1)?;
    let side = SideId(work.ticket.revision().next());
    let started = Some(SideStarted { with, subject_bytes });
    let author = author(cx, None)?;
    let (said, mut personal) = say(cx, side, author, &start.text, &start.attachments)?;
    personal.subject = subject;
    work.record(TicketChange::SideSaid(SideSaid { started, ..said }), Some(personal));
    work.notify(NoticeKind::SideMessage, Recipient::Contact(with));
    Ok(())
}

/// The next message of one.
pub(super) fn reply(work: &mut Work<'_>, reply: &ReplySide) -> Result<(), Refusal> {
    let cx = work.cx;
    let with = of(work, reply.side)?.with();
    checks::not_blocked(cx, with)?;
    let author = author(cx, None)?;
    let (said, personal) = say(cx, reply.side, author, &reply.text, &reply.attachments)?;
    let author = said.author.clone();
    work.record(TicketChange::SideSaid(said), Some(personal));
    match author {
        Author::Customer(_) => work.notify_all_workers(NoticeKind::SideReplied),
        // Answering a machine would go on for ever.
        Author::AutoResponder(_) => Ok(()),
        Author::Agent(_) | Author::LightAgent(_) | Author::Bot(_) | Author::Host => {
            work.notify(NoticeKind::SideMessage, Recipient::Contact(with));
            Ok(())
        }
    }
}

/// Nothing more is expected of it.
pub(super) fn close(work: &mut Work<'_>, close: &CloseSide) -> Result<(), Refusal> {
    if !of(work, close.side)?.is_closed() {
        work.record(TicketChange::SideClosed { side: close.side }, None);
    }
    Ok(())
}

fn of<'t>(work: &'t Work<'_>, side: SideId) -> Result<&'t Side, Refusal> {
    let ticket = work.ticket.id();
    work.ticket.side(side).ok_or(Refusal::NoSuchSide { ticket, side })
}

/// Whether a contact sees the ticket as its customers do.
fn sees(cx: &Cx<'_>, contact: ContactId, ticket: &Ticket) -> bool {
    let record = cx.loaded.survivor(cx.desk, contact).map(|contact| &**contact);
    let who = Who::Customer(Customer { id: contact, record });
    sight(who, ticket.sight(), cx.settings.sight_policy()).is_some()
}

/// The facts of a message, and what people wrote.
fn say(
    cx: &Cx<'_>,
    side: SideId,
    author: Author,
    text: &str,
    attachments: &[Attachment],
) -> Result<(SideSaid, Personal), Refusal> {
    // Held against the limits as any message; how it travels is the host's to know.
    let channel = Channel::Email;
    let said = Said { author, channel, occurred_at: None, text, attachments, addressed_to: None };
    let (message, personal) = said.message(cx, Part::Neither, Visibility::Note)?;
    let Message { author, bytes, attachments, .. } = message;
    Ok((SideSaid { side, started: None, author, bytes, attachments }, personal))
}

impl Cx<'_> {
    /// Whether the third party has seen the last of this conversation, where they say what they
    /// have seen. Of the ticket's other events they know nothing.
    pub(super) fn has_seen_side(&self, ticket: &Ticket, side: &Side) -> Result<(), Refusal> {
        let last = side.last_message();
        self.has_seen(Key::ticket(self.desk, ticket.id()), last, last)
    }
}
