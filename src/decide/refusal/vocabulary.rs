//! The kinds of name that a refusal may be about.

use crate::ids::TicketId;
use std::fmt;

/// The kinds of name that settings define.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Vocabulary {
    /// A status.
    Status,
    /// A reason for waiting.
    Reason,
    /// A department.
    Department,
    /// A category.
    Category,
    /// A priority.
    Priority,
    /// An impact.
    Impact,
    /// An urgency.
    Urgency,
    /// A custom field.
    Field,
    /// A resolution code.
    ResolutionCode,
    /// A tag.
    Tag,
    /// An agent's name.
    AgentName,
    /// An address or form that receives requests.
    ReceivedAt,
    /// A channel of the host's own.
    Channel,
    /// A macro.
    Macro,
    /// An e-mail address.
    Email,
    /// A contact's name.
    ContactName,
    /// Where a contact is.
    Location,
    /// A time zone.
    TimeZone,
    /// A language.
    Language,
    /// Something by which a contact is recognised.
    Identity,
    /// An organisation's name.
    OrganisationName,
    /// An e-mail domain.
    Domain,
    /// A customer group.
    CustomerGroup,
    /// A contract.
    Contract,
    /// A bot.
    Bot,
    /// The host's own correlation id.
    Correlation,
    /// The kind of one of the host's objects.
    SubjectKind,
    /// What one of the host's objects has to do with a ticket.
    SubjectRole,
    /// The id of one of the host's objects.
    SubjectId,
    /// Another system that has a name for a ticket.
    Provider,
    /// Where in that system the name is unique.
    ExternalScope,
    /// What a ticket is called in another system.
    ExternalId,
}

impl fmt::Display for Vocabulary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Status => "status",
            Self::Reason => "reason",
            Self::Department => "department",
            Self::Category => "category",
            Self::Priority => "priority",
            Self::Impact => "impact",
            Self::Urgency => "urgency",
            Self::Field => "field",
            Self::ResolutionCode => "resolution code",
            Self::Tag => "tag",
            Self::AgentName => "agent's name",
            Self::ReceivedAt => "receiving address",
            Self::Channel => "channel",
            Self::Macro => "macro",
            Self::Email => "e-mail address",
            Self::ContactName => "contact's name",
            Self::Location => "location",
            Self::TimeZone => "time zone",
            Self::Language => "language",
            Self::Identity => "identity",
            Self::OrganisationName => "organisation's name",
            Self::Domain => "domain",
            Self::CustomerGroup => "customer group",
            Self::Contract => "contract",
            Self::Bot => "bot",
            Self::Correlation => "correlation id",
            Self::SubjectKind => "kind of subject",
            Self::SubjectRole => "role of a subject",
            Self::SubjectId => "subject's id",
            Self::Provider => "provider",
            Self::ExternalScope => "external scope",
            Self::ExternalId => "external id",
        })
    }
}

/// By which ticket something is in use, if that may be said.
pub(super) fn by(owner: Option<TicketId>) -> String {
    owner.map_or_else(String::new, |owner| format!(", by the ticket `{owner}`"))
}

/// How a refusal names one of several tickets.
pub(super) fn among(ticket: Option<TicketId>) -> String {
    ticket.map_or_else(String::new, |ticket| format!(", `{ticket}` among them"))
}
