//! Strategies for hosts' property tests with proptest: settings, actors, calls, whole histories.
//!
//! A host's property, over its own store (here, the one in memory): whatever happens, what a
//! desk's heads say is what their histories say.
//!
//! ```
//! use helpdesk::conformance::history::{DESK, Step, cast};
//! use helpdesk::conformance::strategies;
//! use helpdesk::store::{MemoryStore, Store};
//! use helpdesk::{Desk, DeskError};
//! use proptest::prelude::*;
//!
//! proptest! {
//!     #![proptest_config(ProptestConfig::with_cases(20))]
//!     # fn a_test_only_outside_of_a_doc(_ in 0..1) {}
//!
//!     fn heads_are_what_histories_say(history in strategies::histories(40)) {
//!         let desk =
//!             Desk::create(MemoryStore::new(), DESK, history.settings(), cast::start()).unwrap();
//!         for step in history.play() {
//!             match step {
//!                 Step::Tick(now) => drop(desk.tick(now).unwrap()),
//!                 Step::Call(call) => {
//!                     let result = desk.execute(&call);
//!                     prop_assert!(matches!(result, Ok(_) | Err(DeskError::Refused(_))));
//!                 }
//!             }
//!         }
//!         for entry in desk.store().scan(DESK, 0, usize::MAX).unwrap() {
//!             prop_assert!(desk.verify(entry.key).is_ok());
//!         }
//!     }
//! }
//! heads_are_what_histories_say();
//! ```

use chrono::{DateTime, Utc};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any};
use proptest::prop_oneof;

use super::history::{self, History, View, cast};
use super::kit::Random;
use super::model::Model;
use crate::{Actor, Call, Settings};

/// Settings that build: the default ones, which a failure shrinks to, or those of
/// [`cast::settings`], with departments, fields, policies and statuses of their own.
///
/// ```
/// use helpdesk::conformance::strategies;
/// use proptest::strategy::{Strategy, ValueTree};
/// use proptest::test_runner::TestRunner;
///
/// let mut runner = TestRunner::deterministic();
/// let tree = (0..20).map(|_| strategies::settings().new_tree(&mut runner).unwrap().current());
/// assert!(tree.filter(|settings| settings.draft().departments.len() == 4).count() > 5);
/// ```
pub fn settings() -> impl Strategy<Value = Settings> {
    let drawn = seed().prop_map(|seed| {
        // They build; a test holds the cast to it.
        cast::settings(&mut Random::new(seed)).build().unwrap_or_default()
    });
    prop_oneof![1 => Just(Settings::default()), 4 => drawn]
}

/// Somebody: an agent of any role, a customer, a bot, an auto-responder, the host, the system;
/// now and then somebody whom the desk does not know. Agents and contacts are those of [`cast`].
pub fn actor() -> impl Strategy<Value = Actor> {
    seed().prop_map(history::actor)
}

/// A call that is given now, on a desk that is as the model has it. Half of them make sense:
/// such a call is about a ticket that is there, and from somebody who may give it, mostly.
///
/// ```
/// use helpdesk::conformance::history::cast;
/// use helpdesk::conformance::model::Model;
/// use helpdesk::conformance::strategies;
/// use helpdesk::{Command, Settings};
/// use proptest::strategy::{Strategy, ValueTree};
/// use proptest::test_runner::TestRunner;
///
/// let strategy = strategies::call(Model::new(Settings::default()), cast::start());
/// let call = strategy.new_tree(&mut TestRunner::deterministic()).unwrap().current();
/// assert!(matches!(call.command, Command::Open(_)), "there is no ticket yet");
/// ```
pub fn call(model: Model, now: DateTime<Utc>) -> impl Strategy<Value = Call> {
    seed().prop_map(move |seed| {
        View { model: &model, clock: now, named: &[], unruly: true }.call(seed)
    })
}

/// A whole history of up to so many steps. One that fails is made short by dropping steps.
pub fn histories(most: usize) -> impl Strategy<Value = History> {
    let steps = vec(seed(), 1..=most.max(1));
    (seed(), steps).prop_map(|(seed, steps)| History { seed, steps, unruly: true, ruled: false })
}

/// A seed. It does not shrink: a smaller seed gives another value, not a simpler one.
fn seed() -> impl Strategy<Value = u64> {
    any::<u64>().no_shrink()
}
