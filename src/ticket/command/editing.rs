//! What is known of a ticket: subject, category, tags, fields, priority, followers, what it is about
//! and what others call it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::ids::{CategoryName, FieldName, ImpactName, PriorityName, Tag, TicketId, UrgencyName};
use crate::subject::{About, ExternalRef};
use crate::ticket::Follower;
use crate::value::FieldValue;

/// Changes what is known of a ticket; allowed in every status.
///
/// Impact and urgency, once both are known, set the priority by the
/// [matrix](crate::PriorityMatrix) whenever either changes; a priority named in the same
/// command wins. What the edit does not name stays as it is.
///
/// A ticket that was merged into another is edited only to take away from it: followers, tags,
/// subjects, external references. What is taken away is taken from the ticket that is named.
///
/// A contact who sees the ticket may take their own copy away (`unfollow`, under whichever of their
/// [merged](crate::command::MergeContacts) ids), and the requester may give copies to contacts of
/// the organisation that they belong to. They name nobody else: no agent, no other's copy, and who
/// only has a copy gives none. The refusal is the same for a contact of another organisation or of
/// none, for one that was merged into another, and for one that there is not: nobody learns from it
/// whom the desk knows.
///
/// The desk itself may name contacts who are not on record, as it may open tickets for them: a
/// contact needs no record to ask, to write or to be told.
///
/// # Refused
///
/// Whole, if any part of it is. Beside what is
/// [refused everywhere](crate::command#refused-everywhere):
///
/// - [`Forbidden`](crate::Refusal::Forbidden): by customers, but for the followers they may name,
///   and nothing beside; by auto-responders, guests and light agents.
/// - [`Merged`](crate::Refusal::Merged): on a merged ticket, and it does more than take away.
/// - [`Unknown`](crate::Refusal::Unknown): a category, priority, impact, urgency or field that
///   the settings do not know. A field that they no longer know can still be cleared.
/// - [`BadName`](crate::Refusal::BadName): a tag that cannot be one; a kind, a role or an id of a
///   subject, a provider, a scope or an id of an external reference that cannot be one.
/// - [`ExternalRefTaken`](crate::Refusal::ExternalRefTaken): another ticket has this external
///   reference.
/// - [`CannotSee`](crate::Refusal::CannotSee): an agent who is to follow it from now on is not on
///   record, has left, or may not see it. Who loses sight of it later follows on, and is told of
///   nothing ([`Relayed::withheld`](crate::Relayed::withheld)) until they see it again.
/// - [`FieldInvalid`](crate::Refusal::FieldInvalid): a value that does not fit its field.
/// - [`FieldRequired`](crate::Refusal::FieldRequired): clearing a field that the present status
///   requires.
/// - [`Empty`](crate::Refusal::Empty): a subject of blanks.
///
/// # Examples
///
/// ```
#[doc = include_str!("../../example.txt")]
/// let mut edit = Edit::new(id);
/// edit.category = Patch::Set("technical".into());
/// edit.add_tags.insert("printer".into());
/// edit.impact = Patch::Set("high".into());
/// edit.urgency = Patch::Set("high".into());
/// let edited = desk.edit(agent.at(now), edit.clone())?;
///
/// let ticket = edited.ticket().unwrap();
/// assert_eq!(ticket.tags(), ["printer"]);
/// assert_eq!(ticket.priority().name, "critical", "by the matrix of impact and urgency");
///
/// // Nothing of it is new any more.
/// assert!(desk.edit(agent.at(now), edit)?.is_no_op());
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Edit {
    /// Which ticket.
    pub ticket: TicketId,
    /// A new subject, blanks at its edges aside; `None`: as it is.
    pub subject: Option<String>,
    /// What it is about, from the settings' list.
    #[serde(default)]
    pub category: Patch<CategoryName>,
    /// Labels to add, each 1 to 64 bytes; those it has are left alone.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub add_tags: BTreeSet<Tag>,
    /// Labels to remove; those it has not are passed over. A tag in both lists is added.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub remove_tags: BTreeSet<Tag>,
    /// Custom fields: a value to set, `None` to clear. Fields not named stay as they are.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<FieldName, Option<FieldValue>>,
    /// How much it matters; `None`: as it is, unless impact and urgency say otherwise.
    pub priority: Option<PriorityName>,
    /// How many it touches, on the scale of the priority matrix.
    #[serde(default)]
    pub impact: Patch<ImpactName>,
    /// How soon it hurts, on the scale of the priority matrix.
    #[serde(default)]
    pub urgency: Patch<UrgencyName>,
    /// Who is to be told of public messages beside the requester; on an internal ticket only
    /// agents are.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub follow: BTreeSet<Follower>,
    /// Who is not to be any more. One in both lists follows.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub unfollow: BTreeSet<Follower>,
    /// Subjects to attach: which of the host's objects it is about, and in which roles.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub add_about: BTreeSet<About>,
    /// Subjects to detach, each in the role that is named; those it has not are passed over. One
    /// in both lists is attached.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub remove_about: BTreeSet<About>,
    /// External references to attach: what other systems call it, and no other ticket.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub add_external_refs: BTreeSet<ExternalRef>,
    /// External references to detach, which are then free for another ticket; those it has not are
    /// passed over. One in both lists is attached.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub remove_external_refs: BTreeSet<ExternalRef>,
}

impl Edit {
    /// An edit that changes nothing yet; set its fields directly.
    pub fn new(ticket: TicketId) -> Self {
        Self {
            ticket,
            subject: None,
            category: Patch::Keep,
            add_tags: BTreeSet::new(),
            remove_tags: BTreeSet::new(),
            fields: BTreeMap::new(),
            priority: None,
            impact: Patch::Keep,
            urgency: Patch::Keep,
            follow: BTreeSet::new(),
            unfollow: BTreeSet::new(),
            add_about: BTreeSet::new(),
            remove_about: BTreeSet::new(),
            add_external_refs: BTreeSet::new(),
            remove_external_refs: BTreeSet::new(),
        }
    }

    /// Whether it says who follows, or who does not, and nothing else.
    pub(crate) fn only_followers(&self) -> bool {
        let named = !(self.follow.is_empty() && self.unfollow.is_empty());
        let (follow, unfollow) = (self.follow.clone(), self.unfollow.clone());
        named && *self == Self { follow, unfollow, ..Self::new(self.ticket) }
    }

    /// Whether it does no more than take away from lists.
    pub(crate) fn only_takes_away(&self) -> bool {
        let Self {
            ticket: _,
            subject,
            category,
            add_tags,
            remove_tags: _,
            fields,
            priority,
            impact,
            urgency,
            follow,
            unfollow: _,
            add_about,
            remove_about: _,
            add_external_refs,
            remove_external_refs: _,
        } = self;
        let keeps = *category == Patch::Keep && *impact == Patch::Keep && *urgency == Patch::Keep;
        let sets = subject.is_some() || priority.is_some() || !fields.is_empty();
        let adds = !(add_tags.is_empty()
            && follow.is_empty()
            && add_about.is_empty()
            && add_external_refs.is_empty());
        keeps && !sets && !adds
    }
}

/// What to do with a value that may be absent.
///
/// An `Option<Option<T>>` by name: leaving a category as it is and taking it away are not the
/// same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Patch<T> {
    /// Leave it as it is.
    #[default]
    Keep,
    /// Set it to this.
    Set(T),
    /// Remove it.
    Clear,
}
