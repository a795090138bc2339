//! What a desk does when its store fails: at every call of every command, in every way. With a
//! command id, a host that sends it again until it is answered has it done exactly once;
//! without one, it is never half done. Ticks and the relay lose nothing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that is wrong should stop"
)]

#[path = "../support/mod.rs"]
mod support;
mod world;

mod commands;
mod relaying;
mod ticking;

use helpdesk::conformance::kit::{Fault, FaultyStore};
use helpdesk::store::{Inline, MemoryStore};
use helpdesk::{AsyncDesk, Call, Delivery, Desk, DeskError, Dispatch, Outcome, Relayed, Relaying};
use helpdesk::{Settings, Ticked};
use support::At;
use world::DESK;

/// A host over a store that fails, of either kind. What it does is written once; each law is
/// tried on both.
enum Host {
    Sync(Desk<FaultyStore<MemoryStore>>),
    Async(AsyncDesk<Inline<FaultyStore<MemoryStore>>>),
}

type Kind = fn(FaultyStore<MemoryStore>) -> Host;

/// The two kinds of host.
const KINDS: [Kind; 2] = [
    |store| Host::Sync(Desk::open_existing(store, DESK).unwrap()),
    |store| Host::Async(now(AsyncDesk::open_existing(Inline(store), DESK)).unwrap()),
];

/// A future over a store that is asked on the spot is ready at once.
fn now<T>(future: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("a store that blocks made somebody wait"),
    }
}

impl Host {
    /// A host of this kind over this store, which fails in no way yet.
    fn over(kind: Kind, store: MemoryStore) -> (Self, FaultyStore<MemoryStore>) {
        let store = FaultyStore::new(store);
        let host = kind(store.clone());
        store.take_calls();
        (host, store)
    }

    fn execute(&self, call: &Call) -> Result<Outcome, DeskError> {
        match self {
            Self::Sync(desk) => desk.execute(call),
            Self::Async(desk) => now(desk.execute(call)),
        }
    }

    fn tick(&self, at: At) -> Result<Ticked, DeskError> {
        match self {
            Self::Sync(desk) => desk.tick(at),
            Self::Async(desk) => now(desk.tick(at)),
        }
    }

    fn relay(
        &self,
        at: At,
        mut deliver: impl FnMut(Dispatch) -> Delivery,
    ) -> Result<Relayed, DeskError> {
        let how = Relaying::default();
        match self {
            Self::Sync(desk) => desk.relay(at, &how, deliver),
            Self::Async(desk) => {
                now(desk.relay(at, &how, |dispatch| std::future::ready(deliver(dispatch))))
            }
        }
    }
}

/// The ways in which calls other than commits fail.
const LOST: [Fault; 3] = [Fault::Unavailable, Fault::LostAnswer, Fault::Backend];

/// The settings of the desk that is created.
fn settings() -> Settings {
    support::draft().build().unwrap()
}
