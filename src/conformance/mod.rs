//! What hosts hold their own code against: the laws of a store, and an independent model of
//! the rules.
//!
//! Behind the feature `conformance`. It is for tests, ours and those of hosts.
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
//! [`Store`]: crate::store::Store
//! [`AsyncStore`]: crate::store::AsyncStore
//! [`store_conformance!`]: crate::store_conformance!
//!
//! # A desk
//!
//! Give the same calls to a desk and to a [`model::Model`], and compare.

mod hand;
mod law;
pub mod laws;
pub mod model;
mod poll;
mod report;
mod run;

pub use law::{Law, Violation};
pub use laws::LAWS;
pub use poll::on_the_spot;
pub use report::Report;
pub use run::{AsyncCase, Case, check, check_async, run_all, run_all_async};
