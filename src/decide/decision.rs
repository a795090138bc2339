//! What a decision is made of: writes, guards, keys, counters, notices; why, [`Step`] says.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

use super::erasure::Erasure;
use super::step::Step;
use crate::channel::Notice;
use crate::identity::Identity;
use crate::ids::{
    AgentId, DepartmentName, Key, OrganisationId, PriorityName, Revision, SlaLevelName, StatusName,
    TicketNumber,
};
use crate::matching::{Indexed, Waiting};
use crate::people::{Follower, Requester};
use crate::record::{Event, Head};
use crate::subject::{ExternalRef, SubjectRef};
use crate::ticket::Ticket;
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
    /// How much unfinished work an agent owns: the sum of the [weights](crate::Burden::weight) of
    /// those tickets, each 1 where the settings say nothing.
    Load(AgentId),
    /// How many unfinished tickets of a channel an agent owns, by the channel as conditions write
    /// it; tickets that were assigned before this was counted are in none.
    Open(AgentId, Arc<str>),
    /// When an agent was last given a ticket, in microseconds since 1970; kept where rules give
    /// tickets to agents.
    Given(AgentId),
    /// When a ticket last left an agent, in microseconds since 1970; kept where rules look for
    /// those who have had no work for longest.
    Freed(AgentId),
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
    /// The deadline that comes first, of all that it is promised and that has not ended, to the
    /// customer or among ourselves: [`Ticket::sla_due_at`](crate::Ticket::sla_due_at), which is the
    /// fact `sla_due_at`. It changes only where the ticket does. To be kept in order, with the id:
    /// pages of what falls due soonest are asked for all day.
    pub sla_due_at: Option<DateTime<Utc>>,
    /// What its turn depends on in the [order of work](crate::matching::Turns), beside the
    /// deadline, while it waits for somebody to take it: nobody owns it, it is not finished and not
    /// postponed. To be kept in order, what has one department, status, priority and service level
    /// by `sla_due_at` and by since when it waits, with the id: the next ticket to solve is asked
    /// for all day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queued: Option<Box<QueuedColumns>>,
}

/// What a store indexes of a ticket that waits in a queue. It says nothing of the settings, and so
/// stays right under new ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuedColumns {
    /// Its status.
    pub status: StatusName,
    /// Its priority.
    pub priority: PriorityName,
    /// The service level of its policy.
    pub level: Option<SlaLevelName>,
    /// Since when somebody waits for an answer; where nobody does, since when it is unresolved.
    pub since: DateTime<Utc>,
}

impl QueuedColumns {
    fn of(ticket: &Ticket) -> Option<Box<Self>> {
        let waits = ticket.is_queued() && ticket.postponed_until().is_none();
        let level = ticket.promised().and_then(|it| it.level.as_ref());
        waits.then(|| {
            Box::new(Self {
                status: ticket.status().name.clone(),
                priority: ticket.priority().name.clone(),
                level: level.map(|level| level.name.clone()),
                since: ticket.waiting_since().unwrap_or_else(|| ticket.unresolved_since()),
            })
        })
    }
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
            sla_due_at: self.sla_due_at,
        }
    }

    /// The same, to be asked for its place in the [order of work](crate::matching::Turns::place);
    /// `None`: it does not wait in a queue.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let record = desk.record(Key::ticket(desk.id(), id))?.unwrap();
    /// let Columns::Ticket(columns) = Columns::of(&record.head) else { unreachable!() };
    /// let waiting = columns.waiting().unwrap();
    /// assert_eq!((waiting.status, waiting.priority), ("new", "medium"));
    /// assert!(desk.settings()?.turns().place(waiting).is_some());
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    pub fn waiting(&self) -> Option<Waiting<'_>> {
        let queued = self.queued.as_ref()?;
        Some(Waiting {
            status: queued.status.as_str(),
            priority: queued.priority.as_str(),
            level: queued.level.as_ref().map(SlaLevelName::as_str),
            since: queued.since,
            sla_due_at: self.sla_due_at,
        })
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
                sla_due_at: ticket.sla_due_at(),
                queued: QueuedColumns::of(ticket),
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
