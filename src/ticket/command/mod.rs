//! What may be asked of a ticket. Each command says what it does, and what it refuses.
//!
//! Every command is refused with [`Refusal::NotFound`](crate::Refusal::NotFound) where the
//! actor may not see the ticket, and with [`Refusal::Forbidden`](crate::Refusal::Forbidden)
//! where their role does not do such things. A command that would change nothing is accepted
//! and changes nothing.

mod assignment;
mod conversation;
mod editing;
mod lifecycle;
mod opening;

pub use assignment::{Assign, Escalate, Take, Transfer, Unassign};
pub use conversation::{LogConversation, Note, Reply, SaidBy};
pub use editing::{Edit, Patch};
pub use lifecycle::{Close, Postpone, Reopen, Resolve, Resolving, SetStatus};
pub use opening::{FollowUp, Open};
