//! The four kinds of rules.

use serde::{Deserialize, Serialize};

use super::{Action, Assignment, Route};
use crate::condition::{Condition, Fact};
use crate::ids::RuleName;
use crate::time::Span;

/// Where a ticket goes that needs an owner: the first of these that matches says it.
///
/// ```
/// use helpdesk::rules::{Assignment, Route, RoutingRule};
/// use helpdesk::Fact;
///
/// let rule = RoutingRule::new("refunds", Route::to("billing"))
///     .when(Fact::Subject.contains("refund"));
/// let others = RoutingRule::new("others", Assignment::department("support"));
/// assert_eq!(serde_json::to_value([rule, others])?, serde_json::json!([
///     { "name": "refunds", "when": { "fact": "subject", "contains": "refund" },
///       "to": { "route": { "department": "billing" } } },
///     { "name": "others", "to": { "assign": { "department": "support" } } },
/// ]));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoutingRule {
    /// Its name, once in the rulebook.
    pub name: RuleName,
    /// For which tickets it is. Default for all.
    #[serde(default = "every", skip_serializing_if = "is_every")]
    pub when: Condition,
    /// Where they go.
    pub to: Destination,
}

/// Where a routing rule sends a ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    /// Into a department's queue, to an agent, or both.
    Assign(Assignment),
    /// To the agent whom a strategy chooses.
    Route(Route),
}

impl From<Assignment> for Destination {
    fn from(assignment: Assignment) -> Self {
        Self::Assign(assignment)
    }
}

impl From<Route> for Destination {
    fn from(route: Route) -> Self {
        Self::Route(route)
    }
}

/// What follows from a change: looked at when something happened to a ticket.
///
/// ```
/// use helpdesk::rules::{Action, Trigger};
///
/// let trigger = Trigger::new("angry", "message.text contains lawyer".parse()?)
///     .then(Action::AddTag("legal".into()))
///     .stop();
/// assert!(trigger.stop);
/// # Ok::<(), helpdesk::condition::ConditionSyntax>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trigger {
    /// Its name, once in the rulebook.
    pub name: RuleName,
    /// Of which changes; `all()` for every one.
    pub when: Condition,
    /// What is done, in order. May be empty where the rule stops others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<Action>,
    /// Whether no trigger after it is looked at for the same event. Default no.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stop: bool,
}

/// What follows from the passing of time: a span after an instant of the ticket its condition is
/// looked at, once for each such instant. Rules that set each other's time are looked at a hundred
/// times by one command or tick at most: what is left is due still, for the next.
///
/// "Three days after an agent answered, if the customer is still waited for":
///
/// ```
/// use helpdesk::rules::{Action, Anchor, TimeRule};
/// use helpdesk::Span;
///
/// let reminder = TimeRule::new("remind", Anchor::LastAnsweredAt, Span::days(3))
///     .when("status_category = waiting".parse()?)
///     .then(Action::Reply("Is {reference} still a problem?".into()));
/// assert_eq!(serde_json::to_value(&reminder)?["after"], "PT72H");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeRule {
    /// Its name, once in the rulebook.
    pub name: RuleName,
    /// From when its time runs.
    pub anchor: Anchor,
    /// How long, in calendar time; more than nothing.
    pub after: Span,
    /// Of which tickets, as they are when the time has come. Default of all.
    #[serde(default = "every", skip_serializing_if = "is_every")]
    pub when: Condition,
    /// What is done, in order. May be empty where the rule stops others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<Action>,
    /// Whether no time rule after it is looked at for the same ticket and instant. Default no.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stop: bool,
}

/// What an agent does by hand in one go.
///
/// ```
/// use helpdesk::rules::{Action, Macro, ToStatus};
///
/// let ask = Macro::new("ask for the order")
///     .then(Action::Reply("Which order is {reference} about?".into()))
///     .then(Action::SetStatus(ToStatus::new("pending").reason("information")));
/// assert_eq!(ask.then.len(), 2);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Macro {
    /// Its name, once in the rulebook.
    pub name: RuleName,
    /// To which tickets it may be applied. Default to all.
    #[serde(default = "every", skip_serializing_if = "is_every")]
    pub when: Condition,
    /// What is done, in order; at least one thing.
    pub then: Vec<Action>,
}

/// An instant of a ticket from which the time of a rule runs; none while the ticket has no such
/// instant. Each is the fact of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Anchor {
    /// When it was opened.
    OpenedAt,
    /// Since when it is in its status.
    StatusSince,
    /// Since when it is unresolved.
    UnresolvedSince,
    /// Since when somebody waits for an answer.
    WaitingSince,
    /// When a human agent first answered.
    FirstAnsweredAt,
    /// When the requester last wrote or spoke.
    LastAskedAt,
    /// When a human agent last answered.
    LastAnsweredAt,
    /// When it was last resolved.
    ResolvedAt,
    /// When it was closed.
    ClosedAt,
    /// Since when a proposed solution waits for the requester's word.
    ProposedAt,
}

impl Anchor {
    /// The fact that holds the instant.
    ///
    /// ```
    /// use helpdesk::Fact;
    /// use helpdesk::rules::Anchor;
    ///
    /// assert_eq!(Anchor::WaitingSince.fact(), Fact::WaitingSince);
    /// ```
    pub fn fact(self) -> Fact {
        match self {
            Self::OpenedAt => Fact::OpenedAt,
            Self::StatusSince => Fact::StatusSince,
            Self::UnresolvedSince => Fact::UnresolvedSince,
            Self::WaitingSince => Fact::WaitingSince,
            Self::FirstAnsweredAt => Fact::FirstAnsweredAt,
            Self::LastAskedAt => Fact::LastAskedAt,
            Self::LastAnsweredAt => Fact::LastAnsweredAt,
            Self::ResolvedAt => Fact::ResolvedAt,
            Self::ClosedAt => Fact::ClosedAt,
            Self::ProposedAt => Fact::ProposedAt,
        }
    }
}

fn every() -> Condition {
    Condition::all([])
}

fn is_every(condition: &Condition) -> bool {
    *condition == every()
}

impl RoutingRule {
    /// A rule that sends all tickets there.
    pub fn new(name: impl Into<RuleName>, to: impl Into<Destination>) -> Self {
        Self { name: name.into(), when: every(), to: to.into() }
    }

    /// The same for tickets of which this holds, in place of what was said before.
    #[must_use]
    pub fn when(mut self, condition: Condition) -> Self {
        self.when = condition;
        self
    }
}

impl Trigger {
    /// A trigger of these changes, which does nothing yet.
    pub fn new(name: impl Into<RuleName>, when: Condition) -> Self {
        Self { name: name.into(), when, then: Vec::new(), stop: false }
    }

    /// The same with one action more.
    #[must_use]
    pub fn then(mut self, action: Action) -> Self {
        self.then.push(action);
        self
    }

    /// The same as the last one that is looked at where it matches.
    #[must_use]
    pub fn stop(mut self) -> Self {
        self.stop = true;
        self
    }
}

impl TimeRule {
    /// A rule of all tickets so long after that instant, which does nothing yet.
    pub fn new(name: impl Into<RuleName>, anchor: Anchor, after: Span) -> Self {
        Self { name: name.into(), anchor, after, when: every(), then: Vec::new(), stop: false }
    }

    /// The same of tickets of which this holds then, in place of what was said before.
    #[must_use]
    pub fn when(mut self, condition: Condition) -> Self {
        self.when = condition;
        self
    }

    /// The same with one action more.
    #[must_use]
    pub fn then(mut self, action: Action) -> Self {
        self.then.push(action);
        self
    }

    /// The same as the last one that is looked at where it matches.
    #[must_use]
    pub fn stop(mut self) -> Self {
        self.stop = true;
        self
    }
}

impl Macro {
    /// A macro for all tickets, which does nothing yet.
    pub fn new(name: impl Into<RuleName>) -> Self {
        Self { name: name.into(), when: every(), then: Vec::new() }
    }

    /// The same for tickets of which this holds, in place of what was said before.
    #[must_use]
    pub fn when(mut self, condition: Condition) -> Self {
        self.when = condition;
        self
    }

    /// The same with one action more.
    #[must_use]
    pub fn then(mut self, action: Action) -> Self {
        self.then.push(action);
        self
    }
}
