//! What rules did while a log went by, from the steps that outcomes list; and to which tickets, so
//! that what differs from the log by it is told apart from what should not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use helpdesk::{AgentId, Event, Outcome, Revision, Rule, RuleName, Step, TicketChange, TicketId};

/// What of a ticket a rule may come to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum What {
    Owner,
    Department,
    Status,
    Priority,
    Category,
    Field,
}

impl What {
    pub(super) const ALL: [Self; 6] =
        [Self::Owner, Self::Department, Self::Status, Self::Priority, Self::Category, Self::Field];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Department => "department",
            Self::Status => "status",
            Self::Priority => "priority",
            Self::Category => "category",
            Self::Field => "field",
        }
    }

    fn of(change: &TicketChange) -> Option<Self> {
        Some(match change {
            TicketChange::Assigned { .. } | TicketChange::Unassigned { .. } => Self::Owner,
            TicketChange::Transferred { .. } | TicketChange::Escalated { .. } => Self::Department,
            TicketChange::StatusChanged(_) => Self::Status,
            TicketChange::PriorityChanged { .. } => Self::Priority,
            TicketChange::CategoryChanged { .. } => Self::Category,
            TicketChange::FieldChanged { .. } => Self::Field,
            _ => return None,
        })
    }
}

/// The list of the rulebook that a rule is in, with its name; `None`: it is the desk's own.
pub(super) fn of_book(rule: &Rule) -> Option<(&'static str, &RuleName)> {
    match rule {
        Rule::Routing(name) => Some(("routing", name)),
        Rule::Trigger(name) => Some(("triggers", name)),
        Rule::TimeRule(name) => Some(("time_rules", name)),
        Rule::Macro(name) => Some(("macros", name)),
        _ => None,
    }
}

/// Whether it is the rulebook's doing.
pub(super) fn is_of_book(event: &Event) -> bool {
    let rule = event.cause.rule.as_ref();
    rule.is_some_and(|rule| of_book(rule).is_some() || *rule == Rule::NotTaken)
}

/// What a rule did.
#[derive(Clone, Debug, Default)]
pub(super) struct Did {
    /// How often it matched; of routing, how often it looked for an owner.
    pub(super) ran: u64,
    /// Actions that changed something.
    pub(super) done: u64,
    pub(super) refused: u64,
    /// Tickets that it found an owner for, and those for which nobody could be found.
    pub(super) given: u64,
    pub(super) nobody: u64,
}

/// What all of them did.
#[derive(Debug, Default)]
pub(in super::super) struct Acted {
    pub(super) rules: BTreeMap<(&'static str, RuleName), Did>,
    /// Why actions were refused.
    pub(super) codes: BTreeMap<Arc<str>, u64>,
    pub(super) cascades: u64,
    /// How often an agent to whom a rule gave something had more than they can have.
    pub(in super::super) over_capacity: u64,
    changed: BTreeMap<TicketId, BTreeSet<What>>,
    wrote: BTreeSet<(TicketId, Revision)>,
    /// What was found to be otherwise than the log says, because a rule changed it.
    pub(super) explained: BTreeMap<What, BTreeSet<TicketId>>,
    /// Commands of the log that were refused on tickets which rules had changed.
    pub(in super::super) refusals: u64,
}

impl Acted {
    /// Reads what an outcome says; gives the agents to whom a rule gave something.
    pub(in super::super) fn follow(&mut self, outcome: &Outcome) -> BTreeSet<AgentId> {
        let mut given = BTreeSet::new();
        for step in &outcome.trace {
            match step {
                Step::RuleMatched { rule } => self.did(rule, |did| did.ran += 1),
                Step::ActionDone { rule, .. } => self.did(rule, |did| did.done += 1),
                Step::ActionRefused { rule, code, .. } if of_book(rule).is_some() => {
                    self.did(rule, |did| did.refused += 1);
                    *self.codes.entry(code.clone()).or_default() += 1;
                }
                Step::Routed { rule, decision } => {
                    let found = decision.agent().is_some();
                    let by_itself = matches!(rule, Rule::Routing(_));
                    self.did(rule, |did| {
                        did.ran += u64::from(by_itself);
                        did.given += u64::from(found);
                        did.nobody += u64::from(!found);
                    });
                }
                Step::CascadeStopped { .. } => self.cascades += 1,
                _ => {}
            }
        }
        for (key, event) in outcome.all_events().filter(|(_, event)| is_of_book(event)) {
            let (Some(ticket), Some(change)) = (key.as_ticket(), event.ticket_change()) else {
                continue;
            };
            if let Some(what) = What::of(change) {
                self.changed.entry(ticket).or_default().insert(what);
            }
            match change {
                TicketChange::MessageAdded { .. } => {
                    self.wrote.insert((ticket, event.revision));
                }
                TicketChange::Assigned { to, .. } => {
                    given.insert(*to);
                }
                // Nobody was to be chosen: it is put into a queue.
                TicketChange::Routed(routed) if routed.decision.is_none() => {
                    let rule = event.cause.rule.as_ref();
                    if let Some(rule @ Rule::Routing(_)) = rule {
                        self.did(rule, |did| did.ran += 1);
                    }
                }
                _ => {}
            }
        }
        given
    }

    fn did(&mut self, rule: &Rule, does: impl FnOnce(&mut Did)) {
        if let Some((list, name)) = of_book(rule) {
            does(self.rules.entry((list, name.clone())).or_default());
        }
    }

    /// Whether a rule ever changed this of the ticket, so that it need not be as the log has it:
    /// then that is counted.
    pub(in super::super) fn explains(&mut self, ticket: TicketId, what: What) -> bool {
        let explains = self.has_changed(ticket, what);
        if explains {
            self.explained.entry(what).or_default().insert(ticket);
        }
        explains
    }

    fn has_changed(&self, ticket: TicketId, what: What) -> bool {
        self.changed.get(&ticket).is_some_and(|changed| changed.contains(&what))
    }

    /// Whether rules changed anything of a ticket.
    pub(in super::super) fn touched(&self, ticket: TicketId) -> bool {
        self.changed.contains_key(&ticket)
    }

    /// Whether a message is a rule's.
    pub(in super::super) fn wrote(&self, ticket: TicketId, revision: Revision) -> bool {
        self.wrote.contains(&(ticket, revision))
    }

    /// A command of the log was refused: by what rules had made of the ticket, it may be.
    pub(in super::super) fn refused(&mut self, ticket: TicketId) {
        self.refusals += u64::from(self.touched(ticket));
    }
}
