//! Something that is said: whose words they are, and the message that they make.

use std::sync::Arc;

use super::checks::{bad_name, within};
use super::{Cx, Refusal, Vocabulary};
use crate::ids::{AgentId, TicketId, name_problem};
use crate::people::{Actor, Author, Deed, Part, Who};
use crate::personal::Personal;
use crate::ticket::{Attachment, Channel, Message, Ticket, Visibility};
use crate::time::Instant;

/// Something that is said, before it is a message.
pub(super) struct Said<'a> {
    pub(super) author: Author,
    pub(super) channel: Channel,
    pub(super) occurred_at: Option<Instant>,
    pub(super) text: &'a str,
    pub(super) attachments: &'a [Attachment],
    /// The merged ticket that it was addressed to, if it was.
    pub(super) addressed_to: Option<TicketId>,
}

impl Said<'_> {
    /// When it was said: where that is not stated, now.
    pub(super) fn at(&self, now: Instant) -> Instant {
        self.occurred_at.unwrap_or(now)
    }

    /// The message's facts, and what people wrote.
    pub(super) fn message(
        &self,
        cx: &Cx<'_>,
        part: Part,
        visibility: Visibility,
    ) -> Result<(Message, Personal), Refusal> {
        let limits = cx.settings.limits();
        if self.text.trim().is_empty() && self.attachments.is_empty() {
            return Err(Refusal::Empty { what: "message" });
        }
        let bytes = within("text_bytes", limits.text_bytes, self.text.len())?;
        within("attachments", limits.attachments, self.attachments.len())?;
        for attachment in self.attachments {
            if attachment.bytes > limits.attachment_bytes {
                return Err(Refusal::LimitExceeded {
                    limit: "attachment_bytes",
                    allowed: limits.attachment_bytes,
                    found: attachment.bytes,
                });
            }
            let Attachment { name, media_type, bytes: _, digest, key } = attachment;
            for text in [Some(name), Some(media_type), digest.as_ref(), Some(key)] {
                within("subject_bytes", limits.subject_bytes, text.map_or(0, |text| text.len()))?;
            }
        }
        if let Some(name) = self.channel.name()
            && let Some(problem) = name_problem(name)
        {
            return Err(bad_name(Vocabulary::Channel, name, problem));
        }
        let message = Message {
            names_reference: false,
            author: self.author.clone(),
            part,
            visibility,
            channel: self.channel.clone(),
            occurred_at: self.occurred_at,
            bytes,
            mentions: Vec::new(),
            attachments: self.attachments.iter().map(Attachment::facts).collect(),
            addressed_to: self.addressed_to,
        };
        let personal = Personal {
            text: Some(self.text.into()),
            file_names: self.attachments.iter().map(|file| Arc::clone(&file.name)).collect(),
            ..Personal::default()
        };
        Ok((message, personal))
    }
}

/// The author that the acting party is, on the ticket that they wrote to.
pub(super) fn author(cx: &Cx<'_>, ticket: Option<&Ticket>) -> Result<Author, Refusal> {
    Ok(match (cx.who, &cx.call.context.actor) {
        (Who::Guest(guest, now), _) => {
            let grant = ticket.and_then(|ticket| ticket.sight().grant(guest, now));
            let deed = Deed::Reply.as_str();
            let party = cx.party();
            Author::Customer(grant.ok_or(Refusal::Forbidden { party, deed })?.contact)
        }
        (Who::Customer(customer), _) => Author::Customer(customer.id),
        (Who::AutoResponder(customer), _) => Author::AutoResponder(customer.id),
        (Who::Agent(agent), _) => Author::of_agent(agent.id(), agent.role()),
        (Who::Bot, Actor::Bot(name)) => Author::Bot(name.clone()),
        (Who::Bot | Who::Host | Who::System, _) => Author::Host,
    })
}

/// The agent whose internal ticket it is, as the author of what somebody logs for them.
pub(super) fn asking_agent(cx: &Cx<'_>, id: AgentId) -> Result<Author, Refusal> {
    let agent = cx.agent(id).ok_or(Refusal::CannotAnswer { agent: id })?;
    Ok(Author::of_agent(id, agent.role()))
}
