//! What caused a change: every event names it.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{CommandId, Correlation, Key, Revision, RuleName};
use crate::people::Actor;
use crate::time;

/// Who or what caused an event, and under which settings it was decided.
///
/// Events of one command share one cause; what a rule of the desk made of them names the rule,
/// and the event that set it off.
///
/// ```
#[doc = include_str!("example.txt")]
/// let answered = desk.reply(agent.at(now).correlated("mail-17"), Reply::new(id, "Unplug it."))?;
/// let causes: Vec<&Cause> = answered.all_events().map(|(_, event)| &*event.cause).collect();
/// let [message, moved] = causes[..] else { panic!("a message, and a move") };
///
/// assert_eq!(message.actor, agent);
/// assert_eq!(message.correlation.as_ref().unwrap().as_str(), "mail-17");
/// assert_eq!(moved.rule, Some(Rule::OnAgentReply));
/// let parent = EventRef { key: Key::ticket(desk.id(), id), revision: Revision(2) };
/// assert_eq!(moved.parent, Some(parent), "the message is the ticket's second event");
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cause {
    /// Who gave the command; [`Actor::System`] for a timer.
    pub actor: Actor,
    /// The command, where the host named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<CommandId>,
    /// The host's own correlation id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<Correlation>,
    /// The rule that made the change, where one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    /// The event that set this one off, where one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<EventRef>,
    /// How many events stand between this one and a command or a timer.
    #[serde(default)]
    pub depth: u8,
    /// The revision of the settings that this was decided under.
    pub settings: Revision,
    /// The revision of the acting agent's record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_revision: Option<Revision>,
    /// What the host said the time was, where the record had already seen a later instant
    /// and the event is dated by that.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "time::truncated_option"
    )]
    pub claimed_at: Option<DateTime<Utc>>,
}

/// Names an event: the record, and its place in that record's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EventRef {
    /// Whose history.
    pub key: Key,
    /// Which event of it.
    pub revision: Revision,
}

/// A rule that changes tickets by itself. Its version is the revision of the settings that it
/// was read from, [`Cause::settings`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rule {
    /// The workflow's move on a message of the requester.
    OnCustomerReply,
    /// The workflow's move on an agent's public reply.
    OnAgentReply,
    /// The workflow's move on taking.
    OnTake,
    /// What becomes of the owner when work reopens.
    OwnerOnReopen,
    /// Return from being postponed.
    Wake,
    /// Closing after having been resolved for long.
    AutoClose,
    /// The age at which unresolved work is warned about, and flagged.
    OpenAge,
    /// Timers follow the settings in force.
    Adoption,
    /// Erasing what is personal so long after closing.
    Retention,
    /// The workflow's move where a ticket that waits for an answer is merged into another.
    OnMerge,
    /// A to-do's reminder came.
    Reminder,
    /// The clocks of the service levels follow what happens, and tell what their time has come for.
    Sla,
    /// A trigger of the desk's rulebook.
    Trigger(RuleName),
    /// A time rule of the desk's rulebook.
    TimeRule(RuleName),
    /// A macro that an agent applied.
    Macro(RuleName),
    /// A routing rule of the desk's rulebook.
    Routing(RuleName),
}

impl Rule {
    /// Whether it is one that the desk carries out by itself whoever acts: what it does, nobody did
    /// by hand.
    pub(crate) fn is_desks_own(&self) -> bool {
        match self {
            Self::Trigger(_) | Self::TimeRule(_) | Self::Routing(_) | Self::Sla => true,
            Self::Macro(_)
            | Self::OnCustomerReply
            | Self::OnAgentReply
            | Self::OnTake
            | Self::OwnerOnReopen
            | Self::Wake
            | Self::AutoClose
            | Self::OpenAge
            | Self::Adoption
            | Self::Retention
            | Self::OnMerge
            | Self::Reminder => false,
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OnCustomerReply => f.write_str("the move on a message of the requester"),
            Self::OnAgentReply => f.write_str("the move on an agent's reply"),
            Self::OnTake => f.write_str("the move on taking"),
            Self::OwnerOnReopen => f.write_str("what becomes of the owner when work reopens"),
            Self::Wake => f.write_str("return from being postponed"),
            Self::AutoClose => f.write_str("closing after being resolved"),
            Self::OpenAge => f.write_str("the age of unresolved work"),
            Self::Adoption => f.write_str("following the settings in force"),
            Self::Retention => f.write_str("erasing what is personal"),
            Self::OnMerge => f.write_str("the move on a merge"),
            Self::Reminder => f.write_str("the reminder of a to-do"),
            Self::Sla => f.write_str("the service levels"),
            Self::Trigger(name) => write!(f, "the trigger `{name}`"),
            Self::TimeRule(name) => write!(f, "the time rule `{name}`"),
            Self::Macro(name) => write!(f, "the macro `{name}`"),
            Self::Routing(name) => write!(f, "the routing rule `{name}`"),
        }
    }
}
