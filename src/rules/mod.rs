//! Rules of a host, as data: which ticket goes where, what follows from a change, what follows
//! from the passing of time, and what an agent does by hand in one go.
//!
//! A [`RulebookDraft`] is what a host writes, in code or in a file. Building it looks every name
//! up and refuses contradictions, each with its path; a [`Rulebook`] is the same after that, ready
//! to be asked of tickets: thousands of rules cost little more than a few ([`Compiled`]).
//!
//! ```
#![doc = include_str!("../example.txt")]
//! use helpdesk::rules::{Action, Assignment, RoutingRule, RulebookDraft, Trigger};
//!
//! let mut draft = RulebookDraft::default();
//! draft.routing = vec![
//!     RoutingRule::new("fires", Assignment::agent(anna)).when("subject contains burns".parse()?),
//! ];
//! draft.triggers = vec![
//!     Trigger::new("urgent", "message.text contains help and priority < high".parse()?)
//!         .then(Action::SetPriority("high".into())),
//! ];
//! let rules = draft.build(&Settings::default().lexicon())?;
//!
//! let ticket = desk.ticket(id)?.unwrap();
//! let rule = rules.routing().first(&Scene::of(&ticket, now)).unwrap();
//! assert_eq!(rule.name, "fires");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! This module decides and reports; it changes no ticket. A desk follows the routing rules by
//! itself: a ticket that comes to wait for an owner (it was opened, came to another department, or
//! lost the owner it had) is given to whom the first that matches says, within capacity, and the
//! decision is recorded ([`Routed`](crate::Routed)). What nobody can have waits in the queue, and is
//! looked at again when that may help; see [`Desk::route_waiting`](crate::Desk::route_waiting) for
//! what changed around it. Triggers, time rules and macros a desk does not run yet: a host asks a
//! rulebook of its tickets and gives the commands itself.
//!
//! # What rules mean
//!
//! | list | looked at | where several match |
//! |---|---|---|
//! | [routing](RulebookDraft::routing) | when a ticket needs an owner | the first wins |
//! | [triggers](RulebookDraft::triggers) | when something happened to a ticket | in order: each sees what those before it changed, until one says `stop` |
//! | [time rules](RulebookDraft::time_rules) | a span after an instant of the ticket | those due at the same instant, as triggers |
//! | [macros](RulebookDraft::macros) | when an agent asks for one by name | the agent's choice |
//!
//! - **A rule has a name** that no other rule of the book has: what it does is recorded under it.
//! - **A condition** is one of the crate's one [language](crate::condition). In triggers it also
//!   asks what changed, from what, to what, and about the message that set it off.
//! - **A trigger runs once at most for each event that sets it off.** What triggers change sets
//!   triggers off again; [`analysis`] says which of them would do so for ever.
//! - **Actions** name results ("the priority is high"): what is so already is not done again.
//!
//! # Roads not taken
//!
//! - *Scripts as actions*: nothing could say beforehand what they do. A host's own work is an
//!   [action](Action::Host) that is recorded as an intent, and done by the host.
//! - *Rules without names*: their places would stand in histories, and change.
//! - *A trigger without a condition*: in other products that is one left out by mistake, which then
//!   runs at every change. `all()` says it on purpose.

mod action;
pub mod analysis;
mod book;
mod check;
mod compiled;
mod route;
pub mod routing;
mod rule;
mod wording;

pub use action::{Action, Assignment, FieldChange, HostAction, ToStatus};
pub use book::{Rulebook, RulebookDraft, RulebookError};
pub use compiled::Compiled;
pub use route::{Overflow, Route, SkillNeeded, Sticky, Strategy};
pub use rule::{Anchor, Destination, Macro, RoutingRule, TimeRule, Trigger};
pub use wording::{MissingSlot, Slot, Wording, WordingPart};
