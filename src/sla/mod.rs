//! Promises about time: business hours, targets, clocks, verdicts.

mod calendar;
mod change;
mod clock;
mod clocks;
mod metric;
mod status;
mod terms;

pub use calendar::Calendar;
pub use change::{ClockChange, Clocked, Happened, OpenedBy, Verdict};
pub use clock::{Clock, Ended, Pause, Told};
pub use clocks::Clocks;
pub use metric::Metric;
pub use status::{ClockState, ClockStatus};
pub use terms::{Pace, Standing, Term, Terms, Warning};
