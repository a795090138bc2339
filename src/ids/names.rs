//! The names that hosts give: of statuses, priorities, tags and all else that has one.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// Short text, compared byte by byte, cheap to clone.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(name: &str) -> Self {
                Self(name.into())
            }
        }

        impl From<String> for $name {
            fn from(name: String) -> Self {
                Self(name.into())
            }
        }

        impl From<&$name> for $name {
            fn from(name: &$name) -> Self {
                name.clone()
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                &*self.0 == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                &*self.0 == *other
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Arc::<str>::deserialize(deserializer).map(Self)
            }
        }
    )*};
}

names! {
    /// A status of the workflow, such as `open` or `in_progress`; 1 to 64 bytes.
    ///
    /// Any text can be made into a name; what cannot be one is refused where the settings are
    /// built. All names compare with plain text:
    ///
    /// ```
    /// # use helpdesk::StatusName;
    /// let name = StatusName::from("open");
    /// assert_eq!(name, "open");
    /// assert_ne!(name, "Open", "letter case counts");
    /// ```
    StatusName;
    /// Why a ticket waits, from the workflow's list, such as `vendor`; 1 to 64 bytes.
    ReasonName;
    /// A department of the settings, such as `billing`; 1 to 64 bytes.
    DepartmentName;
    /// What a ticket is about, from the settings' list, such as `technical`; 1 to 64 bytes.
    CategoryName;
    /// A step of the priority scale, such as `high`; 1 to 64 bytes. [`Priority`] has its rank.
    ///
    /// [`Priority`]: crate::Priority
    PriorityName;
    /// A step of the impact scale of the priority matrix: how many it touches; 1 to 64 bytes.
    ImpactName;
    /// A step of the urgency scale of the priority matrix: how soon it hurts; 1 to 64 bytes.
    UrgencyName;
    /// A typed custom field of the settings, such as `order_number`; 1 to 64 bytes.
    FieldName;
    /// How a ticket ended, from the settings' list, such as `solved`; 1 to 64 bytes.
    ResolutionCode;
    /// A free label on a ticket: 1 to 64 bytes, no blank at its edge, no control character.
    ///
    /// There is no list of those that exist. Checked by the command that adds it.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let mut edit = Edit::new(id);
    /// edit.add_tags = [Tag::from("printer"), Tag::from("fire")].into();
    /// let edited = desk.edit(agent.at(now), edit)?;
    /// assert_eq!(edited.ticket().unwrap().tags(), ["fire", "printer"]);
    ///
    /// let mut edit = Edit::new(id);
    /// edit.add_tags = [Tag::from(" printer")].into();
    /// let refused = desk.edit(agent.at(now), edit).unwrap_err();
    /// assert_eq!(refused.refusal().unwrap().code(), "bad_name");
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    Tag;
    /// The kind of one of the host's own objects, such as `order`; 1 to 64 bytes, with no colon and
    /// no slash in it. [`SubjectRef`](crate::SubjectRef) has an example.
    SubjectKind;
    /// What one of the host's objects has to do with a ticket, such as `disputed`; 1 to 64 bytes,
    /// with no colon and no slash in it.
    SubjectRole;
    /// Another system that has a name for a ticket, such as `jira`; 1 to 64 bytes, with no colon
    /// in it. [`ExternalRef`](crate::ExternalRef) has an example.
    ProviderName;
    /// The address or the form that received a request, such as `billing@example.com`; 1 to 254
    /// bytes.
    ReceivedAt;
    /// A view that is kept, such as `urgent`; 1 to 64 bytes.
    ViewName;
    /// What a contact without a name is called, such as `visitor-7f3a9c`.
    VisitorId;
    /// A group of customers, from the settings' list, such as `gold`; 1 to 64 bytes.
    CustomerGroupName;
    /// A calendar of the settings, such as `office`; 1 to 64 bytes.
    CalendarName;
    /// An SLA policy of the settings, such as `premium`; 1 to 64 bytes.
    SlaPolicyName;
    /// A step of the scale of service levels, such as `gold`; 1 to 64 bytes.
    SlaLevelName;
    /// The contract of an organisation, such as `premium-2026`; 1 to 64 bytes.
    ContractName;
    /// A rule of a [rulebook](crate::rules::RulebookDraft), such as `refunds`; 1 to 64 bytes. What
    /// the rule does is recorded under it.
    RuleName;
    /// Something that an agent can do, such as `networks`; 1 to 64 bytes.
    SkillName;
    /// A language that somebody speaks, such as `de` or `de-AT` (BCP 47); 1 to 64 bytes.
    LanguageTag;
    /// Work of the host's own that rules ask for, such as `refund`; 1 to 64 bytes.
    HostActionName;
    /// A bot of the host, such as `greeter`; 1 to 64 bytes. It stands in every event of the bot's.
    BotName;
    /// The host's own correlation id, such as that of a web request, carried into events and
    /// notices; 1 to 254 bytes.
    Correlation;
}

/// What keeps a text from being a name, if anything.
pub(crate) fn name_problem(name: &str) -> Option<&'static str> {
    if name.len() > 64 { Some("is longer than 64 bytes") } else { label_problem(name) }
}

/// What keeps a text of any length from being the name of something.
pub(crate) fn label_problem(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        Some("is empty")
    } else if name.trim() != name {
        Some("has a blank at its edge")
    } else if name.chars().any(char::is_control) {
        Some("has a control character")
    } else {
        None
    }
}
