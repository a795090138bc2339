//! Service levels: the time in which a desk works, and what is promised in it.
//!
//! A [`Calendar`] says when somebody works. It is a value of its own: no desk, store or ticket is
//! needed for it.

mod apply;
pub mod calendar;
mod change;
mod clock;
mod clocks;
mod following;
mod ledger;
mod metric;
pub mod policy;
mod status;
mod target;
mod terms;

pub(crate) use apply::copy;
pub use calendar::{Calendar, CalendarDraft};
pub use change::{ClockChange, Clocked, Ending, Happened, OpenedBy, Verdict};
pub use clock::{Clock, Ended, Pause, Told};
pub use clocks::Clocks;
pub use ledger::{Entry, EntryState, Ledger};
pub use metric::Metric;
pub use policy::SlaPolicy;
pub use status::{ClockState, ClockStatus};
pub use target::Target;
pub use terms::{Pace, Standing, Term, Terms, Warning};
