//! What may be asked of a ticket, or done with a contact: one struct for each command, with what it
//! does and what is refused.
//!
//! A command says what is to be done; who does it, and when, is the
//! [`Context`](crate::Context) beside it. [`Desk`](crate::Desk) has a verb for each.
//!
//! Three rules hold for all of them:
//!
//! - A command that would change nothing is accepted and changes nothing
//!   ([`Outcome::is_no_op`](crate::Outcome::is_no_op)).
//! - A command that is refused changes nothing, not even in part.
//! - What is due on the ticket (its [`Timers`](crate::Timers)) is carried out first, in the
//!   same commit.
//!
//! # Refused everywhere
//!
//! - [`NotFound`](crate::Refusal::NotFound): there is no such ticket, or the actor may not see
//!   it. Nobody can tell the two apart.
//! - [`Forbidden`](crate::Refusal::Forbidden): the actor's role does not do such things.
//! - [`NotAnAgent`](crate::Refusal::NotAnAgent): the acting agent is not on record, or has left.
//! - [`Blocked`](crate::Refusal::Blocked): the actor is a contact who is
//!   [blocked](BlockContact), a machine that answers for one, or a guest who speaks for one.
//! - [`StaleView`](crate::Refusal::StaleView): somebody did something since the actor looked,
//!   where the host said what that was. What the ticket did by itself does not count, nor, to a
//!   customer, what customers do not see.
//! - [`BadName`](crate::Refusal::BadName): a bot's name or a correlation id that cannot be one.
//! - [`CommandIdReused`](crate::Refusal::CommandIdReused): the command's id came before with
//!   another command or actor.
//! - [`Merged`](crate::Refusal::Merged): the ticket was merged into another, and the command is
//!   none that works there or leads on ([`Merge`] lists them), or leads on and states what was seen.
//! - [`LimitExceeded`](crate::Refusal::LimitExceeded): a text, a list or a file is larger than
//!   the desk's [`Limits`](crate::Limits).
//!
//! # The examples
//!
//! All begin alike: `desk` has the default settings, `maria` is a contact and `anna` an agent,
//! `customer` and `agent` are the two as actors, `now` is a Monday at 09:00 UTC, and `id` is
//! the ticket that Maria has just opened.
//!
//! ```
#![doc = include_str!("../../example.txt")]
//! let ticket = desk.ticket(id)?.unwrap();
//! assert_eq!(ticket.requester(), Requester::Contact(maria));
//! assert_eq!(ticket.status().name, "new");
//! # Ok::<(), helpdesk::DeskError>(())
//! ```

mod agenda;
mod assignment;
mod automation;
mod confirming;
mod conversation;
mod editing;
mod guests;
mod lifecycle;
mod linking;
mod opening;
mod privacy;
mod sides;
mod spam;
mod structure;
mod undelivered;

pub use agenda::{MarkTodo, NewTodo};
pub use assignment::{Assign, Escalate, Take, Transfer, Unassign};
pub use automation::ApplyMacro;
pub use confirming::{ConfirmSolution, ProposeSolution, RejectSolution};
pub use conversation::{LogConversation, Note, Reply, SaidBy};
pub use editing::{Edit, Patch};
pub use guests::{GrantAccess, RevokeAccess};
pub use lifecycle::{Close, Postpone, Reopen, Resolve, Resolving, SetStatus};
pub use linking::{Link, Unlink};
pub use opening::{FollowUp, Open};
pub use privacy::{EraseTicket, Hold, Redact};
pub use sides::{CloseSide, ReplySide, StartSide};

pub use crate::people::command::{
    BlockContact, EraseContact, MergeContacts, NoteContact, SetAvailability, UndoContactMerge,
};
pub use spam::{MarkSpam, UnmarkSpam};
pub use structure::{Merge, Split, UndoMerge};
pub use undelivered::ReportUndelivered;
