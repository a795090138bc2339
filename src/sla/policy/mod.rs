//! What is promised to whom: policies of named obligations, the first that matches a ticket wins.
//!
//! A [`SlaPolicy`] is what a host writes in its settings: for which tickets it is, and a list of
//! [`Obligation`]s, each a target for one [`Metric`]. [`Policies`] is the same after every check,
//! with every name looked up.
//!
//! ```
//! use helpdesk::sla::policy::{Obligation, SlaPolicy};
//! use helpdesk::sla::{Metric, Target};
//! use helpdesk::{Fact, Span};
//!
//! let premium = SlaPolicy::new("premium")
//!     .when(Fact::Department.equals("support"))
//!     .group("gold")
//!     .obligation(
//!         Obligation::new(Metric::FirstResponse)
//!             .within(Span::hours(4))
//!             .for_priority("critical", Span::minutes(30))
//!             .in_calendar("office")
//!             .warn_at_percent(80),
//!     )
//!     .obligation(
//!         Obligation::new(Metric::TotalResolution)
//!             .within(Target::BusinessDays(3))
//!             .in_calendar("office")
//!             .paused_in("pending")
//!             .remedy("10 % of the month's fee"),
//!     );
//! assert_eq!(premium.obligations.len(), 2);
//! ```
//!
//! # What a ticket is promised
//!
//! - **The first policy that matches**, in the order of the settings: its condition holds of the
//!   ticket, and the organisation of who asks is in one of its groups and under one of its
//!   contracts, where it names any. It is looked for anew whenever somebody does something
//!   to the ticket, under the settings in force; and when it wakes or closes by itself, under those
//!   of the last command, so that nothing depends on when that is noticed. Running clocks keep
//!   their beginnings and pauses, and verdicts stand.
//! - **A target for each metric**, by the ticket's priority, or else the one for all of them.
//!   Without either, nothing is promised of this metric.
//! - **To the customer, or among ourselves**: an internal obligation has a clock of its own
//!   beside the customer's, which customers are never shown. The customer is whoever asks: on an
//!   internal ticket a colleague, to whom the same is promised, remedies too. What is not for them
//!   says so in its condition: `kind = customer`.
//! - **What is merged into another ticket, or is spam, rests**: its clocks tell nothing and are
//!   shown to nobody. The time counts all the same once it is back: whoever asked has waited.
//!
//! # Two kinds of level
//!
//! - A **service level** ([`SlaPolicy::level`]) says how good a policy is: a step of the desk's own
//!   scale ([`SettingsDraft::sla_levels`](crate::SettingsDraft::sla_levels)), such as basic or gold.
//!   Tickets have it while the policy is theirs ([`SlaLevel`](crate::SlaLevel)), and conditions and
//!   orders ask for it as `sla_level`.
//! - An **escalation level** ([`EscalationLevel`], [`Obligation::levels`]) says what follows, so long
//!   after a deadline has passed. An obligation has its own, the first of which is number 0 in
//!   [`Clocked::Escalated`](crate::sla::Clocked::Escalated).
//!
//! # An acknowledgement: by when we answer
//!
//! What a ticket is promised is on it when its opening is committed: a deadline of its clock, where
//! one runs. So the mail that says "we have your request" can say until when:
//!
//! ```
#![doc = include_str!("../../example.txt")]
//! use helpdesk::sla::policy::{Audience, Obligation};
//! use helpdesk::sla::Metric;
//!
//! let office: Calendar = "zone Etc/UTC; open mon-fri 09:00-17:00".parse().unwrap();
//! let answer = Obligation::new(Metric::FirstResponse).within(Span::hours(9)).in_calendar("office");
//! let draft = SettingsDraft {
//!     calendars: vec![DeskCalendar::new("office", office.draft().clone())],
//!     sla_policies: vec![SlaPolicy::new("standard").obligation(answer)],
//!     ..SettingsDraft::default()
//! };
//! desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
//!
//! let open = Open::new(TicketId::from_u128(2), Requester::Contact(maria), "It smokes.");
//! let opened = desk.open(customer.at(now), open)?;
//! let ticket = opened.ticket().unwrap();
//! let clocks = ticket.clocks(Audience::Customer).unwrap();
//! let by = clocks.of(Metric::FirstResponse).and_then(|clock| clock.due()).unwrap();
//! assert_eq!(by.format("we answer by %A %H:%M").to_string(), "we answer by Tuesday 10:00");
//!
//! // Of what has no clock yet, or as if it were asked now, its policy says it.
//! let promised = ticket.promised().unwrap();
//! let settings = desk.settings_at(promised.settings)?;
//! let policy = settings.sla_policies().named(promised.policy.as_ref().unwrap()).unwrap();
//! let expected = policy.expected(Metric::FirstResponse, &ticket.priority().name, now);
//! assert_eq!(expected, Some(by));
//! # Ok::<(), helpdesk::DeskError>(())
//! ```
//!
//! # What a warning or a level wants done
//!
//! Whom it wants told is told by notices. What it wants done the desk does: it is recorded as
//! [intents](crate::ClocksChanged::intents), in the event of the warning or the level, and carried
//! out right after that event, in the same commit, and so once. It is dated as the event is, and
//! names it as its parent. What the desk's rules refuse, such as a tag too many, is left out and
//! recorded ([`ActionRefused`](crate::TicketChange::ActionRefused)); the rest is done. The desk's own
//! [triggers](crate::rules) look at what was done as at any other change.
//!
//! ```
#![doc = include_str!("../../example.txt")]
//! use helpdesk::sla::policy::{Obligation, SlaAction, Whom};
//! use helpdesk::sla::Metric;
//!
//! let answer = Obligation::new(Metric::FirstResponse).within(Span::hours(4)).escalate_after(
//!     Span::hours(1),
//!     [
//!         SlaAction::Notify(Whom::Agent(anna)),
//!         SlaAction::RaisePriority("critical".into()),
//!         SlaAction::AddTag("late".into()),
//!     ],
//! );
//! let mut draft = SettingsDraft::default();
//! draft.sla_policies = vec![SlaPolicy::new("standard").obligation(answer)];
//! desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
//! desk.adopt(now, None, 100)?;
//!
//! desk.tick(now + TimeDelta::hours(6))?;
//! let ticket = desk.ticket(id)?.unwrap();
//! assert_eq!(ticket.priority().name, "critical");
//! assert_eq!(ticket.tags(), ["late"]);
//!
//! let history = desk.history(Key::ticket(desk.id(), id), Revision::ZERO, 100)?;
//! let tagged = history.iter().find(|event| {
//!     matches!(event.ticket_change(), Some(TicketChange::TagsChanged { .. }))
//! });
//! let tagged = tagged.unwrap();
//! assert_eq!(tagged.at, now + TimeDelta::hours(5), "not when it was noticed");
//! assert_eq!(tagged.cause.rule, Some(Rule::Sla));
//! # Ok::<(), helpdesk::DeskError>(())
//! ```
//!
//! # Roads not taken
//!
//! - *The strictest of all that match*: nobody can tell, of a missed deadline, which promise it
//!   was.
//! - *Policies that inherit from each other*: each is read by itself; a file that writes them may
//!   share what it likes.

pub mod analysis;
mod check;
mod compiled;
mod gaps;
mod obligation;

use serde::{Deserialize, Serialize};

pub use compiled::{Customer, Policies, Promise};
pub use gaps::{Gap, Lack};
pub use obligation::{Audience, EscalationLevel, Obligation, PausedIn, SlaAction, Warn, Whom};

pub(crate) use check::{Around, check};
pub(crate) use gaps::gaps;

use super::Metric;
use crate::condition::Condition;
use crate::ids::{ContractName, CustomerGroupName, SlaLevelName, SlaPolicyName};

/// What is promised of some tickets: for which, and a list of obligations.
///
/// Part of the settings ([`SettingsDraft::sla_policies`](crate::SettingsDraft::sla_policies)),
/// and checked with them.
///
/// ```
/// use helpdesk::sla::SlaPolicy;
///
/// let policy: SlaPolicy = serde_json::from_str(
///     r#"{
///         "name": "premium",
///         "level": "gold",
///         "when": "priority >= high",
///         "contracts": ["premium-2026"],
///         "obligations": [
///             { "metric": "first_response", "within": "PT4H", "calendar": "office",
///               "by_priority": { "critical": "PT30M" },
///               "warnings": [{ "at": { "percent": 80 } }],
///               "levels": [{ "after": "PT1H", "then": [{ "notify": "department" }] }] },
///             { "metric": "total_resolution", "within": { "business_days": 3 },
///               "calendar": "office", "pauses": [{ "status": "pending" }] }
///         ]
///     }"#,
/// )?;
/// assert_eq!(policy.obligations[0].warnings.len(), 1);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an SLA policy: a map with `name` and `obligations`")]
pub struct SlaPolicy {
    /// Its name: 1 to 64 bytes, each once.
    pub name: SlaPolicyName,
    /// How good it is: a step of the desk's scale
    /// ([`SettingsDraft::sla_levels`](crate::SettingsDraft::sla_levels)). Default none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<SlaLevelName>,
    /// For which tickets it is. Default for all.
    #[serde(default = "every", skip_serializing_if = "is_every")]
    pub when: Condition,
    /// For customers of organisations in one of these groups. Default empty: for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<CustomerGroupName>,
    /// For customers of organisations under one of these contracts. Default empty: for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contracts: Vec<ContractName>,
    /// What is promised; at least one, of each metric at most one to each audience.
    pub obligations: Vec<Obligation>,
}

fn every() -> Condition {
    Condition::all([])
}

fn is_every(condition: &Condition) -> bool {
    *condition == every()
}

impl SlaPolicy {
    /// A policy for all tickets, which promises nothing yet.
    pub fn new(name: impl Into<SlaPolicyName>) -> Self {
        Self {
            name: name.into(),
            level: None,
            when: every(),
            groups: Vec::new(),
            contracts: Vec::new(),
            obligations: Vec::new(),
        }
    }

    /// The same policy on a step of the desk's scale of service levels.
    #[must_use]
    pub fn level(mut self, level: impl Into<SlaLevelName>) -> Self {
        self.level = Some(level.into());
        self
    }

    /// The same policy for tickets of which this holds, in place of what was said before.
    #[must_use]
    pub fn when(mut self, condition: Condition) -> Self {
        self.when = condition;
        self
    }

    /// The same policy for customers in this group too.
    #[must_use]
    pub fn group(mut self, group: impl Into<CustomerGroupName>) -> Self {
        self.groups.push(group.into());
        self
    }

    /// The same policy for customers under this contract too.
    #[must_use]
    pub fn contract(mut self, contract: impl Into<ContractName>) -> Self {
        self.contracts.push(contract.into());
        self
    }

    /// The same policy with one obligation more.
    #[must_use]
    pub fn obligation(mut self, obligation: Obligation) -> Self {
        self.obligations.push(obligation);
        self
    }

    /// What it promises of a metric to an audience.
    pub fn promises(&self, metric: Metric, audience: Audience) -> Option<&Obligation> {
        self.obligations.iter().find(|it| it.metric == metric && it.audience == audience)
    }

    /// Whether it is for every ticket, whoever asks.
    fn is_for_all(&self) -> bool {
        is_every(&self.when) && self.groups.is_empty() && self.contracts.is_empty()
    }
}
