//! A ticket as conditions see it.

use chrono::{DateTime, Utc};

use super::{Channel, Message, Origin, Proposal, Ticket, TicketKind, Visibility};
use crate::condition::Fact;
use crate::ids::{TicketId, TicketNumber};
use crate::matching::{Facts, Value};
use crate::people::Requester;
use crate::personal::Erasable;
use crate::value::FieldValue;

/// A ticket at an instant, with what stands around it: what a
/// [`Matcher`](crate::matching::Matcher) is asked about.
///
/// ```
#[doc = include_str!("../example.txt")]
/// use helpdesk::matching::Place;
///
/// let before = desk.ticket(id)?.unwrap();
/// let taken = desk.take(agent.at(now), Take { ticket: id })?;
/// let scene = Scene { before: Some(&before), ..Scene::of(taken.ticket().unwrap(), now) };
///
/// let condition: Condition = "assignee changed and status changed from new".parse().unwrap();
/// let trigger = condition.check(&Settings::default().lexicon(), Place::Trigger).unwrap();
/// assert!(trigger.matches(&scene));
/// assert!(!trigger.matches(&Scene { before: None, ..scene }), "nothing changed");
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The ticket as it is.
    pub ticket: &'a Ticket,
    /// Its number, where it is known: it is not part of the head.
    pub number: Option<TicketNumber>,
    /// The ticket before the change that is looked at; `None`: no change is, or it is the
    /// opening.
    pub before: Option<&'a Ticket>,
    /// The message that set a trigger off, and its text; no text where it has been erased.
    pub message: Option<(&'a Message, Option<&'a str>)>,
    /// The present.
    pub now: DateTime<Utc>,
}

impl<'a> Scene<'a> {
    /// The ticket now, with nothing around it.
    pub fn of(ticket: &'a Ticket, now: DateTime<Utc>) -> Self {
        Self { ticket, number: None, before: None, message: None, now }
    }

    /// The ticket now, with its number, as a listing shows it.
    pub fn numbered(ticket: &'a Ticket, number: TicketNumber, now: DateTime<Utc>) -> Self {
        Self { number: Some(number), ..Self::of(ticket, now) }
    }
}

impl Facts for Scene<'_> {
    fn id(&self) -> TicketId {
        self.ticket.id()
    }

    fn now(&self) -> DateTime<Utc> {
        self.now
    }

    fn value(&self, fact: &Fact) -> Value<'_> {
        match fact {
            Fact::Number => or_missing(self.number, |number| {
                Value::Integer(i64::try_from(number.0).unwrap_or(i64::MAX))
            }),
            Fact::MessageText => or_missing(self.message.and_then(|(_, text)| text), Value::Text),
            Fact::MessageAuthor => {
                or_missing(self.message, |(message, _)| Value::Name(message.author.kind()))
            }
            Fact::MessageVisibility => or_missing(self.message, |(message, _)| {
                Value::Name(match message.visibility {
                    Visibility::Public => "public",
                    Visibility::Note => "note",
                })
            }),
            fact => self.ticket.value(fact),
        }
    }

    fn before(&self, fact: &Fact) -> Option<Value<'_>> {
        self.before.map(|before| before.value(fact))
    }
}

fn or_missing<'v, T>(option: Option<T>, value: impl FnOnce(T) -> Value<'v>) -> Value<'v> {
    option.map_or(Value::Missing, value)
}

impl Ticket {
    /// What it has of a fact; missing, of what a ticket alone does not know.
    pub(super) fn value(&self, fact: &Fact) -> Value<'_> {
        let instant = |at: Option<DateTime<Utc>>| or_missing(at, Value::Instant);
        let count = |count: u32| Value::Integer(count.into());
        match fact {
            Fact::Status => Value::Status(&self.status),
            Fact::StatusCategory => Value::Name(self.status.category.as_str()),
            Fact::Reason => or_missing(self.reason(), |name| Value::Name(name.as_str())),
            Fact::Kind => Value::Name(match self.kind() {
                TicketKind::Customer => "customer",
                TicketKind::Internal => "internal",
            }),
            Fact::Origin => Value::Name(match self.origin {
                Origin::CustomerWrote => "customer_wrote",
                Origin::AgentReachedOut => "agent_reached_out",
            }),
            Fact::Department => or_missing(self.department(), |name| Value::Name(name.as_str())),
            Fact::Assignee => {
                or_missing(self.assignee, |agent| Value::Person(Requester::Agent(agent)))
            }
            Fact::Requester => Value::Person(self.requester),
            Fact::Followers => match self.followers() {
                [] => Value::Missing,
                followers => Value::Followers(followers),
            },
            Fact::About => match self.about() {
                [] => Value::Missing,
                about => Value::About(about),
            },
            Fact::ExternalRefs => match self.external_refs() {
                [] => Value::Missing,
                external_refs => Value::ExternalRefs(external_refs),
            },
            Fact::Priority => Value::Name(self.priority.name.as_str()),
            Fact::Impact => or_missing(self.impact(), |name| Value::Name(name.as_str())),
            Fact::Urgency => or_missing(self.urgency(), |name| Value::Name(name.as_str())),
            Fact::Channel => channel(&self.channel),
            Fact::ReceivedAt => or_missing(self.received_at(), |name| Value::Text(name.as_str())),
            Fact::Category => or_missing(self.category(), |name| Value::Name(name.as_str())),
            Fact::Tags => match self.tags() {
                [] => Value::Missing,
                tags => Value::Tags(tags),
            },
            Fact::Subject => or_missing(self.subject().known(), |text| Value::Text(text)),
            Fact::Resolution => {
                or_missing(self.resolution(), |resolution| Value::Name(resolution.code().as_str()))
            }
            Fact::Organisation => or_missing(self.organisation(), Value::Organisation),
            Fact::Parent => or_missing(self.parent(), Value::Ticket),
            Fact::OpenTodos => count(self.open_todo_count()),
            Fact::Follows => or_missing(self.follows(), Value::Ticket),
            Fact::MergedInto => or_missing(self.merged_into(), Value::Ticket),
            Fact::Messages => count(self.messages),
            Fact::Notes => count(self.notes),
            Fact::Reopened => count(self.reopened),
            Fact::Escalated => count(self.escalated),
            Fact::Transferred => count(self.transferred),
            Fact::OpenSides => count(self.open_sides()),
            Fact::Queued => Value::Boolean(self.is_queued()),
            Fact::SlaPolicy => {
                or_missing(self.promised().and_then(|it| it.policy.as_ref()), |name| {
                    Value::Name(name.as_str())
                })
            }
            Fact::SlaLevel => {
                or_missing(self.promised().and_then(|it| it.level.as_ref()), |level| {
                    Value::Name(level.name.as_str())
                })
            }
            Fact::SlaDueAt => instant(self.sla_due_at()),
            Fact::SlaMissed => Value::Boolean(self.has_missed()),
            Fact::Overdue => Value::Boolean(self.overdue),
            Fact::Held => Value::Boolean(self.held),
            Fact::Spam => Value::Boolean(self.spam),
            Fact::OpenAgeWarned => Value::Boolean(self.open_age_warned),
            Fact::OpenedAt => Value::Instant(self.opened_at),
            Fact::UpdatedAt => Value::Instant(self.updated_at),
            Fact::StatusSince => Value::Instant(self.status_since),
            // Of finished work it means nothing.
            Fact::UnresolvedSince if self.status.category.is_done() => Value::Missing,
            Fact::UnresolvedSince => Value::Instant(self.unresolved_since),
            Fact::WaitingSince => instant(self.waiting_since),
            Fact::FirstAnsweredAt => instant(self.first_answered_at),
            Fact::LastAskedAt => instant(self.last_asked_at),
            Fact::LastAnsweredAt => instant(self.last_answered_at),
            Fact::ResolvedAt => instant(self.resolved_at),
            Fact::ClosedAt => instant(self.closed_at),
            Fact::PostponedUntil => instant(self.postponed_until),
            Fact::ProposedAt => instant(self.proposal().map(Proposal::at)),
            Fact::Field(name) => {
                or_missing(self.field(name).and_then(Erasable::known), |value| match value {
                    FieldValue::Text(text) => Value::Text(text),
                    FieldValue::Integer(number) => Value::Integer(*number),
                    FieldValue::Boolean(boolean) => Value::Boolean(*boolean),
                    FieldValue::Date(date) => Value::Date(*date),
                    FieldValue::Choice(word) => Value::Name(word),
                })
            }
            Fact::Number | Fact::MessageText | Fact::MessageAuthor | Fact::MessageVisibility => {
                Value::Missing
            }
        }
    }
}

fn channel(channel: &Channel) -> Value<'_> {
    let kind = match channel {
        Channel::Email => "email",
        Channel::WebForm => "web_form",
        Channel::Chat => "chat",
        Channel::Phone => "phone",
        Channel::Video => "video",
        Channel::Social(_) => "social",
        Channel::Messenger(_) => "messenger",
        Channel::Api => "api",
        Channel::Other(_) => "other",
    };
    Value::Channel(kind, channel.name())
}
