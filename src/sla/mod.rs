//! Service levels: the time in which a desk works, and what is promised in it.
//!
//! A [`Calendar`] says when somebody works. [`Clocks`] measure how long something takes, in the open
//! hours of a calendar or in all time, against the [`Terms`] that were promised. Both are values of
//! their own: no desk, store or ticket is needed for them, and neither reads a clock.
//!
//! ```
//! use helpdesk::sla::{ClockState, Clocks, Happened, Metric, OpenedBy, Standing, Term, Terms};
//! use helpdesk::{Calendar, Span, StatusCategory};
//!
//! let office: Calendar = "zone Etc/UTC; open mon-fri 09:00-17:00".parse()?;
//! let terms = Terms::none()
//!     .with(Metric::FirstResponse, Term::within(Span::hours(4)).in_hours(&office));
//!
//! let friday = "2026-03-06T15:00:00Z".parse()?;
//! let new = Standing::new("new", StatusCategory::New);
//! let (mut clocks, _) = Clocks::opened(&terms, friday, OpenedBy::Customer, new);
//! // Two hours on Friday, two on Monday; what happens next by itself comes right after that.
//! let monday = "2026-03-09T11:00:00Z".parse()?;
//! assert_eq!(clocks.of(Metric::FirstResponse).unwrap().due(), Some(monday));
//! assert_eq!(clocks.next_wake(), Some("2026-03-09T11:00:00.000001Z".parse()?));
//!
//! clocks.happened(&terms, monday, Happened::AgentReplied);
//! let status = clocks.status(&terms, Metric::FirstResponse, monday).unwrap();
//! assert_eq!((status.state, status.elapsed), (ClockState::Met, Span::hours(4)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Clocks: when they begin and end
//!
//! | clock | begins | ends | when the work is done |
//! |---|---|---|---|
//! | first response | with an opening by a customer | with the first answer | void |
//! | next response | with the oldest message of the customer that nobody has answered; not while the first response is open, and a message at the instant of the opening is the opening | with the next answer | void |
//! | periodic update | with an answer, or an opening by an agent; anew with each answer | with the next answer | void |
//! | first resolution | with the opening | when the work is first done | for good |
//! | total resolution | with the opening | whenever the work is done | runs on, if it is taken up again |
//! | agent work time | with the opening; runs in new and open | whenever the work is done | runs on, likewise |
//! | requester wait time | with the opening; runs in new, open and on hold | whenever the work is done | runs on, likewise |
//! | time to assign | with the opening | with the first owner | void |
//!
//! # Clocks: conventions
//!
//! | question | answer |
//! |---|---|
//! | what answers | what a human agent says in public; notes, bots and auto-replies are nothing to a clock |
//! | the deadline | the least instant by which the clock has run as long as its target; while it stands still before that, there is none |
//! | at the deadline | it is met; a clock is missed from the microsecond after it, whoever looked, and the miss is dated by the deadline |
//! | a pause | takes out what the clock would have run, and moves the deadline by that; a clock past its deadline is moved no more, and is missed also while it stands still |
//! | void | what waits for an answer or an owner when the work is done; past its deadline it stays missed; it never comes back |
//! | taken up again | the time between is a pause |
//! | other terms | clocks that run keep their beginning and their pauses, and are measured anew from there; what ended keeps deadline, verdict and figures |
//! | warnings | come between the beginning and the deadline, each once; one for which there is not time enough never comes |
//! | levels | are reached when so much more of the clock's own time has run, never before the miss is told |
//! | told late | [see there](Clocks::happened) |
//! | many pauses | all are kept, unless somebody [condenses](Clocks::condense) them: desks do |
//! | business days | [by the calendar](Calendar::end_of_business_day): the open time until then is the target |
//!
//! What a desk promises by them is written in [policies](policy); there is told, too, what a host
//! puts into [an acknowledgement](policy#an-acknowledgement-by-when-we-answer), and how it carries
//! out what levels of escalation want
//! [exactly once](policy#doing-what-a-warning-or-a-level-wants-exactly-once).
//!
//! # Roads not taken
//!
//! - *Deadlines kept and pushed along by each pause*: then a pause and a change of the terms must
//!   know of each other, and one of them is lost. Here the beginning and the pauses are kept, and
//!   the deadline follows from them.
//! - *Pauses that touch in open hours made one, to have fewer*: they touch in those hours only, and
//!   in others time lies between them. A sum is of certain hours, too, and says so.
//! - *A verdict when somebody looks*: it would depend on how often a host does.
//! - *Levels in all time*: a ticket that waits for its customer would be escalated all weekend.

mod apply;
pub mod calendar;
mod change;
mod clock;
mod clocks;
mod condensed;
mod continued;
mod following;
mod ledger;
mod mentions;
mod metric;
pub mod policy;
mod reported;
mod status;
mod target;
mod terms;

pub(crate) use apply::copy;
pub use calendar::{Calendar, CalendarDraft};
pub use change::{ClockChange, Clocked, Ending, Happened, OpenedBy, Verdict};
pub use clock::{Clock, Ended, Pause, Told};
pub use clocks::Clocks;
pub use condensed::Condensed;
pub use continued::Continued;
pub use ledger::{Entry, EntryState, Ledger};
pub use metric::Metric;
pub use policy::SlaPolicy;
pub(crate) use reported::Reported;
pub use status::{ClockState, ClockStatus};
pub use target::Target;
pub use terms::{Pace, Standing, Term, Terms, Warning};
