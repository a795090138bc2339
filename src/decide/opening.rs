//! New tickets: requests, agents reaching out, internal ones, follow-ups.

use std::sync::Arc;

use super::checks::{self, within};
use super::decision::Decision;
use super::editing::Fields;
use super::follow_ups::{come_to_follow, comes_in};
use super::said::{Said, asking_agent, author};
use super::spam::no_spam;
use super::step::Step;
use super::work::Work;
use super::{Cx, Refusal, Vocabulary, agenda, subjects};
use crate::channel::NoticeKind;
use crate::ids::TicketId;
use crate::people::{Author, Deed, Follower, Requester, Role, Who};
use crate::settings::{FollowUpClocks, Priority};
use crate::sla::policy::Audience;
use crate::sla::{Continued, Metric};
use crate::ticket::command::{FollowUp, Open};
use crate::ticket::{
    Message, Opened, Origin, PriorityBy, Ticket, TicketChange, Timers, Visibility, derived_subject,
};
use crate::workflow::{Landmark, StatusCategory};

/// Opens a ticket.
pub(super) fn open(cx: &Cx<'_>, open: &Open) -> Result<Decision, Refusal> {
    cx.may(Deed::Open, None)?;
    let author = opener(cx, open.requester, open.origin)?;
    // What the record says as it was read: a change to it meanwhile came after this opening.
    let contact = match open.requester {
        Requester::Contact(contact) => cx.loaded.survivor(cx.desk, contact),
        Requester::Agent(_) => None,
    };
    if let (Author::Customer(contact), Origin::CustomerWrote) = (&author, open.origin) {
        checks::not_blocked(cx, *contact)?;
    }
    free(cx, open.id)?;
    let said = Said {
        author,
        channel: open.channel.clone(),
        occurred_at: None,
        text: &open.text,
        attachments: &open.attachments,
        addressed_to: None,
    };
    let part = said.author.part(open.requester);
    let (message, mut personal) = said.message(cx, part, Visibility::Public)?;
    let settings = cx.settings;
    let subject = match &open.subject {
        Some(subject) => checks::subject(cx, subject)?,
        None => derived(cx, &open.text),
    };
    if let Some(received_at) = &open.received_at
        && let Some(problem) = checks::address_problem(received_at.as_str())
    {
        return Err(checks::bad_name(Vocabulary::ReceivedAt, received_at.as_str(), problem));
    }
    let department =
        open.department.as_ref().map(|name| checks::department(cx, name)).transpose()?;
    let category = open.category.as_ref().map(|name| checks::category(cx, name)).transpose()?;
    let impact = open.impact.as_ref().map(|name| checks::impact(cx, name)).transpose()?;
    let urgency = open.urgency.as_ref().map(|name| checks::urgency(cx, name)).transpose()?;
    let by_matrix = checks::by_matrix(cx, impact.as_ref(), urgency.as_ref());
    let (priority, priority_by) = match (&open.priority, by_matrix) {
        (Some(name), _) => (checks::priority(cx, name)?, PriorityBy::Hand),
        (None, Some(priority)) => (priority, PriorityBy::Matrix),
        (None, None) => (settings.default_priority(), PriorityBy::Default),
    };
    checks::tags(cx, open.tags.iter(), open.tags.len())?;
    within("followers", settings.limits().followers, open.followers.len())?;
    subjects::of_opening(cx, open)?;
    let mut fields = Fields::default();
    for (field, value) in &open.fields {
        fields.set(cx, field, value)?;
    }
    let opened = Opened {
        requester: open.requester,
        origin: open.origin,
        received_at: open.received_at.clone(),
        message,
        subject_bytes: within("subject_bytes", settings.limits().subject_bytes, subject.len())?,
        status: settings.workflow().landmark(match open.origin {
            Origin::CustomerWrote => Landmark::Initial,
            Origin::AgentReachedOut => Landmark::Outreach,
        }),
        department,
        category,
        priority,
        priority_by,
        impact,
        urgency,
        tags: open.tags.iter().cloned().collect(),
        fields: fields.facts,
        followers: open.followers.iter().copied().collect(),
        by_merges: Vec::new(),
        organisation: contact.and_then(|contact| contact.organisation()),
        about: open.about.iter().cloned().collect(),
        external_refs: open.external_refs.iter().cloned().collect(),
        follows: None,
        split_from: None,
        clocks_since_split: false,
        continues: Vec::new(),
        timers: Timers::default(),
    };
    personal.subject = Some(subject);
    personal.fields = fields.personal;
    let mut decision = Decision::default();
    let mut work = Work::opening(cx, cx.now, open.id, opened, personal);
    agenda::follow(&mut work, &open.followers)?;
    announce(&mut work, open.origin, &said.author);
    work.finish(&mut decision)?;
    Ok(decision)
}

/// Whose words the first message is, if the actor may open such a ticket.
fn opener(cx: &Cx<'_>, requester: Requester, origin: Origin) -> Result<Author, Refusal> {
    let forbidden = || Refusal::Forbidden { party: cx.party(), deed: Deed::Open.as_str() };
    match (cx.who, requester, origin) {
        (Who::Customer(actor), Requester::Contact(contact), Origin::CustomerWrote)
            if actor.is(contact) =>
        {
            Ok(Author::Customer(contact))
        }
        (Who::Agent(agent), Requester::Contact(_), _) if agent.role() == Role::Light => {
            Err(forbidden())
        }
        (
            Who::Agent(_) | Who::Bot | Who::Host,
            Requester::Contact(contact),
            Origin::CustomerWrote,
        ) => Ok(Author::Customer(contact)),
        (Who::Agent(_) | Who::Host, Requester::Contact(_), Origin::AgentReachedOut) => {
            author(cx, None)
        }
        (Who::Agent(agent), Requester::Agent(asker), Origin::CustomerWrote)
            if asker == agent.id() || agent.role().governs() =>
        {
            asking_agent(cx, asker)
        }
        (Who::Host, Requester::Agent(asker), Origin::CustomerWrote) => asking_agent(cx, asker),
        _ => Err(forbidden()),
    }
}

pub(super) fn free(cx: &Cx<'_>, id: TicketId) -> Result<(), Refusal> {
    // Or somebody could take the id of a follow-up that is yet to be opened.
    if id.as_uuid().get_version_num() == 5 {
        return Err(Refusal::ReservedId { id });
    }
    match cx.loaded.ticket(cx.desk, id) {
        None => Ok(()),
        Some(_) => Err(Refusal::IdTaken { id }),
    }
}

pub(super) fn derived(cx: &Cx<'_>, text: &str) -> Arc<str> {
    let subject = derived_subject(text, cx.settings.limits().subject_bytes as usize);
    if subject.is_empty() { "(no subject)".into() } else { subject.into() }
}

fn announce(work: &mut Work<'_>, origin: Origin, author: &Author) {
    match origin {
        Origin::CustomerWrote => {
            let queue = work.queue();
            work.notify(NoticeKind::TicketOpened, queue);
            work.notify_others(work.ticket.revision(), author);
        }
        Origin::AgentReachedOut => work.notify_audience(NoticeKind::ReplyToCustomer),
    }
}

/// Follows up a closed ticket by hand.
pub(super) fn follow_up<'a>(
    work: &mut Work<'a>,
    follow_up: &FollowUp,
) -> Result<Work<'a>, Refusal> {
    let cx = work.cx;
    let status = work.ticket.status();
    if status.category != StatusCategory::Closed {
        return Err(Refusal::NotClosed { status: status.name.clone() });
    }
    no_spam(work, Deed::FollowUp)?;
    free(cx, follow_up.id)?;
    let author = match (cx.who, work.ticket.requester()) {
        // A colleague of the requester's speaks for themselves.
        (Who::Customer(actor), Requester::Contact(_)) => Author::Customer(actor.id),
        (_, Requester::Contact(contact)) => Author::Customer(contact),
        (_, Requester::Agent(agent)) => asking_agent(cx, agent)?,
    };
    if let Author::Customer(contact) = &author {
        checks::not_blocked(cx, *contact)?;
    }
    let said = Said {
        author,
        channel: follow_up.channel.clone(),
        occurred_at: None,
        text: &follow_up.text,
        attachments: &[],
        addressed_to: None,
    };
    link(work, follow_up.id, said)
}

/// Follows up a ticket that has been closed for too long to reopen.
pub(super) fn follow_up_of<'a>(work: &mut Work<'a>, said: Said<'_>) -> Result<Work<'a>, Refusal> {
    // Also where an agent writes down what they said.
    if let Author::Customer(contact) = &said.author {
        checks::not_blocked(work.cx, *contact)?;
    }
    let id = work.ticket.id().follow_up(work.ticket.revision().next());
    link(work, id, said)
}

fn link<'a>(work: &mut Work<'a>, id: TicketId, said: Said<'_>) -> Result<Work<'a>, Refusal> {
    let cx = work.cx;
    let former = &work.ticket;
    let limit = cx.settings.limits().follow_ups;
    within("follow_ups", limit, former.followed_up_by().len() + 1)?;
    let part = said.author.part(former.requester());
    let (message, mut personal) = said.message(cx, part, Visibility::Public)?;
    let subject = match former.subject().known() {
        Some(subject) => subject.clone(),
        None => derived(cx, said.text),
    };
    let (followers, guest) = (come_to_follow(cx, former, &said.author), comes_in(cx, former));
    // By the merges by which they follow that one, and by nothing else.
    let by = |it: &Follower| former.merges_of(*it).map(|by| (*it, by)).collect::<Vec<_>>();
    let following: Vec<(Follower, TicketId)> = followers.iter().flat_map(by).collect();
    let by_merges = !following.is_empty();
    let opened = Opened {
        follows: Some(former.id()),
        followers,
        by_merges: following,
        continues: continues(cx, former),
        ..inheriting(cx, former, former.requester(), message, &subject)
    };
    personal.subject = Some(subject);
    let mut new = Work::opening(cx, work.now, id, opened, personal);
    announce(&mut new, Origin::CustomerWrote, &said.author);
    if let Some(grant) = guest {
        new.record(TicketChange::AccessGranted { grant }, None);
    }
    work.record(TicketChange::FollowedUp { by: id, by_merges }, None);
    work.trace(Step::FollowUpOpened { ticket: id });
    Ok(new)
}

/// Where the total resolution of what follows this ticket up goes on from.
fn continues(cx: &Cx<'_>, former: &Ticket) -> Vec<(Audience, Continued)> {
    match cx.settings.clock_rules().follow_up {
        FollowUpClocks::Anew => Vec::new(),
        FollowUpClocks::Continue => {
            let of = |audience| {
                let clocks = former.clocks(audience)?;
                let continued = clocks.of(Metric::TotalResolution).and_then(Continued::of)?;
                Some((audience, continued))
            };
            Audience::ALL.into_iter().filter_map(of).collect()
        }
    }
}

/// The opening of a ticket that continues another: it inherits what the settings still know.
pub(super) fn inheriting(
    cx: &Cx<'_>,
    former: &Ticket,
    requester: Requester,
    message: Message,
    subject: &str,
) -> Opened {
    let settings = cx.settings;
    // What the settings have dropped since does not carry over.
    let inherited: Option<Priority> = settings.priority(&former.priority().name);
    let matrix = settings.priority_matrix();
    Opened {
        requester,
        origin: Origin::CustomerWrote,
        received_at: None,
        message,
        subject_bytes: u32::try_from(subject.len()).unwrap_or(u32::MAX),
        status: settings.workflow().landmark(Landmark::Initial),
        department: former.department().filter(|name| settings.department(name).is_some()).cloned(),
        category: former.category().filter(|name| settings.category(name).is_some()).cloned(),
        priority_by: if inherited.is_some() { PriorityBy::Inherited } else { PriorityBy::Default },
        priority: inherited.unwrap_or_else(|| settings.default_priority()),
        impact: former
            .impact()
            .filter(|name| matrix.is_some_and(|matrix| matrix.impacts.contains(name)))
            .cloned(),
        urgency: former
            .urgency()
            .filter(|name| matrix.is_some_and(|matrix| matrix.urgencies.contains(name)))
            .cloned(),
        tags: Vec::new(),
        fields: Vec::new(),
        followers: Vec::new(),
        by_merges: Vec::new(),
        // What continues a request is of whom the request was.
        organisation: former.organisation(),
        about: former.about().to_vec(),
        external_refs: Vec::new(),
        follows: None,
        split_from: None,
        clocks_since_split: false,
        continues: Vec::new(),
        timers: Timers::default(),
    }
}
