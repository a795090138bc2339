//! What the names in a condition mean under given settings, and of what type each fact is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Value;
use crate::condition::Fact;
use crate::ids::{
    CategoryName, DepartmentName, FieldName, ImpactName, PriorityName, ReasonName, ResolutionCode,
    SlaLevelName, SlaPolicyName, StatusName, UrgencyName,
};
use crate::workflow::StatusCategory;

/// What names mean under given settings, and how large a condition may be: what a condition is
/// checked against. [`Settings::lexicon`](crate::Settings::lexicon) makes it; make it once for
/// many conditions.
///
/// ```
/// use helpdesk::matching::Place;
/// use helpdesk::{Department, Fact, Settings, SettingsDraft};
///
/// let here = Fact::Department.equals("billing");
/// assert!(here.check(&Settings::default().lexicon(), Place::View).is_err(), "there is none");
///
/// let draft = SettingsDraft {
///     departments: vec![Department::new("billing")],
///     ..SettingsDraft::default()
/// };
/// assert!(here.check(&draft.build()?.lexicon(), Place::View).is_ok());
/// # Ok::<(), helpdesk::SettingsError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Lexicon {
    pub(crate) statuses: BTreeMap<StatusName, StatusCategory>,
    pub(crate) reasons: BTreeSet<ReasonName>,
    pub(crate) departments: BTreeSet<DepartmentName>,
    pub(crate) categories: BTreeSet<CategoryName>,
    /// Lowest first.
    pub(crate) priorities: Arc<[PriorityName]>,
    pub(crate) impacts: BTreeSet<ImpactName>,
    pub(crate) urgencies: BTreeSet<UrgencyName>,
    pub(crate) resolution_codes: BTreeSet<ResolutionCode>,
    pub(crate) sla_policies: BTreeSet<SlaPolicyName>,
    /// Lowest first.
    pub(crate) sla_levels: Arc<[SlaLevelName]>,
    pub(crate) fields: BTreeMap<FieldName, FieldType>,
    /// The most levels, tests, items of a list, and bytes as text.
    pub(crate) depth: u32,
    pub(crate) tests: u32,
    pub(crate) items: u32,
    pub(crate) bytes: u32,
}

/// The type of a custom field.
#[derive(Clone, Debug)]
pub(crate) enum FieldType {
    Text,
    Integer,
    Boolean,
    Date,
    Choice(Arc<[Arc<str>]>),
}

/// The type of a fact's values: which tests it has, and what a literal must be.
#[derive(Clone, Debug)]
pub(super) enum Type {
    Text,
    /// A name from this list; what such a name is called.
    Name(NameOf),
    Status,
    Choice(Arc<[Arc<str>]>),
    Integer,
    Boolean,
    Instant,
    Date,
    Owner,
    Requester,
    Organisation,
    Ticket,
    Channel,
    Tags,
    Followers,
    About,
    ExternalRefs,
}

/// Where a name comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NameOf {
    StatusCategory,
    Reason,
    Department,
    Priority,
    Impact,
    Urgency,
    Category,
    Resolution,
    SlaPolicy,
    SlaLevel,
    Kind,
    Origin,
    Author,
    Visibility,
}

impl NameOf {
    pub(super) fn what(self) -> &'static str {
        match self {
            Self::StatusCategory => "status category",
            Self::Reason => "reason",
            Self::Department => "department",
            Self::Priority => "priority",
            Self::Impact => "impact",
            Self::Urgency => "urgency",
            Self::Category => "category",
            Self::Resolution => "resolution code",
            Self::SlaPolicy => "SLA policy",
            Self::SlaLevel => "service level",
            Self::Kind => "kind of ticket",
            Self::Origin => "origin",
            Self::Author => "kind of author",
            Self::Visibility => "visibility",
        }
    }
}

impl Type {
    /// The value, where it is of this type; else missing.
    pub(super) fn only<'v>(&self, value: Value<'v>) -> Value<'v> {
        let fits = match (self, value) {
            (Self::Text, Value::Text(_))
            | (Self::Name(_) | Self::Choice(_), Value::Name(_))
            | (Self::Status, Value::Status(_))
            | (Self::Integer, Value::Integer(_))
            | (Self::Boolean, Value::Boolean(_))
            | (Self::Instant, Value::Instant(_))
            | (Self::Date, Value::Date(_))
            | (Self::Owner | Self::Requester, Value::Person(_))
            | (Self::Organisation, Value::Organisation(_))
            | (Self::Ticket, Value::Ticket(_))
            | (Self::Channel, Value::Channel(..))
            | (Self::Tags, Value::Tags(_))
            | (Self::Followers, Value::Followers(_))
            | (Self::About, Value::About(_))
            | (Self::ExternalRefs, Value::ExternalRefs(_)) => true,
            (
                Self::Text
                | Self::Name(_)
                | Self::Status
                | Self::Choice(_)
                | Self::Integer
                | Self::Boolean
                | Self::Instant
                | Self::Date
                | Self::Owner
                | Self::Requester
                | Self::Organisation
                | Self::Ticket
                | Self::Channel
                | Self::Tags
                | Self::Followers
                | Self::About
                | Self::ExternalRefs,
                _,
            ) => false,
        };
        if fits { value } else { Value::Missing }
    }

    /// In one word, the same for ever: cursors remember it.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Name(_) => "name",
            Self::Status => "status",
            Self::Choice(_) => "choice",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Instant => "instant",
            Self::Date => "date",
            Self::Owner => "owner",
            Self::Requester => "requester",
            Self::Organisation => "organisation",
            Self::Ticket => "ticket",
            Self::Channel => "channel",
            Self::Tags => "tags",
            Self::Followers => "followers",
            Self::About => "about",
            Self::ExternalRefs => "external_refs",
        }
    }

    pub(super) fn is_list(&self) -> bool {
        matches!(self, Self::Tags | Self::Followers | Self::About | Self::ExternalRefs)
    }
}

impl Lexicon {
    /// The names of an ordered scale, lowest first; `None`: these names have no order.
    pub(super) fn scale(&self, of: NameOf) -> Option<Vec<&str>> {
        match of {
            NameOf::Priority => Some(self.priorities.iter().map(PriorityName::as_str).collect()),
            NameOf::SlaLevel => Some(self.sla_levels.iter().map(SlaLevelName::as_str).collect()),
            NameOf::StatusCategory
            | NameOf::Reason
            | NameOf::Department
            | NameOf::Impact
            | NameOf::Urgency
            | NameOf::Category
            | NameOf::Resolution
            | NameOf::SlaPolicy
            | NameOf::Kind
            | NameOf::Origin
            | NameOf::Author
            | NameOf::Visibility => None,
        }
    }

    /// One that knows these departments, whatever the settings say, and no other name.
    pub(super) fn of_departments(departments: &[DepartmentName]) -> Self {
        Self {
            statuses: BTreeMap::new(),
            reasons: BTreeSet::new(),
            departments: departments.iter().cloned().collect(),
            categories: BTreeSet::new(),
            priorities: Arc::new([]),
            impacts: BTreeSet::new(),
            urgencies: BTreeSet::new(),
            resolution_codes: BTreeSet::new(),
            sla_policies: BTreeSet::new(),
            sla_levels: Arc::new([]),
            fields: BTreeMap::new(),
            depth: u32::MAX,
            tests: u32::MAX,
            items: u32::MAX,
            bytes: u32::MAX,
        }
    }

    /// The type of a fact; `None`: there is no such custom field.
    pub(super) fn type_of(&self, fact: &Fact) -> Option<Type> {
        Some(match fact {
            Fact::Status => Type::Status,
            Fact::StatusCategory => Type::Name(NameOf::StatusCategory),
            Fact::Reason => Type::Name(NameOf::Reason),
            Fact::Kind => Type::Name(NameOf::Kind),
            Fact::Origin => Type::Name(NameOf::Origin),
            Fact::Department => Type::Name(NameOf::Department),
            Fact::Priority => Type::Name(NameOf::Priority),
            Fact::Impact => Type::Name(NameOf::Impact),
            Fact::Urgency => Type::Name(NameOf::Urgency),
            Fact::Category => Type::Name(NameOf::Category),
            Fact::Resolution => Type::Name(NameOf::Resolution),
            Fact::SlaPolicy => Type::Name(NameOf::SlaPolicy),
            Fact::SlaLevel => Type::Name(NameOf::SlaLevel),
            Fact::MessageAuthor => Type::Name(NameOf::Author),
            Fact::MessageVisibility => Type::Name(NameOf::Visibility),
            Fact::Assignee => Type::Owner,
            Fact::Requester => Type::Requester,
            Fact::Followers => Type::Followers,
            Fact::About => Type::About,
            Fact::ExternalRefs => Type::ExternalRefs,
            Fact::Channel => Type::Channel,
            Fact::Tags => Type::Tags,
            Fact::ReceivedAt | Fact::Subject | Fact::MessageText => Type::Text,
            Fact::Organisation => Type::Organisation,
            Fact::Follows | Fact::MergedInto | Fact::Parent => Type::Ticket,
            Fact::Number
            | Fact::OpenTodos
            | Fact::Messages
            | Fact::Notes
            | Fact::Reopened
            | Fact::Escalated
            | Fact::Transferred
            | Fact::OpenSides => Type::Integer,
            Fact::Queued
            | Fact::Overdue
            | Fact::OpenAgeWarned
            | Fact::Held
            | Fact::Spam
            | Fact::SlaMissed => Type::Boolean,
            Fact::OpenedAt
            | Fact::UpdatedAt
            | Fact::StatusSince
            | Fact::UnresolvedSince
            | Fact::WaitingSince
            | Fact::FirstAnsweredAt
            | Fact::LastAskedAt
            | Fact::LastAnsweredAt
            | Fact::ResolvedAt
            | Fact::ClosedAt
            | Fact::PostponedUntil
            | Fact::ProposedAt
            | Fact::SlaDueAt => Type::Instant,
            Fact::Field(name) => match self.fields.get(name)? {
                FieldType::Text => Type::Text,
                FieldType::Integer => Type::Integer,
                FieldType::Boolean => Type::Boolean,
                FieldType::Date => Type::Date,
                FieldType::Choice(options) => Type::Choice(options.clone()),
            },
        })
    }

    /// Whether there is such a name.
    pub(super) fn knows(&self, of: NameOf, name: &str) -> bool {
        match of {
            NameOf::StatusCategory => category_named(name).is_some(),
            NameOf::Reason => self.reasons.contains(name),
            NameOf::Department => self.departments.contains(name),
            NameOf::Priority => self.priorities.iter().any(|known| known == name),
            NameOf::Impact => self.impacts.contains(name),
            NameOf::Urgency => self.urgencies.contains(name),
            NameOf::Category => self.categories.contains(name),
            NameOf::Resolution => self.resolution_codes.contains(name),
            NameOf::SlaPolicy => self.sla_policies.contains(name),
            NameOf::SlaLevel => self.sla_levels.iter().any(|known| known == name),
            NameOf::Kind => ["customer", "internal"].contains(&name),
            NameOf::Origin => ["customer_wrote", "agent_reached_out"].contains(&name),
            NameOf::Author => ["customer", "agent", "light_agent", "bot", "auto_responder", "host"]
                .contains(&name),
            NameOf::Visibility => ["public", "note"].contains(&name),
        }
    }
}

pub(super) fn category_named(name: &str) -> Option<StatusCategory> {
    StatusCategory::ALL.into_iter().find(|category| category.as_str() == name)
}

/// Splits a channel's text form into its kind and the name that the host gave it.
pub(crate) fn channel_named(text: &str) -> Option<(&str, Option<&str>)> {
    match text.split_once(':') {
        Some((kind @ ("social" | "messenger" | "other"), name)) if !name.is_empty() => {
            Some((kind, Some(name)))
        }
        Some(_) => None,
        None => ["email", "web_form", "chat", "phone", "video", "api"]
            .contains(&text)
            .then_some((text, None)),
    }
}
