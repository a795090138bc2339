//! What becomes of service levels by a merge, a split, a reopening and a follow-up.

use serde::{Deserialize, Serialize};

/// What becomes of a ticket's [service levels](crate::sla) by a merge, a split, a reopening and a
/// follow-up.
///
/// Each is decided when it happens, by the settings in force then, and recorded: settings that are
/// published later change nothing of it, nor does judging anew
/// ([`Desk::judged_now`](crate::Desk::judged_now)).
///
/// ```
/// use helpdesk::{ClockRules, ReopenClocks, Settings};
///
/// let settings: Settings = serde_json::from_str(r#"{ "clock_rules": { "reopen": "anew" } }"#)?;
/// let rules = ClockRules { reopen: ReopenClocks::Anew, ..ClockRules::default() };
/// assert_eq!(settings.clock_rules(), rules);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "rules for clocks: a map")]
pub struct ClockRules {
    /// Since when the clocks of a ticket count into which another was merged. Default since the
    /// earliest obligation that is open on either.
    pub merge: MergeClocks,
    /// Since when a question is to be answered that was split off. Default since it was asked.
    pub split: SplitClocks,
    /// What total resolution does when finished work is taken up again. Default it goes on.
    pub reopen: ReopenClocks,
    /// What the clocks of a ticket do that follows up a closed one. Default they begin anew.
    #[serde(skip_serializing_if = "FollowUpClocks::is_anew")]
    pub follow_up: FollowUpClocks,
}

impl ClockRules {
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Since when the clocks of a ticket count into which another was merged.
///
/// Undoing the merge takes back what it brought. What was merged while it was finished, and what
/// agents had among themselves, brings nothing.
///
/// ```
#[doc = include_str!("../example.txt")]
/// use helpdesk::sla::policy::{Audience, Obligation};
/// use helpdesk::sla::{Metric, SlaPolicy};
/// # let mut draft = SettingsDraft::default();
/// let end = Obligation::new(Metric::TotalResolution).within(Span::days(2));
/// draft.sla_policies = vec![SlaPolicy::new("standard").obligation(end)];
/// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
///
/// let (first, second) = (TicketId::from_u128(2), TicketId::from_u128(3));
/// let later = now + TimeDelta::hours(1);
/// desk.open(customer.at(now), Open::new(first, Requester::Contact(maria), "It burns."))?;
/// desk.open(customer.at(later), Open::new(second, Requester::Contact(maria), "Still."))?;
/// desk.merge(agent.at(later), Merge::new(first, second))?;
/// let clocks = desk.ticket(second)?.unwrap().clocks(Audience::Customer).unwrap();
/// assert_eq!(clocks.of(Metric::TotalResolution).unwrap().started_at(), now);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MergeClocks {
    /// Responses count since the oldest question that is open on either
    /// ([`MergeWaiting`](crate::MergeWaiting) may have the other's yield), first and total
    /// resolution since the earlier opening, each where it is open on both. What stood still on the
    /// ticket that was merged before the other was opened, counts.
    #[default]
    EarliestObligation,
    /// The clocks of the ticket that goes on stay as they are. A question that comes with the merge
    /// is to be answered as if it had been asked at the merge, unless one waits already.
    Survivors,
}

/// Since when a question is to be answered that was split off into a ticket of its own.
///
/// The new ticket's resolution counts from the split either way, as that of any ticket whose
/// question is older than it: until then it was part of what the other ticket had to resolve, and
/// that one's clocks go on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SplitClocks {
    /// Since it was asked: who asked does not wait longer because it was moved.
    #[default]
    SinceAsked,
    /// Since the split, as if the new ticket had been asked for then.
    SinceSplit,
}

/// What total resolution does when finished work is taken up again.
///
/// First resolution never begins again, and the other clocks that ended with the work go on. What
/// was no [spam](crate::command::UnmarkSpam) after all was not reopened by that, and goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReopenClocks {
    /// It goes on: the time in which the work was finished is taken out.
    #[default]
    Continue,
    /// It begins a new run, with its whole target before it.
    Anew,
}

/// What the clocks of a ticket do that [follows up](crate::command::FollowUp) a closed one.
///
/// ```
#[doc = include_str!("../example.txt")]
/// use helpdesk::command::FollowUp;
/// use helpdesk::sla::policy::{Audience, Obligation};
/// use helpdesk::sla::{Metric, SlaPolicy};
/// use helpdesk::{ClockRules, FollowUpClocks};
///
/// let end = Obligation::new(Metric::TotalResolution).within(Span::hours(8));
/// let mut draft = SettingsDraft::default();
/// draft.sla_policies = vec![SlaPolicy::new("standard").obligation(end)];
/// draft.clock_rules = ClockRules { follow_up: FollowUpClocks::Continue, ..ClockRules::default() };
/// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
///
/// // Three of the eight hours run until it is closed; a year later it turns out not to be solved.
/// let (first, second) = (TicketId::from_u128(2), TicketId::from_u128(3));
/// desk.open(customer.at(now), Open::new(first, Requester::Contact(maria), "It burns."))?;
/// let closed = now + TimeDelta::hours(3);
/// desk.close(agent.at(closed), Close { ticket: first, resolution: Some(Resolving::new("solved")) })?;
/// let later = closed + TimeDelta::days(365);
/// desk.follow_up(customer.at(later), FollowUp::new(first, second, "It burns again."))?;
///
/// let clocks = desk.ticket(second)?.unwrap().clocks(Audience::Customer).unwrap();
/// let total = clocks.of(Metric::TotalResolution).unwrap();
/// assert_eq!((total.started_at(), total.due()), (now, Some(later + TimeDelta::hours(5))));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FollowUpClocks {
    /// All of them begin anew with it.
    #[default]
    Anew,
    /// Total resolution goes on: what had run on the closed ticket has run, and nothing of the time
    /// since. What came of it there was told there, and a miss is not owed for twice. Where other
    /// hours come to hold for it, what had run counts as if it had run at once. The other clocks
    /// begin with the new ticket, and so does this one where the closed ticket had none.
    Continue,
}

impl FollowUpClocks {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
    fn is_anew(&self) -> bool {
        *self == Self::Anew
    }
}
