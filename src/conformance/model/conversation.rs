//! What is said in the model: opening, replying, noting, logging, following up.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::ticket::status;
use super::{ADDRESS, Model, ModelTicket, Step, Voice, Words, is_label};
use crate::command::{LogConversation, Note, Open, Reply, SaidBy};
use crate::{
    Actor, Attachment, Channel, Follower, Origin, Party, PriorityName, Requester, Revision, Role,
    StatusCategory, TicketId, Timers,
};

impl Model {
    pub(super) fn open(&self, step: &mut Step<'_>, open: &Open) -> ModelTicket {
        step.require(!self.tickets.contains_key(&open.id), "id_taken");
        let may_speak = match open.requester {
            Requester::Contact(contact) => match step.actor {
                Actor::Customer(who) => self.same_person(*who).contains(&contact),
                // A light agent never speaks with customers.
                Actor::Agent(_) => step.party != Party::LightAgent,
                Actor::Bot(_) | Actor::Host => true,
                Actor::AutoResponder(_) | Actor::Guest(_) | Actor::System => false,
            },
            Requester::Agent(agent) => match step.actor {
                Actor::Agent(who) => {
                    *who == agent || matches!(step.party, Party::Owner | Party::Admin)
                }
                Actor::Host => true,
                _ => false,
            },
        };
        step.require(may_speak, "forbidden");
        if let Requester::Contact(contact) = open.requester
            && open.origin == Origin::CustomerWrote
        {
            self.hears(step, contact);
        }
        if let Requester::Agent(agent) = open.requester {
            step.require(self.agents.contains_key(&agent), "cannot_answer");
        }
        let outreach = open.origin == Origin::AgentReachedOut;
        if outreach {
            let to_contact = matches!(open.requester, Requester::Contact(_));
            step.require(Party::STAFF.contains(&step.party) && to_contact, "forbidden");
        }
        self.words(step, &open.text, &open.attachments);
        let subject = match &open.subject {
            Some(subject) => self.subject(step, subject),
            None => first_line(&open.text, self.settings.limits().subject_bytes),
        };
        if let Some(department) = &open.department {
            step.require(self.knows_department(department), "unknown_name");
        }
        let draft = self.settings.draft();
        if let Some(category) = &open.category {
            step.require(draft.categories.contains(category), "unknown_name");
        }
        self.on_channel(step, Some(&open.channel));
        if let Some(received_at) = &open.received_at {
            step.require(is_label(received_at.as_str(), ADDRESS), "bad_name");
        }
        let landmarks = &draft.workflow.landmarks;
        let start = if outreach { &landmarks.outreach } else { &landmarks.initial };
        // Reaching out is an agent's word, whoever carries it.
        let voice = if outreach { Voice::Answers } else { Voice::Asks };
        let mut ticket =
            self.blank(open.id, open.requester, step.now, &draft.default_priority, subject);
        ticket.origin = open.origin;
        if let Requester::Contact(contact) = open.requester {
            ticket.organisation = self.belongs_to(contact);
        }
        ticket.status = start.clone();
        ticket.category =
            status(&self.settings, start).map_or(StatusCategory::New, |status| status.category);
        ticket.received_at = open.received_at.clone();
        ticket.channel = open.channel.clone();
        ticket.department = open.department.clone();
        ticket.about = open.category.clone();
        ticket.say(step.now, voice, true, &step.text);
        self.weigh(
            step,
            &mut ticket,
            (open.impact.clone(), open.urgency.clone()),
            open.priority.as_ref(),
        );
        self.label_with(step, &mut ticket, &open.tags, &BTreeSet::new());
        for (name, value) in &open.fields {
            self.fill(step, &mut ticket, name, Some(value));
        }
        ticket.followers = open.followers.clone();
        self.at_most(step, open.followers.len(), draft.limits.followers);
        for follower in &open.followers {
            if let Follower::Agent(agent) = follower {
                self.reads(step, &ticket, *agent);
            }
        }
        self.relate_new(step, &mut ticket, &open.about, &open.external_refs);
        self.begin_service(&mut ticket);
        ticket.arm(&self.settings);
        ticket
    }

    pub(super) fn blank(
        &self,
        id: TicketId,
        requester: Requester,
        now: DateTime<Utc>,
        priority: &PriorityName,
        subject: String,
    ) -> ModelTicket {
        ModelTicket {
            id,
            revision: Revision::ZERO,
            news: Revision::ZERO,
            public_news: Revision::ZERO,
            requester,
            origin: Origin::CustomerWrote,
            opened_at: now,
            updated_at: now,
            received_at: None,
            channel: Channel::default(),
            subject,
            thread: Vec::new(),
            asked_since: None,
            status: self.settings.draft().workflow.landmarks.initial.clone(),
            category: StatusCategory::New,
            status_since: now,
            reason: None,
            postponed_until: None,
            postponed_from_new: false,
            unresolved_since: now,
            begun_anew: None,
            resolved_at: None,
            closed_at: None,
            auto_close_cancelled: false,
            warned: false,
            overdue: false,
            resolution: None,
            confirmed_by: None,
            offer: None,
            spam: false,
            sides: Vec::new(),
            undelivered: Vec::new(),
            owner: None,
            department: None,
            about: None,
            priority: priority.clone(),
            impact: None,
            urgency: None,
            tags: BTreeSet::new(),
            fields: BTreeMap::new(),
            followers: BTreeSet::new(),
            subjects: BTreeSet::new(),
            external_refs: BTreeSet::new(),
            guests: BTreeMap::new(),
            links: BTreeSet::new(),
            todos: Vec::new(),
            pictures: Vec::new(),
            reopened: 0,
            escalated: 0,
            transferred: 0,
            organisation: None,
            follows: None,
            followed_up_by: Vec::new(),
            merged_into: None,
            stood: None,
            members: Vec::new(),
            lent: BTreeSet::new(),
            dropped: BTreeSet::new(),
            split_from: None,
            continued: BTreeMap::new(),
            timers: Timers::default(),
            pledge: None,
            unpromised: Vec::new(),
            reports: Vec::new(),
            held: false,
            words: Words::from(now),
        }
    }

    pub(super) fn reply(&self, step: &mut Step<'_>, ticket: &mut ModelTicket, reply: &Reply) {
        self.words(step, &reply.text, &reply.attachments);
        self.on_channel(step, reply.channel.as_ref());
        let channel = reply.channel.clone();
        let voice = ticket.voice(step.actor);
        // An absence notice to a closed ticket is kept, and changes nothing else.
        let kept = matches!(step.actor, Actor::AutoResponder(_));
        self.hear(step, ticket, voice, None, channel, kept);
    }

    pub(super) fn note(&self, step: &mut Step<'_>, ticket: &mut ModelTicket, note: &Note) {
        self.words(step, &note.text, &note.attachments);
        ticket.say(step.now, Voice::Neither, false, &step.text);
        ticket.words.come(step.now);
        self.at_most(step, note.mentions.len(), self.settings.limits().mentions);
        for agent in &note.mentions {
            self.reads(step, ticket, *agent);
        }
        self.plan(step, ticket, &note.todos);
    }

    pub(super) fn log(&self, step: &mut Step<'_>, ticket: &mut ModelTicket, log: &LogConversation) {
        self.words(step, &log.text, &[]);
        self.on_channel(step, Some(&log.channel));
        let occurred_at = DateTime::from_timestamp_micros(log.occurred_at.timestamp_micros())
            .unwrap_or(log.occurred_at);
        step.require(occurred_at <= step.now, "in_the_future");
        let voice = match log.said_by {
            SaidBy::Requester => Voice::Asks,
            SaidBy::Agent(agent) => {
                let known = self.agents.get(&agent);
                let speaks = known.is_some_and(|agent| agent.role != Role::Light);
                step.require(speaks, "cannot_answer");
                ticket.voice(&Actor::Agent(agent))
            }
        };
        self.hear(step, ticket, voice, Some(occurred_at), Some(log.channel.clone()), false);
    }

    /// A public message arrives.
    fn hear(
        &self,
        step: &mut Step<'_>,
        ticket: &mut ModelTicket,
        voice: Voice,
        occurred_at: Option<DateTime<Utc>>,
        channel: Option<Channel>,
        kept: bool,
    ) {
        let said = occurred_at.unwrap_or(step.now);
        if step.from_agents && !ticket.is_internal() {
            // What is said among agents stays among agents.
            ticket.say(said, Voice::Neither, false, &step.text);
            ticket.words.come(step.now);
            return;
        }
        let closed = ticket.category == StatusCategory::Closed;
        step.require(!closed || voice == Voice::Asks || kept, "closed");
        let news = ticket.is_news(said) && voice != Voice::Neither && !ticket.spam;
        if news && self.is_gone(ticket, said) {
            self.late(step, ticket, occurred_at, channel);
            return;
        }
        self.receive(step, ticket, voice, said, channel);
    }

    /// A public message is said on this ticket, and may move it.
    pub(super) fn receive(
        &self,
        step: &mut Step<'_>,
        ticket: &mut ModelTicket,
        voice: Voice,
        said: DateTime<Utc>,
        channel: Option<Channel>,
    ) {
        let news = ticket.is_news(said) && voice != Voice::Neither && !ticket.spam;
        ticket.words.come(step.now);
        ticket.channel = channel.unwrap_or_else(|| ticket.channel.clone());
        ticket.say(said, voice, true, &step.text);
        if let Some(said) = ticket.thread.last_mut() {
            said.contact = step.contact;
        }
        if !news {
            return;
        }
        let rules = ticket.rules(&self.settings);
        let reopened = &self.settings.draft().workflow.landmarks.reopened;
        let to = match (voice, ticket.category) {
            (Voice::Asks, StatusCategory::Closed) => Some(reopened),
            (Voice::Asks, _) => rules.and_then(|rules| rules.on_customer_reply.as_ref()),
            (_, _) => rules.and_then(|rules| rules.on_agent_reply.as_ref()),
        };
        match to {
            Some(to) => self.go(ticket, to, step.now),
            None if ticket.category == StatusCategory::Resolved => {
                ticket.auto_close_cancelled = true;
            }
            None => {}
        }
    }

    /// Checks what somebody writes.
    pub(super) fn words(&self, step: &mut Step<'_>, text: &str, files: &[Attachment]) {
        text.clone_into(&mut step.text);
        let limits = self.settings.limits();
        let something = !text.trim().is_empty() || !files.is_empty();
        step.require(something, "empty");
        self.at_most(step, text.len(), limits.text_bytes);
        self.at_most(step, files.len(), limits.attachments);
        for file in files {
            step.require(file.bytes <= limits.attachment_bytes, "limit_exceeded");
            let digest = file.digest.as_ref().map_or(0, |digest| digest.len());
            for length in [file.name.len(), file.media_type.len(), file.key.len(), digest] {
                self.at_most(step, length, limits.subject_bytes);
            }
        }
    }

    /// A host's own name for a channel is a name like others.
    pub(super) fn on_channel(&self, step: &mut Step<'_>, channel: Option<&Channel>) {
        let own = match channel {
            Some(Channel::Social(name) | Channel::Messenger(name) | Channel::Other(name)) => name,
            _ => return,
        };
        self.label(step, own);
    }

    pub(super) fn at_most(&self, step: &mut Step<'_>, found: usize, limit: u32) {
        step.require(found as u64 <= u64::from(limit), "limit_exceeded");
    }
}

/// The subject of a request that came without one: its first line with words in it, cut at a
/// word's end where it is longer than 80 characters or than a subject may be.
pub(super) fn first_line(text: &str, limit: u32) -> String {
    let room = (limit as usize).saturating_sub("…".len());
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    if line.is_empty() {
        return "(no subject)".to_owned();
    }
    if line.chars().count() <= 80 && line.len() <= room {
        return line.to_owned();
    }
    let mut cut: String = line.chars().take(80).collect();
    while cut.len() > room {
        cut.pop();
    }
    if let Some((words, _)) = cut.rsplit_once(char::is_whitespace) {
        cut = words.trim_end().to_owned();
    }
    cut.push('…');
    cut
}
