//! What conditions are about: the facts of a ticket, their names, and who may know them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::text;
use crate::ids::FieldName;

/// Something that a ticket has, which a condition tests and an order sorts by.
///
/// The methods that make a [`Condition`](super::Condition) of one are its vocabulary:
///
/// ```
/// use helpdesk::Fact;
///
/// let condition = Fact::Priority.at_least("high");
/// assert_eq!(condition.to_string(), "priority >= high");
/// assert_eq!(Fact::Assignee.missing().to_string(), "assignee is missing");
/// assert_eq!(Fact::field("order").equals(4711).to_string(), "field.order = 4711");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Fact {
    /// Its number, a whole number; in views only.
    Number,
    /// Its status, by name. A ticket that is still in a status whose name has since come to mean
    /// another category is in none that a condition can name.
    Status,
    /// What its status means: a [`StatusCategory`](crate::StatusCategory).
    StatusCategory,
    /// Why it waits, by name.
    Reason,
    /// Whose it is: `customer` or `internal`.
    Kind,
    /// Who wrote first: `customer_wrote` or `agent_reached_out`.
    Origin,
    /// Whose queue it is in, by name.
    Department,
    /// Who owns it: `agent:UUID`, a UUID, or in views `me`.
    Assignee,
    /// Who asks: `contact:UUID`, `agent:UUID`, or in views `me`.
    Requester,
    /// Who is told beside requester and agents: a list of what a requester may be.
    Followers,
    /// Its subjects: a list of the host's objects. It contains `order:4711` where it is about that
    /// one, `order` where it is about one of that kind, and `disputed/order:4711` or
    /// `disputed/order` where it is so in this role.
    About,
    /// What other systems call it: a list of references. It contains `jira:acme:OPS-17` where it
    /// is called so, `jira:acme` where it has a name in this scope, `jira` where it has one there.
    ExternalRefs,
    /// How much it matters: a name on an ordered scale.
    Priority,
    /// How many it touches, by name.
    Impact,
    /// How soon it hurts, by name.
    Urgency,
    /// The channel of the last public message, as its text form: `email`, `social:mastodon`.
    Channel,
    /// The address or form that received it: text.
    ReceivedAt,
    /// What it is about, by name.
    Category,
    /// Its labels: a list of names.
    Tags,
    /// The ticket that it is a part of: a UUID.
    Parent,
    /// How many of its to-dos are yet to be done.
    OpenTodos,
    /// What it is called: text.
    Subject,
    /// How it ended the last time it did: a resolution code.
    Resolution,
    /// The organisation that the requester belonged to when the ticket was opened: a UUID.
    Organisation,
    /// The ticket that it follows up: a UUID.
    Follows,
    /// The ticket that it was merged into: a UUID.
    MergedInto,
    /// How many public messages it has, the first included.
    Messages,
    /// How many notes it has.
    Notes,
    /// How often it was reopened.
    Reopened,
    /// How often it was escalated.
    Escalated,
    /// How often it moved to another department, escalations aside.
    Transferred,
    /// Whether it waits for somebody to take it.
    Queued,
    /// Whether it is flagged for its age.
    Overdue,
    /// Whether it was warned about for its age.
    OpenAgeWarned,
    /// When it was opened.
    OpenedAt,
    /// When something last happened on it.
    UpdatedAt,
    /// Since when it is in its status.
    StatusSince,
    /// Since when it is unresolved.
    UnresolvedSince,
    /// Since when somebody waits for an answer.
    WaitingSince,
    /// When a human agent first answered.
    FirstAnsweredAt,
    /// When the requester last wrote or spoke.
    LastAskedAt,
    /// When a human agent last answered.
    LastAnsweredAt,
    /// When it was last resolved.
    ResolvedAt,
    /// When it was closed.
    ClosedAt,
    /// Until when it is postponed.
    PostponedUntil,
    /// Whether it is on legal hold.
    Held,
    /// Since when a proposed solution waits for the requester's word.
    ProposedAt,
    /// Whether it is marked as spam.
    Spam,
    /// How many of its side conversations are not closed.
    OpenSides,
    /// The SLA policy that is its own, by name.
    SlaPolicy,
    /// The policy's step on the scale of service levels: a name on an ordered scale.
    SlaLevel,
    /// The deadline that comes first, of all that it is promised and that has not ended, to the
    /// customer or among ourselves; one that has passed too. Missing where nothing is promised, where
    /// all clocks stand still before their deadlines, and of what was merged or is spam:
    /// [`Ticket::sla_due_at`](crate::Ticket::sla_due_at).
    ///
    /// Stores keep an index of it ([`TicketColumns::sla_due_at`](crate::TicketColumns::sla_due_at)):
    /// conditions on it narrow, and an order by it reads a page. Customers neither filter nor sort
    /// by it, so that no listing tells them what is promised among ourselves.
    SlaDueAt,
    /// Whether something that it is promised has been missed: ended late, or is late now, of what
    /// was noticed by the last time that anything happened on it. Its timers notice a miss at once.
    /// Of a metric that begins anew, such as the next response, the last run counts.
    SlaMissed,
    /// A custom field of the settings, by the type that they give it.
    Field(FieldName),
    /// The text of the message that sets a trigger off; in triggers only.
    MessageText,
    /// Who wrote that message: `customer`, `agent`, `light_agent`, `bot`, `auto_responder` or
    /// `host`; in triggers only.
    MessageAuthor,
    /// Who may read that message: `public` or `note`; in triggers only.
    MessageVisibility,
}

macro_rules! names {
    ($($fact:ident => $name:literal;)*) => {
        /// Every fact but the custom fields, with its name.
        const NAMES: [(Fact, &str); 56] = [$((Fact::$fact, $name)),*];

        /// What a fact may be called, as an error lists it.
        const KNOWN: &[&str] = &[$($name,)* "field.NAME"];
    };
}

names! {
    Number => "number";
    Status => "status";
    StatusCategory => "status_category";
    Reason => "reason";
    Kind => "kind";
    Origin => "origin";
    Department => "department";
    Assignee => "assignee";
    Requester => "requester";
    Followers => "followers";
    About => "about";
    ExternalRefs => "external_refs";
    Priority => "priority";
    Impact => "impact";
    Urgency => "urgency";
    Channel => "channel";
    ReceivedAt => "received_at";
    Category => "category";
    Tags => "tags";
    Parent => "parent";
    OpenTodos => "open_todos";
    Subject => "subject";
    Resolution => "resolution";
    Organisation => "organisation";
    Follows => "follows";
    MergedInto => "merged_into";
    Messages => "messages";
    Notes => "notes";
    Reopened => "reopened";
    Escalated => "escalated";
    Transferred => "transferred";
    Queued => "queued";
    Overdue => "overdue";
    OpenAgeWarned => "open_age_warned";
    OpenedAt => "opened_at";
    UpdatedAt => "updated_at";
    StatusSince => "status_since";
    UnresolvedSince => "unresolved_since";
    WaitingSince => "waiting_since";
    FirstAnsweredAt => "first_answered_at";
    LastAskedAt => "last_asked_at";
    LastAnsweredAt => "last_answered_at";
    ResolvedAt => "resolved_at";
    ClosedAt => "closed_at";
    PostponedUntil => "postponed_until";
    Held => "held";
    ProposedAt => "proposed_at";
    Spam => "spam";
    OpenSides => "open_sides";
    SlaPolicy => "sla_policy";
    SlaLevel => "sla_level";
    SlaDueAt => "sla_due_at";
    SlaMissed => "sla_missed";
    MessageText => "message.text";
    MessageAuthor => "message.author";
    MessageVisibility => "message.visibility";
}

impl Fact {
    /// Every fact but the custom fields.
    pub fn built_in() -> impl ExactSizeIterator<Item = Self> {
        NAMES.iter().map(|(fact, _)| fact.clone())
    }

    /// The custom field of this name.
    pub fn field(name: impl Into<FieldName>) -> Self {
        Self::Field(name.into())
    }

    /// The fact of this name, as data writes it: `status`, `field.order`.
    ///
    /// ```
    /// # use helpdesk::Fact;
    /// assert_eq!(Fact::named("waiting_since"), Some(Fact::WaitingSince));
    /// assert_eq!(Fact::named("field.order number"), Some(Fact::field("order number")));
    /// assert_eq!(Fact::named("mood"), None);
    /// ```
    pub fn named(name: &str) -> Option<Self> {
        match name.strip_prefix("field.") {
            Some(field) => Some(Self::field(field)),
            None => NAMES.iter().find(|(_, known)| *known == name).map(|(fact, _)| fact.clone()),
        }
    }

    /// The name of a fact that is no custom field.
    fn built_in_name(&self) -> &'static str {
        NAMES.iter().find(|(fact, _)| fact == self).map_or("", |(_, name)| name)
    }

    /// Whether it follows from what a ticket is promised.
    pub(crate) fn is_of_service(&self) -> bool {
        matches!(self, Self::SlaPolicy | Self::SlaLevel | Self::SlaDueAt | Self::SlaMissed)
    }

    /// Whether a customer may filter and sort by it, and learn nothing of notes, agents and what
    /// the desk keeps to itself.
    ///
    /// What is not public is so for a reason: `updated_at` moves with every note, which department
    /// has a ticket is the desk's own affair, and of which organisation the requester is, nobody
    /// who has a copy is told.
    ///
    /// ```
    /// # use helpdesk::Fact;
    /// assert!(Fact::WaitingSince.is_public());
    /// assert!(!Fact::UpdatedAt.is_public());
    /// ```
    pub fn is_public(&self) -> bool {
        match self {
            Self::Number
            | Self::Status
            | Self::StatusCategory
            | Self::Kind
            | Self::Origin
            | Self::Requester
            | Self::Channel
            | Self::Category
            | Self::Subject
            | Self::Messages
            | Self::OpenedAt
            | Self::WaitingSince
            | Self::FirstAnsweredAt
            | Self::LastAskedAt
            | Self::LastAnsweredAt
            | Self::ResolvedAt
            | Self::ClosedAt
            | Self::ProposedAt => true,
            Self::Reason
            | Self::Department
            | Self::Assignee
            | Self::Followers
            | Self::About
            | Self::ExternalRefs
            | Self::Priority
            | Self::Impact
            | Self::Urgency
            | Self::ReceivedAt
            | Self::Tags
            | Self::Parent
            | Self::Follows
            | Self::OpenTodos
            | Self::Resolution
            | Self::Organisation
            | Self::MergedInto
            | Self::Notes
            | Self::Reopened
            | Self::Escalated
            | Self::Transferred
            | Self::OpenSides
            | Self::SlaPolicy
            | Self::SlaLevel
            | Self::SlaDueAt
            | Self::SlaMissed
            | Self::Queued
            | Self::Overdue
            | Self::OpenAgeWarned
            | Self::UpdatedAt
            | Self::StatusSince
            | Self::UnresolvedSince
            | Self::PostponedUntil
            | Self::Held
            | Self::Spam
            | Self::Field(_)
            | Self::MessageText
            | Self::MessageAuthor
            | Self::MessageVisibility => false,
        }
    }

    /// Whether it is about the message that sets a trigger off.
    pub(crate) fn is_of_message(&self) -> bool {
        matches!(self, Self::MessageText | Self::MessageAuthor | Self::MessageVisibility)
    }
}

/// As the text form of conditions writes it: an odd field name in quotes.
///
/// ```
/// # use helpdesk::Fact;
/// assert_eq!(Fact::field("order").to_string(), "field.order");
/// assert_eq!(Fact::field("order number").to_string(), r#"field."order number""#);
/// ```
impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) if text::is_plain(name.as_str()) => write!(f, "field.{name}"),
            Self::Field(name) => {
                f.write_str("field.")?;
                text::write_quoted(f, name.as_str())
            }
            built_in => f.write_str(built_in.built_in_name()),
        }
    }
}

impl Serialize for Fact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Field(name) => serializer.collect_str(&format_args!("field.{name}")),
            built_in => serializer.serialize_str(built_in.built_in_name()),
        }
    }
}

impl<'de> Deserialize<'de> for Fact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<str>::deserialize(deserializer)?;
        // In storage, a fact that this build does not know is a newer build's.
        Self::named(&name)
            .ok_or_else(|| serde::de::Error::unknown_variant(&text::shortened(&name), KNOWN))
    }
}

#[cfg(test)]
mod tests {
    use super::{Fact, NAMES};

    #[test]
    fn every_fact_has_a_name_of_its_own() {
        for (index, (fact, name)) in NAMES.iter().enumerate() {
            assert_eq!(Fact::named(name).as_ref(), Some(fact));
            assert_eq!(fact.to_string(), *name);
            assert!(!NAMES[..index].iter().any(|(other, _)| other == fact));
        }
        assert_eq!(NAMES.len(), 56, "the enum without `Field`");
    }
}
