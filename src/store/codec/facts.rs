//! The form of every event's facts: one table of tags, and of the names that fields have in
//! storage.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::de::{DeserializeSeed, Deserializer, Error};
use serde::{Deserialize, Serialize};

use crate::cause::Cause;
use crate::ids::{
    AgentId, CategoryName, ContactId, DepartmentName, FieldName, GuestId, ImpactName,
    ResolutionCode, Revision, RuleName, Tag, TicketId, UrgencyName, VisitorId,
};
use crate::people::{
    Actor, AgentChange, Author, ContactChange, ContactFacts, ContactMember, Grant,
    OrganisationChange,
};
use crate::record::Change;
use crate::settings::{Priority, Settings, SettingsDraft};
use crate::subject::{About, ExternalRef};
use crate::ticket::{
    Absorbed, Burden, ClocksChanged, Follower, FollowersLeft, Heard, LinkKind, MergedSplit,
    Message, NotDelivered, Opened, PriorityBy, RedactedBy, Released, Reminded, Routed, RuleAsked,
    SideId, SideSaid, SplitOff, StatusChange, TicketChange, TimeRulesLookedAt, Timers, TodoAdded,
    TodoMarked, Unassigning,
};
use crate::time;
use crate::value::FieldFact;

pub(super) const CONTACT: &str = "contact.described";
pub(super) const AGENT: &str = "agent.described";
pub(super) const ORGANISATION: &str = "organisation.described";
pub(super) const SETTINGS: &str = "settings.published";

/// The table of one kind of record: an event's tag, what it is here, and `field here as field in
/// storage`. Names in storage never change; what is renamed is renamed on the left of `as`. A
/// field that comes later is an `Option`, as older events do not have it; or it says behind `=` when
/// it is left out, and is the default of its type where it is; and after that how it is read, where
/// its type alone does not say.
macro_rules! events {
    (
        $tags:ident, $of:ident as $change:ident: $write:ident, $read:ident;
        $($tag:literal => $variant:ident { $($place:tt as $field:ident: $type:ty $(= $left_out:literal $(read $as_read:literal)?)?),* };)*
    ) => {
        const $tags: &[&str] = &[$($tag),*];

        fn $write(cause: &Cause, change: &$change) -> Written {
            match change {
                $($change::$variant { $($place: $field),* } => {
                    #[derive(Serialize)]
                    struct Facts<'a> {
                        cause: &'a Cause,
                        $($(#[serde(skip_serializing_if = $left_out)])?
                        $field: &'a $type,)*
                    }
                    let facts = super::text(&Facts { cause, $($field),* })?;
                    Ok((Cow::Borrowed($tag), facts))
                })*
            }
        }

        fn $read<'de, D: Deserializer<'de>>(
            tag: &str,
            deserializer: D,
        ) -> Result<(Arc<Cause>, Change), D::Error> {
            match tag {
                $($tag => {
                    #[derive(Deserialize)]
                    struct Facts {
                        cause: Arc<Cause>,
                        $($(#[serde(default, skip_serializing_if = $left_out)]
                        $(#[serde(deserialize_with = $as_read)])?)?
                        $field: $type,)*
                    }
                    let facts = Facts::deserialize(deserializer)?;
                    let change = $change::$variant { $($place: facts.$field),* };
                    Ok((facts.cause, Change::$of(change)))
                })*
                _ => Err(D::Error::unknown_variant(tag, TAGS)),
            }
        }
    };
}

events! {
    TICKET_TAGS, Ticket as TicketChange: write_ticket, read_ticket;
    "ticket.opened" => Opened { 0 as opening: Box<Opened> };
    "ticket.message_added" => MessageAdded { message as message: Message, heard as heard: Heard };
    "ticket.access_granted" => AccessGranted { grant as grant: Grant };
    "ticket.access_revoked" => AccessRevoked { guest as guest: GuestId };
    "ticket.status_changed" => StatusChanged { 0 as status: StatusChange };
    "ticket.resolution_recorded" => ResolutionRecorded {
        code as code: ResolutionCode,
        bytes as bytes: u32,
        restarts_closing as restarts_closing: bool
    };
    "ticket.assigned" => Assigned {
        to as to: AgentId,
        from as from: Option<AgentId>,
        over_capacity as over_capacity: bool,
        burden as burden: Burden = "Burden::is_plain",
        take_by as take_by: Option<DateTime<Utc>> = "Option::is_none" read "time::truncated_option"
    };
    "ticket.unassigned" => Unassigned {
        from as from: AgentId,
        because as because: Unassigning,
        waits_since as waits_since: Option<DateTime<Utc>> = "Option::is_none" read "time::truncated_option"
    };
    "ticket.routed" => Routed { 0 as routing: Box<Routed> };
    "ticket.taken_up" => TakenUp {};
    "ticket.transferred" => Transferred {
        from as from: Option<DepartmentName>,
        to as to: DepartmentName
    };
    "ticket.escalated" => Escalated {
        from as from: Option<DepartmentName>,
        to as to: DepartmentName,
        tier as tier: u8,
        bytes as bytes: u32
    };
    "ticket.subject_changed" => SubjectChanged { bytes as bytes: u32 };
    "ticket.category_changed" => CategoryChanged {
        from as from: Option<CategoryName>,
        to as to: Option<CategoryName>
    };
    "ticket.tags_changed" => TagsChanged { added as added: Vec<Tag>, removed as removed: Vec<Tag> };
    "ticket.field_changed" => FieldChanged {
        field as field: FieldName,
        to as to: Option<FieldFact>
    };
    "ticket.priority_changed" => PriorityChanged {
        from as from: Priority,
        to as to: Priority,
        by as by: PriorityBy
    };
    "ticket.impact_changed" => ImpactChanged {
        impact as impact: Option<ImpactName>,
        urgency as urgency: Option<UrgencyName>
    };
    "ticket.followers_changed" => FollowersChanged {
        added as added: Vec<Follower>,
        removed as removed: Vec<Follower>
    };
    "ticket.about_changed" => AboutChanged {
        added as added: Vec<About>,
        removed as removed: Vec<About>
    };
    "ticket.external_refs_changed" => ExternalRefsChanged {
        added as added: Vec<ExternalRef>,
        removed as removed: Vec<ExternalRef>
    };
    "ticket.linked" => Linked { to as to: TicketId, kind as kind: LinkKind };
    "ticket.unlinked" => Unlinked { to as to: TicketId, kind as kind: LinkKind };
    "ticket.todo_added" => TodoAdded { 0 as todo: TodoAdded };
    "ticket.todo_marked" => TodoMarked { 0 as todo: TodoMarked };
    "ticket.reminded" => Reminded { 0 as reminder: Reminded };
    "ticket.closing_held" => ClosingHeld { children as children: u32, todos as todos: u32 };
    "ticket.followed_up" => FollowedUp {
        by as by: TicketId,
        by_merges as by_merges: bool = "is_false"
    };
    "ticket.merged_into" => MergedInto { into as into: TicketId, status as status: StatusChange };
    "ticket.absorbed" => Absorbed { 0 as merge: Absorbed };
    "ticket.released_from" => ReleasedFrom {
        from as from: TicketId,
        status as status: StatusChange
    };
    "ticket.released" => Released { 0 as release: Released };
    "ticket.followers_left" => FollowersLeft { 0 as left: FollowersLeft };
    "ticket.split_off" => SplitOff { 0 as split: SplitOff };
    "ticket.merged_split" => MergedSplit { 0 as split: MergedSplit };
    "ticket.member_wrote" => MemberWrote { ticket as ticket: TicketId };
    "ticket.open_age_warned" => OpenAgeWarned {};
    "ticket.open_age_overdue" => OpenAgeOverdue {};
    "ticket.timers_set" => TimersSet { timers as timers: Timers };
    "ticket.redacted" => Redacted {
        revisions as revisions: Vec<Revision>,
        by as by: RedactedBy,
        bytes as bytes: u32
    };
    "ticket.held" => Held { held as held: bool, bytes as bytes: u32 };
    "ticket.solution_proposed" => SolutionProposed {
        code as code: ResolutionCode,
        bytes as bytes: u32,
        message as message: Revision
    };
    "ticket.solution_confirmed" => SolutionConfirmed {
        code as code: ResolutionCode,
        proposed_by as proposed_by: Actor,
        proposal as proposal: Revision
    };
    "ticket.solution_rejected" => SolutionRejected { heard as heard: Heard };
    "ticket.spam_marked" => SpamMarked { spam as spam: bool };
    "ticket.side_said" => SideSaid { 0 as said: SideSaid };
    "ticket.side_closed" => SideClosed { side as side: SideId };
    "ticket.clocks_changed" => ClocksChanged { 0 as clocks: Box<ClocksChanged> };
    "ticket.rule_asked" => RuleAsked { 0 as asked: RuleAsked };
    "ticket.action_refused" => ActionRefused { action as action: u16, code as code: Arc<str> };
    "ticket.cascade_stopped" => CascadeStopped { rules as rules: Vec<RuleName>, depth as depth: u8 };
    "ticket.time_rules_looked_at" => TimeRulesLookedAt { 0 as looked: TimeRulesLookedAt };
    "ticket.not_delivered" => NotDelivered { 0 as undelivered: NotDelivered };
}

events! {
    CONTACT_TAGS, Contact as ContactChange: write_contact, read_contact;
    "contact.described" => Described { 0 as contact: ContactFacts };
    "contact.noted" => Noted { author as author: Author, bytes as bytes: u32 };
    "contact.blocked" => Blocked { bytes as bytes: u32 };
    "contact.unblocked" => Unblocked { bytes as bytes: u32 };
    "contact.merged_into" => MergedInto { into as into: ContactId };
    "contact.absorbed" => Absorbed { members as members: Vec<ContactMember> };
    "contact.released" => Released { contacts as contacts: Vec<ContactId> };
    "contact.merge_undone" => MergeUndone { members as members: Vec<ContactMember> };
    "contact.erased" => Erased {
        revisions as revisions: Vec<Revision>,
        visitor as visitor: VisitorId,
        bytes as bytes: u32
    };
}

/// The tags of all events that this build knows.
///
/// ```
/// # use helpdesk::store::codec;
/// assert!(codec::TAGS.contains(&"ticket.message_added"));
/// assert!(codec::TAGS.contains(&"contact.described"));
/// ```
pub const TAGS: &[&str] = &ALL;

const OTHERS: [&str; 3] = [AGENT, ORGANISATION, SETTINGS];

/// All tables as one.
#[expect(clippy::indexing_slicing, reason = "what is beyond does not compile: it is a constant")]
const ALL: [&str; TICKET_TAGS.len() + CONTACT_TAGS.len() + OTHERS.len()] = {
    let tables = [TICKET_TAGS, CONTACT_TAGS, &OTHERS];
    let mut all = [""; TICKET_TAGS.len() + CONTACT_TAGS.len() + OTHERS.len()];
    let (mut table, mut place) = (0, 0);
    while table < tables.len() {
        let mut index = 0;
        while index < tables[table].len() {
            all[place] = tables[table][index];
            index += 1;
            place += 1;
        }
        table += 1;
    }
    all
};

/// Whether a fact is left out that older events do not state.
fn is_false(fact: &bool) -> bool {
    !fact
}

/// A tag and the facts under it.
pub(super) type Written = Result<(Cow<'static, str>, String), serde_json::Error>;

/// Writes what happened, and why.
pub(super) fn write(cause: &Cause, change: &Change) -> Written {
    match change {
        Change::Ticket(change) => write_ticket(cause, change),
        Change::Agent(agent) => {
            #[derive(Serialize)]
            struct Facts<'a> {
                cause: &'a Cause,
                agent: &'a AgentChange,
            }
            Ok((AGENT.into(), super::text(&Facts { cause, agent })?))
        }
        Change::Contact(change) => write_contact(cause, change),
        Change::Organisation(organisation) => {
            #[derive(Serialize)]
            struct Facts<'a> {
                cause: &'a Cause,
                organisation: &'a OrganisationChange,
            }
            Ok((ORGANISATION.into(), super::text(&Facts { cause, organisation })?))
        }
        Change::Settings(settings) => {
            #[derive(Serialize)]
            struct Facts<'a> {
                cause: &'a Cause,
                settings: &'a SettingsDraft,
            }
            let settings = settings.draft();
            Ok((SETTINGS.into(), super::text(&Facts { cause, settings })?))
        }
        // What a newer build wrote is written back as it came.
        Change::Newer(newer) => Ok((newer.tag.to_string().into(), newer.facts.to_string())),
    }
}

/// Reads the facts of an event of this tag, in the form of this build's schema.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading<'t> {
    pub(super) tag: &'t str,
}

impl<'de> DeserializeSeed<'de> for Reading<'_> {
    type Value = (Arc<Cause>, Change);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        match self.tag {
            AGENT => {
                #[derive(Deserialize)]
                struct Facts {
                    cause: Arc<Cause>,
                    agent: AgentChange,
                }
                let facts = Facts::deserialize(deserializer)?;
                Ok((facts.cause, Change::Agent(facts.agent)))
            }
            SETTINGS => {
                #[derive(Deserialize)]
                struct Facts {
                    cause: Arc<Cause>,
                    settings: InStorage,
                }
                let facts = Facts::deserialize(deserializer)?;
                Ok((facts.cause, Change::Settings(facts.settings.0)))
            }
            ORGANISATION => {
                #[derive(Deserialize)]
                struct Facts {
                    cause: Arc<Cause>,
                    organisation: OrganisationChange,
                }
                let facts = Facts::deserialize(deserializer)?;
                Ok((facts.cause, Change::Organisation(facts.organisation)))
            }
            tag if CONTACT_TAGS.contains(&tag) => read_contact(tag, deserializer),
            tag => read_ticket(tag, deserializer),
        }
    }
}

/// Settings that an earlier build accepted: read without the checks of this one.
pub(super) struct InStorage(pub(super) Arc<Settings>);

impl<'de> Deserialize<'de> for InStorage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let draft = SettingsDraft::deserialize(deserializer)?;
        let settings = Settings::accepted_before(draft).map_err(D::Error::custom)?;
        Ok(Self(Arc::new(settings)))
    }
}

impl fmt::Debug for InStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
