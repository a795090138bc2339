//! The facts of an opening.

use serde::{Deserialize, Serialize};

use crate::ids::{
    CategoryName, DepartmentName, FieldName, ImpactName, OrganisationId, ReceivedAt, Tag, TicketId,
    UrgencyName,
};
use crate::people::{Follower, Requester};
use crate::settings::Priority;
use crate::sla::Continued;
use crate::sla::policy::Audience;
use crate::subject::{About, ExternalRef};
use crate::ticket::{Channel, Message, MessageRef, PriorityBy, Timers};
use crate::value::FieldFact;
use crate::workflow::Status;

/// The facts of an opening. Subject and text are the personal payload.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Opened {
    /// Who asks.
    pub requester: Requester,
    /// Who wrote first.
    pub origin: Origin,
    /// The address or form that received it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<ReceivedAt>,
    /// The first message.
    pub message: Message,
    /// Bytes of the subject.
    pub subject_bytes: u32,
    /// Where it starts.
    pub status: Status,
    /// Whose queue it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<DepartmentName>,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<CategoryName>,
    /// How much it matters.
    pub priority: Priority,
    /// What chose the priority.
    pub priority_by: PriorityBy,
    /// Its impact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub impact: Option<ImpactName>,
    /// Its urgency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgency: Option<UrgencyName>,
    /// Its tags, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// Its custom fields, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<(FieldName, FieldFact)>,
    /// Who follows it, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub followers: Vec<Follower>,
    /// Which of its followers follow the ticket that this one follows up by which merges only, by
    /// the tickets that were merged, in order: where all of theirs are undone, they follow this one
    /// no more. Whoever is not in it follows by themselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_merges: Vec<(Follower, TicketId)>,
    /// The organisation that the requester belonged to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationId>,
    /// Which of the host's objects it is about, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<About>,
    /// What other systems call it, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub external_refs: Vec<ExternalRef>,
    /// The ticket that this one follows up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<TicketId>,
    /// Where its first message was said, if it was split off another ticket: the text of the
    /// message is that event's payload, and not this one's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split_from: Option<MessageRef>,
    /// Whether its first message is to be answered since the split, and not since it was said
    /// ([`SplitClocks::SinceSplit`](crate::SplitClocks::SinceSplit)).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub clocks_since_split: bool,
    /// Where its total resolution goes on from that of the ticket which it follows up, to whom it was
    /// promised; to everybody else it begins anew
    /// ([`FollowUpClocks`](crate::FollowUpClocks)).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub continues: Vec<(Audience, Continued)>,
    /// What it will do by itself.
    #[serde(default)]
    pub timers: Timers,
}

impl Opened {
    /// Where its total resolution to this audience goes on from.
    pub(crate) fn continued(&self, audience: Audience) -> Option<Continued> {
        let mut continues = self.continues.iter();
        continues.find(|(to, _)| *to == audience).map(|(_, continued)| *continued)
    }

    /// The channel that the request came by.
    pub fn channel(&self) -> &Channel {
        &self.message.channel
    }
}

/// Who wrote first.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The requester did: the ticket waits for a first answer.
    #[default]
    CustomerWrote,
    /// An agent did: the ticket starts as answered, and nobody owes a first answer.
    AgentReachedOut,
}
