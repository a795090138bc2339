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
//! A desk carries out the rulebook of its settings ([`Settings::rules`](crate::Settings::rules)) by
//! itself, in the commit of what sets a rule off. This module is the rules as data; it changes no
//! ticket.
//!
//! A ticket that comes to wait for an owner (it was opened, came to another department, or lost the
//! owner it had) is given to whom the first routing rule that matches says, within capacity, and the
//! decision is recorded ([`Routed`](crate::Routed)). What nobody can have waits in the queue, and is
//! looked at again when that may help; see [`Desk::route_waiting`](crate::Desk::route_waiting) for
//! what changed around it. Triggers come first, and look at what routing did; what they make of its
//! choice is not routed again by the same command, or rules would hand a ticket round.
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
//! - **Actions** name results ("the priority is high"): what is so already is not done again.
//!
//! # What sets rules off
//!
//! What one command did to a ticket is one **turn**; so is what one [timer](crate::TimerKind) did,
//! dated by the instant at which it was due. Once its service levels have followed, the triggers
//! look at it, in order, each once: at the ticket before, as it is now, and at what was said. What
//! the triggers of one pass changed is the next turn, at which all look again; what they wrote is no
//! message to any of them, so that rules never answer each other's words. The passes end when nothing
//! changes any more, or after [`Limits::cascade_depth`](crate::Limits::cascade_depth) of them: then
//! that is recorded ([`CascadeStopped`](crate::TicketChange::CascadeStopped)), and the desk is told.
//! [`analysis`] says beforehand which triggers would set each other off for ever, as far as it can tell.
//!
//! No change of a ticket, and so no turn, is what becomes of its clocks and timers, what was refused,
//! what others are asked to do, what could not be delivered to them, and what is erased. What was merged into another ticket sets nothing
//! off, nor does what is said on spam.
//!
//! A **time rule** is looked at when its span has passed since an instant of the ticket: once for each
//! such instant, whether or not it matches then. Those of one instant are looked at in order, and what
//! they did is a turn. To act after so long *in a state*, let the time run from
//! [`StatusSince`](Anchor::StatusSince): a rule whose time runs from the last answer is looked at once,
//! and what is in another state at that instant is passed over until the next answer. A rule acts as of the instant at which its time came, whenever a desk ticks. One
//! that was published since is for a ticket from its next command or
//! [adoption](crate::Desk::adopt) on, dated then.
//!
//! # What a rule may
//!
//! Triggers and time rules act with the desk's own authority: whatever the workflow lets anybody do,
//! and no more. A macro is done as the agent who applies it would do it. What the settings refuse of a
//! trigger or a time rule (a status to which no transition leads, an agent who has no room, a text
//! that asks for what is not known) leaves nothing of that action half done; the other actions go on, before it and after, it is recorded
//! ([`ActionRefused`](crate::TicketChange::ActionRefused)), and the desk is told. Of a macro, it
//! refuses the whole.
//!
//! Every event that a rule made names it in its [cause](crate::Cause), with the event that set it off.
//! The settings' revision there is the rule's version. [`Desk::prepare`](crate::Desk::prepare) makes
//! the same decision without committing it: a dry run of the rules in force, of a command or of time
//! ([`Command::Tick`](crate::Command::Tick) at any instant). What a command would come to under
//! settings that are not published yet, [`Desk::rehearse`](crate::Desk::rehearse) tells.
//!
//! # Work of the host's own, exactly once
//!
//! Actions [for the host](Action::Host), and whom a rule wants told, are in one event of the rule:
//! [`RuleAsked`](crate::RuleAsked). Its notice [`HostAction`](crate::NoticeKind::HostAction) is
//! written in the same commit, and comes to the host's relay at least once. It may come again. So the
//! host names the work by the event and its place in it, and gives that to its command as the id by
//! which it is done once. Where what it does is no command, it keeps the same key in its own database.
//!
//! ```
#![doc = include_str!("../example.txt")]
//! use helpdesk::rules::{Action, HostAction, Trigger};
//! use uuid::Uuid;
//!
//! let lookup = HostAction::new("look up").with("what", "{subject}");
//! let mut draft = SettingsDraft::default();
//! draft.rules.triggers.push(
//!     Trigger::new("on fire", "message.text contains still".parse().unwrap())
//!         .then(Action::Host(lookup)),
//! );
//! desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
//! desk.reply(customer.at(now), Reply::new(id, "It burns still."))?;
//!
//! /// Does the work at this place of an event, unless it was done before.
//! fn carry_out<S: Store>(
//!     desk: &Desk<S>,
//!     now: chrono::DateTime<chrono::Utc>,
//!     notice: NoticeId,
//!     (place, asked): (usize, &HostAsked),
//!     personal: Option<&Personal>,
//! ) -> Result<bool, DeskError> {
//!     // What it was to be done with may have been erased meanwhile.
//!     let Some(with) = asked.values(personal) else { return Ok(false) };
//!     let key = format!("{}/{place}", notice.revision);
//!     let once = CommandId::from_uuid(Uuid::new_v5(notice.ticket.as_uuid(), key.as_bytes()));
//!     let note = Note::new(notice.ticket, format!("{} {}: nothing", asked.name, with[0].1));
//!     let outcome = desk.note(Actor::Host.at(now).once(once), note)?;
//!     Ok(!outcome.repeated)
//! }
//!
//! let mut done = 0;
//! let mut deliver = |dispatch: Dispatch| {
//!     let Some(event) = &dispatch.event else { return Delivery::Delivered };
//!     if let (NoticeKind::HostAction, Some(TicketChange::RuleAsked(asked))) =
//!         (dispatch.notice.kind, event.ticket_change())
//!     {
//!         for work in asked.host.iter().enumerate() {
//!             let personal = event.personal.as_deref();
//!             match carry_out(&desk, now, dispatch.notice.id, work, personal) {
//!                 Ok(new) => done += usize::from(new),
//!                 Err(_) => return Delivery::Failed,
//!             }
//!         }
//!     }
//!     Delivery::Delivered
//! };
//! while !desk.relay(now, &Relaying::default(), &mut deliver)?.is_empty() {}
//! assert_eq!(done, 1);
//! assert_eq!(desk.ticket(id)?.unwrap().note_count(), 1);
//! # Ok::<(), helpdesk::DeskError>(())
//! ```
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
