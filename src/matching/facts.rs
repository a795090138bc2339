//! What the evaluator asks of a ticket: a value for each fact.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, Utc};

use crate::condition::Fact;
use crate::ids::{OrganisationId, Tag, TicketId};
use crate::people::{Follower, Requester};
use crate::subject::{About, ExternalRef};
use crate::workflow::Status;

/// Something that conditions can be asked of. [`Scene`](crate::Scene) is a ticket's; a host that
/// keeps tickets in another form can answer for them itself:
///
/// ```
/// use helpdesk::matching::{Facts, Place, Value};
/// use helpdesk::{Condition, Fact, Settings, TicketId};
/// # use chrono::{DateTime, Utc};
///
/// struct Row {
///     subject: String,
/// }
///
/// impl Facts for Row {
///     fn id(&self) -> TicketId {
///         TicketId::from_u128(1)
///     }
///     fn now(&self) -> DateTime<Utc> {
///         DateTime::UNIX_EPOCH
///     }
///     fn value(&self, fact: &Fact) -> Value<'_> {
///         match fact {
///             Fact::Subject => Value::Text(&self.subject),
///             _ => Value::Missing,
///         }
///     }
///     fn before(&self, _: &Fact) -> Option<Value<'_>> {
///         None
///     }
/// }
///
/// let condition: Condition = "subject contains FIRE and tags is missing".parse().unwrap();
/// let matcher = condition.check(&Settings::default().lexicon(), Place::View).unwrap();
/// assert!(matcher.matches(&Row { subject: "Printer on fire".into() }));
/// ```
pub trait Facts {
    /// Which ticket it is: what ties in an order end with.
    fn id(&self) -> TicketId;

    /// The present, from which ages are counted.
    fn now(&self) -> DateTime<Utc>;

    /// What it has of this fact. Of the type that the fact has; a value of another type counts
    /// as missing.
    fn value(&self, fact: &Fact) -> Value<'_>;

    /// What it had of this fact before the change that is looked at; `None`: there was none, or
    /// it is the opening.
    fn before(&self, fact: &Fact) -> Option<Value<'_>>;
}

/// What a ticket has of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// Nothing, or something that has been erased.
    Missing,
    /// Text that people wrote: compared without regard to letter case.
    Text(&'a str),
    /// A name from the settings, or one of a fixed list of words.
    Name(&'a str),
    /// A status: its name and its category.
    Status(&'a Status),
    /// A whole number.
    Integer(i64),
    /// Yes or no.
    Boolean(bool),
    /// An instant.
    Instant(DateTime<Utc>),
    /// A calendar date.
    Date(NaiveDate),
    /// A requester, or an owner.
    Person(Requester),
    /// An organisation.
    Organisation(OrganisationId),
    /// Another ticket.
    Ticket(TicketId),
    /// A channel: its kind, and the name that the host gave it.
    Channel(&'a str, Option<&'a str>),
    /// Labels.
    Tags(&'a [Tag]),
    /// Followers.
    Followers(&'a [Follower]),
    /// Subjects.
    About(&'a [About]),
    /// External references.
    ExternalRefs(&'a [ExternalRef]),
}

impl Value<'_> {
    /// Whether this and that are the same; lists whatever their order.
    pub(super) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Tags(these), Self::Tags(those)) => same_set(these, those),
            (Self::Followers(these), Self::Followers(those)) => same_set(these, those),
            (Self::About(these), Self::About(those)) => same_set(these, those),
            (Self::ExternalRefs(these), Self::ExternalRefs(those)) => same_set(these, those),
            (this, that) => this == that,
        }
    }

    /// As text, where it is sorted as such.
    pub(super) fn as_text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(text) | Self::Name(text) | Self::Channel(text, None) => {
                Some(Cow::Borrowed(text))
            }
            Self::Status(status) => Some(Cow::Borrowed(status.name.as_str())),
            Self::Channel(kind, Some(name)) => Some(Cow::Owned(format!("{kind}:{name}"))),
            Self::Person(Requester::Contact(id)) => Some(Cow::Owned(format!("contact:{id}"))),
            Self::Person(Requester::Agent(id)) => Some(Cow::Owned(format!("agent:{id}"))),
            Self::Organisation(id) => Some(Cow::Owned(id.to_string())),
            Self::Ticket(id) => Some(Cow::Owned(id.to_string())),
            Self::Missing
            | Self::Integer(_)
            | Self::Boolean(_)
            | Self::Instant(_)
            | Self::Date(_)
            | Self::Tags(_)
            | Self::Followers(_)
            | Self::About(_)
            | Self::ExternalRefs(_) => None,
        }
    }
}

fn same_set<T: PartialEq>(these: &[T], those: &[T]) -> bool {
    these == those
        || (these.iter().all(|item| those.contains(item))
            && those.iter().all(|item| these.contains(item)))
}
