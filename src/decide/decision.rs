//! What a decision is made of: writes, guards, keys, counters, notices, and why.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::channel::Notice;
use crate::identity::Identity;
use crate::ids::{
    AgentId, DepartmentName, Key, OrganisationId, Revision, StatusName, TicketId, TicketNumber,
};
use crate::matching::Indexed;
use crate::people::{Follower, Requester};
use crate::record::{Event, Head};
use crate::subject::{ExternalRef, SubjectRef};
use crate::ticket::{Moved, TimerKind, Unassigning};
use crate::workflow::StatusCategory;

/// What the rules say is to be written, all of it or nothing: what [`decide`](crate::decide)
/// gives.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// The records that change, in the order of their keys. Empty: nothing changes.
    pub writes: Vec<Write>,
    /// Records that the decision rests on and does not change.
    pub guards: Vec<Guard>,
    /// Unique keys to take and to release.
    pub keys: Vec<KeyChange>,
    /// Counters to change.
    pub counters: Vec<CounterChange>,
    /// Who is to be told, in order.
    pub notices: Vec<Notice>,
    /// Why it was decided so, step by step.
    pub trace: Vec<Step>,
    /// What is erased of histories, in the order of their keys.
    pub erasures: Vec<Erasure>,
}

/// Events whose personal payload is erased: the only change that is ever made to a history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// Whose history.
    pub key: Key,
    /// Which events, in order, none twice.
    pub revisions: Vec<Revision>,
}

/// One record's part of a commit.
#[derive(Clone, Debug)]
pub struct Write {
    /// Which record.
    pub key: Key,
    /// What the store must find there.
    pub expected: Expected,
    /// The events to append; at least one, their revisions following on what is expected.
    pub events: Arc<[Event]>,
    /// The head after them.
    pub head: Head,
    /// What the store indexes.
    pub columns: Columns,
    /// When the record next does something by itself; `None`: not before another command.
    pub next_wake: Option<DateTime<Utc>>,
}

impl Write {
    /// The record's revision after this.
    pub fn revision(&self) -> Revision {
        let before = match self.expected {
            Expected::New => Revision::ZERO,
            Expected::At(revision) => revision,
        };
        Revision(before.0.saturating_add(self.events.len() as u64))
    }
}

/// What a store must find under a key, for a commit to be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    /// Nothing: the commit creates it.
    New,
    /// A record at exactly this revision; at zero, the same as [`New`](Self::New).
    At(Revision),
}

/// A record that must still be at this revision, and is not written: the decision rests on it,
/// as an assignment rests on what the agent's record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guard {
    /// Which record.
    pub key: Key,
    /// The revision that the decision rests on.
    pub revision: Revision,
}

/// Something that only one record of a desk may have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UniqueKey {
    /// A ticket's number. The store enters it with the opening; no decision takes it.
    Number(TicketNumber),
    /// An agent's e-mail address, in lower case.
    AgentEmail(Arc<str>),
    /// Something by which a contact is recognised, as [`UniqueKey::identity`] writes it: its kind
    /// and its one normal form, such as `email:maria@example.com`.
    Identity(Arc<str>),
    /// An organisation's e-mail domain, in lower case.
    Domain(Arc<str>),
    /// What another system calls a ticket.
    External(Box<ExternalRef>),
}

impl UniqueKey {
    pub(crate) fn agent_email(address: &str) -> Self {
        Self::AgentEmail(address.trim().to_lowercase().into())
    }

    /// The key of an identity: of two that are the same, the same.
    ///
    /// ```
    /// # use helpdesk::{Identity, UniqueKey};
    /// let key = UniqueKey::identity(&Identity::email("Maria@Example.com"));
    /// assert_eq!(key, UniqueKey::Identity("email:maria@example.com".into()));
    /// ```
    pub fn identity(identity: &Identity) -> Self {
        Self::Identity(identity.normal().to_string().into())
    }

    /// What a record has alone while this is its head, beside a ticket's
    /// [number](Self::Number), which its store knows.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let profile = ContactProfile::new("Maria").identity(Identity::phone("+39 06 698"));
    /// desk.put_contact(Actor::Host.at(now), maria, profile)?;
    /// let record = desk.record(Key::contact(desk.id(), maria))?.unwrap();
    /// assert_eq!(UniqueKey::of(&record.head), [UniqueKey::Identity("phone:+3906698".into())].into());
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    pub fn of(head: &Head) -> BTreeSet<Self> {
        match head {
            Head::Agent(agent) => agent.email().map(Self::agent_email).into_iter().collect(),
            Head::Contact(contact) => contact.identities().iter().map(Self::identity).collect(),
            Head::Organisation(organisation) => {
                organisation.domains().iter().cloned().map(Self::Domain).collect()
            }
            Head::Ticket(ticket) => {
                ticket.external_refs().iter().cloned().map(Self::from).collect()
            }
            Head::Settings(_) => BTreeSet::new(),
        }
    }
}

impl From<ExternalRef> for UniqueKey {
    fn from(reference: ExternalRef) -> Self {
        Self::External(Box::new(reference))
    }
}

/// A unique key changes hands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyChange {
    /// This record takes it; nobody else may have it.
    Take(UniqueKey, Key),
    /// This record, which has it, gives it up. Releases come before takings.
    Release(UniqueKey, Key),
}

/// A number that a store keeps, changed only in commits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Counter {
    /// How many unfinished tickets an agent owns.
    Load(AgentId),
    /// How many unfinished tickets a department has; `None`: those of no department.
    Unfinished(Option<DepartmentName>),
    /// How many of these nobody owns.
    Queued(Option<DepartmentName>),
}

/// A change to a counter, refused where it would lift the counter above the ceiling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CounterChange {
    /// Which counter.
    pub counter: Counter,
    /// By how much; negative takes away.
    pub delta: i64,
    /// The most it may be afterwards; `None`: anything.
    pub ceiling: Option<i64>,
}

/// What a store indexes of a record, so that common questions scan nothing.
///
/// Exhaustive on purpose: a store that forgets a column should not compile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Columns {
    /// Of a ticket.
    Ticket(TicketColumns),
    /// Of an agent.
    Agent(AgentColumns),
    /// Of a contact.
    Contact(ContactColumns),
    /// An organisation has none: it is looked for by its domains, which are unique keys.
    Organisation,
    /// The settings have none: there is one record of them a desk.
    Settings,
}

/// What a store indexes of a ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketColumns {
    /// The category of its status.
    pub category: StatusCategory,
    /// Whose queue it is in.
    pub department: Option<DepartmentName>,
    /// Who owns it.
    pub assignee: Option<AgentId>,
    /// Who asks.
    pub requester: Requester,
    /// Who follows it, in order: a ticket stands under each of them.
    pub followers: Vec<Follower>,
    /// The organisation that the requester belonged to when it was opened.
    pub organisation: Option<OrganisationId>,
    /// Which of the host's objects it is about, in order, none twice: a ticket stands under each of
    /// them.
    pub subjects: Vec<SubjectRef>,
    /// What other systems call it, in order.
    pub external_refs: Vec<ExternalRef>,
}

impl TicketColumns {
    /// The same, to be held against what a condition [narrows](crate::matching::Narrow) to.
    pub fn indexed(&self) -> Indexed<'_> {
        Indexed {
            category: self.category,
            requester: self.requester,
            assignee: self.assignee,
            department: self.department.as_ref(),
            followers: &self.followers,
            organisation: self.organisation,
            subjects: &self.subjects,
            external_refs: &self.external_refs,
        }
    }
}

/// What a store indexes of a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactColumns {
    /// The organisation that the contact belongs to.
    pub organisation: Option<OrganisationId>,
}

/// What a store indexes of an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentColumns {
    /// The departments that the agent works in, in order.
    pub departments: Vec<DepartmentName>,
    /// Whether the agent is active, and of a role that owns tickets.
    pub can_own: bool,
}

impl Columns {
    /// The columns of a head.
    pub fn of(head: &Head) -> Self {
        match head {
            Head::Ticket(ticket) => Self::Ticket(TicketColumns {
                category: ticket.status().category,
                department: ticket.department().cloned(),
                assignee: ticket.assignee(),
                requester: ticket.requester(),
                followers: ticket.followers().to_vec(),
                organisation: ticket.organisation(),
                subjects: {
                    let all = ticket.about().iter().map(|about| about.subject.clone());
                    let mut subjects: Vec<SubjectRef> = all.collect();
                    // One may be there in several roles.
                    subjects.dedup();
                    subjects
                },
                external_refs: ticket.external_refs().to_vec(),
            }),
            Head::Agent(agent) => Self::Agent(AgentColumns {
                departments: agent.departments().to_vec(),
                can_own: agent.can_own(None),
            }),
            Head::Contact(contact) => {
                Self::Contact(ContactColumns { organisation: contact.organisation() })
            }
            Head::Organisation(_) => Self::Organisation,
            Head::Settings(_) => Self::Settings,
        }
    }
}

/// One step of the reasoning behind an outcome: what [`Outcome::trace`](crate::Outcome::trace)
/// lists in order.
///
/// ```
#[doc = include_str!("../example.txt")]
/// let bot = Actor::Bot("greeter".into());
/// let outcome = desk.reply(bot.at(now), Reply::new(id, "We have heard you."))?;
/// assert_eq!(
///     outcome.trace,
///     [Step::Stayed { status: "new".into(), because: Stayed::DoesNotCount }],
///     "a bot's words are no answer"
/// );
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Step {
    /// The ticket had seen a later instant than the host says it is; that one counts.
    TimeRaised {
        /// What the host said.
        claimed: DateTime<Utc>,
        /// What counts.
        to: DateTime<Utc>,
    },
    /// Something was due that the ticket does by itself; it came first.
    Settled {
        /// What.
        timer: TimerKind,
        /// When it was due.
        due: DateTime<Utc>,
    },
    /// The status changed.
    Moved {
        /// Before.
        from: StatusName,
        /// Now.
        to: StatusName,
        /// What moved it.
        because: Moved,
    },
    /// The message moved no status: the workflow's table says so, or its author does not
    /// count, or it was old news.
    Stayed {
        /// The status.
        status: StatusName,
        /// Why.
        because: Stayed,
    },
    /// Where work goes on that was finished, its owner keeps it.
    OwnerKept {
        /// The owner.
        agent: AgentId,
    },
    /// Where work goes on that was finished, its owner loses it.
    OwnerDropped {
        /// The owner.
        agent: AgentId,
        /// Why.
        because: Unassigning,
    },
    /// The ticket has been closed for too long to reopen; this one was opened instead.
    FollowUpOpened {
        /// The new ticket.
        ticket: TicketId,
    },
    /// The ticket has been closed for too long to reopen; the message went to this one, which
    /// follows it up.
    WentToFollowUp {
        /// The ticket that has the message.
        ticket: TicketId,
    },
    /// The ticket has been merged; the message went to this one, which goes on in its place.
    WentToSurvivor {
        /// The ticket that has the message.
        ticket: TicketId,
    },
    /// The ticket was merged into another, which goes on in its place.
    Merged {
        /// The merged ticket.
        ticket: TicketId,
        /// The ticket that goes on.
        into: TicketId,
        /// When the oldest question was asked that it brings; `None`: it brings none.
        brings: Option<DateTime<Utc>>,
        /// Who comes to follow the ticket that goes on.
        followers: Vec<Follower>,
    },
    /// A solution that had been proposed waits for nobody's word while the ticket is merged.
    ProposalRests,
    /// The merge was undone: the ticket stands again as it stood.
    Released {
        /// The ticket that stands again.
        ticket: TicketId,
        /// The ticket that it had been merged into.
        from: TicketId,
        /// Since when that one waits for an answer now; `None`: it waits for none.
        waiting_since: Option<DateTime<Utc>>,
        /// Who follows that one no more.
        followers: Vec<Follower>,
    },
    /// A merge was undone by which some followed a ticket that came from the one that had gone on.
    FollowersLeft {
        /// What they follow no more.
        ticket: TicketId,
        /// Who follows it no more.
        followers: Vec<Follower>,
    },
    /// The solution that had been proposed waits for the customer's word again.
    ProposalReturns,
    /// The timers were set anew: the settings changed since they were armed.
    Adopted {
        /// The settings' revision now.
        settings: Revision,
    },
}

/// Why a public message moved no status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stayed {
    /// The workflow has no such move from this status.
    NoMove,
    /// Its author neither asks nor answers.
    DoesNotCount,
    /// It was said before the present status began.
    OldNews,
    /// The ticket is marked as spam.
    Spam,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimeRaised { claimed, to } => {
                write!(f, "it is {to} for the ticket, though the host says {claimed}")
            }
            Self::Settled { timer, due } => write!(f, "first, what was due at {due}: {timer}"),
            Self::Moved { from, to, because } => write!(f, "from `{from}` to `{to}`: {because}"),
            Self::Stayed { status, because } => write!(f, "stays `{status}`: {because}"),
            Self::OwnerKept { agent } => write!(f, "agent `{agent}` keeps it"),
            Self::OwnerDropped { agent, because } => {
                write!(f, "agent `{agent}` loses it: {because}")
            }
            Self::FollowUpOpened { ticket } => {
                write!(f, "closed for too long: ticket `{ticket}` follows it up")
            }
            Self::WentToFollowUp { ticket } => {
                write!(f, "closed for too long: said on ticket `{ticket}`, which follows it up")
            }
            Self::WentToSurvivor { ticket } => {
                write!(f, "merged: said on ticket `{ticket}`, which goes on in its place")
            }
            Self::Merged { ticket, into, brings, followers } => {
                write!(f, "ticket `{ticket}` is merged into `{into}`: it brings ")?;
                match brings {
                    Some(since) => write!(f, "a question of {since}")?,
                    None => f.write_str("no open question")?,
                }
                write!(f, ", and {} who follow", followers.len())
            }
            Self::ProposalRests => f.write_str("the proposed solution waits for nobody's word"),
            Self::Released { ticket, from, waiting_since, followers } => {
                write!(f, "ticket `{ticket}` stands by itself again: `{from}` ")?;
                match waiting_since {
                    Some(since) => write!(f, "waits for an answer since {since}")?,
                    None => f.write_str("waits for no answer")?,
                }
                write!(f, ", and {} follow it no more", followers.len())
            }
            Self::FollowersLeft { ticket, followers } => {
                write!(f, "{} follow ticket `{ticket}` no more", followers.len())
            }
            Self::ProposalReturns => {
                f.write_str("the proposed solution waits for the customer's word again")
            }
            Self::Adopted { settings } => {
                write!(f, "its timers follow revision {settings} of the settings")
            }
        }
    }
}

impl fmt::Display for Stayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoMove => "the workflow has no such move",
            Self::DoesNotCount => "such an author neither asks nor answers",
            Self::OldNews => "it was said before the status began",
            Self::Spam => "it is marked as spam",
        })
    }
}
