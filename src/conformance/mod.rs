//! What hosts hold their own code against, and test it with: the laws of a store, an independent
//! model of the rules, a kit for tests of a desk.
//!
//! Behind the feature `conformance`; no part of a program that runs.
//!
//! | module | what is there |
//! |---|---|
//! | [`laws`] | what a store promises, as cases: see below |
//! | [`model`] | an independent model of the rules: give it and a desk the same calls, and compare |
//! | [`kit`] | a desk whose clock moves when told, seeded ids, a store that fails on demand |
//! | [`history`] | random histories of a small desk, from a seed |
//! | `strategies` | the same as proptest strategies (feature `proptest`) |
//!
//! # A store of one's own
//!
//! What [`Store`] and [`AsyncStore`] promise, method by method, is written down as [`laws`]:
//! each a sentence, and a case that shows whether it holds. [`store_conformance!`] makes one
//! test of each, from the one list of them ([`LAWS`]): a store that compiles with it is held
//! against all of them, also those that a later version adds.
//!
//! ```
//! # struct Folder;
//! # fn temporary_folder() -> Folder { Folder }
//! # use helpdesk::store::{Inline, MemoryStore};
//! # fn open(_: &Folder) -> MemoryStore { MemoryStore::new() }
//! # async fn connect() -> Inline<MemoryStore> { Inline(MemoryStore::new()) }
//! # fn block_on<T>(future: impl Future<Output = T>) -> T {
//! #     tokio::runtime::Runtime::new().unwrap().block_on(future)
//! # }
//! mod our_store_is_a_store {
//!     # use super::*;
//!     // For each case a new, empty store; and something that is dropped after it.
//!     helpdesk::store_conformance!(sync, || {
//!         let folder = temporary_folder();
//!         (open(&folder), folder)
//!     });
//! }
//!
//! mod our_pool_is_a_store {
//!     # use super::*;
//!     // A store that is awaited; what runs a future to its end comes first.
//!     helpdesk::store_conformance!(async, block_on, || async { connect().await });
//! }
//! # fn main() {}
//! ```
//!
//! [`run_all`] gives the same as one report, for a store that is made at run time:
//!
//! ```
//! use helpdesk::conformance::{LAWS, run_all};
//! use helpdesk::store::MemoryStore;
//!
//! let report = run_all(MemoryStore::new);
//! assert!(report.is_clean(), "{report}");
//! assert_eq!(report.held().count(), LAWS.len());
//! ```
//!
//! A law says what every caller may rely on, so there are no capability flags: a store that
//! breaks one loses a message or gives two people the same work sooner or later. Stores that
//! block are raced by threads. Those that are awaited are raced by futures in one task, so
//! they need not be [`Send`] (though what they answer with is).
//!
//! A place of the host's own for who is on which ticket has laws, too: [`presence`].
//!
//! [`Store`]: crate::store::Store
//! [`AsyncStore`]: crate::store::AsyncStore
//! [`store_conformance!`]: crate::store_conformance!

mod hand;
pub mod history;
pub mod kit;
mod law;
pub mod laws;
pub mod model;
mod poll;
pub mod presence;
mod report;
mod run;
#[cfg(feature = "proptest")]
#[cfg_attr(docsrs, doc(cfg(feature = "proptest")))]
pub mod strategies;

pub use law::{Law, Violation};
pub use laws::LAWS;
pub use poll::on_the_spot;
pub use report::Report;
pub use run::{AsyncCase, Case, check, check_async, run_all, run_all_async};
