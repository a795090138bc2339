//! The verbs: one for each command.

use std::sync::Arc;

use super::{Desk, DeskError, Outcome};
use crate::decide::{Command, Context};
use crate::ids::AgentId;
use crate::people::AgentProfile;
use crate::settings::Settings;
use crate::store::Store;
use crate::ticket::command::{
    Assign, Close, Edit, Escalate, FollowUp, LogConversation, Note, Open, Postpone, Reopen, Reply,
    Resolve, SetStatus, Take, Transfer, Unassign,
};

macro_rules! verbs {
    ($($(#[$doc:meta])* $verb:ident: $command:ident;)*) => {
        /// One verb for each command. All may fail as [`Desk::execute`] does.
        impl<S: Store> Desk<S> {$(
            $(#[$doc])*
            ///
            /// # Errors
            ///
            /// As [`Desk::execute`]; what is refused is said at the command.
            pub fn $verb(
                &self,
                context: Context,
                command: $command,
            ) -> Result<Outcome, DeskError> {
                self.execute(&context.call(Command::$command(command)))
            }
        )*}
    };
}

verbs! {
    /// Opens a ticket: see [`Open`].
    open: Open;
    /// Adds a public message: see [`Reply`].
    reply: Reply;
    /// Adds a note: see [`Note`].
    note: Note;
    /// Logs what was said elsewhere: see [`LogConversation`].
    log_conversation: LogConversation;
    /// Changes what is known of a ticket: see [`Edit`].
    edit: Edit;
    /// Gives a ticket to an agent: see [`Assign`].
    assign: Assign;
    /// Gives a ticket back to its queue: see [`Unassign`].
    unassign: Unassign;
    /// Takes a ticket for oneself: see [`Take`].
    take: Take;
    /// Moves a ticket to another department: see [`Transfer`].
    transfer: Transfer;
    /// Hands a ticket to a higher tier: see [`Escalate`].
    escalate: Escalate;
    /// Moves a ticket to another status: see [`SetStatus`].
    set_status: SetStatus;
    /// Puts a ticket aside until an instant: see [`Postpone`].
    postpone: Postpone;
    /// Resolves a ticket: see [`Resolve`].
    resolve: Resolve;
    /// Closes a ticket: see [`Close`].
    close: Close;
    /// Reopens finished work: see [`Reopen`].
    reopen: Reopen;
    /// Follows up a closed ticket: see [`FollowUp`].
    follow_up: FollowUp;
}

impl<S: Store> Desk<S> {
    /// Registers an agent, or says anew what an agent is.
    ///
    /// Saying what is on record already changes nothing.
    ///
    /// # Errors
    ///
    /// As [`Desk::execute`]. Refused: for anyone but owners, admins and the host; owners, for
    /// anyone but owners and the host; a department that the settings do not know; an e-mail
    /// address that another agent has.
    pub fn put_agent(
        &self,
        context: Context,
        id: AgentId,
        profile: AgentProfile,
    ) -> Result<Outcome, DeskError> {
        self.execute(&context.call(Command::PutAgent { id, profile }))
    }

    /// Puts settings in force. Each ticket keeps the timers that it has until its next command.
    ///
    /// # Errors
    ///
    /// As [`Desk::execute`]. Refused: for anyone but owners, admins and the host.
    pub fn publish(&self, context: Context, settings: Settings) -> Result<Outcome, DeskError> {
        self.execute(&context.call(Command::PublishSettings(Arc::new(settings))))
    }
}
