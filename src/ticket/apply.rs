//! One event more: how each changes the head. Nothing is decided here.

use std::sync::Arc;

use super::extras::Extras;
use super::{Details, Refs, Resolution, Ticket, TicketChange, TicketLink, Visibility};
use crate::cause::Cause;
use crate::ids::{FieldName, Key, Revision, TicketId};
use crate::people::{Actor, Part, Sight};
use crate::personal::{Erasable, Personal};
use crate::ticket::{
    Heard, Message, Moved, Opened, Origin, RedactedBy, Reminded, StatusChange, Todo, TodoId,
    TodoMarked, TodoState,
};
use crate::time::Instant;
use crate::value::{FieldFact, FieldValue};
use crate::workflow::StatusCategory;

/// A history that no rules could have written, or that is newer than this build.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The history is empty.
    #[error("the history of {key} is empty")]
    Empty {
        /// Whose history.
        key: Key,
    },
    /// An event does not follow the one before it.
    #[error("the history of {key} has revision {found} where {expected} should be")]
    OutOfOrder {
        /// Whose history.
        key: Key,
        /// The revision that should come.
        expected: Revision,
        /// The revision that comes.
        found: Revision,
    },
    /// The first event opens nothing, or a later one opens it again.
    #[error("the history of {key} opens it at revision {revision}, or not at revision 1")]
    WrongOpening {
        /// Whose history.
        key: Key,
        /// Where.
        revision: Revision,
    },
    /// An event of another kind of record.
    #[error("the history of {key} has an event of another kind of record at {revision}")]
    WrongKind {
        /// Whose history.
        key: Key,
        /// Where.
        revision: Revision,
    },
    /// An event that a newer build wrote, and that this one does not know.
    #[error("the history of {key} has `{tag}` at {revision}, which a newer build wrote")]
    Newer {
        /// Whose history.
        key: Key,
        /// Where.
        revision: Revision,
        /// What happened, by its name in storage.
        tag: Arc<str>,
    },
    /// The stored head is not what the history folds to.
    #[error("the head of {key} at revision {revision} is not what its history folds to")]
    HeadDiffers {
        /// Whose head.
        key: Key,
        /// The head's revision.
        revision: Revision,
    },
}

/// What an event says beside its change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp<'a> {
    pub(crate) revision: Revision,
    pub(crate) at: Instant,
    pub(crate) cause: &'a Cause,
    pub(crate) personal: Option<&'a Personal>,
}

impl Ticket {
    /// The head after an opening.
    pub(crate) fn opened(id: TicketId, stamp: Stamp<'_>, opened: &Opened) -> Self {
        let at = stamp.at;
        let reached_out = opened.origin == Origin::AgentReachedOut;
        let message = &opened.message;
        let said_at = message.occurred_at.unwrap_or(at);
        let subject = stamp.personal.and_then(|personal| personal.subject.clone());
        let fields = opened.fields.iter();
        let fields = fields
            .map(|(field, fact)| (field.clone(), field_value(field, fact, stamp.personal)))
            .collect();
        Self {
            id,
            revision: stamp.revision,
            acted_at: stamp.revision,
            acted_publicly_at: stamp.revision,
            requester: opened.requester,
            origin: opened.origin,
            status: opened.status.clone(),
            status_since: at,
            department: opened.department.clone(),
            assignee: None,
            burden: None,
            priority: opened.priority.clone(),
            channel: message.channel.clone(),
            opened_at: at,
            updated_at: at,
            unresolved_since: at,
            waiting_since: (message.part == Part::Asks).then_some(said_at),
            own_waiting_since: (message.part == Part::Asks).then_some(said_at),
            first_answered_at: None,
            last_asked_at: (message.part == Part::Asks).then_some(said_at),
            // An agent's opening answers nothing, and later questions are not older than it.
            last_answered_at: reached_out.then_some(said_at),
            resolved_at: None,
            closed_at: None,
            postponed_until: None,
            personal_since: Some(at),
            timers: opened.timers,
            returns_to_new: false,
            auto_close_cancelled: false,
            open_age_warned: false,
            overdue: false,
            held: false,
            spam: false,
            messages: 1,
            notes: 0,
            reopened: 0,
            escalated: 0,
            transferred: 0,
            sla: None,
            details: Arc::new(Details {
                subject: subject.into(),
                received_at: opened.received_at.clone(),
                category: opened.category.clone(),
                impact: opened.impact.clone(),
                urgency: opened.urgency.clone(),
                reason: None,
                resolution: None,
                organisation: opened.organisation,
                follows: opened.follows,
                tags: opened.tags.clone(),
                fields,
                followers: opened.followers.clone(),
                followed_up_by: Vec::new(),
                proposal: None,
                refs: Refs::of(&opened.about, &opened.external_refs),
                extras: Extras::opened(opened),
            }),
        }
    }

    /// Copies what an event states into the head.
    pub(crate) fn apply(&mut self, stamp: Stamp<'_>, change: &TicketChange) {
        self.revision = stamp.revision;
        self.updated_at = self.updated_at.max(stamp.at);
        if change.brings_words() && self.personal_since.is_none() {
            self.personal_since = Some(stamp.at);
        }
        if stamp.cause.actor != Actor::System {
            self.acted_at = stamp.revision;
            if change.sight() <= Sight::Public {
                self.acted_publicly_at = stamp.revision;
            }
        }
        match change {
            // Refused by every reader of histories before it comes here.
            TicketChange::Opened(_) => {}
            TicketChange::MessageAdded { message, heard } => {
                self.hear(stamp, message, heard);
                self.said_by(message);
            }
            TicketChange::AccessGranted { grant } => {
                self.edit_extras(|Extras { grants, .. }| {
                    // What has ended is nobody's any more.
                    grants.retain(|known| known.guest != grant.guest && known.holds(stamp.at));
                    let place = grants.partition_point(|known| known.guest < grant.guest);
                    grants.insert(place, grant.clone());
                });
            }
            TicketChange::AccessRevoked { guest } => {
                self.edit_extras(|extras| extras.grants.retain(|known| known.guest != *guest));
            }
            TicketChange::StatusChanged(change) => {
                self.move_to(stamp, change);
                self.moved_by(stamp.cause, change);
            }
            TicketChange::ResolutionRecorded { code, bytes: _, restarts_closing } => {
                let text = stamp.personal.and_then(|personal| personal.text.clone());
                self.edit().resolution = Some(Box::new(Resolution {
                    code: code.clone(),
                    text: text.into(),
                    by: stamp.cause.actor.clone(),
                    at: stamp.at,
                    confirmed_by: None,
                }));
                if *restarts_closing {
                    self.resolved_at = Some(stamp.at);
                    self.auto_close_cancelled = false;
                }
            }
            TicketChange::Assigned { to, burden, take_by, .. } => {
                self.assigned(*to, burden, *take_by);
            }
            TicketChange::Unassigned { from, because, waits_since } => {
                self.unassigned(*from, *because, *waits_since);
            }
            TicketChange::Routed(routed) => self.routed(routed.waits_since, routed.again_at),
            TicketChange::TakenUp => self.taken_up(),
            TicketChange::Transferred { to, .. } => {
                self.department = Some(to.clone());
                self.transferred = self.transferred.saturating_add(1);
            }
            TicketChange::Escalated { to, .. } => {
                self.department = Some(to.clone());
                self.escalated = self.escalated.saturating_add(1);
            }
            TicketChange::SubjectChanged { .. } => {
                let subject = stamp.personal.and_then(|personal| personal.subject.clone());
                self.edit().subject = subject.into();
            }
            TicketChange::CategoryChanged { to, .. } => self.edit().category = to.clone(),
            TicketChange::TagsChanged { added, removed } => {
                merge_sorted(&mut self.edit().tags, added, removed);
            }
            TicketChange::FieldChanged { field, to } => {
                let value = to.as_ref().map(|fact| field_value(field, fact, stamp.personal));
                set_field(&mut self.edit().fields, field, value);
            }
            TicketChange::PriorityChanged { to, .. } => self.priority = to.clone(),
            TicketChange::ImpactChanged { impact, urgency } => {
                let details = self.edit();
                details.impact = impact.clone();
                details.urgency = urgency.clone();
            }
            TicketChange::FollowersChanged { added, removed } => self.follow(added, removed),
            TicketChange::AboutChanged { added, removed } => {
                self.edit().change_about(added, removed);
            }
            TicketChange::ExternalRefsChanged { added, removed } => {
                self.edit().change_external_refs(added, removed);
            }
            TicketChange::Linked { to, kind } => {
                let link = TicketLink { kind: *kind, to: *to };
                self.edit_extras(|extras| merge_sorted(&mut extras.links, &[link], &[]));
            }
            TicketChange::Unlinked { to, kind } => {
                let link = TicketLink { kind: *kind, to: *to };
                self.edit_extras(|extras| merge_sorted(&mut extras.links, &[], &[link]));
            }
            TicketChange::TodoAdded(added) => {
                let text = stamp.personal.and_then(|personal| personal.text.clone());
                let todo = Todo {
                    id: TodoId(stamp.revision),
                    text: text.into(),
                    owner: added.owner,
                    remind_at: added.remind_at,
                    done: false,
                };
                self.edit_extras(|extras| extras.todos.push(todo));
            }
            TicketChange::TodoMarked(marked) => self.mark(marked),
            TicketChange::Reminded(Reminded { todo, next }) => {
                self.edit_todo(*todo, |todo| todo.remind_at = None);
                self.timers.reminder = *next;
            }
            TicketChange::ClosingHeld { children: _, todos: _ } => {
                self.auto_close_cancelled = true;
                self.timers.auto_close = None;
            }
            TicketChange::FollowedUp { by, by_merges } => {
                self.edit().followed_up_by.push(*by);
                if *by_merges {
                    self.lend_to(*by);
                }
            }
            TicketChange::MergedInto { into, status } => self.merge_into(stamp, *into, status),
            TicketChange::Absorbed(absorbed) => self.absorb(absorbed),
            TicketChange::ReleasedFrom { status, .. } => self.stand_again(status),
            TicketChange::Released(released) => self.release(released),
            TicketChange::FollowersLeft(left) => self.let_go(left),
            TicketChange::SplitOff(split) => self.take_off(split),
            TicketChange::MergedSplit(split) => self.member_asks(split),
            TicketChange::MemberWrote { ticket: _ } => {}
            TicketChange::OpenAgeWarned => {
                self.open_age_warned = true;
                self.timers.open_age_warning = None;
            }
            TicketChange::OpenAgeOverdue => {
                self.overdue = true;
                self.timers.open_age_overdue = None;
            }
            TicketChange::TimersSet { timers } => self.timers = *timers,
            // What was erased is not in the history any more that is folded here.
            TicketChange::Redacted { by, .. } => match by {
                RedactedBy::Retention => {
                    self.timers.retention = None;
                    self.personal_since = None;
                }
                // Why, is there still.
                RedactedBy::Request => self.personal_since = Some(stamp.at),
                RedactedBy::Hand => {}
            },
            TicketChange::Held { held, .. } => self.held = *held,
            TicketChange::SolutionProposed { .. }
            | TicketChange::SolutionConfirmed { .. }
            | TicketChange::SolutionRejected { .. } => self.confirming(stamp, change),
            TicketChange::SpamMarked { spam } => self.spam = *spam,
            TicketChange::ClocksChanged(changed) => self.clock(changed),
            TicketChange::TimeRulesLookedAt(looked) => self.look(looked),
            // What is asked of others, and what was not done, is in the history only.
            TicketChange::RuleAsked(_)
            | TicketChange::ActionRefused { .. }
            | TicketChange::CascadeStopped { .. }
            | TicketChange::NotDelivered(_) => {}
            TicketChange::SideSaid(_) | TicketChange::SideClosed { .. } => {
                self.beside(stamp, change)
            }
        }
    }

    pub(super) fn edit(&mut self) -> &mut Details {
        Arc::make_mut(&mut self.details)
    }

    /// Changes what most tickets have none of; what is left empty is not kept.
    pub(super) fn edit_extras<T>(&mut self, change: impl FnOnce(&mut Extras) -> T) -> T {
        let place = &mut self.edit().extras;
        let mut extras = place.take().unwrap_or_default();
        let result = change(&mut extras);
        *place = Some(extras).filter(|extras| !extras.is_empty());
        result
    }

    /// Since when it waits, after something was said.
    pub(super) fn wait(&mut self, heard: &Heard) {
        self.waiting_since = heard.waiting_since;
        self.own_waiting_since = match self.members() {
            [] => heard.waiting_since,
            _ => heard.own_waiting_since,
        };
    }

    fn edit_todo(&mut self, id: TodoId, change: impl FnOnce(&mut Todo)) {
        self.edit_extras(|extras| {
            if let Some(todo) = extras.todos.iter_mut().find(|todo| todo.id == id) {
                change(todo);
            }
        });
    }

    fn mark(&mut self, marked: &TodoMarked) {
        let TodoMarked { todo, state, remind_at } = *marked;
        match state {
            TodoState::Open | TodoState::Done => self.edit_todo(todo, |todo| {
                todo.done = state == TodoState::Done;
                todo.remind_at = remind_at;
            }),
            TodoState::Dropped => {
                self.edit_extras(|extras| extras.todos.retain(|known| known.id != todo));
            }
        }
    }

    fn hear(&mut self, stamp: Stamp<'_>, message: &Message, heard: &Heard) {
        let Visibility::Public = message.visibility else {
            self.notes = self.notes.saturating_add(1);
            return;
        };
        self.messages = self.messages.saturating_add(1);
        self.channel = message.channel.clone();
        let said_at = message.occurred_at.unwrap_or(stamp.at);
        match message.part {
            Part::Asks => self.last_asked_at = self.last_asked_at.max(Some(said_at)),
            Part::Answers => {
                self.last_answered_at = self.last_answered_at.max(Some(said_at));
                self.answer_members(said_at);
            }
            Part::Neither => {}
        }
        self.wait(heard);
        if heard.answers_first {
            self.first_answered_at = Some(said_at);
        }
        if heard.cancels_closing {
            self.auto_close_cancelled = true;
        }
    }

    pub(super) fn move_to(&mut self, stamp: Stamp<'_>, change: &StatusChange) {
        let was_done = self.status.category.is_done();
        let is_done = change.to.category.is_done();
        self.returns_to_new = change.returns_to_new;
        self.postponed_until = change.until;
        if change.from.name != change.to.name {
            self.status_since = stamp.at;
        }
        self.status = change.to.clone();
        // A proposal waits where it was made, and nowhere else.
        if self.details.proposal.is_some() {
            self.edit().proposal = None;
        }
        if self.details.reason != change.reason {
            self.edit().reason = change.reason.clone();
        }
        match (was_done, is_done) {
            (false, true) => {
                self.resolved_at = Some(stamp.at);
                self.auto_close_cancelled = false;
                self.open_age_warned = false;
                self.overdue = false;
            }
            (true, false) => {
                // A mistake that is put right is no reopening.
                if change.because != Moved::UnmarkedSpam {
                    self.reopened = self.reopened.saturating_add(1);
                }
                self.resolved_at = None;
                self.closed_at = None;
                self.auto_close_cancelled = false;
                self.unresolved_since = stamp.at;
                if change.clocks_anew {
                    self.begin_anew(stamp.at);
                }
            }
            (false, false) | (true, true) => {}
        }
        if change.to.category == StatusCategory::Closed {
            self.closed_at = Some(stamp.at);
        }
        self.timers = change.timers;
    }
}

/// The value of a field: from the facts, or, for free text, from what may have been erased.
fn field_value(
    field: &FieldName,
    fact: &FieldFact,
    personal: Option<&Personal>,
) -> Erasable<FieldValue> {
    match fact {
        FieldFact::Value(value) => Erasable::Known(value.clone()),
        FieldFact::Personal => personal
            .and_then(|personal| personal.fields.iter().find(|(name, _)| name == field))
            .map(|(_, value)| value.clone())
            .into(),
    }
}

fn set_field(
    fields: &mut Vec<(FieldName, Erasable<FieldValue>)>,
    field: &FieldName,
    value: Option<Erasable<FieldValue>>,
) {
    let place = fields.binary_search_by(|(known, _)| known.cmp(field));
    match (place, value) {
        (Ok(at), None) => {
            fields.remove(at);
        }
        (Ok(at), Some(value)) => {
            if let Some(slot) = fields.get_mut(at) {
                slot.1 = value;
            }
        }
        (Err(at), Some(value)) => fields.insert(at, (field.clone(), value)),
        (Err(_), None) => {}
    }
}

pub(super) fn merge_sorted<T: Ord + Clone>(list: &mut Vec<T>, added: &[T], removed: &[T]) {
    list.retain(|item| removed.binary_search(item).is_err());
    list.extend(added.iter().cloned());
    list.sort_unstable();
    list.dedup();
}
