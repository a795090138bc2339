//! Random histories of a small desk, from a seed: who does what when, over months, on a handful
//! of tickets.
//!
//! Half of what is drawn makes sense; the rest is refused, repeated, late, misnamed or changes
//! nothing. Our own laws are checked over a million of them, and so may a host's: a history is
//! a list of calls, to be given to a desk over any store.
//!
//! The settings of a [drawn](History::drawn) history have no [rulebook](crate::rules), and of what a
//! level of escalation may want done only that somebody is told: the model does not follow what rules
//! do. Those of a [ruled](History::ruled) one have rules of all kinds, which a desk is to carry out by
//! the same laws; what the model says of these is only what happens next.
//!
//! ```
//! use helpdesk::conformance::history::{DESK, History, Step, cast};
//! use helpdesk::store::MemoryStore;
//! use helpdesk::{Desk, DeskError};
//!
//! let history = History::drawn(7, 60);
//! let desk = Desk::create(MemoryStore::new(), DESK, history.settings(), cast::start())?;
//! let (mut done, mut refused) = (0, 0);
//! for step in history.play() {
//!     match step {
//!         Step::Tick(now) => assert!(desk.tick(now)?.failed.is_empty()),
//!         Step::Call(call) => match desk.execute(&call) {
//!             Ok(_) => done += 1,
//!             Err(DeskError::Refused(_)) => refused += 1,
//!             Err(error) => return Err(error),
//!         },
//!     }
//! }
//! assert!(done > 8 && refused > 0);
//! # Ok::<(), DeskError>(())
//! ```

mod attached;
pub mod cast;
mod confirming;
mod copied;
mod draw;
mod erasing;
mod people;
mod rules;
mod service;
mod sides;
mod structure;
mod undelivered;
mod words;
mod words_of_work;

use std::fmt;

use chrono::{DateTime, Utc};

use super::kit::Random;
use super::model::Model;
use crate::store::MemoryStore;
use crate::{Actor, Call, Command, Desk, DeskId, Settings};

/// The desk that histories are about.
pub const DESK: DeskId = DeskId::from_u128(1);

/// Something that happens in a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Somebody gives a command.
    Call(Box<Call>),
    /// The host's timer goes off.
    Tick(DateTime<Utc>),
}

impl Step {
    /// Draws a step from this seed. The same seed over the same view gives the same step.
    pub fn drawn(seed: u64, view: &View<'_>) -> Self {
        draw::step(seed, view)
    }

    /// When it happens, by the host's clock.
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Self::Call(call) => call.context.now,
            Self::Tick(now) => *now,
        }
    }
}

/// In one line, or two: for a test that failed.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let call = match self {
            Self::Tick(now) => return write!(f, "{now} tick"),
            Self::Call(call) => call,
        };
        let context = &call.context;
        let (id, seen) = (context.command_id, context.seen);
        write!(f, "{} {} ({id:?}, {seen:?})\n    ", context.now, context.actor)?;
        match &call.command {
            // Settings are long; these are what a history changes.
            Command::PublishSettings(settings) => {
                let (close, age) = (settings.auto_close(), settings.open_age());
                let (reopening, sight) = (settings.reopening(), settings.agent_sight());
                let customers = settings.customer_sight();
                write!(f, "Publish: {close:?} {age:?} {reopening:?} {sight:?} {customers:?}")
            }
            Command::CreateDesk(_) => f.write_str("CreateDesk"),
            command => write!(f, "{command:?}"),
        }
    }
}

/// What is known of a desk when a step is drawn, so that the step is about something.
///
/// For tests that play a history themselves, beside a [`Model`] of their own:
///
/// ```
/// use helpdesk::conformance::history::{History, Step, View, cast};
/// use helpdesk::conformance::model::{Model, Prediction};
///
/// let history = History::drawn(7, 20);
/// let mut model = Model::new(history.settings());
/// for call in cast::hire() {
///     assert_eq!(model.apply(&call), Prediction::Changed);
/// }
/// let view = View { model: &model, clock: cast::start(), named: &[], unruly: false };
/// let step = Step::drawn(history.steps[0], &view);
/// assert_eq!(step, Step::drawn(history.steps[0], &view));
/// assert!(step.now() >= cast::start(), "only unruly histories turn clocks back");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The desk as the model has it.
    pub model: &'a Model,
    /// The latest time that anybody has named.
    pub clock: DateTime<Utc>,
    /// Calls that had a command id: some are sent again.
    pub named: &'a [Call],
    /// Whether time may run backwards, settings change, and agents come and go.
    pub unruly: bool,
}

impl View<'_> {
    /// Draws a call from this seed, given at [`clock`](Self::clock).
    pub fn call(&self, seed: u64) -> Call {
        draw::call(Random::new(seed), self, self.clock)
    }
}

/// Draws somebody: an agent of any role, a customer, a bot, an auto-responder, the host, the
/// system; now and then somebody whom the desk does not know.
///
/// ```
/// use helpdesk::Actor;
/// use helpdesk::conformance::history;
///
/// let drawn: Vec<Actor> = (0..100).map(history::actor).collect();
/// assert!(drawn.contains(&Actor::Host) && drawn.contains(&Actor::Bot("sorter".into())));
/// ```
pub fn actor(seed: u64) -> Actor {
    draw::anybody(&mut Random::new(seed))
}

/// A whole history: a seed for the settings that it starts under, and one for each of its steps.
///
/// A step is drawn as things stand when it comes. So a history with a step less is a history,
/// too, and what was about that step's ticket is now about another: dropping steps is how one
/// that fails is made short.
///
/// ```
/// use helpdesk::conformance::history::{History, cast};
///
/// let history = History::drawn(7, 60);
/// assert_eq!(history, History::drawn(7, 60));
///
/// let mut shorter = history.clone();
/// shorter.steps.truncate(3);
/// let (agents, played) = (cast::hire().len(), shorter.play());
/// assert_eq!(played.len(), agents + 3);
/// assert_eq!(played, history.play()[..agents + 3]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// Of the settings.
    pub seed: u64,
    /// Of each step.
    pub steps: Vec<u64>,
    /// Whether time may run backwards, settings change, and agents come and go. Default true.
    pub unruly: bool,
    /// Whether the settings have a rulebook. Default false.
    pub ruled: bool,
}

impl History {
    /// The history of this seed: from one to so many steps.
    pub fn drawn(seed: u64, most: usize) -> Self {
        let mut random = Random::new(seed);
        let length = 1 + random.below(most);
        let steps = (0..length).map(|_| random.number()).collect();
        Self { seed, steps, unruly: true, ruled: false }
    }

    /// The same history under settings with a rulebook: triggers, time rules, macros, routing, and
    /// levels of escalation that have everything done.
    ///
    /// ```
    /// use helpdesk::conformance::history::History;
    ///
    /// let history = History::ruled(7, 60);
    /// assert!(!history.settings().rules().triggers().is_empty());
    /// assert!(!history.play().is_empty());
    /// ```
    pub fn ruled(seed: u64, most: usize) -> Self {
        Self { ruled: true, ..Self::drawn(seed, most) }
    }

    /// The settings that it starts under: [`cast::settings`], with [`cast::rules`] where it is ruled.
    pub fn settings(&self) -> Settings {
        let mut draft = cast::settings(&mut Random::new(self.seed ^ 0x5e77));
        if self.ruled {
            cast::rules(&mut draft, &mut Random::new(self.seed ^ 0x2013));
        }
        // They build; a test holds the cast to it.
        draft.build().unwrap_or_default()
    }

    /// Its steps, as they come about on a desk in memory that does what they say. First come
    /// the agents ([`cast::hire`]).
    pub fn play(&self) -> Vec<Step> {
        let mut steps: Vec<Step> =
            cast::hire().into_iter().map(|call| Step::Call(Box::new(call))).collect();
        let settings = self.settings();
        let Ok(desk) = Desk::create(MemoryStore::new(), DESK, settings.clone(), cast::start())
        else {
            return steps;
        };
        let mut play = Play { desk, model: Model::new(settings), named: Vec::new() };
        for step in &steps {
            play.take(step);
        }
        let mut clock = cast::start();
        for seed in &self.steps {
            let (model, named, unruly) = (&play.model, &*play.named, self.unruly);
            let step = Step::drawn(*seed, &View { model, clock, named, unruly });
            clock = clock.max(step.now());
            play.take(&step);
            steps.push(step);
        }
        steps
    }
}

/// A desk, and what the next step is drawn from.
struct Play {
    desk: Desk<MemoryStore>,
    model: Model,
    named: Vec<Call>,
}

impl Play {
    fn take(&mut self, step: &Step) {
        match step {
            Step::Call(call) => {
                self.model.apply(call);
                if call.context.command_id.is_some() {
                    self.named.push((**call).clone());
                }
                // What only the desk knows: revisions, ids of tickets that it opened itself.
                if let Ok(outcome) = self.desk.execute(call) {
                    self.model.learn(&outcome);
                }
            }
            Step::Tick(now) => {
                self.model.tick(*now);
                let ticked = self.desk.tick(*now);
                for outcome in ticked.iter().flat_map(|ticked| &ticked.outcomes) {
                    self.model.learn(outcome);
                }
            }
        }
    }
}
